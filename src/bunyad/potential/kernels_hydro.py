"""Kernels of rivers: flooding, flow directions, accumulation, reaches and usable flow."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numba import njit

STEPS = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
"""Rows and columns to the eight neighbours."""


@njit(cache=True)
def flood(height: Any, known: Any) -> Any:
    """
    Fill the sinks of a terrain from its edge inwards.

    Priority-Flood (Barnes, Lehman & Mulla 2014, Computers & Geosciences 62, 117): the lowest cell
    of the front always comes next, so each cell gets the lowest height from which its water
    can reach the edge.

    Parameters
    ----------
    height
        Height of the ground [m].
    known
        Whether a cell has a height; water also leaves at the border of those.

    Returns
    -------
    tuple
        Filled heights [m], flat index of the cell from which each was reached (-1 at the edge),
        and flat indices in the order in which they were reached, lowest first.
    """
    rows, columns = height.shape
    filled = height.copy()
    parent = np.full(rows * columns, -1, np.int64)
    seen = np.zeros((rows, columns), np.bool_)
    order = np.empty(rows * columns, np.int64)
    front = [(filled[0, 0], np.int64(0), np.int64(0)) for _ in range(0)]
    pushed = np.int64(0)
    for i in range(rows):
        for j in range(columns):
            if not known[i, j]:
                continue
            edge = i in (0, rows - 1) or j in (0, columns - 1)
            for di, dj in STEPS:
                edge = edge or not known[i + di, j + dj]
            if edge:
                seen[i, j] = True
                heapq.heappush(front, (filled[i, j], pushed, np.int64(i * columns + j)))
                pushed += 1
    count = 0
    while front:
        level, _, cell = heapq.heappop(front)
        order[count] = cell
        count += 1
        for di, dj in STEPS:
            i, j = cell // columns + di, cell % columns + dj
            if i < 0 or j < 0 or i >= rows or j >= columns or seen[i, j] or not known[i, j]:
                continue
            seen[i, j] = True
            filled[i, j] = max(height[i, j], level)
            parent[i * columns + j] = cell
            heapq.heappush(front, (filled[i, j], pushed, np.int64(i * columns + j)))
            pushed += 1
    return filled, parent, order[:count]


@njit(cache=True)
def steepest(filled: Any, parent: Any, order: Any, width: float, length: float) -> Any:
    """
    Return the flat index of the cell that each cell drains to, -1 out of the grid.

    D8 (O'Callaghan & Mark 1984, Computer Vision, Graphics and Image Processing 28, 323): the
    steepest way down; on filled flats the way by which the flood came.

    Parameters
    ----------
    filled
        Filled heights, NaN where unknown [m].
    parent, order
        As `flood` gives them.
    width, length
        Size of a cell from west to east and from north to south [m].
    """
    rows, columns = filled.shape
    target = np.full(rows * columns, -1, np.int64)
    for cell in order:
        i, j = cell // columns, cell % columns
        target[cell] = parent[cell]
        best = 0.0
        for di, dj in STEPS:
            ni, nj = i + di, j + dj
            if ni < 0 or nj < 0 or ni >= rows or nj >= columns:
                continue
            fall = (filled[i, j] - filled[ni, nj]) / np.hypot(di * length, dj * width)
            if fall > best:
                best = fall
                target[cell] = ni * columns + nj
    return target


@njit(cache=True)
def gather(amount: Any, target: Any, order: Any) -> Any:
    """
    Return what each cell and all above it hold together.

    Parameters
    ----------
    amount
        One row a cell, one column a quantity.
    target
        Flat index of the cell that each drains to, -1 out of the grid.
    order
        Flat indices of the cells, lower ones first.
    """
    total = amount.copy()
    for k in range(len(order) - 1, -1, -1):
        cell = order[k]
        if target[cell] >= 0:
            total[target[cell]] += total[cell]
    return total


@njit(cache=True)
def carve(height: Any, target: Any, order: Any) -> Any:
    """
    Return heights lowered so far that no cell is higher than one that drains to it [m].

    Parameters
    ----------
    height
        Height of the ground, flat [m].
    target, order
        As for `gather`.
    """
    bed = height.copy()
    for k in range(len(order) - 1, -1, -1):
        cell = order[k]
        if target[cell] >= 0:
            bed[target[cell]] = min(bed[target[cell]], bed[cell])
    return bed


@njit(cache=True)
def reaches(starts: Any, target: Any, step_m: Any, is_open: Any, longest_m: float) -> Any:
    """
    Return all stretches of river from some cells downwards.

    Parameters
    ----------
    starts
        Flat indices of the cells to start from.
    target
        Flat index of the cell that each drains to, -1 out of the grid.
    step_m
        Way from each cell to its target [m].
    is_open
        Whether the way from a cell to its target may be used.
    longest_m
        Longest stretch [m].

    Returns
    -------
    tuple
        Number of the start, flat index of the lower end, and length [m] of each stretch.
    """
    first = [np.int64(0) for _ in range(0)]
    last = [np.int64(0) for _ in range(0)]
    way = [0.0 for _ in range(0)]
    for number in range(len(starts)):
        cell = starts[number]
        length = 0.0
        while is_open[cell] and target[cell] >= 0 and length + step_m[cell] <= longest_m:
            length += step_m[cell]
            cell = target[cell]
            first.append(np.int64(number))
            last.append(cell)
            way.append(length)
    return np.array(first), np.array(last), np.array(way)


@njit(cache=True)
def usable_flow(monthly: Any, spread: Any, kept: Any, most: Any) -> Any:
    """
    Return the mean flow that a plant can take in each month [m³/s].

    Parameters
    ----------
    monthly
        Mean flow of the months, one row a plant [m³/s].
    spread
        Equally likely flows of a day over the mean of its month [-].
    kept
        Flow that stays in the river, one value a plant [m³/s].
    most
        Most that the plant can take, one value a plant [m³/s].
    """
    plants, months = monthly.shape
    taken = np.zeros((plants, months))
    for p in range(plants):
        for m in range(months):
            for share in spread:
                taken[p, m] += min(most[p], max(0.0, monthly[p, m] * share - kept[p]))
            taken[p, m] /= len(spread)
    return taken


@njit(cache=True)
def choose_apart(ranked: Any, starts: Any, ends: Any, target: Any) -> Any:
    """
    Return which stretches of river are taken if the first come first and none overlap.

    Two stretches overlap where they share the way from a cell to the next one; one may begin
    in the cell in which another ends.

    Parameters
    ----------
    ranked
        Numbers of the stretches, the best first.
    starts, ends
        Flat indices of the upper and the lower cell of each stretch.
    target
        Flat index of the cell that each drains to.
    """
    used = np.zeros(len(target), np.bool_)
    taken = np.zeros(len(starts), np.bool_)
    for stretch in ranked:
        cell = starts[stretch]
        free = True
        while free and cell != ends[stretch]:
            free = not used[cell]
            cell = target[cell]
        if not free:
            continue
        taken[stretch] = True
        cell = starts[stretch]
        while cell != ends[stretch]:
            used[cell] = True
            cell = target[cell]
    return taken
