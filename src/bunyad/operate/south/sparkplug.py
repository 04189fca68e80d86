"""
Sparkplug B: metrics of edge nodes and devices.

Reads the payload of Eclipse Sparkplug 3.0 (Protocol Buffers, message `Payload`) as far as metrics
need it, and keeps the names behind aliases, which only birth messages tell.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bunyad.operate.south.mapping import Unfit

__all__ = ["Metric", "Names", "read_payload"]

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
TIMESTAMP, METRICS, SEQUENCE = 1, 2, 3
NAME, ALIAS, METRIC_TIME, DATATYPE, IS_NULL = 1, 2, 3, 4, 7
INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING = 10, 11, 12, 13, 14, 15
SIGNED_BITS = {1: 8, 2: 16, 3: 32, 4: 64}
"""Datatypes Int8 to Int64: their values are two's complement in unsigned fields."""
LONGEST_VARINT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric of a payload."""

    name: str
    alias: int | None
    at_ms: int | None
    """Its own time [ms since 1970], or None for that of the payload."""
    value: Any
    """None where the metric is null, or of a kind that is no scalar."""


@dataclass(slots=True)
class Names:
    """Names behind the aliases of each edge node and device, from their births."""

    known: dict[tuple[str, ...], dict[int, str]] = field(default_factory=dict)

    def learn(self, sender: tuple[str, ...], metrics: list[Metric]) -> None:
        """Take the names of a birth message; what was known before is forgotten."""
        self.known[sender] = {one.alias: one.name for one in metrics if one.alias is not None}

    def name_of(self, sender: tuple[str, ...], metric: Metric) -> str:
        """Return the name of a metric, or nothing where its birth was missed."""
        if metric.name:
            return metric.name
        return self.known.get(sender, {}).get(metric.alias if metric.alias is not None else -1, "")


def read_payload(payload: bytes) -> tuple[int | None, list[Metric]]:
    """
    Return the time [ms since 1970] and the metrics of a payload.

    Parameters
    ----------
    payload
        A message of Sparkplug B, other than STATE.

    Raises
    ------
    Unfit
        If it is none.
    """
    at_ms, metrics = None, []
    for number, value in _fields(payload):
        if number == TIMESTAMP and isinstance(value, int):
            at_ms = value
        elif number == METRICS and isinstance(value, bytes):
            metrics.append(_metric(value))
    return at_ms, metrics


def _metric(content: bytes) -> Metric:
    """Return one metric."""
    name, alias, at_ms, datatype, is_null, value = "", None, None, 0, False, None
    for number, told in _fields(content):
        if number == NAME and isinstance(told, bytes):
            name = _text(told)
        elif number == ALIAS and isinstance(told, int):
            alias = told
        elif number == METRIC_TIME and isinstance(told, int):
            at_ms = told
        elif number == DATATYPE and isinstance(told, int):
            datatype = told
        elif number == IS_NULL:
            is_null = bool(told)
        elif number in {INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING}:
            value = _scalar(number, told)
    bits = SIGNED_BITS.get(datatype)
    if bits and isinstance(value, int):
        value = (value & ((1 << bits) - 1)) - ((value >> (bits - 1) & 1) << bits)
    return Metric(name=name, alias=alias, at_ms=at_ms, value=None if is_null else value)


def _scalar(number: int, told: int | bytes) -> Any:
    """Return the value of a field of a metric."""
    if number == STRING:
        return _text(told) if isinstance(told, bytes) else None
    if number == BOOLEAN:
        return bool(told)
    if number == FLOAT and isinstance(told, bytes) and len(told) == 4:
        return float(f"{struct.unpack('<f', told)[0]:.7g}")
    if number == DOUBLE and isinstance(told, bytes) and len(told) == 8:
        return struct.unpack("<d", told)[0]
    return told if isinstance(told, int) else None


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Give the number and the raw value of each field of a message."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            value, at = _varint(content, at)
            yield number, value
            continue
        if wire == BYTES:
            size, at = _varint(content, at)
        elif wire in {FIXED64, FIXED32}:
            size = 8 if wire == FIXED64 else 4
        else:
            raise Unfit(f"there is no wire type {wire}")
        if at + size > len(content):
            raise Unfit("the payload ends too early")
        yield number, content[at : at + size]
        at += size


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """Return a number of variable length and where it ends."""
    value = 0
    for place in range(LONGEST_VARINT):
        if at >= len(content):
            raise Unfit("the payload ends too early")
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
    raise Unfit("a number of the payload is too long")


def _text(content: bytes) -> str:
    """Return a text."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Unfit("a text of the payload is no UTF-8") from None
