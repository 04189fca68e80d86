"""
Sums by hour and by day.

Every reading is summed once, some time after it was written: `setting.rolled` is the number of
the last reading that is in the sums. What is not yet in them is added when they are asked for, so
that late readings need no second way.

Hours of days that are long over are packed, a row a series and day; where a late reading falls into
such a day, it is unpacked, and packed again with the next round.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal

import orjson

from bunyad.operate.records.database import Db
from bunyad.operate.records.hours import COLUMNS, HOURS, pack_days, unpack_day
from bunyad.operate.records.tenant import Writing
from bunyad.operate.records.times import DAY_US, HOUR_US

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
# Beside max(), SQLite gives the value of the row with the greatest instant; others do not.
_SHARED_SUMS = """
SELECT series, at_us, count(*), sum(number), min(number), max(number),
       (array_agg(number ORDER BY read_us DESC, ref DESC))[1], max(read_us) FROM (
  SELECT series, at_us - ((at_us % {length}) + {length}) % {length} AS at_us, ref,
         at_us AS read_us, CAST(value #>> '{{}}' AS DOUBLE PRECISION) AS number
  FROM reading WHERE {where} AND json_typeof(value) = 'number'
) AS numbers GROUP BY series, at_us
"""
_MERGE = """
ON CONFLICT(series, at_us) DO UPDATE SET
  count = {table}.count + excluded.count, sum = {table}.sum + excluded.sum,
  min = CASE WHEN excluded.min < {table}.min THEN excluded.min ELSE {table}.min END,
  max = CASE WHEN excluded.max > {table}.max THEN excluded.max ELSE {table}.max END,
  last = CASE WHEN excluded.last_us >= {table}.last_us THEN excluded.last ELSE {table}.last END,
  last_us = CASE WHEN excluded.last_us > {table}.last_us THEN excluded.last_us
                 ELSE {table}.last_us END
"""
_INTO = "INSERT INTO {table}(series, at_us, count, sum, min, max, last, last_us) "
_ADD = _INTO + "SELECT * FROM ({sums}) AS sums WHERE true" + _MERGE  # noqa: S608  (own text)
_ADD_ROW = _INTO + "VALUES(?, ?, ?, ?, ?, ?, ?, ?)" + _MERGE
_START_OF_DAY = f"r.at_us - ((r.at_us % {DAY_US}) + {DAY_US}) % {DAY_US}"
_PACKED_DAY = "INSERT INTO hourly_day(series, at_us, body) VALUES(?, ?, ?)"
SERIES_OF_STEP = 500  # series whose hours are packed in one transaction


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
    _unpack(tx, "SELECT DISTINCT d.series, d.at_us FROM reading r JOIN hourly_day d "  # noqa: S608
            f"ON d.series = r.series AND d.at_us = {_START_OF_DAY} "
            f"WHERE {where} AND r.at_us < ?", (_packed_until(tx.db),))  # fmt: skip
    for table, length in PERIODS.values():
        sums = _sums(tx.db).format(length=length, where=where)
        tx.db.execute(_ADD.format(table=table, sums=sums))
    put_setting(tx, "rolled", newest)
    return newest - rolled


def load_sums(
    db: Db, series: Iterable[int], period: Period, *, from_us: int, to_us: int
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
        f"FROM {table} WHERE series IN (SELECT CAST(value AS INTEGER) FROM json_each(?)) "
        "AND at_us >= ? AND at_us < ? ORDER BY series, at_us",
        (keys, from_us - from_us % length, to_us),
    )
    found = {(row[0], row[1]): Sum(*row) for row in rows}
    mark = "?1" if isinstance(db, sqlite3.Connection) else "?"  # there the condition stands twice
    if period == "hour":
        for one in _packed_sums(db, keys, from_us - from_us % length, to_us):
            found[one.series, one.at_us] = one
    where = (
        f"ref > {_rolled(db)} AND at_us >= {from_us - from_us % length} AND at_us < {to_us} "  # noqa: S608
        f"AND series IN (SELECT CAST(value AS INTEGER) FROM json_each({mark}))"
    )
    tail = db.execute(_sums(db).format(length=length, where=where), (keys,))
    for row in tail:
        fresh = Sum(*row)
        key = (fresh.series, fresh.at_us)
        found[key] = _add(found[key], fresh) if key in found else fresh
    return [found[key] for key in sorted(found)]


def load_hours(db: Db, series: int, *, from_us: int, to_us: int) -> list[Sum]:
    """
    Return what of a series is summed by hour, by time.

    Parameters
    ----------
    db
        A reading connection.
    series
        Number of the series.
    from_us, to_us
        First hour, and the instant before which they begin [µs since 1970].
    """
    rows = db.execute(
        "SELECT series, at_us, count, sum, min, max, last, last_us FROM hourly "
        "WHERE series = ? AND at_us >= ? AND at_us < ?",
        (series, from_us, to_us),
    )
    found = [Sum(*row) for row in rows]
    found += _packed_sums(db, f"[{series}]", from_us, to_us)
    return sorted(found, key=attrgetter("at_us"))


def _packed_sums(db: Db, keys: str, from_us: int, to_us: int) -> list[Sum]:
    days = db.execute(
        "SELECT series, at_us, body FROM hourly_day "
        "WHERE series IN (SELECT CAST(value AS INTEGER) FROM json_each(?)) "
        "AND at_us > ? AND at_us < ?",
        (keys, from_us - DAY_US, to_us),
    )
    return [
        Sum(series, *hour)
        for series, day_us, body in days
        for hour in unpack_day(day_us, body)
        if from_us <= hour[0] < to_us
    ]


def pack_hours(tx: Writing, *, before_us: int, after: int = 0) -> int:
    """
    Pack the hours of some series, of days that are over.

    Parameters
    ----------
    tx
        The writer's transaction.
    before_us
        Midnight before which days are packed [µs since 1970].
    after
        Number of the series after which to begin.

    Returns
    -------
    int
        Number of the last series that was looked at; 0 where there are no more.
    """
    keys = [row[0] for row in tx.db.execute(
        "SELECT ref FROM series WHERE ref > ? ORDER BY ref LIMIT ?", (after, SERIES_OF_STEP)
    )]  # fmt: skip
    if not keys:
        return 0
    where = "WHERE series BETWEEN ? AND ? AND at_us < ?"
    bounds = (keys[0], keys[-1], before_us)
    rows = tx.db.execute(
        "SELECT series, at_us, count, sum, min, max, last, last_us "  # noqa: S608  (own text)
        f"FROM hourly {where} ORDER BY series, at_us",
        bounds,
    ).fetchall()
    if rows:
        tx.db.executemany(_PACKED_DAY, _packed(rows))
        tx.db.execute(f"DELETE FROM hourly {where}", bounds)  # noqa: S608  (own text)
        note_packed(tx, before_us)
    return int(keys[-1])


def _packed(rows: list[tuple[Any, ...]]) -> list[tuple[int, int, bytes]]:
    import numpy as np  # noqa: PLC0415  (the broker starts without it)

    hour = np.array([row[1] for row in rows], np.int64)
    start = hour - hour % DAY_US
    series = np.array([row[0] for row in rows], np.int64)
    is_first = np.ones(len(rows), bool)
    is_first[1:] = (np.diff(series) != 0) | (np.diff(start) != 0)
    line, column = np.cumsum(is_first) - 1, (hour - start) // HOUR_US
    panels = []
    for number, name in enumerate(COLUMNS, start=2):
        panel = np.full((int(line[-1]) + 1, HOURS), np.nan)
        values = [row[number] for row in rows]
        panel[line, column] = np.array(values, np.int64) - hour if name == "last_us" else values
        panels.append(panel)
    bodies = pack_days(panels)
    return list(zip(series[is_first].tolist(), start[is_first].tolist(), bodies, strict=True))


def add_packed(
    tx: Writing, series: Sequence[int], at_us: int, panels: Sequence[NDArray[np.float64]]
) -> NDArray[np.bool_]:
    """
    Add packed hours of a day for all series that have none of that day yet.

    Parameters
    ----------
    tx
        The writer's transaction.
    series
        Numbers of series.
    at_us
        When the day begins [µs since 1970].
    panels
        As `pack_days` takes them.

    Returns
    -------
    numpy.ndarray
        Which of the series have hours of that day already; theirs are not added.
    """
    import numpy as np  # noqa: PLC0415

    known = {row[0] for row in tx.db.execute(
        "SELECT k.value FROM (SELECT CAST(value AS INTEGER) AS value FROM json_each(?)) k WHERE "
        "EXISTS (SELECT 1 FROM hourly_day WHERE series = k.value AND at_us = ?) OR "
        "EXISTS (SELECT 1 FROM hourly WHERE series = k.value AND at_us >= ? AND at_us < ?)",
        (orjson.dumps(list(series)).decode(), at_us, at_us, at_us + DAY_US),
    )}  # fmt: skip
    has = np.array([one in known for one in series])
    fresh = [one for one in series if one not in known]
    bodies = pack_days([panel[~has] for panel in panels])
    tx.db.executemany(
        _PACKED_DAY, ((one, at_us, body) for one, body in zip(fresh, bodies, strict=True))
    )
    note_packed(tx, at_us + DAY_US)
    return has


def note_packed(tx: Writing, until_us: int) -> None:
    """Write down that days before an instant may be packed."""
    if until_us > _packed_until(tx.db):
        put_setting(tx, "packed", until_us)


def _packed_until(db: Db) -> int:
    row = db.execute("SELECT value FROM setting WHERE name = 'packed'").fetchone()
    return -(2**62) if row is None else int(row[0])


def _unpack(
    tx: Writing, days: str, values: tuple[Any, ...], *, only: set[tuple[int, int]] | None = None
) -> None:
    """Make rows again of packed days that a statement finds, of all or some of them."""
    for series, at_us in tx.db.execute(days, values).fetchall():
        if only is not None and (series, at_us) not in only:
            continue
        (body,) = tx.db.execute(
            "DELETE FROM hourly_day WHERE series = ? AND at_us = ? RETURNING body", (series, at_us)
        ).fetchone()
        tx.db.executemany(
            _ADD_ROW.format(table="hourly"), [(series, *hour) for hour in unpack_day(at_us, body)]
        )


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
    rows = [_AS_ROW(one) for one in sums]
    if period == "hour":
        days = {(row[0], row[1] - row[1] % DAY_US) for row in rows}
        lists = (sorted({series for series, _ in days}), sorted({at_us for _, at_us in days}))
        among = "IN (SELECT CAST(value AS INTEGER) FROM json_each(?))"
        _unpack(tx, "SELECT series, at_us FROM hourly_day "  # noqa: S608  (own text)
                f"WHERE series {among} AND at_us {among}",
                tuple(orjson.dumps(one).decode() for one in lists), only=days)  # fmt: skip
    tx.db.executemany(_ADD_ROW.format(table=table), rows)


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
    _unpack(tx, "SELECT series, at_us FROM hourly_day WHERE series = ? AND at_us BETWEEN ? AND ?",
            (series, from_us - DAY_US + 1, to_us))  # fmt: skip
    for table, length in PERIODS.values():
        first, end = from_us - from_us % length, to_us - to_us % length + length
        tx.db.execute(
            f"DELETE FROM {table} WHERE series = ? AND at_us >= ? AND at_us < ?",  # noqa: S608  (own names)
            (series, first, end),
        )
        where = f"ref <= {rolled} AND series = {series} AND at_us >= {first} AND at_us < {end}"
        tx.db.execute(
            _ADD.format(table=table, sums=_sums(tx.db).format(length=length, where=where))
        )


def put_setting(tx: Writing, name: str, value: float | str) -> None:
    """Keep a setting; one of the same name is replaced."""
    tx.db.execute(
        "INSERT INTO setting(name, value) VALUES(?, ?) "
        "ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def _sums(db: Db) -> str:
    return _SUMS if isinstance(db, sqlite3.Connection) else _SHARED_SUMS


def _rolled(db: Db) -> int:
    row = db.execute("SELECT value FROM setting WHERE name = 'rolled'").fetchone()
    return 0 if row is None else int(row[0])


def _add(old: Sum, fresh: Sum) -> Sum:
    newer = fresh if fresh.last_us >= old.last_us else old
    return Sum(
        old.series, old.at_us, old.count + fresh.count, old.sum + fresh.sum,
        min(old.min, fresh.min), max(old.max, fresh.max), newer.last, newer.last_us,
    )  # fmt: skip
