"""The cells of the terrain that lie in the region, as flat arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from bunyad.region.model import Region

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Cells inside of the region, one value a cell; the order is that of the rows, north first."""

    shape: tuple[int, int]
    """Rows and columns of the whole grid."""
    row: Ints
    column: Ints
    x: Floats
    y: Floats
    size_m: tuple[float, float]
    """Width and height of a cell [m]."""
    elevation_m: Floats
    slope_percent: Floats
    land_cover: Ints
    district: Ints
    wind_speed_ms: Floats

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.row)

    @property
    def area_km2(self) -> float:
        """Area of one cell [km²]."""
        return self.size_m[0] * self.size_m[1] / 1e6


def inside_cells(region: Region) -> Cells:
    """
    Return the cells of the terrain whose centre lies in a district.

    Parameters
    ----------
    region
        The region with its terrain.
    """
    terrain = region.terrain
    district = terrain["district"].to_numpy()
    row, column = np.nonzero(district >= 0)
    x, y = terrain["x"].to_numpy().astype(float), terrain["y"].to_numpy().astype(float)

    def values(name: str, dtype: Any) -> Any:
        return terrain[name].to_numpy()[row, column].astype(dtype)

    return Cells(
        shape=(district.shape[0], district.shape[1]),
        row=row,
        column=column,
        x=x[column],
        y=y[row],
        size_m=(abs(float(x[1] - x[0])), abs(float(y[1] - y[0]))),
        elevation_m=values("elevation_m", float),
        slope_percent=values("slope_percent", float),
        land_cover=values("land_cover", np.int64),
        district=values("district", np.int64),
        wind_speed_ms=values("wind_speed_ms", float),
    )


def spread(cells: Cells, values: NDArray[Any], *, outside: float) -> NDArray[Any]:
    """
    Lay one value a cell back on the whole grid.

    Parameters
    ----------
    cells
        The cells that the values belong to.
    values
        One value a cell.
    outside
        Value of the grid outside of the region.
    """
    grid = np.full(cells.shape, outside, dtype=values.dtype)
    grid[cells.row, cells.column] = values
    return grid


def nearest_cell(cells: Cells, x: float, y: float) -> int:
    """
    Return the index of the cell whose centre is nearest to a place.

    Parameters
    ----------
    cells
        The cells to choose from.
    x, y
        The place in the metric projection [m].
    """
    return int(np.argmin(np.hypot(cells.x - x, cells.y - y)))


def nearest_points(cells: Cells, points: Floats, count: int) -> tuple[Floats, Ints]:
    """
    Return distances [m] and indices of the points nearest to each cell, nearest first.

    Parameters
    ----------
    cells
        The cells to look from.
    points
        Coordinates, one row of x and y a point [m].
    count
        How many points to return a cell; all of them if there are fewer.
    """
    ranks = np.arange(1, min(count, len(points)) + 1)
    distance, index = cKDTree(points).query(np.column_stack([cells.x, cells.y]), k=ranks)
    return np.asarray(distance, dtype=float), np.asarray(index, dtype=np.int64)
