"""Several years of weather: their mean is the energy, their deviation the spread."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from worlds import small_region

from bunyad.errors import InputError
from bunyad.options.potential import PotentialOptions
from bunyad.potential import Potential, assess_potential
from bunyad.potential.years import scaled_profile, yearly_deviation
from bunyad.region import load_region
from bunyad.region.climate import typical_year
from bunyad.region.model import Region

SUN, WIND = (0.9, 1.0, 1.1), (1.15, 1.0, 0.85)
YEARS = (2018, 2019, 2021)


def years_of(climate: xr.Dataset) -> xr.Dataset:
    """Return three years: dim and windy, as it is, bright and calm."""
    made = []
    for year, sun, wind in zip(YEARS, SUN, WIND, strict=True):
        light = {name: climate[name] * sun for name in ("ghi_w_m2", "dni_w_m2", "dhi_w_m2")}
        time = pd.date_range(f"{year}-01-01", periods=8_760, freq="h")
        made.append(
            climate.assign(**light, wind_speed_ms=climate.wind_speed_ms * wind).assign_coords(
                time=time
            )
        )
    return xr.concat(made, "time").transpose("point", "time")


@cache
def three_years() -> Region:
    region = small_region()
    climate, years = typical_year(years_of(region.climate))
    return replace(region, climate=climate, weather_years=years)


@cache
def assessed(year: int | None = None) -> Potential:
    region = three_years()
    if year is not None:
        assert region.weather_years is not None
        kept = region.weather_years.sel(time=str(year))
        region = replace(region, climate=kept, weather_years=None)
    return assess_potential(region, options=PotentialOptions(wind_min_speed_ms=0))


def test_the_most_typical_year_is_the_one_nearest_to_the_mean() -> None:
    region = three_years()

    assert region.climate.sizes["time"] == 8_760
    assert region.climate.attrs["typical_year"] == "2019"
    assert assessed().land.attrs["weather_years"] == "2018, 2019, 2021"
    assert assessed(2018).profiles.sizes["time"] == 8_760


def test_solar_energy_is_the_mean_of_the_years_one_by_one() -> None:
    alone = [assessed(year).land.solar_yield_kwh_per_kw for year in YEARS]

    together = assessed().land.solar_yield_kwh_per_kw

    np.testing.assert_allclose(together, sum(alone) / 3, rtol=1e-6)


def test_profiles_carry_the_mean_energy_of_the_years() -> None:
    potential = assessed()
    sites = potential.sites

    hours = potential.profiles.sum("time").to_numpy()
    np.testing.assert_allclose(sites["full_load_hours"], hours)
    solar = sites[(sites["technology"] == "solar") & ~sites["is_existing"]]
    assert len(solar)
    assert float(potential.profiles.max()) <= 1


def test_the_spread_of_sites_is_that_of_the_years() -> None:
    sites = assessed().sites.set_index("id")
    solar = sites[sites["technology"] == "solar"]
    wind = sites[sites["technology"] == "wind"]

    # Sunlight of 0.9, 1 and 1.1 has a deviation of 10 %; hot modules and full inverters lessen it.
    assert solar["inter_annual_sd_share"].between(0.06, 0.101).all()
    assert (wind["inter_annual_sd_share"] > 0.1).all()
    hydro = sites.loc[sites["technology"] == "hydro", "inter_annual_sd_share"]
    assert (hydro == PotentialOptions().hydro_inter_annual_sd_share).all()


def test_too_few_years_leave_the_spread_to_the_options() -> None:
    options = PotentialOptions(least_weather_years=4)
    sites = assess_potential(three_years(), options=options).sites

    solar = sites.loc[sites["technology"] == "solar", "inter_annual_sd_share"]
    assert (solar == options.solar_inter_annual_sd_share).all()


def test_the_deviation_of_years_by_hand() -> None:
    yearly = np.array([[100.0, 400.0], [200.0, 500.0], [300.0, 600.0]])

    # Means by land of 1 and 3: 325, 425, 525.
    assert yearly_deviation(yearly, np.array([0, 1]), np.array([1.0, 3.0])) == pytest.approx(
        100 / 425
    )


@given(st.lists(st.floats(0, 1), min_size=2, max_size=50), st.floats(0, 60))
def test_a_stretched_profile_has_its_energy_as_far_as_it_can(
    values: list[float], hours: float
) -> None:
    profile = np.where(np.array(values) < 1e-6, 0, values)
    most = np.count_nonzero(profile)

    stretched = scaled_profile(profile, hours)

    assert stretched.sum() == pytest.approx(min(hours, most), abs=1e-6)
    assert stretched.max() <= 1
    assert (stretched[profile == 0] == 0).all()


def write_years(folder: Path, years: slice | None = None) -> None:
    path = folder / "climate.nc"
    with xr.open_dataset(path, engine="h5netcdf") as source:
        data = source.load()
    made = []
    for year in (2019, 2020):
        time = pd.date_range(f"{year}-01-01", f"{year}-12-31 23:00", freq="h")
        whole = data.isel(time=np.arange(len(time)) % 8_760)
        made.append(whole.assign_coords(time=time))
    both = xr.concat(made, "time")
    path.unlink()
    both.isel(time=years or slice(None)).to_netcdf(path, engine="h5netcdf")


def test_a_folder_may_hold_several_years_and_leap_days_are_left_out(small_folder: Path) -> None:
    write_years(small_folder)

    region = load_region(small_folder)

    assert region.weather_years is not None
    assert region.weather_years.sizes["time"] == 2 * 8_760
    assert region.climate.sizes["time"] == 8_760
    assert region.climate.attrs["weather_years"] == "2019, 2020"


def test_years_that_are_not_whole_are_refused(small_folder: Path) -> None:
    write_years(small_folder, slice(100, 100 + 8_760 + 24))

    with pytest.raises(InputError, match=r"time: there are|not each is whole"):
        load_region(small_folder)
