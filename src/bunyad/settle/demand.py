"""Electricity that people use, hour by hour of the last year."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bunyad.options.settle import SettleOptions
from bunyad.region.model import Region
from bunyad.settle.reference import constants, read_table
from bunyad.settle.result import USES

__all__ = ["annual_targets", "heat_pump_cop", "hourly_demand", "profile_weights"]

Array = NDArray[np.float64]

JOULES_PER_KWH = 3.6e6
"""Unit factor [J/kWh]."""


def hourly_demand(
    region: Region, *, needs: gpd.GeoDataFrame, options: SettleOptions
) -> xr.DataArray:
    """
    Return the electricity of the last year by use, settlement and hour.

    Homes, public services, water pumping and car charging follow daily and monthly profiles in
    local time and add up to `annual_targets`. Street lamps burn in the hours without any sun at
    the nearest climate point. Heat pumps follow the air temperature there, corrected for height.

    Parameters
    ----------
    region
        Climate.
    needs
        Result of `count_needs`.
    options
        Options of the room.

    Returns
    -------
    xarray.DataArray
        Dimensions (use, settlement, time), time in UTC [kW].
    """
    time = pd.DatetimeIndex(region.climate["time"].to_numpy())
    temperature, is_dark = _local_climate(region, needs, options.lapse_rate_k_per_km)
    targets = annual_targets(needs, days=len(time) / 24, options=options)
    weights = profile_weights(time, utc_offset_hours=options.utc_offset_hours)
    demand = np.empty((len(USES), len(needs), len(time)))
    for position, use in enumerate(USES):
        if use in weights:
            demand[position] = targets[use][:, None] * weights[use][None, :]
    demand[USES.index("street_lighting")] = _lamps_kw(needs, options)[:, None] * is_dark
    demand[USES.index("heat_pumps")] = _heat_pumps_kw(needs, temperature, options)
    return xr.DataArray(
        demand,
        dims=("use", "settlement", "time"),
        coords={"use": list(USES), "settlement": needs["id"].tolist(), "time": time},
        name="demand_kw",
        attrs={"units": "kW", "long_name": "Electricity demand of the last year of the plan"},
    )


def annual_targets(
    needs: gpd.GeoDataFrame, *, days: float, options: SettleOptions
) -> dict[str, Array]:
    """
    Return the yearly electricity of the uses that follow a profile, by settlement [kWh/a].

    Pumping takes ρ·g·h/η for each cubic metre.

    Parameters
    ----------
    needs
        Result of `count_needs`.
    days
        Length of the year [d].
    options
        Options of the room.
    """
    people = needs["people"].to_numpy("float64")
    known = constants()
    joules_per_m3 = known["water_density"] * known["gravity"] * options.water_lift_m
    pump_kwh_per_m3 = joules_per_m3 / options.pump_efficiency / JOULES_PER_KWH
    electric_cars = people * options.cars_per_person * options.electric_car_share
    return {
        "homes": needs["homes"].to_numpy("float64") * options.home_kwh_per_year,
        "public_services": people * options.public_kwh_per_person,
        "water_pumping": needs["water_m3_per_day"].to_numpy("float64") * days * pump_kwh_per_m3,
        "ev_charging": electric_cars * options.car_km_per_year * options.car_kwh_per_km,
    }


def profile_weights(time: pd.DatetimeIndex, *, utc_offset_hours: float) -> dict[str, Array]:
    """
    Return for each use with a profile the part of its yearly energy that falls in each hour.

    Parameters
    ----------
    time
        Starts of the hours, in UTC.
    utc_offset_hours
        Local time less UTC [h].

    Examples
    --------
    >>> weights = profile_weights(pd.date_range("2019", periods=8760, freq="h"), utc_offset_hours=4)
    >>> round(float(weights["homes"].sum()), 9)
    1.0
    """
    local = time + pd.Timedelta(hours=utc_offset_hours)
    hourly = read_table("hourly_profiles").set_index("use").drop(columns="source")
    monthly = read_table("monthly_profiles").set_index("use").drop(columns="source")
    weights = {}
    for use in hourly.index:
        by_hour = hourly.loc[use].to_numpy("float64")[local.hour]
        by_month = monthly.loc[use].to_numpy("float64")[local.month - 1]
        weight = by_hour * by_month
        weights[str(use)] = weight / weight.sum()
    return weights


def heat_pump_cop(air_c: Array, *, sink_c: float) -> Array:
    """
    Return the coefficient of performance of an air-source heat pump [-].

    Regression of Staffell et al. 2012 (Energy & Environmental Science 5, 9291):
    COP = 6.81 − 0.121 ΔT + 0.000630 ΔT², for ΔT from 15 to 60 K, and held outside.

    Parameters
    ----------
    air_c
        Air temperature [°C].
    sink_c
        Temperature at which heat is given off [°C].

    Examples
    --------
    >>> float(heat_pump_cop(np.array([5.0]), sink_c=45).round(3)[0])
    2.978
    """
    known = constants()
    lift = np.clip(sink_c - air_c, known["cop_min_lift"], known["cop_max_lift"])
    cop: Array = known["cop_constant"] + known["cop_linear"] * lift + known["cop_square"] * lift**2
    return cop


def _local_climate(
    region: Region, needs: gpd.GeoDataFrame, lapse_rate_k_per_km: float
) -> tuple[Array, NDArray[np.bool_]]:
    """Return the air temperature [°C] and the dark hours of the nearest climate points."""
    climate = region.climate
    east = needs.geometry.x.to_numpy()[:, None] - climate["x"].to_numpy()[None, :]
    north = needs.geometry.y.to_numpy()[:, None] - climate["y"].to_numpy()[None, :]
    nearest = np.hypot(east, north).argmin(axis=1)
    above_m = needs["elevation_m"].to_numpy() - climate["elevation_m"].to_numpy()[nearest]
    air = climate["temp_air_c"].transpose("point", "time").to_numpy()[nearest].astype("float64")
    sun = climate["ghi_w_m2"].transpose("point", "time").to_numpy()[nearest]
    return air - above_m[:, None] / 1000 * lapse_rate_k_per_km, sun <= 0


def _lamps_kw(needs: gpd.GeoDataFrame, options: SettleOptions) -> Array:
    """Return the power of all street lamps of each settlement [kW]."""
    lamps = needs["streets_km"].to_numpy("float64") * options.lamps_per_km
    return lamps * options.lamp_w / 1000


def _heat_pumps_kw(needs: gpd.GeoDataFrame, air_c: Array, options: SettleOptions) -> Array:
    """Return the hourly electricity of heat pumps, for rooms and hot water [kW]."""
    served = needs["people"].to_numpy("float64") * options.heat_pump_share
    loss_kw_per_k = served * options.floor_m2_per_person * options.heat_loss_w_per_m2_k / 1000
    degrees = np.where(
        air_c <= options.heating_limit_c, np.maximum(options.heating_indoor_c - air_c, 0), 0
    )
    joules_per_day = (
        options.hot_water_l_per_person_day * options.hot_water_rise_k * constants()["water_heat"]
    )  # a litre of water weighs a kilogram
    hot_water_kw = served * joules_per_day / JOULES_PER_KWH / 24
    heat_kw = loss_kw_per_k[:, None] * degrees + hot_water_kw[:, None]
    return heat_kw / heat_pump_cop(air_c, sink_c=options.heat_pump_sink_c)
