"""
Kernel of the dual ascent: a lower bound of all trees, and what each arc is too dear by.

R. T. Wong, A dual ascent approach for Steiner tree problems on a directed graph, Mathematical
Programming 28, 1984.
"""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numba import njit

PATIENCE = 1.25
"""A cut may grow by this factor before another terminal has its turn."""


@njit(cache=True, nogil=True)
def ascend(
    start: Any, near: Any, link: Any, side: Any, weight: Any, terminals: Any, root: int, effort: int
) -> tuple[float, Any, bool, int]:
    """
    Raise the price of cuts around terminals until each is joined to the root by free arcs.

    Returns
    -------
    tuple
        The bound, what is left of the weight of each arc, whether all are joined (the effort
        may have ended before), and arcs looked at.
    """
    left = np.repeat(weight, 2)
    count = start.size - 1
    is_active = np.zeros(count, np.bool_)
    heap = [(np.int64(0), np.int64(0))]
    heap.pop()
    for node in terminals:
        if node != root:
            is_active[node] = True
            heapq.heappush(heap, (start[node + 1] - start[node], node))
    stamp = np.zeros(count, np.int64)
    inside = np.empty(count, np.int64)
    turn, bound, looked = 0, 0.0, 0
    cut = np.empty(link.size, np.int64)
    while heap and looked < effort:
        _, terminal = heapq.heappop(heap)
        turn += 1
        stamp[terminal] = turn
        inside[0] = terminal
        size, done, cuts = 1, 0, 0
        limit = PATIENCE * heap[0][0] + 1 if heap else np.inf
        met = False
        while True:
            while done < size and not met:
                node = inside[done]
                done += 1
                looked += start[node + 1] - start[node]
                for at in range(start[node], start[node + 1]):
                    other = near[at]
                    if stamp[other] == turn:
                        continue
                    if left[2 * link[at] + side[at]] > 0:
                        cut[cuts] = at
                        cuts += 1
                    elif other == root or is_active[other]:
                        met = True
                        break
                    else:
                        stamp[other] = turn
                        inside[size] = other
                        size += 1
            if met:
                is_active[terminal] = False
                break
            kept, least = 0, np.inf
            for at in cut[:cuts]:
                if stamp[near[at]] != turn:
                    cut[kept] = at
                    kept += 1
                    least = min(least, left[2 * link[at] + side[at]])
            looked += cuts
            cuts = kept
            if cuts == 0:  # nothing leads here: the terminal cannot be joined
                is_active[terminal] = False
                break
            if cuts > limit:
                heapq.heappush(heap, (np.int64(cuts), terminal))
                break
            bound += least
            for at in cut[:cuts]:
                arc = 2 * link[at] + side[at]
                left[arc] -= least
                if left[arc] <= 1e-12 * weight[link[at]]:
                    left[arc] = 0.0
                other = near[at]
                if left[arc] == 0 and stamp[other] != turn:
                    if other == root or is_active[other]:
                        met = True
                    stamp[other] = turn
                    inside[size] = other
                    size += 1
            if met:
                is_active[terminal] = False
                break
            if looked >= effort:
                heapq.heappush(heap, (np.int64(cuts), terminal))
                break
    return bound, left, len(heap) == 0, looked
