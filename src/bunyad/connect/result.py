"""What the room `connect` gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import geopandas as gpd
import pandas as pd
import xarray as xr

from bunyad.connect.choices import ROUTE_CHOICES
from bunyad.connect.digital.result import FIBRE
from bunyad.connect.grid.result import (
    GRID_BRANCHES,
    GRID_BUSES,
    GRID_CASES,
    GRID_CHECKS,
    GRID_LOADING,
    GRID_OUTAGES,
    GRID_SOURCES,
    GRID_TRANSFORMERS,
    GRID_VOLTAGES,
)
from bunyad.connect.radio.result import BACKHAUL, COVERAGE, MASTS, RADIO_TOTALS, RADIOS
from bunyad.connect.study.result import ROUTE_COSTS, ROUTE_OPTIONS, ROUTE_STATIONS
from bunyad.connect.traffic.result import ACCESS, ROAD_TRAFFIC, TRAFFIC_TOTALS
from bunyad.tables import Schema, conform, schema

ROUTES = schema(
    "routes",
    ("id", "str", "", "Stable identifier: kind and ends"),
    ("kind", "str", "", "road, railway or power_line"),
    ("name", "str", "", "Name for people"),
    ("start", "str", "", "Settlement or bus that it starts at"),
    ("end", "str", "", "Settlement or bus that it ends at"),
    ("district", "str", "", "District of its start"),
    ("standard", "str", "", "Road or railway class, or voltage"),
    ("voltage_kv", "float?", "kV", "Voltage of a power line"),
    ("capacity_mw", "float?", "MW", "Thermal limit of a power line"),
    ("length_km", "float", "km", "Length on the found alignment"),
    ("climb_m", "float", "m", "Sum of all rises, from start to end"),
    ("max_grade_percent", "float", "%", "Steepest grade outside of structures"),
    ("bridge_km", "float", "km", "Length on bridges and viaducts"),
    ("tunnel_km", "float", "km", "Length in tunnels"),
    ("capex_usd", "float", "US$", "Capital cost"),
    ("geometry", "geometry", "m", "Line in the metric projection"),
)
BUSES = schema(
    "buses",
    ("id", "str", "", "Stable identifier"),
    ("name", "str", "", "Name"),
    ("district", "str", "", "District"),
    ("voltage_kv", "float", "kV", "Voltage"),
    ("is_existing", "bool", "", "Whether the substation stands already"),
    ("capex_usd", "float", "US$", "Cost of the substation; 0 where it stands already"),
    ("geometry", "geometry", "m", "Point"),
)
BUS_MEMBERS = schema(
    "bus_members",
    ("member", "str", "", "Settlement or site identifier"),
    ("kind", "str", "", "settlement or site"),
    ("bus", "str", "", "Bus that it connects to"),
    ("length_km", "float", "km", "Length of its own connection"),
    (
        "capex_usd_per_kw",
        "float",
        "US$/kW",
        "Cost of its own connection for each kW; 0 for settlements",
    ),
    ("capex_usd", "float", "US$", "Cost of its own connection at full size"),
)
ROUTE_CHECKS = schema(
    "route_checks",
    ("corridor", "str", "", "Corridor identifier"),
    ("name", "str", "", "Name"),
    ("kind", "str", "", "road or railway"),
    ("published_key", "str", "", "Key of the published length"),
    ("length_km", "float", "km", "Length that the engine finds"),
    ("bridge_km", "float", "km", "Bridges that it finds"),
    ("tunnel_km", "float", "km", "Tunnels that it finds"),
    ("capex_usd", "float", "US$", "Cost that it finds"),
)

GRID_TABLES = (
    GRID_BUSES,
    GRID_BRANCHES,
    GRID_TRANSFORMERS,
    GRID_SOURCES,
    GRID_CASES,
    GRID_VOLTAGES,
    GRID_LOADING,
    GRID_OUTAGES,
    GRID_CHECKS,
)
"""Tables of the power grid, each a field of `Networks` by its name."""


DIGITAL_TABLES = (FIBRE, MASTS, RADIOS, COVERAGE, BACKHAUL, RADIO_TOTALS)
"""Tables of fibre and radio, each a field of `Networks` by its name."""
TRAFFIC_TABLES = (ROAD_TRAFFIC, ACCESS, TRAFFIC_TOTALS)
"""Tables of traffic, each a field of `Networks` by its name."""
STUDY_TABLES = (ROUTE_OPTIONS, ROUTE_STATIONS, ROUTE_COSTS, ROUTE_CHOICES)
"""Tables of the study of corridors, each a field of `Networks` by its name."""


def _empty(table: Schema) -> pd.DataFrame:
    """Return a table without rows."""
    return conform(pd.DataFrame(columns=table.names()), table)


def _empty_map(table: Schema) -> gpd.GeoDataFrame:
    """Return a table of shapes without rows."""
    return conform(gpd.GeoDataFrame(columns=table.names(), geometry="geometry"), table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """How places are joined."""

    routes: gpd.GeoDataFrame
    buses: gpd.GeoDataFrame
    bus_members: pd.DataFrame
    route_checks: pd.DataFrame
    grid_buses: pd.DataFrame = field(default_factory=partial(_empty, GRID_BUSES))
    grid_branches: pd.DataFrame = field(default_factory=partial(_empty, GRID_BRANCHES))
    grid_transformers: pd.DataFrame = field(default_factory=partial(_empty, GRID_TRANSFORMERS))
    grid_sources: pd.DataFrame = field(default_factory=partial(_empty, GRID_SOURCES))
    grid_cases: pd.DataFrame = field(default_factory=partial(_empty, GRID_CASES))
    grid_voltages: pd.DataFrame = field(default_factory=partial(_empty, GRID_VOLTAGES))
    grid_loading: pd.DataFrame = field(default_factory=partial(_empty, GRID_LOADING))
    grid_outages: pd.DataFrame = field(default_factory=partial(_empty, GRID_OUTAGES))
    grid_checks: pd.DataFrame = field(default_factory=partial(_empty, GRID_CHECKS))
    fibre: gpd.GeoDataFrame = field(default_factory=partial(_empty_map, FIBRE))
    masts: gpd.GeoDataFrame = field(default_factory=partial(_empty_map, MASTS))
    radios: pd.DataFrame = field(default_factory=partial(_empty, RADIOS))
    radio_coverage: pd.DataFrame = field(default_factory=partial(_empty, COVERAGE))
    backhaul: gpd.GeoDataFrame = field(default_factory=partial(_empty_map, BACKHAUL))
    radio_totals: pd.DataFrame = field(default_factory=partial(_empty, RADIO_TOTALS))
    radio_margin: xr.Dataset = field(default_factory=xr.Dataset)
    """`margin_db` (technology, y, x): what a link outdoors has left over, NaN out of reach [dB]."""
    road_traffic: gpd.GeoDataFrame = field(default_factory=partial(_empty_map, ROAD_TRAFFIC))
    access: pd.DataFrame = field(default_factory=partial(_empty, ACCESS))
    traffic_totals: pd.DataFrame = field(default_factory=partial(_empty, TRAFFIC_TOTALS))
    route_options: gpd.GeoDataFrame = field(default_factory=partial(_empty_map, ROUTE_OPTIONS))
    route_stations: pd.DataFrame = field(default_factory=partial(_empty, ROUTE_STATIONS))
    route_costs: pd.DataFrame = field(default_factory=partial(_empty, ROUTE_COSTS))
    route_choices: pd.DataFrame = field(default_factory=partial(_empty, ROUTE_CHOICES))
