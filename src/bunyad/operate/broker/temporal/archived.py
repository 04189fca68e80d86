"""The part of the past that has left the database: Parquet files, read by DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bunyad.operate.broker.temporal.window import Window
from bunyad.operate.records import Tenant
from bunyad.operate.records.history import FROM_FILES, history_files

Row = tuple[int, int, int, bool, float | str | None, str | None]
"""Number, instant [µs], time of writing [µs], whether observed, value and body of a reading."""


def archive_files(tenant: Tenant, window: Window) -> list[str]:
    """Return the files that may hold a part of a window; none where all of it is at hand."""
    return [str(path) for path in _files(tenant, window) if path.exists()]


def warnings_of_missing(tenant: Tenant, window: Window) -> list[str]:
    """Return a warning (6.3.17) for each file that may hold a part of a window and is not there."""
    return [
        f'299 - "The history file {path.name} is missing: what it holds is not told"'
        for path in _files(tenant, window) if not path.exists()
    ]  # fmt: skip


def _files(tenant: Tenant, window: Window) -> list[Path]:
    is_of_time = window.member in {"observedAt", "deletedAt"}
    return history_files(tenant, from_us=window.from_us if is_of_time else None)


def archived_rows(
    files: list[str], series: Sequence[int], window: Window, *, most: int
) -> dict[int, list[Row]]:
    """
    Return readings from files.

    Parameters
    ----------
    files
        Parquet files of a tenant.
    series
        Numbers of series.
    window
        Which part of the past.
    most
        Readings of one series at most, the first of the window or, where the last are wanted,
        the latest.

    Returns
    -------
    dict
        Number of the series to its readings, in no order.
    """
    import duckdb  # noqa: PLC0415  (heavy; few ask for the distant past)

    at = "at_us" if window.member in {"observedAt", "deletedAt"} else "made_us"
    where = f"{at} >= {window.from_us:d} AND {at} < {window.to_us:d}"
    if window.relation and window.member == "observedAt":
        where += " AND observed"
    if window.member == "deletedAt":
        where += " AND body LIKE '%\"deletedAt\"%'"
    way = "DESC" if window.last else "ASC"
    found: dict[int, list[Row]] = {}
    with duckdb.connect(config={"threads": 1}) as engine:  # many ask at once, each for little
        engine.execute("SET VARIABLE files = ?", [files])
        engine.execute("SET VARIABLE keys = ?", [list(series)])
        rows = engine.sql(
            "SELECT series, ref, at_us, made_us, observed, value, text, body"  # noqa: S608  (numbers only)
            f" FROM {FROM_FILES}"
            f" WHERE list_contains(getvariable('keys'), series) AND {where}"
            " QUALIFY row_number() OVER"
            f" (PARTITION BY series ORDER BY {at} {way}, ref {way}) <= {most:d}"
        ).fetchall()
    for key, ref, at_us, made_us, observed, number, text, body in rows:
        value = text if number is None else _whole(number)
        found.setdefault(key, []).append((ref, at_us, made_us, observed, value, body))
    return found


def _whole(number: float) -> float | int:
    """Return a number as it was written: the files have floating point only."""
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def as_tuple(row: Any) -> Row:
    """Return a row of the database in the form of a file's."""
    ref, at_us, made_us, observed, value, body = row
    return ref, at_us, made_us, bool(observed), value, body
