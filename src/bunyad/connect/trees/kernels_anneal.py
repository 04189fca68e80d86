"""
Kernel that looks for the nodes of a tree by simulated annealing.

A set of nodes beside the terminals stands for the minimum spanning forest of all of them; parts
that are not joined are priced. Nodes are put in, taken out and exchanged for near ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

EXCHANGE, REMOVE = 0.6, 0.15
"""Chances that a node is exchanged for a near one, or taken out; else one is put in."""


@njit(cache=True, nogil=True)
def find_root(group: Any, node: int) -> int:
    """Return the part that a node belongs to, shortening the way."""
    while group[node] != node:
        group[node] = group[group[node]]
        node = group[node]
    return node


@njit(cache=True, nogil=True)
def forest_weight(
    start: Any, near: Any, edges: Any, order: Any, weight: Any, is_same: bool,
    members: Any, size: int, inside: Any, group: Any,
) -> tuple[float, int, int]:  # fmt: skip
    """Return weight and parts of the minimum spanning forest of the members, and arcs looked at."""
    for at in range(size):
        group[members[at]] = members[at]
    total, parts, looked = 0.0, size, 0
    if is_same:
        for at in range(size):
            node = members[at]
            looked += start[node + 1] - start[node]
            for place in range(start[node], start[node + 1]):
                other = near[place]
                if inside[other] and other < node:
                    one, two = find_root(group, node), find_root(group, other)
                    if one != two:
                        group[one] = two
                        parts -= 1
        return weight[0] * (size - parts), parts, looked
    for edge in order:
        looked += 1
        node, other = edges[edge, 0], edges[edge, 1]
        if inside[node] and inside[other]:
            one, two = find_root(group, node), find_root(group, other)
            if one != two:
                group[one] = two
                parts -= 1
                total += weight[edge]
                if parts == 1:
                    break
    return total, parts, looked


@njit(cache=True, nogil=True)
def put(
    start: Any, near: Any, members: Any, place: Any, size: int, inside: Any, cover: Any,
    node: int, to: int,
) -> int:  # fmt: skip
    """Put a node into the members (1) or take it out (0); return how many there are."""
    inside[node] = to > 0
    for at in range(start[node], start[node + 1]):
        cover[near[at]] += 1 if to > 0 else -1
    if to > 0:
        members[size] = node
        place[node] = size
        return size + 1
    last = members[size - 1]
    members[place[node]] = last
    place[last] = place[node]
    return size - 1


@njit(cache=True, nogil=True)
def lonely(start: Any, near: Any, is_terminal: Any, cover: Any, node: int) -> int:
    """Count the terminals beside a node that touch no member."""
    count = 0
    for at in range(start[node], start[node + 1]):
        count += is_terminal[near[at]] and cover[near[at]] == 0
    return count


@njit(cache=True, nogil=True)
def anneal(
    start: Any, near: Any, edges: Any, order: Any, weight: Any, is_terminal: Any, inside: Any,
    price: float, hot: float, cold: float, effort: int, lots: Any,
) -> tuple[Any, float]:  # fmt: skip
    """
    Change the members by lot, less and less against the weight, and return the best that join.

    Parameters
    ----------
    order
        Edges by weight.
    inside
        Members at first, the terminals among them; changed.
    price
        Weight that a part too many counts for.
    hot, cold
        First and last temperature, as weights.
    effort
        Arcs that may be looked at.
    lots
        Generator of random numbers.
    """
    count = start.size - 1
    is_same = weight.min() == weight.max()
    members, place = np.zeros(count, np.int64), np.zeros(count, np.int64)
    cover, group = np.zeros(count, np.int64), np.zeros(count, np.int64)
    free = np.flatnonzero(~is_terminal)
    size, alone, fixed = 0, 0, 0
    for is_first in (True, False):  # terminals come first and stay there
        for node in range(count):
            if inside[node] and is_terminal[node] == is_first:
                size = put(start, near, members, place, size, inside, cover, node, 1)
        fixed = size if is_first else fixed
    for node in range(count):
        alone += is_terminal[node] and cover[node] == 0
    total, parts, looked = forest_weight(
        start, near, edges, order, weight, is_same, members, size, inside, group
    )
    now = total + price * (parts - 1)
    best, found = inside.copy(), np.inf
    if parts == 1:
        found = total
    while looked < effort:
        heat = hot * (cold / hot) ** (looked / effort)
        limit = now - heat * np.log(1.0 - lots.random())
        node, other = free[lots.integers(0, free.size)], -1
        lot = lots.random()
        if lot < EXCHANGE + REMOVE and size > fixed:
            node = members[fixed + lots.integers(0, size - fixed)]
        if inside[node] and lot < EXCHANGE:
            middle = near[start[node] + lots.integers(0, start[node + 1] - start[node])]
            other = near[start[middle] + lots.integers(0, start[middle + 1] - start[middle])]
            if is_terminal[other] or inside[other]:
                looked += 1
                continue
        elif not inside[node] and cover[node] < 2:
            looked += 1
            continue
        was = alone
        for flip in (node, other):
            if flip >= 0:
                if inside[flip]:
                    size = put(start, near, members, place, size, inside, cover, flip, 0)
                    alone += lonely(start, near, is_terminal, cover, flip)
                else:
                    alone -= lonely(start, near, is_terminal, cover, flip)
                    size = put(start, near, members, place, size, inside, cover, flip, 1)
                looked += 2 * (start[flip + 1] - start[flip])
        least = weight[0] * (size - 1 - alone) + price * alone if is_same else 0.0
        accepted = False
        if least <= limit:
            total, parts, arcs = forest_weight(
                start, near, edges, order, weight, is_same, members, size, inside, group
            )
            looked += arcs
            value = total + price * (parts - 1)
            accepted = value <= limit
        if accepted:
            now = value
            if parts == 1 and total < found:
                found = total
                best[:] = inside
            continue
        alone = was
        for flip in (other, node):
            if flip >= 0:
                size = put(
                    start, near, members, place, size, inside, cover, flip,
                    0 if inside[flip] else 1,
                )  # fmt: skip
    return best, found
