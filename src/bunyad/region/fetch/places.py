"""
Settlements, their people and substations as the tables of a region folder.

GeoNames: `/export/dump/XX.zip`, one tab-separated row a place (readme.txt beside it). WorldPop:
`/rest/data/pop/G2_CN_POP_R25A_100m?iso3=AZE` tells the GeoTIFF of each year. Substations:
OpenStreetMap.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from rasterio.windows import from_bounds
from scipy.spatial import cKDTree

from bunyad.errors import InputError, SourceError
from bunyad.region.fetch.client import Want, source_error
from bunyad.region.fetch.constants import constants, services
from bunyad.region.fetch.countries import find_countries
from bunyad.region.fetch.job import Job, Made
from bunyad.region.fetch.overpass import ask_overpass, bbox_of, highest_voltage_kv

DUMP = "https://download.geonames.org/export/dump"
WORLDPOP = "https://hub.worldpop.org/rest/data/pop/G2_CN_POP_R25A_100m"
COLUMNS = {0: "geonameid", 1: "name", 2: "ascii", 4: "lat", 5: "lon", 6: "class", 7: "code",
           14: "people", 18: "modified"}  # fmt: skip
"""Columns of a GeoNames dump that are used, by number."""
GONE = ("PPLH", "PPLQ", "PPLW", "PPLCH", "PPLX")
"""Codes of places that are no more, and of quarters of others."""


def fetch_settlements(job: Job) -> Made:
    """Write the populated places of GeoNames that have a population figure."""
    table = _places(job)
    districts = _districts(job)
    inside = _join_district(table, districts)
    if inside.empty:
        raise SourceError(
            "it has no place with a population in the districts",
            where=f"geonames ({DUMP})",
            mend="type settlements.csv by hand; docs/reference/region-folder.md tells its columns",
        )
    steps = np.array([constants()["town_people"], constants()["city_people"]])
    sizes = np.searchsorted(steps, inside["people"].to_numpy("float64"), side="right")
    words = ("village", "town", "city")
    out = pd.DataFrame(
        {
            "id": _identifiers(inside),
            "name": inside["ascii"].where(inside["ascii"] != "", inside["name"]),
            "name_local": inside["name"],
            "district": inside["district"],
            "kind": [words[int(size)] for size in np.atleast_1d(sizes)],
            "lat": inside["lat"],
            "lon": inside["lon"],
            "is_rebuilt": "false",
            "source": "GeoNames " + inside["geonameid"],
        }
    )
    out.to_csv(job.target, index=False)
    return Made(note=f"{len(out)} of {len(table)} places; kind by population, none is rebuilt.")


def fetch_geonames_population(job: Job) -> Made:
    """Write the population that GeoNames gives for the settlements of the folder."""
    places = _places(job).set_index("geonameid")
    settlements = _settlements(job)
    numbers = settlements["source"].str.extract(r"^GeoNames (\d+)$")[0]
    known = numbers.isin(places.index)
    found = places.loc[numbers[known]]
    out = pd.DataFrame(
        {
            "settlement": settlements["id"][known].to_numpy(),
            "year": found["modified"].str[:4].to_numpy(),
            "people": found["people"].to_numpy(),
            "origin": "published",
            "source": ("GeoNames " + found.index.to_series()).to_numpy(),
        }
    )
    if out.empty:
        raise InputError(
            "no settlement of the folder comes from GeoNames",
            where="population",
            mend="fetch settlements first, or choose --source population=worldpop",
        )
    out.to_csv(job.target, index=False)
    return Made(note="The year is that of the entry's last change, not of a count.")


def fetch_worldpop(job: Job) -> Made:
    """Write the people of WorldPop, each cell's for the nearest settlement within reach."""
    figures = constants()
    first, last = int(figures["worldpop_first_year"]), int(figures["worldpop_last_year"])
    year = min(max(job.request.year or last, first), last)
    settlements = _settlements(job)
    crs = job.box.utm_crs()
    points = gpd.GeoSeries(gpd.points_from_xy(settlements["lon"], settlements["lat"]), crs=4326)
    metric = points.to_crs(crs)
    tree = cKDTree(np.column_stack([metric.x, metric.y]))
    people = np.zeros(len(settlements))
    far = 0.0
    for lon, lat, count in _worldpop_cells(job, year):
        cells = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326).to_crs(crs)
        distance, nearest = tree.query(np.column_stack([cells.x, cells.y]))
        near = distance <= figures["nearest_settlement_km"] * 1_000
        np.add.at(people, np.asarray(nearest)[near], count[near])
        far += float(count[~near].sum())
    out = pd.DataFrame(
        {
            "settlement": settlements["id"],
            "year": year,
            "people": people.round(1),
            "origin": "modelled",
            "source": f"WorldPop Global2 R2025A {year}, people nearest to the place",
        }
    )
    out.to_csv(job.target, index=False)
    reach = figures["nearest_settlement_km"]
    return Made(
        note=f"{people.sum():,.0f} people; {far:,.0f} live over {reach:g} km off and are out."
    )


def fetch_substations(job: Job) -> Made:
    """Write the substations of OpenStreetMap that have a voltage."""
    select = f'nwr["power"="substation"]["voltage"]{bbox_of(job.box)};'
    rows = []
    for element in ask_overpass(job.client, f"{select}out center;"):
        tags = element.get("tags", {})
        place = element.get("center", element)
        voltage = highest_voltage_kv(str(tags["voltage"]))
        if voltage is not None and "lat" in place:
            number = f"{element['type']}/{element['id']}"
            rows.append(
                {
                    "id": f"osm-{element['type'][0]}{element['id']}",
                    "name": tags.get("name:en", tags.get("name", f"Substation {element['id']}")),
                    "voltage_kv": voltage,
                    "lat": place["lat"],
                    "lon": place["lon"],
                    "source": f"OpenStreetMap {number}",
                }
            )
    table = _join_district(pd.DataFrame(rows), _districts(job)) if rows else pd.DataFrame()
    if table.empty:
        raise SourceError(
            "it has no substation with a voltage in the districts",
            where="overpass (substations)",
            mend="leave the layer out, or type substations.csv by hand",
        )
    table = table[["id", "name", "voltage_kv", "lat", "lon", "district", "source"]]
    table.to_csv(job.target, index=False)
    return Made(note=f"{len(table)} substations; those without a voltage are left out.")


def _places(job: Job) -> pd.DataFrame:
    """Return the populated places of the box that have a population."""
    tables = []
    for country in find_countries(job, job.box):
        want = Want(service=services()["geonames"], url=f"{DUMP}/{country.iso2}.zip", kind="zip")
        path = job.client.need(want)
        try:
            with zipfile.ZipFile(path) as archive:
                text = archive.read(f"{country.iso2}.txt").decode("utf-8")
        except (zipfile.BadZipFile, KeyError, UnicodeDecodeError) as error:
            job.client.cache.forget(want.key)
            raise source_error(want, f"the zip file is damaged ({error})", "try again") from None
        table = pd.read_csv(
            io.StringIO(text), sep="\t", header=None, dtype=str, quoting=3, keep_default_na=False,
            usecols=list(COLUMNS),
        )  # fmt: skip
        tables.append(table.rename(columns=COLUMNS))
    places = pd.concat(tables, ignore_index=True)
    places = places[(places["class"] == "P") & ~places["code"].isin(GONE)]
    numbers = ["lat", "lon", "people"]
    places = places.assign(**{name: pd.to_numeric(places[name]) for name in numbers})
    west, south, east, north = job.box.bounds
    here = places["lon"].between(west, east) & places["lat"].between(south, north)
    return places[here & (places["people"] > 0)].sort_values("geonameid", ignore_index=True)


def _worldpop_cells(job: Job, year: int) -> list[tuple[Any, Any, Any]]:
    """Return longitude, latitude and people of the populated cells, one entry a country."""
    service = services()["worldpop"]
    found = []
    for country in find_countries(job, job.box):
        want = Want(service=service, url=f"{WORLDPOP}?iso3={country.iso3}", kind="json")
        listed = job.client.json(want)
        entries = listed.get("data", []) if isinstance(listed, dict) else []
        files = [
            str(url)
            for entry in entries
            if str(entry.get("popyear")) == str(year)
            for url in entry.get("files", [])
            if str(url).endswith(".tif")
        ]
        if not files:
            raise source_error(want, f"it has no file of {year}", "try another --year")
        path = job.client.need(Want(service=service, url=files[0], kind="tiff"))
        with rasterio.open(path) as source:
            window = from_bounds(*job.box.bounds, source.transform).round_offsets().round_lengths()
            window = window.intersection(rasterio.windows.Window(0, 0, source.width, source.height))
            people = source.read(1, window=window, masked=True).filled(0)
            rows, columns = np.nonzero(people > 0)
            transform = source.window_transform(window)
        lon, lat = rasterio.transform.xy(transform, rows, columns)
        found.append((np.asarray(lon), np.asarray(lat), people[rows, columns].astype("float64")))
    return found


def _districts(job: Job) -> gpd.GeoDataFrame:
    """Return the districts of the folder."""
    path = job.layer_file.get("districts")
    if path is None:
        raise InputError(
            "the districts are missing",
            where=f"{job.request.folder}: districts",
            mend="fetch them too (--layers districts,…) or put districts.geojson into the folder",
        )
    return gpd.read_file(path).to_crs(4326)


def _settlements(job: Job) -> pd.DataFrame:
    """Return the settlements of the folder."""
    path = job.layer_file.get("settlements")
    if path is None:
        raise InputError(
            "the settlements are missing",
            where=f"{job.request.folder}: settlements",
            mend="fetch them too (--layers settlements,…) or put settlements.csv into the folder",
        )
    return pd.read_csv(path, dtype={"id": str, "source": str}, keep_default_na=False)


def _join_district(table: pd.DataFrame, districts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the rows inside of a district, with its name."""
    points = gpd.GeoDataFrame(
        table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326
    )
    areas = districts[["name", "geometry"]].rename(columns={"name": "district"})
    joined = points.sjoin(areas, predicate="within").drop_duplicates("geometry")
    return pd.DataFrame(joined.drop(columns=["geometry", "index_right"])).reset_index(drop=True)


def _identifiers(table: pd.DataFrame) -> list[str]:
    """Return identifiers from names; a second one of a name gets its GeoNames number."""
    seen: set[str] = set()
    out = []
    for name, number in zip(table["ascii"], table["geonameid"], strict=True):
        plain = unicodedata.normalize("NFKD", str(name)).encode("ascii", "ignore").decode().lower()
        key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or f"place-{number}"
        key = f"{key}-{number}" if key in seen else key
        seen.add(key)
        out.append(key)
    return out
