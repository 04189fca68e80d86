"""Write every file of a plan folder that people and other programs open."""

from __future__ import annotations

from pathlib import Path

from bunyad.report.files import (
    write_geopackage,
    write_network,
    write_page_data,
    write_projects,
    write_report,
    write_tables,
)
from bunyad.report.page import page_data
from bunyad.report.values import PlanValues


def write_plan_files(plan: PlanValues, folder: Path) -> None:
    """
    Write the report, its data, the GeoPackage, the projects, the network and the tables.

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
    shown = page_data(plan)
    write_report(plan, folder / "report.html", data=shown)
    write_page_data(shown, folder / "report.json")
    write_geopackage(plan, folder / "plan.gpkg")
    write_projects(plan, folder)
    write_network(plan, folder / "network.nc")
    write_tables(plan, folder / "tables")
