"""
Report: show a plan to people and hand it on.

`write_report` makes one HTML page with map, charts and tables; `write_geopackage`,
`write_projects`, `write_network` and `write_tables` hand the plan on to other programs. Words
come from the message catalogues `bunyad/messages/*.ftl`.
"""

from bunyad.report.figures import bus_balance, key_figures, project_table
from bunyad.report.files import (
    geopackage_layers,
    write_geopackage,
    write_network,
    write_projects,
    write_report,
    write_tables,
)
from bunyad.report.folder import write_plan_files
from bunyad.report.page import page_data, render_page
from bunyad.report.values import PlanValues
from bunyad.report.words import LANGUAGES, format_number, messages

__all__ = [
    "LANGUAGES",
    "PlanValues",
    "bus_balance",
    "format_number",
    "geopackage_layers",
    "key_figures",
    "messages",
    "page_data",
    "project_table",
    "render_page",
    "write_geopackage",
    "write_network",
    "write_plan_files",
    "write_projects",
    "write_report",
    "write_tables",
]
