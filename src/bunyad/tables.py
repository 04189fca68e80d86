"""Tables with a declared schema: column names, dtypes, units and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

if TYPE_CHECKING:
    Frame = TypeVar("Frame", bound=pd.DataFrame)

KINDS = {
    "str": "text",
    "float": "number",
    "int": "whole number",
    "bool": "true or false",
    "geometry": "geometry",
    "decimal": "exact number",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its kind (a key of `KINDS`), unit and meaning."""

    name: str
    kind: str
    unit: str
    meaning: str
    optional: bool = False
    """Whether values may be missing."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of one table, in order."""

    name: str
    columns: tuple[Column, ...]

    def names(self) -> list[str]:
        """Return the column names in order."""
        return [column.name for column in self.columns]


def schema(name: str, *columns: tuple[str, str, str, str]) -> Schema:
    """
    Declare a table in short form.

    Parameters
    ----------
    name
        Name of the table.
    columns
        Tuples of name, kind, unit and meaning; a kind that ends in `?` may have missing values.

    Examples
    --------
    >>> schema("wells", ("depth_m", "float?", "m", "Depth below ground")).names()
    ['depth_m']
    """
    return Schema(
        name,
        tuple(
            Column(column, kind.rstrip("?"), unit, meaning, optional=kind.endswith("?"))
            for column, kind, unit, meaning in columns
        ),
    )


def conform(frame: Frame, table: Schema) -> Frame:
    """
    Return `frame` with exactly the schema's columns, in order and with its dtypes.

    A violation is a bug of ours, not of the user's: files are checked where they are read.

    Parameters
    ----------
    frame
        The table to hold against the schema; extra columns are dropped.
    table
        The declared columns.

    Raises
    ------
    AssertionError
        If a column is missing or holds missing values where none may be.
    """
    missing = [name for name in table.names() if name not in frame.columns]
    assert not missing, f"{table.name} lacks the columns {missing}"
    frame = frame[table.names()].reset_index(drop=True)
    for column in table.columns:
        values = frame[column.name]
        if not column.optional:
            assert not values.isna().any(), f"{table.name}.{column.name} has missing values"
        if column.kind == "float":
            frame[column.name] = values.astype("float64")
        elif column.kind == "int":
            frame[column.name] = values.astype("Int64" if column.optional else "int64")
        elif column.kind == "bool":
            frame[column.name] = values.astype("bool")
        elif column.kind in ("str", "decimal"):
            frame[column.name] = values.astype("object")
    return frame


def empty(table: Schema) -> pd.DataFrame:
    """
    Return a table without rows, with the schema's columns and dtypes.

    Parameters
    ----------
    table
        The declared columns.
    """
    return conform(pd.DataFrame(columns=table.names()), table)
