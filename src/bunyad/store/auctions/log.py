"""
The log of an auction in the database.

An event is appended in one transaction that holds the auction's lock: what is there is folded,
the event is admitted or refused, and it is kept together with the new signed head and the receipt.
Nothing is handed out before the transaction is kept for good, so that a receipt that was given is
of an event that is there after any crash; and of two servers one waits for the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bunyad.auction.events import (
    AuctionState,
    Event,
    apply,
    read_canonical,
    standing_bids,
    time_text,
)
from bunyad.auction.seal import MerkleTree, admit, leaf_hash, make_head, make_receipt
from bunyad.errors import InputError
from bunyad.store.auctions.models import Auction, AuctionEvent, Receipt, TreeHead
from bunyad.store.auctions.server_key import server_secret
from bunyad.store.database import Database
from bunyad.store.models import now as utc_now

WITH_RECEIPT = ("bid", "withdrawn")
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """An auction's log as it was at one moment."""

    events: tuple[Event, ...]
    state: AuctionState
    tree: MerkleTree
    """Nobody appends to it."""

    def closing_root(self) -> str:
        """Return the root of the log up to and with the close, in hexadecimal."""
        assert self.state.closed_index is not None
        return self.tree.root(self.state.closed_index + 1).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What an append gives: the event, the head over it, and the receipt of a bid."""

    event: Event
    head: dict[str, Any]
    receipt: dict[str, Any] | None
    state: AuctionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody wants to do in an auction."""

    kind: str
    actor: str
    body: Mapping[str, Any]


def read_log(session: Session, auction: str, *, known: Log | None = None) -> Log | None:
    """
    Return the log of an auction, or None if it has no events.

    Parameters
    ----------
    session
        The database.
    auction
        Id of the auction.
    known
        The log as it was read before, so that only what came since is read.
    """
    start = () if known is None else known.events
    state = None if known is None else known.state
    rows = session.execute(
        select(AuctionEvent.leaf, AuctionEvent.leaf_hash)
        .where(AuctionEvent.auction_id == auction, AuctionEvent.index >= len(start))
        .order_by(AuctionEvent.index)
    ).all()
    if not rows:
        return known
    more = tuple(Event(**read_canonical(leaf)) for leaf, _ in rows)
    for event in more:
        state = apply(state, event)
    assert state is not None
    hashes = [] if known is None else [known.tree.leaf(index) for index in range(len(start))]
    tree = MerkleTree([*hashes, *(bytes.fromhex(found) for _, found in rows)])
    return Log(events=start + more, state=state, tree=tree)


def start_auction(
    database: Database,
    auction: Auction,
    act: Act,
    *,
    clock: Clock = utc_now,
    also: Callable[[Session, Event], None] | None = None,
) -> Added:
    """
    Keep a new auction together with its draft, or keep nothing.

    Raises
    ------
    InputError
        As `bunyad.auction.seal.admit`.
    """
    with database.begin() as session:
        session.add(auction)
        session.flush()
        added = _append(session, auction.id, act, clock)
        if also is not None:
            also(session, added.event)
    return added


def append_event(
    database: Database,
    auction: str,
    act: Act | Callable[[Log], Act],
    *,
    clock: Clock = utc_now,
    known: Log | None = None,
    also: Callable[[Session, Event], None] | None = None,
) -> Added:
    """
    Append an event, or refuse it and keep nothing.

    Parameters
    ----------
    database
        Where the auction is.
    auction
        Its id.
    act
        What is done, and by whom; or what gives it for the log as it is once it is locked.
    clock
        Gives the present time; it is asked once the auction is locked.
    known
        The log as it was read before, if it was.
    also
        What else is kept in the same transaction.

    Returns
    -------
    Added
        Only after all of it is kept for good.

    Raises
    ------
    InputError
        As `bunyad.auction.seal.admit`, and where there is no such auction.
    """
    with database.begin() as session:
        added = _append(session, auction, act, clock, known)
        if also is not None:
            also(session, added.event)
    return added


def close_due(database: Database, auction: str, *, clock: Clock = utc_now) -> bool:
    """
    Close an auction whose deadline has passed; tell whether this call closed it.

    Parameters
    ----------
    database
        Where the auction is.
    auction
        Its id.
    clock
        Gives the present time; it is asked once the auction is locked.
    """
    with database.begin() as session:
        row = _lock(session, auction)
        is_due = row.stage == "open" and bool(row.deadline) and time_text(clock()) >= row.deadline
        if is_due:
            log = read_log(session, auction)
            assert log is not None
            body = {"bids": len(standing_bids(log.state))}
            _append(session, auction, Act(kind="closed", actor="server", body=body), clock)
        return is_due


def _append(
    session: Session,
    auction: str,
    act: Act | Callable[[Log], Act],
    clock: Clock,
    known: Log | None = None,
) -> Added:
    """Admit an event and keep it with its head and its receipt."""
    row, secret = _lock(session, auction), server_secret(session)
    log = read_log(session, auction, known=known)
    state = None if log is None else log.state
    if not isinstance(act, Act):
        assert log is not None, "an auction begins with its draft"
        act = act(log)
    # Another server's clock may be ahead of this one's; the log's time never goes back.
    now = max(time_text(clock()), "" if state is None else state.time)
    event = Event(auction=auction, index=row.size, time=now, kind=act.kind, actor=act.actor,
                  body=act.body)  # fmt: skip
    admit(state, event, now)
    leaf = event.leaf()
    before = () if log is None else (log.tree.leaf(index) for index in range(event.index))
    tree = MerkleTree([*before, leaf_hash(leaf)])
    head = make_head(auction, tree, time=now, signing_secret=secret)
    session.add_all([
        AuctionEvent(auction_id=auction, index=event.index, kind=event.kind, time=now, leaf=leaf,
                     leaf_hash=leaf_hash(leaf).hex()),
        TreeHead(auction_id=auction, size=len(tree), content=head),
    ])  # fmt: skip
    receipt = None
    if event.kind in WITH_RECEIPT:
        receipt = make_receipt(event, tree, head, secret)
        session.add(
            Receipt(auction_id=auction, index=event.index, bidder=event.name, content=receipt)
        )
    after = apply(state, event)
    row.size, row.stage, row.title = after.size, after.stage, after.title
    row.deadline = after.call.deadline if after.call else ""
    session.flush()
    return Added(event=event, head=head, receipt=receipt, state=after)


def _lock(session: Session, auction: str) -> Auction:
    """Return an auction that nobody else appends to until this transaction ends."""
    # SQLite's transactions that write take the whole file's lock when they begin.
    row = session.get(Auction, auction, with_for_update=True)
    if row is None:
        raise InputError(
            f"there is no auction {auction!r}", where="auction", mend="list the auctions"
        )
    return row
