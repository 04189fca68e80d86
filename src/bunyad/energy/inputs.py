"""What the least-cost system is made of: buses, demand, plants, lines and interconnectors."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bunyad.connect.result import Networks
from bunyad.energy.costs import KW_PER_MW, line_cost_share, plant_annuities
from bunyad.energy.weeks import Array, Week, choose_weeks, sample_amounts, sample_profiles
from bunyad.options.energy import EnergyOptions
from bunyad.potential.result import Potential
from bunyad.region.model import Region
from bunyad.settle.result import Settlements

TECHNOLOGIES = ("solar", "wind", "hydro")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyInputs:
    """The parts of the system, and the hours of the year in which it must work."""

    weeks: tuple[Week, ...]
    snapshots: pd.DataFrame
    """By time (UTC): `week`, the label, and `hours_per_year`, the weight [h/a]."""
    buses: gpd.GeoDataFrame
    """By identifier, as in `Networks.buses`."""
    demand_mw: pd.DataFrame
    """By time and bus [MW]."""
    plants: pd.DataFrame
    """By site: `technology, bus, district, is_existing, capacity_mw` and costs by MW."""
    profiles: pd.DataFrame
    """By time and site, in parts of the capacity [-]."""
    lines: pd.DataFrame
    """By route: `bus0, bus1, voltage_kv, length_km, capacity_mw`, impedance and costs by MW."""
    interconnectors: pd.DataFrame
    """By identifier: `bus, import_mw, export_mw`."""


def gather_inputs(
    region: Region,
    *,
    potential: Potential,
    settlements: Settlements,
    networks: Networks,
    options: EnergyOptions,
) -> EnergyInputs:
    """
    Gather the parts of the system from the earlier rooms, for representative weeks.

    Sites that no bus takes up are left out. Demand and profiles are scaled so that the weeks
    carry the energy of the year.
    """
    times = potential.profiles.indexes["time"]
    assert times.equals(settlements.demand_kw.indexes["time"]), "demand and profiles differ in time"
    buses = networks.buses.set_index("id").sort_index()
    demand_mw = _demand_by_bus(settlements.demand_kw, networks, buses.index)
    plants = _plants(potential, networks, options)
    profiles = potential.profiles.sel(site=list(plants.index)).transpose("site", "time").to_numpy()
    weeks = _weeks(demand_mw, plants, profiles, options.weeks_per_year)
    chosen = np.concatenate([np.arange(times.size)[week.hours] for week in weeks])
    index = pd.DatetimeIndex(times[chosen], name="snapshot")
    snapshots = pd.DataFrame(
        {
            "week": np.repeat([week.label for week in weeks], chosen.size // len(weeks)),
            "hours_per_year": np.repeat(
                [week.hours_per_year for week in weeks], chosen.size // len(weeks)
            ),
        },
        index=index,
    )
    return EnergyInputs(
        weeks=weeks,
        snapshots=snapshots,
        buses=buses,
        demand_mw=pd.DataFrame(
            sample_amounts(demand_mw, weeks).T, index=index, columns=buses.index
        ),
        plants=plants,
        profiles=pd.DataFrame(
            sample_profiles(profiles, weeks).T, index=index, columns=plants.index
        ),
        lines=_lines(networks, options),
        interconnectors=_interconnectors(region, buses),
    )


def _demand_by_bus(demand_kw: xr.DataArray, networks: Networks, buses: pd.Index[str]) -> Array:
    """Sum the demand of the settlements at each bus, (bus, hour) [MW]."""
    members = networks.bus_members.query("kind == 'settlement'").set_index("member").bus
    by_place = demand_kw.sum("use").transpose("settlement", "time")
    places = by_place.indexes["settlement"]
    missing = sorted(set(places) - set(members.index))
    assert not missing, f"no bus serves the settlements {missing}"
    demand = np.zeros((buses.size, by_place.sizes["time"]))
    np.add.at(demand, buses.get_indexer(members[places]), by_place.to_numpy())
    return demand / KW_PER_MW


def _plants(potential: Potential, networks: Networks, options: EnergyOptions) -> pd.DataFrame:
    """Return the sites that a bus takes up, with costs by MW; existing ones cost no capital."""
    members = networks.bus_members.query("kind == 'site'").set_index("member")
    sites = pd.DataFrame(potential.sites.drop(columns="geometry")).set_index("id").sort_index()
    sites = sites[(sites.capacity_mw > 0) & sites.index.isin(members.index)]
    members = members.loc[sites.index]
    new = (~sites.is_existing).astype("float64")
    capex = new * (sites.capex_usd_per_kw + members.capex_usd_per_kw) * KW_PER_MW
    opex = sites.opex_usd_per_kw_year * KW_PER_MW
    annuity = sites.technology.map(plant_annuities(options)).astype("float64")
    return pd.DataFrame(
        {
            "technology": sites.technology,
            "bus": members.bus,
            "district": sites.district,
            "is_existing": sites.is_existing,
            "capacity_mw": sites.capacity_mw,
            "capex_usd_per_mw": capex,
            "opex_usd_per_mw": opex,
            "yearly_usd_per_mw": annuity * capex + opex,
        },
        index=sites.index,
    )


def _weeks(
    demand_mw: Array, plants: pd.DataFrame, profiles: NDArray[np.float64], count: int
) -> tuple[Week, ...]:
    """Choose the weeks by total demand and by the mean profile of each technology."""
    demand = demand_mw.sum(axis=0)
    features, supply = [demand], np.zeros_like(demand)
    for technology in TECHNOLOGIES:
        capacity = plants.capacity_mw.where(plants.technology == technology, 0).to_numpy()
        if capacity.sum() > 0:
            output = capacity @ profiles
            features.append(output / capacity.sum())
            supply += output
    # Demand and supply are weighed as if they had the same energy over the year: how much will
    # be built is not known yet.
    need = _shape(demand) - _shape(supply)
    return choose_weeks(np.stack(features), need, count=count)


def _shape(values: Array) -> Array:
    """Divide a series by its mean, unless that is 0."""
    mean = values.mean()
    return values / mean if mean > 0 else values


def _lines(networks: Networks, options: EnergyOptions) -> pd.DataFrame:
    """
    Return the power lines with their impedance and the yearly cost of each MW.

    Where no grid was designed, conductors are those usual for the voltage.
    """
    routes = pd.DataFrame(networks.routes.drop(columns="geometry"))
    routes = routes[routes.kind == "power_line"].set_index("id").sort_index()
    voltage, capacity = routes.voltage_kv.astype("float64"), routes.capacity_mw.astype("float64")
    capex = routes.capex_usd / capacity
    chosen = networks.grid_branches.set_index("id").reindex(routes.index)
    usual = {
        kind: pd.Series(_impedance(kind, voltage) * routes.length_km, routes.index)
        for kind in ("reactance", "resistance")
    }
    return pd.DataFrame(
        {
            "bus0": routes.start,
            "bus1": routes.end,
            "voltage_kv": voltage,
            "length_km": routes.length_km,
            "capacity_mw": capacity,
            "reactance_ohm": chosen.reactance_ohm.fillna(usual["reactance"]),
            "resistance_ohm": chosen.resistance_ohm.fillna(usual["resistance"]),
            "capex_usd_per_mw": capex,
            "yearly_usd_per_mw": capex * line_cost_share(options),
        },
        index=routes.index,
    )


def _impedance(kind: str, voltage_kv: pd.Series[float]) -> Array:
    """Return the reactance or resistance of overhead lines of some voltage [ohm/km]."""
    table = _overhead_lines()
    values = [row[f"{kind}_ohm_per_km"] for row in table]
    return np.asarray(np.interp(voltage_kv, [row["voltage_kv"] for row in table], values))


@cache
def _overhead_lines() -> tuple[dict[str, float], ...]:
    """Return usual overhead lines by rising voltage; between them values are interpolated."""
    text = resources.files("bunyad.energy").joinpath("data/overhead_lines.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple({key: float(row[key]) for key in row if key != "source"} for row in rows)


def _interconnectors(region: Region, buses: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the interconnectors with their buses: of the substation's name, else the nearest."""
    ties = region.interconnectors.set_index("id").sort_index()
    substations = region.substations.set_index("id").geometry
    ends = [
        name if name in buses.index else str(buses.distance(substations[name]).idxmin())
        for name in ties.substation
    ]
    return ties[["import_mw", "export_mw"]].assign(bus=ends)
