"""
Kernels of wind: hourly output of many cells from the series of a few points and one table.

Arrays that all kernels share: `speed`, `log_kelvin` and `per_kelvin` have one row a point and one
column an hour; `point`, `scale`, `pressure` and `cooling` have one value a cell; `table` has one
row a step of density and one column a step of speed; `steps` holds the first density and the
steps a unit of density and of speed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from bunyad.potential.kernels_exact import EXACT, LANES, total

HOURS = 1024
"""Hours that are worked on at a time, so that they stay in the first cache."""


@njit(cache=True, fastmath=EXACT, error_model="numpy")
def _fill(
    weather: Any, cell: Any, table: Any, steps: Any, place: Any, parts: Any, out: Any
) -> None:
    """
    Fill `out` with the hourly output of one cell.

    The density's logarithm is that of pressure less that of temperature, which the cell's height
    lowers by `cooling`: ln(T - c) = ln T - x - x²/2 - x³/3 with x = c/T, off by 2e-6 for 15 K.

    Places in the table come first and its values second: the compiler makes vectors of the
    arithmetic as long as no look-up, which might alias `out`, stands between.
    """
    speed, log_kelvin, per_kelvin = weather
    scale, pressure, cooling = cell
    first, per_density, per_speed = steps
    width = np.uint32(table.shape[1])
    most = np.float32(table.shape[0] - 2), np.float32(table.shape[1] - 2)
    one, half, third, zero = np.float32(1), np.float32(1 / 2), np.float32(1 / 3), np.float32(0)
    factor = scale * per_speed
    above, beyond = parts
    for hour in range(len(out)):
        warm = cooling * per_kelvin[hour]
        density = pressure - log_kelvin[hour] + warm * (one + warm * (half + warm * third))
        dense = max((density - first) * per_density, zero)
        fast = factor * speed[hour]
        row = np.floor(min(dense, most[0]))
        column = np.floor(min(fast, most[1]))
        above[hour] = min(dense - row, one)
        beyond[hour] = min(fast - column, one)
        place[hour] = np.int32(row) * width + np.int32(column)
    flat = table.reshape(-1)
    for hour in range(len(out)):
        here = np.uint64(place[hour])
        there = here + np.uint64(width)
        thin = flat[here] + beyond[hour] * (flat[here + np.uint64(1)] - flat[here])
        thick = flat[there] + beyond[hour] * (flat[there + np.uint64(1)] - flat[there])
        out[hour] = thin + above[hour] * (thick - thin)


@njit(cache=True, fastmath=EXACT, error_model="numpy")
def _fill_plain(speed: Any, factor: Any, table: Any, place: Any, out: Any) -> None:
    """
    Fill `out` with the hourly output of one cell in air of one density; see `_fill`.

    The table is so fine here that its nearest value is taken.
    """
    top, half = np.float32(len(table) - 1), np.float32(1 / 2)
    for hour in range(len(out)):
        place[hour] = np.int32(min(factor * speed[hour] + half, top))
    for hour in range(len(out)):
        out[hour] = table[place[hour]]


@njit(cache=True)
def _room() -> Any:
    """Return space to work in: places in the table, and two parts of the way to the next."""
    return np.empty(HOURS, np.uint32), np.empty(HOURS, np.float32), np.empty(HOURS, np.float32)


@njit(cache=True)
def _fill_any(
    weather: Any, cells: Any, cell: Any, table: Any, steps: Any, low: Any, room: Any, out: Any
) -> None:
    """Fill `out` with the hourly output of one cell from hour `low` on; `room` is to work in."""
    speed, log_kelvin, per_kelvin = weather
    point, scale, pressure, cooling = cells
    at, high = point[cell], low + len(out)
    if table.shape[0] == 1:
        factor = scale[cell] * steps[2]
        _fill_plain(speed[at, low:high], factor, table[0], room[0], out)
    else:
        _fill(
            (speed[at, low:high], log_kelvin[at, low:high], per_kelvin[at, low:high]),
            (scale[cell], pressure[cell], cooling[cell]),
            table,
            steps,
            room[0],
            (room[1], room[2]),
            out,
        )


@njit(cache=True, parallel=True, fastmath=EXACT)
def wind_field(weather: Any, cells: Any, table: Any, steps: Any, out: Any) -> None:
    """Fill `out`, one row a cell and one column an hour, with the output of every hour."""
    count, hours = out.shape
    for cell in prange(count):
        room = _room()
        for low in range(0, hours, HOURS):
            high = min(hours, low + HOURS)
            _fill_any(weather, cells, cell, table, steps, low, room, out[cell, low:high])


@njit(cache=True, parallel=True, fastmath=EXACT)
def wind_sums(weather: Any, cells: Any, table: Any, steps: Any, bins: Any, out: Any) -> None:
    """Add the output of every hour to `out`, one row a cell and one column a bin of `bins`."""
    hours = len(bins)
    for cell in prange(out.shape[0]):
        room, buffer = _room(), np.empty(HOURS, np.float32)
        lanes = np.empty(LANES, np.float32)
        for low in range(0, hours, HOURS):
            part = buffer[: min(hours, low + HOURS) - low]
            _fill_any(weather, cells, cell, table, steps, low, room, part)
            if out.shape[1] == 1:
                out[cell, 0] += total(part, lanes)
            else:
                for hour in range(len(part)):
                    out[cell, bins[low + hour]] += part[hour]


@njit(cache=True, parallel=True, fastmath=EXACT)
def wind_means(weather: Any, cells: Any, table: Any, steps: Any, groups: Any, out: Any) -> None:
    """
    Add the weighted output of groups of cells to `out`, one row a group and one column an hour.

    `groups` holds the members of all groups one after the other, their weights, and where each
    group starts, with the end of the last.
    """
    members, weights, starts = groups
    hours = out.shape[1]
    blocks = (hours + HOURS - 1) // HOURS
    for task in prange(out.shape[0] * blocks):
        group, low = task // blocks, task % blocks * HOURS
        high = min(hours, low + HOURS)
        room, buffer = _room(), np.empty(HOURS, np.float32)
        part = buffer[: high - low]
        for member in range(starts[group], starts[group + 1]):
            _fill_any(weather, cells, members[member], table, steps, low, room, part)
            for hour in range(len(part)):
                out[group, low + hour] += weights[member] * part[hour]
