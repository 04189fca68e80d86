"""The system in a dozen figures."""

from __future__ import annotations

import pandas as pd
import pypsa
import xarray as xr

from bunyad.energy.inputs import TECHNOLOGIES
from bunyad.energy.outcome import MWH_PER_GWH
from bunyad.energy.result import SUMMARY
from bunyad.energy.system import IMPORT
from bunyad.options.energy import EnergyOptions
from bunyad.tables import conform

TONNES_PER_KILOTONNE = 1000

MEANINGS = {
    "system_cost_usd_per_year": (
        "US$/a",
        "Yearly cost of plants, batteries, lines and imports, less export revenue; no sunk cost",
    ),
    "demand_gwh": ("GWh/a", "Electricity that people use"),
    "generation_gwh": ("GWh/a", "Renewable energy fed in"),
    "import_gwh": ("GWh/a", "Energy drawn from the country's grid"),
    "export_gwh": ("GWh/a", "Energy fed into the country's grid"),
    "storage_losses_gwh": ("GWh/a", "Energy lost in batteries"),
    "renewable_share": (
        "-",
        "Renewable energy less storage losses, by demand; above 1: exports exceed imports",
    ),
    "own_share": ("-", "Demand that is met without imports, hour by hour, by demand"),
    "curtailment_share": ("-", "Renewable energy that could not be used, by what was there"),
    "emissions_kt": ("kt/a", "CO2 of the imported energy"),
    "export_revenue_usd_per_year": ("US$/a", "Exported energy times its price"),
    "import_cost_usd_per_year": ("US$/a", "Imported energy times its price"),
    "peak_demand_mw": ("MW", "Highest demand of the region in the modelled weeks"),
    "mean_price_usd_per_mwh": (
        "US$/MWh",
        "Cost of one more MWh of demand, mean over demand; sunk cost is not in it",
    ),
}


def summarise_system(
    n: pypsa.Network, plants: pd.DataFrame, dispatch: xr.Dataset, *, options: EnergyOptions
) -> pd.DataFrame:
    """Sum the system up over the year."""
    totals = _yearly_gwh(dispatch)
    generation, imports = totals["renewable"], totals["import"]
    exports, demand = totals["export_mw"], totals["demand_mw"]
    losses = totals["charge_mw"] - totals["discharge_mw"]
    curtailed = float(plants.curtailed_gwh.sum())
    revenue = exports * MWH_PER_GWH * options.export_price_usd_per_mwh
    import_cost = imports * MWH_PER_GWH * options.import_price_usd_per_mwh
    wear = totals["discharge_mw"] * MWH_PER_GWH * options.battery_wear_usd_per_mwh
    hours = dispatch.hours_per_year
    worth = float((dispatch.price_usd_per_mwh * dispatch.demand_mw * hours).sum())
    values = {
        "system_cost_usd_per_year": yearly_capital_usd(n) + import_cost + wear - revenue,
        "demand_gwh": demand,
        "generation_gwh": generation,
        "import_gwh": imports,
        "export_gwh": exports,
        "storage_losses_gwh": losses,
        "renewable_share": (generation - losses) / demand if demand > 0 else 1.0,
        "own_share": max(0.0, 1 - imports / demand) if demand > 0 else 1.0,
        "curtailment_share": _share(curtailed, generation + curtailed),
        "emissions_kt": imports
        * MWH_PER_GWH
        * options.grid_emissions_t_per_mwh
        / TONNES_PER_KILOTONNE,
        "export_revenue_usd_per_year": revenue,
        "import_cost_usd_per_year": import_cost,
        "peak_demand_mw": float(dispatch.demand_mw.sum("bus").max()),
        "mean_price_usd_per_mwh": _share(worth, demand * MWH_PER_GWH),
    }
    rows = [(key, values[key], *MEANINGS[key]) for key in MEANINGS]
    return conform(pd.DataFrame(rows, columns=SUMMARY.names()), SUMMARY)


def yearly_capital_usd(n: pypsa.Network) -> float:
    """Return the yearly cost of all that stands and is built: annuities and upkeep [US$/a]."""
    return sum(
        float((parts.capital_cost * parts[size]).sum())
        for parts, size in (
            (n.generators, "p_nom_opt"),
            (n.storage_units, "p_nom_opt"),
            (n.lines, "s_nom_opt"),
        )
    )


def _yearly_gwh(dispatch: xr.Dataset) -> dict[str, float]:
    """Return the energy of a year by kind [GWh/a]."""
    energy = (dispatch * dispatch.hours_per_year).sum(["bus", "snapshot"]) / MWH_PER_GWH
    totals = {
        name: float(energy[name])
        for name in ("demand_mw", "export_mw", "charge_mw", "discharge_mw")
    }
    totals["import"] = float(energy.generation_mw.sel(carrier=IMPORT))
    totals["renewable"] = float(energy.generation_mw.sel(carrier=list(TECHNOLOGIES)).sum())
    return totals


def _share(part: float, whole: float) -> float:
    """Return part / whole, 0 where there is nothing."""
    return part / whole if whole > 0 else 0.0
