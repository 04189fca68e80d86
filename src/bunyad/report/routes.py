"""Write studies of routes: GeoPackage, CSV, and LandXML and IFC for an engineer's own tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from bunyad.connect.study.result import RouteStudy
from bunyad.connect.utilities.model import UtilityStudy
from bunyad.errors import OutputError
from bunyad.report.ifc import write_ifc
from bunyad.report.landxml import write_landxml


def write_study(study: RouteStudy, folder: Path, *, crs: str) -> None:
    """
    Write the variants of routes into a folder.

    Parameters
    ----------
    study
        The variants.
    folder
        Where to; it is made if it is not there.
    crs
        Metric projection of the lines.

    Raises
    ------
    OutputError
        If the folder cannot be written to.
    """
    _write_tables(study.options, study.stations, study.costs, folder)
    for name, line in study.lines.items():
        title = name.replace("/", " ")
        stem = name.replace("/", "-")
        write_landxml(line, folder / f"{stem}.xml", crs=crs, name=title)
        write_ifc(line, folder / f"{stem}.ifc", crs=crs, name=title)


def write_utility(study: UtilityStudy, folder: Path) -> None:
    """
    Write the routes of a power line, a fibre or a pipeline into a folder.

    Parameters
    ----------
    study
        The routes.
    folder
        Where to; it is made if it is not there.

    Raises
    ------
    OutputError
        If the folder cannot be written to.
    """
    _write_tables(study.routes, study.stations, study.costs, folder)


def _write_tables(
    routes: gpd.GeoDataFrame, stations: pd.DataFrame, costs: pd.DataFrame, folder: Path
) -> None:
    """Write lines, profiles and costs."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lines = gpd.GeoDataFrame(routes).to_crs(4326)
        _replace(
            folder / "routes.gpkg",
            lambda path: pyogrio.write_dataframe(lines, path, layer="routes", driver="GPKG"),
        )
        _write_table(routes.drop(columns="geometry"), folder / "routes.csv")
        _write_table(stations, folder / "profiles.csv")
        _write_table(costs, folder / "costs.csv")
    except OSError as error:
        raise OutputError(
            f"the routes cannot be written ({error.strerror})",
            where=str(folder),
            mend="choose another folder with --out",
        ) from None


def _write_table(frame: pd.DataFrame, path: Path) -> None:
    _replace(path, lambda target: frame.to_csv(target, index=False, lineterminator="\n"))


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the place, then move there."""
    part = path.with_name(f".{path.stem}.partial{path.suffix}")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
