"""Search: the least-cost line on lattices, from coarse to fine."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, hypot, pi, tan
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
from bunyad.connect.alignment.mesh import (
    Frame,
    count_states,
    finest_cell,
    lattice_grade,
    lay_frame,
    lay_mesh,
    longest_step,
)
from bunyad.options import ConnectOptions

Points = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A line of straight pieces: vertices, heights and what it costs so."""

    vertices: Points
    """East, south and height [m]."""
    cost_usd: float


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
    frames = [lay_frame(land, start, finest)]
    while count_states(rates, frames[-1], spread, options) > options.align_free_states:
        frames.append(lay_frame(land, start, 2 * frames[-1].cell_m))
    corridor: Mask | None = None
    for coarse, fine in pairwise(frames[::-1]):
        mesh = lay_mesh(land, rates, coarse, corridor, spread=spread, options=options)
        value = _line_values(land, rates, coarse, mesh, ends, options)
        if value is None:
            return None
        states = count_states(rates, fine, spread, options) / np.prod(coarse.shape)
        most = max(int(options.align_corridor_states / states), 1)
        corridor = _refine(value, coarse, fine, most, options)
        for place in ends:
            corridor |= _within(fine, place, longest_step(rates, options))
    mesh = lay_mesh(land, rates, frames[0], corridor, spread=spread, options=options)
    grade = lattice_grade(rates, mesh)
    found = _run(land, rates, mesh, grade, start, goal=goal, arriving=arriving)
    _, came, leave_from, last, best = found
    direct = _direct(land, rates, start, goal, arriving=arriving)
    if last < 0 or (direct is not None and direct.cost_usd <= best):
        return direct
    return Chain(vertices=_walk(land, mesh, came, leave_from, last, goal), cost_usd=float(best))


def _run(  # noqa: PLR0913 — where from, where to, and how
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
    frame: Frame,
    mesh: Mesh,
    ends: tuple[Points, Points],
    options: ConnectOptions,
) -> NDArray[np.float64] | None:
    """Return for each node the cost of the best line through it; None if there is no line."""
    shape = (len(mesh.rows), len(mesh.steps) * (2 * mesh.levels + 1))
    ease = 1.0
    for _ in range(options.align_coarse_tries):
        total = np.zeros(len(mesh.rows))
        grade = lattice_grade(rates, mesh) * ease
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
    coarse: Frame,
    fine: Frame,
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


def _within(frame: Frame, place: Points, reach_m: float) -> Mask:
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
