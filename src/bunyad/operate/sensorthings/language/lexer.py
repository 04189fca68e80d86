"""A filter's words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bunyad.operate.sensorthings.refusals import Refusal

LONGEST = 20_000  # characters of one expression
_MOMENT = r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+\- ]\d\d:?\d\d)?"
_DURATION = r"P(?=\d|T\d)(?:\d+[YMWD])*(?:T(?:\d+(?:\.\d+)?[HMS])+)?"
_WORDS = re.compile(
    "|".join(
        f"(?P<{name}>{pattern})"
        for name, pattern in (
            ("space", r"\s+"),
            ("time", rf"{_MOMENT}/(?:{_MOMENT}|{_DURATION})|{_DURATION}/{_MOMENT}|{_MOMENT}"),
            ("date", r"\d{4}-\d\d-\d\d(?![\w:])"),
            ("clock", r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?![\w:])"),
            ("number", r"-?\d+(?:\.\d+)?(?:[eE][+\-]?\d+)?(?![\w])"),
            ("geometry", r"(?:geography|geometry)'(?:[^']|'')*'"),
            ("duration", r"duration'(?:[^']|'')*'"),
            ("text", r"'(?:[^']|'')*'"),
            ("name", r"[^\W\d][\w\-]*(?:\.[^\W\d]\w*)*|@[A-Za-z]+(?:\.[A-Za-z]+)*"),
            ("mark", r"[()\[\],/:-]"),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word: its sort, its text, where it starts."""

    sort: str
    text: str
    at: int


def read_words(text: str) -> list[Word]:
    """
    Cut an expression into words.

    Raises
    ------
    Refusal
        If a character fits nowhere, or the expression is too long.

    Examples
    --------
    >>> [word.sort for word in read_words("result gt 2.5")]
    ['name', 'name', 'number']
    """
    if len(text) > LONGEST:
        raise Refusal(
            f"{len(text)} characters are too many", where="expression", mend=f"keep to {LONGEST}"
        )
    words = []
    at = 0
    while at < len(text):
        found = _WORDS.match(text, at)
        if not found or not found.lastgroup:
            raise Refusal(
                f"'{text[at : at + 20]}' at character {at + 1} cannot be read",
                where="expression",
                mend="put texts in single quotes and double a quote within",
            )
        if found.lastgroup != "space":
            words.append(Word(found.lastgroup, found.group(), at))
        at = found.end()
    return words
