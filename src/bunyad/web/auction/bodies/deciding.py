"""What the commission and the agency send and read: opening, result, awards, contracts."""

from __future__ import annotations

from typing import Any

import msgspec

from bunyad.web.auction.bodies.bidding import ApplicationState
from bunyad.web.auction.bodies.calling import CommissionerState
from bunyad.web.auction.bodies.words import Currency, Decimals, Hash, Index, Name, Signature, Text


class SeedCommitment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A commissioner is bound to a seed."""

    commissioner: Name
    sha256: Hash
    signature: Signature


class ShownSeed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A commissioner shows the seed."""

    commissioner: Name
    seed: Hash
    signature: Signature


class GivenShares(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A commissioner's shares of the bids' keys, by index of the bid."""

    commissioner: Name
    envelope: Name
    shares: dict[str, str | None]
    signature: Signature


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An envelope that is to be opened."""

    envelope: Name


class RoomBid(msgspec.Struct, frozen=True, kw_only=True):
    """A bid as the commission sees it after the close."""

    index: int
    time: str
    bidder: str
    lots: list[str]
    status: str
    qualified: bool | None
    offers: dict[str, dict[str, Any] | None]
    """What was offered, by opened envelope."""
    faults: dict[str, str]
    """Why an envelope counts for nothing."""


class EnvelopeState(msgspec.Struct, frozen=True, kw_only=True):
    """How far an envelope is."""

    name: str
    opens: str
    is_open: bool
    given: list[str]
    """Commissioners who gave their shares."""


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """What the commission sees."""

    commissioners: list[CommissionerState]
    threshold: int | None
    committed_seeds: list[str]
    revealed_seeds: list[str]
    envelopes: list[EnvelopeState]
    applications: list[ApplicationState]
    bids: list[RoomBid]
    """Empty before the close."""
    late: int
    appeals: list[AppealState]
    is_cleared: bool


class AppealState(msgspec.Struct, frozen=True, kw_only=True):
    """An appeal and what became of it."""

    index: int
    time: str
    bidder: str
    text: str
    upheld: bool | None
    why: str | None


class ResultState(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules gave."""

    index: int
    """Of the `cleared` event."""
    time: str
    rules_sha256: str
    seed: str
    missing_seeds: list[str]
    result: dict[str, Any]
    """`decisions` explain each bid; `awards` name bids by index; `void` what could not be taken."""


class AwardBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Awards; by default those of the result. Others only after an upheld appeal."""

    awards: list[dict[str, Any]] | None = None


class AppealBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bidder objects."""

    text: Text


class DecisionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An appeal is upheld or turned down."""

    upheld: bool
    why: Text


class ContractBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contract with the bidder of an awarded bid."""

    contract: Name
    bid: Index
    terms: dict[str, Any] = {}


class SecurityBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bond is posted, given back or forfeited."""

    security: Name
    bidder: Name
    act: str
    """`posted`, `released` or `forfeited`."""
    amount: Decimals
    currency: Currency
    why: Text


class MilestoneBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contract's milestone is reached or missed."""

    contract: Name
    milestone: Name
    reached: bool
    why: Text


class SettlementBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A period of a contract is paid; negative amounts go to the state."""

    contract: Name
    period: Name
    amount: Decimals
    currency: Currency
    detail: dict[str, Any] = {}


class Cancellation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The agency ends the auction without awards."""

    why: Text
