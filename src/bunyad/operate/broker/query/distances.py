"""
Distances on the ellipsoid WGS 84.

Between points: Vincenty (1975), Survey Review 23(176), equations 1 to 6 of the inverse problem;
where that does not settle (points almost opposite each other) the sphere serves. From a point to
lines and areas: the geometry is laid on a plane around the point, true to distance and bearing
from it, with long edges split; the nearest place on it is measured there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from bunyad.operate.broker.query.geometry import Position, positions

A_M = 6_378_137.0
"""Equatorial radius of WGS 84 [m]."""
FLATTENING = 1 / 298.257223563
B_M = A_M * (1 - FLATTENING)
"""Polar radius [m]."""
SPHERE_M = 6_371_008.8
"""Mean radius [m]."""
METRES_PER_DEGREE = 110_574.0
"""Least length of a degree of latitude, at the equator [m]."""
_EDGE_DEGREES = 0.25
_MOST_PARTS = 64


def distance_m(start: Position, end: Position) -> float:
    """
    Return the length of the shortest way between two places [m].

    Examples
    --------
    >>> round(distance_m((0, 0), (1, 0)))
    111319
    """
    return _inverse(start, end)[0]


def _inverse(start: Position, end: Position) -> tuple[float, float]:
    """Return distance [m] and bearing at the start [radians]."""
    east = math.radians(math.remainder(end[0] - start[0], 360))
    tan_1 = (1 - FLATTENING) * math.tan(math.radians(start[1]))
    tan_2 = (1 - FLATTENING) * math.tan(math.radians(end[1]))
    cos_1, cos_2 = 1 / math.hypot(1, tan_1), 1 / math.hypot(1, tan_2)
    sin_1, sin_2 = tan_1 * cos_1, tan_2 * cos_2
    turn = east
    for _ in range(50):
        sin_turn, cos_turn = math.sin(turn), math.cos(turn)
        across = cos_2 * sin_turn
        along = cos_1 * sin_2 - sin_1 * cos_2 * cos_turn
        sin_arc = math.hypot(across, along)
        if sin_arc == 0 and sin_1 * sin_2 + cos_1 * cos_2 * cos_turn > 0:
            return 0.0, 0.0
        cos_arc = sin_1 * sin_2 + cos_1 * cos_2 * cos_turn
        if sin_arc == 0:
            break
        arc = math.atan2(sin_arc, cos_arc)
        sin_a = cos_1 * cos_2 * sin_turn / sin_arc
        cos_2a = 1 - sin_a * sin_a
        cos_mid = cos_arc - 2 * sin_1 * sin_2 / cos_2a if cos_2a > 1e-12 else 0.0
        c = FLATTENING / 16 * cos_2a * (4 + FLATTENING * (4 - 3 * cos_2a))
        inner = cos_mid + c * cos_arc * (2 * cos_mid**2 - 1)
        before, turn = turn, east + (1 - c) * FLATTENING * sin_a * (arc + c * sin_arc * inner)
        if abs(turn) > math.pi:
            break
        if abs(turn - before) < 1e-12:
            length = _arc_length(arc, sin_arc, cos_arc, cos_2a, cos_mid)
            return length, math.atan2(across, along)
    return _on_sphere(start, end)


def _arc_length(arc: float, sin_arc: float, cos_arc: float, cos_2a: float, mid: float) -> float:
    u = cos_2a * (A_M**2 - B_M**2) / B_M**2
    a = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
    b = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
    third = b / 6 * mid * (-3 + 4 * sin_arc**2) * (-3 + 4 * mid**2)
    shift = b * sin_arc * (mid + b / 4 * (cos_arc * (-1 + 2 * mid**2) - third))
    return B_M * a * (arc - shift)


def _on_sphere(start: Position, end: Position) -> tuple[float, float]:
    north_1, north_2 = math.radians(start[1]), math.radians(end[1])
    east = math.radians(end[0] - start[0])
    half = (
        math.sin((north_2 - north_1) / 2) ** 2
        + math.cos(north_1) * math.cos(north_2) * math.sin(east / 2) ** 2
    )
    across = math.sin(east) * math.cos(north_2)
    along = math.cos(north_1) * math.sin(north_2) - math.sin(north_1) * math.cos(
        north_2
    ) * math.cos(east)
    return 2 * SPHERE_M * math.asin(min(1.0, math.sqrt(half))), math.atan2(across, along)


def distance_to_m(point: Position, geometry: Mapping[str, Any]) -> float:
    """
    Return the distance from a place to the nearest part of a geometry; 0 inside of an area [m].

    Parameters
    ----------
    point
        Longitude and latitude [degrees].
    geometry
        Valid GeoJSON geometry.

    Examples
    --------
    >>> line = {"type": "LineString", "coordinates": [[-1, 1], [1, 1]]}
    >>> round(distance_to_m((0, 0), line), -2)
    110600.0
    """
    kind = geometry["type"]
    if kind == "GeometryCollection":
        return min(distance_to_m(point, part) for part in geometry["geometries"])
    coordinates = geometry["coordinates"]
    if kind in {"Point", "MultiPoint"}:
        return min(distance_m(point, place) for place in positions(coordinates))
    if kind == "LineString":
        return _to_lines(point, [coordinates], area=False)
    if kind == "MultiLineString":
        return _to_lines(point, coordinates, area=False)
    polygons = [coordinates] if kind == "Polygon" else coordinates
    return min(_to_lines(point, rings, area=True) for rings in polygons)


def _to_lines(point: Position, lines: Sequence[Sequence[Any]], *, area: bool) -> float:
    if area and _inside(point, lines):
        return 0.0
    nearest = math.inf
    for line in lines:
        before: Position | None = None
        for place in _split(line):
            length, bearing = _inverse(point, place)
            flat = (length * math.sin(bearing), length * math.cos(bearing))
            nearest = min(nearest, length)
            if before is not None:
                nearest = min(nearest, _to_edge(before, flat))
            before = flat
    return nearest


def _split(line: Sequence[Any]) -> Iterator[Position]:
    for start, end in pairwise(line):
        longest = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
        parts = min(_MOST_PARTS, max(1, math.ceil(longest / _EDGE_DEGREES)))
        for part in range(parts):
            share = part / parts
            yield (
                start[0] + share * (end[0] - start[0]),
                start[1] + share * (end[1] - start[1]),
            )
    yield line[-1][0], line[-1][1]


def _to_edge(start: Position, end: Position) -> float:
    """Return the distance from the origin of the plane to an edge."""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length_2 = along_x**2 + along_y**2
    if length_2 == 0:
        return math.hypot(*start)
    share = max(0.0, min(1.0, -(start[0] * along_x + start[1] * along_y) / length_2))
    return math.hypot(start[0] + share * along_x, start[1] + share * along_y)


def _inside(point: Position, rings: Sequence[Sequence[Any]]) -> bool:
    """Tell whether a place lies in an area: rings crossed an odd number of times."""
    x, y = point
    inside = False
    for ring in rings:
        for start, end in pairwise(ring):
            if (start[1] > y) != (end[1] > y):
                at = start[0] + (y - start[1]) * (end[0] - start[0]) / (end[1] - start[1])
                inside ^= x < at
    return inside
