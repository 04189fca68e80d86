"""How fast memory is read and written on one thread, and how near a kernel comes to that."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numba import njit

BYTES_A_CELL_HOUR = 20
"""Four series in and one out in single precision, where nothing stays in a cache."""
VALUES, ROUNDS = 20_000_000, 7


@njit(fastmath=True)
def _triad(out: Any, left: Any, right: Any, factor: Any) -> None:
    for n in range(len(out)):
        out[n] = left[n] + factor * right[n]


def triad_gb_per_s() -> float:
    """Return the bandwidth of a[n] = b[n] + s × c[n] (McCalpin's STREAM) [GB/s of CPU time]."""
    out, left, right = (np.ones(VALUES, np.float32) for _ in range(3))
    factor = np.float32(3)
    _triad(out, left, right, factor)
    least = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        _triad(out, left, right, factor)
        least = min(least, time.process_time() - began)
    return 3 * out.nbytes / least / 1e9


def limit_line(name: str, million_per_s: float) -> dict[str, Any]:
    """Return a line that tells a kernel's speed beside the limit that memory sets."""
    bandwidth = triad_gb_per_s()
    limit = bandwidth * 1e3 / BYTES_A_CELL_HOUR
    return {
        "name": f"{name}-beside-memory-limit",
        "ours": round(million_per_s, 1),
        "peer": round(limit, 1),
        "peer_name": f"triad {bandwidth:.1f} GB/s over {BYTES_A_CELL_HOUR} bytes a cell-hour",
        "ratio": round(million_per_s / limit, 2),
        "unit": "million cell-hours per CPU s",
        "goal": 1,
    }
