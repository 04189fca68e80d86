"""
Height of the ground from the Copernicus DEM.

Tiles of one degree as cloud-optimised GeoTIFF in the AWS open-data buckets `copernicus-dem-30m`
and `copernicus-dem-90m` (readme.html of either). A few countries, Armenia and Azerbaijan among
them, are left out of the public 30 m set; their tiles are taken from the 90 m set. Tiles that
neither has are sea.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rasterio.enums import Resampling

from bunyad.errors import SourceError
from bunyad.region.fetch.client import Want
from bunyad.region.fetch.constants import constants, services
from bunyad.region.fetch.job import Job, Made
from bunyad.region.fetch.rasters import lay_degree_grid, lay_tiles, write_raster

NODATA = -32_768.0
ABSENT = frozenset({403, 404})
"""S3 answers either for a file that is not there."""


def tile_url(south: int, west: int, *, metres: int) -> str:
    """
    Return where a tile is.

    Parameters
    ----------
    south, west
        Its south-western corner [degrees].
    metres
        30 or 90 [m].

    Examples
    --------
    >>> tile_url(39, 46, metres=30).rpartition("/")[2]
    'Copernicus_DSM_COG_10_N39_00_E046_00_DEM.tif'
    """
    arc = {30: 10, 90: 30}[metres]
    rows = f"{'N' if south >= 0 else 'S'}{abs(south):02d}_00"
    columns = f"{'E' if west >= 0 else 'W'}{abs(west):03d}_00"
    name = f"Copernicus_DSM_COG_{arc}_{rows}_{columns}_DEM"
    return f"https://copernicus-dem-{metres}m.s3.amazonaws.com/{name}/{name}.tif"


def fetch_elevation(job: Job) -> Made:
    """Write the height of the ground of the job's box [m]."""
    service = services()["copernicus-dem"]
    step = int(constants()["dem_tile_degrees"])
    tiles: list[Path] = []
    coarse = sea = 0
    for south, west in job.wide.tiles(step):
        for metres in (30, 90):
            url = tile_url(south, west, metres=metres)
            want = Want(service=service, url=url, kind="tiff", absent=ABSENT)
            tile = job.client.fetch(want)
            if tile is not None:
                tiles.append(tile)
                coarse += metres == 90
                break
        else:
            sea += 1
    if not tiles:
        raise SourceError(
            "there is no tile of the box",
            where=f"{service.name} ({url})",
            mend="check the box: it lies in the sea",
        )
    grid = lay_degree_grid(job.wide, cell_m=job.cell_m)
    values = lay_tiles(tiles, grid, resampling=Resampling.average)
    values = np.where(np.isnan(values), 0, values).astype("float32")
    write_raster(job.target, values, grid, nodata=NODATA)
    notes = [f"Mean of 1/{grid.cells_per_degree} degree."]
    if coarse:
        notes.append(f"{coarse} of {len(tiles)} tiles from GLO-90, as GLO-30 leaves them out.")
    if sea:
        notes.append(f"{sea} tiles without land are 0 m.")
    return Made(note=" ".join(notes))
