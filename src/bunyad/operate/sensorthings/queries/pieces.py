"""Parts of SQL statements, each with the values for its question marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Piece:
    """
    A part of a statement.

    Parameters
    ----------
    text
        SQL with question marks.
    values
        Their values, in order.
    """

    text: str
    values: tuple[object, ...] = ()


class Later(Enum):
    """A value that is only known when a statement runs, so that statements can be kept."""

    NOW = "time of the request [us]"
    PARENT = "key of the entity that the path leads through"


def filled(values: Iterable[object], now_us: int, parent: int | None) -> tuple[object, ...]:
    """
    Return a statement's values with those put in that were to come later.

    Examples
    --------
    >>> filled((1, Later.NOW, Later.PARENT), 7, 3)
    (1, 7, 3)
    """
    known = {Later.NOW: now_us, Later.PARENT: parent}
    return tuple(known[it] if isinstance(it, Later) else it for it in values)


def piece(template: str, *parts: Piece) -> Piece:
    """
    Put pieces into the `{}` of a template, and their values in the same order.

    Examples
    --------
    >>> piece("{} > {}", Piece("e.at_us"), Piece("?", (5,)))
    Piece(text='e.at_us > ?', values=(5,))
    """
    text = template.format(*(part.text for part in parts))
    return Piece(text, tuple(value for part in parts for value in part.values))


def placed(template: str, **parts: Piece) -> Piece:
    """
    Put pieces into the named braces of a template, as often as they stand there.

    Examples
    --------
    >>> placed("{x} + {x}", x=Piece("?", (1,))).values
    (1, 1)
    """
    text = ""
    values: list[object] = []
    rest = template
    while rest:
        before, brace, tail = rest.partition("{")
        text += before
        if not brace:
            break
        name, _, rest = tail.partition("}")
        text += parts[name].text
        values += parts[name].values
    return Piece(text, tuple(values))


def value(it: object) -> Piece:
    """Return a question mark and its value."""
    return Piece("?", (it,))


def all_of(parts: list[Piece], word: str = "AND") -> Piece:
    """
    Join conditions; none is always met.

    Examples
    --------
    >>> all_of([Piece("a"), Piece("b")]).text
    '(a) AND (b)'
    """
    if not parts:
        return Piece("1 = 1")
    return piece(f" {word} ".join(["({})"] * len(parts)), *parts)
