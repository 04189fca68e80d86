"""Kernel that betters a tree by one more node, exchanging edges where that pays."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def make_root(parent: Any, edge: Any, node: int, log: Any, logged: int) -> int:
    """Turn the way from a node to its root around, noting what changes."""
    above, above_edge = -1, -1
    while node >= 0:
        log[logged, 0], log[logged, 1], log[logged, 2] = node, parent[node], edge[node]
        logged += 1
        following, following_edge = parent[node], edge[node]
        parent[node], edge[node] = above, above_edge
        above, above_edge = node, following_edge
        node = following
    return logged


@njit(cache=True, nogil=True)
def insert_nodes(
    start: Any, near: Any, link: Any, weight: Any, in_tree: Any, effort: int
) -> tuple[bool, int]:
    """Add nodes to a tree where the edges that they spare weigh more than those they need."""
    count = start.size - 1
    parent, edge = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    inside = np.zeros(count, np.bool_)
    queue = np.empty(count, np.int64)
    root = -1
    for node in range(count):
        for at in range(start[node], start[node + 1]):
            if in_tree[link[at]]:
                root = node
    if root < 0:
        return False, 0
    inside[root] = True
    queue[0], size, done = root, 1, 0
    while done < size:
        node = queue[done]
        done += 1
        for at in range(start[node], start[node + 1]):
            if in_tree[link[at]] and not inside[near[at]]:
                inside[near[at]] = True
                parent[near[at]], edge[near[at]] = node, link[at]
                queue[size] = near[at]
                size += 1
    log = np.empty((4 * count + 64, 3), np.int64)
    gained, looked = False, 0
    for node in range(count):
        if looked > effort:
            break
        if inside[node]:
            continue
        touching, nearest = 0, -1
        for at in range(start[node], start[node + 1]):
            if inside[near[at]]:
                touching += 1
                if nearest < 0 or weight[link[at]] < weight[link[nearest]]:
                    nearest = at
        if touching < 2:
            continue
        logged = make_root(parent, edge, near[nearest], log, 0)
        parent[near[nearest]], edge[near[nearest]] = node, link[nearest]
        parent[node], edge[node] = -1, -1
        cost = weight[link[nearest]]
        for at in range(start[node], start[node + 1]):
            other = near[at]
            if at == nearest or not inside[other] or logged + 2 * count > 4 * count:
                continue
            heaviest, walk = -1, other
            while parent[walk] >= 0:
                if heaviest < 0 or weight[edge[walk]] > weight[edge[heaviest]]:
                    heaviest = walk
                walk = parent[walk]
                looked += 1
            if weight[edge[heaviest]] > weight[link[at]]:
                cost += weight[link[at]] - weight[edge[heaviest]]
                log[logged] = heaviest, parent[heaviest], edge[heaviest]
                logged += 1
                parent[heaviest], edge[heaviest] = -1, -1
                logged = make_root(parent, edge, other, log, logged)
                parent[other], edge[other] = node, link[at]
        looked += logged
        if cost < -1e-9 * weight[link[nearest]]:
            gained = True
            inside[node] = True
        else:
            for step in range(logged - 1, -1, -1):
                parent[log[step, 0]], edge[log[step, 0]] = log[step, 1], log[step, 2]
    in_tree[:] = False
    for node in range(count):
        if inside[node] and edge[node] >= 0:
            in_tree[edge[node]] = True
    return gained, looked


@njit(cache=True, nogil=True)
def best_subtrees(
    start: Any, near: Any, link: Any, weight: Any, terminals: Any
) -> tuple[float, Any]:
    """
    Find the lightest Steiner tree of few terminals by dynamic programming over their subsets.

    R. E. Erickson, C. L. Monma and A. F. Veinott, Send-and-split method for minimum-concave-cost
    network flows, Mathematics of Operations Research 12, 1987.
    """
    count, few = start.size - 1, terminals.size - 1
    cost = np.full((1 << few, count), np.inf)
    origin = np.full((1 << few, count), -1, np.int32)
    for position in range(few):
        cost[1 << position, terminals[position]] = 0.0
    for subset in range(1, 1 << few):
        part = (subset - 1) & subset
        while part > subset - part:
            for node in range(count):
                value = cost[part, node] + cost[subset - part, node]
                if value < cost[subset, node]:
                    cost[subset, node] = value
                    origin[subset, node] = -2 - part
            part = (part - 1) & subset
        heap: Any = [(0.0, np.int64(-1))]
        heap.pop()
        for node in range(count):
            if cost[subset, node] < np.inf:
                heapq.heappush(heap, (cost[subset, node], np.int64(node)))
        while heap:
            value, node = heapq.heappop(heap)
            if value > cost[subset, node]:
                continue
            for at in range(start[node], start[node + 1]):
                found = value + weight[link[at]]
                if found < cost[subset, near[at]]:
                    cost[subset, near[at]] = found
                    origin[subset, near[at]] = link[at]
                    heapq.heappush(heap, (found, np.int64(near[at])))
    return cost[-1, terminals[few]], origin


@njit(cache=True, nogil=True)
def trace_subtrees(edges: Any, origin: Any, root: int) -> Any:
    """Return the edges of the tree that the dynamic programme found."""
    in_tree = np.zeros(len(edges), np.bool_)
    todo = [(np.int64(origin.shape[0] - 1), np.int64(root))]
    while todo:
        subset, node = todo.pop()
        step = np.int64(origin[subset, node])
        if step >= 0:
            in_tree[step] = True
            todo.append((subset, edges[step, 0] + edges[step, 1] - node))
        elif step < -1:
            todo.append((-2 - step, node))
            todo.append((subset + 2 + step, node))
    return in_tree
