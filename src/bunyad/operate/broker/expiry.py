"""
Entities and instances whose time is over are taken away (`expiresAt`, CIM 009, 4.25).

A row in every tenant's file tells when something of an entity is over next; a clock looks for
rows that are due. What is over but still there is not told in the meantime.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any

from bunyad.operate.broker.changes import DELETED, UPDATED
from bunyad.operate.broker.model import Entity
from bunyad.operate.records import (
    Records,
    Tenant,
    Writing,
    add_tables,
    delete_entity,
    from_iso,
    load_entity,
    now_us,
    put_entity,
    to_iso,
)

if TYPE_CHECKING:
    from bunyad.operate.broker.app import Broker
    from bunyad.operate.server import Server

PERIOD = 2.0  # seconds between two looks
MOST_AT_ONCE = 500  # entities in one transaction
_log = logging.getLogger(__name__)

add_tables(
    "expiring",
    """
    CREATE TABLE IF NOT EXISTS expiring_entity(
        entity TEXT PRIMARY KEY, at_us INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS expiring_at ON expiring_entity(at_us);
    """,
)


def next_end(entity: Entity | None) -> int | None:
    """Return when something of an entity is over next [µs since 1970]; None for never."""
    if entity is None:
        return None
    ends = [entity["expiresAt"]] if "expiresAt" in entity else []
    for instances in entity["attrs"].values():
        ends += [one["expiresAt"] for one in instances if "expiresAt" in one]
    return min(map(from_iso, ends)) if ends else None


def note_ends(tx: Writing) -> None:
    """Note when the entities that a transaction changed are over."""
    for change in tx.changes:
        before, after = next_end(change.before), next_end(change.after)
        if after is not None:
            tx.db.execute(
                "INSERT INTO expiring_entity(entity, at_us) VALUES(?, ?) "
                "ON CONFLICT(entity) DO UPDATE SET at_us = excluded.at_us",
                (change.id, after),
            )
        elif before is not None:
            tx.db.execute("DELETE FROM expiring_entity WHERE entity = ?", (change.id,))


def end_all(tx: Writing) -> int:
    """Take away what is over; return how many entities that changed."""
    due = tx.db.execute(
        "SELECT entity FROM expiring_entity WHERE at_us <= ? ORDER BY at_us LIMIT ?",
        (tx.now_us, MOST_AT_ONCE),
    ).fetchall()
    for (key,) in due:
        entity = load_entity(tx.db, key)
        if entity is None:
            tx.db.execute("DELETE FROM expiring_entity WHERE entity = ?", (key,))
        elif "expiresAt" in entity and from_iso(entity["expiresAt"]) <= tx.now_us:
            delete_entity(tx, entity)
        else:
            _end_instances(tx, entity)
    return len(due)


def _end_instances(tx: Writing, entity: Entity) -> None:
    attrs: dict[str, Any] = {}
    touched: dict[str, str] = {}
    for iri, instances in entity["attrs"].items():
        left = [
            one
            for one in instances
            if "expiresAt" not in one or from_iso(one["expiresAt"]) > tx.now_us
        ]
        if left:
            attrs[iri] = left
        if len(left) < len(instances):
            touched[iri] = UPDATED if left else DELETED
    after = {**entity, "attrs": attrs, "modifiedAt": to_iso(tx.now_us)}
    put_entity(tx, after, before=entity, touched=touched)


class Reaper:
    """Looks now and then for what is over, in the records of every tenant that is in use."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start looking."""
        self._task = asyncio.get_running_loop().create_task(self._go())

    async def close(self) -> None:
        """Stop looking."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def look(self) -> None:
        """Take away what is over now."""
        for tenant in self._records.open_tenants():
            while _is_due(tenant):
                await tenant.write(end_all)

    async def _go(self) -> None:
        while True:
            try:
                await self.look()
            except RuntimeError:  # the records are closed
                return
            except Exception:  # noqa: BLE001  (one bad look does not end the clock)
                _log.exception("what is over could not be taken away")
            await asyncio.sleep(PERIOD)


def _is_due(tenant: Tenant) -> bool:
    row = tenant.reader().execute("SELECT min(at_us) FROM expiring_entity").fetchone()
    return row[0] is not None and row[0] <= now_us()


def attach(broker: Broker, server: Server) -> None:
    """Note what is over when, in every tenant's records, and take it away in time."""

    def watch(tenant: Tenant) -> None:
        tenant.before_commit.append(note_ends)

    records = broker.records
    if (tenant := records.tenant("")) is not None:
        watch(tenant)
    records.on_open.append(watch)
    reaper = Reaper(records)
    server.starting.append(reaper.start)
    server.stopping.append(reaper.close)
