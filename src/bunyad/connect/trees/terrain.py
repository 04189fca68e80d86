"""Trees over terrain: places joined on a raster, with forks wherever they pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.spread import cost_distance, nearest_source
from bunyad.connect.spread.kernels import COLUMN, ROW
from bunyad.connect.trees.solve import steiner_tree

DEFAULT_EFFORT = 40_000_000
"""Arcs that may be looked at: some seconds on 100,000 to 300,000 cells."""
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
    edges, weights = raster_links(cost, cell_m=cell_m)
    width = cost.shape[1]
    cells = np.asarray(places, np.int64)
    tree = steiner_tree(edges, weights, cells[:, 0] * width + cells[:, 1], effort=effort, seed=seed)
    ends = edges[tree.chosen]
    steps = np.stack(np.divmod(ends, width), axis=-1)
    return TerrainTree(steps=steps, weight=tree.weight, bound=tree.bound)


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
