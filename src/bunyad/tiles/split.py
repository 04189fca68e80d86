"""Work split into parts, as a room sees it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Protocol, TypeVar

from bunyad.tiles.work import ATTEMPTS, packed, too_many_losses

Shared = TypeVar("Shared")
Part = TypeVar("Part")
Answer = TypeVar("Answer")

TILE_CELLS = 4_096
"""Cells a tile: a year of hours of them takes 144 MB in single precision."""
WAITING = 2
"""Parts that are handed out at a time, for each worker."""


class Tiles(Protocol):
    """Whoever does the work."""

    def map(
        self, work: Callable[[Shared, Part], Answer], shared: Shared, parts: Iterable[Part]
    ) -> Iterator[Answer]:
        """
        Yield `work(shared, part)` of each part in turn.

        Parameters
        ----------
        work
            A pure function that a module holds, so that other processes find it.
        shared
            What all parts need; it is sent to each worker once.
        parts
            The pieces, made as they are wanted.
        """
        ...


class Here:
    """The own process: one part after the other, each on all threads of the kernels."""

    def map(
        self, work: Callable[[Shared, Part], Answer], shared: Shared, parts: Iterable[Part]
    ) -> Iterator[Answer]:
        """Yield the answers; see `Tiles`."""
        return (work(shared, part) for part in parts)


HERE = Here()


class Workers(Protocol):
    """What `Pooled` needs of other processes."""

    @property
    def lost(self) -> tuple[type[BaseException], ...]:
        """What an answer raises whose worker is gone."""
        ...

    def width(self) -> int:
        """Return the number of parts that are worked on at a time."""
        ...

    def share(self, blob: bytes) -> Any:
        """Make bytes known to all workers, replacing lost ones; return what `submit` takes."""
        ...

    def submit(self, handle: Any, piece: bytes) -> Any:
        """Begin to work on a part."""
        ...

    def answer(self, future: Any) -> Any:
        """Wait for what `submit` began."""
        ...


class Pooled:
    """Other processes, by their `Workers`."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def map(
        self, work: Callable[[Shared, Part], Answer], shared: Shared, parts: Iterable[Part]
    ) -> Iterator[Answer]:
        """Yield the answers; see `Tiles`."""
        workers, blob = self._workers, packed((work, shared))
        handle = workers.share(blob)
        waiting: deque[tuple[bytes, Any]] = deque()
        rest, losses = iter(parts), 0
        while True:
            free = max(WAITING * workers.width() - len(waiting), 0)
            for part in islice(rest, free):
                piece = packed(part)
                waiting.append((piece, workers.submit(handle, piece)))
            if not waiting:
                return
            try:
                answer = workers.answer(waiting[0][1])
            except workers.lost as error:
                losses += 1
                if losses == ATTEMPTS:
                    raise too_many_losses() from error
                handle = workers.share(blob)
                waiting = deque((piece, workers.submit(handle, piece)) for piece, _ in waiting)
                continue
            losses = 0
            waiting.popleft()
            yield answer


def pieces(count: int, size: int = TILE_CELLS) -> Iterator[slice]:
    """
    Yield slices that cover a number of cells.

    Parameters
    ----------
    count
        Number of cells.
    size
        Cells a piece.

    Examples
    --------
    >>> list(pieces(5, 3))
    [slice(0, 3, None), slice(3, 5, None)]
    """
    return (slice(first, min(first + size, count)) for first in range(0, count, size))
