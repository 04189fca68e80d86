"""Say which rules leave a system without an answer."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import pypsa

from bunyad.energy.inputs import EnergyInputs
from bunyad.energy.silence import silent
from bunyad.energy.system import EXPORT, IMPORT, OWN_SHARE, RENEWABLE_SHARE
from bunyad.errors import InfeasibleError
from bunyad.options.energy import EnergyOptions

MISSING = "missing"
NAMES_SHOWN = 3
"""Names that a message lists before it says how many more there are."""
BINDS = 1e-6
"""Least shadow price of a rule that binds, where a missing MWh costs 1."""


@silent()
def add_missing_power(n: pypsa.Network) -> None:
    """
    Make a network one that always has a solution: missing power is the only thing that costs.

    This is the elastic form of the rules (Chinneck 2008, Feasibility and Infeasibility in
    Optimization, chapter 6).
    """
    n.generators["capital_cost"] = 0.0
    n.generators["marginal_cost"] = 0.0
    n.lines["capital_cost"] = 0.0
    n.storage_units["capital_cost"] = 0.0
    n.storage_units["marginal_cost"] = 0.0
    n.add("Carrier", MISSING)
    n.add(
        "Generator",
        [f"{MISSING} {bus}" for bus in n.buses.index],
        bus=n.buses.index,
        carrier=MISSING,
        p_nom=n.loads_t.p_set.max().max(),
        marginal_cost=1.0,
    )


def missing_mwh(n: pypsa.Network) -> float:
    """Return the energy that is missing over the year [MWh]."""
    hours = n.snapshot_weightings.generators.to_numpy()
    return float(_missing_mw(n).sum(axis=1).to_numpy() @ hours)


def explain_clash(
    n: pypsa.Network, inputs: EnergyInputs, *, options: EnergyOptions
) -> InfeasibleError:
    """
    Name the rules that clash, from a solved network of `add_missing_power`.

    They are those whose shadow price is not 0: power would be missing less if one were relaxed.
    """
    power = _missing_mw(n)
    short = power.sum()[lambda energy: energy > BINDS].sort_values(ascending=False)
    is_short = power.sum(axis=1) > BINDS
    names = inputs.buses.name.reindex(short.index)
    rules = _binding_rules(n, options)
    if not rules:
        rules = {f"demand at {_listed(names)}": "join it to a power line, a plant or a tie"}
    return InfeasibleError(
        f"demand cannot be met: {missing_mwh(n):,.0f} MWh a year are missing at "
        f"{_listed(names)}, in {int(is_short.sum())} of {len(power)} modelled hours, at most "
        f"{power.sum(axis=1).max():,.2f} MW",
        clashing=rules,
        mend="; or ".join(rules.values()),
    )


def _missing_mw(n: pypsa.Network) -> pd.DataFrame:
    """Return missing power by hour and bus [MW]."""
    power: pd.DataFrame = n.generators_t.p[[f"{MISSING} {bus}" for bus in n.buses.index]]
    return power.set_axis(n.buses.index, axis=1)


def _binding_rules(n: pypsa.Network, options: EnergyOptions) -> dict[str, str]:
    """Return the rules that bind, each with what would relax it."""
    rules: dict[str, str] = {}
    if _binding(n, RENEWABLE_SHARE):
        rules[f"energy.min_renewable_share = {options.min_renewable_share:g}"] = (
            "lower energy.min_renewable_share"
        )
    if _binding(n, OWN_SHARE):
        rules[f"energy.min_own_share = {options.min_own_share:g}"] = "lower energy.min_own_share"
    ties = [name for name in _binding(n, "Generator-fix-p-upper") if name.startswith(f"{IMPORT} ")]
    if ties:
        rules[f"import_mw of {_listed(name.removeprefix(f'{IMPORT} ') for name in ties)}"] = (
            "raise import_mw of the interconnectors"
        )
    elif not (n.generators.carrier == EXPORT).any():
        rules["no interconnector"] = "add an interconnector to the region"
    lines = [
        name
        for rule in ("Line-ext-s_nom-upper", "Line-fix-s-upper", "Line-fix-s-lower")
        for name in _binding(n, rule)
    ]
    if lines:
        rules[f"capacity of {_listed(sorted(set(lines)))}"] = (
            f"raise energy.line_max_factor (now {options.line_max_factor:g})"
        )
    sites = _binding(n, "Generator-ext-p_nom-upper")
    if sites:
        rules[f"land for {_listed(sites)}"] = "allow more land in the options of `potential`"
    return rules


def _binding(n: pypsa.Network, rule: str) -> list[str]:
    """Return the names for which a constraint of the model binds."""
    if rule not in n.model.constraints:
        return []
    price = abs(n.model.constraints[rule].dual)
    if "snapshot" in price.dims:
        price = price.max("snapshot")
    if not price.dims:
        return [rule] if float(price) > BINDS else []
    return [str(name) for name in price.coords["name"].values[price.values > BINDS]]


def _listed(names: Iterable[str]) -> str:
    """List the first names, and how many more there are."""
    every = list(names)
    more = len(every) - NAMES_SHOWN
    return ", ".join(every[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
