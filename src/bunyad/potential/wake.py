"""
Wakes: what the turbines of a park take from each other, by PyWake.

PyWake comes with the dependency group `wake`; nothing else of the room needs it.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from bunyad.errors import InputError
from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Floats
from bunyad.potential.wind import PowerCurve, library_turbine, wind_power_curve

LOSSES = (
    "wind_wake_loss_share",
    "wind_outage_loss_share",
    "wind_electrical_loss_share",
    "wind_other_loss_share",
)
"""Options that a turbine alone does not lose."""
WINDS = (36, 50)
"""Numerical: directions and speeds of the wind rose of a usual park."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    """The turbines of a park and what they yield behind one another."""

    x: Floats
    y: Floats
    """Places of the turbines in the metric projection [m]."""
    profile: Floats
    """Hourly output in parts of the park's capacity, with wakes and no other loss [-]."""
    full_load_hours: Floats
    """Of each turbine, with wakes [h]."""
    wake_loss_share: float
    """Energy lost to wakes, part of what the turbines would yield alone [-]."""


def lay_out_park(outline: shapely.Polygon, *, options: PotentialOptions) -> Floats:
    """
    Return places of turbines inside of an outline, rows offset by half a place [m].

    Parameters
    ----------
    outline
        Polygon of the land in the metric projection.
    options
        Turbine, and the distance of turbines in rotor diameters.

    Returns
    -------
    numpy.ndarray
        One row a turbine: x and y, from south to north.
    """
    apart = options.wake_spacing_diameters * library_turbine(options).rotor_diameter
    west, south, east, north = outline.bounds
    places = [
        (west + (column + 1 / 2 + row % 2 / 2) * apart, south + (row + 1 / 2) * apart)
        for row in range(int((north - south) / apart) + 1)
        for column in range(-1, int((east - west) / apart) + 1)
    ]
    found = np.array(places).reshape(-1, 2)
    return found[shapely.contains_xy(outline, found[:, 0], found[:, 1])]


def assess_park(
    places: Floats, speed_ms: Floats, direction_degrees: Floats, *, options: PotentialOptions
) -> Park:
    """
    Return the hourly output of a park with the wakes between its turbines.

    The wakes are those of Niayifar & Porté-Agel 2016 (Energies 9, 741) with the added turbulence
    of Crespo & Hernández 1996, both as PyWake has them. Thrust is that of PyWake's generic
    turbine of the same size, since the library of power curves has none.

    Parameters
    ----------
    places
        One row a turbine: x and y [m].
    speed_ms
        Wind speed at hub height, hour by hour, the same for the whole park [m/s].
    direction_degrees
        Bearing that the wind comes from, hour by hour [degrees].
    options
        Turbine, hub height and turbulence.

    Raises
    ------
    InputError
        If PyWake is not installed, or if there is no turbine.
    """
    if len(places) == 0:
        raise InputError("there is no turbine", where="park", mend="give at least one place")
    model = _wake_model(options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyWake warns of forms of its own dependencies
        result = model(places[:, 0], places[:, 1], wd=direction_degrees, ws=speed_ms, time=True)
    rated = library_turbine(options).nominal_power
    output = np.asarray(result.Power.to_numpy(), dtype=float) / rated
    curve = _bare_curve(options)
    alone = np.interp(speed_ms, curve.speed_ms, curve.output, left=0, right=0).sum()
    hours = output.sum(axis=1)
    return Park(
        x=places[:, 0],
        y=places[:, 1],
        profile=output.mean(axis=0),
        full_load_hours=hours,
        wake_loss_share=float(1 - hours.mean() / alone) if alone > 0 else 0.0,
    )


def park_wake_loss(*, options: PotentialOptions) -> float:
    """
    Return the wake loss of a usual park, the value to give `wind_wake_loss_share` [-].

    The park has the largest capacity of a site and the capacity on a km² of the options, its
    turbines in a square of rows offset by half a place. The wind comes as often from every side,
    with a Weibull distribution; a park laid out along its main wind loses less.

    Parameters
    ----------
    options
        Turbine, largest site, density of capacity, and the wind of the usual park.

    Raises
    ------
    InputError
        If PyWake is not installed.
    """
    turbine = library_turbine(options)
    rated_mw = turbine.nominal_power / 1e6
    apart_m = np.sqrt(rated_mw / options.wind_density_mw_per_km2) * 1e3
    spread = options.model_copy(update={"wake_spacing_diameters": apart_m / turbine.rotor_diameter})
    side = np.sqrt(max(1, options.wind_largest_site_mw / rated_mw)) * apart_m
    places = lay_out_park(shapely.box(0, 0, side, side), options=spread)
    directions, speeds = WINDS
    shape = options.wake_park_shape
    middle = (np.arange(speeds) + 1 / 2) / speeds
    speed = (-np.log1p(-middle)) ** (1 / shape)
    speed *= options.wake_park_speed_ms / speed.mean()
    bearing = np.arange(directions) * 360 / directions
    rose = np.meshgrid(speed, bearing)
    return assess_park(places, rose[0].ravel(), rose[1].ravel(), options=options).wake_loss_share


def _bare_curve(options: PotentialOptions) -> PowerCurve:
    """Return the power curve of one turbine: not smoothed, and without losses."""
    return wind_power_curve(
        options.model_copy(update={"wind_turbulence_intensity": 0.0, **dict.fromkeys(LOSSES, 0.0)})
    )


def _wake_model(options: PotentialOptions) -> Any:
    """Return PyWake's model of a park with the turbine of the options."""
    asarray = np.asarray
    try:
        from py_wake.literature.gaussian_models import (  # noqa: PLC0415  an extra, slow to load
            Niayifar_PorteAgel_2016,
        )
        from py_wake.site import UniformSite  # noqa: PLC0415
        from py_wake.wind_turbines import WindTurbine  # noqa: PLC0415
        from py_wake.wind_turbines.generic_wind_turbines import (  # noqa: PLC0415
            standard_power_ct_curve,
        )
        from py_wake.wind_turbines.power_ct_functions import PowerCtTabular  # noqa: PLC0415
    except ImportError:
        raise InputError(
            "PyWake is not installed",
            where="park",
            mend="install it: pip install py_wake",
        ) from None
    finally:
        np.asarray = asarray  # PyWake puts another in its place, which no kernel compiles with
    turbine, curve = library_turbine(options), _bare_curve(options)
    speed, _, thrust = standard_power_ct_curve(
        turbine.nominal_power / 1e3,
        turbine.rotor_diameter,
        turbulence_intensity=options.wake_wind_turbulence,
    )
    table = PowerCtTabular(
        curve.speed_ms,
        curve.output * turbine.nominal_power,
        "W",
        np.interp(curve.speed_ms, speed, thrust),
        ws_cutin=curve.speed_ms[0],
        ws_cutout=curve.speed_ms[-1],
        ct_idle=0,
    )
    machine = WindTurbine(
        name=options.wind_turbine,
        diameter=turbine.rotor_diameter,
        hub_height=options.wind_hub_height_m,
        powerCtFunction=table,
    )
    site = UniformSite(p_wd=[1], ti=options.wake_wind_turbulence)
    return Niayifar_PorteAgel_2016(site, machine)
