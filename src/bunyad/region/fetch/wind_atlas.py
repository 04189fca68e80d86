"""
Mean wind speed from the Global Wind Atlas.

The service's own GIS door gives one GeoTIFF a country, variable and height:
`/api/gis/country/{ISO3}/wind-speed/100`; it redirects to the file.
"""

from __future__ import annotations

import numpy as np
from rasterio.enums import Resampling

from bunyad.errors import SourceError
from bunyad.region.fetch.client import Want
from bunyad.region.fetch.constants import constants, services
from bunyad.region.fetch.countries import find_countries
from bunyad.region.fetch.job import Job, Made
from bunyad.region.fetch.rasters import lay_degree_grid, lay_tiles, write_raster

NODATA = -9_999.0


def country_url(iso3: str) -> str:
    """Return where the map of a country is, by its ISO 3166 code of three letters."""
    height = int(constants()["wind_atlas_height_m"])
    return f"https://globalwindatlas.info/api/gis/country/{iso3}/wind-speed/{height}"


def fetch_wind_speed(job: Job) -> Made:
    """Write the mean wind speed 100 m above ground of the job's box [m/s]."""
    service = services()["global-wind-atlas"]
    countries = find_countries(job, job.wide)
    tiles = [
        job.client.need(Want(service=service, url=country_url(country.iso3), kind="tiff"))
        for country in countries
    ]
    grid = lay_degree_grid(job.wide, cell_m=job.cell_m)
    values = lay_tiles(tiles, grid, resampling=Resampling.average)
    names = ", ".join(country.iso3 for country in countries)
    missing = float(np.isnan(values).mean())
    if missing == 1:
        raise SourceError(
            f"the maps of {names} have no value in the box",
            where=f"{service.name} ({country_url(countries[0].iso3)})",
            mend="name the countries of the box with --country",
        )
    write_raster(
        job.target,
        np.where(np.isnan(values), NODATA, values).astype("float32"),
        grid,
        nodata=NODATA,
    )
    gap = f" {missing:.0%} of the box and its margin has no value." if missing else ""
    return Made(note=f"Maps of {names}, means of 1/{grid.cells_per_degree} degree.{gap}")
