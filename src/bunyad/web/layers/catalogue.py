"""Which layers there are, and what their columns mean."""

from __future__ import annotations

from dataclasses import dataclass

from bunyad.connect.result import BUSES, DIGITAL_TABLES, ROUTES, STUDY_TABLES, TRAFFIC_TABLES
from bunyad.potential.result import SITES
from bunyad.region.model import DISTRICTS, HAZARDS, PLANTS, SETTLEMENTS, SUBSTATIONS
from bunyad.settle.result import PLACES
from bunyad.tables import Column, Schema, schema

PROJECTS = schema(
    "projects",
    ("id", "str", "", "Stable identifier"),
    ("kind", "str", "", "Kind of work"),
    ("name", "str", "", "Name in English"),
    ("district", "str", "", "District that it lies in, or the one where it starts"),
    ("capacity", "float", "", "Size, in the unit of the column `unit`"),
    ("unit", "str", "", "Unit of the capacity"),
    ("capex_usd", "float", "US$", "Capital cost in the region's price year"),
    ("opex_usd_per_year", "float", "US$/a", "Yearly cost once it runs"),
    ("start", "int", "a", "First year of work"),
    ("finish", "int", "a", "Last year of work"),
    ("requires", "str", "", "Projects that must be finished first, parted by `;`"),
    ("serves", "str", "", "Settlements that it serves, parted by `;`"),
    ("funding", "str", "", "Who pays: public or private"),
    ("provenance", "str", "", "Room and inputs that it comes from"),
    ("geometry", "geometry", "degrees", "Where it is"),
)
BUILT = Column("built_mw", "float", "MW", "Power that the plan builds on the site")
_TABLES = {table.name: table for table in (*DIGITAL_TABLES, *STUDY_TABLES, *TRAFFIC_TABLES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One layer: its name, as in the files, and what it shows."""

    name: str
    title: str
    text: str
    columns: tuple[Column, ...]
    is_of_region: bool = False
    """Whether it comes from the region's folder and not from `plan.gpkg`."""
    span: tuple[str, str] | None = None
    """Columns of the first and the last year of a feature [a]."""


def _kind(name: str, title: str, text: str, table: Schema, *more: Column) -> Kind:
    return Kind(name=name, title=title, text=text, columns=(*table.columns, *more))


def _of_region(name: str, title: str, text: str, *columns: Column) -> Kind:
    return Kind(name=name, title=title, text=text, columns=columns, is_of_region=True)


KINDS = {
    kind.name: kind
    for kind in (
        _kind("settlements", "Settlements", "Places with their people, homes and services", PLACES),
        _kind("networks", "Networks", "Roads, railways and power lines that the plan lays", ROUTES),
        _kind("buses", "Substations of the plan", "Nodes of the power grid", BUSES),
        _kind("sites", "Sites", "Sites for solar, wind and hydro power, with what is built on each",
              SITES, BUILT),
        Kind(name="projects", title="Projects", text="All that is to be built, with cost and years",
             columns=PROJECTS.columns, span=("start", "finish")),
        _kind("districts", "Districts", "Districts of the region", DISTRICTS),
        _kind("route_options", "Routes studied", "Studied lines of each corridor",
              _TABLES["route_options"]),
        _kind("fibre", "Fibre", "Lines of the fibre backbone", _TABLES["fibre"]),
        _kind("masts", "Masts", "Masts for 4G and for sensors", _TABLES["masts"]),
        _kind("backhaul", "Backhaul", "Links from masts to the backbone", _TABLES["backhaul"]),
        _kind("road_traffic", "Traffic", "Trips on each road", _TABLES["road_traffic"]),
        _of_region("hazards", "Hazards", "Contaminated land by district",
                   *HAZARDS.columns, DISTRICTS.columns[-1]),
        _of_region("rivers", "Rivers", "Rivers of the region"),
        _of_region("protected", "Protected land", "Land that is kept as it is"),
        _of_region("plants", "Plants that stand", "Plants that stand or are committed",
                   *PLANTS.columns),
        _of_region("substations", "Substations that stand", "Substations that stand",
                   *SUBSTATIONS.columns),
        _of_region("places", "Places before the plan", "Places as the region's folder names them",
                   *SETTLEMENTS.columns),
    )
}  # fmt: skip
"""Layers by name, in the order in which they are listed."""
