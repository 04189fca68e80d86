"""
What the context broker and the south keep, as news of SensorThings.

Their readings are Observations without anybody showing them; whoever wants to tell of each as it
comes looks here: the readings are counted on from the last one told, so that none is left out.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from bunyad.operate.records import Change, Tenant, load_document, now_us, put_document
from bunyad.operate.records.sharing import Turn
from bunyad.operate.sensorthings.bridge import bridge_of
from bunyad.operate.sensorthings.changes.work import Touched
from bunyad.operate.sensorthings.model import NOT_DELETED

T = TypeVar("T")
AT_ONCE = 500  # readings looked at in one go
EVERY_S = 1.0  # between two looks for what other servers kept
NOTED_EVERY_S = 2.0  # how often it is written down which readings are told
LONGEST_GAP_US = 120_000_000  # after which nobody wants to hear what was not told
_PROGRESS = "sensorthings-told"
# Observations made over SensorThings have a row of their own, and were told when they were made.
_NEWS = (
    "SELECT r.ref, r.series, d.key IS NOT NULL AND x.ref IS NULL AND "  # noqa: S608  (names of ours)
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
    turn
        Tells whether it is this server that tells of readings, where several servers could.
    """

    def __init__(self, tenant: Tenant, turn: Turn | None = None) -> None:
        self._tenant = tenant
        self._turn = turn
        self._bridge = bridge_of(tenant)
        self._bridge.told = []
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._last = self._newest()
        self._is_ours = False
        self._noted_s = 0.0
        tenant.after_commit.append(self._wake)

    def stop(self) -> None:
        """Follow no longer."""
        self._tenant.after_commit.remove(self._wake)
        self._bridge.told = None

    async def news(self) -> AsyncIterator[Touched]:
        """Yield what the broker's changes made or changed, as they come."""
        while True:
            await self._wait()
            is_more = True
            while is_more:
                if await self._do(lambda: self._bridge.is_behind(self._tenant)):
                    await self._bridge.catch_up(self._tenant)
                while self._bridge.told:
                    yield self._bridge.told.pop(0)
                if self._turn is not None and not await self._takes_turn(self._turn):
                    break  # another server tells of them
                rows = await self._do(self._rows)
                is_more = bool(rows)
                for ref, series, shown in rows:
                    if not shown and series > self._bridge.seen:
                        break  # it came since the bridge has looked
                    self._last = ref
                    if shown:
                        yield Touched("Observation", ref)

    async def _takes_turn(self, turn: Turn) -> bool:
        """Tell whether it is this server's turn; where it comes to be, go on where others left."""
        was_ours, self._is_ours = self._is_ours, await asyncio.to_thread(turn.is_ours)
        if not self._is_ours:
            self._last = await self._do(self._newest)
        elif not was_ours:
            self._last = await self._do(self._left_off)
        if self._is_ours and time.monotonic() - self._noted_s > NOTED_EVERY_S:
            await self._note()
        return self._is_ours

    def _left_off(self) -> int:
        found = load_document(self._tenant.reader(), _PROGRESS, _PROGRESS)
        if found is None or now_us() - found["at_us"] > LONGEST_GAP_US:
            return self._last
        return int(found["last"])

    async def _note(self) -> None:
        """Write down up to which reading all are told."""
        self._noted_s = time.monotonic()
        body = {"last": self._last, "at_us": now_us()}
        await self._tenant.write(
            lambda tx: put_document(tx, _PROGRESS, _PROGRESS, body, is_news=False)
        )

    async def leave(self) -> None:
        """Leave it to other servers to tell of readings."""
        if self._turn is not None:
            if self._is_ours:
                await self._note()
            await asyncio.to_thread(self._turn.close)

    async def _wait(self) -> None:
        """Wait for a change; those of other servers are looked for every so often."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if self._turn is None else EVERY_S):
                await self._changed.wait()
        self._changed.clear()

    async def _do(self, work: Callable[[], T]) -> T:
        """Read; where that asks another machine, nobody waits for it."""
        return work() if self._turn is None else await asyncio.to_thread(work)

    def _newest(self) -> int:
        row = self._tenant.reader().execute("SELECT max(ref) FROM reading").fetchone()
        return int(row[0] or 0)

    def _rows(self) -> list[tuple[int, int, int]]:
        found = self._tenant.reader().execute(_NEWS, (self._last, AT_ONCE))
        rows: list[tuple[int, int, int]] = found.fetchall()
        return rows

    def _wake(self, _: list[Change]) -> None:
        try:
            self._loop.call_soon_threadsafe(self._changed.set)
        except RuntimeError:  # the loop is closed: nobody listens
            return
