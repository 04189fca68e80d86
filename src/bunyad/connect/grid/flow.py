"""Load flow of a grid with power-grid-model: all cases and failures as one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi, sqrt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from power_grid_model import PowerGridModel, initialize_array

from bunyad.connect.grid.result import GridDesign
from bunyad.options import ConnectOptions

ROUNDS = 12
"""Rounds in which tap changers and plants follow the voltage."""
OUTAGE_ROUNDS = 4
"""Such rounds after a failure, which begin where the whole grid stood."""
TOLERANCE = 1e-7
"""Largest change of a voltage in the last iteration, by the nominal voltage."""
HASTE = 0.15
"""Part of its reactive power that a plant changes a round for each band of voltage."""
IDLE_PERCENT = 0.5
"""Current of a transformer without load, by its nominal current [%]; a typical value."""
WYE = 1
"""Windings without shift of phase, in the terms of power-grid-model."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A case of injections, with something out or nothing."""

    case: str
    active_mw: Array
    """Demand less plants, by grid bus [MW]."""
    reactive_mvar: Array
    """Of the demand, by grid bus [Mvar]."""
    support_mvar: Array
    """Reactive power that plants can give or take, by grid bus [Mvar]."""
    kind: str = ""
    """What is out: mesh, transformer, source, or nothing."""
    out: int = -1
    """Its row in its table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """Load flows by scenario, in the order of the design's tables."""

    converged: NDArray[np.bool_]
    """(scenario)."""
    voltage: Array
    """(scenario, bus), by nominal voltage; 0 where cut off or without a solution."""
    ampere: Array
    """(scenario, branch)."""
    branch_mw: Array
    """(scenario, branch), at the first end."""
    branch_loss_mw: Array
    """(scenario, branch)."""
    unit_load: Array
    """(scenario, transformers of a row), highest power by size."""
    unit_mw: Array
    """(scenario, transformers of a row), at the higher voltage."""
    unit_loss_mw: Array
    """(scenario, transformers of a row)."""
    source_mw: Array
    """(scenario, interconnector)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """A design in the terms of power-grid-model."""

    inputs: dict[str, Any]
    row_of_unit: NDArray[np.int64]
    """By single transformer, its row in the design."""
    lv_bus: NDArray[np.int64]
    """By single transformer, the row of its lower bus."""
    engine: PowerGridModel


def solve_flow(
    design: GridDesign, scenarios: Sequence[Scenario], *, options: ConnectOptions
) -> Solved:
    """
    Solve the load flow of all scenarios (Newton-Raphson).

    Interconnectors are the country's grid behind its short-circuit impedance. Tap changers hold
    the voltage of their lower busbar as far as their steps go; plants bring the voltage of their
    bus towards the nominal one as far as their reactive power goes. Both follow in rounds.

    Parameters
    ----------
    design
        The grid.
    scenarios
        What is fed in and drawn, and what is out.
    options
        Voltages, frequency and short-circuit power.
    """
    model = _build_model(design, options)
    whole = [n for n, scenario in enumerate(scenarios) if not scenario.kind]
    chosen = [scenarios[n] for n in whole]
    state = _State(
        taps=np.zeros((len(chosen), len(model.row_of_unit)), np.int64),
        plants_mvar=np.zeros((len(chosen), len(design.buses))),
    )
    result, failed, state = _settle(design, model, chosen, state, options)
    if len(whole) < len(scenarios):
        case = {scenario.case: n for n, scenario in enumerate(chosen)}
        start = [case[scenario.case] for scenario in scenarios]
        state = _State(taps=state.taps[start], plants_mvar=state.plants_mvar[start])
        for n, scenario in enumerate(scenarios):
            if scenario.kind == "source" and scenario.active_mw.sum() > 0:
                # Without their help there may be no solution to follow.
                state.plants_mvar[n] = -scenario.support_mvar
        result, failed, state = _settle(design, model, scenarios, state, options)
    return _read(design, model, result, failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What follows the voltage."""

    taps: NDArray[np.int64]
    """(scenario, transformer)."""
    plants_mvar: Array
    """Reactive power that plants take, (scenario, bus)."""


def _settle(
    design: GridDesign,
    model: _Model,
    scenarios: Sequence[Scenario],
    state: _State,
    options: ConnectOptions,
) -> tuple[Any, NDArray[np.int64], _State]:
    """Solve, let taps and plants follow the voltage, and solve again, until nothing moves."""
    update = _build_update(model, scenarios)
    support = np.stack([scenario.support_mvar for scenario in scenarios])
    drawn = 1e6 * np.stack([scenario.reactive_mvar for scenario in scenarios])
    rounds = OUTAGE_ROUNDS if any(scenario.kind for scenario in scenarios) else ROUNDS
    while True:
        rounds -= 1
        if "transformer" in update:
            update["transformer"]["tap_pos"] = state.taps
        update["sym_load"]["q_specified"] = drawn + 1e6 * state.plants_mvar
        result: Any = model.engine.calculate_power_flow(
            update_data=update, error_tolerance=TOLERANCE, continue_on_batch_error=True
        )
        failed = getattr(model.engine.batch_error, "failed_scenarios", np.empty(0, np.int64))
        voltage = np.asarray(result["node"]["u_pu"], float).copy()
        voltage[failed] = np.nan
        moved = _follow(design, model, support, voltage, state, options)
        if rounds <= 0 or moved is None:
            return result, failed, state
        state = moved


def _follow(
    design: GridDesign,
    model: _Model,
    support: Array,
    voltage: Array,
    state: _State,
    options: ConnectOptions,
) -> _State | None:
    """Move taps and plants after the voltage; None where nothing moves."""
    step = design.transformers["tap_step_percent"].to_numpy(float)[model.row_of_unit] / 100
    most = design.transformers["tap_steps"].to_numpy(int)[model.row_of_unit]
    lower = voltage[:, model.lv_bus]
    gap = np.where(np.nan_to_num(lower) > 0, lower - options.grid_set_voltage, 0.0)
    moves = np.round(gap / np.where(most > 0, step, np.inf)).astype(np.int64)
    taps = np.clip(state.taps + moves, -most, most)
    off = np.where(np.nan_to_num(voltage) > 0, voltage - 1, 0.0) / options.grid_high_band
    pull = np.where(np.abs(off) > options.grid_plant_idle, off, 0.0)
    plants = np.clip(state.plants_mvar + HASTE * support * pull, -support, support)
    if np.array_equal(taps, state.taps) and np.array_equal(plants, state.plants_mvar):
        return None
    return _State(taps=taps, plants_mvar=plants)


def _build_model(design: GridDesign, options: ConnectOptions) -> _Model:
    """Turn the tables into the arrays of power-grid-model; identifiers count through."""
    buses, branches, banks = design.buses, design.branches, design.transformers
    number = {bus: row for row, bus in enumerate(buses["id"])}
    node = initialize_array("input", "node", len(buses))
    node["id"] = np.arange(len(buses))
    node["u_rated"] = buses["kv"].to_numpy() * 1e3
    following = len(buses)
    line = initialize_array("input", "line", len(branches))
    line["id"] = following + np.arange(len(branches))
    line["from_node"] = branches["from_bus"].map(number)
    line["to_node"] = branches["to_bus"].map(number)
    line["from_status"] = line["to_status"] = 1
    line["r1"], line["x1"] = branches["resistance_ohm"], branches["reactance_ohm"]
    line["c1"] = branches["susceptance_us"] * 1e-6 / (2 * pi * options.grid_frequency_hz)
    line["tan1"] = 0.0
    line["i_n"] = branches["ampere"]
    following += len(branches)
    rows = np.repeat(np.arange(len(banks)), banks["count"].to_numpy(int))
    units = banks.iloc[rows]
    transformer = _build_transformers(units, number, following)
    following += len(units)
    load = initialize_array("input", "sym_load", len(buses))
    load["id"] = following + np.arange(len(buses))
    load["node"] = node["id"]
    load["status"], load["type"] = 1, 0
    load["p_specified"] = load["q_specified"] = 0.0
    following += len(buses)
    source = initialize_array("input", "source", len(design.sources))
    source["id"] = following + np.arange(len(design.sources))
    source["node"] = design.sources["bus"].map(number)
    source["status"] = 1
    source["u_ref"] = options.grid_source_voltage
    source_kv = design.buses["kv"].to_numpy(float)[source["node"]]
    source["sk"] = sqrt(3) * source_kv * options.grid_fault_ka * 1e6
    parts = {"node": node, "line": line, "transformer": transformer, "sym_load": load}
    inputs = {name: part for name, part in {**parts, "source": source}.items() if len(part)}
    return _Model(
        inputs=inputs,
        engine=PowerGridModel(inputs, system_frequency=options.grid_frequency_hz),
        row_of_unit=rows,
        lv_bus=np.asarray(units["lv_bus"].map(number), np.int64),
    )


def _build_transformers(units: pd.DataFrame, number: dict[str, int], first: int) -> Any:
    """Return single transformers, tapped at their higher voltage."""
    part = initialize_array("input", "transformer", len(units))
    part["id"] = first + np.arange(len(units))
    part["from_node"], part["to_node"] = units["hv_bus"].map(number), units["lv_bus"].map(number)
    part["from_status"] = part["to_status"] = 1
    part["u1"], part["u2"] = units["hv_kv"] * 1e3, units["lv_kv"] * 1e3
    part["sn"] = units["mva"] * 1e6
    part["uk"], part["pk"] = units["uk_percent"] / 100, units["load_loss_kw"] * 1e3
    part["p0"] = units["no_load_loss_kw"] * 1e3
    # Not less than what the losses alone draw.
    part["i0"] = np.maximum(IDLE_PERCENT / 100, part["p0"] / part["sn"])
    part["winding_from"] = part["winding_to"] = WYE
    part["clock"] = part["tap_side"] = part["tap_pos"] = part["tap_nom"] = 0
    part["tap_min"], part["tap_max"] = -units["tap_steps"], units["tap_steps"]
    part["tap_size"] = units["hv_kv"] * 1e3 * units["tap_step_percent"] / 100
    return part


def _build_update(model: _Model, scenarios: Sequence[Scenario]) -> dict[str, Any]:
    """Return what differs from scenario to scenario."""

    def blank(name: str) -> Any:
        part = model.inputs[name]
        update = initialize_array("update", name, (len(scenarios), len(part)))
        update["id"] = part["id"]
        return update

    update = {name: blank(name) for name in model.inputs if name != "node"}
    update["sym_load"]["p_specified"] = 1e6 * np.stack([s.active_mw for s in scenarios])
    for name in {"line", "transformer"} & set(update):
        update[name]["from_status"] = update[name]["to_status"] = 1
    update["source"]["status"] = 1
    for row, scenario in enumerate(scenarios):
        if scenario.kind == "mesh":
            update["line"]["from_status"][row, scenario.out] = 0
            update["line"]["to_status"][row, scenario.out] = 0
        elif scenario.kind == "transformer":
            unit = np.flatnonzero(model.row_of_unit == scenario.out)[0]
            update["transformer"]["from_status"][row, unit] = 0
            update["transformer"]["to_status"][row, unit] = 0
        elif scenario.kind == "source":
            update["source"]["status"][row, scenario.out] = 0
    return update


def _read(
    design: GridDesign, model: _Model, result: dict[str, Any], failed: NDArray[np.int64]
) -> Solved:
    """Read the results, summed by row of the design; without a solution all is 0."""
    count, banks = len(result["node"]), len(design.transformers)
    none = np.zeros((count, 0))
    for part in result.values():
        # Memory that was never written may hold anything, even what no sum may touch.
        part[failed] = np.zeros((), part.dtype)
    lines, units = result.get("line"), result.get("transformer")

    def of_units(values: Array, how: np.ufunc) -> Array:
        total = np.zeros((count, banks))
        for column, row in enumerate(model.row_of_unit):
            total[:, row] = how(total[:, row], values[:, column])
        return total

    size = design.transformers["mva"].to_numpy(float)[model.row_of_unit] * 1e6
    return Solved(
        converged=~np.isin(np.arange(count), failed),
        voltage=np.asarray(result["node"]["u_pu"], float).copy(),
        ampere=none if lines is None else np.maximum(lines["i_from"], lines["i_to"]),
        branch_mw=none if lines is None else lines["p_from"] / 1e6,
        branch_loss_mw=none if lines is None else (lines["p_from"] + lines["p_to"]) / 1e6,
        unit_load=none
        if units is None
        else of_units(np.maximum(units["s_from"], units["s_to"]) / size, np.maximum),
        unit_mw=none if units is None else of_units(units["p_from"] / 1e6, np.add),
        unit_loss_mw=none
        if units is None
        else of_units((units["p_from"] + units["p_to"]) / 1e6, np.add),
        source_mw=result["source"]["p"] / 1e6,
    )
