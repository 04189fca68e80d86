"""The road network as a graph: roads cut wherever they meet each other or a settlement."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import geopandas as gpd
import shapely
import shapely.ops
from shapely.geometry import LineString, Point

from bunyad.options import ConnectOptions
from bunyad.tables import conform, schema

ROAD_LINKS = schema(
    "road_links",
    ("start", "str", "", "Settlement, or a point where roads meet"),
    ("end", "str", "", "Settlement, or a point where roads meet"),
    ("route", "str", "", "Route that it is a part of; empty for the way from a road to a place"),
    ("length_km", "float", "km", "Length, as the route tells it"),
    ("geometry", "geometry", "m", "Line"),
)
Meeting = tuple[float, str, Point]
"""Where along a road, in metres of its geometry; what meets it there; and that one's place."""


def link_roads(
    roads: gpd.GeoDataFrame, places: gpd.GeoDataFrame, *, options: ConnectOptions
) -> gpd.GeoDataFrame:
    """
    Cut roads where others end on them or settlements lie beside them, into links of a graph.

    Parameters
    ----------
    roads
        Routes with `id`, `length_km` and lines; no stretch is in two of them.
    places
        Settlements with `id` and points.
    options
        How near is joined.

    Returns
    -------
    GeoDataFrame
        Table `ROAD_LINKS`. Points where roads meet are named after the route and a number.

    Examples
    --------
    >>> from bunyad.options import ConnectOptions
    >>> from shapely.geometry import LineString, Point
    >>> roads = gpd.GeoDataFrame({"id": ["main"], "length_km": [10.0]},
    ...     geometry=[LineString([(0, 0), (10_000, 0)])], crs=32638)
    >>> places = gpd.GeoDataFrame({"id": ["a", "b", "c"]},
    ...     geometry=[Point(0, 0), Point(10_000, 0), Point(4_000, 500)], crs=32638)
    >>> links = link_roads(roads, places, options=ConnectOptions())
    >>> links.loc[links.route == "main", "length_km"].tolist()
    [4.0, 6.0]
    """
    meetings = _meetings(roads, places, options.road_snap_m)
    rows: list[dict[str, object]] = []
    lengths = roads["length_km"].to_numpy(dtype=float).tolist()
    for road, length_km, line in zip(roads["id"], lengths, _lines(roads), strict=True):
        cuts = sorted({0.0, line.length, *(along for along, _, _ in meetings[road])})
        names = {along: f"{road}@{number}" for number, along in enumerate(cuts)}
        for first, last in pairwise(cuts):
            share = (last - first) / line.length
            cut = shapely.ops.substring(line, first, last)
            piece = cut if isinstance(cut, LineString) else LineString([cut, cut])
            rows.append(_row(names[first], names[last], road, length_km * share, piece))
        for along, name, point in meetings[road]:
            here = line.interpolate(along)
            way = LineString([here, point])
            rows.append(_row(names[along], name, "", way.length / 1e3, way))
    table = {name: [row[name] for row in rows] for name in ROAD_LINKS.names()}
    return conform(gpd.GeoDataFrame(table, geometry="geometry", crs=places.crs), ROAD_LINKS)


def _meetings(
    roads: gpd.GeoDataFrame, places: gpd.GeoDataFrame, snap_m: float
) -> dict[str, list[Meeting]]:
    """Find what lies within reach of each road: settlements, and the ends of other roads."""
    lines = _lines(roads)
    found: dict[str, list[Meeting]] = defaultdict(list)
    if not lines:
        return found
    tree = shapely.STRtree(lines)
    ends: list[tuple[str, Point, int]] = [
        (str(name), point, -1) for name, point in zip(places["id"], _points(places), strict=True)
    ]
    names = roads["id"].tolist()
    for position, line in enumerate(lines):
        last = f"{names[position]}@end"
        finish = Point(line.coords[-1])
        ends.append((f"{names[position]}@0", Point(line.coords[0]), position))
        ends.append((last, finish, position))
        found[names[position]].append((line.length, last, finish))
    for name, point, own in ends:
        for near in sorted(tree.query(point, predicate="dwithin", distance=snap_m).tolist()):
            if near != own:
                along = float(lines[near].project(point))
                found[names[near]].append((along, name, point))
    return found


def _lines(roads: gpd.GeoDataFrame) -> list[LineString]:
    """Return the lines without their heights."""
    return [LineString(shapely.get_coordinates(line)) for line in roads.geometry]


def _points(places: gpd.GeoDataFrame) -> list[Point]:
    """Return the points without their heights."""
    return [Point(shapely.get_coordinates(point)[0]) for point in places.geometry]


def _row(start: str, end: str, route: str, km: float, line: LineString) -> dict[str, object]:
    """Return one row of the table."""
    return {"start": start, "end": end, "route": route, "length_km": km, "geometry": line}
