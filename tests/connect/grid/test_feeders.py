"""Feeders: never dearer than lines of their own, within current and voltage."""

from __future__ import annotations

from itertools import product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.connect.grid.catalogue import build_ladder, choose_bank, list_transformers
from bunyad.connect.grid.feeders import BUSBAR, lay_yard, plan_feeders, size_feeder
from bunyad.options import ConnectOptions

OPTIONS = ConnectOptions()


def yard_of(points, power_mw, kv=10.0):
    return lay_yard(
        np.array(points, float) * 1e3, np.zeros(2), power_mw=np.array(power_mw, float), kv=kv,
        options=OPTIONS,
    )  # fmt: skip


def stars(yard):
    return sum(
        size_feeder(yard, {n: BUSBAR}, options=OPTIONS).cost_usd for n in range(len(yard.power_mw))
    )


def drops_slowly(yard, feeders):
    """Sum (P R + Q X) / U² from the busbar to each place, the slow way."""
    slope = sqrt(1 / OPTIONS.grid_power_factor**2 - 1)
    count = len(yard.power_mw)
    ways = []
    for place in range(count):
        way = [place]
        while feeders.parent[way[-1]] != BUSBAR:
            way.append(feeders.parent[way[-1]])
        ways.append(way)
    flow = [sum(yard.power_mw[n] for n in range(count) if part in ways[n]) for part in range(count)]
    return [
        sum(
            flow[n] * feeders.length_km[n] / yard.kv**2
            * (feeders.rungs[n].resistance_ohm_per_km + slope * feeders.rungs[n].reactance_ohm_per_km)
            for n in way
        )
        for way in ways
    ], flow  # fmt: skip


coordinate = st.floats(-12, 12).map(lambda x: round(x, 2))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=6, unique=True),
    st.floats(0.1, 1.5),
)
def test_feeders_keep_to_voltage_and_current_and_cost_no_more_than_own_lines(points, power) -> None:
    yard = yard_of(points, [power] * len(points), kv=35.0)

    feeders = plan_feeders(yard, options=OPTIONS)

    drops, flow = drops_slowly(yard, feeders)
    assert max(drops) <= OPTIONS.grid_feeder_drop + 1e-9
    assert np.isclose(max(drops), feeders.drop)
    for rung, power_mw in zip(feeders.rungs, flow):
        assert power_mw / OPTIONS.grid_power_factor <= sqrt(3) * yard.kv * rung.ampere / 1e3
    assert feeders.cost_usd <= stars(yard) + 1e-6


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=4, unique=True))
def test_feeders_come_near_to_the_best_of_all_trees(points) -> None:
    yard = yard_of(points, [0.4] * len(points), kv=35.0)
    best = np.inf
    for parents in product(range(-1, len(points)), repeat=len(points)):
        tree = dict(enumerate(parents))
        if all(leads_home(tree, place) for place in tree):
            sized = size_feeder(yard, tree, options=OPTIONS)
            best = min(best, sized.cost_usd if sized else np.inf)

    found = plan_feeders(yard, options=OPTIONS).cost_usd

    assert best - 1e-6 <= found <= 1.15 * best + 1e-6


def leads_home(tree, place) -> bool:
    for _ in range(len(tree) + 1):
        if place == BUSBAR:
            return True
        place = tree[place]
    return False


def test_places_in_a_row_share_one_feeder() -> None:
    feeders = plan_feeders(yard_of([(4, 0), (8, 0), (12, 0)], [0.2] * 3), options=OPTIONS)

    assert feeders.parent == (BUSBAR, 0, 1)


def test_a_place_out_of_reach_has_no_feeder() -> None:
    assert plan_feeders(yard_of([(300, 0)], [5.0]), options=OPTIONS) is None
    assert plan_feeders(yard_of([(1, 0)], [5_000.0]), options=OPTIONS) is None


def test_stronger_lines_cost_more_and_resist_less() -> None:
    for kv in (10.0, 35.0, 110.0, 330.0):
        ladder = build_ladder(kv, options=OPTIONS)
        for key, sign in (("usd_per_km", 1), ("ampere", 1), ("resistance_ohm_per_km", -1)):
            assert (np.diff([getattr(rung, key) for rung in ladder]) * sign > 0).all()


def test_line_constants_are_those_of_the_handbook() -> None:
    """Faibisovich, handbook of power grid design: 110 kV AS 240/32, 330 kV 2 × AS 400/51."""
    at_110 = {rung.conductor: rung for rung in build_ladder(110.0, options=OPTIONS)[:6]}
    assert at_110["AS 240/32"].reactance_ohm_per_km == pytest.approx(0.405, rel=0.02)
    assert at_110["AS 240/32"].susceptance_us_per_km == pytest.approx(2.81, rel=0.02)
    strong = build_ladder(330.0, options=OPTIONS)[2]
    assert (strong.conductor, strong.circuits) == ("2 × AS 400/51", 1)
    assert strong.reactance_ohm_per_km == pytest.approx(0.323, rel=0.02)


@pytest.mark.parametrize("load", [0.0, 0.5, 3.9, 4.0, 21.0, 90.0, 700.0])
def test_banks_carry_their_load_also_with_one_transformer_out(load) -> None:
    unit, count = choose_bank(110.0, 10.0, load_mva=load, options=OPTIONS)

    assert unit.mva * count >= load
    if load >= OPTIONS.grid_two_transformers_mva:
        assert unit.mva * (count - 1) * OPTIONS.grid_outage_overload >= load * 0.97
    assert unit in list_transformers(110.0, 10.0)
