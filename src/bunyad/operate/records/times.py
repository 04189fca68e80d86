"""Instants as microseconds since 1970 in UTC, and as ISO 8601 text."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US

_FORM = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?"
)


def now_us() -> int:
    """Return the present instant [µs]."""
    return time.time_ns() // 1000


def to_iso(instant_us: int) -> str:
    """
    Write an instant as text in UTC.

    Parameters
    ----------
    instant_us
        Instant [µs since 1970].

    Returns
    -------
    str
        ISO 8601 with `Z`, with as many decimals as needed (none, three or six).

    Examples
    --------
    >>> to_iso(1_500_000)
    '1970-01-01T00:00:01.500Z'
    """
    seconds, part = divmod(instant_us, 1_000_000)
    text = _second(seconds)
    if part == 0:
        return text + "Z"
    return f"{text}.{part // 1000:03d}Z" if part % 1000 == 0 else f"{text}.{part:06d}Z"


@lru_cache(maxsize=64)
def _second(seconds: int) -> str:
    return (EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()


def from_iso(text: str) -> int:
    """
    Read an instant.

    Parameters
    ----------
    text
        ISO 8601 date and time; without a zone it is UTC.

    Returns
    -------
    int
        Instant [µs since 1970].

    Raises
    ------
    ValueError
        If the text is no date and time.

    Examples
    --------
    >>> from_iso("1970-01-01T01:00:01.5+01:00")
    1500000
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no date and time")
    year, month, day, hour, minute, second, part, zone = found.groups()
    moment = datetime(  # noqa: DTZ001  (the zone is taken off below)
        int(year), int(month), int(day), int(hour), int(minute), min(int(second), 59)
    )
    whole = int((moment - EPOCH.replace(tzinfo=None)).total_seconds()) * 1_000_000
    whole += (int(second) - min(int(second), 59)) * 1_000_000
    if part:
        whole += int(part[:6].ljust(6, "0"))
    if zone and zone != "Z":
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        whole -= (1 if zone[0] == "+" else -1) * minutes * 60_000_000
    return whole
