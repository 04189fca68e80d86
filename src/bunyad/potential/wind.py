"""Wind: hourly output of wind farms, with power curves of windpowerlib."""

from __future__ import annotations

import difflib
import warnings
from dataclasses import dataclass

import numpy as np
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
    relative = np.log(density / constant("air_density_reference"))
    standard = speed_ms * np.exp(relative * _density_exponent(speed_ms))
    # The exponent belongs to the standard speed, not to the site's: one Newton step mends that.
    slow, fast = constant("density_speed_slow"), constant("density_speed_fast")
    rise = (constant("density_exponent_fast") - constant("density_exponent_slow")) / (fast - slow)
    slope = np.where((standard > slow) & (standard < fast), rise, 0)
    gap = relative * (_density_exponent(speed_ms) - _density_exponent(standard))
    standard = standard * (1 - gap / (1 - slope * relative * standard))
    return np.interp(standard, curve.speed_ms, curve.output, left=0, right=0)


def wind_basis(cells: Cells, climate: xr.Dataset, *, options: PotentialOptions) -> Basis:
    """
    Return the hourly wind yield of every cell.

    The wind of the nearest climate point is scaled to the mean wind speed of the cell, in the
    air of the cell's height. Both are taken from a table in steps of the options
    `wind_speed_step_ms` and `wind_elevation_step_m`, between which the output is linear.

    Parameters
    ----------
    cells
        The cells to cover.
    climate
        Hourly year at points, as `Region.climate`.
    options
        Turbine, losses and steps of the table.
    """
    points = np.column_stack([climate["x"].to_numpy(), climate["y"].to_numpy()])
    nearest = nearest_points(cells, points, 1)[1][:, 0]
    speed = cells.wind_speed_ms * hub_factor(options) / options.wind_speed_step_ms
    height = cells.elevation_m / options.wind_elevation_step_m
    corners = _corners(speed, height)

    keys = np.stack([np.tile(nearest, len(corners)), *_stack(corners)])
    weight = np.concatenate([corner[2] for corner in corners])
    row = np.tile(np.arange(cells.count), len(corners))
    used = weight > 0
    entries, column = np.unique(keys[:, used], axis=1, return_inverse=True)
    return Basis(
        profiles=_table(climate, entries, options),
        weights=csr_array(
            (weight[used], (row[used], column.ravel())), shape=(cells.count, entries.shape[1])
        ),
    )


def _corners(speed: Floats, height: Floats) -> list[tuple[Ints, Ints, Floats]]:
    """Return the table steps around each cell, with the weights of linear interpolation."""
    low_speed, low_height = np.floor(speed), np.floor(height)
    part_speed, part_height = speed - low_speed, height - low_height
    return [
        (
            (low_speed + up).astype(np.int64),
            (low_height + higher).astype(np.int64),
            np.abs(1 - up - part_speed) * np.abs(1 - higher - part_height),
        )
        for up in (0, 1)
        for higher in (0, 1)
    ]


def _stack(corners: list[tuple[Ints, Ints, Floats]]) -> tuple[Ints, Ints]:
    """Return the steps of speed and of height of all corners."""
    return (
        np.concatenate([corner[0] for corner in corners]),
        np.concatenate([corner[1] for corner in corners]),
    )


def _table(climate: xr.Dataset, entries: Ints, options: PotentialOptions) -> Floats:
    """Return the hourly output of each entry: climate point, step of speed, step of height."""
    curve = wind_power_curve(options)
    wind = climate["wind_speed_ms"].to_numpy().astype(float)
    shape = wind / np.maximum(wind.mean(axis=1, keepdims=True), np.finfo(float).tiny)
    warmth = climate["temp_air_c"].to_numpy().astype(float)
    ground = climate["elevation_m"].to_numpy().astype(float)

    profiles = np.empty((entries.shape[1], wind.shape[1]))
    for entry, (point, speed_step, height_step) in enumerate(entries.T):
        height = height_step * options.wind_elevation_step_m + options.wind_hub_height_m
        cooling = constant("air_lapse_rate") * (height - ground[point])
        profiles[entry] = wind_output(
            shape[point] * speed_step * options.wind_speed_step_ms,
            air_density(height, warmth[point] - cooling),
            curve,
        )
    return profiles


def _density_exponent(speed_ms: Floats) -> Floats:
    """Return the exponent of the density correction at a standard wind speed [-]."""
    return np.interp(
        speed_ms,
        [constant("density_speed_slow"), constant("density_speed_fast")],
        [constant("density_exponent_slow"), constant("density_exponent_fast")],
    )


def _library_turbine(options: PotentialOptions) -> WindTurbine:
    """Return the turbine with its power curve, or say which turbines there are."""
    types = get_turbine_types(print_out=False)
    known = sorted(types.loc[types["has_power_curve"], "turbine_type"])
    if options.wind_turbine not in known:
        near = difflib.get_close_matches(options.wind_turbine, known, cutoff=0) or known
        raise InputError(
            f"windpowerlib has no power curve of the turbine {options.wind_turbine!r}",
            where="potential.wind_turbine",
            mend=f"give a type that it has, such as {', '.join(near)}",
        )
    try:
        return WindTurbine(turbine_type=options.wind_turbine, hub_height=options.wind_hub_height_m)
    except ValueError:
        raise InputError(
            f"the hub height is {options.wind_hub_height_m:g} m, less than half of the rotor",
            where="potential.wind_hub_height_m",
            mend="give a larger hub height or a smaller turbine",
        ) from None
