"""The whole grid: draft, load flow, reinforcement, failures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from grids import LINES, MEMBERS, OPTIONS, SOURCES, draft, small_grid, solve_slowly
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.connect.grid import (
    close_rings,
    list_injections,
    reinforce_grid,
    spread_injections,
    verify_grid,
)  # fmt: skip
from bunyad.connect.grid import flow as flows
from bunyad.connect.grid.cases import list_scenarios
from bunyad.errors import InfeasibleError, InputError


def scenarios_of(design, **more):
    return list_scenarios(design, list_injections(design), options=OPTIONS, **more)


def test_load_flow_equals_the_slow_one_with_taps_plants_and_a_line_out(monkeypatch) -> None:
    design, states = small_grid(), []
    follow = flows._follow
    monkeypatch.setattr(
        flows, "_follow", lambda *parts: (states.append(parts[4]), follow(*parts))[1]
    )
    scenarios = scenarios_of(design)

    solved = flows.solve_flow(design, scenarios, options=OPTIONS)

    last = states[-1]
    for n, scenario in enumerate(scenarios):
        if scenario.kind in ("", "mesh"):
            u = solve_slowly(design, scenario, last.taps[n], last.plants_mvar[n])
            assert np.allclose(np.abs(u), solved.voltage[n], atol=1e-6)


def test_all_limits_hold_after_reinforcement_and_not_before() -> None:
    before = verify_grid(draft(), options=OPTIONS).checks
    after = verify_grid(small_grid(), options=OPTIONS).checks

    assert not before["holds"].all()
    assert after["holds"].all(), after[~after["holds"]]
    assert set(after["case"]) == {"peak", "reverse"}


def test_power_in_equals_power_out_and_losses_are_small() -> None:
    cases = verify_grid(small_grid(), options=OPTIONS).cases.set_index("case")

    for row in cases.itertuples():
        assert np.isclose(row.plants_mw + row.exchange_mw, row.demand_mw + row.losses_mw, atol=1e-3)
    assert cases.loc["peak", "plants_mw"] == 0
    assert cases.loc["reverse", "exchange_mw"] < 0
    assert (cases["losses_percent"] < 10).all()


def test_an_outage_of_any_ring_line_serves_everybody() -> None:
    outages = verify_grid(small_grid(), options=OPTIONS).outages
    rings = outages.query("kind == 'mesh' and case == 'peak'")

    assert set(rings["out"]) == set(LINES["id"])
    assert (rings["unserved_mw"] == 0).all()
    assert rings["holds"].all()


def test_a_line_that_nothing_stands_in_for_cuts_off_what_hangs_on_it() -> None:
    design = reinforce_grid(draft(lines=LINES.iloc[:2]), options=OPTIONS)

    outages = verify_grid(design, options=OPTIONS).outages
    cut = outages.query("case == 'peak' and out == 'east-west'").iloc[0]

    assert cut["unserved_mw"] == pytest.approx(9.0)
    assert not cut["holds"]


def test_feeders_are_radial_and_members_hang_on_their_station() -> None:
    design = small_grid()
    own = design.branches[design.branches["kind"] != "mesh"]
    net = nx.Graph([*zip(own["from_bus"], own["to_bus"])])

    assert nx.is_forest(net)
    assert set(own["to_bus"]) <= set(design.buses["id"])
    assert design.branches["id"].is_unique
    assert design.buses["id"].is_unique
    hydro = own.set_index("id").filter(like="hydro", axis=0).iloc[0]
    assert hydro["capex_usd"] == 0


def test_more_demand_never_makes_the_grid_cheaper() -> None:
    more = MEMBERS.assign(peak_mw=MEMBERS["peak_mw"] * 1.6)

    def cost(design):
        return design.branches["capex_usd"].sum() + design.transformers["capex_usd"].sum()

    stronger = reinforce_grid(draft(members=more), options=OPTIONS)
    assert cost(stronger) >= cost(small_grid())


def test_a_demand_that_nothing_carries_names_what_is_at_fault() -> None:
    huge = MEMBERS.assign(peak_mw=np.where(MEMBERS["id"] == "city", 2_500.0, MEMBERS["peak_mw"]))
    with pytest.raises(InfeasibleError, match="city"):
        draft(members=huge)

    tight = OPTIONS.model_copy(update={"grid_high_band": 0.001})
    with pytest.raises(InfeasibleError, match="within its limits"):
        reinforce_grid(draft(tight), options=tight)
    hurried = OPTIONS.model_copy(update={"grid_rounds": 1})
    with pytest.raises(InfeasibleError, match="grid_rounds"):
        reinforce_grid(draft(hurried), options=hurried)


def test_a_plant_out_of_reach_is_named() -> None:
    far = MEMBERS.assign(x=np.where(MEMBERS["id"] == "solar", 9e6, MEMBERS["x"]))
    with pytest.raises(InfeasibleError, match="solar"):
        draft(members=far)


def test_without_interconnector_the_strongest_station_balances() -> None:
    design = reinforce_grid(draft(sources=SOURCES.iloc[:0]), options=OPTIONS)

    assert design.sources["id"].tolist() == ["island"]
    assert design.sources["bus"].tolist() == ["north 330 kV busbar"]


def test_own_hours_can_be_verified_and_unknown_buses_are_named() -> None:
    design = small_grid()
    city = design.buses.query("member == 'city'")["id"].iloc[0]
    hours = pd.DataFrame(
        [("noon", city, 30.0, 0.0)], columns=["case", "bus", "demand_mw", "plants_mw"]
    )

    cases = verify_grid(design, hours, options=OPTIONS).cases

    assert cases["case"].tolist() == ["noon"]
    assert cases["demand_mw"].tolist() == [30.0]
    with pytest.raises(InputError, match="nowhere"):
        verify_grid(design, hours.assign(bus="nowhere"), options=OPTIONS)


def test_an_hour_of_the_energy_system_is_spread_without_loss() -> None:
    design = small_grid()

    hours = spread_injections(
        design,
        case="noon",
        demand_mw={"east": 33.0, "west": 5.0, "north": 7.0},
        plants_mw={"solar": 40.0, "west": 3.0},
    )

    assert hours["demand_mw"].sum() == pytest.approx(45.0)
    assert hours["plants_mw"].sum() == pytest.approx(43.0)
    at = hours.set_index("bus")
    assert at.loc["north 330 kV busbar", "demand_mw"] == 7.0
    assert at.loc["west 110 kV busbar", "plants_mw"] == 3.0
    assert at.filter(like="city", axis=0)["demand_mw"].sum() == pytest.approx(33 * 60 / 61.3)
    told = verify_grid(design, hours, options=OPTIONS).cases.iloc[0]
    assert told["exchange_mw"] - told["losses_mw"] == pytest.approx(2.0, abs=1e-3)


def test_a_load_flow_without_solution_does_not_hold() -> None:
    design = small_grid()
    hours = list_injections(design).assign(demand_mw=lambda rows: rows["demand_mw"] * 60)

    flow = verify_grid(design, hours, options=OPTIONS)

    assert not flow.checks.query("case == 'peak' and check == 'high voltage'")["holds"].any()
    assert not flow.outages.query("case == 'peak'")["holds"].any()


def test_pandapower_finds_the_same_voltages() -> None:
    """Recorded with pandapower 3.5.6, see `pandapower.json`: a second opinion on the peak."""
    recorded = json.loads((Path(__file__).parent / "pandapower.json").read_text("utf-8"))
    design = draft()
    still = replace(design, transformers=design.transformers.assign(tap_steps=0))
    peak = scenarios_of(still, with_outages=False)[:1]

    solved = flows.solve_flow(still, peak, options=OPTIONS)

    assert list(recorded["voltage"]) == still.buses["id"].tolist()
    assert np.allclose(solved.voltage[0], list(recorded["voltage"].values()), atol=2e-4)
    losses = solved.branch_loss_mw[0].sum() + solved.unit_loss_mw[0].sum()
    assert losses == pytest.approx(recorded["losses_mw"], rel=1e-2)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_rings_leave_no_asked_bus_on_one_line_where_candidates_help(data) -> None:
    count = data.draw(st.integers(3, 8))
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    weights = {pair: data.draw(st.floats(1, 9)) for pair in pairs}
    net = nx.Graph()
    net.add_weighted_edges_from((a, b, w) for (a, b), w in weights.items())
    tree = {tuple(sorted(edge)) for edge in nx.minimum_spanning_edges(net, data=False)}
    asked = data.draw(st.sets(st.integers(1, count - 1)))

    added = close_rings(tree, weights, ports=[0], asked=asked)

    for line in tree | added:
        left = nx.Graph(list((tree | added) - {line}))
        left.add_nodes_from(range(count))
        assert asked <= nx.node_connected_component(left, 0)


def test_rings_need_a_port_and_do_no_more_than_is_asked() -> None:
    assert close_rings([(0, 1)], {(0, 1): 1.0}, ports=[], asked=[1]) == set()
    assert close_rings([(0, 1)], {(0, 1): 1.0}, ports=[0], asked=[1]) == set()
    assert close_rings([(0, 1), (1, 2)], {(0, 2): 1.0}, ports=[0], asked=[]) == set()
