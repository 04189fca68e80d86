"""Land: which cells the rules leave."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon, box
from worlds import CRS, SOUTH, WEST, small_region

from bunyad.options.potential import PotentialOptions
from bunyad.potential.buffers import distances_m, near_cells, within_distance
from bunyad.potential.cells import inside_cells, nearest_cell, spread
from bunyad.potential.coverage import district_coverage
from bunyad.potential.land import (
    Land,
    Ruling,
    all_exclusions,
    apply_rules,
    faces,
    first_exclusion,
    rule_table,
    terrain_aspect,
)
from bunyad.potential.rules import classes_allowed, land_rules, rule_words, wind_classes
from bunyad.region.model import LandRule, Region

CELLS = inside_cells(small_region())


def rulings(options: PotentialOptions, technology: str, region: Region | None = None):
    region = region or small_region()
    land = Land(region=region, cells=CELLS, hub_speed_ms=CELLS.wind_speed_ms)
    return apply_rules(land, land_rules(region, technology, options=options))


def eligible(options: PotentialOptions, technology: str) -> np.ndarray:
    return first_exclusion(rulings(options, technology), CELLS.count) == 0


def ruled(kind: str, *values: float, layer: str = "", region: Region | None = None) -> np.ndarray:
    rule = LandRule(
        kind=kind, title="Test", technologies=("solar",), layer=layer, values=values, unit="",
        source="made up",
    )  # fmt: skip
    region = replace(region or small_region(), land_rules=(rule,))
    assert rulings(PotentialOptions(), "wind", region) == []
    return rulings(PotentialOptions(), "solar", region)[0].excluded


def test_cells_are_those_with_a_district() -> None:
    region = small_region()

    assert CELLS.count == int((region.terrain["district"] >= 0).sum())
    assert CELLS.area_km2 == 1.0
    grid = spread(CELLS, CELLS.elevation_m, outside=np.nan)
    np.testing.assert_allclose(
        grid, region.terrain["elevation_m"].where(region.terrain["district"] >= 0), rtol=1e-6
    )


def slanted_region() -> Region:
    """Two districts whose outlines cut cells at any angle, beyond the cells of the terrain too."""
    corners = [(2.3, 2.6), (20.4, 1.1), (21.7, 33.2), (5.8, 30.9)]
    west = Polygon([(WEST + 1e3 * x, SOUTH + 1e3 * y) for x, y in corners])
    corners = [(20.4, 1.1), (41.9, 4.4), (39.2, 34.8), (21.7, 33.2)]
    east = Polygon([(WEST + 1e3 * x, SOUTH + 1e3 * y) for x, y in corners])
    region = small_region()
    districts = region.districts.assign(
        geometry=[west, east], area_km2=[west.area / 1e6, east.area / 1e6]
    )
    centres = gpd.GeoSeries(
        [Point(x, y) for y in region.terrain.y.to_numpy() for x in region.terrain.x.to_numpy()],
        crs=CRS,
    )
    number = np.where(centres.within(west), 0, np.where(centres.within(east), 1, -1))
    terrain = region.terrain.assign(
        district=(("y", "x"), number.reshape(region.terrain.district.shape).astype("int16"))
    )
    return replace(region, districts=districts, terrain=terrain)


def test_areas_of_cut_cells_add_up_to_the_polygons() -> None:
    region = slanted_region()

    cells = inside_cells(region)

    found = np.bincount(cells.part_district, weights=cells.part_km2)
    np.testing.assert_allclose(found, region.districts["area_km2"], rtol=1e-9)
    assert cells.covered_km2.sum() == pytest.approx(region.districts["area_km2"].sum())
    assert cells.covered_km2.max() <= 1 + 1e-9
    assert cells.count > int((region.terrain["district"] >= 0).sum())


def test_coverage_equals_that_of_cutting_every_cell() -> None:
    region = slanted_region()
    x, y = region.terrain.x.to_numpy(), region.terrain.y.to_numpy()

    found = district_coverage(region.districts, x, y)

    fast = np.zeros((2, len(y), len(x)))
    fast[found.district, found.row, found.column] = found.area_km2
    for number, polygon in enumerate(region.districts.geometry):
        slow = [[box(a - 500, b - 500, a + 500, b + 500).intersection(polygon).area / 1e6
                 for a in x] for b in y]  # fmt: skip
        np.testing.assert_allclose(fast[number], slow, atol=1e-6)


def test_land_without_values_goes_to_the_nearest_cell_that_has_them() -> None:
    region = slanted_region()
    blank = region.terrain["elevation_m"].where(region.terrain["district"] >= 0)
    bare = replace(region, terrain=region.terrain.assign(elevation_m=blank))

    cells = inside_cells(bare)

    assert cells.count == int((region.terrain["district"] >= 0).sum())
    assert np.isfinite(cells.elevation_m).all()
    found = np.bincount(cells.part_district, weights=cells.part_km2)
    np.testing.assert_allclose(found, region.districts["area_km2"], rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.floats(0, 12),
    st.sampled_from([(100.0, 100.0), (70.0, 110.0)]),
)
def test_buffers_of_rasters_equal_a_loop_over_all_pairs(seed, reach, size) -> None:
    features = np.random.default_rng(seed).random((17, 23)) < 0.01

    found = within_distance(features, reach * 100, cell_m=size)

    row, column = np.nonzero(features)
    rows, columns = np.mgrid[:17, :23]
    away = np.hypot((rows[..., None] - row) * size[1], (columns[..., None] - column) * size[0]).min(
        axis=-1, initial=np.inf
    )
    clear = np.abs(away - reach * 100) > 1e-3  # ties are up to rounding
    assert (found == (away <= reach * 100))[clear].all()


def test_buffers_of_many_cells_are_exact_too() -> None:
    features = np.zeros((700, 5), dtype="uint8")
    features[0, 0] = 1

    found = within_distance(features, 400, cell_m=1)

    assert found[:401, 0].all()
    assert not found[401:].any()
    assert not found[400, 1]


def test_no_distance_and_no_feature_leave_nothing_near() -> None:
    assert not within_distance(np.ones((3, 3)), -1, cell_m=1).any()
    assert not within_distance(np.zeros((3, 3)), 10, cell_m=1).any()
    assert not near_cells(CELLS, gpd.GeoDataFrame(geometry=[], crs=CRS), 1e6).any()


SHAPES = gpd.GeoDataFrame(
    geometry=[
        Point(WEST + 7_300, SOUTH + 12_800),
        LineString([(WEST, SOUTH), (WEST + 20_000, SOUTH + 31_000)]),
        box(WEST + 30_000, SOUTH + 5_000, WEST + 35_200, SOUTH + 9_100),
        Point(WEST + 50_000, SOUTH + 20_000),  # beyond the terrain
    ],
    crs=CRS,
)


@cache
def true_distances() -> np.ndarray:
    return np.array([
        min(Point(x, y).distance(shape) for shape in SHAPES.geometry)
        for x, y in zip(CELLS.x, CELLS.y)
    ])  # fmt: skip


def test_distances_equal_those_of_a_loop_over_all_pairs() -> None:
    found, nearest = distances_m(CELLS.x, CELLS.y, SHAPES)

    np.testing.assert_allclose(found, true_distances(), atol=1e-6)
    assert {0, 1, 2, 3} >= set(nearest.tolist())


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 15_000))
def test_buffers_of_shapes_equal_a_loop_and_see_beyond_the_border(distance_m: float) -> None:
    assert (near_cells(CELLS, SHAPES, distance_m) == (true_distances() <= distance_m)).all()


def test_without_shapes_nothing_is_near() -> None:
    none = gpd.GeoDataFrame(geometry=[], crs=CRS)

    distance, nearest = distances_m(CELLS.x, CELLS.y, none)

    assert np.isinf(distance).all()
    assert (nearest == -1).all()


@pytest.mark.parametrize("technology", ["solar", "wind"])
def test_settlements_keep_exactly_their_distance(technology: str) -> None:
    options = PotentialOptions(solar_settlement_buffer_m=3_000, wind_settlement_buffer_m=3_000)

    rule = rulings(options, technology)[3]

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

    rule = rulings(PotentialOptions(wind_protected_buffer_m=2_000), "wind", region)[5]

    assert rule.excluded[nearest_cell(CELLS, WEST + 33_000, SOUTH + 23_000)]
    assert rule.excluded[nearest_cell(CELLS, WEST + 37_500, SOUTH + 23_500)]
    assert not rule.excluded[nearest_cell(CELLS, WEST + 38_500, SOUTH + 23_500)]


def test_rules_of_the_region_replace_those_of_the_options() -> None:
    np.testing.assert_array_equal(ruled("slope_above", 12), CELLS.slope_percent > 12)
    np.testing.assert_array_equal(ruled("elevation_above", 900), CELLS.elevation_m > 900)
    np.testing.assert_array_equal(ruled("elevation_below", 310), CELLS.elevation_m < 310)
    np.testing.assert_array_equal(ruled("wind_below", 6), CELLS.wind_speed_ms < 6)
    np.testing.assert_array_equal(ruled("land_cover_in", 0, 12), np.isin(CELLS.land_cover, [0, 12]))
    np.testing.assert_array_equal(
        ruled("land_cover_other_than", 0, 12), ~np.isin(CELLS.land_cover, [0, 12])
    )


def test_the_border_is_a_layer() -> None:
    near = ruled("near", 1_000, layer="border")

    edge = np.minimum(
        np.minimum(CELLS.x - WEST - 2e3, WEST + 42e3 - CELLS.x),
        np.minimum(CELLS.y - SOUTH - 2e3, SOUTH + 34e3 - CELLS.y),
    )
    np.testing.assert_array_equal(near, edge <= 1_000)


def test_extra_layers_of_shapes_and_of_cells_are_looked_at() -> None:
    zone = gpd.GeoDataFrame(
        geometry=[box(WEST + 22_000, SOUTH + 4_000, WEST + 30_000, SOUTH + 12_000)], crs=CRS
    )
    terrain = small_region().terrain
    peat = xr.where((terrain.x < WEST + 6_000) & (terrain.y < SOUTH + 9_000), 3.0, np.nan)
    region = replace(small_region(), extra_layers={"zone": zone, "peat": peat.transpose("y", "x")})

    inside = ruled("inside", layer="zone", region=region)
    deep = ruled("layer_above", 2, layer="peat", region=region)
    beside = ruled("near", 2_000, layer="peat", region=region)

    assert inside.sum() == 64
    np.testing.assert_array_equal(ruled("outside", layer="zone", region=region), ~inside)
    np.testing.assert_array_equal(deep, (CELLS.x < WEST + 6_000) & (CELLS.y < SOUTH + 9_000))
    np.testing.assert_array_equal(ruled("inside", layer="peat", region=region), deep)
    assert not ruled("layer_below", 3, layer="peat", region=region).any()
    x, y = CELLS.x[deep], CELLS.y[deep]
    slow = [np.hypot(x - a, y - b).min() <= 2_000 for a, b in zip(CELLS.x, CELLS.y)]
    assert beside.tolist() == slow


def test_ground_faces_where_water_runs() -> None:
    region = small_region()
    east, north = np.meshgrid(region.terrain.x, region.terrain.y)
    for height, bearing in ((-north, 0), (-east, 90), (north, 180), (east, 270)):
        tilted = region.terrain.assign(elevation_m=(("y", "x"), height / 10))
        aspect = terrain_aspect(replace(region, terrain=tilted))
        np.testing.assert_allclose((aspect - bearing + 180) % 360, 180, atol=1e-4)
    flat = region.terrain.assign(elevation_m=region.terrain.elevation_m * 0)
    assert np.isnan(terrain_aspect(replace(region, terrain=flat))).all()


def test_northern_slopes_can_be_left_out() -> None:
    aspect = terrain_aspect(small_region())[CELLS.row, CELLS.column]

    north = ruled("aspect_between", 315, 45)

    np.testing.assert_array_equal(north, (aspect >= 315) | (aspect <= 45))
    assert faces(np.array([10.0]), 0, 360).all()


def test_the_first_rule_that_excludes_a_cell_gets_its_land_and_all_are_kept() -> None:
    found = rulings(PotentialOptions(), "wind")

    first = first_exclusion(found, CELLS.count)
    every = all_exclusions(found, CELLS.count)

    for cell in range(CELLS.count):
        hits = [order for order, rule in enumerate(found, start=1) if rule.excluded[cell]]
        assert first[cell] == (hits[0] if hits else 0)
        assert every[cell] == sum(2 ** (order - 1) for order in hits)


def test_the_rule_table_accounts_for_all_land() -> None:
    found = rulings(PotentialOptions(), "solar")
    first = first_exclusion(found, CELLS.count)

    table = rule_table("solar", found, CELLS.covered_km2)

    assert table["order"].tolist() == [1, 2, 3, 4, 5, 6]
    assert (table["excluded_in_order_km2"] <= table["excluded_alone_km2"] + 1e-9).all()
    left = CELLS.covered_km2.sum() - table["excluded_in_order_km2"].cumsum()
    np.testing.assert_allclose(table["left_km2"], left)
    assert table["left_km2"].iloc[-1] == pytest.approx(CELLS.covered_km2[first == 0].sum())


def test_rules_are_told_in_words() -> None:
    def words(kind: str, *values: float, unit: str = "") -> str:
        return rule_words(
            LandRule(kind=kind, title="Bog", technologies=("wind",), layer="", values=values,
                     unit=unit, source="")
        )  # fmt: skip

    assert words("slope_above", 10, unit="%") == "Bog above 10 %"
    assert words("near", 500, unit="m") == "Bog, within 500 m"
    assert words("inside") == "Bog, inside of it"
    assert words("land_cover_in", 1, 2) == "Bog"
    assert words("aspect_between", 315, 45) == "Bog, facing 315 to 45 degrees"


def test_water_and_unknown_land_are_never_allowed() -> None:
    for technology in ("solar", "wind"):
        assert not classes_allowed(technology) & {0, 15, 17, 255}


def test_cropland_and_forest_follow_their_options() -> None:
    assert not eligible(PotentialOptions(solar_allows_cropland=False), "solar")[
        CELLS.land_cover == 12
    ].any()
    assert 4 not in wind_classes(PotentialOptions())
    assert 4 in wind_classes(PotentialOptions(wind_allows_forest=True))


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


def test_a_ruling_knows_its_rule() -> None:
    found = rulings(PotentialOptions(), "wind")

    assert all(isinstance(ruling, Ruling) for ruling in found)
    assert [ruling.rule.kind for ruling in found][-1] == "wind_below"
