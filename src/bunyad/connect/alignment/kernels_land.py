"""
Kernels of the land: what a metre of line costs at a point.

Places are in metres east and south of the first cell's centre. `land` holds the heights, the
factors, the extra costs and the flags by cell, and the cell's side; a field that is the same
everywhere may have a single cell.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

RIVER, BLOCKED = 1, 2
"""Flags of cells."""
OPEN, BRIDGE, TUNNEL, BARRED = 0, 1, 2, 3
"""Kinds of stretches; the last is none that may be built."""


class Rates(NamedTuple):
    """The numbers of a design that kernels need."""

    usd_per_m: float
    slope_surcharge: float
    width_m: float
    side_slope: float
    cut_usd_per_m3: float
    fill_usd_per_m3: float
    bridge_usd_per_m: float
    tunnel_usd_per_m: float
    bridge_height_m: float
    tunnel_cover_m: float
    has_bridges: bool
    has_tunnels: bool
    longest_tunnel_m: float
    max_grade: float
    min_radius_m: float
    curve_resistance_m: float


class Land(NamedTuple):
    """The fields of a surface that kernels need."""

    elevation: Any
    factor: Any
    extra: Any
    flags: Any
    cell_m: float


@njit(cache=True, error_model="numpy", nogil=True)
def ground_at(elevation: Any, cell_m: float, x: float, y: float) -> tuple[float, float, float]:
    """Return height and its gradient to the east and to the south, NaN outside."""
    column, row = x / cell_m, y / cell_m
    rows, columns = elevation.shape
    if not (column >= 0 and row >= 0 and column <= columns - 1 and row <= rows - 1):
        return np.nan, np.nan, np.nan
    left, top = min(int(column), columns - 2), min(int(row), rows - 2)
    u, v = column - left, row - top
    a, b = float(elevation[top, left]), float(elevation[top, left + 1])
    c, d = float(elevation[top + 1, left]), float(elevation[top + 1, left + 1])
    upper, lower = a + (b - a) * u, c + (d - c) * u
    east = ((b - a) * (1 - v) + (d - c) * v) / cell_m
    return upper + (lower - upper) * v, east, (lower - upper) / cell_m


@njit(cache=True, error_model="numpy", nogil=True)
def open_usd_at(land: Any, rates: Any, x: float, y: float, cross_slope: float) -> tuple[float, int]:
    """Return the cost of a metre of open line without earthworks, and the cell's flags."""
    column, row = int(x / land.cell_m + 0.5), int(y / land.cell_m + 0.5)
    factor = land.factor[min(row, land.factor.shape[0] - 1), min(column, land.factor.shape[1] - 1)]
    extra = land.extra[min(row, land.extra.shape[0] - 1), min(column, land.extra.shape[1] - 1)]
    flag = land.flags[min(row, land.flags.shape[0] - 1), min(column, land.flags.shape[1] - 1)]
    slope = 1 + rates.slope_surcharge * abs(cross_slope)
    return rates.usd_per_m * float(factor) * slope + float(extra), int(flag)


@njit(cache=True, error_model="numpy", nogil=True)
def kind_of(fill: float, flag: int, rates: Any) -> int:
    """Return what is built where the line lies `fill` metres above the ground."""
    if not fill >= -rates.tunnel_cover_m:
        return TUNNEL if rates.has_tunnels and fill < 0 else BARRED
    if flag & BLOCKED:
        return BARRED
    if flag & RIVER:
        return BRIDGE
    if fill > rates.bridge_height_m:
        return BRIDGE if rates.has_bridges else BARRED
    return OPEN


@njit(cache=True, error_model="numpy", nogil=True)
def usd_of(fill: float, open_usd: float, flag: int, rates: Any) -> float:
    """Return the cost of a metre of line [US$/m], infinite where none may be built."""
    kind = kind_of(fill, flag, rates)
    if kind == OPEN:
        height = abs(fill)
        section = height * (rates.width_m + rates.side_slope * height)
        price = rates.fill_usd_per_m3 if fill > 0 else rates.cut_usd_per_m3
        return float(open_usd + price * section)
    if kind == BRIDGE:
        return float(rates.bridge_usd_per_m)
    if kind == TUNNEL:
        return float(rates.tunnel_usd_per_m)
    return np.inf


@njit(cache=True, error_model="numpy", nogil=True)
def lay_samples(
    land: Any, rates: Any, start: Any, heading: Any, spacing: float, places: Any, samples: Any
) -> None:
    """
    Fill `samples` with ground height, open cost and flags along a straight line.

    Parameters
    ----------
    land, rates
        The land and the design.
    start, heading
        Where the line starts and its unit vector.
    spacing
        Length that each sample stands for; samples lie in the middle of it [m].
    places
        First sample to fill and the one after the last.
    samples
        Rows of ground height [m], open cost [US$/m], flags.
    """
    for place in range(places[0], places[1]):
        along = (place + 0.5) * spacing
        x, y = start[0] + along * heading[0], start[1] + along * heading[1]
        ground, east, south = ground_at(land.elevation, land.cell_m, x, y)
        samples[place, 0] = ground
        if ground == ground:  # noqa: PLR0124 — not NaN
            cross = heading[0] * south - heading[1] * east
            usd, flag = open_usd_at(land, rates, x, y, cross)
            samples[place, 1], samples[place, 2] = usd, flag


@njit(cache=True, error_model="numpy", nogil=True)
def usd_of_samples(
    samples: Any, count: int, ends: tuple[float, float], length: float, rates: Any
) -> float:
    """Return the cost of a straight grade between two heights over laid samples [US$]."""
    total = 0.0
    step = (ends[1] - ends[0]) / count
    run = 0.0
    spacing = length / count
    for place in range(count):
        height = ends[0] + (place + 0.5) * step
        fill = height - samples[place, 0]
        total += usd_of(fill, samples[place, 1], int(samples[place, 2]), rates)
        run = run + spacing if fill < -rates.tunnel_cover_m else 0.0
        if not total < np.inf or run > rates.longest_tunnel_m:
            return np.inf
    return total * spacing
