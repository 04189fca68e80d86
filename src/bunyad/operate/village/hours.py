"""What the plan says of each hour of the year, for one home, one lamp or one field."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bunyad.operate.village.layout import PUBLIC, lay_out
from bunyad.operate.village.model import HOURS, Village, constants

__all__ = ["PlannedHours", "is_watered", "plan_hours"]

Array = NDArray[np.float64]

EMPTIED_AT = 6
"""Local hour at which waste is fetched."""
WATERED_FROM = 20
"""Local hour at which watering begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedHours:
    """Means of each hour of the plan's year, UTC; each array has 8,760 values."""

    home_kw: Array
    """Electricity of one home, without what its roof gives [kW]."""
    home_solar_kw: Array
    """What the roof of one home gives [kW]."""
    home_heat_kw: Array
    """Heat for one home [kW]."""
    home_water_l: Array
    """Water of one home [l/h]."""
    public_kw: Array
    """Electricity of one public building [kW]."""
    lights_kw: Array
    """Electricity of all street lamps [kW]."""
    lamp_w: Array
    """Electricity of one street lamp [W]."""
    charger_kw: Array
    """Electricity of one public charger [kW]."""
    pump_kw: Array
    """Electricity of the water pump [kW]."""
    inlet_m3: Array
    """Water that the pump puts into the tank [m³/h]."""
    leaked_l: Array
    """Water that the network loses, as much by night as by day [l/h]."""
    network_l: Array
    """Water that goes from the tank into the network [l/h]."""
    transformer_kw: Array
    """Net power of each transformer, one row each; negative where roofs give more [kW]."""
    feeder_kw: Array
    """Net power of the feeder, with losses [kW]."""
    container_level: Array
    """Filling of a waste container, 0 to 1 [-]."""
    field_m3: Array
    """Water of one hectare, mean over all fields [m³/h]."""
    air_c: Array
    sun_w_m2: Array
    wind_ms: Array


def plan_hours(village: Village) -> PlannedHours:
    """
    Return what the plan says of each hour of the year.

    Demand and yield are the plan's own. Shares of what the plan knows only as a whole (public
    chargers, water by the hour) follow its profiles; waste and watering follow the assumptions
    in `constants`.

    Parameters
    ----------
    village
        What the plan says of the settlement.
    """
    known, layout, demand = constants(), lay_out(village), village.demand_kw
    homes, chargers = max(village.homes, 1), len(layout.chargers)
    public_share = known["public_charging_share"] if chargers else 0.0
    at_home = demand["homes"] + demand["heat_pumps"] + (1 - public_share) * demand["ev_charging"]
    home_kw = at_home / homes
    solar_kw = village.pv_kw_per_kwp * village.roof_kwp / homes
    charging_kw = public_share * demand["ev_charging"]
    pump_kw = demand["water_pumping"]
    inlet_m3 = village.water_m3_per_day * HOURS / 24 * pump_kw / max(pump_kw.sum(), 1e-9)
    count = len(layout.transformers)
    net_kw = np.bincount(layout.home_transformer, minlength=count)[:, None] * (home_kw - solar_kw)
    lamps = max(len(layout.lamps), 1)
    lit = np.bincount(layout.lamp_transformer, minlength=count)[:, None] / lamps
    net_kw = net_kw + lit * demand["street_lighting"]
    net_kw[0] += demand["public_services"] + charging_kw + pump_kw
    net_kw += known["low_voltage_loss_share"] * np.abs(net_kw)
    whole_kw = net_kw.sum(axis=0)
    daily_l = np.repeat(inlet_m3.reshape(-1, 24).mean(axis=1), 24) * 1000
    leaked_l = village.water_loss_share * daily_l
    used_l = inlet_m3 * (1 - village.water_loss_share) * 1000
    return PlannedHours(
        home_kw=home_kw,
        home_solar_kw=solar_kw,
        home_heat_kw=village.heat_kw / homes,
        home_water_l=used_l / homes,
        public_kw=demand["public_services"] / len(PUBLIC),
        lights_kw=demand["street_lighting"],
        lamp_w=demand["street_lighting"] * 1000 / lamps,
        charger_kw=charging_kw / max(chargers, 1),
        pump_kw=pump_kw,
        inlet_m3=inlet_m3,
        leaked_l=leaked_l,
        network_l=used_l + leaked_l,
        transformer_kw=net_kw,
        feeder_kw=whole_kw + known["middle_voltage_loss_share"] * np.abs(whole_kw),
        container_level=_container_level(village),
        field_m3=_field_m3(village),
        air_c=village.air_c,
        sun_w_m2=village.sun_w_m2,
        wind_ms=village.wind_ms,
    )


def is_watered(village: Village, hour: NDArray[np.int64], fields: int) -> NDArray[np.bool_]:
    """
    Tell which fields are watered in hours of the plan's year, one row a field.

    In the season each field is watered every few days in the evening, in turn.

    Parameters
    ----------
    village
        What the plan says of the settlement.
    hour
        Hours of the year, from 0 [h].
    fields
        How many fields.
    """
    known = constants()
    local = hour + round(village.utc_offset_hours)
    day = local // 24
    month = (np.datetime64("2019-01-01") + day).astype("datetime64[M]").astype(int) % 12 + 1
    into = local % 24 - WATERED_FROM
    in_season = (month >= known["irrigation_first_month"]) & (
        month <= known["irrigation_last_month"]
    )
    is_time = in_season & (into >= 0) & (into < known["irrigation_hours"])
    every = round(known["irrigation_every_days"])
    turn = (day[None, :] + np.arange(fields)[:, None]) % every == 0
    return np.asarray(turn & is_time[None, :])


def _field_m3(village: Village) -> Array:
    """Return the mean water of a hectare in each hour [m³/h]."""
    known = constants()
    rate = known["irrigation_m3_per_ha"] / known["irrigation_hours"]
    every = round(known["irrigation_every_days"])
    share = is_watered(village, np.arange(HOURS), every).mean(axis=0)
    return np.asarray(share * rate, dtype=np.float64)


def _container_level(village: Village) -> Array:
    """Return how full a container is in the middle of each hour [-]."""
    known = constants()
    containers = max(village.count("waste level"), 1)
    kg_per_hour = village.people * known["waste_kg_per_person_day"] / containers / 24
    local = np.arange(HOURS) + round(village.utc_offset_hours)
    every = 24 * round(known["container_emptied_every_days"])
    since = (local - EMPTIED_AT) % every + 0.5
    level = np.minimum(since * kg_per_hour / known["container_kg"], 1.0)
    return np.asarray(level, dtype=np.float64)
