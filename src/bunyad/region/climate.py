"""Reading the hourly climate year of a region folder."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from bunyad.errors import Fault, InputError
from bunyad.region.model import CLIMATE_VARIABLES

HOURS = 8_760
"""Hours of the year that a plan is made for; a leap day is left out."""

NAMES = {
    "ghi": ("ghi_w_m2", 0.0, 1_500.0),
    "dni": ("dni_w_m2", 0.0, 1_500.0),
    "dhi": ("dhi_w_m2", 0.0, 1_500.0),
    "temp_air": ("temp_air_c", -80.0, 60.0),
    "wind_speed": ("wind_speed_ms", 0.0, 80.0),
}
"""Variables of the file: our name, lowest and highest value."""

OPTIONAL = {"albedo": ("albedo", 0.0, 1.0)}
"""Variables that the file may have: our name, lowest and highest value."""


def read_climate(path: Path, *, crs: str) -> xr.Dataset:
    """
    Read the hourly climate year, or several.

    Leap days are left out, so that each year has 8,760 hours.

    Parameters
    ----------
    path
        NetCDF with dimensions `point` and `time`, variables `ghi`, `dni`, `dhi` [W/m²],
        `temp_air` [°C] and `wind_speed` (100 m) [m/s], `albedo` [-] where it is known,
        coordinates `lat`, `lon` [degrees] and `elevation_m` [m] of each point.
    crs
        Metric projection of the region.

    Returns
    -------
    xarray.Dataset
        Variables of `bunyad.region.model.CLIMATE_VARIABLES`, dimensions (point, time).

    Raises
    ------
    InputError
        Naming missing variables, gaps, impossible values and a wrong number of hours.
    """
    try:
        with xr.open_dataset(path, engine="h5netcdf") as source:
            data = source.load()
    except (OSError, ValueError) as error:
        raise InputError(
            f"the file is no readable NetCDF-4 ({error})",
            where=str(path),
            mend="give a NetCDF-4 file; `bunyad region check` tells its form",
        ) from None
    data = _without_leap_days(data)
    faults = _structure_faults(path, data) or _value_faults(path, data)
    if faults:
        raise InputError.of(faults)
    data = data.transpose("point", "time")
    points = gpd.GeoSeries(gpd.points_from_xy(data.lon, data.lat), crs="EPSG:4326").to_crs(crs)
    variables = {
        ours: (
            ("point", "time"),
            np.asarray(data[name].to_numpy(), "float32"),
            {"long_name": CLIMATE_VARIABLES[ours]},
        )
        for name, (ours, _, _) in {**NAMES, **OPTIONAL}.items()
        if name in data
    }
    return xr.Dataset(
        variables,
        coords={
            "time": pd.DatetimeIndex(data.time.to_numpy()),
            "lat": ("point", np.asarray(data.lat.to_numpy(), "float64")),
            "lon": ("point", np.asarray(data.lon.to_numpy(), "float64")),
            "x": ("point", points.x.to_numpy()),
            "y": ("point", points.y.to_numpy()),
            "elevation_m": ("point", np.asarray(data.elevation_m.to_numpy(), "float64")),
        },
        attrs={key: str(value) for key, value in data.attrs.items()},
    )


def _structure_faults(path: Path, data: xr.Dataset) -> list[Fault]:
    """Name dimensions, variables and coordinates that are missing or wrong."""
    faults = [
        Fault(f"{path}: {name}", "the variable is missing", f"add it: {CLIMATE_VARIABLES[ours]}")
        for name, (ours, _, _) in NAMES.items()
        if name not in data
    ]
    faults += [
        Fault(f"{path}: {name}", "the coordinate is missing", "add it, one value a point")
        for name in ("lat", "lon", "elevation_m", "time")
        if name not in data.coords
    ]
    hours = data.sizes.get("time", 0)
    if not hours or hours % HOURS:
        faults.append(
            Fault(
                f"{path}: time",
                f"there are {hours} hours",
                f"give {HOURS} hours, one whole year in UTC without a leap day, or several",
            )
        )
    elif hours > HOURS and not _are_whole_years(data):
        faults.append(
            Fault(
                f"{path}: time",
                "several years of which not each is whole",
                "give every hour of each calendar year from January to December, in order",
            )
        )
    if not faults and set(data["ghi"].dims) != {"point", "time"}:
        faults.append(
            Fault(f"{path}: ghi", f"the dimensions are {data['ghi'].dims}", "give (point, time)")
        )
    return faults


def _without_leap_days(data: xr.Dataset) -> xr.Dataset:
    """Return the data without 29 February, where there is more than a plain year."""
    if data.sizes.get("time", 0) <= HOURS or "time" not in data.coords:
        return data
    time = pd.DatetimeIndex(data["time"].to_numpy())
    return data.isel(time=np.flatnonzero(~((time.month == 2) & (time.day == 29))))


def _are_whole_years(data: xr.Dataset) -> bool:
    """Tell whether each run of 8,760 hours is one calendar year, and they follow in order."""
    time = pd.DatetimeIndex(data["time"].to_numpy())
    years = time.year.to_numpy().reshape(-1, HOURS)
    return bool((years == years[:, :1]).all() and time.is_monotonic_increasing and time.is_unique)


def typical_year(climate: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset | None]:
    """
    Return the year that a plan is made for, and all years where there are several.

    It is the year whose mean sunlight and wind together are nearest to those of all years, as
    parts of them. Attributes of both tell the years and the chosen one.

    Parameters
    ----------
    climate
        One or more years of 8,760 hours, as `read_climate` gives them.
    """
    count = climate.sizes["time"] // HOURS
    if count == 1:
        return climate, None
    means = np.array(
        [
            climate[name].to_numpy().mean(axis=0).reshape(count, HOURS).mean(axis=1)
            for name in ("ghi_w_m2", "wind_speed_ms")
        ]
    )
    away = means / means.mean(axis=1, keepdims=True) - 1
    chosen = int(np.argmin((away**2).sum(axis=0)))
    years = pd.DatetimeIndex(climate["time"].to_numpy()).year.to_numpy()[::HOURS]
    told = climate.assign_attrs(
        weather_years=", ".join(map(str, years)), typical_year=str(years[chosen])
    )
    return told.isel(time=slice(chosen * HOURS, (chosen + 1) * HOURS)), told


def _value_faults(path: Path, data: xr.Dataset) -> list[Fault]:
    """Name gaps and values that cannot be."""
    faults = []
    for name, (ours, lowest, highest) in {**NAMES, **OPTIONAL}.items():
        if name not in data:
            continue
        values = data[name].to_numpy()
        gaps = int(np.isnan(values).sum())
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        if gaps:
            faults.append(Fault(f"{path}: {name}", f"{gaps} hours have no value", "fill the gaps"))
        elif low < lowest or high > highest:
            faults.append(
                Fault(
                    f"{path}: {name}",
                    f"values reach from {low:g} to {high:g}",
                    f"give {lowest:g} to {highest:g}: {CLIMATE_VARIABLES[ours]}",
                )
            )
    return faults
