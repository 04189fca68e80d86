"""
Where an entity lies, seen from a place that is asked with (CIM 009, 4.10).

Topological relations are decided on longitudes and latitudes, whose straight lines GeoJSON
prescribes (RFC 7946, 3.1.1), by the rules of OGC 06-103r4 as GEOS has them; `near` measures metres
on the ellipsoid.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bunyad.operate.broker.problems import bad_request
from bunyad.operate.broker.query.distances import METRES_PER_DEGREE, distance_m, distance_to_m
from bunyad.operate.broker.query.geometry import Box, bounds_of, check_geometry

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_NEAR = re.compile(r"near;(max|min)Distance==(\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?)")
_RELATIONS = frozenset({"within", "contains", "intersects", "disjoint", "equals", "overlaps"})


class GeoQuery:
    """
    A place and a relation to it.

    Attributes
    ----------
    attribute
        IRI of the GeoProperty that is looked at.
    bounds
        Box that every match touches [degrees]; None if matches may lie anywhere.
    """

    __slots__ = ("_relation", "attribute", "bounds")

    def __init__(
        self, attribute: str, bounds: Box | None, relation: Callable[[Mapping[str, Any]], bool]
    ) -> None:
        self.attribute = attribute
        self.bounds = bounds
        self._relation = relation

    def matches(self, entity: Mapping[str, Any]) -> bool:
        """Tell whether one geometry of the entity's attribute lies as asked."""
        return any(self._relation(geometry) for geometry in _geometries(entity, self.attribute))


def _geometries(entity: Mapping[str, Any], attribute: str) -> Iterator[Mapping[str, Any]]:
    for instance in entity.get("attrs", {}).get(attribute, ()):
        value = instance.get("value")
        if instance.get("type") == "GeoProperty" and isinstance(value, Mapping):
            yield value


def compile_geo(georel: Any, geometry: Any, coordinates: Any, attribute: str) -> GeoQuery:
    """
    Compile a geo-query.

    Parameters
    ----------
    georel
        Relation, such as `near;maxDistance==2000` or `within`.
    geometry
        Type of the reference geometry, such as `Point`.
    coordinates
        Its coordinates, as lists or as their JSON text.
    attribute
        IRI of the GeoProperty to look at.

    Raises
    ------
    Problem
        If something is missing or malformed.

    Examples
    --------
    >>> near = compile_geo("near;maxDistance==2000", "Point", "[8,40]", "location")
    >>> tower = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [8.01, 40]}}
    >>> near.matches({"attrs": {"location": [tower]}})
    True
    """
    missing = [
        name
        for name, value in (
            ("georel", georel),
            ("geometry", geometry),
            ("coordinates", coordinates),
        )
        if value in (None, "", [])
    ]
    if missing:
        raise bad_request(f"a geo-query needs georel, geometry and coordinates; no {missing[0]}")
    if isinstance(coordinates, str):
        try:
            coordinates = json.loads(coordinates)
        except (ValueError, RecursionError):
            raise bad_request("the coordinates of the geo-query are no JSON") from None
    reference = {"type": geometry, "coordinates": coordinates}
    check_geometry(reference, ask=True)
    if not isinstance(georel, str):
        raise bad_request("georel is a text")
    if georel in _RELATIONS:
        return _compile_relation(georel, reference, attribute)
    if near := _NEAR.fullmatch(georel):
        limit_m = float(near[2])
        if limit_m > 0:
            return _compile_near(near[1], limit_m, reference, attribute)
    raise bad_request(
        f"georel is {georel[:80]!r}: write near;maxDistance==2000, near;minDistance==2000, within,"
        " contains, intersects, disjoint, equals or overlaps"
    )


# --- near ---------------------------------------------------------------------------------


def _compile_near(
    side: str, limit_m: float, reference: Mapping[str, Any], attribute: str
) -> GeoQuery:
    if side == "max":
        bounds = _grown(bounds_of(reference), limit_m)
        return GeoQuery(attribute, bounds, lambda other: apart_m(reference, other) <= limit_m)
    return GeoQuery(attribute, None, lambda other: apart_m(reference, other) > limit_m)


def apart_m(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Return the distance of two geometries on the ellipsoid [m]."""
    if one["type"] == "Point":
        return distance_to_m(tuple(one["coordinates"][:2]), other)
    if other["type"] == "Point":
        return distance_to_m(tuple(other["coordinates"][:2]), one)
    from shapely.ops import nearest_points  # noqa: PLC0415  (loads slowly, seldom needed)

    here, there = nearest_points(_shape(one), _shape(other))
    return distance_m((here.x, here.y), (there.x, there.y))


def _grown(box: Box, by_m: float) -> Box | None:
    """Return a box grown on all sides, or nothing where it would reach a pole or the date line."""
    north_degrees = by_m / METRES_PER_DEGREE + 1e-9
    south, north = box[1] - north_degrees, box[3] + north_degrees
    if max(abs(south), abs(north)) >= 89:
        return None
    east_degrees = north_degrees / math.cos(math.radians(max(abs(south), abs(north))))
    west, east = box[0] - east_degrees, box[2] + east_degrees
    return None if west < -180 or east > 180 else (west, south, east, north)


# --- topology -----------------------------------------------------------------------------


def _compile_relation(name: str, reference: Mapping[str, Any], attribute: str) -> GeoQuery:
    bounds = None if name == "disjoint" else bounds_of(reference)
    shape: list[BaseGeometry] = []

    def relation(other: Mapping[str, Any]) -> bool:
        if not shape:
            from shapely import prepare  # noqa: PLC0415  (loads slowly, seldom needed)

            shape.append(_shape(reference))
            prepare(shape[0])
        return _relates(name, shape[0], other)

    return GeoQuery(attribute, bounds, relation)


def _relates(name: str, reference: BaseGeometry, other: Mapping[str, Any]) -> bool:
    """Tell how an entity's geometry lies to the reference: within it, around it or the like."""
    from shapely.errors import GEOSException  # noqa: PLC0415  (loads slowly, seldom needed)

    opposite = {"within": "contains", "contains": "within"}.get(name, name)
    try:
        return bool(getattr(reference, opposite)(_shape(other)))
    except GEOSException:
        return False  # a ring that crosses itself lies nowhere for certain


def _shape(geometry: Mapping[str, Any]) -> BaseGeometry:
    from shapely.geometry import shape  # noqa: PLC0415  (loads slowly, seldom needed)

    return shape(dict(geometry))
