"""The front door: sites, supply curves and totals that fit together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from potential.assessed import small_potential
from shapely.geometry import box
from worlds import small_region

import bunyad.potential
from bunyad.errors import InputError
from bunyad.options.base import option_rows
from bunyad.options.potential import PotentialOptions
from bunyad.potential import (
    LAND_RULES,
    POTENTIAL_TOTALS,
    SITES,
    SUPPLY_CURVES,
    assess_potential,
)
from bunyad.potential.cells import inside_cells
from bunyad.potential.constants import data_table
from bunyad.potential.mined import available_from, contaminated_share
from bunyad.potential.sites import cell_polygon, site_id


def test_tables_have_exactly_their_columns() -> None:
    potential = small_potential()

    assert list(potential.sites.columns) == SITES.names()
    assert list(potential.supply_curves.columns) == SUPPLY_CURVES.names()
    assert list(potential.land_rules.columns) == LAND_RULES.names()
    assert list(potential.totals.columns) == POTENTIAL_TOTALS.names()
    assert potential.sites.crs == small_region().crs
    assert potential.sites.geometry.is_valid.all()


def test_profiles_yield_the_energy_of_their_sites() -> None:
    potential = small_potential()
    sites = potential.sites

    assert potential.profiles["site"].to_numpy().tolist() == sites["id"].tolist()
    assert potential.profiles.sizes["time"] == 8_760
    hours = potential.profiles.sum("time").to_numpy()
    np.testing.assert_allclose(sites["full_load_hours"], hours)
    np.testing.assert_allclose(sites["annual_energy_gwh"], sites["capacity_mw"] * hours / 1e3)
    assert float(potential.profiles.min()) >= 0
    assert float(potential.profiles.max()) <= 1


@pytest.mark.parametrize("technology", ["solar", "wind"])
def test_sites_yield_what_the_map_shows_on_their_land(technology: str) -> None:
    potential = small_potential()
    name = "solar_yield_kwh_per_kw" if technology == "solar" else "wind_full_load_hours"
    grid = potential.land.to_dataframe().reset_index()
    new = potential.sites.query("technology == @technology and not is_existing")

    assert len(new) > 1
    for site in new.itertuples():
        x0, y0, x1, y1 = site.geometry.bounds
        near = grid[grid.x.between(x0, x1) & grid.y.between(y0, y1)]
        inside = near[[site.geometry.contains(box(x, y, x + 1, y + 1)) for x, y in
                       zip(near.x, near.y)]]  # fmt: skip
        assert len(inside) == site.area_km2
        assert site.geometry.area / 1e6 == pytest.approx(site.area_km2)
        assert inside[name].mean() == pytest.approx(site.full_load_hours, rel=1e-3)
        assert (inside[f"{technology}_exclusion"] == 0).all()


def test_technical_totals_are_the_sums_of_sites() -> None:
    potential = small_potential()
    totals = potential.totals.set_index(["technology", "level"])

    for technology, sites in potential.sites.groupby("technology"):
        technical = totals.loc[(technology, "technical")]
        assert technical["capacity_mw"] == pytest.approx(sites["capacity_mw"].sum())
        assert technical["annual_energy_gwh"] == pytest.approx(sites["annual_energy_gwh"].sum())


def test_each_level_is_within_the_one_before() -> None:
    totals = small_potential().totals.set_index(["technology", "level"])["annual_energy_gwh"]

    for technology in ("solar", "wind", "hydro"):
        assert (
            totals[technology, "economic"]
            <= totals[technology, "technical"]
            <= totals[technology, "theoretical"]
        )


def test_supply_curves_rise_and_end_at_the_technical_total() -> None:
    potential = small_potential()
    totals = potential.totals.set_index(["technology", "level"])

    for technology, curve in potential.supply_curves.groupby("technology"):
        assert curve["lcoe_usd_per_mwh"].is_monotonic_increasing
        np.testing.assert_allclose(curve["cumulative_capacity_mw"], curve["capacity_mw"].cumsum())
        last = curve.iloc[-1]
        technical = totals.loc[(technology, "technical")]
        assert last["cumulative_capacity_mw"] == pytest.approx(technical["capacity_mw"])
        assert last["cumulative_energy_gwh"] == pytest.approx(technical["annual_energy_gwh"])


def test_the_land_shows_the_region_and_nothing_else() -> None:
    land = small_potential().land
    outside = (small_region().terrain["district"] < 0).to_numpy()

    for technology in ("solar", "wind"):
        assert (land[f"{technology}_exclusion"].to_numpy()[outside] == -1).all()
        assert (land[f"{technology}_exclusion"].to_numpy()[~outside] >= 0).all()
    for name in ("solar_yield_kwh_per_kw", "wind_full_load_hours"):
        assert np.isnan(land[name].to_numpy()[outside]).all()
        assert np.isfinite(land[name].to_numpy()[~outside]).all()


def test_the_same_region_gives_the_same_bytes() -> None:
    first = small_potential()
    second = assess_potential(small_region(), options=PotentialOptions())

    assert first.profiles.to_numpy().tobytes() == second.profiles.to_numpy().tobytes()
    assert first.sites.to_wkb().equals(second.sites.to_wkb())
    assert first.land.identical(second.land)


def test_committed_plants_use_land_of_their_district() -> None:
    region = small_region()
    alone = replace(region, plants=region.plants.query("technology != 'solar'"))

    with_plant = small_potential().sites.query("technology == 'solar' and district == 'Lowland'")
    without = assess_potential(alone, options=PotentialOptions()).sites.query(
        "technology == 'solar' and district == 'Lowland'"
    )

    assert with_plant["capacity_mw"].sum() == pytest.approx(without["capacity_mw"].sum())
    plant = with_plant.set_index("id").loc["early-sun"]
    assert plant["is_existing"]
    assert plant["capex_usd_per_kw"] == 0
    assert plant["geometry"].area / 1e6 == pytest.approx(plant["area_km2"], rel=0.01)


def test_committed_plants_may_take_all_land_of_a_district() -> None:
    region = small_region()
    large = region.plants.assign(capacity_mw=[4.0, 50_000.0])

    sites = assess_potential(replace(region, plants=large), options=PotentialOptions()).sites

    assert sites.query("technology == 'solar' and district == 'Lowland'")["id"].tolist() == [
        "early-sun"
    ]


def test_contaminated_land_costs_more() -> None:
    region = small_region()
    clean = replace(region, hazards=region.hazards.iloc[:0])

    mined = small_potential().sites.set_index("id")
    free = assess_potential(clean, options=PotentialOptions()).sites.set_index("id")

    new = mined.index[~mined["is_existing"] & (mined["technology"] != "hydro")]
    assert (mined.loc[new, "capex_usd_per_kw"] > free.loc[new, "capex_usd_per_kw"]).all()
    assert contaminated_share(region, "Upland") == pytest.approx(60 / 576)
    assert contaminated_share(clean, "Upland") == 0


def test_clearance_is_told_apart_and_is_part_of_the_cost() -> None:
    sites = small_potential().sites.query("technology == 'wind' and not is_existing")
    options = PotentialOptions()

    disturbed_km2 = sites["capacity_mw"] * options.wind_disturbed_ha_per_mw / 100
    share = sites["district"].map(lambda name: contaminated_share(small_region(), name))
    cleared = disturbed_km2 * share * options.clearance_cost_usd_per_km2
    np.testing.assert_allclose(sites["clearance_usd"], cleared)
    per_kw = sites["clearance_usd"] / sites["capacity_mw"] / 1e3
    np.testing.assert_allclose(sites["capex_usd_per_kw"], 1_250 + per_kw)


def test_mined_land_is_late_and_clean_land_is_not() -> None:
    region, options = small_region(), PotentialOptions(clearance_ha_per_year=800)
    clean = replace(region, hazards=region.hazards.iloc[:0])

    # Upland has 6,000 of the region's 8,000 ha, and so 600 ha a year of its pace; 60 of its
    # 576 km² are mined, so that 14,400 ha of plant need 1,500 ha, two and a half years.
    assert available_from(region, "Upland", 14_400, options=options) == 2026 + 1 + 3
    assert available_from(clean, "Upland", 14_400, options=options) == 2026
    sites = small_potential().sites
    assert (sites.query("is_existing")["available_from"] == 2026).all()
    assert (sites.query("not is_existing and technology == 'wind'")["available_from"] > 2026).all()


def test_contamination_never_exceeds_the_district() -> None:
    region = small_region()
    hazards = region.hazards.assign(contaminated_ha=1e9)

    assert contaminated_share(replace(region, hazards=hazards), "Lowland") == 1


@settings(max_examples=3, deadline=None)
@given(st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_larger_usable_share_never_means_less_solar(a: float, b: float) -> None:
    low, high = sorted((a, b))

    less = assess_potential(small_region(), options=PotentialOptions(solar_usable_share=low))
    more = assess_potential(small_region(), options=PotentialOptions(solar_usable_share=high))

    for level in ("technical", "economic"):
        query = f"technology == 'solar' and level == '{level}'"
        assert (
            less.totals.query(query)["capacity_mw"].item()
            <= more.totals.query(query)["capacity_mw"].item() + 1e-9
        )


def test_a_district_gets_at_most_the_sites_asked_for() -> None:
    sites = small_potential(max_sites_per_district=2).sites.query("not is_existing")

    assert sites.groupby(["technology", "district"]).size().max() == 2


def test_the_best_site_of_a_district_comes_first() -> None:
    sites = small_potential().sites.query("technology == 'wind'")

    for _, district in sites.groupby("district"):
        assert district["full_load_hours"].is_monotonic_decreasing


def test_no_eligible_land_leaves_existing_plants_only() -> None:
    sites = small_potential(
        solar_max_slope_percent=0, wind_max_slope_percent=0, hydro_min_site_mw=100
    ).sites

    assert sites["is_existing"].all()
    assert len(sites) == 2


def test_a_region_without_anything_gives_empty_tables() -> None:
    region = small_region()
    bare = replace(region, plants=region.plants.iloc[:0])

    potential = assess_potential(
        bare,
        options=PotentialOptions(
            solar_max_slope_percent=0, wind_max_slope_percent=0, hydro_min_site_mw=100
        ),
    )

    assert len(potential.sites) == 0
    assert len(potential.supply_curves) == 0
    assert potential.profiles.shape == (0, 8_760)
    assert (potential.totals.query("level != 'theoretical'")["capacity_mw"] == 0).all()


def test_identifiers_of_plants_must_differ_from_those_of_sites() -> None:
    region = small_region()
    taken = region.plants.assign(id=["weir", "wind-upland-site-1"])

    with pytest.raises(InputError, match="wind-upland-site-1"):
        assess_potential(replace(region, plants=taken), options=PotentialOptions())


def test_identifiers_are_plain_and_differ_between_like_names() -> None:
    region = small_region()
    names = region.districts.assign(name=["Şuşa", "Susa"])

    ids = [site_id("solar", replace(region, districts=names), row, 1) for row in (0, 1)]

    assert ids == ["solar-susa1-site-1", "solar-susa2-site-1"]


def test_the_outline_of_cells_has_their_area() -> None:
    cells = inside_cells(small_region())

    upland = small_region().districts.geometry.iloc[0]

    outline = cell_polygon(cells, np.array([0, 1, 5, 39]), upland)

    assert outline.area / 1e6 == pytest.approx(3)  # the last of them lies in Lowland


def test_every_option_and_constant_names_its_source() -> None:
    declared = [*option_rows("finance"), *option_rows("potential")]
    assert declared == list(PotentialOptions.model_fields)
    for row in option_rows("potential").values():
        assert row.title
        assert row.unit
        assert row.source
    for name in ("constants", "hydro_shape", "land_cover"):
        assert data_table(name)["source"].str.len().min() > 0


def test_public_names_are_exact() -> None:
    for name in bunyad.potential.__all__:
        assert hasattr(bunyad.potential, name)
    assert bunyad.potential.__all__ == sorted(bunyad.potential.__all__, key=lambda n: (not n.isupper(), not n[0].isupper(), n))  # fmt: skip
    assert isinstance(small_potential().totals, pd.DataFrame)
