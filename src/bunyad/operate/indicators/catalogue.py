"""The 91 indicators of U4SSC (ITU-T Y.4903): what they are, and how good a value is."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Kind = Literal["smart", "structural", "sustainable", ""]
_KINDS: Mapping[str, Kind] = {
    "smart": "smart", "structural": "structural", "sustainable": "sustainable", "": "",
}  # fmt: skip

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
    kind: Kind
    """What it is about; empty where it was not read."""
    unit: str
    of: str
    """What is counted, in our words."""
    of_unit: str
    per: str
    """What it is divided by; empty: by nothing."""
    per_unit: str
    scale: float
    """Factor: 100 for a share, 100,000 for a rate a hundred thousand people."""
    better: Literal["higher", "lower", ""]
    formula: str
    """Name of what works it out from the data of a village; empty: it needs other data."""
    needs: str
    """Data that it needs and a village's records do not have."""
    needs_az: str
    target: float | None
    """Target, where one is published."""
    target_source: str
    source: str
    """Keys and pages of the sources where its unit was read; codes and names are in KS as well."""
    doubt: str
    """What is not sure of it."""

    @property
    def is_own(self) -> bool:
        """Whether its unit was read in a publication of U4SSC itself."""
        own = {one.key for one in sources() if one.is_own}
        return any(part.split()[0] in own for part in self.source.split(";"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A publication that the catalogue was read in."""

    key: str
    title: str
    year: int | None
    is_own: bool
    """Whether U4SSC published it."""
    url: str


@cache
def catalogue() -> tuple[Indicator, ...]:
    """
    Return the 91 indicators in the order of the methodology.

    Examples
    --------
    >>> len(catalogue())
    91
    """
    return tuple(_indicator(row) for row in _rows("u4ssc.csv"))


@cache
def sources() -> tuple[Source, ...]:
    """
    Return the publications that the catalogue was read in.

    Examples
    --------
    >>> [one.key for one in sources() if not one.is_own]
    ['KS', 'TD']
    """
    return tuple(
        Source(
            key=row["key"], title=row["title"], year=int(row["year"]) if row["year"] else None,
            is_own=row["is_own"] == "yes", url=row["url"],
        )
        for row in _rows("u4ssc_sources.csv")
    )  # fmt: skip


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("bunyad.operate.indicators") / "data" / name).read_text("utf-8")
    return csv.DictReader(text.splitlines())


def _indicator(row: dict[str, str]) -> Indicator:
    better = row["better"]
    return Indicator(
        code=row["code"], name=row["name"], name_az=row["name_az"],
        dimension=row["dimension"], sub_dimension=row["sub_dimension"], category=row["category"],
        level="core" if row["level"] == "core" else "advanced", kind=_KINDS[row["kind"]],
        unit=row["unit"],
        of=row["of"], of_unit=row["of_unit"], per=row["per"], per_unit=row["per_unit"],
        scale=float(row["scale"]),
        better="higher" if better == "higher" else "lower" if better == "lower" else "",
        formula=row["formula"], needs=row["needs"], needs_az=row["needs_az"],
        target=float(row["target"]) if row["target"] else None,
        target_source=row["target_source"], source=row["source"], doubt=row["doubt"],
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
