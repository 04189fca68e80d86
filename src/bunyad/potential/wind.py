"""Wind: hourly output of wind farms, with power curves of windpowerlib."""

from __future__ import annotations

import difflib
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from scipy.sparse import csr_array
from windpowerlib import WindTurbine, get_turbine_types
from windpowerlib.power_curves import smooth_power_curve

from bunyad.errors import InputError
from bunyad.options.potential import PotentialOptions
from bunyad.potential.basis import Basis
from bunyad.potential.cells import Cells, Floats, Ints, nearest_points
from bunyad.potential.constants import constant


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerCurve:
    """Output of a wind farm over wind speed at the air density of the standard."""

    speed_ms: Floats
    output: Floats
    """In parts of the capacity, after losses [-]."""


def wind_power_curve(options: PotentialOptions) -> PowerCurve:
    """
    Return the power curve of a farm: smoothed over its area, and less its losses.

    Parameters
    ----------
    options
        Turbine type, hub height, turbulence intensity and losses.

    Raises
    ------
    InputError
        If windpowerlib's library has no power curve of the turbine type, or if its rotor would
        touch the ground.
    """
    # windpowerlib 0.2.2 uses forms of pandas that pandas 3 calls deprecated.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        turbine = _library_turbine(options)
        curve = turbine.power_curve
        if options.wind_turbulence_intensity > 0:
            curve = smooth_power_curve(
                curve["wind_speed"],
                curve["value"],
                standard_deviation_method="turbulence_intensity",
                turbulence_intensity=options.wind_turbulence_intensity,
            )
    output = curve["value"].to_numpy(dtype=float) / turbine.nominal_power
    return PowerCurve(
        speed_ms=curve["wind_speed"].to_numpy(dtype=float),
        output=np.clip(output, 0, 1) * (1 - options.wind_loss_share),
    )


def hub_factor(options: PotentialOptions) -> float:
    """Return wind speed at hub height over that of the region's wind speeds, by a power law."""
    ratio = options.wind_hub_height_m / constant("climate_wind_height")
    return float(ratio**options.wind_shear_exponent)


def air_density(elevation_m: float, temp_air_c: Floats) -> Floats:
    """
    Return the density of air [kg/m³]: pressure of ISO 2533, temperature as it is.

    Parameters
    ----------
    elevation_m
        Height above the sea [m].
    temp_air_c
        Air temperature there [°C].

    Examples
    --------
    >>> round(float(air_density(0, np.array(15.0))), 3)
    1.225
    """
    cooling = constant("air_lapse_rate") * elevation_m / constant("air_temperature_sea_level")
    pressure = constant("air_pressure_sea_level") * (1 - cooling) ** constant(
        "air_pressure_exponent"
    )
    kelvin = temp_air_c + constant("celsius_zero")
    return np.asarray(pressure / (constant("air_gas_constant") * kelvin), dtype=float)


def wind_output(speed_ms: Floats, density: Floats, curve: PowerCurve) -> Floats:
    """
    Return the output of a farm in parts of its capacity [-].

    Wind speed is brought to the standard's density as IEC 61400-12-1 does, with the larger
    exponent for fast wind of Svenningsen 2010, which windpowerlib uses too: the speed `v` at
    density `d` acts like the standard speed `s` for which `v = s (d0 / d)^m(s)`.

    Parameters
    ----------
    speed_ms
        Wind speed at hub height [m/s].
    density
        Density of air, of a shape that fits [kg/m³].
    curve
        Power curve of the farm.
    """
    site_speed = curve.speed_ms
    exponent = np.interp(
        site_speed,
        [constant("density_speed_slow"), constant("density_speed_fast")],
        [constant("density_exponent_slow"), constant("density_exponent_fast")],
    )
    relative = np.log(density / constant("air_density_reference"))
    # The curve's own speeds, moved to the density of each hour, bracket the wind of that hour.
    standard = np.asarray(speed_ms * np.exp(relative * exponent[0]), dtype=float)
    for _ in range(ITERATIONS):
        standard = speed_ms * np.exp(relative * np.interp(standard, site_speed, exponent))
    return np.interp(standard, site_speed, curve.output, left=0, right=0)
