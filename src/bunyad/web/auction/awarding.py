"""After the result: awards, appeals, contracts, securities, milestones, settlement."""

from __future__ import annotations

from typing import Any

from bunyad.auction.events import canonical
from bunyad.errors import InputError
from bunyad.web.auction.bodies import (
    AppealBody,
    AppealState,
    AuctionState,
    AwardBody,
    ContractBody,
    DecisionBody,
    Deed,
    MilestoneBody,
    SecurityBody,
    SettlementBody,
)
from bunyad.web.auction.drafting import auction_now
from bunyad.web.auction.finding import Seen, as_agency, as_bidder, as_commission, body_of, do
from bunyad.web.auction.opening import tell_appeals
from bunyad.web.auction.rooms import whole
from bunyad.web.endpoint import Call, Nothing

DEEDS = ("contracted", "security", "milestone", "settled")


def award_lots(call: Call[Nothing, AwardBody]) -> AuctionState:
    """Award what the result says; something else only after an appeal was upheld."""
    seen = as_agency(call)
    result = seen.state.cleared["result"]["awards"] if seen.state.cleared else []
    awards = result if call.body.awards is None else call.body.awards
    if True not in seen.state.appeals.values() and canonical(awards) != canonical(result):
        raise InputError(
            "these are not the awards of the result",
            where="body.awards",
            mend="leave them out; other awards need an appeal that was upheld",
        )
    do(call, seen, "awarded", "agency", {"awards": awards})
    return auction_now(call)


def appeal(call: Call[Nothing, AppealBody]) -> list[AppealState]:
    """Object to what was done."""
    seen, bidder = as_bidder(call)
    body = {"bidder": bidder, "text": call.body.text}
    do(call, seen, "appeal", f"bidder:{bidder}", body)
    return list_appeals(call)


def list_appeals(call: Call[Nothing, Any]) -> list[AppealState]:
    """List one's own appeals; commission and agency see all."""
    seen = as_somebody(call)
    is_let_in = seen.is_own or seen.commissioner is not None
    return [one for one in tell_appeals(seen) if is_let_in or one.bidder == seen.bidder]


def as_somebody(call: Call[Any, Any]) -> Seen:
    """Return the auction for a bidder, for its commission or for its agency."""
    if call.person.role == "bidder":
        return as_bidder(call)[0]
    return as_commission(call, or_agency=True)


def decide_appeal(call: Call[Nothing, DecisionBody]) -> list[AppealState]:
    """Uphold an appeal or turn it down."""
    seen = as_commission(call, or_agency=True)
    actor = "agency" if seen.commissioner is None else f"commissioner:{seen.commissioner}"
    number = whole(call.path["appeal"], "appeal")
    do(call, seen, "appeal_decided", actor, {"appeal": number, **body_of(call.body)})
    return list_appeals(call)


def sign_contract(call: Call[Nothing, ContractBody]) -> list[Deed]:
    """Write down a contract with the bidder of an awarded bid."""
    return _note(call, "contracted")


def note_security(call: Call[Nothing, SecurityBody]) -> list[Deed]:
    """Write down that a bond is posted, given back or forfeited."""
    return _note(call, "security")


def note_milestone(call: Call[Nothing, MilestoneBody]) -> list[Deed]:
    """Write down that a contract's milestone is reached or missed."""
    return _note(call, "milestone")


def settle_period(call: Call[Nothing, SettlementBody]) -> list[Deed]:
    """Write down that a period of a contract is paid."""
    return _note(call, "settled")


def _note(call: Call[Any, Any], kind: str) -> list[Deed]:
    do(call, as_agency(call), kind, "agency", body_of(call.body))
    return list_deeds(call)


def list_deeds(call: Call[Nothing, Nothing]) -> list[Deed]:
    """List contracts, securities, milestones and settlements for the agency."""
    return [
        Deed(
            index=one.index, kind=one.kind, time=one.time, actor=one.actor, body=dict(one.body)
        )
        for one in as_agency(call).log.events
        if one.kind in DEEDS
    ]  # fmt: skip
