"""
How an option is declared: one row in a CSV file, one typed field in a class.

The CSV row holds the default, the range, the unit, the title and the source; the field gives
the option its type. Command-line help, forms, the reference page and error texts all read the
same row.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One row of an options file."""

    key: str
    default: str
    minimum: float | None
    maximum: float | None
    unit: str
    title: str
    source: str


@cache
def option_rows(room: str) -> dict[str, OptionRow]:
    """Return the declared options of one room, by name."""
    text = resources.files("bunyad.options").joinpath(f"{room}.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["name"]: OptionRow(
            key=f"{room}.{row['name']}",
            default=row["default"],
            minimum=float(row["minimum"]) if row["minimum"] else None,
            maximum=float(row["maximum"]) if row["maximum"] else None,
            unit=row["unit"],
            title=row["title"],
            source=row["source"],
        )
        for row in rows
    }


@cache
def renamed_options() -> dict[str, str]:
    """Return where options of earlier versions are now, by their old `room.name`."""
    text = resources.files("bunyad.options").joinpath("renamed.csv").read_text("utf-8")
    return {row["old"]: row["new"] for row in csv.DictReader(text.splitlines())}


def option(key: str) -> Any:
    """
    Return the pydantic field of the option `room.name`.

    Parameters
    ----------
    key
        Room and name, such as `potential.max_slope_percent`.
    """
    room, name = key.split(".")
    row = option_rows(room)[name]
    return Field(
        default=row.default,
        validate_default=True,
        title=row.title,
        ge=row.minimum,
        le=row.maximum,
        json_schema_extra={"unit": row.unit, "source": row.source},
    )


class RoomOptions(BaseModel):
    """Base of the options of one room: frozen, and unknown names are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
