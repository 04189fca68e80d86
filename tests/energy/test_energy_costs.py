"""What a year of owning something costs, and what a battery earns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.energy.batteries import battery_income
from bunyad.energy.costs import annuity_factor, battery_cost_usd_per_mw, line_cost_share
from bunyad.options.energy import EnergyOptions


@given(rate=st.floats(0, 0.3), years=st.integers(1, 60))
def test_the_annuity_repays_the_capital(rate: float, years: int) -> None:
    debt = 1.0
    for _ in range(years):
        debt = debt * (1 + rate) - annuity_factor(rate, years)

    assert debt == pytest.approx(0, abs=1e-6)


def test_the_annuity_is_that_of_the_nrel_manual() -> None:
    # Short, Packey and Holt 1995, table A-3: uniform capital recovery factor, 10 %, 20 years.
    assert annuity_factor(0.10, 20) == pytest.approx(0.1175, abs=5e-5)


def test_a_battery_without_interest_costs_its_parts_by_their_lives() -> None:
    options = EnergyOptions(
        discount_rate=0,
        battery_usd_per_kw=100,
        battery_converter_lifetime_years=10,
        battery_usd_per_kwh=200,
        battery_hours=4,
        battery_content_lifetime_years=20,
        battery_opex_share=0.01,
    )

    # 100/10 + 800/20 + 1 % of 900 US$/kW a year.
    assert battery_cost_usd_per_mw(options) == pytest.approx(59_000)


def test_a_line_without_interest_costs_its_share() -> None:
    options = EnergyOptions(discount_rate=0, line_lifetime_years=40, line_opex_share=0.02)

    assert line_cost_share(options) == pytest.approx(0.045)


def test_a_battery_earns_the_difference_less_losses_and_wear() -> None:
    options = EnergyOptions(battery_round_trip_efficiency=0.64, battery_hours=0.25)
    prices = np.tile([10.0, 90.0], 84)

    income = battery_income(prices, np.full(168, 52.0), options=options, wear_usd_per_mwh=5)

    # A quarter of an hour of content gives 0.25 × 0.8 MWh and takes 0.25 / 0.8 MWh, 84 times.
    one_turn = 0.2 * (90 - 5) - 0.3125 * 10
    assert income == pytest.approx(84 * 52 * one_turn)


def test_a_battery_earns_nothing_at_one_price() -> None:
    income = battery_income(
        np.full(336, 50.0), np.ones(336), options=EnergyOptions(), wear_usd_per_mwh=1
    )

    assert income == pytest.approx(0, abs=1e-9)


def test_a_battery_carries_nothing_from_one_week_into_another() -> None:
    prices = np.repeat([0.0, 100.0], 168)

    income = battery_income(prices, np.ones(336), options=EnergyOptions(), wear_usd_per_mwh=1)

    assert income == pytest.approx(0, abs=1e-9)


@given(seed=st.integers(0, 99), hours=st.floats(0.5, 8), more=st.floats(0, 4))
@settings(max_examples=10)
def test_a_larger_content_never_earns_less(seed: int, hours: float, more: float) -> None:
    prices = np.random.default_rng(seed).uniform(0, 100, 168)

    small, large = (
        battery_income(
            prices, np.ones(168), options=EnergyOptions(battery_hours=size), wear_usd_per_mwh=1
        )
        for size in (hours, hours + more)
    )

    assert small <= large + 1e-6
