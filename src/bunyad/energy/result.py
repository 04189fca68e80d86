"""What the room `energy` gives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

import pandas as pd
import xarray as xr

from bunyad.connect.grid.result import GRID_CASES, GRID_CHECKS, GRID_LOADING, GRID_VOLTAGES
from bunyad.tables import Column, Schema, empty, schema


def _of_dispatch(name: str, table: Schema) -> Schema:
    """Return a table of the load flow, for the hours of the dispatch."""
    case = Column(name="case", kind="str", unit="", meaning="largest demand or largest export")
    columns = tuple(case if column.name == "case" else column for column in table.columns)
    return replace(table, name=name, columns=columns)


PLANT_RESULTS = schema(
    "plant_results",
    ("id", "str", "", "Site or storage identifier"),
    ("technology", "str", "", "solar, wind, hydro or battery"),
    ("bus", "str", "", "Bus that it feeds"),
    ("district", "str", "", "District"),
    ("is_existing", "bool", "", "Whether it stands already"),
    ("capacity_mw", "float", "MW", "Capacity in the least-cost system"),
    ("energy_capacity_mwh", "float", "MWh", "Storage content; 0 for plants"),
    ("annual_energy_gwh", "float", "GWh/a", "Energy fed in over a year"),
    ("curtailed_gwh", "float", "GWh/a", "Energy that could not be used"),
    ("capex_usd", "float", "US$", "Capital cost with connection; 0 for existing plants"),
    ("opex_usd_per_year", "float", "US$/a", "Fixed yearly cost"),
)
LINE_RESULTS = schema(
    "line_results",
    ("id", "str", "", "Route identifier"),
    ("bus0", "str", "", "Bus at its start"),
    ("bus1", "str", "", "Bus at its end"),
    ("capacity_mw", "float", "MW", "Thermal limit in the least-cost system"),
    ("added_mw", "float", "MW", "Capacity beyond the route as first laid"),
    ("peak_flow_mw", "float", "MW", "Highest flow"),
    ("mean_loading", "float", "-", "Mean flow divided by capacity"),
    ("added_capex_usd", "float", "US$", "Cost of the added capacity"),
)
ROOFS = schema(
    "roofs",
    ("settlement", "str", "", "Settlement identifier"),
    ("capacity_kwp", "float", "kWp", "Modules that its roofs can hold"),
    ("annual_energy_gwh", "float", "GWh/a", "Energy that they would yield in a year"),
    ("demand_share", "float", "", "That energy over the settlement's demand of the year"),
)
DISPATCH_CASES = _of_dispatch("dispatch_cases", GRID_CASES)
DISPATCH_VOLTAGES = _of_dispatch("dispatch_voltages", GRID_VOLTAGES)
DISPATCH_LOADING = _of_dispatch("dispatch_loading", GRID_LOADING)
DISPATCH_CHECKS = _of_dispatch("dispatch_checks", GRID_CHECKS)
GRID_UPGRADES = schema(
    "grid_upgrades",
    ("id", "str", "", "Branch or transformers"),
    ("kind", "str", "", "mesh, feeder, site or transformer"),
    ("station", "str", "", "Bus of `buses` where it begins"),
    ("was", "str", "", "What was designed before the dispatch was known"),
    ("becomes", "str", "", "What the dispatch asks for"),
    ("added_capex_usd", "float", "US$", "Cost beyond what was designed"),
)
DISPATCH_TABLES = (
    DISPATCH_CASES,
    DISPATCH_VOLTAGES,
    DISPATCH_LOADING,
    DISPATCH_CHECKS,
    GRID_UPGRADES,
)
"""Tables of the load flow of the dispatch, each a field of `EnergySystem` by its name."""
SUMMARY = schema(
    "summary",
    ("key", "str", "", "Quantity"),
    ("value", "float", "", "Value"),
    ("unit", "str", "", "Unit"),
    ("meaning", "str", "", "What it is, in words"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergySystem:
    """What to build, how it runs, and what to export."""

    plants: pd.DataFrame
    lines: pd.DataFrame
    summary: pd.DataFrame
    """
    Rows `system_cost_usd_per_year`, `demand_gwh`, `generation_gwh`, `import_gwh`, `export_gwh`,
    `storage_losses_gwh`, `renewable_share`, `own_share`, `curtailment_share`, `emissions_kt`,
    `export_revenue_usd_per_year`, `import_cost_usd_per_year`, `peak_demand_mw`,
    `mean_price_usd_per_mwh`.
    """
    dispatch: xr.Dataset
    """
    Dimensions (bus, snapshot) and (carrier, bus, snapshot). `generation_mw` by carrier (solar,
    wind, hydro, import), `demand_mw`, `export_mw`, `charge_mw`, `discharge_mw`,
    `net_inflow_mw` (from lines), `price_usd_per_mwh`; coordinates of `snapshot`: `time` (UTC),
    `week` (label of the representative week) and `hours_per_year` (weight).
    """
    network: xr.Dataset
    """The solved network in PyPSA's own NetCDF form."""
    roofs: pd.DataFrame = field(default_factory=lambda: empty(ROOFS))
    """
    What the roofs of each settlement could add, as `ROOFS`: a potential. The least-cost system
    neither builds it nor counts it.
    """
    dispatch_cases: pd.DataFrame = field(default_factory=partial(empty, DISPATCH_CASES))
    """Load flow of the hours of largest demand and export; empty without a designed grid."""
    dispatch_voltages: pd.DataFrame = field(default_factory=partial(empty, DISPATCH_VOLTAGES))
    dispatch_loading: pd.DataFrame = field(default_factory=partial(empty, DISPATCH_LOADING))
    dispatch_checks: pd.DataFrame = field(default_factory=partial(empty, DISPATCH_CHECKS))
    grid_upgrades: pd.DataFrame = field(default_factory=partial(empty, GRID_UPGRADES))
    """Lines and transformers that these hours ask to be stronger than first designed."""
