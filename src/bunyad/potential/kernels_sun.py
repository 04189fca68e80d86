"""
Kernels of the sun: hourly output of solar plants on many cells, from weather at few points.

A cell's year is worked through in blocks of one month's lit hours. Each step of the chain is a
loop over the hours of a block that writes one short array, which stays in the fastest cache and
which compilers turn into vector instructions; literals are single precision for the same reason.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, prange

from bunyad.potential.kernels_exact import EXACT, LANES, total
from bunyad.potential.kernels_sky import (
    HALF,
    ONE,
    TINY,
    ZERO,
    fast,
    mix,
    sky_light,
)

FIXED, TRACKING = 0, 1

ONE_ROW = np.uint32(1)
TWO = np.float32(2)
KILO = np.float32(1e-3)
QUARTER_TURN, HALF_TURN = np.float32(math.pi / 2), np.float32(math.pi)
# Abramowitz & Stegun 1964, 4.4.49: arc tangent, error 2e-8.
ATAN = np.array(
    [-0.3333314528, 0.1999355085, -0.1420889944, 0.1065626393,
     -0.0752896400, 0.0429096138, -0.0161657367, 0.0028662257], dtype=np.float32
)  # fmt: skip
T1, T2, T3, T4, T5, T6, T7, T8 = ATAN
# PVWatts (Dobos 2014): efficiency of inverters over their load.
LOAD2, LOAD0, LOAD1 = (np.float32(part / 0.9637) for part in (-0.0162, -0.0059, 0.9858))
STANDARD_TEMPERATURE = np.float32(25)


@fast
def _true_height(height: Any, sun: Any, place: Any) -> None:
    """Write the sine of the sun's true height above level."""
    sin_lat, cos_lat, sin_lon, cos_lon = place
    x, y, z = sun
    a, b = cos_lat * cos_lon, cos_lat * sin_lon
    for h in range(height.shape[0]):
        height[h] = a * x[h] + b * y[h] + sin_lat * z[h]


@fast
def _apparent_height(apparent: Any, height: Any, refraction: Any, thin: Any) -> None:
    """Write the sine of the sun's height after refraction."""
    lowest, p0, p1, q1, q2 = refraction
    for h in range(apparent.shape[0]):
        sine = height[h]
        level = math.sqrt(max(ONE - sine * sine, ZERO))
        lift = thin * level * (p0 + p1 * sine) / (ONE + sine * (q1 + q2 * sine))
        lift = lift if sine >= lowest else ZERO
        apparent[h] = sine * (ONE - HALF * lift * lift) + level * lift


@fast
def _level_part(part: Any, height: Any, apparent: Any) -> None:
    """Write by what refraction shortens the level part of the sun's direction."""
    for h in range(part.shape[0]):
        after = max(ONE - apparent[h] * apparent[h], ZERO)
        part[h] = math.sqrt(after / max(ONE - height[h] * height[h], TINY))


@fast
def _fixed_incidence(incidence: Any, sun: Any, apparent: Any, part: Any, facing: Any) -> None:
    """Write the cosine of the angle between the sun and a plane that stands still."""
    x, y, z = sun
    sin_lat, cos_lat, sin_lon, cos_lon, east, north, up = facing
    for h in range(incidence.shape[0]):
        to_east = cos_lon * y[h] - sin_lon * x[h]
        to_north = cos_lat * z[h] - sin_lat * (cos_lon * x[h] + sin_lon * y[h])
        incidence[h] = (east * to_east + north * to_north) * part[h] + up * apparent[h]


@fast
def _rotation(to_east: Any, up: Any, limit: Any, rows: Any) -> Any:
    """Return cosine and sine of a tracker's turn towards the sun, with backtracking."""
    reach = math.sqrt(to_east * to_east + up * up)
    cosine, sine = up / reach, to_east / reach
    shade = min(cosine * rows, ONE)  # rows: one over the ground cover ratio
    clear = math.sqrt(max(ONE - shade * shade, ZERO))
    turned = cosine * shade + sine * clear
    aside = sine * shade - cosine * clear
    limit_cosine, limit_sine = limit
    held = turned < limit_cosine
    turned, aside = (limit_cosine if held else turned), (limit_sine if held else aside)
    down = up <= ZERO
    return (ONE if down else turned), (ZERO if down else aside)


@fast
def _tracked(incidence: Any, sun: Any, apparent: Any, part: Any, tracker: Any) -> None:
    """Write the cosine of the angle between the sun and a tracked plane."""
    x, y, _ = sun
    sin_lon, cos_lon, limit_cosine, limit_sine, rows = tracker
    for h in range(incidence.shape[0]):
        to_east = abs(cos_lon * y[h] - sin_lon * x[h]) * part[h]
        turned, aside = _rotation(to_east, apparent[h], (limit_cosine, limit_sine), rows)
        incidence[h] = turned * apparent[h] + aside * to_east


@fast
def _tracked_tilt(tilt: Any, sun: Any, apparent: Any, part: Any, tracker: Any) -> None:
    """Write the cosine of a tracked plane's tilt."""
    x, y, _ = sun
    sin_lon, cos_lon, limit_cosine, limit_sine, rows = tracker
    for h in range(tilt.shape[0]):
        to_east = abs(cos_lon * y[h] - sin_lon * x[h]) * part[h]
        tilt[h] = _rotation(to_east, apparent[h], (limit_cosine, limit_sine), rows)[0]


@fast
def _azimuth(to_east: Any, to_north: Any) -> Any:
    """Return the azimuth clockwise from north, 0 to a full turn [rad]."""
    e, n = abs(to_east), abs(to_north)
    q = min(e, n) / max(e, n, TINY)
    s = q * q
    series = T5 + s * (T6 + s * (T7 + s * T8))
    angle = q * (ONE + s * (T1 + s * (T2 + s * (T3 + s * (T4 + s * series)))))
    angle = QUARTER_TURN - angle if e > n else angle
    angle = HALF_TURN - angle if to_north < ZERO else angle
    return TWO * HALF_TURN - angle if to_east < ZERO else angle


@fast
def _horizon_place(where: Any, sun: Any, place: Any, rows: Any, turn: Any) -> None:
    """Write where the sun stands among the directions of the horizon, 0 to their number."""
    x, y, z = sun
    sin_lat, cos_lat, sin_lon, cos_lon = place
    per_radian = rows / (TWO * HALF_TURN)
    for h in range(where.shape[0]):
        to_east = cos_lon * y[h] - sin_lon * x[h]
        to_north = cos_lat * z[h] - sin_lat * (cos_lon * x[h] + sin_lon * y[h])
        place_in = _azimuth(to_east, to_north) * per_radian + turn
        place_in = place_in - rows if place_in >= rows else place_in
        where[h] = place_in + rows if place_in < ZERO else place_in


@fast
def _horizon_rise(slope: Any, where: Any, rise: Any) -> None:
    """Write the slope of the horizon where the sun stands."""
    for h in range(slope.shape[0]):
        row = np.uint32(where[h])
        low, high = rise[row], rise[row + ONE_ROW]
        slope[h] = low + (where[h] - np.float32(row)) * (high - low)


@fast
def _lit_part(lit: Any, apparent: Any, slope: Any, disc: Any) -> None:
    """Write the part of the sun's disc that stands above the terrain's horizon."""
    for h in range(lit.shape[0]):
        level = math.sqrt(max(ONE - apparent[h] * apparent[h], ZERO))
        above = (apparent[h] - slope[h] * level) / math.sqrt(ONE + slope[h] * slope[h])
        lit[h] = min(max(above * disc + HALF, ZERO), ONE)


@fast
def _through_glass(incidence: Any, glass: Any) -> Any:
    """Return the light that enters a module over that at right angles (De Soto et al. 2006)."""
    index, depth, bent, scale = glass  # bent: one over the square of the index
    cosine = min(max(incidence, ZERO), ONE)
    inner = math.sqrt(ONE - (ONE - cosine * cosine) * bent)
    across = (cosine - index * inner) / (cosine + index * inner)
    along = (inner - index * cosine) / (inner + index * cosine)
    way = depth / inner
    absorbed = ONE - way + HALF * way * way  # exp(-way), of a way of about 0.01
    return (ONE - HALF * (across * across + along * along)) * absorbed * scale


@fast
def _output(output: Any, light: Any, air: Any, glass: Any, plant: Any) -> None:
    """Write alternating current over capacity, from the light in the plane."""
    diffuse, beam, lit, incidence = light
    temperature, heat = air
    heating, direct_size, inverter = plant
    index, depth, straight = glass
    pane = (index, depth, ONE / (index * index), ONE / straight)
    for h in range(output.shape[0]):
        direct = beam[h] * lit[h] * max(incidence[h], ZERO)
        reaching = direct * _through_glass(incidence[h], pane) + diffuse[h]
        cell = temperature[h] + (direct + diffuse[h]) * heat[h]
        warm = ONE + heating * (cell - STANDARD_TEMPERATURE)
        load = reaching * KILO * direct_size * warm * inverter
        curve = LOAD2 * load * load + LOAD1 * load + LOAD0
        output[h] = min(max(curve, ZERO), ONE) if load > ZERO else ZERO


@fast
def _turn_to_sun(incidence: Any, tilt: Any, sun: Any, heights: Any, plane: Any) -> None:
    """Write the cosines of the sun's angle to the modules, and of their tilt."""
    height, apparent, part = heights
    mounting, at, facing, tracker = plane
    _level_part(part, height, apparent)
    if mounting == TRACKING:
        turning = (at[2], at[3], tracker[0], tracker[1], tracker[2])
        _tracked(incidence, sun, apparent, part, turning)
        _tracked_tilt(tilt, sun, apparent, part, turning)
    else:
        fixed = (at[0], at[1], at[2], at[3], facing[0], facing[1], facing[2])
        _fixed_incidence(incidence, sun, apparent, part, fixed)
        tilt[:] = facing[2]


@njit(cache=True, fastmath=EXACT, error_model="numpy", parallel=True)
def solar_year(sun: Any, weather: Any, cells: Any, plant: Any, out: Any) -> None:
    """
    Write the output of solar plants on cells: sums of months, sums of groups, hours.

    Parameters
    ----------
    sun
        Direction to the sun in axes of the earth (3, lit hour), irradiance outside of the
        atmosphere by lit hour [W/m²], number of each lit hour in the year, first lit hour of
        each block of hours (and the end), month of each block from 0.
    weather
        Beam, diffuse [W/m²], air temperature [°C] and warming of the modules per light in
        their plane [K m²/W], flat: block by block (variable, point, lit hour), so that the
        hours of a block lie without gaps.
    cells
        Sines and cosines of latitude and longitude (cell, 4), direction that modules face
        (cell, 3), points (cell, k), their weights for beam and for all else (2, cell, k),
        temperature offset [K], air pressure over that of the refraction, part of the sky seen,
        rise of the horizon (cell, direction; the first two again at the end; or nothing), its
        turn [directions], albedo by month (cell, 12), output factor by month (cell, 12).
    plant
        Model of the sky, mounting, tracker (cosine and sine of the limit, one over the ground
        cover ratio), module (change with temperature [1/K], direct current over inverter
        capacity, inverter efficiency), glass, refraction, Perez's coefficients and air
        mass, sharpness of the sun's edge.
    out
        Sums by block (cell, block) [h], group of each cell or -1, sums by group (group, lit
        hour), hours (cell, hour) or nothing.
    """
    direction, outside, hour, block, month_of = sun
    points = weather.shape[0] // (4 * hour.shape[0])
    place, facing, point, weight, offset, thin, seen, rise, turn, albedo, factor = cells
    model, mounting, tracker, module, glass, refraction, perez, disc = plant
    coefficients, air_mass = perez
    sums, group, grouped, field = out
    longest = np.max(block[1:] - block[:-1])
    for b in prange(month_of.shape[0]):
        first, last, month = block[b], block[b + 1], month_of[b]
        n = last - first
        s = np.zeros((14, longest), dtype=np.float32)
        height, apparent, part, incidence, lit = s[0, :n], s[1, :n], s[2, :n], s[3, :n], s[4, :n]
        tilt, beam, dome, warm, heat = s[5, :n], s[6, :n], s[7, :n], s[8, :n], s[9, :n]
        diffuse, result, one, two = s[10, :n], s[11, :n], s[12, :n], s[13, :n]
        axes = (direction[0, first:last], direction[1, first:last], direction[2, first:last])
        here = weather[4 * points * first : 4 * points * last].reshape((4, points, n))
        lit[:] = ONE
        lanes = np.empty(LANES, dtype=np.float32)
        for c in range(place.shape[0]):
            at = (place[c, 0], place[c, 1], place[c, 2], place[c, 3])
            _true_height(height, axes, at)
            _apparent_height(apparent, height, refraction, thin[c])
            plane = (mounting, at, facing[c], tracker)
            _turn_to_sun(incidence, tilt, axes, (height, apparent, part), plane)
            if rise.shape[0] > 0:
                _horizon_place(diffuse, axes, at, np.float32(rise.shape[1] - 2), turn[c])
                _horizon_rise(result, diffuse, rise[c])
                _lit_part(lit, apparent, result, disc)
            mix(beam, here[0], point[c], weight[0, c], ZERO)
            mix(dome, here[1], point[c], weight[1, c], ZERO)
            mix(warm, here[2], point[c], weight[1, c], offset[c])
            mix(heat, here[3], point[c], weight[1, c], ZERO)
            light = (beam, dome, outside[first:last])
            sky = (model, coefficients, air_mass, result, one, two)
            view, ground = (apparent, incidence, lit, tilt), (albedo[c, month], seen[c])
            sky_light(diffuse, light, view, ground, sky)
            size = module[1] * factor[c, month]
            plain = (module[0], size, module[2])
            _output(result, (diffuse, beam, lit, incidence), (warm, heat), glass, plain)
            sums[c, b] = total(result, lanes)
            if group[c] >= 0:
                grouped[group[c], first:last] += result
            if field.shape[0] > 0:
                for h in range(n):
                    field[c, hour[first + h]] = result[h]
