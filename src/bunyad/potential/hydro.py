"""Small hydropower: runoff and head, made into sites."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.optimize import brentq

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Cells, Floats, nearest_cell
from bunyad.potential.constants import constant, data_table
from bunyad.potential.sites import Ground, Site, existing_sites, site_id
from bunyad.potential.technology import Technology, plant_cost


def theoretical_hydro_gwh(cells: Cells, *, options: PotentialOptions) -> Floats:
    """
    Return the yearly potential energy of each cell's runoff [GWh/a].

    All runoff falls from its cell to the lowest ground of the region: E = ρ g V h, the gross
    surface potential. Runoff depth is taken as the same everywhere, which understates the wet
    mountains.

    Parameters
    ----------
    cells
        The cells with their height.
    options
        Runoff depth.
    """
    volume_m3 = options.hydro_runoff_mm / 1e3 * cells.covered_km2 * 1e6
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


def hydro_sites(ground: Ground, technology: Technology) -> list[Site]:
    """
    Return existing hydropower plants, and one new site a mountain district.

    A district's new capacity is its part of the technical potential less what its plants
    yield already.

    Parameters
    ----------
    ground
        Region, cells and options.
    technology
        Cost of hydropower.
    """
    options, region = ground.options, ground.region
    time = pd.DatetimeIndex(region.climate["time"].to_numpy())
    sites = existing_sites(
        ground, technology, lambda plant, _: hydro_profile(time, _plant_hours(plant, options))
    )
    profile = hydro_profile(time, options.hydro_full_load_hours)
    energy = theoretical_hydro_gwh(ground.cells, options=options) * options.hydro_technical_share
    lowest = options.hydro_min_district_elevation_m
    new = []
    for number, district in enumerate(region.districts["name"]):
        here = ground.cells.district == number
        if not here.any() or ground.cells.elevation_m[here].mean() < lowest:
            continue
        used_gwh = sum(site.annual_energy_gwh for site in sites if site.district == district)
        left_gwh = float(energy[here].sum()) - used_gwh
        capacity = left_gwh * 1e3 / float(profile.sum())
        if capacity > 0 and capacity >= options.hydro_min_site_mw:
            new.append(_new_site(ground, technology, number, capacity, profile))
    return sites + new


def river_place(district: shapely.Geometry, rivers: gpd.GeoDataFrame) -> shapely.Point:
    """
    Return a point of a district that stands for its rivers.

    It lies on the river, inside of the district, that is nearest to the district's middle; in
    the middle if the rivers' layer shows none there.

    Parameters
    ----------
    district
        Polygon of the district.
    rivers
        Lines of the rivers.
    """
    middle = shapely.point_on_surface(district)
    inside = shapely.union_all(shapely.intersection(rivers.geometry.to_numpy(), district))
    if inside.is_empty:
        return middle
    x, y = shapely.get_coordinates(shapely.shortest_line(inside, middle))[0]
    return shapely.Point(x, y)


def _plant_hours(plant: pd.Series, options: PotentialOptions) -> float:
    """Return full-load hours from the published energy, else from the option [h/a]."""
    energy = plant["annual_energy_gwh"]
    if pd.isna(energy):
        return options.hydro_full_load_hours
    return float(energy) * 1e3 / float(plant["capacity_mw"])


def _new_site(
    ground: Ground, technology: Technology, number: int, capacity_mw: float, profile: Floats
) -> Site:
    """Return the new hydropower site of a district."""
    district = ground.region.districts.iloc[number]
    place = river_place(district["geometry"], ground.region.rivers)
    cell = nearest_cell(ground.cells, place.x, place.y)
    return Site(
        id=site_id(technology.name, ground.region, number, 1),
        technology=technology.name,
        district=district["name"],
        is_existing=False,
        area_km2=0,
        capacity_mw=capacity_mw,
        elevation_m=float(ground.cells.elevation_m[cell]),
        wind_speed_ms=float(ground.hub_speed_ms[cell]),
        cost=plant_cost(
            technology,
            float(profile.sum()),
            contaminated_share=0,
            is_existing=False,
            options=ground.options,
        ),
        available_from=ground.region.first_year,
        geometry=place,
        profile=profile,
    )
