"""Write a plan into files that other programs open: GeoPackage, Parquet, NetCDF, CSV, HTML."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from bunyad.connect.result import (
    BUS_MEMBERS,
    DIGITAL_TABLES,
    GRID_TABLES,
    ROUTE_CHECKS,
    STUDY_TABLES,
    TRAFFIC_TABLES,
)
from bunyad.energy.result import DISPATCH_TABLES, LINE_RESULTS, PLANT_RESULTS, ROOFS, SUMMARY
from bunyad.errors import OutputError
from bunyad.potential.result import LAND_RULES, POTENTIAL_TOTALS, SUPPLY_CURVES
from bunyad.programme.result import SPENDING
from bunyad.report.figures import bus_balance, project_table
from bunyad.report.page import render_page
from bunyad.report.styles import add_styles
from bunyad.report.values import PlanValues
from bunyad.settle.result import POPULATION_PATH, SERVICES, SMART_SYSTEMS
from bunyad.store import write_netcdf
from bunyad.tables import Schema

NETWORK_TABLES = (*GRID_TABLES, *DIGITAL_TABLES, *TRAFFIC_TABLES, *STUDY_TABLES)
DEGREES = 1e-6
"""Step of written longitudes and latitudes: about 0.1 m."""
STILL_DATE = "2000-01-01T00:00:00.000Z"
"""Date of change inside of GeoPackages, so that the same plan gives the same bytes."""
KINDS_OF_TABLES = {"str": "string", "float": "number", "int": "integer", "bool": "boolean"}


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path` and rename it to `path` once all is written."""
    temporary = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        yield temporary
        os.replace(temporary, path)  # noqa: PTH105  # atomic on every system
    except (OSError, RuntimeError) as error:
        raise OutputError(
            f"it could not be written ({error})",
            where=str(path),
            mend="make room on the disk, or choose a folder that you may write to",
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def geopackage_layers(plan: PlanValues) -> dict[str, gpd.GeoDataFrame]:
    """
    Return the layers of the GeoPackage that the plan has, in longitude and latitude.

    Parameters
    ----------
    plan
        The plan to write.
    """
    built = plan.energy.plants.set_index("id")["capacity_mw"]
    sites = plan.potential.sites
    sites = sites.assign(built_mw=built.reindex(sites["id"]).fillna(0).to_numpy())
    layers = {
        "districts": plan.region.districts,
        "sites": sites,
        "networks": plan.networks.routes,
        "buses": plan.networks.buses,
        "route_options": plan.networks.route_options,
        "fibre": plan.networks.fibre,
        "masts": plan.networks.masts,
        "backhaul": plan.networks.backhaul,
        "road_traffic": plan.networks.road_traffic,
        "settlements": plan.settlements.places,
        "projects": project_table(plan),
    }
    return {name: _in_degrees(frame) for name, frame in layers.items() if frame.crs is not None}


def _in_degrees(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a table in longitude and latitude, coordinates rounded."""
    frame = frame.to_crs(4326)
    return frame.set_geometry(shapely.set_precision(frame.geometry.to_numpy(), DEGREES), crs=4326)


def write_geopackage(plan: PlanValues, path: Path) -> None:
    """
    Write the plan's maps into one GeoPackage with styles for QGIS.

    Parameters
    ----------
    plan
        The plan to write.
    path
        File to write; it is replaced in one step.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STILL_DATE})
    try:
        with _replacing(path) as temporary:
            for name, frame in geopackage_layers(plan).items():
                pyogrio.write_dataframe(
                    frame, temporary, layer=name, driver="GPKG", append=temporary.exists()
                )
            add_styles(temporary, STILL_DATE)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def write_projects(plan: PlanValues, folder: Path) -> None:
    """
    Write `projects.csv` and `projects.parquet` (GeoParquet); same plan, same bytes.

    The CSV file holds a point inside of each project; the Parquet file its whole geometry.

    Parameters
    ----------
    plan
        The plan to write.
    folder
        Folder to write into.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    table = _in_degrees(project_table(plan))
    points = table.geometry.representative_point()
    plain = table.drop(columns="geometry").assign(
        longitude=points.x.round(5), latitude=points.y.round(5)
    )
    with _replacing(folder / "projects.csv") as temporary:
        plain.to_csv(temporary, index=False, lineterminator="\n")
    with _replacing(folder / "projects.parquet") as temporary:
        table.to_parquet(temporary, index=False)


def write_network(plan: PlanValues, path: Path) -> None:
    """
    Write the solved network in PyPSA's NetCDF form; `pypsa.Network(path)` opens it.

    Parameters
    ----------
    plan
        The plan to write.
    path
        File to write.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    with _replacing(path) as temporary:
        write_netcdf(plan.energy.network, temporary)


def write_tables(plan: PlanValues, folder: Path) -> None:
    """
    Write every other table as CSV, with `datapackage.json` that names columns and units.

    Parameters
    ----------
    plan
        The plan to write.
    folder
        Folder to write into.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    tables: list[tuple[pd.DataFrame, Schema]] = [
        (plan.potential.supply_curves, SUPPLY_CURVES),
        (plan.potential.land_rules, LAND_RULES),
        (plan.potential.totals, POTENTIAL_TOTALS),
        (plan.settlements.population, POPULATION_PATH),
        (plan.settlements.services, SERVICES),
        (plan.settlements.smart_systems, SMART_SYSTEMS),
        (plan.networks.bus_members, BUS_MEMBERS),
        (plan.networks.route_checks, ROUTE_CHECKS),
        *((getattr(plan.networks, table.name), table) for table in NETWORK_TABLES),
        (plan.energy.plants, PLANT_RESULTS),
        (plan.energy.lines, LINE_RESULTS),
        (plan.energy.summary, SUMMARY),
        (plan.energy.roofs, ROOFS),
        *((getattr(plan.energy, table.name), table) for table in DISPATCH_TABLES),
        (plan.programme.spending, SPENDING),
    ]
    named = [(frame, table.name) for frame, table in tables]
    named += [
        (plan.programme.budgets, "budgets"),
        (plan.comparison, "comparison"),
        (bus_balance(plan).round(6), "bus_balance"),
    ]
    for frame, name in named:
        with _replacing(folder / f"{name}.csv") as temporary:
            plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
            plain.to_csv(temporary, index=False, lineterminator="\n", float_format="%.10g")
    package = {
        "name": plan.region.name,
        "resources": [_described(table) for _, table in tables]
        + [{"name": name, "path": f"{name}.csv"} for _, name in named[len(tables) :]],
    }
    with _replacing(folder / "datapackage.json") as temporary:
        temporary.write_text(json.dumps(package, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _described(table: Schema) -> dict[str, object]:
    """Return the description of a table in the form of a Data Package."""
    fields = [
        {
            "name": column.name,
            "type": KINDS_OF_TABLES[column.kind],
            "unit": column.unit,
            "description": column.meaning,
        }
        for column in table.columns
        if column.kind != "geometry"  # shapes are in the GeoPackage
    ]
    return {"name": table.name, "path": f"{table.name}.csv", "schema": {"fields": fields}}


def write_report(
    plan: PlanValues,
    path: Path,
    *,
    languages: tuple[str, ...] = ("en", "az"),
    data: Mapping[str, Any] | None = None,
) -> None:
    """
    Write the report: one HTML file that opens without internet.

    Parameters
    ----------
    plan
        The plan to show.
    path
        File to write.
    languages
        Codes of the languages to offer; the page starts in the first.
    data
        What `page_data` returns of the plan, where it is there already.

    Raises
    ------
    InputError
        If a language has no catalogue.
    OutputError
        If the file cannot be written.
    """
    page = render_page(plan, languages=languages, data=data)
    with _replacing(path) as temporary:
        temporary.write_text(page, "utf-8")


def write_page_data(data: Mapping[str, Any], path: Path) -> None:
    """Write what the report shows as JSON, for other pages and programs."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    with _replacing(path) as temporary:
        temporary.write_text(text, "utf-8")
