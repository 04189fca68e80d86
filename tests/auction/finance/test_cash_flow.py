"""Debt follows the cash, tax follows profit, and textbook plants give textbook answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunyad.auction.finance import (
    FinanceTerms,
    PlantCase,
    cash_flow,
    equity_irr,
    irr,
    lcoe,
    nominal_rate,
    npv,
    plant_lcoe,
    project_irr,
)
from bunyad.errors import InputError

PLANT = PlantCase(
    capex_usd=98e6,
    opex_usd_per_year=1.5e6,
    p50_mwh=189e3,
    p90_mwh=175e3,
    life_years=30,
    degradation_per_year=0.005,
)
TERMS = FinanceTerms()
BARE = FinanceTerms(
    debt_share_cap=0,
    tax_rate=0,
    inflation_share_per_year=0,
    construction_months=0,
    contract_years=10,
)


def slow_tax(profits: list[float], rate: float) -> list[float]:
    """Losses carried on without limit, written out year by year."""
    pool, taxes = 0.0, []
    for profit in profits:
        used = min(pool, max(profit, 0))
        pool += max(-profit, 0) - used
        taxes.append(rate * (max(profit, 0) - used))
    return taxes


def test_a_plant_without_loans_and_tax_returns_its_annuity() -> None:
    plant = PlantCase(capex_usd=1000, opex_usd_per_year=0, p50_mwh=10, p90_mwh=10, life_years=10)

    flow = cash_flow(
        plant, BARE, price_usd_per_mwh=16.2745394882512
    )  # annuity of 10 % over 10 years

    assert equity_irr(flow) == pytest.approx(0.10, abs=1e-9)
    assert project_irr(flow) == equity_irr(flow)
    assert flow.debt_usd == 0


def test_net_present_value_and_return_of_a_textbook_project() -> None:
    """Brealey, Myers and Allen's sample: 350 today for 16 a year and 466 after three years."""
    assert npv(0.07, [-350, 16, 16, 466]) == pytest.approx(59.32, abs=0.01)
    assert irr([-100, 39, 59, 55, 20]) == pytest.approx(0.28095, abs=1e-5)


def test_a_flow_without_costs_or_without_gains_has_no_return() -> None:
    assert irr([1.0, 2.0]) is None
    assert irr([-1.0, -2.0]) is None
    assert irr([]) is None


def test_levelised_cost_is_annuity_plus_upkeep() -> None:
    plant = PlantCase(capex_usd=1e6, opex_usd_per_year=2e4, p50_mwh=2e3, p90_mwh=2e3, life_years=25)
    annuity = 0.075 / (1 - 1.075**-25)

    assert plant_lcoe(plant, TERMS) == pytest.approx((1e6 * annuity + 2e4) / 2e3, rel=1e-12)


def test_energy_of_nothing_has_no_levelised_cost() -> None:
    with pytest.raises(InputError, match="there is no energy"):
        lcoe([1.0], [0.0], rate=0.1, energy_rate=0.1)


def test_wrong_plants_are_told_every_fault() -> None:
    with pytest.raises(InputError) as refused:
        PlantCase(capex_usd=0, opex_usd_per_year=-1, p50_mwh=1, p90_mwh=2, life_years=0)

    assert [fault.where for fault in refused.value.faults] == [
        "plant.capex_usd", "plant.opex_usd_per_year", "plant.p90_mwh", "plant.life_years",
    ]  # fmt: skip


def test_cover_is_what_lenders_ask_for_in_the_case_that_binds() -> None:
    terms = FinanceTerms(debt_share_cap=0.95)
    years = cash_flow(PLANT, terms, price_usd_per_mwh=48).years.iloc[1 : terms.debt_years + 1]

    slack = (years["dscr"] - terms.dscr_p50).clip(lower=0) + 0
    poor_slack = (years["dscr_p90"] - terms.dscr_p90).clip(lower=0)
    assert (years["dscr"] >= terms.dscr_p50 - 1e-9).all()
    assert (years["dscr_p90"] >= terms.dscr_p90 - 1e-9).all()
    assert (slack.clip(upper=poor_slack) < 1e-9).all()


def test_a_share_cap_lowers_debt_service_in_proportion() -> None:
    free = cash_flow(PLANT, FinanceTerms(debt_share_cap=0.95, tax_rate=0), price_usd_per_mwh=60)
    capped = cash_flow(PLANT, FinanceTerms(debt_share_cap=0.4, tax_rate=0), price_usd_per_mwh=60)

    ratio = capped.years["dscr"].dropna() / free.years["dscr"].dropna()
    assert capped.debt_share == pytest.approx(0.4)
    assert ratio.to_numpy() == pytest.approx(free.debt_usd / capped.debt_usd)


@given(
    price=st.floats(0, 200),
    tax_rate=st.floats(0, 0.6),
    debt_rate=st.floats(0, 0.3),
    debt_years=st.integers(1, 30),
    cap=st.floats(0, 0.95),
    months=st.floats(0, 60),
    losses=st.sampled_from(["carried", "used_at_once"]),
)
def test_debt_is_paid_back_and_money_adds_up(
    price: float,
    tax_rate: float,
    debt_rate: float,
    debt_years: int,
    cap: float,
    months: float,
    losses: str,
) -> None:
    terms = FinanceTerms(
        tax_rate=tax_rate, debt_rate=debt_rate, debt_years=debt_years, debt_share_cap=cap,
        construction_months=months, tax_losses=losses,
    )  # fmt: skip
    flow = cash_flow(PLANT, terms, price_usd_per_mwh=price)
    years, cent = flow.years, flow.capex_usd * 1e-9

    service = years["interest_usd"] + years["principal_usd"]
    assert flow.debt_usd <= cap * flow.capex_usd + cent
    assert years["principal_usd"].sum() == pytest.approx(flow.debt_usd, abs=cent)
    assert years["debt_usd"].iloc[-1] == pytest.approx(0, abs=cent)
    assert npv(debt_rate, service.tolist()) == pytest.approx(flow.debt_usd, abs=cent)
    assert (years["ebitda_usd"] - years["tax_usd"] - service)[1:].to_numpy() == pytest.approx(
        years["equity_usd"][1:].to_numpy(), abs=cent
    )
    profits = (years["ebitda_usd"] - years["depreciation_usd"] - years["interest_usd"])[1:]
    if losses == "carried":
        assert years["tax_usd"][1:].to_numpy() == pytest.approx(
            slow_tax(profits.tolist(), tax_rate), abs=cent
        )


def test_after_the_contract_the_market_pays() -> None:
    terms = FinanceTerms(
        contract_years=3,
        merchant_usd_per_mwh=20,
        inflation_share_per_year=0.1,
        indexation_share=0.5,
    )

    prices = cash_flow(PLANT, terms, price_usd_per_mwh=100).years["price_usd_per_mwh"]

    assert prices[1:6].tolist() == pytest.approx([100, 105, 110.25, 20 * 1.1**3, 20 * 1.1**4])


def test_the_rate_with_inflation_follows_fisher() -> None:
    assert nominal_rate(
        FinanceTerms(discount_rate=0.075, inflation_share_per_year=0.025)
    ) == pytest.approx(0.101875)
