"""Shown places repeat what the cells and the sites say, only thinner."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from potential.assessed import small_potential
from worlds import small_region

from bunyad.options.potential import PotentialOptions
from bunyad.potential import assess_potential, month_hour_means
from bunyad.potential.cells import Cells, inside_cells
from bunyad.potential.shown import day_bins, thinned
from bunyad.potential.sunfield import hourly_output, sun_field, take
from bunyad.potential.sunland import cell_places
from bunyad.potential.windfield import prepare_wind, wind_hourly
from bunyad.store import load_result, save_result

MOST = 40


@cache
def small_cells() -> Cells:
    return inside_cells(small_region())


@cache
def options() -> PotentialOptions:
    return PotentialOptions(shown_places=MOST)


def shown() -> xr.Dataset:
    return small_potential(shown_places=MOST).places


def test_there_are_no_more_places_than_asked_for() -> None:
    assert 1 < shown().sizes["place"] <= MOST
    assert shown()["horizon"].sizes["direction"] == options().horizon_directions


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3_000))
def test_thinned_cells_lie_on_one_regular_grid(most: int) -> None:
    cells = small_cells()
    chosen, stride = thinned(cells, most)

    assert 1 <= len(chosen) <= most
    assert len(np.unique(cells.row[chosen] % stride)) == 1
    assert len(np.unique(cells.column[chosen] % stride)) == 1


def test_mean_days_are_those_of_the_hours_of_each_cell() -> None:
    region, cells = small_region(), small_cells()
    chosen = thinned(cells, MOST)[0]
    sun = sun_field(
        cell_places(region, cells, options=options()), region.climate, options=options()
    )
    wind = prepare_wind(cells, region.climate, options=options())
    for name, hours in (
        ("solar_output", hourly_output(take(sun, chosen))),
        ("wind_output", wind_hourly(wind, chosen)),
    ):
        series = xr.DataArray(
            hours, dims=("place", "time"), coords={"time": region.climate["time"]}
        )
        np.testing.assert_allclose(shown()[name], month_hour_means(series), atol=1e-5)


def test_mean_days_add_up_to_the_yield_of_the_land() -> None:
    potential = small_potential(shown_places=MOST)
    days = pd.date_range("2019-01-01", "2019-12-31").month.value_counts().sort_index().to_numpy()
    cells, chosen = small_cells(), thinned(small_cells(), MOST)[0]
    for name, land in (
        ("solar_output", "solar_yield_kwh_per_kw"),
        ("wind_output", "wind_full_load_hours"),
    ):
        year = (potential.places[name].to_numpy().sum(axis=2) * days).sum(axis=1)
        grid = potential.land[land].to_numpy()[cells.row[chosen], cells.column[chosen]]
        assert year == pytest.approx(grid, rel=2e-4, abs=0.1)


def test_the_horizon_is_flat_where_terrain_casts_no_shadow() -> None:
    plain = PotentialOptions(shown_places=MOST, solar_terrain_shadow=False)

    assert float(abs(assess_potential(small_region(), options=plain).places["horizon"]).max()) == 0


def test_every_hour_of_a_year_falls_into_its_month_and_hour() -> None:
    time = pd.date_range("2019-01-01", periods=8_760, freq="h")
    bins, count = day_bins(time)

    assert bins[-1] == 12 * 24 - 1
    assert count.sum() == len(time)
    assert count.reshape(12, 24)[1].tolist() == [28] * 24


def test_a_potential_comes_back_from_the_store_with_its_places(tmp_path) -> None:
    potential = small_potential(shown_places=MOST)
    save_result(potential, tmp_path / "one")
    save_result(potential, tmp_path / "two")

    back = load_result(type(potential), tmp_path / "one")
    xr.testing.assert_identical(back.places, potential.places)
    same = [(tmp_path / name / "places.nc").read_bytes() for name in ("one", "two")]
    assert same[0] == same[1]
