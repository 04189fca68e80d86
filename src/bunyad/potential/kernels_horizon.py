"""
Kernels of the horizon: the steepest view upward along a ray, for tiles of cells at once.

All cells of a tile walk the same samples, because a sample's offset from its cell is the same
for each of them; a step of the walk is therefore two shifted rows of the terrain, a product
and a maximum, which compilers turn into vector instructions. Runs of samples whose highest
ground cannot rise over any horizon of the tile are leapt over, with maxima over blocks of the
terrain kept for that. Both are exact: the result is the maximum over all samples.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from bunyad.potential.kernels_exact import EXACT

BLOCK = 16
"""Rows and columns of a block of the finest maxima."""
ROWS, COLUMNS = 8, 64
"""
Rows and columns of a tile: long rows fill vector registers, few rows keep the tile small.
"""
LEAST_RUN = 3
"""Samples that are walked before the next leap is tried, as a power of two: 8."""


@njit(cache=True)
def block_maxima(terrain: Any, levels: int) -> Any:
    """
    Return the highest ground in blocks of `BLOCK` cells a side, and in ever larger blocks.

    Parameters
    ----------
    terrain
        Heights [m].
    levels
        Number of levels; each has blocks of twice the side of the one before.
    """
    rows = (terrain.shape[0] + BLOCK - 1) // BLOCK
    columns = (terrain.shape[1] + BLOCK - 1) // BLOCK
    maxima = np.full((levels, rows, columns), -np.inf, dtype=np.float32)
    for row in range(terrain.shape[0]):
        for column in range(terrain.shape[1]):
            height = terrain[row, column]
            maxima[0, row // BLOCK, column // BLOCK] = max(
                height, maxima[0, row // BLOCK, column // BLOCK]
            )
    for level in range(1, levels):
        for row in range((rows + (1 << level) - 1) >> level):
            for column in range((columns + (1 << level) - 1) >> level):
                highest = np.float32(-np.inf)
                for r in range(2 * row, min(2 * row + 2, rows)):
                    for c in range(2 * column, min(2 * column + 2, columns)):
                        highest = max(highest, maxima[level - 1, r, c])
                maxima[level, row, column] = highest
    return maxima


@njit(cache=True)
def _highest(maxima: Any, box: Any) -> Any:
    """Return the highest ground in a box of rows and columns (first, last; inclusive)."""
    r0, r1, c0, c1 = box
    level = 0
    while level + 1 < maxima.shape[0] and max(r1 - r0, c1 - c0) >= (2 * BLOCK << level):
        level += 1
    side = BLOCK << level
    highest = np.float32(-np.inf)
    for row in range(r0 // side, r1 // side + 1):
        for column in range(c0 // side, c1 // side + 1):
            highest = max(highest, maxima[level, row, column])
    return highest


@njit(cache=True)
def _on_terrain(tile: Any, offsets: Any, k: int, shape: Any) -> Any:
    """Return rows and columns of a tile whose sample lies on the terrain (half open)."""
    r0, r1, c0, c1 = tile
    top, bottom = min(offsets[k, 0], offsets[k, 2]), max(offsets[k, 0], offsets[k, 2])
    west, east = min(offsets[k, 1], offsets[k, 3]), max(offsets[k, 1], offsets[k, 3])
    return (max(r0, -top), min(r1, shape[0] - bottom), max(c0, -west), min(c1, shape[1] - east))


@njit(cache=True, fastmath=EXACT)
def _close_step(terrain: Any, rise: Any, tile: Any, samples: Any, k: int) -> None:
    """Walk one sample inside of a square of four cells, for all cells of a tile."""
    offsets, weights = samples
    low, high, left, right = _on_terrain(tile, offsets, k, terrain.shape)
    if right <= left:
        return
    i0, j0, i1, j1 = offsets[k, 0], offsets[k, 1], offsets[k, 2], offsets[k, 3]
    down, along, drop, inverse = weights[k, 0], weights[k, 1], weights[k, 2], weights[k, 3]
    one = np.float32(1)
    for row in range(low, high):
        ground = terrain[row, left:right]
        a = terrain[row + i0, left + j0 : right + j0]
        b = terrain[row + i0, left + j1 : right + j1]
        c = terrain[row + i1, left + j0 : right + j0]
        d = terrain[row + i1, left + j1 : right + j1]
        best = rise[row - tile[0], left - tile[2] : right - tile[2]]
        for n in range(right - left):
            upper = a[n] * (one - along) + b[n] * along
            lower = c[n] * (one - along) + d[n] * along
            height = upper * (one - down) + lower * down
            slope = (height - drop - ground[n]) * inverse
            best[n] = max(best[n], slope)


@njit(cache=True, fastmath=EXACT)
def _step(terrain: Any, rise: Any, tile: Any, samples: Any, k: int) -> None:
    """Walk one sample between two cells, for all cells of a tile."""
    offsets, weights = samples
    low, high, left, right = _on_terrain(tile, offsets, k, terrain.shape)
    if right <= left:
        return
    i0, j0, i1, j1 = offsets[k, 0], offsets[k, 1], offsets[k, 2], offsets[k, 3]
    first, second, drop, inverse = weights[k, 0], weights[k, 1], weights[k, 2], weights[k, 3]
    for row in range(low, high):
        ground = terrain[row, left:right]
        a = terrain[row + i0, left + j0 : right + j0]
        b = terrain[row + i1, left + j1 : right + j1]
        best = rise[row - tile[0], left - tile[2] : right - tile[2]]
        for n in range(right - left):
            height = a[n] * first + b[n] * second
            slope = (height - drop - ground[n]) * inverse
            best[n] = max(best[n], slope)


@njit(cache=True, fastmath=EXACT)
def _least_height(terrain: Any, rise: Any, tile: Any, near: Any, far: Any) -> Any:
    """Return the lowest height that would rise over a horizon of the tile between two reaches."""
    r0, r1, c0, c1 = tile
    least = np.float32(3e38)
    for row in range(r0, r1):
        ground = terrain[row, c0:c1]
        best = rise[row - r0, : c1 - c0]
        for k in range(c1 - c0):
            wanted = ground[k] + min(best[k] * near, best[k] * far)
            least = min(least, wanted)
    return least


@njit(cache=True)
def _run_box(tile: Any, offsets: Any, first: int, last: int, shape: Any) -> Any:
    """Return rows and columns that a tile's samples may touch; the first row is -1 if none."""
    r0, r1, c0, c1 = tile
    top = r0 + min(offsets[first, 0], offsets[last, 0], offsets[first, 2], offsets[last, 2])
    bottom = r1 - 1 + max(offsets[first, 0], offsets[last, 0], offsets[first, 2], offsets[last, 2])
    west = c0 + min(offsets[first, 1], offsets[last, 1], offsets[first, 3], offsets[last, 3])
    east = c1 - 1 + max(offsets[first, 1], offsets[last, 1], offsets[first, 3], offsets[last, 3])
    if bottom < 0 or east < 0 or top >= shape[0] or west >= shape[1]:
        return (-1, -1, -1, -1)
    return (max(top, 0), min(bottom, shape[0] - 1), max(west, 0), min(east, shape[1] - 1))


@njit(cache=True)
def _walk(terrain: Any, maxima: Any, tile: Any, samples: Any, rise: Any) -> None:
    """Walk the far samples of one direction for one tile, leaping where the ground is too low."""
    offsets, weights = samples
    count = offsets.shape[0]
    k, size = 0, LEAST_RUN
    while k < count:
        last = min(k + (1 << size), count) - 1
        box = _run_box(tile, offsets, k, last, terrain.shape)
        if box[0] < 0:
            return
        near, far = 1 / weights[k, 3], 1 / weights[last, 3]
        enough = _least_height(terrain, rise, tile, near, far) + weights[k, 2]
        if _highest(maxima, box) <= enough:
            k = last + 1
            size += 1
        elif size > LEAST_RUN:
            size -= 1
        else:
            for sample in range(k, last + 1):
                _step(terrain, rise, tile, samples, sample)
            k = last + 1


@njit(cache=True, parallel=True)
def horizon_rise(terrain: Any, maxima: Any, close: Any, far: Any) -> Any:
    """
    Return the steepest rise of the ground along one direction, seen from each cell [-].

    Parameters
    ----------
    terrain
        Heights, float32 [m].
    maxima
        Highest ground in blocks, from `block_maxima`.
    close
        Samples that lie between four cells, as offsets and weights, one sample a row. Offsets:
        rows and columns from a cell to the first and to the last of the four. Weights: shares
        of the last row and of the last column [-], drop of the ground below the tangent plane
        [m], one over the distance [1/m].
    far
        Samples that lie between two cells, by rising distance. Weights: shares of both cells
        [-], then as before.
    """
    rows, columns = terrain.shape
    rise = np.empty((rows, columns), dtype=np.float32)
    for band in prange((rows + ROWS - 1) // ROWS):
        r0, r1 = band * ROWS, min(band * ROWS + ROWS, rows)
        best = np.empty((ROWS, COLUMNS), dtype=np.float32)
        for c0 in range(0, columns, COLUMNS):
            c1 = min(c0 + COLUMNS, columns)
            best[:] = np.float32(-1e30)
            tile = (r0, r1, c0, c1)
            for k in range(close[0].shape[0]):
                _close_step(terrain, best, tile, close, k)
            _walk(terrain, maxima, tile, far, best)
            rise[r0:r1, c0:c1] = best[: r1 - r0, : c1 - c0]
    return rise
