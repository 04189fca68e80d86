"""Small hydropower: rivers and their schemes, made into sites."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import shapely
from scipy.optimize import brentq

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Cells, Flags, Floats
from bunyad.potential.constants import constant, data_table
from bunyad.potential.runoff import irrigated_flow, runoff_depth
from bunyad.potential.schemes import (
    Schemes,
    candidate_schemes,
    choose_schemes,
    open_ways,
    plant_reaches,
)
from bunyad.potential.sites import Ground, Site, existing_sites, site_id
from bunyad.potential.streams import drain_terrain, largest_nearby, monthly_flow
from bunyad.potential.technology import Technology, plant_cost
from bunyad.region.model import Region


def theoretical_hydro_gwh(cells: Cells, *, options: PotentialOptions) -> Floats:
    """
    Return the yearly potential energy of each cell's runoff [GWh/a].

    All runoff falls from its cell to the lowest ground of the region: E = ρ g V h, the gross
    surface potential. Runoff rises with height.

    Parameters
    ----------
    cells
        The cells with their height.
    options
        Mean runoff depth and its rise with height.
    """
    depth_mm = runoff_depth(cells.elevation_m, cells, options=options)
    volume_m3 = depth_mm / 1e3 * cells.covered_km2 * 1e6
    head_m = cells.elevation_m - cells.elevation_m.min()
    joules = constant("water_density") * constant("gravity") * volume_m3 * head_m
    return np.asarray(joules / 3.6e12, dtype=float)


def hydro_profile(time: pd.DatetimeIndex, full_load_hours: float) -> Floats:
    """
    Return the hourly output of a run-of-river plant in parts of its capacity [-].

    The river's flow follows the months of `data/hydro_shape.csv`; what is more than the plant
    can take flows past. The plant's size against the river follows from its full-load hours.

    Parameters
    ----------
    time
        Hours of one year.
    full_load_hours
        Yearly energy over capacity; more than the year has hours counts as all of them [h/a].

    Examples
    --------
    >>> hours = pd.date_range("2019-01-01", periods=8760, freq="h")
    >>> round(float(hydro_profile(hours, 3_500).sum()))
    3500
    """
    share = data_table("hydro_shape").set_index("month")["share"]
    month = time.month.to_numpy()
    hours_of_month = np.bincount(month, minlength=len(share) + 1)
    flow = share.loc[month].to_numpy(dtype=float) / hours_of_month[month]
    use = full_load_hours / len(time)
    if use >= 1:
        return np.ones(len(time))

    def surplus(size: float) -> float:
        return float(np.minimum(1, size * flow).mean() - use)

    size = brentq(surplus, 0, 1 / flow.min(), xtol=np.finfo(float).eps)
    return np.asarray(np.minimum(1, size * flow), dtype=float)


def hydro_schemes(ground: Ground, technology: Technology) -> Schemes:
    """
    Return new schemes along the rivers, the cheapest energy first.

    They share no stretch of river with each other, nor with plants that exist.

    Parameters
    ----------
    ground
        Region, cells and options.
    technology
        Cost of hydropower.
    """
    options, region, cells = ground.options, ground.region, ground.cells
    elevation = region.terrain["elevation_m"].to_numpy().astype(float)
    streams = drain_terrain(elevation, cells.size_m)
    monthly = monthly_flow(streams, elevation, cells, options=options)
    flow = monthly.mean(axis=1)
    plants = region.plants[region.plants["technology"] == technology.name]
    places = shapely.get_coordinates(plants.geometry.to_numpy())
    at = largest_nearby(flow, places, cells, options.hydro_snap_km * 1e3)
    rated = plants["capacity_mw"].to_numpy(dtype=float)
    used = plant_reaches(streams, flow, at, rated, options=options)
    barred = None if options.hydro_allows_protected else protected_cells(region, cells)
    is_open = open_ways(streams, cells, used, barred)
    left = irrigated_flow(monthly, options=options)
    candidates = candidate_schemes(streams, left, is_open, technology, options=options)
    return choose_schemes(candidates, streams)


def protected_cells(region: Region, cells: Cells) -> Flags:
    """
    Return whether the middle of each cell lies in protected land.

    Parameters
    ----------
    region
        The region with its protected land, which may be unknown.
    cells
        The cells to tell of.
    """
    if region.protected.empty:
        return np.zeros(cells.count, dtype=bool)
    land = shapely.union_all(region.protected.geometry.to_numpy())
    shapely.prepare(land)
    return np.asarray(shapely.contains_xy(land, cells.x, cells.y))


def hydro_sites(ground: Ground, technology: Technology) -> list[Site]:
    """
    Return existing hydropower plants, and new sites along the rivers.

    The cheapest schemes of a district are sites of their own; those beyond the most sites of a
    district make one site together, at the largest of them.

    Parameters
    ----------
    ground
        Region, cells and options.
    technology
        Cost of hydropower.
    """
    options, region, cells = ground.options, ground.region, ground.cells
    time = pd.DatetimeIndex(region.climate["time"].to_numpy())
    sites = existing_sites(
        ground, technology, lambda plant, _: hydro_profile(time, _plant_hours(plant, options))
    )
    schemes = hydro_schemes(ground, technology)
    index = np.full(cells.shape[0] * cells.shape[1], -1, dtype=np.int64)
    index[cells.row * cells.shape[1] + cells.column] = np.arange(cells.count)
    district = cells.district[index[schemes.power_house]]
    for number in range(len(region.districts)):
        here = np.flatnonzero(district == number)
        alone = here[: options.hydro_schemes_per_district - 1]
        rest = here[options.hydro_schemes_per_district - 1 :]
        groups = [here[i : i + 1] for i in range(len(alone))] + ([rest] if rest.size else [])
        for rank, group in enumerate(groups, start=1):
            part = schemes.pick(group)
            cell = int(index[part.power_house[np.argmax(part.capacity_mw)]])
            name = site_id(technology.name, region, number, rank)
            sites.append(_new_site(ground, technology, part, cell, name))
    return sites


def _plant_hours(plant: pd.Series, options: PotentialOptions) -> float:
    """Return full-load hours from the published energy, else from the option [h/a]."""
    energy = plant["annual_energy_gwh"]
    if pd.isna(energy):
        return options.hydro_full_load_hours
    return float(energy) * 1e3 / float(plant["capacity_mw"])


def _new_site(
    ground: Ground, technology: Technology, schemes: Schemes, cell: int, name: str
) -> Site:
    """Return the site of one or more schemes, at a cell of the region."""
    region, cells = ground.region, ground.cells
    time = pd.DatetimeIndex(region.climate["time"].to_numpy())
    share = schemes.capacity_mw / schemes.capacity_mw.sum()
    profile = (share @ schemes.use)[time.month.to_numpy() - 1]
    priced = replace(technology, capex_usd_per_kw=float(share @ schemes.capex_usd_per_kw))
    return Site(
        id=name,
        technology=technology.name,
        district=region.districts["name"].iloc[int(cells.district[cell])],
        is_existing=False,
        area_km2=0,
        capacity_mw=float(schemes.capacity_mw.sum()),
        elevation_m=float(cells.elevation_m[cell]),
        wind_speed_ms=float(ground.hub_speed_ms[cell]),
        cost=plant_cost(
            priced,
            float(profile.sum()),
            contaminated_share=0,
            is_existing=False,
            options=ground.options,
        ),
        available_from=region.first_year,
        geometry=shapely.Point(cells.x[cell], cells.y[cell]),
        profile=profile,
    )
