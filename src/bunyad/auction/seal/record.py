"""The public record of an auction: one file that holds all that anyone needs to replay it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from bunyad.auction.events import Event, canonical
from bunyad.auction.seal.merkle import leaf_hash

FORMAT = "bunyad-auction-record-1"
FIELDS = {"format", "auction", "server_key", "events", "heads", "receipts"}
UNTIL_OPENING = ("bid", "withdrawn", "qualified", "late")
"""Kinds that a record withholds before the opening, so that nobody learns who bids."""


def make_record(
    events: Iterable[Event],
    heads: Iterable[Mapping[str, Any]],
    *,
    server_key: str,
    receipts: Iterable[Mapping[str, Any]] = (),
    withhold: Container[str] = (),
) -> bytes:
    """
    Return the record as the canonical text of `record.json`.

    Parameters
    ----------
    events
        All events, in order.
    heads
        Signed tree heads; the last is of all events.
    server_key
        The server's public Ed25519 key, in hexadecimal.
    receipts
        Receipts whose owners let them be published.
    withhold
        Kinds of which only the leaf's hash is shown: `UNTIL_OPENING` before the opening.
    """
    kept = list(events)
    return canonical(
        {
            "format": FORMAT,
            "auction": kept[0].auction,
            "server_key": server_key,
            "events": [_shown(event, withhold) for event in kept],
            "heads": [dict(head) for head in heads],
            "receipts": [dict(receipt) for receipt in receipts],
        }
    )


def _shown(event: Event, withhold: Container[str]) -> dict[str, Any]:
    if event.kind in withhold:
        return {"index": event.index, "leaf": leaf_hash(event.leaf()).hex()}
    return event.content()
