"""Schemes: power, cost, candidates and their choice, held against slow twins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Floats
from bunyad.potential.kernels_hydro import choose_apart, usable_flow
from bunyad.potential.schemes import (
    Schemes,
    candidate_schemes,
    choose_schemes,
    plant_reaches,
    power_mw,
    scheme_capex,
)
from bunyad.potential.streams import Streams, daily_spread, drain_terrain
from bunyad.potential.technology import technologies

OPTIONS = PotentialOptions()
SHAPE = np.array([4.0, 4, 8, 14, 19, 15, 9, 6, 5, 6, 5, 5]) * 12 / 100


def straight_river(heights: list[float], flow: float) -> tuple[Streams, Floats]:
    """Return a river of cells of 1 km in a row, with one flow all along."""
    streams = drain_terrain(np.array([heights]), (1_000.0, 1_000.0))
    return streams, np.outer(np.full(len(heights), flow), SHAPE)


def schemes_of(heights: list[float], flow: float, **options: float) -> tuple[Schemes, Streams]:
    chosen = PotentialOptions.model_validate(options)
    streams, monthly = straight_river(heights, flow)
    is_open = streams.target >= 0
    hydro = technologies(chosen)["hydro"]
    return candidate_schemes(streams, monthly, is_open, hydro, options=chosen), streams


def test_power_follows_flow_and_head() -> None:
    # 1,000 kg/m³ × 9.80665 m/s² × 10 m³/s × 100 m = 9.80665 MW before losses.
    lossless = PotentialOptions(hydro_efficiency=1, hydro_head_loss_share=0)

    assert power_mw(np.array(10.0), np.array(100.0), options=lossless) == pytest.approx(9.80665)


def test_candidates_are_all_pairs_within_reach_and_head() -> None:
    found, _ = schemes_of([500, 400, 300, 200, 100], 5, hydro_max_waterway_km=2)

    pairs = set(zip(found.intake.tolist(), found.power_house.tolist(), strict=True))
    assert pairs == {(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (2, 4), (3, 4)}
    np.testing.assert_allclose(found.head_m, found.length_m / 10)


def test_low_heads_and_small_plants_are_left_out() -> None:
    flat, _ = schemes_of([30, 20, 10], 50, hydro_min_head_m=15)
    small, _ = schemes_of([500, 400, 300], 0.1)

    assert flat.head_m.tolist() == [20]
    assert small.count == 0


def test_a_large_river_gets_a_plant_of_the_largest_size() -> None:
    found, _ = schemes_of([500, 400], 500, hydro_max_site_mw=30)

    assert found.capacity_mw == pytest.approx(30)
    assert power_mw(found.design_m3s, found.head_m, options=OPTIONS) == pytest.approx(30)


def test_more_water_left_in_the_river_yields_less_energy() -> None:
    dry, wet = (
        schemes_of([500, 400], 5, hydro_environmental_share=share)[0].annual_energy_gwh.sum()
        for share in (0.4, 0.1)
    )

    assert 0 < dry < wet


def test_a_plant_never_takes_more_than_the_river_brings() -> None:
    found, _ = schemes_of([500, 400], 5, hydro_environmental_share=0.2)
    water = found.use * found.design_m3s[:, None]

    assert (found.use <= 1 + 1e-12).all()
    assert (water <= 5 * SHAPE).all()
    # What stays is at least the environmental flow of a day of mean flow, unless less comes.
    assert water.mean() <= 5 * 0.8


@settings(max_examples=50, deadline=None)
@given(st.floats(0.1, 50), st.floats(0, 20), st.floats(0.01, 60))
def test_usable_flow_equals_its_slow_twin(flow: float, kept: float, most: float) -> None:
    spread = daily_spread(options=OPTIONS)
    monthly = flow * SHAPE[None]

    fast = usable_flow(monthly, spread, np.array([kept]), np.array([most]))

    slow = np.clip(monthly[0][:, None] * spread - kept, 0, most).mean(axis=1)
    np.testing.assert_allclose(fast[0], slow, rtol=1e-12)


def test_few_steps_of_the_daily_spread_are_enough() -> None:
    rng = np.random.default_rng(1)
    sigma = np.sqrt(np.log1p(OPTIONS.hydro_daily_variation**2))
    many = rng.lognormal(-(sigma**2) / 2, sigma, 1_000_000)[:, None] * SHAPE * 5
    exact = np.clip(many - 1, 0, 5).mean()

    few = usable_flow(5 * SHAPE[None], daily_spread(options=OPTIONS), np.ones(1), np.full(1, 5.0))

    assert few.mean() == pytest.approx(exact, rel=0.005)


def test_the_reference_plant_has_the_cost_of_the_options() -> None:
    head = 100 / (1 - OPTIONS.hydro_head_loss_share)

    cost = scheme_capex(np.array([5.0, 2.5]), np.full(2, head), np.zeros(2), 2_806, options=OPTIONS)

    assert cost[0] == pytest.approx(2_806)
    assert cost[1] == pytest.approx(2_806 * 2**0.3)


def test_the_best_of_a_river_is_taken_and_overlaps_are_not() -> None:
    found, streams = schemes_of([700, 600, 500, 480, 400, 100, 90], 5)

    chosen = choose_schemes(found, streams)

    assert (np.diff(chosen.lcoe_usd_per_mwh) >= 0).all()
    assert chosen.lcoe_usd_per_mwh[0] == found.lcoe_usd_per_mwh.min()
    used: set[int] = set()
    for intake, end in zip(chosen.intake.tolist(), chosen.power_house.tolist(), strict=True):
        ways = set(range(intake, end))
        assert not used & ways
        used |= ways


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 4)), min_size=1, max_size=12))
def test_choosing_apart_equals_its_slow_twin(stretches: list[tuple[int, int]]) -> None:
    target = np.append(np.arange(1, 14), -1)
    starts = np.array([start for start, _ in stretches])
    ends = np.array([start + length for start, length in stretches])

    taken = choose_apart(np.arange(len(starts)), starts, ends, target)

    used: set[int] = set()
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        ways = set(range(start, end))
        assert taken[number] == (not ways & used)
        used |= ways if taken[number] else set()


def test_a_plant_takes_the_river_above_it_as_far_as_its_power_needs() -> None:
    streams, monthly = straight_river([500, 400, 300, 200, 100], 10)
    flow = monthly.mean(axis=1)
    plants = np.array([4, 4])

    one = plant_reaches(streams, flow, plants[:1], np.array([8.0]), options=OPTIONS)
    two = plant_reaches(streams, flow, plants, np.array([8.0, 5.0]), options=OPTIONS)
    source = plant_reaches(streams, flow, np.array([0]), np.array([5.0]), options=OPTIONS)

    # 100 m of head carry 7.75 MW.
    assert np.flatnonzero(one).tolist() == [2, 3]
    assert np.flatnonzero(two).tolist() == [1, 2, 3]
    assert not source.any()
