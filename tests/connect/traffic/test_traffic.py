"""Roads as a graph, trips on them, classes and access."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from bunyad.connect.traffic import (
    asked_class,
    count_trips,
    drive_speeds,
    find_drives,
    link_roads,
    load_links,
    planned_class,
)
from bunyad.errors import InputError
from bunyad.options import ConnectOptions

CRS = "EPSG:32638"
OPTIONS = ConnectOptions()


def places(**spots: tuple[float, float]) -> gpd.GeoDataFrame:
    points = [Point(x * 1e3, y * 1e3) for x, y in spots.values()]
    return gpd.GeoDataFrame({"id": list(spots)}, geometry=points, crs=CRS)


def roads(**lines: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    shapes = [LineString([(x * 1e3, y * 1e3, 7.0) for x, y in line]) for line in lines.values()]
    return gpd.GeoDataFrame(
        {"id": list(lines), "length_km": [shape.length / 1e3 for shape in shapes]},
        geometry=shapes,
        crs=CRS,
    )


def network(links) -> nx.Graph:
    net = nx.Graph()
    for one, two, km in zip(links["start"], links["end"], links["length_km"]):
        if not net.has_edge(one, two) or km < net.edges[one, two]["km"]:
            net.add_edge(one, two, km=km)
    return net


def test_a_road_that_ends_on_another_one_joins_it_there():
    links = link_roads(
        roads(main=[(0, 0), (20, 0)], side=[(8, 0), (8, 6)]),
        places(a=(0, 0), b=(20, 0), c=(8, 6)),
        options=OPTIONS,
    )

    net = network(links)
    assert nx.shortest_path_length(net, "a", "c", weight="km") == pytest.approx(14)
    assert nx.shortest_path_length(net, "b", "c", weight="km") == pytest.approx(18)
    assert links.loc[links["route"] == "main", "length_km"].sum() == pytest.approx(20)


def test_roads_that_only_pass_each_other_are_not_joined():
    links = link_roads(
        roads(main=[(0, 0), (20, 0)], over=[(8, -6), (8, 6)]),
        places(a=(0, 0), c=(8, 6)),
        options=OPTIONS,
    )

    assert not nx.has_path(network(links), "a", "c")


def test_without_roads_there_are_no_links():
    assert not len(link_roads(roads(), places(a=(0, 0)), options=OPTIONS))


def drives_over(links, names, kmh=60.0):
    return find_drives(
        links, places=names, speed_kmh=dict.fromkeys(links["route"], kmh), way_kmh=kmh
    )


def random_links(seed: int) -> gpd.GeoDataFrame:
    random = np.random.default_rng(seed)
    net = nx.gnm_random_graph(14, 22, seed=seed)
    return gpd.GeoDataFrame(
        {
            "start": [f"n{a}" for a, _ in net.edges],
            "end": [f"n{b}" for _, b in net.edges],
            "route": [f"r{n}" for n in range(len(net.edges))],
            "length_km": random.uniform(1, 30, len(net.edges)),
        },
        geometry=[LineString([(0, 0), (1, 1)])] * len(net.edges),
        crs=CRS,
    )


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_loads_are_those_of_walking_every_way_by_itself(seed):
    links = random_links(seed)
    names = [f"n{n}" for n in range(6)]
    flows = np.random.default_rng(seed).uniform(0, 100, (6, 6))
    np.fill_diagonal(flows, 0)

    drives = drives_over(links, names)
    load = load_links(drives, flows, count=len(links))

    net = network(links)
    expected = np.zeros(len(links))
    row_of = {frozenset(pair): row for row, pair in enumerate(zip(links["start"], links["end"]))}
    for i, one in enumerate(names):
        for j, two in enumerate(names):
            if one in net and two in net and i != j and nx.has_path(net, one, two):
                path = nx.shortest_path(net, one, two, weight="km")
                km = nx.path_weight(net, path, "km")
                assert drives.minutes[i, j] == pytest.approx(km)  # at 60 km/h
                for pair in pairwise(path):
                    expected[row_of[frozenset(pair)]] += flows[i, j]
    assert load == pytest.approx(expected)


def test_ways_without_length_carry_what_passes_them():
    links = link_roads(
        roads(one=[(0, 0), (10, 0)], two=[(10, 0), (20, 0)]),
        places(a=(0, 0), m=(10, 0), b=(20, 0)),
        options=OPTIONS,
    )
    flows = np.zeros((3, 3))
    flows[0, 2] = 5.0

    load = load_links(drives_over(links, ["a", "m", "b"]), flows, count=len(links))

    assert load[links["route"] != ""].tolist() == [5.0, 5.0]


@given(st.lists(st.floats(1, 1e5), min_size=2, max_size=7), st.integers(0, 1_000))
def test_each_person_makes_the_given_trips_and_comes_back(people, seed):
    size = len(people)
    minutes = np.random.default_rng(seed).uniform(1, 200, (size, size))
    minutes = (minutes + minutes.T) / 2

    trips = count_trips(np.array(people), minutes, options=OPTIONS)

    assert trips.sum() == pytest.approx(sum(people) * OPTIONS.trips_per_person_day)
    assert trips == pytest.approx(trips.T)
    assert (np.diag(trips) == 0).all()


def test_nearer_and_larger_places_draw_more_trips():
    minutes = np.array([[0, 20, 40, 20], [20, 0, 9, 9], [40, 9, 0, 9], [20, 9, 9, 0]], float)

    trips = count_trips(np.array([100.0, 50, 50, 80]), minutes, options=OPTIONS)

    assert trips[0, 3] > trips[0, 1] > trips[0, 2]


def test_a_place_that_no_road_reaches_makes_no_trips():
    apart = np.full((2, 2), np.inf)

    assert count_trips(np.array([10.0, 10.0]), apart, options=OPTIONS).sum() == 0


def test_traffic_asks_for_the_class_of_the_standard():
    # SNiP 2.05.02-85, table 1: 200, 2,000, 6,000 and 14,000 car units a day.
    units = np.array([199, 200, 2_000, 6_000, 14_000, 1e6])

    assert asked_class(units).tolist() == ["V", "IV", "III", "II", "I", "I"]


def test_steeper_roads_are_slower_within_the_speeds_of_their_class():
    table = pd.DataFrame(
        {
            "standard": ["two-lane"] * 4 + ["four-lane"] * 2,
            "max_grade_percent": [0.0, 5.5, 8.0, 12.0, 0.0, 6.0],
        }
    )

    speeds = drive_speeds(table, options=ConnectOptions(travel_speed_share=1))

    assert speeds.tolist() == [100, 80, 50, 50, 120, 80]


def test_a_standard_that_no_class_has_is_named():
    with pytest.raises(InputError, match=r"'monorail'.*two-lane"):
        planned_class("monorail")
