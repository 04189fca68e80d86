"""Reading the CSV files of a region folder, with every fault named by row and column."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bunyad.errors import Fault, InputError

MOST_FAULTS = 20
"""Faults of one file that are shown at once."""

TRUTH = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class InputColumn:
    """One column of a CSV file and the values it may hold."""

    name: str
    kind: str = "str"
    """`str`, `float`, `int` or `bool`."""
    unit: str = ""
    meaning: str = ""
    optional: bool = False
    """Whether cells may be empty."""
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


_ID = InputColumn(name="id", meaning="Stable identifier, unique in the file")
_NAME = InputColumn(name="name", meaning="Name in English")
_DISTRICT = InputColumn(name="district", meaning="Name of a district of the districts layer")
_SOURCE = InputColumn(name="source", meaning="Where the entry comes from")
_ORIGIN = InputColumn(
    name="origin",
    choices=("measured", "published", "modelled", "assumed"),
    meaning="What kind of figure it is",
)
_LAT = InputColumn(
    name="lat", kind="float", unit="degrees", minimum=-90, maximum=90, meaning="Latitude, EPSG:4326"
)
_LON = InputColumn(
    name="lon",
    kind="float",
    unit="degrees",
    minimum=-180,
    maximum=180,
    meaning="Longitude, EPSG:4326",
)


def _megawatts(name: str, meaning: str, *, optional: bool = False) -> InputColumn:
    return InputColumn(
        name=name, kind="float", unit="MW", minimum=0, meaning=meaning, optional=optional
    )


TABLES: dict[str, tuple[InputColumn, ...]] = {
    "settlements": (
        _ID,
        _NAME,
        InputColumn(name="name_local", meaning="Name in the region's language"),
        _DISTRICT,
        InputColumn(name="kind", choices=("city", "town", "village"), meaning="Kind of place"),
        _LAT,
        _LON,
        InputColumn(name="is_rebuilt", kind="bool", meaning="Whether the programme rebuilds it"),
        _SOURCE,
    ),
    "population": (
        InputColumn(name="settlement", meaning="Identifier in the settlements file"),
        InputColumn(name="year", kind="int", unit="a", minimum=1900, maximum=2200, meaning="Year"),
        InputColumn(
            name="people", kind="float", unit="people", minimum=0, meaning="People at its end"
        ),
        _ORIGIN,
        _SOURCE,
    ),
    "plants": (
        _ID,
        _NAME,
        InputColumn(name="technology", choices=("hydro", "solar", "wind"), meaning="Technology"),
        InputColumn(name="status", choices=("existing", "committed"), meaning="Whether it stands"),
        _megawatts("capacity_mw", "Rated power"),
        InputColumn(
            name="annual_energy_gwh",
            kind="float",
            unit="GWh/a",
            minimum=0,
            optional=True,
            meaning="Published yearly energy",
        ),
        _LAT,
        _LON,
        _DISTRICT,
        _SOURCE,
    ),
    "substations": (
        _ID,
        _NAME,
        InputColumn(
            name="voltage_kv", kind="float", unit="kV", minimum=1, meaning="Highest voltage"
        ),
        _LAT,
        _LON,
        _DISTRICT,
        _SOURCE,
    ),
    "interconnectors": (
        _ID,
        _NAME,
        InputColumn(name="substation", meaning="Identifier in the substations file"),
        _megawatts("import_mw", "Most that can flow in"),
        _megawatts("export_mw", "Most that can flow out"),
        _ORIGIN,
        _SOURCE,
    ),
    "corridors": (
        _ID,
        _NAME,
        InputColumn(name="kind", choices=("road", "railway"), meaning="Kind of corridor"),
        InputColumn(
            name="standard",
            choices=("land", "tunnels"),
            meaning="Whether it follows the land or may use long tunnels",
        ),
        InputColumn(name="is_planned", kind="bool", meaning="Part of the plan, or only a check"),
        InputColumn(name="stops", meaning="Settlement identifiers in order, parted by `;`"),
        InputColumn(name="published_key", optional=True, meaning="Key in the published file"),
        _SOURCE,
    ),
    "hazards": (
        _DISTRICT,
        InputColumn(
            name="contaminated_ha", kind="float", unit="ha", minimum=0, meaning="Land to be cleared"
        ),
        _ORIGIN,
        _SOURCE,
    ),
    "published": (
        InputColumn(name="key", meaning="Quantity that it is held against"),
        InputColumn(name="title", meaning="What it is, in words"),
        InputColumn(name="value", kind="float", meaning="Published value"),
        InputColumn(name="unit", meaning="Unit of the value"),
        _SOURCE,
        InputColumn(name="note", optional=True, meaning="What the published figure counts"),
    ),
    "masts": (
        _ID,
        _LAT,
        _LON,
        InputColumn(
            name="height_m",
            kind="float",
            unit="m",
            minimum=1,
            maximum=300,
            meaning="Height of the measurement above ground",
        ),
        InputColumn(
            name="mean_speed_ms",
            kind="float",
            unit="m/s",
            minimum=0.1,
            maximum=30,
            meaning="Mean wind speed of whole years",
        ),
        InputColumn(
            name="weibull_k",
            kind="float",
            minimum=0.5,
            maximum=10,
            optional=True,
            meaning="Weibull shape of the measured speeds",
        ),
        InputColumn(
            name="years", kind="float", unit="a", minimum=0.5, meaning="Length of the measurement"
        ),
        _SOURCE,
    ),
}
"""Columns of each CSV layer of a region folder."""


def read_table(path: Path, columns: tuple[InputColumn, ...]) -> pd.DataFrame:
    """
    Read a CSV file and check every cell.

    Parameters
    ----------
    path
        The file, UTF-8, comma separated, with a header line.
    columns
        The columns it must have.

    Raises
    ------
    InputError
        Naming each fault by row and column; the first row below the header is row 2.
    """
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(
            f"the file is no readable CSV ({str(error).strip()})",
            where=str(path),
            mend="save it as UTF-8, comma separated, with a header line",
        ) from None
    missing = [column.name for column in columns if column.name not in raw.columns]
    if missing:
        raise InputError(
            f"the columns {', '.join(missing)} are missing",
            where=str(path),
            mend=f"the header must have {', '.join(column.name for column in columns)}",
        )
    faults: list[Fault] = []
    table = pd.DataFrame(
        {column.name: _read_column(path, raw[column.name], column, faults) for column in columns}
    )
    if "id" in table:
        faults += [
            Fault(
                f"{path}: row {row + 2}, id",
                f"{table['id'][row]!r} is there twice",
                "give each row an identifier of its own",
            )
            for row in table.index[table["id"].duplicated()]
        ]
    if faults:
        raise InputError.of(faults[:MOST_FAULTS])
    return table


def _read_column(
    path: Path, cells: pd.Series[str], column: InputColumn, faults: list[Fault]
) -> list[object]:
    """Convert one column, noting each cell that does not fit."""
    values: list[object] = []
    for row, raw in enumerate(cells):
        text = raw.strip()
        value, problem = _convert(text, column)
        values.append(value)
        if problem:
            where = f"{path}: row {row + 2}, {column.name}"
            shown = f"the value is {text!r}" if text else "the cell is empty"
            faults.append(Fault(where, shown, problem))
    return values


def _convert(text: str, column: InputColumn) -> tuple[object, str]:
    """Return a cell's value and, where it does not fit, what was expected."""
    if not text:
        empty: object = "" if column.kind == "str" else None
        return empty, "" if column.optional else f"give {column.meaning.lower() or 'a value'}"
    if column.kind == "str":
        if column.choices and text not in column.choices:
            return text, f"give one of {', '.join(column.choices)}"
        return text, ""
    if column.kind == "bool":
        if text.lower() not in TRUTH:
            return None, "give true or false"
        return TRUTH[text.lower()], ""
    return _convert_number(text, column)


def _convert_number(text: str, column: InputColumn) -> tuple[object, str]:
    """Return a number within the column's range, or what was expected."""
    unit = f" [{column.unit}]" if column.unit else ""
    try:
        number = float(text)
    except ValueError:
        return None, f"give a number{unit}, with a point for decimals"
    if not math.isfinite(number):
        return None, f"give a finite number{unit}"
    if column.minimum is not None and number < column.minimum:
        return None, f"give {column.minimum:g}{unit} or more"
    if column.maximum is not None and number > column.maximum:
        return None, f"give {column.maximum:g}{unit} or less"
    if column.kind != "int":
        return number, ""
    return (int(number), "") if number.is_integer() else (None, f"give a whole number{unit}")


def check_references(
    path: Path, table: pd.DataFrame, column: str, known: Collection[str], *, what: str
) -> list[Fault]:
    """Return a fault for each cell of `column` that names no known `what`."""
    return [
        Fault(
            f"{path}: row {row + 2}, {column}",
            f"there is no {what} {value!r}",
            f"give one of the {len(known)} that the {what}s file has, or add it there",
        )
        for row, value in enumerate(table[column])
        if value not in known
    ]
