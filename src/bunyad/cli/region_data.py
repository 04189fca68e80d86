"""The commands that bring outside data into a region folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from bunyad.cli.app import AsJson, region_app, say
from bunyad.errors import InputError

if TYPE_CHECKING:
    from bunyad.region.fetch import Client

Names = Annotated[tuple[str, ...], Parameter(negative=(), consume_multiple=False)]


@region_app.command(name="fetch")
def fetch(  # noqa: PLR0913  (each is an option of the command)
    folder: Path,
    /,
    *,
    layers: Names,
    bbox: Annotated[tuple[float, float, float, float] | None, Parameter(negative=())] = None,
    source: Names = (),
    year: int | None = None,
    name: str = "",
    crs: str = "auto",
    country: Names = (),
    admin_level: int = 6,
    wind_exponent: float | None = None,
    cache: Path | None = None,
    refresh: Annotated[bool, Parameter(negative=())] = False,
    as_json: AsJson = False,
) -> None:
    """
    Fetch real data of a box into a region folder, new or existing.

    Every layer comes with its licence and hash. What was fetched once is cached; a broken download
    goes on where it stopped; a layer that fails leaves the last good one in place.

    Parameters
    ----------
    folder
        The region folder; it is made where it is not there.
    layers
        Layers, parted by commas: districts, elevation, land_cover, wind_speed, climate,
        settlements, population, rivers, protected, substations, roads, railways, power_lines.
        Or all: those that a region needs.
    bbox
        West, south, east and north in degrees. By default the box of the folder's districts.
    source
        Another source of a layer, as layer=source, such as climate=nasa-power; many may be given.
    year
        Year of the climate and the population. By default a typical year, the latest population.
    name
        Short name of a new region. By default the folder's name.
    crs
        Metric projection of a new region, such as EPSG:32638. auto is the UTM zone of the box.
    country
        ISO codes of the countries of the box, parted by commas. By default they are looked up.
    admin_level
        Level of the districts in OpenStreetMap.
    wind_exponent
        Exponent of the power law that brings wind to 100 m. By default 1/7.
    cache
        Folder of the cache. By default BUNYAD_CACHE or the user's cache folder.
    refresh
        Ask the services again also for what the cache has.
    as_json
        Print the result for machines.
    """
    from bunyad.region.fetch import Box, FetchRequest, fetch_region

    box = None
    if bbox is not None:
        west, south, east, north = bbox
        box = Box(west=west, south=south, east=east, north=north)
    wanted = split_names(layers)
    report = fetch_region(
        FetchRequest(
            folder=folder,
            layers=_needed() if wanted == ("all",) else wanted,
            box=box,
            sources=_pairs(split_names(source)),
            year=year,
            name=name,
            crs=crs,
            countries=split_names(country),
            admin_level=admin_level,
            wind_exponent=wind_exponent,
            secrets={"era5": os.environ.get("BUNYAD_CDS_KEY", "")},
        ),
        _client(cache, refresh=refresh),
    )
    if as_json:
        written = [
            {"key": one.key, "file": one.file, "source": one.service, "licence": one.licence,
             "sha256": one.sha256}
            for one in report.written
        ]  # fmt: skip
        content = {"folder": str(folder), "written": written, "remaining": dict(report.remaining)}
        print(json.dumps(content, ensure_ascii=False))
        return
    for one in report.written:
        print(f"{one.key}: {folder / one.file} from {one.service}. Licence: {one.licence}")
    if report.remaining:
        print(f"\nStill to be typed in {folder / 'region.yaml'}:")
        for field, meaning in report.remaining.items():
            print(f"  {field}: {meaning}")
    else:
        print(f"\nThe folder has all that it needs; look at it with bunyad region check {folder}")


@region_app.command(name="import-climate")
def import_climate(  # noqa: PLR0913  (each is an option of the command)
    *files: Path,
    out: Path = Path("climate.nc"),
    year: int | None = None,
    wind_exponent: float | None = None,
    lat: float | None = None,
    lon: float | None = None,
    elevation: float | None = None,
    elevation_map: Path | None = None,
    as_json: AsJson = False,
) -> None:
    """
    Make the climate year of a region from files of PVGIS, NASA POWER, Open-Meteo or ERA5.

    Reads CSV and JSON files of one point each and NetCDF files of a grid. The leap day is dropped,
    missing direct and diffuse sun is found from the global, wind is brought to 100 m; the file's
    attributes say what was done.

    Parameters
    ----------
    files
        Weather files; NetCDF files belong together.
    out
        The climate file to write.
    year
        Year to take, where files hold several.
    wind_exponent
        Exponent of the power law that brings wind to 100 m. By default 1/7.
    lat
        Latitude in degrees, for a plain CSV file that does not say it.
    lon
        Longitude in degrees, for a plain CSV file that does not say it.
    elevation
        Height of the ground in metres, for files that do not say it.
    elevation_map
        GeoTIFF in EPSG:4326 to read the height of the ground from.
    as_json
        Print the result for machines.
    """
    from bunyad.region.weather import PointInfo, YearRules, assemble_year, read_weather
    from bunyad.region.weather.files import height_reader, write_climate_file

    if not files:
        raise InputError("no file is named", where="FILE", mend="give one or more weather files")
    read_height = height_reader(elevation_map)
    rules = YearRules(
        year=year,
        wind_exponent=wind_exponent,
        find_elevation=lambda at, on: read_height(at, on) if elevation is None else elevation,
    )
    series = read_weather(files, point=PointInfo(lat=lat, lon=lon, elevation_m=elevation))
    climate = assemble_year(series, rules=rules)
    write_climate_file(out, climate)
    content = {
        "file": str(out),
        "points": climate.sizes["point"],
        "year": climate.attrs["year"],
        "source": climate.attrs["source"],
        "conversions": climate.attrs["conversions"],
    }
    if as_json:
        print(json.dumps(content, ensure_ascii=False))
    else:
        print(f"{out}: {content['points']} points of {content['source']}, year {content['year']}")
        print(f"Conversions: {content['conversions'] or 'none'}")


def split_names(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return names that are parted by commas or given one by one."""
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    """Turn `layer=source` texts into a mapping."""
    pairs = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key or not value:
            raise InputError(f"{text!r} is no source", where="--source", mend="write layer=source")
        pairs[key.strip()] = value.strip()
    return pairs


def _needed() -> tuple[str, ...]:
    """Return the layers that a region needs."""
    from bunyad.region.file import LayersEntry

    return tuple(key for key, field in LayersEntry.model_fields.items() if field.is_required())


def _client(cache: Path | None, *, refresh: bool) -> Client:
    """Return the client that asks the real services."""
    from bunyad.region.fetch import Cache, Client, HttpTransport, default_cache_folder

    folder = cache if cache is not None else default_cache_folder(os.environ)
    return Client(transport=HttpTransport(), cache=Cache(folder), refresh=refresh, say=say)
