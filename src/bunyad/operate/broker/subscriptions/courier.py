"""
Takes notifications from the outbox to their receivers, each subscription's in their order.

A notification leaves the outbox when its receiver has taken it (any status 2xx), or refused it for
good (4xx). Until then it is tried again, after 5 s at first and 5 min at last, for a day.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from typing import Any

import orjson

from bunyad.operate.broker.outgoing import Client, OutgoingError
from bunyad.operate.broker.subscriptions.letters import headers_of
from bunyad.operate.broker.subscriptions.mqtt import Publishers
from bunyad.operate.broker.subscriptions.outbox import Letter, drop_letters
from bunyad.operate.broker.subscriptions.shelf import Shelf
from bunyad.operate.broker.subscriptions.watch import SECOND_US, Watch
from bunyad.operate.records import Writing, now_us

FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 300.0
LONGEST_TRY_US = 24 * 3_600 * SECOND_US
USUAL_TIMEOUT_S = 10.0
MOST_AT_ONCE = 64
_PASSING = frozenset({408, 425, 429})

_log = logging.getLogger(__name__)
_Route = tuple[str, str]


class Courier:
    """Sends what waits; `take` gives it more to send."""

    def __init__(self) -> None:
        self._client = Client()
        self._publishers = Publishers()
        self._waiting: dict[_Route, deque[Letter]] = {}
        self._tasks: dict[_Route, asyncio.Task[None]] = {}
        self._done: dict[Shelf, tuple[list[int], set[str]]] = {}
        self._flushing: asyncio.Task[None] | None = None
        self._at_once = asyncio.Semaphore(MOST_AT_ONCE)
        self._closed = False

    def take(self, shelf: Shelf, letters: list[Letter]) -> None:
        """Take notifications that are kept on the disk; to be called in the loop's thread."""
        if self._closed:
            return
        for letter in letters:
            route = (shelf.tenant.name, letter.subscription)
            waiting = self._waiting.setdefault(route, deque())
            waiting.append(letter)
            if route not in self._tasks:
                self._tasks[route] = asyncio.get_running_loop().create_task(
                    self._deliver_all(shelf, route)
                )

    def forget(self, shelf: Shelf, key: str) -> None:
        """Send no more of a subscription's notifications."""
        route = (shelf.tenant.name, key)
        self._waiting.pop(route, None)
        if task := self._tasks.pop(route, None):
            task.cancel()

    async def settle(self) -> None:
        """Wait until nothing is under way and all that was delivered is out of the outbox."""
        while self._tasks or self._done:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
            await asyncio.sleep(0)
            if self._flushing is not None:
                await self._flushing

    async def close(self) -> None:
        """Stop; what was not delivered stays in the outbox."""
        self._closed = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._flushing is not None:
            await self._flushing
        await self._client.close()
        await self._publishers.close()

    # --- one subscription's notifications ---------------------------------------------------

    async def _deliver_all(self, shelf: Shelf, route: _Route) -> None:
        waiting = self._waiting[route]
        while waiting:
            letter = waiting[0]
            watch = shelf.watches.get(letter.subscription)
            if watch is None:
                self._settle_one(shelf, letter, None)
            else:
                await self._deliver(shelf, watch, letter)
            if waiting and waiting[0] is letter:
                waiting.popleft()
        if self._waiting.get(route) is waiting:
            del self._waiting[route]
        if self._tasks.get(route) is asyncio.current_task():
            del self._tasks[route]

    async def _deliver(self, shelf: Shelf, watch: Watch, letter: Letter) -> None:
        pause_s, first = FIRST_PAUSE_S, True
        while True:
            async with self._at_once:
                outcome = await self._send(shelf, watch, letter)
            at_us = now_us()
            tally = watch.tally
            tally.sent += first
            tally.last_us = at_us
            if outcome == "taken":
                tally.success_us = at_us
                break
            tally.failed += first
            tally.failure_us = at_us
            if outcome == "refused" or at_us - letter.made_us > LONGEST_TRY_US:
                break
            self._note(shelf, letter.subscription)
            first = False
            await asyncio.sleep(max(pause_s, watch.endpoint.get("cooldown", 0) / 1_000))
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            current = shelf.watches.get(letter.subscription)
            if current is None:
                break
            watch = current
        self._settle_one(shelf, letter, watch)

    async def _send(self, shelf: Shelf, watch: Watch, letter: Letter) -> str:
        """Send once; return `taken`, `refused` or `failed`."""
        endpoint = watch.endpoint
        timeout_s = min(endpoint.get("timeout", USUAL_TIMEOUT_S * 1_000) / 1_000, 60.0)
        headers = headers_of(watch, shelf.tenant.name)
        notification = shelf.notification(watch, letter)
        try:
            if endpoint["uri"].startswith("mqtt"):
                await self._publishers.publish(endpoint, headers, notification, timeout_s)
                return "taken"
            answer = await self._client.ask(
                "POST",
                endpoint["uri"],
                headers=headers,
                body=orjson.dumps(notification),
                timeout_s=timeout_s,
            )
        except OutgoingError as error:
            _log.info("notification of %s: %s", watch.key, error)
            return "failed"
        if 200 <= answer.status < 300:
            return "taken"
        passes = answer.status >= 500 or answer.status in _PASSING
        return "failed" if passes else "refused"

    # --- what is done -----------------------------------------------------------------------

    def _settle_one(self, shelf: Shelf, letter: Letter, watch: Watch | None) -> None:
        refs, _ = self._done.setdefault(shelf, ([], set()))
        refs.append(letter.ref)
        if watch is not None:
            self._note(shelf, letter.subscription)
        else:
            self._flush_soon()

    def _note(self, shelf: Shelf, key: str) -> None:
        self._done.setdefault(shelf, ([], set()))[1].add(key)
        self._flush_soon()

    def _flush_soon(self) -> None:
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().create_task(self._flush())

    async def _flush(self) -> None:
        try:
            while self._done:
                done, self._done = self._done, {}
                for shelf, (refs, keys) in done.items():
                    with contextlib.suppress(RuntimeError):  # the records are closed
                        await shelf.tenant.write(_writing_down(shelf, refs, keys))
        finally:
            self._flushing = None


def _writing_down(shelf: Shelf, refs: list[int], keys: set[str]) -> Any:
    def work(tx: Writing) -> None:
        drop_letters(tx, refs)
        for key in keys:
            if watch := shelf.watches.get(key):
                shelf.keep(tx, watch)

    return work
