"""Hourly electricity of the last year."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.options import SettleOptions
from bunyad.settle import USES, count_needs, hourly_demand
from bunyad.settle.demand import annual_targets, heat_pump_cop, profile_weights

REGION = worlds.small_region()


def needs_for(people: float = 1_000, region=REGION, **options):
    ids = region.settlements["id"]
    same = pd.Series(people, index=ids, dtype="float64")
    return count_needs(region, people=same, before=same * 0, options=SettleOptions(**options))


def demand_for(people: float = 1_000, region=REGION, **options):
    needs = needs_for(people, region, **options)
    return hourly_demand(region, needs=needs, options=SettleOptions(**options))


def test_the_array_has_every_use_settlement_and_hour():
    demand = demand_for()

    assert demand.dims == ("use", "settlement", "time")
    assert demand.coords["use"].values.tolist() == list(USES)
    assert demand.sizes["time"] == 8_760
    assert np.isfinite(demand).all()
    assert (demand >= 0).all()


def test_uses_with_a_profile_add_up_to_their_yearly_targets():
    demand = demand_for()
    for use, target in annual_targets(needs_for(), days=365, options=SettleOptions()).items():
        assert demand.sel(use=use).sum("time").to_numpy() == pytest.approx(target, rel=1e-12)


def test_a_home_uses_its_yearly_kilowatt_hours():
    demand = demand_for(498, home_kwh_per_year=4_000)

    assert float(demand.sel(use="homes", settlement="riverton").sum()) == pytest.approx(400_000)


def test_pumping_takes_the_work_of_lifting():
    # 1,000 people × 100 l × 365 d lifted 36.7098 m at full efficiency: 0.1 kWh a cubic metre.
    demand = demand_for(
        water_l_per_person_day=100, water_loss_share=0, water_lift_m=36.7098, pump_efficiency=1
    )

    assert float(demand.sel(use="water_pumping", settlement="riverton").sum()) == pytest.approx(
        36_500 * 0.1, rel=1e-5
    )


def test_cars_take_their_kilometres():
    demand = demand_for(
        cars_per_person=0.2, electric_car_share=0.5, car_km_per_year=10_000, car_kwh_per_km=0.2
    )

    assert float(demand.sel(use="ev_charging", settlement="riverton").sum()) == pytest.approx(
        200_000
    )


def test_street_lamps_burn_exactly_while_there_is_no_sun():
    lamps = demand_for(1_000, lamp_w=100, lamps_per_km=10, streets_km_per_person=0.001).sel(
        use="street_lighting", settlement="riverton"
    )
    east_of_riverton = 1  # the nearest climate point: 34 km east, 9 km north
    is_dark = REGION.climate["ghi_w_m2"].isel(point=east_of_riverton).to_numpy() == 0

    assert lamps.to_numpy() == pytest.approx(np.where(is_dark, 1.0, 0.0))
    assert 0 < is_dark.mean() < 1


def test_lamps_never_burn_where_the_sun_never_sets():
    climate = REGION.climate.copy()
    climate["ghi_w_m2"] = climate["ghi_w_m2"] * 0 + 1
    demand = demand_for(region=replace(REGION, climate=climate))

    assert float(demand.sel(use="street_lighting").sum()) == 0


def with_temperature(celsius: float):
    """Return the small world at one temperature, all points and places at one height."""
    climate = REGION.climate.copy()
    climate["temp_air_c"] = climate["temp_air_c"] * 0 + celsius
    climate["elevation_m"] = climate["elevation_m"] * 0 + 500
    settlements = REGION.settlements.assign(elevation_m=500.0)
    return replace(REGION, climate=climate, settlements=settlements)


def test_heat_pumps_at_five_degrees_follow_the_published_regression():
    # Staffell et al. 2012 at a lift of 40 K: 6.81 − 4.84 + 1.008 = 2.978.
    demand = demand_for(
        1_000, with_temperature(5), heat_pump_share=1, floor_m2_per_person=30,
        heat_loss_w_per_m2_k=1, hot_water_l_per_person_day=0,
    ).sel(use="heat_pumps", settlement="riverton")  # fmt: skip

    assert demand.to_numpy() == pytest.approx(np.full(8_760, 30 * 13 / 2.978))


def test_homes_are_not_heated_above_the_limit():
    warm = demand_for(1_000, with_temperature(15.1), hot_water_l_per_person_day=0)

    assert float(warm.sel(use="heat_pumps").sum()) == 0


def test_the_regression_is_held_outside_of_its_range():
    cop = heat_pump_cop(np.array([-40.0, -15.0, 30.0, 44.0]), sink_c=45)

    assert cop[0] == cop[1]
    assert cop[2] == cop[3]


def test_higher_places_are_colder_and_heat_more():
    settlements = REGION.settlements.assign(elevation_m=500.0)
    low = demand_for(region=replace(REGION, settlements=settlements))
    high = demand_for(region=replace(REGION, settlements=settlements.assign(elevation_m=1_500.0)))

    assert (high.sel(use="heat_pumps").sum("time") > low.sel(use="heat_pumps").sum("time")).all()


def test_profiles_follow_local_time():
    hours = pd.date_range("2019-01-01", periods=8_760, freq="h")
    local = profile_weights(hours, utc_offset_hours=0)["homes"]
    shifted = profile_weights(hours, utc_offset_hours=4)["homes"]

    assert int(np.argmax(local[24:48])) == 19
    assert int(np.argmax(shifted[24:48])) == 15


@settings(max_examples=10)
@given(st.floats(-12, 14))
def test_profiles_add_up_to_one_in_every_time_zone(offset):
    hours = pd.date_range("2019-01-01", periods=8_760, freq="h")

    for weight in profile_weights(hours, utc_offset_hours=offset).values():
        assert weight.sum() == pytest.approx(1, rel=1e-12)
        assert (weight > 0).all()


def test_the_nearest_climate_point_is_the_one_that_a_slow_search_finds():
    climate = REGION.climate.copy()
    climate["temp_air_c"] = climate["temp_air_c"] * 0 + np.array([-10, 0, 5, 10])[:, None]
    climate["elevation_m"] = climate["elevation_m"] * 0
    region = replace(
        REGION, climate=climate, settlements=REGION.settlements.assign(elevation_m=0.0)
    )
    demand = demand_for(1_000, region, hot_water_l_per_person_day=0).sel(use="heat_pumps")

    for place, point in zip(region.settlements["id"], region.settlements.geometry, strict=True):
        distances = [
            (point.x - float(x)) ** 2 + (point.y - float(y)) ** 2
            for x, y in zip(climate["x"], climate["y"])
        ]
        temperature = [-10, 0, 5, 10][distances.index(min(distances))]
        alone = demand_for(1_000, with_temperature(temperature), hot_water_l_per_person_day=0)
        expected = float(alone.sel(use="heat_pumps", settlement=place)[0])
        assert float(demand.sel(settlement=place)[0]) == pytest.approx(expected)
