"""Levelised cost of energy."""

from __future__ import annotations

import math


def capital_recovery_factor(rate: float, years: float) -> float:
    """
    Return the yearly payment that repays one unit of capital with interest.

    The annuity formula: Short, Packey & Holt 1995, A Manual for the Economic Evaluation of
    Energy Efficiency and Renewable Energy Technologies, NREL/TP-462-5173.

    Parameters
    ----------
    rate
        Real cost of capital [1/a].
    years
        Economic life [a].

    Examples
    --------
    >>> round(capital_recovery_factor(0.08, 20), 4)
    0.1019
    """
    if rate == 0:
        return 1 / years
    return -rate / math.expm1(-years * math.log1p(rate))


def levelised_output(rate: float, years: float, loss_per_year: float) -> float:
    """
    Return the output that counts for the levelised cost, over that of the first year [-].

    The cost of energy is the present worth of costs over that of output (Short, Packey & Holt
    1995, NREL/TP-462-5173), and year `t` gives `(1-d)^(t-1)` of the first. The sum
    `CRF Σ (1-d)^(t-1) / (1+r)^t` over `n` years is `CRF (1 - ((1-d)/(1+r))^n) / (r+d)`.

    Parameters
    ----------
    rate
        Real cost of capital [1/a].
    years
        Economic life [a].
    loss_per_year
        Part of the output that each year takes from that of the year before [1/a].

    Examples
    --------
    >>> round(levelised_output(0.075, 30, 0.005), 4)
    0.9544
    """
    if loss_per_year == 0:
        return 1.0
    kept = math.log1p(-loss_per_year) - math.log1p(rate)
    worth = -math.expm1(years * kept) / (rate + loss_per_year)
    return capital_recovery_factor(rate, years) * worth


def levelised_cost(
    capex_usd_per_kw: float, opex_usd_per_kw_year: float, full_load_hours: float, annuity: float
) -> float:
    """
    Return the cost of a unit of energy over the life of a plant [US$/MWh].

    Parameters
    ----------
    capex_usd_per_kw
        Capital cost [US$/kW].
    opex_usd_per_kw_year
        Fixed yearly cost [US$/kW/a].
    full_load_hours
        Yearly energy over capacity [h/a].
    annuity
        Capital recovery factor [1/a].

    Examples
    --------
    >>> levelised_cost(1000, 20, 2000, annuity=0.08)
    50.0
    """
    if full_load_hours <= 0:
        return float("inf")
    return 1e3 * (annuity * capex_usd_per_kw + opex_usd_per_kw_year) / full_load_hours
