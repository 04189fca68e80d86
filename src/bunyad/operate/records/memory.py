"""
The memory of a server that lives for months: what was freed goes back to the system.

The C library of most Linux systems keeps freed memory in an arena for each thread. A server whose
helping threads each load much now and then would hold the sum of their peaks. Elsewhere, and with
another C library, these functions do nothing.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

ARENAS = 2
"""One for those who answer, one for those who help them: Python lets one run at a time anyway."""
_ARENA_MAX = -8  # of mallopt(3)


def limit_arenas() -> None:
    """Let threads share a few arenas; called before any thread is there."""
    if (limit := _of_libc("mallopt")) is not None:
        limit(_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Give the system back what is free."""
    if (trim := _of_libc("malloc_trim")) is not None:
        trim(0)


def _of_libc(name: str) -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None), name, None)
