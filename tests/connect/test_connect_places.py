"""The whole room on the small world."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from lands import OPTIONS, made_up_potential, made_up_settlements, small_networks
from shapely.geometry import Point
from worlds import SOUTH, WEST, small_region

from bunyad import connect
from bunyad.connect import BUS_MEMBERS, BUSES, ROUTE_CHECKS, ROUTES, connect_places, find_route
from bunyad.connect.ground import find_nodes, lay_ground
from bunyad.errors import InfeasibleError, InputError


def connect_region(region, options=OPTIONS):
    return connect_places(
        region,
        settlements=made_up_settlements(region),
        potential=made_up_potential(),
        options=options,
    )


def segments(routes: gpd.GeoDataFrame) -> list[tuple]:
    """All steps of the routes as unordered pairs of points."""
    return [
        tuple(sorted(pair))
        for line in routes.geometry
        for pair in zip(line.coords[:-1], line.coords[1:])
    ]


def test_the_public_names_are_exact() -> None:
    assert set(connect.__all__) == {
        "BUSES", "BUS_MEMBERS", "ROUTES", "ROUTE_CHECKS", "Networks", "connect_places", "find_route",
    }  # fmt: skip


def test_tables_have_the_declared_columns() -> None:
    networks = small_networks()

    assert list(networks.routes) == ROUTES.names()
    assert list(networks.buses) == BUSES.names()
    assert list(networks.bus_members) == BUS_MEMBERS.names()
    assert list(networks.route_checks) == ROUTE_CHECKS.names()
    assert networks.routes["id"].is_unique
    assert networks.routes.crs == small_region().crs


def test_the_roads_join_every_settlement() -> None:
    region = small_region()
    roads = small_networks().routes.query("kind == 'road'")
    net = nx.Graph(segments(roads))
    ground = lay_ground(region, options=OPTIONS)
    nodes = find_nodes(ground, region.settlements.geometry)

    assert nx.is_connected(net)
    assert set(map(tuple, ground.points(nodes))) <= set(net)


@cache
def doubled_routes() -> gpd.GeoDataFrame:
    """Routes of the small world with two corridors that are asked for twice."""
    region = small_region()
    corridors = region.corridors.copy()
    extra = corridors.iloc[[0, 1]].assign(
        id=["ridge-again", "rail-again"], is_planned=True, stops="riverton;westhill"
    )
    more = replace(region, corridors=pd.concat([corridors, extra], ignore_index=True))

    return connect_region(more).routes


@pytest.mark.parametrize("kind", ["road", "railway"])
def test_no_step_is_built_twice_so_lengths_and_costs_add_up(kind: str) -> None:
    routes = doubled_routes().query(f"kind == '{kind}'")

    assert max(Counter(segments(routes)).values()) == 1
    on_map = routes.geometry.length.sum() / 1e3
    assert on_map <= routes["length_km"].sum() <= on_map * 1.01


def test_links_bear_the_class_and_the_ends_that_they_join() -> None:
    routes = small_networks().routes.set_index("id")

    rail = routes.loc["railway-oldtown-southbank"]
    assert rail["standard"] == "single track"
    assert rail["name"] == "Railway Oldtown–Southbank"
    assert rail["district"] == "Lowland"
    assert set(routes.query("kind == 'road'")["standard"]) == {"two-lane"}
    assert routes.query("kind != 'power_line'")["voltage_kv"].isna().all()


def test_grades_keep_to_the_limits_and_no_part_is_longer_than_the_whole() -> None:
    routes = small_networks().routes
    limits = {"two-lane": 8, "four-lane": 6, "single track": 2}
    ways = routes[routes["standard"].isin(limits)]

    assert (ways["max_grade_percent"] <= ways["standard"].map(limits) + 1e-6).all()
    assert (routes["bridge_km"] + routes["tunnel_km"] <= routes["length_km"]).all()
    assert (routes[["length_km", "capex_usd"]] > 0).all(axis=None)


def test_a_planned_road_is_parted_at_the_settlements_it_passes_and_used_by_local_roads() -> None:
    region = small_region()
    whole = find_route(
        region, start="riverton", end="oldtown", kind="road", standard="tunnels", options=OPTIONS
    )
    middle = whole.geometry.iloc[0].coords[len(whole.geometry.iloc[0].coords) // 2]
    places = region.settlements.copy()
    places.loc[places["id"] == "southbank", "geometry"] = Point(middle)
    main = region.corridors.iloc[[0]].assign(
        id="main", standard="tunnels", is_planned=True, stops="riverton;oldtown"
    )
    changed = replace(region, settlements=places, corridors=main)

    roads = connect_region(changed).routes.query("kind == 'road'")

    four_lane = roads[roads["standard"] == "four-lane"]
    assert set(zip(four_lane["start"], four_lane["end"])) == {
        ("riverton", "southbank"), ("southbank", "oldtown"),
    }  # fmt: skip
    assert not set(segments(four_lane)) & set(segments(roads.drop(four_lane.index)))


def test_a_corridor_that_is_not_planned_is_only_checked() -> None:
    networks = small_networks()

    check = networks.route_checks.set_index("corridor").loc["ridge-road"]
    alone = find_route(
        small_region(), start="riverton", end="westhill", kind="road", standard="land",
        options=OPTIONS,
    )  # fmt: skip
    assert check["published_key"] == "road_ridge_km"
    assert np.isclose(check["length_km"], alone["length_km"].item())
    assert np.isclose(check["capex_usd"], alone["capex_usd"].item())
    assert len(networks.route_checks) == 1


def test_the_road_takes_the_gap_in_the_ridge() -> None:
    road = find_route(
        small_region(), start="riverton", end="westhill", kind="road", standard="land",
        options=OPTIONS,
    )  # fmt: skip

    crossing = road.geometry.iloc[0].intersection(
        shapely.LineString([(WEST + 8_100, SOUTH), (WEST + 8_100, SOUTH + 36_000)])
    )
    assert abs(crossing.centroid.y - SOUTH - 20_000) < 4_000
    assert 26 < road["length_km"].item() < 40


def test_same_input_gives_the_same_bytes() -> None:
    one, other = small_networks(), connect_region(small_region())

    assert one.routes.to_json() == other.routes.to_json()
    pd.testing.assert_frame_equal(one.bus_members, other.bus_members)
    assert one.buses.to_json() == other.buses.to_json()


def test_every_unknown_stop_is_named() -> None:
    region = small_region()
    corridors = region.corridors.assign(stops=["riverton;atlantis", "eldorado;oldtown"])

    with pytest.raises(InputError) as caught:
        connect_region(replace(region, corridors=corridors))

    assert "atlantis" in str(caught.value)
    assert "eldorado" in str(caught.value)


def test_settlements_that_no_road_can_reach_are_named() -> None:
    region = small_region()
    level = region.terrain.copy(deep=True)
    level["elevation_m"][:, :12] += 30_000
    options = OPTIONS.model_copy(update={"relaxed_structure_km": 1.0, "max_structure_km": 1.0})
    high = replace(region, terrain=level, corridors=region.corridors.iloc[1:])

    with pytest.raises(InfeasibleError, match=r"joins riverton and westhill"):
        connect_region(high, options)


def test_a_settlement_hard_to_reach_is_joined_under_relaxed_limits() -> None:
    region = small_region()
    level = region.terrain.copy(deep=True)
    level["elevation_m"][:, 10:13] += 900
    rugged = replace(region, terrain=level, corridors=region.corridors.iloc[1:])

    roads = connect_region(rugged).routes.query("kind == 'road'")

    assert nx.is_connected(nx.Graph(segments(roads)))
    hard = roads.set_index("end").loc["westhill"]
    assert hard["tunnel_km"] + hard["bridge_km"] > 1
    assert 8 < hard["max_grade_percent"] <= 8 * OPTIONS.relaxed_grade_factor


@pytest.mark.parametrize(("start", "end"), [("riverton", "atlantis"), ("riverton", "riverton")])
def test_a_route_needs_two_known_settlements(start: str, end: str) -> None:
    with pytest.raises(InputError, match="no pair of settlements"):
        find_route(
            small_region(), start=start, end=end, kind="road", standard="land", options=OPTIONS
        )


def test_a_lone_village_with_no_corridor_needs_no_route() -> None:
    region = small_region()
    lone = replace(
        region,
        settlements=region.settlements.iloc[:1],
        substations=region.substations.iloc[:1],
        corridors=region.corridors.iloc[:0],
        rivers=region.rivers.iloc[:0],
    )
    potential = made_up_potential()

    networks = connect_places(
        lone,
        settlements=made_up_settlements(lone),
        potential=replace(potential, sites=potential.sites.iloc[:0]),
        options=OPTIONS,
    )

    assert list(networks.routes) == ROUTES.names()
    assert len(networks.routes) == len(networks.route_checks) == 0
    assert networks.bus_members["bus"].tolist() == ["sub-oldtown"]
