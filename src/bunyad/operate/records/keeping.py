"""What is done now and then while the server runs: sums, and moving old readings away."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from bunyad.operate.records.rollups import roll_up
from bunyad.operate.records.tenant import Records, Tenant
from bunyad.operate.records.times import DAY_US, now_us

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """
    How long what is kept.

    Attributes
    ----------
    days
        Age at which readings leave the database for Parquet files [d]; 0 moves none.
    history_days
        Age at which these files are deleted [d]; 0 deletes none. Sums by hour and day stay.
    every_s
        Time between two rounds of sums [s].
    """

    days: float = 35
    history_days: float = 0
    every_s: float = 30


class Keeper:
    """Keeps the records of all open tenants in order, as a task of the server's loop."""

    def __init__(self, records: Records, keeping: Keeping) -> None:
        self._records = records
        self._keeping = keeping
        self._task: asyncio.Task[None] | None = None
        self._archived: dict[str, int] = {}

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
                try:
                    await tenant.write(roll_up)
                    await self._archive(tenant)
                except Exception:  # noqa: BLE001  (the next round tries again)
                    _log.exception("the records of %r are not in order", tenant.name)

    async def _archive(self, tenant: Tenant) -> None:
        today = now_us() // DAY_US
        if not self._keeping.days or self._archived.get(tenant.name) == today:
            return
        from bunyad.operate.records.history import archive_readings, forget_history  # noqa: PLC0415  (heavy)

        self._archived[tenant.name] = today
        await asyncio.to_thread(archive_readings, tenant, keep_days=self._keeping.days)
        if self._keeping.history_days:
            await asyncio.to_thread(forget_history, tenant, keep_days=self._keeping.history_days)
