"""
Auctions as the database keeps them.

models  tables: auctions, their events, tree heads, receipts, data room, people
log     reading an auction's log; appending to it, one transaction an event
server_key  the key by which the servers sign, sealed by the operator's
"""

from __future__ import annotations

from bunyad.store.auctions.log import (
    Act,
    Added,
    Log,
    append_event,
    close_due,
    read_log,
    start_auction,
)
from bunyad.store.auctions.server_key import guard_server_key, read_sealing_key, server_secret

__all__ = [
    "Act",
    "Added",
    "Log",
    "append_event",
    "close_due",
    "guard_server_key",
    "read_log",
    "read_sealing_key",
    "server_secret",
    "start_auction",
]
