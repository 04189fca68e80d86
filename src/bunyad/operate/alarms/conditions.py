"""
Conditions, worked out for all things of a rule at once.

A condition that nobody knows (nothing was heard yet) is neither true nor false, and stays so
through and, or and not, as in Kleene's logic: so an alarm neither rings nor returns on a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from bunyad.operate.alarms.comparing import ALONE, Company, compare_parts, compare_peers
from bunyad.operate.alarms.feed import EXPECTED, Bools, Feed, Floats, Indices, number_of
from bunyad.operate.alarms.rules.model import (
    DAYS,
    All,
    AnyOf,
    Astray,
    Below,
    Condition,
    During,
    Hours,
    Limit,
    Missing,
    Not,
    Silent,
    Unexpected,
    Unlike,
)

_HOUR_S = 3600.0
_FEWEST = 8
"""Readings below which nobody can say that a value does not change."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Where a condition is known to hold, and where it is known not to."""

    yes: Bools
    no: Bools
    amount: Floats | None = None
    """The number that was looked at, where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What conditions of one rule are worked out on."""

    feed: Feed
    rows: Indices
    """Things of the rule among those of the feed."""
    step_s: float
    zone: ZoneInfo
    children: Callable[[Below], Callable[[], tuple[Floats, Floats]]]
    """What gives, for each thing, how many hang on it and how many of them have an alarm."""
    company: Company = ALONE


Memory = npt.NDArray[np.bool_] | Floats
"""What a condition remembers, a row a thing."""
Part = Callable[[float], Truth]
"""A compiled condition: at a time [s], where it holds."""


@dataclass(slots=True)
class Compiled:
    """A condition ready to be worked out, with what it has to remember."""

    work: Part
    memory: list[Memory]

    def __call__(self, now: float) -> Truth:
        """Return where the condition holds at a time [s]."""
        return self.work(now)


def compile_condition(condition: Condition, room: Room) -> Compiled:
    """
    Return what works a condition out.

    Parameters
    ----------
    condition
        Condition of a rule.
    room
        What it is worked out on; the attributes it needs are made room for.
    """
    memory: list[Memory] = []
    return Compiled(_compile(condition, room, memory), memory)


def _compile(condition: Condition, room: Room, memory: list[Memory]) -> Part:
    if isinstance(condition, All | AnyOf):
        is_all = isinstance(condition, All)
        inner = [
            _compile(one, room, memory)
            for one in (condition.all if isinstance(condition, All) else condition.any)
        ]
        return _joined(inner, is_all=is_all)
    if isinstance(condition, Not):
        turned = _compile(condition.not_, room, memory)

        def swap(now: float) -> Truth:
            truth = turned(now)
            return Truth(truth.no, truth.yes)

        return swap
    if isinstance(condition, Limit):
        return _limit(condition, room, memory)
    if isinstance(condition, Missing | Astray):
        return _compared(condition, room, memory)
    simple: Mapping[type, Callable[..., Part]] = {
        Silent: _silent, During: _during, Unexpected: _unexpected, Below: _below, Unlike: _unlike,
    }  # fmt: skip
    return simple[type(condition)](condition, room)


def _joined(inner: list[Part], *, is_all: bool) -> Part:
    def join(now: float) -> Truth:
        truths = [one(now) for one in inner]
        yes, no = truths[0].yes.copy(), truths[0].no.copy()
        amount = truths[0].amount
        for truth in truths[1:]:
            if amount is None:
                amount = truth.amount
            elif truth.amount is not None:  # the first that holds tells how much
                amount = np.where(~yes & truth.yes, truth.amount, amount)
            if is_all:
                yes &= truth.yes
                no |= truth.no
            else:
                yes |= truth.yes
                no &= truth.no
        return Truth(yes, no, amount)

    return join


def _compared(one: Missing | Astray, room: Room, memory: list[Memory]) -> Part:
    at = (room.feed, room.rows, room.company, room.step_s)
    look, kept = compare_parts(one, *at) if isinstance(one, Missing) else compare_peers(one, *at)
    memory.extend(kept)
    return lambda now: Truth(*look(now))


def _limit(limit: Limit, room: Room, memory: list[Memory]) -> Part:
    look = _statistic(limit, room)
    exact = limit.equals if limit.equals is not None else limit.differs
    if exact is not None:
        number, is_equal = number_of(exact), limit.equals is not None

        def same(_now: float) -> Truth:
            values = look()
            is_known = ~np.isnan(values)
            is_same = (values == number) == is_equal
            return Truth(is_known & is_same, is_known & ~is_same)

        return same

    is_plain = limit.dead_band == 0
    side = 1.0 if limit.above is not None else -1.0
    edge = limit.above if limit.above is not None else limit.below
    assert edge is not None, "the model asks for one limit"
    held = np.zeros(len(room.rows), bool)
    memory.append(held)

    def beyond(_now: float) -> Truth:
        value = look()
        excess = (value - edge) * side
        is_known = ~np.isnan(excess)
        if is_plain:
            beyond_it = excess > 0
            return Truth(beyond_it, is_known & ~beyond_it, value)
        yes = is_known & np.where(held, excess > -limit.dead_band, excess > 0)
        np.copyto(held, yes, where=is_known)
        return Truth(yes, is_known & ~yes, value)

    return beyond


def _mean(window: Floats) -> Floats:
    """Return the mean of what came in each column; where nothing came it is not a number."""
    is_there = ~np.isnan(window)
    with np.errstate(invalid="ignore"):
        mean: Floats = np.where(is_there, window, 0.0).sum(axis=0) / is_there.sum(axis=0)
    return mean


def _range(window: Floats) -> Floats:
    """Return the distance from the least to the greatest; unknown where little came."""
    distance: Floats = np.fmax.reduce(window, axis=0) - np.fmin.reduce(window, axis=0)
    is_few = (~np.isnan(window)).sum(axis=0) < _FEWEST
    return np.where(is_few, np.nan, distance)


_REDUCTIONS: Mapping[str, Callable[..., Any]] = {
    "mean": _mean,
    "minimum": partial(np.fmin.reduce, axis=0),
    "maximum": partial(np.fmax.reduce, axis=0),
    "range": _range,
}
"""What makes one value of the values that came, for each column."""


def _statistic(limit: Limit, room: Room) -> Callable[[], Floats]:
    """Return what gives the value that a limit looks at."""
    feed, rows, name = room.feed, room.rows, limit.attribute
    if limit.over is None:
        feed.watch(name)
        return lambda: feed.values[name][rows]
    steps = max(1, round(limit.over / room.step_s))
    unknown = np.full(len(rows), np.nan)
    if limit.statistic in ("change", "rate"):
        feed.watch(name, steps=steps + 1)
        per = steps * room.step_s / _HOUR_S if limit.statistic == "rate" else 1.0

        def change() -> Floats:
            old = feed.before(name, steps)
            return unknown if old is None else (feed.values[name][rows] - old[rows]) / per

        return change
    feed.watch(name, steps=steps, needs_fresh=True)
    kind, reduce = limit.statistic, _REDUCTIONS[limit.statistic]

    def over() -> Floats:
        found = feed.reduced(name, steps, kind, reduce)
        return unknown if found is None else found[rows]

    return over


def _unlike(one: Unlike, room: Room) -> Part:
    feed, rows = room.feed, room.rows
    feed.watch(one.attribute)
    feed.watch(one.unlike)

    def differ(_now: float) -> Truth:
        apart = np.abs(feed.values[one.attribute][rows] - feed.values[one.unlike][rows])
        is_known = ~np.isnan(apart)
        yes = is_known & (apart > one.tolerance)
        return Truth(yes, is_known & ~yes)

    return differ


def _unexpected(one: Unexpected, room: Room) -> Part:
    means = _rise(one, room) if one.is_counter else _means(one, room)
    size = len(room.rows)

    def differ(_now: float) -> Truth:
        found = means()
        if found is None:
            return Truth(np.zeros(size, bool), np.zeros(size, bool))
        real, expected = found
        apart = real - expected
        is_known = ~np.isnan(apart)
        if one.more_by is None:
            is_known &= expected > one.at_least  # where little is expected, little can be missing
        yes = np.zeros(size, bool)
        if one.more_by is not None:
            yes |= apart > np.maximum(one.more_by * np.abs(expected), one.at_least)
        if one.less_by is not None:
            yes |= -apart > np.maximum(one.less_by * np.abs(expected), one.at_least)
        yes &= is_known
        return Truth(yes, is_known & ~yes, apart)

    return differ


Pair = Callable[[], tuple[Floats, Floats] | None]
"""What gives what was measured and what was expected, or None before a whole while."""


def _means(one: Unexpected, room: Room) -> Pair:
    """Compare the means of the steps of a while in which something came."""
    feed, rows = room.feed, room.rows
    steps = max(1, round(one.over / room.step_s))
    name, wanted = one.unexpected, EXPECTED + one.unexpected
    feed.watch(name, steps=steps, needs_fresh=True)
    feed.watch(wanted, steps=steps)

    def means() -> tuple[Floats, Floats] | None:
        real, plan = feed.fresh(name, steps), feed.held(wanted, steps)
        if real is None or plan is None:
            return None
        real, plan = real[:, rows], plan[:, rows]
        is_both = ~(np.isnan(real) | np.isnan(plan))
        count = is_both.sum(axis=0)
        with np.errstate(invalid="ignore"):
            return (
                np.where(is_both, real, 0.0).sum(axis=0) / count,
                np.where(is_both, plan, 0.0).sum(axis=0) / count,
            )

    return means


def _rise(one: Unexpected, room: Room) -> Pair:
    """Compare what a counter rises by in an hour, over a while."""
    feed, rows = room.feed, room.rows
    steps = max(1, round(one.over / room.step_s))
    name, wanted = one.unexpected, EXPECTED + one.unexpected
    feed.watch(name, steps=steps + 1)
    feed.watch(wanted, steps=steps)
    hours = steps * room.step_s / _HOUR_S

    def rise() -> tuple[Floats, Floats] | None:
        old, plan = feed.before(name, steps), feed.held(wanted, steps)
        if old is None or plan is None:
            return None
        return (feed.values[name][rows] - old[rows]) / hours, plan[:, rows].mean(axis=0)

    return rise


def _silent(one: Silent, room: Room) -> Part:
    feed, rows = room.feed, room.rows
    feed.watch(one.silent)

    def quiet(now: float) -> Truth:
        heard = np.maximum(feed.times[one.silent][rows], feed.start)
        yes = now - heard > one.longer_than
        return Truth(yes, ~yes)

    return quiet


def _below(one: Below, room: Room) -> Part:
    count = room.children(one)

    def many(_now: float) -> Truth:
        total, alarmed = count()
        yes = (alarmed >= one.at_least) & (alarmed >= one.share * total)
        return Truth(yes, ~yes)

    return many


def _during(one: During, room: Room) -> Part:
    size = len(room.rows)
    everywhere, nowhere = np.ones(size, bool), np.zeros(size, bool)

    def is_now(now: float) -> Truth:
        moment = datetime.fromtimestamp(now, UTC).astimezone(room.zone)
        if is_within(moment, one.during):
            return Truth(everywhere, nowhere)
        return Truth(nowhere, everywhere)

    return is_now


def is_within(moment: datetime, hours: Hours) -> bool:
    """
    Tell whether a local time is one of the hours; those past midnight are of the day before.

    Parameters
    ----------
    moment
        Local time.
    hours
        Times of the day, days of the week and months.

    Examples
    --------
    >>> night = Hours(start="22:00", end="06:00", days=["friday"])
    >>> is_within(datetime(2026, 11, 21, 5, tzinfo=UTC), night)  # a Saturday
    True
    """
    clock = moment.time()
    day = moment
    if hours.start < hours.end:
        is_hour = hours.start <= clock < hours.end
    else:
        is_hour = clock >= hours.start or clock < hours.end
        if clock < hours.end and hours.start != hours.end:
            day = moment - timedelta(days=1)
    return is_hour and DAYS[day.weekday()] in hours.days and day.month in hours.months
