"""Readings of a played village as a Parquet file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bunyad.operate.play.living import Block
from bunyad.operate.play.points import Points

__all__ = ["write_readings"]


def write_readings(path: Path, blocks: Iterable[Block]) -> int:
    """
    Write readings as rows of entity, attribute, leaf, instant and value.

    Words are written as the numbers that `bunyad.operate.play.points.CODES` explains.

    Parameters
    ----------
    path
        File to write.
    blocks
        As `play` gives them.

    Returns
    -------
    int
        How many values.
    """
    count = 0
    writer = None
    try:
        for block in blocks:
            table = _table(block)
            if writer is None:
                writer = pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
            count += table.num_rows
    finally:
        if writer is not None:
            writer.close()
    return count


def _table(block: Block) -> pa.Table:
    """Return a block as a table, without what silent sensors did not tell."""
    steps = len(block.times_us)
    told = np.isfinite(block.values)
    rows = np.nonzero(told)[0].astype("int32")
    times = np.broadcast_to(block.times_us, (len(block.values), steps))[told]
    columns = _names(block.points)
    digits = np.concatenate([np.full(len(g.entities), g.digits) for g in block.points.groups])
    scale = 10.0 ** digits[:, None]
    values = (np.round(block.values * scale) / scale)[told]
    return pa.table(
        {
            **{
                name: pa.DictionaryArray.from_arrays(pa.array(index[rows]), pa.array(words))
                for name, (index, words) in columns.items()
            },
            "at": pa.array(times, pa.timestamp("us", tz="UTC")),
            "value": pa.array(values),
        }
    )


def _names(points: Points) -> dict[str, tuple[np.ndarray, list[str]]]:
    """Return entity, attribute and leaf of each row, as numbers of words."""
    lists: dict[str, list[str]] = {"entity": [], "attribute": [], "leaf": []}
    for group in points.groups:
        lists["entity"] += group.entities
        lists["attribute"] += [group.attribute] * len(group.entities)
        lists["leaf"] += [group.leaf] * len(group.entities)
    told = {}
    for name, words in lists.items():
        known, index = np.unique(np.array(words), return_inverse=True)
        told[name] = (index.astype("int32"), known.tolist())
    return told
