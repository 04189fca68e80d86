"""Traffic and access on the small world."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lands import OPTIONS, small_networks
from worlds import small_region

from bunyad.connect.traffic import ACCESS, ROAD_TRAFFIC, TRAFFIC_TOTALS, assess_traffic
from bunyad.options import ConnectOptions, SettleOptions
from bunyad.settle import design_settlements
from bunyad.tables import conform


@cache
def settlements():
    return design_settlements(small_region(), options=SettleOptions())


def assess(options=OPTIONS, routes=None):
    routes = small_networks().routes if routes is None else routes
    return assess_traffic(small_region(), settlements=settlements(), routes=routes, options=options)


def test_the_tables_keep_to_their_schemas():
    traffic = assess()

    conform(traffic.roads, ROAD_TRAFFIC)
    conform(traffic.access, ACCESS)
    conform(traffic.totals, TRAFFIC_TOTALS)
    assert len(traffic.access) == 4 * len(settlements().places)


def test_every_road_of_a_tree_carries_someone():
    traffic = assess()

    assert (traffic.roads["vehicles_per_day"] > 0).any()
    assert (traffic.roads["car_units_per_day"] >= traffic.roads["vehicles_per_day"]).all()


def test_the_plan_never_makes_a_way_longer():
    access = assess().access
    both = access.dropna()

    assert (both["minutes_after"] <= both["minutes_before"] + 1e-9).all()
    assert (both["minutes_after"] < both["minutes_before"] - 1e-9).any()


def test_today_only_places_that_stand_have_services():
    access = assess().access
    schools = access[access["service"] == "school"]

    assert set(schools["nearest_before"]) == {"oldtown"}
    oldtown = schools[schools["settlement"] == "oldtown"]
    assert oldtown["minutes_before"].item() == 0


def test_a_service_that_is_nowhere_has_no_time():
    access = assess().access
    cities = access[access["service"] == "city"]

    assert set(cities["nearest_before"]) == {""}  # the only city is still to be rebuilt
    assert cities["minutes_before"].isna().all()
    assert cities["minutes_after"].notna().all()


def test_without_roads_people_keep_to_the_tracks():
    routes = small_networks().routes
    traffic = assess(routes=routes[routes["kind"] != "road"])
    place = settlements().places.set_index("id")
    way = traffic.access.set_index(["service", "settlement"]).loc[("city", "eastfield")]

    straight = place.geometry["eastfield"].distance(place.geometry["riverton"]) / 1e3
    assert way["minutes_after"] == pytest.approx(straight * 1.5 / 20 * 60)
    assert not len(traffic.roads)


def test_more_trips_ask_for_higher_classes():
    few, many = (assess(ConnectOptions(trips_per_person_day=trips)) for trips in (0.1, 5))

    assert many.roads["vehicles_per_day"].to_numpy() == pytest.approx(
        50 * few.roads["vehicles_per_day"].to_numpy()
    )
    assert (many.roads["lanes"] >= few.roads["lanes"]).all()
    assert np.all(few.roads["is_enough"] | ~many.roads["is_enough"])
