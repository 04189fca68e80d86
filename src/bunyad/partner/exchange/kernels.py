"""Numba: deferred acceptance (Gale and Shapley 1962) with places and a limit for each kind."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
NOBODY = -1


@njit(cache=True, nogil=True)
def applicants_propose(
    start: Ints, host: Ints, rank: Ints, places: Ints, kind: Ints, most: Ints
) -> Ints:
    """
    Let applicants propose, and return the host of each.

    `host[start[a]:start[a + 1]]` are the wishes of applicant a; `rank` says beside each where the
    host ranks the applicant (below 0: it would not take them). `most[h, k]` limits kind k.
    """
    count = start.size - 1
    hosts = places.size
    most_places = 1
    for h in range(hosts):
        most_places = max(most_places, places[h])
    held = np.full((hosts, most_places + 1), NOBODY, np.int64)
    held_rank = np.zeros((hosts, most_places + 1), np.int64)
    filled = np.zeros(hosts, np.int64)
    of_kind = np.zeros((hosts, most.shape[1]), np.int64)
    result = np.full(count, NOBODY, np.int64)
    at = start[:-1].copy()
    free = np.arange(count)[::-1].copy()
    top = count
    while top > 0:
        top -= 1
        a = free[top]
        while at[a] < start[a + 1]:
            entry = at[a]
            at[a] += 1
            h = host[entry]
            if rank[entry] < 0 or places[h] == 0 or most[h, kind[a]] == 0:
                continue
            held[h, filled[h]] = a
            held_rank[h, filled[h]] = rank[entry]
            filled[h] += 1
            of_kind[h, kind[a]] += 1
            result[a] = h
            only = kind[a] if of_kind[h, kind[a]] > most[h, kind[a]] else -1
            if only < 0 and filled[h] <= places[h]:
                break
            worst = -1
            for seat in range(filled[h]):
                if (only < 0 or kind[held[h, seat]] == only) and (
                    worst < 0 or held_rank[h, seat] > held_rank[h, worst]
                ):
                    worst = seat
            out = held[h, worst]
            filled[h] -= 1
            held[h, worst] = held[h, filled[h]]
            held_rank[h, worst] = held_rank[h, filled[h]]
            of_kind[h, kind[out]] -= 1
            result[out] = NOBODY
            if out != a:
                free[top] = out
                top += 1
                break
    return result


@njit(cache=True, nogil=True)
def hosts_propose(start: Ints, applicant: Ints, rank: Ints, places: Ints, count: int) -> Ints:
    """
    Let hosts propose, and return the host of each applicant.

    `applicant[start[h]:start[h + 1]]` is the ranking of host h; `rank` says beside each where the
    applicant wishes for the host (below 0: not at all).
    """
    hosts = places.size
    result = np.full(count, NOBODY, np.int64)
    best = np.zeros(count, np.int64)
    at = start[:-1].copy()
    filled = np.zeros(hosts, np.int64)
    waiting = np.ones(hosts, np.bool_)
    queue = np.arange(hosts)[::-1].copy()
    top = hosts
    while top > 0:
        top -= 1
        h = queue[top]
        waiting[h] = False
        while filled[h] < places[h] and at[h] < start[h + 1]:
            entry = at[h]
            at[h] += 1
            a = applicant[entry]
            if rank[entry] < 0:
                continue
            before = result[a]
            if before != NOBODY and best[a] <= rank[entry]:
                continue
            result[a] = h
            best[a] = rank[entry]
            filled[h] += 1
            if before != NOBODY:
                filled[before] -= 1
                if not waiting[before]:
                    waiting[before] = True
                    queue[top] = before
                    top += 1
    return result
