"""
Does an entity answer a query? Terms become functions once, and are then only called.

A term's path leads to targets: each instance of an attribute is one target with its scalar values
(an array's members, every language of a text). `==` holds if one value of one target is asked
for, `!=` if one target has none of the values asked for (CIM 009, 4.9).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias

from bunyad.operate.broker.query.language import Between, Both, Clause, Either, Literal, Path, Term
from bunyad.operate.broker.query.moments import read_moment
from bunyad.operate.broker.query.patterns import compile_pattern

Entity: TypeAlias = Mapping[str, Any]
Expand: TypeAlias = Callable[[str], str]
Find: TypeAlias = Callable[[str], Entity | None]
Test: TypeAlias = Callable[[Entity, Find | None], bool]
Target: TypeAlias = tuple[str, list[Any]]
Targets: TypeAlias = Callable[[Entity, Find | None], Iterator[Target]]
Check: TypeAlias = Callable[[str, list[Any]], bool]

PLAIN_MEMBERS = frozenset(
    {"createdAt", "modifiedAt", "deletedAt", "observedAt", "unitCode", "datasetId", "instanceId"}
)
"""Members of entities and attributes that are plain texts."""
VALUES = {
    "Property": "value",
    "GeoProperty": "value",
    "Relationship": "object",
    "LanguageProperty": "languageMap",
    "VocabProperty": "vocab",
    "JsonProperty": "json",
    "ListProperty": "valueList",
    "ListRelationship": "objectList",
}
"""The member that carries the value of an attribute, by its type."""
_LINKS = frozenset({"Relationship", "ListRelationship"})
_MOST_LINKED = 1_000
"""Entities looked at beyond one relationship."""


def compile_test(clause: Clause, expand: Expand, expanded: Collection[str]) -> Test:
    """Return the function that tells whether an entity answers a query."""
    if isinstance(clause, Term):
        return _compile_term(clause, expand, expanded)
    tests = tuple(compile_test(part, expand, expanded) for part in clause.parts)
    if isinstance(clause, Both):
        return lambda entity, find: all(test(entity, find) for test in tests)
    assert isinstance(clause, Either)
    return lambda entity, find: any(test(entity, find) for test in tests)


def _compile_term(term: Term, expand: Expand, expanded: Collection[str]) -> Test:
    targets = _compile_path(term.path, expand)
    if not term.operator:
        return lambda entity, find: next(targets(entity, find), None) is not None
    last = term.path
    while last.beyond is not None:
        last = last.beyond
    check = _compile_check(term, expand, expands=expand(last.names[0]) in expanded)

    def test(entity: Entity, find: Find | None) -> bool:
        return any(check(kind, values) for kind, values in targets(entity, find))

    return test


# --- what a path leads to -----------------------------------------------------------------


def _compile_path(path: Path, expand: Expand) -> Targets:
    names = [expand(name) for name in path.names]
    plain = path.names[-1] if path.names[-1] in PLAIN_MEMBERS else ""
    if plain and not path.inside and path.beyond is None:
        return lambda entity, _find: _plain_targets(entity, names[:-1], names[-1], plain)
    if path.beyond is not None:
        return _compile_link(path, names, expand)
    inside = path.inside

    def targets(entity: Entity, _find: Find | None) -> Iterator[Target]:
        for instance in _instances(entity, names):
            yield from _values(instance, inside)

    return targets


def _instances(entity: Entity, names: list[str]) -> Iterator[Mapping[str, Any]]:
    found = entity.get("attrs", {}).get(names[0], ())
    for instance in found:
        if len(names) == 1:
            yield instance
        else:
            yield from _instances(instance, names[1:])


def _plain_targets(entity: Entity, names: list[str], iri: str, member: str) -> Iterator[Target]:
    owners = _instances(entity, names) if names else iter([entity])
    for owner in owners:
        value = owner.get(member)
        if isinstance(value, str):
            yield "Property", [value]
        for instance in owner.get("attrs", {}).get(iri, ()):
            yield from _values(instance, ())


def _values(instance: Mapping[str, Any], inside: tuple[str, ...]) -> Iterator[Target]:
    kind = instance.get("type", "Property")
    value = instance.get(VALUES.get(kind, "value"))
    if kind == "LanguageProperty" and isinstance(value, Mapping):
        if not inside or inside == ("*",):
            yield kind, [text for texts in value.values() for text in _members(texts)]
        elif inside[0] in value:
            yield kind, _members(value[inside[0]])
        return
    if kind == "ListRelationship":
        value = [one.get("object") if isinstance(one, Mapping) else one for one in value or ()]
    for member in inside:
        value = _follow(value, member)
        if value is None:
            return
    yield kind, _members(value)


def _follow(value: Any, member: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(member)
    if isinstance(value, list):
        found = [one for one in (_follow(part, member) for part in value) if one is not None]
        return found or None
    return None


def _members(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [member for part in value for member in _members(part)]
    if isinstance(value, Mapping) and "@value" in value:
        return [value["@value"]]
    return [value]


def _compile_link(path: Path, names: list[str], expand: Expand) -> Targets:
    assert path.beyond is not None
    beyond = _compile_path(path.beyond, expand)
    types = {expand(name) for name in path.types}

    def targets(entity: Entity, find: Find | None) -> Iterator[Target]:
        if find is None:
            return
        looked = 0
        for instance in _instances(entity, names):
            for kind, links in _values(instance, ()):
                for link in links if kind in _LINKS else ():
                    looked += 1
                    if looked > _MOST_LINKED or not isinstance(link, str):
                        continue
                    other = find(link)
                    if other and (not types or types & set(other.get("type", ()))):
                        yield from beyond(other, find)

    return targets


# --- what is asked of it ------------------------------------------------------------------


def _compile_check(term: Term, expand: Expand, *, expands: bool) -> Check:
    if term.operator in {"~=", "!~="}:
        return _check_pattern(term)
    if term.operator in {"==", "!="}:
        return _check_equal(term, expand, expands=expands)
    literal = term.values[0]
    assert isinstance(literal, Literal)
    compare = _ORDERS[term.operator]

    def check(kind: str, values: list[Any]) -> bool:
        if kind in _LINKS:
            return False
        return any(compare(order) for order in map(_order_with(literal), values) if order)

    return check


_ORDERS: dict[str, Callable[[tuple[Any, Any]], bool]] = {
    ">": lambda pair: pair[0] > pair[1],
    ">=": lambda pair: pair[0] >= pair[1],
    "<": lambda pair: pair[0] < pair[1],
    "<=": lambda pair: pair[0] <= pair[1],
}


def _order_with(literal: Literal) -> Callable[[Any], tuple[Any, Any] | None]:
    """Return what turns a value into a pair that can be ordered, or nothing if types differ."""
    asked, moment = literal.value, literal.moment
    number = isinstance(asked, float)

    def pair(value: Any) -> tuple[Any, Any] | None:
        if number:
            fits = isinstance(value, int | float) and not isinstance(value, bool)
            return (value, asked) if fits else None
        if not isinstance(value, str):
            return None
        if moment is not None:
            other = read_moment(value)
            if other is not None and other[0] == moment[0]:
                return other[1], moment[1]
        return value, asked

    return pair


def _check_equal(term: Term, expand: Expand, *, expands: bool) -> Check:
    equals = [_compile_equal(value, expand, expands=expands) for value in term.values]
    wanted = term.operator == "=="

    def check(kind: str, values: list[Any]) -> bool:
        return any(equal(kind, value) for value in values for equal in equals) == wanted

    return check


def _compile_equal(
    asked: Literal | Between, expand: Expand, *, expands: bool
) -> Callable[[str, Any], bool]:
    if isinstance(asked, Between):
        low, high = _order_with(asked.low), _order_with(asked.high)

        def lies_between(kind: str, value: Any) -> bool:
            if kind in _LINKS:
                return False
            above, below = low(value), high(value)
            return bool(above and below and above[0] >= above[1] and below[0] <= below[1])

        return lies_between
    value, moment = asked.value, asked.moment
    texts = {value} | ({expand(value)} if expands and isinstance(value, str) else set())

    def equal(_kind: str, other: Any) -> bool:
        if isinstance(value, bool) or isinstance(other, bool):
            return value is other
        if isinstance(value, float):
            return isinstance(other, int | float) and other == value
        if not isinstance(other, str):
            return False
        if other in texts:
            return True
        return moment is not None and read_moment(other) == moment

    return equal


def _check_pattern(term: Term) -> Check:
    literal = term.values[0]
    assert isinstance(literal, Literal)
    pattern = compile_pattern(str(literal.value))
    wanted = term.operator == "~="

    def check(kind: str, values: list[Any]) -> bool:
        texts = [value for value in values if isinstance(value, str)]
        if kind in _LINKS or not texts:
            return False
        return any(pattern.search(text) for text in texts) == wanted

    return check


def scalars_of(instance: Mapping[str, Any]) -> list[Any]:
    """
    Return all values by which a query may find an instance of an attribute.

    Examples
    --------
    >>> scalars_of({"type": "LanguageProperty", "languageMap": {"en": ["red"], "fr": "rouge"}})
    ['red', 'rouge']
    """
    return [
        value
        for _, values in _values(instance, ())
        for value in values
        if isinstance(value, str | int | float)
    ]
