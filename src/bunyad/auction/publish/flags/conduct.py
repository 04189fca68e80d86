"""Checks of bidders, of the call and of the commission."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from bunyad.auction.events import digest
from bunyad.auction.publish.flags.case import Case, bidders_of, price_of
from bunyad.auction.publish.flags.flag import Flag, listed, percent
from bunyad.options.flags import FlagOptions

NAMES_ONLY = ("technology", "region", "delivery_year", "is_divisible")
"""Content that many offers share because the rules ask for it."""


def single_bid(case: Case, _: FlagOptions) -> Iterator[Flag]:
    """Flag a lot for which one bidder alone has a valid bid."""
    for lot in case.lots:
        offers = case.valid(lot)
        names = bidders_of(offers)
        if len(names) == 1:
            yield Flag(
                kind="single_bid",
                lot=lot,
                strength="medium",
                bidders=names,
                events=tuple(sorted({offer.bid for offer in offers})),
                figures={"bidder": names[0]},
            )


def identical_content(case: Case, _: FlagOptions) -> Iterator[Flag]:
    """Flag bidders who offered the same in everything that is neither price nor asked by name."""
    for lot in case.lots:
        same: dict[str, list[int]] = {}
        offers = case.offers_for(lot)
        for place, offer in enumerate(offers):
            said = {name: x for name, x in offer.content.items() if name not in NAMES_ONLY}
            if said:
                same.setdefault(digest(said), []).append(place)
        for places in same.values():
            alike = [offers[place] for place in places]
            names = bidders_of(alike)
            if len(names) > 1:
                yield Flag(
                    kind="identical_content",
                    lot=lot,
                    strength="medium",
                    bidders=names,
                    events=tuple(sorted({offer.bid for offer in alike})),
                    figures={"bidders": listed(names)},
                )


def late_bids(case: Case, _: FlagOptions) -> Iterator[Flag]:
    """Flag what came after the deadline."""
    if case.late:
        yield Flag(
            kind="late_bids",
            lot="",
            strength="weak",
            bidders=(),
            events=case.late,
            figures={"count": str(len(case.late))},
        )


def all_but_one_out(case: Case, _: FlagOptions) -> Iterator[Flag]:
    """Flag a lot where every bidder but the winner was found unfit or has a void bid."""
    for lot in case.lots:
        valid = bidders_of(case.valid(lot))
        others = [name for name in bidders_of(case.offers_for(lot)) if name not in valid]
        if len(valid) == 1 and others and case.winners(lot) == valid:
            reasons = [case.unfit[name] for name in others if name in case.unfit]
            bids = [offer.bid for offer in case.offers_for(lot) if offer.bidder in others]
            yield Flag(
                kind="all_but_one_out",
                lot=lot,
                strength="strong",
                bidders=(*valid, *others),
                events=tuple(sorted({*reasons, *bids})),
                figures={"count": str(len(others)), "bidder": valid[0]},
            )


def lowest_out(case: Case, _: FlagOptions) -> Iterator[Flag]:
    """Flag a best price that was disqualified after it had been opened."""
    if not case.price_only:
        return
    for lot in case.lots:
        priced = [offer for offer in case.offers_for(lot) if offer.price is not None]
        if not priced or not case.winners(lot):
            continue
        best = (max if case.highest_wins else min)(priced, key=price_of)
        if not best.is_valid and not any(price_of(o) == price_of(best) for o in case.valid(lot)):
            reasons = [case.unfit[best.bidder]] if best.bidder in case.unfit else []
            yield Flag(
                kind="lowest_out",
                lot=lot,
                strength="medium",
                bidders=(best.bidder,),
                events=tuple(sorted({best.bid, *reasons})),
                figures={"price": str(best.price), "bidder": best.bidder},
            )


def short_period(case: Case, options: FlagOptions) -> Iterator[Flag]:
    """Flag a call that was open for a few days only."""
    if not case.start or not case.deadline:
        return
    open_for = datetime.fromisoformat(case.deadline) - datetime.fromisoformat(case.start)
    if open_for.days < options.shortest_days:
        yield Flag(
            kind="short_period",
            lot="",
            strength="weak",
            bidders=(),
            events=(),
            figures={"days": str(open_for.days), "threshold": str(options.shortest_days)},
        )


def same_winner(case: Case, options: FlagOptions) -> Iterator[Flag]:
    """Flag a bidder who wins most lots, of this auction and of those before it."""
    won = [win.bidder for win in case.wins]
    total = [*won, *case.past_winners]
    if len(total) < options.winner_fewest_lots:
        return
    for bidder, count in sorted(Counter(total).items()):
        if bidder in won and count > options.winner_part * len(total):
            yield Flag(
                kind="same_winner",
                lot="",
                strength="weak",
                bidders=(bidder,),
                events=tuple(sorted({win.bid for win in case.wins if win.bidder == bidder})),
                figures={"bidder": bidder, "won": str(count), "of": str(len(total))},
            )


def best_bid_gone(case: Case, _: FlagOptions) -> Iterator[Flag]:
    """Flag a winner who lets the security go and does not sign, so that a dearer bid comes up."""
    for win in case.wins:
        if win.bidder not in case.forfeited or win.bid in case.contracted:
            continue
        offers = case.valid(win.lot)
        own = next((offer for offer in offers if offer.bid == win.bid), None)
        after = [offer for offer in offers if offer.bidder != win.bidder]
        if own is None or not after or price_of(own) <= 0:
            continue
        difference: Decimal = abs(price_of(after[0]) - price_of(own)) / price_of(own)
        yield Flag(
            kind="best_bid_gone",
            lot=win.lot,
            strength="medium",
            bidders=(win.bidder, after[0].bidder),
            events=tuple(sorted({own.bid, after[0].bid, case.forfeited[win.bidder]})),
            figures={"bidder": win.bidder, "difference": percent(difference)},
        )
