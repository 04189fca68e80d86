"""Changes of entities: PATCH merges, PUT replaces, JSON Patch goes step by step."""

from __future__ import annotations

from typing import Any

import orjson

from bunyad.operate.records import recount
from bunyad.operate.sensorthings.answers.fetch import Fetcher
from bunyad.operate.sensorthings.answers.find import find_key
from bunyad.operate.sensorthings.changes.bodies import Said, read_body, read_chosen
from bunyad.operate.sensorthings.changes.create import back_of, many
from bunyad.operate.sensorthings.changes.keep import gather
from bunyad.operate.sensorthings.changes.multi import (
    check_result,
    check_sizes,
    keep_properties,
    keep_types,
    take_types,
)
from bunyad.operate.sensorthings.changes.patch import apply_patch
from bunyad.operate.sensorthings.changes.places import follow_past, link_past, set_locations
from bunyad.operate.sensorthings.changes.work import Work
from bunyad.operate.sensorthings.language.options import Options
from bunyad.operate.sensorthings.model import CONTROL, KINDS, Kind, Relation, target_of
from bunyad.operate.sensorthings.refusals import NotThere, Refusal, Taken

_OF_READING = {"at_us", "value", "body", "series"}


def update(work: Work, kind: Kind, key: int, body: object, *, whole: bool) -> None:
    """
    Change an entity.

    Parameters
    ----------
    work
        The change.
    kind, key
        The entity.
    body
        JSON of what changes, or of the whole.
    whole
        Whether it is replaced (PUT); relations that are not given stay.

    Raises
    ------
    Refusal
        If a member is unknown or wrong, or brings new entities along.
    """
    said = read_body(kind, body, whole=whole)
    types = take_types(said) if kind.name == "MultiDatastream" else None
    links = {name: _links(work, kind, name, items) for name, items in said.relations.items()}
    if kind.name == "Observation":
        _update_observation(work, key, said, links)
    else:
        _update_row(work, kind, key, said, links)
    for name, keys in links.items():
        relation = kind.relations[name]
        if not relation.one:
            _link_many(work, (kind, key), relation, keys, whole=whole)
    if kind.name == "HistoricalLocation":
        follow_past(work, key)
    if kind.name == "MultiDatastream":
        if types is not None:
            keep_types(work, key, types)
        check_sizes(work, key)
    work.touch(kind, key, *said.properties, *links)


def apply_steps(work: Work, kind: Kind, key: int, steps: object) -> None:
    """
    Change an entity by JSON Patch.

    Raises
    ------
    Refusal
        If a step cannot be done, or its outcome is no such entity.
    """
    names = tuple(name for name, each in kind.properties.items() if not each.kept)
    told = Fetcher(work.db, "", work.now_us).one(kind, key, Options(select=names))
    if told is None:
        raise NotThere(f"there is no {kind.name} {key}", where="path", mend="look again")
    before = orjson.loads(orjson.dumps(told))
    after = apply_patch(before, steps)
    if not isinstance(after, dict):
        raise Refusal("the patch leaves no entity", where="body", mend="change its members")
    update(work, kind, key, after, whole=True)


def _links(work: Work, kind: Kind, name: str, items: Any) -> list[int]:
    relation = kind.relations[name]
    target = target_of(relation)
    keys = []
    for item in [items] if relation.one else many(relation, items):
        if not isinstance(item, dict) or f"{CONTROL}id" not in item:
            raise Refusal(
                f"{name} brings a new {target.name}",
                where="body",
                mend='link with {"@iot.id": …}; make new ones with POST',
            )
        chosen = item[f"{CONTROL}id"]
        found = find_key(work.db, target, read_chosen(chosen, target))
        if found is None:
            raise Refusal(
                f"there is no {target.name} {str(chosen)[:80]}",
                where=name,
                mend=f"link one of {target.plural}",
            )
        keys.append(found)
    return keys


def _columns(kind: Kind, said: Said, links: dict[str, list[int]]) -> dict[str, Any]:
    columns = dict(said.columns)
    for name, keys in links.items():
        if kind.relations[name].one:
            columns[kind.relations[name].column] = keys[0]
    return columns


def _set(work: Work, table: str, of: str, key: int, columns: dict[str, Any]) -> None:
    if columns:
        parts = ", ".join(f"{name} = ?" for name in columns)
        work.db.execute(
            f"UPDATE {table} SET {parts} WHERE {of} = ?",  # noqa: S608  (names of ours)
            (*columns.values(), key),
        )


def _update_row(work: Work, kind: Kind, key: int, said: Said, links: dict[str, list[int]]) -> None:
    columns = _columns(kind, said, links)
    if kind.name == "HistoricalLocation" and said.mask:
        columns["digits"] = said.digits
    if kind.name == "Location" and "location" in columns:
        columns["feature"] = None  # Observations from now on are of another place
    _set(work, kind.table, "key", key, columns)
    if kind.name == "FeatureOfInterest" and "feature" in columns:
        for (series,) in work.db.execute(
            "SELECT DISTINCT r.series FROM sensorthings_observation x "
            "JOIN reading r ON r.ref = x.ref WHERE x.feature = ?",
            (key,),
        ).fetchall():
            gather(work, series)


def _update_observation(work: Work, key: int, said: Said, links: dict[str, list[int]]) -> None:
    series, attribute, at_us = work.db.execute(
        "SELECT r.series, d.attribute, r.at_us FROM reading r "
        "JOIN sensorthings_datastream d ON d.key = r.series WHERE r.ref = ?",
        (key,),
    ).fetchone()
    if attribute is not None:
        raise Taken(
            f"the Observation is a reading of {attribute}",
            where="path",
            mend="readings of an entity's attribute stay as they came; post a new one",
        )
    columns: dict[str, Any] = dict(said.columns)
    owners = [links[name][0] for name in ("Datastream", "MultiDatastream") if name in links]
    if len(owners) > 1:
        raise Refusal(
            "an Observation of two", where="body", mend="give a Datastream or a MultiDatastream"
        )
    if owners:
        columns["series"] = owners[0]
    if "FeatureOfInterest" in links:
        columns["feature"] = links["FeatureOfInterest"][0]
    row = work.db.execute(
        "SELECT digits FROM sensorthings_observation WHERE ref = ?", (key,)
    ).fetchone()
    if said.mask:
        columns["digits"] = (row[0] & ~said.mask) | said.digits
    of_reading = {name: it for name, it in columns.items() if name in _OF_READING}
    rest = {name: it for name, it in columns.items() if name not in _OF_READING}
    _set(work, "reading", "ref", key, of_reading)
    (body,) = work.db.execute("SELECT body FROM reading WHERE ref = ?", (key,)).fetchone()
    check_result(work, columns.get("series", series), body)
    _set(work, "sensorthings_observation", "ref", key, rest)
    after = (columns.get("series", series), columns.get("at_us", at_us))
    if of_reading:
        for each, moment in {(series, at_us), after}:
            recount(work.tx, each, from_us=moment, to_us=moment)
    for datastream in {series, after[0]}:
        gather(work, datastream)


def _link_many(
    work: Work, entity: tuple[Kind, int], relation: Relation, keys: list[int], *, whole: bool
) -> None:
    kind, key = entity
    table, own, _ = relation.link
    if kind.name == "Thing" and relation.name == "Locations":
        set_locations(work, key, keys)
    elif kind.name == "Location" and relation.name == "Things":
        for thing in keys:
            set_locations(work, thing, [key])
    elif kind.name == "MultiDatastream" and relation.name == "ObservedProperties":
        keep_properties(work, key, keys)
    elif relation.name == "MultiDatastreams" and table:
        raise Refusal(
            "MultiDatastreams say themselves what they observe, in order",
            where=relation.name,
            mend="change the MultiDatastream's ObservedProperties",
        )
    elif table:
        if whole:  # PATCH adds to a relation (10.3.1)
            work.db.execute(f"DELETE FROM {table} WHERE {own} = ?", (key,))  # noqa: S608  (ours)
        for other in keys:
            past, location = (key, other) if own == "past" else (other, key)
            link_past(work, past, [location])
    else:
        _adopt(work, kind, key, relation, keys)


def _adopt(work: Work, kind: Kind, key: int, relation: Relation, keys: list[int]) -> None:
    target = target_of(relation)
    for other in keys:
        if target.name == "Observation":
            name = back_of(kind, relation).name
            _update_observation(work, other, Said(), {name: [key]})
        else:
            column = back_of(kind, relation).column
            _set(work, target.table, "key", other, {column: key})


__all__ = ["KINDS", "apply_steps", "update"]
