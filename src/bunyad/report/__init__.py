"""
Report: show a plan to people and hand it on.

`write_report` makes one HTML page with map, charts and tables; `write_geopackage`,
`write_projects`, `write_network` and `write_tables` hand the plan on to other programs. Words
come from the message catalogues `bunyad/messages/*.ftl`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_HOMES = {
    "bus_balance": "figures",
    "key_figures": "figures",
    "project_table": "figures",
    "geopackage_layers": "files",
    "write_geopackage": "files",
    "write_network": "files",
    "write_projects": "files",
    "write_report": "files",
    "write_tables": "files",
    "write_plan_files": "folder",
    "page_data": "page",
    "render_page": "page",
    "PlanValues": "values",
    "LANGUAGES": "words",
    "format_number": "words",
    "messages": "words",
}

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


def __getattr__(name: str) -> Any:
    """Import a name where it is first used: who formats a number needs no plan."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"bunyad.report.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'bunyad.report' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
