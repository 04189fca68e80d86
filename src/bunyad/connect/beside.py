"""Independent work side by side: as many threads as there are processors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numba

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def beside(work: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
    """
    Do the same work on each item, several at a time.

    The kernels of the alignments let go of the interpreter's lock, so threads are enough. Answers
    come in the order of the items; the first error in that order is raised.

    Examples
    --------
    >>> beside(abs, [3, -1])
    [3, 1]
    """
    with ThreadPoolExecutor(max_workers=numba.get_num_threads()) as pool:
        return list(pool.map(work, items))
