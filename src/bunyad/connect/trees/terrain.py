"""Trees over terrain: places joined on a raster, with forks wherever they pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree

from bunyad.connect.spread import cost_distance, nearest_source, path_to
from bunyad.connect.spread.kernels import COLUMN, ROW
from bunyad.connect.trees.solve import steiner_tree
from bunyad.errors import InfeasibleError

DEFAULT_EFFORT = 40_000_000
"""Arcs that may be looked at: some seconds on 100,000 to 300,000 cells."""
MOST_CELLS = 300_000
"""Rasters above this are searched coarse first: graphs of their cells take some 0.3 GB."""
BAND = 2
"""Coarse cells around the coarse tree in which the fine one is looked for."""
FORTH = (4, 5, 6, 7)
"""The neighbours that make every pair of cells once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerrainTree:
    """Steps between neighbouring cells that join places."""

    steps: NDArray[np.int64]
    """Row and column of both ends of each step."""
    weight: float
    """Cost x metres."""
    bound: float
    """No tree on this raster weighs less."""


def terrain_steiner(
    cost: NDArray[np.floating[Any]],
    *,
    cell_m: float,
    places: NDArray[np.integer[Any]],
    effort: int = DEFAULT_EFFORT,
    seed: int = 0,
) -> TerrainTree:
    """
    Join places over a raster by a light tree that may fork outside of them.

    Large rasters are searched coarse first: the tree on squares of cells with the mean of their
    costs shows the land near which the fine tree is looked for, together with the least-cost
    ways between neighbouring places. Its bound is that of the minimum spanning tree of the
    distances: no Steiner tree of k places weighs less than k / (2 (k - 1)) of it.

    Parameters
    ----------
    cost
        Cost of each cell [1/m], as in `cost_distance`.
    cell_m
        Side of a cell [m].
    places
        Row and column of each place.
    effort, seed
        As in `steiner_tree`.

    Returns
    -------
    TerrainTree
        Steps, weight and lower bound.

    Examples
    --------
    >>> cross = np.array([[0, 2], [4, 2], [2, 0], [2, 4]])
    >>> terrain_steiner(np.ones((5, 5)), cell_m=10, places=cross).weight
    80.0
    """
    cells = np.asarray(places, np.int64)
    if cost.size > MOST_CELLS:
        return _coarse_first(cost, cell_m=cell_m, places=cells, effort=effort, seed=seed)
    return _solve(cost, cell_m=cell_m, places=cells, effort=effort, seed=seed)


def _solve(
    cost: NDArray[np.floating[Any]],
    *,
    cell_m: float,
    places: NDArray[np.int64],
    effort: int,
    seed: int,
) -> TerrainTree:
    """Join places over the passable cells of a raster as one graph."""
    edges, weights = raster_links(cost, cell_m=cell_m)
    width, cells = cost.shape[1], places
    tree = steiner_tree(edges, weights, cells[:, 0] * width + cells[:, 1], effort=effort, seed=seed)
    ends = edges[tree.chosen]
    steps = np.stack(np.divmod(ends, width), axis=-1)
    return TerrainTree(steps=steps, weight=tree.weight, bound=tree.bound)


def _coarse_first(
    cost: NDArray[np.floating[Any]],
    *,
    cell_m: float,
    places: NDArray[np.int64],
    effort: int,
    seed: int,
) -> TerrainTree:
    """Join places over the land near a coarse tree and near the ways between neighbours."""
    factor = int(np.ceil(np.sqrt(cost.size / MOST_CELLS)))
    ends, total, ways = _neighbours(cost, cell_m=cell_m, places=places)
    band = np.zeros([-(-side // factor) for side in cost.shape], np.bool_)
    band[tuple((ways // factor).T)] = True
    rough = _coarsen(cost, factor)
    rough[tuple((places // factor).T)] = np.fmin(
        rough[tuple((places // factor).T)], cost[tuple(places.T)]
    )
    try:
        seeds = np.unique(places // factor, axis=0)
        coarse = _solve(rough, cell_m=cell_m * factor, places=seeds, effort=effort // 4, seed=seed)
        band[tuple(coarse.steps.reshape(-1, 2).T)] = True
    except InfeasibleError:
        pass  # coarse cells close what is open between fine ones; the ways are enough
    wide = binary_dilation(band, np.ones((2 * BAND + 1, 2 * BAND + 1), np.bool_))
    fine = np.repeat(np.repeat(wide, factor, axis=0), factor, axis=1)
    near = np.where(fine[: cost.shape[0], : cost.shape[1]], cost, np.inf)
    tree = _solve(near, cell_m=cell_m, places=places, effort=effort, seed=seed)
    meeting = coo_matrix((total, (ends[:, 0], ends[:, 1])), shape=(len(places), len(places)))
    least = float(minimum_spanning_tree(meeting.tocsr()).sum())
    bound = least * len(places) / (2 * max(len(places) - 1, 1))
    return TerrainTree(steps=tree.steps, weight=tree.weight, bound=min(bound, tree.weight))


def _coarsen(cost: NDArray[np.floating[Any]], factor: int) -> NDArray[np.float64]:
    """Return the mean cost of squares of cells, impassable where more than half of one is."""
    rows, columns = (-(-side // factor) for side in cost.shape)
    total = np.zeros((rows, columns))
    count = np.zeros((rows, columns))
    for row in range(factor):
        for column in range(factor):
            part = cost[row::factor, column::factor]
            is_open = np.isfinite(part) & (part > 0)
            total[: part.shape[0], : part.shape[1]] += np.where(is_open, part, 0.0)
            count[: part.shape[0], : part.shape[1]] += is_open
    return np.where(2 * count >= factor**2, total / np.maximum(count, 1), np.inf)


def _neighbours(
    cost: NDArray[np.floating[Any]], *, cell_m: float, places: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Return the lightest links between neighbouring places, and the cells of their ways."""
    field = cost_distance(cost, cell_m=cell_m, sources=places)
    nearest = nearest_source(field)
    found: dict[tuple[int, int], tuple[float, int, int]] = {}
    height, width = cost.shape
    for row, column in zip(ROW[list(FORTH)].tolist(), COLUMN[list(FORTH)].tolist(), strict=True):
        here = (slice(0, height - row), slice(max(0, -column), width - max(0, column)))
        there = (slice(row, height), slice(max(0, column), width - max(0, -column)))
        meets = (nearest[here] != nearest[there]) & (nearest[here] >= 0) & (nearest[there] >= 0)
        at = np.argwhere(meets) + np.array([0, max(0, -column)])
        to = at + np.array([row, column])
        one, two = tuple(at.T), tuple(to.T)
        step = cell_m * float(np.hypot(row, column)) * (cost[one] + cost[two]) / 2
        weight = field.distance[one] + step + field.distance[two]
        both = np.sort(np.column_stack([nearest[one], nearest[two]]), axis=1)
        order = np.lexsort((weight, both[:, 1], both[:, 0]))
        _, first = np.unique(both[order], axis=0, return_index=True)
        for number in order[first].tolist():
            pair = (int(both[number, 0]), int(both[number, 1]))
            if pair not in found or weight[number] < found[pair][0]:
                cells = (int(at[number, 0]) * width + int(at[number, 1]),
                         int(to[number, 0]) * width + int(to[number, 1]))  # fmt: skip
                found[pair] = (float(weight[number]), *cells)
    ways = [
        path_to(field, (cell // width, cell % width))
        for _, *both in found.values()
        for cell in both
    ]
    ends = np.array(list(found), np.int64).reshape(-1, 2)
    total = np.array([weight for weight, *_ in found.values()], np.float64)
    return ends, total, np.vstack([places, *ways])


def raster_links(
    cost: NDArray[np.floating[Any]], *, cell_m: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """
    Return the steps between neighbouring passable cells of a raster, as a graph.

    Returns
    -------
    tuple
        Flat positions of both cells of each step, and its weight: length times mean cost.
    """
    height, width = cost.shape
    number = np.arange(cost.size).reshape(cost.shape)
    passable = np.isfinite(cost) & (cost > 0)
    edges, weights = [], []
    for row, column in zip(ROW[list(FORTH)].tolist(), COLUMN[list(FORTH)].tolist(), strict=True):
        here = (slice(0, height - row), slice(max(0, -column), width - max(0, column)))
        there = (slice(row, height), slice(max(0, column), width - max(0, -column)))
        both = passable[here] & passable[there]
        edges.append(np.column_stack([number[here][both], number[there][both]]))
        mean = (cost[here][both].astype(np.float64) + cost[there][both]) / 2
        weights.append(cell_m * float(np.hypot(row, column)) * mean)
    return np.concatenate(edges), np.concatenate(weights)


def neighbour_links(
    cost: NDArray[np.floating[Any]], *, cell_m: float, places: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """
    Return the lightest link between each two places whose cells of the cost Voronoi diagram touch.

    Returns
    -------
    tuple
        Positions of both places of each link, and its weight.
    """
    field = cost_distance(cost, cell_m=cell_m, sources=places)
    nearest = nearest_source(field).ravel()
    edges, weights = raster_links(cost, cell_m=cell_m)
    distance = field.distance.ravel()
    ends = np.sort(nearest[edges], axis=1).astype(np.int64)
    total = distance[edges[:, 0]] + weights + distance[edges[:, 1]]
    meets = (ends[:, 0] != ends[:, 1]) & (ends[:, 0] >= 0)
    ends, total = ends[meets], total[meets]
    order = np.lexsort((total, ends[:, 1], ends[:, 0]))
    ends, total = ends[order], total[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = np.any(ends[1:] != ends[:-1], axis=1)
    return ends[is_first], total[is_first]
