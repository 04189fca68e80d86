"""Graphs as the kernels of Steiner trees take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from bunyad.errors import Fault, InfeasibleError, InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A graph whose arcs lie beside each other, and the edges of the whole that it has."""

    edges: NDArray[np.int64]
    weight: NDArray[np.float64]
    edge_of_whole: NDArray[np.int64]
    is_terminal: NDArray[np.bool_]
    start: NDArray[np.int64]
    near: NDArray[np.int64]
    link: NDArray[np.int64]
    side: NDArray[np.int64]
    origin: NDArray[np.int64]

    @property
    def lay(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """The arrays that every kernel takes."""
        return self.start, self.near, self.link


def lay_graph(
    edges: NDArray[np.int64], weight: NDArray[np.float64], terminals: NDArray[np.int64]
) -> Graph:
    """Lay out the part that is connected to the terminals, the lightest of parallel edges only."""
    count = int(max(edges.max(initial=-1), terminals.max())) + 1
    order = np.lexsort((weight, edges.max(axis=1), edges.min(axis=1)))
    pair = np.sort(edges[order], axis=1)
    is_first = np.ones(len(order), bool)
    is_first[1:] = np.any(pair[1:] != pair[:-1], axis=1)
    kept = np.sort(order[is_first & (pair[:, 0] != pair[:, 1])])
    one, other = edges[kept].T
    matrix: Any = coo_matrix((np.ones(len(kept)), (one, other)), shape=(count, count))
    _, part = connected_components(matrix, directed=False)
    if len(np.unique(part[terminals])) > 1:
        raise InfeasibleError(
            f"the {len(terminals)} places to join lie in {len(np.unique(part[terminals]))} parts",
            clashing=["edges", "terminals"],
            mend="give edges between the parts",
        )
    kept = kept[part[one] == part[terminals[0]]]
    is_terminal = np.zeros(count, bool)
    is_terminal[terminals] = True
    whole = Graph(
        edges=edges, weight=weight, edge_of_whole=np.arange(len(edges)), is_terminal=is_terminal,
        start=kept, near=kept, link=kept, side=kept, origin=kept,
    )  # fmt: skip
    return part_graph(whole, kept)


def part_graph(graph: Graph, kept: NDArray[np.int64]) -> Graph:
    """Return the graph of some edges, its nodes numbered anew."""
    used = np.union1d(graph.edges[kept].ravel(), np.flatnonzero(graph.is_terminal))
    edges = np.searchsorted(used, graph.edges[kept])
    origin = np.concatenate([edges[:, 1], edges[:, 0]])
    near = np.concatenate([edges[:, 0], edges[:, 1]])
    order = np.argsort(origin, kind="stable")
    number = np.arange(len(kept))
    start = np.concatenate([[0], np.cumsum(np.bincount(origin, minlength=len(used)))])
    return Graph(
        edges=np.ascontiguousarray(edges),
        weight=graph.weight[kept],
        edge_of_whole=graph.edge_of_whole[kept],
        is_terminal=graph.is_terminal[used],
        start=start,
        near=near[order],
        link=np.concatenate([number, number])[order],
        side=np.repeat([0, 1], len(kept))[order],
        origin=origin[order],
    )


def check_problem(
    edges: NDArray[np.int64], weight: NDArray[np.float64], terminals: NDArray[np.int64]
) -> None:
    """Raise an error that lists all that is wrong with a problem."""
    faults = []
    if len(edges) != len(weight):
        what = f"{len(edges)} edges have {len(weight)} weights"
        faults.append(Fault("weights", what, "give each edge one weight"))
    if not np.all(np.isfinite(weight) & (weight >= 0)):
        faults.append(
            Fault("weights", "one is negative or not finite", "give finite weights from 0 up")
        )
    if not len(terminals):
        faults.append(Fault("terminals", "there is none", "name at least one node"))
    if min(terminals.min(initial=0), edges.min(initial=0)) < 0:
        faults.append(Fault("edges", "a node is negative", "number the nodes from 0"))
    if faults:
        raise InputError.of(faults)
