"""What bidders send and read: applications, sealed bids, receipts, the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from bunyad.web.auction.bodies.calling import DocumentState
from bunyad.web.auction.bodies.words import Hash, Index, Name, Signature, Text


class ApplicationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bidder asks to be found fit."""

    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
    """ISO 3166-1 alpha-2."""
    note: Annotated[str, msgspec.Meta(max_length=20_000)] = ""


class ApplicationState(msgspec.Struct, frozen=True, kw_only=True):
    """A bidder that asked to be found fit."""

    bidder: str
    country: str
    note: str
    created: datetime
    qualified: bool | None
    documents: list[DocumentState]


class QualificationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bidder is found fit, or not."""

    bidder: Name
    qualified: bool
    why: Text


class SealedBid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sealed bid, as `bunyad auction seal` and the page make it."""

    bidder: Name
    signing_key: Hash
    lots: Annotated[list[str], msgspec.Meta(min_length=1)]
    nonce: Hash
    replaces: Index | None
    envelopes: dict[str, dict[str, Any]]
    signature: Signature


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bidder takes back a bid."""

    bidder: Name
    bid: Index
    signature: Signature


class ReceiptState(msgspec.Struct, frozen=True, kw_only=True):
    """A signed receipt; to be kept by the bidder."""

    auction: str
    index: int
    time: str
    leaf: str
    proof: list[str]
    head: dict[str, Any]
    signature: str


class OwnBid(msgspec.Struct, frozen=True, kw_only=True):
    """A bid of one's own; what was offered is not known here."""

    index: int
    time: str
    lots: list[str]
    status: str
    """`standing`, `replaced` or `withdrawn`."""
    receipt: ReceiptState
    withdrawal: ReceiptState | None = None
    """Receipt of its withdrawal."""
    awards: list[dict[str, Any]]


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """What a bidder sees of its own."""

    bidder: str
    signing_key: str | None
    """Key of its bids so far; the next has to be signed by the same."""
    application: ApplicationState | None
    qualified: bool | None
    bids: list[OwnBid]
    may_submit: bool
    may_replace: bool
    may_withdraw: bool
