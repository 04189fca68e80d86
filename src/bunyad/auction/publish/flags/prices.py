"""Checks of prices: too near, too far apart, too alike, too even, too round, at the ceiling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations, pairwise

from bunyad.auction.publish.flags.case import Case, bidders_of, price_of
from bunyad.auction.publish.flags.flag import Flag, Strength, listed, percent
from bunyad.auction.publish.offers import Offer
from bunyad.options.flags import FlagOptions


def near_prices(case: Case, options: FlagOptions) -> Iterator[Flag]:
    """Flag a second price just above the winning one."""
    for lot in case.lots:
        pair = _best_two(case, lot)
        if pair is None or price_of(pair[0]) == price_of(pair[1]):
            continue
        distance = _distance(*pair)
        if distance <= options.near_price_share:
            figures = {
                "difference": percent(distance),
                "threshold": percent(options.near_price_share),
            }
            yield _of("near_prices", lot, "weak", pair, figures)


def heavy_discount(case: Case, options: FlagOptions) -> Iterator[Flag]:
    """Flag a winning price far below the second."""
    for lot in case.lots:
        pair = _best_two(case, lot)
        if pair is not None and _distance(*pair) >= options.discount_share:
            figures = {
                "difference": percent(_distance(*pair)),
                "threshold": percent(options.discount_share),
            }
            yield _of("heavy_discount", lot, "weak", pair, figures)


def identical_prices(case: Case, _: FlagOptions) -> Iterator[Flag]:
    """Flag bidders with the very same price, whether their bids are valid or not."""
    for lot in case.lots:
        same: dict[Decimal, list[Offer]] = {}
        for offer in case.offers_for(lot):
            if offer.price is not None:
                same.setdefault(offer.price, []).append(offer)
        for price, offers in sorted(same.items()):
            names = bidders_of(offers)
            if len(names) > 1:
                at_ceiling = price == case.ceilings.get(lot)
                figures = {"bidders": listed(names), "price": str(price)}
                strength: Strength = "weak" if at_ceiling else "strong"
                yield _of("identical_prices", lot, strength, offers, figures)


def narrow_spread(case: Case, options: FlagOptions) -> Iterator[Flag]:
    """Flag prices whose standard deviation is small beside their mean."""
    for lot in case.lots:
        offers = case.valid(lot)
        prices = [price_of(offer) for offer in offers]
        if len(prices) < options.spread_fewest_prices or min(prices) <= 0:
            continue
        variation = _variation(prices)
        if variation <= options.spread_variation:
            figures = {
                "count": str(len(prices)),
                "variation": percent(variation),
                "threshold": percent(options.spread_variation),
            }
            yield _of("narrow_spread", lot, "medium", offers, figures)


def even_steps(case: Case, options: FlagOptions) -> Iterator[Flag]:
    """Flag prices that climb in equal steps."""
    for lot in case.lots:
        offers = case.valid(lot)
        prices = sorted(price_of(offer) for offer in offers)
        steps = {later - early for early, later in pairwise(prices)}
        if len(prices) >= options.spread_fewest_prices and len(steps) == 1 and steps != {0}:
            figures = {"count": str(len(prices)), "step": str(steps.pop())}
            yield _of("even_steps", lot, "strong", offers, figures)


def fixed_ratio(case: Case, options: FlagOptions) -> Iterator[Flag]:
    """Flag two bidders whose prices keep one ratio from lot to lot."""
    by_bidder: dict[str, dict[str, Offer]] = {}
    for lot in case.lots:
        for offer in case.valid(lot):
            by_bidder.setdefault(offer.bidder, {})[lot] = offer
    for first, second in combinations(sorted(by_bidder), 2):
        shared = [lot for lot in by_bidder[first] if lot in by_bidder[second]]
        pairs = [(by_bidder[first][lot], by_bidder[second][lot]) for lot in shared]
        if len(pairs) < options.ratio_fewest_lots or any(price_of(p[0]) <= 0 for p in pairs):
            continue
        ratios = [price_of(other) / price_of(one) for one, other in pairs]
        levels = {price_of(one) for one, _ in pairs}
        if max(ratios) - min(ratios) <= options.ratio_tolerance and len(levels) > 1:
            figures = {
                "bidders": listed((first, second)),
                "count": str(len(pairs)),
                "ratio": f"{ratios[0]:.4f}",
            }
            yield _of("fixed_ratio", "", "strong", [o for pair in pairs for o in pair], figures)


def round_prices(case: Case, options: FlagOptions) -> Iterator[Flag]:
    """Flag prices that are all round, though they might be finer."""
    step = options.round_steps * Decimal(1).scaleb(-case.decimals)
    for lot in case.lots:
        offers = case.valid(lot)
        prices = [price_of(offer) for offer in offers]
        if len(prices) >= options.round_fewest_prices and all(p % step == 0 for p in prices):
            figures = {"count": str(len(prices)), "step": f"{step.normalize():f}"}
            yield _of("round_prices", lot, "weak", offers, figures)


def at_ceiling(case: Case, options: FlagOptions) -> Iterator[Flag]:
    """Flag bids that crowd just below the ceiling."""
    if case.highest_wins:
        return
    for lot in case.lots:
        ceiling, offers = case.ceilings.get(lot), case.valid(lot)
        if ceiling is None:
            continue
        near = [o for o in offers if price_of(o) >= ceiling * (1 - options.ceiling_share)]
        if near and len(near) >= options.ceiling_part * len(offers):
            figures = {
                "count": str(len(near)),
                "of": str(len(offers)),
                "threshold": percent(options.ceiling_share),
                "ceiling": str(ceiling),
            }
            yield _of("at_ceiling", lot, "weak", near, figures)


def _best_two(case: Case, lot: str) -> tuple[Offer, Offer] | None:
    """
    Return the winning offer and the next of another bidder.

    None unless one bidder alone won the lot, with the best price: that of a volume has many
    winners, and where more than the price is scored distances say little.
    """
    offers = case.valid(lot)
    winners = case.winners(lot)
    if not lot or len(winners) != 1 or not offers or not case.price_only:
        return None
    best = offers[0]
    others = [offer for offer in offers if offer.bidder != best.bidder]
    if best.bidder != winners[0] or not others or price_of(best) <= 0:
        return None
    return best, others[0]


def _distance(best: Offer, second: Offer) -> Decimal:
    return abs(price_of(second) - price_of(best)) / price_of(best)


def _variation(prices: Sequence[Decimal]) -> Decimal:
    """Return the coefficient of variation: the sample's standard deviation over its mean."""
    mean = sum(prices, Decimal(0)) / len(prices)
    squares = sum(((price - mean) ** 2 for price in prices), Decimal(0))
    return (squares / (len(prices) - 1)).sqrt() / mean


def _of(
    kind: str, lot: str, strength: Strength, offers: Sequence[Offer], figures: dict[str, str]
) -> Flag:
    return Flag(
        kind=kind,
        lot=lot,
        strength=strength,
        bidders=bidders_of(offers),
        events=tuple(sorted({offer.bid for offer in offers})),
        figures=figures,
    )
