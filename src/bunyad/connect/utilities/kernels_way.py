"""
Kernels of single ways over the ground: search, straightening, towers.

A way runs over a grid of heights (interpolated bilinearly) and prices (of the cell that a point
lies in). Points are rows and columns, with fractions.
"""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def height_at(height: Any, row: float, column: float) -> float:
    """Interpolate the height at a point."""
    top = min(max(int(row), 0), height.shape[0] - 2)
    left = min(max(int(column), 0), height.shape[1] - 2)
    down, right = row - top, column - left
    upper = height[top, left] * (1 - right) + height[top, left + 1] * right
    lower = height[top + 1, left] * (1 - right) + height[top + 1, left + 1] * right
    return float(upper * (1 - down) + lower * down)


@njit(cache=True, nogil=True)
def price_piece(
    price: Any, height: Any, start: Any, end: Any,
    cell_m: float, samples: int, max_grade: float, climb_usd: float,
) -> float:  # fmt: skip
    """Return the cost of a straight piece; infinite where it is too steep or blocked [US$]."""
    rows, columns = end[0] - start[0], end[1] - start[1]
    cells = np.hypot(rows, columns)
    count = max(1, int(np.ceil(cells * samples)))
    length = cells * cell_m / count
    total, before = 0.0, height_at(height, start[0], start[1])
    for number in range(count):
        middle = (number + 0.5) / count
        row, column = start[0] + rows * middle, start[1] + columns * middle
        here = price[int(row + 0.5), int(column + 0.5)]
        part = (number + 1) / count
        after = height_at(height, start[0] + rows * part, start[1] + columns * part)
        rise = after - before
        if not (np.isfinite(here) and abs(rise) <= max_grade * length):
            return np.inf
        total += here * length + climb_usd * max(rise, 0.0)
        before = after
    return total


@njit(cache=True, nogil=True)
def find_way(
    price: Any, height: Any, moves: Any, start: Any, end: Any,
    cell_m: float, samples: int, max_grade: float, climb_usd: float,
) -> Any:  # fmt: skip
    """Find the cheapest way between two cells; return its cells, none where there is none."""
    rows, columns = price.shape
    distance = np.full(price.size, np.inf)
    before = np.full(price.size, -1, np.int64)
    done = np.zeros(price.size, np.bool_)
    first, last = start[0] * columns + start[1], end[0] * columns + end[1]
    distance[first] = 0.0
    heap = [(0.0, first)]
    here, there = np.empty(2), np.empty(2)
    while heap:
        value, cell = heapq.heappop(heap)
        if done[cell]:
            continue
        done[cell] = True
        if cell == last:
            break
        here[0], here[1] = cell // columns, cell % columns
        for move in moves:
            row, column = cell // columns + move[0], cell % columns + move[1]
            if row < 0 or column < 0 or row >= rows or column >= columns:
                continue
            other = row * columns + column
            if done[other]:
                continue
            there[0], there[1] = row, column
            found = value + price_piece(
                price, height, here, there, cell_m, samples, max_grade, climb_usd
            )
            if found < distance[other]:
                distance[other] = found
                before[other] = cell
                heapq.heappush(heap, (found, other))
    if not np.isfinite(distance[last]):
        return np.empty((0, 2), np.float64)
    count, cell = 1, last
    while before[cell] >= 0:
        cell = before[cell]
        count += 1
    way = np.empty((count, 2), np.float64)
    cell = last
    for place in range(count - 1, -1, -1):
        way[place, 0], way[place, 1] = cell // columns, cell % columns
        cell = before[cell]
    return way


@njit(cache=True, nogil=True)
def pull_straight(
    price: Any, height: Any, way: Any, cell_m: float, samples: int,
    max_grade: float, climb_usd: float, turn_usd: float,
) -> Any:  # fmt: skip
    """Return the points of a way that the cheapest chain of straight pieces bends at."""
    count = len(way)
    best = np.full(count, np.inf)
    before = np.full(count, -1, np.int64)
    best[0] = 0.0
    for end in range(1, count):
        turn = turn_usd if end < count - 1 else 0.0
        for start in range(end):
            if best[start] + turn >= best[end]:
                continue
            found = (
                best[start]
                + turn
                + price_piece(
                    price, height, way[start], way[end], cell_m, samples, max_grade, climb_usd
                )
            )
            if found < best[end]:
                best[end] = found
                before[end] = start
    kept = np.zeros(count, np.bool_)
    place = count - 1
    while place >= 0:
        kept[place] = True
        place = before[place]
    return kept


@njit(cache=True, nogil=True)
def spot_towers(
    along: Any, ground: Any, usd: Any, rise: Any, must: Any, longest_m: float,
    normal_m: float, sag_m: float, clearance_m: float,
) -> Any:  # fmt: skip
    """
    Choose places and heights of towers at the least cost that keep the wires off the ground.

    A wire hangs as a parabola below its chord, its sag growing with the square of the span.

    Parameters
    ----------
    along, ground
        Places where towers may stand and their ground [m].
    usd
        Cost of a tower by place and height; infinite where none may stand [US$].
    rise
        Heights of the wires' attachment that there are [m].
    must
        Places where a tower must stand: ends and bends.

    Returns
    -------
    ndarray
        Height by place, as a position in `rise`, or -1 where no tower stands; all -1 where no
        towers keep the wires off the ground.
    """
    count, heights = len(along), len(rise)
    best = np.full((count, heights), np.inf)
    back = np.full((count, heights), -1, np.int64)
    for height in range(heights):
        best[0, height] = usd[0, height]
    for end in range(1, count):
        start = end - 1
        while start >= 0 and along[end] - along[start] <= longest_m:
            span = along[end] - along[start]
            sag = sag_m * (span / normal_m) ** 2
            for low in range(heights):
                if not np.isfinite(best[start, low]):
                    continue
                for high in range(heights):
                    total = best[start, low] + usd[end, high]
                    if total >= best[end, high]:
                        continue
                    first, last = ground[start] + rise[low], ground[end] + rise[high]
                    is_clear = True
                    for at in range(start + 1, end):
                        part = (along[at] - along[start]) / span
                        wire = first + (last - first) * part - 4 * sag * part * (1 - part)
                        if wire < ground[at] + clearance_m:
                            is_clear = False
                            break
                    if is_clear:
                        best[end, high] = total
                        back[end, high] = start * heights + low
            if must[start]:
                break
            start -= 1
    chosen = np.full(count, -1, np.int64)
    height = int(np.argmin(best[count - 1]))
    if not np.isfinite(best[count - 1, height]):
        return chosen
    place = count - 1
    while True:
        chosen[place] = height
        state = back[place, height]
        if state < 0:
            return chosen
        place, height = state // heights, state % heights
