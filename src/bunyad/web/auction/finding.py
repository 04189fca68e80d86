"""Which auctions somebody may see, and as whom they act in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from bunyad.auction.events import AuctionState, Event, time_text
from bunyad.store.auctions import Act, Added, Log, append_event, close_due, read_log
from bunyad.store.auctions.models import Auction, Commissioner
from bunyad.store.models import Organisation
from bunyad.web.endpoint import Call
from bunyad.web.problems import Problem, not_found
from bunyad.web.rights import PLANNERS, Person, Role
from bunyad.web.services import Services, record

MOST_LOGS = 16
"""Logs that are kept in memory; the longest unused one is let go first."""
SECRET_KINDS = ("bid", "withdrawn")
"""Kinds that the audit log does not tell of: nobody learns early who bids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An auction as it was read for somebody."""

    row: Auction
    log: Log
    is_own: bool
    """Whether they act as the agency."""
    commissioner: str | None
    """Name under which they are of the commission."""
    bidder: str | None
    """Name under which they bid."""

    @property
    def state(self) -> AuctionState:
        """State of the auction."""
        return self.log.state


def may_see(person: Person) -> ColumnElement[bool]:
    """Return the condition on auctions that somebody may see: published, or their own."""
    ways: list[ColumnElement[bool]] = [Auction.deadline != ""]
    if person.role is Role.ADMIN:
        ways.append(true())
    elif person.role is Role.PLANNER:
        ways.append(Auction.organisation_id == person.organisation_id)
    elif person.role is Role.COMMISSION:
        ways.append(
            Auction.id.in_(
                select(Commissioner.auction_id).where(Commissioner.account_id == person.id)
            )
        )
    return or_(*ways)


def is_own(person: Person, auction: Auction) -> bool:
    """Tell whether somebody acts as the agency of an auction."""
    of_agency = auction.organisation_id == person.organisation_id
    return person.role is Role.ADMIN or (person.role in PLANNERS and of_agency)


def see_auction(call: Call[Any, Any]) -> Seen:
    """
    Return the auction of a request as it is now; one whose deadline has passed is closed first.

    Raises
    ------
    Problem
        404 where it is not there, or not for them: the two look the same from outside.
    """
    services, key = call.services, call.path["auction"]
    with services.database.read() as session:
        row = _row(session, call.person, key)
    if row.stage == "open" and row.deadline <= time_text(services.clock()):
        close_due(services.database, key, clock=services.clock)
    with services.database.read() as session:
        row = _row(session, call.person, key)
        log = known_log(services, session, row)
        return Seen(
            row=row,
            log=log,
            is_own=is_own(call.person, row),
            commissioner=_commissioner(session, call.person, key),
            bidder=_bidder(session, call.person),
        )


def known_log(services: Services, session: Session, row: Auction) -> Log:
    """Return the log of an auction; what was read before is not read again."""
    logs: dict[str, Log] = services.cache.setdefault("auction-logs", {})
    log = logs.pop(row.id, None)
    if log is None or len(log.events) < row.size:
        log = read_log(session, row.id, known=log)
    assert log is not None, "an auction is kept together with its draft"
    logs[row.id] = log
    while len(logs) > MOST_LOGS:
        logs.pop(next(iter(logs)), None)
    return log


def as_agency(call: Call[Any, Any]) -> Seen:
    """
    Return the auction of a request whose asker has to act as its agency.

    Raises
    ------
    Problem
        404 where they may not see it; 403 where another organisation holds it.
    """
    seen = see_auction(call)
    if not seen.is_own:
        raise Problem(
            403, "not-allowed", "Another organisation holds this auction.",
            mend="Ask the agency that drafted it.",
        )  # fmt: skip
    return seen


def as_commission(call: Call[Any, Any], *, or_agency: bool = False) -> Seen:
    """
    Return the auction of a request whose asker has to be of its commission.

    Raises
    ------
    Problem
        404 where they may not see it; 403 where they are not of the commission.
    """
    seen = see_auction(call)
    if seen.commissioner is None and not (or_agency and seen.is_own):
        raise Problem(
            403, "not-allowed", "You are not of the commission of this auction.",
            mend="Ask its agency to invite you.",
        )  # fmt: skip
    return seen


def as_bidder(call: Call[Any, Any]) -> tuple[Seen, str]:
    """Return the auction of a request and the name under which its asker bids."""
    seen = see_auction(call)
    assert seen.bidder is not None, "endpoints of bidders are for bidders"
    return seen, seen.bidder


def do(
    call: Call[Any, Any],
    seen: Seen,
    kind: str,
    actor: str,
    body: Mapping[str, Any] | Callable[[Log], Mapping[str, Any]],
    *,
    also: Callable[[Session, Event], None] | None = None,
) -> Added:
    """
    Append what somebody does to the log, and write it into the audit log.

    Raises
    ------
    InputError
        As `bunyad.auction.seal.admit`.
    Problem
        429 after too many acts.
    """
    settings = call.services.settings
    call.services.limits.count(f"auction:{call.person.id}", settings.auction_acts_per_minute)

    def keep(session: Session, event: Event) -> None:
        if kind not in SECRET_KINDS:
            record(session, call.person, f"auction.{kind}", seen.row.id, index=event.index)
        if also is not None:
            also(session, event)

    act = (
        (lambda log: Act(kind=kind, actor=actor, body=body(log)))
        if callable(body)
        else Act(kind=kind, actor=actor, body=body)
    )
    return append_event(
        call.services.database, seen.row.id, act,
        clock=call.services.clock, known=seen.log, also=keep,
    )  # fmt: skip


def body_of(content: msgspec.Struct) -> dict[str, Any]:
    """Return the body of an event from the body of a request."""
    body: dict[str, Any] = msgspec.to_builtins(content)
    return body


def _row(session: Session, person: Person, key: str) -> Auction:
    row = session.scalars(select(Auction).where(Auction.id == key, may_see(person))).one_or_none()
    if row is None:
        raise not_found("auction")
    return row


def _commissioner(session: Session, person: Person, key: str) -> str | None:
    if person.role is not Role.COMMISSION:
        return None
    return session.scalars(
        select(Commissioner.name).where(
            Commissioner.auction_id == key, Commissioner.account_id == person.id
        )
    ).one_or_none()


def _bidder(session: Session, person: Person) -> str | None:
    """Return the name of a bidder: that of the organisation."""
    if person.role is not Role.BIDDER:
        return None
    return session.get_one(Organisation, person.organisation_id).name
