"""
A-XDR (IEC 61334-6), as meters write their data.

Read here and not by the library, which a damaged length can hold for ever.
"""

from __future__ import annotations

import struct
from typing import Any

from bunyad.operate.south.mapping import Unfit

__all__ = ["read_data"]

ARRAY, STRUCTURE, BITS = 1, 2, 4
NUMBERS = {
    3: ">?", 5: ">i", 6: ">I", 13: ">B", 15: ">b", 16: ">h", 17: ">B", 18: ">H", 20: ">q",
    21: ">Q", 22: ">B", 23: ">f", 24: ">d",
}  # fmt: skip
OCTETS, TEXTS = 9, {10, 12}
FIXED = {25: 12, 26: 5, 27: 4}
"""Date-time, date and time, told as bytes."""
DEEPEST = 16


def read_data(content: bytes) -> Any:
    """
    Return the value that stands first in the bytes.

    Parameters
    ----------
    content
        Data with their tags.

    Raises
    ------
    Unfit
        If they end too early or have a tag that is not known.

    Examples
    --------
    >>> read_data(bytes([2, 2, 18, 0, 230, 9, 2, 65, 66]))
    [230, b'AB']
    """
    return _read(content, 0, 0)[0]


def _read(content: bytes, at: int, depth: int) -> tuple[Any, int]:
    """Return the value at a place and where it ends."""
    tag, at = _take(content, at, 1)[0], at + 1
    if tag == 0:
        return None, at
    if tag in NUMBERS or tag in FIXED:
        form = NUMBERS.get(tag, f"{FIXED.get(tag)}s")
        size = struct.calcsize(form)
        return struct.unpack(form, _take(content, at, size))[0], at + size
    size, at = _length(content, at)
    if tag == OCTETS or tag in TEXTS:
        raw = _take(content, at, size)
        return (raw.decode("utf-8", "replace") if tag in TEXTS else raw), at + size
    if tag == BITS:
        count = (size + 7) // 8
        return _take(content, at, count), at + count
    if tag not in {ARRAY, STRUCTURE} or depth >= DEEPEST:
        raise Unfit(f"data of kind {tag} are not known here")
    values = []
    for _ in range(size):
        value, at = _read(content, at, depth + 1)
        values.append(value)
    return values, at


def _length(content: bytes, at: int) -> tuple[int, int]:
    """Return a length and where it ends."""
    first = _take(content, at, 1)[0]
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    return int.from_bytes(_take(content, at + 1, count), "big"), at + 1 + count


def _take(content: bytes, at: int, size: int) -> bytes:
    """Return bytes at a place."""
    found = content[at : at + size]
    if len(found) < size:
        raise Unfit("the data end too early")
    return found
