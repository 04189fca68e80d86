"""Numba: one auction cleared by plain rules, in whole steps of price and quantity."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from bunyad.auction.simulate.kernels_draw import Floats, Ints

CUT, CONDITIONAL, OVERSHOOT, STOP_SHORT, SKIP = range(5)
PAY_AS_BID, UNIFORM, FIRST_REJECTED = range(3)
NO_RULE, CANCEL, SCALE, CEILING = range(4)
RANDOM, SMALLER, LARGER = range(3)
ENDLESS = np.iinfo(np.int64).max
NONE = -1


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
