"""Wind: hourly output of wind farms, with power curves of windpowerlib."""

from __future__ import annotations

import difflib
import warnings
from dataclasses import dataclass

import numpy as np
from windpowerlib import WindTurbine, get_turbine_types
from windpowerlib.power_curves import smooth_power_curve

from bunyad.errors import InputError
from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Floats
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
    turbine = library_turbine(options)
    curve = turbine.power_curve
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
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
        output=np.clip(output, 0, 1) * (1 - wind_loss_share(options)),
    )


def wind_loss_share(options: PotentialOptions) -> float:
    """
    Return the part of a farm's energy that wakes, outages, cables and the rest take [-].

    Each takes its part of what the others leave.

    Examples
    --------
    >>> round(wind_loss_share(PotentialOptions()), 3)
    0.151
    """
    left = 1.0
    for share in (
        options.wind_wake_loss_share,
        options.wind_outage_loss_share,
        options.wind_electrical_loss_share,
        options.wind_other_loss_share,
    ):
        left *= 1 - share
    return 1 - left


def air_density(elevation_m: float | Floats, temp_air_c: Floats) -> Floats:
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
    kelvin = temp_air_c + constant("celsius_zero")
    relative = np.exp(log_density(np.asarray(elevation_m, dtype=float), kelvin))
    return np.asarray(constant("air_density_reference") * relative, dtype=float)


def log_density(elevation_m: Floats, kelvin: Floats | float) -> Floats:
    """
    Return the logarithm of the density of air over that of the standard [-].

    Parameters
    ----------
    elevation_m
        Height above the sea [m].
    kelvin
        Air temperature there [K].
    """
    cooling = constant("air_lapse_rate") * elevation_m / constant("air_temperature_sea_level")
    pressure = np.log(constant("air_pressure_sea_level")) + constant(
        "air_pressure_exponent"
    ) * np.log1p(-cooling)
    gas = np.log(constant("air_gas_constant") * constant("air_density_reference"))
    return np.asarray(pressure - gas - np.log(kelvin), dtype=float)


def wind_output(speed_ms: Floats, density: Floats | float, curve: PowerCurve) -> Floats:
    """
    Return the output of a farm in parts of its capacity [-].

    In other air than the standard's, each speed `s` of the power curve stands for the speed
    `s (d0 / d)^m(s)` at density `d`: the exponent of IEC 61400-12-1 for slow wind, a larger one
    for fast wind (Svenningsen 2010), as windpowerlib has it too. Between the speeds of the curve
    so moved, output is linear.

    Parameters
    ----------
    speed_ms
        Wind speed at hub height [m/s].
    density
        Density of air, one for all speeds or one for each [kg/m³].
    curve
        Power curve of the farm.
    """
    relative = np.log(np.asarray(density, dtype=float) / constant("air_density_reference"))
    exponent = np.interp(
        curve.speed_ms,
        [constant("density_speed_slow"), constant("density_speed_fast")],
        [constant("density_exponent_slow"), constant("density_exponent_fast")],
    )
    if relative.ndim == 0:
        moved = curve.speed_ms * np.exp(-relative * exponent)
        return np.interp(speed_ms, moved, curve.output, left=0, right=0)
    speed, relative = np.broadcast_arrays(speed_ms, relative)
    output = [
        np.interp(one, curve.speed_ms * np.exp(-ratio * exponent), curve.output, left=0, right=0)
        for one, ratio in zip(speed.ravel(), relative.ravel(), strict=True)
    ]
    return np.reshape(output, speed.shape)


def library_turbine(options: PotentialOptions) -> WindTurbine:
    """
    Return the turbine with its power curve.

    Raises
    ------
    InputError
        If windpowerlib's library has no power curve of the type, or if the rotor would touch the
        ground.
    """
    # windpowerlib 0.2.2 uses forms of pandas that pandas 3 calls deprecated.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        types = get_turbine_types(print_out=False)
        known = sorted(types.loc[types["has_power_curve"], "turbine_type"])
        if options.wind_turbine in known:
            try:
                return WindTurbine(
                    turbine_type=options.wind_turbine, hub_height=options.wind_hub_height_m
                )
            except ValueError:
                raise InputError(
                    f"the hub height is {options.wind_hub_height_m:g} m, less than half of the "
                    "rotor",
                    where="potential.wind_hub_height_m",
                    mend="give a larger hub height or a smaller turbine",
                ) from None
    near = difflib.get_close_matches(options.wind_turbine, known, cutoff=0) or known
    raise InputError(
        f"windpowerlib has no power curve of the turbine {options.wind_turbine!r}",
        where="potential.wind_turbine",
        mend=f"give a type that it has, such as {', '.join(near)}",
    )
