"""
Entities that go, with what hangs on them (OGC 18-088, clause 10.4).

With a Thing go its Datastreams and HistoricalLocations; with a Datastream its Observations; with a
Sensor or an ObservedProperty its Datastreams, MultiDatastreams too; with a FeatureOfInterest its
Observations; with a Location its HistoricalLocations.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from bunyad.operate.records import recount
from bunyad.operate.sensorthings.changes.keep import gather
from bunyad.operate.sensorthings.changes.multi import forget
from bunyad.operate.sensorthings.changes.work import Work
from bunyad.operate.sensorthings.model import Kind
from bunyad.operate.sensorthings.refusals import Taken

_AMONG = "IN (SELECT CAST(value AS INTEGER) FROM json_each(?))"


def delete(work: Work, kind: Kind, keys: Sequence[int]) -> None:
    """
    Delete entities of one kind.

    Raises
    ------
    Taken
        If one of them shows an entity of the broker, which keeps it.
    """
    _DELETERS[kind.name](work, list(keys))


def _keys(work: Work, statement: str, keys: Sequence[int]) -> list[int]:
    listed = orjson.dumps(list(keys)).decode()
    return [int(row[0]) for row in work.db.execute(statement, (listed,))]


def _drop(work: Work, table: str, column: str, keys: Sequence[int]) -> None:
    listed = orjson.dumps(list(keys)).decode()
    work.db.execute(f"DELETE FROM {table} WHERE {column} {_AMONG}", (listed,))  # noqa: S608  (ours)


def _things(work: Work, keys: list[int]) -> None:
    shown = _keys(
        work,
        f"SELECT key FROM sensorthings_thing WHERE entity IS NOT NULL AND key {_AMONG}",  # noqa: S608
        keys,
    )
    if shown:
        raise _kept("Thing", shown[0])
    _of_parents(work, "thing", keys)
    pasts = _keys(work, f"SELECT key FROM sensorthings_past WHERE thing {_AMONG}", keys)  # noqa: S608
    _pasts(work, pasts)
    _drop(work, "sensorthings_thing_location", "thing", keys)
    _drop(work, "sensorthings_thing", "key", keys)


def _kept(kind: str, key: int) -> Taken:
    return Taken(
        f"{kind} {key} shows an entity of the context broker",
        where="path",
        mend="delete the entity or its attribute at /ngsi-ld/v1/entities",
    )


def _of_parents(work: Work, column: str, keys: list[int]) -> None:
    datastreams = _keys(
        work,
        f"SELECT key FROM sensorthings_datastream WHERE {column} {_AMONG}",  # noqa: S608  (ours)
        keys,
    )
    _datastreams(work, datastreams)


def _locations(work: Work, keys: list[int]) -> None:
    pasts = _keys(
        work,
        f"SELECT DISTINCT past FROM sensorthings_past_location WHERE location {_AMONG}",  # noqa: S608
        keys,
    )
    _drop(work, "sensorthings_past_location", "location", keys)
    _drop(work, "sensorthings_thing_location", "location", keys)
    _drop(work, "sensorthings_location", "key", keys)
    _pasts(work, pasts)


def _pasts(work: Work, keys: list[int]) -> None:
    _drop(work, "sensorthings_past_location", "past", keys)
    _drop(work, "sensorthings_past", "key", keys)


def _datastreams(work: Work, keys: list[int]) -> None:
    shown = _keys(
        work,
        "SELECT key FROM sensorthings_datastream "  # noqa: S608  (own text)
        f"WHERE attribute IS NOT NULL AND key {_AMONG}",
        keys,
    )
    if shown:
        raise _kept("Datastream", shown[0])
    for table in ("reading", "hourly", "hourly_day", "daily"):
        _drop(work, table, "series", keys)
    _drop(work, "sensorthings_datastream", "key", keys)
    forget(work, orjson.dumps(list(keys)).decode())
    _drop(work, "series", "ref", keys)


def _sensors(work: Work, keys: list[int]) -> None:
    _of_parents(work, "sensor", keys)
    _drop(work, "sensorthings_sensor", "key", keys)


def _observed(work: Work, keys: list[int]) -> None:
    _of_parents(work, "observed_property", keys)
    multi = (
        f"SELECT DISTINCT multi FROM sensorthings_multi_property WHERE observed_property {_AMONG}"  # noqa: S608  (ours)
    )
    _datastreams(work, _keys(work, multi, keys))
    _drop(work, "sensorthings_observed_property", "key", keys)


def _observations(work: Work, keys: list[int]) -> None:
    listed = orjson.dumps(keys).decode()
    spans = work.db.execute(
        "SELECT series, min(at_us), max(at_us) FROM reading "  # noqa: S608  (names of ours)
        f"WHERE ref {_AMONG} GROUP BY series",
        (listed,),
    ).fetchall()
    _drop(work, "reading", "ref", keys)
    for series, first, last in spans:
        recount(work.tx, series, from_us=first, to_us=last)
        gather(work, series)


def _features(work: Work, keys: list[int]) -> None:
    observations = _keys(
        work,
        f"SELECT ref FROM sensorthings_observation WHERE feature {_AMONG}",  # noqa: S608  (ours)
        keys,
    )
    _observations(work, observations)
    listed = orjson.dumps(keys).decode()
    for table in ("sensorthings_location", "sensorthings_datastream"):
        work.db.execute(
            f"UPDATE {table} SET feature = NULL WHERE feature {_AMONG}",  # noqa: S608  (ours)
            (listed,),
        )
    _drop(work, "sensorthings_feature", "key", keys)


_DELETERS = {
    "Thing": _things,
    "Location": _locations,
    "HistoricalLocation": _pasts,
    "Datastream": _datastreams,
    "MultiDatastream": _datastreams,
    "Sensor": _sensors,
    "ObservedProperty": _observed,
    "Observation": _observations,
    "FeatureOfInterest": _features,
}
