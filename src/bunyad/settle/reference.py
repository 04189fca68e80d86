"""Tables that come with the room: constants, profiles and rules of smart systems."""

from __future__ import annotations

from functools import cache
from importlib import resources

import pandas as pd


def read_table(name: str) -> pd.DataFrame:
    """Return the table `name` of this room's data folder."""
    with resources.files("bunyad.settle").joinpath("data", f"{name}.csv").open("rb") as file:
        return pd.read_csv(file)


@cache
def constants() -> dict[str, float]:
    """
    Return physical constants by name.

    Examples
    --------
    >>> constants()["gravity"]
    9.80665
    """
    table = read_table("constants")
    return {str(name): float(value) for name, value in zip(table.name, table.value, strict=True)}
