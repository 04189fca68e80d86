"""What a battery earns at given prices."""

from __future__ import annotations

import numpy as np
from scipy import optimize, sparse

from bunyad.energy.weeks import HOURS_PER_WEEK, Array
from bunyad.options.energy import EnergyOptions


def battery_income(
    prices: Array, hours_per_year: Array, *, options: EnergyOptions, wear_usd_per_mwh: float
) -> float:
    """
    Return the most that a battery of 1 MW can earn in a year by buying low and selling high.

    By duality of linear programmes, a battery whose income at the prices of a least-cost
    system without it is no more than its cost would not make that system cheaper.

    Parameters
    ----------
    prices
        Price of each modelled hour, whole weeks one after the other [US$/MWh].
    hours_per_year
        Hours of the year that each modelled hour stands for [h/a].
    options
        Hours at full power and efficiency of the battery.
    wear_usd_per_mwh
        Cost of each MWh that it gives [US$/MWh].

    Returns
    -------
    float
        Income less wear [US$/MW/a].

    Examples
    --------
    A price of 100 US$/MWh in half of the hours and 0 in the others, without losses and wear:

    >>> options = EnergyOptions(battery_round_trip_efficiency=1, battery_hours=1)
    >>> prices = np.tile([0.0, 100.0], 84)
    >>> round(battery_income(prices, np.ones(168), options=options, wear_usd_per_mwh=0))
    8400
    """
    count = prices.size
    efficiency = np.sqrt(options.battery_round_trip_efficiency)
    # Variables: charge, discharge and content at the end of each hour. The content at the end
    # of each week is the content before its first hour, and is the same for all weeks.
    before = np.arange(count) - 1
    starts = np.arange(0, count, HOURS_PER_WEEK)
    before[starts] = starts + HOURS_PER_WEEK - 1
    one = sparse.identity(count, format="csr")
    course = sparse.hstack([-efficiency * one, one / efficiency, one - one[before]])
    ends = one[before[starts]]
    level = sparse.hstack([sparse.csr_matrix((starts.size - 1, 2 * count)), ends[1:] - ends[:-1]])
    cost = np.concatenate(
        [
            prices * hours_per_year,
            (wear_usd_per_mwh - prices) * hours_per_year,
            np.zeros(count),
        ]
    )
    top = np.repeat([1.0, 1.0, options.battery_hours], count)
    found = optimize.linprog(  # type: ignore[call-overload]  # its stubs know no sparse matrices
        cost,
        A_eq=sparse.vstack([course, level], format="csr"),
        b_eq=np.zeros(count + starts.size - 1),
        bounds=np.column_stack([np.zeros_like(top), top]),
        method="highs",
    )
    assert found.success, found.message
    return float(-found.fun)
