"""Rules for land and extra layers in a region's own file."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import xarray as xr
from rasterio.transform import from_origin
from shapely.geometry import box
from worlds import CRS, SOUTH, WEST

from bunyad.errors import InputError
from bunyad.region import input_hashes, load_region, read_region_file

RULES = """\
extra_layers:
  reserve: {file: reserve.geojson, origin: assumed, source: made up, licence: none}
  peat: {file: peat.tif, origin: assumed, source: made up, licence: none}
land_rules:
  - {kind: slope_above, title: Steep ground, value: 12, unit: "%", source: made up}
  - {kind: inside, title: Reserve, layer: reserve, technologies: [wind], source: made up}
  - {kind: aspect_between, title: North, value: [315, 45], unit: degrees, source: made up}
  - {kind: layer_above, title: Deep peat, layer: peat, value: 1, unit: m, source: made up}
"""


def with_rules(folder: Path, rules: str = RULES) -> Path:
    """Add two layers and rules to the small region's folder."""
    zone = box(WEST, SOUTH, WEST + 5_000, SOUTH + 5_000)
    gpd.GeoDataFrame(geometry=[zone], crs=CRS).to_crs(4326).to_file(
        folder / "reserve.geojson", engine="pyogrio"
    )
    with rasterio.open(
        folder / "peat.tif", "w", driver="GTiff", width=10, height=10, count=1, dtype="float32",
        crs=CRS, transform=from_origin(WEST, SOUTH + 10_000, 1_000, 1_000), nodata=-9,
    ) as target:  # fmt: skip
        target.write(np.full((1, 10, 10), 2, "float32"))
    path = folder / "region.yaml"
    path.write_text(path.read_text("utf-8") + rules, "utf-8")
    return folder


def test_rules_and_layers_are_read_in_order(small_folder: Path) -> None:
    region = load_region(with_rules(small_folder))

    assert [rule.kind for rule in region.land_rules] == [
        "slope_above", "inside", "aspect_between", "layer_above",
    ]  # fmt: skip
    assert region.land_rules[1].technologies == ("wind",)
    assert region.land_rules[2].values == (315, 45)
    peat = region.extra_layers["peat"]
    assert isinstance(peat, xr.DataArray)
    assert peat.shape == region.terrain["elevation_m"].shape
    assert (peat == 2).sum() == 100
    assert region.extra_layers["reserve"].area.sum() == pytest.approx(25e6, rel=1e-3)
    assert [layer.key for layer in region.layers][-2:] == ["reserve", "peat"]


def test_extra_layers_are_part_of_the_inputs(small_folder: Path) -> None:
    folder = with_rules(small_folder)

    assert {"peat.tif", "reserve.geojson"} <= set(input_hashes(folder, read_region_file(folder)))


def test_a_region_without_rules_has_none(small_folder: Path) -> None:
    region = load_region(small_folder)

    assert region.land_rules is None
    assert region.extra_layers == {}


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("layer: reserve,", "layer: reserved,", r"land_rules\.1\.layer.*'reserved'"),
        ("layer: peat,", "layer: reserve,", r"land_rules\.3\.layer.*layer_above.*peat"),
        ('unit: "%"', "unit: m", "unit '%'"),
        ("value: [315, 45]", "value: 315", r"2 value\(s\)"),
        ("kind: slope_above", "kind: steep", "slope_above"),
        ("kind: inside, title: Reserve, layer: reserve", "kind: inside, title: R", "with a layer"),
        ("peat.tif, origin", "turf.tif, origin", r"extra_layers\.peat\.file.*turf\.tif"),
        ("  reserve: {", "  rivers: {", "names other than rivers"),
        (
            'kind: slope_above, title: Steep ground, value: 12, unit: "%"',
            "kind: land_cover_in, title: Wood, unit: class",
            "at least one value",
        ),
        (
            'kind: slope_above, title: Steep ground, value: 12, unit: "%"',
            "kind: near, title: Wood, unit: m, value: -1, layer: rivers",
            "distance of 0 or more",
        ),
    ],
)
def test_what_is_wrong_with_a_rule_is_told(small_folder: Path, old, new, text) -> None:
    assert old in RULES
    with pytest.raises(InputError, match=text):
        load_region(with_rules(small_folder, RULES.replace(old, new)))


def test_a_broken_extra_raster_is_told(small_folder: Path) -> None:
    folder = with_rules(small_folder)
    (folder / "peat.tif").write_text("no raster", "utf-8")

    with pytest.raises(InputError, match="no readable raster"):
        load_region(folder)
