"""Least cost from one or more cells of a raster to all others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.spread import kernels as k
from bunyad.connect.spread.kernels import COUNT, DONE, END, FREE, HERE, MAIL, RING, USED
from bunyad.errors import Fault, InputError

HALF = np.hypot(k.ROW, k.COLUMN) / 2
"""Half the length of the steps to the eight neighbours [cells]."""
LARGEST_SIDE = 0xFFFF
"""Rows or columns that fit into 16 bits."""
BUSY = 16_384
"""Cells that the workers shall relax in a round, together: some, that rounds cost little, and
few, that mail comes early; on 2,000 x 2,000 cells 2 to 10 % of all cells are relaxed twice."""
ROOM = 1_024
"""Entries that a queue has room for at the start of a round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostField:
    """Least cost of reaching each cell from the nearest source, and the way there."""

    distance: NDArray[np.float64]
    """Cost x metres; infinite where no way leads."""
    direction: NDArray[np.uint8]
    """Neighbour that the way comes from: 0 to 7 from the upper left, row by row, 8 for none."""
    sources: NDArray[np.int64]
    """Row and column of each source."""


def cost_distance(
    cost: NDArray[np.floating[Any]],
    *,
    cell_m: float,
    sources: NDArray[np.integer[Any]],
    workers: int = 2,
) -> CostField:
    """
    Find the least cost of reaching every cell from the nearest of the sources.

    A step to one of the eight neighbours costs its length times the mean of both cells. The
    result is the same, bit by bit, for any number of workers.

    Parameters
    ----------
    cost
        Cost of each cell [1/m]; single or double precision. Infinite, negative and missing (NaN)
        cells are impassable.
    cell_m
        Side of a cell [m].
    sources
        Row and column of each source.
    workers
        Threads that share the work.

    Returns
    -------
    CostField
        Distances in double precision, and directions.

    Raises
    ------
    InputError
        If a source is outside of the raster or impassable, a cost is zero, or the raster is
        larger than 65,535 rows or columns.

    Examples
    --------
    >>> field = cost_distance(np.ones((3, 4)), cell_m=10, sources=np.array([[0, 0]]))
    >>> field.distance[0].tolist()
    [0.0, 10.0, 20.0, 30.0]
    >>> path_to(field, (1, 3)).tolist()
    [[0, 0], [0, 1], [0, 2], [1, 3]]
    """
    if not np.issubdtype(cost.dtype, np.floating) or not cost.flags.c_contiguous:
        cost = np.ascontiguousarray(cost, np.float64)
    cells = np.asarray(sources, np.int64).reshape(-1, 2)
    lowest = float(np.fmin.reduce(cost, axis=None, initial=np.inf))  # unlike nanmin, no copy
    _check(cost, cells, cell_m=cell_m, lowest=lowest)
    if lowest < 0:
        cost = np.where(cost < 0, np.inf, cost)
    half = HALF * cell_m
    distance = np.full(cost.shape, np.inf)
    direction = np.empty(cost.shape, np.uint8)
    with ThreadPoolExecutor(workers) as pool:
        crew = _Crew(distance, workers=workers, width=_bucket_width(cost, cell_m))
        crew.start(cells)
        while crew.is_at_work():
            turns = pool.map(lambda me: crew.turn(me, cost, half), range(workers))
            crew.end_round(list(turns))
        cuts = np.linspace(0, len(cost), 4 * workers + 1).astype(int)
        list(
            pool.map(
                lambda first, last: k.point_back(cost, distance, half, direction, first, last),
                cuts[:-1],
                cuts[1:],
            )
        )
    return CostField(distance=distance, direction=direction, sources=cells)


def path_to(field: CostField, cell: tuple[int, int]) -> NDArray[np.int64]:
    """
    Return the cells of the least-cost way to a cell, from its source.

    Returns
    -------
    ndarray
        Row and column of each cell; no rows if none leads there.
    """
    if not np.isfinite(field.distance[cell]):
        return np.empty((0, 2), np.int64)
    way: NDArray[np.int64] = k.walk_back(field.direction, cell[0], cell[1])[::-1]
    return way


def nearest_source(field: CostField) -> NDArray[np.int32]:
    """Return for each cell the position of the source that its way starts from, or -1."""
    label = np.full(field.distance.shape, -1, np.int32)
    for position in reversed(range(len(field.sources))):  # where two share a cell, the first counts
        label[tuple(field.sources[position])] = position
    k.source_of(field.direction, label, np.empty(label.size, np.int64))
    return label


def nearest_cells(
    cost: NDArray[np.floating[Any]],
    *,
    cell_m: float,
    source: tuple[int, int],
    places: NDArray[np.integer[Any]],
    count: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """
    Return the places that are least cost away from a cell, nearest first.

    Parameters
    ----------
    cost
        Cost of each cell [1/m], as in `cost_distance`.
    cell_m
        Side of a cell [m].
    source
        Row and column to start from.
    places
        Row and column of each place.
    count
        How many to return; fewer, if fewer can be reached.

    Returns
    -------
    tuple
        Positions in `places`, and their cost distances.
    """
    field = cost_distance(cost, cell_m=cell_m, sources=np.array([source]))
    distance = field.distance[places[:, 0], places[:, 1]]
    order = np.argsort(distance, kind="stable")[:count]
    order = order[np.isfinite(distance[order])]
    return order, distance[order]


class _Crew:
    """The workers, each with its queue, and the mail between them in two sets used in turns."""

    def __init__(self, distance: NDArray[np.float64], *, workers: int, width: float) -> None:
        self.distance, self.workers, self.inverse = distance, workers, 1 / width
        self.queues = [_Queue() for _ in range(workers)]
        self.mail_value = np.empty((2, workers, workers, MAIL))
        self.mail_cell = np.empty((2, workers, workers, MAIL), np.uint32)
        self.mail_count = np.zeros((2, workers, workers), np.int64)
        self.side, self.span, self.first = 0, 1, 0
        self.posted = np.inf

    def start(self, cells: NDArray[np.int64]) -> None:
        """Put the sources into the queues."""
        for row, column in cells.tolist():
            if self.distance[row, column] > 0:
                queue = self.queues[k.owner(row, column, self.workers)]
                queue.make_room(1)
                self.distance[row, column] = 0.0
                k.push((row << 16) | column, 0.0, self.inverse, *queue.arrays())

    def is_at_work(self) -> bool:
        """Tell whether work is left, and find the bucket where it starts."""
        waiting = [int(queue.state[HERE]) for queue in self.queues if queue.state[COUNT]]
        if self.posted < np.inf:
            waiting.append(int(self.posted * self.inverse))
        self.first = min(waiting, default=0)
        return bool(waiting)

    def turn(self, me: int, cost: NDArray[Any], half: NDArray[np.float64]) -> float:
        """Let one worker do its round; return the least value it posts."""
        queue, inbox, outbox = self.queues[me], self.side, 1 - self.side
        queue.make_room(int(self.mail_count[inbox, :, me].sum()) + ROOM)
        queue.state[END] = self.first + self.span
        queue.state[DONE] = 0
        turn: Any = k.turn
        posted: float = turn(
            me, self.workers, self.first, cost, self.distance, half, self.inverse, *queue.arrays(),
            self.mail_value[inbox], self.mail_cell[inbox], self.mail_count[inbox],
            self.mail_value[outbox, me], self.mail_cell[outbox, me], self.mail_count[outbox, me],
        )  # fmt: skip
        return posted

    def end_round(self, posted: list[float]) -> None:
        """Hand over the mail, and make the next round longer or shorter."""
        self.side = 1 - self.side
        self.posted = min(posted)
        done = sum(int(queue.state[DONE]) for queue in self.queues)
        if done < BUSY:
            self.span = min(2 * self.span, RING // 2)
        elif done > 2 * BUSY:
            self.span = max(self.span // 2, 1)


class _Queue:
    """The bucket queue of one worker."""

    def __init__(self) -> None:
        self.state = np.zeros(k.LATE + 1, np.int64)
        self.state[FREE] = -1
        self.head = np.full(RING, -1, np.int32)
        self.value = np.empty(0)
        self.cell = np.empty(0, np.uint32)
        self.next = np.empty(0, np.int32)

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Return the arrays in the order in which the kernels take them."""
        return self.state, self.head, self.value, self.cell, self.next

    def make_room(self, entries: int) -> None:
        """Enlarge the queue, if need be, to hold that many more entries."""
        if self.state[USED] + entries > self.value.size:
            size = 2 * self.value.size + entries
            self.value = np.resize(self.value, size)
            self.cell = np.resize(self.cell, size)
            self.next = np.resize(self.next, size)


def _bucket_width(cost: NDArray[Any], cell_m: float) -> float:
    """Return a width that few steps are shorter than, and that no bucket's number overflows."""
    sample = cost[:: max(1, len(cost) // ROOM), :: max(1, cost.shape[1] // ROOM)]
    sample = sample[np.isfinite(sample)]
    middle = float(np.median(sample)) if sample.size else 1.0
    largest = float(np.max(cost, where=np.isfinite(cost), initial=0.0))
    return cell_m * max(middle, largest * cost.size / 2.0**60)


def _check(cost: NDArray[Any], cells: NDArray[np.int64], *, cell_m: float, lowest: float) -> None:
    """Raise an error that lists all that is wrong with the input."""
    faults = []
    if cost.ndim != 2 or max(cost.shape) > LARGEST_SIDE:
        raise InputError(
            f"the cost has the shape {cost.shape}",
            where="cost",
            mend=f"give a raster of at most {LARGEST_SIDE} rows and columns",
        )
    if not cell_m > 0:
        faults.append(Fault("cell_m", f"a cell of {cell_m} m", "give a side above zero"))
    if lowest == 0 or (lowest < 0 and bool(np.any(cost == 0))):
        faults.append(
            Fault("cost", "a cell costs nothing", "give costs above zero, infinite for no way")
        )
    for row, column in cells.tolist():
        is_inside = 0 <= row < cost.shape[0] and 0 <= column < cost.shape[1]
        if not is_inside or not 0 < cost[row, column] < np.inf:
            state = "impassable" if is_inside else "outside of the raster"
            faults.append(
                Fault("sources", f"cell {row}, {column} is {state}", "give passable cells")
            )
    if not len(cells):
        faults.append(Fault("sources", "there is none", "give at least one cell"))
    if faults:
        raise InputError.of(faults)
