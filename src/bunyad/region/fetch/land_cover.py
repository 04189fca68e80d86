"""
Land cover from ESA WorldCover 2021.

Tiles of three degrees as cloud-optimised GeoTIFF in the AWS open-data bucket `esa-worldcover`
(product user manual 2.0), brought to IGBP classes by `data/worldcover_igbp.csv`.
"""

from __future__ import annotations

import numpy as np
from rasterio.enums import Resampling

from bunyad.errors import SourceError
from bunyad.region.fetch.client import Want
from bunyad.region.fetch.constants import constants, services, worldcover_classes
from bunyad.region.fetch.dem import ABSENT
from bunyad.region.fetch.job import Job, Made
from bunyad.region.fetch.rasters import lay_degree_grid, lay_tiles, write_raster

UNKNOWN = 255
SEA = 0
"""IGBP class of water; WorldCover has no tiles of the open sea."""


def tile_url(south: int, west: int) -> str:
    """
    Return where a tile is, by its south-western corner [degrees].

    Examples
    --------
    >>> tile_url(39, 45).rpartition("/")[2]
    'ESA_WorldCover_10m_2021_v200_N39E045_Map.tif'
    """
    rows = f"{'N' if south >= 0 else 'S'}{abs(south):02d}"
    columns = f"{'E' if west >= 0 else 'W'}{abs(west):03d}"
    bucket = "https://esa-worldcover.s3.eu-central-1.amazonaws.com/v200/2021/map"
    return f"{bucket}/ESA_WorldCover_10m_2021_v200_{rows}{columns}_Map.tif"


def fetch_land_cover(job: Job) -> Made:
    """Write the most common IGBP class of each cell of the job's box."""
    service = services()["worldcover"]
    step = int(constants()["worldcover_tile_degrees"])
    wants = [
        Want(service=service, url=tile_url(south, west), kind="tiff", absent=ABSENT)
        for south, west in job.wide.tiles(step)
    ]
    tiles = [tile for want in wants if (tile := job.client.fetch(want)) is not None]
    if not tiles:
        raise SourceError(
            "there is no tile of the box",
            where=f"{service.name} ({wants[0].url})",
            mend="check the box: it lies in the sea or near a pole",
        )
    grid = lay_degree_grid(job.wide, cell_m=job.cell_m)
    found = lay_tiles(tiles, grid, resampling=Resampling.mode)
    classes = np.full(found.shape, UNKNOWN, "uint8")
    for theirs, ours in worldcover_classes().items():
        classes[found == theirs] = ours
    if len(tiles) < len(wants):
        classes[np.isnan(found)] = SEA
    write_raster(job.target, classes, grid, nodata=UNKNOWN)
    return Made(note=f"Cells of 1/{grid.cells_per_degree} degree.")
