"""What a source that did not answer is told later: one clock a source, with growing pauses."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 300.0
Place = tuple[str, str]
"""A tenant's name, and the identifier of a source's registration."""

_log = logging.getLogger(__name__)


class Again:
    """
    Does something for a place again and again until nothing is left to do there.

    Parameters
    ----------
    work
        Coroutine function that tells whether anything is left.
    """

    def __init__(self, work: Callable[[Place], Awaitable[bool]]) -> None:
        self._work = work
        self._tasks: dict[Place, asyncio.Task[None]] = {}

    def start(self, place: Place) -> None:
        """Start a place's clock; one that goes already goes on as it does."""
        if place not in self._tasks:
            self._tasks[place] = asyncio.get_running_loop().create_task(self._go(place))

    async def close(self) -> None:
        """Stop all clocks."""
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _go(self, place: Place) -> None:
        pause_s = FIRST_PAUSE_S
        while await self._is_left(place, pause_s):
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        self._tasks.pop(place, None)

    async def _is_left(self, place: Place, pause_s: float) -> bool:
        await asyncio.sleep(pause_s)
        try:
            return await self._work(place)
        except (sqlite3.Error, RuntimeError) as error:  # the records do not answer, or are closed
            _log.warning("%s is not told what is due: %s", place[1], error)
            return True
