"""Meshes: the places, headings and heights that a search may use."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, gcd, pi, radians, sqrt, tan

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.alignment.kernels_land import Land, Rates
from bunyad.connect.alignment.kernels_lattice import Mesh, ground_at_nodes
from bunyad.options import ConnectOptions

Points = NDArray[np.float64]
Mask = NDArray[np.bool_]
ROUNDING = 1 / 2**20
"""Share kept back from limits so that rounding does not break them later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A lattice of one fineness."""

    cell_m: float
    origin: tuple[float, float]
    shape: tuple[int, int]

    def nearest(self, place: Points) -> tuple[int, int]:
        """Return row and column of the node nearest to a place."""
        column = round((place[0] - self.origin[0]) / self.cell_m)
        row = round((place[1] - self.origin[1]) / self.cell_m)
        return min(max(row, 0), self.shape[0] - 1), min(max(column, 0), self.shape[1] - 1)


def finest_cell(land: Land, rates: Rates, options: ConnectOptions) -> float:
    """Return the side of a cell of the finest lattice [m]."""
    wanted = shortest_step(rates, options) / options.align_step_cells
    return max(wanted, land.cell_m * options.align_least_cells)


def shortest_step(rates: Rates, options: ConnectOptions) -> float:
    """Return the length at which two steps leave room for the arc of the sharpest turn [m]."""
    return 2 * rates.min_radius_m * tan(radians(options.align_turn_degree) / 2) * (1 + ROUNDING)


def lay_frame(land: Land, start: Points, cell_m: float) -> Frame:
    """Return the lattice of a fineness that has a node at the start."""
    rows, columns = land.elevation.shape
    east, south = (columns - 1) * land.cell_m, (rows - 1) * land.cell_m
    origin = (float(start[0] % cell_m), float(start[1] % cell_m))
    shape = (int((south - origin[1]) // cell_m) + 1, int((east - origin[0]) // cell_m) + 1)
    return Frame(cell_m=cell_m, origin=origin, shape=shape)


def count_states(rates: Rates, frame: Frame, spread: int, options: ConnectOptions) -> float:
    """Return the number of states of a lattice without a corridor."""
    step_m = max(shortest_step(rates, options), frame.cell_m)
    levels, _ = levels_of(rates, step_m, spread, options)
    headings = len(headings_of(options.align_reach_cells))
    return float(np.prod(frame.shape)) * headings * (2 * levels + 1)


def lay_mesh(
    land: Land,
    rates: Rates,
    frame: Frame,
    corridor: Mask | None,
    *,
    spread: int,
    options: ConnectOptions,
) -> Mesh:
    """Lay the nodes and headings of a lattice."""
    allowed = np.ones(frame.shape, np.bool_) if corridor is None else corridor
    rows, columns = (part.astype(np.int32) for part in np.nonzero(allowed))
    ground = ground_at_nodes(land, frame.origin, frame.cell_m, rows, columns)
    there = np.isfinite(ground)
    rows, columns, ground = rows[there], columns[there], ground[there]
    node = np.full(frame.shape, -1, np.int32)
    node[rows, columns] = np.arange(len(rows), dtype=np.int32)
    steps = headings_of(options.align_reach_cells)
    piece = frame.cell_m * np.hypot(steps[:, 0], steps[:, 1])
    multiples = _multiples(piece, shortest_step(rates, options), longest_step(rates, options))
    base = piece * multiples[:, 0]
    levels, level_m = levels_of(rates, float(base.min()), spread, options)
    spacing = max(land.cell_m, frame.cell_m / options.align_samples_per_cell)
    return Mesh(
        node=node,
        rows=rows,
        columns=columns,
        ground=ground,
        origin=frame.origin,
        cell_m=frame.cell_m,
        steps=steps,
        multiples=multiples,
        turns=_turns(steps, base, rates.min_radius_m, options),
        samples=np.ceil(piece / spacing).astype(np.int64),
        levels=levels,
        level_m=level_m,
    )


def levels_of(
    rates: Rates, step_m: float, spread: int, options: ConnectOptions
) -> tuple[int, float]:
    """
    Return the number of levels above and below the ground and the height between them [m].

    The highest and the lowest lie where cut or fill costs as much as the rest of the line, and
    still no bridge and no tunnel is needed; the steepest grade climbs a few levels on a step.
    Where that leads nowhere they are spread farther, at one level for the climb of a step.
    """
    price = (rates.cut_usd_per_m3 + rates.fill_usd_per_m3) / 2
    most = min(rates.bridge_height_m, rates.tunnel_cover_m)
    if price > 0:
        section = rates.usd_per_m / price
        root = sqrt(rates.width_m**2 + 4 * rates.side_slope * section)
        most = min(most, 2 * section / (rates.width_m + root))
    most *= spread
    per_step = options.align_levels_per_step if spread == 1 else 1.0
    levels = min(ceil(most / (rates.max_grade * step_m) * per_step), options.align_most_levels)
    return levels, most / max(levels, 1)


def headings_of(reach: int) -> NDArray[np.int64]:
    """
    List headings as rows and columns of their smallest piece, clockwise from the east.

    Examples
    --------
    >>> headings_of(1).tolist()
    [[0, 1], [1, 1], [1, 0], [1, -1], [0, -1], [-1, -1], [-1, 0], [-1, 1]]
    """
    span = range(-reach, reach + 1)
    found = [(row, column) for row in span for column in span if gcd(row, column) == 1]
    found.sort(key=lambda step: np.arctan2(step[0], step[1]) % (2 * pi))
    return np.array(found, np.int64)


def longest_step(rates: Rates, options: ConnectOptions) -> float:
    """Return the longest step worth a look [m]."""
    if rates.has_bridges or rates.has_tunnels:
        return options.max_structure_km * 1e3
    return options.align_open_steps * shortest_step(rates, options)


def _multiples(piece: Points, shortest: float, longest: float) -> NDArray[np.int64]:
    """Return the lengths of steps in pieces, each about half longer than the one before."""
    listed = []
    for length in piece:
        times = max(ceil(shortest / length - ROUNDING), 1)
        row = [times]
        while (times := times + max(times // 2, 1)) * length <= longest:
            row.append(times)
        listed.append(row)
    table = np.zeros((len(listed), max(map(len, listed)) + 1), np.int64)
    for number, row in enumerate(listed):
        table[number, : len(row)] = row
    return table


def _turns(
    steps: NDArray[np.int64], base: Points, radius: float, options: ConnectOptions
) -> NDArray[np.bool_]:
    """Tell from which heading to which a line may turn: half of each step holds the tangent."""
    angle = np.arctan2(steps[:, 0], steps[:, 1])
    turn = np.abs((angle[:, None] - angle + pi) % (2 * pi) - pi)
    room = np.minimum(base[:, None], base) / 2 * (1 - ROUNDING / 2)
    small = turn <= radians(options.align_turn_degree) * (1 + ROUNDING)
    tangent = radius * np.tan(np.where(small, turn, 0.0) / 2)
    return np.asarray(small & (tangent <= room), np.bool_)


def lattice_grade(rates: Rates, mesh: Mesh) -> float:
    """
    Return the steepest grade of a step: what is left in the sharpest bend.

    An arc is shorter than its two tangents, and the curve takes its share of a railway's grade.
    """
    angle = np.arctan2(mesh.steps[:, 0], mesh.steps[:, 1])
    turn = np.abs((angle[:, None] - angle + pi) % (2 * pi) - pi)[mesh.turns].max()
    shorter = 1.0 if turn == 0 else (turn / 2) / tan(turn / 2)
    curve = rates.curve_resistance_m / rates.min_radius_m if rates.min_radius_m > 0 else 0.0
    return float((rates.max_grade - curve) * shorter * (1 - ROUNDING))
