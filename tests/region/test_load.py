"""A region folder becomes a Region: everything on one metric grid, nothing lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import worlds

from bunyad.region import built_in_regions, load_region, summarise_region


def test_the_small_world_survives_the_way_through_files(small_folder: Path) -> None:
    read, made = load_region(small_folder), worlds.small_region()

    assert read.name == "small"
    assert list(read.settlements["id"]) == list(made.settlements["id"])
    assert read.settlements.geometry.distance(made.settlements.geometry).max() < 1
    assert read.population.equals(made.population)
    assert read.corridors.equals(made.corridors)
    np.testing.assert_allclose(
        read.climate.ghi_w_m2.sum("time"), made.climate.ghi_w_m2.sum("time"), rtol=1e-5
    )
    back = read.terrain.elevation_m.interp(x=made.terrain.x, y=made.terrain.y)
    assert float(np.abs(back - made.terrain.elevation_m).mean()) < 8, "two resamplings of a ridge"


def test_districts_on_the_grid_have_the_area_of_their_polygons(small_folder: Path) -> None:
    region = load_region(small_folder)

    for row, area_km2 in enumerate(region.districts["area_km2"]):
        cells = int((region.terrain.district == row).sum())
        assert cells == pytest.approx(area_km2, rel=0.02)


def test_the_slope_of_a_ramp_is_its_gradient(small_folder: Path) -> None:
    region = load_region(small_folder)
    flat = region.terrain.slope_percent.sel(x=slice(worlds.WEST + 28e3, worlds.WEST + 40e3))

    assert float(flat.max()) < 5, "the plain waves by 15 m over a few kilometres"
    assert float(region.terrain.slope_percent.max()) > 20, "the ridge rises 2,000 m in 10 km"


def test_a_summary_tells_what_is_modelled_and_what_is_missing(small_folder: Path) -> None:
    summary = summarise_region(load_region(small_folder))

    assert [layer.key for layer in summary.by_origin("modelled")] == ["wind_speed", "climate"]
    assert list(summary.missing) == ["protected", "roads", "railways", "power_lines", "masts"]
    assert summary.counts["settlements"] == 6


def test_a_region_without_optional_layers_loads(small_folder: Path) -> None:
    yaml = small_folder / "region.yaml"
    optional = ("rivers:", "plants:", "interconnectors:", "corridors:", "hazards:", "published:")
    lines = yaml.read_text().splitlines(keepends=True)
    yaml.write_text("".join(line for line in lines if not line.strip().startswith(optional)))

    region = load_region(small_folder)

    assert region.plants.empty
    assert region.rivers.empty
    assert set(summarise_region(region).missing) >= {"rivers", "plants", "hazards"}


def test_the_built_in_region_has_its_fourteen_districts() -> None:
    assert list(built_in_regions()) == ["karabakh"]
    region = load_region("karabakh")

    assert len(region.districts) == 14
    assert 15_000 < region.districts["area_km2"].sum() < 18_500
    modelled = {layer.key for layer in region.layers if layer.origin == "modelled"}
    assert {"climate", "wind_speed"} <= modelled
