"""The cells of the terrain that lie in the region, as flat arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from bunyad.potential.coverage import Coverage, district_coverage
from bunyad.region.model import Region

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """
    Cells with land of the region, one value a cell; the order is that of the rows, north first.

    The outline of the region and of its districts cuts cells; `parts_…` tell how much land of
    which district each cell holds, one value a part.
    """

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
    covered_km2: Floats
    """Land of the region in the cell [km²]."""
    part_cell: Ints
    """Index of the cell that a part belongs to."""
    part_district: Ints
    part_km2: Floats

    @property
    def corner(self) -> tuple[float, float]:
        """West and north edge of the whole grid [m]."""
        width, height = self.size_m
        return (
            float(self.x[0] - (self.column[0] + 0.5) * width),
            float(self.y[0] + (self.row[0] + 0.5) * height),
        )

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
    Return the cells of the terrain that hold land of the region.

    A cell counts to the district that its centre lies in or, where that is outside, to the one
    that has the most of it. Beyond the region's edge the terrain may have no values; land of
    such a cell is given to the nearest cell that has them.

    Parameters
    ----------
    region
        The region with its terrain.
    """
    terrain = region.terrain
    district = terrain["district"].to_numpy()
    x, y = terrain["x"].to_numpy().astype(float), terrain["y"].to_numpy().astype(float)
    coverage = district_coverage(region.districts, x, y)
    known = np.isfinite(terrain["elevation_m"].to_numpy()) & np.isfinite(
        terrain["wind_speed_ms"].to_numpy()
    )
    inside = district >= 0
    inside[coverage.row, coverage.column] |= known[coverage.row, coverage.column]
    row, column = np.nonzero(inside)
    part_cell = _cells_of_parts(coverage, inside, row, column)
    count = len(row)

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
        district=_main_district(values("district", np.int64), coverage, part_cell),
        wind_speed_ms=values("wind_speed_ms", float),
        covered_km2=np.bincount(part_cell, weights=coverage.area_km2, minlength=count).astype(
            float
        ),
        part_cell=part_cell,
        part_district=coverage.district,
        part_km2=coverage.area_km2,
    )


def _cells_of_parts(coverage: Coverage, inside: Flags, row: Ints, column: Ints) -> Ints:
    """Return the index of the cell that each part belongs to, or else of the nearest cell."""
    index = np.full(inside.shape, -1, dtype=np.int64)
    index[row, column] = np.arange(len(row))
    cell = index[coverage.row, coverage.column]
    lost = cell < 0
    if lost.any():
        tree = cKDTree(np.column_stack([row, column]))
        cell[lost] = tree.query(np.column_stack([coverage.row, coverage.column])[lost])[1]
    return cell


def _main_district(centre: Ints, coverage: Coverage, part_cell: Ints) -> Ints:
    """Return the district of each cell's centre or, outside, the one with the most of it."""
    by_area = np.argsort(coverage.area_km2, kind="stable")
    largest = centre.copy()
    largest[part_cell[by_area]] = coverage.district[by_area]
    return np.where(centre >= 0, centre, largest)


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
