"""
What servers on one database do about each other's notifications.

A notification is sent by the server that made it. When that one is no more, another takes its
notifications over, each of them once.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bunyad.operate.broker.subscriptions.outbox import OF_SOURCES, Letter
from bunyad.operate.records import Records, Tenant, Writing
from bunyad.operate.records.rollups import put_setting

if TYPE_CHECKING:
    from bunyad.operate.broker.subscriptions.courier import Courier
    from bunyad.operate.records.schemas import PostgresSchema

EVERY_S = 2.0
"""How often somebody looks for notifications of servers that are no more [s]."""
_EARLY = 0.5  # part of an interval: two servers' clocks do not tick together

_log = logging.getLogger(__name__)


class Succession:
    """
    Takes over what servers that are no more had to send, as a task of the server's loop.

    Parameters
    ----------
    records
        Records that several servers share.
    courier
        What sends.
    shelf
        Returns the subscriptions of a tenant.
    of_sources
        Whether they are subscriptions to registrations.
    """

    def __init__(
        self, records: Records, courier: Courier, shelf: Callable[[Tenant], Any], *,
        of_sources: bool = False,
    ) -> None:  # fmt: skip
        self._records = records
        self._courier = courier
        self._shelf = shelf
        self._of_sources = of_sources
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                for name in await asyncio.to_thread(self._records.names):
                    tenant = self._records.tenant(name, create=False)
                    if tenant is not None:
                        await self._take_over(tenant)
            except sqlite3.Error as error:
                _log.warning("nothing is taken over: %s", error)
            await asyncio.sleep(EVERY_S)

    async def _take_over(self, tenant: Tenant) -> None:
        home: PostgresSchema = tenant.home  # type: ignore[assignment]

        def has_any() -> bool:
            return home.has_orphans(tenant.reader(), OF_SOURCES, begins=self._of_sources)

        def take(tx: Writing) -> list[Letter]:
            rows = home.take_over(tx, OF_SOURCES, begins=self._of_sources)
            return [Letter(*row) for row in rows]

        if await asyncio.to_thread(has_any):
            self._courier.take_over(self._shelf(tenant), await tenant.write(take))


async def is_ours(tenant: Tenant, letter: Letter) -> bool:
    """Tell whether a notification is still this server's to send."""
    home: Any = tenant.home
    if not home.is_shared:
        return True
    try:
        return bool(await asyncio.to_thread(lambda: home.is_ours(tenant.reader(), letter.ref)))
    except sqlite3.Error:  # the database does not answer: it is asked again before the next try
        return True


def is_first(tx: Writing, name: str, interval_us: int) -> bool:
    """
    Tell whether no other server has done in this interval what is done every so often.

    Parameters
    ----------
    tx
        The writer's transaction.
    name
        Under which it is noted.
    interval_us
        Time between two turns [µs].
    """
    if not tx.tenant.home.is_shared:
        return True
    row = tx.db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    if row is not None and tx.now_us - row[0] < interval_us * _EARLY:
        return False
    put_setting(tx, name, tx.now_us)
    return True
