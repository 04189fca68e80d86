"""What the winners are paid: their own price, one price for all, or what they save the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext

from bunyad.auction.clearing.entries import Entry, ceiling_of
from bunyad.auction.rules.model import Pricing, Rules
from bunyad.errors import InfeasibleError

VCG_DECIMALS = 12
"""Decimals of a VCG price: fine enough that price times quantity is right to the cent."""
PRECISION = 60


def set_prices(rules: Rules, pricing: Pricing, order: Sequence[Entry]) -> dict[str, Decimal]:
    """
    Set the price of every winner of a pot, in the order of the bids.

    Returns
    -------
    dict
        The clearing price of each class that has one: of the lot, of the delivery year, or of the
        whole pot (the empty key).
    """
    if pricing == "pay_as_bid":
        return {}
    classes: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in order:
        classes[_class_of(rules, entry)].append(entry)
    found = {}
    for name, entries in classes.items():
        if not any(entry.awarded for entry in entries):
            continue
        price = (_worst_winner if pricing == "uniform" else _first_rejected)(rules, entries)
        found[name] = price
        for entry in entries:
            if entry.awarded:
                entry.paid = _within_ceiling(rules, entry, price)
    return found


def _class_of(rules: Rules, entry: Entry) -> str:
    """Return the name of the bids that get one price together."""
    if rules.allocation.by == "lot":
        return entry.bid.lot
    if rules.price_within == "delivery_year":
        return str(entry.bid.delivery_year)
    return ""


def _worst(rules: Rules, prices: Sequence[Decimal]) -> Decimal:
    return (max if rules.price.direction == "lowest_wins" else min)(prices)


def _worst_winner(rules: Rules, entries: Sequence[Entry]) -> Decimal:
    """Return the price of the worst bid that won."""
    return _worst(rules, [entry.bid.price for entry in entries if entry.awarded])


def _first_rejected(rules: Rules, entries: Sequence[Entry]) -> Decimal:
    """
    Return the price of the first quantity that was turned away.

    That is the price of a bid that was cut, else of the first loser after the last winner, else
    the ceiling, else that of the worst winner.
    """
    for entry in entries:
        if entry.state in ("cut", "conditional"):
            return entry.bid.price
    last = max(index for index, entry in enumerate(entries) if entry.awarded)
    after = [e for e in entries[last + 1 :] if e.rule != "bids.alternatives"]
    if after:
        return after[0].bid.price
    bound = rules.price.ceiling if rules.price.direction == "lowest_wins" else rules.price.floor
    return bound if bound is not None else _worst_winner(rules, entries)


def _within_ceiling(rules: Rules, entry: Entry, price: Decimal) -> Decimal:
    """Return the price, held at the ceiling of the bid's technology."""
    ceiling = ceiling_of(rules, entry.bid.technology)
    if ceiling is None or rules.price.direction == "highest_wins":
        return price
    return min(price, ceiling)


def set_vcg_prices(
    rules: Rules,
    entries: Sequence[Entry],
    best: int,
    best_without: Callable[[str], int | None],
) -> None:
    """
    Pay each bidder what its presence is worth to the auction.

    payment = bid value + (value with the bidder - value without it), spread over the bidder's
    awarded quantity in proportion (Vickrey 1961, Clarke 1971, Groves 1973). A bidder without whom
    nothing reaches the volume is paid the ceiling.

    Raises
    ------
    InfeasibleError
        If there is such a bidder and no ceiling.
    """
    bidders: defaultdict[str, list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        if entry.awarded:
            bidders[entry.bid.bidder].append(index)
    sign = 1 if rules.price.direction == "lowest_wins" else -1
    for bidder, members in bidders.items():
        without = best_without(bidder)
        if without is None:
            _pay_ceiling(rules, [entries[index] for index in members])
            continue
        gain = best - without
        total = sum(entries[index].awarded for index in members)
        for index in members:
            entry = entries[index]
            with localcontext(prec=PRECISION):
                extra = Decimal(sign * gain) / Decimal(total)
                price = (Decimal(entry.price) + extra).scaleb(-rules.price.decimals)
                entry.paid = price.quantize(Decimal(1).scaleb(-VCG_DECIMALS)).normalize()


def _pay_ceiling(rules: Rules, entries: Sequence[Entry]) -> None:
    """Pay the ceiling to a bidder without whom there is no answer."""
    for entry in entries:
        entry.paid = ceiling_of(rules, entry.bid.technology)
        if entry.paid is None:
            raise InfeasibleError(
                f"without {entry.bid.bidder} no set of bids reaches the volume",
                clashing=["pricing: vcg", "price.ceiling"],
                mend="give a ceiling, which such a bidder is paid",
            )
