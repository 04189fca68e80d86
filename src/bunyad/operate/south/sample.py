"""A sample: one value of one attribute, on its way to the records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson

__all__ = ["Sample", "pack", "samples_of", "unpack"]

EARLIEST_US, LATEST_US = 0, 253_402_300_800_000_000
"""Instants that samples may have: 1970 to 9999 [µs since 1970]."""


class Sample(NamedTuple):
    """
    One value of one attribute.

    Attributes
    ----------
    entity
        Identifier of the entity.
    type
        Its type, as a short name of the village's vocabulary or an address.
    attribute
        Its attribute, likewise.
    at_us
        When it was observed [µs since 1970].
    value
        What JSON can say.
    unit
        UN/CEFACT code, or nothing.
    dataset
        `datasetId` of the instance, or nothing.
    """

    entity: str
    type: str
    attribute: str
    at_us: int
    value: Any
    unit: str = ""
    dataset: str = ""


def pack(samples: Iterable[Sample]) -> bytes:
    """
    Return samples as JSON.

    Examples
    --------
    >>> unpack(pack([Sample("urn:a", "Tank", "level", 5, 2.5)]))[0].value
    2.5
    """
    return orjson.dumps([list(sample) for sample in samples])


def unpack(text: bytes | str) -> list[Sample]:
    """
    Return the samples of a JSON text.

    Raises
    ------
    ValueError
        If it holds something else.
    """
    return samples_of(orjson.loads(text))


def samples_of(rows: Any) -> list[Sample]:
    """
    Return the samples of rows of plain values.

    Raises
    ------
    ValueError
        If they are something else.
    """
    if not isinstance(rows, list):
        raise ValueError("samples are a list")  # noqa: TRY004  (of values, not of ours)
    found = []
    for row in rows:
        if not isinstance(row, list) or not 5 <= len(row) <= len(Sample._fields):
            raise ValueError("a sample has entity, type, attribute, instant and value")
        sample = Sample(*row)
        texts = (sample.entity, sample.type, sample.attribute, sample.unit, sample.dataset)
        if not all(isinstance(text, str) for text in texts) or not all(texts[:3]):
            raise ValueError("entity, type and attribute of a sample are texts")
        is_whole = isinstance(sample.at_us, int) and not isinstance(sample.at_us, bool)
        if not is_whole or not EARLIEST_US <= sample.at_us < LATEST_US:
            raise ValueError("an instant is a whole number of µs")
        if sample.value is None:
            raise ValueError("a sample has a value")
        found.append(sample)
    return found
