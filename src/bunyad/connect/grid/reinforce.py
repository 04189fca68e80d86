"""Strengthen a drafted grid until its load flow keeps to all limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bunyad.connect.grid.cases import list_injections, list_scenarios
from bunyad.connect.grid.catalogue import Rung, build_ladder
from bunyad.connect.grid.compensate import add_compensators
from bunyad.connect.grid.design import describe_bank, describe_rung
from bunyad.connect.grid.flow import Array, Solved, solve_flow
from bunyad.connect.grid.limits import ROUNDING, Strain, is_binding, measure_strain
from bunyad.connect.grid.result import GRID_BRANCHES, GRID_TRANSFORMERS, GridDesign
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions
from bunyad.tables import conform


def reinforce_grid(
    design: GridDesign, injections: pd.DataFrame | None = None, *, options: ConnectOptions
) -> GridDesign:
    """
    Make lines and transformers stronger until all limits hold.

    The limits: in the peak hour, at reverse flow and in all hours given, no branch over 100 %,
    medium and high voltages within their bands; in the peak hour with any line between
    substations or any transformer out, all that is still fed keeps to its (wider) limits. Each
    round makes every overloaded part as strong as its load asks for; where only a voltage is
    off, the line that loses most on the way to the worst bus gets one step stronger. While an
    interconnector is out at the peak, compensators hold the voltage before lines do.

    Parameters
    ----------
    design
        The draft.
    injections
        Hours as `verify_grid` takes them; without them, the two that the grid is designed for.
    options
        Limits.

    Raises
    ------
    InfeasibleError
        Naming the branches or buses at fault, if the strongest lines do not do. The failure of
        an interconnector that nothing mends is no error: the checks tell it.
    """
    hours = list_injections(design) if injections is None else injections
    try:
        return _reinforce(design, hours, options)
    except InfeasibleError:
        if not options.grid_source_n1 or len(design.sources) < 2:
            raise
        return _reinforce(design, hours, options.model_copy(update={"grid_source_n1": False}))


def _reinforce(design: GridDesign, hours: pd.DataFrame, options: ConnectOptions) -> GridDesign:
    """Strengthen part by part, round by round."""
    # Failures are looked at once the whole grid holds: that is most of the work.
    with_outages = False
    for _ in range(options.grid_rounds):
        scenarios = [
            scenario
            for scenario in list_scenarios(
                design, hours, options=options, with_outages=with_outages
            )
            if is_binding(scenario, options=options)
        ]
        solved = solve_flow(design, scenarios, options=options)
        strain = measure_strain(design, scenarios, solved, options=options)
        stronger = _relieve_loads(design, solved, strain, options)
        if stronger is None:
            stronger = _relieve_voltages(design, solved, strain, options)
        if stronger is None and with_outages:
            return design
        if stronger is None:
            with_outages, stronger = True, add_compensators(design, hours, options=options)
        design = stronger
    worst = _name_worst(design, strain)
    raise _out_of_strength(worst, "connect.grid_rounds")


def adopt_capacity(
    design: GridDesign, capacity_mw: Mapping[str, float], *, options: ConnectOptions
) -> GridDesign:
    """
    Make lines strong enough for capacities, or as strong as the catalogue has them.

    Parameters
    ----------
    design
        The grid.
    capacity_mw
        Thermal limit by branch [MW]; branches that are not named stay as they are.
    options
        Prices.
    """
    branches = design.branches.copy()
    for row, name, ampere, capacity in zip(
        range(len(branches)), branches["id"], branches["ampere"], branches["capacity_mw"],
        strict=True,
    ):  # fmt: skip
        wanted = float(ampere) * capacity_mw.get(name, 0.0) / float(capacity)
        if wanted <= float(ampere) * (1 + ROUNDING):
            continue
        ladder = _ladder(branches.iloc[row], options)
        strong = [rung for rung in ladder if rung.ampere >= wanted * (1 - ROUNDING)]
        _set_rung(branches, row, (strong or ladder[-1:])[0])
    return replace(design, branches=conform(branches, GRID_BRANCHES))


def _set_rung(branches: pd.DataFrame, row: int, rung: Rung) -> None:
    """Put a line's new conductors into the table, in place."""
    branch = branches.iloc[row]
    values = describe_rung(rung, float(branch["length_km"]), float(branch["terrain_factor"]))
    for name, value in values.items():
        branches.loc[branches.index[row], name] = value


def _relieve_loads(
    design: GridDesign, solved: Solved, strain: Strain, options: ConnectOptions
) -> GridDesign | None:
    """Make each overloaded line and bank strong enough for its highest load."""
    bound = strain.binding & solved.converged
    ampere = np.nan_to_num(solved.ampere)[bound].max(axis=0, initial=0.0)
    over = np.flatnonzero(strain.branch[bound].max(axis=0, initial=0.0) > 1 + ROUNDING)
    banks = np.flatnonzero(strain.unit[bound].max(axis=0, initial=0.0) > 1 + ROUNDING)
    if not len(over) and not len(banks):
        return None
    if len(over):
        design = _raise_lines(design, over, ampere, options)
    if len(banks):
        design = _raise_banks(design, banks, strain.unit[bound].max(axis=0), options)
    return design


def _relieve_voltages(
    design: GridDesign, solved: Solved, strain: Strain, options: ConnectOptions
) -> GridDesign | None:
    """Strengthen the line that loses most voltage on the way to the worst bus."""
    voltage = np.where(strain.binding[:, None], strain.voltage, 0.0)
    if voltage.max() <= 1 + ROUNDING:
        return None
    weak: set[int] = set()
    for scenario in np.flatnonzero(voltage.max(axis=1) > 1 + ROUNDING).tolist():
        bus = str(design.buses["id"].iloc[int(voltage[scenario].argmax())])
        row = _find_weak_line(design, bus, solved, scenario, options)
        if row is None:
            raise _out_of_strength(bus, "connect.grid_high_band")
        weak.add(row)
    return _raise_lines(design, sorted(weak), np.zeros(len(design.branches)), options)


def _find_weak_line(
    design: GridDesign, bus: str, solved: Solved, scenario: int, options: ConnectOptions
) -> int | None:
    """Return the line that loses most on the way to a bus, of those that can be stronger."""
    branches = design.branches
    rows = np.arange(len(branches))
    if not solved.converged[scenario]:
        gap = branches["reactance_ohm"].to_numpy(float)
    else:
        number = {name: row for row, name in enumerate(design.buses["id"])}
        u = solved.voltage[scenario]
        gap = np.abs(u[branches["from_bus"].map(number)] - u[branches["to_bus"].map(number)])
        rows = _way_of(design, bus, solved.ampere[scenario])
    for row in sorted(rows, key=lambda row: -gap[row]):
        if _step(branches.iloc[row], options) + 1 < len(_ladder(branches.iloc[row], options)):
            return int(row)
    return None


def _way_of(design: GridDesign, bus: str, ampere: Array) -> NDArray[np.int64]:
    """Return the lines on the way of least reactance from the interconnectors to a bus."""
    net: nx.MultiGraph[str] = nx.MultiGraph()
    branches = design.branches
    for row, (start, end, ohm, kv) in enumerate(
        zip(branches["from_bus"], branches["to_bus"], branches["reactance_ohm"], branches["kv"],
            strict=True)
    ):  # fmt: skip
        if ampere[row] > 0:
            net.add_edge(start, end, row=row, weight=ohm / kv**2)
    for start, end in zip(
        design.transformers["hv_bus"], design.transformers["lv_bus"], strict=True
    ):
        net.add_edge(start, end, row=-1, weight=0.0)
    roots = {source for source in design.sources["bus"] if source in net}
    if bus not in net or not roots:
        return np.empty(0, np.int64)
    way: Any = nx.multi_source_dijkstra(net, roots, target=bus)[1]
    rows = [
        min(net.get_edge_data(a, b).values(), key=lambda edge: edge["weight"])["row"]
        for a, b in pairwise(way)
    ]
    return np.array([row for row in rows if row >= 0], np.int64)


def _raise_lines(
    design: GridDesign, rows: Iterable[Any], ampere: Array, options: ConnectOptions
) -> GridDesign:
    """Make lines at least one step stronger, and strong enough for a current."""
    branches = design.branches.copy()
    for row in rows:
        branch = branches.iloc[row]
        ladder = _ladder(branch, options)
        enough = [
            rung for rung in ladder[_step(branch, options) + 1 :] if rung.ampere >= ampere[row]
        ]
        if not enough:
            raise _out_of_strength(str(branch["id"]), "connect.grid_most_circuits")
        _set_rung(branches, row, enough[0])
    return replace(design, branches=conform(branches, GRID_BRANCHES))


def _raise_banks(
    design: GridDesign, rows: Iterable[Any], load: Array, options: ConnectOptions
) -> GridDesign:
    """Replace banks by larger ones for their load, which is given by the size they have."""
    banks = design.transformers.copy()
    stands = set(banks.loc[banks["capex_usd"] == 0, "id"])
    for row in rows:
        bank = banks.iloc[row]
        size = float(bank["mva"] * bank["count"])
        values = describe_bank(
            float(bank["hv_kv"]), float(bank["lv_kv"]), load_mva=size * float(load[row]),
            free=str(bank["id"]) in stands, options=options,
        )  # fmt: skip
        for name, value in values.items():
            banks.loc[banks.index[row], name] = value
    return replace(design, transformers=conform(banks, GRID_TRANSFORMERS))


def _ladder(branch: Any, options: ConnectOptions) -> tuple[Rung, ...]:
    return build_ladder(float(branch["kv"]), options=options)


def _step(branch: Any, options: ConnectOptions) -> int:
    """Return the step of the ladder that a branch stands on."""
    amperes = [rung.ampere for rung in _ladder(branch, options)]
    return int(np.searchsorted(amperes, float(branch["ampere"]) * (1 - ROUNDING)))


def _name_worst(design: GridDesign, strain: Strain) -> str:
    """Name the part that is furthest beyond its limit."""
    parts = [
        (strain.branch, design.branches["id"]),
        (strain.unit, design.transformers["id"]),
        (strain.voltage, design.buses["id"]),
    ]
    found = [
        (float(values[strain.binding].max(axis=0)[column]), str(names.iloc[column]))
        for values, names in parts
        if values.size
        for column in [int(values[strain.binding].max(axis=0).argmax())]
    ]
    return max(found)[1]


def _out_of_strength(name: str, option: str) -> InfeasibleError:
    return InfeasibleError(
        f"no line or transformer of the catalogue keeps {name} within its limits",
        clashing=(option, "connect.grid_site_share"),
        mend=f"raise {option}, lower connect.grid_site_share, or add substations by a smaller "
        "connect.bus_radius_km",
    )
