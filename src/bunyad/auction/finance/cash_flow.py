"""
The money of a plant, year by year: revenue, costs, tax, debt sculpted to the cash, equity.

Year 0 is when work ends and everything is paid; years from 1 on are working years. All amounts
are of their year, so rates hold inflation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bunyad.auction.finance.plant import PlantCase
from bunyad.options.auction import FinanceTerms
from bunyad.tables import conform, schema

MONTHS = 12
PASSES = 200
"""Passes after which interest, tax and debt must agree; some 15 are enough."""
AGREED = 1e-13
"""Difference of interest between two passes, in parts of the cost, at which they agree."""
OWED = 1e-9
"""Least debt service that has a cover, in parts of the cost."""

Years = NDArray[np.float64]

CASH_FLOW = schema(
    "cash_flow",
    ("year", "int", "a", "0 when work ends, then working years from 1"),
    ("energy_mwh", "float", "MWh", "Energy that is sold (P50)"),
    ("price_usd_per_mwh", "float", "US$/MWh", "Price of the year: contract, then market"),
    ("revenue_usd", "float", "US$", "Energy times price"),
    ("opex_usd", "float", "US$", "Fixed cost with inflation"),
    ("ebitda_usd", "float", "US$", "Revenue less fixed cost"),
    ("capex_usd", "float", "US$", "Cost with interest while it is built"),
    ("depreciation_usd", "float", "US$", "What tax law writes off"),
    ("interest_usd", "float", "US$", "Interest on the debt of the year before"),
    ("principal_usd", "float", "US$", "Debt paid back"),
    ("debt_usd", "float", "US$", "Debt at the end of the year"),
    ("tax_usd", "float", "US$", "Tax on profit after interest; below 0 where losses pay at once"),
    ("cfads_usd", "float", "US$", "Cash that debt service is measured on (P50)"),
    ("dscr", "float?", "-", "That cash over debt service; missing where nothing is owed"),
    ("dscr_p90", "float?", "-", "The same in a poor year"),
    ("project_usd", "float", "US$", "Flow to all who paid, with tax as if there were no debt"),
    ("equity_usd", "float", "US$", "Flow to the owners"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CashFlow:
    """The years of a plant, and what it owes when they begin."""

    years: pd.DataFrame
    """As `CASH_FLOW`."""
    capex_usd: float
    """Cost with interest while it is built [US$]."""
    debt_usd: float
    """Debt when work ends [US$]."""

    @property
    def debt_share(self) -> float:
        """Debt in parts of the cost [-]."""
        return self.debt_usd / self.capex_usd


@dataclass(frozen=True, slots=True)
class _Debt:
    """Debt service and what follows from it."""

    amount: float
    service: Years
    interest: Years
    balance: Years


def cash_flow(plant: PlantCase, terms: FinanceTerms, *, price_usd_per_mwh: float) -> CashFlow:
    """
    Return the years of a plant at a price.

    Debt service of a year is the cash of that year over the least cover, for P50 and for P90, and
    the lower of the two; debt is its present value at the interest of the debt, cut in proportion
    to the greatest part of the cost that loans may pay. Interest lowers tax, tax lowers cash and
    cash decides on debt, so the three are reckoned until they agree.

    Parameters
    ----------
    plant
        What is financed.
    terms
        On what terms.
    price_usd_per_mwh
        Price of the contract in the first working year [US$/MWh].

    Examples
    --------
    >>> plant = PlantCase(
    ...     capex_usd=1e8, opex_usd_per_year=1.5e6, p50_mwh=250e3, p90_mwh=230e3, life_years=30
    ... )
    >>> flow = cash_flow(plant, FinanceTerms(), price_usd_per_mwh=45)
    >>> round(flow.debt_share, 3), round(flow.years["dscr"].min(), 3)
    (0.633, 1.3)
    """
    return _flow(_Base.of(plant, terms), terms, price_usd_per_mwh)


def equity_flows(plant: PlantCase, terms: FinanceTerms) -> Callable[[float], Years]:
    """Return what gives the owners' flow at a price, without the table, for many prices."""
    base = _Base.of(plant, terms)

    def at(price_usd_per_mwh: float) -> Years:
        earned, poor = base.earnings(price_usd_per_mwh)
        debt = _sculpt(base, terms, earned, poor)
        return _equity(base, terms, earned, debt)

    return at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What does not hang on the price."""

    capex: float
    opex: Years
    energy: Years
    poor_share: float
    prices: Years
    """Price of each year at a contract's price of 1 [-]; 0 after the contract."""
    market: Years
    """Price of each year after the contract [US$/MWh]; 0 within."""
    depreciation: Years

    @classmethod
    def of(cls, plant: PlantCase, terms: FinanceTerms) -> _Base:
        """Lay out the years of a plant."""
        count = np.arange(plant.life_years, dtype=float)
        grown = (1 + terms.inflation_share_per_year) ** count
        indexed = (1 + terms.indexation_share * terms.inflation_share_per_year) ** count
        within = count < terms.contract_years
        building_years = terms.construction_months / MONTHS
        capex = plant.capex_usd * (1 + terms.debt_rate * building_years / 2)
        written_off = np.where(count < terms.depreciation_years, capex, 0)
        return cls(
            capex=capex,
            opex=plant.opex_usd_per_year * grown,
            energy=plant.p50_mwh * (1 - plant.degradation_per_year) ** count,
            poor_share=plant.p90_mwh / plant.p50_mwh,
            prices=np.where(within, indexed, 0),
            market=np.where(within, 0, terms.merchant_usd_per_mwh * grown),
            depreciation=written_off / terms.depreciation_years,
        )

    def earnings(self, price: float) -> tuple[Years, Years]:
        """Return revenue less fixed cost of each year, for P50 and for P90."""
        revenue = self.energy * (self.prices * price + self.market)
        return revenue - self.opex, revenue * self.poor_share - self.opex


def _flow(base: _Base, terms: FinanceTerms, price: float) -> CashFlow:
    """Return the years of a plant at a price."""
    earned, poor = base.earnings(price)
    prices = base.prices * price + base.market
    debt = _sculpt(base, terms, earned, poor)
    tax = _tax(earned - base.depreciation - debt.interest, terms)
    bare_tax = _tax(earned - base.depreciation, terms)
    cash = _cash(earned, base.depreciation + debt.interest, terms)
    poor_cash = _cash(poor, base.depreciation + debt.interest, terms)
    owed = np.where(debt.service > OWED * base.capex, debt.service, np.nan)
    years = pd.DataFrame(
        {
            "year": np.arange(len(earned) + 1),
            "energy_mwh": _from_year_one(base.energy),
            "price_usd_per_mwh": _from_year_one(prices),
            "revenue_usd": _from_year_one(earned + base.opex),
            "opex_usd": _from_year_one(base.opex),
            "ebitda_usd": _from_year_one(earned),
            "capex_usd": _from_year_one(np.zeros_like(earned), base.capex),
            "depreciation_usd": _from_year_one(base.depreciation),
            "interest_usd": _from_year_one(debt.interest),
            "principal_usd": _from_year_one(debt.service - debt.interest),
            "debt_usd": _from_year_one(debt.balance, debt.amount),
            "tax_usd": _from_year_one(tax),
            "cfads_usd": _from_year_one(cash),
            "dscr": _from_year_one(cash / owed, np.nan),
            "dscr_p90": _from_year_one(poor_cash / owed, np.nan),
            "project_usd": _from_year_one(earned - bare_tax, -base.capex),
            "equity_usd": _equity(base, terms, earned, debt),
        }
    )
    return CashFlow(years=conform(years, CASH_FLOW), capex_usd=base.capex, debt_usd=debt.amount)


def _equity(base: _Base, terms: FinanceTerms, earned: Years, debt: _Debt) -> Years:
    """Return the owners' flow."""
    tax = _tax(earned - base.depreciation - debt.interest, terms)
    return _from_year_one(earned - tax - debt.service, debt.amount - base.capex)


def _from_year_one(values: Years, at_zero: float = 0.0) -> Years:
    """Put the value of year 0 before those of the working years."""
    return np.concatenate([[at_zero], values])


def _sculpt(base: _Base, terms: FinanceTerms, earned: Years, poor: Years) -> _Debt:
    """Return the debt whose service follows the cash, once interest and tax agree."""
    interest = np.zeros_like(earned)
    for _ in range(PASSES):
        less = base.depreciation + interest
        allowed = np.minimum(
            _cash(earned, less, terms) / terms.dscr_p50, _cash(poor, less, terms) / terms.dscr_p90
        )
        debt = _repaid_by(allowed, terms, base.capex)
        change = float(np.abs(debt.interest - interest).max())
        if change <= AGREED * base.capex:
            return debt
        interest = debt.interest
    raise AssertionError("interest, tax and debt do not agree")


def _repaid_by(allowed: Years, terms: FinanceTerms, capex: float) -> _Debt:
    """Return the debt that a service pays back, cut to the greatest part of the cost."""
    years = np.arange(1, len(allowed) + 1)
    service = np.where(years <= terms.debt_years, np.maximum(allowed, 0), 0)
    growth = 1 + terms.debt_rate
    amount = float((service / growth**years).sum())
    most = terms.debt_share_cap * capex
    if amount > most:
        service, amount = service * (most / amount), most
    later = np.cumsum((service / growth**years)[::-1])[::-1]
    balance = np.append(later[1:], 0) * growth**years
    before = np.concatenate([[amount], balance[:-1]])
    return _Debt(amount, service, terms.debt_rate * before, balance)


def _cash(earned: Years, deducted: Years, terms: FinanceTerms) -> Years:
    """Return the cash that debt service is measured on."""
    if terms.cash_for_debt == "before_tax":
        return earned
    return earned - _tax(earned - deducted, terms)


def _tax(profit: Years, terms: FinanceTerms) -> Years:
    """Return the tax of each year's profit, with losses carried on or used at once."""
    if terms.tax_losses == "used_at_once":
        return terms.tax_rate * profit
    taxed_so_far = np.maximum.accumulate(np.maximum(np.cumsum(profit), 0))
    return terms.tax_rate * np.diff(taxed_so_far, prepend=0)
