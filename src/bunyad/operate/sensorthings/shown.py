"""How entities show: as Things, and their attributes with numbers as Datastreams."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from bunyad.operate.records.tenant import insert_rows
from bunyad.operate.sensorthings.changes.places import feature_of
from bunyad.operate.sensorthings.changes.work import Work
from bunyad.operate.sensorthings.model import KINDS

LOCATION = "https://uri.etsi.org/ngsi-ld/location"
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"


@lru_cache(maxsize=4096)
def short_name(iri: str) -> str:
    """Return the last word of an IRI."""
    return iri.rstrip("/").rpartition("/")[2].rpartition("#")[2] or iri


def place_of(entity: dict[str, Any]) -> Any:
    """Return where an entity says that it is; None where it does not."""
    for instance in entity["attrs"].get(LOCATION, ()):
        if instance["type"] == "GeoProperty":
            return instance["value"]
    return None


def name_of(entity: dict[str, Any]) -> str:
    """Return how an entity is called."""
    for iri, instances in entity["attrs"].items():
        value = instances[0].get("value") if instances else None
        if short_name(iri) == "name" and isinstance(value, str):
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
    shown, new = {}, []
    for ref, body, thing, taken in work.db.execute(_ENTITIES, (listed,)).fetchall():
        if thing:
            shown[ref] = _known(work, thing)
        else:
            new.append(_New(ref, orjson.loads(body), taken=bool(taken)))
    return shown | _show_new(work, new)


def _known(work: Work, thing: int) -> _Shown:
    name, about = work.db.execute(
        "SELECT name, properties FROM sensorthings_thing WHERE key = ?", (thing,)
    ).fetchone()
    return _Shown(thing, name, orjson.loads(about)["type"][0], _feature(work, thing, name))


def add_place(work: Work, entity: dict[str, Any], place: Any) -> tuple[int, int]:
    """Make a Location and the feature of interest that stands for it; return their keys."""
    told = (name_of(entity), f"where {entity['id']} is", orjson.dumps(place).decode())
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


@dataclass(frozen=True, slots=True)
class _New:
    """An entity that no Thing shows yet; whether its identifier is a Thing's already."""

    ref: int
    entity: dict[str, Any]
    taken: bool


_NEW_ROWS = [
    f"INSERT INTO sensorthings_{table} VALUES({values})"
    for table, values in (
        ("thing(key, named, name, description, properties, entity)", "?, ?, ?, ?, ?, ?"),
        ("feature(key, name, description, encoding_type, feature)", "?, ?, ?, ?, ?"),
        ("location(key, name, description, location, feature, encoding_type)",
         "?, ?, ?, ?, ?, 'application/geo+json'"),
        ("thing_location(thing, location)", "?, ?"),
        ("past(key, time, thing, digits)", "?, ?, ?, 3"),
        ("past_location(past, location)", "?, ?"),
    )
]  # fmt: skip


def _show_new(work: Work, new: Sequence[_New]) -> dict[int, _Shown]:
    """Show entities as Things: a statement for many rows, as each may ask another machine."""
    places = [place_of(each.entity) for each in new]
    placed = sum(place is not None for place in places)
    things = _numbers(work, "thing", len(new))
    features = _numbers(work, "feature", len(new))
    locations = iter(_numbers(work, "location", placed))
    pasts = iter(_numbers(work, "past", placed))
    shown: dict[int, _Shown] = {}
    rows: list[list[tuple[Any, ...]]] = [[] for _ in _NEW_ROWS]
    for each, place, thing, feature in zip(new, places, things, features, strict=True):
        told, name = each.entity["id"], name_of(each.entity)
        types = each.entity["type"]
        shown[each.ref] = _Shown(thing, name, types[0], feature)
        about = orjson.dumps({"entity": told, "type": types}).decode()
        named = None if each.taken else told
        rows[0].append((thing, named, name, f"{short_name(types[0])} {told}", about, each.ref))
        work.touch(KINDS["Thing"], thing)
        if place is None:
            nowhere = ("nobody said where it is", "text/plain", orjson.dumps(name).decode())
            rows[1].append((feature, name, *nowhere))
            continue
        where, shape = f"where {told} is", orjson.dumps(place).decode()
        location, past = next(locations), next(pasts)
        rows[1].append((feature, name, where, "application/geo+json", shape))
        rows[2].append((location, name, where, shape, feature))
        rows[3].append((thing, location))
        rows[4].append((past, work.now_us, thing))
        rows[5].append((past, location))
        work.touch(KINDS["FeatureOfInterest"], feature)
        work.touch(KINDS["Location"], location)
        work.touch(KINDS["HistoricalLocation"], past)
    for statement, of_one in zip(_NEW_ROWS, rows, strict=True):
        insert_rows(work.db, statement, of_one)
    return shown


def _numbers(work: Work, table: str, count: int) -> list[int]:
    """Return numbers of new rows, never given before."""
    if work.tx.tenant.home.is_shared:
        statement = (
            f"SELECT nextval('sensorthings_{table}_key_seq') "  # noqa: S608  (names of ours)
            "FROM generate_series(1, CAST(? AS BIGINT))"
        )
        return [int(row[0]) for row in work.db.execute(statement, (count,)).fetchall()]
    row = work.db.execute(
        "SELECT seq FROM sqlite_sequence WHERE name = ?", (f"sensorthings_{table}",)
    ).fetchone()
    first = 1 + (row[0] if row else 0)
    return list(range(first, first + count))


_NEW_SERIES = """
INSERT INTO sensorthings_datastream(key, name, description, observation_type, unit, properties,
  thing, sensor, observed_property, feature, attribute)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def show_series(work: Work, found: Sequence[tuple[int, int, str, str, str | None]]) -> None:
    """Show series (number, entity, attribute, dataset, unit) as Datastreams."""
    things = _show_entities(work, {entity for _, entity, *_ in found})
    shared: dict[tuple[str, str], int] = {}

    def key_of(name: str, table: str, statement: str) -> int:
        if (table, name) not in shared:
            shared[table, name] = _shared(work, table, name, statement)
        return shared[table, name]

    rows = []
    for ref, entity, attribute, dataset, unit in found:
        thing, short = things[entity], short_name(attribute)
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
        work.db.execute(statement, (name, short_name(name)))
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
