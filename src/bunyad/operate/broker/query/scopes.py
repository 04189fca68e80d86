"""Which scopes are asked for: `/Region/+/Gardens`, `/Region/#` (CIM 009, 4.19)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bunyad.operate.broker.problems import bad_request
from bunyad.operate.broker.query.selection import split_choices

_SCOPE = re.compile(r"(?:/(?:[^\W\d][\w-]*|\+))*(?:/#)?")


class ScopeQuery:
    """Scopes asked for; `matches` tells whether an entity's scopes are among them."""

    __slots__ = ("_choices",)

    def __init__(self, choices: list[list[list[str]]]) -> None:
        self._choices = choices

    def matches(self, scopes: Iterable[str]) -> bool:
        """
        Tell whether some choice is met: each of its scopes by one of the entity's.

        Examples
        --------
        >>> compile_scopes("/Madrid/Gardens/#").matches(["/Madrid/Gardens/North"])
        True
        """
        levels = [scope.strip("/").split("/") for scope in scopes]
        return any(
            all(any(_fits(wanted, given) for given in levels) for wanted in choice)
            for choice in self._choices
        )


def compile_scopes(text: str) -> ScopeQuery:
    """
    Compile a query of scopes.

    Raises
    ------
    Problem
        If it is malformed.
    """
    if len(text) > 2 and text[0] == text[-1] == '"':  # as in C.5.15
        text = text[1:-1]
    text = text.replace("/ ", "/+")  # a plus that a client left bare in the address is a space
    choices = split_choices(text, "scopeQ")
    for scope in (scope for choice in choices for scope in choice):
        if not _SCOPE.fullmatch(scope) or scope in {"", "/"}:
            raise bad_request(
                f"scopeQ holds {scope!r}, which is no scope: write /A/B, /A/+/C, /A/# or /#"
            )
    return ScopeQuery([[scope.strip("/").split("/") for scope in choice] for choice in choices])


def _fits(wanted: list[str], given: list[str]) -> bool:
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        given = given[: len(wanted)]
    return len(wanted) == len(given) and all(
        level in {"+", other} for level, other in zip(wanted, given, strict=True)
    )
