"""
Entities of the context broker as Things, their attributes with numbers as Datastreams.

Writing to the broker costs nothing more for it: before SensorThings answers, it looks whether the
records have new series, and shows them then. Readings need no showing: they are Observations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from bunyad.operate.records import Change, Tenant, Writing
from bunyad.operate.sensorthings.changes.places import feature_of, set_locations
from bunyad.operate.sensorthings.changes.work import Touched, Work
from bunyad.operate.sensorthings.model import KINDS

CORE = "https://uri.etsi.org/ngsi-ld/"
LOCATION = f"{CORE}location"
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
_MARK = "sensorthings_series"
_SERIES = """
SELECT s.ref, s.entity, w.iri, s.dataset, s.unit FROM series s
JOIN word w ON w.ref = s.attribute
JOIN entity e ON e.ref = s.entity AND e.body IS NOT NULL
WHERE (s.ref > ? OR s.entity IN (SELECT entity FROM sensorthings_gone)) AND s.kind = 'Property'
AND NOT EXISTS (SELECT 1 FROM sensorthings_datastream d WHERE d.key = s.ref)
AND typeof((SELECT r.value FROM reading r WHERE r.series = s.ref ORDER BY r.ref DESC LIMIT 1))
  IN ('integer', 'real')
ORDER BY s.ref LIMIT ?
"""
AT_ONCE = 1_000  # series shown in one transaction, so that other writes need not wait for long


class Bridge:
    """What shows the entities of one tenant's broker, and keeps up with them."""

    def __init__(self, tenant: Tenant) -> None:
        row = (
            tenant.reader().execute("SELECT value FROM setting WHERE name = ?", (_MARK,)).fetchone()
        )
        self._seen: int = row[0] if row else 0
        self._back = True
        self.told: list[Touched] | None = None  # a list where somebody wants to know
        tenant.before_commit.append(self._follow)

    def is_behind(self, tenant: Tenant) -> bool:
        """Return whether there are series that are not looked at yet."""
        last = tenant.reader().execute("SELECT max(ref) FROM series").fetchone()[0]
        return self._back or (last or 0) > self._seen

    async def catch_up(self, tenant: Tenant) -> None:
        """Show what is new in the broker."""
        self._back = False
        done = False
        while not done:
            self._seen, done = await tenant.write(self._show_some)

    def _show_some(self, tx: Writing) -> tuple[int, bool]:
        """Show some series; return the last one seen, and whether that was all."""
        work = Work(tx)
        last = tx.db.execute("SELECT max(ref) FROM series").fetchone()[0] or 0
        found = tx.db.execute(_SERIES, (self._seen, AT_ONCE)).fetchall()
        _show_series(work, found)
        done = len(found) < AT_ONCE
        seen = last if done else max(self._seen, found[-1][0])
        if done:
            tx.db.execute(
                "DELETE FROM sensorthings_gone WHERE entity IN "
                "(SELECT ref FROM entity WHERE body IS NOT NULL)"
            )
        tx.db.execute(
            "INSERT INTO setting(name, value) VALUES(?, ?) "
            "ON CONFLICT(name) DO UPDATE SET value = excluded.value",
            (_MARK, seen),
        )
        self._tell(work)
        return int(seen), done

    def _tell(self, work: Work) -> None:
        if self.told is not None:
            self.told += work.touched

    def _follow(self, tx: Writing) -> None:
        work = Work(tx)
        for change in tx.changes:
            if change.after is None:
                _hide(tx, change)
                self._back = True
                continue
            if LOCATION in change.touched:
                _move(work, change)
            elif change.before is None and not self._back:
                self._back = _is_gone(tx, change.id)
            if change.before is not None and any(_short(iri) == "name" for iri in change.touched):
                _rename(work, change.id, change.after)
        self._tell(work)


def _is_gone(tx: Writing, entity: str) -> bool:
    row = tx.db.execute(
        "SELECT 1 FROM sensorthings_gone g JOIN entity e ON e.ref = g.entity WHERE e.id = ?",
        (entity,),
    ).fetchone()
    return row is not None


_BRIDGES: WeakKeyDictionary[Tenant, Bridge] = WeakKeyDictionary()


def bridge_of(tenant: Tenant) -> Bridge:
    """Return the bridge of a tenant; one for all services over the same records."""
    found = _BRIDGES.get(tenant)
    if found is None:
        found = _BRIDGES[tenant] = Bridge(tenant)
    return found


@lru_cache(maxsize=4096)
def _short(iri: str) -> str:
    return iri.rstrip("/").rpartition("/")[2].rpartition("#")[2] or iri


def _place(entity: dict[str, Any]) -> Any:
    for instance in entity["attrs"].get(LOCATION, ()):
        if instance["type"] == "GeoProperty":
            return instance["value"]
    return None


def _name(entity: dict[str, Any]) -> str:
    for iri, instances in entity["attrs"].items():
        value = instances[0].get("value") if instances else None
        if _short(iri) == "name" and isinstance(value, str):
            return value
    return str(entity["id"]).rpartition(":")[2] or str(entity["id"])


@dataclass(frozen=True, slots=True)
class _Shown:
    """A Thing that shows an entity: its key, name, type, and feature of interest."""

    key: int
    name: str
    kind: str
    feature: int


_ENTITIES = """
SELECT e.ref, e.body, t.key, EXISTS (SELECT 1 FROM sensorthings_thing n WHERE n.named = e.id)
FROM entity e LEFT JOIN sensorthings_thing t ON t.entity = e.ref
WHERE e.ref IN (SELECT CAST(value AS INTEGER) FROM json_each(?))
"""


def _show_entities(work: Work, refs: Iterable[int]) -> dict[int, _Shown]:
    """Return the Things of entities, made where there are none."""
    listed = orjson.dumps(sorted(refs)).decode()
    shown = {}
    for ref, body, thing, taken in work.db.execute(_ENTITIES, (listed,)).fetchall():
        entity = orjson.loads(body)
        shown[ref] = _known(work, thing) if thing else _show_entity(work, ref, entity, taken)
    return shown


def _known(work: Work, thing: int) -> _Shown:
    name, about = work.db.execute(
        "SELECT name, properties FROM sensorthings_thing WHERE key = ?", (thing,)
    ).fetchone()
    return _Shown(thing, name, orjson.loads(about)["type"][0], _feature(work, thing, name))


def _show_entity(work: Work, ref: int, entity: dict[str, Any], taken: object) -> _Shown:
    types, name = entity["type"], _name(entity)
    row = work.db.execute(
        "INSERT INTO sensorthings_thing(named, name, description, properties, entity) "
        "VALUES(?, ?, ?, ?, ?) RETURNING key",
        (
            None if taken else entity["id"],
            name,
            f"{_short(types[0])} {entity['id']}",
            orjson.dumps({"entity": entity["id"], "type": types}).decode(),
            ref,
        ),
    ).fetchone()
    work.touch(KINDS["Thing"], row[0])
    place = _place(entity)
    if place is None:
        feature = _add_nowhere(work, name)
    else:
        location, feature = _add_place(work, entity, place)
        set_locations(work, row[0], [location], new=True)
    return _Shown(int(row[0]), name, types[0], feature)


def _add_place(work: Work, entity: dict[str, Any], place: Any) -> tuple[int, int]:
    """Make a Location and the feature of interest that stands for it; return their keys."""
    told = (_name(entity), f"where {entity['id']} is", orjson.dumps(place).decode())
    feature = work.db.execute(
        "INSERT INTO sensorthings_feature(name, description, encoding_type, feature) "
        "VALUES(?, ?, 'application/geo+json', ?) RETURNING key",
        told,
    ).fetchone()[0]
    location = work.db.execute(
        "INSERT INTO sensorthings_location(name, description, encoding_type, location, feature) "
        "VALUES(?, ?, 'application/geo+json', ?, ?) RETURNING key",
        (*told, feature),
    ).fetchone()[0]
    work.touch(KINDS["FeatureOfInterest"], feature)
    work.touch(KINDS["Location"], location)
    return int(location), int(feature)


_NEW_SERIES = """
INSERT INTO sensorthings_datastream(key, name, description, observation_type, unit, properties,
  thing, sensor, observed_property, feature, attribute)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def _show_series(work: Work, found: Sequence[tuple[int, int, str, str, str | None]]) -> None:
    """Show series (number, entity, attribute, dataset, unit) as Datastreams."""
    things = _show_entities(work, {entity for _, entity, *_ in found})
    shared: dict[tuple[str, str], int] = {}

    def key_of(name: str, table: str, statement: str) -> int:
        if (table, name) not in shared:
            shared[table, name] = _shared(work, table, name, statement)
        return shared[table, name]

    rows = []
    for ref, entity, attribute, dataset, unit in found:
        thing, short = things[entity], _short(attribute)
        rows.append(
            (
                ref,
                f"{thing.name} {short}",
                f"{short} of {thing.name}",
                MEASUREMENT,
                orjson.dumps({"name": unit, "symbol": unit, "definition": None}).decode(),
                orjson.dumps({"datasetId": dataset}).decode() if dataset else None,
                thing.key,
                key_of(thing.kind, "sensorthings_sensor", _SENSOR),
                key_of(attribute, "sensorthings_observed_property", _OBSERVED),
                thing.feature,
                attribute,
            )
        )
        work.touch(KINDS["Datastream"], ref)
    work.db.executemany(_NEW_SERIES, rows)


_SENSOR = (
    "INSERT INTO sensorthings_sensor(named, name, description, encoding_type, metadata) "
    "VALUES(?1, ?2, 'what a ' || ?2 || ' measures with', 'text/html', json_quote(?1))"
)
_OBSERVED = (
    "INSERT INTO sensorthings_observed_property(named, name, definition, description) "
    "VALUES(?1, ?2, ?1, 'attribute ' || ?2)"
)


def _shared(work: Work, table: str, name: str, statement: str) -> int:
    find = f"SELECT key FROM {table} WHERE named = ?"  # noqa: S608  (names of ours)
    row = work.db.execute(find, (name,)).fetchone()
    if row is None:
        work.db.execute(statement, (name, _short(name)))
        row = work.db.execute(find, (name,)).fetchone()
    return int(row[0])


def _feature(work: Work, thing: int, name: str) -> int:
    placed = work.db.execute(
        "SELECT 1 FROM sensorthings_thing_location WHERE thing = ?", (thing,)
    ).fetchone()
    if placed:
        return feature_of(work, thing)
    shared = work.db.execute(
        "SELECT feature FROM sensorthings_datastream WHERE thing = ? AND feature IS NOT NULL",
        (thing,),
    ).fetchone()
    if shared:
        return int(shared[0])
    return _add_nowhere(work, name)


def _add_nowhere(work: Work, name: str) -> int:
    row = work.db.execute(
        "INSERT INTO sensorthings_feature(name, description, encoding_type, feature) "
        "VALUES(?1, 'nobody said where it is', 'text/plain', json_quote(?1)) RETURNING key",
        (name,),
    ).fetchone()
    return int(row[0])


def _thing_of(tx: Writing, entity: str) -> tuple[int, int] | None:
    row = tx.db.execute(
        "SELECT t.key, t.entity FROM sensorthings_thing t JOIN entity e ON e.ref = t.entity "
        "WHERE e.id = ?",
        (entity,),
    ).fetchone()
    return None if row is None else (int(row[0]), int(row[1]))


def _hide(tx: Writing, change: Change) -> None:
    """Show an entity that was deleted no longer; its readings stay in the records."""
    found = _thing_of(tx, change.id)
    if found is None:
        return
    key, ref = found
    for table, column in (
        ("sensorthings_datastream", "thing"),
        ("sensorthings_thing_location", "thing"),
        ("sensorthings_past", "thing"),
        ("sensorthings_thing", "key"),
    ):
        tx.db.execute(f"DELETE FROM {table} WHERE {column} = ?", (key,))  # noqa: S608  (ours)
    tx.db.execute("INSERT INTO sensorthings_gone VALUES(?) ON CONFLICT DO NOTHING", (ref,))


def _rename(work: Work, entity: str, after: dict[str, Any]) -> None:
    """Call a Thing and its Datastreams as the entity is called now."""
    found = _thing_of(work.tx, entity)
    name = _name(after)
    if found is None:
        return
    key = found[0]
    row = work.db.execute(
        "UPDATE sensorthings_thing SET name = ? WHERE key = ? AND name <> ? RETURNING key",
        (name, key, name),
    ).fetchone()
    if row is None:
        return
    work.touch(KINDS["Thing"], key, "name")
    for datastream, attribute in work.db.execute(
        "SELECT key, attribute FROM sensorthings_datastream "
        "WHERE thing = ? AND attribute IS NOT NULL",
        (key,),
    ).fetchall():
        short = _short(attribute)
        work.db.execute(
            "UPDATE sensorthings_datastream SET name = ?, description = ? WHERE key = ?",
            (f"{name} {short}", f"{short} of {name}", datastream),
        )
        work.touch(KINDS["Datastream"], datastream, "name", "description")


def _move(work: Work, change: Change) -> None:
    """Say where an entity is now, so that what it measures from now on is of there."""
    tx = work.tx
    found = _thing_of(tx, change.id)
    place = _place(change.after) if change.after else None
    if found is None or place is None:
        return
    location, feature = _add_place(work, change.after or {}, place)
    set_locations(work, found[0], [location])
    tx.db.execute(
        "UPDATE sensorthings_datastream SET feature = ? WHERE thing = ?", (feature, found[0])
    )
