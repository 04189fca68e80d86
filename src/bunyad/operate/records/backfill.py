"""Days of the past at once, such as those that another system kept, or that a simulator plays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bunyad.operate.records.exact import NONE, split_rows
from bunyad.operate.records.history import ROWS_OF_GROUP, HistoryFile, history_folder
from bunyad.operate.records.hours import COLUMNS
from bunyad.operate.records.rollups import Sum, add_packed, add_sums
from bunyad.operate.records.tenant import Tenant, Writing
from bunyad.operate.records.times import DAY_US, HOUR_US, to_iso

SERIES_AT_ONCE = 2_000  # summed at one time; bounds the memory


def backfill(tenant: Tenant, series: Sequence[int], at_us: Any, values: Any) -> int:
    """
    Add readings of a whole panel of series: they go straight to a file, their sums to the database.

    The current state of entities stays as it is. A crash leaves all readings of a day or none.

    Parameters
    ----------
    tenant
        Whose records; this thread waits for its writer.
    series
        Numbers of series, in rising order.
    at_us
        Instants in rising order [µs since 1970]; shape (instants,). Each day of UTC gets a file.
    values
        Numbers; not a number where a series told nothing. Shape (series, instants).

    Returns
    -------
    int
        How many readings were added.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    keys, times = np.asarray(series, np.int64), np.asarray(at_us, np.int64)
    panel = np.asarray(values, float)
    if panel.shape != (len(keys), len(times)):
        raise ValueError(f"values have the shape {panel.shape}, not {(len(keys), len(times))}")
    days = times // DAY_US
    bounds = [np.searchsorted(days, (day, day + 1)) for day in np.unique(days)]
    return sum(
        _add_day(tenant, keys, times[first:end], panel[:, first:end]) for first, end in bounds
    )


def _add_day(
    tenant: Tenant, keys: NDArray[np.int64], times: NDArray[np.int64], panel: NDArray[np.float64]
) -> int:
    """Add the readings of one day."""
    count = int((~np.isnan(panel)).sum())
    if not count:
        return 0
    first = tenant.submit(lambda tx: _reserve(tx, count)).result()
    name = f"{to_iso(int(times[0]))[:10]}-{first + count}.parquet"
    _write(tenant, name, first, keys, times, panel)
    start = int(times[0]) // DAY_US * DAY_US
    by_hour = _sums(times, panel, start, HOUR_US)
    by_day = _sums(times, panel, start, DAY_US)

    def tell(tx: Writing) -> None:
        known = add_packed(tx, keys.tolist(), start, by_hour)
        add_sums(tx, "hour", _rows(keys[known], [one[known] for one in by_hour], start, HOUR_US))
        add_sums(tx, "day", _rows(keys, by_day, start, DAY_US))
        tx.db.execute(
            # `newest` is 0: the file has nothing of what was in the database.
            "INSERT INTO archive(file, until_us, newest, rows, deleted) VALUES(?, ?, 0, ?, 1)",
            (name, start + DAY_US, count),
        )

    tenant.submit(tell).result()
    return count


def _reserve(tx: Writing, count: int) -> int:
    """Take numbers that no other reading ever gets; return the one before the first."""
    if tx.tenant.home.is_shared:
        row = tx.db.execute(
            "SELECT setval('reading_ref_seq', nextval('reading_ref_seq') + ?)", (count - 1,)
        ).fetchone()
        return int(row[0]) - count
    tx.db.execute(
        "INSERT INTO sqlite_sequence(name, seq) SELECT 'reading', 0 "
        "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'reading')"
    )
    row = tx.db.execute(
        "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'reading' RETURNING seq", (count,)
    ).fetchone()
    return int(row[0]) - count


def _write(
    tenant: Tenant, name: str, first: int, keys: NDArray[np.int64], times: NDArray[np.int64],
    panel: NDArray[np.float64],
) -> None:  # fmt: skip
    """Write the file beside its place and move it there when it is on the disk."""
    import pyarrow as pa  # noqa: PLC0415

    folder = history_folder(tenant)
    folder.mkdir(parents=True, exist_ok=True)
    file, is_whole = HistoryFile(folder / name), False
    step = max(1, ROWS_OF_GROUP // len(times))
    names = ("ref", "series", "at_us", "value", "text", "body", "observed", "made_us")
    try:
        for start in range(0, len(keys), step):
            some = panel[start : start + step]
            is_told = ~np.isnan(some)
            count = int(is_told.sum())
            at = np.broadcast_to(times, some.shape)[is_told]
            nothing = pa.nulls(count, pa.string())
            of = np.repeat(keys[start : start + step], is_told.sum(axis=1)).astype(np.int32)
            columns = [
                np.arange(first + 1, first + count + 1), of, at, some[is_told], nothing, nothing,
                pa.repeat(pa.scalar(value=True), count), at,
            ]  # fmt: skip
            if count:
                file.add(pa.table(columns, names=names))
            first += count
        is_whole = True
    finally:
        file.close(whole=is_whole)


def _sums(
    times: NDArray[np.int64], panel: NDArray[np.float64], start: int, length: int
) -> list[NDArray[np.float64]]:
    """Sum each series by the hours or the day from a start; a panel for each of `COLUMNS`."""
    periods = (times - start) // length
    found = [np.full((len(panel), DAY_US // length), np.nan) for _ in COLUMNS]
    for first in range(0, len(panel), SERIES_AT_ONCE):
        rows = slice(first, first + SERIES_AT_ONCE)
        whole, decimals = split_rows(panel[rows])
        for period in np.unique(periods):
            here = periods == period
            columns = _summed(times[here], panel[rows, here], whole[:, here], decimals)
            columns[-1] -= start + period * length
            for table, column in zip(found, columns, strict=True):
                table[rows, period] = column
    return found


def _summed(
    times: NDArray[np.int64], panel: NDArray[np.float64], whole: NDArray[np.int64],
    decimals: NDArray[np.uint8],
) -> list[NDArray[np.float64]]:  # fmt: skip
    """Sum each row; whole numbers are summed as such, without rounding."""
    is_told = ~np.isnan(panel)
    count = is_told.sum(axis=1)
    row = np.arange(len(panel))
    last = panel.shape[1] - 1 - is_told[:, ::-1].argmax(axis=1)
    is_raw = decimals == NONE
    exact = np.where(is_told, whole, 0).sum(axis=1) / 10.0 ** np.where(is_raw, 0, decimals)
    total = np.where(is_raw, np.nansum(panel, axis=1), exact)
    least = np.where(is_told, panel, np.inf).min(axis=1)
    most = np.where(is_told, panel, -np.inf).max(axis=1)
    columns = (count, total, least, most, panel[row, last], times[last])
    return [np.where(count > 0, column, np.nan) for column in columns]


def _rows(
    keys: NDArray[np.int64], panels: list[NDArray[np.float64]], start: int, length: int
) -> list[Sum]:
    row, period = np.nonzero(~np.isnan(panels[0]))
    at = start + period * length
    count, *numbers, last_us = (panel[row, period] for panel in panels)
    columns = (keys[row], at, count.astype(int), *numbers, at + last_us.astype(int))
    return [Sum(*one) for one in zip(*(column.tolist() for column in columns), strict=True)]
