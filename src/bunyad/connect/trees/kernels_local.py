"""
Kernels that better a tree: take out a key path or a key node, and join what is left anew.

Key nodes are terminals and forks. E. Uchoa and R. F. Werneck, Fast local search for the Steiner
problem in graphs, Journal of Experimental Algorithmics 17, 2012.
"""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numba import njit

from bunyad.connect.trees.kernels import prune_end, tree_degrees

GAIN = 1e-9
"""Share of what was taken out that must be won: far above rounding."""


@njit(cache=True, nogil=True)
def take_path(
    start: Any, near: Any, link: Any, in_tree: Any, at: int,
    is_key: Any, taken: Any, count: int,
) -> tuple[int, int]:  # fmt: skip
    """Take the key path that starts with the edge at a position out of the tree."""
    while True:
        edge, node = link[at], near[at]
        in_tree[edge] = False
        taken[count] = edge
        count += 1
        if is_key[node]:
            return node, count
        for other in range(start[node], start[node + 1]):
            if in_tree[link[other]]:
                at = other
                break


@njit(cache=True, nogil=True)
def root_of(group: Any, label: int) -> int:
    """Return the group that a part belongs to."""
    while group[label] != label:
        label = group[label]
    return label


@njit(cache=True, nogil=True)
def part_up(
    start: Any, near: Any, link: Any, in_tree: Any, ends: Any, stamp: Any, label: Any, turn: int,
    queue: Any,
) -> tuple[int, int]:  # fmt: skip
    """
    Label the parts of a tree that hang at the given ends, all but the largest in full.

    Returns
    -------
    tuple
        Nodes in the queue, and the part that was not searched to its end.
    """
    waiting = np.ones(ends.size, np.int64)
    open_parts = ends.size
    size, done = 0, 0
    for part in range(ends.size):
        stamp[ends[part]] = turn
        label[ends[part]] = part
        queue[size] = ends[part]
        size += 1
    while open_parts > 1:
        node = queue[done]
        done += 1
        part = label[node]
        waiting[part] -= 1
        for at in range(start[node], start[node + 1]):
            other = near[at]
            if in_tree[link[at]] and stamp[other] != turn:
                stamp[other] = turn
                label[other] = part
                queue[size] = other
                size += 1
                waiting[part] += 1
        if waiting[part] == 0:
            open_parts -= 1
    return size, int(np.argmax(waiting))


@njit(cache=True, nogil=True)
def shortest_bridge(
    start: Any, near: Any, link: Any, weight: Any, degree: Any, stamp: Any, label: Any,
    turn: int, queue: Any, size: int, group: Any, own: int, limit: float,
    distance: Any, before: Any, seen: Any, search: int,
) -> tuple[int, float, int]:  # fmt: skip
    """Find the shortest path, below a limit, from the parts of one group to any other part."""
    heap = [(0.0, np.int64(-1))]
    heap.pop()
    for at in range(size):
        node = queue[at]
        if root_of(group, label[node]) == own:
            seen[node] = search
            distance[node] = 0.0
            before[node] = -1
    looked = size
    for place in range(size):
        node = queue[place]
        if root_of(group, label[node]) == own:
            looked += start[node + 1] - start[node]
            for at in range(start[node], start[node + 1]):
                other, found = near[at], weight[link[at]]
                if found < limit and (seen[other] != search or found < distance[other]):
                    seen[other] = search
                    distance[other] = found
                    before[other] = at
                    heapq.heappush(heap, (found, other))
    while heap:
        value, node = heapq.heappop(heap)
        if value > distance[node]:
            continue
        in_part = stamp[node] == turn
        if (in_part and root_of(group, label[node]) != own) or (not in_part and degree[node] > 0):
            return int(node), value, looked
        looked += start[node + 1] - start[node]
        for at in range(start[node], start[node + 1]):
            other, found = near[at], value + weight[link[at]]
            if found < limit and (seen[other] != search or found < distance[other]):
                seen[other] = search
                distance[other] = found
                before[other] = at
                heapq.heappush(heap, (found, other))
    return -1, limit, looked


@njit(cache=True, nogil=True)
def rejoin(
    start: Any, near: Any, link: Any, weight: Any, origin: Any, in_tree: Any, degree: Any,
    ends: Any, limit: float, stamp: Any, label: Any, queue: Any, distance: Any, before: Any,
    seen: Any, clock: Any, added: Any,
) -> tuple[int, int, bool]:  # fmt: skip
    """Join parts of a tree by shortest paths, if their length together stays below a limit."""
    clock[0] += 1
    turn = clock[0]
    size, big = part_up(start, near, link, in_tree, ends, stamp, label, turn, queue)
    group = np.arange(ends.size)
    count, looked = 0, size
    for part in range(ends.size):
        while root_of(group, part) != root_of(group, big):
            own = root_of(group, part)
            clock[1] += 1
            node, length, seen_arcs = shortest_bridge(
                start, near, link, weight, degree, stamp, label, turn, queue, size, group,
                own, limit, distance, before, seen, clock[1],
            )  # fmt: skip
            looked += seen_arcs
            if node < 0:
                return count, looked, False
            limit -= length
            other = root_of(group, label[node]) if stamp[node] == turn else root_of(group, big)
            while before[node] >= 0:
                at = before[node]
                added[count] = link[at]
                count += 1
                in_tree[link[at]] = True
                degree[node] += 1
                node = origin[at]
                degree[node] += 1
                if stamp[node] != turn:
                    stamp[node] = turn
                    label[node] = part
                    queue[size] = node
                    size += 1
            if own == root_of(group, big):
                group[other] = own
            else:
                group[own] = other
    return count, looked, True


@njit(cache=True, nogil=True)
def change(edges: Any, chosen: Any, in_tree: Any, degree: Any, to: int) -> None:
    """Put edges into a tree (1) or take them out of it (0)."""
    for edge in chosen:
        if in_tree[edge] != (to > 0):
            in_tree[edge] = to > 0
            for end in range(2):
                degree[edges[edge, end]] += 1 if to > 0 else -1


@njit(cache=True, nogil=True)
def take_out(
    start: Any, near: Any, link: Any, edges: Any, in_tree: Any, degree: Any,
    node: int, at: int, is_key: Any, ends: Any, taken: Any,
) -> tuple[int, int]:  # fmt: skip
    """Take out a key node, or only its key path at a position; return ends and edges, counted."""
    number, parts = 0, 0
    if at >= start[node]:
        ends[0] = node
        parts = 1
    for branch in range(start[node], start[node + 1]):
        if in_tree[link[branch]] and (at < start[node] or branch == at):
            ends[parts], number = take_path(
                start, near, link, in_tree, branch, is_key, taken, number
            )
            parts += 1
    for edge in taken[:number]:
        for end in range(2):
            degree[edges[edge, end]] -= 1
    return parts, number


@njit(cache=True, nogil=True)
def better(
    start: Any, near: Any, link: Any, weight: Any, origin: Any, edges: Any, is_terminal: Any,
    in_tree: Any, effort: int,
) -> int:  # fmt: skip
    """Exchange key paths and key nodes of a tree while that makes it lighter."""
    count = start.size - 1
    stamp, seen = np.zeros(count, np.int64), np.zeros(count, np.int64)
    label, queue = np.zeros(count, np.int64), np.zeros(4 * count, np.int64)
    distance, before = np.zeros(count), np.zeros(count, np.int64)
    taken, added = np.zeros(weight.size, np.int64), np.zeros(weight.size, np.int64)
    ends = np.zeros(count, np.int64)
    clock = np.zeros(2, np.int64)
    looked, gained = 0, True
    degree = tree_degrees(start, link, in_tree)
    is_new = np.ones(count, np.bool_)
    while gained and looked < effort:
        gained = False
        is_key = is_terminal | (degree > 2)
        for node in range(count):
            if not is_new[node]:
                continue
            is_new[node] = False
            # the position before the first stands for the whole node
            for at in range(start[node] - 1, start[node + 1]):
                whole = at < start[node]
                if looked >= effort or not is_key[node]:
                    break
                if whole and (is_terminal[node] or degree[node] < 3):
                    continue
                if not whole and not in_tree[link[at]]:
                    continue
                parts, number = take_out(
                    start, near, link, edges, in_tree, degree, node, at, is_key,
                    ends, taken,
                )  # fmt: skip
                total = weight[taken[:number]].sum()
                new, arcs, is_joined = rejoin(
                    start, near, link, weight, origin, in_tree, degree, ends[:parts],
                    total * (1 - GAIN), stamp, label, queue, distance, before, seen, clock, added,
                )  # fmt: skip
                looked += arcs
                if not is_joined:
                    change(edges, added[:new], in_tree, degree, 0)
                    change(edges, taken[:number], in_tree, degree, 1)
                    continue
                gained = True
                for end in ends[:parts]:
                    is_new[end] = True
                    prune_end(start, near, link, is_terminal, in_tree, degree, end)
                for edge in added[:new]:
                    for end in range(2):
                        is_key[edges[edge, end]] |= degree[edges[edge, end]] > 2
                        is_new[edges[edge, end]] = True
                if degree[node] == 0:
                    break
    return looked
