"""What keeps kernels quick and yet the same to the last bit, whoever compiles them and when."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

EXACT = {"nnan", "ninf", "nsz"}
"""
What compilers may take for granted: enough for vectors, and nothing that changes a rounding. Code
that is compiled now and the same code from the cache are optimised a different number of times.
"""

LANES = 16
"""Sums that run side by side, enough for the longest vectors [-]."""


@njit(cache=True, fastmath=EXACT)
def total(values: Any, lanes: Any) -> Any:
    """Return the sum of values in an order that no compiler changes; `lanes` is to work in."""
    lanes[:] = np.float32(0)
    whole = len(values) // LANES * LANES
    for first in range(0, whole, LANES):
        for lane in range(LANES):
            lanes[lane] += values[first + lane]
    for rest in range(whole, len(values)):
        lanes[rest - whole] += values[rest]
    summed = np.float32(0)
    for lane in range(LANES):
        summed += lanes[lane]
    return summed
