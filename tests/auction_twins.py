"""Slow, obvious clearings that the fast ones are held against, and short ways to write auctions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import product
from typing import Any

from bunyad.auction.bids import Bid
from bunyad.auction.clearing.rank import draw
from bunyad.auction.rules.model import Rules


def rules_of(**fields: Any) -> Rules:
    """Return rules of whole megawatts and whole prices below 100, unless told otherwise."""
    base = {
        "format": "bunyad-auction-rules/1",
        "id": "test",
        "title": "Test",
        "price": {"currency": "USD", "unit": "USD/MWh", "decimals": 0, "ceiling": 100},
        "quantity": {"unit": "MW", "decimals": 0},
        "volume": 100,
        "allocation": {"marginal": "cut", "ties": ["lottery"]},
    }
    return Rules.model_validate({**base, **fields})


def bid_of(name: str, price: float | str, quantity: float | str, **fields: Any) -> Bid:
    """Return a bid whose bidder has its name, unless told otherwise."""
    return Bid(
        id=name,
        bidder=fields.pop("bidder", name),
        price=Decimal(str(price)),
        quantity=Decimal(str(quantity)),
        **fields,
    )


def awards(result: Any) -> dict[str, int]:
    """Return the awarded quantity of each bid that won anything."""
    return {one.bid: int(one.quantity) for one in result.decisions if one.quantity}


def naive_order(rules: Rules, bids: Sequence[Bid], seed: str) -> list[Bid]:
    """Return the bids best first: sorted again and again, the least important key first."""
    order = sorted(bids, key=lambda bid: draw(seed, bid.id))
    for tie in reversed(rules.allocation.ties):
        if tie == "smaller_quantity":
            order.sort(key=lambda bid: bid.quantity)
        elif tie == "larger_quantity":
            order.sort(key=lambda bid: -bid.quantity)
        elif tie == "earlier":
            order.sort(key=lambda bid: bid.submitted)
    sign = 1 if rules.price.direction == "lowest_wins" else -1
    order.sort(key=lambda bid: sign * bid.price)
    return order


def naive_merit(  # noqa: C901  (every rule written out)
    rules: Rules, bids: Sequence[Bid], seed: str = ""
) -> dict[str, int]:
    """
    Go down the order and write out every rule; whole numbers, one pot, no minima, no budget.

    Takes limits of technologies and of bidders by quantity, and flexible bids.
    """
    left = rules.volume
    won: dict[str, int] = {}
    by_id = {bid.id: bid for bid in bids}
    chosen = set()
    margin = rules.allocation.marginal
    share = rules.allocation.overshoot_share

    def room_of_limits(bid: Bid) -> Decimal:
        rooms = [bid.quantity]
        for limit in rules.limits.technology:
            if bid.technology in limit.of and limit.maximum is not None:
                used = sum(q for name, q in won.items() if by_id[name].technology in limit.of)
                rooms.append(limit.maximum - used)
        if rules.limits.bidder.quantity is not None:
            used = sum(q for name, q in won.items() if by_id[name].bidder == bid.bidder)
            rooms.append(rules.limits.bidder.quantity - used)
        return max(Decimal(0), min(rooms))

    def may_be(bid: Bid, quantity: Decimal) -> bool:
        least = rules.quantity.smallest_award or 0
        own = bid.least_quantity or 1
        return bid.is_divisible and quantity >= own and quantity >= least and quantity > 0

    for bid in naive_order(rules, bids, seed):
        if left == 0:
            break
        group = (bid.bidder, bid.alternative_of)
        if bid.alternative_of and group in chosen:
            continue
        wanted = room_of_limits(bid)
        if wanted < bid.quantity and not (margin in ("cut", "conditional") and may_be(bid, wanted)):
            continue
        given = wanted
        is_last = False
        if wanted > left:
            if margin == "cut":
                given = left if may_be(bid, left) else Decimal(0)
            elif margin == "conditional":
                given, is_last = (left if may_be(bid, left) else Decimal(0)), True
            elif margin == "overshoot":
                given, is_last = bid.quantity, True
                taken = rules.volume - left
                if share is not None and taken + bid.quantity > rules.volume * (1 + share):
                    given = Decimal(0)
            elif margin == "stop_short":
                given, is_last = Decimal(0), True
            elif margin == "skip":
                given = Decimal(0)
        if given:
            won[bid.id] = int(given)
            left -= given
            if bid.alternative_of:
                chosen.add(group)
        if is_last:
            break
    return won


def best_worth(rules: Rules, bids: Sequence[Bid]) -> int | None:
    """
    Try every set of whole bids; return the worth of the best, none where no set is allowed.

    Worth is the distance from the ceiling times the quantity, or, for the cheapest cover, minus
    the cost.
    """
    is_cover = rules.allocation.objective == "least_cost"
    best: Decimal | None = None
    for taken in product((False, True), repeat=len(bids)):
        chosen = [bid for bid, is_in in zip(bids, taken) if is_in]
        if not _is_allowed(rules, chosen, is_cover=is_cover):
            continue
        if is_cover:
            worth = -sum((bid.price * bid.quantity for bid in chosen), Decimal(0))
        else:
            ceiling = rules.price.ceiling
            worth = sum(((ceiling - bid.price) * bid.quantity for bid in chosen), Decimal(0))
        if best is None or worth > best:
            best = worth
    return None if best is None else int(best)


def _is_allowed(rules: Rules, chosen: Sequence[Bid], *, is_cover: bool) -> bool:
    total = sum(bid.quantity for bid in chosen)
    if (total < rules.volume) if is_cover else (total > rules.volume):
        return False
    for name, limits in (("technology", rules.limits.technology), ("region", rules.limits.region)):
        for limit in limits:
            part = sum(bid.quantity for bid in chosen if getattr(bid, name) in limit.of)
            if limit.maximum is not None and part > limit.maximum:
                return False
            if limit.minimum is not None and part < limit.minimum:
                return False
    most = rules.limits.bidder.quantity
    for bidder in {bid.bidder for bid in chosen}:
        part = sum(bid.quantity for bid in chosen if bid.bidder == bidder)
        if most is not None and part > most:
            return False
    groups = [(bid.bidder, bid.alternative_of) for bid in chosen if bid.alternative_of]
    lots = [bid.lot for bid in chosen if bid.lot and rules.allocation.by == "lot"]
    return len(groups) == len(set(groups)) and len(lots) == len(set(lots))
