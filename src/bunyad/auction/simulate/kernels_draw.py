"""
Numba: who comes to an auction, at what cost, and what is bid.

A number that is drawn depends on the seed, the run and its place alone: the same run has the same
bidders whatever the rules are and whoever works on it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SAMPLE_SEED = -1
"""Seed of what bidders learn from; auctions that are played have seeds from 0 on."""
COST, SIZE, NOISE, TURN, TICKET, PURPOSES = range(6)


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
    later_spread: float


class BidTables(NamedTuple):
    """What each group bids for a signal, at equal distances."""

    start: float
    step: float
    price: Floats
    """One row a group, in units of price."""
    steps_per_unit: float


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
    base = run * (slots * PURPOSES + groups + 4)
    at_run = base + slots * PURPOSES
    common = 0.0
    if crowd.common_spread > 0.0:
        common = crowd.common_spread * normal(
            uniform(seed, at_run + groups), uniform(seed, at_run + groups + 1)
        )
    later = 0.0
    if crowd.later_spread > 0.0:
        later = crowd.later_spread * normal(
            uniform(seed, at_run + groups + 2), uniform(seed, at_run + groups + 3)
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
            cost[i] += later
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
