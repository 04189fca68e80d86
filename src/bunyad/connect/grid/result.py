"""What the power grid is made of and how it flows."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from bunyad.tables import schema

GRID_BUSES = schema(
    "grid_buses",
    ("id", "str", "", "Substation or member, and voltage"),
    ("station", "str", "", "Bus of `buses` whose grid it belongs to"),
    ("kind", "str", "", "busbar, settlement or site"),
    ("member", "str", "", "Settlement or site; empty for busbars"),
    ("kv", "float", "kV", "Nominal voltage"),
    ("peak_mw", "float", "MW", "Peak demand"),
    ("low_mw", "float", "MW", "Lowest demand"),
    ("plant_mw", "float", "MW", "Power of plants that the grid is designed for"),
    ("compensator_mvar", "float", "Mvar", "Reactive power that a compensator gives or takes"),
)
GRID_BRANCHES = schema(
    "grid_branches",
    ("id", "str", "", "Route of a line between substations; else voltage and member"),
    ("kind", "str", "", "mesh (between substations), feeder or site"),
    ("from_bus", "str", "", "Grid bus towards the substation"),
    ("to_bus", "str", "", "Grid bus at the other end"),
    ("kv", "float", "kV", "Nominal voltage"),
    ("conductor", "str", "", "Conductors of one phase of one circuit"),
    ("circuits", "int", "circuits", "Circuits"),
    ("length_km", "float", "km", "Length"),
    ("resistance_ohm", "float", "ohm", "Resistance of all circuits together"),
    ("reactance_ohm", "float", "ohm", "Reactance of all circuits together"),
    ("susceptance_us", "float", "µS", "Susceptance of all circuits together"),
    ("ampere", "float", "A", "Thermal limit of all circuits together"),
    ("capacity_mw", "float", "MW", "Thermal limit at unity power factor"),
    ("terrain_factor", "float", "-", "Cost by that on flat open land"),
    ("capex_usd", "float", "US$", "Capital cost; 0 where it serves a plant that stands"),
)
GRID_TRANSFORMERS = schema(
    "grid_transformers",
    ("id", "str", "", "Busbar of the lower voltage"),
    ("hv_bus", "str", "", "Grid bus of the higher voltage"),
    ("lv_bus", "str", "", "Grid bus of the lower voltage"),
    ("hv_kv", "float", "kV", "Higher voltage"),
    ("lv_kv", "float", "kV", "Lower voltage"),
    ("mva", "float", "MVA", "Size of each transformer"),
    ("count", "int", "", "Transformers side by side"),
    ("uk_percent", "float", "%", "Short-circuit voltage"),
    ("load_loss_kw", "float", "kW", "Losses of each at full load"),
    ("no_load_loss_kw", "float", "kW", "Losses of each without load"),
    ("tap_steps", "int", "", "Steps of the tap changer to each side; 0 without one"),
    ("tap_step_percent", "float", "%", "Voltage of one step"),
    ("capex_usd", "float", "US$", "Capital cost; 0 where the substation stands already"),
)
GRID_SOURCES = schema(
    "grid_sources",
    ("id", "str", "", "Interconnector"),
    ("bus", "str", "", "Grid bus that it feeds"),
    ("import_mw", "float", "MW", "Most that it brings"),
    ("export_mw", "float", "MW", "Most that it takes"),
)
GRID_CASES = schema(
    "grid_cases",
    ("case", "str", "", "peak or reverse"),
    ("demand_mw", "float", "MW", "Demand"),
    ("plants_mw", "float", "MW", "Power of plants"),
    ("exchange_mw", "float", "MW", "Power from the country's grid; negative: into it"),
    ("losses_mw", "float", "MW", "Losses of lines and transformers"),
    ("losses_percent", "float", "%", "Losses by demand and export"),
)
GRID_VOLTAGES = schema(
    "grid_voltages",
    ("case", "str", "", "peak or reverse"),
    ("bus", "str", "", "Grid bus"),
    ("kv", "float", "kV", "Nominal voltage"),
    ("voltage", "float", "-", "Voltage by the nominal voltage; 0 without a solution"),
)
GRID_LOADING = schema(
    "grid_loading",
    ("case", "str", "", "peak or reverse"),
    ("branch", "str", "", "Branch or transformers"),
    ("kind", "str", "", "mesh, feeder, site or transformer"),
    ("flow_mw", "float", "MW", "Power at its first end"),
    ("loading_percent", "float", "%", "Current by the thermal limit, or power by the size"),
    ("losses_mw", "float", "MW", "Losses"),
)
GRID_OUTAGES = schema(
    "grid_outages",
    ("case", "str", "", "peak or reverse"),
    ("out", "str", "", "Line (all circuits), one transformer, or interconnector that is out"),
    ("kind", "str", "", "mesh, transformer or source"),
    ("unserved_mw", "float", "MW", "Demand that is cut off"),
    ("worst_loading_percent", "float", "%", "Highest load of what is left"),
    ("worst_branch", "str", "", "Where"),
    ("lowest_voltage", "float", "-", "Lowest voltage above 35 kV, of what is left"),
    ("highest_voltage", "float", "-", "Highest voltage above 35 kV, of what is left"),
    ("holds", "bool", "", "Whether limits hold and less than `connect.grid_ring_mw` is cut off"),
)
GRID_CHECKS = schema(
    "grid_checks",
    ("check", "str", "", "What is checked"),
    ("case", "str", "", "peak, reverse or outage"),
    ("holds", "bool", "", "Whether the limit holds"),
    ("worst", "float", "", "Value nearest to the limit or beyond it, in `unit`"),
    ("limit", "float", "", "The limit, in `unit`"),
    ("unit", "str", "", "Unit"),
    ("where", "str", "", "Branch, bus or interconnector of the worst value"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridDesign:
    """A power grid: what is built."""

    buses: pd.DataFrame
    branches: pd.DataFrame
    transformers: pd.DataFrame
    sources: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class GridFlow:
    """How a grid runs: load flow of some cases, and with each branch out."""

    cases: pd.DataFrame
    voltages: pd.DataFrame
    loading: pd.DataFrame
    outages: pd.DataFrame
    checks: pd.DataFrame
