"""What the kernel of the sun needs to know of plants and air, as tuples of single numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pvlib import temperature

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Floats
from bunyad.potential.constants import constant, data_table
from bunyad.potential.kernels_sun import FIXED, HAY_DAVIES, ISOTROPIC, PEREZ, TRACKING

Singles = NDArray[np.float32]

MODELS = {"isotropic": ISOTROPIC, "haydavies": HAY_DAVIES, "perez": PEREZ}
TABLE_ROWS = 2_048
"""Rows of the tables of refraction and air mass; more change no output by 1e-5."""


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
        _refraction_table(),
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
        return 1 / (options.solar_faiman_u0 + options.solar_faiman_u1 * wind)
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


def _refraction_table() -> tuple[Singles, np.float32, np.float32]:
    """Return the lift of the sun [rad] over the sine of its true height (Reda & Andreas 2004)."""
    lowest = -np.radians(constant("sun_half_width") + constant("horizon_refraction"))
    sine = np.linspace(np.sin(lowest), 1, TABLE_ROWS)
    height = np.degrees(np.arcsin(sine))
    thick = 283 / (273 + constant("refraction_temperature"))
    lift = thick * 1.02 / (60 * np.tan(np.radians(height + 10.3 / (height + 5.11))))
    per_row = (TABLE_ROWS - 1) / (sine[-1] - sine[0])
    return (np.radians(lift).astype(np.float32), *singles(sine[0], per_row))  # type: ignore[return-value]


def _perez_tables() -> tuple[Singles, Singles, Singles, Singles]:
    """Return Perez's coefficients (first or second, class), and what air mass adds to the sine."""
    values = data_table("perez")["value"].to_numpy(dtype=np.float32).reshape(2, 8, 3)
    height = np.degrees(np.arcsin(np.linspace(0, 1, TABLE_ROWS)))
    air = 0.50572 * (6.07995 + height) ** -1.6364  # Kasten & Young 1989
    constants, by_brightness, by_zenith = (np.ascontiguousarray(values[..., k]) for k in range(3))
    return constants, by_brightness, by_zenith, air.astype(np.float32)
