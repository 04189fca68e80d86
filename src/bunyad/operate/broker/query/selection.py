"""Which types are asked for: `(Home;Vehicle)|Motorhome` (CIM 009, 4.17)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from bunyad.operate.broker.problems import Problem, bad_request

Expand: TypeAlias = Callable[[str], str]

LONGEST_CHOICES = 20_000
"""Characters of a selection."""


class TypeSelection:
    """
    Types asked for.

    Attributes
    ----------
    alternatives
        Sets of IRIs of which an entity must have one whole; None if any type will do.
    """

    __slots__ = ("alternatives",)

    def __init__(self, alternatives: list[frozenset[str]] | None) -> None:
        self.alternatives = alternatives

    def matches(self, types: Iterable[str]) -> bool:
        """
        Tell whether an entity of these types is asked for.

        Examples
        --------
        >>> compile_types("(Home;Vehicle)|Boat", str).matches(["Vehicle", "Home"])
        True
        """
        if self.alternatives is None:
            return True
        given = frozenset(types)
        return any(wanted <= given for wanted in self.alternatives)


def compile_types(text: str, expand: Expand) -> TypeSelection:
    """
    Compile a selection of types; `*` selects all.

    Parameters
    ----------
    text
        The selection, percent-decoded.
    expand
        Turns a term into its IRI.

    Raises
    ------
    Problem
        If it is malformed.
    """
    if text == "*":
        return TypeSelection(None)
    choices = split_choices(text, "type")
    if any(char in name for choice in choices for name in choice for char in ' "<>\\^`{}'):
        raise bad_request(f"the selection of types {text[:80]!r} is malformed")
    return TypeSelection([frozenset(expand(name) for name in choice) for choice in choices])


def split_choices(text: str, what: str) -> list[list[str]]:
    """
    Split `(a;b)|c,d` into the choices `a and b`, `c`, `d`.

    Parentheses hold names joined by `;` (also by `|`, which is spread out), and may be nested.

    Raises
    ------
    Problem
        If parentheses do not fit or a name is empty.

    Examples
    --------
    >>> split_choices("(a;b)|c,d", "type")
    [['a', 'b'], ['c'], ['d']]
    """
    if len(text) > LONGEST_CHOICES:
        raise bad_request(f"{what} has at most {LONGEST_CHOICES} characters")
    choices, at = _either(text, 0, what, 0)
    if at < len(text):
        raise _malformed(text, what)
    return choices


def _malformed(text: str, what: str) -> Problem:
    return bad_request(f"{what} is malformed: {text[:80]!r}")


_DEEPEST = 20
_MOST_CHOICES = 1_000


def _either(text: str, at: int, what: str, depth: int) -> tuple[list[list[str]], int]:
    choices, at = _both(text, at, what, depth)
    while at < len(text) and text[at] in "|,":
        more, at = _both(text, at + 1, what, depth)
        choices = choices + more
    return choices, at


def _both(text: str, at: int, what: str, depth: int) -> tuple[list[list[str]], int]:
    choices, at = _one(text, at, what, depth)
    while at < len(text) and text[at] == ";":
        more, at = _one(text, at + 1, what, depth)
        if len(choices) * len(more) > _MOST_CHOICES:
            raise bad_request(f"{what} spreads into more than {_MOST_CHOICES} choices")
        choices = [left + right for left in choices for right in more]
    return choices, at


def _one(text: str, at: int, what: str, depth: int) -> tuple[list[list[str]], int]:
    if depth > _DEEPEST:
        raise bad_request(f"the parentheses of {what} are nested too deep")
    if text.startswith("(", at):
        choices, at = _either(text, at + 1, what, depth + 1)
        if not text.startswith(")", at):
            raise _malformed(text, what)
        return choices, at + 1
    end = at
    while end < len(text) and text[end] not in "();|,":
        end += 1
    if end == at:
        raise _malformed(text, what)
    return [[text[at:end]]], end
