"""At which price a bid that did not win would have won."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from bunyad.auction.bids import Bid
from bunyad.auction.clearing.entries import Entry, Scale
from bunyad.auction.clearing.optimal import Problem, worth_with
from bunyad.auction.clearing.rank import draw
from bunyad.auction.rules.model import Rules


def is_plain(rules: Rules, order: Sequence[Entry]) -> bool:
    """Return whether winners are simply the first of the order, with nothing else to look at."""
    limits = rules.limits
    has_limits = bool(limits.technology or limits.region) or any(
        one is not None for one in (limits.bidder.quantity, limits.bidder.share, limits.bidder.lots)
    )
    if (
        has_limits or rules.scoring or rules.budget or rules.allocation.by == "lot"
        or rules.allocation.method == "optimal" or "share" in rules.allocation.ties
        or any(pot.budget for pot in rules.pots)
    ):  # fmt: skip
        return False
    won = [entry.awarded > 0 for entry in order]
    return won == sorted(won, reverse=True) and not any(e.bid.alternative_of for e in order)


def plain_prices(
    rules: Rules, scale: Scale, order: Sequence[Entry], offered: int, seed: str
) -> dict[str, Decimal | None]:
    """
    Return the winning price of each bid that did not win in full, where winners come first.

    All else equal, a bid wins in full at the place where the quantities before it leave room for
    the whole of it; the price is that of the bid now standing there, or a step better where the
    tie rules would not put it first.
    """
    sums = [0]
    for entry in order:
        sums.append(sums[-1] + entry.quantity)
    sign = 1 if rules.price.direction == "lowest_wins" else -1
    found: dict[str, Decimal | None] = {}
    told: dict[int, Decimal | None] = {}
    for place, entry in enumerate(order):
        if entry.state == "awarded":
            continue
        before = _last_place(rules, sums, entry, offered)
        if before < 0:
            found[entry.bid.id] = None
            continue
        other = order[min(place, before)]
        is_first = other is entry or _ties_first(entry, other, seed)
        steps = other.price if is_first else other.price - sign
        if steps not in told:
            told[steps] = _told(rules, scale.price_of(steps))
        found[entry.bid.id] = told[steps]
    return found


def _ties_first(entry: Entry, other: Entry, seed: str) -> bool:
    """Return whether a bid would come before another if it had its price."""
    mine, its = entry.order[1:], other.order[1:]
    if mine != its:
        return bool(mine < its)
    return draw(seed, entry.bid.id) < draw(seed, other.bid.id)


def _last_place(rules: Rules, sums: Sequence[int], entry: Entry, offered: int) -> int:
    """Return the last place of the order at which a bid wins in full; below zero: none."""
    if rules.allocation.marginal != "overshoot":
        return bisect_right(sums, offered - entry.quantity) - 1
    last = bisect_right(sums, offered - 1) - 1
    if rules.allocation.overshoot_share is not None:
        most = int(offered * (1 + rules.allocation.overshoot_share))
        last = min(last, bisect_right(sums, most - entry.quantity) - 1)
    return last


def _told(rules: Rules, price: Decimal) -> Decimal | None:
    """Return a price that the rules admit; none: they do not."""
    floor, ceiling = rules.price.floor, rules.price.ceiling
    is_below = price < (floor or 0)
    if is_below or (ceiling is not None and price > ceiling):
        return None
    return price


def optimal_prices(
    rules: Rules, scale: Scale, order: Sequence[Entry], problem: Problem, best: int
) -> dict[str, Decimal | None]:
    """
    Return the winning price of each whole bid that the best set does without.

    The best set that holds the bid is worth less than the best set by some gap; the bid is sure to
    win once its price is better by more than the gap over its quantity.
    """
    sign = 1 if rules.price.direction == "lowest_wins" else -1
    found: dict[str, Decimal | None] = {}
    for index, entry in enumerate(order):
        if entry.state == "awarded" or problem.least[index] < problem.quantity[index]:
            continue
        worth = worth_with(problem, index)
        found[entry.bid.id] = None
        if worth is not None:
            steps = entry.price - sign * ((best - worth) // entry.quantity + 1)
            found[entry.bid.id] = _told(rules, scale.price_of(steps))
    return found


def searched_price(
    scale: Scale, bid: Bid, worst: int, best: int, wins: Callable[[Bid], bool]
) -> Decimal | None:
    """
    Return the price, nearest to the bid's own, at which it wins in full; none: no price does.

    Halves the range between the bid's own price (`worst`, in steps) and the best price that is
    allowed (`best`), which is right wherever a better price never loses what a worse one won.
    """

    def wins_at(steps: int) -> bool:
        return wins(replace(bid, price=scale.price_of(steps)))

    if not wins_at(best):
        return None
    lost, won = worst, best
    while abs(lost - won) > 1:
        middle = (lost + won) // 2
        if wins_at(middle):
            won = middle
        else:
            lost = middle
    return scale.price_of(won)
