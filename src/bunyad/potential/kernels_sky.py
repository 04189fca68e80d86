"""
Kernels of the sky: weather at a cell, and the light that reaches a plane from sky and ground.

Each is a loop over the hours of a block that writes one short array; `kernels_sun` joins them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from bunyad.potential.kernels_exact import EXACT

ISOTROPIC, HAY_DAVIES, PEREZ = 0, 1, 2

ZERO, HALF, ONE = np.float32(0), np.float32(0.5), np.float32(1)
TINY = np.float32(1e-12)
LEAST = np.float32(-1e30)
# pvlib's limits, by which Hay & Davies and Perez avoid a division by a low sun: cosines of 89° (as
# 0.01745) and 85°.
LOW_SUN_HAY = np.float32(0.01745)
LOW_SUN_PEREZ = np.float32(math.cos(math.radians(85)))
# Abramowitz & Stegun 1964, 4.4.46: arc cosine, error 2e-8.
ACOS = np.array(
    [1.5707963050, -0.2145988016, 0.0889789874, -0.0501743046,
     0.0308918810, -0.0170881256, 0.0066700901, -0.0012624911], dtype=np.float32
)  # fmt: skip
A0, A1, A2, A3, A4, A5, A6, A7 = ACOS
# Perez et al. 1990: limits of the classes of sky clearness, and the constant in it.
E1, E2, E3, E4 = np.float32(1.065), np.float32(1.23), np.float32(1.5), np.float32(1.95)
E5, E6, E7 = np.float32(2.8), np.float32(4.5), np.float32(6.2)
KAPPA = np.float32(1.041)

fast = njit(cache=True, fastmath=EXACT, error_model="numpy")


@fast
def mix(mixed: Any, series: Any, points: Any, weights: Any, offset: Any) -> None:
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
def sky_light(diffuse: Any, weather: Any, view: Any, ground: Any, sky: Any) -> None:
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
