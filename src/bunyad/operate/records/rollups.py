"""
Sums by hour and by day.

Every reading is summed once, some time after it was written: `setting.rolled` is the number of
the last reading that is in the sums. What is not yet in them is added when they are asked for, so
that late readings need no second way.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

import orjson

from bunyad.operate.records.tenant import Writing
from bunyad.operate.records.times import DAY_US, HOUR_US

Period = Literal["hour", "day"]
PERIODS: dict[Period, tuple[str, int]] = {"hour": ("hourly", HOUR_US), "day": ("daily", DAY_US)}

_SUMS = """
SELECT c.series, c.at_us, c.count, c.sum, c.min, c.max, l.value, l.last_us FROM (
  SELECT series, at_us - ((at_us % {length}) + {length}) % {length} AS at_us, count(*) AS count,
         sum(value) AS sum, min(value) AS min, max(value) AS max
  FROM reading WHERE {where} AND typeof(value) IN ('integer', 'real') GROUP BY 1, 2
) c JOIN (
  SELECT series, at_us - ((at_us % {length}) + {length}) % {length} AS hour_us, value,
         max(at_us) AS last_us
  FROM reading WHERE {where} AND typeof(value) IN ('integer', 'real') GROUP BY 1, 2
) l ON l.series = c.series AND l.hour_us = c.at_us
"""
_MERGE = """
ON CONFLICT(series, at_us) DO UPDATE SET
  count = count + excluded.count, sum = sum + excluded.sum,
  min = min(min, excluded.min), max = max(max, excluded.max),
  last = CASE WHEN excluded.last_us >= last_us THEN excluded.last ELSE last END,
  last_us = max(last_us, excluded.last_us)
"""
_INTO = "INSERT INTO {table}(series, at_us, count, sum, min, max, last, last_us) "
_ADD = _INTO + "SELECT * FROM ({sums}) WHERE true" + _MERGE  # noqa: S608  (own text)
_ADD_ROW = _INTO + "VALUES(?, ?, ?, ?, ?, ?, ?, ?)" + _MERGE


@dataclass(frozen=True, slots=True)
class Sum:
    """
    The readings of a series in one hour or day.

    Attributes
    ----------
    at_us
        Its beginning [µs since 1970].
    last, last_us
        The latest value, and when it was.
    """

    series: int
    at_us: int
    count: int
    sum: float
    min: float
    max: float
    last: float
    last_us: int

    @property
    def mean(self) -> float:
        """Mean of the readings, each counted once."""
        return self.sum / self.count


_AS_ROW = attrgetter("series", "at_us", "count", "sum", "min", "max", "last", "last_us")


def roll_up(tx: Writing) -> int:
    """
    Add readings that are not yet in the sums.

    Parameters
    ----------
    tx
        The writer's transaction.

    Returns
    -------
    int
        How many readings were looked at.
    """
    rolled = _rolled(tx.db)
    newest: int = tx.db.execute("SELECT coalesce(max(ref), 0) FROM reading").fetchone()[0]
    if newest <= rolled:
        return 0
    where = f"ref > {rolled} AND ref <= {newest}"
    for table, length in PERIODS.values():
        sums = _SUMS.format(length=length, where=where)
        tx.db.execute(_ADD.format(table=table, sums=sums))
    tx.db.execute("INSERT OR REPLACE INTO setting VALUES('rolled', ?)", (newest,))
    return newest - rolled


def load_sums(
    db: sqlite3.Connection, series: Iterable[int], period: Period, *, from_us: int, to_us: int
) -> list[Sum]:
    """
    Return the sums of series by hour or day.

    Parameters
    ----------
    db
        A reading connection.
    series
        Numbers of series.
    period
        `hour` or `day` (of UTC).
    from_us, to_us
        First instant, and the instant before which they end [µs since 1970].

    Returns
    -------
    list of Sum
        By series and time; periods without a number are left out.
    """
    table, length = PERIODS[period]
    keys = orjson.dumps(list(series)).decode()
    rows = db.execute(
        "SELECT series, at_us, count, sum, min, max, last, last_us "  # noqa: S608  (own names)
        f"FROM {table} WHERE series IN (SELECT value FROM json_each(?)) "
        "AND at_us >= ? AND at_us < ? ORDER BY series, at_us",
        (keys, from_us - from_us % length, to_us),
    )
    found = {(row[0], row[1]): Sum(*row) for row in rows}
    where = (
        f"ref > {_rolled(db)} AND series IN (SELECT value FROM json_each(:keys)) "  # noqa: S608
        "AND at_us >= :first AND at_us < :end"
    )
    tail = db.execute(
        _SUMS.format(length=length, where=where),
        {"keys": keys, "first": from_us - from_us % length, "end": to_us},
    )
    for row in tail:
        fresh = Sum(*row)
        key = (fresh.series, fresh.at_us)
        found[key] = _add(found[key], fresh) if key in found else fresh
    return [found[key] for key in sorted(found)]


def add_sums(tx: Writing, period: Period, sums: Iterable[Sum]) -> None:
    """
    Add sums of readings that are kept elsewhere.

    Parameters
    ----------
    tx
        The writer's transaction.
    period
        `hour` or `day` (of UTC).
    sums
        What they come to.
    """
    table, _ = PERIODS[period]
    tx.db.executemany(
        _ADD.format(table=table, sums="SELECT ?, ?, ?, ?, ?, ?, ?, ?"), map(_AS_ROW, sums)
    )


def recount(tx: Writing, series: int, *, from_us: int, to_us: int) -> None:
    """
    Sum the readings of a series again, after some were changed or deleted.

    Parameters
    ----------
    tx
        The writer's transaction.
    series
        Number of the series.
    from_us, to_us
        Instants of the first and the last reading that was changed [µs since 1970].
    """
    rolled = _rolled(tx.db)
    for table, length in PERIODS.values():
        first, end = from_us - from_us % length, to_us - to_us % length + length
        tx.db.execute(
            f"DELETE FROM {table} WHERE series = ? AND at_us >= ? AND at_us < ?",  # noqa: S608  (own names)
            (series, first, end),
        )
        where = f"ref <= {rolled} AND series = {series} AND at_us >= {first} AND at_us < {end}"
        tx.db.execute(_ADD.format(table=table, sums=_SUMS.format(length=length, where=where)))


def _rolled(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT value FROM setting WHERE name = 'rolled'").fetchone()
    return 0 if row is None else int(row[0])


def _add(old: Sum, fresh: Sum) -> Sum:
    newer = fresh if fresh.last_us >= old.last_us else old
    return Sum(
        old.series, old.at_us, old.count + fresh.count, old.sum + fresh.sum,
        min(old.min, fresh.min), max(old.max, fresh.max), newer.last, newer.last_us,
    )  # fmt: skip
