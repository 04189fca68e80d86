"""Which thing a request is about: `/Things(1)/Datastreams(2)`, `/Sensors(3)/name/$value`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from bunyad.operate.sensorthings.language.options import split
from bunyad.operate.sensorthings.model import CONTROL, SETS, Kind, Relation, target_of
from bunyad.operate.sensorthings.refusals import NotThere

LONGEST = 60  # steps
Name = int | str  # of an entity: what its `@iot.id` is
_SET = re.compile(r"(\w+)\((.*)\)")
_PLACES = re.compile(r"\[(\d{1,9})\]")


@dataclass(frozen=True, slots=True)
class Step:
    """
    One step to entities.

    Parameters
    ----------
    kind
        What stands there.
    relation
        By which relation one came; none for the first step.
    name
        The `@iot.id` of the one meant; none for all.
    """

    kind: Kind
    relation: Relation | None = None
    name: Name | None = None

    @property
    def many(self) -> bool:
        """Return whether the step leads to a set."""
        return self.name is None and (self.relation is None or not self.relation.one)


@dataclass(frozen=True, slots=True)
class Resource:
    """
    What a path names.

    Parameters
    ----------
    steps
        The entities' steps; none for the service itself.
    member
        Property, and the way within its value.
    ending
        `$value`, `$ref`, `$count` or nothing.
    """

    steps: tuple[Step, ...] = ()
    member: tuple[str | int, ...] = ()
    ending: str = ""


@lru_cache(maxsize=4096)
def parse_path(path: str) -> Resource:
    """
    Read a path, already without percent signs and without the service's root.

    Raises
    ------
    NotThere
        If a step leads nowhere.

    Examples
    --------
    >>> parse_path("/Things(1)/Datastreams").steps[1].kind.name
    'Datastream'
    """
    parts = [part for part in _cut(path) if part]
    if len(parts) > LONGEST:
        raise NotThere("the path is too long", where="path", mend=f"keep to {LONGEST} steps")
    ending = ""
    if parts and parts[-1] in {"$value", "$ref", "$count"}:
        ending = parts.pop()
    steps: list[Step] = []
    for at, part in enumerate(parts):
        step = _step(part, steps[-1] if steps else None)
        if step is None:
            return Resource(tuple(steps), _member(steps, parts[at:]), _fit(ending, member=True))
        steps.append(step)
    if not steps and ending:
        raise _nothing(ending)
    many = bool(steps) and steps[-1].many
    return Resource(tuple(steps), (), _fit(ending, member=False, many=many))


def _cut(path: str) -> list[str]:
    try:
        return split(path, "/")
    except Exception:  # noqa: BLE001  (an unclosed quote or bracket names nothing)
        raise _nothing(path) from None


def _nothing(part: object) -> NotThere:
    return NotThere(f"'{str(part)[:80]}' names nothing", where="path", mend="start at the root")


def _fit(ending: str, *, member: bool, many: bool = False) -> str:
    fits = {"$value": member, "$ref": not member, "$count": many}
    if ending and not fits[ending]:
        raise _nothing(ending)
    return ending


def _step(part: str, before: Step | None) -> Step | None:
    found = _SET.fullmatch(part)
    word, name = (found.group(1), read_name(found.group(2))) if found else (part, None)
    if before is None:
        if word not in SETS:
            raise _nothing(word)
        return Step(SETS[word], None, name)
    if before.many:
        raise _nothing(part)
    relation = before.kind.relations.get(word)
    if relation is None:
        if found:
            raise _nothing(part)
        return None
    if found and relation.one:
        raise _nothing(part)
    return Step(target_of(relation), relation, name)


def _member(steps: list[Step], parts: list[str]) -> tuple[str | int, ...]:
    kind = steps[-1].kind
    member: list[str | int] = []
    for part in parts:
        word, *places = re.split(r"(?=\[)", part)
        member.append(word)
        for place in places:
            found = _PLACES.fullmatch(place)
            if not found:
                raise _nothing(part)
            member.append(int(found.group(1)))
    first = member[0]
    if first in {"id", f"{CONTROL}id", f"{CONTROL}selfLink"}:
        if len(member) > 1:
            raise _nothing(parts[1])
        return (f"{CONTROL}id",) if first == "id" else (first,)
    if first not in kind.properties:
        raise _nothing(first)
    return tuple(member)


def read_name(text: str) -> Name:
    """
    Read what stands in the brackets of `Things(…)`.

    Examples
    --------
    >>> read_name("7"), read_name("'o''clock'"), read_name("a-1")
    (7, "o'clock", 'a-1')
    """
    plain = text.strip()
    if len(plain) >= 2 and plain[0] == plain[-1] == "'":
        return plain[1:-1].replace("''", "'")
    if re.fullmatch(r"-?\d{1,18}", plain):
        return int(plain)
    return plain


def write_name(name: Name) -> str:
    """
    Write an `@iot.id` as the brackets of a link hold it.

    Examples
    --------
    >>> write_name(7), write_name("o'clock")
    ('7', "'o''clock'")
    """
    if isinstance(name, int):
        return str(name)
    doubled = name.replace("'", "''")
    return f"'{quote(doubled, safe=_PLAIN)}'"


_PLAIN = "':;,@!$*-_.~"
