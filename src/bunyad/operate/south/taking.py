"""What all sources share: where samples go, and what is told of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bunyad.errors import OutputError, SourceError
from bunyad.operate.south.outbox import Outbox
from bunyad.operate.south.sample import Sample, pack

__all__ = ["SourceCount", "Taking"]

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
"""Wait before a source is tried again [s]: twice as long each time."""


@dataclass(slots=True)
class SourceCount:
    """What a source has given."""

    messages: int = 0
    samples: int = 0
    refused: int = 0
    last_refusal: str = ""


@dataclass(slots=True, kw_only=True)
class Taking:
    """Takes samples of sources into the outbox, and counts."""

    gateway: str
    outbox: Outbox
    say: Callable[[str], None]
    """Tells people what goes wrong; the same text of a source once."""
    counts: dict[str, SourceCount] = field(default_factory=dict)
    retry_s: float = 1.0
    """Wait before a full outbox is tried again [s]."""

    def client_name(self, source: str) -> str:
        """Return the name under which a source is spoken to."""
        return f"{self.gateway}-{source}"

    def count_of(self, source: str) -> SourceCount:
        """Return the counts of a source."""
        return self.counts.setdefault(source, SourceCount())

    async def keep(self, source: str, samples: Sequence[Sample]) -> None:
        """
        Keep the samples of one message; when this returns they are on the disk.

        Where the outbox or the disk is full this waits for room, so that whoever sent the message
        is not answered and keeps it.
        """
        await self._patiently(source, lambda: self.keep_now(source, samples))

    async def _patiently(self, source: str, act: Callable[[], Awaitable[None]]) -> None:
        """Try again until there is room."""
        while True:
            try:
                await act()
            except OutputError as error:
                self.refuse(source, str(error))
                await asyncio.sleep(self.retry_s)
            else:
                return

    async def keep_now(self, source: str, samples: Sequence[Sample]) -> None:
        """
        Keep the samples of one message, or tell that there is no room.

        Raises
        ------
        OutputError
            If the outbox or the disk is full.
        """
        await self.outbox.keep(samples)
        count = self.count_of(source)
        count.messages += 1
        count.samples += len(samples)

    async def keep_marked(self, source: str, samples: Sequence[Sample], name: str, at: str) -> None:
        """Keep samples together with how far a file is read, so that none is read twice."""
        packed = [pack(samples)] if samples else []

        async def put() -> None:
            await asyncio.to_thread(self.outbox.put, packed, mark=(name, at))

        await self._patiently(source, put)
        self.outbox.came.set()
        count = self.count_of(source)
        count.messages += len(packed)
        count.samples += len(samples)

    def refuse(self, source: str, why: str) -> None:
        """Count a message that is not what the source says, and tell the first of its kind."""
        count = self.count_of(source)
        count.refused += 1
        if count.last_refusal != why:
            count.last_refusal = why
            if count.refused <= 10 or count.refused % 1_000 == 0:
                self.say(f"{source}: {why}")

    async def connected(self, source: str, connect: Callable[[], Awaitable[None]]) -> None:
        """Connect to a source, again and again until it answers."""
        wait_s = FIRST_WAIT_S
        while True:
            try:
                await connect()
            except SourceError as error:
                self.say(f"{source}: {error}")
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            else:
                return
