"""Search: the least-cost line on lattices, from coarse to fine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, hypot, pi, tan
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter, minimum_filter

from bunyad.connect.alignment.kernels_land import (
    Land,
    Rates,
    ground_at,
    lay_samples,
    usd_of_samples,
)
from bunyad.connect.alignment.kernels_lattice import Goal, Mesh, search_lattice
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


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a coarse search knows, by row and column of its lattice."""

    frame: Frame
    value: Points
    """Cost of the best line through a node [US$]."""
    rest: Points
    """Cost from a node or one next to it to the end [US$]."""
    best_usd: float
    is_eased: bool
    """Whether limits were broken to find any line."""


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
    builds = rates.has_bridges or rates.has_tunnels
    for attempt in range(options.align_height_tries):
        spread = 2**attempt if builds else 1
        frames = _frames(land, rates, ends[0], spread, options)
        if attempt > 0 and not builds and len(frames) == 1:
            break
        chain = _search_at(land, rates, (ends, arriving), frames, (attempt, spread), options)
        if chain is not None:
            return chain
    return None


def _frames(
    land: Land, rates: Rates, start: Points, spread: int, options: ConnectOptions
) -> list[Frame]:
    """Return lattices from the finest to the first that can be searched everywhere."""
    frames = [lay_frame(land, start, finest_cell(land, rates, options))]
    while count_states(rates, frames[-1], spread, options) > options.align_free_states:
        frames.append(lay_frame(land, start, 2 * frames[-1].cell_m))
    return frames


def _search_at(
    land: Land,
    rates: Rates,
    leg: tuple[tuple[Points, Points], Points | None],
    frames: list[Frame],
    wide: tuple[int, int],
    options: ConnectOptions,
) -> Chain | None:
    """Find the least-cost line between two places; each attempt with wider spread levels."""
    (ends, arriving), (attempt, spread) = leg, wide
    view: View | None = None
    corridor: Mask | None = None
    for coarse, fine in pairwise(frames[::-1]):
        mesh = lay_mesh(land, rates, coarse, corridor, spread=spread, options=options)
        view = _look(land, rates, coarse, mesh, ends, view, options)
        if view is None:
            return None
        states = count_states(rates, fine, spread, options) / np.prod(coarse.shape)
        most = max(int(options.align_corridor_states / states), 1)
        corridor = _refine(view, fine, most, attempt, options)
        for place in ends:
            corridor |= _within(fine, place, longest_step(rates, options))
    mesh = lay_mesh(land, rates, frames[0], corridor, spread=spread, options=options)
    return _find_chain(land, rates, mesh, ends, arriving, view, options)


def _find_chain(  # noqa: PLR0913, PLR0917 — the land, the mesh, where to, and what is known
    land: Land,
    rates: Rates,
    mesh: Mesh,
    ends: tuple[Points, Points],
    arriving: Points | None,
    view: View | None,
    options: ConnectOptions,
) -> Chain | None:
    """Find the least-cost line on the finest lattice, first where the coarser one promises it."""
    start, goal = ends
    grade = lattice_grade(rates, mesh)
    last, best = -1, np.inf
    seeds = _departures(mesh, rates, start, arriving)
    for known in (view, None) if view is not None else (None,):
        rest, most = _promise(mesh, known, options)
        target = _goal(land, mesh, goal, most)
        _, came, leave_from, last, best = _run(land, rates, mesh, grade, seeds, target, rest)
        if last >= 0:
            break
    direct = _direct(land, rates, start, goal, arriving=arriving)
    if last < 0 or (direct is not None and direct.cost_usd <= best):
        return direct
    return Chain(vertices=_walk(land, mesh, came, leave_from, last, goal), cost_usd=float(best))


def _run(  # noqa: PLR0913, PLR0917 — where from, where to, and how
    land: Land,
    rates: Rates,
    mesh: Mesh,
    grade: float,
    seeds: NDArray[np.int64],
    goal: Goal,
    rest: Points,
) -> tuple[Any, ...]:
    """Search from departures."""
    base = mesh.cell_m * np.hypot(mesh.steps[:, 0], mesh.steps[:, 1]) * mesh.multiples[:, 0]
    bucket = _bucket(land, rates, mesh, float(base.min()))
    return tuple(search_lattice(mesh, land, rates, grade, seeds, goal, bucket, rest))


def _departures(
    mesh: Mesh, rates: Rates, start: Points, arriving: Points | None = None
) -> NDArray[np.int64]:
    """Return the states in which a line may leave its start, none if that is no node."""
    column = round((start[0] - mesh.origin[0]) / mesh.cell_m)
    row = round((start[1] - mesh.origin[1]) / mesh.cell_m)
    rows, columns = mesh.node.shape
    node = mesh.node[min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)]
    base = mesh.cell_m * np.hypot(mesh.steps[:, 0], mesh.steps[:, 1]) * mesh.multiples[:, 0]
    leave = np.flatnonzero(_may_leave(mesh.steps, base, rates.min_radius_m, start, arriving))
    states = (node * len(mesh.steps) + leave) * (2 * mesh.levels + 1) + mesh.levels
    return np.asarray(states if node >= 0 else states[:0], np.int64)


def _returns(mesh: Mesh, arrival: int) -> NDArray[np.int64]:
    """Return the departures in which a line found the other way would go back."""
    levels, headings = 2 * mesh.levels + 1, len(mesh.steps)
    level, came = arrival % levels, (arrival // levels) % headings
    node = arrival // levels // headings
    back = (np.flatnonzero(mesh.turns[came]) + headings // 2) % headings
    return np.asarray((node * headings + back) * levels + level, np.int64)


def _goal(land: Land, mesh: Mesh, place: Points, most_usd: float, slack: float = 0.0) -> Goal:
    """Return a place as the goal of a search."""
    z = ground_at(land.elevation, land.cell_m, place[0], place[1])[0]
    longest = mesh.cell_m * np.hypot(mesh.steps[:, 0], mesh.steps[:, 1])
    reach = float((longest * mesh.multiples.max(axis=1)).max())
    return Goal(
        x=float(place[0]), y=float(place[1]), z=float(z), reach_m=reach,
        most_usd=most_usd, slack=slack,
    )  # fmt: skip


def _promise(mesh: Mesh, view: View | None, options: ConnectOptions) -> tuple[Points, float]:
    """Return what a line costs from each node on by a coarser view, and the most it may cost."""
    if view is None or view.is_eased:
        return np.zeros(len(mesh.rows)), np.inf
    frame = view.frame
    south = mesh.origin[1] + mesh.rows * mesh.cell_m
    east = mesh.origin[0] + mesh.columns * mesh.cell_m
    row = np.clip(np.rint((south - frame.origin[1]) / frame.cell_m), 0, frame.shape[0] - 1)
    column = np.clip(np.rint((east - frame.origin[0]) / frame.cell_m), 0, frame.shape[1] - 1)
    rest = view.rest[row.astype(int), column.astype(int)]
    rest = np.where(np.isfinite(rest), rest, 0.0) * (1 - options.align_promise_slack)
    return rest, view.best_usd * (1 + options.align_promise_slack)


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


def _look(  # noqa: PLR0913, PLR0917 — the land, the mesh, where to, and what is known
    land: Land,
    rates: Rates,
    frame: Frame,
    mesh: Mesh,
    ends: tuple[Points, Points],
    coarser: View | None,
    options: ConnectOptions,
) -> View | None:
    """
    Return what lines through each node cost; None if there is no line.

    Where none keeps the limits, steeper grades and structures are let in: a finer lattice has
    lines that a coarse one has not.
    """
    ease = 1.0
    for number in range(options.align_coarse_tries + 1):
        for known in (coarser, None) if number == 0 and coarser is not None else (None,):
            allowed = rates
            if number > 0:
                allowed = rates._replace(
                    has_bridges=True, has_tunnels=True, longest_tunnel_m=np.inf
                )
            grade = lattice_grade(rates, mesh) * ease
            view = _values(land, allowed, frame, (mesh, grade), ends, known, options)
            if view is not None:
                return replace(view, is_eased=number > 0)
        ease *= options.align_coarse_ease
    return None


def _values(  # noqa: PLR0913, PLR0917 — the land, the mesh, where to, and what is known
    land: Land,
    rates: Rates,
    frame: Frame,
    lattice: tuple[Mesh, float],
    ends: tuple[Points, Points],
    coarser: View | None,
    options: ConnectOptions,
) -> View | None:
    """Search from the start and, where lines may be nearly as good as the best, from the end."""
    mesh, grade = lattice
    shape = (len(mesh.rows), len(mesh.steps), 2 * mesh.levels + 1)
    slack = options.align_corridor_slack
    rest, most = _promise(mesh, coarser, options)
    goal = _goal(land, mesh, ends[1], most * (1 + slack), slack)
    seeds = _departures(mesh, rates, ends[0])
    forth, _, _, last, best = _run(land, rates, mesh, grade, seeds, goal, rest)
    if last < 0:
        return None
    forth = forth.reshape(shape)
    gone = forth.min(axis=(1, 2))
    gone[_within(frame, ends[0], goal.reach_m)[mesh.rows, mesh.columns]] = 0.0
    goal = _goal(land, mesh, ends[0], best * (1 + slack), slack)
    back = _run(land, rates, mesh, grade, _returns(mesh, last), goal, gone)[0]
    back = back.reshape(shape)
    value, rest_grid = np.full(frame.shape, np.inf), np.full(frame.shape, np.inf)
    value[mesh.rows, mesh.columns] = _through(mesh, forth, back)
    rest_grid[mesh.rows, mesh.columns] = back.min(axis=(1, 2))
    near = minimum_filter(rest_grid, size=3)
    return View(frame=frame, value=value, rest=near, best_usd=float(best), is_eased=False)


def _through(mesh: Mesh, forth: Points, back: Points) -> Points:
    """Return the cost of the best line through each node: both parts meet at level and heading."""
    half = len(mesh.steps) // 2
    best = np.full(len(forth), np.inf)
    for came, goes in zip(*np.nonzero(mesh.turns), strict=True):
        met = forth[:, came] + back[:, (goes + half) % len(mesh.steps)]
        np.minimum(best, met.min(axis=1), out=best)
    return best


def _refine(view: View, fine: Frame, most: int, attempt: int, options: ConnectOptions) -> Mask:
    """Choose the nodes of the finer lattice that lie where a line is nearly as good as the best."""
    value, coarse = view.value, view.frame
    finite = np.sort(value[np.isfinite(value)])
    if not len(finite):
        return np.zeros(fine.shape, np.bool_)
    limit = min(finite[min(most, len(finite)) - 1], finite[0] * (1 + options.align_corridor_slack))
    width = 2 * ceil(options.align_corridor_cells) * (1 + attempt) + 1
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
