"""Hourly weather at one point, in one form whatever file it came from."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import pandas as pd

VARIABLES = ("ghi", "dni", "dhi", "temp_air", "wind_speed")
"""Columns of a series: sun [W/m²], air [°C], wind [m/s]; `dni` and `dhi` may be missing."""


@cache
def constants() -> dict[str, float]:
    """Return every figure of the conversions, by name."""
    text = resources.files("bunyad.region.weather").joinpath("data/constants.csv")
    rows = csv.DictReader(text.read_text("utf-8").splitlines())
    return {row["name"]: float(row["value"]) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class PointInfo:
    """Where a point is, for files that do not say it themselves."""

    lat: float | None = None
    lon: float | None = None
    elevation_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherSeries:
    """Hourly weather at one point."""

    lat: float
    lon: float
    elevation_m: float | None
    """Height of the ground [m]; None where the file does not tell it."""
    wind_height_m: float
    """Height above ground that the wind speed is for [m]."""
    form: str
    """Form of the file, such as `PVGIS hourly`."""
    hours: pd.DataFrame
    """Columns of `VARIABLES`, index in UTC; the value of hour h stands for the hour from h on."""
    notes: tuple[str, ...] = ()
    """What the reading has changed."""
    sun_minute: float = 30.0
    """Minute of the hour for which the sun's values stand [min]."""
