"""Small hydropower: energy of runoff, months of rivers, sites."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box
from worlds import CRS, SOUTH, WEST, small_region

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import inside_cells
from bunyad.potential.constants import data_table
from bunyad.potential.hydro import (
    hydro_profile,
    hydro_sites,
    river_place,
    theoretical_hydro_gwh,
)
from bunyad.potential.sites import Ground
from bunyad.potential.technology import technologies
from bunyad.region.model import Region

HOURS = pd.date_range("2019-01-01", periods=8760, freq="h")


def sites_of(region: Region, options: PotentialOptions) -> list:
    cells = inside_cells(region)
    ground = Ground(region=region, cells=cells, hub_speed_ms=cells.wind_speed_ms, options=options)
    return hydro_sites(ground, technologies(options)["hydro"])


def test_a_cubic_kilometre_falling_a_kilometre_holds_2724_gwh() -> None:
    cells = inside_cells(small_region())
    heights = np.zeros(cells.count)
    heights[0] = 1_000
    one = replace(cells, elevation_m=heights)

    energy = theoretical_hydro_gwh(one, options=PotentialOptions(hydro_runoff_mm=1_000))

    # 1 km² × 1 m = 1e6 m³; 1e6 m³ × 1,000 kg/m³ × 9.80665 m/s² × 1,000 m = 9.80665e12 J.
    assert energy[0] == pytest.approx(2.72407, rel=1e-5)
    assert energy[1:].sum() == 0


def test_the_shares_of_the_months_add_up_to_a_year() -> None:
    shape = data_table("hydro_shape")

    assert shape["month"].tolist() == list(range(1, 13))
    assert shape["share"].sum() == pytest.approx(1)
    assert shape.loc[shape["share"].idxmax(), "month"] in (4, 5, 6)


@settings(max_examples=40, deadline=None)
@given(st.floats(1, 8_760))
def test_a_profile_yields_its_full_load_hours(full_load_hours: float) -> None:
    profile = hydro_profile(HOURS, full_load_hours)

    assert profile.sum() == pytest.approx(full_load_hours, rel=1e-9)
    assert profile.min() >= 0
    assert profile.max() <= 1


def test_more_hours_than_a_year_has_count_as_all_of_them() -> None:
    assert (hydro_profile(HOURS, 9_000) == 1).all()


def test_rivers_yield_most_in_the_snowmelt() -> None:
    profile = pd.Series(hydro_profile(HOURS, 2_000), index=HOURS)

    assert profile["2019-05"].mean() > 2 * profile["2019-01"].mean()


def test_a_published_energy_is_taken_and_a_missing_one_follows_the_option() -> None:
    region = small_region()
    plants = region.plants.assign(annual_energy_gwh=[20.0, np.nan])

    known = sites_of(replace(region, plants=plants), PotentialOptions())[0]
    unknown = sites_of(region, PotentialOptions(hydro_full_load_hours=3_000))[0]

    assert known.annual_energy_gwh == pytest.approx(20)
    assert unknown.annual_energy_gwh == pytest.approx(4 * 3)
    assert known.is_existing
    assert known.cost.capex_usd_per_kw == 0


def test_plants_that_stand_lessen_what_rivers_leave() -> None:
    region, options = small_region(), PotentialOptions(hydro_min_site_mw=0)
    moved = replace(region, plants=region.plants.assign(district="Upland"))

    def new_mw(world: Region) -> float:
        return sum(s.capacity_mw for s in sites_of(world, options) if s.district == "Upland"
                   and not s.is_existing)  # fmt: skip

    assert new_mw(region) - new_mw(moved) == pytest.approx(4.0)


def test_plains_and_small_rests_make_no_site() -> None:
    districts = {s.district for s in sites_of(small_region(), PotentialOptions())
                 if not s.is_existing}  # fmt: skip
    none = sites_of(small_region(), PotentialOptions(hydro_min_site_mw=100))

    assert districts == {"Upland"}
    assert [site.is_existing for site in none] == [True]


def test_a_district_without_cells_makes_no_site() -> None:
    region = small_region()
    terrain = region.terrain.assign(
        district=region.terrain["district"].where(region.terrain["district"] != 0, 1)
    )

    names = [s.district for s in sites_of(replace(region, terrain=terrain), PotentialOptions())]

    assert "Upland" not in names


def test_a_new_site_stands_at_a_river_of_its_district() -> None:
    district = box(WEST, SOUTH, WEST + 20_000, SOUTH + 20_000)
    river = gpd.GeoDataFrame(
        geometry=[LineString([(WEST + 3_000, SOUTH - 5_000), (WEST + 3_000, SOUTH + 40_000)])],
        crs=CRS,
    )

    at_river = river_place(district, river)
    in_middle = river_place(district, river.iloc[:0])

    assert at_river.x == WEST + 3_000
    assert district.contains(at_river)
    assert district.contains(in_middle)
