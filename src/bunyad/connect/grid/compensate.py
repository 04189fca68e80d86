"""Compensators: reactive power at substations, where an interconnector's failure asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from bunyad.connect.grid.cases import list_scenarios
from bunyad.connect.grid.flow import Scenario, Solved, solve_flow
from bunyad.connect.grid.limits import ROUNDING, Strain, is_binding, measure_strain
from bunyad.connect.grid.result import GRID_BUSES, GridDesign
from bunyad.options import ConnectOptions
from bunyad.tables import conform

KVAR_PER_MVAR = 1e3


def add_compensators(
    design: GridDesign, hours: pd.DataFrame, *, options: ConnectOptions
) -> GridDesign:
    """
    Add compensators until no voltage is too low while an interconnector is out at the peak.

    In steps: where there is a load flow, each substation with a bus that is too low gets one;
    where the voltage breaks down, each substation with demand does. What they cannot mend is
    left to stronger lines.

    Parameters
    ----------
    design
        The grid.
    hours
        Injections as `verify_grid` takes them.
    options
        Size of a step, most at one substation, and whether the failures bind at all.
    """
    while True:
        every = list_scenarios(design, hours, options=options)
        chosen = [one for one in every if not one.kind or is_source_failure(one, options)]
        if all(not one.kind for one in chosen):
            return design
        solved = solve_flow(design, chosen, options=options)
        strain = measure_strain(design, chosen, solved, options=options)
        stations = _find_low(design, chosen, solved, strain)
        buses = design.buses.copy()
        grows = top_busbars(buses) & buses["station"].isin(stations)
        grows &= buses["compensator_mvar"] < options.grid_compensator_most_mvar - ROUNDING
        if not grows.any():
            return design
        buses.loc[grows, "compensator_mvar"] += options.grid_compensator_step_mvar
        design = replace(design, buses=conform(buses, GRID_BUSES))


def is_source_failure(scenario: Scenario, options: ConnectOptions) -> bool:
    """Tell whether an interconnector is out where limits bind."""
    return scenario.kind == "source" and is_binding(scenario, options=options)


def _find_low(
    design: GridDesign, scenarios: Sequence[Scenario], solved: Solved, strain: Strain
) -> set[str]:
    """Name the substations whose voltage is too low in a failure."""
    station = design.buses["station"]
    found: set[str] = set()
    for n, scenario in enumerate(scenarios):
        if not scenario.kind:
            continue
        is_low = (strain.voltage[n] > 1 + ROUNDING) & (solved.voltage[n] < 1)
        if not solved.converged[n]:
            is_low = (design.buses["peak_mw"] > 0).to_numpy()
        found |= set(station[is_low])
    return found


def top_busbars(buses: pd.DataFrame) -> pd.Series[bool]:
    """Tell which bus is the busbar of highest voltage of its substation."""
    busbars = buses["kind"] == "busbar"
    highest = buses["kv"].where(busbars).groupby(buses["station"]).transform("max")
    return busbars & (buses["kv"] == highest)


def price_compensators(design: GridDesign, *, options: ConnectOptions) -> pd.Series[float]:
    """Return the cost of compensators by substation [US$]."""
    mvar = design.buses.groupby("station")["compensator_mvar"].sum()
    return mvar * KVAR_PER_MVAR * options.grid_compensator_usd_per_kvar
