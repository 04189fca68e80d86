"""
Auction: find who builds it, and at what price.

lots     projects of a plan as lots, with a ceiling price and a data room
finance  cash flows, what a lot must earn, settlement of contracts
rules    the rules as data, ready-made for some countries, and told in words
bids     bids as they are cleared
clearing who wins at what price, exact, with the reason of every decision
rounds   electronic auctions in rounds
events   an auction's life as a list of events: who may do what and when
money    decimals at the edges, whole steps inside
publish  open contracting data, statistics, time lines, red flags, pages of the lots
seal     sealed bids, key shares, the Merkle log, receipts, the public record and its check
simulate rules played thousands of times before the call
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunyad.auction.bids import Bid, read_bids
    from bunyad.auction.clearing import Result, clear
    from bunyad.auction.events import AuctionState, Event, fold, may_append
    from bunyad.auction.finance import price_for_irr, settle
    from bunyad.auction.lots import draw_lots
    from bunyad.auction.publish import (
        lot_page,
        record_package,
        red_flags,
        release_package,
        releases,
        statistics,
        timeline,
    )
    from bunyad.auction.rules import load_rules, rules_in_words
    from bunyad.auction.seal import seal_bid, verify_record
    from bunyad.auction.simulate import compare_designs, simulate_auction, suggest_ceiling

__all__ = [
    "AuctionState",
    "Bid",
    "Event",
    "Result",
    "clear",
    "compare_designs",
    "draw_lots",
    "fold",
    "load_rules",
    "lot_page",
    "may_append",
    "price_for_irr",
    "read_bids",
    "record_package",
    "red_flags",
    "release_package",
    "releases",
    "rules_in_words",
    "seal_bid",
    "settle",
    "simulate_auction",
    "statistics",
    "suggest_ceiling",
    "timeline",
    "verify_record",
]

_HOMES = {
    "Bid": "bids",
    "read_bids": "bids",
    "Result": "clearing",
    "clear": "clearing",
    "AuctionState": "events",
    "Event": "events",
    "fold": "events",
    "lot_page": "publish",
    "may_append": "events",
    "price_for_irr": "finance",
    "settle": "finance",
    "draw_lots": "lots",
    "load_rules": "rules",
    "rules_in_words": "rules",
    "record_package": "publish",
    "red_flags": "publish",
    "release_package": "publish",
    "releases": "publish",
    "seal_bid": "seal",
    "statistics": "publish",
    "timeline": "publish",
    "verify_record": "seal",
    "compare_designs": "simulate",
    "simulate_auction": "simulate",
    "suggest_ceiling": "simulate",
}
"""Where each front door is; it is loaded when it is first used."""


def __getattr__(name: str) -> Any:
    """Load a front door."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
