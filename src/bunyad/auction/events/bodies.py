"""What the body of each kind of event holds; kinds stand in the order of an auction's life."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^\S(.{0,198}\S)?$")]
Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Signature = Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]
Hex = Annotated[str, Field(pattern=r"^([0-9a-f]{2})+$", max_length=512)]
Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=2_000_000)]
Decimals = Annotated[str, Field(pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$", max_length=40)]
Index = Annotated[int, Field(ge=0)]


class Body(BaseModel):
    """A body takes no other fields than those named."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class LotBody(Body):
    """A lot: its id, and whatever else the call says of it."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)
    id: Name


class Drafted(Body):
    """The agency has written the rules and the lots."""

    title: Text
    rules: dict[str, Any]
    lots: Annotated[list[LotBody], Field(min_length=1)]


class Commissioner(Body):
    """A member of the commission: age recipient and Ed25519 key, both public."""

    name: Name
    recipient: Annotated[str, Field(pattern=r"^age1[02-9ac-hj-np-z]{58}$")]
    signing_key: Hash


class Published(Body):
    """The call: who opens, how many of them it takes, and when."""

    commissioners: Annotated[list[Commissioner], Field(min_length=2, max_length=255)]
    threshold: Annotated[int, Field(ge=2)]
    deadline: Moment
    opening: Annotated[dict[Name, Moment], Field(min_length=1)]
    server_key: Hash


class Question(Body):
    """Somebody asks; everybody reads the answer."""

    text: Text
    lot: Name | None = None


class Answer(Body):
    """The agency answers the question at an index."""

    question: Index
    text: Text


class Amended(Body):
    """The agency changes the call; what is not named stays."""

    why: Text
    deadline: Moment | None = None
    opening: dict[Name, Moment] | None = None
    lots: Annotated[list[LotBody], Field(min_length=1)] | None = None
    rules: dict[str, Any] | None = None


class Qualified(Body):
    """A bidder is found fit, or not."""

    bidder: Name
    qualified: bool
    why: Text


class TieSeedCommitted(Body):
    """A commissioner binds himself to a seed that he will show after the close."""

    commissioner: Name
    sha256: Hash
    signature: Signature


class ShareBody(Body):
    """A share of an envelope's key, encrypted to one commissioner, and the share's hash."""

    age: Base64
    sha256: Hash


class Sealed(Body):
    """An envelope: an age file, its own recipient, and the shares of that recipient's key."""

    recipient: Annotated[str, Field(pattern=r"^age1[02-9ac-hj-np-z]{58}$")]
    payload: Base64
    payload_sha256: Hash
    shares: list[ShareBody]


class BidBody(Body):
    """A sealed bid: nothing of the offer can be read from it."""

    bidder: Name
    signing_key: Hash
    lots: Annotated[list[Name], Field(min_length=1)]
    nonce: Hash
    replaces: Index | None
    envelopes: Annotated[dict[Name, Sealed], Field(min_length=1)]
    signature: Signature


class Withdrawn(Body):
    """A bidder takes back the bid at an index."""

    bidder: Name
    bid: Index
    signature: Signature


class Late(Body):
    """Something came after the deadline; only its hash is kept."""

    sha256: Hash
    bidder: Name | None = None


class Closed(Body):
    """The deadline has passed; so many bids stand."""

    bids: Index


class ShareGiven(Body):
    """A commissioner gives his share of each bid's key, null where he cannot read it."""

    commissioner: Name
    envelope: Name
    shares: dict[Annotated[str, Field(pattern=r"^(0|[1-9][0-9]*)$")], Hex | None]
    signature: Signature


class TieSeedRevealed(Body):
    """A commissioner shows his seed."""

    commissioner: Name
    seed: Hash
    signature: Signature


class OpenedBid(Body):
    """What one envelope held, or why it counts for nothing."""

    bid: Index
    offer: dict[str, Any] | None
    fault: str | None


class Opened(Body):
    """An envelope of every bid is open."""

    envelope: Name
    bids: list[OpenedBid]


class Cleared(Body):
    """The rules gave a result."""

    rules_sha256: Hash
    seed: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
    missing_seeds: list[Name]
    result: dict[str, Any]


class Award(Body):
    """A bid that won, with whatever the result says of it."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)
    bid: Index


class Awarded(Body):
    """The agency awards."""

    awards: list[Award]


class Appeal(Body):
    """A bidder objects."""

    bidder: Name
    text: Text


class AppealDecided(Body):
    """The appeal at an index is upheld or turned down."""

    appeal: Index
    upheld: bool
    why: Text


class Contracted(Body):
    """A contract with the bidder of an awarded bid is signed."""

    contract: Name
    bid: Index
    terms: dict[str, Any]


class Security(Body):
    """A bond is posted, given back or forfeited."""

    security: Name
    bidder: Name
    act: Literal["posted", "released", "forfeited"]
    amount: Decimals
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    why: Text


class Milestone(Body):
    """A contract's milestone is reached or missed."""

    contract: Name
    milestone: Name
    reached: bool
    why: Text


class Settled(Body):
    """A period of a contract is paid; negative amounts go to the state."""

    contract: Name
    period: Name
    amount: Decimals
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    detail: dict[str, Any]


class Cancelled(Body):
    """The agency ends the auction without awards."""

    why: Text


BODIES: dict[str, type[Body]] = {
    "drafted": Drafted,
    "published": Published,
    "question": Question,
    "answer": Answer,
    "amended": Amended,
    "qualified": Qualified,
    "tie_seed_committed": TieSeedCommitted,
    "bid": BidBody,
    "withdrawn": Withdrawn,
    "late": Late,
    "closed": Closed,
    "share_given": ShareGiven,
    "tie_seed_revealed": TieSeedRevealed,
    "opened": Opened,
    "cleared": Cleared,
    "awarded": Awarded,
    "appeal": Appeal,
    "appeal_decided": AppealDecided,
    "contracted": Contracted,
    "security": Security,
    "milestone": Milestone,
    "settled": Settled,
    "cancelled": Cancelled,
}
