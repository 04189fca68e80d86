"""
Numba: auctions in their thousands, each drawn, bid for, cleared and built.

Money and quantities that decide who wins are whole steps; costs, which only nature knows, are
floats. A number that is drawn depends on the seed, the run and its place alone: the same run has
the same bidders whatever the rules are and whoever works on it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CUT, CONDITIONAL, OVERSHOOT, STOP_SHORT, SKIP = range(5)
PAY_AS_BID, UNIFORM, FIRST_REJECTED = range(3)
NO_RULE, CANCEL, SCALE, CEILING = range(4)
RANDOM, SMALLER, LARGER = range(3)
ENDLESS = np.iinfo(np.int64).max
NONE = -1
SAMPLE_SEED = NONE
"""Seed of what bidders learn from; auctions that are played have seeds from 0 on."""

COST, SIZE, NOISE, TURN, TICKET, PURPOSES = range(6)

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


class PlainRules(NamedTuple):
    """Rules that need no optimiser, no points, no money and no pots, in whole steps."""

    sign: int
    """1: the lowest price wins; -1: the highest."""
    volume: int
    floor: int
    bound: int
    """Price where no bid was turned away under `FIRST_REJECTED`; `NONE`: the worst winner's."""
    smallest: int
    largest: int
    smallest_award: int
    marginal: int
    overshoot_up: int
    """Numerator of one plus the overshoot that is allowed."""
    overshoot_down: int
    """Its denominator; 0: any overshoot is."""
    tie: int
    pricing: int
    bidder_cap: int
    """`NONE`: there is no cap."""
    most_bids: int
    """Bids of one bidder, beyond which all of them are refused."""
    fewest_bidders: int
    shortage: int
    least_bid: int
    """Quantity bid below which the rule for too little competition holds."""
    scale_up: int
    scale_down: int


class Crowd(NamedTuple):
    """Who bids: groups of like bids, and the slots that they fill."""

    group: Ints
    """Group of each slot."""
    bidder: Ints
    """Bidder of each slot."""
    first: Ints
    """First slot of each group."""
    fewest: Ints
    most: Ints
    costs: Floats
    """Quantiles of the cost, group after group."""
    cost_from: Ints
    sizes: Floats
    """Quantiles of the size, in steps of quantity, group after group."""
    size_from: Ints
    is_paired: Ints
    """Whether the size stands at the same quantile as the cost."""
    least_share: Floats
    """Least part of a bid that is taken when it is cut."""
    weight: Floats
    """Energy of one step of quantity (or whatever a price is paid for)."""
    common_spread: float
    signal_noise: float


class BidTables(NamedTuple):
    """What each group bids for a signal, at equal distances."""

    start: float
    step: float
    price: Floats
    """One row a group, in units of price."""
    steps_per_unit: float


class After(NamedTuple):
    """What follows the award, in units of price."""

    exit_penalty: float
    reference_price: float
    replacement_price: float
    replacement_weight: float
    """Energy of one step of quantity that has to be found elsewhere."""


@njit(cache=True, nogil=True)
def uniform(seed: int, counter: int) -> float:
    """
    Return a number between 0 and 1 of the stream of a seed, both ends left out.

    SplitMix64 at a place of its stream (Steele, Lea and Flood, Fast splittable pseudorandom
    number generators, OOPSLA 2014).
    """
    z = np.uint64(seed) + (np.uint64(counter) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float((np.float64(z >> np.uint64(11)) + 0.5) * 2.0**-53)


@njit(cache=True, nogil=True)
def normal(first: float, second: float) -> float:
    """Return a standard normal number from two uniform ones (Box and Muller 1958)."""
    return float(np.sqrt(-2.0 * np.log(first)) * np.cos(2.0 * np.pi * second))


@njit(cache=True, nogil=True)
def quantile(values: Floats, start: int, stop: int, share: float) -> float:
    """Return a quantile of sorted values that stand at equal distances of probability."""
    place = share * (stop - start - 1)
    below = int(place)
    if start + below + 1 >= stop:
        return float(values[stop - 1])
    part = place - below
    return float(values[start + below] * (1.0 - part) + values[start + below + 1] * part)


@njit(cache=True, nogil=True)
def draw_run(
    crowd: Crowd, seed: int, run: int, cost: Floats, signal: Floats, quantity: Ints,
    ticket: Floats,
) -> None:  # fmt: skip
    """Draw costs, signals, quantities (0: does not come) and tickets of one auction."""
    slots, groups = crowd.group.size, crowd.first.size
    base = run * (slots * PURPOSES + groups + 2)
    at_run = base + slots * PURPOSES
    common = 0.0
    if crowd.common_spread > 0.0:
        common = crowd.common_spread * normal(
            uniform(seed, at_run + groups), uniform(seed, at_run + groups + 1)
        )
    for g in range(groups):
        come = crowd.most[g]
        if crowd.fewest[g] < come:
            choices = crowd.most[g] - crowd.fewest[g] + 1
            come = crowd.fewest[g] + int(uniform(seed, at_run + g) * choices)
        low, high = crowd.cost_from[g], crowd.cost_from[g + 1]
        small, large = crowd.size_from[g], crowd.size_from[g + 1]
        for i in range(crowd.first[g], crowd.first[g] + crowd.most[g]):
            at = base + i * PURPOSES
            share = uniform(seed, at + COST)
            cost[i] = quantile(crowd.costs, low, high, share) + common
            signal[i] = cost[i]
            if crowd.signal_noise > 0.0:
                signal[i] += crowd.signal_noise * normal(
                    uniform(seed, at + NOISE), uniform(seed, at + TURN)
                )
            ticket[i] = uniform(seed, at + TICKET)
            quantity[i] = 0
            if i - crowd.first[g] < come:
                size = crowd.sizes[small]
                if large - small > 1:
                    part = share if crowd.is_paired[g] else uniform(seed, at + SIZE)
                    size = quantile(crowd.sizes, small, large, part)
                quantity[i] = max(1, int(np.rint(size)))


@njit(cache=True, nogil=True)
def draw_runs(crowd: Crowd, seed: int, cost: Floats, signal: Floats, quantity: Ints) -> None:
    """Draw one auction for each row."""
    ticket = np.empty(cost.shape[1])
    for run in range(cost.shape[0]):
        draw_run(crowd, seed, run, cost[run], signal[run], quantity[run], ticket)


@njit(cache=True, nogil=True)
def price_bids(
    crowd: Crowd, tables: BidTables, signal: Floats, quantity: Ints, price: Ints, least: Ints
) -> None:
    """Turn signals into prices, in steps, and say how far each bid may be cut."""
    last = tables.price.shape[1] - 2
    for i in range(signal.size):
        g = crowd.group[i]
        place = (signal[i] - tables.start) / tables.step
        below = min(max(int(np.floor(place)), 0), last)
        part = place - below
        found = tables.price[g, below] * (1.0 - part) + tables.price[g, below + 1] * part
        price[i] = max(0, int(np.rint(found * tables.steps_per_unit)))
        least[i] = max(1, int(np.ceil(crowd.least_share[g] * quantity[i])))


@njit(cache=True, nogil=True)
def comes_before(tie: int, quantity: Ints, ticket: Floats, a: int, b: int) -> bool:
    """Return whether of two bids at one price the first is looked at first."""
    if tie == SMALLER and quantity[a] != quantity[b]:
        return bool(quantity[a] < quantity[b])
    if tie == LARGER and quantity[a] != quantity[b]:
        return bool(quantity[a] > quantity[b])
    return bool(ticket[a] < ticket[b])


@njit(cache=True, nogil=True)
def rank_bids(rule: PlainRules, price: Ints, quantity: Ints, ticket: Floats, members: Ints) -> Ints:
    """Order bids from the best to the worst: price, then the tie rule, then the ticket."""
    keys = np.empty(members.size, np.int64)
    for place in range(members.size):
        keys[place] = rule.sign * price[members[place]]
    places = np.argsort(keys)
    order = np.empty(members.size, np.int64)
    for place in range(members.size):
        bid = members[places[place]]
        before = place
        while (
            before > 0
            and price[order[before - 1]] == price[bid]
            and comes_before(rule.tie, quantity, ticket, bid, order[before - 1])
        ):
            order[before] = order[before - 1]
            before -= 1
        order[before] = bid
    return order


@njit(cache=True, nogil=True)
def clear_plain(
    rule: PlainRules, price: Ints, quantity: Ints, least: Ints, ceiling: Ints, bidder: Ints,
    ticket: Floats, awarded: Ints, paid: Ints,
) -> tuple[int, int, bool]:  # fmt: skip
    """
    Clear one auction by plain rules, as `bunyad.auction.clearing.clear` does.

    Writes into `awarded` and `paid`; returns the quantity offered and bid, and whether the
    auction was cancelled.
    """
    count = price.size
    awarded[:] = 0
    paid[:] = price
    used = np.zeros(count, np.int64)
    members = admit_plain(rule, price, quantity, ceiling, bidder, used)
    found, bidders, bid = members.size, 0, 0
    for i in members:
        bid += quantity[i]
        bidders += used[bidder[i]] > 0
        used[bidder[i]] = 0
    used[:] = 0
    offered = rule.volume
    if bidders < rule.fewest_bidders:
        return offered, bid, True
    if rule.shortage != NO_RULE and bid < rule.least_bid:
        if rule.shortage == CANCEL:
            return offered, bid, True
        if rule.shortage == CEILING:
            for i in members:
                awarded[i] = quantity[i]
                if ceiling[i] != ENDLESS:
                    paid[i] = ceiling[i]
            return offered, bid, False
        offered = min(offered, bid * rule.scale_up // rule.scale_down)
    order = rank_bids(rule, price, quantity, ticket, members)
    first_cut, last = fill_plain(rule, order, offered, quantity, least, bidder, used, awarded)
    if rule.pricing == PAY_AS_BID or last < 0:
        return offered, bid, False
    one = price[order[last]]
    if rule.pricing == FIRST_REJECTED:
        if first_cut >= 0:
            one = price[first_cut]
        elif last + 1 < found:
            one = price[order[last + 1]]
        elif rule.bound != NONE:
            one = rule.bound
    for i in order[: last + 1]:
        if awarded[i] > 0:
            paid[i] = min(one, ceiling[i]) if rule.sign > 0 else one
    return offered, bid, False


@njit(cache=True, nogil=True)
def admit_plain(
    rule: PlainRules, price: Ints, quantity: Ints, ceiling: Ints, bidder: Ints, used: Ints
) -> Ints:
    """Return the bids that are admitted, and count those of each bidder in `used`."""
    members = np.empty(price.size, np.int64)
    found = 0
    for i in range(price.size):
        size = quantity[i]
        if size <= 0 or price[i] < rule.floor or price[i] > ceiling[i]:
            continue
        if size < rule.smallest or size > rule.largest:
            continue
        members[found] = i
        found += 1
        used[bidder[i]] += 1
    if rule.most_bids == NONE:
        return members[:found]
    kept = 0
    for i in members[:found]:
        if used[bidder[i]] <= rule.most_bids:
            members[kept] = i
            kept += 1
    return members[:kept]


@njit(cache=True, nogil=True)
def fill_plain(
    rule: PlainRules, order: Ints, offered: int, quantity: Ints, least: Ints, bidder: Ints,
    used: Ints, awarded: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Award bids, best first; return the first bid that was cut and the place of the last."""
    taken, first_cut, last = 0, -1, -1
    may_cut = rule.marginal in (CUT, CONDITIONAL)
    for place in range(order.size):
        if taken == offered:
            break
        i = order[place]
        whole = quantity[i]
        give = whole
        if rule.bidder_cap != NONE:
            room = max(rule.bidder_cap - used[bidder[i]], 0)
            if room < whole:
                give = room if may_cut and room >= max(rule.smallest_award, least[i]) else 0
                if give == 0:
                    continue
        room = offered - taken
        is_closed = False
        if give > room:
            is_closed = rule.marginal not in (CUT, SKIP)
            if may_cut:
                give = room if room >= max(rule.smallest_award, least[i]) else 0
            elif rule.marginal == OVERSHOOT:
                too_far = (taken + whole) * rule.overshoot_down > offered * rule.overshoot_up
                give = 0 if rule.overshoot_down > 0 and too_far else whole
            else:
                give = 0
        if give > 0:
            awarded[i] = give
            taken += give
            used[bidder[i]] += give
            last = place
            if give < whole and first_cut < 0:
                first_cut = i
        if is_closed:
            break
    return first_cut, last


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
