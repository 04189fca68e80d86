"""
OpenStreetMap by way of the Overpass API.

Requests in Overpass QL by GET, answers in JSON (`out geom`, `out center`): the Overpass API user's
manual. The public server takes a few requests at a time and asks to be spared: one request a layer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

import geopandas as gpd
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from bunyad.errors import SourceError
from bunyad.region.fetch.box import Box
from bunyad.region.fetch.client import Client, Want, source_error
from bunyad.region.fetch.constants import services
from bunyad.region.fetch.job import Job, Made

INTERPRETER = "https://overpass-api.de/api/interpreter"
SERVER_SECONDS = 180
"""Time that a request may take at the server; its own default."""
LINES = {
    "rivers": ('way["waterway"="river"]', ("name", "waterway")),
    "roads": (
        'way["highway"~"^(motorway|trunk|primary|secondary|tertiary)$"]',
        ("name", "ref", "highway", "surface", "bridge", "tunnel"),
    ),
    "railways": ('way["railway"="rail"]', ("name", "railway", "gauge", "electrified", "tunnel")),
    "power_lines": ('way["power"="line"]', ("name", "voltage", "circuits", "cables")),
}
"""Of each layer of lines, what is asked for and which tags are kept."""


def ask_overpass(client: Client, statements: str) -> list[dict[str, Any]]:
    """
    Ask for the elements that some Overpass statements find.

    Raises
    ------
    SourceError
        If the server refuses, or breaks the request off (it then answers 200 with a remark).
    """
    query = f"[out:json][timeout:{SERVER_SECONDS}];{statements}"
    url = f"{INTERPRETER}?{urlencode({'data': query})}"
    want = Want(service=services()["overpass"], url=url, kind="json")
    answer = client.json(want)
    remark = str(answer.get("remark", "")) if isinstance(answer, dict) else "no object"
    if "error" in remark or not isinstance(answer, dict) or "elements" not in answer:
        client.cache.forget(want.key)
        raise source_error(
            want,
            f"it broke off: {remark or 'no elements'}",
            "try again later or with a smaller box",
        )
    return list(answer["elements"])


def bbox_of(box: Box) -> str:
    """Return a box in Overpass's order: south, west, north, east."""
    west, south, east, north = box.bounds
    return f"({south:.5f},{west:.5f},{north:.5f},{east:.5f})"


def fetch_lines(job: Job) -> Made:
    """Write one of the layers of lines: rivers, roads, railways or power lines."""
    key = job.target.stem
    select, tags = LINES[key]
    elements = ask_overpass(job.client, f"{select}{bbox_of(job.wide)};out geom;")
    rows, lines = [], []
    for element in elements:
        places = [(p["lon"], p["lat"]) for p in element.get("geometry", []) if p]
        if len(places) > 1:
            rows.append({"osm_id": f"way/{element['id']}", **_tags(element, tags)})
            lines.append(LineString(places))
    write_vector(job, rows, lines, what=key)
    return Made(note=f"{len(rows)} lines.")


def fetch_protected(job: Job) -> Made:
    """Write the protected land of the box."""
    area = bbox_of(job.wide)
    select = "".join(
        f'{kind}["{tag}"="{value}"]{area};'
        for tag, value in (("boundary", "protected_area"), ("leisure", "nature_reserve"))
        for kind in ("way", "relation")
    )
    rows, shapes = [], []
    for element in ask_overpass(job.client, f"({select});out geom;"):
        shape = polygon_of(element)
        if shape is not None:
            row = _tags(element, ("name", "name:en", "protect_class", "boundary", "leisure"))
            rows.append({"osm_id": f"{element['type']}/{element['id']}", **row})
            shapes.append(shape)
    write_vector(job, rows, shapes, what="protected land")
    return Made(note=f"{len(rows)} areas.")


def fetch_districts(job: Job) -> Made:
    """Write the districts of the box, cut at its edge."""
    level = job.request.admin_level
    select = f'relation["boundary"="administrative"]["admin_level"="{level}"]'
    rows, shapes = [], []
    for element in ask_overpass(job.client, f"{select}{bbox_of(job.box)};out geom;"):
        shape = polygon_of(element)
        tags = element.get("tags", {})
        if shape is None or not tags.get("name"):
            continue
        inside = shapely.intersection(shape, shapely.box(*job.box.bounds))
        polygons = [part for part in shapely.get_parts(inside) if part.geom_type == "Polygon"]
        if polygons:
            rows.append(
                {
                    "name": tags.get("name:en", tags["name"]),
                    "name_local": tags["name"],
                    "economic_region": tags.get("is_in:region", job.title),
                }
            )
            shapes.append(shapely.MultiPolygon(polygons))
    if not rows:
        raise SourceError(
            f"it has no boundary of level {level} in the box",
            where=f"overpass ({INTERPRETER})",
            mend="try another --admin-level (4 to 8), or --source districts=box",
        )
    write_vector(job, _unlike(rows), shapes, what="districts")
    return Made(note=f"Boundaries of level {level}, cut at the edge of the box.")


def polygon_of(element: dict[str, Any]) -> BaseGeometry | None:
    """
    Return the area of a closed way or of a relation's members; None where it is not closed.

    Outer ways of a relation come in pieces and any order; holes are the members `inner`.
    """
    if element["type"] == "way":
        outer, inner = [element.get("geometry", [])], []
    else:
        ways = [member for member in element.get("members", []) if member["type"] == "way"]
        outer = [way.get("geometry", []) for way in ways if way.get("role") != "inner"]
        inner = [way.get("geometry", []) for way in ways if way.get("role") == "inner"]
    area = _area(outer)
    if area is None or area.is_empty:
        return None
    holes = _area(inner)
    return area if holes is None else shapely.difference(area, holes)


def _area(ways: Iterable[list[dict[str, float]]]) -> BaseGeometry | None:
    """Return the area that ways enclose together."""
    lines = [
        LineString([(place["lon"], place["lat"]) for place in way if place])
        for way in ways
        if len([place for place in way if place]) > 1
    ]
    if not lines:
        return None
    pieces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    return shapely.make_valid(shapely.union_all(pieces)) if len(pieces) else None


def write_vector(
    job: Job, rows: list[dict[str, Any]], shapes: Sequence[BaseGeometry], *, what: str
) -> None:
    """Write shapes with their properties as GeoJSON in EPSG:4326."""
    if not rows:
        raise SourceError(
            f"it has no {what.replace('_', ' ')} in the box",
            where=f"{what} ({job.box.bounds})",
            mend="leave the layer out, or check the box",
        )
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")
    content = json.loads(frame.to_json(drop_id=True, na="drop"))
    content["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    job.target.write_text(json.dumps(content, ensure_ascii=False) + "\n", "utf-8")


def highest_voltage_kv(text: str) -> float | None:
    """
    Return the highest voltage of an OSM tag [kV].

    Examples
    --------
    >>> highest_voltage_kv("330000;110000")
    330.0
    """
    volts = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]
    return max(volts) / 1_000 if volts and max(volts) > 0 else None


def _tags(element: dict[str, Any], names: Iterable[str]) -> dict[str, str]:
    tags = element.get("tags", {})
    return {name: str(tags[name]) for name in names if name in tags}


def _unlike(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows whose names differ: a second one of a name gets a number."""
    seen: dict[str, int] = {}
    for row in rows:
        count = seen[row["name"]] = seen.get(row["name"], 0) + 1
        if count > 1:
            row["name"] = f"{row['name']} {count}"
    return rows
