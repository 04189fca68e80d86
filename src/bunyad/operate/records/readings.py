"""The past: series and their readings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from bunyad.operate.records.database import Db
from bunyad.operate.records.tenant import Entity, Writing, insert_rows
from bunyad.operate.records.times import from_iso

DELETED = "urn:ngsi-ld:null"
_NEW_SERIES = (
    "INSERT INTO series(ref, entity, attribute, dataset, kind, unit) VALUES(?, ?, ?, ?, ?, ?)"
)
_NEW_READING = (
    "INSERT INTO reading(series, at_us, made_us, observed, value, body) VALUES(?, ?, ?, ?, ?, ?)"
)
MOST_REMEMBERED = 40_000  # series whose numbers the writer remembers
OF_SERIES = {"type", "value", "unitCode", "observedAt", "createdAt", "modifiedAt", "datasetId"}
OF_READING = {"observedAt", "createdAt", "modifiedAt", "datasetId"}
"""Members that the columns of a reading and its series say."""


class Reading(NamedTuple):
    """
    One value that a series had.

    Attributes
    ----------
    series
        Number of the series.
    at_us
        When it was observed, or written where nobody said [µs since 1970].
    value
        Number or text; None where the value is neither and stands in the body.
    body
        JSON of what else there is (an attribute's instance, an Observation's rest).
    observed
        Whether somebody said when it was observed.
    """

    series: int
    at_us: int
    value: float | str | None
    body: str | None = None
    observed: bool = True


def series_ref(
    tx: Writing, entity: str | int, attribute: str, *, dataset: str = "", kind: str = "Property",
    unit: str | None = None,
) -> int:  # fmt: skip
    """
    Return the number of a series, made now where there is none.

    Parameters
    ----------
    tx
        The writer's transaction.
    entity
        Identifier of the entity, or its number (`entity.ref`).
    attribute
        IRI of the attribute.
    dataset
        `datasetId` of the instance; empty for the default one.
    kind
        Kind of attribute.
    unit
        UN/CEFACT code of the unit.

    Returns
    -------
    int
        `series.ref`.

    Raises
    ------
    LookupError
        If there is no such entity.
    """
    if isinstance(entity, str):
        row = tx.db.execute("SELECT ref FROM entity WHERE id = ?", (entity,)).fetchone()
        if row is None:
            raise LookupError(entity)
        entity = int(row[0])
    return _series(tx, (entity, tx.word(attribute), dataset), kind, unit)[0]


def _series(
    tx: Writing, key: tuple[int, int, str], kind: str, unit: str | None
) -> tuple[int, str | None]:
    """Return number and unit of a series."""
    known = tx.series.get(key)
    if known is None:
        tx.flush()
        row = tx.db.execute(
            "SELECT ref, unit FROM series WHERE entity = ? AND attribute = ? AND dataset = ?", key
        ).fetchone()
        if row is None:
            row = tx.db.execute(
                "INSERT INTO series(entity, attribute, dataset, kind, unit) "
                "VALUES(?, ?, ?, ?, ?) RETURNING ref, unit",
                (*key, kind, unit),
            ).fetchone()
            tx.entity_top = -1  # learnt again before numbers are given out
        if len(tx.series) >= MOST_REMEMBERED:
            tx.series.clear()
        known = tx.series[key] = (int(row[0]), row[1])
    return known


def append_readings(tx: Writing, readings: Iterable[Reading]) -> int:
    """
    Add readings to the past; the entities' current state is not touched.

    Parameters
    ----------
    tx
        The writer's transaction.
    readings
        Readings in any order.

    Returns
    -------
    int
        How many.
    """
    made = tx.now_us
    rows = [
        (series, at, made, observed, value, body) for series, at, value, body, observed in readings
    ]
    insert_rows(tx.db, _NEW_READING, rows)
    return len(rows)


def last_values(db: Db, series: Sequence[int]) -> dict[int, tuple[int, float | str | None]]:
    """
    Return the latest instant [µs] and value of series that have any.

    Parameters
    ----------
    db
        A reading connection.
    series
        Numbers of series.

    Returns
    -------
    dict
        Number of the series to instant and value.
    """
    rows = db.execute(
        "SELECT s.value, r.at_us, r.value "
        "FROM (SELECT CAST(value AS INTEGER) AS value FROM json_each(?)) s "
        "JOIN reading r ON r.ref = "
        "(SELECT ref FROM reading WHERE series = s.value ORDER BY at_us DESC, ref DESC LIMIT 1)",
        (orjson.dumps(list(series)).decode(),),
    )
    return {ref: (at_us, value) for ref, at_us, value in rows}


def load_readings(
    db: Db, series: int, *, from_us: int | None = None, to_us: int | None = None,
    limit: int | None = None, newest_first: bool = False,
) -> list[Reading]:  # fmt: skip
    """
    Return the readings of a series.

    Parameters
    ----------
    db
        A reading connection.
    series
        Number of the series.
    from_us, to_us
        First instant, and the instant before which they end [µs since 1970].
    limit
        How many at most.
    newest_first
        Whether the latest comes first.

    Returns
    -------
    list of Reading
        By instant.
    """
    way = "DESC" if newest_first else "ASC"
    rows = db.execute(
        "SELECT series, at_us, value, body, observed FROM reading "  # noqa: S608  (own text)
        "WHERE series = ? AND at_us >= ? AND at_us < ? "
        f"ORDER BY at_us {way}, ref {way} LIMIT ?",
        (
            series,
            -(2**62) if from_us is None else from_us,
            2**62 if to_us is None else to_us,
            2**62 if limit is None else limit,
        ),
    )
    return [
        Reading(series, at_us, value, body, bool(observed))
        for series, at_us, value, body, observed in rows
    ]


def keep_first_instances(tx: Writing, ref: int, entity: Entity) -> None:
    """Begin the past of an entity that never was: its series are all new."""
    series, readings = [], []
    top = tx.series_top
    for iri, instances in entity["attrs"].items():
        word = tx.word(iri)
        for instance in instances:
            top += 1
            unit = instance.get("unitCode")
            series.append((top, ref, word, instance.get("datasetId", ""), instance["type"], unit))
            readings.append(_reading((top, unit), tx.now_us, instance))
    tx.series_top = top
    tx.later(_NEW_SERIES, series)
    made = tx.now_us
    tx.later(_NEW_READING, [
        (of, at, made, observed, value, body) for of, at, value, body, observed in readings
    ])  # fmt: skip


def keep_instances(
    tx: Writing, ref: int, after: Entity, touched: dict[str, str], before: Entity | None
) -> None:
    """Add the instances of touched attributes to the past."""
    modified = after["modifiedAt"]
    readings = []
    for iri, how in touched.items():
        if how == "deleted":
            readings += _deletions(tx, ref, iri, (before or after)["attrs"].get(iri, ()))
            continue
        word = tx.word(iri)
        left = {instance.get("datasetId") for instance in after["attrs"].get(iri, ())}
        gone = [] if before is None else [
            instance for instance in before["attrs"].get(iri, ())
            if instance.get("datasetId") not in left
        ]  # fmt: skip
        readings += _deletions(tx, ref, iri, gone)
        for instance in after["attrs"].get(iri, ()):
            if instance["modifiedAt"] == modified:
                key = (ref, word, instance.get("datasetId", ""))
                series = _series(tx, key, instance["type"], instance.get("unitCode"))
                readings.append(_reading(series, tx.now_us, instance))
    append_readings(tx, readings)


def _reading(of: tuple[int, str | None], now: int, instance: dict[str, Any]) -> Reading:
    series, unit = of
    observed = instance.get("observedAt")
    at_us = now if observed is None else from_iso(observed)
    value = instance.get("value")
    plain = isinstance(value, str | float) or (
        isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
    )
    if plain and instance["type"] == "Property" and not instance.get("attrs") and (
        instance.keys() <= OF_SERIES and instance.get("unitCode") == unit
    ):  # fmt: skip
        return Reading(series, at_us, value, None, observed is not None)
    rest = {name: told for name, told in instance.items() if name not in OF_READING}
    body = orjson.dumps(rest).decode()
    return Reading(series, at_us, value if plain else None, body, observed is not None)


def _deletions(
    tx: Writing, ref: int, iri: str, instances: Iterable[dict[str, Any]]
) -> list[Reading]:
    return [
        Reading(
            series_ref(tx, ref, iri, dataset=instance.get("datasetId", ""), kind=instance["type"]),
            tx.now_us, None,
            orjson.dumps({"type": instance["type"], "deletedAt": tx.now_us}).decode(),
            observed=False,
        )
        for instance in instances
    ]  # fmt: skip
