"""
Sums by hour of days that are over, one row a series and day.

Each of six columns is a frame of reference: a least value, and what each of 24 hours has above it
in as few bytes as the day needs. Numbers with few decimals are kept as whole ones (`exact`), all
others as they are, so that every sum comes back to the bit.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bunyad.operate.records.times import HOUR_US

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HOURS = 24
COLUMNS = ("count", "sum", "min", "max", "last", "last_us")
_RAW = 255
_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
_HEAD = struct.Struct("<BBq")  # decimals, bytes of an hour, least value

Row = tuple[int, int, float, float, float, float, int]
"""An hour's beginning [µs], count, sum, min, max, last value, and when that was [µs]."""


def pack_days(panels: Sequence[NDArray[np.float64]]) -> list[bytes]:
    """
    Pack days of several series.

    Parameters
    ----------
    panels
        One for each of `COLUMNS`, times as µs since the hour began; not a number where an hour has
        none. Shape (series, 24).

    Returns
    -------
    list of bytes
        One for each series.
    """
    import numpy as np  # noqa: PLC0415  (the broker starts without it)

    is_there = ~np.isnan(panels[0])
    mask = (is_there.astype("<u4") << np.arange(HOURS, dtype="<u4")).sum(axis=1, dtype="<u4")
    parts = [_slices(mask.tobytes(), 4, len(mask)), *map(_pack_column, panels)]
    return [b"".join(row) for row in zip(*parts, strict=True)]


def _pack_column(panel: NDArray[np.float64]) -> list[bytes]:
    import numpy as np  # noqa: PLC0415

    from bunyad.operate.records.exact import is_negative_zero, split_rows  # noqa: PLC0415  (with numpy)

    whole, decimals = split_rows(panel)
    decimals[is_negative_zero(panel).any(axis=1)] = _RAW
    is_there, is_raw = ~np.isnan(panel), decimals == _RAW
    low = np.where(is_there, whole, np.iinfo(np.int64).max).min(axis=1)
    low[is_raw] = 0
    above = np.where(is_there, whole - low[:, None], 0).astype("<u8")
    above[is_raw] = panel[is_raw].view("<u8")
    top = above.max(axis=1)
    width = np.select(
        [is_raw, top == 0, top < 2**8, top < 2**16, top < 2**32], [8, 0, 1, 2, 4], 8
    ).astype(np.uint8)
    heads = np.empty(len(panel), [("decimals", "u1"), ("width", "u1"), ("low", "<i8")])
    heads["decimals"], heads["width"], heads["low"] = decimals, width, low
    packed = _slices(heads.tobytes(), _HEAD.size, len(panel))
    for size in _CODES:
        at = np.flatnonzero(width == size)
        bodies = _slices(above[at].astype(f"<u{size}").tobytes(), HOURS * size, len(at))
        for row, body in zip(at.tolist(), bodies, strict=True):
            packed[row] += body
    return packed


def _slices(data: bytes, size: int, count: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, count * size, size)]


def unpack_day(at_us: int, body: bytes) -> Iterator[Row]:
    """
    Give the hours of a packed day that have a sum.

    Parameters
    ----------
    at_us
        When the day begins [µs since 1970].
    body
        As `pack_days` made it.
    """
    (mask,) = struct.unpack_from("<I", body)
    at = 4
    columns: list[Sequence[Any]] = []
    for name in COLUMNS:
        values, at = _unpack_column(body, at)
        columns.append([int(one) for one in values] if name in {"count", "last_us"} else values)
    for hour, (count, total, least, most, last, last_us) in enumerate(zip(*columns, strict=True)):
        if mask >> hour & 1:
            start = at_us + hour * HOUR_US
            yield start, count, total, least, most, last, start + last_us


def _unpack_column(body: bytes, at: int) -> tuple[Sequence[float], int]:
    decimals, width, low = _HEAD.unpack_from(body, at)
    at += _HEAD.size
    if decimals == _RAW:
        return struct.unpack_from(f"<{HOURS}d", body, at), at + 8 * HOURS
    scale = 10.0**decimals
    if not width:
        return [low / scale] * HOURS, at
    above = struct.unpack_from(f"<{HOURS}{_CODES[width]}", body, at)
    return [(low + one) / scale for one in above], at + width * HOURS
