"""From the device's unit to the attribute's."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

__all__ = ["Unit", "convert", "units"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit: what it measures, and how it becomes the base unit of that."""

    name: str
    quantity: str
    factor: float
    offset: float


@cache
def units() -> Mapping[str, Unit]:
    """
    Return the units that can be converted, by their UN/CEFACT common code.

    Examples
    --------
    >>> units()["KWH"].name
    'kilowatt hour'
    """
    path = resources.files("bunyad.operate.south").joinpath("data", "units.csv")
    return {
        row["code"]: Unit(
            name=row["name"],
            quantity=row["quantity"],
            factor=float(row["factor"]),
            offset=float(row["offset"]),
        )
        for row in csv.DictReader(path.read_text("utf-8").splitlines())
    }


def convert(value: float, *, from_unit: str, to_unit: str) -> float:
    """
    Return a value in another unit of the same quantity.

    Parameters
    ----------
    value
        Value in the first unit.
    from_unit, to_unit
        UN/CEFACT common codes.

    Raises
    ------
    ValueError
        If a unit is not known, or they measure different things.

    Examples
    --------
    >>> convert(21.5, from_unit="KWT", to_unit="WTT")
    21500.0
    >>> round(convert(68, from_unit="FAH", to_unit="CEL"), 9)
    20.0
    """
    if from_unit == to_unit:
        return value
    known = units()
    for code in (from_unit, to_unit):
        if code not in known:
            raise ValueError(f"the unit {code!r} is not known")
    one, other = known[from_unit], known[to_unit]
    if one.quantity != other.quantity:
        raise ValueError(f"{from_unit} is {one.quantity}, {to_unit} is {other.quantity}")
    return (value * one.factor + one.offset - other.offset) / other.factor
