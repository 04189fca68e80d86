"""
Kernels of the band: the best line and its heights together, within a band along another line.

A band has a row for each station of its middle line and a column for each offset across it. A
line goes through one place of each row; a state is the column, the columns crossed since the row
before, and the height. Each turn is held to the least radius, each rise to the steepest grade.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from bunyad.connect.alignment.kernels_land import ground_at, open_usd_at, usd_of


@njit(cache=True, error_model="numpy", nogil=True)
def survey_band(land: Any, rates: Any, middle: Any, normal: Any, gap: float, half: int) -> Any:
    """Return ground height, open cost and flags by row and column; no height outside the land."""
    rows = len(middle)
    found = np.empty((rows, 2 * half + 1, 3))
    for row in range(rows):
        for column in range(2 * half + 1):
            offset = (column - half) * gap
            x = middle[row, 0] + offset * normal[row, 0]
            y = middle[row, 1] + offset * normal[row, 1]
            ground, east, south = ground_at(land.elevation, land.cell_m, x, y)
            found[row, column, 0] = ground
            if ground == ground:  # noqa: PLR0124 — not NaN
                # The line runs along the band, a quarter turn from its normal.
                cross = normal[row, 0] * east + normal[row, 1] * south
                usd, flag = open_usd_at(land, rates, x, y, cross)
                found[row, column, 1], found[row, column, 2] = usd, flag
    return found


@njit(cache=True, error_model="numpy", inline="always")
def _radius(ax: float, ay: float, px: float, py: float, bx: float, by: float) -> float:
    """Return the radius of the arc at p that begins and ends halfway to a and b."""
    ux, uy, vx, vy = px - ax, py - ay, bx - px, by - py
    u, v = np.sqrt(ux * ux + uy * uy), np.sqrt(vx * vx + vy * vy)
    cross, dot = abs(ux * vy - uy * vx), ux * vx + uy * vy
    if dot <= 0:
        return 0.0
    return float(min(u, v) / 2 * (u * v + dot) / max(cross, 1e-9))


@njit(cache=True, error_model="numpy", nogil=True)
def best_in_band(
    rates: Any,
    middle: Any,
    normal: Any,
    gap: float,
    under: Any,
    base: Any,
    level_m: float,
    levels: int,
    slopes: int,
    rise: float,
) -> tuple[Any, float]:
    """
    Find the cheapest line from the middle of the first row to the middle of the last.

    Dynamic programming over rows: columns, columns crossed since the row before, heights.

    Parameters
    ----------
    rates
        The design.
    middle, normal
        Place of each row's middle, east and south [m], and the unit vector across the band.
    gap
        Distance between columns [m].
    under
        Ground height, open cost and flags by row and column; no height where no line may go.
    base
        Middle level of each place; level k lies at `k * level_m`.
    level_m
        Height of a level [m].
    levels
        Levels above and below the middle one.
    slopes
        Most columns crossed from one row to the next, to either side.
    rise
        Steepest grade between two rows [-].

    Returns
    -------
    tuple
        Column by row, and the cost [US$], infinite if there is no line.
    """
    rows, columns, _ = under.shape
    half = columns // 2
    ups, ways = 2 * levels + 1, 2 * slopes + 1
    value = np.full((columns, ways, ups), np.inf)
    least = np.full((columns, ways), np.inf)
    came = np.zeros((rows, columns, ways, ups), np.uint16)
    goal = half
    for way in range(ways):
        value[goal, way, levels] = 0.0
        least[goal, way] = 0.0
    merged, merged_way = np.empty(ups), np.empty(ups, np.int64)
    ring = np.empty(ups, np.int64)
    price = np.empty((columns, ups))
    for row in range(1, rows):
        after = np.full((columns, ways, ups), np.inf)
        after_least = np.full((columns, ways), np.inf)
        for to in range(columns):
            ground = under[row, to, 0]
            for up in range(ups):
                fill = (base[row, to] + up - levels) * level_m - ground
                price[to, up] = usd_of(fill, under[row, to, 1], int(under[row, to, 2]), rates)
        for to in range(columns):
            if np.isnan(under[row, to, 0]) or (row == rows - 1 and to != goal):
                continue
            bx = middle[row, 0] + (to - half) * gap * normal[row, 0]
            by = middle[row, 1] + (to - half) * gap * normal[row, 1]
            for way in range(ways):
                at = to - (way - slopes)
                if at < 0 or at >= columns:
                    continue
                px = middle[row - 1, 0] + (at - half) * gap * normal[row - 1, 0]
                py = middle[row - 1, 1] + (at - half) * gap * normal[row - 1, 1]
                any_way = False
                for before in range(ways):
                    if not least[at, before] < np.inf:
                        continue
                    if row > 1:
                        old = at - (before - slopes)
                        ax = middle[row - 2, 0] + (old - half) * gap * normal[row - 2, 0]
                        ay = middle[row - 2, 1] + (old - half) * gap * normal[row - 2, 1]
                        if _radius(ax, ay, px, py, bx, by) < rates.min_radius_m:
                            continue
                    if not any_way:
                        any_way = True
                        for up in range(ups):
                            merged[up] = value[at, before, up]
                            merged_way[up] = before
                    else:
                        for up in range(ups):
                            if value[at, before, up] < merged[up]:
                                merged[up] = value[at, before, up]
                                merged_way[up] = before
                if not any_way:
                    continue
                length = np.sqrt((bx - px) ** 2 + (by - py) ** 2)
                span = int(rise * length / level_m)
                shift = base[row, to] - base[row - 1, at]
                head, tail, fed = 0, 0, 0
                low = np.inf
                for up in range(ups):
                    centre = up + shift
                    while fed < ups and fed <= centre + span:
                        if merged[fed] < np.inf:
                            while tail > head and merged[ring[tail - 1]] > merged[fed]:
                                tail -= 1
                            ring[tail] = fed
                            tail += 1
                        fed += 1
                    while head < tail and ring[head] < centre - span:
                        head += 1
                    if head < tail:
                        one = ring[head]
                        usd = merged[one] + length * price[to, up]
                        after[to, way, up] = usd
                        came[row, to, way, up] = merged_way[one] * ups + one
                        low = min(low, usd)
                after_least[to, way] = low
        value, least = after, after_least
    best, way = np.inf, -1
    for one in range(ways):
        if value[goal, one, levels] < best:
            best, way = value[goal, one, levels], one
    places = np.full(rows, goal)
    if way < 0:
        return places, best
    at, up = goal, levels
    for row in range(rows - 1, 0, -1):
        places[row] = at
        packed = came[row, at, way, up]
        at = at - (way - slopes)
        way, up = packed // ups, packed % ups
    return places, best
