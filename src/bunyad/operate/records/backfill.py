"""Days of the past at once, such as those that another system kept, or that a simulator plays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bunyad.operate.records.history import ROWS_OF_GROUP, history_folder
from bunyad.operate.records.rollups import PERIODS, Sum, add_sums
from bunyad.operate.records.tenant import Tenant, Writing
from bunyad.operate.records.times import DAY_US, to_iso

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
    import numpy as np  # noqa: PLC0415  (the broker starts without it)

    keys, times = np.asarray(series, np.int64), np.asarray(at_us, np.int64)
    panel = np.asarray(values, float)
    if panel.shape != (len(keys), len(times)):
        raise ValueError(f"values have the shape {panel.shape}, not {(len(keys), len(times))}")
    days = times // DAY_US
    return sum(
        _add_day(tenant, keys, times[days == day], panel[:, days == day]) for day in np.unique(days)
    )


def _add_day(
    tenant: Tenant, keys: NDArray[np.int64], times: NDArray[np.int64], panel: NDArray[np.float64]
) -> int:
    """Add the readings of one day."""
    import numpy as np  # noqa: PLC0415

    is_told = ~np.isnan(panel)
    count = int(is_told.sum())
    if not count:
        return 0
    first = tenant.submit(lambda tx: _reserve(tx, count)).result()
    name = f"{to_iso(int(times[0]))[:10]}-{first + count}.parquet"
    _write(tenant, name, first, keys, times, panel)
    sums = {period: _sums(keys, times, panel, length) for period, (_, length) in PERIODS.items()}

    def tell(tx: Writing) -> None:
        for period, rows in sums.items():
            add_sums(tx, period, rows)
        tx.db.execute(
            # `newest` is 0: the file has nothing of what was in the database.
            "INSERT INTO archive(file, until_us, newest, rows, deleted) VALUES(?, ?, 0, ?, 1)",
            (name, (int(times[0]) // DAY_US + 1) * DAY_US, count),
        )

    tenant.submit(tell).result()
    return count


def _reserve(tx: Writing, count: int) -> int:
    """Take numbers that no other reading ever gets; return the one before the first."""
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
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    folder = history_folder(tenant)
    folder.mkdir(parents=True, exist_ok=True)
    part = (folder / name).with_suffix(".part")
    schema = pa.schema([
        ("ref", pa.int64()), ("series", pa.int32()), ("at_us", pa.int64()), ("value", pa.float64()),
        ("text", pa.string()), ("body", pa.string()), ("observed", pa.bool_()),
        ("made_us", pa.int64()),
    ])  # fmt: skip
    step = max(1, ROWS_OF_GROUP // len(times))
    with part.open("wb") as file:
        with pq.ParquetWriter(
            file, schema, compression="zstd", use_dictionary=["series", "text", "body"],
            column_encoding={"ref": "DELTA_BINARY_PACKED", "at_us": "DELTA_BINARY_PACKED",
                             "made_us": "DELTA_BINARY_PACKED", "value": "BYTE_STREAM_SPLIT"},
        ) as writer:  # fmt: skip
            for start in range(0, len(keys), step):
                some = panel[start : start + step]
                is_told = ~np.isnan(some)
                count = int(is_told.sum())
                at = np.broadcast_to(times, some.shape)[is_told]
                writer.write_table(
                    pa.table(
                        [
                            np.arange(first + 1, first + count + 1),
                            np.repeat(keys[start : start + step], is_told.sum(axis=1)),
                            at, some[is_told], pa.nulls(count, pa.string()),
                            pa.nulls(count, pa.string()),
                            pa.repeat(pa.scalar(value=True), count), at,
                        ],
                        names=schema.names,
                    ).cast(schema)
                )  # fmt: skip
                first += count
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / name)


def _sums(
    keys: NDArray[np.int64], times: NDArray[np.int64], panel: NDArray[np.float64], length: int
) -> list[Sum]:
    """Sum each series by hour or day."""
    import numpy as np  # noqa: PLC0415

    found: list[Sum] = []
    starts = times // length
    for start in np.unique(starts):
        here = starts == start
        at, part = times[here], panel[:, here]
        is_told = ~np.isnan(part)
        some = is_told.any(axis=1)
        part, is_told = part[some], is_told[some]
        last = part.shape[1] - 1 - is_told[:, ::-1].argmax(axis=1)
        columns = (
            keys[some], np.full(len(part), start * length), is_told.sum(axis=1),
            np.nansum(part, axis=1), np.nanmin(part, axis=1), np.nanmax(part, axis=1),
            part[np.arange(len(part)), last], at[last],
        )  # fmt: skip
        found += [Sum(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
    return found
