"""The survey of steps and their costs, held against a step-by-step twin."""

from __future__ import annotations

from math import atan2, cos, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lands import CELL, OPTIONS, headings, hills, land, standard, step_twin, survey

from bunyad.connect.standards import allow_steps, cost_steps
from bunyad.connect.steps import half_headings


@pytest.mark.parametrize("name", ["two-lane", "four-lane", "railway"])
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_step_costs_what_the_twin_says(name: str, seed: int) -> None:
    water = np.random.default_rng(seed).random((8, 9)) < 0.2
    ground = land(hills(seed, 8, 9), water=water)
    design = standard(name)
    steps = survey(ground)

    cost = cost_steps(steps, design, options=OPTIONS)
    allowed = allow_steps(steps, design)

    for heading, offset in enumerate(steps.offsets):
        for node in range(ground.count):
            start = int(ground.rows[node]), int(ground.columns[node])
            end = start[0] + int(offset[0]), start[1] + int(offset[1])
            inside = 0 <= end[0] < 8 and 0 <= end[1] < 9
            assert (steps.target[heading, node] >= 0) == inside
            twin = step_twin(ground, start, end, design) if inside else None
            assert allowed[heading, node] == (twin is not None)
            if twin is not None:
                assert np.isclose(cost[heading, node], twin, rtol=1e-4)


@pytest.mark.parametrize(
    ("reach", "count", "worst"), [(1, 8, 1.083), (2, 16, 1.028), (3, 32, 1.014)]
)
def test_reach_gives_the_stated_number_of_headings_and_error(reach, count, worst) -> None:
    half = {(r, c) for r, c, _ in half_headings(reach_cells=reach, longest_cells=1)}
    both = half | {(-r, -c) for r, c in half}

    assert both == set(headings(reach))
    assert len(both) == count
    angles = sorted(atan2(r, c) for r, c in both)
    widest = max(np.diff([*angles, angles[0] + 2 * pi]))
    assert 1 / cos(widest / 2) <= worst


def test_shares_lie_between_0_and_1_and_sum_to_at_most_1() -> None:
    ground = land(hills(3, relief=400), rivers=[[600, -700, 900, -800], [900, -800, 1_300, -900]])

    steps = survey(ground)

    for share in (steps.bridge_share, steps.tunnel_share, steps.water_share, steps.viaduct_share):
        assert share.min() >= 0
        assert share.max() <= 1
    assert (steps.bridge_share + steps.tunnel_share).max() <= 1 + 1e-6
    assert (steps.viaduct_share <= steps.bridge_share).all()


def test_a_river_puts_a_bridge_of_the_stated_length_on_a_step() -> None:
    ground = land(np.zeros((3, 3)), rivers=[[250, 20, 250, -480]])
    steps = survey(ground)

    east = [tuple(offset) for offset in steps.offsets].index((0, 1))
    bridge_m = steps.bridge_share[east, 0] * CELL
    extra = cost_steps(steps, standard("two-lane"), options=OPTIONS)[east, [0, 1]]

    assert np.isclose(bridge_m, OPTIONS.river_bridge_m)
    assert np.isclose(
        extra[0] - extra[1],
        (OPTIONS.two_lane_bridge_usd_per_km - OPTIONS.two_lane_usd_per_km) * 0.1,
    )
    assert allow_steps(steps, standard("two-lane"))[east, 0]


def test_a_ridge_is_a_tunnel_and_a_gorge_a_viaduct() -> None:
    shape = np.zeros((3, 9))
    ridge, gorge = shape.copy(), shape.copy()
    ridge[:, 4], gorge[:, 4] = 400, -400
    surveys = [survey(land(field)) for field in (ridge, gorge)]

    longest = [tuple(offset) for offset in surveys[0].offsets].index((0, 6))
    start = 9 + 1

    assert surveys[0].tunnel_share[longest, start] > 0.2
    assert surveys[0].bridge_share[longest, start] == 0
    assert surveys[1].bridge_share[longest, start] > 0.2
    assert surveys[1].tunnel_share[longest, start] == 0


def test_no_step_leads_to_a_cell_that_routes_may_not_use() -> None:
    usable = np.ones((6, 6), bool)
    usable[:, 3] = False

    steps = survey(land(np.zeros((6, 6)), usable=usable))

    assert steps.target.max() == usable.sum() - 1
