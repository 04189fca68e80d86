"""Bidders who do not know each other: what red flags see in them is false alarm."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from bunyad.auction.publish.flags import Case, raise_flags
from bunyad.auction.publish.flags.case import Win
from bunyad.auction.publish.offers import Offer

LOWEST_COST, HIGHEST_COST = 35.0, 55.0
CEILING = Decimal(60)


def offer(bidder: str, price: str | Decimal, lot: str = "lot-1", **changes) -> Offer:
    """Return an opened offer."""
    said = {"content": {}, "is_fit": None, "status": "open", "time": "2026-10-10T10:00:00.000Z"}
    index = changes.pop("bid", 10)
    return Offer(
        id=f"{index}/{lot}",
        bid=index,
        bidder=bidder,
        lots=(lot,),
        price=None if price is None else Decimal(price),
        **{**said, **changes},
    )


def case(offers, *, wins=(), **changes) -> Case:
    """Return a case of offers; the winners are given as lot and bidder."""
    lots = tuple(dict.fromkeys(lot for one in offers for lot in one.lots)) or ("lot-1",)
    said = {
        "lots": lots,
        "decimals": 2,
        "ceilings": {},
        "start": "2026-09-01T10:00:00.000Z",
        "deadline": "2026-10-20T10:00:00.000Z",
        "forfeited": {},
        "unfit": {},
        "wins": tuple(
            Win(lot=lot, bidder=name, bid=next(o.bid for o in offers if o.bidder == name))
            for lot, name in wins
        ),
    }
    return Case(offers=tuple(offers), **{**said, **changes})


def honest_case(random: np.random.Generator, bidders: int, lots: int = 1) -> Case:
    """
    Return an auction of independent costs and equilibrium bids, to the cent.

    In the first-price equilibrium with costs uniform between c₀ and c₁ a bidder among n asks for
    c + (c₁ − c) / n (Krishna, Auction Theory, symmetric first-price equilibrium, turned to
    procurement).
    """
    offers, wins = [], []
    for lot in range(lots):
        costs = random.uniform(LOWEST_COST, HIGHEST_COST, bidders)
        prices = costs + (HIGHEST_COST - costs) / bidders
        name = f"lot-{lot + 1}"
        found = [
            offer(f"bidder {at}", f"{price:.2f}", name, bid=10 + at)
            for at, price in enumerate(prices)
        ]
        offers += found
        wins.append((name, min(found, key=lambda one: (one.price, one.id)).bidder))
    return case(offers, wins=wins, ceilings=dict.fromkeys((w[0] for w in wins), CEILING))


def alarm_rates(*, bidders: int, lots: int, auctions: int, seed: int) -> dict[str, float]:
    """Return the part of honest auctions in which each kind of flag is raised."""
    random = np.random.default_rng(seed)
    raised: dict[str, int] = {}
    for _ in range(auctions):
        for kind in {flag.kind for flag in raise_flags(honest_case(random, bidders, lots))}:
            raised[kind] = raised.get(kind, 0) + 1
    return {kind: count / auctions for kind, count in sorted(raised.items())}
