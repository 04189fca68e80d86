"""New entities, with those that stand inside of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from bunyad.operate.sensorthings.answers.find import find_key
from bunyad.operate.sensorthings.changes.bodies import Said, read_body, read_chosen
from bunyad.operate.sensorthings.changes.multi import (
    check_sizes,
    keep_properties,
    keep_types,
    take_types,
)
from bunyad.operate.sensorthings.changes.observe import observe, read_observation, taken
from bunyad.operate.sensorthings.changes.places import follow_past, link_past, set_locations
from bunyad.operate.sensorthings.changes.work import Work
from bunyad.operate.sensorthings.language.paths import Name
from bunyad.operate.sensorthings.model import COMPLEX, CONTROL, KINDS, Kind, Relation, target_of
from bunyad.operate.sensorthings.refusals import Refusal

Given = Mapping[str, int]
_SERIES = "urn:bunyad:sensorthings:datastream"  # attribute of series that no entity has


def create(work: Work, kind: Kind, body: object, given: Given | None = None) -> int:
    """
    Make an entity and those inside of it; return its key.

    Parameters
    ----------
    work
        The change.
    kind
        What to make.
    body
        Its JSON.
    given
        Relation to key of an entity it belongs to by its address.

    Raises
    ------
    Refusal
        If something is missing, wrong or unknown.
    """
    given = given or {}
    if kind.name == "Observation":
        return _observation(work, body, given)
    said = read_body(kind, body, whole=True)
    if kind.name == "HistoricalLocation":
        said.columns["digits"] = said.digits
    types = take_types(said) if kind.name == "MultiDatastream" else None
    if types is not None:
        said.columns |= {"observation_type": COMPLEX, "observed_property": 0}
    for name, relation in kind.relations.items():
        if relation.one:
            said.columns[relation.column] = _one(work, kind, relation, said, given)
            said.relations.pop(name, None)
    key = _insert(work, kind, said)
    if types is not None:
        keep_types(work, key, types)
    work.touch(kind, key)
    _MORE.get(kind.name, _set_many)(work, kind, key, said, given)
    return key


def _one(work: Work, kind: Kind, relation: Relation, said: Said, given: Given) -> int:
    if relation.name in given:
        return given[relation.name]
    if relation.name not in said.relations:
        raise Refusal(
            f"{kind.name} lacks '{relation.name}'",
            where="body",
            mend=f'link one with {{"@iot.id": …}}, or give a new {relation.target}',
        )
    return related(work, relation, said.relations[relation.name])


def related(work: Work, relation: Relation, item: Any, given: Given | None = None) -> int:
    """
    Return the key of an entity that a body links to or brings along.

    Raises
    ------
    Refusal
        If the link leads nowhere, or what it brings is wrong.
    """
    target = target_of(relation)
    if not isinstance(item, dict):
        raise Refusal(
            f"{relation.name} is {str(item)[:60]!r}",
            where="body",
            mend=f'link with {{"@iot.id": …}}, or give a new {target.name} in {{}}',
        )
    name = item.get(f"{CONTROL}id")
    if name is None:
        return create(work, target, item, given)
    key = find_key(work.db, target, read_chosen(name, target))
    if key is not None:
        return key
    if any(CONTROL not in member for member in item):
        return create(work, target, item, given)
    raise Refusal(
        f"there is no {target.name} {str(name)[:80]}",
        where=relation.name,
        mend=f"link one of {target.plural}",
    )


def many(relation: Relation, items: Any) -> list[Any]:
    """
    Return the entities that a body has in a relation to several.

    Raises
    ------
    Refusal
        If it has no list there.
    """
    if isinstance(items, dict):
        return [items]
    if not isinstance(items, list):
        raise Refusal(
            f"{relation.name} is {str(items)[:60]!r}", where="body", mend="give a list, [{…}]"
        )
    return items


def _insert(work: Work, kind: Kind, said: Said) -> int:
    columns = dict(said.columns)
    if isinstance(said.name, int):
        columns["key"] = said.name
    elif said.name is not None:
        columns["named"] = said.name
    if kind.table == "sensorthings_datastream":
        columns["key"] = _series(work, said)
    return _row(work, kind.table, "key", columns, said.name)


def _series(work: Work, said: Said) -> int:
    columns: dict[str, object] = {"entity": 0, "attribute": work.tx.word(_SERIES)}
    columns["dataset"] = uuid4().hex
    if isinstance(said.name, int):
        columns["ref"] = said.name
    return _row(work, "series", "ref", columns, said.name)


def _row(work: Work, table: str, key: str, columns: dict[str, object], name: Name | None) -> int:
    """Insert a row; return its number, which a client may have chosen."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    try:
        row = work.db.execute(
            f"INSERT INTO {table}({names}) VALUES({marks}) RETURNING {key}",
            tuple(columns.values()),
        ).fetchone()
    except sqlite3.IntegrityError:
        raise taken(name) from None
    if key in columns:
        work.tx.tenant.home.chosen(work.tx, f"{table}_{key}_seq", row[0])
    return int(row[0])


def _observation(work: Work, body: object, given: Given) -> int:
    said = read_observation(body)
    kind = KINDS["Observation"]
    owner = "MultiDatastream" if "MultiDatastream" in {*given, *said.relations} else "Datastream"
    if len({"Datastream", "MultiDatastream"} & {*given, *said.relations}) > 1:
        raise Refusal(
            "an Observation of two", where="body", mend="give a Datastream or a MultiDatastream"
        )
    datastream = _one(work, kind, kind.relations[owner], said, given)
    feature = given.get("FeatureOfInterest")
    if feature is None and said.relations.get("FeatureOfInterest") is not None:
        relation = kind.relations["FeatureOfInterest"]
        feature = related(work, relation, said.relations["FeatureOfInterest"])
    return observe(work, said, datastream, feature)


def _items(work: Work, kind: Kind, name: str, said: Said, inside: Given | None = None) -> list[int]:
    relation = kind.relations[name]
    items = many(relation, said.relations.get(name, []))
    return [related(work, relation, item, inside) for item in items]


def _thing(work: Work, kind: Kind, key: int, said: Said, given: Given) -> None:
    locations = _items(work, kind, "Locations", said)
    if "Locations" in given:
        locations.append(given["Locations"])
    if locations:
        set_locations(work, key, locations)
    _set_many(work, kind, key, said, given)


def _location(work: Work, kind: Kind, key: int, said: Said, given: Given) -> None:
    things = _items(work, kind, "Things", said)
    if "Things" in given:
        things.append(given["Things"])
    for thing in things:
        set_locations(work, thing, [key])
    for past in _items(work, kind, "HistoricalLocations", said):
        link_past(work, past, [key])
    if "HistoricalLocations" in given:
        link_past(work, given["HistoricalLocations"], [key])


def _multi(work: Work, kind: Kind, key: int, said: Said, given: Given) -> None:
    properties = _items(work, kind, "ObservedProperties", said)
    if "ObservedProperties" in given:
        properties.insert(0, given["ObservedProperties"])
    keep_properties(work, key, properties)
    check_sizes(work, key)
    _set_many(work, kind, key, said, given)


def _observed(work: Work, kind: Kind, key: int, said: Said, given: Given) -> None:
    for item in many(
        kind.relations["MultiDatastreams"], said.relations.get("MultiDatastreams", [])
    ):
        related(work, kind.relations["MultiDatastreams"], item, {"ObservedProperties": key})
    _set_many(work, kind, key, said, given)


def _past(work: Work, kind: Kind, key: int, said: Said, given: Given) -> None:
    locations = _items(work, kind, "Locations", said)
    if "Locations" in given:
        locations.append(given["Locations"])
    link_past(work, key, locations)
    follow_past(work, key)


def _set_many(work: Work, kind: Kind, key: int, said: Said, _: Given) -> None:
    """Make or link the entities that belong to this one: they hold its key."""
    for name, relation in kind.relations.items():
        if relation.one or relation.link[0] or name not in said.relations:
            continue
        back = back_of(kind, relation)
        for item in many(relation, said.relations[name]):
            other = related(work, relation, item, {back.name: key})
            target = target_of(relation)
            if target.name != "Observation":
                work.db.execute(
                    f"UPDATE {target.table} SET {back.column} = ? "  # noqa: S608  (names of ours)
                    "WHERE key = ?",
                    (key, other),
                )


def back_of(kind: Kind, relation: Relation) -> Relation:
    """
    Return the relation that leads back.

    Examples
    --------
    >>> back_of(KINDS["Thing"], KINDS["Thing"].relations["Datastreams"]).name
    'Thing'
    """
    target = target_of(relation)
    return next(each for each in target.relations.values() if each.target == kind.name)


_MORE = {
    "Thing": _thing,
    "Location": _location,
    "HistoricalLocation": _past,
    "MultiDatastream": _multi,
    "ObservedProperty": _observed,
}
