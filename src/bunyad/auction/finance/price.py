"""The least price that gives equity its return."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from bunyad.auction.finance.cash_flow import equity_flows
from bunyad.auction.finance.plant import PlantCase
from bunyad.errors import InfeasibleError, InputError
from bunyad.options.auction import FinanceTerms

DEAREST_USD_PER_MWH = 10**7
"""Price above which none is looked for: no power plant needs it."""


def price_for_irr(
    plant: PlantCase, terms: FinanceTerms, *, step: Decimal = Decimal("0.01")
) -> Decimal:
    """
    Return the least price, in whole steps, at which equity gets its return.

    A higher price never makes owners poorer, so the search halves the steps between two prices
    until one price is enough and the next below is not: the answer is exact on its grid.

    Parameters
    ----------
    plant
        What is financed.
    terms
        On what terms; `equity_return` is what equity asks for.
    step
        Smallest step of a price [US$/MWh].

    Returns
    -------
    Decimal
        Price of the contract in the first working year [US$/MWh].

    Raises
    ------
    InputError
        If the step is not above 0.
    InfeasibleError
        If no price of the contract is enough, as where the contract has no years.

    Examples
    --------
    >>> plant = PlantCase(
    ...     capex_usd=1e8, opex_usd_per_year=1.5e6, p50_mwh=250e3, p90_mwh=230e3, life_years=30
    ... )
    >>> price_for_irr(plant, FinanceTerms())
    Decimal('51.41')
    """
    if step <= 0:
        raise InputError(f"it is {step}", where="step", mend="give a step above 0")

    flow_at = equity_flows(plant, terms)
    worth = (1 + terms.equity_return) ** -np.arange(plant.life_years + 1.0)

    def is_enough(steps: int) -> bool:
        return float(flow_at(float(step * steps)) @ worth) >= 0

    if is_enough(0):
        return step * 0
    low, high = 0, 1
    while not is_enough(high):
        low, high = high, 2 * high
        if step * high > DEAREST_USD_PER_MWH:
            raise InfeasibleError(
                "no price of the contract gives equity its return",
                clashing=("auction.equity_return", "auction.contract_years"),
                mend="lengthen the contract or ask for a lower return",
            )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return step * high
