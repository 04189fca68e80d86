"""The front door of the room."""

from __future__ import annotations

import pytest
import worlds

import bunyad.settle as room
from bunyad.options import SettleOptions
from bunyad.settle import PLACES, POPULATION_PATH, SERVICES, SMART_SYSTEMS, design_settlements


@pytest.fixture(scope="module")
def settlements():
    return design_settlements(worlds.small_region(), options=SettleOptions())


def test_the_tables_have_their_declared_columns(settlements):
    assert list(settlements.places.columns) == PLACES.names()
    assert list(settlements.population.columns) == POPULATION_PATH.names()
    assert list(settlements.services.columns) == SERVICES.names()
    assert list(settlements.smart_systems.columns) == SMART_SYSTEMS.names()
    assert settlements.places.crs == worlds.CRS


def test_places_hold_the_last_year_of_the_path(settlements):
    path = settlements.population
    last = path[path["year"] == 2040].set_index("settlement")["people"]

    assert settlements.places.set_index("id")["people"].to_dict() == last.to_dict()


def test_yearly_and_peak_demand_are_those_of_the_hours(settlements):
    hourly = settlements.demand_kw.sum("use")

    assert settlements.places["annual_demand_mwh"].to_numpy() == pytest.approx(
        hourly.sum("time").to_numpy() / 1000
    )
    assert settlements.places["peak_demand_kw"].to_numpy() == pytest.approx(
        hourly.max("time").to_numpy()
    )


def test_costs_of_places_are_the_sums_of_their_bills(settlements):
    places = settlements.places.set_index("id")
    services = settlements.services.groupby("settlement")["cost_usd"].sum()
    smart = settlements.smart_systems.groupby("settlement")["cost_usd"].sum()

    for place in places.index:
        assert places.loc[place, "capex_usd"] == pytest.approx(services[place])
        assert places.loc[place, "smart_capex_usd"] == pytest.approx(smart.get(place, 0.0))
    assert places.loc["oldtown", ["capex_usd", "smart_capex_usd"]].eq(0).all()


def test_the_same_region_gives_the_same_settlements(settlements):
    again = design_settlements(worlds.small_region(), options=SettleOptions())

    assert again.places.equals(settlements.places)
    assert again.smart_systems.equals(settlements.smart_systems)
    assert again.demand_kw.identical(settlements.demand_kw)


def test_the_rooms_table_of_contents_is_complete():
    assert len(set(room.__all__)) == len(room.__all__)
    assert all(hasattr(room, name) for name in room.__all__)
