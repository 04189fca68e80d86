"""The land as power lines, fibre and pipelines see it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from shapely.geometry import LineString, Point

from bunyad.connect.ground import Ground, lay_ground
from bunyad.connect.roads import link_corridors, place_stops, route_corridors
from bunyad.connect.steps import survey_steps
from bunyad.connect.utilities.model import Land
from bunyad.options import ConnectOptions
from bunyad.region.model import Region

Place = tuple[float, float]


def survey_land(
    region: Region,
    *,
    places: Sequence[Place],
    options: ConnectOptions,
    roads: Collection[LineString] | None = None,
) -> Land:
    """
    Survey the land: slope, roads, settlements to spare and rivers.

    Parameters
    ----------
    region
        Terrain, corridors and settlements.
    places
        Easting and northing of where the utility goes; settlements there are not spared [m].
    options
        Cell of the grid and distances.
    roads
        Roads; by default those of the planned corridors.
    """
    ground = lay_ground(region, options=options)
    lines = plan_roads(region, ground, options=options) if roads is None else roads
    down, across = np.gradient(ground.elevation_m, ground.cell_m)
    points: list[Point] = [*region.settlements.geometry]
    spared = [
        point
        for point in points
        if all(np.hypot(point.x - x, point.y - y) > options.line_settlement_m for x, y in places)
    ]
    settled = distance_to(ground, spared) <= options.line_settlement_m
    return Land(
        ground=ground,
        slope_percent=100 * np.hypot(down, across),
        road_m=distance_to(ground, list(lines)),
        settled=settled,
        river=_river_cells(ground),
    )


def plan_roads(region: Region, ground: Ground, *, options: ConnectOptions) -> list[LineString]:
    """Route the planned road corridors of a region."""
    planned = region.corridors[
        region.corridors["is_planned"] & (region.corridors["kind"] == "road")
    ]
    if planned.empty:
        return []
    steps = survey_steps(ground, options=options)
    stops = place_stops(ground, region.settlements)
    corridors = route_corridors(ground, steps, stops, corridors=planned, options=options)
    links = link_corridors(corridors, stops, kind="road").links
    return [LineString(ground.points(link.trace.nodes)) for link in links]


def distance_to(
    ground: Ground, shapes: Sequence[shapely.geometry.base.BaseGeometry]
) -> NDArray[np.float64]:
    """Return the distance of each cell to the nearest cell of some shapes; infinite for none."""
    if not len(shapes):
        return np.full(ground.elevation_m.shape, np.inf)
    fine = shapely.segmentize(np.array(shapes, object), ground.cell_m / 2)
    cells = np.rint(to_cells(ground, shapely.get_coordinates(fine))).astype(np.int64)
    free = np.ones(ground.elevation_m.shape, np.bool_)
    cells = cells.clip(0, np.array(free.shape) - 1)
    free[cells[:, 0], cells[:, 1]] = False
    found: NDArray[np.float64] = distance_transform_edt(free)
    return found * ground.cell_m


def to_cells(ground: Ground, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn eastings and northings into rows and columns, with fractions."""
    return np.column_stack(
        [
            (ground.north_m - points_m[:, 1]) / ground.cell_m,
            (points_m[:, 0] - ground.west_m) / ground.cell_m,
        ]
    )


def from_cells(ground: Ground, cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn rows and columns into eastings and northings [m]."""
    return np.column_stack(
        [ground.west_m + ground.cell_m * cells[:, 1], ground.north_m - ground.cell_m * cells[:, 0]]
    )


def _river_cells(ground: Ground) -> NDArray[np.bool_]:
    """Tell which cells a mapped river runs through."""
    river = np.zeros(ground.elevation_m.shape, np.bool_)
    if len(ground.rivers):
        middle = (ground.rivers[:, :2] + ground.rivers[:, 2:]) / 2
        cells = np.rint(to_cells(ground, middle)).astype(int)
        inside = ((cells >= 0) & (cells < river.shape)).all(axis=1)
        river[cells[inside, 0], cells[inside, 1]] = True
    return river
