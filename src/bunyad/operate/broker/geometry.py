"""GeoJSON geometries (RFC 7946) as clients write them."""

from __future__ import annotations

from typing import Any

from bunyad.operate.broker.problems import bad_request

DEPTHS = {
    "Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2,
    "MultiPolygon": 3,
}  # fmt: skip
FEWEST_OF_LINE = 2
FEWEST_OF_RING = 4
MOST_POSITIONS = 100_000


def is_geometry(value: Any) -> bool:
    """
    Tell whether a value is written as a geometry.

    Examples
    --------
    >>> is_geometry({"type": "Point", "coordinates": [46.5, 39.2]}), is_geometry({"type": "Car"})
    (True, False)
    """
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    if not isinstance(kind, str):
        return False
    return (kind in DEPTHS and "coordinates" in value) or (
        kind == "GeometryCollection" and "geometries" in value
    )


def check_geometry(name: str, value: Any) -> None:
    """
    Raise BadRequestData unless a value is a geometry.

    Parameters
    ----------
    name
        Where it stands, for the error's text.
    value
        What should be a GeoJSON geometry.
    """
    if not isinstance(value, dict):
        raise bad_request(f"{name} is no GeoJSON geometry")
    kind = value.get("type")
    if kind == "GeometryCollection":
        _check_collection(name, value)
        return
    if not isinstance(kind, str) or kind not in DEPTHS:
        raise bad_request(f"{name} has the geometry type {kind!r}, which GeoJSON does not have")
    coordinates: Any = value.get("coordinates")
    if not _fits(coordinates, DEPTHS[kind]):
        raise bad_request(f"the coordinates of {name} are not those of a {kind}")
    for line in _lines(kind, coordinates):
        if len(line) < FEWEST_OF_LINE:
            raise bad_request(f"a line of {name} has fewer than {FEWEST_OF_LINE} positions")
    for ring in _rings(kind, coordinates):
        if len(ring) < FEWEST_OF_RING or ring[0] != ring[-1]:
            raise bad_request(f"a ring of {name} is not closed")


def _check_collection(name: str, value: dict[str, Any]) -> None:
    parts = value.get("geometries")
    if not isinstance(parts, list):
        raise bad_request(f"{name} is a GeometryCollection without geometries")
    for part in parts:
        if isinstance(part, dict) and part.get("type") == "GeometryCollection":
            raise bad_request(f"{name} has a GeometryCollection inside of another")
        check_geometry(name, part)


def _lines(kind: Any, coordinates: Any) -> list[Any]:
    if kind == "LineString":
        return [coordinates]
    return list(coordinates) if kind == "MultiLineString" else []


def _rings(kind: Any, coordinates: Any) -> list[Any]:
    if kind == "Polygon":
        return list(coordinates)
    return [ring for one in coordinates for ring in one] if kind == "MultiPolygon" else []


def _fits(coordinates: Any, depth: int) -> bool:
    if not isinstance(coordinates, list | tuple):
        return False
    if depth == 0:
        return len(coordinates) in {2, 3} and all(
            isinstance(number, int | float) and not isinstance(number, bool)
            for number in coordinates
        )
    return 0 < len(coordinates) <= MOST_POSITIONS and all(
        _fits(part, depth - 1) for part in coordinates
    )
