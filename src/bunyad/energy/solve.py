"""Find the least-cost system with HiGHS."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import linopy
import pandas as pd
import pypsa

from bunyad.energy.batteries import battery_income
from bunyad.energy.clash import add_missing_power, explain_clash, missing_mwh
from bunyad.energy.costs import battery_cost_usd_per_mw
from bunyad.energy.inputs import EnergyInputs
from bunyad.energy.silence import silent
from bunyad.energy.system import EXPORT, IMPORT, OWN_SHARE, RENEWABLE_SHARE, build_network
from bunyad.energy.weeks import HOURS_PER_WEEK
from bunyad.errors import InfeasibleError
from bunyad.options.energy import EnergyOptions

SOLVER_OPTIONS: dict[str, Any] = {"threads": 1, "solver": "simplex"}
"""
Dual simplex on one thread: the same bytes each time, and the quickest of those that HiGHS has.

On the built-in region (840 hours, 20 buses, 111 sites) interior point with or without crossover,
with a battery at each bus, was not done after 200 s.
"""
PRICE_DIGITS = 6
"""Buses whose prices agree to a millionth of a US$/MWh are of one price area."""
BATTERIES_A_ROUND = 1
"""Batteries added at once; fewer rounds against larger ones."""
SITES_A_ROUND = 12
"""Sites added at once."""
GAIN = 1e-4
"""Least gain of a battery or a plant by its cost; smaller ones are rounding of the solver."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What may be built: batteries at some buses and plants at some sites."""

    batteries: tuple[str, ...]
    sites: tuple[str, ...]


def solve_least_cost(inputs: EnergyInputs, *, options: EnergyOptions, name: str) -> pypsa.Network:
    """
    Find the least-cost system.

    Most sites and batteries are not worth their cost, and each makes the problem larger, so
    they come in one after the other: the system is solved with a few; at the prices found, the
    most that each of the others could earn is held against its cost; those that pay are added,
    and so on until none pays. The end is the optimum with every site and a battery at every bus
    allowed (delayed column generation: Desrosiers and Lübbecke 2005, A Primer in Column
    Generation, doi:10.1007/0-387-25486-2_1).

    Parameters
    ----------
    inputs
        What the system is made of.
    options
        Prices, costs, the least renewable share and the least own share.
    name
        Name of the network.

    Returns
    -------
    pypsa.Network
        The solved network, without the sites and batteries that would not pay.

    Raises
    ------
    InfeasibleError
        If demand cannot be met within the rules.
    """
    every = tuple(inputs.plants.index)
    parts = _Parts(batteries=(), sites=_first_sites(inputs))
    while True:
        chosen = _with_sites(inputs, parts.sites)
        n = build_network(chosen, options=options, name=name, batteries=parts.batteries)
        if not _solve(n, chosen, options):
            if len(parts.sites) < len(every):
                parts = replace(parts, sites=every)
            else:
                found = _batteries_for_supply(inputs, parts.batteries, options=options)
                parts = replace(parts, batteries=found)
            continue
        cost = battery_cost_usd_per_mw(options)
        paying = _paying_buses(n, options, cost=cost, wear=options.battery_wear_usd_per_mwh)
        added = [bus for bus in paying if bus not in parts.batteries][:BATTERIES_A_ROUND]
        sites = _paying_sites(n, inputs, parts.sites)[:SITES_A_ROUND]
        if not added and not sites:
            return n
        parts = _Parts(batteries=(*parts.batteries, *added), sites=(*parts.sites, *sites))


def _first_sites(inputs: EnergyInputs) -> tuple[str, ...]:
    """
    Return the sites to begin with.

    They are the plants that stand and, of each technology, the new sites of least cost a MWh
    until their energy covers the year's demand.
    """
    plants = inputs.plants
    hours = inputs.snapshots.hours_per_year.to_numpy()
    demand = float(hours @ inputs.demand_mw.sum(axis=1).to_numpy())
    per_mw = pd.Series(hours @ inputs.profiles[plants.index].to_numpy(), index=plants.index)
    first = list(plants.index[plants.is_existing])
    for _, sites in plants[~plants.is_existing & (per_mw > 0)].groupby("technology"):
        cost = (sites.yearly_usd_per_mw / per_mw[sites.index]).sort_values(kind="stable")
        energy = (sites.capacity_mw * per_mw[sites.index])[cost.index]
        first += list(cost.index[(energy.cumsum() - energy) < demand])
    return tuple(first)


def _with_sites(inputs: EnergyInputs, sites: tuple[str, ...]) -> EnergyInputs:
    """Return the inputs with some of their sites, in the order of the inputs."""
    keep = inputs.plants.index[inputs.plants.index.isin(sites)]
    return replace(inputs, plants=inputs.plants.loc[keep], profiles=inputs.profiles[keep])


def _paying_sites(n: pypsa.Network, inputs: EnergyInputs, sites: tuple[str, ...]) -> list[str]:
    """Return sites that would earn more than their cost at the prices found, best first."""
    others = inputs.plants[~inputs.plants.index.isin(sites)]
    if others.empty:
        return []
    prices = n.buses_t.marginal_price[others.bus].clip(lower=0).to_numpy()
    hours = n.snapshot_weightings.objective.to_numpy()
    income = hours @ (prices * inputs.profiles[others.index].to_numpy())
    gain = pd.Series(income, index=others.index) / others.yearly_usd_per_mw
    paying = gain[gain > 1 + GAIN].sort_values(ascending=False, kind="stable")
    return [str(site) for site in paying.index]


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
        _limit_trade(n, model, inputs, options)
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


def _limit_trade(
    n: pypsa.Network, model: linopy.Model, inputs: EnergyInputs, options: EnergyOptions
) -> None:
    """
    Hold the renewable share and the own share of the year's demand.

    For the renewable share, imports less exports are at most the rest of demand; as supply
    equals demand, this is renewable generation less storage losses ≥ share × demand. For the
    own share, imports alone are at most the rest.
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
        energy[IMPORT] - energy[EXPORT] <= (1 - options.min_renewable_share) * demand,
        name=RENEWABLE_SHARE,
    )
    model.add_constraints(energy[IMPORT] <= (1 - options.min_own_share) * demand, name=OWN_SHARE)


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
