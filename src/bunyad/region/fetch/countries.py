"""Which countries a box touches, with their ISO codes."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from bunyad.errors import InputError
from bunyad.region.fetch.box import Box
from bunyad.region.fetch.client import Want, source_error
from bunyad.region.fetch.constants import services
from bunyad.region.fetch.job import Job
from bunyad.region.fetch.overpass import ask_overpass

COUNTRY_INFO = "https://download.geonames.org/export/dump/countryInfo.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country by its ISO 3166 codes."""

    iso2: str
    iso3: str
    name: str


def find_countries(job: Job, box: Box) -> list[Country]:
    """
    Return the countries that the request names, or those that the box touches.

    Raises
    ------
    InputError
        If a code is unknown, or no country is found.
    """
    known = _known(job)
    wanted = job.request.countries or _touched(job, box)
    by_code = {code: country for country in known for code in (country.iso2, country.iso3)}
    unknown = [code for code in wanted if code.upper() not in by_code]
    if unknown or not wanted:
        raise InputError(
            f"there is no country {', '.join(unknown)}"
            if unknown
            else "no country touches the box",
            where="--country",
            mend="give ISO 3166 codes of two or three letters, such as AZ or AZE",
        )
    found = {by_code[code.upper()].iso3: by_code[code.upper()] for code in wanted}
    return [found[iso3] for iso3 in sorted(found)]


def _known(job: Job) -> list[Country]:
    """Return every country of GeoNames' table."""
    want = Want(service=services()["geonames"], url=COUNTRY_INFO)
    text = job.client.need(want).read_text("utf-8")
    rows = csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    known = [
        Country(iso2=row[0], iso3=row[1], name=row[4])
        for row in rows
        if len(row) > 4 and not row[0].startswith("#")
    ]
    if not known:
        job.client.cache.forget(want.key)
        raise source_error(want, "the table of countries is empty", "try again later")
    return known


def _touched(job: Job, box: Box) -> tuple[str, ...]:
    """Ask OpenStreetMap for the countries around the box's corners and on its borders."""
    west, south, east, north = box.bounds
    spots = [(south, west), (south, east), (north, west), (north, east)]
    spots.append(((south + north) / 2, (west + east) / 2))
    inside = "".join(
        f'is_in({lat:.5f},{lon:.5f})->.a;area.a["admin_level"="2"]["ISO3166-1:alpha2"];out tags;'
        for lat, lon in spots
    )
    border = 'relation["boundary"="administrative"]["admin_level"="2"]["ISO3166-1:alpha2"]'
    area = f"({south:.5f},{west:.5f},{north:.5f},{east:.5f})"
    elements = ask_overpass(job.client, f"{inside}{border}{area};out tags;")
    codes = {element.get("tags", {}).get("ISO3166-1:alpha2") for element in elements}
    return tuple(sorted(code for code in codes if code))
