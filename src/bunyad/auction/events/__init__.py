"""
Events: an auction's whole life is a list of them, and its state is a fold over the list.

canonical  one text for one value: what is hashed and signed
bodies     what the body of each kind of event holds
event      an event, its reading and its time
state      the state after events: `fold`, `apply`
law        the rules by name; who may do what in which stage
checks     whether an event may follow a state: `may_append`
"""

from __future__ import annotations

from bunyad.auction.events.canonical import canonical, digest, read_canonical
from bunyad.auction.events.checks import may_append, missing_seeds, valid_bids
from bunyad.auction.events.event import Event, read_event, time_text
from bunyad.auction.events.law import KINDS, RULES
from bunyad.auction.events.state import (
    AuctionState,
    Call,
    LoggedBid,
    apply,
    bids_to_open,
    fold,
    needs_seeds,
    standing_bids,
)

__all__ = [
    "KINDS",
    "RULES",
    "AuctionState",
    "Call",
    "Event",
    "LoggedBid",
    "apply",
    "bids_to_open",
    "canonical",
    "digest",
    "fold",
    "may_append",
    "missing_seeds",
    "needs_seeds",
    "read_canonical",
    "read_event",
    "standing_bids",
    "time_text",
    "valid_bids",
]
