"""Hold the power grid against the hours of the energy system, and strengthen it where needed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr

from bunyad.connect.grid import (
    GridDesign,
    adopt_capacity,
    list_injections,
    price_bank,
    reinforce_grid,
    spread_injections,
    verify_grid,
)
from bunyad.connect.result import Networks
from bunyad.connect.supply import read_grid
from bunyad.energy.costs import line_cost_share
from bunyad.energy.result import (
    DISPATCH_CASES,
    DISPATCH_CHECKS,
    DISPATCH_LOADING,
    DISPATCH_VOLTAGES,
    GRID_UPGRADES,
    LINE_RESULTS,
    SUMMARY,
    EnergySystem,
)
from bunyad.energy.system import BATTERY, IMPORT
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions
from bunyad.options.energy import EnergyOptions
from bunyad.tables import conform

LARGEST_DEMAND, LARGEST_EXPORT = "largest demand", "largest export"
LEAST_MW = 1e-3
"""Power below this counts as nothing."""


def check_dispatch(
    networks: Networks, energy: EnergySystem, *, grid: ConnectOptions, options: EnergyOptions
) -> EnergySystem:
    """
    Solve the load flow of the energy system's hardest hours and strengthen the grid for them.

    The hours are those of the largest demand and of the largest export. Lines first get the
    capacity that the least-cost system adds to them. Then lines and transformers are made
    stronger until the two hours and the two that the grid was designed for keep to all limits.

    Parameters
    ----------
    networks
        With the tables of the power grid; without them the energy system is returned as it is.
    energy
        The least-cost system.
    grid
        Limits and prices of the grid.
    options
        Lifetime and upkeep of lines, also used for transformers.

    Returns
    -------
    EnergySystem
        With the tables `dispatch_…` and `grid_upgrades`. What lines cost beyond the first laying
        is in `lines`, and the yearly cost of all upgrades in the system's cost. Where nothing
        in the catalogue is strong enough, the grid stays as it is, and `dispatch_checks` tells
        what does not hold: the plan is then to be made with a larger
        `connect.grid_site_share`, so that the grid is designed for more.
    """
    first = read_grid(networks)
    if first.branches.empty or first.sources.empty:
        return energy
    injections = list_dispatch(first, energy)
    capacity = dict(zip(energy.lines["id"], energy.lines["capacity_mw"], strict=True))
    design = adopt_capacity(first, capacity, options=grid)
    hours = pd.concat([list_injections(design), injections], ignore_index=True)
    try:
        final = reinforce_grid(design, hours, options=grid)
    except InfeasibleError:
        final = design
    flow = verify_grid(final, injections, options=grid)
    upgrades = list_upgrades(first, final, options=grid)
    lines = _pay_lines(energy.lines, upgrades, final)
    beyond = float(lines["added_capex_usd"].sum() - energy.lines["added_capex_usd"].sum())
    beyond += float(upgrades.loc[upgrades["kind"] != "mesh", "added_capex_usd"].sum())
    return replace(
        energy,
        lines=lines,
        summary=_add_cost(energy.summary, beyond * line_cost_share(options)),
        dispatch_cases=conform(flow.cases, DISPATCH_CASES),
        dispatch_voltages=conform(flow.voltages, DISPATCH_VOLTAGES),
        dispatch_loading=conform(flow.loading, DISPATCH_LOADING),
        dispatch_checks=conform(flow.checks, DISPATCH_CHECKS),
        grid_upgrades=upgrades,
    )


def list_dispatch(design: GridDesign, energy: EnergySystem) -> pd.DataFrame:
    """
    Return the hours of the largest demand and export, by case and grid bus, for `verify_grid`.

    The power of a technology at a substation is shared by its plants there by their capacity.
    Batteries that charge are demand, and feed in at the substation while they discharge.
    Imports and exports follow from the load flow.

    Parameters
    ----------
    design
        The grid.
    energy
        What is built, and how it runs.
    """
    dispatch = energy.dispatch
    totals = {
        LARGEST_DEMAND: dispatch.demand_mw.sum("bus").to_numpy(),
        LARGEST_EXPORT: dispatch.export_mw.sum("bus").to_numpy(),
    }
    return pd.concat(
        [
            _spread_hour(design, energy, dispatch.isel(snapshot=int(values.argmax())), case)
            for case, values in totals.items()
            if case == LARGEST_DEMAND or values.max(initial=0.0) > LEAST_MW
        ],
        ignore_index=True,
    )


def _spread_hour(
    design: GridDesign, energy: EnergySystem, hour: xr.Dataset, case: str
) -> pd.DataFrame:
    """Spread one hour over the grid buses."""
    plants = energy.plants[energy.plants["technology"] != BATTERY]
    groups = [plants["technology"], plants["bus"]]
    share = plants["capacity_mw"] / plants.groupby(groups)["capacity_mw"].transform("sum")
    made = hour.generation_mw.drop_sel(carrier=IMPORT).to_series()
    power = made.reindex(pd.MultiIndex.from_arrays(groups)).fillna(0.0).to_numpy()
    sites = dict(zip(plants["id"], share.to_numpy() * power, strict=True))
    given = zip(hour.bus.to_numpy().tolist(), hour.discharge_mw.to_numpy().tolist(), strict=True)
    stores = {bus: mw for bus, mw in given if mw > 0}
    return spread_injections(
        design,
        case=case,
        demand_mw=(hour.demand_mw + hour.charge_mw).to_series().to_dict(),
        plants_mw={**sites, **stores},
    )


def list_upgrades(first: GridDesign, final: GridDesign, *, options: ConnectOptions) -> pd.DataFrame:
    """
    List the lines and transformers that are stronger in a grid than in the one before.

    A planned part costs what the stronger one costs more. Transformers that stand are replaced,
    and the new ones cost their whole price.

    Parameters
    ----------
    first, final
        The grids, of the same parts.
    options
        Price of transformers.
    """
    station = final.buses.set_index("id")["station"]
    lines = final.branches.assign(
        station=final.branches["from_bus"].map(station),
        was=_name_lines(first.branches),
        becomes=_name_lines(final.branches),
        added_capex_usd=(final.branches["capex_usd"] - first.branches["capex_usd"]).clip(lower=0),
    )
    before, after = first.transformers, final.transformers
    stood = before["capex_usd"].to_numpy(float) == 0
    banks = after.assign(
        kind="transformer",
        station=after["lv_bus"].map(station),
        was=_name_banks(before),
        becomes=_name_banks(after),
        added_capex_usd=np.where(
            stood, price_bank(after, options=options), after["capex_usd"] - before["capex_usd"]
        ),
    )
    columns = GRID_UPGRADES.names()
    every = pd.concat([lines[columns], banks[columns]], ignore_index=True)
    return conform(every[every["was"] != every["becomes"]].reset_index(drop=True), GRID_UPGRADES)


def _name_lines(branches: pd.DataFrame) -> pd.Series[str]:
    """Name circuits and conductor of each line."""
    return branches["circuits"].astype(str) + " × " + branches["conductor"]


def _name_banks(banks: pd.DataFrame) -> pd.Series[str]:
    """Name number and size of the transformers of each bank."""
    sizes = banks["mva"].map("{:g}".format)
    return banks["count"].astype(str) + " × " + sizes + " MVA"


def _pay_lines(lines: pd.DataFrame, upgrades: pd.DataFrame, final: GridDesign) -> pd.DataFrame:
    """Give lines the capacity of their conductors and the dearer of the two added costs."""
    ours = upgrades[upgrades["kind"] == "mesh"].set_index("id")
    added = lines["id"].map(ours["added_capex_usd"]).fillna(0.0)
    capacity = lines["id"].map(final.branches.set_index("id")["capacity_mw"])
    now = np.fmax(lines["capacity_mw"], capacity.where(lines["id"].isin(ours.index)))
    return conform(
        lines.assign(
            capacity_mw=now,
            added_mw=lines["added_mw"] + now - lines["capacity_mw"],
            mean_loading=lines["mean_loading"] * lines["capacity_mw"] / now,
            added_capex_usd=np.fmax(lines["added_capex_usd"], added),
        ),
        LINE_RESULTS,
    )


def _add_cost(summary: pd.DataFrame, usd_per_year: float) -> pd.DataFrame:
    """Add a yearly cost to that of the system."""
    row = summary["key"] == "system_cost_usd_per_year"
    return conform(
        summary.assign(value=summary["value"] + np.where(row, usd_per_year, 0.0)), SUMMARY
    )
