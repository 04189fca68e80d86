"""
Hourly and typical-year files of PVGIS 5.2 and 5.3, CSV and JSON.

Forms: the manual of the non-interactive service (`seriescalc`, `tmy`). `seriescalc` gives beam and
diffuse on the plane asked for, which must be horizontal here; its satellite values are moments
some minutes after the hour and stand for that hour.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bunyad.errors import InputError
from bunyad.region.weather.series import WeatherSeries, constants

WIND_HEIGHT_M = 10.0
"""Height of `WS10m` [m]."""
MEND = "download it again from PVGIS, hourly radiation with components or a typical year"


def read_pvgis_json(content: dict[str, Any], path: Path) -> WeatherSeries:
    """Read an answer of `seriescalc` or `tmy` in JSON."""
    try:
        place = content["inputs"]["location"]
        point = float(place["latitude"]), float(place["longitude"]), float(place["elevation"])
        outputs = content["outputs"]
        if "tmy_hourly" in outputs:
            return _typical(pd.DataFrame(outputs["tmy_hourly"]), point, path)
        table = pd.DataFrame(outputs["hourly"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{error} is missing in it", where=str(path), mend=MEND) from None
    plane = content["inputs"].get("mounting_system", {}).get("fixed", {}).get("slope", {})
    return _hourly(table, point, path, slope=float(plane.get("value", 0)))


def read_pvgis_csv(text: str, path: Path) -> WeatherSeries:
    """Read an answer of `seriescalc` or `tmy` in CSV."""
    lines = text.splitlines()
    facts: dict[str, str] = {}
    head = [at for at, line in enumerate(lines) if line.startswith(("time,", "time(UTC),"))]
    if not head:
        raise InputError("there is no table in it", where=str(path), mend=MEND)
    for line in lines[: head[0]]:
        name, colon, value = line.partition(":")
        if colon:
            facts[name.split("(")[0].strip().lower()] = value.strip()
    rows = lines[head[0] :]
    end = next((at for at, line in enumerate(rows) if at and not line[:1].isdigit()), len(rows))
    table = pd.read_csv(io.StringIO("\n".join(rows[:end])))
    try:
        point = (float(facts["latitude"]), float(facts["longitude"]), float(facts["elevation"]))
    except (KeyError, ValueError):
        raise InputError(
            "latitude, longitude or elevation is missing", where=str(path), mend=MEND
        ) from None
    if "time(UTC)" in table:
        return _typical(table, point, path)
    slope = facts.get("slope", "0").split(" ")[0]
    return _hourly(table, point, path, slope=float(slope or 0))


def _typical(table: pd.DataFrame, point: tuple[float, ...], path: Path) -> WeatherSeries:
    """Bring a typical year into our form."""
    names = {
        "G(h)": "ghi",
        "Gb(n)": "dni",
        "Gd(h)": "dhi",
        "T2m": "temp_air",
        "WS10m": "wind_speed",
    }
    _check_columns(table, ["time(UTC)", *names], path)
    hours = table.rename(columns=names)[list(names.values())].astype("float64")
    hours.index = _times(table["time(UTC)"], path).floor("h")
    return WeatherSeries(
        lat=point[0],
        lon=point[1],
        elevation_m=point[2],
        wind_height_m=WIND_HEIGHT_M,
        form="PVGIS typical year",
        hours=hours,
    )


def _hourly(
    table: pd.DataFrame, point: tuple[float, ...], path: Path, *, slope: float
) -> WeatherSeries:
    """Bring hourly components on the horizontal plane into our form."""
    _check_columns(table, ["time", "Gb(i)", "Gd(i)", "H_sun", "T2m", "WS10m"], path)
    if slope:
        raise InputError(
            f"the plane is tilted by {slope:g}°", where=str(path), mend="ask for slope 0"
        )
    times = _times(table["time"], path)
    values = table.drop(columns="time").astype("float64")
    height = np.radians(values["H_sun"])
    is_up = values["H_sun"] > constants()["lowest_sun_degrees"]
    beam = values["Gb(i)"]
    hours = pd.DataFrame(
        {
            "ghi": beam + values["Gd(i)"],
            "dni": (beam / np.sin(height.where(is_up))).fillna(0.0),
            "dhi": values["Gd(i)"],
            "temp_air": values["T2m"],
            "wind_speed": values["WS10m"],
        }
    )
    hours["dni"] = hours["dni"].clip(upper=constants()["most_direct_w_m2"])
    hours.index = times.floor("h")
    return WeatherSeries(
        lat=point[0],
        lon=point[1],
        elevation_m=point[2],
        wind_height_m=WIND_HEIGHT_M,
        form="PVGIS hourly",
        hours=hours,
        notes=("direct normal sun is the horizontal beam over the sine of the sun's height",),
        sun_minute=float(times[0].minute),
    )


def _times(texts: pd.Series[Any], path: Path) -> pd.DatetimeIndex:
    """Read moments such as `20190101:0010`, UTC."""
    try:
        return pd.DatetimeIndex(pd.to_datetime(texts, format="%Y%m%d:%H%M"))
    except ValueError as error:
        raise InputError(f"a time cannot be read ({error})", where=str(path), mend=MEND) from None


def _check_columns(table: pd.DataFrame, names: list[str], path: Path) -> None:
    """Name columns that are missing."""
    missing = [name for name in names if name not in table]
    if missing:
        raise InputError(f"{', '.join(missing)} is missing", where=str(path), mend=MEND)
