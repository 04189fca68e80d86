"""Find the least-cost system with HiGHS."""

from __future__ import annotations

import pypsa

from bunyad.energy.inputs import EnergyInputs
from bunyad.energy.system import EXPORT, IMPORT, silence
from bunyad.energy.weeks import HOURS_PER_WEEK

SOLVER_OPTIONS = {"output_flag": False, "threads": 1, "solver": "ipm", "run_crossover": "on"}


def solve_network(n: pypsa.Network, inputs: EnergyInputs, *, min_renewable_share: float) -> bool:
    """
    Solve the network at least cost; return whether there is a solution.

    Parameters
    ----------
    n
        Network of `build_network`; it takes up the solution.
    inputs
        What the network was built from.
    min_renewable_share
        Least share of renewable energy in the year's demand [-].
    """
    with silence():
        model = n.optimize.create_model(include_objective_constant=False)
        _keep_weeks_neutral(n, model)
        _limit_net_import(n, model, inputs, min_renewable_share)
        status, _ = model.solve(
            solver_name="highs", io_api="direct", log_to_console=False, **SOLVER_OPTIONS
        )
        if status != "ok":
            return False
        n.optimize.assign_solution()
        n.optimize.assign_duals()
        n.optimize.post_processing()
    return True


def _keep_weeks_neutral(n, model) -> None:
    """Let every battery end each week at the level of its start, the same in all weeks."""
    level = model.variables["StorageUnit-state_of_charge"]
    ends = list(n.snapshots[HOURS_PER_WEEK - 1 :: HOURS_PER_WEEK])
    for number, (end, following) in enumerate(zip(ends, ends[1:])):
        model.add_constraints(
            level.sel(snapshot=following) - level.sel(snapshot=end) == 0,
            name=f"week-{number + 1}-neutral",
        )


def _limit_net_import(n, model, inputs, min_renewable_share) -> None:
    ties = inputs.interconnectors.index
    if ties.empty:
        return
    hours = n.snapshot_weightings.generators
    demand = float(inputs.demand_mw.sum(axis=1) @ hours)
    p = model.variables["Generator-p"]
    imports = (p.sel(name=[f"{IMPORT} {t}" for t in ties]) * hours).sum()
    exports = (p.sel(name=[f"{EXPORT} {t}" for t in ties]) * hours).sum()
    model.add_constraints(
        imports - exports <= (1 - min_renewable_share) * demand, name="renewable-share"
    )
