"""
The hourly climate year of a box, from one of four services.

PVGIS 5.3 (`/api/v5_3/seriescalc`, `/tmy`), NASA POWER (`/api/temporal/hourly/point`), Open-Meteo's
archive (`/v1/archive`) and ECMWF's geo-chunked Zarr of ERA5. Each answer is kept as it came and
read by the same reader as a local file (`bunyad.region.weather`).
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from bunyad.errors import InputError, SourceError
from bunyad.region.fetch.client import Want
from bunyad.region.fetch.constants import Service, constants, services
from bunyad.region.fetch.era5 import read_era5_store
from bunyad.region.fetch.job import Job, Made
from bunyad.region.weather import WeatherSeries, YearRules, assemble_year, read_weather
from bunyad.region.weather import write_climate as write_year
from bunyad.region.weather.files import height_reader

PVGIS = "https://re.jrc.ec.europa.eu/api/v5_3"
NASA_POWER = "https://power.larc.nasa.gov/api/temporal/hourly/point"
OPEN_METEO = "https://archive-api.open-meteo.com/v1/archive"
NO_DATA = frozenset({400})
"""PVGIS answers so for points over the sea and outside of its satellites' sight."""


def pvgis_url(lat: float, lon: float, year: int | None) -> str:
    """Return the request for a year, or for a typical year, at a point."""
    place = {"lat": lat, "lon": lon, "usehorizon": 0, "outputformat": "json"}
    if year is None:
        return f"{PVGIS}/tmy?{urlencode(place)}"
    rest = {"startyear": year, "endyear": year, "components": 1, "angle": 0, "aspect": 0}
    return f"{PVGIS}/seriescalc?{urlencode({**place, **rest, 'pvcalculation': 0})}"


def power_url(lat: float, lon: float, year: int) -> str:
    """Return the request for a year at a point."""
    names = "ALLSKY_SFC_SW_DWN,ALLSKY_SFC_SW_DNI,ALLSKY_SFC_SW_DIFF,T2M,WS50M"
    query = {
        "latitude": lat,
        "longitude": lon,
        "start": f"{year}0101",
        "end": f"{year}1231",
        "community": "re",
        "parameters": names,
        "format": "json",
        "time-standard": "utc",
    }
    return f"{NASA_POWER}?{urlencode(query, safe=',')}"


def open_meteo_url(lat: float, lon: float, year: int) -> str:
    """Return the request for a year at a point, with the first day of the next."""
    names = "shortwave_radiation,direct_normal_irradiance,diffuse_radiation"
    query = {
        "latitude": lat,
        "longitude": lon,
        "start_date": f"{year}-01-01",
        "end_date": f"{year + 1}-01-01",
        "hourly": f"{names},temperature_2m,wind_speed_100m",
        "models": "era5",
        "wind_speed_unit": "ms",
        "timezone": "GMT",
    }
    return f"{OPEN_METEO}?{urlencode(query, safe=',')}"


def fetch_pvgis(job: Job) -> Made:
    """Write the climate of PVGIS: a year, or a typical year where none is asked for."""
    year = job.request.year
    return _fetch_points(job, services()["pvgis"], lambda lat, lon: pvgis_url(lat, lon, year))


def fetch_nasa_power(job: Job) -> Made:
    """Write the climate of NASA POWER."""
    year = _needed_year(job, "nasa-power")
    return _fetch_points(job, services()["nasa-power"], lambda lat, lon: power_url(lat, lon, year))


def fetch_open_meteo(job: Job) -> Made:
    """Write the climate of Open-Meteo's archive."""
    year = _needed_year(job, "open-meteo")
    return _fetch_points(
        job, services()["open-meteo"], lambda lat, lon: open_meteo_url(lat, lon, year)
    )


def fetch_era5(job: Job) -> Made:
    """Write the climate of ERA5, from ECMWF's Zarr store."""
    year = _needed_year(job, "era5")
    return _write(job, read_era5_store(job, year), year)


def _fetch_points(job: Job, service: Service, url: Callable[[float, float], str]) -> Made:
    """Ask a service for every point of the box's grid and write the year."""
    points = _grid_points(job, service)
    series: list[WeatherSeries] = []
    for number, (lat, lon) in enumerate(points, start=1):
        job.client.say(f"{service.name}: point {number} of {len(points)}")
        absent = NO_DATA if service.name == "pvgis" else frozenset[int]()
        want = Want(service=service, url=url(lat, lon), kind="json", absent=absent)
        answer = job.client.fetch(want)
        if answer is None:
            continue
        try:
            series += read_weather([answer])
        except InputError as error:
            job.client.cache.forget(want.key)
            raise SourceError(
                error.faults[0].what,
                where=f"{service.name} ({want.url})",
                mend="try again; if it stays so, the service has changed its form",
            ) from None
    if not series:
        raise SourceError(
            f"it has no data at any of {len(points)} points",
            where=f"{service.name} ({url(*points[0])})",
            mend="choose another source, such as --source climate=nasa-power",
        )
    return _write(job, series, job.request.year, skipped=len(points) - len(series))


def _grid_points(job: Job, service: Service) -> list[tuple[float, float]]:
    """Return the points to ask for; refuse more than a free service should carry."""
    points = job.box.points(service.spacing_degrees)
    most = int(constants()["most_points"])
    if len(points) > most:
        raise InputError(
            f"the box has {len(points)} climate points of {service.name}, more than {most}",
            where="--bbox",
            mend="choose a coarser source (--source climate=nasa-power) or a smaller box",
        )
    return points


def _write(job: Job, series: list[WeatherSeries], year: int | None, *, skipped: int = 0) -> Made:
    """Assemble and write the climate file."""
    rules = YearRules(
        year=year,
        wind_exponent=job.request.wind_exponent,
        find_elevation=height_reader(job.layer_file.get("elevation")),
    )
    climate = assemble_year(series, rules=rules)
    write_year(job.target, climate)
    gone = f" {skipped} points without data left out." if skipped else ""
    text = f"{len(series)} points, year {climate.attrs['year']}; {climate.attrs['conversions']}"
    return Made(note=f"{text}.{gone}")


def _needed_year(job: Job, source: str) -> int:
    """Return the year asked for, which this source needs."""
    if job.request.year is None:
        raise InputError(
            f"{source} has no typical year", where="--year", mend="give a year, such as --year 2019"
        )
    return job.request.year
