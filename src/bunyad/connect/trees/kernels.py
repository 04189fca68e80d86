"""
Kernels that build trees: shortest-path heuristic, spanning tree of chosen nodes, pruning.

A graph is four arrays. `start[v]` to `start[v + 1]` are the positions of node v's neighbours in
`near`, with the edge in `link`; the arc into v over edge e has the number 2 e + `side`, the arc
out of v the other one of the pair.
"""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def grow_tree(
    start: Any, near: Any, link: Any, weight: Any, is_terminal: Any, first: int
) -> tuple[Any, int]:
    """
    Join the terminals one after the other, each by the shortest path to what is joined.

    H. Takahashi and A. Matsuyama, Mathematica Japonica 24, 1980; in one search whose labels drop
    to zero on what was joined.

    Returns
    -------
    tuple
        Whether a node is joined, and arcs looked at. Terminals out of reach stay alone.
    """
    count = start.size - 1
    distance = np.full(count, np.inf)
    before = np.full(count, -1, np.int64)
    joined = np.zeros(count, np.bool_)
    distance[first] = 0.0
    joined[first] = True
    missing = is_terminal.sum() - is_terminal[first]
    heap = [(0.0, first)]
    looked = 0
    while heap and missing > 0:
        value, node = heapq.heappop(heap)
        if value > distance[node]:
            continue
        if is_terminal[node] and not joined[node]:
            missing -= 1
            while not joined[node]:
                joined[node] = True
                distance[node] = 0.0
                heapq.heappush(heap, (0.0, node))
                node = before[node]
            continue
        looked += start[node + 1] - start[node]
        for at in range(start[node], start[node + 1]):
            other, found = near[at], value + weight[link[at]]
            if found < distance[other]:
                distance[other] = found
                before[other] = node
                heapq.heappush(heap, (found, other))
    return joined, looked


@njit(cache=True, nogil=True)
def span_nodes(
    start: Any, near: Any, link: Any, weight: Any, is_terminal: Any, chosen: Any, first: int
) -> Any:
    """Return the edges of a minimum spanning tree of the chosen nodes, without dead ends."""
    in_tree = np.zeros(weight.size, np.bool_)
    seen = np.zeros(start.size - 1, np.bool_)
    best = np.full(start.size - 1, np.inf)
    heap = [(0.0, first, -1)]
    while heap:
        _, node, edge = heapq.heappop(heap)
        if seen[node]:
            continue
        seen[node] = True
        if edge >= 0:
            in_tree[edge] = True
        for at in range(start[node], start[node + 1]):
            other, value = near[at], weight[link[at]]
            if chosen[other] and not seen[other] and value < best[other]:
                best[other] = value
                heapq.heappush(heap, (value, other, link[at]))
    prune(start, near, link, is_terminal, in_tree)
    return in_tree


@njit(cache=True, nogil=True)
def prune(start: Any, near: Any, link: Any, is_terminal: Any, in_tree: Any) -> None:
    """Take dead ends without a terminal out of a tree."""
    degree = tree_degrees(start, link, in_tree)
    for node in range(start.size - 1):
        prune_end(start, near, link, is_terminal, in_tree, degree, node)


@njit(cache=True, nogil=True)
def prune_end(
    start: Any, near: Any, link: Any, is_terminal: Any, in_tree: Any, degree: Any, node: int
) -> None:
    """Take the dead end that starts at a node out of a tree, if it is one."""
    while degree[node] == 1 and not is_terminal[node]:
        for at in range(start[node], start[node + 1]):
            if in_tree[link[at]]:
                in_tree[link[at]] = False
                degree[node] = 0
                node = near[at]
                degree[node] -= 1
                break


@njit(cache=True, nogil=True)
def tree_degrees(start: Any, link: Any, in_tree: Any) -> Any:
    """Count the edges of a tree at each node."""
    degree = np.zeros(start.size - 1, np.int64)
    for node in range(start.size - 1):
        for at in range(start[node], start[node + 1]):
            degree[node] += in_tree[link[at]]
    return degree


@njit(cache=True, nogil=True)
def distances(
    start: Any, near: Any, link: Any, side: Any, arc_weight: Any, sources: Any, out: int
) -> Any:
    """Return the least weight over arcs out of the sources (1) or back into them (0)."""
    distance = np.full(start.size - 1, np.inf)
    heap = [(0.0, np.int64(-1))]
    heap.pop()
    for node in sources:
        distance[node] = 0.0
        heapq.heappush(heap, (0.0, node))
    while heap:
        value, node = heapq.heappop(heap)
        if value > distance[node]:
            continue
        for at in range(start[node], start[node + 1]):
            arc = 2 * link[at] + (1 - side[at] if out else side[at])
            found = value + arc_weight[arc]
            if found < distance[near[at]]:
                distance[near[at]] = found
                heapq.heappush(heap, (found, near[at]))
    return distance
