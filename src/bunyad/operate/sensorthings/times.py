"""
Times of ISO 8601: kept as microseconds since 1970 in UTC, written with as many digits as read.

A time is a moment or a span. Spans are half-open: they hold their start, not their end.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

from bunyad.operate.sensorthings.refusals import Refusal

SECOND = 1_000_000  # microseconds
DAY = 86_400 * SECOND
FIRST, LAST = -62_135_596_800 * SECOND, 253_402_300_800 * SECOND - 1  # years 1 to 9999
MOST_DIGITS = 6

_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?"
    r"\s*([Zz]|[+\- ]\d\d(?::?\d\d)?)?"
)
_USUAL = {20: 0, 24: 3}  # length of 2026-03-01T06:00:00Z, and with .000: digits of the second
_DURATION = re.compile(
    r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Time:
    """
    A moment, or a span from `start_us` to `end_us`.

    Parameters
    ----------
    start_us
        Microseconds since 1970 in UTC [us].
    end_us
        End of a span [us]; none where it is a moment.
    digits
        Digits after the second: of the start in three bits, of the end in the three above.
    """

    start_us: int
    end_us: int | None = None
    digits: int = 0


def read_moment(text: str) -> tuple[int, int]:
    """
    Read a moment; return its microseconds since 1970 and its digits after the second.

    A time without a zone is taken as UTC.

    Raises
    ------
    Refusal
        If it is no time, or lies outside the years 1 to 9999.

    Examples
    --------
    >>> read_moment("1970-01-01T02:00:01.50+02:00")
    (1500000, 2)
    """
    digits = _USUAL.get(len(text))
    if digits is not None and text[10] == "T" and text[-1] == "Z":
        usual = _usual(text)
        if usual is not None:
            return usual, digits
    found = _MOMENT.fullmatch(text.strip())
    if not found:
        raise _no_time(text)
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        days = dt.date(int(year), int(month), int(day)).toordinal() - 719_163
        clock = dt.time(int(hour), int(minute), min(int(second or 0), 59))
    except ValueError:
        raise _no_time(text) from None
    seconds = days * 86_400 + clock.hour * 3600 + clock.minute * 60 + int(second or 0)
    if int(second or 0) > 60:
        raise _no_time(text)
    us = (seconds - _offset(zone)) * SECOND
    digits = 0
    if fraction:
        digits = min(len(fraction), MOST_DIGITS)
        us += int(fraction[:MOST_DIGITS].ljust(MOST_DIGITS, "0"))
    if not FIRST <= us <= LAST:
        raise _no_time(text)
    return us, digits


def _usual(text: str) -> int | None:
    try:
        it = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    seconds = it.hour * 3600 + it.minute * 60 + it.second
    return ((it.toordinal() - 719_163) * 86_400 + seconds) * SECOND + it.microsecond


def _offset(zone: str | None) -> int:
    if zone is None or zone in "Zz":
        return 0
    plain = zone[1:].replace(":", "")
    seconds = int(plain[:2]) * 3600 + int(plain[2:] or 0) * 60
    return -seconds if zone[0] == "-" else seconds


def _no_time(text: str) -> Refusal:
    return Refusal(
        f"'{text[:80]}' is no time",
        where="time",
        mend="give one such as 2026-03-01T06:00:00Z, or two with a slash between",
    )


def read_time(text: str) -> Time:
    """
    Read a moment or a span; a span's second part may be a duration.

    Raises
    ------
    Refusal
        If it is neither, or ends before it starts.

    Examples
    --------
    >>> read_time("1970-01-01T00:00:00Z/PT1S")
    Time(start_us=0, end_us=1000000, digits=0)
    """
    first, slash, second = text.partition("/")
    if not slash:
        us, digits = read_moment(first)
        return Time(us, None, digits)
    if first.strip().startswith("P"):
        end_us, end_digits = read_moment(second)
        start_us, digits = add_duration(end_us, first.strip(), sign=-1), end_digits
    else:
        start_us, digits = read_moment(first)
        if second.strip().startswith("P"):
            end_us, end_digits = add_duration(start_us, second.strip()), digits
        else:
            end_us, end_digits = read_moment(second)
    if end_us < start_us:
        raise Refusal(f"'{text[:80]}' ends before it starts", where="time", mend="swap the two")
    return Time(start_us, end_us, digits | end_digits << 3)


def read_duration(text: str) -> int:
    """
    Read a duration of fixed length [us].

    Raises
    ------
    Refusal
        If it is no duration, or has years or months, whose lengths differ.

    Examples
    --------
    >>> read_duration("P1DT0.5S") == DAY + SECOND // 2
    True
    """
    sign, years, months, weeks, days, hours, minutes, seconds = _duration_parts(text)
    if years or months:
        raise Refusal(
            f"duration'{text}' has no fixed length",
            where="time",
            mend="give weeks, days, hours, minutes and seconds",
        )
    whole = (weeks * 7 + days) * DAY + (hours * 3600 + minutes * 60) * SECOND
    return sign * (whole + round(seconds * SECOND))


def _duration_parts(text: str) -> tuple[int, int, int, int, int, int, int, float]:
    found = _DURATION.fullmatch(text)
    if not found or text.upper().rstrip("T") in {"P", "-P"} or len(text) > 60:
        raise Refusal(f"'{text[:80]}' is no duration", where="time", mend="give one such as PT15M")
    minus, *whole, seconds = found.groups()
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in whole)
    sign = -1 if minus else 1
    return sign, years, months, weeks, days, hours, minutes, float(seconds or 0)


def add_duration(us: int, text: str, *, sign: int = 1) -> int:
    """
    Add a duration to a moment [us]; months and years go by the calendar.

    Raises
    ------
    Refusal
        If the text is no duration or the sum leaves the years 1 to 9999.

    Examples
    --------
    >>> write_moment(add_duration(read_moment("2024-01-31T00:00:00Z")[0], "P1M"))
    '2024-02-29T00:00:00Z'
    """
    own_sign, years, months, weeks, days, hours, minutes, seconds = _duration_parts(text)
    turn = sign * own_sign
    if years or months:
        us = _add_months(us, turn * (years * 12 + months))
    whole = (weeks * 7 + days) * DAY + (hours * 3600 + minutes * 60) * SECOND
    us += turn * (whole + round(seconds * SECOND))
    if not FIRST <= us <= LAST:
        raise _no_time(text)
    return us


def _add_months(us: int, months: int) -> int:
    days, rest = divmod(us, DAY)
    date = dt.date.fromordinal(days + 719_163)
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise _no_time(f"{year}-{month + 1}")
    for day in range(date.day, 27, -1):
        try:
            date = dt.date(year, month + 1, day)
            break
        except ValueError:
            continue
    else:
        date = dt.date(year, month + 1, min(date.day, 28))
    return (date.toordinal() - 719_163) * DAY + rest


@lru_cache(maxsize=16_384)
def _minute(minutes: int) -> str:
    days, minute = divmod(minutes, 24 * 60)
    return f"{dt.date.fromordinal(days + 719_163)}T{minute // 60:02d}:{minute % 60:02d}:"


def write_moment(us: int, digits: int = 0) -> str:
    """
    Write a moment in UTC with as many digits after the second.

    Examples
    --------
    >>> write_moment(1_500_000, 3)
    '1970-01-01T00:00:01.500Z'
    """
    minutes, rest = divmod(us, 60 * SECOND)
    if not digits:
        return f"{_minute(minutes)}{rest // SECOND:02d}Z"
    second, fraction = divmod(rest, SECOND)
    return f"{_minute(minutes)}{second:02d}{f'.{fraction:06d}'[: digits + 1]}Z"


def write_time(start_us: int, end_us: int | None, digits: int = 0) -> str:
    """
    Write a moment or a span.

    Examples
    --------
    >>> write_time(0, 1_000_000)
    '1970-01-01T00:00:00Z/1970-01-01T00:00:01Z'
    """
    start = write_moment(start_us, digits & 7)
    return start if end_us is None else f"{start}/{write_moment(end_us, digits >> 3 & 7)}"


def fewest_digits(us: int) -> int:
    """
    Return how many digits after the second a moment needs: 0, 3 or 6.

    Examples
    --------
    >>> fewest_digits(1_500_000)
    3
    """
    if us % SECOND == 0:
        return 0
    return 3 if us % 1000 == 0 else MOST_DIGITS
