"""Figures and services of the fetchers, read from the data files beside them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """An outside service: how it is named, what it may be used for, how gently it is asked."""

    name: str
    title: str
    origin: str
    """`measured`, `published`, `modelled` or `assumed`."""
    licence: str
    pause_s: float
    """Shortest time between two requests [s]."""
    spacing_degrees: float
    """Distance of climate points at which it says something new [degrees]."""
    note: str


def _rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file of this room's data."""
    text = resources.files("bunyad.region.fetch").joinpath("data", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def constants() -> dict[str, float]:
    """Return every figure of the fetchers, by name."""
    return {row["name"]: float(row["value"]) for row in _rows("constants.csv")}


@cache
def services() -> dict[str, Service]:
    """Return every service, by name."""
    return {
        row["name"]: Service(
            name=row["name"],
            title=row["title"],
            origin=row["origin"],
            licence=row["licence"],
            pause_s=float(row["pause_s"]),
            spacing_degrees=float(row["spacing_degrees"] or 0),
            note=row["note"],
        )
        for row in _rows("services.csv")
    }


@cache
def worldcover_classes() -> dict[int, int]:
    """Return the IGBP class of each class of ESA WorldCover."""
    return {int(row["worldcover"]): int(row["igbp"]) for row in _rows("worldcover_igbp.csv")}
