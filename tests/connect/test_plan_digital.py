"""Fibre and radio on the small world and on the built-in region."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
from lands import OPTIONS, small_networks
from shapely.geometry import LineString
from worlds import small_region

from bunyad.connect.digital import FIBRE, plan_digital
from bunyad.connect.radio import BACKHAUL, COVERAGE, MASTS, RADIO_TOTALS, RADIOS
from bunyad.options import ConnectOptions, Options, SettleOptions
from bunyad.region import load_region
from bunyad.settle import design_settlements
from bunyad.tables import conform


@cache
def settlements():
    return design_settlements(small_region(), options=SettleOptions())


@cache
def small_digital(**changed):
    return plan_digital(
        small_region(),
        settlements=settlements(),
        routes=small_networks().routes,
        options=ConnectOptions(**changed),
    )


def test_the_tables_keep_to_their_schemas():
    digital = small_digital()

    conform(digital.fibre, FIBRE)
    conform(digital.radio.masts, MASTS)
    conform(digital.radio.radios, RADIOS)
    conform(digital.radio.coverage, COVERAGE)
    conform(digital.radio.backhaul, BACKHAUL)
    conform(digital.radio.totals, RADIO_TOTALS)
    assert digital.radio.margin_db.dims == ("technology", "y", "x")


def test_planned_technologies_reach_the_wanted_shares():
    totals = small_digital().radio.totals
    planned = totals[totals["cover_weight"].notna()]

    assert planned["technology"].tolist() == ["lte_800", "lorawan_868"]
    for goal, kind in ((OPTIONS.radio_homes_share, "homes"), (OPTIONS.radio_roads_share, "roads")):
        reached = planned[f"{kind}_share"]
        wanted = np.minimum(goal, planned[f"reachable_{kind}_share"])
        assert (reached >= wanted - 1e-6).all()
    assert (planned["cover_bound"] <= planned["cover_weight"] + 1e-9).all()
    assert (
        planned["cover_bound"] >= (1 - OPTIONS.radio_cover_gap) * planned["cover_weight"] - 1e-6
    ).all()


def test_masts_cost_what_their_parts_cost_and_each_is_joined_once():
    radio = small_digital().radio

    assert radio.masts["backhaul_usd"].sum() == pytest.approx(radio.backhaul["capex_usd"].sum())
    assert radio.masts["radio_usd"].sum() == pytest.approx(radio.radios["capex_usd"].sum())
    assert radio.backhaul["mast"].tolist() == radio.masts["id"].tolist()
    towers_and_radios = (radio.masts["tower_usd"] + radio.masts["radio_usd"]).sum()
    assert radio.totals["capex_usd"].sum() == pytest.approx(towers_and_radios)


def test_lorawan_uses_the_masts_that_stand():
    totals = small_digital().radio.totals.set_index("technology")

    assert totals.loc["lorawan_868", "masts"] <= totals.loc["lte_800", "masts"]
    assert totals.loc["lorawan_868", "new_masts"] == 0
    assert totals.loc[["nr_700", "nr_3500"], "new_masts"].sum() == 0


def test_a_wider_goal_never_needs_fewer_masts():
    few = small_digital(radio_homes_share=0.5, radio_roads_share=0.3, radio_cover_gap=0)
    many = small_digital(radio_homes_share=1, radio_roads_share=0.9, radio_cover_gap=0)
    weight = [
        d.radio.totals.set_index("technology").loc["lte_800", "cover_weight"] for d in (few, many)
    ]

    assert weight[0] <= weight[1]


def test_the_same_input_gives_the_same_plan():
    again = plan_digital(
        small_region(), settlements=settlements(), routes=small_networks().routes, options=OPTIONS
    )

    assert again.fibre.equals(small_digital().fibre)
    assert again.radio.masts.equals(small_digital().radio.masts)
    assert again.radio.margin_db.identical(small_digital().radio.margin_db)


@pytest.mark.region
@pytest.mark.xdist_group("region")
def test_the_whole_region_has_a_signal_and_fibre():
    region = load_region("karabakh")
    people = design_settlements(region, options=Options().settle)
    towns = people.places[people.places["kind"] == "city"]
    spots = towns.geometry.to_list()
    roads = gpd.GeoDataFrame(
        {"id": [f"road-{n}" for n in range(len(spots) - 1)], "kind": "road"},
        geometry=[LineString(pair) for pair in pairwise(spots)],
        crs=region.crs,
    )
    roads["length_km"] = roads.length / 1e3

    digital = plan_digital(region, settlements=people, routes=roads, options=OPTIONS)

    planned = digital.radio.totals.iloc[:2]
    wanted = np.minimum(0.95, planned["reachable_homes_share"])
    assert (planned["homes_share"] >= wanted - 1e-6).all()
    assert set(people.places["id"]) <= {*digital.fibre["from"], *digital.fibre["to"]}
