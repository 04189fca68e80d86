"""What each kind of project and each smart system asks for: a data table."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One thing that a kind of project, or a smart system, asks for."""

    source: str
    """project or system."""
    key: str
    """Kind of project, or name of the system in the bill."""
    asked: str
    kind: str
    sectors: tuple[str, ...]
    cost: str
    """Which cost of the project it is a part of: capex or opex."""
    share: float
    """Part of that cost [-]."""
    basis: str
    """Where the share comes from."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How one thing is told."""

    en: str
    az: str
    words: str
    """In the words of the trade, for the likeness of texts."""


def _rows(name: str) -> list[dict[str, str]]:
    path = resources.files("bunyad.partner.needs").joinpath(f"data/{name}.csv")
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


@cache
def asked_by() -> dict[tuple[str, str], tuple[Asked, ...]]:
    """Return what is asked for, by source and key."""
    found: dict[tuple[str, str], tuple[Asked, ...]] = {}
    for row in _rows("asked"):
        one = Asked(
            source=row["source"],
            key=row["key"],
            asked=row["asked"],
            kind=row["kind"],
            sectors=tuple(row["sectors"].split(";")),
            cost=row["cost"],
            share=float(row["share"]),
            basis=row["basis"],
        )
        found[one.source, one.key] = (*found.get((one.source, one.key), ()), one)
    return found


@cache
def wordings() -> dict[str, Wording]:
    """Return how each thing is told."""
    return {
        row["asked"]: Wording(row["en"], row["az"], row["words"]) for row in _rows("asked_words")
    }


def asked_titles(language: str) -> dict[str, str]:
    """
    Return the names of what is asked for, in `en` or `az`.

    Examples
    --------
    >>> asked_titles("az")["metering"]
    'Ağıllı sayğaclar'
    """
    return {key: one.az if language == "az" else one.en for key, one in wordings().items()}
