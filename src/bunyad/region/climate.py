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
    Read the hourly climate year.

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
    if hours != HOURS:
        faults.append(
            Fault(
                f"{path}: time",
                f"there are {hours} hours",
                f"give {HOURS} hours, one whole year in UTC without a leap day",
            )
        )
    if not faults and set(data["ghi"].dims) != {"point", "time"}:
        faults.append(
            Fault(f"{path}: ghi", f"the dimensions are {data['ghi'].dims}", "give (point, time)")
        )
    return faults


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
