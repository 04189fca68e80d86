"""What is read of a plan folder to draw lots."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from bunyad.errors import InputError
from bunyad.project import Project

SITE_COLUMNS = ("id", "area_km2", "capacity_mw", "annual_energy_gwh", "p75_gwh", "p90_gwh")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTables:
    """The parts of a plan that lots are drawn from; shapes are in EPSG:4326."""

    projects: tuple[Project, ...]
    sites: gpd.GeoDataFrame
    """As `bunyad.potential.result.SITES`."""
    plants: pd.DataFrame
    """As `bunyad.energy.result.PLANT_RESULTS`."""
    buses: gpd.GeoDataFrame
    """As the buses of `bunyad.connect.result`."""
    members: pd.DataFrame
    """As `bunyad.connect.result.BUS_MEMBERS`."""
    routes: gpd.GeoDataFrame
    """As the routes of `bunyad.connect.result`."""
    provenance: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def read_plan_tables(folder: Path) -> PlanTables:
    """
    Read what lots are drawn from of a plan folder.

    Parameters
    ----------
    folder
        A folder that `bunyad plan` wrote.

    Raises
    ------
    InputError
        If it is no plan folder, or one of a version that knew no P90.
    """
    mend = "give a folder that `bunyad plan` wrote, or plan again"
    try:
        provenance = json.loads((folder / "provenance.json").read_text("utf-8"))
        projects = gpd.read_parquet(folder / "projects.parquet").to_crs(4326)
        sites = gpd.read_file(folder / "plan.gpkg", layer="sites").to_crs(4326)
        buses = gpd.read_file(folder / "plan.gpkg", layer="buses").to_crs(4326)
        routes = gpd.read_file(folder / "plan.gpkg", layer="networks").to_crs(4326)
        members = pd.read_csv(folder / "tables" / "bus_members.csv")
        plants = pd.read_csv(folder / "tables" / "plant_results.csv")
    except (OSError, ValueError, RuntimeError) as error:
        short = str(error).splitlines()[0]
        raise InputError(f"it is no plan folder ({short})", where=str(folder), mend=mend) from None
    missing = [name for name in SITE_COLUMNS if name not in sites]
    if missing:
        what = f"its sites lack {', '.join(missing)}"
        raise InputError(what, where=str(folder / "plan.gpkg"), mend=mend)
    return PlanTables(
        projects=tuple(_project(row) for row in projects.to_dict("records")),
        sites=sites,
        plants=plants,
        buses=buses,
        members=members,
        routes=routes,
        provenance=provenance,
    )


def _project(row: Mapping[Any, Any]) -> Project:
    """Return the project of a row as `bunyad.report` writes it."""
    values = {field.name: row[field.name] for field in dataclasses.fields(Project)}
    for name in ("requires", "serves"):
        values[name] = tuple(part for part in str(values[name] or "").split(";") if part)
    return Project(**{**values, "start": int(values["start"]), "finish": int(values["finish"])})
