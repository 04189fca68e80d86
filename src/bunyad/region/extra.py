"""The rules for land as values, and the extra layers that only they look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import xarray as xr
from rasterio.enums import Resampling
from rasterio.errors import RasterioIOError
from rasterio.warp import reproject

from bunyad.errors import InputError
from bunyad.region.model import LandRule
from bunyad.region.rules import LandRuleEntry
from bunyad.region.terrain import Grid

RASTER_ENDINGS = (".tif", ".tiff")


def land_rules(entries: Iterable[LandRuleEntry]) -> tuple[LandRule, ...]:
    """Return the rules of a region's file as values, in order."""
    return tuple(
        LandRule(
            kind=entry.kind,
            title=entry.title,
            technologies=tuple(entry.technologies),
            layer=entry.layer,
            values=entry.values,
            unit=entry.unit,
            source=entry.source,
        )
        for entry in entries
    )


def is_raster(file: str) -> bool:
    """Tell whether a layer's file name is that of a raster."""
    return file.lower().endswith(RASTER_ENDINGS)


def read_extra_raster(path: Path, grid: Grid) -> xr.DataArray:
    """
    Read a raster onto the terrain's grid, each cell from the nearest value.

    Parameters
    ----------
    path
        The GeoTIFF; it need not cover the region.
    grid
        The terrain's grid, with its margin.

    Returns
    -------
    xarray.DataArray
        Dimensions (y, x), NaN where the raster has no value.

    Raises
    ------
    InputError
        If the file is no raster or has no CRS.
    """
    mend = "give a GeoTIFF with its CRS"
    try:
        source: Any = rasterio.open(path)
    except RasterioIOError as error:
        raise InputError(
            f"the file is no readable raster ({error})", where=str(path), mend=mend
        ) from None
    with source:
        if source.crs is None:
            raise InputError("the raster has no CRS", where=str(path), mend=mend)
        values = np.full((grid.rows, grid.columns), np.nan, "float32")
        reproject(
            source.read(1, masked=True).astype("float32").filled(np.nan),
            values,
            src_transform=source.transform,
            src_crs=source.crs,
            src_nodata=np.nan,
            dst_transform=grid.transform,
            dst_crs=grid.crs,
            dst_nodata=np.nan,
            resampling=Resampling.nearest,
        )
    return xr.DataArray(values, dims=("y", "x"), coords={"y": grid.y, "x": grid.x})


def layer_shapes(
    extra_layers: Mapping[str, gpd.GeoDataFrame | xr.DataArray],
) -> tuple[set[str], set[str]]:
    """Return the keys of the vector layers and those of the raster layers."""
    rasters = {key for key, layer in extra_layers.items() if isinstance(layer, xr.DataArray)}
    return set(extra_layers) - rasters, rasters
