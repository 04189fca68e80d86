"""The routing grid, held against the terrain it comes from."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from lands import OPTIONS, land
from shapely.geometry import LineString, Point
from worlds import CELL, CRS, SOUTH, WEST, small_region

from bunyad.connect.ground import find_nodes, lay_ground, nearest_nodes


def test_cells_of_the_terrain_keep_their_height_at_the_same_cell_size() -> None:
    region = small_region()

    ground = lay_ground(region, options=OPTIONS.model_copy(update={"routing_cell_m": CELL}))

    np.testing.assert_allclose(ground.elevation_m, region.terrain.elevation_m, rtol=1e-6)


def test_a_finer_grid_is_interpolated_bilinearly() -> None:
    region = small_region()

    ground = lay_ground(region, options=OPTIONS)

    x, y = ground.points()[1_234]
    row, column = ground.rows[1_234], ground.columns[1_234]
    expected = float(region.terrain.elevation_m.interp(x=x, y=y))
    assert np.isclose(ground.elevation_m[row, column], expected, rtol=1e-5)


def test_a_terrain_that_is_stored_south_up_gives_the_same_ground() -> None:
    region = small_region()
    turned = replace(region, terrain=region.terrain.isel(y=slice(None, None, -1)))

    one, other = (lay_ground(r, options=OPTIONS) for r in (region, turned))

    np.testing.assert_array_equal(one.elevation_m, other.elevation_m)
    np.testing.assert_array_equal(one.node, other.node)


def test_all_nodes_lie_in_the_region_with_its_margin() -> None:
    region = small_region()

    ground = lay_ground(region, options=OPTIONS.model_copy(update={"border_buffer_km": 1}))

    reach = region.boundary.geometry.union_all().buffer(1_001)
    assert shapely.contains_xy(reach, *ground.points().T).all()
    assert len(set(map(tuple, ground.points()))) == ground.count


def test_a_settlement_outside_of_the_outline_gets_a_strip_of_nodes() -> None:
    region = small_region()
    places = region.settlements.copy()
    places.loc[0, "geometry"] = Point(WEST + 43_600, SOUTH + 17_000)
    options = OPTIONS.model_copy(update={"border_buffer_km": 0.8})

    ground = lay_ground(replace(region, settlements=places), options=options)

    node = find_nodes(ground, places.geometry)[0]
    x, y = ground.points()[node]
    assert np.hypot(x - WEST - 43_600, y - SOUTH - 17_000) < options.routing_cell_m


def test_places_in_one_cell_get_nodes_of_their_own() -> None:
    ground = land(np.zeros((5, 5)))
    places = gpd.GeoSeries([Point(1_000, -1_000), Point(1_010, -1_000), Point(990, -990)], crs=CRS)

    own = find_nodes(ground, places)

    assert len(set(own.tolist())) == 3
    assert own[0] == 12
    assert nearest_nodes(ground, places).tolist() == [12, 12, 12]


def test_rivers_are_cut_into_pieces_no_longer_than_a_cell() -> None:
    region = small_region()
    rivers = gpd.GeoDataFrame(
        {"level": [2, 2]},
        geometry=[LineString([(WEST, SOUTH), (WEST + 7_300, SOUTH + 100)]), None],
        crs=CRS,
    )

    pieces = lay_ground(replace(region, rivers=rivers), options=OPTIONS).rivers

    lengths = np.hypot(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1])
    assert lengths.max() <= OPTIONS.routing_cell_m
    assert np.isclose(lengths.sum(), np.hypot(7_300, 100))


def test_power_lines_cost_more_on_slopes_in_forest_and_on_high_ground() -> None:
    ground = lay_ground(small_region(), options=OPTIONS)

    expected = {
        a * b * c
        for a in (1, OPTIONS.line_hill_factor, OPTIONS.line_mountain_factor)
        for b in (1, OPTIONS.line_forest_factor)
        for c in (1, OPTIONS.line_high_ground_factor)
    }
    values = np.unique(ground.line_factor)
    assert all(np.isclose(value, sorted(expected)).any() for value in values)
    assert values.min() == 1
    assert values.max() > OPTIONS.line_mountain_factor
