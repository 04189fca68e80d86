"""Rings and trees of fibre."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from bunyad.connect.digital import fibre_links, fibre_routes
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions


def links(*rows: tuple[str, str, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "from": [row[0] for row in rows],
            "to": [row[1] for row in rows],
            "route": "",
            "length_km": [row[2] for row in rows],
            "along_road": False,
            "cost_usd": [row[2] for row in rows],
        },
        geometry=[LineString([(0, 0), (1, 1)])] * len(rows),
        crs="EPSG:32638",
    )


def net_of(table) -> nx.MultiGraph:
    return nx.MultiGraph(list(zip(table["from"], table["to"])))


def protected(net, hubs) -> bool:
    """Cut each link in turn, the slow way."""
    for edge in list(net.edges):
        rest = net.copy()
        rest.remove_edge(*edge)
        if not all(nx.has_path(rest, hubs[0], hub) for hub in hubs):
            return False
    return True


@given(st.integers(0, 10_000))
@settings(max_examples=40)
def test_all_are_joined_and_one_cut_parts_no_hub_where_that_is_possible(seed):
    random = np.random.default_rng(seed)
    whole = nx.gnm_random_graph(12, 18, seed=seed)
    whole = whole.subgraph(max(nx.connected_components(whole), key=len))
    names = [f"n{node}" for node in whole]
    rows = links(*((f"n{a}", f"n{b}", float(random.integers(1, 20))) for a, b in whole.edges))
    hubs, terminals = names[:3], names[:6]

    table = fibre_routes(rows, terminals=terminals, hubs=hubs)
    net = net_of(table)

    assert nx.is_connected(net)
    assert set(terminals) <= set(net)
    assert protected(net, hubs) or not protected(net_of(rows), hubs)
    tree_cost = nx.minimum_spanning_tree(nx.Graph(net_of(rows))).number_of_edges()
    assert len(table) <= 2 * tree_cost
    on_ring = set(table.loc[table["role"] == "ring", "id"])
    assert on_ring or not protected(net_of(rows), hubs) or len(net) < 3


def test_a_ring_goes_through_the_hubs_and_villages_hang_on_it():
    rows = links(
        ("a", "b", 1), ("b", "c", 1), ("c", "a", 3), ("b", "v", 1), ("v", "c", 9), ("c", "x", 1)
    )

    table = fibre_routes(rows, terminals=["v"], hubs=["a", "b", "c"])

    roles = {
        frozenset(pair): role for *pair, role in zip(table["from"], table["to"], table["role"])
    }
    assert roles == {
        frozenset("ab"): "ring", frozenset("bc"): "ring", frozenset("ca"): "ring",
        frozenset("bv"): "tree",
    }  # fmt: skip


def test_two_ways_between_the_same_hubs_make_a_ring():
    rows = links(("a", "b", 1), ("a", "b", 2), ("a", "b", 5))

    table = fibre_routes(rows, terminals=[], hubs=["a", "b"])

    assert table["cost_usd"].tolist() == [1, 2]
    assert table["role"].tolist() == ["ring", "ring"]


def test_a_bridge_that_nothing_goes_round_stays():
    rows = links(("a", "m", 1), ("m", "b", 1))

    table = fibre_routes(rows, terminals=[], hubs=["a", "b"])

    assert table["role"].tolist() == ["tree", "tree"]


def test_one_place_alone_needs_no_fibre():
    assert not len(fibre_routes(links(("a", "b", 1)), terminals=["a"], hubs=[]))


def test_places_that_fibre_cannot_reach_are_named():
    with pytest.raises(InfeasibleError, match="no fibre can reach d, e"):
        fibre_routes(links(("a", "b", 1), ("d", "e", 1)), terminals=["a", "d", "e"], hubs=[])


def test_fibre_beside_a_new_road_costs_less_than_alone():
    places = gpd.GeoDataFrame(
        {"id": ["a", "b", "c"]},
        geometry=[Point(0, 0), Point(10_000, 0), Point(10_000, 8_000)],
        crs="EPSG:32638",
    )
    roads = gpd.GeoDataFrame(
        {"id": ["r"], "length_km": [11.0]},
        geometry=[LineString([(0, 0), (10_000, 0)])],
        crs="EPSG:32638",
    )

    table = fibre_links(roads, places, options=ConnectOptions())

    along = table[table["along_road"]]
    alone = table[~table["along_road"] & (table["length_km"] > 0)]
    assert along["cost_usd"].sum() == pytest.approx(11.0 * 5_600)
    assert (alone["cost_usd"] / alone["length_km"]).tolist() == pytest.approx([13_000] * 3)
    assert alone["length_km"].min() == pytest.approx(8 * 1.3)
