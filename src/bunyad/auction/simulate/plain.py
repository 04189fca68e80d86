"""Rules as the whole numbers that the fast engine plays, where it knows them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil

from bunyad.auction.clearing import check_rules
from bunyad.auction.clearing.entries import Scale, scale_of
from bunyad.auction.rules.model import Rules
from bunyad.auction.simulate import kernels

LARGEST_TERM = 2**15
"""Numerators and denominators up to which products with any quantity stay whole numbers."""
LARGEST_STEPS = 2**40

_MARGINALS = {
    "cut": kernels.CUT,
    "conditional": kernels.CONDITIONAL,
    "overshoot": kernels.OVERSHOOT,
    "stop_short": kernels.STOP_SHORT,
    "close_year": kernels.STOP_SHORT,  # nobody who is simulated names another year
    "skip": kernels.SKIP,
}
_PRICINGS = {
    "pay_as_bid": kernels.PAY_AS_BID,
    "uniform": kernels.UNIFORM,
    "first_rejected": kernels.FIRST_REJECTED,
}
_SHORTAGES = {
    "none": kernels.NO_RULE,
    "cancel": kernels.CANCEL,
    "scale": kernels.SCALE,
    "ceiling": kernels.CEILING,
}


def why_not_plain(rules: Rules) -> str:
    """Return the first part of the rules that the fast engine does not know; empty: none."""
    limits, allocation = rules.limits, rules.allocation
    reasons = {
        "allocation.method": allocation.method != "merit_order",
        "allocation.by": allocation.by != "volume",
        "allocation.ties": "share" in allocation.ties,
        "pricing": rules.pricing not in _PRICINGS,
        "pots": bool(rules.pots),
        "budget": rules.budget is not None,
        "volume": rules.volume is None,
        "scoring": rules.scoring is not None,
        "limits.technology": bool(limits.technology),
        "limits.region": bool(limits.region),
        "limits.bidder.lots": limits.bidder.lots is not None,
        "price.decimals": not _are_whole(rules),
        "undersubscription.rule": rules.undersubscription.rule == "ceiling" and _has_cap(rules),
        "undersubscription.below": max(_share_terms(rules)) > LARGEST_TERM,
        "allocation.overshoot_share": max(_overshoot_terms(rules)) > LARGEST_TERM,
    }
    return next((name for name, holds in reasons.items() if holds), "")


def plain_rules(rules: Rules) -> kernels.PlainRules:
    """
    Turn rules into whole steps.

    Raises
    ------
    InputError
        If the rules ask for what cannot go together.
    """
    check_rules(rules)
    assert not why_not_plain(rules)
    scale = scale_of(rules)
    sign = 1 if rules.price.direction == "lowest_wins" else -1
    bound = rules.price.ceiling if sign > 0 else rules.price.floor
    shortage = rules.undersubscription
    volume = scale.quantity_steps(rules.volume or Decimal(0))
    up, down = _overshoot_terms(rules)
    scale_up, scale_down = _share_terms(rules)
    return kernels.PlainRules(
        sign=sign,
        volume=volume,
        floor=_up(rules.price.floor, scale.price),
        bound=kernels.NONE if bound is None else _up(bound, scale.price),
        smallest=_up(rules.quantity.smallest, scale.quantity),
        largest=kernels.ENDLESS
        if rules.quantity.largest is None
        else scale.quantity_steps(rules.quantity.largest),
        smallest_award=_up(rules.quantity.smallest_award, scale.quantity),
        marginal=_MARGINALS[rules.allocation.marginal],
        overshoot_up=up,
        overshoot_down=0 if rules.allocation.overshoot_share is None else down,
        tie=_tie(rules),
        pricing=_PRICINGS[rules.pricing],
        bidder_cap=_bidder_cap(rules, scale, volume),
        most_bids=kernels.NONE if rules.limits.bidder.bids is None else rules.limits.bidder.bids,
        fewest_bidders=shortage.fewest_bidders,
        shortage=_SHORTAGES[shortage.rule],
        least_bid=ceil(shortage.below * volume),
        scale_up=scale_up,
        scale_down=scale_down,
    )


def ceiling_steps(rules: Rules, technology: str) -> int:
    """Return the highest price of a technology in steps."""
    ceiling = rules.price.technology_ceilings.get(technology, rules.price.ceiling)
    return kernels.ENDLESS if ceiling is None else scale_of(rules).price_steps(ceiling)


def _up(amount: Decimal | None, decimals: int) -> int:
    """Return whole steps, rounded up."""
    return ceil((amount or Decimal(0)).scaleb(decimals))


def _are_whole(rules: Rules) -> bool:
    """Return whether every amount that is compared or paid is a number of steps that fits."""
    price = [rules.price.ceiling, rules.price.floor, *rules.price.technology_ceilings.values()]
    quantity = [rules.volume, rules.quantity.smallest, rules.quantity.largest]
    steps = [one.scaleb(rules.price.decimals) for one in price if one is not None]
    are_steps = all(one == int(one) for one in steps)
    steps += [one.scaleb(rules.quantity.decimals) for one in quantity if one is not None]
    return are_steps and all(one < LARGEST_STEPS for one in steps)


def _share_terms(rules: Rules) -> tuple[int, int]:
    """Return the share to which a short offer is scaled, as numerator and denominator."""
    rule = rules.undersubscription
    if rule.rule != "scale":
        return 1, 1
    share = 1 / Fraction(rule.below) if rule.scale_to is None else Fraction(rule.scale_to)
    return share.numerator, share.denominator


def _overshoot_terms(rules: Rules) -> tuple[int, int]:
    """Return one plus the overshoot that is allowed, as numerator and denominator."""
    share = Fraction(1 + (rules.allocation.overshoot_share or Decimal(0)))
    return share.numerator, share.denominator


def _tie(rules: Rules) -> int:
    """Return the tie rule that decides; bids that are simulated never come at one instant."""
    for tie in rules.allocation.ties:
        if tie == "smaller_quantity":
            return kernels.SMALLER
        if tie == "larger_quantity":
            return kernels.LARGER
        if tie == "earlier":
            break
    return kernels.RANDOM


def _has_cap(rules: Rules) -> bool:
    """Return whether a bidder may win so much only."""
    return rules.limits.bidder.quantity is not None or rules.limits.bidder.share is not None


def _bidder_cap(rules: Rules, scale: Scale, volume: int) -> int:
    """Return what one bidder may win."""
    bidder = rules.limits.bidder
    most = [] if bidder.quantity is None else [scale.quantity_steps(bidder.quantity)]
    if bidder.share is not None:
        most.append(int(bidder.share * volume))
    return min(most, default=kernels.NONE)
