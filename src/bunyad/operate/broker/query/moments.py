"""Dates, times and moments as NGSI-LD writes them (CIM 009, 4.6.3)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias

Moment: TypeAlias = tuple[str, float]
"""What it is (`dateTime`, `date` or `time`) and where it lies on its own line [s]."""

_DAY = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?"
_ZONE = r"(?:Z|[+-]\d{2}:\d{2})"
_MOMENT = re.compile(rf"(?:({_DAY})T)?({_CLOCK})({_ZONE})|({_DAY})", re.ASCII)
MOMENT_START = re.compile(rf"{_DAY}T{_CLOCK}{_ZONE}|{_CLOCK}{_ZONE}|{_DAY}", re.ASCII)
"""A moment at the head of a text."""


def read_moment(text: str) -> Moment | None:
    """
    Return a date, a time or both as a place on a line, or nothing if the text is none of them.

    Examples
    --------
    >>> read_moment("1970-01-01T00:01:00Z"), read_moment("00:01:00Z"), read_moment("soon")
    (('dateTime', 60.0), ('time', 60.0), None)
    """
    if len(text) > 40 or not (found := _MOMENT.fullmatch(text)):
        return None
    day, clock, zone, only_day = found.groups()
    try:
        if only_day:
            return "date", _seconds(datetime.combine(date.fromisoformat(only_day), time()))
        whole, _, fraction = clock.replace(",", ".").partition(".")
        on = date.fromisoformat(day) if day else date(1970, 1, 1)
        at = datetime.combine(on, time.fromisoformat(whole))
    except ValueError:
        return None
    seconds = _seconds(at) + (float(f"0.{fraction}") if fraction else 0.0)
    if zone != "Z":
        hours, minutes = int(zone[1:3]), int(zone[4:])
        seconds -= (1 if zone[0] == "+" else -1) * (hours * 3600 + minutes * 60)
    return ("dateTime" if day else "time"), seconds


def _seconds(at: datetime) -> float:
    return (at.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)
