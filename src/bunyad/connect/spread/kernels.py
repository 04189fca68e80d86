"""
Kernels of the least-cost spread: a bucket queue for each worker, and mail between them.

Every cell belongs to one worker, by its tile. A worker corrects the labels of its own cells in
the order of its bucket queue (R. B. Dial, Algorithm 360, Communications of the ACM 12, 1969;
U. Meyer and P. Sanders, Delta-stepping, Journal of Algorithms 49, 2003) up to a common bound, and
posts what it found for cells of others; the mail is opened in the next round. Labels only fall,
and end where none can: the same numbers in whatever order.

A queue is a ring of linked lists in three arrays: value, cell (row and column in 16 bits each)
and next. Entries carry their value; one that is no longer its cell's label is void.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

TILE_BITS = 8
"""Tiles of 256 x 256 cells: few cells at edges, many tiles at a front."""
RING = 1 << 12
"""Lists in the ring of a queue; what is due later waits in one of them."""
MAIL = 1 << 14
"""Letters that a worker may post to another in one round."""
ROW = np.array([-1, -1, -1, 0, 0, 1, 1, 1], np.int64)
COLUMN = np.array([-1, 0, 1, -1, 1, -1, 0, 1], np.int64)
HERE, END, COUNT, FREE, DONE, USED, LATE = range(7)
"""Fields of a worker's state: bucket it is at, last bucket of the round, entries, first free entry,
cells relaxed in the round, entries ever used, bucket in whose list what is due later waits."""


@njit(cache=True, inline="always")
def owner(row: Any, column: Any, workers: Any) -> Any:
    """Return the worker that a cell belongs to, by its tile."""
    i, j = row >> TILE_BITS, column >> TILE_BITS
    return (i + j + (i >> 1) + (j >> 2)) % workers


@njit(cache=True, nogil=True)
def late(state: Any) -> Any:
    """Return the bucket in whose list all entries wait that the ring does not reach."""
    if not state[HERE] < state[LATE] < state[HERE] + RING:
        state[LATE] = state[HERE] + RING - 1
    return state[LATE]


@njit(cache=True, nogil=True)
def push(
    cell: Any,
    value: Any,
    inverse: Any,
    state: Any,
    head: Any,
    entry_value: Any,
    entry_cell: Any,
    entry_next: Any,
) -> None:
    """Put an entry into its list."""
    bucket = np.int64(value * inverse)
    state[HERE] = min(state[HERE], bucket)
    entry = state[FREE]
    if entry >= 0:
        state[FREE] = entry_next[entry]
    else:
        entry = state[USED]
        state[USED] += 1
    if bucket >= state[HERE] + RING - 1:
        bucket = late(state)
    slot = bucket & (RING - 1)
    entry_value[entry] = value
    entry_cell[entry] = cell
    entry_next[entry] = head[slot]
    head[slot] = entry
    state[COUNT] += 1


@njit(cache=True, nogil=True)
def relax(
    me: Any,
    workers: Any,
    is_inside: Any,
    row: Any,
    column: Any,
    value: Any,
    cost: Any,
    distance: Any,
    half: Any,
    inverse: Any,
    state: Any,
    head: Any,
    entry_value: Any,
    entry_cell: Any,
    entry_next: Any,
    mail_value: Any,
    mail_cell: Any,
    mail_count: Any,
) -> None:
    """Relax the neighbours of a cell; those of one inside a tile are all there and its worker's."""
    here = np.float64(cost[row, column])
    for k in range(8):
        r, c = row + ROW[k], column + COLUMN[k]
        if not is_inside and (r < 0 or c < 0 or r >= cost.shape[0] or c >= cost.shape[1]):
            continue
        found = value + (here + cost[r, c]) * half[k]
        if not found < distance[r, c]:
            continue
        to = me if is_inside else owner(r, c, workers)
        if to == me:
            distance[r, c] = found
            push((r << 16) | c, found, inverse, state, head, entry_value, entry_cell, entry_next)
        else:
            letter = mail_count[to]
            mail_value[to, letter] = found
            mail_cell[to, letter] = (r << 16) | c
            mail_count[to] = letter + 1


@njit(cache=True, nogil=True)
def open_mail(
    me: Any,
    distance: Any,
    inverse: Any,
    state: Any,
    head: Any,
    entry_value: Any,
    entry_cell: Any,
    entry_next: Any,
    mail_value: Any,
    mail_cell: Any,
    mail_count: Any,
) -> None:
    """Take over what the others found for own cells."""
    for sender in range(mail_count.shape[0]):
        for letter in range(mail_count[sender, me]):
            cell = np.int64(mail_cell[sender, me, letter])
            value = mail_value[sender, me, letter]
            if value < distance[cell >> 16, cell & 0xFFFF]:
                distance[cell >> 16, cell & 0xFFFF] = value
                push(cell, value, inverse, state, head, entry_value, entry_cell, entry_next)
        mail_count[sender, me] = 0


@njit(cache=True, nogil=True)
def is_full(used: int, size: int, mail_count: Any) -> bool:
    """Tell whether the neighbours of one more cell may not find room in queue or mail."""
    full = used + 8 > size
    for other in range(mail_count.size):
        full |= mail_count[other] + 8 > MAIL
    return full


@njit(cache=True, nogil=True)
def put_back(entry: Any, slot: Any, head: Any, entry_next: Any) -> None:
    """Put what is left of a list that was taken out back into it."""
    tail = entry
    while entry_next[tail] >= 0:
        tail = entry_next[tail]
    entry_next[tail] = head[slot]
    head[slot] = entry


@njit(cache=True, nogil=True)
def wait_on(
    waiting: Any, inverse: Any, state: Any, head: Any, entry_value: Any, entry_next: Any
) -> None:
    """Put entries that are due later into their lists; skip empty ones where all entries wait."""
    number, soonest, entry = 0, entry_value[waiting], waiting
    while entry >= 0:
        number += 1
        soonest = min(soonest, entry_value[entry])
        entry = entry_next[entry]
    if number == state[COUNT]:
        state[HERE] = np.int64(soonest * inverse)
    entry = waiting
    while entry >= 0:
        following = entry_next[entry]
        bucket = np.int64(entry_value[entry] * inverse)
        if bucket >= state[HERE] + RING - 1:
            bucket = late(state)
        slot = bucket & (RING - 1)
        entry_next[entry] = head[slot]
        head[slot] = entry
        entry = following


@njit(cache=True, nogil=True)
def work(
    me: Any,
    workers: Any,
    cost: Any,
    distance: Any,
    half: Any,
    inverse: Any,
    state: Any,
    head: Any,
    entry_value: Any,
    entry_cell: Any,
    entry_next: Any,
    mail_value: Any,
    mail_cell: Any,
    mail_count: Any,
) -> None:
    """Empty the own queue up to the bucket END, or until space runs out."""
    last = (1 << TILE_BITS) - 1
    height, width = cost.shape
    while state[COUNT] > 0 and state[HERE] <= state[END]:
        slot = state[HERE] & (RING - 1)
        entry = head[slot]
        if entry < 0:
            state[HERE] += 1
            continue
        bucket = state[HERE]
        head[slot] = -1
        waiting = np.int64(-1)
        while entry >= 0:
            value, cell, following = (
                entry_value[entry],
                np.int64(entry_cell[entry]),
                entry_next[entry],
            )
            row, column = cell >> 16, cell & 0xFFFF
            if is_full(state[USED], entry_value.size, mail_count):
                put_back(entry, slot, head, entry_next)
                if waiting >= 0:
                    put_back(waiting, slot, head, entry_next)
                return
            is_due = np.int64(value * inverse) <= bucket
            if not is_due and value == distance[row, column]:
                entry_next[entry] = waiting
                waiting = entry
                entry = following
                continue
            entry_next[entry] = state[FREE]
            state[FREE] = entry
            state[COUNT] -= 1
            if is_due and value == distance[row, column]:
                is_inside = (
                    0 < (row & last) < last and 0 < (column & last) < last
                    and row + 1 < height and column + 1 < width
                )  # fmt: skip
                state[DONE] += 1
                relax(
                    me, workers, is_inside, row, column, value, cost, distance, half, inverse,
                    state, head, entry_value, entry_cell, entry_next,
                    mail_value, mail_cell, mail_count,
                )  # fmt: skip
            entry = following
        if waiting >= 0:
            wait_on(waiting, inverse, state, head, entry_value, entry_next)
    while state[COUNT] > 0 and head[state[HERE] & (RING - 1)] < 0:
        state[HERE] += 1


@njit(cache=True, nogil=True)
def turn(
    me: Any,
    workers: Any,
    first: int,
    cost: Any,
    distance: Any,
    half: Any,
    inverse: Any,
    state: Any,
    head: Any,
    entry_value: Any,
    entry_cell: Any,
    entry_next: Any,
    mail_value: Any,
    mail_cell: Any,
    mail_count: Any,
    post_value: Any,
    post_cell: Any,
    post_count: Any,
) -> float:
    """Let a worker open its mail and work through its queue."""
    if state[COUNT] == 0:
        state[HERE] = first
    open_mail(
        me, distance, inverse, state, head, entry_value, entry_cell, entry_next,
        mail_value, mail_cell, mail_count,
    )  # fmt: skip
    work(
        me, workers, cost, distance, half, inverse, state, head, entry_value, entry_cell,
        entry_next, post_value, post_cell, post_count,
    )  # fmt: skip
    least = np.inf
    for other in range(workers):
        for letter in range(post_count[other]):
            least = min(least, post_value[other, letter])
    return least


@njit(cache=True, nogil=True)
def point_back(cost: Any, distance: Any, half: Any, direction: Any, first: int, last: int) -> None:
    """Set the neighbour that each label came from, the first of those that fit."""
    height, width = cost.shape
    for row in range(first, last):
        for column in range(width):
            direction[row, column] = 8
            here = distance[row, column]
            if not 0 < here < np.inf:
                continue
            for k in range(8):
                r, c = row + ROW[k], column + COLUMN[k]
                if r < 0 or c < 0 or r >= height or c >= width:
                    continue
                if distance[r, c] + (np.float64(cost[row, column]) + cost[r, c]) * half[k] == here:
                    direction[row, column] = k
                    break


@njit(cache=True, nogil=True)
def source_of(direction: Any, label: Any, trail: Any) -> None:
    """Give each cell that was reached, and has label -1, the label its way starts from."""
    height, width = direction.shape
    for row in range(height):
        for column in range(width):
            r, c, steps = row, column, 0
            while label[r, c] < 0 and direction[r, c] < 8:
                trail[steps] = r * width + c
                steps += 1
                k = direction[r, c]
                r, c = r + ROW[k], c + COLUMN[k]
            for step in range(steps):
                label[trail[step] // width, trail[step] % width] = label[r, c]


@njit(cache=True, nogil=True)
def walk_back(direction: Any, row: Any, column: Any) -> Any:
    """List the cells from the given one back to where its way starts."""
    count, r, c = 1, row, column
    while direction[r, c] < 8:
        k = direction[r, c]
        r, c = r + ROW[k], c + COLUMN[k]
        count += 1
    cells = np.empty((count, 2), np.int64)
    r, c = row, column
    for at in range(count):
        cells[at, 0], cells[at, 1] = r, c
        if at + 1 < count:
            k = direction[r, c]
            r, c = r + ROW[k], c + COLUMN[k]
    return cells
