"""Our years of a plant beside those of NREL's System Advisor Model, a single owner without US credits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import PySAM.Singleowner as SingleOwner
import pytest

from bunyad.auction.finance import (
    CashFlow,
    FinanceTerms,
    PlantCase,
    cash_flow,
    equity_irr,
    levelised_price,
    nominal_rate,
    npv,
)

LIKE_SAM: dict[str, Any] = {"cash_for_debt": "before_tax", "tax_losses": "used_at_once"}
"""SAM measures debt service on cash before tax, and its owner uses losses at once."""
MONEY = 1e-6
"""Difference that is allowed, in parts of the amount: SAM keeps its hours in single precision."""

CASES = {
    "sculpted, flat price": (
        PlantCase(capex_usd=112e6, opex_usd_per_year=1.5e6, p50_mwh=257e3, p90_mwh=257e3, life_years=25),
        FinanceTerms(debt_share_cap=0.95, contract_years=25, construction_months=0, depreciation_years=20, **LIKE_SAM),
        48.0,
    ),
    "indexed, ageing, interest while it is built": (
        PlantCase(capex_usd=98e6, opex_usd_per_year=2.4e6, p50_mwh=310e3, p90_mwh=310e3, life_years=30, degradation_per_year=0.005),
        FinanceTerms(
            debt_share_cap=0.95, debt_rate=0.055, debt_years=18, dscr_p50=1.4, contract_years=30, indexation_share=1,
            inflation_share_per_year=0.03, tax_rate=0.27, depreciation_years=10, discount_rate=0.06,
            construction_months=18, **LIKE_SAM,
        ),
        33.0,
    ),
    "loans at their greatest share": (
        PlantCase(capex_usd=60e6, opex_usd_per_year=0.9e6, p50_mwh=190e3, p90_mwh=190e3, life_years=20),
        FinanceTerms(debt_share_cap=0.6, debt_years=12, contract_years=20, construction_months=12, tax_rate=0, **LIKE_SAM),
        55.0,
    ),
}  # fmt: skip


def run_sam(plant: PlantCase, terms: FinanceTerms, price: float) -> Any:
    model = SingleOwner.default("CustomGenerationProfileSingleOwner")
    building = plant.capex_usd * terms.debt_rate * terms.construction_months / 24
    schedule = [100 / terms.depreciation_years] * terms.depreciation_years
    inflation = 100 * terms.inflation_share_per_year
    values = {
        "analysis_period": plant.life_years,
        "total_installed_cost": plant.capex_usd,
        "construction_financing_cost": building,
        "om_capacity": [0],
        "om_fuel_cost": [0],
        "om_fixed": [plant.opex_usd_per_year],
        "insurance_rate": 0,
        "property_tax_rate": 0,
        "federal_tax_rate": [100 * terms.tax_rate],
        "state_tax_rate": [0],
        "inflation_rate": inflation,
        "real_discount_rate": 100 * terms.discount_rate,
        "debt_option": 1,
        "dscr": terms.dscr_p50,
        "dscr_limit_debt_fraction": 1,
        "dscr_maximum_debt_fraction": 100 * terms.debt_share_cap,
        "term_int_rate": 100 * terms.debt_rate,
        "term_tenor": terms.debt_years,
        "cost_debt_fee": 0,
        "cost_debt_closing": 0,
        "dscr_reserve_months": 0,
        "months_working_reserve": 0,
        "depr_alloc_sl_20_percent": 0,
        "depr_alloc_custom_percent": 100,
        "depr_custom_schedule": schedule,
        "ppa_soln_mode": 1,
        "ppa_price_input": [price / 1000],
        "ppa_escalation": inflation * terms.indexation_share,
        "ppa_multiplier_model": 1,
        "dispatch_factors_ts": [1.0] * 8760,
        "gen": [plant.p50_mwh * 1000 / 8760] * 8760,
        "degradation": [100 * plant.degradation_per_year],
    }
    for name, value in values.items():
        model.value(name, value)
    model.execute()
    return SimpleNamespace(**model.Outputs.export())  # Outputs does not outlive its model


@pytest.fixture(params=CASES, scope="module")
def both(request: pytest.FixtureRequest) -> tuple[CashFlow, FinanceTerms, Any]:
    plant, terms, price = CASES[request.param]
    return cash_flow(plant, terms, price_usd_per_mwh=price), terms, run_sam(plant, terms, price)


def test_debt_is_that_of_sam(both: tuple[CashFlow, FinanceTerms, Any]) -> None:
    ours, _, sam = both

    assert ours.capex_usd == pytest.approx(sam.cost_installed, rel=MONEY)
    assert ours.debt_usd == pytest.approx(sam.size_of_debt, rel=MONEY)


@pytest.mark.parametrize(
    ("ours_name", "sam_name"),
    [
        ("revenue_usd", "cf_total_revenue"),
        ("ebitda_usd", "cf_ebitda"),
        ("interest_usd", "cf_debt_payment_interest"),
        ("principal_usd", "cf_debt_payment_principal"),
        ("debt_usd", "cf_debt_balance"),
        ("equity_usd", "cf_project_return_aftertax"),
    ],
)
def test_each_year_is_that_of_sam(
    both: tuple[CashFlow, FinanceTerms, Any], ours_name: str, sam_name: str
) -> None:
    ours, _, sam = both
    theirs = np.array(getattr(sam, sam_name))

    assert ours.years[ours_name].to_numpy() == pytest.approx(
        theirs, rel=MONEY, abs=ours.capex_usd * MONEY
    )


def test_returns_are_those_of_sam(both: tuple[CashFlow, FinanceTerms, Any]) -> None:
    ours, terms, sam = both
    worth = npv(nominal_rate(terms), ours.years["equity_usd"].tolist())

    assert 100 * (equity_irr(ours) or 0) == pytest.approx(sam.project_return_aftertax_irr, rel=1e-5)
    assert worth == pytest.approx(sam.project_return_aftertax_npv, abs=ours.capex_usd * MONEY)


def test_levelised_costs_are_those_of_sam(both: tuple[CashFlow, FinanceTerms, Any]) -> None:
    ours, terms, sam = both

    assert levelised_price(ours, terms, is_real=False) / 10 == pytest.approx(sam.lcoe_nom, rel=1e-5)
    assert levelised_price(ours, terms, is_real=True) / 10 == pytest.approx(sam.lcoe_real, rel=1e-5)
