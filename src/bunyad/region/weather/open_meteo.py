"""
Hourly files of Open-Meteo's historical weather API, CSV and JSON.

Form: the manual of the API. Sun is the mean of the hour before the stamp, so it is moved one hour
back; air and wind are moments. Several places come as a list of answers.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd

from bunyad.errors import InputError
from bunyad.region.weather.series import WeatherSeries

NAMES = {
    "shortwave_radiation": "ghi",
    "direct_normal_irradiance": "dni",
    "diffuse_radiation": "dhi",
    "temperature_2m": "temp_air",
}
WINDS = {"wind_speed_100m": 100.0, "wind_speed_80m": 80.0, "wind_speed_10m": 10.0}
"""Wind speeds and their heights [m], the best first."""
KM_H = 3.6
"""Kilometres an hour in one metre a second."""
MEND = (
    "ask for shortwave_radiation, temperature_2m and wind_speed_100m, timezone GMT, "
    "wind_speed_unit ms"
)


def read_open_meteo_json(content: Any, path: Path) -> list[WeatherSeries]:
    """Read an answer for one place or for several."""
    answers = content if isinstance(content, list) else [content]
    series = []
    for answer in answers:
        try:
            hourly = dict(answer["hourly"])
            times = pd.DatetimeIndex(list(hourly.pop("time")))
            table = pd.DataFrame(hourly, index=times)
            offset = float(answer.get("utc_offset_seconds", 0))
            point = float(answer["latitude"]), float(answer["longitude"]), answer.get("elevation")
            units = {str(key): str(unit) for key, unit in answer.get("hourly_units", {}).items()}
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"it cannot be read ({error})", where=str(path), mend=MEND) from None
        series.append(_series(table, point, (offset, units), path))
    return series


def read_open_meteo_csv(text: str, path: Path) -> WeatherSeries:
    """Read an answer for one place in CSV: a line of facts, an empty line, the table."""
    facts_text, _, body = text.replace("\r\n", "\n").partition("\n\n")
    rows = list(csv.DictReader(io.StringIO(facts_text)))
    if len(rows) != 1 or not body:
        raise InputError(f"it holds {len(rows)} places", where=str(path), mend="give one a file")
    table = pd.read_csv(io.StringIO(body))
    units = {}
    for column in list(table.columns):
        name, _, unit = column.partition(" (")
        units[name] = unit.rstrip(")")
        table = table.rename(columns={column: name})
    try:
        table.index = pd.DatetimeIndex(pd.to_datetime(table.pop("time")))
        facts = rows[0]
        point = float(facts["latitude"]), float(facts["longitude"]), facts.get("elevation")
        offset = float(facts.get("utc_offset_seconds") or 0)
    except (KeyError, ValueError) as error:
        raise InputError(f"it cannot be read ({error})", where=str(path), mend=MEND) from None
    return _series(table, point, (offset, units), path)


def _series(
    table: pd.DataFrame,
    point: tuple[float, float, Any],
    form: tuple[float, dict[str, str]],
    path: Path,
) -> WeatherSeries:
    """Bring a table into our form."""
    offset, units = form
    if offset:
        raise InputError(f"its times are {offset / 3600:+g} h off UTC", where=str(path), mend=MEND)
    wind = next((name for name in WINDS if name in table), None)
    missing = [name for name in ("shortwave_radiation", "temperature_2m") if name not in table]
    missing += [] if wind else ["wind_speed_100m"]
    if missing or wind is None:
        raise InputError(f"{', '.join(missing)} is missing", where=str(path), mend=MEND)
    names = {theirs: ours for theirs, ours in NAMES.items() if theirs in table}
    hours = table.rename(columns={**names, wind: "wind_speed"})
    hours = hours[[*names.values(), "wind_speed"]].astype("float64")
    unit = units.get(wind, "m/s")
    if unit not in ("m/s", "km/h"):
        raise InputError(f"its wind is in {unit}", where=str(path), mend=MEND)
    if unit == "km/h":
        hours["wind_speed"] /= KM_H
    sun = [name for name in ("ghi", "dni", "dhi") if name in hours]
    moved = hours[sun].shift(-1, freq="h")
    hours = hours.drop(columns=sun).join(moved)
    return WeatherSeries(
        lat=point[0],
        lon=point[1],
        elevation_m=None if point[2] in (None, "", "nan", "NaN") else float(point[2]),
        wind_height_m=WINDS[wind],
        form="Open-Meteo archive",
        hours=hours,
        notes=("sun of the hour before the stamp moved to the hour that it stands for",),
    )
