"""Least-cost search over the steps: single routes and trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import dijkstra

from bunyad.connect.steps import Steps

Pair = tuple[int, int]
TIE = 1e-9
"""Relative difference below which two costs count as equal, far above rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The steps with what they cost and what they weigh in the search."""

    steps: Steps
    cost_usd: NDArray[np.float64]
    weight: NDArray[np.float64]
    """By heading and node; infinite where a step may not be used."""
    matrix: csr_matrix
    """Weights between nodes, both ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A found alignment: its nodes, and one value a step for the rest."""

    nodes: NDArray[np.int64]
    length_m: NDArray[np.float64]
    """Length in space [m]."""
    rise_m: NDArray[np.float64]
    grade_percent: NDArray[np.float64]
    """Grade where any part of the step is open, else 0 [%]."""
    bridge_m: NDArray[np.float64]
    tunnel_m: NDArray[np.float64]
    cost_usd: NDArray[np.float64]

    def part(self, first: int, last: int) -> Trace:
        """Return the stretch from the first to the last of the given positions in `nodes`."""
        return Trace(
            nodes=self.nodes[first : last + 1],
            length_m=self.length_m[first:last],
            rise_m=self.rise_m[first:last],
            grade_percent=self.grade_percent[first:last],
            bridge_m=self.bridge_m[first:last],
            tunnel_m=self.tunnel_m[first:last],
            cost_usd=self.cost_usd[first:last],
        )


def build_graph(
    steps: Steps, *, cost_usd: NDArray[np.float64], weight: NDArray[np.float64]
) -> Graph:
    """
    Build the search graph, without long steps that shorter ones match.

    A long step is left out where the chain of its heading's shortest steps over the same
    nodes weighs no more: no least weight changes by it.

    Parameters
    ----------
    steps
        The surveyed steps.
    cost_usd
        Cost by heading and node [US$].
    weight
        What the search minimises, by heading and node; infinite for steps that are not allowed.
    """
    keep = _undominated(steps, weight)
    heading, start = np.nonzero(keep)
    end = steps.target[heading, start]
    value = weight[heading, start]
    count = steps.target.shape[1]
    matrix = coo_matrix(
        (np.tile(value, 2), (np.concatenate([start, end]), np.concatenate([end, start]))),
        shape=(count, count),
    ).tocsr()
    return Graph(
        steps=steps, cost_usd=cost_usd, weight=np.where(keep, weight, np.inf), matrix=matrix
    )


def find_path(graph: Graph, start: int, end: int) -> NDArray[np.int64] | None:
    """Return the nodes of the least-weight path, or None where there is none."""
    distance, previous, _ = _spread(graph, np.array([start]))
    if not np.isfinite(distance[end]):
        return None
    return _walk_back(previous, end)[::-1]


def find_tree(graph: Graph, terminals: NDArray[np.int64]) -> list[tuple[Pair, NDArray[np.int64]]]:
    """
    Join terminals by a tree, each link a least-weight path between two of them.

    The minimum spanning tree of the links between the cells of the cost Voronoi diagram is a
    minimum spanning tree of the terminals' distances, hence at most twice as heavy as the best
    Steiner tree (K. Mehlhorn, A faster approximation algorithm for the Steiner problem in
    graphs, Information Processing Letters 27, 1988).

    Parameters
    ----------
    graph
        The search graph.
    terminals
        A node each, no two the same.

    Returns
    -------
    list
        Pairs of positions in `terminals` with the nodes from the first to the second, lightest
        link first. Where not all can be joined, the links of each group.
    """
    links = find_links(graph, terminals)
    meeting: nx.Graph[int] = nx.Graph()
    for pair, weight, nodes in links:
        meeting.add_edge(*pair, weight=weight, nodes=nodes)
    kept = {tuple(sorted(pair)) for pair in nx.minimum_spanning_edges(meeting, data=False)}
    return [(pair, nodes) for pair, _, nodes in links if pair in kept]


def find_links(
    graph: Graph, terminals: NDArray[np.int64]
) -> list[tuple[Pair, float, NDArray[np.int64]]]:
    """
    Return the lightest link between each two terminals that are neighbours.

    Neighbours are terminals whose cells of the cost Voronoi diagram touch.

    Returns
    -------
    list
        Pairs of positions in `terminals`, weight and nodes, lightest first.
    """
    distance, previous, cell = _spread(graph, terminals)
    heading, start = np.nonzero(np.isfinite(graph.weight))
    end = graph.steps.target[heading, start].astype(np.int64)
    meets = (cell[start] != cell[end]) & (cell[start] >= 0) & (cell[end] >= 0)
    heading, start, end = heading[meets], start[meets], end[meets]
    swap = cell[start] > cell[end]
    one, other = np.where(swap, end, start), np.where(swap, start, end)
    weight = distance[start] + graph.weight[heading, start] + distance[end]
    table = pd.DataFrame(
        {"a": cell[one], "b": cell[other], "weight": weight, "one": one, "other": other}
    )
    table = table.sort_values(["weight", "a", "b", "one", "other"]).drop_duplicates(["a", "b"])
    pairs = table[["a", "b", "one", "other"]].to_numpy(np.int64).tolist()
    return [
        (
            (first, second),
            weight,
            np.concatenate([_walk_back(previous, here)[::-1], _walk_back(previous, there)]),
        )
        for (first, second, here, there), weight in zip(
            pairs, table["weight"].tolist(), strict=True
        )
    ]


def nearest_terminals(graph: Graph, terminals: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each node the position of the terminal that is least weight away, or -1."""
    return _spread(graph, terminals)[2]


def trace_path(graph: Graph, nodes: NDArray[np.int64]) -> Trace:
    """Gather what the steps along a path are like."""
    steps = graph.steps
    here, there = nodes[:-1], nodes[1:]
    heading, start, is_there = find_steps(steps, here, there)
    assert is_there.all(), "a path leaves the surveyed steps"
    sign = np.where(start == here, 1, -1)
    length = np.hypot(steps.length_m[heading], steps.rise_m[heading, start]).astype(np.float64)
    is_open = steps.bridge_share[heading, start] + steps.tunnel_share[heading, start] < 1 - TIE
    rise = sign * steps.rise_m[heading, start].astype(np.float64)
    return Trace(
        nodes=nodes,
        length_m=length,
        rise_m=rise,
        grade_percent=np.where(is_open, 100 * np.abs(rise) / steps.length_m[heading], 0.0),
        bridge_m=length * steps.bridge_share[heading, start],
        tunnel_m=length * steps.tunnel_share[heading, start],
        cost_usd=graph.cost_usd[heading, start],
    )


def find_steps(
    steps: Steps, here: NDArray[np.int64], there: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """
    Find the steps between pairs of nodes, in whichever direction they were surveyed.

    Returns
    -------
    tuple
        Heading, start node, and whether there is such a step at all.
    """
    forth = steps.target[:, here] == there
    back = steps.target[:, there] == here
    is_forth = forth.any(axis=0)
    heading = np.where(is_forth, forth.argmax(axis=0), back.argmax(axis=0))
    return heading, np.where(is_forth, here, there), is_forth | back.any(axis=0)


def _spread(
    graph: Graph, sources: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int64]]:
    """
    Search from several nodes at once.

    Returns
    -------
    tuple
        By node: least weight from a source, node before it, and position of that source (-1
        where none leads to it).
    """
    matrix: Any = graph.matrix
    distance, previous, source = dijkstra(
        matrix, indices=sources, min_only=True, return_predecessors=True
    )
    position = np.full(graph.steps.target.shape[1], -1, np.int64)
    position[sources] = np.arange(len(sources))
    return distance, previous, np.where(source >= 0, position[np.maximum(source, 0)], -1)


def _walk_back(previous: NDArray[np.int32], node: int) -> NDArray[np.int64]:
    """Return the nodes from `node` back to the source of the search."""
    nodes = [node]
    while previous[nodes[-1]] >= 0:
        nodes.append(int(previous[nodes[-1]]))
    return np.array(nodes, np.int64)


def _undominated(steps: Steps, weight: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which steps weigh less than the chain of shortest steps over the same nodes."""
    keep = np.isfinite(weight)
    shortest, reached = 0, 0
    best = weight[0]
    for number, times in enumerate(steps.multiple):
        if times == 1:
            shortest, reached, best = number, 1, weight[number]
            continue
        following = steps.target[shortest]
        while reached < times:
            best = weight[shortest] + np.where(following >= 0, best[following], np.inf)
            reached += 1
        keep[number] &= weight[number] < best * (1 - TIE)
        best = np.minimum(weight[number], best)
    return keep
