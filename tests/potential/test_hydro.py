"""Small hydropower: energy of runoff, months of rivers, sites."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import small_region

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import inside_cells
from bunyad.potential.constants import data_table
from bunyad.potential.hydro import (
    hydro_profile,
    hydro_schemes,
    hydro_sites,
    theoretical_hydro_gwh,
)
from bunyad.potential.runoff import irrigated_flow
from bunyad.potential.sites import Ground
from bunyad.potential.technology import technologies
from bunyad.region.model import Region

WET = PotentialOptions(hydro_runoff_mm=2_000, hydro_min_head_m=400, hydro_snap_km=0)
"""The ridge of the small world is short, so only much rain makes rivers of it."""

HOURS = pd.date_range("2019-01-01", periods=8760, freq="h")


def wet_world() -> Region:
    """Return the small world without its plants."""
    region = small_region()
    return replace(region, plants=region.plants.iloc[:0])


def sites_of(region: Region, options: PotentialOptions) -> list:
    cells = inside_cells(region)
    ground = Ground(region=region, cells=cells, hub_speed_ms=cells.wind_speed_ms, options=options)
    return hydro_sites(ground, technologies(options)["hydro"])


def test_a_cubic_kilometre_falling_a_kilometre_holds_2724_gwh() -> None:
    cells = inside_cells(small_region())
    heights = np.zeros(cells.count)
    heights[0] = 1_000
    one = replace(cells, elevation_m=heights)
    even = PotentialOptions(hydro_runoff_mm=1_000, hydro_runoff_rise_mm_per_km=0)

    energy = theoretical_hydro_gwh(one, options=even)

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


def test_new_schemes_fall_into_the_districts_of_mountains() -> None:
    sites = [s for s in sites_of(wet_world(), WET) if not s.is_existing]

    assert sites
    assert {site.district for site in sites} == {"Upland"}
    assert [site.id for site in sites] == [
        f"hydro-upland-site-{rank}" for rank in range(1, len(sites) + 1)
    ]
    for site in sites:
        assert site.capacity_mw >= WET.hydro_min_site_mw
        assert 0 < site.full_load_hours <= 8_760
        assert site.profile.max() <= 1 + 1e-12
        assert site.cost.lcoe_usd_per_mwh > 0


def test_schemes_beyond_the_most_of_a_district_stand_together() -> None:
    many, few = (
        [s for s in sites_of(wet_world(), WET.model_copy(update=change)) if not s.is_existing]
        for change in ({"hydro_schemes_per_district": 500}, {"hydro_schemes_per_district": 2})
    )

    assert len(many) > len(few) == 2
    assert few[0].annual_energy_gwh == pytest.approx(many[0].annual_energy_gwh)
    for name in ("capacity_mw", "annual_energy_gwh"):
        both = [sum(getattr(site, name) for site in sites) for sites in (many, few)]
        assert both[0] == pytest.approx(both[1])
    yearly = [sum(s.cost.lcoe_usd_per_mwh * s.annual_energy_gwh for s in sites)
              for sites in (many, few)]  # fmt: skip
    assert yearly[0] == pytest.approx(yearly[1])


def test_energy_of_sites_is_that_of_their_schemes() -> None:
    region = wet_world()
    cells = inside_cells(region)
    ground = Ground(region=region, cells=cells, hub_speed_ms=cells.wind_speed_ms, options=WET)
    schemes = hydro_schemes(ground, technologies(WET)["hydro"])

    energy = sum(s.annual_energy_gwh for s in sites_of(region, WET) if not s.is_existing)

    # Months of unequal length against equal ones.
    assert energy == pytest.approx(schemes.annual_energy_gwh.sum(), rel=0.01)


def test_plants_that_stand_take_their_stretch_of_river() -> None:
    each = WET.model_copy(update={"hydro_schemes_per_district": 500})
    region = wet_world()
    before = [s for s in sites_of(region, each) if not s.is_existing]
    plants = (
        small_region()
        .plants.iloc[[0] * len(before)]
        .assign(technology="hydro", geometry=[site.geometry for site in before], capacity_mw=100.0)
    )

    new = [s for s in sites_of(replace(region, plants=plants), each) if not s.is_existing]

    assert sum(s.capacity_mw for s in new) < sum(s.capacity_mw for s in before)


def test_a_river_too_small_makes_no_site() -> None:
    none = sites_of(small_region(), PotentialOptions(hydro_min_site_mw=100))

    assert [site.is_existing for site in none] == [True]


def test_no_runoff_makes_no_site_and_no_energy() -> None:
    dry = PotentialOptions(hydro_runoff_mm=0)

    assert [site.is_existing for site in sites_of(small_region(), dry)] == [True]
    assert theoretical_hydro_gwh(inside_cells(small_region()), options=dry).sum() == 0


def test_availability_takes_its_part_of_every_month() -> None:
    sure, usual = (
        sites_of(wet_world(), WET.model_copy(update={"hydro_availability": share}))
        for share in (1.0, 0.9)
    )

    assert len(sure) == len(usual) > 0
    for a, b in zip(sure, usual, strict=True):
        np.testing.assert_allclose(b.profile, 0.9 * a.profile)


def test_new_schemes_keep_out_of_protected_land_unless_allowed() -> None:
    region = wet_world()
    everything = gpd.GeoDataFrame(
        {"name": ["park"]}, geometry=region.boundary.geometry.buffer(1e3).to_list(), crs=region.crs
    )
    park = replace(region, protected=everything)
    allowed = WET.model_copy(update={"hydro_allows_protected": True})

    assert sites_of(region, WET)
    assert sites_of(park, WET) == []
    assert len(sites_of(park, allowed)) == len(sites_of(region, WET))


def test_irrigation_takes_its_share_in_its_months_also_over_new_year() -> None:
    summer = PotentialOptions(hydro_irrigation_share=0.25)
    south = PotentialOptions(
        hydro_irrigation_share=0.25, hydro_irrigation_first_month=11, hydro_irrigation_last_month=2
    )
    flow = np.ones((2, 12))

    assert irrigated_flow(flow, options=PotentialOptions()).tolist() == flow.tolist()
    assert (irrigated_flow(flow, options=summer)[0] < 1).nonzero()[0].tolist() == [3, 4, 5, 6, 7, 8]
    assert (irrigated_flow(flow, options=south)[0] < 1).nonzero()[0].tolist() == [0, 1, 10, 11]


def test_irrigation_leaves_less_water_to_schemes() -> None:
    dry = WET.model_copy(update={"hydro_irrigation_share": 0.5})

    assert sum(site.annual_energy_gwh for site in sites_of(wet_world(), dry)) < sum(
        site.annual_energy_gwh for site in sites_of(wet_world(), WET)
    )
