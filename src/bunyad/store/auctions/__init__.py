"""
Auctions as the database keeps them.

models  tables: auctions, their events, tree heads, receipts, data room, people
log     reading an auction's log; appending to it, one transaction an event
"""

from __future__ import annotations

from bunyad.store.auctions.log import (
    Act,
    Added,
    Log,
    append_event,
    close_due,
    read_log,
    server_secret,
    start_auction,
)

__all__ = [
    "Act",
    "Added",
    "Log",
    "append_event",
    "close_due",
    "read_log",
    "server_secret",
    "start_auction",
]
