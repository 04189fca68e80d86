"""Sums of the past, period by period (CIM 009, 4.5.19)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from bunyad.operate.broker.model import VALUE_OF, Instance
from bunyad.operate.broker.problems import bad_request
from bunyad.operate.broker.query.moments import read_moment
from bunyad.operate.broker.temporal.past import Line
from bunyad.operate.broker.temporal.window import ENDLESS_US, Window
from bunyad.operate.records import to_iso

METHODS = ("avg", "distinctCount", "max", "min", "stddev", "sum", "sumsq", "totalCount")
MOST_PERIODS = 100_000
_FORM = re.compile(
    r"P(?:(\d{1,6})W|(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})D)?"
    r"(?:T(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,6})?)S)?)?)"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_S = 86_400
_LAST_YEAR = 9_998


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: months, which differ in length, and seconds."""

    months: int
    seconds: float

    @property
    def is_zero(self) -> bool:
        """Tell whether it has no length."""
        return not self.months and not self.seconds


@dataclass(frozen=True, slots=True)
class Totals:
    """What to aggregate, over which periods."""

    methods: tuple[str, ...]
    duration: Duration
    window: Window


def read_totals(params: Mapping[str, str], window: Window) -> Totals:
    """
    Read what a request wants aggregated.

    Parameters
    ----------
    params
        `aggrMethods` and `aggrPeriodDuration`.
    window
        The part of the past that is asked for.

    Raises
    ------
    Problem
        `BadRequestData` if one is missing or unknown.
    """
    methods = [name.strip() for name in params.get("aggrMethods", "").split(",") if name.strip()]
    if not methods:
        raise bad_request("aggregatedValues needs aggrMethods")
    for name in methods:
        if name not in METHODS:
            raise bad_request(f"aggrMethods has {name!r}, none of {', '.join(METHODS)}")
    duration = read_duration(params.get("aggrPeriodDuration", "PT0S"))
    return Totals(tuple(dict.fromkeys(methods)), duration, window)


def read_duration(text: str, name: str = "aggrPeriodDuration") -> Duration:
    """
    Read a duration of ISO 8601.

    Raises
    ------
    Problem
        `BadRequestData` if it is none.

    Examples
    --------
    >>> read_duration("P1M"), read_duration("P1DT12H")
    (Duration(months=1, seconds=0.0), Duration(months=0, seconds=129600.0))
    """
    found = _FORM.fullmatch(text)
    if found is None or not any(part is not None for part in found.groups()) or text[-1] == "T":
        raise bad_request(f"{name} is {text[:40]!r}, no duration such as PT1H or P1D")
    weeks, years, months, days, hours, minutes, seconds = (
        float(part) if part else 0.0 for part in found.groups()
    )
    length = (7 * weeks + days) * _DAY_S + hours * 3_600 + minutes * 60 + seconds
    return Duration(int(12 * years + months), length)


def aggregate(line: Line, totals: Totals) -> dict[str, list[list[Any]]]:
    """
    Return the totals of a line, by method: value, start and end of each period that has any.

    Methods that the kind of values does not have (table 4.5.19.1-1) are left out.

    Parameters
    ----------
    line
        Instances of an attribute.
    totals
        What to aggregate.
    """
    found = sorted(line.instances, key=lambda pair: pair[0])
    instants = [at_us for at_us, instance in found if "deletedAt" not in instance]
    values = [_value(instance) for _, instance in found if "deletedAt" not in instance]
    if not values:
        return {}
    told: dict[str, list[list[Any]]] = {}
    for start_us, end_us, first, last in _periods(instants, totals):
        for name in totals.methods:
            value = _AGGREGATE[name](values[first:last])
            if value is not None:
                row = [value, to_iso(start_us), to_iso(end_us)]
                told.setdefault(name, []).append(row)
    return told


def _value(instance: Instance) -> Any:
    value = instance.get(VALUE_OF[instance["type"]])
    return value["@value"] if isinstance(value, dict) and "@value" in value else value


# --- periods ------------------------------------------------------------------------------


def _periods(instants: list[int], totals: Totals) -> Iterator[tuple[int, int, int, int]]:
    """Yield start and end of every period that has instances, and which these are."""
    window, duration = totals.window, totals.duration
    if duration.is_zero:
        start_us = window.from_us if window.from_us > -ENDLESS_US else instants[0]
        end_us = window.to_us if window.to_us < ENDLESS_US else instants[-1]
        yield start_us, end_us, 0, len(instants)
        return
    # periods are those of the time that is asked for (C.5.14), where its beginning is told
    origin_us = window.from_us if window.from_us > -ENDLESS_US else instants[0]
    number, first = 0, 0
    for _ in range(MOST_PERIODS):
        if first >= len(instants):
            return
        number = max(number, _number(origin_us, instants[first], duration))
        start_us = _moved(origin_us, duration, number)
        end_us = _moved(origin_us, duration, number + 1)
        last = first
        while last < len(instants) and instants[last] < end_us:
            last += 1
        if last > first:
            yield start_us, end_us, first, last
        first, number = last, number + 1
    raise bad_request(f"there are more than {MOST_PERIODS} periods; ask for longer ones")


def _number(origin_us: int, at_us: int, duration: Duration) -> int:
    """Return the number of a period that begins at an instant or before it, not long before."""
    if duration.months:
        months = (at_us - origin_us) / 1e6 / _DAY_S / 31
        return max(0, int(months / (duration.months + duration.seconds / _DAY_S / 28)))
    return int((at_us - origin_us) // (duration.seconds * 1e6))


def _moved(origin_us: int, duration: Duration, times: int) -> int:
    if not duration.months:
        return origin_us + round(times * duration.seconds * 1e6)
    at = _EPOCH + timedelta(microseconds=origin_us)
    months = at.year * 12 + at.month - 1 + duration.months * times
    year, month = divmod(months, 12)
    if year > _LAST_YEAR:
        return ENDLESS_US
    days = [31, 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28]
    days += [31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    moved = at.replace(year=year, month=month + 1, day=min(at.day, days[month]))
    return (moved - _EPOCH) // timedelta(microseconds=1) + round(times * duration.seconds * 1e6)


# --- methods ------------------------------------------------------------------------------


def _numbers(values: list[Any]) -> list[float]:
    """Return the values as numbers: arrays by their size, true as 1; empty if they are none."""
    numbers: list[float] = []
    for value in values:
        if isinstance(value, list):
            numbers.append(len(value))
        elif isinstance(value, int | float):
            numbers.append(int(value) if isinstance(value, bool) else value)
        else:
            return []
    return numbers


def _of_numbers(method: Callable[[list[float]], float]) -> Callable[[list[Any]], float | None]:
    def total(values: list[Any]) -> float | None:
        numbers = _numbers(values)
        if not numbers:
            return None
        value = method(numbers)
        return value if math.isfinite(value) else None

    return total


def _mean(numbers: list[float]) -> float:
    return math.fsum(numbers) / len(numbers)


def _deviation(numbers: list[float]) -> float:
    mean = _mean(numbers)
    return math.sqrt(math.fsum((number - mean) ** 2 for number in numbers) / len(numbers))


def _sum(numbers: list[float]) -> float:
    whole = all(isinstance(number, int) for number in numbers)
    return sum(numbers) if whole else math.fsum(numbers)


def _average(values: list[Any]) -> Any:
    """Average numbers, or times of the day."""
    times = [
        moment[1]
        for value in values
        if isinstance(value, str) and (moment := read_moment(value)) and moment[0] == "time"
    ]
    if times and len(times) == len(values):
        return to_iso(round(_mean(times) * 1e6)).partition("T")[2]
    return _of_numbers(_mean)(values)


def _extreme(choose: Callable[[Any], Any]) -> Callable[[list[Any]], Any]:
    def total(values: list[Any]) -> Any:
        if all(isinstance(value, str) for value in values):
            return choose(values)
        numbers = _numbers(values)
        return choose(numbers) if numbers else None

    return total


def _distinct(values: list[Any]) -> int:
    return len({orjson.dumps(value, option=orjson.OPT_SORT_KEYS) for value in values})


_AGGREGATE: dict[str, Callable[[list[Any]], Any]] = {
    "avg": _average,
    "distinctCount": _distinct,
    "max": _extreme(max),
    "min": _extreme(min),
    "stddev": _of_numbers(_deviation),
    "sum": _of_numbers(_sum),
    "sumsq": _of_numbers(lambda numbers: _sum([number * number for number in numbers])),
    "totalCount": len,
}
