"""Amounts of a village over a while, from the hours of its records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bunyad.operate.indicators.figure import Figure, Floats, counted_use, hourly_use
from bunyad.operate.place import HOUR_S, Expected, Place, hours_of_plan, newest, read_hours
from bunyad.operate.records.database import Db

PER_KILO = {"WTT": 1000.0, "LTR": 1000.0}
"""Units of which a thousand make the unit that people read (kW, m³); others are one."""
READ_AS = {"WTT": "kWh", "KWT": "kWh", "LTR": "m³", "KWH": "kWh", "MQH": "m³"}
"""Unit code of what is measured to the unit of an amount of it; others are no amounts."""
LEAST_HEARD = 0.5
"""Share of the things that have to be heard in an hour for it to count [-]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class While:
    """A while in the records of a place."""

    db: Db
    place: Place
    start_s: float
    end_s: float
    """Whole hours since 1970 [s]."""
    now_s: float

    @property
    def days(self) -> float:
        """Length [d]."""
        return (self.end_s - self.start_s) / (24 * HOUR_S)

    def series(self, things: Iterable[str], attribute: str) -> list[int | None]:
        """Return the series of an attribute of things, None where nothing ever came."""
        return [self.place.series.get((name, attribute)) for name in things]

    def hours(self, things: Sequence[str], attribute: str, *, is_counter: bool) -> Floats:
        """Return hours of an attribute: means, or last values from the hour before on."""
        series = self.series(things, attribute)
        start = self.start_s - HOUR_S if is_counter else self.start_s
        known = [one for one in series if one is not None]
        found = read_hours(
            self.db, known, start_s=start, end_s=self.end_s,
            column="last" if is_counter else "mean",
        )  # fmt: skip
        table = np.full((len(found), len(series)), np.nan)
        table[:, [number for number, one in enumerate(series) if one is not None]] = found
        return table

    def age(self, things: Iterable[str], attribute: str) -> float | None:
        """Return how old the newest reading is [s]."""
        at = newest(self.db, [one for one in self.series(things, attribute) if one is not None])
        return None if at is None else max(0.0, self.now_s - at)


def metered(span: While, things: Sequence[str], attribute: str) -> tuple[Floats, Floats]:
    """
    Return what counters of things rose by, and the share of hours that each was heard.

    Parameters
    ----------
    span
        The while.
    things
        The meters.
    attribute
        Attribute that counts up.
    """
    return counted_use(span.hours(things, attribute, is_counter=True))


def powered(span: While, things: Sequence[str], attribute: str) -> tuple[Floats, Floats]:
    """
    Return energy of things that tell their power, and the share of hours that each was heard.

    Hours that were not heard are taken as the mean of those that were.

    Parameters
    ----------
    span
        The while.
    things
        The things.
    attribute
        Attribute with the power.

    Returns
    -------
    tuple
        Power times hours, nan where nothing was heard; share of hours [-].
    """
    hours = span.hours(things, attribute, is_counter=False)
    heard = ~np.isnan(hours)
    count = heard.sum(axis=0)
    total = np.where(heard, hours, 0.0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        amounts = np.where(count > 0, total / count * len(hours), np.nan)
    return amounts, heard.mean(axis=0) if len(hours) else np.zeros(len(things))


def total(
    amounts: tuple[Floats, Floats], *, unit: str, age_s: float | None = None, factor: float = 1.0
) -> Figure:
    """
    Return the sum of what things took, silent ones taken as the middle of the others.

    Parameters
    ----------
    amounts
        As `metered` and `powered` give them.
    unit
        Unit of the sum.
    age_s
        Age of the newest reading [s].
    factor
        From the unit of the amounts to that of the sum.

    Examples
    --------
    >>> parts = (np.array([10.0, np.nan, 20.0]), np.array([1.0, 0.0, 1.0]))
    >>> found = total(parts, unit="kWh")
    >>> found.value, round(found.coverage, 2)
    (45.0, 0.67)
    """
    values, heard = amounts
    is_known = ~np.isnan(values)
    if not is_known.any():
        return Figure(value=None, unit=unit, coverage=0.0, needs="readings of it")
    middle = float(np.median(values[is_known]))
    whole = float(values[is_known].sum()) + middle * int((~is_known).sum())
    return Figure(
        value=whole * factor, unit=unit, age_s=age_s,
        coverage=float(np.where(is_known, heard, 0.0).mean()),
    )  # fmt: skip


def expected_groups(place: Place) -> dict[str, tuple[Expected, tuple[str, ...]]]:
    """
    Return what is expected, each with the things it holds for, by its id.

    Parameters
    ----------
    place
        The place.
    """
    things: dict[str, list[str]] = {}
    hopes: dict[str, Expected] = {}
    for (name, _), hope in place.expected.items():
        if place.things[name].point.type == hope.type or not hope.type:
            things.setdefault(hope.id, []).append(name)
            hopes[hope.id] = hope
    return {name: (hopes[name], tuple(found)) for name, found in things.items()}


def actual_hours(span: While, hope: Expected, things: Sequence[str]) -> Floats:
    """
    Return what things took in each hour, all together; nan where too few were heard.

    Parameters
    ----------
    span
        The while.
    hope
        What is expected of them.
    things
        The things.

    Returns
    -------
    array
        Sum over the things, in the unit that people read (kWh, m³).
    """
    hours = span.hours(things, hope.attribute, is_counter=hope.is_total)
    each = hourly_use(hours) if hope.is_total else hours
    heard = ~np.isnan(each)
    count = heard.sum(axis=1)
    sums = np.where(heard, each, 0.0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = sums / count * len(things) / PER_KILO.get(hope.unit, 1.0)
    return np.where(count >= LEAST_HEARD * len(things), whole, np.nan)


def planned_hours(span: While, hope: Expected, count: int) -> Floats:
    """
    Return what the plan expects of the same hours.

    Parameters
    ----------
    span
        The while.
    hope
        What is expected of one thing.
    count
        How many things there are.
    """
    at = hours_of_plan(span.start_s, int((span.end_s - span.start_s) // HOUR_S))
    scaled: Floats = hope.hours[at] * count / PER_KILO.get(hope.unit, 1.0)
    return scaled
