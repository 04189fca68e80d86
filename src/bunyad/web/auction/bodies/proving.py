"""What proofs are asked by and what they say: tree heads, leaves, verification, red flags."""

from __future__ import annotations

import msgspec

from bunyad.web.auction.bodies.words import Index


class FlagState(msgspec.Struct, frozen=True, kw_only=True):
    """A pattern to look at; never a proof."""

    id: str
    kind: str
    lot: str
    """Empty: of the whole auction."""
    strength: str
    """`weak`, `medium` or `strong`."""
    bidders: list[str]
    events: list[int]
    figures: dict[str, str]
    what: str
    proves_not: str


class HeadState(msgspec.Struct, frozen=True, kw_only=True):
    """A signed tree head."""

    auction: str
    size: int
    root: str
    time: str
    signature: str


class GrowthQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Between which sizes of the log."""

    old: Index
    size: Index | None = None
    """By default all events."""


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that the log only grew."""

    old: HeadState
    new: HeadState
    proof: list[str]


class LeafQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which event, under which head."""

    index: Index
    size: Index | None = None
    """By default all events."""


class Inclusion(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that an event is in the log."""

    index: int
    leaf: str
    head: HeadState
    proof: list[str]


class CheckState(msgspec.Struct, frozen=True, kw_only=True):
    """One check of a record."""

    name: str
    ok: bool | None
    """None where it could not be looked at."""
    text: str
    index: int | None
    """Event at fault."""


class VerificationState(msgspec.Struct, frozen=True, kw_only=True):
    """What a record says when it is replayed."""

    auction: str
    ok: bool
    is_complete: bool
    checks: list[CheckState]
