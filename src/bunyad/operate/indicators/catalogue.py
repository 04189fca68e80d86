"""The 91 indicators of U4SSC (ITU-T Y.4903): what they are, and how good a value is."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

BANDS = (0.33, 0.66, 0.95)
"""Shares of the target that part the four bands (U4SSC verification reports, chapter 5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator of the catalogue."""

    code: str
    """Number in U4SSC's collection methodology, such as `EC: I: ES: 1C`."""
    name: str
    name_az: str
    dimension: str
    sub_dimension: str
    category: str
    level: Literal["core", "advanced"]
    unit: str
    better: Literal["higher", "lower", ""]
    formula: str
    """Name of what works it out from the data of a village; empty: it needs other data."""
    needs: str
    """Data that it needs and a village's records do not have."""
    target: float | None
    """Target, where one is published."""
    target_source: str
    is_checked: bool
    """Whether code, level and unit were read in U4SSC's own pages; else from memory."""


@cache
def catalogue() -> tuple[Indicator, ...]:
    """
    Return the 91 indicators in the order of the methodology.

    Examples
    --------
    >>> len(catalogue())
    91
    """
    text = (files("bunyad.operate.indicators") / "data/u4ssc.csv").read_text("utf-8")
    return tuple(_indicator(row) for row in csv.DictReader(text.splitlines()))


def _indicator(row: dict[str, str]) -> Indicator:
    better = row["better"]
    return Indicator(
        code=row["code"], name=row["name"], name_az=row["name_az"],
        dimension=row["dimension"], sub_dimension=row["sub_dimension"], category=row["category"],
        level="core" if row["level"] == "core" else "advanced", unit=row["unit"],
        better="higher" if better == "higher" else "lower" if better == "lower" else "",
        formula=row["formula"], needs=row["needs"],
        target=float(row["target"]) if row["target"] else None,
        target_source=row["target_source"], is_checked=row["checked"] == "yes",
    )  # fmt: skip


def band(value: float, *, target: float, better: Literal["higher", "lower"]) -> int:
    """
    Return the band of a value, from 1 (under a third of the target) to 4 (95 % and more).

    Where lower is better, the share is the target over the value.

    Parameters
    ----------
    value
        Value of the indicator.
    target
        Its target, in the same unit.
    better
        Which way is better.

    Examples
    --------
    >>> [band(value, target=100, better="higher") for value in (20, 50, 90, 96)]
    [1, 2, 3, 4]
    >>> band(10, target=5, better="lower")
    2
    """
    if better == "higher":
        share = value / target if target else 1.0
    else:
        share = 1.0 if value <= target else target / value
    return 1 + sum(share >= edge for edge in BANDS)
