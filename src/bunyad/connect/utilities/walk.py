"""Stations along a way over the ground."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from shapely.geometry import LineString

from bunyad.connect.ground import Ground
from bunyad.connect.utilities.land import from_cells

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A way in stations, at bends and evenly between them."""

    cells: Array
    """Row and column of each station, with fractions."""
    points_m: Array
    """Easting, northing and height of the ground."""
    along_m: Array
    """Distance from the start on the map."""
    is_bend: NDArray[np.bool_]
    is_end: NDArray[np.bool_]
    rivers: int
    """Mapped rivers crossed."""

    @property
    def ground_m(self) -> Array:
        """Height of the ground."""
        return self.points_m[:, 2]

    @property
    def piece_m(self) -> Array:
        """Length in space between neighbouring stations."""
        return np.asarray(np.linalg.norm(np.diff(self.points_m, axis=0), axis=1), np.float64)

    @property
    def length_m(self) -> float:
        """Length in space."""
        return float(self.piece_m.sum())

    def read(self, field: Array) -> Array:
        """Return the value of the cell that each station lies in."""
        row, column = (self.cells + 0.5).astype(int).T
        return np.asarray(field[row, column], np.float64)

    def middle(self, field: Array) -> Array:
        """Return the value of the cell that the middle of each piece lies in."""
        row, column = ((self.cells[:-1] + self.cells[1:]) / 2 + 0.5).astype(int).T
        return np.asarray(field[row, column], np.float64)


def walk_along(ground: Ground, bends: Array, *, spacing_m: float, rivers: Array) -> Walk:
    """
    Put stations onto a way.

    Parameters
    ----------
    ground
        Heights.
    bends
        Row and column of its ends and bends.
    spacing_m
        Longest distance between stations [m].
    rivers
        River pieces: columns x0, y0, x1, y1 [m].
    """
    cells = [bends[:1]]
    marks = [np.array([True])]
    for start, end in pairwise(bends):
        length = np.hypot(*(end - start)) * ground.cell_m
        count = max(1, int(np.ceil(length / spacing_m)))
        part = np.arange(1, count + 1)[:, None] / count
        cells.append(start + (end - start) * part)
        marks.append(np.arange(1, count + 1) == count)
    where = np.vstack(cells)
    is_bend = np.concatenate(marks)
    is_end = np.zeros(len(where), np.bool_)
    is_end[[0, -1]] = True
    height = map_coordinates(np.nan_to_num(ground.elevation_m), where.T, order=1, mode="nearest")
    flat = from_cells(ground, where)
    step = np.hypot(*np.diff(flat, axis=0).T)
    return Walk(
        cells=where,
        points_m=np.column_stack([flat, height]),
        along_m=np.concatenate([[0.0], np.cumsum(step)]),
        is_bend=is_bend & ~is_end,
        is_end=is_end,
        rivers=_count_rivers(flat, rivers),
    )


def _count_rivers(points_m: Array, rivers: Array) -> int:
    """Count the crossings with river pieces; those at a joint of two pieces count once."""
    if not len(rivers):
        return 0
    pieces = shapely.linestrings(rivers.reshape(-1, 2, 2))
    met = shapely.intersection(LineString(points_m), shapely.union_all(pieces))
    return len(shapely.get_parts(met)) if not met.is_empty else 0
