"""Search: the least-cost line on lattices, from coarse to fine."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, gcd, hypot, pi, radians, sqrt, tan
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from bunyad.connect.alignment.kernels_land import (
    Land,
    Rates,
    ground_at,
    lay_samples,
    usd_of_samples,
)
from bunyad.connect.alignment.kernels_lattice import Goal, Mesh, ground_at_nodes, search_lattice
from bunyad.options import ConnectOptions

Points = NDArray[np.float64]
Mask = NDArray[np.bool_]
ROUNDING = 1 / 2**20
"""Share kept back from limits so that rounding does not break them later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A line of straight pieces: vertices, heights and what it costs so."""

    vertices: Points
    """East, south and height [m]."""
    cost_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """A lattice of one fineness."""

    cell_m: float
    origin: tuple[float, float]
    shape: tuple[int, int]

    def nearest(self, place: Points) -> tuple[int, int]:
        """Return row and column of the node nearest to a place."""
        column = round((place[0] - self.origin[0]) / self.cell_m)
        row = round((place[1] - self.origin[1]) / self.cell_m)
        return min(max(row, 0), self.shape[0] - 1), min(max(column, 0), self.shape[1] - 1)


def search_leg(
    land: Land,
    rates: Rates,
    ends: tuple[Points, Points],
    *,
    arriving: Points | None,
    options: ConnectOptions,
) -> Chain | None:
    """
    Find the least-cost line between two places on a lattice with headings and levels.

    A lattice too large for a search everywhere is first searched at coarser ones: the corridor
    of all nodes through which a coarse line costs little more than the best is refined.

    Parameters
    ----------
    land, rates
        The land and the design.
    ends
        Where it starts and ends, east and south [m].
    arriving
        The vertex before the start if the line goes on from another one [m].
    options
        Fineness and sizes.
    """
    chain = None
    tries = options.align_height_tries if rates.has_bridges or rates.has_tunnels else 1
    for doubled in range(tries):
        chain = chain or _search_at(land, rates, ends, arriving, 2**doubled, options)
    return chain


def _search_at(
    land: Land,
    rates: Rates,
    ends: tuple[Points, Points],
    arriving: Points | None,
    spread: int,
    options: ConnectOptions,
) -> Chain | None:
    """Find the least-cost line between two places with levels spread so far."""
    start, goal = ends
    finest = finest_cell(land, rates, options)
    frames = [_frame(land, start, finest)]
    while _states(rates, frames[-1], spread, options) > options.align_free_states:
        frames.append(_frame(land, start, 2 * frames[-1].cell_m))
    corridor: Mask | None = None
    for coarse, fine in pairwise(frames[::-1]):
        mesh = _mesh(land, rates, coarse, corridor, spread=spread, options=options)
        value = _line_values(land, rates, coarse, mesh, ends, options)
        if value is None:
            return None
        states = _states(rates, fine, spread, options) / np.prod(coarse.shape)
        most = max(int(options.align_corridor_states / states), 1)
        corridor = _refine(value, coarse, fine, most, options)
        for place in ends:
            corridor |= _within(fine, place, _longest_step(rates, options))
    mesh = _mesh(land, rates, frames[0], corridor, spread=spread, options=options)
    grade = _lattice_grade(rates, mesh)
    found = _run(land, rates, mesh, grade, start, goal=goal, arriving=arriving)
    _, came, leave_from, last, best = found
    direct = _direct(land, rates, start, goal, arriving=arriving)
    if last < 0 or (direct is not None and direct.cost_usd <= best):
        return direct
    return Chain(vertices=_walk(land, mesh, came, leave_from, last, goal), cost_usd=float(best))


def _states(rates: Rates, frame: _Frame, spread: int, options: ConnectOptions) -> float:
    """Return the number of states of a lattice without a corridor."""
    step_m = max(shortest_step(rates, options), frame.cell_m)
    levels, _ = levels_of(rates, step_m, spread, options)
    headings = len(headings_of(options.align_reach_cells))
    return float(np.prod(frame.shape)) * headings * (2 * levels + 1)


def finest_cell(land: Land, rates: Rates, options: ConnectOptions) -> float:
    """Return the side of a cell of the finest lattice [m]."""
    wanted = shortest_step(rates, options) / options.align_step_cells
    return max(wanted, land.cell_m * options.align_least_cells)


def shortest_step(rates: Rates, options: ConnectOptions) -> float:
    """Return the length at which two steps leave room for the arc of the sharpest turn [m]."""
    return 2 * rates.min_radius_m * tan(radians(options.align_turn_degree) / 2) * (1 + ROUNDING)


def _frame(land: Land, start: Points, cell_m: float) -> _Frame:
    """Return the lattice of a fineness that has a node at the start."""
    rows, columns = land.elevation.shape
    east, south = (columns - 1) * land.cell_m, (rows - 1) * land.cell_m
    origin = (float(start[0] % cell_m), float(start[1] % cell_m))
    shape = (int((south - origin[1]) // cell_m) + 1, int((east - origin[0]) // cell_m) + 1)
    return _Frame(cell_m=cell_m, origin=origin, shape=shape)


def _mesh(
    land: Land,
    rates: Rates,
    frame: _Frame,
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
    multiples = _multiples(piece, shortest_step(rates, options), _longest_step(rates, options))
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


def _longest_step(rates: Rates, options: ConnectOptions) -> float:
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


def _lattice_grade(rates: Rates, mesh: Mesh) -> float:
    """
    Return the steepest grade of a step: what is left in the sharpest bend.

    An arc is shorter than its two tangents, and the curve takes its share of a railway's grade.
    """
    angle = np.arctan2(mesh.steps[:, 0], mesh.steps[:, 1])
    turn = np.abs((angle[:, None] - angle + pi) % (2 * pi) - pi)[mesh.turns].max()
    shorter = 1.0 if turn == 0 else (turn / 2) / tan(turn / 2)
    curve = rates.curve_resistance_m / rates.min_radius_m if rates.min_radius_m > 0 else 0.0
    return float((rates.max_grade - curve) * shorter * (1 - ROUNDING))


def _run(
    land: Land,
    rates: Rates,
    mesh: Mesh,
    grade: float,
    start: Points,
    *,
    goal: Points | None,
    arriving: Points | None = None,
) -> tuple[Any, ...]:
    """Search from a place to a goal, or everywhere."""
    levels, headings = 2 * mesh.levels + 1, len(mesh.steps)
    column = round((start[0] - mesh.origin[0]) / mesh.cell_m)
    row = round((start[1] - mesh.origin[1]) / mesh.cell_m)
    node = mesh.node[row, column]
    if node < 0:
        return None, None, None, -1, np.inf
    base = mesh.cell_m * np.hypot(mesh.steps[:, 0], mesh.steps[:, 1]) * mesh.multiples[:, 0]
    leave = np.flatnonzero(_may_leave(mesh.steps, base, rates.min_radius_m, start, arriving))
    seeds = ((node * headings + leave) * levels + mesh.levels).astype(np.int64)
    target = Goal(x=0.0, y=0.0, z=0.0, reach_m=0.0)
    if goal is not None:
        z = ground_at_nodes(land, (goal[0], goal[1]), 1.0, np.zeros(1), np.zeros(1))[0]
        longest = mesh.cell_m * np.hypot(mesh.steps[:, 0], mesh.steps[:, 1])
        reach = float((longest * mesh.multiples.max(axis=1)).max())
        target = Goal(x=float(goal[0]), y=float(goal[1]), z=float(z), reach_m=reach)
    bucket = _bucket(land, rates, mesh, float(base.min()))
    return tuple(search_lattice(mesh, land, rates, grade, seeds, target, bucket))


def _may_leave(
    steps: NDArray[np.int64], base: Points, radius: float, start: Points, arriving: Points | None
) -> Mask:
    """Tell which headings a line may take at its start."""
    if arriving is None:
        return np.ones(len(steps), np.bool_)
    east, south = start[:2] - arriving[:2]
    turn = np.arctan2(steps[:, 0], steps[:, 1]) - np.arctan2(south, east)
    turn = np.abs((turn + pi) % (2 * pi) - pi)
    room = np.minimum(base, hypot(east, south)) / 2
    ahead = turn < pi / 2
    return np.asarray(ahead & (radius * np.tan(np.where(ahead, turn, 0) / 2) <= room), np.bool_)


def _bucket(land: Land, rates: Rates, mesh: Mesh, shortest: float) -> tuple[float, int]:
    """Return the width of a bucket [US$] and the number of buckets."""
    plain = rates.usd_per_m * float(land.factor.min()) + float(land.extra.min())
    cheapest = min(plain, rates.bridge_usd_per_m, rates.tunnel_usd_per_m)
    width = cheapest * shortest * (1 - 1 / 2**10)
    height = max(rates.bridge_height_m, rates.tunnel_cover_m)
    section = height * (rates.width_m + rates.side_slope * height)
    earth = max(rates.cut_usd_per_m3, rates.fill_usd_per_m3) * section
    steep = 1 + rates.slope_surcharge
    dear = rates.usd_per_m * float(land.factor.max()) * steep + float(land.extra.max()) + earth
    piece = mesh.cell_m * np.hypot(mesh.steps[:, 0], mesh.steps[:, 1])
    longest = float((mesh.multiples.max(axis=1) * piece).max())
    dearest = longest * max(dear, rates.bridge_usd_per_m, rates.tunnel_usd_per_m)
    return width, ceil(dearest / width) + 3


def _line_values(
    land: Land,
    rates: Rates,
    frame: _Frame,
    mesh: Mesh,
    ends: tuple[Points, Points],
    options: ConnectOptions,
) -> NDArray[np.float64] | None:
    """Return for each node the cost of the best line through it; None if there is no line."""
    shape = (len(mesh.rows), len(mesh.steps) * (2 * mesh.levels + 1))
    ease = 1.0
    for _ in range(options.align_coarse_tries):
        total = np.zeros(len(mesh.rows))
        grade = _lattice_grade(rates, mesh) * ease
        for place in ends:
            cost = _run(land, rates, mesh, grade, place, goal=None)[0]
            if cost is None:
                return None
            least = cost.reshape(shape).min(axis=1)
            total += least
        if np.isfinite(total).any():
            value = np.full(frame.shape, np.inf)
            value[mesh.rows, mesh.columns] = total
            return value
        ease *= options.align_coarse_ease
    return None


def _refine(
    value: NDArray[np.float64],
    coarse: _Frame,
    fine: _Frame,
    most: int,
    options: ConnectOptions,
) -> Mask:
    """Choose the nodes of the finer lattice that lie where a line is nearly as good as the best."""
    finite = np.sort(value[np.isfinite(value)])
    limit = min(finite[min(most, len(finite)) - 1], finite[0] * (1 + options.align_corridor_slack))
    width = 2 * ceil(options.align_corridor_cells) + 1
    good = maximum_filter((value <= limit).astype(np.uint8), size=width)
    rows = fine.origin[1] + fine.cell_m * np.arange(fine.shape[0])
    columns = fine.origin[0] + fine.cell_m * np.arange(fine.shape[1])
    row = np.clip(np.rint((rows - coarse.origin[1]) / coarse.cell_m), 0, coarse.shape[0] - 1)
    column = np.clip(np.rint((columns - coarse.origin[0]) / coarse.cell_m), 0, coarse.shape[1] - 1)
    return np.asarray(good[np.ix_(row.astype(int), column.astype(int))] > 0, np.bool_)


def _within(frame: _Frame, place: Points, reach_m: float) -> Mask:
    """Return the nodes within reach of a place, where lines may begin with any step."""
    south = frame.origin[1] + frame.cell_m * np.arange(frame.shape[0]) - place[1]
    east = frame.origin[0] + frame.cell_m * np.arange(frame.shape[1]) - place[0]
    return np.asarray(south[:, None] ** 2 + east**2 <= reach_m**2, np.bool_)


def _direct(
    land: Land, rates: Rates, start: Points, goal: Points, *, arriving: Points | None
) -> Chain | None:
    """Return the straight line between two places if it is allowed."""
    length = float(np.hypot(*(goal - start)))
    count = max(ceil(length / land.cell_m), 2)
    ahead = (goal - start) / length
    if arriving is not None:
        back = start - arriving[:2]
        turn = abs(np.arctan2(back[0] * ahead[1] - back[1] * ahead[0], back @ ahead))
        room = min(length, float(np.hypot(*back))) / 2
        if turn >= pi / 2 or rates.min_radius_m * tan(turn / 2) > room:
            return None
    heights = [ground_at(land.elevation, land.cell_m, *place)[0] for place in (start, goal)]
    if abs(heights[1] - heights[0]) > rates.max_grade * length:
        return None
    samples = np.empty((count, 3))
    lay_samples(land, rates, tuple(start), tuple(ahead), length / count, (0, count), samples)
    usd = usd_of_samples(samples, count, (heights[0], heights[1]), length, rates)
    if not np.isfinite(usd):
        return None
    vertices = np.column_stack([np.vstack([start, goal]), heights])
    return Chain(vertices=vertices, cost_usd=float(usd))


def _walk(
    land: Land,
    mesh: Mesh,
    came: NDArray[np.int32],
    leave_from: NDArray[np.int32],
    last: int,
    goal: Points,
) -> Points:
    """Return the vertices of the line to the goal."""
    levels, headings = 2 * mesh.levels + 1, len(mesh.steps)
    states = [last]
    while True:
        departure = int(came[states[-1]])
        if leave_from[departure] < 0:
            states.append(departure)
            break
        states.append(int(leave_from[departure]))
    state = np.array(states[::-1])
    node = state // levels // headings
    height = mesh.ground[node] + (state % levels - mesh.levels) * mesh.level_m
    east = mesh.origin[0] + mesh.columns[node] * mesh.cell_m
    south = mesh.origin[1] + mesh.rows[node] * mesh.cell_m
    end = [*goal[:2], ground_at(land.elevation, land.cell_m, goal[0], goal[1])[0]]
    return np.vstack([np.column_stack([east, south, height]), end])
