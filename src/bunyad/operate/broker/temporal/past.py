"""
The past of entities, in the records' readings.

A reading is one instance of an attribute. A plain Property stands in its row alone; of anything
else the row has the instance as JSON. What was deleted leaves an instance with `deletedAt`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from bunyad.operate.broker.model import CORE, NULL, VALUE_OF, Instance, instance_id
from bunyad.operate.broker.temporal.archived import Row, archive_files, archived_rows, as_tuple
from bunyad.operate.broker.temporal.window import Window
from bunyad.operate.records import (
    Reading,
    Tenant,
    Writing,
    append_readings,
    from_iso,
    recount,
    series_ref,
    to_iso,
)
from bunyad.operate.records.database import Db

SCOPE = CORE + "scope"
"""Under which the past of an entity's scope is kept."""
AT_ONCE = 200
"""Entities that are read at once."""
_PLAIN = frozenset({"type", "value", "observedAt", "createdAt", "modifiedAt", "datasetId"})


@dataclass(slots=True)
class Line:
    """One attribute's instances of one dataset: the latest last, or first where `last` is asked."""

    attribute: str
    dataset: str
    kind: str
    instances: list[tuple[int, Instance]]
    cut: bool = False


@dataclass(slots=True)
class Evolution:
    """An entity's past: what it is, and the lines of its attributes."""

    ref: int
    id: str
    types: list[str]
    created_us: int
    modified_us: int
    deleted_us: int | None
    lines: list[Line] = field(default_factory=list)


def find_evolution(db: Db, key: str) -> Evolution | None:
    """Return what is known of an entity's past, without its lines; None if nothing is."""
    row = db.execute(
        "SELECT ref, id, types, created_us, modified_us, deleted_us FROM entity WHERE id = ?",
        (key,),
    ).fetchone()
    return None if row is None else _evolution(row)


def evolutions(db: Db, ids: list[str], types: tuple[tuple[str, ...], ...]) -> Iterator[Evolution]:
    """
    Yield the entities that are or were, by the order of their making.

    Parameters
    ----------
    db
        A reading connection.
    ids
        Identifiers one of which it must have; empty for any.
    types
        Lists of types: it must have all of one list; empty for any.
    """
    statement = (
        "SELECT ref, id, types, created_us, modified_us, deleted_us FROM entity e WHERE 1 = 1"
    )
    values: list[Any] = []
    if ids:
        statement += " AND e.id IN (SELECT value FROM json_each(?))"
        values.append(orjson.dumps(ids).decode())
    if types:
        firsts = sorted({iri for group in types for iri in group})
        statement += (
            " AND (e.body IS NULL OR EXISTS (SELECT 1 FROM entity_type t JOIN word w"
            " ON w.ref = t.type WHERE t.entity = e.ref"
            " AND w.iri IN (SELECT value FROM json_each(?))))"
        )
        values.append(orjson.dumps(firsts).decode())
    statement += " AND e.ref > ? ORDER BY e.ref LIMIT ?"
    wanted = [frozenset(group) for group in types]
    last = -1
    # some at once: while a statement is open, the log of what is written cannot be begun anew
    while rows := db.execute(statement, (*values, last, AT_ONCE)).fetchall():
        last = rows[-1][0]
        for row in rows:
            found = _evolution(row)
            if not wanted or any(group <= set(found.types) for group in wanted):
                yield found


def _evolution(row: tuple[Any, ...]) -> Evolution:
    ref, key, types, created_us, modified_us, deleted_us = row
    return Evolution(ref, key, orjson.loads(types), created_us, modified_us, deleted_us)


def load_archived(
    tenant: Tenant, refs: Sequence[int], window: Window, attributes: frozenset[str] = frozenset()
) -> dict[int, list[Row]]:
    """
    Return what files hold of the past of some entities: asked once for all, as asking is dear.

    Parameters
    ----------
    tenant
        The tenant's records.
    refs
        Numbers of entities.
    window, attributes
        As for `load_lines`.

    Returns
    -------
    dict
        Number of the series to its readings, in no order.
    """
    files = archive_files(tenant, window)
    if not files:
        return {}
    statement = (
        "SELECT s.ref FROM series s JOIN word w ON w.ref = s.attribute"
        " WHERE s.entity IN (SELECT CAST(value AS INTEGER) FROM json_each(?))"
    )
    values = [orjson.dumps(list(refs)).decode()]
    if attributes:
        statement += " AND w.iri IN (SELECT value FROM json_each(?))"
        values.append(orjson.dumps(sorted(attributes)).decode())
    series = [row[0] for row in tenant.reader().execute(statement, values)]
    return archived_rows(files, series, window, most=_most(window)) if series else {}


def load_lines(
    tenant: Tenant, ref: int, window: Window, attributes: frozenset[str] = frozenset(), *,
    archived: Mapping[int, list[Row]] | None = None,
) -> list[Line]:  # fmt: skip
    """
    Return an entity's instances in a window of time.

    Parameters
    ----------
    tenant
        The tenant's records.
    ref
        Number of the entity.
    window
        Which part of the past; each line has one instance more than its page at most, by which
        it is known that there are more.
    attributes
        IRIs of attributes to look at; empty for all.
    archived
        What files hold of it, where that is known already.
    """
    db = tenant.reader()
    if archived is None:
        archived = load_archived(tenant, [ref], window, attributes)
    rows = db.execute(
        "SELECT s.ref, w.iri, s.dataset, s.kind FROM series s JOIN word w ON w.ref = s.attribute"
        " WHERE s.entity = ? ORDER BY s.ref",
        (ref,),
    ).fetchall()
    series = [row for row in rows if not attributes or row[1] in attributes]
    most = _most(window)
    lines = []
    for key, iri, dataset, kind in series:
        found = _rows(db, key, window, most)
        if key in archived:
            found = _together(found, archived[key], window, most)
        if found:
            instances = [(_instant(row, window), _instance(row, kind, dataset)) for row in found]
            lines.append(Line(iri, dataset, kind, instances))
    return lines


def _most(window: Window) -> int:
    """Return how many instances of a line are read: one more than an answer has."""
    return min(window.last, window.page + 1) if window.last else window.page + 1


def _speaks_of_writing(window: Window) -> bool:
    return window.member in {"createdAt", "modifiedAt"}


def _instant(row: Row, window: Window) -> int:
    """Return the instant of a reading that a window speaks of."""
    return row[2] if _speaks_of_writing(window) else row[1]


def _rows(db: Db, series: int, window: Window, most: int) -> list[Row]:
    at = "made_us" if _speaks_of_writing(window) else "at_us"
    bounds = ""
    if window.relation:
        bounds = f" AND {at} >= {window.from_us:d} AND {at} < {window.to_us:d}"
    if window.relation and window.member == "observedAt":
        bounds += " AND observed = 1"
    if window.member == "deletedAt":
        bounds += " AND body LIKE '%\"deletedAt\"%'"
    way = "DESC" if window.last else "ASC"
    rows = db.execute(
        "SELECT ref, at_us, made_us, observed, value, body FROM reading "  # noqa: S608  (own text)
        f"WHERE series = ?{bounds} ORDER BY {at} {way}, ref {way} LIMIT ?",
        (series, most),
    )
    return [as_tuple(row) for row in rows]


def _together(here: list[Row], archived: list[Row], window: Window, most: int) -> list[Row]:
    """Return readings of the database and of files, each once, in order."""
    rows = {row[0]: row for row in [*archived, *here]}
    ordered = sorted(
        rows.values(), key=lambda row: (_instant(row, window), row[0]), reverse=bool(window.last)
    )
    return ordered[:most]


def _instance(row: tuple[Any, ...], kind: str, dataset: str) -> Instance:
    ref, at_us, made_us, observed, value, body = row
    made = to_iso(made_us)
    if body is None:
        instance: Instance = {"type": kind, VALUE_OF.get(kind, "value"): value}
    else:
        instance = orjson.loads(body)
        if "deletedAt" in instance:
            gone = instance["deletedAt"]
            instance["deletedAt"] = to_iso(gone) if isinstance(gone, int) else gone
            instance.setdefault(VALUE_OF[instance["type"]], _gone(instance["type"]))
    if observed:
        instance.setdefault("observedAt", to_iso(at_us))
    if dataset:
        instance["datasetId"] = dataset
    instance.setdefault("createdAt", made)
    instance.setdefault("modifiedAt", made)
    instance["instanceId"] = instance_id(ref)
    return instance


def _gone(kind: str) -> Any:
    return {"@none": NULL} if kind == "LanguageProperty" else NULL


# --- writing ------------------------------------------------------------------------------


def put_evolution(
    tx: Writing, key: str, types: list[str], lines: dict[str, list[Instance]]
) -> bool:
    """
    Add instances to an entity's past; the entity as it is now is not touched.

    Parameters
    ----------
    tx
        The writer's transaction.
    key
        The entity's identifier.
    types
        Its types; those that are new are added.
    lines
        Attribute IRI to instances.

    Returns
    -------
    bool
        Whether nothing was known of the entity before.
    """
    found = find_evolution(tx.db, key)
    if found is None:
        lines = {iri: instances for iri, instances in lines.items() if iri != SCOPE}
        ref = tx.db.execute(
            "INSERT INTO entity(id, body, types, created_us, modified_us)"
            " VALUES(?, NULL, ?, ?, ?) RETURNING ref",
            (key, orjson.dumps(types).decode(), tx.now_us, tx.now_us),
        ).fetchone()[0]
    else:
        ref = found.ref
        add_types(tx, found, types)
    add_instances(tx, ref, lines)
    return found is None


def add_types(tx: Writing, found: Evolution, types: list[str]) -> None:
    """Add types to an entity's past, if it has no present that says of which types it is."""
    all_types = list(dict.fromkeys([*found.types, *types]))
    tx.db.execute(
        "UPDATE entity SET types = CASE WHEN body IS NULL THEN ? ELSE types END,"
        " modified_us = ? WHERE ref = ?",
        (orjson.dumps(all_types).decode(), tx.now_us, found.ref),
    )


def add_instances(tx: Writing, ref: int, lines: dict[str, list[Instance]]) -> None:
    """Add instances to an entity's past, by the entity's number."""
    append_readings(
        tx,
        [
            _reading(tx, ref, iri, instance)
            for iri, instances in lines.items()
            for instance in instances
        ],
    )


def _reading(tx: Writing, ref: int, iri: str, instance: Instance) -> Reading:
    series = series_ref(
        tx, ref, iri, dataset=instance.get("datasetId", ""), kind=instance["type"],
        unit=instance.get("unitCode"),
    )  # fmt: skip
    at_us, value, body = row_of(instance, tx.now_us)
    return Reading(series, at_us, value, body, "observedAt" in instance)


def row_of(instance: Instance, now_us: int) -> tuple[int, float | str | None, str | None]:
    """Return instant [µs since 1970], value and body of an instance's reading."""
    observed = instance.get("observedAt")
    at_us = now_us if observed is None else from_iso(observed)
    value = instance.get("value")
    whole = isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
    plain = whole or isinstance(value, str | float)
    if plain and instance["type"] == "Property" and instance.keys() <= _PLAIN:
        return at_us, value, None
    return at_us, value if plain else None, orjson.dumps(instance).decode()


def delete_evolution(tx: Writing, found: Evolution) -> None:
    """Forget an entity's past; the entity as it is now stays."""
    for (series,) in tx.db.execute(
        "SELECT ref FROM series WHERE entity = ?", (found.ref,)
    ).fetchall():
        _delete_series(tx, series)
    tx.db.execute("DELETE FROM entity WHERE ref = ? AND body IS NULL", (found.ref,))


def delete_lines(tx: Writing, ref: int, iri: str, dataset: str | None) -> bool:
    """Forget the past of an attribute, of one dataset or (None) of all; tell whether it was."""
    rows = tx.db.execute(
        "SELECT s.ref FROM series s JOIN word w ON w.ref = s.attribute"
        " WHERE s.entity = ? AND w.iri = ? AND (CAST(? AS TEXT) IS NULL OR s.dataset = ?)"
        " AND EXISTS (SELECT 1 FROM reading r WHERE r.series = s.ref)",
        (ref, iri, dataset, dataset),
    ).fetchall()
    for (series,) in rows:
        _delete_series(tx, series)
    return bool(rows)


def _delete_series(tx: Writing, series: int) -> None:
    """
    Forget a series; its number is not given again.

    Readings of it that stand in files belong to nobody from now on; they go when the files do.
    """
    tx.flush()
    for table in ("reading", "hourly", "hourly_day", "daily"):
        tx.db.execute(f"DELETE FROM {table} WHERE series = ?", (series,))  # noqa: S608  (own names)
    tx.db.execute("UPDATE series SET entity = -ref WHERE ref = ?", (series,))
    tx.series.clear()


def find_instance(db: Db, ref: int, iri: str, reading: int) -> int | None:
    """Return the number of the series that a reading of an attribute belongs to, if it does."""
    row = db.execute(
        "SELECT r.series FROM reading r JOIN series s ON s.ref = r.series"
        " JOIN word w ON w.ref = s.attribute WHERE r.ref = ? AND s.entity = ? AND w.iri = ?",
        (reading, ref, iri),
    ).fetchone()
    return None if row is None else int(row[0])


def has_line(db: Db, ref: int, iri: str) -> bool:
    """Tell whether anything of an attribute's past is known."""
    return (
        db.execute(
            "SELECT 1 FROM reading r JOIN series s ON s.ref = r.series"
            " JOIN word w ON w.ref = s.attribute WHERE s.entity = ? AND w.iri = ? LIMIT 1",
            (ref, iri),
        ).fetchone()
        is not None
    )


def replace_instance(tx: Writing, series: int, reading: int, instance: Instance) -> None:
    """Put an instance in the place of another; when that was made stays (5.6.14)."""
    was_us, made_us, body = tx.db.execute(
        "SELECT at_us, made_us, body FROM reading WHERE ref = ?", (reading,)
    ).fetchone()
    created = orjson.loads(body).get("createdAt") if body else None
    instance = {**instance, "createdAt": created or to_iso(made_us)}
    at_us, value, _ = row_of(instance, made_us)
    tx.db.execute(
        "UPDATE reading SET at_us = ?, observed = ?, value = ?, body = ? WHERE ref = ?",
        (at_us, "observedAt" in instance, value, orjson.dumps(instance).decode(), reading),
    )
    recount(tx, series, from_us=min(was_us, at_us), to_us=max(was_us, at_us))


def delete_instance(tx: Writing, series: int, reading: int) -> None:
    """Forget one instance."""
    (at_us,) = tx.db.execute("SELECT at_us FROM reading WHERE ref = ?", (reading,)).fetchone()
    tx.db.execute("DELETE FROM reading WHERE ref = ?", (reading,))
    recount(tx, series, from_us=at_us, to_us=at_us)
