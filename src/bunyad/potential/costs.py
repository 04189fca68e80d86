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
