"""Statistics of an auction's bids: how many, how much, at which prices, from how many hands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from bunyad.auction.events import AuctionState, Event, apply
from bunyad.auction.publish.offers import (
    Offer,
    award_lots,
    by_lot,
    names_are_open,
    number,
    offers_of,
    rule,
    winning,
)
from bunyad.auction.publish.publisher import Publisher

STEPS = ("published", "closed", "opened", "cleared", "awarded", "contracted")
"""Kinds whose dates make the time line; of several the last, of contracts the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Prices of the valid bids, in the unit of the rules."""

    count: int
    lowest: Decimal
    lower_quartile: Decimal
    median: Decimal
    mean: Decimal
    upper_quartile: Decimal
    highest: Decimal
    spread: Decimal
    """Highest less lowest, over the lowest [-]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BidStatistics:
    """Figures of one lot, or of the whole auction; none is what is not public or not defined."""

    lot: str
    """Empty: the whole auction."""
    bidders: int | None
    bids: int | None
    """Bids that stood at the close; before it only if the rules make the count public."""
    withdrawn: int | None
    void: int | None
    late: int | None
    quantity_offered: Decimal | None
    quantity_bid: Decimal | None
    subscription: Decimal | None
    """Quantity bid over quantity offered [-]."""
    prices: Prices | None
    concentration_bid: Decimal | None
    """Herfindahl-Hirschman index of bidders' parts of the quantity bid, 0 to 1 [-]."""
    concentration_awarded: Decimal | None
    """The same of what was awarded [-]."""
    foreign_share: Decimal | None
    """Part of the bidders that are registered abroad [-]; none if a country is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days between two steps of the auction."""

    start: str
    end: str
    days: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Figures of the whole auction, of each lot, and how long each step took."""

    whole: BidStatistics
    lots: tuple[BidStatistics, ...]
    spans: tuple[Span, ...]


def statistics(events: Iterable[Event], publisher: Publisher | None = None) -> Statistics:
    """
    Return the statistics that the events let be public.

    Parameters
    ----------
    events
        The auction's events from the first on.
    publisher
        Countries of the agency and of the bidders.
    """
    known = publisher or Publisher()
    state: AuctionState | None = None
    dates: dict[str, str] = {}
    closed: int | None = None
    seen = 0
    for event in events:
        seen += 1
        state = apply(state, event)
        if event.kind == "closed":
            closed = event.body["bids"]
        if event.kind in STEPS and not (event.kind == "contracted" and event.kind in dates):
            dates[event.kind] = event.time
    assert state is not None, "an auction has at least one event"
    early = _early_counts(state, closed, is_whole=seen == state.size)
    offers = offers_of(state)
    ids = state.lot_ids if by_lot(state) else ()
    return Statistics(
        whole=_figures(state, offers, "", (known, early)),
        lots=tuple(
            _figures(state, [offer for offer in offers if lot in offer.lots], lot, (known, early))
            for lot in ids
        ),
        spans=_spans(dates),
    )


def concentration(parts: Iterable[Decimal]) -> Decimal | None:
    """
    Return the Herfindahl-Hirschman index of parts of a whole: the sum of squared shares.

    Examples
    --------
    >>> concentration([Decimal(1), Decimal(1)])
    Decimal('0.5')
    """
    kept = list(parts)
    total = sum(kept, Decimal(0))
    if total <= 0:
        return None
    return sum((part * part for part in kept), Decimal(0)) / (total * total)


def quantile(ordered: Sequence[Decimal], part: Decimal) -> Decimal:
    """
    Return a quantile of sorted values, linear between them (Hyndman and Fan 1996, type 7).

    Examples
    --------
    >>> quantile([Decimal(1), Decimal(2), Decimal(4)], Decimal("0.75"))
    Decimal('3.00')
    """
    place = part * (len(ordered) - 1)
    below = int(place)
    if below + 1 == len(ordered):
        return ordered[below]
    return ordered[below] + (place - below) * (ordered[below + 1] - ordered[below])


def price_figures(prices: Iterable[Decimal]) -> Prices | None:
    """Return the distribution of prices; none of no prices."""
    ordered = sorted(prices)
    if not ordered:
        return None
    lowest, highest = ordered[0], ordered[-1]
    quarter = Decimal("0.25")
    return Prices(
        count=len(ordered),
        lowest=lowest,
        lower_quartile=quantile(ordered, quarter),
        median=quantile(ordered, 2 * quarter),
        mean=sum(ordered, Decimal(0)) / len(ordered),
        upper_quartile=quantile(ordered, 3 * quarter),
        highest=highest,
        spread=(highest - lowest) / lowest if lowest > 0 else Decimal(0),
    )


def _figures(
    state: AuctionState,
    offers: Sequence[Offer],
    lot: str,
    told: tuple[Publisher, dict[str, int]],
) -> BidStatistics:
    publisher, early = told
    public = names_are_open(state)
    handed_in = [offer for offer in offers if offer.status != "withdrawn"]
    valid = [offer for offer in handed_in if offer.is_valid]
    weighed = _by_bidder(state, valid)
    bid, offered = sum(weighed.values(), Decimal(0)), _offered(state, lot)
    is_open = public and not any(offer.status == "shut" for offer in handed_in)
    late = sum(1 for entry in state.late) if not lot else None
    return BidStatistics(
        lot=lot,
        bidders=len({offer.bidder for offer in handed_in}) if public else None,
        bids=len({offer.bid for offer in handed_in}) if public else early.get(lot),
        withdrawn=len(offers) - len(handed_in) if public else None,
        void=sum(offer.status == "void" for offer in handed_in) if public else None,
        late=late if public else None,
        quantity_offered=offered,
        quantity_bid=bid if is_open else None,
        subscription=bid / offered if is_open and offered else None,
        prices=price_figures(offer.price for offer in valid if offer.price is not None),
        concentration_bid=concentration(weighed.values()),
        concentration_awarded=concentration(_awarded(state, lot).values()),
        foreign_share=_foreign({offer.bidder for offer in handed_in}, publisher),
    )


def _early_counts(state: AuctionState, closed: int | None, *, is_whole: bool) -> dict[str, int]:
    """Return the numbers of bids that are public before any is open, by lot and of the whole."""
    found = {} if closed is None else {"": closed}
    if not rule(state.rules, "bids", "count_is_public", default=False) or not is_whole:
        return found
    standing = [bid for bid in state.bids.values() if bid.status == "standing"]
    for lot in state.lot_ids:
        found[lot] = sum(lot in bid.body["lots"] for bid in standing)
    return {**found, "": len(standing)}


def _offered(state: AuctionState, lot: str) -> Decimal | None:
    """Return what is on offer; lots are counted where they, not a volume, are awarded."""
    if by_lot(state):
        return Decimal(1 if lot else len(state.lots))
    pots = rule(state.rules, "pots", default=())
    volumes = [number(rule(pot, "volume")) for pot in pots] or [number(rule(state.rules, "volume"))]
    known = [volume for volume in volumes if volume is not None]
    return sum(known, Decimal(0)) if known else None


def _by_bidder(state: AuctionState, valid: Iterable[Offer]) -> dict[str, Decimal]:
    """Return what each bidder offered; of flexible bids only the largest counts."""
    largest: dict[tuple[str, str], Decimal] = {}
    for offer in valid:
        group = f"{offer.bid}/{offer.lots[0]}"
        quantity = Decimal(1) if by_lot(state) else offer.quantity or Decimal(0)
        held = largest.get((offer.bidder, group), Decimal(0))
        largest[offer.bidder, group] = max(held, quantity)
    found: dict[str, Decimal] = {}
    for (bidder, _), quantity in largest.items():
        found[bidder] = found.get(bidder, Decimal(0)) + quantity
    return found


def _awarded(state: AuctionState, lot: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for award, bid in winning(state):
        if lot and lot not in award_lots(award, bid):
            continue
        quantity = number(award.get("quantity")) or Decimal(1)
        found[bid.bidder] = found.get(bid.bidder, Decimal(0)) + quantity
    return found


def _foreign(bidders: set[str], publisher: Publisher) -> Decimal | None:
    countries = [publisher.party(name).country for name in bidders]
    home = publisher.agency.country
    if not countries or not home or not all(countries):
        return None
    return Decimal(sum(country != home for country in countries)) / len(countries)


def _spans(dates: dict[str, str]) -> tuple[Span, ...]:
    day = Decimal(24 * 60 * 60)
    reached = [(step, datetime.fromisoformat(dates[step])) for step in STEPS if step in dates]
    return tuple(
        Span(start=start, end=end, days=Decimal(int((late - early).total_seconds())) / day)
        for (start, early), (end, late) in pairwise(reached)
    )
