"""The least price is exact on its grid, and grows with what makes a plant dearer."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.auction.finance import FinanceTerms, PlantCase, cash_flow, equity_irr, price_for_irr
from bunyad.errors import InfeasibleError, InputError

PLANT = PlantCase(
    capex_usd=98e6,
    opex_usd_per_year=1.5e6,
    p50_mwh=189e3,
    p90_mwh=175e3,
    life_years=30,
    degradation_per_year=0.005,
)


@settings(max_examples=40)
@given(
    capex=st.floats(20e6, 300e6),
    equity_return=st.floats(0.02, 0.3),
    cap=st.floats(0, 0.9),
    contract_years=st.integers(3, 30),
    step=st.sampled_from(["0.01", "0.1", "1"]),
)
def test_the_price_is_enough_and_one_step_less_is_not(
    capex: float, equity_return: float, cap: float, contract_years: int, step: str
) -> None:
    plant = replace(PLANT, capex_usd=capex, life_years=contract_years)
    terms = FinanceTerms(
        equity_return=equity_return, debt_share_cap=cap, contract_years=contract_years
    )

    price = price_for_irr(plant, terms, step=Decimal(step))
    below = price - Decimal(step)

    assert (
        equity_irr(cash_flow(plant, terms, price_usd_per_mwh=float(price))) or 0
    ) >= equity_return - 1e-9
    assert (
        equity_irr(cash_flow(plant, terms, price_usd_per_mwh=float(below))) or 0
    ) < equity_return


@given(extra=st.floats(0, 2e8), less=st.floats(0, 0.5))
@settings(max_examples=20)
def test_dearer_plants_and_less_energy_never_need_a_lower_price(extra: float, less: float) -> None:
    terms = FinanceTerms()
    dearer = replace(PLANT, capex_usd=PLANT.capex_usd + extra)
    poorer = replace(dearer, p50_mwh=PLANT.p50_mwh * (1 - less), p90_mwh=PLANT.p90_mwh * (1 - less))

    assert (
        price_for_irr(PLANT, terms) <= price_for_irr(dearer, terms) <= price_for_irr(poorer, terms)
    )


def test_a_plant_that_lives_of_the_market_needs_nothing_more() -> None:
    assert price_for_irr(PLANT, FinanceTerms(merchant_usd_per_mwh=1000)) == 0


def test_no_price_helps_where_nobody_buys_for_long_enough() -> None:
    with pytest.raises(InfeasibleError, match="no price of the contract"):
        price_for_irr(replace(PLANT, p50_mwh=1e-3, p90_mwh=1e-3), FinanceTerms(contract_years=1))


def test_a_step_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="give a step above 0".capitalize()):
        price_for_irr(PLANT, FinanceTerms(), step=Decimal(0))
