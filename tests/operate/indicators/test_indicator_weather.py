"""What the weather explains is told apart from what it does not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunyad.operate.indicators.against_plan import Circumstances, deviate, forecast_year
from bunyad.operate.indicators.balances import balance
from bunyad.operate.indicators.figure import Floats
from bunyad.operate.indicators.weather import (
    days_of,
    degree_days,
    line_of,
    solar_yield,
    weather_heat,
    weather_solar,
)

DAY = np.arange(365)
AIR = 12 - 13 * np.cos(2 * math.pi * DAY / 365)
"""Mean of each day of a climate year [°C]."""
JANUARY = slice(0, 31)


def hourly(days: Floats) -> Floats:
    return np.repeat(days, 24)


def house(air: Floats, *, base: float = 24.0, rise: float = 6.0) -> Floats:
    """Heat of each hour of a house that takes a base and so much for each degree day [kWh]."""
    return hourly(base + rise * np.array([18 - one if one <= 15 else 0.0 for one in air])) / 24


def test_degree_days_are_eurostats() -> None:
    """Base 18 °C, days above 15 °C count nothing: (18 − 3) + (18 − 15) by hand."""
    assert degree_days(np.array([3.0, 15.0, 15.1, 30.0])).sum() == 18
    assert np.isnan(degree_days(np.array([math.nan])))[0]


def test_a_day_that_was_heard_for_less_than_three_quarters_does_not_count() -> None:
    hours = np.ones(60)
    hours[:7] = math.nan  # 17 of 24
    hours[24:30] = math.nan  # 18 of 24
    found = days_of(hours)
    assert np.isnan(found[0])
    assert found[1:].tolist() == [24, 12]


def test_the_line_through_the_plans_days_is_numpys() -> None:
    cold = degree_days(AIR)
    heat = 24 + 6 * cold + np.sin(DAY)
    rise, base = np.polyfit(cold, heat, 1)
    assert line_of(heat, cold) == (pytest.approx(base), pytest.approx(rise))


def test_heat_that_does_not_go_with_the_cold_has_no_line() -> None:
    cold = degree_days(AIR)
    assert line_of(np.full(365, 18.0), cold) is None
    assert line_of(100 - cold, cold) is None
    assert line_of(cold, np.zeros(365)) is None


def test_a_cold_january_is_not_held_against_the_house() -> None:
    """3 K colder than the plan's: 31 days of 3 K d more, 6 kWh each."""
    air = AIR[JANUARY] - 3
    found = weather_heat(
        house(air), house(AIR[JANUARY]), air_c=hourly(air), plan_air_c=hourly(AIR[JANUARY]),
        year=(house(AIR), hourly(AIR)),
    )  # fmt: skip
    assert found is not None
    assert found.actual - found.plan == pytest.approx(31 * 3 * 6)
    assert found.driver_actual - found.driver_plan == pytest.approx(93)
    assert found.share == pytest.approx(0, abs=1e-9)
    raw = deviate(
        house(air), house(AIR[JANUARY]),
        around=Circumstances(weather_ratio=found.at_weather / found.plan),
    )  # fmt: skip
    assert (raw.verdict, raw.reason) == ("over", "weather")


def test_a_leaky_house_is_found_in_a_mild_january() -> None:
    """It takes as much as the plan says, though 3 K milder weather asks for less."""
    air = AIR[JANUARY] + 3
    planned = house(AIR[JANUARY])
    found = weather_heat(
        planned, planned, air_c=hourly(air), plan_air_c=hourly(AIR[JANUARY]),
        year=(house(AIR), hourly(AIR)),
    )  # fmt: skip
    assert found is not None
    assert found.share == pytest.approx(31 * 3 * 6 / (planned.sum() - 31 * 3 * 6))


def test_july_tells_nothing_of_the_cold() -> None:
    july = slice(181, 212)
    planned = house(AIR[july])
    assert (
        weather_heat(
            planned, planned, air_c=hourly(AIR[july]), plan_air_c=hourly(AIR[july]),
            year=(house(AIR), hourly(AIR)),
        )
        is None
    )  # fmt: skip


@given(st.floats(0.3, 2), st.floats(0.1, 1), st.floats(1, 100))
def test_clouds_change_the_yield_and_not_the_performance_ratio(
    clouds: float, health: float, peak: float
) -> None:
    sun = 800 * np.clip(np.sin(np.arange(240) * math.pi / 12), 0, None)
    plan = 0.75 * peak * sun / 1000
    found = weather_solar(plan * clouds * health, plan, sun_w_m2=sun * clouds, plan_sun_w_m2=sun)
    told = solar_yield(found, peak_kw=peak)
    assert found is not None
    assert told is not None
    assert told.plan_ratio == pytest.approx(0.75)
    assert told.ratio == pytest.approx(0.75 * health)
    assert found.share == pytest.approx(health - 1)
    assert told.final_h == pytest.approx((plan * clouds * health).sum() / peak)
    assert told.reference_h == pytest.approx(sun.sum() * clouds / 1000)


def test_hours_without_sun_data_are_in_neither_side() -> None:
    sun, plan = np.array([500.0, 1000.0]), np.array([1.0, 2.0])
    found = weather_solar(plan, plan, sun_w_m2=np.array([math.nan, 1000.0]), plan_sun_w_m2=sun)
    assert found is not None
    assert (found.actual, found.plan, found.coverage) == (2.0, 2.0, 0.5)
    assert weather_solar(plan, plan, sun_w_m2=sun, plan_sun_w_m2=np.zeros(2)) is None
    assert solar_yield(found, peak_kw=0) is None


def test_losses_of_water_are_told_for_a_connection_and_day() -> None:
    """300 m³ in, 240 m³ seen, 20 connections, 30 days: 100 l."""
    homes = (np.full(20, 12.0), np.ones(20))
    found = balance("water", "m³", put_in=300, uses={"homes": homes}, connection_days=600)
    assert found.lost_per_connection == pytest.approx(0.1)
    assert balance("water", "m³", put_in=300, uses={"homes": homes}).lost_per_connection is None


def test_the_forecast_is_the_seasonal_naive_one_scaled_by_the_year_so_far() -> None:
    """By hand, hour by hour in plain Python: what was, and the plan's rest times the ratio."""
    random = np.random.default_rng(3)
    plan = 2 + np.sin(np.arange(8760) / 8760 * 2 * math.pi) + (np.arange(8760) % 24 > 12)
    actual = plan[: 10 * 168] * random.normal(1.2, 0.1, 10 * 168)
    so_far = sum(float(one) for one in actual)
    ratio = so_far / sum(float(one) for one in plan[: 10 * 168])
    by_hand = so_far + ratio * sum(float(one) for one in plan[10 * 168 :])
    found = forecast_year(actual, plan)
    assert found is not None
    assert found.expected == pytest.approx(by_hand)
    assert found.plan_year == pytest.approx(float(plan.sum()))


def test_the_forecasts_interval_is_students_where_weeks_plan_the_same() -> None:
    """
    Equal weeks of 1.0, 1.1, 1.2, 1.3 times the plan, 48 weeks left; SciPy has the quantile.

    The mean of 4 weeks and that of 48 to come: s √(1/4 + 1/48) of the rest.
    """
    stats = pytest.importorskip("scipy.stats")
    weeks = np.array([1.0, 1.1, 1.2, 1.3])
    found = forecast_year(np.repeat(weeks, 168), np.full(52 * 168, 1.0))
    assert found is not None
    half = stats.t.ppf(0.9, 3) * weeks.std(ddof=1) * math.sqrt(1 / 4 + 1 / 48) * 48 * 168
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=1e-3)
    assert found.expected == pytest.approx(1.15 * 52 * 168)
