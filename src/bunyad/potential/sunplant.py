"""What the kernel of the sun needs to know of plants and air, as tuples of single numbers."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pvlib import temperature

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Floats
from bunyad.potential.constants import constant, data_table
from bunyad.potential.kernels_sky import HAY_DAVIES, ISOTROPIC, PEREZ
from bunyad.potential.kernels_sun import FIXED, TRACKING

Singles = NDArray[np.float32]

MODELS = {"isotropic": ISOTROPIC, "haydavies": HAY_DAVIES, "perez": PEREZ}
FIT_ROWS = 20_000
"""Heights of the sun by which refraction and air mass are fitted."""
FIT_ROUNDS = 30


def plant_tuple(options: PotentialOptions) -> tuple[Any, ...]:
    """Return the plant as the kernel `solar_year` takes it."""
    limit = np.radians(options.solar_tracker_limit_degrees)
    depth = constant("glass_extinction") * constant("glass_depth")
    index = constant("glass_index")
    straight = (1 - ((index - 1) / (index + 1)) ** 2) * np.exp(-depth)
    aged = (1 - options.solar_degradation_per_year) ** options.solar_plant_age_years
    inverter = (1 - options.solar_system_loss_share) * options.solar_inverter_efficiency * aged
    return (
        MODELS[options.solar_transposition],
        TRACKING if options.solar_mounting == "tracking" else FIXED,
        singles(np.cos(limit), np.sin(limit), 1 / options.solar_ground_cover_ratio),
        singles(options.solar_temperature_coefficient_per_k, options.solar_dc_ac_ratio, inverter),
        singles(index, depth, straight),
        _refraction(),
        _perez_tables(),
        np.float32(1 / (2 * np.radians(constant("sun_half_width")))),
    )


def module_heat(wind_speed_ms: Floats, options: PotentialOptions) -> Floats:
    """
    Return by how much light in their plane warms modules above the air [K m²/W].

    King et al. 2004 (with the difference between cell and back) or Faiman 2008.

    Parameters
    ----------
    wind_speed_ms
        Wind speed 100 m above ground [m/s].
    options
        Temperature model and its parameters, wind shear.
    """
    ratio = constant("module_wind_height") / constant("climate_wind_height")
    wind = wind_speed_ms * ratio**options.wind_shear_exponent
    if options.solar_temperature_model == "faiman":
        return np.asarray(1 / (options.solar_faiman_u0 + options.solar_faiman_u1 * wind))
    known = temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"][options.solar_module_cooling]
    return np.asarray(np.exp(known["a"] + known["b"] * wind) + known["deltaT"] / 1e3)


def refraction_strength(elevation_m: Floats) -> Singles:
    """
    Return the air pressure at some heights, over that of the refraction table [-].

    Parameters
    ----------
    elevation_m
        Heights [m].
    """
    fall = constant("air_lapse_rate") / constant("air_temperature_sea_level")
    pressure = constant("air_pressure_sea_level") * (1 - fall * elevation_m) ** constant(
        "air_pressure_exponent"
    )
    return np.asarray(pressure / (100 * constant("refraction_pressure")), dtype=np.float32)


def singles(*values: float) -> tuple[np.float32, ...]:
    """Return numbers in single precision, as kernels need them to stay fast."""
    return tuple(np.float32(value) for value in values)


@cache
def _refraction() -> tuple[np.float32, ...]:
    """
    Return the sine of the lowest sun that is refracted, and a fraction in the sine.

    The fraction times the cosine of the height is the lift [rad] of Reda & Andreas 2004,
    equation 42, within 1e-6.
    """
    lowest = -np.radians(constant("sun_half_width") + constant("horizon_refraction"))
    height = np.linspace(lowest, np.pi / 2, FIT_ROWS)[:-1]
    degrees = np.degrees(height)
    thick = 283 / (273 + constant("refraction_temperature"))
    lift = thick * 1.02 / (60 * np.tan(np.radians(degrees + 10.3 / (degrees + 5.11))))
    level = np.cos(height)
    fit = rational_fit(np.sin(height), np.radians(lift) / level, (1, 2), level)
    return singles(np.sin(lowest), *fit)


@cache
def _perez_tables() -> tuple[Singles, Singles]:
    """
    Return coefficients of Perez's brightnesses (2, 3, class), and a fraction for the air mass.

    The fraction in the sine of the sun's height is what Kasten & Young 1989 add to that sine,
    within a part of 1e-4 of the sum.
    """
    values = data_table("perez")["value"].to_numpy(dtype=np.float32).reshape(2, 8, 3)
    height = np.linspace(0, np.pi / 2, FIT_ROWS)
    sine = np.sin(height)
    more = 0.50572 * (6.07995 + np.degrees(height)) ** -1.6364
    air = singles(*rational_fit(sine, more, (2, 2), 1 / (sine + more)))
    return np.ascontiguousarray(values.transpose(0, 2, 1)), np.array(air)


def rational_fit(x: Floats, y: Floats, degrees: tuple[int, int], weight: Floats) -> Floats:
    """
    Return coefficients of the fraction of polynomials that is nearest to a curve.

    Repeated linear fits (Sanathanan & Koerner 1963, IEEE Transactions on Automatic Control 8,
    56); first those above the line from the constant on, then those below it without their 1.

    Parameters
    ----------
    x, y
        The curve.
    degrees
        Degree above and below the line.
    weight
        Weight of the error at each place.

    Examples
    --------
    >>> x = np.linspace(0, 1, 50)
    >>> rational_fit(x, 2 / (1 + 3 * x), (0, 1), np.ones(50)).round(6)
    array([2., 3.])
    """
    above = x[:, None] ** np.arange(degrees[0] + 1)
    below = x[:, None] ** np.arange(1, degrees[1] + 1)
    divisor: Floats = np.ones_like(x)
    fit = np.zeros(sum(degrees) + 1)
    for _ in range(FIT_ROUNDS):
        share = weight / divisor
        columns = np.hstack([above, -y[:, None] * below]) * share[:, None]
        fit = np.asarray(np.linalg.lstsq(columns, y * share)[0], dtype=np.float64)
        divisor = 1 + below @ fit[degrees[0] + 1 :]
    return fit
