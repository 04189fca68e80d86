"""Which layer comes from which source; the first source of a layer is its usual one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bunyad.region.fetch.box_district import write_box_district
from bunyad.region.fetch.climate import fetch_era5, fetch_nasa_power, fetch_open_meteo, fetch_pvgis
from bunyad.region.fetch.dem import fetch_elevation
from bunyad.region.fetch.job import Job, Made
from bunyad.region.fetch.land_cover import fetch_land_cover
from bunyad.region.fetch.overpass import fetch_districts, fetch_lines, fetch_protected
from bunyad.region.fetch.overture import fetch_overture
from bunyad.region.fetch.places import (
    fetch_geonames_population,
    fetch_settlements,
    fetch_substations,
    fetch_worldpop,
)
from bunyad.region.fetch.wind_atlas import fetch_wind_speed


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """How one layer is fetched: its file's name and its sources."""

    file: str
    sources: dict[str, Callable[[Job], Made]]


FETCHERS = {
    "districts": Fetcher(
        file="districts.geojson",
        sources={
            "overpass": fetch_districts,
            "overture": fetch_overture,
            "box": write_box_district,
        },
    ),
    "elevation": Fetcher(file="elevation.tif", sources={"copernicus-dem": fetch_elevation}),
    "land_cover": Fetcher(file="land_cover.tif", sources={"worldcover": fetch_land_cover}),
    "wind_speed": Fetcher(file="wind_speed.tif", sources={"global-wind-atlas": fetch_wind_speed}),
    "climate": Fetcher(
        file="climate.nc",
        sources={
            "pvgis": fetch_pvgis,
            "nasa-power": fetch_nasa_power,
            "open-meteo": fetch_open_meteo,
            "era5": fetch_era5,
        },
    ),
    "settlements": Fetcher(file="settlements.csv", sources={"geonames": fetch_settlements}),
    "population": Fetcher(
        file="population.csv",
        sources={"geonames": fetch_geonames_population, "worldpop": fetch_worldpop},
    ),
    "rivers": Fetcher(
        file="rivers.geojson", sources={"overpass": fetch_lines, "overture": fetch_overture}
    ),
    "protected": Fetcher(file="protected.geojson", sources={"overpass": fetch_protected}),
    "substations": Fetcher(file="substations.csv", sources={"overpass": fetch_substations}),
    "roads": Fetcher(
        file="roads.geojson", sources={"overpass": fetch_lines, "overture": fetch_overture}
    ),
    "railways": Fetcher(
        file="railways.geojson", sources={"overpass": fetch_lines, "overture": fetch_overture}
    ),
    "power_lines": Fetcher(file="power_lines.geojson", sources={"overpass": fetch_lines}),
}
"""Layers that can be fetched, in the order in which one may need another."""
