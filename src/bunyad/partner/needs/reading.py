"""Projects and bills of a plan folder."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import shapely

from bunyad.errors import InputError
from bunyad.project import Project

SYSTEM_COLUMNS = ("settlement", "system", "quantity", "unit", "cost_usd")
MEND = "give a folder that `bunyad plan` wrote, or plan again"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBills:
    """The parts of a plan that needs are drawn from."""

    projects: tuple[Project, ...]
    """Their geometry is a point in EPSG:4326."""
    systems: tuple[Mapping[str, Any], ...]
    """Lines of the bills of smart systems, as `bunyad.settle.result` has them."""


def read_plan_bills(folder: Path) -> PlanBills:
    """
    Read projects and bills of smart systems of a plan folder.

    Parameters
    ----------
    folder
        A folder that `bunyad plan` wrote.

    Raises
    ------
    InputError
        If it is no plan folder.
    """
    plain = [one.name for one in fields(Project) if one.name != "geometry"]
    rows = _rows(folder / "projects.csv", (*plain, "longitude", "latitude"))
    systems = _rows(folder / "tables" / "smart_systems.csv", SYSTEM_COLUMNS)
    try:
        projects = tuple(_project(row) for row in rows)
        for row in systems:
            float(row["quantity"])
            float(row["cost_usd"])
    except ValueError as error:
        raise InputError(
            f"a number cannot be read ({error})", where=str(folder), mend=MEND
        ) from None
    return PlanBills(projects=projects, systems=tuple(systems))


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the rows of a table that has some columns."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        short = str(error).splitlines()[0]
        raise InputError(f"it cannot be read ({short})", where=str(path), mend=MEND) from None
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(f"it lacks {', '.join(missing)}", where=str(path), mend=MEND)
    return rows


def _project(row: Mapping[str, str]) -> Project:
    return Project(
        id=row["id"],
        kind=row["kind"],
        name=row["name"],
        district=row["district"],
        geometry=shapely.Point(float(row["longitude"]), float(row["latitude"])),
        capacity=float(row["capacity"]),
        unit=row["unit"],
        capex_usd=float(row["capex_usd"]),
        opex_usd_per_year=float(row["opex_usd_per_year"]),
        start=int(row["start"]),
        finish=int(row["finish"]),
        requires=tuple(part for part in row["requires"].split(";") if part),
        serves=tuple(part for part in row["serves"].split(";") if part),
        funding=row["funding"],
        provenance=row["provenance"],
    )
