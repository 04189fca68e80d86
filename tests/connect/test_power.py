"""Substations, lines, loops and connections."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from lands import OPTIONS, land, made_up_potential, made_up_settlements, small_networks, survey
from worlds import small_region

from bunyad.connect.grid import build_ladder
from bunyad.connect.power import _choose_loops, choose_buses, lay_grid, link_buses
from bunyad.connect.standards import circuit_mw
from bunyad.connect.supply import plan_plants
from bunyad.errors import InfeasibleError


def buses_of(region, options=OPTIONS):
    return choose_buses(
        region,
        settlements=made_up_settlements(region),
        potential=made_up_potential(),
        options=options,
    )


def test_circuits_carry_the_square_root_of_3_times_voltage_and_current() -> None:
    assert np.isclose(circuit_mw(110, 605), 3**0.5 * 110e3 * 605 / 1e6)


def test_towns_and_large_sites_far_from_substations_bring_one() -> None:
    buses = buses_of(small_region()).set_index("id")

    assert list(buses.index) == ["sub-oldtown", "sub-riverton", "bus-westhill"]
    assert buses["is_existing"].tolist() == [True, True, False]
    assert buses["capex_usd"].tolist() == [0, 0, OPTIONS.substation_usd]


def test_a_smaller_reach_brings_more_substations_one_for_the_large_site() -> None:
    buses = buses_of(small_region(), OPTIONS.model_copy(update={"bus_radius_km": 9}))

    assert set(buses["id"]) == {
        "sub-oldtown", "sub-riverton", "bus-westhill", "bus-eastfield", "bus-solar-far",
    }  # fmt: skip


def test_a_region_with_nothing_but_villages_still_gets_a_substation() -> None:
    region = small_region()
    villages = replace(
        region,
        settlements=region.settlements.assign(kind="village"),
        substations=region.substations.iloc[:0],
    )
    potential = made_up_potential()
    none = replace(potential, sites=potential.sites.iloc[:0])

    buses = choose_buses(
        villages, settlements=made_up_settlements(villages), potential=none, options=OPTIONS
    )

    assert buses["id"].tolist() == ["bus-riverton"]


def test_lines_join_all_buses_with_the_stated_thermal_limit() -> None:
    networks = small_networks()
    lines = networks.routes.query("kind == 'power_line'")

    net = nx.Graph(list(zip(lines["start"], lines["end"])))

    assert set(net) == set(networks.buses["id"])
    assert nx.is_connected(net)
    mesh = networks.grid_branches.query("kind == 'mesh'").set_index("id").loc[lines["id"]]
    assert np.allclose(lines["capacity_mw"], circuit_mw(110, 1) * mesh["ampere"])
    assert np.allclose(lines["capex_usd"], mesh["capex_usd"])
    assert (lines["bridge_km"] + lines["tunnel_km"] == 0).all()
    assert (lines["standard"] == "110 kV").all()


def test_high_voltage_substations_are_joined_at_high_voltage() -> None:
    region = small_region()
    strong = replace(region, substations=region.substations.assign(voltage_kv=330.0))
    options = OPTIONS.model_copy(update={"extra_loops": 0})
    grid_options = {"interconnected": ["sub-oldtown"], "options": options}

    from bunyad.connect.ground import lay_ground

    ground = lay_ground(strong, options=options)
    grid = lay_grid(ground, survey(ground), buses=buses_of(strong), options=options)
    links = link_buses(grid, **grid_options)

    assert sorted(link.standard for link in links) == ["110 kV", "330 kV"]
    high = next(link for link in links if link.standard == "330 kV")
    assert {high.start.id, high.end.id} == {"sub-oldtown", "sub-riverton"}
    ratio = OPTIONS.high_voltage_usd_per_km / OPTIONS.regional_usd_per_km
    low = link_buses(replace(grid, buses=grid.buses.assign(voltage_kv=110.0)), **grid_options)
    same = next(
        link for link in low if {link.start.id, link.end.id} == {high.start.id, high.end.id}
    )
    assert np.isclose(high.trace.cost_usd.sum(), ratio * same.trace.cost_usd.sum())


def test_loops_go_to_the_ports_first_and_only_where_they_help() -> None:
    tree = {(0, 1), (1, 2), (2, 3), (3, 4)}
    candidates = [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (2, 4)]

    assert _choose_loops(tree, candidates, {4}, 1) == {(2, 4)}
    assert _choose_loops(tree, candidates, set(), 1) == {(0, 2)}
    assert _choose_loops(tree, candidates, {4}, 5) == {(0, 2), (2, 4)}
    assert _choose_loops(tree, candidates, {4}, 0) == set()


def test_after_all_useful_loops_no_single_failure_cuts_a_bus_off() -> None:
    options = OPTIONS.model_copy(update={"extra_loops": 50, "bus_radius_km": 9})
    region = small_region()
    ground_options = {"options": options}

    from bunyad.connect.ground import lay_ground

    ground = lay_ground(region, **ground_options)
    grid = lay_grid(ground, survey(ground), buses=buses_of(region, options), options=options)
    links = link_buses(grid, interconnected=["sub-oldtown"], options=options)

    assert not nx.has_bridges(nx.Graph([(link.start.id, link.end.id) for link in links]))


def test_buses_that_no_land_joins_are_named() -> None:
    usable = np.ones((5, 60), bool)
    usable[:, 20:45] = False
    ground = land(np.zeros((5, 60)), usable=usable)
    buses = buses_of(small_region()).iloc[:2]
    points = ground.points()[[0, -1]]
    buses = buses.set_geometry(buses.geometry.from_xy(points[:, 0], points[:, 1]), crs=buses.crs)
    grid = lay_grid(ground, survey(ground), buses=buses, options=OPTIONS)

    with pytest.raises(InfeasibleError, match="sub-oldtown, sub-riverton"):
        link_buses(grid, interconnected=[], options=OPTIONS)


def test_every_settlement_and_site_has_one_bus() -> None:
    networks, region = small_networks(), small_region()
    members = networks.bus_members

    assert sorted(members["member"]) == sorted(
        [*region.settlements["id"], *made_up_potential().sites["id"]]
    )
    assert set(members["bus"]) <= set(networks.buses["id"])
    assert members.set_index("member").loc["riverton", "length_km"] == 0


def test_connections_cost_what_the_cheapest_circuits_cost() -> None:
    members = small_networks().bus_members.set_index("member")

    far = members.loc["solar-far"]
    line = far["length_km"] * min(
        rung.usd_per_km
        for kv in (35.0, 110.0)
        for rung in build_ladder(kv, options=OPTIONS)
        if rung.capacity_mw >= 180
        and 180 * rung.resistance_ohm_per_km * far["length_km"] / kv**2 <= OPTIONS.grid_feeder_drop
    )
    assert np.isclose(far["capex_usd"], line + 180e3 * OPTIONS.transformer_usd_per_kw)
    assert np.isclose(far["capex_usd_per_kw"], far["capex_usd"] / 180e3)
    assert members.loc["hydro-small", "capex_usd"] == 0
    assert members.loc["wind-tiny", "capex_usd_per_kw"] == 0
    village = members.loc["southbank"]
    assert village["capex_usd_per_kw"] == 0
    own = small_networks().grid_branches.set_index("id").filter(like="southbank", axis=0)
    banks = small_networks().grid_transformers.set_index("id").filter(like="southbank", axis=0)
    assert np.isclose(village["capex_usd"], own["capex_usd"].sum() + banks["capex_usd"].sum())


def test_the_grid_of_the_small_world_holds_in_its_load_flow() -> None:
    networks = small_networks()

    assert networks.grid_checks.query("unit == '%'")["holds"].all()
    assert set(networks.grid_cases["case"]) == {"peak", "reverse"}


def test_new_sites_together_are_planned_for_no_more_than_can_be_taken() -> None:
    members = pd.DataFrame(
        {"is_existing": [True, False, False], "capacity_mw": [30.0, 400.0, 200.0],
         "low_mw": [0.0, 5.0, 0.0]}
    )  # fmt: skip
    sources = pd.DataFrame({"export_mw": [50.0]})
    options = OPTIONS.model_copy(update={"grid_site_share": 0.1})

    planned = plan_plants(members, sources, options=options)["plant_mw"]

    assert np.allclose(planned, [30, 40 * 25 / 60, 20 * 25 / 60])
    assert np.allclose(plan_plants(members, sources * 9, options=options)["plant_mw"], [30, 40, 20])
