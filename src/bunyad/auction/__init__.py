"""
Auction: find who builds it, and at what price.

events   an auction's life as a list of events: who may do what and when
money    decimals at the edges, whole steps inside
seal     sealed bids, key shares, the Merkle log, receipts, the public record and its check
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunyad.auction.events import AuctionState, Event, fold, may_append
    from bunyad.auction.seal import seal_bid, verify_record

__all__ = ["AuctionState", "Event", "fold", "may_append", "seal_bid", "verify_record"]

_HOMES = {
    "AuctionState": "events",
    "Event": "events",
    "fold": "events",
    "may_append": "events",
    "seal_bid": "seal",
    "verify_record": "seal",
}
"""Where each front door is; it is loaded when it is first used."""


def __getattr__(name: str) -> Any:
    """Load a front door."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
