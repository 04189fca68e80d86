"""
ERA5 and ERA5-Land on a grid, NetCDF of the Climate Data Store or an opened Zarr store.

Form: ECMWF's documentation of ERA5. Sun is a sum of the hour before the stamp [J/m²] (in ERA5-Land
a sum since midnight), so it is moved one hour back; air and wind are moments.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from bunyad.errors import InputError
from bunyad.region.weather.series import WeatherSeries, constants

ALIASES = {
    "ssrd": ("ssrd", "surface_solar_radiation_downwards"),
    "fdir": ("fdir", "total_sky_direct_solar_radiation_at_surface"),
    "t2m": ("t2m", "2t", "2m_temperature"),
    "u100": ("u100", "100u", "100m_u_component_of_wind"),
    "v100": ("v100", "100v", "100m_v_component_of_wind"),
    "u10": ("u10", "10u", "10m_u_component_of_wind"),
    "v10": ("v10", "10v", "10m_v_component_of_wind"),
    "z": ("z", "geopotential", "geopotential_at_surface"),
    "time": ("time", "valid_time"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "longitude"),
}
SECONDS = 3_600
MEND = "ask for ssrd, fdir, t2m, u100 and v100 (ERA5-Land: ssrd, t2m, u10, v10)"


def read_era5(paths: Sequence[Path]) -> list[WeatherSeries]:
    """Read NetCDF files of one region, split by variable or time as the store hands them out."""
    parts = []
    for path in paths:
        try:
            with xr.open_dataset(path, engine="h5netcdf") as source:
                parts.append(tidy_era5(source.load()))
        except (OSError, ValueError) as error:
            raise InputError(
                f"the file is no readable NetCDF-4 ({error})", where=str(path), mend=MEND
            ) from None
    where = ", ".join(str(path) for path in paths)
    try:
        data = xr.merge(parts, join="outer", compat="no_conflicts")
    except (ValueError, xr.MergeError) as error:
        raise InputError(
            f"the files do not fit together ({error})", where=where, mend=MEND
        ) from None
    return grid_series(data, where=where)


def tidy_era5(data: xr.Dataset) -> xr.Dataset:
    """Return the variables and axes that we know, under their short names."""
    names = {
        theirs: ours
        for ours, aliases in ALIASES.items()
        for theirs in aliases
        if theirs in data.variables and theirs != ours and ours not in data.variables
    }
    data = data.rename(names)
    kept = [name for name in ALIASES if name in data.data_vars]
    data = data[kept].drop_vars([c for c in data.coords if c not in ("time", "lat", "lon")])
    extra = [size for size in ("number", "expver") if size in data.dims]
    return data.isel(dict.fromkeys(extra, 0))


def grid_series(data: xr.Dataset, *, where: str) -> list[WeatherSeries]:
    """Return one series a grid point of a tidy dataset."""
    wind = next((height for height in (100, 10) if {f"u{height}", f"v{height}"} <= set(data)), None)
    missing = [name for name in ("ssrd", "t2m") if name not in data]
    missing += [] if wind else ["u100, v100"]
    missing += [name for name in ("time", "lat", "lon") if name not in data.coords]
    if missing or wind is None:
        raise InputError(f"{', '.join(missing)} is missing", where=where, mend=MEND)
    data = data.sortby("time")
    if "lat" not in data.dims:
        data = data.expand_dims(["lat", "lon"])
    return [
        _point(data.isel(lat=row, lon=column), wind)
        for row in range(data.sizes["lat"])
        for column in range(data.sizes["lon"])
        if int(data["t2m"].isel(lat=row, lon=column).count())
    ]


def _point(data: xr.Dataset, wind: int) -> WeatherSeries:
    """Bring one grid point into our form."""
    figures = constants()
    times = pd.DatetimeIndex(data["time"].to_numpy())
    columns = {
        "temp_air": data["t2m"].to_numpy().astype("float64") - figures["zero_celsius_k"],
        "wind_speed": np.hypot(
            data[f"u{wind}"].to_numpy().astype("float64"),
            data[f"v{wind}"].to_numpy().astype("float64"),
        ),
    }
    hours = pd.DataFrame(columns, index=times)
    sums = {
        name: pd.Series(data[name].to_numpy().astype("float64"), times)
        for name in ("ssrd", "fdir")
        if name in data
    }
    notes = ["sun of the hour before the stamp moved to the hour that it stands for"]
    if sums["ssrd"].max() > figures["most_hourly_j_m2"]:
        sums = {name: _hourly_sums(values) for name, values in sums.items()}
        notes.append("sums since midnight taken apart into hours (ERA5-Land)")
    sun = {name: (values / SECONDS).shift(-1, freq="h") for name, values in sums.items()}
    hours = hours.join(sun["ssrd"].rename("ghi"))
    if "fdir" in sun:
        hours = hours.join((sun["ssrd"] - sun["fdir"]).clip(lower=0).rename("dhi"))
    lon = float(data["lon"])
    elevation = None
    if "z" in data:
        elevation = float(np.nanmean(data["z"].to_numpy())) / figures["gravity_m_s2"]
    return WeatherSeries(
        lat=float(data["lat"]),
        lon=lon - 360 if lon > 180 else lon,
        elevation_m=elevation,
        wind_height_m=float(wind),
        form="ERA5" if wind == 100 else "ERA5-Land",
        hours=hours,
        notes=tuple(notes),
    )


def _hourly_sums(values: pd.Series[float]) -> pd.Series[float]:
    """Take sums since midnight apart; the sum at 01:00 is that of the first hour."""
    steps = values.diff()
    first = values.index.hour == 1  # type: ignore[attr-defined]
    return steps.mask(first, values).clip(lower=0)
