"""The ground that routes run over: the terrain on a fine square grid, with its rivers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.spatial import cKDTree
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from bunyad.options import ConnectOptions
from bunyad.region.model import Region

FOREST_CLASSES = (1, 2, 3, 4, 5)
"""Forest classes of the IGBP land cover legend."""
WATER_CLASS = 0
"""Water of the IGBP land cover legend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """
    A square grid of cells, north up; a cell that routes may use is a node.

    The fields cover the whole rectangle; `rows` and `columns` place the nodes in it.
    """

    crs: str
    cell_m: float
    west_m: float
    """Easting of the centre of the first column."""
    north_m: float
    """Northing of the centre of the first row."""
    elevation_m: NDArray[np.float64]
    water: NDArray[np.float64]
    """1 where the cell is water, else 0."""
    line_factor: NDArray[np.float64]
    """Cost of a power line as a multiple of the cost on flat open land [-]."""
    rivers: NDArray[np.float64]
    """River pieces no longer than a cell: columns x0, y0, x1, y1 [m]."""
    node: NDArray[np.int32]
    """Number of the node in each cell, -1 where routes may not run."""
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    closed: NDArray[np.bool_] | None = None
    """Cells through which no route may go, not even in a tunnel; none where all are open."""

    @property
    def count(self) -> int:
        """Number of nodes."""
        return len(self.rows)

    def points(self, nodes: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """Return the coordinates of nodes (all by default), a row each [m]."""
        rows, columns = (
            (self.rows, self.columns) if nodes is None else (self.rows[nodes], self.columns[nodes])
        )
        return np.column_stack(
            [self.west_m + self.cell_m * columns, self.north_m - self.cell_m * rows]
        )


def lay_ground(region: Region, *, options: ConnectOptions) -> Ground:
    """
    Resample a region's terrain to the routing grid and choose the cells that routes may use.

    Heights are interpolated bilinearly, land cover is taken from the nearest cell. Routes may
    use the region with a margin, and a strip of the same margin to each settlement and
    substation that lies outside.

    Parameters
    ----------
    region
        The region.
    options
        Cell size, margin and the surcharges of power lines.

    Examples
    --------
    >>> from bunyad.options import ConnectOptions
    >>> from worlds import small_region
    >>> lay_ground(small_region(), options=ConnectOptions()).elevation_m.shape
    (72, 88)
    """
    x, y, where = _routing_grid(region.terrain, options.routing_cell_m)
    shape = (len(y), len(x))
    height = region.terrain["elevation_m"].to_numpy().astype(np.float64)
    elevation = map_coordinates(height, where, order=1, mode="nearest").reshape(shape)
    cover_in = region.terrain["land_cover"].to_numpy()
    cover = map_coordinates(cover_in, where, order=0, mode="nearest").reshape(shape)
    east, north = np.meshgrid(x, y)
    usable = shapely.contains_xy(
        _usable_land(region, options.border_buffer_km * 1e3), east, north
    ) & np.isfinite(elevation)
    node = np.full(shape, -1, np.int32)
    node[usable] = np.arange(usable.sum(), dtype=np.int32)
    rows, columns = np.nonzero(usable)
    return Ground(
        crs=region.crs,
        cell_m=options.routing_cell_m,
        west_m=float(x[0]),
        north_m=float(y[0]),
        elevation_m=elevation,
        water=(cover == WATER_CLASS).astype(np.float64),
        line_factor=_line_factor(elevation, cover, options),
        rivers=_river_pieces(region.rivers, options.routing_cell_m),
        node=node,
        rows=rows,
        columns=columns,
    )


def close_ground(ground: Ground, forbidden: gpd.GeoDataFrame, *, kind: str) -> Ground:
    """
    Return the ground with the cells closed that forbidden land touches.

    Parameters
    ----------
    ground
        The grid.
    forbidden
        Polygons, each with the kinds of routes that may not go through.
    kind
        Kind of route: `road`, `railway` or `power_line`.

    Returns
    -------
    Ground
        The same value where nothing is forbidden to the kind.
    """
    areas = [row.geometry for row in forbidden.itertuples() if kind in str(row.kinds).split(";")]
    if not areas:
        return ground
    rows, columns = ground.node.shape
    east, north = np.meshgrid(
        ground.west_m + ground.cell_m * np.arange(columns),
        ground.north_m - ground.cell_m * np.arange(rows),
    )
    half = ground.cell_m / 2
    land = shapely.union_all(np.asarray(areas, dtype=object))
    shapely.prepare(land)
    cells = shapely.box(east - half, north - half, east + half, north + half)
    return replace(ground, closed=np.asarray(shapely.intersects(land, cells), np.bool_))


def find_nodes(ground: Ground, places: gpd.GeoSeries) -> NDArray[np.int64]:
    """
    Give each place the nearest node, and no two places the same one.

    Parameters
    ----------
    ground
        The grid.
    places
        Points; earlier ones choose first.
    """
    tree = cKDTree(ground.points())
    xy = np.column_stack([places.x.to_numpy(), places.y.to_numpy()])
    near = np.atleast_2d(tree.query(xy, k=min(len(xy) + 1, ground.count))[1].reshape(len(xy), -1))
    found: list[int] = []
    used: set[int] = set()
    for choices in near:
        found.append(next(int(node) for node in choices if int(node) not in used))
        used.add(found[-1])
    return np.array(found, np.int64)


def nearest_nodes(ground: Ground, places: gpd.GeoSeries) -> NDArray[np.int64]:
    """Return the nearest node of each place; places may share one."""
    xy = np.column_stack([places.x.to_numpy(), places.y.to_numpy()])
    return np.asarray(cKDTree(ground.points()).query(xy)[1], np.int64)


def _routing_grid(
    terrain: xr.Dataset, cell_m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return eastings, northings and the fractional terrain indices of the routing cells."""
    x_in, y_in = terrain["x"].to_numpy(), terrain["y"].to_numpy()
    step_x, step_y = float(x_in[1] - x_in[0]), float(y_in[1] - y_in[0])
    west = x_in.min() - abs(step_x) / 2
    north = y_in.max() + abs(step_y) / 2
    columns = int(len(x_in) * abs(step_x) // cell_m)
    rows = int(len(y_in) * abs(step_y) // cell_m)
    x = west + cell_m * (np.arange(columns) + 0.5)
    y = north - cell_m * (np.arange(rows) + 0.5)
    east, north_of = np.meshgrid((x - x_in[0]) / step_x, (y - y_in[0]) / step_y)
    return x, y, np.stack([north_of.ravel(), east.ravel()])


def _usable_land(region: Region, margin_m: float) -> BaseGeometry:
    """Return the region with its margin and a strip to each place outside of it."""
    outline = region.boundary.geometry.union_all()
    reach = outline.buffer(margin_m)
    points: list[Point] = [*region.settlements.geometry, *region.substations.geometry]
    strips = [
        LineString([point, nearest_points(point, outline)[1]]).buffer(margin_m)
        for point in points
        if not reach.contains(point)
    ]
    land: BaseGeometry = shapely.union_all([reach, *strips])
    shapely.prepare(land)
    return land


def _line_factor(
    elevation: NDArray[np.float64], cover: NDArray[np.uint8], options: ConnectOptions
) -> NDArray[np.float64]:
    """Multiply the surcharges of power lines for slope, forest and high ground."""
    down, across = np.gradient(elevation, options.routing_cell_m)
    slope = 100 * np.hypot(down, across)
    factor = np.select(
        [slope >= options.line_mountain_slope_percent, slope >= options.line_hill_slope_percent],
        [options.line_mountain_factor, options.line_hill_factor],
        1.0,
    )
    factor = np.where(np.isin(cover, FOREST_CLASSES), factor * options.line_forest_factor, factor)
    high = elevation >= options.line_high_ground_m
    return np.where(high, factor * options.line_high_ground_factor, factor)


def _river_pieces(rivers: gpd.GeoDataFrame, cell_m: float) -> NDArray[np.float64]:
    """Cut the rivers into straight pieces no longer than a cell."""
    parts = shapely.get_parts([line for line in rivers.geometry if line is not None])
    lines = shapely.segmentize(parts[~shapely.is_empty(parts)], cell_m)
    pieces = [
        np.hstack([xy[:-1], xy[1:]]) for xy in (shapely.get_coordinates(line) for line in lines)
    ]
    return np.vstack(pieces) if pieces else np.empty((0, 4))
