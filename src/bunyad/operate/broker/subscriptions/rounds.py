"""Notifications that come by the clock: all entities subscribed to, every so many seconds."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from bunyad.operate.broker.subscriptions.outbox import Letter, post_letter
from bunyad.operate.broker.subscriptions.sharing import is_first
from bunyad.operate.broker.subscriptions.shelf import Shelf
from bunyad.operate.broker.subscriptions.watch import Watch
from bunyad.operate.records import Writing, now_us

_log = logging.getLogger(__name__)
_Take = Callable[[Shelf, list[Letter]], None]


class Rounds:
    """Keeps the clocks of subscriptions with a `timeInterval`."""

    def __init__(self, take: _Take) -> None:
        self._take = take
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}

    def start(self, shelf: Shelf, key: str) -> None:
        """Start the clock of a subscription, or set it anew; stop it if it has none."""
        self.stop(shelf, key)
        watch = shelf.watches.get(key)
        if watch is not None and watch.interval_us:
            task = asyncio.get_running_loop().create_task(self._go(shelf, key))
            self._tasks[shelf.tenant.name, key] = task

    def stop(self, shelf: Shelf, key: str) -> None:
        """Stop the clock of a subscription."""
        if task := self._tasks.pop((shelf.tenant.name, key), None):
            task.cancel()

    async def close(self) -> None:
        """Stop all clocks."""
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _go(self, shelf: Shelf, key: str) -> None:
        watch = shelf.watches[key]
        due_us = max(watch.tally.last_us + watch.interval_us, now_us())
        if not watch.tally.last_us:
            due_us = now_us() + watch.interval_us
        while (watch := shelf.watches[key]) and watch.interval_us:
            await asyncio.sleep(max(0.0, (due_us - now_us()) / 1e6))
            due_us += watch.interval_us
            if due_us < now_us():
                due_us = now_us() + watch.interval_us
            if watch.status(now_us()) != "active":
                continue
            with contextlib.suppress(RuntimeError):  # the records are closed
                await self._round(shelf, key, watch)

    async def _round(self, shelf: Shelf, key: str, watch: Watch) -> None:
        data = await asyncio.to_thread(shelf.collect, watch)
        if not data:
            return

        def post(tx: Writing) -> list[Letter]:
            if not is_first(tx, f"round {key}", watch.interval_us):
                return []
            watch.queued_us = tx.now_us
            return [post_letter(tx, key, data)]

        self._take(shelf, await shelf.tenant.write(post))
