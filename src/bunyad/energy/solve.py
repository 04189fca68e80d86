"""Find the least-cost system with HiGHS."""

from __future__ import annotations

from typing import Any

import linopy
import pandas as pd
import pypsa

from bunyad.energy.batteries import battery_income
from bunyad.energy.clash import add_missing_power, explain_clash, missing_mwh
from bunyad.energy.costs import battery_cost_usd_per_mw
from bunyad.energy.inputs import EnergyInputs
from bunyad.energy.silence import silent
from bunyad.energy.system import EXPORT, IMPORT, RENEWABLE_SHARE, build_network
from bunyad.energy.weeks import HOURS_PER_WEEK
from bunyad.errors import InfeasibleError
from bunyad.options.energy import EnergyOptions

SOLVER_OPTIONS: dict[str, Any] = {"threads": 1, "solver": "simplex"}
"""
Dual simplex on one thread: the same bytes each time, and the quickest of those that HiGHS has.

On the built-in region (840 hours, 20 buses, 111 sites; no battery) it takes 8 s. Interior point
with or without crossover, with a battery at each bus, was not done after 200 s.
"""
PRICE_DIGITS = 6
"""Buses whose prices agree to a millionth of a US$/MWh are of one price area."""
BATTERIES_A_ROUND = 3
"""Batteries added at once; fewer rounds against larger ones."""
GAIN = 1e-4
"""Least gain of a battery by its cost; smaller ones are rounding of the solver."""


def solve_least_cost(inputs: EnergyInputs, *, options: EnergyOptions, name: str) -> pypsa.Network:
    """
    Find the least-cost system.

    Batteries make the problem slow and are often not worth their cost, so they come in one
    after the other: the system is solved without any; at the prices found, the most that a
    battery could earn at each bus is held against its cost; where it pays, one is added, and
    so on until none pays. The end is the optimum with a battery allowed at every bus (delayed
    column generation: Desrosiers and Lübbecke 2005, A Primer in Column Generation,
    doi:10.1007/0-387-25486-2_1).

    Parameters
    ----------
    inputs
        What the system is made of.
    options
        Prices, costs and the least renewable share.
    name
        Name of the network.

    Returns
    -------
    pypsa.Network
        The solved network. Buses where a battery would not pay have none.

    Raises
    ------
    InfeasibleError
        If demand cannot be met within the rules.
    """
    batteries: tuple[str, ...] = ()
    while True:
        n = build_network(inputs, options=options, name=name, batteries=batteries)
        if not _solve(n, inputs, options):
            batteries = _batteries_for_supply(inputs, batteries, options=options)
            continue
        cost = battery_cost_usd_per_mw(options)
        paying = _paying_buses(n, options, cost=cost, wear=options.battery_wear_usd_per_mwh)
        added = tuple(bus for bus in paying if bus not in batteries)
        if not added:
            return n
        batteries += added[:BATTERIES_A_ROUND]


def _batteries_for_supply(
    inputs: EnergyInputs, batteries: tuple[str, ...], *, options: EnergyOptions
) -> tuple[str, ...]:
    """
    Return buses with batteries at which demand can be met.

    All costs are 0 but that of missing power, which is to be had at every bus; batteries are
    added where they lessen it.
    """
    while True:
        n = build_network(inputs, options=options, name="supply", batteries=batteries)
        add_missing_power(n)
        solved = _solve(n, inputs, options)
        assert solved, "a system with missing power allowed has always a solution"
        if missing_mwh(n) <= GAIN * float(inputs.demand_mw.sum().sum()):
            return batteries
        paying = _paying_buses(n, options, cost=GAIN, wear=0)
        added = tuple(bus for bus in paying if bus not in batteries)
        if not added:
            raise explain_clash(n, inputs, options=options)
        batteries += added[:BATTERIES_A_ROUND]


def _solve(n: pypsa.Network, inputs: EnergyInputs, options: EnergyOptions) -> bool:
    """Solve a network at least cost; return False if there is no solution."""
    if _bare_buses(n):
        return False
    with silent():
        model = n.optimize.create_model(include_objective_constant=False)
        _keep_weeks_neutral(n, model)
        _limit_net_import(n, model, inputs, options.min_renewable_share)
        status, condition = model.solve(solver_name="highs", io_api="direct", **SOLVER_OPTIONS)
        if condition in {"infeasible", "infeasible_or_unbounded"}:
            return False
        if (status, condition) != ("ok", "optimal"):
            raise InfeasibleError(
                f"the solver stopped without an answer ({condition})",
                clashing=("energy.weeks_per_year",),
                mend="plan with fewer weeks per year, and report the case",
            )
        n.optimize.assign_solution()
        n.optimize.assign_duals()
        n.optimize.post_processing()
    return True


def _bare_buses(n: pypsa.Network) -> set[str]:
    """Return buses that need power and have nothing that could bring it; PyPSA takes none."""
    demand = n.loads_t.p_set.max()
    reached = {*n.generators.bus, *n.lines.bus0, *n.lines.bus1, *n.storage_units.bus}
    return {str(bus) for bus in demand.index[demand > 0]} - reached


def _keep_weeks_neutral(n: pypsa.Network, model: linopy.Model) -> None:
    """
    Let every battery end each week at the level at which it began.

    PyPSA joins the first hour of a week to the last one of the week before, and the first of
    all to the last of all; so the levels at the ends of all weeks are made equal.
    """
    if n.storage_units.empty:
        return
    level = model.variables["StorageUnit-state_of_charge"]
    ends = n.snapshots[HOURS_PER_WEEK - 1 :: HOURS_PER_WEEK]
    for number in range(1, len(ends)):
        model.add_constraints(
            level.sel(snapshot=ends[number]) - level.sel(snapshot=ends[0]) == 0,
            name=f"neutral-{number}",
        )


def _limit_net_import(
    n: pypsa.Network, model: linopy.Model, inputs: EnergyInputs, min_renewable_share: float
) -> None:
    """
    Hold the renewable share: imports less exports are at most the rest of the year's demand.

    As supply equals demand, this is renewable generation less storage losses ≥ share × demand.
    """
    ties = inputs.interconnectors.index
    if ties.empty:
        return
    hours = n.snapshot_weightings.generators
    power = model.variables["Generator-p"]
    energy = {
        kind: (power.sel(name=[f"{kind} {tie}" for tie in ties]) * hours).sum()
        for kind in (IMPORT, EXPORT)
    }
    demand = float(inputs.demand_mw.sum(axis=1).to_numpy() @ hours.to_numpy())
    model.add_constraints(
        energy[IMPORT] - energy[EXPORT] <= (1 - min_renewable_share) * demand,
        name=RENEWABLE_SHARE,
    )


def _paying_buses(
    n: pypsa.Network, options: EnergyOptions, *, cost: float, wear: float
) -> list[str]:
    """Return buses where a battery earns more than its cost, one a price area, best first."""
    prices = n.buses_t.marginal_price.round(PRICE_DIGITS).T.drop_duplicates().T
    hours = n.snapshot_weightings.objective.to_numpy()
    income = pd.Series(
        {
            bus: battery_income(
                prices[bus].to_numpy(), hours, options=options, wear_usd_per_mwh=wear
            )
            for bus in prices
        }
    )
    paying = income[income > cost * (1 + GAIN) + GAIN]
    return [str(bus) for bus in paying.sort_values(ascending=False, kind="stable").index]
