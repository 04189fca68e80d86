"""
Kernels of the lattice: least-cost lines whose states are place, heading and level.

A step goes straight from node to node. Its ends lie on the ground or some levels above or below
it, its middle where the straight grade lies: so a long step is a viaduct or a tunnel. Costs of
steps are found as they are needed. States of one bucket are settled together: a bucket is no
wider than the cheapest step, so nothing in it can be reached more cheaply from within.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from bunyad.connect.alignment.kernels_land import ground_at, lay_samples, usd_of_samples


class Mesh(NamedTuple):
    """Nodes and headings of a lattice."""

    node: Any
    """Number of the node by row and column, -1 where there is none."""
    rows: Any
    columns: Any
    ground: Any
    """Height of the ground by node [m]."""
    origin: Any
    """Place of row 0, column 0 [m]."""
    cell_m: float
    steps: Any
    """Rows and columns that the smallest piece of each heading goes."""
    multiples: Any
    """How many pieces long the steps of each heading are, rising; 0 ends the list."""
    turns: Any
    """Whether a line may turn from one heading to another."""
    samples: Any
    """Samples on the smallest piece of each heading."""
    levels: int
    """Levels above and below the ground."""
    level_m: float


class Goal(NamedTuple):
    """Where a search ends."""

    x: float
    y: float
    z: float
    reach_m: float
    """Distance from which the goal is reached by one straight piece; 0 if there is no goal."""
    most_usd: float
    """Cost above which no line is looked for."""
    slack: float
    """Share by which states are searched beyond the cost of the best line to the goal."""


@njit(cache=True, error_model="numpy", nogil=True)
def _usd_to_goal(
    mesh: Any, land: Any, rates: Any, state: int, goal: Any, samples: Any, grade: float
) -> float:
    """Return the cost of the last straight piece from an arrival, infinite if none is allowed."""
    levels, headings = 2 * mesh.levels + 1, len(mesh.steps)
    level, heading = state % levels, (state // levels) % headings
    node = state // levels // headings
    x = mesh.origin[0] + mesh.columns[node] * mesh.cell_m
    y = mesh.origin[1] + mesh.rows[node] * mesh.cell_m
    east, south = goal.x - x, goal.y - y
    length = np.hypot(east, south)
    if length > goal.reach_m or length == 0:
        return np.inf
    z = mesh.ground[node] + (level - mesh.levels) * mesh.level_m
    if abs(goal.z - z) > grade * length:
        return np.inf
    down, right = mesh.steps[heading]
    piece = np.hypot(down, right)
    base = piece * mesh.multiples[heading, 0] * mesh.cell_m
    cosine = (right * east + down * south) / (piece * length)
    sine = (right * south - down * east) / (piece * length)
    half = abs(np.tan(np.arctan2(sine, cosine) / 2))
    if cosine <= 0 or rates.min_radius_m * half > min(base, length) / 2:
        return np.inf
    count = max(int(length / (piece * mesh.cell_m) * mesh.samples[heading] + 1), 2)
    ahead = (east / length, south / length)
    lay_samples(land, rates, (x, y), ahead, length / count, (0, count), samples)
    return usd_of_samples(samples, count, (z, goal.z), length, rates)


@njit(cache=True, error_model="numpy", nogil=True)
def _add(queue: Any, heads: Any, slot: int, state: int, fill: Any) -> Any:
    """Put a state into a slot of the queue, a linked list each, and return the queue."""
    if fill[1] >= 0:
        entry = fill[1]
        fill[1] = queue[entry, 1]
    else:
        entry = fill[0]
        fill[0] += 1
        if entry == len(queue):
            longer = np.empty((2 * entry, 2), queue.dtype)
            longer[:entry] = queue
            queue = longer
    queue[entry, 0], queue[entry, 1] = state, heads[slot]
    heads[slot] = entry
    return queue


@njit(cache=True, error_model="numpy", nogil=True)
def search_lattice(
    mesh: Any, land: Any, rates: Any, grade: float, seeds: Any, goal: Any, bucket: Any, rest: Any
) -> Any:
    """
    Search from seeds until no line can be nearly as good as the best.

    Parameters
    ----------
    mesh, land, rates
        The lattice, the land and the design.
    grade
        Steepest grade of a step [-].
    seeds
        Departures to start from: node, heading and level packed into one number.
    goal
        Where to end.
    bucket
        Width of a bucket, no more than the cheapest step costs [US$]; number of buckets, which
        together are wider than the dearest step.
    rest
        What a line still costs from each node, or less [US$].

    Returns
    -------
    tuple
        By arrival (node, heading, level): least cost, and the departure it came from (-1 if
        none); by departure: the arrival before it; the last arrival before the goal; the cost.
    """
    levels, headings = 2 * mesh.levels + 1, len(mesh.steps)
    states = len(mesh.rows) * headings * levels
    cost = np.full(states, np.inf)
    came = np.full(states, -1, np.int32)
    leave_cost = np.full(states, np.inf)
    leave_from = np.full(states, -1, np.int32)
    settled = np.zeros(states, np.bool_)
    width, slots = bucket[0], int(bucket[1])
    heads = np.full(slots, -1, np.int32)
    queue = np.empty((1 << 16, 2), np.int32)
    fill = np.array([0, -1])
    waiting = 0
    samples = np.empty((4096, 3))
    departures = np.empty(1 << 12, np.int32)
    most_multiples = mesh.multiples.shape[1]
    best, last = np.inf, -1
    limit = goal.most_usd
    count = 0
    for seed in seeds:
        leave_cost[seed] = 0.0
        departures[count] = seed
        count += 1
    number = 0
    while True:
        ceiling = (number + slots - 1) * width
        # All departures of this bucket are known: take their steps.
        for place in range(count):
            state = departures[place]
            level, heading = state % levels, (state // levels) % headings
            node = state // levels // headings
            row, column = mesh.rows[node], mesh.columns[node]
            down, right = mesh.steps[heading]
            piece_cells = np.hypot(down, right)
            piece = piece_cells * mesh.cell_m
            ahead = (right / piece_cells, down / piece_cells)
            start = (mesh.origin[0] + column * mesh.cell_m, mesh.origin[1] + row * mesh.cell_m)
            z = mesh.ground[node] + (level - mesh.levels) * mesh.level_m
            near = (mesh.levels + 0.5) * mesh.level_m
            laid = 0
            per_piece = mesh.samples[heading]
            first = mesh.multiples[heading, 0]
            for which in range(most_multiples):
                times = mesh.multiples[heading, which]
                if times == 0:
                    break
                to_row, to_column = row + times * down, column + times * right
                if not (0 <= to_row < mesh.node.shape[0] and 0 <= to_column < mesh.node.shape[1]):
                    break
                target = mesh.node[to_row, to_column]
                if target < 0:
                    continue
                length = times * piece
                rise = mesh.ground[target] - z
                slack = mesh.levels * mesh.level_m
                if abs(rise) > grade * length + slack or leave_cost[state] + rest[target] > limit:
                    continue
                is_long = times >= 2 * first and leave_from[state] >= 0
                if is_long and (
                    level != mesh.levels
                    or not _leaves_ground(mesh, (row, column), heading, times, (z, rise), near)
                ):
                    continue
                need = times * per_piece
                if need > laid:
                    lay_samples(land, rates, start, ahead, piece / per_piece, (laid, need), samples)
                    laid = need
                for to_level in range(levels):
                    end = mesh.ground[target] + (to_level - mesh.levels) * mesh.level_m
                    if abs(end - z) > grade * length or (is_long and to_level != mesh.levels):
                        continue
                    arrival = (target * headings + heading) * levels + to_level
                    if settled[arrival]:
                        continue
                    usd = leave_cost[state] + usd_of_samples(samples, need, (z, end), length, rates)
                    if usd < cost[arrival] and usd + rest[target] < limit and usd < ceiling:
                        cost[arrival] = usd
                        came[arrival] = state
                        queue = _add(queue, heads, int(usd / width) % slots, arrival, fill)
                        waiting += 1
        if waiting == 0:
            break
        # Find the next bucket with something in it and settle its arrivals.
        while heads[number % slots] < 0:
            number += 1
        if number * width >= limit:
            break
        count = 0
        entry = heads[number % slots]
        heads[number % slots] = -1
        while entry >= 0:
            arrival = queue[entry, 0]
            after = queue[entry, 1]
            queue[entry, 1] = fill[1]
            fill[1] = entry
            entry = after
            waiting -= 1
            if settled[arrival]:
                continue
            settled[arrival] = True
            usd = cost[arrival]
            if goal.reach_m > 0:
                to_goal = usd + _usd_to_goal(mesh, land, rates, arrival, goal, samples, grade)
                if to_goal < best:
                    best, last = to_goal, arrival
                    limit = min(limit, best * (1 + goal.slack))
            level, heading = arrival % levels, (arrival // levels) % headings
            node = arrival // levels // headings
            for turned in range(headings):
                if not mesh.turns[heading, turned]:
                    continue
                state = (node * headings + turned) * levels + level
                if leave_cost[state] > usd:
                    if leave_cost[state] == np.inf:
                        if count == len(departures):
                            longer = np.empty(2 * count, departures.dtype)
                            longer[:count] = departures
                            departures = longer
                        departures[count] = state
                        count += 1
                    leave_cost[state] = usd
                    leave_from[state] = arrival
    return cost, came, leave_from, last, best


@njit(cache=True, error_model="numpy", nogil=True)
def _leaves_ground(mesh: Any, place: Any, heading: int, times: int, line: Any, near: float) -> bool:
    """
    Tell whether a long step leaves the ground next to both ends.

    One that does not is a shorter step and a rest.
    """
    first = mesh.multiples[heading, 0]
    down, right = mesh.steps[heading]
    for part in (first, times - first):
        node = mesh.node[place[0] + part * down, place[1] + part * right]
        if node >= 0 and abs(line[0] + line[1] * part / times - mesh.ground[node]) <= near:
            return False
    return True


@njit(cache=True, error_model="numpy", nogil=True)
def ground_at_nodes(land: Any, origin: Any, cell_m: float, rows: Any, columns: Any) -> Any:
    """Return the height of the ground at nodes [m]."""
    heights = np.empty(len(rows))
    for place in range(len(rows)):
        x, y = origin[0] + columns[place] * cell_m, origin[1] + rows[place] * cell_m
        heights[place] = ground_at(land.elevation, land.cell_m, x, y)[0]
    return heights
