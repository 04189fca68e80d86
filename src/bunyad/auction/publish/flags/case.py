"""What the checks look at: the offers of an auction, its dates and its rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bunyad.auction.events import AuctionState, Event, apply
from bunyad.auction.publish.offers import (
    Offer,
    award_lots,
    by_lot,
    number,
    offers_of,
    rule,
    winning,
)

CEILINGS = ("ceiling_price", "ceiling")
"""Fields of a lot that may hold a ceiling of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Win:
    """A lot, or a part of the volume, and who won it."""

    lot: str
    bidder: str
    bid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Opened offers, and what was done about them."""

    offers: tuple[Offer, ...]
    lots: tuple[str, ...]
    """Lots that compete by themselves; one empty name where a volume is auctioned."""
    decimals: int
    """Decimals of a price."""
    highest_wins: bool = False
    ceilings: Mapping[str, Decimal]
    """Ceiling by lot, where there is one."""
    start: str
    """When the call was published; empty: not known."""
    deadline: str
    price_only: bool = True
    wins: tuple[Win, ...]
    late: tuple[int, ...] = ()
    """Events of what came late."""
    forfeited: Mapping[str, int]
    """Event by which a bidder lost a security after the awards."""
    contracted: frozenset[int] = frozenset()
    """Bids with a contract."""
    past_winners: tuple[str, ...] = ()
    """Winner of each lot of earlier auctions."""
    unfit: Mapping[str, int]
    """Event by which a bidder was found unfit."""

    def offers_for(self, lot: str) -> tuple[Offer, ...]:
        """Return the offers for a lot that were handed in; of flexible bids the first."""
        return tuple(
            offer
            for offer in self.offers
            if offer.status != "withdrawn" and offer.is_first and (not lot or lot in offer.lots)
        )

    def valid(self, lot: str) -> tuple[Offer, ...]:
        """Return the valid offers for a lot, best price first."""
        kept = [offer for offer in self.offers_for(lot) if offer.is_valid]
        return tuple(sorted(kept, key=self._rank))

    def _rank(self, offer: Offer) -> tuple[Decimal, str]:
        price = price_of(offer)
        return (-price if self.highest_wins else price, offer.id)

    def winners(self, lot: str) -> tuple[str, ...]:
        """Return who won a lot."""
        won = [win.bidder for win in self.wins if not lot or win.lot == lot]
        return tuple(dict.fromkeys(won))


def price_of(offer: Offer) -> Decimal:
    """Return the price of an offer that has one."""
    assert offer.price is not None, offer.id
    return offer.price


def bidders_of(offers: Iterable[Offer]) -> tuple[str, ...]:
    """Return each bidder once, in the order of the offers."""
    return tuple(dict.fromkeys(offer.bidder for offer in offers))


def read_case(events: Sequence[Event], past_winners: Iterable[str] = ()) -> Case:
    """Return what the checks look at in an auction."""
    state: AuctionState | None = None
    start = ""
    awarded_at = -1
    late, unfit, forfeited = [], {}, {}
    for event in events:
        state = apply(state, event)
        body = event.body
        if event.kind == "published":
            start = event.time
        elif event.kind == "late":
            late.append(event.index)
        elif event.kind == "qualified" and not body["qualified"]:
            unfit[body["bidder"]] = event.index
        elif event.kind == "awarded":
            awarded_at = event.index
        elif event.kind == "security" and body["act"] == "forfeited" and awarded_at >= 0:
            forfeited[body["bidder"]] = event.index
    assert state is not None, "an auction has at least one event"
    single = by_lot(state)
    return Case(
        offers=offers_of(state),
        lots=state.lot_ids if single else ("",),
        decimals=int(rule(state.rules, "price", "decimals", default=2)),
        highest_wins=rule(state.rules, "price", "direction") == "highest_wins",
        ceilings=_ceilings(state, single=single),
        start=start,
        deadline=state.call.deadline if state.call else "",
        price_only=rule(state.rules, "scoring") is None,
        wins=tuple(
            Win(lot=lot if single else "", bidder=bid.bidder, bid=bid.index)
            for award, bid in winning(state)
            for lot in (award_lots(award, bid) if single else ("",))
        ),
        late=tuple(late),
        forfeited=forfeited,
        contracted=frozenset(terms["bid"] for terms in state.contracts.values()),
        past_winners=tuple(past_winners),
        unfit={name: at for name, at in unfit.items() if state.qualified.get(name) is False},
    )


def _ceilings(state: AuctionState, *, single: bool) -> dict[str, Decimal]:
    """Return the ceiling of each lot: its own, else that of the rules."""
    general = number(rule(state.rules, "price", "ceiling"))
    lots: Iterable[Mapping[str, Any]] = state.lots if single else ({"id": ""},)
    found = {}
    for lot in lots:
        own = next((number(lot[name]) for name in CEILINGS if name in lot), None)
        ceiling = own if own is not None else general
        if ceiling is not None and ceiling > 0:
            found[str(lot["id"])] = ceiling
    return found
