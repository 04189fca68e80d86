"""The judge of the benchmarks, held against slower and simpler ones."""

import importlib.util
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

FILE = Path(__file__).parents[2] / "benchmarks" / "connect_judge.py"


@pytest.fixture(scope="module")
def judge():
    import sys

    spec = importlib.util.spec_from_file_location("connect_judge", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["connect_judge"] = module
    spec.loader.exec_module(module)
    return module


FIXED = np.array([900, 22_000, 36_000, 4, 5, 12, 1.5, 5.0])


def _cheapest(ground, step, level, levels):
    """Return the least cost over all profiles."""
    base, bridge, tunnel, height, cover, width, side, earth = FIXED
    best = np.inf
    for changes in itertools.product(range(-levels, levels + 1), repeat=len(ground) - 1):
        profile = ground[0] + level * np.r_[0, np.cumsum(changes)]
        if abs(profile[-1] - ground[-1]) > level / 2:
            continue
        above = profile - ground
        each = np.where(
            above > height,
            bridge,
            np.where(above < -cover, tunnel, base + earth * (width * abs(above) + side * above**2)),
        )
        best = min(best, step * (each.sum() - (each[0] + each[-1]) / 2))
    return best


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1_000), count=st.integers(3, 6))
def test_no_profile_is_cheaper_than_the_best(judge, seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    ground = np.round(rng.normal(0, 5, count), 2)
    ground[-1] = ground[0] + rng.integers(-count, count)

    _, cost = judge.best_profile(ground, 30.0, 1.0, 2, FIXED)

    assert cost == pytest.approx(_cheapest(ground, 30.0, 1.0, 2))


@pytest.mark.parametrize("radius", [80, 200, 1_000])
def test_a_circle_has_its_radius(judge, radius: float) -> None:
    angle = np.linspace(0, 1.5, 400)
    points = judge.stations(radius * np.column_stack([np.cos(angle), np.sin(angle)]), 5)

    assert judge.least_radius(points, radius / 2) == pytest.approx(radius, rel=1e-3)


@pytest.mark.parametrize("radius", [200, 500])
def test_a_bend_and_its_counterbend_have_their_radius(judge, radius: float) -> None:
    angle = np.linspace(0, 1.2, 300)
    bend = radius * np.column_stack([np.sin(angle), 1 - np.cos(angle)])
    line = np.vstack([bend, 2 * bend[-1] - bend[-2::-1]])

    found = judge.radii(judge.stations(line, 10), radius)

    assert found.min() == pytest.approx(radius, rel=0.01)


def test_a_straight_line_on_flat_land_costs_its_length(judge) -> None:
    line = np.array([[0.0, 0], [900, 0]])

    verdict = judge.judge(np.zeros((10, 40)), 30, line, judge.ROAD)

    assert verdict.cost_usd == pytest.approx(900 * 900)
    assert verdict.length_m == pytest.approx(900)
    assert verdict.least_radius_m > 1e6
    assert verdict.cut_m3 == verdict.fill_m3 == verdict.bridge_m == verdict.tunnel_m == 0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_no_profile_is_steeper_than_the_limit(judge, seed: int) -> None:
    ground = judge.fractal_terrain(80, cell_m=30, hurst=0.8, rise_m=60, seed=seed)
    line = np.array([[60.0, 60], [1_200, 1_500], [2_300, 2_200]])

    verdict = judge.judge(ground, 30, line, judge.ROAD)

    if np.isfinite(verdict.cost_usd):
        assert verdict.max_grade <= 0.08 + 1e-9
        height, below = verdict.stations_m[:, 2], verdict.stations_m[:, 3]
        assert abs(height[[0, -1]] - below[[0, -1]]).max() <= 0.08 * 30


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_zigzag_is_smoothed_to_the_radius_and_keeps_its_ends(judge, everywhere: bool) -> None:
    line = np.array([[0.0, 0], [1_500, 0], [1_500, 1_500], [3_000, 1_500]])

    smooth = judge.smooth_to_radius(line, 30, 200, everywhere=everywhere)

    assert judge.least_radius(judge.stations(smooth, 30), 200) >= 200
    assert smooth[[0, -1]] == pytest.approx(line[[0, -1]])


def test_terrain_is_as_rough_as_asked(judge) -> None:
    ground = judge.fractal_terrain(500, cell_m=30, hurst=0.8, rise_m=70, seed=3).astype(float)
    lag = round(1_000 / 30)
    rises = np.r_[
        (ground[lag:] - ground[:-lag]).ravel(), (ground[:, lag:] - ground[:, :-lag]).ravel()
    ]

    assert np.sqrt(np.mean(rises**2)) == pytest.approx(70, rel=0.02)
    assert ground.min() == 0
