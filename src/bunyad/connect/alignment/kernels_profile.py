"""Kernels of profiles: the heights of a given line, and where its earth goes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from bunyad.connect.alignment.kernels_land import (
    BARRED,
    BRIDGE,
    OPEN,
    TUNNEL,
    ground_at,
    kind_of,
    open_usd_at,
)


@njit(cache=True, error_model="numpy", nogil=True)
def survey_stations(land: Any, rates: Any, stations: Any) -> Any:
    """Return ground height, open cost and flags under stations (place and heading by row)."""
    found = np.empty((len(stations), 3))
    for row in range(len(stations)):
        x, y, hx, hy = stations[row, 0], stations[row, 1], stations[row, 2], stations[row, 3]
        ground, east, south = ground_at(land.elevation, land.cell_m, x, y)
        found[row, 0], found[row, 1], found[row, 2] = ground, np.nan, 0
        if ground == ground:  # noqa: PLR0124 — not NaN
            cross = hx * south - hy * east
            found[row, 1], found[row, 2] = open_usd_at(land, rates, x, y, cross)
    return found


@njit(cache=True, error_model="numpy", nogil=True)
def price_station(fill: float, under: Any, shadow: float, bare: bool, rates: Any) -> float:
    """Return the cost of a metre at a station, with earth worth `shadow` more where it is cut."""
    kind = kind_of(fill, int(under[2]), rates)
    if kind == BARRED or (bare and kind == TUNNEL):
        return np.inf
    if kind == BRIDGE:
        return float(rates.bridge_usd_per_m)
    if kind == TUNNEL:
        return float(rates.tunnel_usd_per_m)
    height = abs(fill)
    section = height * (rates.width_m + rates.side_slope * height)
    price = rates.fill_usd_per_m3 - shadow if fill > 0 else rates.cut_usd_per_m3 + shadow
    return float(under[1] + price * section)


@njit(cache=True, error_model="numpy", nogil=True)
def best_heights(
    under: Any,
    weight: Any,
    reach: Any,
    low: Any,
    size: int,
    grid: Any,
    last: Any,
    shadow: Any,
    bare: Any,
    rates: Any,
) -> tuple[Any, float]:
    """
    Return the cheapest heights by dynamic programming, and their cost.

    Parameters
    ----------
    under
        Ground height, open cost and flags by station.
    weight
        Length that each station stands for [m].
    reach
        By piece, by how many levels height may change along it.
    low
        Lowest level of each station; level k lies at `grid[0] + k * grid[1]`.
    size
        Number of levels of each station.
    grid
        Height of level 0, where the line starts; height of a level [m].
    last
        Height of the last station, and how far from it the one before may lie [m].
    shadow
        Worth of a cubic metre of earth by station [US$/m³].
    bare
        Whether a station must not be in a tunnel.
    rates
        The design.
    """
    count = len(under)
    level_m = grid[1]
    cost = np.full(size, np.inf)
    start = -low[0]
    cost[start] = weight[0] * price_station(
        grid[0] - under[0, 0], under[0], shadow[0], bare[0], rates
    )
    came = np.zeros((count, size), np.int16)
    ring = np.empty(size, np.int64)
    for station in range(1, count - 1):
        after = np.full(size, np.inf)
        shift = low[station] - low[station - 1]
        span = reach[station - 1]
        head, tail, fed = 0, 0, 0
        for k in range(size):
            centre = k + shift
            while fed < size and fed <= centre + span:
                if cost[fed] < np.inf:
                    while tail > head and cost[ring[tail - 1]] > cost[fed]:
                        tail -= 1
                    ring[tail] = fed
                    tail += 1
                fed += 1
            while head < tail and ring[head] < centre - span:
                head += 1
            if head < tail:
                fill = grid[0] + (low[station] + k) * level_m - under[station, 0]
                usd = price_station(fill, under[station], shadow[station], bare[station], rates)
                after[k] = cost[ring[head]] + weight[station] * usd
                came[station, k] = ring[head] - centre
        cost = after
    best, k = np.inf, -1
    for level in range(size):
        height = grid[0] + (low[count - 2] + level) * level_m
        if abs(height - last[0]) <= last[1] and cost[level] < best:
            best, k = cost[level], level
    heights = np.empty(count)
    heights[count - 1] = last[0]
    if k < 0:
        return heights, np.inf
    best += weight[count - 1] * price_station(
        last[0] - under[count - 1, 0], under[count - 1], shadow[count - 1], bare[count - 1], rates
    )
    for station in range(count - 2, -1, -1):
        heights[station] = grid[0] + (low[station] + k) * level_m
        if station > 0:
            k = k + low[station] - low[station - 1] + came[station, k]
    return heights, best


@njit(cache=True, error_model="numpy", nogil=True)
def price_earth(surplus: Any, length: Any, rate: float, most: float, steps: int) -> Any:
    """
    Return the worth of earth along a line, from which the cost of hauling follows.

    Earth is hauled along the line, or to a tip and from a pit that lie so far off that a cubic
    metre costs `most`. The dual of that flow problem: worths p that differ by no more than the
    cost of hauling between two stations and by no more than `most` from 0, with the greatest
    sum of worth times lack of earth; found by dynamic programming over `2 steps + 1` worths.

    Parameters
    ----------
    surplus
        Cut less fill by station [m³].
    length
        Length of each piece [m].
    rate
        Cost of hauling [US$/m³/m].
    most
        See there [US$/m³].
    steps
        Number of steps of worth on either side of 0.

    Returns
    -------
    tuple
        Worth by station [US$/m³], cost of hauling [US$].
    """
    count, size = len(surplus), 2 * steps + 1
    unit = most / steps
    value = np.zeros(size)
    came = np.zeros((count, size), np.int16)
    spare = 0.0
    ring = np.empty(size, np.int64)
    for station in range(count):
        after = np.empty(size)
        if station > 0:
            spare += rate * length[station - 1] / unit
            span = int(spare)
            spare -= span
            head, tail, fed = 0, 0, 0
            for k in range(size):
                while fed < size and fed <= k + span:
                    while tail > head and value[ring[tail - 1]] < value[fed]:
                        tail -= 1
                    ring[tail] = fed
                    tail += 1
                    fed += 1
                while ring[head] < k - span:
                    head += 1
                after[k] = value[ring[head]]
                came[station, k] = ring[head]
        else:
            after[:] = value
        for k in range(size):
            after[k] -= surplus[station] * (k - steps) * unit
        value = after
    k = int(np.argmax(value))
    cost = value[k]
    worth = np.empty(count)
    for station in range(count - 1, -1, -1):
        worth[station] = (k - steps) * unit
        k = came[station, k]
    return worth, cost


@njit(cache=True, error_model="numpy", nogil=True)
def price_pieces(under: Any, heights: Any, length: Any, rates: Any) -> Any:
    """Return kind, cut, fill [m³] and cost [US$] of each piece, by the mean of both ends."""
    count = len(length)
    found = np.zeros((count, 4))
    for piece in range(count):
        middle = (heights[piece] + heights[piece + 1] - under[piece, 0] - under[piece + 1, 0]) / 2
        for station in (piece, piece + 1):
            fill = heights[station] - under[station, 0]
            kind = kind_of(fill, int(under[station, 2]), rates)
            half = length[piece] / 2
            if kind == OPEN:
                section = abs(fill) * (rates.width_m + rates.side_slope * abs(fill))
                found[piece, 1 if fill < 0 else 2] += half * section
            found[piece, 3] += half * price_station(fill, under[station], 0.0, False, rates)
            if station == piece:
                found[piece, 0] = kind
            elif kind != found[piece, 0]:
                flag = int(under[piece, 2]) | int(under[station, 2])
                mean = kind_of(middle, flag, rates)
                if mean != BARRED:
                    found[piece, 0] = mean
    return found
