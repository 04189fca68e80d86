"""A data room holds the plan's own files, cut to the site."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from rasterio.transform import from_origin
from worlds import CELL, CRS, small_terrain

from bunyad.auction.lots import PlanTables, draw_lots, read_plan_tables, write_data_room
from bunyad.auction.lots.lot import Lot
from bunyad.auction.rules.model import Rules
from bunyad.errors import InputError
from bunyad.options import AuctionOptions


@pytest.fixture
def lot(tables: PlanTables, rules: Callable[..., Rules]) -> Lot:
    return draw_lots(tables, kinds=("solar",), rules=rules(), terms=AuctionOptions())[0]


@pytest.fixture
def heights(tmp_path: Path) -> Path:
    terrain = small_terrain()
    values = terrain["elevation_m"].to_numpy()
    x, y = terrain["x"].to_numpy(), terrain["y"].to_numpy()
    path = tmp_path / "elevation.tif"
    profile = {
        "driver": "GTiff", "dtype": "float32", "count": 1, "crs": CRS, "height": len(y), "width": len(x),
        "transform": from_origin(x[0] - CELL / 2, y[0] + CELL / 2, CELL, CELL),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(values.astype("float32"), 1)
    return path


def test_every_file_is_there_with_its_hash(
    lot: Lot, plan_folder: Path, heights: Path, tmp_path: Path
) -> None:
    room = tmp_path / "room"

    told = write_data_room(lot, plan_folder, room, terrain=heights)

    assert [file.name for file in told.files] == [
        "site.geojson", "lines.geojson", "hours.parquet", "duration_curve.csv", "land.nc", "land_rules.csv",
        "terrain.tif", "price_corridor.csv",
    ]  # fmt: skip
    for file in told.files:
        assert hashlib.sha256((room / file.name).read_bytes()).hexdigest() == file.sha256
    assert json.loads((room / "lot.json").read_text("utf-8"))["files"][0]["name"] == "site.geojson"


def test_hours_land_and_heights_are_those_of_the_site(
    lot: Lot, plan_folder: Path, heights: Path, tmp_path: Path
) -> None:
    write_data_room(lot, plan_folder, tmp_path, terrain=heights)
    site = gpd.read_file(tmp_path / "site.geojson").to_crs(CRS)
    west, south, east, north = site.total_bounds

    hours = pd.read_parquet(tmp_path / "hours.parquet")
    assert len(hours) == 8760
    assert hours["output_mw"].to_numpy() == pytest.approx(18 * hours["output_share"].to_numpy())
    curve = pd.read_csv(tmp_path / "duration_curve.csv")
    assert curve["output_mw"].is_monotonic_decreasing
    assert curve["output_mw"].sum() == pytest.approx(hours["output_mw"].sum(), rel=1e-4)
    land = xr.open_dataset(tmp_path / "land.nc").load()
    assert west - 3 * CELL < land["x"].min() < west < east < land["x"].max() < east + 3 * CELL
    assert set(map(str, land)) >= {"solar_exclusion", "solar_rules_hit"}
    rules = pd.read_csv(tmp_path / "land_rules.csv")
    assert rules["cells_around_site"].tolist()[0] == int((land["solar_exclusion"] == 1).sum())
    with rasterio.open(tmp_path / "terrain.tif") as clip, rasterio.open(heights) as whole:
        assert clip.bounds.left <= west < east <= clip.bounds.right
        assert clip.width < whole.width
        middle = ((west + east) / 2, (south + north) / 2)
        assert next(clip.sample([middle])) == next(whole.sample([middle]))
    lines = gpd.read_file(tmp_path / "lines.geojson")
    assert (lines["start"].eq(lot.node) | lines["end"].eq(lot.node)).all()


def test_the_same_plan_gives_the_same_bytes(lot: Lot, plan_folder: Path, tmp_path: Path) -> None:
    first = write_data_room(lot, plan_folder, tmp_path / "a")
    second = write_data_room(lot, plan_folder, tmp_path / "b")

    assert first.files == second.files
    assert "terrain.tif" not in {file.name for file in first.files}


def test_a_batterys_room_holds_its_place_and_lines(
    tables: PlanTables, rules: Callable[..., Rules], plan_folder: Path, tmp_path: Path
) -> None:
    (battery,) = draw_lots(tables, kinds=("storage",), rules=rules(), terms=AuctionOptions())

    told = write_data_room(battery, plan_folder, tmp_path)

    assert [file.name for file in told.files] == ["site.geojson", "lines.geojson"]


def test_a_plan_without_its_stages_is_refused(lot: Lot, plan_folder: Path, tmp_path: Path) -> None:
    bare = Path(
        shutil.copytree(plan_folder, tmp_path / "bare", ignore=shutil.ignore_patterns(".stages"))
    )

    with pytest.raises(InputError, match=r"hours\.parquet of solar-lowland-1 cannot be made of it"):
        write_data_room(lot, bare, tmp_path / "room")


def test_what_is_no_plan_folder_is_refused(plan_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it is no plan folder"):
        read_plan_tables(tmp_path)

    old = Path(shutil.copytree(plan_folder, tmp_path / "old"))
    sites = gpd.read_file(old / "plan.gpkg", layer="sites").drop(columns="p90_gwh")
    sites.to_file(old / "plan.gpkg", layer="sites", driver="GPKG")
    with pytest.raises(InputError, match="its sites lack p90_gwh"):
        read_plan_tables(old)


def test_land_beyond_the_margin_is_left_out(lot: Lot, plan_folder: Path, tmp_path: Path) -> None:
    write_data_room(lot, plan_folder, tmp_path)
    cut = xr.open_dataset(tmp_path / "land.nc").load()
    whole = xr.open_dataset(plan_folder / ".stages" / "potential" / "land.nc").load()

    assert cut.sizes["x"] < whole.sizes["x"]
    same = whole["solar_exclusion"].sel(x=cut["x"], y=cut["y"])
    assert np.array_equal(same.to_numpy(), cut["solar_exclusion"].to_numpy())
