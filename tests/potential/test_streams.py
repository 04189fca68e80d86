"""Streams: directions, accumulation, runoff, durations, held against slow twins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from worlds import small_region

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Floats, inside_cells
from bunyad.potential.kernels_hydro import flood
from bunyad.potential.runoff import month_shares, runoff_depth
from bunyad.potential.streams import (
    Streams,
    daily_spread,
    drain_terrain,
    duration_curve,
    exceeded_flow,
    largest_nearby,
    monthly_flow,
)

OPTIONS = PotentialOptions()
terrains = arrays(
    float,
    array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=7),
    # Few heights, so that there are flats and sinks, and gaps.
    elements=st.sampled_from([0.0, 1.0, 2.0, 2.5, 4.0, float("nan")]),
)


def filled_slowly(height: Floats) -> Floats:
    """Lower every cell from above until it is as low as its lowest way out lets it be."""
    rows, columns = height.shape
    level = np.where(np.isnan(height), -np.inf, np.inf)
    padded = np.pad(level, 1, constant_values=-np.inf)
    while True:
        around = np.min(
            [padded[1 + i : 1 + i + rows, 1 + j : 1 + j + columns]
             for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j], axis=0,
        )  # fmt: skip
        new = np.where(np.isnan(height), -np.inf, np.maximum(height, around))
        if (new == padded[1:-1, 1:-1]).all():
            return np.where(np.isnan(height), np.nan, new)
        padded[1:-1, 1:-1] = new


def path(streams: Streams, cell: int) -> list[int]:
    """Follow the water of a cell until it leaves."""
    way = [cell]
    while streams.target[way[-1]] >= 0:
        way.append(int(streams.target[way[-1]]))
        assert len(way) <= streams.target.size, "water runs in a circle"
    return way


@settings(max_examples=150, deadline=None)
@given(terrains)
def test_filling_equals_its_slow_twin(height: Floats) -> None:
    filled, _, order = flood(height, np.isfinite(height))

    np.testing.assert_array_equal(filled, filled_slowly(height))
    assert sorted(order) == np.flatnonzero(np.isfinite(height)).tolist()


@settings(max_examples=150, deadline=None)
@given(terrains)
def test_accumulation_equals_following_every_drop(height: Floats) -> None:
    streams = drain_terrain(height, (1.0, 1.0))
    known = np.flatnonzero(np.isfinite(height.ravel()))
    counted = np.zeros(height.size)
    for cell in known:
        counted[path(streams, cell)] += 1

    rain = np.isfinite(height).ravel().astype(float)[:, None]
    np.testing.assert_array_equal(streams.gather(rain)[:, 0], counted)


@settings(max_examples=100, deadline=None)
@given(terrains, st.integers(0, 2**32 - 1))
def test_no_water_is_lost_or_made(height: Floats, seed: int) -> None:
    streams = drain_terrain(height, (2.0, 3.0))
    rain = np.random.default_rng(seed).random((height.size, 2))
    rain[~np.isfinite(height.ravel())] = 0

    out = streams.gather(rain)[streams.target < 0].sum(axis=0)

    np.testing.assert_allclose(out, rain.sum(axis=0), rtol=1e-12, atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(terrains)
def test_beds_never_rise_downstream(height: Floats) -> None:
    streams = drain_terrain(height, (1.0, 1.0))
    flows = np.flatnonzero(streams.target >= 0)

    assert (streams.bed_m[flows] >= streams.bed_m[streams.target[flows]]).all()


def test_water_takes_the_steepest_of_eight_ways() -> None:
    height = np.array([[9.0, 9, 9, 9], [9, 5, 4.2, 9], [9, 4.5, 4, 3], [9, 9, 9, 9]])

    streams = drain_terrain(height, (1.0, 1.0))

    # East falls 0.8 m in 1 m, south-east 1 m in √2 m.
    assert streams.target[5] == 6
    assert streams.step_m[5] == 1
    assert streams.target[6] == 11
    assert streams.step_m[6] == pytest.approx(np.sqrt(2))


def test_a_closed_gorge_keeps_its_river_at_the_mean_of_both_envelopes() -> None:
    height = np.array([[9.0, 9, 9, 9, 9], [9, 6, 2, 4, 1], [9, 9, 9, 9, 9]])

    streams = drain_terrain(height, (1.0, 1.0))

    # Filled 6, 4, 4, 1; carved 6, 2, 2, 1.
    assert streams.bed_m.reshape(3, 5)[1, 1:].tolist() == [6, 3, 3, 1]


@settings(max_examples=40, deadline=None)
@given(st.just(0.0) | st.floats(0.001, 2_000), st.floats(0, 1_000))
def test_the_mean_runoff_is_kept_whatever_the_rise(mean: float, rise: float) -> None:
    cells = inside_cells(small_region())
    options = PotentialOptions(hydro_runoff_mm=mean, hydro_runoff_rise_mm_per_km=rise)

    depth = runoff_depth(cells.elevation_m, cells, options=options)

    assert np.average(depth, weights=cells.covered_km2) == pytest.approx(mean, rel=1e-6, abs=1e-6)
    assert depth.min() >= 0
    assert (np.diff(depth[np.argsort(cells.elevation_m)]) >= 0).all()


@settings(max_examples=40, deadline=None)
@given(st.floats(-500, 6_000), st.floats(-500, 6_000), st.floats(-100, 100))
def test_months_moved_by_height_still_make_a_year(
    height: float, middle: float, days: float
) -> None:
    options = PotentialOptions(hydro_melt_delay_days_per_km=days)

    shares = month_shares(np.array([height, middle]), middle, options=options)

    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert shares.min() > 0
    assert shares[1].tolist() == month_shares(np.zeros(1), 0, options=options)[0].tolist()


def test_snow_of_a_month_higher_melts_a_month_later() -> None:
    options = PotentialOptions(hydro_melt_delay_days_per_km=365.25 / 12)

    low, high = month_shares(np.array([0.0, 1_000.0]), 0.0, options=options)

    np.testing.assert_allclose(high, np.roll(low, 1))


def test_flow_of_the_outlets_is_the_runoff_of_the_land() -> None:
    region = small_region()
    cells = inside_cells(region)
    height = region.terrain["elevation_m"].to_numpy().astype(float)
    streams = drain_terrain(height, cells.size_m)

    flow = monthly_flow(streams, height, cells, options=OPTIONS)

    out = flow[streams.target < 0].mean(axis=1).sum() * 365.25 * 86_400
    rain = runoff_depth(height, cells, options=OPTIONS).sum() / 1e3 * cells.area_km2 * 1e6
    assert out == pytest.approx(rain)
    assert (flow >= 0).all()


def test_land_without_a_height_brings_no_water() -> None:
    region = small_region()
    cells = inside_cells(region)
    height = region.terrain["elevation_m"].to_numpy().astype(float)
    height[0, :5] = np.nan

    flow = monthly_flow(drain_terrain(height, cells.size_m), height, cells, options=OPTIONS)

    assert (flow[:5] == 0).all()
    assert np.isfinite(flow).all()


def test_daily_flows_have_the_mean_of_their_month_and_nearly_the_spread() -> None:
    spread = daily_spread(options=OPTIONS)

    assert spread.mean() == pytest.approx(1, abs=1e-12)
    assert spread.std() == pytest.approx(OPTIONS.hydro_daily_variation, rel=0.06)
    assert (daily_spread(options=PotentialOptions(hydro_daily_variation=0)) == 1).all()


def test_a_duration_curve_falls_and_keeps_the_water() -> None:
    monthly = np.array([[1.0, 2, 3, 9, 8, 7, 4, 3, 2, 2, 1, 1], [2.0] * 12])

    curve = duration_curve(monthly, options=OPTIONS)

    assert (np.diff(curve, axis=1) <= 0).all()
    np.testing.assert_allclose(curve.mean(axis=1), monthly.mean(axis=1))


def test_the_flow_exceeded_in_half_of_the_year_is_the_median() -> None:
    steady = np.full((1, 12), 2.0)

    middle = exceeded_flow(steady, 0.5, options=OPTIONS)[0]

    # A lognormal of mean 2 and variation 0.4 has its median at 2 / √1.16.
    assert middle == pytest.approx(2 / np.sqrt(1.16), rel=0.01)
    assert exceeded_flow(steady, 0.99, options=OPTIONS) < middle


def test_plants_are_looked_for_on_the_largest_river_nearby() -> None:
    cells = inside_cells(small_region())
    flow = np.zeros(cells.shape[0] * cells.shape[1])
    river = 300
    flow[cells.row[river] * cells.shape[1] + cells.column[river]] = 5
    place = np.array([[cells.x[river] + 2_000, cells.y[river]]])

    near = largest_nearby(flow, place, cells, 3_000)[0]
    far = largest_nearby(flow, place, cells, 0)[0]

    assert flow[near] == 5
    assert flow[far] == 0


def test_a_region_with_one_height_has_the_same_runoff_everywhere() -> None:
    cells = inside_cells(small_region())
    flat = replace(cells, elevation_m=np.full(cells.count, 700.0))

    depth = runoff_depth(flat.elevation_m, flat, options=OPTIONS)

    np.testing.assert_allclose(depth, OPTIONS.hydro_runoff_mm)
