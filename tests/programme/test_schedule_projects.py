"""The front door of the room, on the small world."""

from __future__ import annotations

from dataclasses import fields, replace

import geopandas as gpd
import programme_values as values
import pytest
import worlds

import bunyad.programme as room
from bunyad.errors import InfeasibleError
from bunyad.options import ProgrammeOptions
from bunyad.programme import SPENDING, schedule_projects
from bunyad.programme.access import find_access
from bunyad.project import KINDS


def schedule(region=None, settlements=None, energy=None, **options):
    return schedule_projects(
        region or worlds.small_region(),
        potential=values.potential(),
        settlements=settlements or values.settlements(),
        networks=values.networks(),
        energy=energy or values.energy(),
        options=ProgrammeOptions(**options),
    )


@pytest.fixture(scope="module")
def programme():
    return schedule()


@pytest.fixture(scope="module")
def projects(programme):
    return {project.id: project for project in programme.projects}


def test_every_kind_of_project_is_there(programme):
    kinds = [project.kind for project in programme.projects]

    assert set(kinds) == set(KINDS) - {"hydro"}
    assert kinds.count("road") == 5
    assert kinds.count("power_line") == 2


def test_identifiers_are_unique_slugs_of_kind_and_place(programme, projects):
    assert len(projects) == len(programme.projects)
    assert {
        "road-oldtown-riverton", "railway-plain-rail", "power-line-line-a", "solar-lowland-1",
        "storage-sub-riverton", "settlement-gapford", "settlement-riverton-1",
        "settlement-riverton-5", "smart-village-southbank", "clearance-lowland-building-land",
        "clearance-lowland-other-land",
    } <= set(projects)  # fmt: skip
    assert all(identifier.replace("-", "").isalnum() for identifier in projects)


def test_plants_are_named_by_place_and_batteries_by_substation(projects):
    assert projects["wind-upland-1"].name == "Wind farm Upland 1"
    assert projects["storage-sub-riverton"].name == "Battery R"


def test_nothing_starts_before_what_it_requires_is_finished(programme, projects):
    for project in programme.projects:
        assert project.finish >= project.start >= 2026
        for required in project.requires:
            assert projects[required].finish < project.start


def test_everything_on_contaminated_land_waits_for_its_clearance(projects):
    for project in projects.values():
        lot = f"clearance-{project.district.lower()}-building-land"
        if project.kind in ("solar", "wind", "storage", "settlement"):
            assert lot in project.requires
        elif project.kind in ("road", "railway", "power_line"):
            assert any(required.startswith("clearance-") for required in project.requires)


def test_a_road_through_two_districts_waits_for_both_clearances(projects):
    assert set(projects["road-riverton-gapford"].requires) == {
        "clearance-upland-building-land", "clearance-lowland-building-land",
    }  # fmt: skip


def test_roads_and_lines_come_before_the_homes_that_they_reach(projects):
    assert {"road-riverton-gapford", "power-line-line-b"} <= set(
        projects["settlement-gapford"].requires
    )
    assert {"road-oldtown-riverton", "power-line-line-a"} <= set(
        projects["settlement-riverton-1"].requires
    )


def test_plants_wait_for_the_line_of_their_bus(projects):
    assert "power-line-line-b" in projects["wind-upland-1"].requires
    assert not any("line" in r for r in projects["solar-lowland-1"].requires)


def test_smart_systems_come_after_the_first_homes(projects):
    assert projects["smart-village-riverton"].requires == ("settlement-riverton-1",)
    assert projects["smart-village-southbank"].requires == ("settlement-southbank",)


def test_phases_follow_the_people(projects):
    # Riverton: 15,200 people in 2036, 16,400 in 2037; five phases of 4,000 and of two years.
    last_phase = projects["settlement-riverton-5"]

    assert last_phase.capacity == 4_000
    assert (last_phase.start, last_phase.finish) == (2034, 2035)


def test_standing_places_and_tiny_plants_are_no_projects(projects):
    assert not any("oldtown" in i and i.startswith(("settlement", "smart")) for i in projects)
    assert "wind-upland-2" not in projects
    assert not any("weir" in i for i in projects)


def test_plants_are_private_and_the_rest_public(programme):
    for project in programme.projects:
        is_plant = project.kind in ("solar", "wind", "hydro", "storage")
        assert project.funding == ("private" if is_plant else "public")


def test_the_cost_of_a_line_holds_its_added_capacity_and_its_new_substation(projects):
    assert projects["power-line-line-a"].capex_usd == 4e6
    assert projects["power-line-line-b"].capex_usd == 7e6 + 2e6 + 3e6


def test_the_cost_of_a_settlement_holds_its_power_connection(projects):
    places = values.settlements().places.set_index("id")

    assert projects["settlement-gapford"].capex_usd == pytest.approx(
        places.loc["gapford", "capex_usd"] + 1e5
    )


def test_a_new_substation_without_any_line_is_paid_by_the_settlements_that_it_serves():
    networks = values.networks()
    lonely = replace(
        networks,
        routes=networks.routes[networks.routes["kind"] != "power_line"],
        buses=networks.buses[networks.buses["id"] == "bus-westhill"],
        bus_members=networks.bus_members.assign(bus="bus-westhill", capex_usd=0.0),
    )
    access = find_access(worlds.small_region(), settlements=values.settlements(), networks=lonely)

    assert sum(access.connection_usd.values()) == pytest.approx(3e6)
    assert access.line_of_bus == {}
    assert access.of_settlement["gapford"] == ("road-riverton-gapford",)


def test_stronger_transformers_are_paid_with_the_line_that_reaches_their_substation():
    networks = values.networks()
    given = {"settlements": values.settlements(), "networks": networks}
    before = find_access(worlds.small_region(), **given)
    bus, line = next(iter(before.line_of_bus.items()))

    after = find_access(worlds.small_region(), **given, upgrade_usd={bus: 5e5})

    grown = {name: usd - before.station_usd[name] for name, usd in after.station_usd.items()}
    assert grown[line] == pytest.approx(5e5)
    assert sum(grown.values()) == pytest.approx(5e5)


def test_the_contaminated_land_is_shared_between_the_two_lots(projects):
    building, other = (projects[f"clearance-upland-{lot}-land"] for lot in ("building", "other"))

    assert building.capacity + other.capacity == pytest.approx(6_000)
    assert 0 < building.capacity < 6_000
    assert building.capex_usd == pytest.approx(building.capacity * 2_250)


def test_the_land_of_a_settlement_that_is_cleared_follows_the_contaminated_share():
    # Upland: 6,000 ha of 57,600 ha. One place less is so much less land to clear.
    settlements = values.settlements()
    places = settlements.places.assign(
        capex_usd=settlements.places["capex_usd"].where(settlements.places["id"] != "gapford", 0)
    )
    lot = "clearance-upland-building-land"
    whole = {p.id: p for p in schedule().projects}[lot]
    less = {p.id: p for p in schedule(settlements=replace(settlements, places=places)).projects}[
        lot
    ]

    assert whole.capacity - less.capacity == pytest.approx(2_200 * 0.0331 * 6_000 / 57_600)


def test_a_place_that_is_built_already_still_gets_its_smart_systems():
    settlements = values.settlements()
    places = settlements.places.assign(capex_usd=0.0)
    projects = {p.id: p for p in schedule(settlements=replace(settlements, places=places)).projects}

    assert not any(i.startswith("settlement-") for i in projects)
    assert set(projects["smart-village-gapford"].requires) == {
        "road-riverton-gapford", "power-line-line-b",
    }  # fmt: skip


def test_tiny_lots_are_left_to_site_preparation():
    programme = schedule(smallest_clearance_ha=5_000)
    lots = [project.id for project in programme.projects if project.kind == "clearance"]

    assert lots == ["clearance-upland-other-land"]


def test_without_smart_systems_there_is_no_smart_village():
    settlements = values.settlements()
    places = settlements.places.assign(smart_capex_usd=0.0)
    programme = schedule(settlements=replace(settlements, places=places))

    assert not any(project.kind == "smart_village" for project in programme.projects)


def test_a_region_without_hazards_clears_nothing():
    region = worlds.small_region()
    programme = schedule(replace(region, hazards=region.hazards.iloc[:0]))

    assert not any(project.kind == "clearance" for project in programme.projects)


def test_the_map_of_projects_is_in_degrees(programme):
    shapes = gpd.GeoSeries([project.geometry for project in programme.projects], crs=4326)

    assert shapes.notna().all()
    assert shapes.total_bounds == pytest.approx([45.2, 39.8, 45.2, 39.8], abs=0.4)


def test_spending_adds_up_to_the_cost_of_all_projects(programme):
    assert list(programme.spending.columns) == SPENDING.names()
    assert programme.spending["capex_usd"].sum() == pytest.approx(
        sum(project.capex_usd for project in programme.projects)
    )
    for kind, spent in programme.spending.groupby("kind")["capex_usd"].sum().items():
        assert spent == pytest.approx(
            sum(project.capex_usd for project in programme.projects if project.kind == kind)
        )


@pytest.mark.parametrize("budget", [30e6, 60e6, 200e6, 2.8e9])
def test_no_year_spends_more_than_its_budget(budget):
    budgets = schedule(
        public_budget_usd_per_year=budget, private_budget_usd_per_year=budget
    ).budgets

    assert (budgets["public_spending_usd"] <= budgets["public_budget_usd"] * (1 + 1e-9)).all()
    assert (budgets["private_spending_usd"] <= budget * (1 + 1e-9)).all()
    assert budgets["year"].is_monotonic_increasing
    assert budgets["year"].max() >= 2040


def test_projects_stand_in_the_order_of_their_start(programme):
    keys = [(p.start, KINDS.index(p.kind), p.id) for p in programme.projects]

    assert keys == sorted(keys)


def test_the_same_values_give_the_same_programme(programme):
    again = schedule()

    assert [[getattr(p, f.name) for f in fields(p)] for p in again.projects] == [
        [getattr(p, f.name) for f in fields(p)] for p in programme.projects
    ]
    assert again.spending.equals(programme.spending)


def test_a_small_budget_finishes_late_and_shows_it():
    programme = schedule(public_budget_usd_per_year=30e6)

    assert max(project.finish for project in programme.projects) > 2040
    assert programme.budgets["year"].max() > 2040


def test_a_small_budget_is_an_error_where_overrun_is_forbidden():
    with pytest.raises(InfeasibleError, match="finish after 2040") as raised:
        schedule(public_budget_usd_per_year=30e6, overrun="error")

    assert "programme.public_budget_usd_per_year" in raised.value.clashing
    assert "region.yaml: horizon.last_year" in raised.value.clashing
    assert "million US$ of public money" in str(raised.value)


def test_a_large_budget_passes_where_overrun_is_forbidden(programme):
    assert schedule(overrun="error").spending.equals(programme.spending)


def test_free_works_have_dates_and_no_spending():
    programme = schedule(clearance_usd_per_ha=0)

    assert "clearance" not in set(programme.spending["kind"])


def test_the_rooms_table_of_contents_is_complete():
    assert len(set(room.__all__)) == len(room.__all__)
    assert all(hasattr(room, name) for name in room.__all__)
