"""The small world of `worlds` as a region folder on disk, the form in which people give one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
import worlds
from rasterio.transform import from_origin
from rasterio.warp import Resampling, reproject, transform_bounds

REGION_YAML = """\
name: small
title: {en: Small world, az: Kiçik dünya}
crs: EPSG:32638
cell_size_m: 1000
margin_km: 2
horizon: {first_year: 2026, last_year: 2040}
currency: {code: AZN, per_usd: 1.7, price_year: 2024}
layers:
"""
FILES = {
    "districts": "districts.geojson",
    "elevation": "elevation.tif",
    "land_cover": "land_cover.tif",
    "wind_speed": "wind_speed.tif",
    "climate": "climate.nc",
    "settlements": "settlements.csv",
    "population": "population.csv",
    "rivers": "rivers.geojson",
    "plants": "plants.csv",
    "substations": "substations.csv",
    "interconnectors": "interconnectors.csv",
    "corridors": "corridors.csv",
    "hazards": "hazards.csv",
    "published": "published.csv",
}


def write_small_folder(folder: Path) -> Path:
    """Write the small world into `folder` and return it."""
    region = worlds.small_region()
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"  {key}: {{file: {file}, origin: {_origin(key)}, source: made up, licence: none}}\n"
        for key, file in FILES.items()
    ]
    (folder / "region.yaml").write_text(REGION_YAML + "".join(lines), "utf-8")
    region.districts.to_crs(4326).to_file(folder / "districts.geojson", engine="pyogrio")
    region.rivers.to_crs(4326).to_file(folder / "rivers.geojson", engine="pyogrio")
    for key in ("settlements", "plants", "substations"):
        table = getattr(region, key).to_crs(4326)
        table = table.assign(lon=table.geometry.x.round(6), lat=table.geometry.y.round(6))
        pd.DataFrame(table.drop(columns="geometry")).to_csv(folder / FILES[key], index=False)
    for key in ("population", "interconnectors", "corridors", "hazards", "published"):
        getattr(region, key).to_csv(folder / FILES[key], index=False)
    rasters = {
        "elevation": "elevation_m",
        "land_cover": "land_cover",
        "wind_speed": "wind_speed_ms",
    }
    for key, variable in rasters.items():
        _write_raster(folder / FILES[key], region.terrain[variable], nearest=key == "land_cover")
    _write_climate(folder / "climate.nc", region.climate)
    return folder


def _origin(key: str) -> str:
    return "modelled" if key in ("climate", "wind_speed") else "assumed"


def _write_raster(path: Path, layer, *, nearest: bool) -> None:
    """Write a layer of the metric grid in degrees."""
    rows, columns = layer.shape
    pad = 8
    values = np.pad(layer.to_numpy(), pad, mode="edge")
    source = from_origin(
        worlds.WEST - pad * worlds.CELL,
        worlds.SOUTH + (rows + pad) * worlds.CELL,
        worlds.CELL,
        worlds.CELL,
    )
    reach = 4 * worlds.CELL
    west, south, east, north = transform_bounds(
        worlds.CRS,
        4326,
        worlds.WEST - reach,
        worlds.SOUTH - reach,
        worlds.WEST + columns * worlds.CELL + reach,
        worlds.SOUTH + rows * worlds.CELL + reach,
    )
    cell = 1 / 120
    width, height = int((east - west) / cell), int((north - south) / cell)
    target = from_origin(west, north, cell, cell)
    out = np.zeros((height, width), values.dtype)
    reproject(
        values,
        out,
        src_transform=source,
        src_crs=worlds.CRS,
        dst_transform=target,
        dst_crs="EPSG:4326",
        resampling=Resampling.nearest if nearest else Resampling.bilinear,
    )
    profile = {
        "driver": "GTiff", "width": width, "height": height, "count": 1,
        "dtype": values.dtype.name, "crs": "EPSG:4326", "transform": target,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(out, 1)


def _write_climate(path: Path, climate) -> None:
    """Write the climate year under the file format's names."""
    names = {
        "ghi_w_m2": "ghi", "dni_w_m2": "dni", "dhi_w_m2": "dhi",
        "temp_air_c": "temp_air", "wind_speed_ms": "wind_speed",
    }  # fmt: skip
    data = climate.rename(names).drop_vars(["x", "y"])
    encoding = {name: {"zlib": True} for name in names.values()}
    data.to_netcdf(path, engine="h5netcdf", encoding=encoding)
