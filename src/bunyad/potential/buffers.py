"""Buffers: which cells lie within a distance of a feature, exactly and at any size."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import from_origin

from bunyad.potential.cells import Cells, Flags, Floats, Ints
from bunyad.potential.kernels_land import rows_to_feature, widen_rows


def within_distance(
    features: NDArray[Any], distance_m: float, *, cell_m: float | tuple[float, float]
) -> Flags:
    """
    Return which cells of a raster have a feature within a distance, centre to centre.

    The distance is Euclidean and exact. Time does not grow with it: a first pass counts the rows
    to the nearest feature of each column, a second one joins the spans that these cover in each
    row (after Meijster, Roerdink & Hesselink 2000, A general algorithm for computing distance
    transforms in linear time; here for one threshold, so that no distance is kept).

    Parameters
    ----------
    features
        Raster that is not 0 where a feature is.
    distance_m
        Largest distance, itself included; negative for none [m].
    cell_m
        Size of a cell, or its width and height [m].

    Examples
    --------
    >>> within_distance(np.array([[0, 0, 0, 1, 0]]), 100, cell_m=50).tolist()
    [[False, True, True, True, True]]
    """
    width, height = cell_m if isinstance(cell_m, tuple) else (cell_m, cell_m)
    if distance_m < 0:
        return np.zeros(features.shape, dtype=bool)
    # A hair of slack keeps whole multiples of the cell within, whatever their rounding.
    limit = (distance_m * (1 + np.finfo(np.float32).eps)) ** 2
    rows = int(np.sqrt(limit) / height)
    kind = np.uint8 if rows < np.iinfo(np.uint8).max else np.uint16
    apart = limit - (np.arange(rows + 1) * height) ** 2
    reach = np.append(np.sqrt(np.maximum(apart, 0)) / width, -1).astype(np.int64)
    away = np.full(features.shape, rows + 1, dtype=kind)
    rows_to_feature(np.ascontiguousarray(features != 0).view(np.uint8), away)
    return np.asarray(widen_rows(away, reach)).view(bool)


def near_cells(cells: Cells, shapes: gpd.GeoDataFrame, distance_m: float) -> Flags:
    """
    Return which cells have their centre within a distance of a shape, itself included.

    A raster of the shapes decides most cells; those for which it is too coarse are measured
    against the shapes themselves, so that the answer is exact. Shapes beyond the cells count.

    Parameters
    ----------
    cells
        The cells to judge.
    shapes
        Points, lines or polygons in the cells' projection.
    distance_m
        Largest distance from the centre of a cell, itself included [m].
    """
    geometries = _present(shapes)
    if not geometries:
        return np.zeros(cells.count, dtype=bool)
    width, height = cells.size_m
    # A shape and the centre of a raster cell that it touches are half a diagonal apart at most;
    # a whole one leaves room for how the raster is drawn.
    doubt = float(np.hypot(width, height))
    pad = int(np.ceil((distance_m + doubt) / min(width, height))) + 1
    rows, columns = cells.shape
    west, north = cells.corner
    marks = rasterize(
        ((shape, 1) for shape in geometries),
        (rows + 2 * pad, columns + 2 * pad),
        transform=from_origin(west - pad * width, north + pad * height, width, height),
        all_touched=True,
        dtype="uint8",
    )
    at = cells.row + pad, cells.column + pad
    near = within_distance(marks, distance_m - doubt, cell_m=cells.size_m)[at]
    maybe = within_distance(marks, distance_m + doubt, cell_m=cells.size_m)[at]
    open_ = np.flatnonzero(maybe & ~near)
    near[open_] = distances_m(cells.x[open_], cells.y[open_], shapes)[0] <= distance_m
    return near


def distances_m(x: Floats, y: Floats, shapes: gpd.GeoDataFrame) -> tuple[Floats, Ints]:
    """
    Return the exact distance to the nearest shape, 0 inside of it [m], and its row (-1 for none).

    Parameters
    ----------
    x, y
        Places in the metric projection [m].
    shapes
        Points, lines or polygons; with none of them every distance is infinite.
    """
    distance, nearest = np.full(len(x), np.inf), np.full(len(x), -1, dtype=np.int64)
    there = np.flatnonzero(~(shapes.geometry.isna() | shapes.geometry.is_empty).to_numpy(bool))
    if there.size and len(x):
        tree = shapely.STRtree(shapes.geometry.to_numpy()[there])
        pairs, found = tree.query_nearest(
            shapely.points(x, y), return_distance=True, all_matches=False
        )
        distance[pairs[0]], nearest[pairs[0]] = found, there[pairs[1]]
    return distance, nearest


def _present(shapes: gpd.GeoDataFrame) -> list[shapely.Geometry]:
    """Return the shapes that are there."""
    return [shape for shape in shapes.geometry if shape is not None and not shape.is_empty]
