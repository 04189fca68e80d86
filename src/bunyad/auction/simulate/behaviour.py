"""
How bidders bid: what they make of what they know, and how far above their cost they ask.

Equilibria are those of bidders who each want one unit, know their own cost, and take the costs of
the others as drawn independently from one distribution (Krishna, Auction Theory, 2nd ed. 2010,
chapters 2, 12 and 13). With F the distribution of costs, n bidders, k units and the ceiling r:

pay as bid             b(c) = c + integral from c to r of W(x) dx / W(c),
                       W(x) = probability that fewer than k of the n - 1 others are below x
uniform, last winner   the same with W(x) = (1 - F(x))^(n - k)
first rejected, VCG    b(c) = c
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import binom

from bunyad.auction.rules.model import Rules
from bunyad.auction.simulate import kernels
from bunyad.auction.simulate.defaults import default, whole
from bunyad.auction.simulate.kernels import BidTables, Crowd, Floats
from bunyad.auction.simulate.market import Market, make_crowd, mean_bids, mean_size
from bunyad.errors import InputError

BidFunction = Callable[[Floats], Floats]
"""From estimates of the own cost to bids, rising, in the unit of the price."""
Behaviour = Literal["truthful", "equilibrium"] | tuple[tuple[float, float], ...] | BidFunction
"""A name; pairs of cost and bid, straight between and at a fixed margin beyond; or a function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """How bidders behave, and what follows the award."""

    behaviour: Behaviour = "equilibrium"
    is_corrected: bool = True
    """Whether bidders know what winning says about their estimate (the winner's curse)."""
    exit_penalty: float = 0
    """What a winner pays that does not build, for each unit that the price is paid for."""
    reference_price: float = 0
    """What the state would pay anyway; its cost counts from there."""
    replacement_price: float | None = None
    """What it pays for what is not built; none: the ceiling, else the highest cost."""


def bid_tables(rules: Rules, market: Market, conduct: Conduct) -> BidTables:
    """Tabulate what each group bids for each signal."""
    crowd = make_crowd(market, rules)
    reach = default("spread_reach") * float(np.hypot(market.common_spread, market.signal_noise))
    low, high = float(crowd.costs.min()) - reach, float(crowd.costs.max()) + reach
    signals = np.linspace(low, max(high, low + 10.0**-rules.price.decimals), whole("grid") + 1)
    shift, slope = 0.0, 1.0
    sample: Floats | None = None
    if reach:
        sample = _sample(crowd)
        if conduct.is_corrected and market.signal_noise:
            shift, slope = correction(rules, market)
    estimates = shift + slope * signals
    if conduct.behaviour == "equilibrium":
        rivals = _share_below(crowd, estimates) if sample is None else (
            np.searchsorted(np.sort(shift + slope * sample), estimates) / sample.size
        )  # fmt: skip
        rows = [
            equilibrium_bids(estimates, rivals, rules, market, _bound(rules, group.technology))
            for group in market.groups
        ]
    else:
        rows = [_given(conduct.behaviour, estimates)] * len(market.groups)
    return BidTables(
        start=float(signals[0]),
        step=float(signals[1] - signals[0]),
        price=np.array(rows, float),
        steps_per_unit=10.0**rules.price.decimals,
    )


def equilibrium_bids(
    costs: Floats, share_below: Floats, rules: Rules, market: Market, bound: float | None
) -> Floats:
    """
    Return the equilibrium bid for each cost of a grid.

    Parameters
    ----------
    costs
        Rising costs at equal distances, in the unit of the price.
    share_below
        Share of rivals below each of them [-].
    rules
        Pricing, volume and the rule for too little competition.
    market
        Number and size of the bids.
    bound
        Price beyond which no bid is taken; none: the end of the grid.
    """
    if rules.pricing in ("first_rejected", "vcg"):
        return costs
    if rules.price.direction == "highest_wins":
        above: Floats = 1 - share_below[::-1]
        mirrored = _shaded(-costs[::-1], above, rules, market, -(bound or 0.0))
        found: Floats = -mirrored[::-1]
        return found
    return _shaded(costs, share_below, rules, market, bound)


def _shaded(
    costs: Floats, share_below: Floats, rules: Rules, market: Market, bound: float | None
) -> Floats:
    """Return the equilibrium bids where the lowest price wins."""
    bidders, winners = expected_rivalry(rules, market)
    end = float(costs[-1]) if bound is None else bound
    if rules.pricing == "uniform":
        wins: Floats = (1 - share_below) ** max(bidders - winners, 0)
    else:
        wins = np.asarray(binom.cdf(winners - 1, bidders - 1, share_below), float)
    # up to the bound only: beyond it nobody bids
    inside = np.clip(end - costs, 0, None)
    steps = np.minimum(np.diff(costs, append=costs[-1]), inside)
    following = np.append(wins[1:], wins[-1])
    area: Floats = np.cumsum(((wins + following) / 2 * steps)[::-1])[::-1]
    if end > costs[-1]:
        area += float(wins[-1]) * (end - float(costs[-1]))
    margin = np.divide(area, wins, out=np.zeros_like(costs), where=wins > np.finfo(float).tiny)
    return np.where(inside > 0, costs + np.minimum(margin, inside), costs)


def expected_rivalry(rules: Rules, market: Market) -> tuple[int, int]:
    """Return how many bids come and how many of a mean size win, as bidders expect it."""
    bidders = max(round(mean_bids(market)), 1)
    volume = _volume(rules)
    if volume is None:
        return bidders, 1
    winners = max(round(volume / mean_size(market)), 1)
    short = rules.undersubscription
    if short.rule == "scale":
        share = 1 / float(short.below) if short.scale_to is None else float(short.scale_to)
        winners = min(winners, max(int(share * bidders), 1))
    return bidders, winners


def correction(rules: Rules, market: Market) -> tuple[float, float]:
    """
    Return what winning says about an estimate: the cost is, on average, shift + slope x signal.

    The least-squares line through the signals and costs of those who win when everybody bids in
    the order of the signals.
    """
    crowd = make_crowd(market, rules)
    _, winners = expected_rivalry(rules, market)
    sign = 1 if rules.price.direction == "lowest_wins" else -1
    cost, signal, quantity = _draws(crowd, whole("sample_runs"))
    order = np.argsort(np.where(quantity > 0, sign * signal, np.inf), axis=1, kind="stable")
    wins = np.take_along_axis(quantity, order, axis=1)[:, :winners] > 0
    known = np.take_along_axis(signal, order, axis=1)[:, :winners][wins]
    true = np.take_along_axis(cost, order, axis=1)[:, :winners][wins]
    spread = float(np.var(known))
    slope = float(np.cov(known, true, bias=True)[0, 1]) / spread if spread else 0.0
    slope = min(max(slope, 0.0), 1.0)
    return float(true.mean() - slope * known.mean()), slope


def _draws(crowd: Crowd, runs: int) -> tuple[Floats, Floats, kernels.Ints]:
    """Return costs, signals and quantities of some auctions that are never played."""
    shape = runs, crowd.group.size
    cost, signal, quantity = np.empty(shape), np.empty(shape), np.empty(shape, np.int64)
    kernels.draw_runs(crowd, kernels.SAMPLE_SEED, cost, signal, quantity)
    return cost, signal, quantity


def _sample(crowd: Crowd) -> Floats:
    """Return signals of bids that come."""
    _, signal, quantity = _draws(crowd, -(-whole("sample_bids") // crowd.group.size))
    return signal[quantity > 0]


def _share_below(crowd: Crowd, costs: Floats) -> Floats:
    """Return the share of bids whose cost is below each of some costs."""
    total = np.zeros(costs.size)
    counts = (crowd.fewest + crowd.most) / 2
    for g, count in enumerate(counts):
        curve = crowd.costs[crowd.cost_from[g] : crowd.cost_from[g + 1]]
        if curve.size == 1:
            total += count * (costs > curve[0])
        else:
            total += count * np.interp(costs, curve, np.linspace(0, 1, curve.size))
    total /= max(float(counts.sum()), 1)
    return total


def _given(behaviour: Behaviour, estimates: Floats) -> Floats:
    """Return bids that are truthful, read from a table, or computed by a function."""
    if behaviour == "truthful":
        return estimates
    if callable(behaviour):
        found = np.asarray(behaviour(estimates), float)
        if found.shape == estimates.shape and np.isfinite(found).all():
            return found
        raise InputError(
            "the bid function does not give one finite bid for each cost",
            where="behaviour",
            mend="take and give an array of floats",
        )
    table = np.array(behaviour, float) if not isinstance(behaviour, str) else np.empty(0)
    if table.ndim != 2 or table.shape[1] != 2 or (np.diff(table[:, 0]) <= 0).any():
        raise InputError(
            "the table of bids is not a list of rising costs, each with its bid",
            where="behaviour",
            mend="give truthful, equilibrium, or pairs of cost and bid, the lowest cost first",
        )
    inner = np.interp(estimates, table[:, 0], table[:, 1])
    beyond = estimates - np.clip(estimates, table[0, 0], table[-1, 0])
    return np.asarray(inner + beyond)


def _bound(rules: Rules, technology: str) -> float | None:
    """Return the price beyond which a bid is not taken."""
    price = rules.price
    if price.direction == "highest_wins":
        return None if price.floor is None else float(price.floor)
    found = price.technology_ceilings.get(technology, price.ceiling)
    return None if found is None else float(found)


def _volume(rules: Rules) -> float | None:
    """Return the volume of the rules or of their pots together."""
    if rules.volume is not None:
        return float(rules.volume)
    known = [float(pot.volume) for pot in rules.pots if pot.volume is not None]
    return sum(known) if known else None
