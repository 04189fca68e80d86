"""Kernels that let rivers cut into land: flooding, drainage and the stream power law."""

from __future__ import annotations

import heapq

import numba
import numpy as np
from numpy.typing import NDArray

Heights = NDArray[np.float64]
Numbers = NDArray[np.int64]


@numba.njit(cache=True)
def flood(height: Heights, step_m: float) -> tuple[Heights, Numbers]:
    """
    Return the height at which water leaves each cell to the border, and the cells from low to high.

    Every cell lies at least a step above the one that it drains to (priority flood: Barnes, Lehman
    and Mulla, Computers & Geosciences 62, 2014).
    """
    rows, columns = height.shape
    level = np.full(rows * columns, np.inf)
    order = np.empty(rows * columns, np.int64)
    heap = [(0.0, np.int64(-1))]
    heap.pop()
    for row in range(rows):
        for column in range(columns):
            if row in (0, rows - 1) or column in (0, columns - 1):
                level[row * columns + column] = height[row, column]
                heapq.heappush(heap, (height[row, column], np.int64(row * columns + column)))
    count = 0
    while heap:
        here, cell = heapq.heappop(heap)
        order[count] = cell
        count += 1
        row, column = divmod(cell, columns)
        for down in range(max(row - 1, 0), min(row + 2, rows)):
            for right in range(max(column - 1, 0), min(column + 2, columns)):
                other = down * columns + right
                if np.isinf(level[other]):
                    level[other] = max(height[down, right], here + step_m)
                    heapq.heappush(heap, (level[other], np.int64(other)))
    return level.reshape(rows, columns), order


@numba.njit(cache=True)
def drain(level: Heights) -> tuple[Numbers, Heights]:
    """Return the neighbour of steepest descent of each cell (itself at the border) and its way."""
    rows, columns = level.shape
    target = np.arange(rows * columns)
    way = np.ones(rows * columns)
    for row in range(1, rows - 1):
        for column in range(1, columns - 1):
            steepest = 0.0
            for down in range(-1, 2):
                for right in range(-1, 2):
                    far = np.hypot(down, right)
                    if far == 0:
                        continue
                    slope = (level[row, column] - level[row + down, column + right]) / far
                    if slope > steepest:
                        steepest = slope
                        target[row * columns + column] = (row + down) * columns + column + right
                        way[row * columns + column] = far
    return target, way


@numba.njit(cache=True)
def gather(order: Numbers, target: Numbers) -> Heights:
    """Return the number of cells that drain through each cell, itself included."""
    area = np.ones(len(order))
    for cell in order[::-1]:
        if target[cell] != cell:
            area[target[cell]] += area[cell]
    return area


@numba.njit(cache=True)
def cut(level: Heights, order: Numbers, target: Numbers, way: Heights, power: Heights) -> Heights:
    """
    Return heights after rivers cut for one step of time, solved implicitly from the border up.

    The stream power law with slopes to the first power (Braun and Willett, Geomorphology 180-181,
    2013); `power` is erodibility times time times the area's root, over the cell.
    """
    after = level.ravel().copy()
    for cell in order:
        lower = target[cell]
        if lower != cell:
            part = power[cell] / way[cell]
            after[cell] = (after[cell] + part * after[lower]) / (1 + part)
    return after.reshape(level.shape)


@numba.njit(cache=True)
def creep(height: Heights, part: float, times: int) -> Heights:
    """Return heights after soil crept downhill: linear diffusion, the border held."""
    now = height.copy()
    for _ in range(times):
        before = now.copy()
        for row in range(1, height.shape[0] - 1):
            for column in range(1, height.shape[1] - 1):
                around = (
                    before[row - 1, column]
                    + before[row + 1, column]
                    + before[row, column - 1]
                    + before[row, column + 1]
                )
                now[row, column] += part * (around - 4 * before[row, column])
    return now
