"""Where steps cross rivers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.ground import Ground

Field = NDArray[np.float64]


def count_crossings(ground: Ground, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """
    Count how often each step crosses a river.

    A crossing at the joint of two river pieces counts once: a point on a line counts as lying
    on its left.

    Parameters
    ----------
    ground
        The grid with its river pieces, none of them longer than a cell.
    offsets
        Rows and columns that each step goes.

    Returns
    -------
    NDArray
        Crossings by heading and start node.
    """
    counts = np.zeros((len(offsets), ground.count), np.int64)
    if not len(ground.rivers):
        return counts
    # River pieces in units of cells: column to the right, row down.
    start = _to_cells(ground, ground.rivers[:, :2])
    end = _to_cells(ground, ground.rivers[:, 2:])
    base = np.floor(np.minimum(start, end)).astype(np.int64)
    for number, (rows, columns) in enumerate(offsets):
        # A piece fits into three by three cells, so these are all steps that can touch it.
        down, right = np.meshgrid(
            np.arange(min(0, -rows) - 1, max(0, -rows) + 4),
            np.arange(min(0, -columns) - 1, max(0, -columns) + 4),
            indexing="ij",
        )
        row = base[:, 1, None] + down.ravel()
        column = base[:, 0, None] + right.ravel()
        crossed = _cross(start, end, (column, row), (int(columns), int(rows)))
        height, width = ground.node.shape
        crossed &= (row >= 0) & (row < height) & (column >= 0) & (column < width)
        nodes = ground.node[row[crossed], column[crossed]]
        np.add.at(counts[number], nodes[nodes >= 0], 1)
    return counts


def _to_cells(ground: Ground, xy: Field) -> Field:
    """Turn coordinates into columns and rows of the grid."""
    return np.column_stack(
        [(xy[:, 0] - ground.west_m) / ground.cell_m, (ground.north_m - xy[:, 1]) / ground.cell_m]
    )


def _cross(
    start: Field,
    end: Field,
    origin: tuple[NDArray[np.int64], NDArray[np.int64]],
    step: tuple[int, int],
) -> NDArray[np.bool_]:
    """Tell which pieces (rows) the steps from the origins (columns) cross."""
    column, row = origin
    step_x, step_y = step

    def side_of_step(point: Field) -> NDArray[np.bool_]:
        turn = step_x * (point[:, 1, None] - row) - step_y * (point[:, 0, None] - column)
        return np.asarray(turn >= 0, np.bool_)

    piece = end - start

    def side_of_piece(x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.bool_]:
        dx, dy = x - start[:, 0, None], y - start[:, 1, None]
        return np.asarray(piece[:, 0, None] * dy - piece[:, 1, None] * dx >= 0, np.bool_)

    apart = side_of_step(start) != side_of_step(end)
    parted = side_of_piece(column, row) != side_of_piece(column + step_x, row + step_y)
    return np.asarray(apart & parted, np.bool_)
