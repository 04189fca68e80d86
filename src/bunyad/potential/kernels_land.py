"""Kernels of land: exact Euclidean distance to the nearest feature of a raster."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

BLOCK = 4096
"""Columns that one thread sweeps at a time: two rows of them fit the first cache [cells]."""


@njit(cache=True, parallel=True)
def rows_to_feature(features: Any, away: Any) -> None:
    """
    Fill `away` with how many rows off the nearest feature of the same column is.

    Parameters
    ----------
    features
        Raster that is not 0 where a feature is.
    away
        Raster to fill, of unsigned integers. What it holds when it comes, the same value in every
        cell, is the largest number to tell; it also stands for "farther".
    """
    rows, columns = features.shape
    near = away.dtype.type(away[0, 0] - 1)
    one, none = away.dtype.type(1), away.dtype.type(0)
    for block in prange((columns + BLOCK - 1) // BLOCK):
        low = block * BLOCK
        high = min(columns, low + BLOCK)
        for i in range(rows):
            for j in range(low, high):
                if features[i, j]:
                    away[i, j] = none
                elif i > 0:
                    away[i, j] = min(away[i - 1, j], near) + one
        for i in range(rows - 2, -1, -1):
            for j in range(low, high):
                away[i, j] = min(away[i, j], min(away[i + 1, j], near) + one)


@njit(cache=True, parallel=True)
def widen_rows(away: Any, reach: Any) -> Any:
    """
    Return 1 where a cell lies within reach of a feature, else 0.

    A cell that is `g` rows from a feature covers `reach[g]` columns to either side of itself;
    one sweep to the right and one to the left find all that is covered, whatever the reach.

    Parameters
    ----------
    away
        Rows to the nearest feature of the column.
    reach
        Columns covered by each number of rows, -1 for none.
    """
    rows, columns = away.shape
    within = np.empty((rows, columns), np.uint8)
    for i in prange(rows):
        right = -1
        for j in range(columns):
            right = max(right, j + reach[away[i, j]])
            within[i, j] = right >= j
        left = columns
        for j in range(columns - 1, -1, -1):
            left = min(left, j - reach[away[i, j]])
            within[i, j] |= left <= j
    return within
