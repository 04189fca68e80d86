"""
Auction: find who builds it, and at what price.

events   an auction's life as a list of events: who may do what and when
money    decimals at the edges, whole steps inside
publish  open contracting data, statistics, time lines, red flags, pages of the lots
seal     sealed bids, key shares, the Merkle log, receipts, the public record and its check
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunyad.auction.events import AuctionState, Event, fold, may_append
    from bunyad.auction.publish import (
        lot_page,
        record_package,
        red_flags,
        release_package,
        releases,
        statistics,
        timeline,
    )
    from bunyad.auction.seal import seal_bid, verify_record

__all__ = [
    "AuctionState",
    "Event",
    "fold",
    "lot_page",
    "may_append",
    "record_package",
    "red_flags",
    "release_package",
    "releases",
    "seal_bid",
    "statistics",
    "timeline",
    "verify_record",
]

_HOMES = {
    "AuctionState": "events",
    "Event": "events",
    "fold": "events",
    "lot_page": "publish",
    "may_append": "events",
    "record_package": "publish",
    "red_flags": "publish",
    "release_package": "publish",
    "releases": "publish",
    "seal_bid": "seal",
    "statistics": "publish",
    "timeline": "publish",
    "verify_record": "seal",
}
"""Where each front door is; it is loaded when it is first used."""


def __getattr__(name: str) -> Any:
    """Load a front door."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
