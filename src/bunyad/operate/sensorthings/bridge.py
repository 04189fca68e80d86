"""
Entities of the context broker as Things, their attributes with numbers as Datastreams.

Writing to the broker costs nothing more for it: before SensorThings answers, it looks whether the
records have new series, and shows them then. Readings need no showing: they are Observations.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from bunyad.operate.records import Change, Tenant, Writing
from bunyad.operate.records.database import Db
from bunyad.operate.sensorthings.changes.places import set_locations
from bunyad.operate.sensorthings.changes.work import Touched, Work
from bunyad.operate.sensorthings.model import KINDS
from bunyad.operate.sensorthings.shown import (
    LOCATION,
    add_place,
    name_of,
    place_of,
    short_name,
    show_series,
)

_MARK = "sensorthings_series"
# One plain question after the other: of all in one, a database that has just been filled and has
# counted nothing yet makes a search through everything for each of them.
_OF = "SELECT ref, entity, attribute, dataset, unit FROM series WHERE kind = 'Property' AND "
_NEXT = f"{_OF} ref > ? ORDER BY ref LIMIT ?"
_BACK = f"{_OF} entity IN (SELECT entity FROM sensorthings_gone)"  # noqa: S608  (ours)
_AMONG = "IN (SELECT CAST(value AS INTEGER) FROM json_each(?))"
_SHOWN = f"SELECT key FROM sensorthings_datastream WHERE key {_AMONG}"  # noqa: S608  (ours)
_THERE = f"SELECT ref FROM entity WHERE body IS NOT NULL AND ref {_AMONG}"  # noqa: S608  (ours)
_WORDS = f"SELECT ref, iri FROM word WHERE ref {_AMONG}"  # noqa: S608  (ours)
_NUMERIC = (
    f"SELECT s.ref FROM series s WHERE s.ref {_AMONG} AND "  # noqa: S608  (ours)
    "typeof((SELECT r.value FROM reading r WHERE r.series = s.ref "
    "ORDER BY r.at_us DESC, r.ref DESC LIMIT 1)) IN ('integer', 'real')"
)
AT_ONCE = 1_000  # series shown in one transaction, so that other writes need not wait for long


class Bridge:
    """
    What shows the entities of one tenant's broker, and keeps up with them.

    Attributes
    ----------
    seen
        Number of the last series that was looked at.
    told
        What was made or changed, where somebody wants to know.
    """

    def __init__(self, tenant: Tenant) -> None:
        row = (
            tenant.reader().execute("SELECT value FROM setting WHERE name = ?", (_MARK,)).fetchone()
        )
        self.seen: int = row[0] if row else 0
        self._back = True
        self.told: list[Touched] | None = None
        tenant.before_commit.append(self._follow)

    def is_behind(self, tenant: Tenant) -> bool:
        """Return whether there are series that are not looked at yet."""
        last = tenant.reader().execute("SELECT max(ref) FROM series").fetchone()[0]
        return self._back or (last or 0) > self.seen

    async def catch_up(self, tenant: Tenant) -> None:
        """Show what is new in the broker."""
        self._back = False
        done = False
        while not done:
            self.seen, done = await tenant.write(self._show_some)

    def _show_some(self, tx: Writing) -> tuple[int, bool]:
        """Show some series; return the last one seen, and whether that was all."""
        work = Work(tx)
        last = tx.db.execute("SELECT max(ref) FROM series").fetchone()[0] or 0
        rows = tx.db.execute(_NEXT, (self.seen, AT_ONCE)).fetchall()
        done = len(rows) < AT_ONCE
        seen = last if done else rows[-1][0]
        back = tx.db.execute(_BACK).fetchall() if done else []
        show_series(work, _to_show(tx.db, {row[0]: row for row in [*rows, *back]}))
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
            if change.before is not None and any(
                short_name(iri) == "name" for iri in change.touched
            ):
                _rename(work, change.id, change.after)
        self._tell(work)


def _to_show(db: Db, series: dict[int, tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the series (number, entity, attribute's IRI, dataset, unit) that are to be shown."""

    def known(statement: str, numbers: Iterable[int]) -> list[tuple[Any, ...]]:
        listed = orjson.dumps(sorted(set(numbers))).decode()
        rows: list[tuple[Any, ...]] = db.execute(statement, (listed,)).fetchall()
        return rows

    shown = {row[0] for row in known(_SHOWN, series)}
    there = {row[0] for row in known(_THERE, (row[1] for row in series.values()))}
    left = {ref for ref, row in series.items() if ref not in shown and row[1] in there}
    numeric = sorted(row[0] for row in known(_NUMERIC, left))
    words = dict(known(_WORDS, (series[ref][2] for ref in numeric)))
    return [(ref, series[ref][1], words[series[ref][2]], *series[ref][3:]) for ref in numeric]


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
    name = name_of(after)
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
        short = short_name(attribute)
        work.db.execute(
            "UPDATE sensorthings_datastream SET name = ?, description = ? WHERE key = ?",
            (f"{name} {short}", f"{short} of {name}", datastream),
        )
        work.touch(KINDS["Datastream"], datastream, "name", "description")


def _move(work: Work, change: Change) -> None:
    """Say where an entity is now, so that what it measures from now on is of there."""
    tx = work.tx
    found = _thing_of(tx, change.id)
    place = place_of(change.after) if change.after else None
    if found is None or place is None:
        return
    location, feature = add_place(work, change.after or {}, place)
    set_locations(work, found[0], [location])
    tx.db.execute(
        "UPDATE sensorthings_datastream SET feature = ? WHERE thing = ?", (feature, found[0])
    )
