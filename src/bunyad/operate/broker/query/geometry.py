"""Geometries of GeoJSON (RFC 7946): whether they are, and the box of degrees around them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from bunyad.operate.broker.problems import bad_request

Position: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north [degrees]."""

_DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
MOST_POSITIONS = 50_000
"""Positions of a geometry."""


def check_geometry(geometry: Any, *, ask: bool = False) -> None:
    """
    Raise if a value is no geometry of GeoJSON.

    Parameters
    ----------
    geometry
        Value of a GeoProperty, or of a geo-query.
    ask
        Whether it is asked with: collections of geometries are kept, but not asked with.

    Raises
    ------
    Problem
        With what is wrong.
    """
    if not isinstance(geometry, Mapping):
        raise bad_request("a geometry is an object with type and coordinates")
    kind = geometry.get("type")
    if kind == "GeometryCollection" and not ask:
        parts = geometry.get("geometries")
        if not isinstance(parts, list) or not parts:
            raise bad_request("a GeometryCollection has geometries")
        for part in parts:
            check_geometry(part)
        return
    if not isinstance(kind, str) or kind not in _DEPTHS:
        raise bad_request(f"{kind!r} is no type of geometry")
    coordinates = geometry.get("coordinates")
    _check_depth(coordinates, _DEPTHS[kind], kind)
    count = sum(1 for _ in positions(coordinates))
    if count > MOST_POSITIONS:
        raise bad_request(f"a geometry has at most {MOST_POSITIONS} positions")
    for line in _lines(coordinates, kind):
        _check_line(line, kind)


def _check_depth(coordinates: Any, depth: int, kind: str) -> None:
    if depth == 0:
        numbers = isinstance(coordinates, list) and len(coordinates) in {2, 3}
        if not numbers or not all(_is_number(number) for number in coordinates):
            raise bad_request(f"a position of the {kind} is no [longitude, latitude]")
        if abs(coordinates[0]) > 180 or abs(coordinates[1]) > 90:
            raise bad_request(f"the {kind} holds {coordinates}, which is not on Earth")
        return
    if not isinstance(coordinates, list) or not coordinates:
        raise bad_request(f"the coordinates of the {kind} are not nested as they should be")
    for part in coordinates:
        _check_depth(part, depth - 1, kind)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _lines(coordinates: Any, kind: str) -> Iterator[list[Any]]:
    if kind == "LineString":
        yield coordinates
    elif kind in {"MultiLineString", "Polygon"}:
        yield from coordinates
    elif kind == "MultiPolygon":
        for polygon in coordinates:
            yield from polygon


def _check_line(line: list[Any], kind: str) -> None:
    if kind.endswith("LineString") and len(line) < 2:
        raise bad_request("a line has two positions at least")
    if kind.endswith("Polygon") and (len(line) < 4 or line[0] != line[-1]):
        raise bad_request("a ring has four positions at least and ends where it begins")


def positions(coordinates: Any) -> Iterator[Position]:
    """Yield longitude and latitude of every position [degrees]."""
    if isinstance(coordinates[0], list):
        for part in coordinates:
            yield from positions(part)
    else:
        yield coordinates[0], coordinates[1]


def bounds_of(geometry: Mapping[str, Any]) -> Box:
    """
    Return the box around a valid geometry.

    Examples
    --------
    >>> bounds_of({"type": "LineString", "coordinates": [[1, 5], [3, 2]]})
    (1, 2, 3, 5)
    """
    if geometry["type"] == "GeometryCollection":
        boxes = [bounds_of(part) for part in geometry["geometries"]]
        west, south = min(b[0] for b in boxes), min(b[1] for b in boxes)
        return west, south, max(b[2] for b in boxes), max(b[3] for b in boxes)
    all_positions = list(positions(geometry["coordinates"]))
    eastings = [position[0] for position in all_positions]
    northings = [position[1] for position in all_positions]
    return min(eastings), min(northings), max(eastings), max(northings)
