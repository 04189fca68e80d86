"""What the call is made of: draft, commission, lots, data room, questions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from bunyad.web.auction.bodies.words import Hash, Lots, Moment, Name, Recipient, Text


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
    plan_id: str | None
    """Plan that the lots were taken from."""
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
