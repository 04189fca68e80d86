"""How lively a village is: spreads, shapes and sizes of faults."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

__all__ = ["life"]


@cache
def life() -> Mapping[str, float]:
    """
    Return the assumptions about life in a village by name.

    Examples
    --------
    >>> life()["session_kw"]
    11.0
    """
    path = resources.files("bunyad.operate.play").joinpath("data", "life.csv")
    rows = csv.DictReader(path.read_text("utf-8").splitlines())
    return {row["name"]: float(row["value"]) for row in rows}
