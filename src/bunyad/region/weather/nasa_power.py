"""
Hourly files of NASA POWER, CSV and JSON.

Form: the manual of the hourly API (`/api/temporal/hourly/point`, community `re`, time standard
`utc`). Values are means of the hour that begins at the stamp; -999 means no value.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pandas as pd

from bunyad.errors import InputError
from bunyad.region.weather.series import WeatherSeries

NAMES = {
    "ALLSKY_SFC_SW_DWN": "ghi",
    "ALLSKY_SFC_SW_DNI": "dni",
    "ALLSKY_SFC_SW_DIFF": "dhi",
    "T2M": "temp_air",
}
WINDS = {"WS50M": 50.0, "WS10M": 10.0, "WS2M": 2.0}
"""Wind speeds and their heights [m], the best first."""
FILL = -999.0
MEND = "ask for ALLSKY_SFC_SW_DWN, T2M and WS50M, community RE, time standard UTC"


def read_power_json(content: dict[str, Any], path: Path) -> WeatherSeries:
    """Read an answer in JSON."""
    try:
        table = pd.DataFrame(content["properties"]["parameter"])
        times = pd.to_datetime(table.index, format="%Y%m%d%H")
        lon, lat, elevation = (float(value) for value in content["geometry"]["coordinates"])
        header = content.get("header", {})
        fill = float(header.get("fill_value", FILL))
        standard = str(header.get("time_standard", "UTC"))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"it cannot be read ({error})", where=str(path), mend=MEND) from None
    table.index = pd.DatetimeIndex(times)
    return _series(table, (lat, lon, elevation), (fill, standard), path)


def read_power_csv(text: str, path: Path) -> WeatherSeries:
    """Read an answer in CSV, with its header block."""
    head, end, body = text.partition("-END HEADER-")
    place = re.search(r"latitude\s+(-?[\d.]+)\s+longitude\s+(-?[\d.]+)", head, re.IGNORECASE)
    height = re.search(r"elevation.*?=\s*(-?[\d.]+)\s*meters", head, re.IGNORECASE)
    fill = re.search(r"availability range.*?:\s*(-?[\d.]+)", head, re.IGNORECASE)
    if not end or place is None:
        raise InputError("its header block is damaged", where=str(path), mend=MEND)
    table = pd.read_csv(io.StringIO(body.strip()))
    if not {"YEAR", "MO", "DY", "HR"} <= set(table.columns):
        raise InputError("YEAR, MO, DY or HR is missing", where=str(path), mend=MEND)
    stamps = table[["YEAR", "MO", "DY", "HR"]].set_axis(["year", "month", "day", "hour"], axis=1)
    table.index = pd.DatetimeIndex(pd.to_datetime(stamps))
    standard = "LST" if re.search(r"\bLST\b", head) else "UTC"
    point = float(place[1]), float(place[2]), float(height[1]) if height else None
    return _series(table, point, (float(fill[1]) if fill else FILL, standard), path)


def _series(
    table: pd.DataFrame,
    point: tuple[float, float, float | None],
    form: tuple[float, str],
    path: Path,
) -> WeatherSeries:
    """Bring a table into our form."""
    fill, standard = form
    if standard.upper() != "UTC":
        raise InputError(f"its times are {standard}", where=str(path), mend=MEND)
    wind = next((name for name in WINDS if name in table), None)
    missing = [name for name in ("ALLSKY_SFC_SW_DWN", "T2M") if name not in table]
    missing += [] if wind else ["WS50M"]
    if missing or wind is None:
        raise InputError(f"{', '.join(missing)} is missing", where=str(path), mend=MEND)
    names = {theirs: ours for theirs, ours in NAMES.items() if theirs in table}
    hours = table.rename(columns={**names, wind: "wind_speed"})
    hours = hours[[*names.values(), "wind_speed"]].astype("float64")
    return WeatherSeries(
        lat=point[0],
        lon=point[1],
        elevation_m=point[2],
        wind_height_m=WINDS[wind],
        form="NASA POWER hourly",
        hours=hours.mask(hours == fill),
    )
