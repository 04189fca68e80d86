"""An auction, its lots and its log as each reader may see them by now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bunyad.auction.events import Event, standing_bids, time_text
from bunyad.auction.seal import UNTIL_OPENING, public_key
from bunyad.store.auctions import server_secret
from bunyad.store.auctions.models import Auction, Commissioner
from bunyad.store.models import Organisation
from bunyad.web.auction.bodies import AuctionRow, AuctionState, CommissionerState, Deed
from bunyad.web.auction.finding import Seen, is_own
from bunyad.web.endpoint import Call
from bunyad.web.rights import Person

WITHHELD = (*UNTIL_OPENING, "security", "appeal", "appeal_decided")
"""Kinds of which only the hash is told before the first opening: they name bidders."""
HEAVY = {"envelopes", "shares", "rules", "lots", "result", "signature"}
"""Fields of events that a time line leaves to the record."""


def withheld_from(seen: Seen) -> tuple[str, ...]:
    """Return the kinds of event of which the asker may know only the hash by now."""
    state = seen.state
    if state.opened:
        return ()
    # Commissioners need what is sealed, so that they can open it; but not before the close.
    is_let_in = seen.commissioner is not None and state.closed_index is not None
    return () if is_let_in else WITHHELD


def tell_auction(session: Session, call: Call[Any, Any], seen: Seen) -> AuctionState:
    """Return an auction as the one who asks may see it."""
    state, published = seen.state, seen.state.call
    return AuctionState(
        id=state.auction,
        title=state.title,
        stage=state.stage,
        agency=agency_of(session, seen.row),
        plan_id=seen.row.plan_id,
        created=seen.row.created,
        size=state.size,
        time=state.time,
        now=time_text(call.services.clock()),
        rules=dict(state.rules),
        lots=[dict(lot) for lot in state.lots],
        deadline=published.deadline if published else None,
        opening=dict(published.opening) if published else {},
        opened=list(state.opened),
        threshold=published.threshold if published else None,
        commissioners=tell_commission(session, call.person, seen.row.id),
        server_key=public_key(server_secret(session)),
        bids=_count_bids(seen),
        awards=[dict(award) for award in state.awards],
        contracts=[dict(contract) for contract in state.contracts.values()],
        is_own=seen.is_own,
        is_commissioner=seen.commissioner is not None,
        bidder=seen.bidder,
    )


def _count_bids(seen: Seen) -> int | None:
    """Return the number of standing bids where it may be told."""
    rules = seen.state.rules.get("bids")
    is_public = isinstance(rules, dict) and rules.get("count_is_public") is True
    if seen.state.call is None or (seen.state.closed_index is None and not is_public):
        return None
    return len(standing_bids(seen.state))


def tell_commission(session: Session, person: Person, auction: str) -> list[CommissionerState]:
    """Return the members of a commission, in the order of their shares."""
    return [
        CommissionerState(
            name=one.name, recipient=one.recipient, signing_key=one.signing_key,
            is_me=one.account_id == person.id,
        )
        for one in commission_rows(session, auction)
    ]  # fmt: skip


def commission_rows(session: Session, auction: str) -> list[Commissioner]:
    """Return the members of a commission, in the order in which they were invited."""
    return list(
        session.scalars(
            select(Commissioner)
            .where(Commissioner.auction_id == auction)
            .order_by(Commissioner.created, Commissioner.id)
        )
    )


def tell_row(session: Session, person: Person, auction: Auction, *, lots: int) -> AuctionRow:
    """Return an auction as it stands in a list."""
    members = {one.account_id for one in commission_rows(session, auction.id)}
    return AuctionRow(
        id=auction.id,
        title=auction.title,
        stage=auction.stage,
        agency=agency_of(session, auction),
        deadline=auction.deadline or None,
        lots=lots,
        plan_id=auction.plan_id,
        created=auction.created,
        is_own=is_own(person, auction),
        is_commissioner=person.id in members,
    )


def agency_of(session: Session, auction: Auction) -> str:
    """Return the name of the organisation that holds an auction."""
    return session.get_one(Organisation, auction.organisation_id).name


def tell_deeds(seen: Seen, lot: str) -> list[Deed]:
    """Return the events that touch a lot, as the asker may see them, without what is heavy."""
    hidden = withheld_from(seen)
    return [
        Deed(
            index=event.index,
            kind=event.kind,
            time=event.time,
            actor=event.actor,
            body=_light(seen, event, lot),
        )
        for event in seen.log.events
        if event.kind not in hidden and _touches(seen, event, lot)
    ]


def _touches(seen: Seen, event: Event, lot: str) -> bool:
    """Tell whether an event is about a lot, or about all of them."""
    find = _LOTS_OF.get(event.kind)
    lots = None if find is None else find(seen, event.body)
    return lots is None or lot in lots


def _of_bid(seen: Seen, body: Mapping[str, Any]) -> list[str] | None:
    """Return the lots of the bid that a body names."""
    bid = seen.state.bids.get(body["bid"])
    return None if bid is None else list(bid.body["lots"])


def _of_contract(seen: Seen, body: Mapping[str, Any]) -> list[str] | None:
    """Return the lots of the contract that a body names."""
    return _of_bid(seen, seen.state.contracts[body["contract"]])


_LOTS_OF: dict[str, Callable[[Seen, Mapping[str, Any]], list[str] | None]] = {
    "question": lambda _, body: [body["lot"]] if body.get("lot") else None,
    "answer": lambda seen, body: (
        [lot] if (lot := seen.state.questions[body["question"]].get("lot")) else None
    ),
    "bid": lambda _, body: list(body["lots"]),
    "withdrawn": _of_bid,
    "contracted": _of_bid,
    "milestone": _of_contract,
    "settled": _of_contract,
}
"""Lots that an event is about, by kind; None for all."""


def _light(seen: Seen, event: Event, lot: str) -> dict[str, Any]:
    """Return the body of an event as a time line of one lot tells it."""
    body = {key: value for key, value in event.body.items() if key not in HEAVY}
    if event.kind == "opened":
        body["bids"] = [one for one in body["bids"] if lot in (_of_bid(seen, one) or ())]
    if event.kind == "awarded":
        body["awards"] = [one for one in body["awards"] if lot in lots_of_award(seen, one)]
    return body


def lots_of_award(seen: Seen, award: Mapping[str, Any]) -> list[str]:
    """Return the lot that an award names, or all lots of its bid."""
    named = award.get("lot")
    return [named] if named else _of_bid(seen, award) or []
