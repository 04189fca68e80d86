"""Numbers of the simulation, each with its unit and source in `data/defaults.csv`."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


@cache
def default(name: str) -> float:
    """Return a number of `data/defaults.csv`."""
    text = resources.files(__package__).joinpath("data/defaults.csv").read_text("utf-8")
    return {row["name"]: float(row["value"]) for row in csv.DictReader(text.splitlines())}[name]


def whole(name: str) -> int:
    """Return a whole number of `data/defaults.csv`."""
    return int(default(name))
