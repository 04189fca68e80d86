"""Fibre and microwave, the cheaper of both."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from shapely.geometry import Point

from bunyad.connect.radio import join_masts, sighted_pairs
from bunyad.connect.radio.sight import Relief
from bunyad.options import ConnectOptions

OPTIONS = ConnectOptions()
HOME = Point(1_000, -5_000)


def masts(*points: tuple[float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"id": [f"mast-{n}" for n in range(len(points))], "height_m": 40.0},
        geometry=[Point(p) for p in points],
        crs="EPSG:32638",
    )


def land(ridge_m: float = 0.0) -> Relief:
    heights = np.zeros((12, 50))
    heights[:, 25] = ridge_m
    return Relief(elevation_m=heights, cell_m=1e3, west_m=0.0, north_m=0.0)


def test_masts_on_both_sides_of_a_ridge_do_not_see_each_other():
    both = masts((22_000, -5_000), (28_000, -5_000))

    assert [pair[:2] for pair in sighted_pairs(land(), both, options=OPTIONS)] == [(0, 1)]
    assert sighted_pairs(land(200.0), both, options=OPTIONS) == []


def test_far_masts_are_joined_by_microwave_and_near_ones_by_fibre():
    table = join_masts(
        land(), masts((2_000, -5_000), (12_000, -5_000)), backbone=HOME, options=OPTIONS
    )

    assert table["kind"].tolist() == ["fibre", "microwave"]
    assert table["to"].tolist() == ["backbone", "mast-0"]
    assert table["length_km"].tolist() == pytest.approx([1.3, 10.0])
    assert table["capex_usd"].tolist() == pytest.approx([1.3 * 13_000, 40_000])


def test_behind_a_ridge_only_fibre_is_left():
    table = join_masts(
        land(200.0), masts((2_000, -5_000), (30_000, -5_000)), backbone=HOME, options=OPTIONS
    )

    assert table["kind"].tolist() == ["fibre", "fibre"]


def test_no_tree_that_joins_all_masts_is_cheaper():
    random = np.random.default_rng(3)
    spots = masts(*random.uniform([0, -11_000], [49_000, 0], (4, 2)).tolist())
    table = join_masts(land(60.0), spots, backbone=HOME, options=OPTIONS)

    edges = [
        ("backbone", f"mast-{n}", point.distance(HOME) * 1.3 * 13)
        for n, point in enumerate(spots.geometry)
    ] + [
        (f"mast-{i}", f"mast-{j}", 40_000.0)
        for i, j, _ in sighted_pairs(land(60.0), spots, options=OPTIONS)
    ]
    trees = [
        sum(cost for *_, cost in choice)
        for choice in combinations(edges, 4)
        if nx.is_connected(nx.Graph([edge[:2] for edge in choice] + [("backbone", "backbone")]))
        and nx.Graph([edge[:2] for edge in choice]).number_of_nodes() == 5
    ]
    assert table["capex_usd"].sum() == pytest.approx(min(trees))
    joined = nx.Graph(list(zip(table["mast"], table["to"])))
    assert nx.is_tree(joined)
    assert len(joined) == 5
