"""Costs: annuity and levelised cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunyad.options.potential import PotentialOptions
from bunyad.potential.costs import capital_recovery_factor, levelised_cost, levelised_output
from bunyad.potential.technology import plant_cost, technologies


@pytest.mark.parametrize(
    ("rate", "years", "factor"), [(0.10, 10, 0.16275), (0.05, 30, 0.06505), (0, 25, 0.04)]
)
def test_the_capital_recovery_factor_is_that_of_interest_tables(rate, years, factor) -> None:
    # Compound interest tables, A/P column, as in any textbook of engineering economy.
    assert capital_recovery_factor(rate, years) == pytest.approx(factor, abs=5e-6)


@given(
    st.floats(100, 5_000), st.floats(0, 100), st.floats(200, 8_760), st.floats(0, 0.2),
    st.integers(5, 40),
)  # fmt: skip
def test_selling_at_the_levelised_cost_just_pays_for_the_plant(
    capex, opex, hours, rate, years
) -> None:
    cost = levelised_cost(capex, opex, hours, capital_recovery_factor(rate, years))

    income = cost * hours / 1e3 - opex
    worth = sum(income / (1 + rate) ** year for year in range(1, years + 1))
    assert worth == pytest.approx(capex, rel=1e-6)


def test_a_plant_that_yields_nothing_has_no_finite_cost() -> None:
    assert levelised_cost(1_000, 10, 0, 0.1) == float("inf")


def test_clearance_is_paid_for_the_land_that_is_disturbed() -> None:
    options = PotentialOptions(clearance_cost_usd_per_km2=1_000_000)
    wind = technologies(options)["wind"]

    clean = plant_cost(wind, 2_500, contaminated_share=0, is_existing=False, options=options)
    mined = plant_cost(wind, 2_500, contaminated_share=0.5, is_existing=False, options=options)

    # Half of 1 ha a MW at 10,000 US$ a ha is 5 US$ a kW.
    assert mined.capex_usd_per_kw - clean.capex_usd_per_kw == pytest.approx(5)
    assert mined.lcoe_usd_per_mwh > clean.lcoe_usd_per_mwh


def test_fixed_modules_stand_closer_than_trackers() -> None:
    fixed = technologies(PotentialOptions(solar_mounting="fixed"))["solar"]
    tracking = technologies(PotentialOptions(solar_mounting="tracking"))["solar"]

    assert fixed.density_mw_per_km2 == pytest.approx(86.5 / 1.2)
    assert tracking.density_mw_per_km2 == pytest.approx(59.3 / 1.2)


@given(st.floats(0, 0.2), st.integers(1, 40), st.floats(0, 0.05))
def test_levelised_output_is_the_sum_over_the_years(rate, years, loss) -> None:
    discount = [(1 + rate) ** -year for year in range(1, years + 1)]
    output = [(1 - loss) ** (year - 1) for year in range(1, years + 1)]

    mean = sum(a * b for a, b in zip(discount, output, strict=True)) / sum(discount)

    assert levelised_output(rate, years, loss) == pytest.approx(mean, rel=1e-9)


def test_the_cost_of_solar_counts_its_ageing_whatever_age_the_output_is_stated_at() -> None:
    new, old = PotentialOptions(), PotentialOptions(solar_plant_age_years=10)
    steady = PotentialOptions(solar_degradation_per_year=0)

    def cost(options: PotentialOptions, hours: float) -> float:
        solar = technologies(options)["solar"]
        return plant_cost(
            solar, hours, contaminated_share=0, is_existing=False, options=options
        ).lcoe_usd_per_mwh

    assert cost(new, 1_700) == pytest.approx(cost(steady, 1_700) / 0.9544, rel=1e-4)
    assert cost(old, 1_700 * 0.995**10) == pytest.approx(cost(new, 1_700))
