"""What is stored comes back as it was."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import worlds
import xarray as xr
from shapely.geometry import LineString

from bunyad.programme.result import Programme
from bunyad.project import Project
from bunyad.store import load_result, save_result


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    places: gpd.GeoDataFrame
    figures: pd.DataFrame
    land: xr.Dataset
    profiles: xr.DataArray


def test_tables_maps_and_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    region = worlds.small_region()
    sample = Sample(
        places=region.settlements,
        figures=region.population,
        land=region.terrain,
        profiles=region.climate.ghi_w_m2.rename("profiles"),
    )

    save_result(sample, tmp_path)
    back = load_result(Sample, tmp_path)

    pd.testing.assert_frame_equal(
        pd.DataFrame(back.places), pd.DataFrame(sample.places), check_dtype=False
    )
    assert back.places.crs == region.crs
    pd.testing.assert_frame_equal(back.figures, sample.figures, check_dtype=False)
    xr.testing.assert_identical(back.land, sample.land)
    np.testing.assert_array_equal(back.profiles, sample.profiles)


def test_projects_come_back_as_they_were(tmp_path: Path) -> None:
    road = Project(
        id="road-a-b", kind="road", name="A–B", district="Upland",
        geometry=LineString([(45.1, 39.9), (45.2000000001, 39.8)]), capacity=12.5, unit="km",
        capex_usd=1e7, opex_usd_per_year=0.0, start=2026, finish=2027, requires=("clearance-upland",),
        serves=("a", "b"), funding="public", provenance="connect",
    )  # fmt: skip
    table = pd.DataFrame({"year": [2026], "capex_usd": [5e6]})

    save_result(Programme(projects=(road,), spending=table, budgets=table), tmp_path)

    assert load_result(Programme, tmp_path).projects == (road,)
