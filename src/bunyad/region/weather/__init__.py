"""
Weather: from the forms of others to the climate year of a region folder.

`read_weather` reads local files of PVGIS, NASA POWER, Open-Meteo and ERA5 (and plain CSV);
`assemble_year` brings them to one year of 8,760 hours at 100 m; `write_climate` writes it.
"""

from __future__ import annotations

from bunyad.region.weather.forms import read_weather
from bunyad.region.weather.series import PointInfo, WeatherSeries
from bunyad.region.weather.year import YearRules, assemble_year, write_climate

__all__ = [
    "PointInfo",
    "WeatherSeries",
    "YearRules",
    "assemble_year",
    "read_weather",
    "write_climate",
]
