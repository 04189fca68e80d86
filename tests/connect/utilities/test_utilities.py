"""Power lines, fibre and pipelines: limits that hold, items that add up, slow twins."""

from __future__ import annotations

from functools import cache
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import small_region

from bunyad.connect.ground import lay_ground
from bunyad.connect.utilities import (
    KINDS,
    UtilityStudy,
    design_utility,
    lay_way,
    price_land,
    study_utility,
    survey_land,
)
from bunyad.connect.utilities.kernels_way import (
    find_way,
    height_at,
    price_piece,
    pull_straight,
    spot_towers,
)
from bunyad.connect.utilities.land import from_cells
from bunyad.connect.utilities.pipes import M_PER_BAR, friction_slope, run_heads
from bunyad.connect.utilities.walk import walk_along
from bunyad.errors import InfeasibleError, InputError
from bunyad.options import ConnectOptions

OPTIONS = ConnectOptions()
WEST, GAP, EAST = (504_000.0, 4_411_000.0), (514_000.0, 4_410_000.0), (538_000.0, 4_418_000.0)


@cache
def study(kind: str) -> UtilityStudy:
    return study_utility(
        small_region(), name="a-b", places=[WEST, EAST], kind=kind, alternatives=1, options=OPTIONS
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_items_of_a_utility_add_up_and_name_their_sources(kind: str) -> None:
    found = study(kind)

    items = found.costs.groupby("variant")["cost_usd"].sum()
    whole = found.routes.set_index("variant")["capex_usd"]
    assert items.reindex(whole.index).to_numpy() == pytest.approx(whole.to_numpy())
    assert (found.costs["source"].str.len() > 10).all()
    assert (found.costs["unit"] != "").all()


@pytest.mark.parametrize("kind", KINDS)
def test_another_route_runs_elsewhere_for_most_of_its_way(kind: str) -> None:
    best, other = study(kind).routes.geometry

    shared = other.intersection(best.buffer(OPTIONS.alternative_band_m)).length / other.length
    assert shared <= OPTIONS.alternative_shared_share


@pytest.mark.parametrize("kind", KINDS)
def test_a_route_goes_through_the_places_that_are_named(kind: str) -> None:
    found = study_utility(
        small_region(), name="via", places=[WEST, GAP, EAST], kind=kind, options=OPTIONS
    )

    line = found.routes.geometry.iloc[0]
    points = np.array(line.coords)[:, :2]
    for place in (WEST, GAP, EAST):
        assert np.hypot(*(points - place).T).min() < 1e-6
    assert found.routes["capex_usd"].iloc[0] >= 0.99 * study(kind).routes["capex_usd"].iloc[0]


def test_wires_keep_their_clearance_over_the_ground_between_towers() -> None:
    found = study("line")
    towers = found.stations[found.stations["variant"] == "best"]
    line = found.routes.geometry.iloc[0]
    points = np.array(line.coords)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points[:, :2], axis=0).T))])

    spots, wires = 1e3 * towers["station_km"].to_numpy(), towers["height_m"].to_numpy()
    assert np.diff(spots).max() <= 450
    for start, end, low, high in zip(spots, spots[1:], wires, wires[1:], strict=False):
        at = (along > start + 1e-6) & (along < end - 1e-6)
        part = (along[at] - start) / (end - start)
        sag = 4 * 6 * ((end - start) / 250) ** 2 * part * (1 - part)
        assert (low + (high - low) * part - sag >= points[at, 2] + 6.0 - 1e-6).all()


def test_a_fibre_keeps_to_a_road_where_that_is_cheaper() -> None:
    region = small_region()
    ground = lay_ground(region, options=OPTIONS)
    design = design_utility(kind="fibre", standard="", options=OPTIONS)
    from shapely.geometry import LineString

    road = LineString([WEST, (520_000.0, 4_400_000.0), EAST])
    alone = survey_land(region, places=[WEST, EAST], roads=[], options=OPTIONS)
    beside = survey_land(region, places=[WEST, EAST], roads=[road], options=OPTIONS)
    prices = [price_land(land, design, options=OPTIONS) for land in (alone, beside)]
    assert np.nanmin(np.where(np.isfinite(prices[1]), prices[1] - prices[0], np.nan)) < -7
    spots = [
        np.array([(ground.north_m - y) / 500, (x - ground.west_m) / 500]) for x, y in (WEST, EAST)
    ]
    way = lay_way(beside, prices[1], design, spots, options=OPTIONS)
    line = LineString(from_cells(ground, way))
    assert line.intersection(road.buffer(1_500)).length > 0.9 * line.length


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.2, 0.9))
def test_a_pipeline_never_runs_steeper_than_its_limit(seed: int, grade: float) -> None:
    random = np.random.default_rng(seed)
    height = 60.0 * random.random((12, 12)).cumsum(axis=0)
    price = np.ones((12, 12))
    moves = np.array([(r, c) for r in range(-2, 3) for c in range(-2, 3) if (r, c) != (0, 0)])
    rates = (100.0, 2, grade, 0.0)
    way = find_way(price, height, moves, np.array([0, 0]), np.array([11, 11]), *rates)

    if len(way):
        bends = way[pull_straight(price, height, way, *rates, 0.0)]
        for start, end in pairwise(bends):
            count = max(1, int(np.ceil(np.hypot(*(end - start)) * 2)))
            spots = start + (end - start) * np.linspace(0, 1, count + 1)[:, None]
            levels = [height_at(height, *spot) for spot in spots]
            length = np.hypot(*(end - start)) * 100 / count
            assert np.abs(np.diff(levels)).max() <= grade * length * (1 + 1e-9)


def test_the_search_is_as_cheap_as_trying_every_step_again_and_again() -> None:
    random = np.random.default_rng(3)
    height, price = 30 * random.random((7, 8)), 1 + random.random((7, 8))
    price[3, 2:6] = np.inf
    moves = np.array([(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if (r, c) != (0, 0)])
    rates = (50.0, 2, 0.5, 2.0)
    cost = np.full(price.shape, np.inf)
    cost[0, 0] = 0
    for _ in range(price.size):
        for row, column in np.ndindex(price.shape):
            for move in moves:
                there = np.array([row, column]) + move
                if (there >= 0).all() and (there < price.shape).all():
                    piece = price_piece(
                        price, height, np.array([row, column], float), there.astype(float), *rates
                    )
                    cost[tuple(there)] = min(cost[tuple(there)], cost[row, column] + piece)

    way = find_way(price, height, moves, np.array([0, 0]), np.array([6, 7]), *rates)
    total = sum(price_piece(price, height, a, b, *rates) for a, b in pairwise(way))
    assert total == pytest.approx(cost[6, 7], rel=1e-12)


def test_towers_cost_as_little_as_the_best_of_all_choices() -> None:
    along = np.arange(7) * 100.0
    ground = np.array([0.0, 4, 0, 9, 0, 1, 0])
    usd = np.outer([1.0, 3, 2, 5, 1, 4, 1], [10.0, 13])
    rise = np.array([10.0, 14])
    must = np.array([True, False, False, False, False, False, True])
    chosen = spot_towers(along, ground, usd, rise, must, 450.0, 300.0, 4.0, 5.0)
    found = sum(usd[at, height] for at, height in enumerate(chosen) if height >= 0)

    best = np.inf
    for count in range(6):
        for inner in combinations(range(1, 6), count):
            spots = [0, *inner, 6]
            for heights in np.ndindex(*[2] * len(spots)):
                wires = ground[spots] + rise[list(heights)]
                if all(
                    _hangs_free(along, ground, spots[n : n + 2], wires[n : n + 2])
                    for n in range(len(spots) - 1)
                ):
                    best = min(best, usd[spots, list(heights)].sum())
    assert found == pytest.approx(best)


def _hangs_free(along, ground, spots, wires) -> bool:
    start, end = spots
    span = along[end] - along[start]
    if span > 450:
        return False
    part = (along[start + 1 : end] - along[start]) / span
    wire = wires[0] + (wires[1] - wires[0]) * part - 16 * (span / 300) ** 2 * part * (1 - part)
    return bool((wire >= ground[start + 1 : end] + 5).all())


def test_heads_stay_between_the_least_and_what_the_strongest_pipe_bears() -> None:
    found = study("pipeline").stations
    found = found[found["variant"] == "best"]
    pressure = (found["height_m"] - found["ground_m"]).to_numpy()

    assert pressure.min() >= OPTIONS.pipe_least_head_m - 1e-6
    assert pressure.max() <= 40 * M_PER_BAR + 1e-6


def test_a_pump_lifts_what_height_and_friction_ask_for() -> None:
    ground = lay_ground(small_region(), options=OPTIONS)
    design = design_utility(kind="pipeline", standard="", options=OPTIONS)
    rows = [(ground.north_m - 4_411_000.0) / 500, (514_000.0 - ground.west_m) / 500]
    way = np.array([rows, [rows[0], rows[1] + 30]])[::-1]  # uphill, from the plain into the gap
    walk = walk_along(ground, way, spacing_m=50, rivers=np.empty((0, 4)))
    heads = run_heads(walk, design, options=OPTIONS)

    loss = friction_slope(design.diameter_m, options=OPTIONS) * walk.length_m
    rise = walk.ground_m[-1] - walk.ground_m[0]
    ends = heads.head_m[-1] - walk.ground_m[-1]
    assert sum(heads.lifts_m.values()) == pytest.approx(rise + loss + ends - 10, abs=1e-6)
    assert ends == pytest.approx(OPTIONS.pipe_least_head_m, abs=1e-6)


def test_cheaper_towers_make_a_line_cheaper() -> None:
    cheap = study_utility(
        small_region(), name="a-b", places=[WEST, EAST], kind="line", what_if={"towers": 0.7},
        options=OPTIONS,
    )  # fmt: skip

    assert cheap.routes["capex_usd"].iloc[0] < study("line").routes["capex_usd"].iloc[0]


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="standard"):
        design_utility(kind="fibre", standard="high", options=OPTIONS)
    with pytest.raises(InputError, match="tunnels"):
        design_utility(kind="line", standard="", what_if={"tunnels": 0.7}, options=OPTIONS)
    with pytest.raises(InputError, match="place 2"):
        study_utility(
            small_region(), name="x", places=[WEST, (0.0, 0.0)], kind="fibre", options=OPTIONS
        )


def test_a_pipeline_that_no_grade_allows_is_told() -> None:
    strict = ConnectOptions(pipe_max_grade_percent=5, border_buffer_km=0)
    with pytest.raises(InfeasibleError, match="grade"):
        study_utility(
            small_region(), name="x", places=[(508_500.0, 4_396_000.0), EAST], kind="pipeline",
            options=strict,
        )  # fmt: skip


def test_water_that_needs_too_wide_a_pipe_is_refused() -> None:
    with pytest.raises(InputError, match="wide enough"):
        design_utility(
            kind="pipeline", standard="", options=ConnectOptions(pipe_flow_l_per_s=20_000)
        )
