"""Numba: auctions in their thousands, each drawn, bid for, cleared, built and measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from bunyad.auction.simulate.kernels_clear import PlainRules, clear_plain
from bunyad.auction.simulate.kernels_draw import (
    BidTables,
    Crowd,
    Floats,
    Ints,
    draw_run,
    price_bids,
)

(
    OFFERED,
    BID,
    AWARDED,
    BUILT,
    AWARDED_MONEY,
    BUILT_MONEY,
    COST_OF_BUILT,
    PENALTIES,
    WORST_PRICE,
    WINNERS,
    CONCENTRATION,
    STATE_COST,
    IS_CANCELLED,
    WEIGHT_AWARDED,
    WEIGHT_BUILT,
    MEASURES,
) = range(16)


class After(NamedTuple):
    """What follows the award, in units of price."""

    exit_penalty: float
    reference_price: float
    replacement_price: float
    replacement_weight: float
    """Energy of one step of quantity that has to be found elsewhere."""


@njit(cache=True, nogil=True)
def build_run(
    crowd: Crowd, after: After, sign: int, cost: Floats, awarded: Ints, price: Floats, out: Floats
) -> None:
    """
    Let winners build or walk away, and measure one auction; prices in units of price.

    A winner walks away when building loses more than the penalty for not building.
    """
    won = np.zeros(cost.size)
    for i in range(cost.size):
        if awarded[i] == 0:
            continue
        weight = awarded[i] * crowd.weight[crowd.group[i]]
        won[crowd.bidder[i]] += awarded[i]
        out[AWARDED] += awarded[i]
        out[AWARDED_MONEY] += weight * price[i]
        out[WEIGHT_AWARDED] += weight
        is_first = out[WINNERS] == 0
        out[WINNERS] += 1
        if is_first or sign * price[i] > sign * out[WORST_PRICE]:
            out[WORST_PRICE] = price[i]
        if sign * (cost[i] - price[i]) > after.exit_penalty:
            out[PENALTIES] += weight * after.exit_penalty
            continue
        out[BUILT] += awarded[i]
        out[BUILT_MONEY] += weight * price[i]
        out[COST_OF_BUILT] += weight * cost[i]
        out[WEIGHT_BUILT] += weight
        out[STATE_COST] += sign * weight * (price[i] - after.reference_price)
    for quantity in won:
        share = quantity / max(out[AWARDED], 1.0)
        out[CONCENTRATION] += share * share
    missing = max(out[OFFERED] - out[BUILT], 0.0) * after.replacement_weight
    out[STATE_COST] += sign * missing * (after.replacement_price - after.reference_price)
    out[STATE_COST] -= out[PENALTIES]


@njit(cache=True, nogil=True)
def play(
    rule: PlainRules, crowd: Crowd, tables: BidTables, after: After, ceiling: Ints, seed: int,
    start: int, out: Floats,
) -> None:  # fmt: skip
    """Play one auction for each row of `out`, from the run `start` on."""
    count = crowd.group.size
    cost, signal, ticket, told = (
        np.empty(count), np.empty(count), np.empty(count), np.empty(count),
    )  # fmt: skip
    quantity, price, least = (
        np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64),
    )  # fmt: skip
    awarded, paid = np.empty(count, np.int64), np.empty(count, np.int64)
    for row in range(out.shape[0]):
        draw_run(crowd, seed, start + row, cost, signal, quantity, ticket)
        price_bids(crowd, tables, signal, quantity, price, least)
        _, bid, is_cancelled = clear_plain(
            rule, price, quantity, least, ceiling, crowd.bidder, ticket, awarded, paid
        )
        out[row, OFFERED] = rule.volume
        out[row, BID] = bid
        out[row, IS_CANCELLED] = is_cancelled
        for i in range(count):
            told[i] = paid[i] / tables.steps_per_unit
        build_run(crowd, after, rule.sign, cost, awarded, told, out[row])
