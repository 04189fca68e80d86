"""
Conditions that compare a thing with others: a whole with its parts, one of a kind with its like.

Each step is compared by itself, and only where enough is heard of it; means are taken of the
steps of a while that could be compared. So what is silent, dark or stuck for some time shifts no
mean. A counter is compared by what it rises by in an hour between its last two readings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bunyad.operate.alarms.feed import EXPECTED, Bools, Feed, Floats, Indices
from bunyad.operate.alarms.rules.model import Astray, Members, Missing

MARKS = 144
"""Most points in time that sums of a while are remembered at: of a day every ten minutes."""
LEAST_COMPARED = 0.5
"""Part of a while that has to be compared before anything is said of it [-]."""
FEWEST_PEERS = 3
"""Others below which nobody can tell which of them is wrong."""

Found = tuple[Bools, Bools, Floats]
"""Where a condition is known to hold, where not to, and how far apart things are."""


@dataclass(frozen=True, slots=True)
class Group:
    """Things that hang on those of a rule; one may hang on several."""

    feed: Feed
    members: Indices
    """Row in the feed of each that hangs on something."""
    of: Indices
    """Row of the rule's thing on which it hangs."""


@dataclass(frozen=True, slots=True)
class Company:
    """What conditions know of others than the thing itself."""

    group: Callable[[Members], Group]
    alarmed: Callable[[Feed, tuple[str, ...]], Bools | None]
    """Which things of a feed have an alarm of some rules, or None where no rule is named."""


_NONE: Indices = np.empty(0, np.int64)
ALONE = Company(
    group=lambda _members: Group(Feed([], start=0.0), _NONE, _NONE),
    alarmed=lambda _feed, _names: None,
)
"""Company of a thing that is looked at by itself: nothing is known of parts and peers."""


class Window:
    """
    Sums over the last steps, a row a thing.

    Parameters
    ----------
    shape
        Things, and numbers of each.
    steps
        Steps of the while; it is that long, or shorter by less than a hundredth.
    """

    def __init__(self, shape: tuple[int, int], steps: int) -> None:
        self.steps = steps
        self.stride = max(1, steps // MARKS)
        self._total = np.zeros(shape)
        self._marks = np.zeros((*shape, -(-steps // self.stride) + 1))
        self.memory = [self._total, self._marks]

    def add(self, step: int, values: Floats) -> Floats:
        """
        Add the numbers of a step, and return their sums over the while.

        Examples
        --------
        >>> window = Window((1, 1), steps=3)
        >>> [float(window.add(step, np.ones((1, 1)))[0, 0]) for step in range(5)]
        [1.0, 2.0, 3.0, 3.0, 3.0]
        """
        self._total += values
        place = step // self.stride
        size = self._marks.shape[2]
        sums: Floats = self._total - self._marks[:, :, (place + 1) % size]
        if (step + 1) % self.stride == 0:
            self._marks[:, :, place % size] = self._total
        return sums


def compare_parts(
    one: Missing, feed: Feed, rows: Indices, company: Company, step_s: float
) -> tuple[Callable[[float], Found], list[npt.NDArray[np.float64]]]:
    """
    Return what tells where a whole exceeds its parts by more than it may, and its memory.

    Parameters
    ----------
    one
        The condition.
    feed, rows
        The wholes.
    company
        Where their parts are.
    step_s
        Length of a step [s].
    """
    count = len(rows)
    groups = [(part, company.group(part)) for part in one.parts]
    for place, name in [(feed, one.missing), *((it.feed, part.attribute) for part, it in groups)]:
        place.watch(name, is_rated=one.is_counter)
        place.watch(EXPECTED + name)
    parts = _Parts(groups, count)
    window = Window((count, 4), max(1, round(one.over / step_s)))

    def look(now: float) -> Found:
        whole = _heard(one, feed, one.missing, company, now)[rows]
        told = [_heard(one, it.feed, part.attribute, company, now) for part, it in groups]
        total, known = parts.sums(told)
        with np.errstate(invalid="ignore", divide="ignore"):
            # Who is silent takes as much as the mean of the others of its kind.
            gap = whole - np.where(parts.are > 0, total / known * parts.are, 0.0).sum(axis=0)
        is_enough = known.sum(axis=0) >= np.maximum(one.heard * parts.are.sum(axis=0), 1)
        is_known = ~np.isnan(gap) & is_enough
        plan = feed.values[EXPECTED + one.missing][rows]
        hopes = [it.feed.values[EXPECTED + part.attribute] for part, it in groups]
        total, known = parts.sums(hopes)
        plan = np.where((known == parts.are).all(axis=0), plan - total.sum(axis=0), 0.0)
        numbers = np.stack((gap, np.nan_to_num(plan), np.abs(whole), np.ones(count)), axis=1)
        sums = window.add(round(now / step_s), np.where(is_known[:, None], numbers, 0.0))
        is_told = sums[:, 3] >= LEAST_COMPARED * window.steps
        excess = sums[:, 0] - sums[:, 1]
        yes = is_told & (excess > np.maximum(one.share * sums[:, 2], one.at_least * sums[:, 3]))
        return yes, is_told & ~yes, excess / np.maximum(sums[:, 3], 1)

    return look, window.memory


class _Parts:
    """The parts of some wholes, to be summed by kind and whole."""

    def __init__(self, groups: list[tuple[Members, Group]], count: int) -> None:
        self._members = [group.members for _, group in groups]
        self._of = np.concatenate([n * count + group.of for n, (_, group) in enumerate(groups)])
        self._factor = np.concatenate([np.full(len(it.of), part.factor) for part, it in groups])
        self._shape = (len(groups), count)
        self.are = self._count(self._of)
        """How many parts there are, a row a kind and a column a whole."""

    def sums(self, told: list[Floats]) -> tuple[Floats, Floats]:
        """Return the sums of the parts that tell something, and how many these are."""
        values = self._factor * np.concatenate(
            [each[members] for each, members in zip(told, self._members, strict=True)]
        )
        is_known = ~np.isnan(values)
        size = self._shape[0] * self._shape[1]
        weights = np.where(is_known, values, 0.0)
        total = np.bincount(self._of, weights=weights, minlength=size).astype(float)
        return total.reshape(self._shape), self._count(self._of[is_known])

    def _count(self, of: Indices) -> Floats:
        size = self._shape[0] * self._shape[1]
        return np.bincount(of, minlength=size).reshape(self._shape).astype(float)


def compare_peers(
    one: Astray, feed: Feed, rows: Indices, company: Company, step_s: float
) -> tuple[Callable[[float], Found], list[npt.NDArray[np.float64]]]:
    """
    Return what tells where a thing lies far from the middle of its peers, and its memory.

    Parameters
    ----------
    one
        The condition.
    feed, rows
        The things.
    company
        Where their peers are.
    step_s
        Length of a step [s].
    """
    count = len(rows)
    groups = [(part, company.group(part)) for part in one.peers]
    feed.watch(one.astray)
    for part, group in groups:
        group.feed.watch(part.attribute)
    order = [np.flatnonzero(group.of == row) for row in range(count) for _, group in groups]
    window = Window((count, 2), max(1, round(one.over / step_s)))

    def look(now: float) -> Found:
        own = _heard(one, feed, one.astray, company, now)[rows]
        told = [
            part.factor * _heard(one, group.feed, part.attribute, company, now)[group.members]
            for part, group in groups
        ]
        numbers = np.zeros((count, 2))
        for row in range(count):
            mine = order[row * len(groups) : (row + 1) * len(groups)]
            peers = np.concatenate([each[at] for each, at in zip(told, mine, strict=True)])
            peers = peers[~np.isnan(peers)]
            if len(peers) >= FEWEST_PEERS and not np.isnan(own[row]):
                numbers[row] = own[row] - np.median(peers), 1.0
        sums = window.add(round(now / step_s), numbers)
        is_told = sums[:, 1] >= LEAST_COMPARED * window.steps
        yes = is_told & (np.abs(sums[:, 0]) > one.by * sums[:, 1])
        return yes, is_told & ~yes, sums[:, 0] / np.maximum(sums[:, 1], 1)

    return look, window.memory


def _heard(
    one: Missing | Astray, feed: Feed, attribute: str, company: Company, now: float
) -> Floats:
    """Return what things of a feed tell now; nan where it is too old or not to be trusted."""
    is_rated = isinstance(one, Missing) and one.is_counter
    values = feed.rates[attribute] if is_rated else feed.values[attribute]
    is_good = now - feed.times[attribute] <= one.heard_within
    alarmed = company.alarmed(feed, one.unless)
    if alarmed is not None:
        is_good &= ~alarmed
    return np.where(is_good, values, np.nan)
