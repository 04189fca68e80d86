"""
What the context broker and the south keep, as news of SensorThings.

Their readings are Observations without anybody showing them; whoever wants to tell of each as it
comes looks here: the readings are counted on from the last one told, so that none is left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from bunyad.operate.records import Change, Tenant
from bunyad.operate.sensorthings.bridge import bridge_of
from bunyad.operate.sensorthings.changes.work import Touched
from bunyad.operate.sensorthings.model import NOT_DELETED

AT_ONCE = 500  # readings looked at in one go
# Observations made over SensorThings have a row of their own, and were told when they were made.
_NEWS = (
    "SELECT r.ref, d.key IS NOT NULL AND x.ref IS NULL AND "  # noqa: S608  (names of ours)
    + NOT_DELETED.format(a="r")
    + " FROM reading r LEFT JOIN sensorthings_datastream d "
    "ON d.key = r.series AND d.attribute IS NOT NULL "
    "LEFT JOIN sensorthings_observation x ON x.ref = r.ref "
    "WHERE r.ref > ? ORDER BY r.ref LIMIT ?"
)


class Follower:
    """
    What follows one tenant's broker; made within the loop that asks for its news.

    Parameters
    ----------
    tenant
        Whose records.
    """

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._bridge = bridge_of(tenant)
        self._bridge.told = []
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        row = tenant.reader().execute("SELECT max(ref) FROM reading").fetchone()
        self._last: int = row[0] or 0
        tenant.after_commit.append(self._wake)

    def stop(self) -> None:
        """Follow no longer."""
        self._tenant.after_commit.remove(self._wake)
        self._bridge.told = None

    async def news(self) -> AsyncIterator[Touched]:
        """Yield what the broker's changes made or changed, as they come."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._bridge.is_behind(self._tenant):
                await self._bridge.catch_up(self._tenant)
            while self._bridge.told:
                yield self._bridge.told.pop(0)
            rows = [(0, 0)]
            while rows:
                rows = self._tenant.reader().execute(_NEWS, (self._last, AT_ONCE)).fetchall()
                for ref, shown in rows:
                    self._last = ref
                    if shown:
                        yield Touched("Observation", ref)

    def _wake(self, _: list[Change]) -> None:
        try:
            self._loop.call_soon_threadsafe(self._changed.set)
        except RuntimeError:  # the loop is closed: nobody listens
            return
