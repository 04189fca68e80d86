"""Sites: eligible land of each district, and plants that stand or are committed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr

from bunyad.errors import InputError
from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Cells, Flags, Floats, Ints, nearest_cell
from bunyad.potential.clusters import Plots, part_land
from bunyad.potential.mined import HA_PER_KM2, available_from, contaminated_share
from bunyad.potential.result import SITES
from bunyad.potential.technology import PlantCost, Technology, plant_cost
from bunyad.potential.uncertainty import energy_spread, exceeded_energy
from bunyad.potential.years import yearly_deviation
from bunyad.potential.yields import Yields
from bunyad.region.model import Region
from bunyad.tables import conform


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all sites are made from."""

    region: Region
    cells: Cells
    hub_speed_ms: Floats
    """Mean wind speed at hub height, one value a cell [m/s]."""
    options: PotentialOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place for one plant, or a plant, with its hourly output."""

    id: str
    technology: str
    district: str
    is_existing: bool
    area_km2: float
    capacity_mw: float
    elevation_m: float
    wind_speed_ms: float
    cost: PlantCost
    available_from: int
    """First year in which the land that it builds on can have been cleared."""
    geometry: shapely.Geometry
    profile: Floats
    """Hourly output in parts of the capacity [-]."""
    sensitivity: float = 1
    """Relative change of yearly energy over that of the sun's or wind's strength [-]."""
    yearly_sd_share: float | None = None
    """Deviation of the energy of the climate's years, part of the mean; none where too few [-]."""

    @property
    def full_load_hours(self) -> float:
        """Yearly energy over capacity [h/a]."""
        return float(self.profile.sum())

    @property
    def annual_energy_gwh(self) -> float:
        """Energy of a year at full size [GWh/a]."""
        return self.capacity_mw * self.full_load_hours / 1e3

    @property
    def clearance_usd(self) -> float:
        """Part of the capital cost that clears mined land [US$]."""
        return self.capacity_mw * 1e3 * self.cost.clearance_usd_per_kw


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Eligible land of one new site, one value a part of a cell."""

    district: int
    rank: int
    """Rank in its district, from 1."""
    cells: Ints
    area_km2: Floats
    profile: Floats
    """Mean hourly output [-]."""


def existing_sites(
    ground: Ground, technology: Technology, profile_of: Callable[[pd.Series, int], Floats]
) -> list[Site]:
    """
    Return the plants of one technology that stand or are committed.

    Parameters
    ----------
    ground
        Region, cells and options.
    technology
        Technology of the plants to take.
    profile_of
        Hourly output of a plant [-], from its row in the plants table and the index of its cell.
    """
    cells, plants = ground.cells, ground.region.plants
    sites = []
    for _, plant in plants[plants["technology"] == technology.name].iterrows():
        place: shapely.Point = plant["geometry"]
        cell = nearest_cell(cells, place.x, place.y)
        capacity = float(plant["capacity_mw"])
        density = technology.density_mw_per_km2
        area = capacity / density if density else 0.0
        profile = profile_of(plant, cell)
        cost = plant_cost(
            technology,
            float(profile.sum()),
            contaminated_share=0,
            is_existing=True,
            options=ground.options,
        )
        sites.append(
            Site(
                id=plant["id"],
                technology=technology.name,
                district=plant["district"],
                is_existing=True,
                area_km2=area,
                capacity_mw=capacity,
                elevation_m=float(cells.elevation_m[cell]),
                wind_speed_ms=float(ground.hub_speed_ms[cell]),
                cost=cost,
                available_from=ground.region.first_year,
                # A disc of the plant's area stands for its outline, which is not known.
                geometry=place.buffer(np.sqrt(area * 1e6 / np.pi)) if area else place,
                profile=profile,
            )
        )
    return sites


def area_sites(
    ground: Ground, technology: Technology, yields: Yields, eligible: Flags
) -> list[Site]:
    """
    Return the committed plants of a technology, and new sites on the eligible land.

    The eligible land of a district that hangs together makes a site, cut where it is too
    large (`clusters`), the best first. Committed plants use up land of their district, so they
    lessen its new capacity.

    Parameters
    ----------
    ground
        Region, cells and options.
    technology
        Density, usable share and cost.
    yields
        Yield of the cells.
    eligible
        Whether each cell may be used.
    """
    cells = ground.cells
    sites = existing_sites(
        ground, technology, lambda _, cell: yields.profile(np.array([cell]), np.ones(1))
    )
    middles = shapely.get_coordinates(shapely.centroid([site.geometry for site in sites]))
    lands = [(np.array([nearest_cell(cells, *middle)]), np.ones(1)) for middle in middles]
    density = technology.density_mw_per_km2 * technology.usable_share
    for number, district in enumerate(ground.region.districts["name"]):
        parts = np.flatnonzero(eligible[cells.part_cell] & (cells.part_district == number))
        bands = _bands(ground, technology, yields, (number, parts))
        potential_mw = sum(float(band.area_km2.sum()) for band in bands) * density
        taken_mw = sum(
            site.capacity_mw for site in sites if site.is_existing and site.district == district
        )
        if potential_mw <= taken_mw:
            continue
        left = 1 - taken_mw / potential_mw
        sites += [_band_site(ground, technology, band, left) for band in bands]
        lands += [(band.cells, band.area_km2) for band in bands]
    sites = _with_years(sites, lands, yields, ground.options)
    sites = _with_sensitivity(sites, lands, yields, ground.options)
    return [site for site in sites if site.full_load_hours > 0]


def cell_polygon(cells: Cells, chosen: Ints, outline: shapely.Geometry) -> shapely.Geometry:
    """
    Return the outline of some cells, as far as they lie in a district.

    Parameters
    ----------
    cells
        All cells.
    chosen
        Indices of the cells to join.
    outline
        Polygon of the district.
    """
    x, y = cells.x[chosen], cells.y[chosen]
    half_width, half_height = cells.size_m[0] / 2, cells.size_m[1] / 2
    squares = shapely.box(x - half_width, y - half_height, x + half_width, y + half_height)
    within = shapely.intersection(shapely.coverage_union_all(squares), outline)
    parts = shapely.get_parts(within)
    areas = shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])
    outline_of_cells: shapely.Geometry = shapely.normalize(areas)
    return outline_of_cells


def site_id(technology: str, region: Region, district: int, rank: int) -> str:
    """
    Return the stable identifier of a new site.

    Parameters
    ----------
    technology
        Name of the technology.
    region
        The region with its districts.
    district
        Row number of the district.
    rank
        Rank of the site in its district, from 1.
    """
    names = [_slug(name) for name in region.districts["name"]]
    name = names[district]
    if not name or names.count(name) > 1:
        name = f"{name}{district + 1}"
    return f"{technology}-{name}-site-{rank}"


def site_table(sites: Sequence[Site], crs: str, *, options: PotentialOptions) -> gpd.GeoDataFrame:
    """
    Return the sites as a table, with the uncertainty of their energy and their rank by cost.

    Parameters
    ----------
    sites
        The sites in order.
    crs
        Metric projection of their geometry.
    options
        Standard deviations of sun, wind and water, and of the models.

    Raises
    ------
    InputError
        If two sites have one identifier.
    """
    rows = [
        {
            **{name: getattr(site, name) for name in SITES.names() if hasattr(site, name)},
            **{name: getattr(site.cost, name) for name in PlantCost.__dataclass_fields__},
            **_uncertainty(site, options),
        }
        for site in sites
    ]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=SITES.names()), crs=crs)
    twice = sorted(frame.loc[frame["id"].duplicated(), "id"])
    if twice:
        raise InputError(
            f"the plant identifiers {', '.join(twice)} are taken twice",
            where="plants",
            mend="give each plant an identifier of its own, other than those of new sites",
        )
    by_cost = frame.sort_values(["technology", "lcoe_usd_per_mwh", "id"], kind="stable")
    frame["lcoe_rank"] = by_cost.groupby("technology").cumcount() + 1
    return conform(frame, SITES)


def site_profiles(sites: Sequence[Site], time: xr.DataArray) -> xr.DataArray:
    """
    Return the hourly output of the sites in parts of their capacity.

    Parameters
    ----------
    sites
        The sites in order.
    time
        Hours of the climate's year.
    """
    values = np.array([site.profile for site in sites]).reshape(len(sites), time.size)
    return xr.DataArray(
        values,
        dims=("site", "time"),
        coords={"site": [site.id for site in sites], "time": time.to_numpy()},
        name="profile",
        attrs={"long_name": "Output in parts of the capacity", "units": "1"},
    )


def _bands(
    ground: Ground,
    technology: Technology,
    yields: Yields,
    place: tuple[int, Ints],
) -> list[Band]:
    """Return the land of the new sites of a district, from its number and its parts of cells."""
    cells, (district, parts) = ground.cells, place
    here, area_km2 = cells.part_cell[parts], cells.part_km2[parts]
    plots = Plots(
        row=cells.row[here],
        column=cells.column[here],
        area_km2=area_km2,
        hours=yields.hours[here],
        size_m=cells.size_m,
    )
    largest_km2 = technology.largest_site_mw / (
        technology.density_mw_per_km2 * technology.usable_share
    )
    lands = part_land(plots, largest_km2=largest_km2, options=ground.options)
    return [
        Band(
            district=district,
            rank=rank,
            cells=here[land],
            area_km2=area_km2[land],
            profile=yields.profile(here[land], area_km2[land]),
        )
        for rank, land in enumerate(lands, start=1)
    ]


def _with_sensitivity(
    sites: list[Site],
    lands: list[tuple[Ints, Floats]],
    yields: Yields,
    options: PotentialOptions,
) -> list[Site]:
    """Return wind sites with what a windier year does to their energy; others as they are."""
    if yields.windier is None:
        return sites
    slopes = yields.windier(lands, options.wind_speed_inter_annual_sd_share)
    return [
        replace(site, sensitivity=float(slope)) for site, slope in zip(sites, slopes, strict=True)
    ]


def _with_years(
    sites: list[Site],
    lands: list[tuple[Ints, Floats]],
    yields: Yields,
    options: PotentialOptions,
) -> list[Site]:
    """Return sites with the deviation of the climate's years, where there are enough of them."""
    yearly = yields.yearly
    if yearly is None or len(yearly) < options.least_weather_years:
        return sites
    return [
        replace(site, yearly_sd_share=yearly_deviation(yearly, *land))
        for site, land in zip(sites, lands, strict=True)
    ]


def _uncertainty(site: Site, options: PotentialOptions) -> dict[str, float]:
    """Return the columns of a site that tell how far a year may fall short."""
    spread = energy_spread(site.technology, site.sensitivity, options=options)
    if site.yearly_sd_share is not None:
        spread = replace(spread, inter_annual_sd_share=site.yearly_sd_share)
    energy = site.annual_energy_gwh
    return {
        **asdict(spread),
        "p75_gwh": exceeded_energy(energy, 0.75, spread),
        "p90_gwh": exceeded_energy(energy, 0.9, spread),
    }


def _band_site(ground: Ground, technology: Technology, band: Band, left: float) -> Site:
    """Return the new site on a band of land, of which committed plants leave the part `left`."""
    region, cells = ground.region, ground.cells
    district = region.districts.iloc[band.district]
    area = float(band.area_km2.sum())
    capacity = area * technology.density_mw_per_km2 * technology.usable_share * left
    disturbed_ha = capacity * technology.disturbed_km2_per_mw * HA_PER_KM2

    def mean(values: Floats) -> float:
        return float(np.average(values[band.cells], weights=band.area_km2))

    return Site(
        id=site_id(technology.name, region, band.district, band.rank),
        technology=technology.name,
        district=district["name"],
        is_existing=False,
        area_km2=area,
        capacity_mw=capacity,
        elevation_m=mean(cells.elevation_m),
        wind_speed_ms=mean(ground.hub_speed_ms),
        cost=plant_cost(
            technology,
            float(band.profile.sum()),
            contaminated_share=contaminated_share(region, district["name"]),
            is_existing=False,
            options=ground.options,
        ),
        available_from=available_from(
            region, district["name"], disturbed_ha, options=ground.options
        ),
        geometry=cell_polygon(cells, band.cells, district["geometry"]),
        profile=band.profile,
    )


def _slug(name: str) -> str:
    """Return a name in lower-case ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
