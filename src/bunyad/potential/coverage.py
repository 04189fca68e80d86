"""Coverage: how much of each cell lies in each district."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import from_bounds

from bunyad.potential.constants import constant

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Parts of cells by district, one entry a part."""

    row: Ints
    column: Ints
    district: Ints
    """Row number in the districts table."""
    area_km2: Floats


def district_coverage(districts: gpd.GeoDataFrame, x: Floats, y: Floats) -> Coverage:
    """
    Return the area that each district has in each cell of a grid.

    Cells that no outline touches are whole; the others are cut by the polygon itself. The areas
    of a district add up to that of its polygon, as far as the grid reaches.

    Parameters
    ----------
    districts
        Polygons in the grid's projection.
    x, y
        Centres of the columns, and of the rows from north to south [m].
    """
    half_width, half_height = abs(x[1] - x[0]) / 2, abs(y[1] - y[0]) / 2
    parts = [
        _parts(number, polygon, (x, y), (half_width, half_height))
        for number, polygon in enumerate(districts.geometry)
    ]
    row, column, district, area = (np.concatenate(values) for values in zip(*parts, strict=True))
    order = np.lexsort((district, column, row))
    return Coverage(
        row=row[order], column=column[order], district=district[order], area_km2=area[order]
    )


def _parts(
    number: int, polygon: Any, centres: tuple[Floats, Floats], half: tuple[float, float]
) -> tuple[Ints, Ints, Ints, Floats]:
    """Return row, column, district and area of the cells that one polygon covers."""
    (x, y), (half_width, half_height) = centres, half
    shape = (len(y), len(x))
    frame = (x[0] - half_width, y[-1] - half_height, x[-1] + half_width, y[0] + half_height)
    draw = {"out_shape": shape, "transform": from_bounds(*frame, shape[1], shape[0])}
    within = rasterize([(polygon, 1)], dtype="uint8", **draw) == 1
    cut = _grown(rasterize([(polygon.boundary, 1)], dtype="uint8", all_touched=True, **draw) == 1)
    whole_row, whole_column = np.nonzero(within & ~cut)
    row, column = np.nonzero(cut)
    boxes = shapely.box(
        x[column] - half_width,
        y[row] - half_height,
        x[column] + half_width,
        y[row] + half_height,
    )
    shapely.prepare(polygon)
    area = shapely.area(shapely.intersection(boxes, polygon))
    cell_m2 = 4 * half_width * half_height
    kept = area > constant("sliver_share") * cell_m2
    row, column = np.append(whole_row, row[kept]), np.append(whole_column, column[kept])
    area = np.append(np.full(whole_row.size, cell_m2), area[kept])
    return row, column, np.full(row.size, number, dtype=np.int64), area / 1e6


def _grown(marks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the marked cells with their neighbours: a line may be drawn a cell off."""
    grown = marks.copy()
    grown[1:] |= marks[:-1]
    grown[:-1] |= marks[1:]
    sideways = grown.copy()
    sideways[:, 1:] |= grown[:, :-1]
    sideways[:, :-1] |= grown[:, 1:]
    return sideways
