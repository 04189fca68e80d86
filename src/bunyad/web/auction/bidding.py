"""The bidder's acts: apply, submit what is sealed, take it back, keep receipts."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from bunyad.auction.events import Event, canonical, digest, time_text
from bunyad.auction.events.checks import bid_rule
from bunyad.errors import InputError
from bunyad.store.auctions import Act, append_event
from bunyad.store.auctions.models import Application, Receipt
from bunyad.store.models import Organisation
from bunyad.web.auction.bodies import (
    ApplicationBody,
    ApplicationState,
    Desk,
    OwnBid,
    QualificationBody,
    ReceiptState,
    SealedBid,
    Withdrawal,
)
from bunyad.web.auction.finding import Seen, as_bidder, as_commission, body_of, do
from bunyad.web.auction.rooms import tell_documents, whole
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.problems import Problem, not_found

LATE_STAGES = ("open", "closed", "opened")


def apply_to_bid(call: Call[Nothing, ApplicationBody]) -> Desk:
    """Ask to be found fit; agency and commission see it, nobody else."""
    seen, bidder = as_bidder(call)
    if seen.state.stage != "open":
        raise Problem(
            409, "not-open", f"The auction is {seen.state.stage}.",
            mend="Apply while the auction is open.",
        )  # fmt: skip
    with call.services.database.begin() as session:
        key = (seen.row.id, call.person.organisation_id)
        kept = session.get(Application, key)
        if kept is None:
            kept = Application(auction_id=key[0], organisation_id=key[1])
            session.add(kept)
        kept.country, kept.note = call.body.country, call.body.note
        session.flush()
        return _desk(session, seen, bidder, call.person.organisation_id)


def list_applications(call: Call[Nothing, Any]) -> list[ApplicationState]:
    """List the bidders that asked to be found fit."""
    seen = as_commission(call, or_agency=True)
    with call.services.database.read() as session:
        return tell_applications(session, seen)


def qualify_bidder(call: Call[Nothing, QualificationBody]) -> list[ApplicationState]:
    """Find a bidder fit, or not, and say why."""
    seen = as_commission(call, or_agency=True)
    actor = "agency" if seen.commissioner is None else f"commissioner:{seen.commissioner}"
    do(call, seen, "qualified", actor, body_of(call.body))
    return list_applications(call)


def get_desk(call: Call[Nothing, Nothing]) -> Desk:
    """Return what a bidder has in an auction; nobody else's."""
    seen, bidder = as_bidder(call)
    with call.services.database.read() as session:
        return _desk(session, seen, bidder, call.person.organisation_id)


def submit_bid(call: Call[Nothing, SealedBid]) -> ReceiptState:
    """Take a sealed bid and give a signed receipt, once it is kept for good."""
    seen, bidder = as_bidder(call)
    body = body_of(call.body)
    most = call.services.settings.largest_bid_kb
    if len(canonical(body)) > most * 1_000:
        raise Problem(413, "too-large", f"The sealed bid has more than {most} kB.")
    try:
        return _receipt(do(call, seen, "bid", f"bidder:{bidder}", body).receipt)
    except InputError:
        _note_late(call, seen, bidder, body)
        raise


def _note_late(call: Call[Any, Any], seen: Seen, bidder: str, body: dict[str, Any]) -> None:
    """Write down that something came after the deadline, and say so."""
    state = seen.state
    is_late = state.call is not None and time_text(call.services.clock()) >= state.call.deadline
    if not is_late or state.stage not in LATE_STAGES or body["bidder"] != bidder:
        return
    late = Act(kind="late", actor="server", body={"sha256": digest(body), "bidder": bidder})
    append_event(
        call.services.database, seen.row.id, late, clock=call.services.clock, known=seen.log
    )
    raise Problem(
        422, "late", f"The deadline was {state.published.deadline}; the bid does not count.",
        mend="It is written down that it came late. Ask the agency if your clock is wrong.",
    )  # fmt: skip


def withdraw_bid(call: Call[Nothing, Withdrawal]) -> ReceiptState:
    """Take back a bid, and give a signed receipt of that."""
    seen, bidder = as_bidder(call)
    return _receipt(do(call, seen, "withdrawn", f"bidder:{bidder}", body_of(call.body)).receipt)


def get_receipt(call: Call[Nothing, Nothing]) -> ReceiptState:
    """Return a receipt again; only to the bidder to whom it was given."""
    seen, bidder = as_bidder(call)
    index = whole(call.path["index"], "receipt")
    with call.services.database.read() as session:
        kept = session.get(Receipt, (seen.row.id, index))
        if kept is None or kept.bidder != bidder:
            raise not_found("receipt")
        return _receipt(kept.content)


def _receipt(content: dict[str, Any] | None) -> ReceiptState:
    return msgspec.convert(content, ReceiptState)


def _desk(session: Session, seen: Seen, bidder: str, organisation: str | None) -> Desk:
    state = seen.state
    rows = session.scalars(
        select(Receipt).where(Receipt.auction_id == seen.row.id, Receipt.bidder == bidder)
    )
    receipts = {row.index: _receipt(row.content) for row in rows}
    taken_back: dict[int, Event] = {
        event.body["bid"]: event for event in seen.log.events if event.kind == "withdrawn"
    }
    is_open = state.stage == "open" and state.qualified.get(bidder) is not False
    return Desk(
        bidder=bidder,
        signing_key=state.bidder_keys.get(bidder),
        application=next(
            (one for one in tell_applications(session, seen, organisation=organisation)), None
        ),
        qualified=state.qualified.get(bidder),
        bids=[
            OwnBid(
                index=bid.index, time=bid.time, lots=list(bid.body["lots"]), status=bid.status,
                receipt=receipts[bid.index],
                withdrawal=(
                    receipts[taken_back[bid.index].index] if bid.index in taken_back else None
                ),
                awards=[dict(one) for one in state.awards if one["bid"] == bid.index],
            )
            for bid in state.bids.values()
            if bid.bidder == bidder
        ],
        may_submit=is_open,
        may_replace=is_open and bid_rule(state, "replacement", "latest") != "none",
        may_withdraw=is_open and bid_rule(state, "withdrawal", "until_deadline") != "none",
    )  # fmt: skip


def tell_applications(
    session: Session, seen: Seen, *, organisation: str | None = None
) -> list[ApplicationState]:
    """Return the applications of an auction, or that of one organisation."""
    wanted = (
        select(Application, Organisation)
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(Application.auction_id == seen.row.id)
        .order_by(Application.created, Organisation.name)
    )
    if organisation is not None:
        wanted = wanted.where(Application.organisation_id == organisation)
    return [
        ApplicationState(
            bidder=owner.name,
            country=kept.country,
            note=kept.note,
            created=kept.created,
            qualified=seen.state.qualified.get(owner.name),
            documents=tell_documents(session, seen.row.id, organisation=owner.id),
        )
        for kept, owner in session.execute(wanted).all()
    ]
