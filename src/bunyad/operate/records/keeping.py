"""What is done now and then while the server runs: sums, and moving old readings away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from dataclasses import dataclass
from functools import partial

from bunyad.operate.records.memory import give_back
from bunyad.operate.records.opening import Records
from bunyad.operate.records.rollups import pack_hours, roll_up
from bunyad.operate.records.tenant import Tenant
from bunyad.operate.records.times import DAY_US, now_us

PACKED_AFTER_DAYS = 2
"""Whole days before today whose hours stay rows: most late readings come by then."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """
    How long what is kept.

    Attributes
    ----------
    days
        Age at which readings leave the database for Parquet files [d]; 0 moves none.
    readings
        Readings that the database holds at most; beyond them the older half leaves before its
        days are over. 0 sets no bound.
    history_days
        Age at which these files are deleted [d]; 0 deletes none. Sums by hour and day stay.
    every_s
        Time between two rounds of sums [s].
    """

    days: float = 35
    readings: int = 3_000_000
    history_days: float = 0
    every_s: float = 30


class Keeper:
    """Keeps the records of all open tenants in order, as a task of the server's loop."""

    def __init__(self, records: Records, keeping: Keeping) -> None:
        self._records = records
        self._keeping = keeping
        self._task: asyncio.Task[None] | None = None
        self._moved: dict[str, int] = {}
        self._staying: dict[str, int] = {}
        self._missing: set[str] = set()

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End, after the round that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._keeping.every_s)
            for tenant in self._records.open_tenants():
                await self._look_for_files(tenant)
            sharing = self._records.sharing
            if sharing is not None and not await sharing.leads():
                continue  # one server does it for all
            for tenant in self._records.open_tenants():
                try:
                    await tenant.write(roll_up)
                    await self._move(tenant)
                except Exception:  # noqa: BLE001  (the next round tries again)
                    _log.exception("the records of %r are not in order", tenant.name)
            await asyncio.to_thread(give_back)

    async def _look_for_files(self, tenant: Tenant) -> None:
        """Tell the log of files of long history that are missing here, each once."""
        from bunyad.operate.records.history import missing_history  # noqa: PLC0415  (heavy)

        with contextlib.suppress(sqlite3.Error):  # the next round looks again
            for fault in await asyncio.to_thread(missing_history, tenant):
                if fault.where not in self._missing:
                    self._missing.add(fault.where)
                    _log.error("%s", fault)

    async def _move(self, tenant: Tenant) -> None:
        from bunyad.operate.records.history import (  # noqa: PLC0415  (heavy)
            archive_readings,
            archive_surplus,
            forget_history,
        )

        today = now_us() // DAY_US
        keeping = self._keeping
        if keeping.readings:
            self._staying[tenant.name] = await asyncio.to_thread(
                archive_surplus, tenant, most=keeping.readings,
                staying=self._staying.get(tenant.name, 0),
            )  # fmt: skip
        if self._moved.get(tenant.name) == today:
            return
        self._moved[tenant.name] = today
        if keeping.days:
            await asyncio.to_thread(archive_readings, tenant, keep_days=keeping.days)
        if keeping.history_days:
            await asyncio.to_thread(forget_history, tenant, keep_days=keeping.history_days)
        await self._pack(tenant, (today - PACKED_AFTER_DAYS) * DAY_US)

    async def _pack(self, tenant: Tenant, before_us: int) -> None:
        after = await tenant.write(partial(pack_hours, before_us=before_us))
        while after:
            after = await tenant.write(partial(pack_hours, before_us=before_us, after=after))
