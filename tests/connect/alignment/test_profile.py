"""Profiles are the cheapest on their levels, and earth goes the shortest way."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog
from slopes import QUICK, design, hilly, place, surface

from bunyad.connect.alignment import BRIDGE, OPEN, TUNNEL, best_profile, evaluate_alignment
from bunyad.connect.alignment.kernels_land import usd_of
from bunyad.connect.alignment.kernels_profile import best_heights, price_earth
from bunyad.connect.alignment.prepare import rates_of


def usd_twin(fill, rules):
    """Cost of a metre by the rules as they are told."""
    if fill > rules.bridge_height_m:
        return rules.bridge_usd_per_m
    if fill < -rules.tunnel_cover_m:
        return rules.tunnel_usd_per_m
    section = rules.width_m * abs(fill) + rules.side_slope * fill**2
    return rules.usd_per_m + 5 * section


@pytest.mark.parametrize("fill", [-80.0, -30.0, -29.9, -1.0, 0.0, 2.5, 20.0, 20.1, 90.0])
def test_a_metre_costs_what_the_rules_say(fill):
    rules = design()
    assert usd_of(fill, 900.0, 0, rates_of(rules)) == pytest.approx(usd_twin(fill, rules))


@pytest.mark.parametrize("seed", range(5))
def test_heights_equal_those_of_trying_all(seed):
    random = np.random.default_rng(seed)
    rules = design()
    ground = np.concatenate([[0.0], random.uniform(-30, 30, 4), [0.0]])
    under = np.column_stack([ground, np.full(6, 900.0), np.zeros(6)])
    weight = np.array([25.0, 50, 50, 50, 50, 25])
    reach, level = np.full(5, 2), 4.0
    heights, usd = best_heights(
        under, weight, reach, np.full(6, -5), 11, (0.0, level), (0.0, 8.0),
        np.zeros(6), np.zeros(6, bool), rates_of(rules),
    )  # fmt: skip

    best = np.inf
    for levels in product(range(-5, 6), repeat=4):
        tried = np.array([0, *levels, 0])
        if np.abs(np.diff(tried)).max() <= 2:
            cost = sum(w * usd_twin(level * k - g, rules)
                       for w, k, g in zip(weight, tried, ground))  # fmt: skip
            best = min(best, cost)
    assert usd == pytest.approx(best)
    assert np.abs(np.diff(heights)).max() <= 8.0


@pytest.mark.parametrize("seed", range(5))
def test_hauling_costs_as_much_as_the_best_flow_of_earth(seed):
    random = np.random.default_rng(seed)
    surplus, length = random.normal(0, 100, 8), np.full(7, 100.0)
    rate, most = 0.01, 5.0
    _, usd = price_earth(surplus, length, rate, most, 50)

    # Flow right and left over each piece, and to a tip or from a pit at each station.
    pieces, stations = 7, 8
    cost = np.concatenate([np.tile(rate * length, 2), np.full(2 * stations, most)])
    balance = np.zeros((stations, len(cost)))
    for piece in range(pieces):
        balance[piece, [piece, pieces + piece]] = 1, -1
        balance[piece + 1, [piece, pieces + piece]] = -1, 1
    for station in range(stations):
        balance[station, [2 * pieces + station, 2 * pieces + stations + station]] = 1, -1
    known = linprog(cost, A_eq=balance, b_eq=surplus).fun
    assert usd == pytest.approx(known, rel=1e-6)


def test_a_valley_is_bridged_and_a_ridge_is_bored():
    column = np.arange(60)
    height = (
        100
        - 60 * np.exp(-(((column - 18) / 2.0) ** 2))
        + 90 * np.exp(-(((column - 42) / 2.5) ** 2))
    )
    land = surface(np.broadcast_to(height, (10, 60)))
    found = best_profile(land, design(), line_m=np.array([place(5, 2), place(5, 57)]),
                         options=QUICK)  # fmt: skip
    kinds = {int(kind) for kind in found.structure}
    assert kinds == {OPEN, BRIDGE, TUNNEL}
    grade = np.abs(np.diff(found.points_m[:, 2])) / np.diff(found.points_m[:, 0])
    assert grade.max() <= 0.08 * (1 + 1e-9)


def test_hauling_makes_a_profile_balance_its_earth():
    land = surface(hilly(1, relief=40))
    line = np.array([place(5, 5), place(50, 55)])
    free = best_profile(land, design(), line_m=line, options=QUICK)
    rules = design(haul_usd_per_m3_km=5.0)
    paid = best_profile(land, rules, line_m=line, options=QUICK)
    priced = evaluate_alignment(land, rules, points_m=free.points_m, options=QUICK)
    assert paid.capex_usd <= priced.capex_usd * (1 + 1e-6)
    assert paid.haul_usd > 0


def test_a_deep_line_where_no_tunnel_may_be_is_refused():
    height = np.full((10, 60), 50.0)
    height[:, 30:] = 300.0
    with pytest.raises(Exception, match="no test road"):
        best_profile(surface(height), design(has_tunnels=False, has_bridges=False),
                     line_m=np.array([place(5, 2), place(5, 57)]), options=QUICK)  # fmt: skip
