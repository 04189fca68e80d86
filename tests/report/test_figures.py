"""The page's figures add up to those of the plan, the GeoPackage and the NetCDF file."""

from __future__ import annotations

import pytest

from bunyad.report import bus_balance, key_figures, project_table
from bunyad.report.figures import (
    cost_by_kind,
    dispatch_week,
    modelled_layers,
    option_values,
    season_weeks,
)
from bunyad.report.layers import map_layers


def test_capital_cost_by_kind_adds_up_to_the_projects(plan) -> None:
    total = sum(row["capex_usd"] for row in cost_by_kind(plan))

    assert total == pytest.approx(sum(round(p.capex_usd) for p in plan.programme.projects))
    assert sum(row["count"] for row in cost_by_kind(plan)) == len(plan.programme.projects)


def test_kinds_stand_in_the_order_of_the_programme(plan) -> None:
    kinds = [row["kind"] for row in cost_by_kind(plan)]

    assert kinds[0] == "clearance"
    assert kinds[-1] == "smart_village"


def test_every_bus_takes_in_what_it_gives_out(plan) -> None:
    balance = bus_balance(plan).set_index("bus")
    taken = balance[["solar", "wind", "hydro", "import", "discharge", "net_inflow"]].sum(axis=1)
    given = balance[["demand", "charge", "export"]].sum(axis=1)

    assert taken.to_numpy() == pytest.approx(given.to_numpy(), rel=1e-9)
    assert balance["net_inflow"].sum() == pytest.approx(0, abs=1e-9)


def test_balances_add_up_to_the_energy_summary(plan) -> None:
    balance = bus_balance(plan)
    summary = plan.energy.summary.set_index("key")["value"]

    assert balance["demand"].sum() == pytest.approx(summary["demand_gwh"])
    assert balance["export"].sum() == pytest.approx(summary["export_gwh"])
    assert balance["import"].sum() == pytest.approx(summary["import_gwh"])
    made = balance[["solar", "wind", "hydro"]].sum().sum()
    assert made == pytest.approx(summary["generation_gwh"])


def test_cards_repeat_the_sums_of_the_tables(plan) -> None:
    cards = {card["key"]: card["value"] for card in key_figures(plan)}

    assert cards["people"] == plan.settlements.places["people"].sum()
    assert cards["solar"] == 28
    assert cards["roofs"] == pytest.approx(4.33)
    assert cards["cost"] == project_table(plan)["capex_usd"].sum()
    roads = plan.networks.routes.query("kind == 'road'")["length_km"].sum()
    assert cards["roads"] == pytest.approx(roads, abs=1e-3)


def test_weeks_are_found_by_name(plan) -> None:
    assert season_weeks(plan.energy.dispatch) == {"summer": "summer", "winter": "winter"}


def test_weeks_without_a_season_name_are_found_by_their_month(plan) -> None:
    dispatch = plan.energy.dispatch
    names = {"summer": "week-29", "winter": "week-3"}
    renamed = dispatch.assign_coords(
        week=("snapshot", [names[str(label)] for label in dispatch["week"].to_numpy()])
    )

    assert season_weeks(renamed) == {"summer": "week-29", "winter": "week-3"}


def test_a_dispatch_week_balances_in_every_hour(plan) -> None:
    series = dispatch_week(plan.energy.dispatch, "summer")["series"]
    for hour in range(168):
        made = sum(series[name][hour] for name in ("solar", "wind", "hydro", "import", "discharge"))
        used = sum(series[name][hour] for name in ("demand", "charge", "export"))

        assert made == pytest.approx(used, abs=0.05)


def test_options_carry_value_unit_and_source(plan) -> None:
    rows = option_values(plan)

    assert rows
    assert all(row["source"] for row in rows)
    assert not any(row["changed"] for row in rows)


def test_modelled_layers_are_named(plan) -> None:
    assert modelled_layers(plan) == ["climate"]


def test_map_layers_hold_every_thing_of_the_plan_once(plan) -> None:
    layers = map_layers(plan)

    assert [row["id"] for row in layers["sites"]] == list(plan.potential.sites["id"])
    assert [row["id"] for row in layers["routes"]] == list(plan.networks.routes["id"])
    assert len(layers["projects"]) == len(plan.programme.projects)
    built = sum(row["built_capacity_mw"] for row in layers["sites"])
    plants = plan.energy.plants.query("technology != 'battery'")
    assert built == pytest.approx(plants["capacity_mw"].sum())


def test_map_coordinates_are_longitude_and_latitude(plan) -> None:
    for row in map_layers(plan)["settlements"]:
        longitude, latitude = row["geometry"]["coordinates"]

        assert 44 < longitude < 47
        assert 39 < latitude < 41
