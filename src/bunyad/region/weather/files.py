"""Files around the climate year: heights to read, the year to write."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from pathlib import Path

import rasterio
import xarray as xr
from rasterio.errors import RasterioIOError

from bunyad.errors import InputError, OutputError
from bunyad.region.weather.year import write_climate


def height_reader(path: Path | None) -> Callable[[float, float], float | None]:
    """
    Return a function that reads the height of the ground at a latitude and longitude [m].

    Parameters
    ----------
    path
        GeoTIFF in EPSG:4326; without one the function knows no height. Points beyond its edge
        take the height of the edge.
    """
    if path is None:
        return lambda _lat, _lon: None
    try:
        with rasterio.open(path) as source:
            bounds, is_degrees = source.bounds, bool(source.crs and source.crs.is_geographic)
    except RasterioIOError as error:
        raise InputError(
            f"the file is no readable raster ({error})", where=str(path), mend="give a GeoTIFF"
        ) from None
    if not is_degrees:
        raise InputError("it is not in degrees", where=str(path), mend="give it in EPSG:4326")

    def read(lat: float, lon: float) -> float | None:
        west, south, east, north = bounds
        small = 1e-9
        spot = (
            min(max(lon, west + small), east - small),
            min(max(lat, south + small), north - small),
        )
        with rasterio.open(path) as source:
            value = next(source.sample([spot], masked=True))[0]
        height = float("nan") if value is None or getattr(value, "mask", False) else float(value)
        return None if math.isnan(height) else height

    return read


def write_climate_file(path: Path, climate: xr.Dataset) -> None:
    """Write a climate year so that the file is there as a whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".climate-", dir=path.parent) as beside:
            whole = Path(beside) / path.name
            write_climate(whole, climate)
            whole.replace(path)
    except OSError as error:
        raise OutputError(
            f"the file cannot be written ({error})", where=str(path), mend="choose another --out"
        ) from None
