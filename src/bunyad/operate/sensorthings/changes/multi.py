"""
MultiDatastreams: the sizes of what belongs to one must agree (OGC 18-088, clause 12).

ObservedProperties, units, data types and each Observation's result have as many elements, in the
same order.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from bunyad.operate.sensorthings.changes.bodies import Said
from bunyad.operate.sensorthings.changes.work import Work
from bunyad.operate.sensorthings.model import COMPLEX
from bunyad.operate.sensorthings.refusals import Refusal


def take_types(said: Said) -> str | None:
    """
    Take the data types out of what a body says of a MultiDatastream; return them.

    Raises
    ------
    Refusal
        If its type of observation is another than that of MultiDatastreams.
    """
    kind = said.columns.pop("observation_type", COMPLEX)
    if kind not in {COMPLEX, "OM_ComplexObservation", None}:
        raise Refusal(
            f"observationType is {str(kind)[:80]!r}",
            where="MultiDatastream",
            mend=f"give {COMPLEX}",
        )
    types: str | None = said.columns.pop("data_types", None)
    return types


def keep_types(work: Work, key: int, types: str) -> None:
    """Say that a Datastream is a MultiDatastream, and of which data types."""
    work.db.execute(
        "INSERT INTO sensorthings_multi(datastream, data_types) VALUES(?, ?) "
        "ON CONFLICT(datastream) DO UPDATE SET data_types = excluded.data_types",
        (key, types),
    )


def keep_properties(work: Work, key: int, properties: Sequence[int]) -> None:
    """
    Say what a MultiDatastream observes, in order.

    Raises
    ------
    Refusal
        If one is named twice.
    """
    if len(set(properties)) < len(properties):
        raise Refusal(
            "an ObservedProperty is named twice", where="ObservedProperties", mend="name each once"
        )
    work.db.execute("DELETE FROM sensorthings_multi_property WHERE multi = ?", (key,))
    work.db.executemany(
        "INSERT INTO sensorthings_multi_property(multi, observed_property, position) "
        "VALUES(?, ?, ?)",
        [(key, each, position) for position, each in enumerate(properties)],
    )


def check_sizes(work: Work, key: int) -> None:
    """
    Check that what belongs to a MultiDatastream has as many elements.

    Raises
    ------
    Refusal
        If it has not.
    """
    units, types, properties = work.db.execute(
        "SELECT d.unit, m.data_types, "
        "(SELECT count(*) FROM sensorthings_multi_property p WHERE p.multi = d.key) "
        "FROM sensorthings_datastream d JOIN sensorthings_multi m ON m.datastream = d.key "
        "WHERE d.key = ?",
        (key,),
    ).fetchone()
    sizes = [len(orjson.loads(units)), len(orjson.loads(types)), properties]
    if len(set(sizes)) > 1 or not properties:
        raise Refusal(
            "it has {} unitOfMeasurements, {} multiObservationDataTypes and {} "
            "ObservedProperties".format(*sizes),
            where="MultiDatastream",
            mend="give as many of each, in the same order",
        )
    results = work.db.execute(
        "SELECT 1 FROM reading WHERE series = ? "
        "AND coalesce(json_array_length(body, '$.value'), 0) <> ? LIMIT 1",
        (key, properties),
    ).fetchone()
    if results:
        raise Refusal(
            "its Observations have results of another size",
            where="MultiDatastream",
            mend="make a new MultiDatastream",
        )


def check_result(work: Work, datastream: int, body: str | None) -> None:
    """
    Check the result of an Observation against its MultiDatastream, if it is of one.

    Raises
    ------
    Refusal
        If it is no list with an element for each ObservedProperty.
    """
    row = work.db.execute(
        "SELECT json_array_length(data_types) FROM sensorthings_multi WHERE datastream = ?",
        (datastream,),
    ).fetchone()
    if row is None:
        return
    value = None if body is None else orjson.loads(body).get("value")
    if not isinstance(value, list) or len(value) != row[0]:
        raise Refusal(
            "the result does not fit its MultiDatastream",
            where="result",
            mend=f"give a list of {row[0]}",
        )


def forget(work: Work, keys: str) -> None:
    """Forget that Datastreams (a JSON list of their keys) were MultiDatastreams."""
    among = "IN (SELECT CAST(value AS INTEGER) FROM json_each(?))"
    for part in ("sensorthings_multi_property WHERE multi", "sensorthings_multi WHERE datastream"):
        work.db.execute(f"DELETE FROM {part} {among}", (keys,))  # noqa: S608  (names of ours)
