"""In which order bids are looked at: price or points, then the tie rules, then the draw."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import repeat
from operator import attrgetter

from bunyad.auction.clearing.entries import Entry, ceiling_of
from bunyad.auction.rules.model import Rules, Scoring

FULL_POINTS = 100
"""Points of a bid that is best in everything."""


def draw(seed: str, bid: str) -> bytes:
    """Return the ticket of a bid in the draw: SHA-256 of the seed and its identifier."""
    return hashlib.sha256(f"{seed}\x00{bid}".encode()).digest()


def rank(rules: Rules, entries: Sequence[Entry], seed: str) -> list[Entry]:
    """
    Order the admitted bids from the best to the worst.

    The order depends on the bids and the seed alone, not on the order in which they came.

    Returns
    -------
    list of Entry
        Each has `order` set, all but the draw; its first part is what ties are about.
    """
    admitted = [entry for entry in entries if entry.is_in]
    points = score(rules, admitted) if rules.scoring else None
    sign = 1 if rules.price.direction == "lowest_wins" else -1
    ties = tie_keys(rules)
    has_points = points is not None and "better_score" in rules.allocation.ties
    keys = zip(*[map(tie, admitted) for tie in ties], strict=True) if ties else repeat(())
    for entry, key in zip(admitted, keys, strict=False):
        if points is None:
            entry.order = (sign * entry.price, *key)
        else:
            total, beside = points[entry.bid.id]
            entry.order = (-total, *((-beside,) if has_points else ()), *key)
    admitted.sort(key=_order_of)
    return _drawn(admitted, seed)


def _drawn(order: list[Entry], seed: str) -> list[Entry]:
    """Let the draw decide between neighbours that are equal in everything else."""
    start = 0
    while start < len(order) - 1:
        end = start + 1
        first = order[start].order
        while end < len(order) and order[end].order == first:
            end += 1
        if end > start + 1:
            order[start:end] = sorted(order[start:end], key=lambda one: draw(seed, one.bid.id))
        start = end
    return order


_order_of = attrgetter("order")


def tie_keys(rules: Rules) -> list[Callable[[Entry], int | str]]:
    """Return what decides between bids of one price, the strongest first; the draw comes after."""
    return [_TIES[tie] for tie in rules.allocation.ties if tie in _TIES]


_TIES: dict[str, Callable[[Entry], int | str]] = {
    "smaller_quantity": attrgetter("quantity"),
    "larger_quantity": lambda entry: -entry.quantity,
    "earlier": attrgetter("bid.submitted"),
}


def score(rules: Rules, entries: Sequence[Entry]) -> dict[str, tuple[Fraction, Fraction]]:
    """
    Return the points of each bid: all of them, and those beside the price.

    The best price among the admitted bids of a pot gets all price points. `best_over_price` gives
    the others in the ratio of the best price to theirs, `linear_to_ceiling` in proportion to their
    distance from the ceiling.
    """
    scoring = rules.scoring
    assert scoring is not None
    better = min if rules.price.direction == "lowest_wins" else max
    bests: dict[str, Decimal] = {}
    for entry in entries:
        price = entry.bid.price
        bests[entry.pot] = better(bests.get(entry.pot, price), price)
    found = {}
    for entry in entries:
        beside = _criteria_points(scoring, entry.bid.scores)
        ceiling = ceiling_of(rules, entry.bid.technology)
        part = _price_part(
            scoring, entry.bid.price, bests[entry.pot], ceiling, rules.price.direction
        )
        price_points = Fraction(scoring.price_weight) * part * FULL_POINTS
        found[entry.bid.id] = (price_points + beside, beside)
    return found


def _price_part(
    scoring: Scoring, price: Decimal, best: Decimal, ceiling: Decimal | None, direction: str
) -> Fraction:
    """Return the share of the price points that a price gets."""
    if price == best:
        return Fraction(1)
    if scoring.price_points == "linear_to_ceiling" and ceiling is not None:
        return Fraction(ceiling - price) / Fraction(ceiling - best)
    if direction == "lowest_wins":
        return Fraction(best) / Fraction(price)
    return Fraction(price) / Fraction(best)


def _criteria_points(scoring: Scoring, values: dict[str, Decimal]) -> Fraction:
    """Return the points beside the price: linear between the worst and the best value."""
    total = Fraction(0)
    for one in scoring.criteria:
        span = Fraction(one.best - one.worst)
        part = Fraction(values[one.id] - one.worst) / span if span else Fraction(1)
        total += Fraction(one.weight) * min(Fraction(1), max(Fraction(0), part)) * FULL_POINTS
    return total
