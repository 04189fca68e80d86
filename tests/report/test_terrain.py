"""Pictures and grids lie where the land lies."""

from __future__ import annotations

import base64
import io
import zlib

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from worlds import CRS, small_region

from bunyad.report.terrain import hillshade, land_grids, pack_grid, relief_picture


def unpack(grid: dict, shape: tuple[int, int]) -> np.ndarray:
    steps = np.frombuffer(zlib.decompress(base64.b64decode(grid["data"])), "<u2").reshape(shape)
    return np.where(steps == 0, np.nan, grid["low"] + (steps.astype(float) - 1) * grid["scale"])


@given(
    arrays("float32", (3, 5), elements=st.floats(-400, 5_000, width=32)),
    arrays("bool", (3, 5)),
    st.sampled_from([0.1, 1.0]),
)
def test_a_packed_grid_unpacks_within_half_a_step(
    values: np.ndarray, gaps: np.ndarray, scale: float
) -> None:
    values = np.where(gaps, np.nan, values).astype("float32")

    found = unpack(pack_grid(values, scale=scale), values.shape)

    assert np.array_equal(np.isnan(found), gaps)
    assert np.nanmax(np.abs(found - values), initial=0) <= scale / 2 + 1e-3


def test_the_grid_under_a_settlement_holds_its_cell(plan) -> None:
    region = small_region()
    terrain = region.terrain
    grids = land_grids(terrain, plan.potential.land, CRS)
    height = unpack(grids["layers"]["elevation"], (grids["height"], grids["width"]))
    (south, west), (north, east) = grids["corners"]
    corners = gpd.GeoSeries(gpd.points_from_xy([west, east], [south, north]), crs=4326).to_crs(3857)
    places = region.settlements.to_crs(3857).geometry
    for place, spot in zip(places, region.settlements.geometry, strict=True):
        column = int((place.x - corners[0].x) / (corners[1].x - corners[0].x) * grids["width"])
        row = int((corners[1].y - place.y) / (corners[1].y - corners[0].y) * grids["height"])
        near = terrain.elevation_m.sel(
            x=slice(spot.x - 1_200, spot.x + 1_200), y=slice(spot.y + 1_200, spot.y - 1_200)
        )

        assert float(near.min()) - 1 <= height[row, column] <= float(near.max()) + 1


def test_flat_ground_is_evenly_lit() -> None:
    shade = hillshade(np.full((6, 6), 500, "float32"), 1_000)

    assert np.ptp(shade) < 1e-6
    assert shade[0, 0] == pytest.approx(np.sin(np.radians(42)), abs=1e-6)


def test_slopes_towards_the_light_are_brighter() -> None:
    rise = np.tile(np.arange(20, dtype="float32") * 200, (20, 1))

    facing_west, facing_east = hillshade(rise, 1_000), hillshade(rise[:, ::-1], 1_000)

    assert facing_west.mean() > facing_east.mean()


def test_the_relief_is_a_picture_with_corners_around_the_region() -> None:
    region = small_region()
    relief = relief_picture(region.terrain, CRS)
    picture = Image.open(io.BytesIO(base64.b64decode(relief["src"].split(",")[1])))
    (south, west), (north, east) = relief["corners"]
    bounds = region.boundary.to_crs(4326).total_bounds

    assert picture.size[0] > 800
    assert west < bounds[0]
    assert south < bounds[1]
    assert east > bounds[2]
    assert north > bounds[3]
