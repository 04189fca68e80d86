"""Physical constants and small tables that ship with the room."""

from __future__ import annotations

from functools import cache
from importlib import resources

import pandas as pd


@cache
def data_table(name: str) -> pd.DataFrame:
    """
    Return one table of the room's data folder.

    Parameters
    ----------
    name
        File name without its ending.
    """
    file = resources.files("bunyad.potential").joinpath(f"data/{name}.csv")
    with file.open(encoding="utf-8") as text:
        return pd.read_csv(text)


@cache
def constant(name: str) -> float:
    """
    Return a constant of `data/constants.csv` in its unit there.

    Parameters
    ----------
    name
        Name of the constant.

    Examples
    --------
    >>> constant("gravity")
    9.80665
    """
    table = data_table("constants")
    return float(dict(zip(table["name"], table["value"], strict=True))[name])
