"""Checks of the builder in `scripts/karabakh`, without any download."""

from __future__ import annotations

import csv
import math
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.append(str(SCRIPTS))

from karabakh import record, sunshine, terrain, weather, wind  # noqa: E402

FOLDER = Path(__file__).resolve().parents[2] / "src" / "bunyad" / "regions" / "karabakh"

clearness = arrays(float, 28, elements=st.floats(0.05, 0.95))


def test_sources_are_those_of_region_yaml(tmp_path: Path) -> None:
    (tmp_path / "region.yaml").write_bytes((FOLDER / "region.yaml").read_bytes())

    record.write_record(tmp_path)

    assert (tmp_path / "SOURCES.md").read_text("utf-8") == (FOLDER / "SOURCES.md").read_text(
        "utf-8"
    )


def test_settlements_are_the_typed_places() -> None:
    with (SCRIPTS / "karabakh" / "places.csv").open(encoding="utf-8") as typed:
        places = {row["id"]: row for row in csv.DictReader(typed)}
    with (FOLDER / "settlements.csv").open(encoding="utf-8") as built:
        settlements = {row["id"]: row for row in csv.DictReader(built)}

    assert list(settlements) == sorted(places)
    for key, row in settlements.items():
        same = ("name", "name_local", "district", "kind", "is_rebuilt")
        assert all(row[name] == places[key][name] for name in same)
        assert row["source"].startswith(places[key]["source"])
        assert "GeoNames" in row["source"]


def test_globe_is_cut_at_its_nodes() -> None:
    rows, columns = np.mgrid[0:6000, 5000:6000]
    tile = np.zeros((6000, 10800), dtype=np.int16)
    tile[:, 5000:6000] = (rows + columns) % 30_000

    cut = terrain.cut_globe(tile, (46.0, 39.0, 46.5, 39.25))

    assert cut.shape == (31, 61)
    assert cut[0, 0] == tile[round((50 - 39.25) * 120), 46 * 120]
    assert cut[-1, -1] == tile[(50 - 39) * 120, round(46.5 * 120)]


def test_flat_land_changes_no_wind() -> None:
    flat = np.full((60, 60), 700.0)

    assert np.abs(wind.speed_up(flat, 5_000)).max() < 1e-9


def test_a_hill_gains_speed_as_the_guidelines_say() -> None:
    """One node above a plain: rise is its height less the share that it lifts the mean itself."""
    height, radius = 100.0, 5_000
    land = np.zeros((61, 61))
    land[30, 30] = height
    weight = wind.disc(radius).max()
    half = radius / 2

    gain = wind.speed_up(land, radius)

    expected = 1.6 * height * (1 - weight) / half * math.exp(-4 * 100 / half)
    assert gain[30, 30] == pytest.approx(expected)
    assert gain[30, 31] < 0


@given(clearness, st.floats(0.1, 0.9))
def test_dimming_meets_the_wanted_mean_and_keeps_the_order(raw: np.ndarray, share: float) -> None:
    clear = np.linspace(200, 300, len(raw))
    target = share * (raw * clear).mean()

    dimmed = sunshine.dim_to_mean(raw, clear, target)

    assert (dimmed * clear).mean() == pytest.approx(target, rel=1e-6)
    assert (np.diff(dimmed[np.argsort(raw)]) >= -1e-12).all()
    assert dimmed.max() <= 1


@given(arrays(float, (2, 3), elements=st.floats(0.05, 0.95)), st.integers(0, 1_000))
def test_wavering_keeps_the_sum_of_each_day(days: np.ndarray, seed: int) -> None:
    clear = np.maximum(0, np.sin(np.linspace(-1, 4, 24)) * 900) * np.ones((2, 3, 24))
    normals = np.random.default_rng(seed).standard_normal((2, 3, 24))

    hours = sunshine.waver(days, clear, normals)

    assert (hours * clear).sum(-1) == pytest.approx(days * clear.sum(-1), rel=1e-6)
    assert hours.max() <= 1
    assert hours.min() >= 0


def test_weights_around_a_value_blend_back_to_it() -> None:
    grid = np.array([36.0, 39.0, 42.0])

    blended = sum(grid[entry] * weight for entry, weight in sunshine.weights_around(grid, 39.33))

    assert blended == pytest.approx(39.33)


def test_quantiles_of_an_even_spread_are_the_shares_themselves() -> None:
    even = np.broadcast_to(np.linspace(0, 100, 101), (2, 2, 12, 101))
    sun = {
        "xk": even,
        "pk": np.ones_like(even) / 101,
        "lat": np.array([39.0, 42.0]),
        "lon": np.array([45.0, 48.0]),
    }

    found = sunshine.daily_quantiles(sun, (40.0, 47.0), 5, np.array([0.1, 0.5, 0.9]))

    assert found == pytest.approx([9.6, 50, 90.4])
    assert sunshine.monthly_means(sun, (40.0, 47.0)) == pytest.approx(np.full(12, 50.0))


def test_the_yearly_sum_is_the_published_one_after_scaling() -> None:
    values = np.full((2, 2, 12, 3), 200.0)
    sun = {
        "xk": values,
        "pk": np.ones_like(values) / 3,
        "lat": np.array([39.0, 42.0]),
        "lon": np.array([45.0, 48.0]),
    }
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=float)

    factor = sunshine.scale_to_published(sun, days)

    assert factor * 200 * 8_760 / 1_000 == pytest.approx(1_595)


def test_random_numbers_are_standard_persist_and_fade_over_distance() -> None:
    distances = np.array([[0.0, 50, 500], [50, 0, 450], [500, 450, 0]])
    rng = np.random.default_rng(1)

    numbers = weather.correlated_normals(
        rng, distances, steps=20_000, persistence=0.8, reach_km=150
    )

    assert numbers.mean(1) == pytest.approx(np.zeros(3), abs=1e-9)
    assert numbers.std(1) == pytest.approx(np.ones(3))
    assert np.corrcoef(numbers[0, 1:], numbers[0, :-1])[0, 1] == pytest.approx(0.8, abs=0.03)
    between = np.corrcoef(numbers)
    assert between[0, 1] == pytest.approx(math.exp(-50 / 150), abs=0.06)
    assert between[0, 2] == pytest.approx(math.exp(-500 / 150), abs=0.06)


def test_wind_has_the_mean_of_its_place_and_a_weibull_spread() -> None:
    times = pd.date_range("2019-01-01 00:30", periods=8_760, freq="h", tz="UTC")
    normals = np.random.default_rng(2).standard_normal((2, 8_760))

    speed = weather.wind_speed(times, np.array([46.0, 47.0]), np.array([4.0, 7.0]), normals)

    assert speed.mean(1) == pytest.approx([4, 7])
    weibull_spread = math.sqrt(math.gamma(1 + 2 / 1.9) / math.gamma(1 + 1 / 1.9) ** 2 - 1)
    assert speed.std(1) / speed.mean(1) == pytest.approx(weibull_spread, rel=0.06)


def test_the_extremes_of_air_temperature_are_near_the_published_ones() -> None:
    """Published for Jabrayil: -12.3 and 37.5."""
    times = pd.date_range("2019-01-01 00:30", periods=8_760, freq="h", tz="UTC")
    rng = np.random.default_rng(3)
    normals = weather.correlated_normals(
        rng, np.zeros((1, 1)), steps=8_760, persistence=0.98, reach_km=400
    )

    warmth = weather.air_temperature(
        times, np.array([47.0]), np.zeros(1), np.full((1, 365), 0.7), normals
    )

    assert warmth.mean() == pytest.approx(14.4, abs=0.1)
    assert warmth.min() == pytest.approx(-12.3, abs=4)
    assert warmth.max() == pytest.approx(37.5, abs=4)


def test_written_coordinates_have_five_decimals_at_most() -> None:
    text = (FOLDER / "districts.geojson").read_text("utf-8") + (
        FOLDER / "rivers.geojson"
    ).read_text("utf-8")

    assert not re.search(r"\d\.\d{6,}", text)
