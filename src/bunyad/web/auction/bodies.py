"""What requests about auctions carry and what answers give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

Name = Annotated[str, msgspec.Meta(pattern=r"^\S(.{0,198}\S)?$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
Moment = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Signature = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}$")]
Recipient = Annotated[str, msgspec.Meta(pattern=r"^age1[02-9ac-hj-np-z]{58}$")]
Decimals = Annotated[str, msgspec.Meta(pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$", max_length=40)]
Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
Index = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Lots = Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1)]
"""Lots; each has an `id`, and whatever else the call says of it. No floats: decimals are texts."""


class AuctionQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which auctions to list."""

    cursor: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    stage: str = ""


class LotQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which lots to list: of one auction, or of all that are published."""

    cursor: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    auction: str = ""


class LanguageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """In which language words are."""

    language: str = "en"


class CommissionerState(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the commission."""

    name: str
    recipient: str | None
    """Age recipient; none until the keys are given."""
    signing_key: str | None
    is_me: bool
    """Whether it is the one who asks."""


class AuctionState(msgspec.Struct, frozen=True, kw_only=True):
    """An auction as the one who asks may see it."""

    id: str
    title: str
    stage: str
    """`drafted`, `open`, `closed`, `opened`, `cleared`, `awarded`, `contracted`, `cancelled`."""
    agency: str
    """Name of the organisation that holds it."""
    plan_id: str | None
    created: datetime
    size: int
    """Number of events in the log."""
    time: str
    """Time of the last event."""
    now: str
    """The server's clock."""
    rules: dict[str, Any]
    lots: list[dict[str, Any]]
    deadline: str | None
    opening: dict[str, str]
    """Opening time by envelope; empty before the call."""
    opened: list[str]
    """Envelopes that are open."""
    threshold: int | None
    commissioners: list[CommissionerState]
    server_key: str
    bids: int | None
    """Number of standing bids; none until the close, unless the rules make it public."""
    awards: list[dict[str, Any]]
    contracts: list[dict[str, Any]]
    is_own: bool
    """Whether the one who asks acts as the agency."""
    is_commissioner: bool
    bidder: str | None
    """Name under which the one who asks would bid."""


class AuctionRow(msgspec.Struct, frozen=True, kw_only=True):
    """An auction in a list."""

    id: str
    title: str
    stage: str
    agency: str
    deadline: str | None
    lots: int
    created: datetime
    is_own: bool
    is_commissioner: bool


class AuctionPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of auctions."""

    items: list[AuctionRow]
    next: str | None
    """Cursor of the next page."""


class AuctionDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An auction to be drafted."""

    title: Text
    rules: dict[str, Any]
    """The rules document as JSON; decimals are texts."""
    lots: Lots
    plan: str | None = None
    """Plan that the lots come from."""


class Amendment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of the draft or of the call; what is not named stays."""

    why: Text
    deadline: Moment | None = None
    opening: dict[str, Moment] | None = None
    lots: Lots | None = None
    rules: dict[str, Any] | None = None


class InvitedCommissioner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is to open the bids with others."""

    email: Annotated[str, msgspec.Meta(min_length=3, max_length=320)]
    """E-mail address of an account whose role is commission."""
    name: Name | None = None
    """Name in the call; by default that of the account."""


class CommissionerKeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The public halves of a commissioner's keys."""

    recipient: Recipient
    signing_key: Hash


class Publication(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The call; the commissioners are those who were invited and gave their keys."""

    threshold: Annotated[int, msgspec.Meta(ge=2, le=255)]
    deadline: Moment
    opening: dict[str, Moment]
    """Opening time by envelope."""


class LotRow(msgspec.Struct, frozen=True, kw_only=True):
    """A lot in a list or on the map."""

    auction: str
    title: str
    """Title of the auction."""
    stage: str
    deadline: str | None
    lot: dict[str, Any]
    """As drafted; `place` is `{"lon": "46.6", "lat": "39.8"}` where it is known."""


class LotPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of lots."""

    items: list[LotRow]
    next: str | None


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """An event as everybody may see it by now."""

    index: int
    kind: str
    time: str
    actor: str
    body: dict[str, Any]


class QuestionState(msgspec.Struct, frozen=True, kw_only=True):
    """A question and its answer."""

    index: int
    """Of the question's event."""
    text: str
    lot: str | None
    time: str
    answer: str | None
    answered: str | None
    """Time of the answer."""
    is_mine: bool


class DocumentState(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the data room or of an application."""

    id: str
    name: str
    size: int
    sha256: str
    lot: str | None
    created: datetime
    bidder: str | None
    """Bidder whose application it belongs to; none in the data room."""


class LotState(msgspec.Struct, frozen=True, kw_only=True):
    """One lot with its time line."""

    auction: AuctionState
    lot: dict[str, Any]
    deeds: list[Deed]
    """Events of the auction that touch the lot, oldest first."""
    questions: list[QuestionState]
    documents: list[DocumentState]
    awards: list[dict[str, Any]]


class FileQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Name of an uploaded file, and the lot it is about."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] = "file"
    lot: Annotated[str, msgspec.Meta(max_length=200)] = ""


class AskedQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question; the log tells what was asked and not who."""

    text: Text
    lot: Name | None = None


class GivenAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer."""

    text: Text


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
