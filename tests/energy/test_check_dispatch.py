"""The grid holds in the hours of the energy system, and what that costs is counted."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from connect.grid.grids import LINES, MEMBERS, draft
from systems import ALWAYS, EVENING, SUMMERY, Line, Site, System

from bunyad.connect.grid import adopt_capacity, reinforce_grid, verify_grid
from bunyad.energy import check_dispatch, optimise_energy
from bunyad.energy.costs import line_cost_share
from bunyad.energy.dispatch_grid import list_dispatch
from bunyad.options import ConnectOptions
from bunyad.options.energy import EnergyOptions

GRID = ConnectOptions()
SYSTEM = System(
    demand={"east": 55 * EVENING / 1.5, "west": 8 * EVENING / 1.5},
    sites=(
        Site("solar", SUMMERY, capacity_mw=90, bus="west", capex_usd_per_kw=100),
        Site("hydro", ALWAYS, capacity_mw=12, technology="hydro", bus="east", is_existing=True),
    ),
    lines=tuple(
        Line(start, end, capacity_mw=400, length_km=km)
        for start, end, km in zip(LINES["start"], LINES["end"], LINES["length_km"], strict=True)
    ),
    import_mw=400,
    export_mw=400,
    tie_at="north",
    options={"min_renewable_share": 0},
)


@cache
def first_grid():
    """A grid that was designed for a small part of the solar plant."""
    members = MEMBERS.assign(plant_mw=[0.0, 0.0, 0.0, 0.0, 5.0, 12.0])
    return reinforce_grid(draft(members=members), options=GRID)


@cache
def system(storage_mw=0.0):
    """Networks with that grid, and the least-cost system on them."""
    inputs = SYSTEM.inputs()
    energy = optimise_energy(SYSTEM.region(), **inputs)
    # The optimiser sees lines of 400 MW; what it hands on are those that were laid.
    laid = first_grid().branches.set_index("id")["capacity_mw"]
    lines = energy.lines.assign(capacity_mw=energy.lines["id"].map(laid), added_mw=0.0)
    lines = lines.assign(added_capex_usd=0.0)
    dispatch = energy.dispatch
    if storage_mw:
        west = dispatch.bus == "west"
        spare = dispatch.assign(
            charge_mw=dispatch.charge_mw + storage_mw * west,
            discharge_mw=dispatch.discharge_mw + storage_mw * west,
        )
        dispatch = spare
    design = first_grid()
    networks = replace(
        inputs["networks"],
        grid_buses=design.buses,
        grid_branches=design.branches,
        grid_transformers=design.transformers,
        grid_sources=design.sources,
    )
    return networks, replace(energy, lines=lines, dispatch=dispatch)


@cache
def checked():
    networks, energy = system()
    return check_dispatch(networks, energy, grid=GRID, options=EnergyOptions())


@pytest.mark.parametrize("storage_mw", [0.0, 7.0])
def test_the_hardest_hours_reach_the_grid_whole(storage_mw):
    _, energy = system(storage_mw)
    found = list_dispatch(first_grid(), energy).groupby("case")[["demand_mw", "plants_mw"]].sum()
    by_hour = energy.dispatch.sum("bus")
    made = by_hour.generation_mw.drop_sel(carrier="import").sum("carrier")

    for case, hour in (
        ("largest demand", int(np.argmax(by_hour.demand_mw.to_numpy()))),
        ("largest export", int(np.argmax(by_hour.export_mw.to_numpy()))),
    ):
        used = float(by_hour.demand_mw[hour] + by_hour.charge_mw[hour])
        fed_in = float(made[hour] + by_hour.discharge_mw[hour])
        assert found.loc[case, "demand_mw"] == pytest.approx(used)
        assert found.loc[case, "plants_mw"] == pytest.approx(fed_in)


def test_a_grid_that_breaks_in_those_hours_is_strengthened_until_it_holds():
    before = verify_grid(first_grid(), list_dispatch(first_grid(), system()[1]), options=GRID)
    after = checked()

    assert not before.checks["holds"].all()
    assert after.dispatch_checks["holds"].all()
    assert set(after.dispatch_checks["case"]) == {"largest demand", "largest export"}
    assert len(after.grid_upgrades)
    assert (after.grid_upgrades["added_capex_usd"] >= 0).all()


def test_what_the_dispatch_asks_for_is_paid_once():
    networks, least_cost = system()
    lines = least_cost.lines
    grown = lines["id"] == "north-west"
    lines = lines.assign(
        capacity_mw=lines["capacity_mw"].where(~grown, 2 * lines["capacity_mw"]),
        added_capex_usd=np.where(grown, 1000.0, 0.0),
    )
    before = replace(least_cost, lines=lines)

    after = check_dispatch(networks, before, grid=GRID, options=EnergyOptions())

    upgrades = after.grid_upgrades
    mesh = upgrades[upgrades["kind"] == "mesh"].set_index("id")["added_capex_usd"]
    paid = after.lines.set_index("id")["added_capex_usd"]
    cost = "system_cost_usd_per_year"
    yearly = [system.summary.set_index("key").loc[cost, "value"] for system in (before, after)]
    assert mesh["north-west"] > 1000
    assert paid[mesh.index].to_numpy() == pytest.approx(mesh.to_numpy())
    assert paid.drop(mesh.index).sum() == 0
    assert yearly[1] - yearly[0] == pytest.approx(
        (upgrades["added_capex_usd"].sum() - 1000) * line_cost_share(EnergyOptions())
    )
    growth = after.lines["capacity_mw"] - before.lines["capacity_mw"]
    assert (growth[grown] >= 0).all()
    assert after.lines["added_mw"].to_numpy() == pytest.approx(growth.to_numpy())
    assert (after.lines["mean_loading"] <= before.lines["mean_loading"]).all()


def test_lines_take_over_the_capacity_that_the_least_cost_system_adds():
    design = first_grid()
    line = design.branches.query("kind == 'mesh'").iloc[0]
    wish = {line["id"]: 1.3 * line["capacity_mw"]}

    stronger = adopt_capacity(design, wish, options=GRID).branches.set_index("id")
    strongest = adopt_capacity(design, {line["id"]: 1e9}, options=GRID).branches.set_index("id")

    assert stronger.loc[line["id"], "capacity_mw"] >= wish[line["id"]]
    assert strongest.loc[line["id"], "capacity_mw"] > stronger.loc[line["id"], "capacity_mw"]
    others = design.branches.set_index("id").drop(line["id"])
    assert stronger.drop(line["id"]).equals(others)


def test_transformers_that_stand_and_are_replaced_cost_their_whole_price():
    upgrades = checked().grid_upgrades
    first = first_grid().transformers.set_index("id")
    for row in upgrades[upgrades["kind"] == "transformer"].itertuples():
        count, size = row.becomes.removesuffix(" MVA").split(" × ")
        price = int(count) * float(size) * 1e3 * GRID.transformer_usd_per_kw
        assert row.added_capex_usd == pytest.approx(price - first.loc[row.id, "capex_usd"])


def test_without_a_designed_grid_the_energy_system_stays_as_it_is():
    networks, energy = SYSTEM.inputs()["networks"], system()[1]

    assert check_dispatch(networks, energy, grid=GRID, options=EnergyOptions()) is energy


def test_a_plan_that_no_grid_of_the_catalogue_could_carry_is_told():
    networks, energy = system()
    hours = energy.dispatch
    many = replace(energy, dispatch=hours.assign(generation_mw=9 * hours.generation_mw))

    hasty = ConnectOptions(grid_rounds=2)
    told = check_dispatch(networks, many, grid=hasty, options=EnergyOptions())

    assert not told.dispatch_checks["holds"].all()
    assert told.grid_upgrades.empty


@pytest.mark.region
@pytest.mark.xdist_group("region")
def test_the_grid_of_the_whole_region_holds_for_its_energy_plan(region_plan):
    energy = region_plan.energy

    assert set(energy.dispatch_checks["case"]) == {"largest demand", "largest export"}
    assert energy.dispatch_checks["holds"].all()
