"""Levelised cost, net present value and internal rate of return."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyxirr

from bunyad.auction.finance.cash_flow import CashFlow
from bunyad.auction.finance.plant import PlantCase
from bunyad.errors import InputError
from bunyad.options.auction import FinanceTerms


def npv(rate: float, flow_usd: Sequence[float]) -> float:
    """
    Return the net present value of a flow; its first value is of today.

    Parameters
    ----------
    rate
        Yearly rate [1/a].
    flow_usd
        One value a year, from year 0 on [US$].

    Examples
    --------
    >>> round(npv(0.1, [-100.0, 121.0]), 9)
    10.0
    """
    return float(pyxirr.npv(rate, list(flow_usd), start_from_zero=True) or 0.0)


def irr(flow_usd: Sequence[float]) -> float | None:
    """
    Return the rate at which a flow is worth nothing, or None where it never changes sign.

    Parameters
    ----------
    flow_usd
        One value a year, from year 0 on [US$].

    Examples
    --------
    >>> round(irr([-100.0, 60.0, 60.0]), 6)
    0.130662
    """
    values = [float(value) for value in flow_usd]
    if min(values, default=0) >= 0 or max(values, default=0) <= 0:
        return None
    found = pyxirr.irr(values)
    return None if found is None else float(found)


def equity_irr(flow: CashFlow) -> float | None:
    """Return the yearly return of the owners, with inflation [1/a]."""
    return irr(flow.years["equity_usd"].tolist())


def project_irr(flow: CashFlow) -> float | None:
    """Return the yearly return of all who paid, after tax and with inflation [1/a]."""
    return irr(flow.years["project_usd"].tolist())


def nominal_rate(terms: FinanceTerms) -> float:
    """
    Return the discount rate with inflation (Fisher's equation) [1/a].

    Examples
    --------
    >>> round(nominal_rate(FinanceTerms(discount_rate=0.05, inflation_share_per_year=0.02)), 6)
    0.071
    """
    return float((1 + terms.discount_rate) * (1 + terms.inflation_share_per_year) - 1)


def lcoe(
    costs_usd: Sequence[float], energy_mwh: Sequence[float], *, rate: float, energy_rate: float
) -> float:
    """
    Return the levelised cost of energy: present value of costs over that of energy.

    Short, Packey and Holt 1995, A Manual for the Economic Evaluation of Energy Efficiency and
    Renewable Energy Technologies, NREL/TP-462-5173. Costs of their year and both rates with
    inflation give the nominal cost, an energy rate without inflation the real one.

    Parameters
    ----------
    costs_usd
        One value a year, from year 0 on [US$].
    energy_mwh
        One value a year, from year 0 on [MWh].
    rate
        Discount rate of the costs [1/a].
    energy_rate
        Discount rate of the energy [1/a].

    Returns
    -------
    float
        Levelised cost [US$/MWh].

    Examples
    --------
    >>> round(lcoe([100.0, 0.0], [0.0, 2.2], rate=0.1, energy_rate=0.1), 6)
    50.0
    """
    energy = npv(energy_rate, energy_mwh)
    if energy <= 0:
        raise InputError("there is no energy", where="energy_mwh", mend="give energy above 0")
    return npv(rate, costs_usd) / energy


def plant_lcoe(plant: PlantCase, terms: FinanceTerms) -> float:
    """
    Return the real levelised cost of a plant before tax and loans, at the plan's cost of capital.

    Parameters
    ----------
    plant
        What is financed.
    terms
        `discount_rate` alone is used.

    Returns
    -------
    float
        Levelised cost in money of the first year [US$/MWh].

    Examples
    --------
    >>> plant = PlantCase(
    ...     capex_usd=1000, opex_usd_per_year=0, p50_mwh=1, p90_mwh=1, life_years=30
    ... )
    >>> round(plant_lcoe(plant, FinanceTerms(discount_rate=0.075)), 2)  # annuity of 8.467 %
    84.67
    """
    years = np.arange(plant.life_years)
    energy = plant.p50_mwh * (1 - plant.degradation_per_year) ** years
    costs = np.full(plant.life_years, plant.opex_usd_per_year)
    rate = terms.discount_rate
    return lcoe(
        [plant.capex_usd, *costs.tolist()], [0, *energy.tolist()], rate=rate, energy_rate=rate
    )


def levelised_price(flow: CashFlow, terms: FinanceTerms, *, is_real: bool) -> float:
    """
    Return the levelised cost that owners bear after loans and tax.

    It is the present value of what owners do not see of the revenue (what they pay in, fixed
    cost, debt service, tax) over that of the energy, as NREL's System Advisor Model reckons it
    for a single owner.

    Parameters
    ----------
    flow
        Years of a plant at a price; through tax and debt the cost hangs on the price.
    terms
        Discount rate and inflation.
    is_real
        Whether in money of the first year; else in a price that never changes.

    Returns
    -------
    float
        Levelised cost [US$/MWh].
    """
    rate = nominal_rate(terms)
    costs = flow.years["revenue_usd"] - flow.years["equity_usd"]
    return lcoe(
        costs.tolist(),
        flow.years["energy_mwh"].tolist(),
        rate=rate,
        energy_rate=terms.discount_rate if is_real else rate,
    )
