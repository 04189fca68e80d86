"""Rays over the terrain, against dense sampling and figures from textbooks."""

from __future__ import annotations

from math import exp, hypot, inf, log10, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.connect.radio import Relief, losses_db, radios, visible_cells
from bunyad.connect.radio.kernels_sight import (
    height_at,
    knife_edge_loss,
    least_clearances,
    path_losses,
)
from bunyad.options import ConnectOptions

OPTIONS = ConnectOptions()
EARTH = 8_494_667.0
CELL = 500.0


def hills(seed: int, size: int = 24, relief: float = 150.0) -> np.ndarray:
    random = np.random.default_rng(seed)
    field = random.normal(size=(size, size))
    for axis in (0, 1, 0, 1):
        field = (np.roll(field, 1, axis) + field + np.roll(field, -1, axis)) / 3
    return 500 + relief * field / field.std()


def end(field: np.ndarray, row: float, column: float, above: float) -> np.ndarray:
    return np.array([row, column, height_at(field, row, column) + above])


def profile(field: np.ndarray, one: np.ndarray, two: np.ndarray, count: int):
    """Ground between two ends at equal parts of the way, ends left out."""
    parts = np.arange(1, count) / count
    ground = [height_at(field, *(one[:2] + p * (two[:2] - one[:2]))) for p in parts]
    return parts, np.array(ground), CELL * hypot(*(two[:2] - one[:2]))


def clearance_twin(field, one, two, count=4_000) -> float:
    parts, ground, length = profile(field, one, two, count)
    bulge = length**2 * parts * (1 - parts) / (2 * EARTH)
    return float((one[2] + parts * (two[2] - one[2]) - ground - bulge).min())


def bullington_twin(field, one, two, wavelength, count=4_000) -> float:
    """ITU-R P.526 section 4.5.1 as written there: km, and the median curvature Ce in 1/km."""
    parts, ground, length = profile(field, one, two, count)
    d, di, ce = length / 1e3, parts * length / 1e3, 1e3 / EARTH
    raised = ground + 500 * ce * di * (d - di)
    tx, rx = one[2], two[2]
    s_tim, s_tr = ((raised - tx) / di).max(), (rx - tx) / d
    if s_tim < s_tr:
        above = raised - (tx * (d - di) + rx * di) / d
        v = (above * np.sqrt(0.002 * d / (wavelength * di * (d - di)))).max()
    else:
        s_rim = ((raised - rx) / (d - di)).max()
        dbp = (rx - tx + s_rim * d) / (s_tim + s_rim)
        above = tx + s_tim * dbp - (tx * (d - dbp) + rx * dbp) / d
        v = above * sqrt(0.002 * d / (wavelength * dbp * (d - dbp)))
    edge = 6.9 + 20 * log10(sqrt((v - 0.1) ** 2 + 1) + v - 0.1) if v > -0.78 else 0.0
    free = 32.45 + 20 * log10(299.792458 / wavelength) + 20 * log10(d)
    return free + edge + (1 - exp(-edge / 6)) * (10 + 0.02 * d)


places = st.tuples(st.floats(0, 23), st.floats(0, 23))


@given(st.integers(0, 50), places, places, st.floats(1, 80))
@settings(max_examples=40)
def test_the_clearance_of_a_ray_is_that_of_dense_sampling(seed, one, two, above):
    field = hills(seed)
    mast, target = end(field, *one, above), end(field, *two, 2.0)
    if hypot(one[0] - two[0], one[1] - two[1]) < 0.1:
        return

    exact = least_clearances(field, CELL, mast, target[None], EARTH, 0.0, 0.0, 1e9)[0]
    sampled = min(clearance_twin(field, mast, target), above, 2.0)

    assert exact <= sampled + 1e-9
    assert exact == pytest.approx(sampled, abs=0.5)


@given(st.integers(0, 50), places, places, st.floats(5, 80))  # nearer ground decides by its samples
@settings(max_examples=40)
def test_the_loss_is_that_of_the_recommendation_on_dense_samples(seed, one, two, above):
    field = hills(seed)
    mast, target = end(field, *one, above), end(field, *two, 10.0)
    if hypot(one[0] - two[0], one[1] - two[1]) < 2:
        return

    loss = path_losses(field, CELL, mast, target[None], EARTH, 0.375, 1e9)[0]

    assert loss == pytest.approx(bullington_twin(field, mast, target, 0.375), abs=1.0)


@given(st.integers(0, 50), places, places)
@settings(max_examples=40)
def test_a_link_loses_the_same_both_ways(seed, one, two):
    field = hills(seed)
    ends = np.array([end(field, *one, 30.0), end(field, *two, 5.0)])

    there = path_losses(field, CELL, ends[0], ends[1:], EARTH, 0.3, 1e9)[0]
    back = path_losses(field, CELL, ends[1], ends[:1], EARTH, 0.3, 1e9)[0]

    assert there == pytest.approx(back, abs=1e-6)


@given(st.integers(0, 50), st.floats(1, 40), st.floats(1, 40))
@settings(max_examples=30)
def test_a_higher_mast_never_sees_less(seed, low, high):
    low, high = sorted((low, high))
    land = Relief(elevation_m=hills(seed), cell_m=CELL, west_m=0.0, north_m=0.0)
    masts = [end(land.elevation_m, 9.3, 14.2, above) for above in (low, high)]

    fewer, more = (
        visible_cells(land, mast, target_m=2.0, reach_km=50, options=OPTIONS) for mast in masts
    )

    assert not (fewer & ~more).any()


def test_the_horizon_of_a_mast_is_4_12_times_the_root_of_its_height():
    # Any textbook: with an effective radius of 4/3, d [km] = 4.12 √(h [m]); 26.1 km for 40 m.
    land = Relief(elevation_m=np.zeros((3, 80)), cell_m=CELL, west_m=0.0, north_m=0.0)

    seen = visible_cells(
        land, np.array([1.0, 0.0, 40.0]), target_m=0.0, reach_km=60, options=OPTIONS
    )

    assert seen[1].sum() - 1 == int(4.12 * sqrt(40) * 1e3 / CELL)


def test_high_above_flat_land_only_free_space_counts():
    ends = np.array([[0.0, 0.0, 900.0], [0.0, 20.0, 900.0]])

    loss = path_losses(np.zeros((2, 30)), CELL, ends[0], ends[1:], EARTH, 0.375, 1e9)[0]

    assert loss == pytest.approx(20 * log10(4 * np.pi * 10e3 / 0.375))


def test_grazing_an_edge_costs_6_db():
    assert knife_edge_loss(0.0) == pytest.approx(6.03, abs=0.02)
    assert knife_edge_loss(-0.9) == 0.0


def test_a_ridge_that_leaves_less_than_the_wanted_zone_cuts_a_microwave_link():
    field = np.zeros((3, 41))
    field[:, 20] = 25.0
    ends = np.array([[1.0, 0.0, 40.0], [1.0, 40.0, 40.0]])
    zone = sqrt(0.0428 * 10e3 * 10e3 / 20e3)
    free = 40.0 - 25.0 - 20e3**2 / (8 * EARTH)

    sight, with_zone = (
        least_clearances(field, CELL, ends[0], ends[1:], EARTH, 0.0428, share, 1e9)[0]
        for share in (0.0, 0.6)
    )

    assert sight == pytest.approx(free)
    assert with_zone == pytest.approx(free - 0.6 * zone, abs=0.01)
    assert with_zone < sight


def test_what_is_out_of_reach_is_lost():
    land = Relief(elevation_m=np.zeros((2, 100)), cell_m=1e3, west_m=0.0, north_m=0.0)
    radio = radios()[0]
    ends = np.array([[0.0, 0.0, 40.0], [0.0, 99.0, 2.0]])

    losses = losses_db(land, masts=ends[:1], targets=ends, radio=radio, options=OPTIONS)

    assert losses[0, 1] == inf
    assert np.isfinite(losses[0, 0])
    assert not visible_cells(land, ends[0], target_m=2.0, reach_km=5, options=OPTIONS)[0, 6:].any()
