"""From downloaded tiles to one raster of the region folder."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.transform import from_origin
from rasterio.warp import reproject

from bunyad.errors import SourceError
from bunyad.region.fetch.box import Box
from bunyad.region.fetch.constants import constants


@dataclass(frozen=True, slots=True, kw_only=True)
class DegreeGrid:
    """A north-up grid in EPSG:4326 whose cells never straddle a whole degree."""

    west: float
    north: float
    cells_per_degree: int
    rows: int
    columns: int

    @property
    def transform(self) -> Any:
        """Affine transform of the upper left corners."""
        cell = 1 / self.cells_per_degree
        return from_origin(self.west, self.north, cell, cell)


def lay_degree_grid(box: Box, *, cell_m: float) -> DegreeGrid:
    """
    Return the grid of a box for rasters that a terrain grid of `cell_m` [m] is read from.

    Examples
    --------
    >>> lay_degree_grid(Box(west=46, south=39, east=47, north=40), cell_m=1000).columns
    223
    """
    figures = constants()
    per_degree = math.ceil(figures["sphere_degree_m"] * figures["raster_cells_per_cell"] / cell_m)
    west = math.floor(box.west * per_degree)
    north = math.ceil(box.north * per_degree)
    return DegreeGrid(
        west=west / per_degree,
        north=north / per_degree,
        cells_per_degree=per_degree,
        rows=north - math.floor(box.south * per_degree),
        columns=math.ceil(box.east * per_degree) - west,
    )


def lay_tiles(
    tiles: Iterable[Path], grid: DegreeGrid, *, resampling: Resampling
) -> NDArray[np.float32]:
    """
    Read tiles onto a grid; the first tile that has a value in a cell gives it.

    Parameters
    ----------
    tiles
        GeoTIFF files that have been downloaded.
    grid
        Where to.
    resampling
        `average` for heights and speeds, `mode` for classes.

    Returns
    -------
    numpy.ndarray
        Values of the grid, NaN where no tile has one.
    """
    values = np.full((grid.rows, grid.columns), np.nan, "float32")
    for tile in tiles:
        layer = np.full_like(values, np.nan)
        try:
            with rasterio.open(tile) as source:
                reproject(
                    rasterio.band(source, 1),
                    layer,
                    src_nodata=source.nodata,
                    dst_transform=grid.transform,
                    dst_crs="EPSG:4326",
                    dst_nodata=np.nan,
                    resampling=resampling,
                )
        except RasterioError as error:
            raise SourceError(
                f"the tile is no readable GeoTIFF ({error})",
                where=str(tile),
                mend="fetch it again with --refresh",
            ) from None
        values = np.where(np.isnan(values), layer, values)
    return values


def write_raster(path: Path, values: NDArray[Any], grid: DegreeGrid, *, nodata: float) -> None:
    """Write values as a tiled, compressed GeoTIFF in EPSG:4326."""
    profile = {
        "driver": "GTiff",
        "height": grid.rows,
        "width": grid.columns,
        "count": 1,
        "dtype": values.dtype.name,
        "crs": "EPSG:4326",
        "transform": grid.transform,
        "nodata": nodata,
        "compress": "deflate",
        "predictor": 2 if values.dtype.kind in "iu" else 3,
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
    }
    with rasterio.open(path, "w", **profile) as target:
        target.write(values, 1)
