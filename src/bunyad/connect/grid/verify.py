"""Tables of a load flow: cases, voltages, loads, failures and checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from bunyad.connect.grid.cases import PEAK, list_injections, list_scenarios
from bunyad.connect.grid.flow import Scenario, Solved, solve_flow
from bunyad.connect.grid.limits import ROUNDING, Strain, measure_strain
from bunyad.connect.grid.result import (
    GRID_CASES,
    GRID_CHECKS,
    GRID_LOADING,
    GRID_OUTAGES,
    GRID_VOLTAGES,
    GridDesign,
    GridFlow,
)
from bunyad.options import ConnectOptions
from bunyad.tables import Schema, conform

LEAST_MW = 1e-3
"""Power below this counts as nothing."""
Row = dict[str, Any]


def verify_grid(
    design: GridDesign, injections: pd.DataFrame | None = None, *, options: ConnectOptions
) -> GridFlow:
    """
    Solve the load flow of a grid in some hours, whole and with each part out, and check it.

    Parameters
    ----------
    design
        The grid.
    injections
        Columns `case`, `bus` (grid bus), `demand_mw`, `plants_mw`; without them, the two hours
        that the grid is designed for, see `list_injections`. Batteries that charge are demand.
    options
        Limits.

    Returns
    -------
    GridFlow
        Tables; that a check does not hold is told there and is no error.

    Notes
    -----
    The checks hold failures of lines and transformers against the limits in the case `peak`
    only; the table of outages tells of all. A failure may cut off less than
    `connect.grid_ring_mw`, from where on two ways are asked for. Where the load flow has no
    solution, loads and voltages are told as 0.

    Raises
    ------
    InputError
        If an injection names a bus that is not in the grid.
    """
    hours = list_injections(design) if injections is None else injections
    scenarios = list_scenarios(design, hours, options=options)
    solved = solve_flow(design, scenarios, options=options)
    strain = measure_strain(design, scenarios, solved, options=options)
    demand = _sum_demand(hours)
    outages = _tell_outages(design, scenarios, solved, strain, options)
    return GridFlow(
        cases=_tell_cases(scenarios, solved, demand),
        voltages=_tell_voltages(design, scenarios, solved),
        loading=_tell_loading(design, scenarios, solved),
        outages=outages,
        checks=_tell_checks(design, scenarios, solved, outages, options),
    )


def _sum_demand(hours: pd.DataFrame) -> pd.DataFrame:
    """Sum demand and plants by case [MW]."""
    return hours.groupby("case", sort=False)[["demand_mw", "plants_mw"]].sum()


def _whole(scenarios: Sequence[Scenario]) -> list[tuple[int, str]]:
    """Return the scenarios without a failure: their number and case."""
    return [(n, scenario.case) for n, scenario in enumerate(scenarios) if not scenario.kind]


def _table(rows: list[Row], table: Schema) -> pd.DataFrame:
    return conform(pd.DataFrame(rows, columns=table.names()), table)


def _tell_cases(
    scenarios: Sequence[Scenario], solved: Solved, demand: pd.DataFrame
) -> pd.DataFrame:
    """Sum up each case; losses by what is used in the region and sold."""
    rows: list[Row] = []
    totals = demand.to_dict("index")
    for n, case in _whole(scenarios):
        exchange = float(solved.source_mw[n].sum())
        used = totals[case]["demand_mw"] + max(0.0, -exchange)
        losses = float(solved.branch_loss_mw[n].sum() + solved.unit_loss_mw[n].sum())
        rows.append(
            {"case": case, "demand_mw": totals[case]["demand_mw"],
             "plants_mw": totals[case]["plants_mw"], "exchange_mw": exchange,
             "losses_mw": losses, "losses_percent": 100 * losses / used if used > 0 else 0.0}
        )  # fmt: skip
    return _table(rows, GRID_CASES)


def _tell_voltages(
    design: GridDesign, scenarios: Sequence[Scenario], solved: Solved
) -> pd.DataFrame:
    """List the voltage of each bus in each whole case."""
    parts = [
        pd.DataFrame(
            {"case": case, "bus": design.buses["id"], "kv": design.buses["kv"],
             "voltage": solved.voltage[n]}
        )
        for n, case in _whole(scenarios)
    ]  # fmt: skip
    return conform(pd.concat(parts, ignore_index=True), GRID_VOLTAGES)


def _tell_loading(
    design: GridDesign, scenarios: Sequence[Scenario], solved: Solved
) -> pd.DataFrame:
    """List the load of each branch and bank in each whole case."""
    branches, banks = design.branches, design.transformers
    parts = []
    for n, case in _whole(scenarios):
        percent = 100 * solved.ampere[n] / branches["ampere"].to_numpy(float)
        parts.append(
            pd.DataFrame(
                {"case": case, "branch": branches["id"], "kind": branches["kind"],
                 "flow_mw": solved.branch_mw[n], "loading_percent": percent,
                 "losses_mw": solved.branch_loss_mw[n]}
            )
        )  # fmt: skip
        parts.append(
            pd.DataFrame(
                {"case": case, "branch": banks["id"], "kind": "transformer",
                 "flow_mw": solved.unit_mw[n], "loading_percent": 100 * solved.unit_load[n],
                 "losses_mw": solved.unit_loss_mw[n]}
            )
        )  # fmt: skip
    return conform(pd.concat([part for part in parts if len(part)], ignore_index=True),
                   GRID_LOADING)  # fmt: skip


def _tell_outages(
    design: GridDesign,
    scenarios: Sequence[Scenario],
    solved: Solved,
    strain: Strain,
    options: ConnectOptions,
) -> pd.DataFrame:
    """Tell for each failure who is cut off and how far the rest goes towards its limits."""
    names = {
        "mesh": design.branches["id"],
        "transformer": design.transformers["id"],
        "source": design.sources["id"],
    }
    every = pd.concat([design.branches["id"], design.transformers["id"]], ignore_index=True)
    high = design.buses["kv"].to_numpy(float) > options.distribution_kv
    rows: list[Row] = []
    for n, scenario in enumerate(scenarios):
        if not scenario.kind:
            continue
        loads = np.concatenate([strain.branch[n], strain.unit[n]]) * solved.converged[n]
        worst = int(loads.argmax()) if loads.size else -1
        fed = solved.voltage[n][high & (solved.voltage[n] > 0)]
        dark = solved.voltage[n] == 0
        unserved = float(np.maximum(scenario.active_mw, 0)[dark].sum())
        keeps = bool(
            solved.converged[n]
            and (loads <= 1 + ROUNDING).all()
            and (strain.voltage[n] <= 1 + ROUNDING).all()
        )
        rows.append(
            {"case": scenario.case, "out": str(names[scenario.kind].iloc[scenario.out]),
             "kind": scenario.kind, "unserved_mw": unserved,
             "worst_loading_percent": 100 * float(loads[worst]) if worst >= 0 else 0.0,
             "worst_branch": str(every.iloc[worst]) if worst >= 0 else "",
             "lowest_voltage": float(fed.min()) if fed.size else 0.0,
             "highest_voltage": float(fed.max()) if fed.size else 0.0,
             "holds": keeps and unserved < max(options.grid_ring_mw, LEAST_MW)}
        )  # fmt: skip
    return _table(rows, GRID_OUTAGES)


def _tell_checks(
    design: GridDesign,
    scenarios: Sequence[Scenario],
    solved: Solved,
    outages: pd.DataFrame,
    options: ConnectOptions,
) -> pd.DataFrame:
    """Hold the whole cases and the failures against the limits, in a few rows."""
    rows: list[Row] = []
    kv = design.buses["kv"].to_numpy(float)
    high = kv > options.distribution_kv
    for n, case in _whole(scenarios):
        bands = (
            ("medium voltage", ~high, options.grid_medium_band),
            ("high voltage", high, options.grid_high_band),
        )
        for name, chosen, band in bands:
            off = np.abs(solved.voltage[n] - 1) * 100
            rows.append(_check(name, case, off[chosen], 100 * band, design.buses["id"][chosen]))
        percent = 100 * solved.ampere[n] / design.branches["ampere"].to_numpy(float)
        rows.append(_check("load of lines", case, percent, 100.0, design.branches["id"]))
        rows.append(
            _check("load of transformers", case, 100 * solved.unit_load[n], 100.0,
                   design.transformers["id"])
        )  # fmt: skip
        power = solved.source_mw[n]
        limit = np.where(power >= 0, design.sources["import_mw"], design.sources["export_mw"])
        use = 100 * np.abs(power) / np.maximum(limit, LEAST_MW)
        rows.append(_check("interconnectors", case, use, 100.0, design.sources["id"]))
    for kind, failed in outages[outages["case"] == PEAK].groupby("kind", sort=False):
        fails = failed[~failed["holds"]]
        rows.append(
            {"check": f"{kind} out", "case": PEAK, "holds": not len(fails), "worst": len(fails),
             "limit": 0.0, "unit": "failures", "where": ", ".join(fails["out"])}
        )  # fmt: skip
    return _table(rows, GRID_CHECKS)


def _check(name: str, case: str, values: Any, limit: float, places: pd.Series[str]) -> Row:
    """Return the row of one limit; a load flow that did not converge does not hold."""
    found = np.nan_to_num(np.asarray(values, float), nan=np.inf)
    worst = int(found.argmax()) if found.size else -1
    value = float(found[worst]) if found.size else 0.0
    return {
        "check": name, "case": case, "holds": value <= limit * (1 + ROUNDING), "worst": value,
        "limit": limit, "unit": "%", "where": str(places.iloc[worst]) if found.size else "",
    }  # fmt: skip
