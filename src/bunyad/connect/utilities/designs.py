"""Classes of power lines, fibre and pipelines, and what each metre of land costs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from math import inf, pi, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bunyad.connect.standards import distribution_voltage, high_voltage, regional_voltage
from bunyad.connect.utilities.model import FIBRE, KINDS, LINE, PIPELINE, Land, UtilityDesign
from bunyad.errors import InputError
from bunyad.options import ConnectOptions

Field = NDArray[np.float64]
GRAVITY_KN_PER_M3 = 9.81
"""Weight of water [kN/m³], so that kW = this × m³/s × m."""
HOURS_PER_YEAR = 8760
VOLTAGES = {
    "high": high_voltage,
    "regional": regional_voltage,
    "distribution": distribution_voltage,
}


def design_utility(
    *, kind: str, standard: str, what_if: Mapping[str, float] | None = None,
    options: ConnectOptions,
) -> UtilityDesign:  # fmt: skip
    """
    Return the design of a power line, a fibre or a pipeline.

    Parameters
    ----------
    kind
        `line`, `fibre` or `pipeline`.
    standard
        `high`, `regional` or `distribution` for a line; nothing for others.
    what_if
        Multiples of items of cost, such as 0.7 for `towers` [-].
    options
        Prices and limits.

    Raises
    ------
    InputError
        If there is no such kind, standard or item.

    Examples
    --------
    >>> from bunyad.options import ConnectOptions
    >>> design_utility(kind="line", standard="regional", options=ConnectOptions()).name
    '110 kV'
    """
    factors = dict(what_if or {})
    _check(kind, standard, factors)
    if kind == LINE:
        voltage = VOLTAGES[standard or "regional"](options)
        usd = voltage.usd_per_km / 1e3
        tower = tower_usd(voltage.kv, usd, options) * factors.get("towers", 1.0)
        return UtilityDesign(
            kind=kind, name=f"{voltage.kv:g} kV", unit_usd=usd, max_grade=inf, climb_usd_per_m=0.0,
            turn_usd=tower * (options.line_angle_factor - 1), kv=voltage.kv, factors=factors,
        )  # fmt: skip
    if kind == FIBRE:
        return UtilityDesign(
            kind=kind, name="fibre", unit_usd=options.fibre_usd_per_km / 1e3, max_grade=inf,
            climb_usd_per_m=0.0, turn_usd=0.0, factors=factors,
        )  # fmt: skip
    diameter_mm = choose_diameter(options)
    return UtilityDesign(
        kind=kind, name=f"DN {diameter_mm:g}", unit_usd=options.pipe_usd_per_mm_m * diameter_mm,
        max_grade=options.pipe_max_grade_percent / 100, climb_usd_per_m=lift_usd(options),
        turn_usd=0.0, diameter_m=diameter_mm / 1e3, factors=factors,
    )  # fmt: skip


def price_land(land: Land, design: UtilityDesign, *, options: ConnectOptions) -> Field:
    """
    Return what a metre costs in each cell; infinite where nothing may run [US$/m].

    The search minimises the sum of these terms; what is built is priced again, piece by piece.
    """
    terms: dict[str, Callable[[Land, UtilityDesign, ConnectOptions], Field]] = {
        LINE: _price_line, FIBRE: _price_fibre, PIPELINE: _price_pipe,
    }  # fmt: skip
    price = terms[design.kind](land, design, options)
    water = np.where(land.ground.water > 0, options.lake_factor, 1.0)
    return np.where(land.ground.node >= 0, price * water, inf)


def slope_factor(slope_percent: Field, options: ConnectOptions) -> Field:
    """Return the cost of a line on a slope by that on flat land."""
    return np.select(
        [
            slope_percent >= options.line_mountain_slope_percent,
            slope_percent >= options.line_hill_slope_percent,
        ],
        [options.line_mountain_factor, options.line_hill_factor],
        1.0,
    )


def site_factor(land: Land, options: ConnectOptions) -> Field:
    """Return the cost of a tower in each cell by that on easy land, its haul included."""
    high = land.ground.elevation_m >= options.line_high_ground_m
    away_km = np.where(np.isfinite(land.road_m), land.road_m, 0.0) / 1e3
    factor = slope_factor(land.slope_percent, options)
    factor = factor * np.where(high, options.line_high_ground_factor, 1.0)
    return np.asarray(factor * (1 + options.line_haul_share * away_km), np.float64)


def track_usd(land: Land, options: ConnectOptions) -> Field:
    """Return the cost of a track to towers away from roads [US$/m]."""
    steep = land.slope_percent >= options.line_mountain_slope_percent
    price = options.mast_track_usd_per_km / 1e3 * np.where(steep, options.line_track_factor, 1.0)
    return np.where(land.road_m > options.utility_road_m, price, 0.0)


def forest_factor(land: Land, options: ConnectOptions) -> Field:
    """Return the share that clearing forest adds, 0 on open land [-]."""
    surcharge = site_surcharge(land, options)
    return np.where(surcharge > (1 + options.line_forest_factor) / 2,
                    options.line_forest_factor - 1, 0.0)  # fmt: skip


def site_surcharge(land: Land, options: ConnectOptions) -> Field:
    """Return what the ground's own surcharge holds beside slope and height: forest."""
    high = land.ground.elevation_m >= options.line_high_ground_m
    known = slope_factor(land.slope_percent, options)
    known = known * np.where(high, options.line_high_ground_factor, 1.0)
    return np.asarray(land.ground.line_factor / known, np.float64)


def tower_usd(kv: float, usd_per_m: float, options: ConnectOptions) -> float:
    """Return the cost of a tower of least height on easy land [US$]."""
    return options.line_tower_share * usd_per_m * float(tower_class(kv)["normal_span_m"])


@cache
def towers() -> pd.DataFrame:
    """Return the classes of towers."""
    with resources.files("bunyad.connect").joinpath("data/towers.csv").open() as file:
        return pd.read_csv(file)


def tower_class(kv: float) -> dict[str, float]:
    """Return the towers of the nearest voltage of the table."""
    table = towers()
    nearest = int(np.abs(np.log(table["kv"].to_numpy(float)) - np.log(kv)).argmin())
    return {
        str(name): float(value)
        for name, value in table.drop(columns="source").iloc[nearest].items()
    }


@cache
def read_table(name: str) -> pd.DataFrame:
    """Return a data table of pipes."""
    with resources.files("bunyad.connect").joinpath(f"data/{name}.csv").open() as file:
        return pd.read_csv(file)


def choose_diameter(options: ConnectOptions) -> float:
    """
    Return the smallest nominal diameter in which water is slow enough [mm].

    Examples
    --------
    >>> from bunyad.options import ConnectOptions
    >>> choose_diameter(ConnectOptions(pipe_flow_l_per_s=100, pipe_speed_m_per_s=1.5))
    300.0
    """
    flow = options.pipe_flow_l_per_s / 1e3
    least = 1e3 * sqrt(4 * flow / (pi * options.pipe_speed_m_per_s))
    sizes = read_table("diameters")["diameter_mm"].to_numpy(float)
    enough = sizes[sizes >= least]
    if not len(enough):
        raise InputError(
            f"no pipe is wide enough for {options.pipe_flow_l_per_s:g} l/s",
            where="connect.pipe_flow_l_per_s",
            mend="lower it, or raise connect.pipe_speed_m_per_s",
        )
    return float(enough[0])


def pump_kw(lift_m: float, options: ConnectOptions) -> float:
    """Return the power of pumps at the full flow [kW]."""
    flow = options.pipe_flow_l_per_s / 1e3
    return GRAVITY_KN_PER_M3 * flow * lift_m / options.pipe_pump_efficiency


def lift_usd(options: ConnectOptions) -> float:
    """Return what a metre of lift costs: machines, and power over the life [US$/m]."""
    rate, years = options.discount_rate, options.route_life_years
    worth = years if rate == 0 else (1 - (1 + rate) ** -years) / rate
    kw = pump_kw(1.0, options)
    return kw * options.pipe_pump_usd_per_kw + worth * power_usd(kw, options)


def power_usd(kw: float, options: ConnectOptions) -> float:
    """Return the power bill of pumps in a year [US$/a]."""
    mwh = kw * options.pipe_use_share * HOURS_PER_YEAR / 1e3
    return mwh * options.pipe_power_usd_per_mwh


def _price_line(land: Land, design: UtilityDesign, options: ConnectOptions) -> Field:
    usd, share = design.unit_usd, options.line_tower_share
    price = usd * share * design.factor("towers") * site_factor(land, options)
    price += usd * (1 - share) * design.factor("conductors")
    price += usd * forest_factor(land, options) * design.factor("clearing")
    price += track_usd(land, options) * design.factor("access")
    return np.where(land.settled, price * options.line_settlement_factor, price)


def _price_fibre(land: Land, design: UtilityDesign, options: ConnectOptions) -> Field:
    along = land.road_m <= options.utility_road_m
    steep = 1 + options.fibre_slope_surcharge * land.slope_percent
    price = np.where(
        along,
        options.fibre_with_road_usd_per_km / 1e3 * design.factor("along roads"),
        design.unit_usd * steep * design.factor("trench"),
    )
    river = np.where(land.river, options.fibre_river_usd / land.ground.cell_m, 0.0)
    return np.asarray(price + river * design.factor("rivers"), np.float64)


def _price_pipe(land: Land, design: UtilityDesign, options: ConnectOptions) -> Field:
    surcharge = options.pipe_slope_surcharge * land.slope_percent * design.factor("slopes")
    away = land.road_m > options.utility_road_m
    surcharge = surcharge + options.pipe_track_share * away * design.factor("access")
    river = np.where(land.river, options.pipe_river_usd / land.ground.cell_m, 0.0)
    price = design.unit_usd * (design.factor("pipe") + surcharge)
    return np.asarray(price + river * design.factor("rivers"), np.float64)


ITEMS = {
    LINE: ("towers", "conductors", "clearing", "access", "settlements"),
    FIBRE: ("along roads", "trench", "rivers", "repeaters", "water"),
    PIPELINE: ("pipe", "slopes", "access", "rivers", "pumps", "breaks", "water"),
}
"""Items of cost by kind."""


def _check(kind: str, standard: str, factors: Mapping[str, float]) -> None:
    """Check what is asked for."""
    if kind not in KINDS or (standard and (kind != LINE or standard not in VOLTAGES)):
        raise InputError(
            f"there is no {kind!r} of standard {standard!r}",
            where="connect.utilities",
            mend="give kind line with standard high, regional or distribution, or fibre or "
            "pipeline without one",
        )
    unknown = sorted(set(factors) - set(ITEMS[kind]))
    if unknown or not all(0 < factor < inf for factor in factors.values()):
        raise InputError(
            f"what-if asks for {', '.join(unknown) or 'a factor that is not above 0'}",
            where="what-if",
            mend=f"a {kind} has {', '.join(ITEMS[kind])}; give each a change such as -30%",
        )
