"""Which members of entities are told: `pick` and `omit` (ETSI GS CIM 009, 4.21)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.names import is_name
from bunyad.operate.broker.problems import bad_request

MEMBERS = {"id", "type", "scope", "createdAt", "modifiedAt", "expiresAt"}
DEEPEST = 10

_TOKEN = re.compile(r"[,|{}]|[^,|{}]+")


@dataclass(frozen=True, slots=True)
class Projection:
    """
    A list of members, with such lists for the entities that relationships lead to.

    Attributes
    ----------
    names
        Members, attributes as IRIs.
    inside
        Attribute IRI to what is said of the entities that it leads to.
    """

    names: frozenset[str] = frozenset()
    inside: Mapping[str, Projection] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def depth(self) -> int:
        """How many relationships it follows."""
        return max((1 + inner.depth for inner in self.inside.values()), default=0)


def read_projection(text: str, context: Context, what: str) -> Projection:
    """
    Read a list of members.

    Parameters
    ----------
    text
        Such as `id,locatedAt{id,name}`.
    context
        What names stand for.
    what
        The parameter, for the error's text.

    Raises
    ------
    Problem
        BadRequestData if it is malformed.
    """
    tokens = _TOKEN.findall(text)
    found, rest = _read(tokens, 0, context, what)
    if rest != len(tokens):
        raise bad_request(f"{what} closes a brace that is not open")
    return found


def _read(
    tokens: list[str], at: int, context: Context, what: str, depth: int = 0
) -> tuple[Projection, int]:
    if depth > DEEPEST:
        raise bad_request(f"{what} is more than {DEEPEST} braces deep")
    names: set[str] = set()
    inside: dict[str, Projection] = {}
    while True:
        name = tokens[at].strip() if at < len(tokens) else ""
        if not is_name(name):
            raise bad_request(f"{what} has {name!r} where a name should be")
        name = name if name in MEMBERS else context.expand(name)
        names.add(name)
        at += 1
        if at < len(tokens) and tokens[at] == "{":
            inside[name], at = _read(tokens, at + 1, context, what, depth + 1)
            if at >= len(tokens) or tokens[at] != "}":
                raise bad_request(f"{what} opens a brace that it does not close")
            at += 1
        if at < len(tokens) and tokens[at] in {",", "|"}:
            at += 1
            continue
        return Projection(frozenset(names), MappingProxyType(inside)), at
