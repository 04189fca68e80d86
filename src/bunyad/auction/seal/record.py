"""The public record of an auction: one file that holds all that anyone needs to replay it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from bunyad.auction.events import (
    AuctionState,
    Event,
    canonical,
    fold,
    read_canonical,
    read_event,
)
from bunyad.auction.seal.merkle import leaf_hash
from bunyad.errors import InputError

FORMAT = "bunyad-auction-record-1"
FIELDS = {"format", "auction", "server_key", "events", "heads", "receipts"}
UNTIL_OPENING = ("bid", "withdrawn", "qualified", "late")
"""Kinds that a record withholds before the opening, so that nobody learns who bids."""
OF_THE_CALL = ("drafted", "published", "amended")
"""Kinds that make the call, all that a bidder needs."""


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


def read_call(record: bytes) -> AuctionState:
    """
    Return the call in a record: rules, lots, commission and times, without what was done since.

    Raises
    ------
    InputError
        If it is no record, or nothing is published in it.
    """
    return _fold([event for event in _read_events(record) if event.kind in OF_THE_CALL])


def read_state(record: bytes) -> AuctionState:
    """
    Return the state that a record leads to; `verify_record` says whether it is true.

    Raises
    ------
    InputError
        If it is no record, or some of its events are withheld.
    """
    return _fold(_read_events(record, every=True))


def _fold(events: list[Event]) -> AuctionState:
    state = fold(events) if events and events[0].kind == "drafted" else None
    if state is None or state.call is None:
        raise _fault("it holds no published call")
    return state


def _read_events(record: bytes, *, every: bool = False) -> list[Event]:
    """Return the events that are shown."""
    content = read_canonical(record)
    events = content.get("events") if isinstance(content, dict) else None
    if not isinstance(events, list) or not all(isinstance(item, dict) for item in events):
        raise _fault("it is no record")
    shown = [item for item in events if "leaf" not in item]
    if every and len(shown) < len(events):
        raise _fault("some of its events are withheld")
    return [read_event(item) for item in shown]


def _fault(what: str) -> InputError:
    return InputError(what, where="record", mend="fetch the auction's record.json again")
