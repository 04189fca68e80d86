"""
Takes notifications from the outbox to their receivers, each subscription's in their order.

A notification leaves the outbox when its receiver has taken it (any status 2xx), or refused it for
good (4xx). Until then it is tried again, after 5 s at first and 5 min at last, for a day.

Only a subscription's next notifications are held in memory. The others are read from the outbox
when their turn comes; of more than it may owe, the oldest are dropped, and counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import orjson

from bunyad.operate.broker.outgoing import Client, OutgoingError, RefusedError
from bunyad.operate.broker.subscriptions.letters import headers_of
from bunyad.operate.broker.subscriptions.mqtt import Publishers
from bunyad.operate.broker.subscriptions.outbox import (
    Letter,
    drop_letters,
    load_letters,
    trim_letters,
)
from bunyad.operate.broker.subscriptions.sharing import is_ours
from bunyad.operate.broker.subscriptions.shelf import Shelf
from bunyad.operate.broker.subscriptions.watch import SECOND_US, Watch
from bunyad.operate.reach import Reach
from bunyad.operate.records import Writing, now_us

FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 300.0
LONGEST_TRY_US = 24 * 3_600 * SECOND_US
USUAL_TIMEOUT_S = 10.0
MOST_AT_ONCE = 64
MOST_HELD = 32
"""Notifications of one subscription in memory."""
MOST_OWED = 50_000
"""Notifications of one subscription on the disk."""
TRIMMED_AFTER = 1_000
"""How many more may come before their number is bounded again."""
_PASSING = frozenset({408, 425, 429})

_log = logging.getLogger(__name__)
_Route = tuple[str, str]


@dataclass(slots=True)
class _Line:
    """
    A subscription's notifications.

    Attributes
    ----------
    held
        Those whose turn comes next.
    last, newest
        Number of the last one that was held, and of the newest one there is.
    grown
        How many stayed on the disk since their number was last bounded.
    taken
        Numbers of those that another server had to send.
    """

    held: deque[Letter] = field(default_factory=deque)
    last: int = 0
    newest: int = 0
    grown: int = 0
    taken: set[int] = field(default_factory=set)

    def add(self, letter: Letter) -> None:
        """Hold a new notification, or leave it on the disk."""
        if letter.ref <= self.newest:  # it was read from the disk already
            return
        if self.last == self.newest and len(self.held) < MOST_HELD:
            self.held.append(letter)
            self.last = letter.ref
        else:
            self.grown += 1
        self.newest = letter.ref

    def refill(self, db: Any, subscription: str) -> None:
        """Hold the next ones from the disk."""
        letters = load_letters(db, subscription, after=self.last, most=MOST_HELD)
        self.held.extend(one for one in letters if one.ref not in self.taken)
        self.last = letters[-1].ref if letters else self.newest
        self.newest = max(self.newest, self.last)


@dataclass(slots=True)
class _Done:
    """What is to be written down: refs of letters, tallies that changed, lines to be bounded."""

    refs: list[int] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    trims: dict[str, int] = field(default_factory=dict)


class Courier:
    """Sends what waits; `take` gives it more to send."""

    def __init__(self) -> None:
        self._client = Client()
        self._publishers = Publishers()
        self._lines: dict[_Route, _Line] = {}
        self._tasks: dict[_Route, asyncio.Task[None]] = {}
        self._done: dict[Shelf, _Done] = {}
        self._flushing: asyncio.Task[None] | None = None
        self._at_once = asyncio.Semaphore(MOST_AT_ONCE)
        self._closed = False

    def take(self, shelf: Shelf, letters: list[Letter]) -> None:
        """Take notifications that are kept on the disk; to be called in the loop's thread."""
        if self._closed:
            return
        for letter in letters:
            line = self._line(shelf, letter.subscription)
            line.add(letter)
            if line.grown >= TRIMMED_AFTER:
                self._trim(shelf, letter.subscription, line)

    def take_over(self, shelf: Shelf, letters: list[Letter]) -> None:
        """Take notifications of a server that is no more; to be called in the loop's thread."""
        for letter in [] if self._closed else letters:
            line = self._line(shelf, letter.subscription)
            line.held.append(letter)
            line.taken.add(letter.ref)

    def resume(self, shelf: Shelf, waiting: list[tuple[str, int]]) -> None:
        """Send what waits in the outbox: subscriptions, and the number of each one's newest."""
        for key, newest in waiting:
            line = self._line(shelf, key)
            line.newest = max(line.newest, newest)

    def _line(self, shelf: Shelf, key: str) -> _Line:
        route = (shelf.tenant.name, key)
        line = self._lines.get(route)
        if line is None:
            line = self._lines[route] = _Line()
            self._tasks[route] = asyncio.get_running_loop().create_task(
                self._deliver_all(shelf, route, line)
            )
        return line

    def forget(self, shelf: Shelf, key: str) -> None:
        """Send no more of a subscription's notifications."""
        route = (shelf.tenant.name, key)
        self._lines.pop(route, None)
        if task := self._tasks.pop(route, None):
            task.cancel()

    def limit(self, reach: Reach) -> None:
        """Say whom it may call."""
        self._client.reach = self._publishers.reach = reach

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

    async def _deliver_all(self, shelf: Shelf, route: _Route, line: _Line) -> None:
        while line.held or line.last < line.newest:
            if not line.held:
                line.refill(shelf.tenant.reader(), route[1])
                continue
            letter = line.held[0]
            watch = shelf.watches.get(letter.subscription)
            if watch is None:
                self._settle_one(shelf, letter, None)
            else:
                await self._deliver(shelf, watch, letter)
            line.held.popleft()
            if now_us() - letter.made_us > LONGEST_TRY_US:
                self._trim(shelf, letter.subscription, line)
        if self._lines.get(route) is line:
            del self._lines[route], self._tasks[route]

    async def _deliver(self, shelf: Shelf, watch: Watch, letter: Letter) -> None:
        pause_s, first = FIRST_PAUSE_S, True
        while True:
            if not await is_ours(shelf.tenant, letter):
                return
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
            return "refused" if isinstance(error, RefusedError) else "failed"
        if 200 <= answer.status < 300:
            return "taken"
        passes = answer.status >= 500 or answer.status in _PASSING
        return "failed" if passes else "refused"

    # --- what is done -----------------------------------------------------------------------

    def _settle_one(self, shelf: Shelf, letter: Letter, watch: Watch | None) -> None:
        self._done.setdefault(shelf, _Done()).refs.append(letter.ref)
        if watch is not None:
            self._note(shelf, letter.subscription)
        else:
            self._flush_soon()

    def _note(self, shelf: Shelf, key: str) -> None:
        self._done.setdefault(shelf, _Done()).keys.add(key)
        self._flush_soon()

    def _trim(self, shelf: Shelf, key: str, line: _Line) -> None:
        line.grown = 0
        self._done.setdefault(shelf, _Done()).trims[key] = line.last
        self._flush_soon()

    def _flush_soon(self) -> None:
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().create_task(self._flush())

    async def _flush(self) -> None:
        try:
            while self._done:
                done, self._done = self._done, {}
                for shelf, what in done.items():
                    with contextlib.suppress(RuntimeError):  # the records are closed
                        await shelf.tenant.write(_writing_down(shelf, what))
        finally:
            self._flushing = None


def _writing_down(shelf: Shelf, done: _Done) -> Any:
    def work(tx: Writing) -> None:
        drop_letters(tx, done.refs)
        oldest = tx.now_us - LONGEST_TRY_US
        for key, last in done.trims.items():
            dropped = trim_letters(tx, key, after=last, before_us=oldest, most=MOST_OWED)
            if watch := shelf.watches.get(key):
                watch.tally.dropped += dropped
                done.keys.add(key)
        for key in done.keys:
            if watch := shelf.watches.get(key):
                shelf.keep(tx, watch, is_news=False)

    return work
