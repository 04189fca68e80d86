"""Land: which cells the rules leave."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box
from worlds import CRS, SOUTH, WEST, small_region

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import inside_cells, nearest_cell, spread
from bunyad.potential.land import (
    classes_allowed,
    distance_m,
    first_exclusion,
    land_rules,
    rule_table,
    solar_limits,
    wind_limits,
)

CELLS = inside_cells(small_region())


def eligible(options: PotentialOptions, technology: str) -> np.ndarray:
    limits = solar_limits(options) if technology == "solar" else wind_limits(options)
    rules = land_rules(small_region(), CELLS, limits, CELLS.wind_speed_ms)
    return first_exclusion(rules, CELLS.count) == 0


def test_cells_are_those_with_a_district() -> None:
    region = small_region()

    assert CELLS.count == int((region.terrain["district"] >= 0).sum())
    assert CELLS.area_km2 == 1.0
    grid = spread(CELLS, CELLS.elevation_m, outside=np.nan)
    np.testing.assert_allclose(
        grid, region.terrain["elevation_m"].where(region.terrain["district"] >= 0), rtol=1e-6
    )


def test_distances_equal_those_of_a_loop_over_all_pairs() -> None:
    shapes = gpd.GeoDataFrame(
        geometry=[
            Point(WEST + 7_300, SOUTH + 12_800),
            LineString([(WEST, SOUTH), (WEST + 20_000, SOUTH + 31_000)]),
            box(WEST + 30_000, SOUTH + 5_000, WEST + 35_200, SOUTH + 9_100),
        ],
        crs=CRS,
    )

    found = distance_m(CELLS, shapes)

    slow = [
        min(Point(x, y).distance(shape) for shape in shapes.geometry)
        for x, y in zip(CELLS.x, CELLS.y)
    ]
    np.testing.assert_allclose(found, slow, atol=1e-6)


def test_without_shapes_nothing_is_near() -> None:
    none = gpd.GeoDataFrame(geometry=[], crs=CRS)

    assert np.isinf(distance_m(CELLS, none)).all()


@pytest.mark.parametrize("technology", ["solar", "wind"])
def test_settlements_keep_exactly_their_distance(technology: str) -> None:
    options = PotentialOptions(solar_settlement_buffer_m=3_000, wind_settlement_buffer_m=3_000)
    limits = solar_limits(options) if technology == "solar" else wind_limits(options)

    rule = land_rules(small_region(), CELLS, limits, CELLS.wind_speed_ms)[3]

    places = [(p.x, p.y) for p in small_region().settlements.geometry]
    slow = [
        any((x - a) ** 2 + (y - b) ** 2 <= 3_000**2 for a, b in places)
        for x, y in zip(CELLS.x, CELLS.y)
    ]
    assert rule.excluded.tolist() == slow


def test_protected_land_and_its_border_are_left_alone() -> None:
    park = gpd.GeoDataFrame(
        {"name": ["Park"]},
        geometry=[box(WEST + 30_000, SOUTH + 20_000, WEST + 36_000, SOUTH + 26_000)],
        crs=CRS,
    )
    region = replace(small_region(), protected=park)
    limits = wind_limits(PotentialOptions(wind_protected_buffer_m=2_000))

    rule = land_rules(region, CELLS, limits, CELLS.wind_speed_ms)[5]

    assert rule.excluded[nearest_cell(CELLS, WEST + 33_000, SOUTH + 23_000)]
    assert rule.excluded[nearest_cell(CELLS, WEST + 37_500, SOUTH + 23_500)]
    assert not rule.excluded[nearest_cell(CELLS, WEST + 38_500, SOUTH + 23_500)]


def test_the_first_rule_that_excludes_a_cell_gets_its_land() -> None:
    limits = wind_limits(PotentialOptions())
    rules = land_rules(small_region(), CELLS, limits, CELLS.wind_speed_ms)

    first = first_exclusion(rules, CELLS.count)

    for cell in range(CELLS.count):
        hits = [order for order, rule in enumerate(rules, start=1) if rule.excluded[cell]]
        assert first[cell] == (hits[0] if hits else 0)


def test_the_rule_table_accounts_for_all_land() -> None:
    limits = solar_limits(PotentialOptions())
    rules = land_rules(small_region(), CELLS, limits, CELLS.wind_speed_ms)
    first = first_exclusion(rules, CELLS.count)

    table = rule_table("solar", rules, first, CELLS.area_km2)

    assert table["order"].tolist() == [1, 2, 3, 4, 5, 6]
    assert (table["excluded_in_order_km2"] <= table["excluded_alone_km2"]).all()
    left = CELLS.count * CELLS.area_km2 - table["excluded_in_order_km2"].cumsum()
    np.testing.assert_allclose(table["left_km2"], left)
    assert table["left_km2"].iloc[-1] == (first == 0).sum() * CELLS.area_km2


def test_water_and_unknown_land_are_never_allowed() -> None:
    for technology in ("solar", "wind"):
        assert not classes_allowed(technology) & {0, 15, 17, 255}


def test_cropland_and_forest_follow_their_options() -> None:
    assert not eligible(PotentialOptions(solar_allows_cropland=False), "solar")[
        CELLS.land_cover == 12
    ].any()
    assert 4 not in wind_limits(PotentialOptions()).allowed_classes
    assert 4 in wind_limits(PotentialOptions(wind_allows_forest=True)).allowed_classes


LIMITS = {
    "max_slope_percent": (st.floats(0, 60), 1),
    "max_elevation_m": (st.floats(0, 3_000), 1),
    "settlement_buffer_m": (st.floats(0, 10_000), -1),
    "river_buffer_m": (st.floats(0, 10_000), -1),
}


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["solar", "wind"]),
    st.sampled_from(sorted(LIMITS)),
    st.data(),
)
def test_a_more_permissive_rule_never_leaves_less_land(technology, name, data) -> None:
    values, sign = LIMITS[name]
    a, b = sorted((data.draw(values), data.draw(values)), key=lambda value: sign * value)
    key = f"{technology}_{name}"

    strict = eligible(PotentialOptions(**{key: a}), technology)
    permissive = eligible(PotentialOptions(**{key: b}), technology)

    assert (permissive | ~strict).all()


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 12), st.floats(0, 12))
def test_asking_for_less_wind_never_leaves_less_land(a: float, b: float) -> None:
    low, high = sorted((a, b))

    assert (
        eligible(PotentialOptions(wind_min_speed_ms=low), "wind").sum()
        >= eligible(PotentialOptions(wind_min_speed_ms=high), "wind").sum()
    )
