"""Numba: meetings put into slots, moved along chains, and exchanged for better ones.

A meeting is an edge between a guest and a host, a slot a colour: without absences a set of
meetings fits if nobody has more than there are slots (Kőnig 1916), and it can be spread evenly
over the slots (de Werra 1971). The chains below are the ones of those proofs; absences,
interpreters and meetings that may not move block some of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
NONE = -1
MORE = 1e-9
FLIPS = 500
"""Flips after which evening out is given up; it takes a few where nobody is away."""


class Board(NamedTuple):
    """A forum and its timetable, as arrays: pairs p, people i, slots t, languages k."""

    guest: Ints
    host: Ints
    weight: Floats
    language: Ints
    """Language of the interpreter that a pair needs, or `NONE`."""
    needs_table: Ints
    """1, or 0 where the host has a booth."""
    is_free: Bools
    """[i, t] whether somebody is there."""
    tables: Ints
    interpreters: Ints
    """[k, t]"""
    most: Ints
    least: Ints
    bonus: float
    """Weight of a meeting of somebody who is below the least."""
    is_fixed: Bools
    """Whether a pair may not move any more."""
    at: Ints
    """Slot of each pair, or `NONE`."""
    busy: Ints
    """[i, t] the pair that somebody meets in, or `NONE`."""
    used: Ints
    spoken: Ints
    """[k, t] interpreters at work."""
    held: Ints
    log: Ints
    """[n, 2] pairs that moved and where they were; row 0: how many, and flips that are left."""


@njit(cache=True, nogil=True)
def put(board: Board, p: int, t: int) -> None:
    """Put a pair into a slot, or take it out (`NONE`), and write down where it was."""
    n = board.log[0, 0] + 1
    board.log[0, 0] = n
    board.log[n, 0] = p
    board.log[n, 1] = board.at[p]
    _set(board, p, t)


@njit(cache=True, nogil=True)
def _set(board: Board, p: int, t: int) -> None:
    g, h, k = board.guest[p], board.host[p], board.language[p]
    old = board.at[p]
    if old != NONE:
        if board.busy[g, old] == p:
            board.busy[g, old] = NONE
        if board.busy[h, old] == p:
            board.busy[h, old] = NONE
        board.used[old] -= board.needs_table[p]
        board.held[g] -= 1
        board.held[h] -= 1
        if k != NONE:
            board.spoken[k, old] -= 1
    board.at[p] = t
    if t != NONE:
        board.busy[g, t] = p
        board.busy[h, t] = p
        board.used[t] += board.needs_table[p]
        board.held[g] += 1
        board.held[h] += 1
        if k != NONE:
            board.spoken[k, t] += 1


@njit(cache=True, nogil=True)
def undo(board: Board, mark: int) -> None:
    """Take back every move after a mark of the log."""
    n = board.log[0, 0]
    moved = n
    while moved > mark:
        _set(board, board.log[moved, 0], NONE)
        moved -= 1
    while n > mark:
        _set(board, board.log[n, 0], board.log[n, 1])
        n -= 1
    board.log[0, 0] = mark


@njit(cache=True, nogil=True)
def fits(board: Board, t: int) -> bool:
    """Tell whether a slot keeps to its tables and interpreters."""
    if board.used[t] > board.tables[t]:
        return False
    short = 0
    for k in range(board.spoken.shape[0]):
        if board.spoken[k, t] > board.interpreters[k, t]:
            short += 1
    return short == 0


@njit(cache=True, nogil=True)
def may_stand(board: Board, p: int, t: int) -> bool:
    """Tell whether both of a pair are there and free in a slot."""
    g, h = board.guest[p], board.host[p]
    return bool(
        board.is_free[g, t]
        and board.is_free[h, t]
        and board.busy[g, t] == NONE
        and board.busy[h, t] == NONE
    )


@njit(cache=True, nogil=True)
def may_go(board: Board, p: int, t: int) -> bool:
    """Tell whether a pair may be put into a slot as it is."""
    if not may_stand(board, p, t):
        return False
    if board.used[t] + board.needs_table[p] > board.tables[t]:
        return False
    k = board.language[p]
    return bool(k == NONE or board.spoken[k, t] < board.interpreters[k, t])


@njit(cache=True, nogil=True)
def flip(board: Board, i: int, a: int, b: int, chain: Ints) -> bool:
    """
    Exchange slots a and b along the chain that starts with the meeting of i in a.

    i must be free in b. Nothing is done, and False told, where somebody on the chain is away or a
    meeting is fixed; tables and interpreters are not looked at.
    """
    length = 0
    now, t = i, a
    while True:
        p = board.busy[now, t]
        if p == NONE:
            break
        other = b if t == a else a
        g, h = board.guest[p], board.host[p]
        if board.is_fixed[p] or not (board.is_free[g, other] and board.is_free[h, other]):
            return False
        chain[length] = p
        length += 1
        now = h if now == g else g
        t = other
    start = board.log[0, 0]
    for n in range(length):
        put(board, chain[n], NONE)
    for n in range(length):
        put(board, chain[n], b if board.log[start + 1 + n, 1] == a else a)
    return True


@njit(cache=True, nogil=True)
def has_room(board: Board, p: int) -> bool:
    """Tell whether neither of a pair has as many meetings as they want."""
    g, h = board.guest[p], board.host[p]
    return bool(board.held[g] < board.most[g] and board.held[h] < board.most[h])


@njit(cache=True, nogil=True)
def has_table(board: Board, p: int) -> bool:
    """Tell whether a table and an interpreter, where they are needed, are left in some slots."""
    table = board.needs_table[p] == 0
    k = board.language[p]
    spoken = k == NONE
    for t in range(board.tables.size):
        table = table or board.used[t] < board.tables[t]
        spoken = spoken or board.spoken[k, t] < board.interpreters[k, t]
    return bool(table and spoken)


@njit(cache=True, nogil=True)
def balance(board: Board, a: int, chain: Ints) -> bool:
    """Bring an overfull slot back to its tables and interpreters by flips into other slots."""
    slots, people = board.tables.size, board.held.size
    for b in range(slots):
        if b == a or board.used[b] >= board.tables[b]:
            continue
        for i in range(people):
            if board.busy[i, a] == NONE or board.busy[i, b] != NONE:
                continue
            mark = board.log[0, 0]
            board.log[0, 1] -= 1
            if board.log[0, 1] < 0:
                return False
            if not flip(board, i, a, b, chain):
                continue
            if fits(board, a) and fits(board, b):
                return True
            undo(board, mark)
    return False


@njit(cache=True, nogil=True)
def insert(board: Board, p: int, chain: Ints, deep: bool) -> bool:
    """Put a pair somewhere: into the emptiest slot, along a chain, or by evening out two slots."""
    if not has_room(board, p) or not has_table(board, p):
        return False
    board.log[0, 1] = FLIPS
    slots = board.tables.size
    best, room = NONE, 0
    for t in range(slots):
        if may_go(board, p, t) and (best == NONE or board.tables[t] - board.used[t] > room):
            best, room = t, board.tables[t] - board.used[t]
    if best != NONE:
        put(board, p, best)
        return True
    g, h = board.guest[p], board.host[p]
    for a in range(slots):
        if not (board.is_free[g, a] and board.is_free[h, a]):
            continue
        if board.busy[g, a] == NONE and board.busy[h, a] == NONE:
            if deep:
                mark = board.log[0, 0]
                put(board, p, a)
                if balance(board, a, chain):
                    return True
                undo(board, mark)
            continue
        if board.busy[g, a] != NONE and board.busy[h, a] != NONE:
            continue
        i = h if board.busy[g, a] == NONE else g
        for b in range(slots):
            if b == a or board.busy[i, b] != NONE:
                continue
            mark = board.log[0, 0]
            if not flip(board, i, a, b, chain):
                continue
            if may_stand(board, p, a):
                put(board, p, a)
                if fits(board, a) and fits(board, b):
                    return True
                if deep and fits(board, b) and balance(board, a, chain):
                    return True
            undo(board, mark)
    return False


@njit(cache=True, nogil=True)
def worth(board: Board) -> float:
    """Return the sum of weights, and the bonus of who has the least they asked for."""
    total = 0.0
    for p in range(board.at.size):
        if board.at[p] != NONE:
            total += board.weight[p]
    for i in range(board.held.size):
        total += board.bonus * min(board.held[i], board.least[i])
    return total


@njit(cache=True, nogil=True)
def build(board: Board, order: Ints, deep: bool) -> None:
    """Put pairs in, in an order."""
    chain = np.empty(board.at.size + 1, np.int64)
    for p in order:
        if board.at[p] == NONE:
            insert(board, p, chain, deep)
            board.log[0, 0] = 0


@njit(cache=True, nogil=True)
def _cheapest(board: Board, i: int) -> int:
    """Return the meeting of somebody that weighs least and may go, or `NONE`."""
    best = NONE
    for t in range(board.tables.size):
        p = board.busy[i, t]
        if p == NONE or board.is_fixed[p]:
            continue
        if best == NONE or board.weight[p] < board.weight[best]:
            best = p
    return best


@njit(cache=True, nogil=True)
def _cheapest_in(board: Board, t: int, language: int, people: int) -> int:
    """Return the meeting in a slot that weighs least and may go, or `NONE`."""
    best = NONE
    for i in range(people):
        p = board.busy[i, t]
        if p == NONE or board.is_fixed[p] or board.guest[p] != i:
            continue
        if language != NONE and board.language[p] != language:
            continue
        if language == NONE and board.needs_table[p] == 0:
            continue
        if best == NONE or board.weight[p] < board.weight[best]:
            best = p
    return best


@njit(cache=True, nogil=True)
def force(board: Board, p: int, t: int, out: Ints) -> int:
    """Put a pair into a slot and turn out who stands in its way; -1 and nothing done: it cannot."""
    g, h, k = board.guest[p], board.host[p], board.language[p]
    if not (board.is_free[g, t] and board.is_free[h, t]):
        return -1
    mark = board.log[0, 0]
    n = 0
    for i in (g, h):
        q = board.busy[i, t]
        if q != NONE:
            if board.is_fixed[q]:
                undo(board, mark)
                return -1
            put(board, q, NONE)
            out[n] = q
            n += 1
    for i in (g, h):
        if board.held[i] >= board.most[i]:
            q = _cheapest(board, i)
            if q == NONE:
                undo(board, mark)
                return -1
            put(board, q, NONE)
            out[n] = q
            n += 1
    for need in range(2):
        full = (
            board.used[t] + board.needs_table[p] > board.tables[t]
            if need == 0
            else k != NONE and board.spoken[k, t] >= board.interpreters[k, t]
        )
        if full:
            q = _cheapest_in(board, t, NONE if need == 0 else k, board.held.size)
            if q == NONE:
                undo(board, mark)
                return -1
            put(board, q, NONE)
            out[n] = q
            n += 1
    put(board, p, t)
    if not fits(board, t):
        undo(board, mark)
        return -1
    return n


@njit(cache=True, nogil=True)
def improve(board: Board, rounds: int, heat: float, seed: int) -> float:
    """
    Exchange meetings for better ones, at random, and return what the timetable gained.

    A pair that is out is forced into a slot; who was turned out is put in elsewhere if that can
    be. The step is kept if it gains, or if it loses no more than chance and heat allow
    (annealing); the heat falls to nothing over the rounds. The best timetable is given back.
    """
    np.random.seed(seed)  # noqa: NPY002  (what numba knows)
    pairs, slots = board.at.size, board.tables.size
    chain = np.empty(pairs + 1, np.int64)
    out = np.empty(8, np.int64)
    best = board.at.copy()
    gained = 0.0
    top = 0.0
    for step in range(rounds):
        p = np.random.randint(pairs)  # noqa: NPY002  (what numba knows)
        if board.at[p] != NONE:
            continue
        board.log[0, 0] = 0
        before = board.weight[p]
        g, h = board.guest[p], board.host[p]
        gain = 0.0
        if insert(board, p, chain, step % 16 == 0):
            gain = before + _bonus_of(board, g, -1) + _bonus_of(board, h, -1)
        else:
            board.log[0, 0] = 0
            t = np.random.randint(slots)  # noqa: NPY002  (what numba knows)
            n = force(board, p, t, out)
            if n < 0:
                continue
            gain = before
            for each in range(n):
                gain -= board.weight[out[each]]
            for each in range(n):
                if insert(board, out[each], chain, False):
                    gain += board.weight[out[each]]
            if board.bonus > 0:
                gain += _least_gain(board)
            luck = 1.0 - np.random.random()  # noqa: NPY002  (what numba knows)
            allowed = heat * (1.0 - step / rounds) * np.log(luck)
            if gain < allowed - MORE or (gain < 0.0 and heat == 0.0):
                undo(board, 0)
                continue
        gained += gain
        if gained > top + MORE:
            top = gained
            best[:] = board.at
    board.log[0, 0] = 0
    for p in range(pairs):
        _set(board, p, NONE)
    for p in range(pairs):
        _set(board, p, best[p])
    return top


@njit(cache=True, nogil=True)
def _bonus_of(board: Board, i: int, change: int) -> float:
    """Return the bonus that somebody's last meeting brought."""
    return board.bonus if board.held[i] + change < board.least[i] else 0.0


@njit(cache=True, nogil=True)
def _least_gain(board: Board) -> float:
    """Return what the moves in the log changed in the bonus, by undoing their counts."""
    change = np.zeros(board.held.size, np.int64)
    seen = np.zeros(board.at.size, np.bool_)
    for n in range(1, board.log[0, 0] + 1):
        p = board.log[n, 0]
        if seen[p]:
            continue
        seen[p] = True
        was = 1 if board.log[n, 1] != NONE else 0
        now = 1 if board.at[p] != NONE else 0
        change[board.guest[p]] += now - was
        change[board.host[p]] += now - was
    total = 0.0
    for i in range(change.size):
        if change[i] != 0:
            after = min(board.held[i], board.least[i])
            before = min(board.held[i] - change[i], board.least[i])
            total += board.bonus * (after - before)
    return total
