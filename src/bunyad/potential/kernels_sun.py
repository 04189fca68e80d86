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

ISOTROPIC, HAY_DAVIES, PEREZ = 0, 1, 2
FIXED, TRACKING = 0, 1

ONE_ROW = np.uint32(1)
ZERO, HALF, ONE, TWO = np.float32(0), np.float32(0.5), np.float32(1), np.float32(2)
TINY = np.float32(1e-12)
LEAST = np.float32(-1e30)
KILO = np.float32(1e-3)
QUARTER_TURN, HALF_TURN = np.float32(math.pi / 2), np.float32(math.pi)
# pvlib's limits, by which Hay & Davies and Perez avoid a division by a low sun: cosines of 89° (as
# 0.01745) and 85°.
LOW_SUN_HAY = np.float32(0.01745)
LOW_SUN_PEREZ = np.float32(math.cos(math.radians(85)))
# Abramowitz & Stegun 1964, 4.4.46 (arc cosine, error 2e-8) and 4.4.49 (arc tangent, 2e-8).
ACOS = np.array(
    [1.5707963050, -0.2145988016, 0.0889789874, -0.0501743046,
     0.0308918810, -0.0170881256, 0.0066700901, -0.0012624911], dtype=np.float32
)  # fmt: skip
ATAN = np.array(
    [-0.3333314528, 0.1999355085, -0.1420889944, 0.1065626393,
     -0.0752896400, 0.0429096138, -0.0161657367, 0.0028662257], dtype=np.float32
)  # fmt: skip
A0, A1, A2, A3, A4, A5, A6, A7 = ACOS
T1, T2, T3, T4, T5, T6, T7, T8 = ATAN
# Perez et al. 1990: limits of the classes of sky clearness, and the constant in it.
E1, E2, E3, E4 = np.float32(1.065), np.float32(1.23), np.float32(1.5), np.float32(1.95)
E5, E6, E7 = np.float32(2.8), np.float32(4.5), np.float32(6.2)
KAPPA = np.float32(1.041)
# PVWatts (Dobos 2014): efficiency of inverters over their load.
LOAD2, LOAD0, LOAD1 = (np.float32(part / 0.9637) for part in (-0.0162, -0.0059, 0.9858))
STANDARD_TEMPERATURE = np.float32(25)

fast = njit(cache=True, fastmath=EXACT, error_model="numpy")


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
def _mix(mixed: Any, series: Any, points: Any, weights: Any, offset: Any) -> None:
    """Write a weighted sum of weather at points: one point, or a multiple of four."""
    if points.shape[0] == 1:
        only, whole = series[points[0]], weights[0]
        for h in range(mixed.shape[0]):
            mixed[h] = offset + whole * only[h]
        return
    for k in range(0, points.shape[0], 4):
        a, b = series[points[k]], series[points[k + 1]]
        c, d = series[points[k + 2]], series[points[k + 3]]
        wa, wb, wc, wd = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        if k == 0:
            for h in range(mixed.shape[0]):
                mixed[h] = offset + wa * a[h] + wb * b[h] + wc * c[h] + wd * d[h]
        else:
            for h in range(mixed.shape[0]):
                mixed[h] += wa * a[h] + wb * b[h] + wc * c[h] + wd * d[h]


@fast
def _diffuse_isotropic(diffuse: Any, weather: Any, view: Any, ground: Any) -> None:
    """Write diffuse and reflected light in the plane from an evenly bright sky [W/m²]."""
    beam, sky, _ = weather
    height, _, lit, tilt = view
    albedo, seen = ground
    for h in range(diffuse.shape[0]):
        facing_sky = HALF * (ONE + tilt[h])
        level = sky[h] * seen + beam[h] * lit[h] * max(height[h], ZERO)
        diffuse[h] = sky[h] * facing_sky * seen + albedo * level * (ONE - facing_sky * seen)


@fast
def _diffuse_hay_davies(diffuse: Any, weather: Any, view: Any, ground: Any) -> None:
    """Write diffuse and reflected light in the plane, with a bright sun's surround [W/m²]."""
    beam, sky, outside = weather
    height, incidence, lit, tilt = view
    albedo, seen = ground
    for h in range(diffuse.shape[0]):
        facing_sky = HALF * (ONE + tilt[h])
        level = sky[h] * seen + beam[h] * lit[h] * max(height[h], ZERO)
        clear = beam[h] / outside[h]
        ratio = max(incidence[h], ZERO) / max(height[h], LOW_SUN_HAY)
        even = max(sky[h] * (ONE - clear) * facing_sky, ZERO) * seen
        around = sky[h] * clear * ratio * lit[h]
        diffuse[h] = even + around + albedo * level * (ONE - facing_sky * seen)


@fast
def _zenith(height: Any) -> Any:
    """Return the arc cosine of the sine of the sun's height [rad]; 0 to 1 only."""
    u = min(max(height, ZERO), ONE)
    series = A4 + u * (A5 + u * (A6 + u * A7))
    return math.sqrt(ONE - u) * (A0 + u * (A1 + u * (A2 + u * (A3 + u * series))))


@fast
def _clearness(clear: Any, beam: Any, sky: Any, height: Any) -> None:
    """Write the clearness of the sky of Perez et al. 1990."""
    for h in range(clear.shape[0]):
        zenith = _zenith(height[h])
        cube = KAPPA * zenith * zenith * zenith
        clear[h] = (ONE + beam[h] / max(sky[h], TINY) + cube) / (ONE + cube)


@fast
def _by_class(clear: Any, v: Any) -> Any:
    """Return the value of the class of sky clearness; selects, since look-ups are slower."""
    low = v[0] if clear < E1 else (v[1] if clear < E2 else (v[2] if clear < E3 else v[3]))
    high = v[4] if clear < E5 else (v[5] if clear < E6 else (v[6] if clear < E7 else v[7]))
    return low if clear < E4 else high


@fast
def _eight(v: Any) -> Any:
    """Return eight values as a tuple, which stays in registers."""
    return (v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7])


@fast
def _perez_brightness(bright: Any, weather: Any, height: Any, clear: Any, tables: Any) -> None:
    """Write one of the two brightness coefficients of Perez et al. 1990."""
    sky, outside = weather
    coefficients, air, least = tables
    constant, by_brightness = _eight(coefficients[0]), _eight(coefficients[1])
    by_zenith = _eight(coefficients[2])
    a0, a1, a2, b1, b2 = air[0], air[1], air[2], air[3], air[4]
    for h in range(bright.shape[0]):
        zenith = _zenith(height[h])
        up = max(height[h], ZERO)
        more = (a0 + up * (a1 + up * a2)) / (ONE + up * (b1 + up * b2))
        brightness = sky[h] / ((up + more) * outside[h])
        value = _by_class(clear[h], constant) + _by_class(clear[h], by_zenith) * zenith
        bright[h] = max(value + _by_class(clear[h], by_brightness) * brightness, least)


@fast
def _diffuse_perez(diffuse: Any, weather: Any, view: Any, bright: Any, ground: Any) -> None:
    """Write diffuse and reflected light in the plane after Perez et al. 1990 [W/m²]."""
    beam, sky, _ = weather
    height, incidence, lit, tilt = view
    first, second = bright
    albedo, seen = ground
    for h in range(diffuse.shape[0]):
        facing_sky = HALF * (ONE + tilt[h])
        level = sky[h] * seen + beam[h] * lit[h] * max(height[h], ZERO)
        slant = math.sqrt(max(ONE - tilt[h] * tilt[h], ZERO))
        around = first[h] * max(incidence[h], ZERO) / max(height[h], LOW_SUN_PEREZ)
        even = (ONE - first[h]) * facing_sky + second[h] * slant
        light = max(sky[h] * (even * seen + around * lit[h]), ZERO)
        light = light if height[h] >= ZERO else ZERO  # pvlib's air mass ends at the horizon
        diffuse[h] = light + albedo * level * (ONE - facing_sky * seen)


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
def _sky_light(diffuse: Any, weather: Any, view: Any, ground: Any, sky: Any) -> None:
    """Write diffuse and reflected light in the plane by the model that is asked for."""
    model, coefficients, air_mass, clear, first, second = sky
    if model == ISOTROPIC:
        _diffuse_isotropic(diffuse, weather, view, ground)
    elif model == HAY_DAVIES:
        _diffuse_hay_davies(diffuse, weather, view, ground)
    else:
        beam, dome, outside = weather
        around, band = (coefficients[0], air_mass, ZERO), (coefficients[1], air_mass, LEAST)
        _clearness(clear, beam, dome, view[0])
        _perez_brightness(first, (dome, outside), view[0], clear, around)
        _perez_brightness(second, (dome, outside), view[0], clear, band)
        _diffuse_perez(diffuse, weather, view, (first, second), ground)


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
            _mix(beam, here[0], point[c], weight[0, c], ZERO)
            _mix(dome, here[1], point[c], weight[1, c], ZERO)
            _mix(warm, here[2], point[c], weight[1, c], offset[c])
            _mix(heat, here[3], point[c], weight[1, c], ZERO)
            light = (beam, dome, outside[first:last])
            sky = (model, coefficients, air_mass, result, one, two)
            view, ground = (apparent, incidence, lit, tilt), (albedo[c, month], seen[c])
            _sky_light(diffuse, light, view, ground, sky)
            size = module[1] * factor[c, month]
            plain = (module[0], size, module[2])
            _output(result, (diffuse, beam, lit, incidence), (warm, heat), glass, plain)
            sums[c, b] = total(result, lanes)
            if group[c] >= 0:
                grouped[group[c], first:last] += result
            if field.shape[0] > 0:
                for h in range(n):
                    field[c, hour[first + h]] = result[h]
