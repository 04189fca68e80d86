"""
The steps that a route can take: straight pieces between nodes, surveyed once for all classes.

A step runs straight from node to node, on the map and in height. Where the ground lies below
it there is fill, or a bridge if the fill is too high; where it lies above, there is a cut, or a
tunnel if the cut is too deep. So the gradient limit holds within the search, and a long step
over a valley or through a ridge is a viaduct or a tunnel with no rule of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import ceil, gcd, hypot

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.ground import Ground
from bunyad.connect.rivers import count_crossings
from bunyad.options import ConnectOptions

Field = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """
    Every straight step in one direction of travel; the way back is its mirror.

    Arrays of shape (heading, node) belong to the step that starts at the node. Shares are of
    the step's length and lie between 0 and 1; means count open stretches only, so they are 0
    on a bridge or in a tunnel.
    """

    offsets: NDArray[np.int64]
    """Rows and columns that a step goes, a row each heading and length."""
    multiple: NDArray[np.int64]
    """How many times its heading's shortest step a step is."""
    length_m: NDArray[np.float64]
    """Length on the map, by heading [m]."""
    target: NDArray[np.int32]
    """Node at the end, -1 where there is none."""
    rise_m: NDArray[np.float32]
    viaduct_share: NDArray[np.float32]
    """Bridges that height asks for, without those over rivers."""
    bridge_share: NDArray[np.float32]
    """All bridges."""
    tunnel_share: NDArray[np.float32]
    cross_slope_percent: NDArray[np.float32]
    """Mean slope of the ground across the heading, open stretches only [%]."""
    water_share: NDArray[np.float32]
    earth_m: NDArray[np.float32]
    """Mean height of cut or fill, open stretches only [m]."""
    earth_m2: NDArray[np.float32]
    """Mean of its square, open stretches only [m²]."""
    line_factor: NDArray[np.float32]
    """Mean surcharge of a power line [-]."""


def half_headings(
    *, reach_cells: int, longest_cells: float, dense_cells: float | None = None
) -> list[tuple[int, int, int]]:
    """
    List the steps of one half plane as rows, columns and multiple of the shortest step.

    Parameters
    ----------
    reach_cells
        Headings are the directions to cells at most this far away in rows and columns.
    longest_cells
        Longest step [cells]; the shortest step of a heading is always there.
    dense_cells
        Length up to which every multiple is listed, by default all [cells]; beyond it the
        multiples grow by half.

    Examples
    --------
    >>> half_headings(reach_cells=1, longest_cells=1)
    [(0, 1, 1), (1, -1, 1), (1, 0, 1), (1, 1, 1)]
    >>> [times for *_, times in half_headings(reach_cells=1, longest_cells=9, dense_cells=3)][:6]
    [1, 2, 3, 4, 6, 9]
    """
    span = range(-reach_cells, reach_cells + 1)
    dense = longest_cells if dense_cells is None else dense_cells
    listed: list[tuple[int, int, int]] = []
    for rows in range(reach_cells + 1):
        for columns in span:
            if gcd(rows, columns) != 1 or (rows == 0 and columns < 0):
                continue
            times = 1
            while times == 1 or times * hypot(rows, columns) <= longest_cells:
                listed.append((rows * times, columns * times, times))
                is_dense = (times + 1) * hypot(rows, columns) <= dense
                times = times + 1 if is_dense else max(times + 1, times + times // 2)
    return listed


def survey_steps(
    ground: Ground, *, options: ConnectOptions, longest_m: float | None = None
) -> Steps:
    """
    Survey every step between two nodes: rise, structures, earthworks and surcharges.

    Parameters
    ----------
    ground
        The grid.
    options
        Headings, sample spacing, and the heights from which a bridge or a tunnel is built.
    longest_m
        Longest step, by default the longest structure of the options; beyond that length the
        survey is coarser in lengths [m].
    """
    usual_m = options.max_structure_km * 1e3
    headings = half_headings(
        reach_cells=options.heading_reach_cells,
        longest_cells=(usual_m if longest_m is None else longest_m) / ground.cell_m,
        dense_cells=usual_m / ground.cell_m,
    )
    offsets = np.array([(rows, columns) for rows, columns, _ in headings], np.int64)
    length = ground.cell_m * np.hypot(offsets[:, 0], offsets[:, 1])
    crossings = count_crossings(ground, offsets)
    view = _View.of(ground, int(np.abs(offsets).max()))
    surveys = [
        _survey_heading(view, (int(rows), int(columns)), crossings[number], options)
        for number, (rows, columns) in enumerate(offsets)
    ]
    columns_of = {
        field.name: np.stack([getattr(survey, field.name) for survey in surveys])
        for field in fields(_Survey)
    }
    return Steps(
        offsets=offsets,
        multiple=np.array([times for _, _, times in headings], np.int64),
        length_m=length,
        **columns_of,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Survey:
    """The steps of one heading, by start node."""

    target: NDArray[np.int32]
    rise_m: NDArray[np.float32]
    viaduct_share: NDArray[np.float32]
    bridge_share: NDArray[np.float32]
    tunnel_share: NDArray[np.float32]
    cross_slope_percent: NDArray[np.float32]
    water_share: NDArray[np.float32]
    earth_m: NDArray[np.float32]
    earth_m2: NDArray[np.float32]
    line_factor: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """The ground's fields, padded so that each can be read a shift away from every cell."""

    ground: Ground
    pad: int
    height: Field
    slope_down: Field
    slope_across: Field
    water: Field
    line_factor: Field
    node: NDArray[np.int32]
    closed: Field | None

    @classmethod
    def of(cls, ground: Ground, pad: int) -> _View:
        height = ground.elevation_m
        down = np.asarray(np.gradient(height, ground.cell_m, axis=0), np.float64)
        across = np.asarray(np.gradient(height, ground.cell_m, axis=1), np.float64)

        def padded(field: Field) -> Field:
            return np.pad(field, pad, mode="edge")

        return cls(
            ground=ground,
            pad=pad,
            height=padded(height),
            slope_down=padded(down),
            slope_across=padded(across),
            water=padded(ground.water),
            line_factor=padded(ground.line_factor),
            node=np.pad(ground.node, pad, constant_values=-1),
            closed=None if ground.closed is None else padded(ground.closed.astype(np.float64)),
        )

    def read(self, field: Field, rows: float, columns: float) -> Field:
        """Return a field at every cell shifted by rows and columns, bilinearly."""
        height, width = self.ground.elevation_m.shape
        top, left = int(np.floor(rows)), int(np.floor(columns))
        total: Field = np.zeros((height, width))
        for down, row_weight in ((top, 1 - (rows - top)), (top + 1, rows - top)):
            for right, column_weight in ((left, 1 - (columns - left)), (left + 1, columns - left)):
                weight = row_weight * column_weight
                if weight > 0:
                    first, start = self.pad + down, self.pad + right
                    total += weight * field[first : first + height, start : start + width]
        return total


def _survey_heading(
    view: _View, offset: tuple[int, int], crossings: NDArray[np.int64], options: ConnectOptions
) -> _Survey:
    """Survey the steps of one heading."""
    ground = view.ground
    rows, columns = offset
    length = ground.cell_m * hypot(rows, columns)
    mean = _sample(view, offset, options)
    open_share = 1 - mean["bridge"] - mean["tunnel"]
    over_river = np.minimum(crossings * options.river_bridge_m / length, open_share)
    left = np.ones_like(open_share)
    np.divide(open_share - over_river, open_share, out=left, where=open_share > 0)
    height, width = ground.node.shape
    down, right = view.pad + rows, view.pad + columns
    target = view.node[down : down + height, right : right + width]
    target = np.where(_is_closed(view, offset), -1, target)
    return _Survey(
        target=target[ground.rows, ground.columns],
        rise_m=mean["rise"].astype(np.float32),
        viaduct_share=mean["bridge"].astype(np.float32),
        bridge_share=(mean["bridge"] + over_river).astype(np.float32),
        tunnel_share=mean["tunnel"].astype(np.float32),
        cross_slope_percent=(mean["cross"] * left).astype(np.float32),
        water_share=(mean["water"] * left).astype(np.float32),
        earth_m=(mean["earth"] * left).astype(np.float32),
        earth_m2=(mean["earth2"] * left).astype(np.float32),
        line_factor=mean["line"].astype(np.float32),
    )


def _is_closed(view: _View, offset: tuple[int, int]) -> NDArray[np.bool_]:
    """
    Tell which steps of one heading go through closed cells.

    Looked at is every cell around places no farther apart than a cell's side, so that no closed
    cell is passed between two of them.
    """
    closed = view.closed
    if closed is None:
        return np.zeros(view.ground.node.shape, np.bool_)
    count = ceil(hypot(*offset))
    total = sum(
        view.read(closed, part * offset[0], part * offset[1])
        for part in (np.arange(count + 1) / count).tolist()
    )
    return np.asarray(total > 0, np.bool_)


def _sample(view: _View, offset: tuple[int, int], options: ConnectOptions) -> dict[str, Field]:
    """Return means of the ground along the steps of one heading, by start node."""
    ground = view.ground
    rows, columns = offset
    cells = hypot(rows, columns)
    count = ceil(cells * ground.cell_m / options.sample_spacing_m)
    start = ground.elevation_m
    rise = view.read(view.height, rows, columns) - start
    names = ("bridge", "tunnel", "cross", "water", "earth", "earth2", "line")
    sums = {name: np.zeros_like(start) for name in names}
    for part in (np.arange(count) + 0.5) / count:
        here = (part * rows, part * columns)
        fill = start + part * rise - view.read(view.height, *here)
        is_open = (fill <= options.bridge_height_m) & (fill >= -options.tunnel_cover_m)
        across = view.read(view.slope_down, *here) * (columns / cells)
        across -= view.read(view.slope_across, *here) * (rows / cells)
        sums["bridge"] += fill > options.bridge_height_m
        sums["tunnel"] += fill < -options.tunnel_cover_m
        sums["cross"] += 100 * np.abs(across) * is_open
        sums["water"] += view.read(view.water, *here) * is_open
        sums["earth"] += np.abs(fill) * is_open
        sums["earth2"] += fill**2 * is_open
        sums["line"] += view.read(view.line_factor, *here)
    means = {name: total[ground.rows, ground.columns] / count for name, total in sums.items()}
    return {**means, "rise": rise[ground.rows, ground.columns]}
