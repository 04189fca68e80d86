"""What a worker does: unpack, work, and keep what the next part needs too."""

from __future__ import annotations

import pickle
import threading
from functools import lru_cache
from typing import Any

from bunyad.errors import SourceError

ATTEMPTS = 3
"""Times that a part is tried before its loss ends the work."""
_ONE_AT_A_TIME = threading.Lock()


def packed(value: Any) -> bytes:
    """
    Return a value as bytes.

    Arrays stay writable on the way: kernels would be compiled anew for those that are not.

    Parameters
    ----------
    value
        Any value that can be pickled.
    """
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def work_on(blob: bytes, piece: bytes, threads: int = 1) -> Any:
    """
    Do one part in a worker.

    Parameters
    ----------
    blob
        The work and what all parts share, from `packed`.
    piece
        The part, from `packed`.
    threads
        Threads that the kernels may use.
    """
    import numba

    with _ONE_AT_A_TIME:  # kernels may not be started from two threads at once
        numba.set_num_threads(min(threads, numba.get_num_threads()))
        work, shared = _unpacked(blob)
        return work(shared, pickle.loads(piece))  # noqa: S301 (our own bytes)


def too_many_losses() -> SourceError:
    """Return the error of a part whose workers are lost again and again."""
    return SourceError(
        f"workers were lost {ATTEMPTS} times on one part of the work",
        where="--scheduler",
        mend="look whether their memory is too small, or use --scheduler threads",
    )


@lru_cache(maxsize=1)
def _unpacked(blob: bytes) -> Any:
    """Return the work and what its parts share; the last stay in memory for the next part."""
    return pickle.loads(blob)  # noqa: S301 (our own bytes)
