"""Reading the rasters of a region folder onto one metric grid."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import xarray as xr
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import RasterioIOError
from rasterio.features import rasterize
from rasterio.transform import from_origin
from rasterio.warp import reproject, transform_bounds

from bunyad.errors import Fault, InputError
from bunyad.region.model import TERRAIN_VARIABLES

RANGES = {
    "elevation": (-500.0, 9_000.0, "m above the sea"),
    "land_cover": (0.0, 255.0, "IGBP class"),
    "wind_speed": (0.0, 40.0, "m/s"),
}
"""Values that each raster may hold, with their unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A north-up metric grid."""

    crs: str
    west_m: float
    north_m: float
    cell_m: float
    columns: int
    rows: int

    @property
    def transform(self) -> Any:
        """Affine transform of the cells' upper left corners."""
        return from_origin(self.west_m, self.north_m, self.cell_m, self.cell_m)

    @property
    def x(self) -> NDArray[np.float64]:
        """Cell centres from west to east [m]."""
        return self.west_m + self.cell_m * (np.arange(self.columns, dtype=np.float64) + 0.5)

    @property
    def y(self) -> NDArray[np.float64]:
        """Cell centres from north to south [m]."""
        return self.north_m - self.cell_m * (np.arange(self.rows, dtype=np.float64) + 0.5)


def lay_grid(boundary: gpd.GeoDataFrame, *, cell_m: float, margin_km: float) -> Grid:
    """
    Return the grid that covers a boundary with a margin, snapped to whole cells.

    Parameters
    ----------
    boundary
        Outline in a metric projection.
    cell_m
        Cell size [m].
    margin_km
        Land kept around the outline [km].
    """
    west, south, east, north = boundary.total_bounds
    margin = margin_km * 1_000
    left = np.floor((west - margin) / cell_m) * cell_m
    top = np.ceil((north + margin) / cell_m) * cell_m
    return Grid(
        crs=str(boundary.crs),
        west_m=float(left),
        north_m=float(top),
        cell_m=cell_m,
        columns=int(np.ceil((east + margin - left) / cell_m)),
        rows=int(np.ceil((top - (south - margin)) / cell_m)),
    )


def read_terrain(paths: dict[str, Path], districts: gpd.GeoDataFrame, grid: Grid) -> xr.Dataset:
    """
    Read the rasters onto the grid and derive slope and district of each cell.

    Parameters
    ----------
    paths
        Files of the layers `elevation`, `land_cover` and `wind_speed`.
    districts
        Polygons in the grid's projection.
    grid
        Where to.

    Returns
    -------
    xarray.Dataset
        Variables of `bunyad.region.model.TERRAIN_VARIABLES`, dimensions (y, x).

    Raises
    ------
    InputError
        If a raster has no CRS, does not cover the region, or holds impossible values.
    """
    shapes = [(shape, row) for row, shape in enumerate(districts.geometry)]
    district = rasterize(
        shapes, (grid.rows, grid.columns), fill=-1, transform=grid.transform, dtype="int16"
    )
    bounds = tuple(districts.total_bounds)
    layers: dict[str, NDArray[Any]] = {}
    faults: list[Fault] = []
    for key, path in paths.items():
        try:
            layers[key] = _read_raster(key, path, grid, bounds, district >= 0)
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError.of(faults)
    elevation = layers["elevation"]
    slope_y, slope_x = np.gradient(elevation, grid.cell_m)
    values = {
        "elevation_m": elevation,
        "slope_percent": (100 * np.hypot(slope_x, slope_y)).astype("float32"),
        "land_cover": np.where(np.isnan(layers["land_cover"]), 255, layers["land_cover"]).astype(
            "uint8"
        ),
        "district": district,
        "wind_speed_ms": layers["wind_speed"],
    }
    return xr.Dataset(
        {
            name: (("y", "x"), values[name], {"long_name": meaning})
            for name, meaning in TERRAIN_VARIABLES.items()
        },
        coords={"y": grid.y, "x": grid.x},
        attrs={"crs": grid.crs, "cell_size_m": grid.cell_m},
    )


def _read_raster(
    key: str,
    path: Path,
    grid: Grid,
    bounds: tuple[float, ...],
    inside: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """Read one raster onto the grid; classes by the nearest cell, heights and speeds bilinear."""
    try:
        source = rasterio.open(path)
    except RasterioIOError as error:
        raise InputError(
            f"the file is no readable raster ({error})", where=str(path), mend="give a GeoTIFF"
        ) from None
    with source:
        if source.crs is None:
            raise InputError(
                "the raster has no CRS",
                where=str(path),
                mend="write one into the file, such as with `gdal_edit.py -a_srs EPSG:4326`",
            )
        _check_cover(path, source, grid.crs, bounds)
        values = np.full((grid.rows, grid.columns), np.nan, "float32")
        band = source.read(1, masked=True).astype("float32").filled(np.nan)
        reproject(
            band,
            values,
            src_transform=source.transform,
            src_crs=source.crs,
            src_nodata=np.nan,
            dst_transform=grid.transform,
            dst_crs=grid.crs,
            dst_nodata=np.nan,
            resampling=Resampling.nearest if key == "land_cover" else Resampling.bilinear,
        )
    _check_values(key, path, values[inside])
    return values


def _check_cover(path: Path, source: Any, crs: str, bounds: tuple[float, ...]) -> None:
    """Refuse a raster that does not reach around the whole region."""
    needed = transform_bounds(crs, source.crs, *bounds)
    have = source.bounds
    if (
        have.left > needed[0]
        or have.bottom > needed[1]
        or have.right < needed[2]
        or have.top < needed[3]
    ):
        raise InputError(
            f"the raster reaches from {_corners(tuple(have))}, but the region from "
            f"{_corners(needed)} ({source.crs})",
            where=str(path),
            mend="give a raster that covers the whole region, or check its CRS",
        )


def _corners(bounds: tuple[float, ...]) -> str:
    west, south, east, north = (f"{value:.2f}" for value in bounds)
    return f"{west}, {south} to {east}, {north}"


def _check_values(key: str, path: Path, values: NDArray[np.float32]) -> None:
    """Refuse missing and impossible values inside of the region."""
    lowest, highest, unit = RANGES[key]
    missing = float(np.isnan(values).mean())
    if missing > 0 and key != "land_cover":
        raise InputError(
            f"{missing:.1%} of the region has no value",
            where=str(path),
            mend="fill the gaps or give a raster without them",
        )
    wrong = values[(values < lowest) | (values > highest)]
    if wrong.size:
        raise InputError(
            f"the value {wrong[0]:g} is there",
            where=str(path),
            mend=f"values should be {lowest:g} to {highest:g} {unit}; declare nodata if it is that",
        )
