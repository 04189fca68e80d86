"""
Long history: old readings leave the database for Parquet files, which DuckDB reads.

A file is written whole and noted in `archive` before its readings are deleted; whoever reads
both takes each reading once, by its number. So a crash between the two loses and doubles nothing.

Two kinds of readings stay in the database beside their copy: the latest of each series, so that a
silent sensor's last value is at hand, and those that another part of the chapter holds on to.

A number with few decimals stands in a file as a whole number and a scale (`exact`): whoever reads
files reads them by `FROM_FILES`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunyad.errors import Fault, InputError
from bunyad.operate.records.database import Db
from bunyad.operate.records.memory import give_back
from bunyad.operate.records.readings import Reading
from bunyad.operate.records.tenant import Tenant, Writing
from bunyad.operate.records.times import DAY_US, HOUR_US, now_us, to_iso

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ROWS_OF_GROUP = 250_000  # rows of a Parquet row group; a series' rows lie side by side
ROWS_AT_ONCE = 60_000  # readings in memory while they move, as columns: 3 MB
ROWS_OF_BATCH = 4_000  # of these, readings that are Python's objects: 2 MB
SERIES_OF_STEP = 200  # series whose readings are deleted in one transaction

# of DuckDB; the variable `files` is a list of paths
FROM_FILES = """(
  SELECT ref, series, at_us, coalesce(value, whole / scale) AS value, text, body, observed, made_us
  FROM read_parquet(getvariable('files'))
)"""

IS_OLD = "series = ?1 AND at_us < ?2 AND ref <= ?3"
IS_NOT_LATEST = "at_us < (SELECT max(other.at_us) FROM reading other WHERE other.series = ?1)"

_held: dict[str, str] = {}


def hold_readings(name: str, condition: str) -> None:
    """
    Let a part of the chapter keep readings in the database.

    Parameters
    ----------
    name
        Name of the part, such as `sensorthings`.
    condition
        SQL that is true for its rows of `reading`.
    """
    _held[name] = condition


def archive_readings(tenant: Tenant, *, keep_days: float, now: int | None = None) -> int:
    """
    Move readings older than some days to a Parquet file.

    Parameters
    ----------
    tenant
        The tenant's records.
    keep_days
        Age from which readings are moved [d].
    now
        The present instant [µs since 1970], by default the clock's.

    Returns
    -------
    int
        How many readings were moved.
    """
    until = (now_us() if now is None else now) - int(keep_days * DAY_US)
    return _archive(tenant, until - until % DAY_US)


def archive_surplus(tenant: Tenant, *, most: int, staying: int = 0) -> int:
    """
    Move the older half of the readings to a Parquet file where there are too many.

    Parameters
    ----------
    tenant
        The tenant's records.
    most
        Readings that the database may hold beside those that stay.
    staying
        How many of the older half stayed the last time.

    Returns
    -------
    int
        How many of the older half stay: the latest of each series, and what others hold on to.
    """
    db = tenant.reader()
    bounds = db.execute("SELECT max(ref) - min(ref) FROM reading").fetchone()
    if (bounds[0] or 0) < most or _count(db) <= most + staying:
        return staying
    (until,) = db.execute(
        "SELECT at_us FROM reading ORDER BY ref DESC LIMIT 1 OFFSET ?", (most // 2,)
    ).fetchone()
    _archive(tenant, until - until % HOUR_US)
    return max(0, _count(db) - most // 2)


def _count(db: Db) -> int:
    return int(db.execute("SELECT count(*) FROM reading").fetchone()[0])


def _archive(tenant: Tenant, until: int) -> int:
    import pyarrow as pa  # noqa: PLC0415  (heavy; few need long history)

    pa.set_memory_pool(pa.system_memory_pool())  # its own keeps what it frees
    _finish(tenant)
    db = tenant.reader()
    newest: int = db.execute("SELECT coalesce(max(ref), 0) FROM reading").fetchone()[0]
    folder = history_folder(tenant)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{to_iso(until)[:10]}-{newest}.parquet"
    rows = _write(db, folder / name, until, newest)
    if not rows:
        return 0
    tenant.submit(lambda tx: _note(tx, name, until, newest, rows)).result()
    _finish(tenant)
    if isinstance(db, sqlite3.Connection):
        db.execute("PRAGMA shrink_memory")
    give_back()
    return rows


def forget_history(tenant: Tenant, *, keep_days: float, now: int | None = None) -> int:
    """
    Delete Parquet files whose readings are all older than some days; sums stay.

    Returns
    -------
    int
        How many files.
    """
    until = (now_us() if now is None else now) - int(keep_days * DAY_US)
    old = tenant.reader().execute(
        "SELECT file FROM archive WHERE until_us <= ? AND deleted = 1", (until,)
    ).fetchall()  # fmt: skip
    for (name,) in old:
        (history_folder(tenant) / name).unlink(missing_ok=True)
        _do(tenant, "DELETE FROM archive WHERE file = ?", [(name,)])
    return len(old)


def load_history(tenant: Tenant, series: Iterable[int], *, from_us: int, to_us: int) -> pa.Table:
    """
    Return readings from the files and the database together.

    Parameters
    ----------
    tenant
        The tenant's records.
    series
        Numbers of series.
    from_us, to_us
        First instant, and the instant before which they end [µs since 1970].

    Returns
    -------
    pyarrow.Table
        `ref, series, at_us, value` (numbers only), by series and time.

    Raises
    ------
    InputError
        If a file that may hold some of them is missing.
    """
    import duckdb  # noqa: PLC0415  (heavy; few need long history)

    keys = sorted(set(series))
    db = tenant.reader()
    recent = _table(_rows(db, keys, from_us, to_us))
    paths = history_files(tenant, from_us=from_us)
    if missing := [path for path in paths if not path.exists()]:
        raise InputError.of([_missing(path) for path in missing])
    files = [str(path) for path in paths]
    with duckdb.connect() as engine:
        engine.register("recent", recent)
        parts = "SELECT ref, series, at_us, value FROM recent"
        if files:
            engine.execute("SET VARIABLE files = ?", [files])
            engine.execute("SET VARIABLE keys = ?", [keys])
            parts += (
                f" UNION ALL SELECT ref, series, at_us, value FROM {FROM_FILES} "  # noqa: S608  (numbers of ours)
                "WHERE list_contains(getvariable('keys'), series) "
                f"AND at_us >= {int(from_us)} AND at_us < {int(to_us)} AND value IS NOT NULL"
            )
        return engine.sql(
            "SELECT ref, any_value(series) AS series, any_value(at_us) AS at_us, "  # noqa: S608  (own text)
            "any_value(value) AS value "
            f"FROM ({parts}) GROUP BY ref ORDER BY 2, 3, 1"
        ).to_arrow_table()


def history_files(tenant: Tenant, *, from_us: int | None = None) -> list[Path]:
    """
    Return the files of long history, also those that should be there and are not.

    Parameters
    ----------
    tenant
        The tenant's records.
    from_us
        Only those that may hold readings from this instant on [µs since 1970].
    """
    folder = history_folder(tenant)
    rows = tenant.reader().execute("SELECT file, until_us FROM archive ORDER BY file")
    return [folder / name for name, until_us in rows if from_us is None or from_us < until_us]


def missing_history(tenant: Tenant) -> list[Fault]:
    """Return what to tell of files of long history that are not there."""
    return [_missing(path) for path in history_files(tenant) if not path.exists()]


def _missing(path: Path) -> Fault:
    return Fault(
        where=str(path),
        what="the file of long history is missing, and what it holds is not told",
        mend="put it back from a backup",
    )


def history_folder(tenant: Tenant) -> Path:
    """Return where a tenant's files are."""
    return tenant.path.parent / f"{tenant.path.stem}-history"


def _rows(db: Db, keys: list[int], from_us: int, to_us: int) -> Iterator[tuple[int, Reading, int]]:
    for key in keys:
        for ref, made, *rest in db.execute(
            "SELECT ref, made_us, series, at_us, value, body, observed FROM reading "
            "WHERE series = ? AND at_us >= ? AND at_us < ? ORDER BY at_us, ref",
            (key, from_us, to_us),
        ):
            yield ref, Reading(*rest), made


def _table(rows: Iterable[tuple[int, Reading, int]]) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415  (heavy; few need long history)

    kinds = {
        "ref": pa.int64(), "series": pa.int32(), "at_us": pa.int64(), "value": pa.float64(),
        "text": pa.string(), "body": pa.string(), "observed": pa.bool_(), "made_us": pa.int64(),
    }  # fmt: skip
    left, batches = iter(rows), []
    while some := list(islice(left, ROWS_OF_BATCH)):
        columns = zip(*(_columns_of(*row) for row in some), strict=True)
        arrays = [
            pa.array(column, kind) for column, kind in zip(columns, kinds.values(), strict=True)
        ]
        batches.append(pa.record_batch(arrays, names=list(kinds)))
    return pa.Table.from_batches(batches, schema=pa.schema(list(kinds.items())))


def _columns_of(ref: int, reading: Reading, made_us: int) -> tuple[object, ...]:
    value = reading.value
    number = value if isinstance(value, int | float) else None
    text = value if isinstance(value, str) else None
    return (ref, reading.series, reading.at_us, number, text, reading.body,
            bool(reading.observed), made_us)  # fmt: skip


class HistoryFile:
    """
    A Parquet file of history in the making: written beside its place, moved there when whole.

    Parameters
    ----------
    path
        Where it will be.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._part = path.with_suffix(".part")
        self._writer: pq.ParquetWriter | None = None

    def add(self, table: pa.Table) -> None:
        """Add readings as a group: the columns of `FROM_FILES`, those of a series side by side."""
        import numpy as np  # noqa: PLC0415  (heavy; few need long history)
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        from bunyad.operate.records.exact import NONE, is_negative_zero, split_runs  # noqa: PLC0415

        numbers = table["value"].to_numpy()
        whole, decimals = split_runs(numbers, table["series"].to_numpy().astype(np.int64))
        is_split = (decimals != NONE) & ~np.isnan(numbers) & ~is_negative_zero(numbers)
        scale = 10.0 ** np.where(is_split, decimals, 0)
        table = table.set_column(
            table.column_names.index("value"), "value", pa.array(numbers, mask=is_split)
        )
        table = table.append_column("whole", pa.array(whole, mask=~is_split))
        table = table.append_column("scale", pa.array(scale, mask=~is_split))
        if self._writer is None:
            deltas = dict.fromkeys(("ref", "at_us", "made_us", "whole"), "DELTA_BINARY_PACKED")
            self._writer = pq.ParquetWriter(
                self._part, table.schema, compression="zstd", column_encoding=deltas,
                use_dictionary=["series", "text", "body", "scale", "value"],
            )  # fmt: skip
        self._writer.write_table(table)
        self.rows += len(table)

    def close(self, *, whole: bool) -> None:
        """Put the file in its place if it is whole and has readings; leave nothing if not."""
        if self._writer is None:
            return
        self._writer.close()
        if not whole:
            self._part.unlink()
            return
        with self._part.open("rb") as file:
            os.fsync(file.fileno())
        self._part.replace(self.path)


def _write(db: Db, path: Path, until: int, newest: int) -> int:
    # The last file and those before it hold all that was there when it was written.
    known, known_until = db.execute(
        "SELECT coalesce(max(newest), 0), coalesce(max(until_us), 0) FROM archive WHERE newest > 0"
    ).fetchone()
    rows = (
        row
        for row in _rows(db, _moving(db), -(2**62), until)
        if row[0] <= newest and (row[0] > known or row[1].at_us >= known_until)
    )
    file, is_whole = HistoryFile(path), False
    try:
        while held := list(islice(rows, ROWS_AT_ONCE)):
            file.add(_table(held))
        is_whole = True
    finally:
        file.close(whole=is_whole)
    return file.rows


def _moving(db: Db) -> list[int]:
    """Return the series whose readings may leave: what SensorThings made has them nowhere else."""
    return [row[0] for row in db.execute("SELECT ref FROM series WHERE entity > 0 ORDER BY ref")]


def _note(tx: Writing, name: str, until: int, newest: int, rows: int) -> None:
    tx.db.execute(
        "INSERT INTO archive(file, until_us, newest, rows) VALUES(?, ?, ?, ?) ON CONFLICT(file) "
        "DO UPDATE SET until_us = excluded.until_us, newest = excluded.newest, "
        "rows = excluded.rows, deleted = 0",
        (name, until, newest, rows),
    )


def _finish(tenant: Tenant) -> None:
    """Delete the readings of files that are whole, some series at a time."""
    db = tenant.reader()
    for name, until, newest in db.execute(
        "SELECT file, until_us, newest FROM archive WHERE deleted = 0"
    ).fetchall():
        if not (history_folder(tenant) / name).exists():
            continue  # the readings are nowhere else
        keys = _moving(db)
        for start in range(0, len(keys), SERIES_OF_STEP):
            some = keys[start : start + SERIES_OF_STEP]
            goes = " AND ".join(
                (IS_OLD, IS_NOT_LATEST, *(f"NOT ({one})" for one in _held.values()))
            )
            _do(
                tenant,
                f"DELETE FROM reading WHERE {goes}",  # noqa: S608  (own text)
                [(key, until, newest) for key in some],
            )
        _do(tenant, "UPDATE archive SET deleted = 1 WHERE file = ?", [(name,)])


def _do(tenant: Tenant, statement: str, rows: list[tuple[Any, ...]]) -> None:
    def work(tx: Writing) -> None:
        tx.db.executemany(statement, rows)

    tenant.submit(work).result()
