"""Tell the form of a weather file and read it."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from bunyad.errors import InputError
from bunyad.region.weather.era5 import read_era5
from bunyad.region.weather.nasa_power import read_power_csv, read_power_json
from bunyad.region.weather.open_meteo import read_open_meteo_csv, read_open_meteo_json
from bunyad.region.weather.pvgis import read_pvgis_csv, read_pvgis_json
from bunyad.region.weather.series import PointInfo, WeatherSeries

KNOWN = "give a file of PVGIS, NASA POWER or Open-Meteo (CSV, JSON), ERA5 (NetCDF), or a plain CSV"
PLAIN = {
    "time": ("time", "timestamp", "datetime", "time(utc)"),
    "ghi": ("ghi", "g(h)"),
    "dni": ("dni", "gb(n)"),
    "dhi": ("dhi", "gd(h)"),
    "temp_air": ("temp_air", "t_amb", "t2m", "temperature", "temperature_2m"),
    "wind_speed": ("wind_speed", "ws10m", "wind_speed_10m"),
}
"""Columns of a plain CSV, with the names that they may have in lower case."""
PLAIN_WIND_M = 10.0
"""Height at which weather services measure wind, WMO-No. 8 [m]."""


def read_weather(paths: Sequence[Path], *, point: PointInfo | None = None) -> list[WeatherSeries]:
    """
    Read weather files of any known form.

    Parameters
    ----------
    paths
        Local files; NetCDF files of one call belong together.
    point
        Where the point is, for a plain CSV file that does not say it.

    Raises
    ------
    InputError
        If a file is of no known form, or lacks a variable.
    """
    series: list[WeatherSeries] = []
    grids = [path for path in paths if path.suffix.lower() in (".nc", ".nc4", ".netcdf")]
    for path in paths:
        if path not in grids:
            series += _read_text(path, point or PointInfo())
    if grids:
        series += read_era5(grids)
    if not series:
        raise InputError("there is no weather in it", where="FILE", mend=KNOWN)
    return series


def _read_text(path: Path, point: PointInfo) -> list[WeatherSeries]:
    """Read one CSV or JSON file by what it begins with."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the file cannot be read ({error})", where=str(path), mend=KNOWN
        ) from None
    start = text.lstrip()[:200].lower()
    if start.startswith(("{", "[")):
        return _read_json(text, path)
    try:
        if start.startswith("-begin header-"):
            return [read_power_csv(text, path)]
        if start.startswith("latitude,"):
            return [read_open_meteo_csv(text, path)]
        if start.startswith("latitude"):
            return [read_pvgis_csv(text, path)]
        return [_read_plain(text, path, point)]
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise InputError(
            f"it is no readable table ({error})", where=str(path), mend=KNOWN
        ) from None


def _read_json(text: str, path: Path) -> list[WeatherSeries]:
    """Read one JSON file by the fields that it has."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise InputError(f"it is no valid JSON ({error})", where=str(path), mend=KNOWN) from None
    if isinstance(content, list) or "hourly" in content:
        return read_open_meteo_json(content, path)
    if "outputs" in content:
        return [read_pvgis_json(content, path)]
    if "properties" in content:
        return [read_power_json(content, path)]
    said = content.get("message") or content.get("reason") or "no field that is known"
    raise InputError(f"it holds no weather ({said})", where=str(path), mend=KNOWN)


def _read_plain(text: str, path: Path, point: PointInfo) -> WeatherSeries:
    """Read a table of hours in UTC with columns of known names."""
    table = pd.read_csv(io.StringIO(text))
    lower = {str(column).lower(): column for column in table.columns}
    found = {
        ours: lower[alias]
        for ours, aliases in PLAIN.items()
        for alias in aliases[::-1]
        if alias in lower
    }
    missing = [name for name in ("time", "ghi", "temp_air", "wind_speed") if name not in found]
    if missing:
        raise InputError(
            f"the columns {', '.join(missing)} are missing", where=str(path), mend=KNOWN
        )
    if point.lat is None or point.lon is None:
        raise InputError(
            "it does not say where the point is",
            where=str(path),
            mend="give --lat, --lon and --elevation",
        )
    names = {theirs: ours for ours, theirs in found.items() if ours != "time"}
    hours = table.rename(columns=names)[list(names.values())].astype("float64")
    times = pd.to_datetime(table[found["time"]], utc=True)
    hours.index = pd.DatetimeIndex(times).tz_localize(None).floor("h")
    return WeatherSeries(
        lat=point.lat,
        lon=point.lon,
        elevation_m=point.elevation_m,
        wind_height_m=PLAIN_WIND_M,
        form="plain CSV",
        hours=hours,
        notes=("times taken as UTC, wind as 10 m above ground",),
    )
