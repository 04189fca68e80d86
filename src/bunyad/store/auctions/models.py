"""Tables of auctions; what counts is the log, other columns only help to find it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bunyad.store.models import Base, new_id, now


class ServerKey(Base):
    """The Ed25519 key by which all servers of this database sign; one row."""

    __tablename__ = "server_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    signing_secret: Mapped[str] = mapped_column(String(200))
    """64 hexadecimal digits, or sealed as `server_key` does it."""
    created: Mapped[datetime] = mapped_column(default=now)


class Auction(Base):
    """An auction, and how far its log is."""

    __tablename__ = "auction"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    """The agency that holds it."""
    plan_id: Mapped[str | None] = mapped_column(ForeignKey("plan.id"))
    """Plan that its lots come from."""
    created: Mapped[datetime] = mapped_column(default=now, index=True)
    size: Mapped[int] = mapped_column(default=0)
    """Number of events."""
    stage: Mapped[str] = mapped_column(String(12), index=True, default="drafted")
    title: Mapped[str] = mapped_column(String(20_000), default="")
    deadline: Mapped[str] = mapped_column(String(24), default="", index=True)
    """As events write it; empty before the call."""


class AuctionEvent(Base):
    """A leaf of a log; rows are added and never changed."""

    __tablename__ = "auction_event"

    auction_id: Mapped[str] = mapped_column(ForeignKey("auction.id"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    time: Mapped[str] = mapped_column(String(24))
    leaf: Mapped[bytes] = mapped_column(LargeBinary)
    """Canonical JSON of the event."""
    leaf_hash: Mapped[str] = mapped_column(String(64))


class TreeHead(Base):
    """A signed head; rows are added and never changed."""

    __tablename__ = "tree_head"

    auction_id: Mapped[str] = mapped_column(ForeignKey("auction.id"), primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class Receipt(Base):
    """A signed receipt of a bid or of its withdrawal."""

    __tablename__ = "auction_receipt"

    auction_id: Mapped[str] = mapped_column(ForeignKey("auction.id"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bidder: Mapped[str] = mapped_column(String(200), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class Commissioner(Base):
    """An account that opens an auction with others, and the public halves of its keys."""

    __tablename__ = "auction_commissioner"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    auction_id: Mapped[str] = mapped_column(ForeignKey("auction.id"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(200))
    recipient: Mapped[str | None] = mapped_column(String(62))
    signing_key: Mapped[str | None] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (
        UniqueConstraint("auction_id", "name"),
        UniqueConstraint(
            "auction_id", "account_id", name="uq_auction_commissioner_auction_id_account_id"
        ),
    )


class Application(Base):
    """A bidder that asks to be found fit."""

    __tablename__ = "auction_application"

    auction_id: Mapped[str] = mapped_column(ForeignKey("auction.id"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    note: Mapped[str] = mapped_column(String(20_000))
    created: Mapped[datetime] = mapped_column(default=now)


class AuctionQuestion(Base):
    """Who asked; the log says only what was asked."""

    __tablename__ = "auction_question"

    auction_id: Mapped[str] = mapped_column(ForeignKey("auction.id"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))


class Document(Base):
    """A file of the data room, or of a bidder's application."""

    __tablename__ = "auction_document"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    auction_id: Mapped[str] = mapped_column(ForeignKey("auction.id"), index=True)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"))
    """Bidder whose application it belongs to; none for the data room, which is for everybody."""
    lot: Mapped[str | None] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created: Mapped[datetime] = mapped_column(default=now)
