"""The commission's acts: seeds, shares, opening, clearing; and what it sees."""

from __future__ import annotations

from typing import Any

from bunyad.auction.events import Event, digest, missing_seeds
from bunyad.auction.seal import clear_opened, draw_seed, open_envelope, opened_bids
from bunyad.store.auctions import Log
from bunyad.web.auction.bidding import tell_applications
from bunyad.web.auction.bodies import (
    AppealState,
    EnvelopeState,
    GivenShares,
    Opening,
    ResultState,
    Room,
    RoomBid,
    SeedCommitment,
    ShownSeed,
)
from bunyad.web.auction.finding import Seen, as_commission, body_of, do, see_auction
from bunyad.web.auction.telling import tell_commission
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.problems import Problem, not_found


def get_room(call: Call[Nothing, Any]) -> Room:
    """Return what commission and agency see; bids only after the close."""
    seen = as_commission(call, or_agency=True)
    state = seen.state
    with call.services.database.read() as session:
        commissioners = tell_commission(session, call.person, seen.row.id)
        applications = tell_applications(session, seen)
    return Room(
        commissioners=commissioners,
        threshold=state.call.threshold if state.call else None,
        committed_seeds=list(state.committed_seeds),
        revealed_seeds=list(state.revealed_seeds),
        envelopes=_envelopes(seen),
        applications=applications,
        bids=[] if state.closed_index is None else _bids(seen),
        late=len(state.late),
        appeals=tell_appeals(seen),
        is_cleared=state.cleared is not None,
    )


def _envelopes(seen: Seen) -> list[EnvelopeState]:
    call = seen.state.call
    return [
        EnvelopeState(
            name=name, opens=call.opening[name], is_open=name in seen.state.opened,
            given=list(seen.state.shares.get(name, {})),
        )
        for name in (call.envelopes if call else ())
        if call is not None
    ]  # fmt: skip


def _bids(seen: Seen) -> list[RoomBid]:
    """Return the bids of an auction that is closed."""
    state = seen.state
    opened = {
        index: {name: found[index] for name, found in state.opened.items() if index in found}
        for index in state.bids
    }
    return [
        RoomBid(
            index=bid.index, time=bid.time, bidder=bid.bidder, lots=list(bid.body["lots"]),
            status=bid.status, qualified=state.qualified.get(bid.bidder),
            offers={name: entry["offer"] for name, entry in opened[bid.index].items()},
            faults={
                name: entry["fault"] for name, entry in opened[bid.index].items()
                if entry["fault"] is not None
            },
        )
        for bid in state.bids.values()
    ]  # fmt: skip


def tell_appeals(seen: Seen) -> list[AppealState]:
    """Return the appeals of an auction, oldest first."""
    decided: dict[int, Event] = {
        event.body["appeal"]: event
        for event in seen.log.events
        if event.kind == "appeal_decided"
    }  # fmt: skip
    return [
        AppealState(
            index=index,
            time=seen.log.events[index].time,
            bidder=seen.log.events[index].body["bidder"],
            text=seen.log.events[index].body["text"],
            upheld=upheld,
            why=decided[index].body["why"] if index in decided else None,
        )
        for index, upheld in seen.state.appeals.items()
    ]


def commit_seed(call: Call[Nothing, SeedCommitment]) -> Room:
    """Bind a commissioner to a seed for the draw between equal bids."""
    return _act(call, "tie_seed_committed")


def reveal_seed(call: Call[Nothing, ShownSeed]) -> Room:
    """Take the seed that a commissioner shows."""
    return _act(call, "tie_seed_revealed")


def give_shares(call: Call[Nothing, GivenShares]) -> Room:
    """Take a commissioner's shares of the bids' keys."""
    return _act(call, "share_given")


def _act(call: Call[Any, Any], kind: str) -> Room:
    seen = as_commission(call)
    do(call, seen, kind, f"commissioner:{seen.commissioner}", body_of(call.body))
    return get_room(call)


def open_bids(call: Call[Nothing, Opening]) -> Room:
    """Open an envelope of every bid with the shares that were given."""
    seen = as_commission(call, or_agency=True)
    envelope = call.body.envelope

    def found(log: Log) -> dict[str, Any]:
        # Under the lock: another share would change what the shares given so far show.
        if log.state.call is None or envelope not in log.state.published.opening:
            raise not_found("envelope")
        return open_envelope(log.state, envelope)

    do(call, seen, "opened", "server", found)
    return get_room(call)


def clear_auction(call: Call[Nothing, Nothing]) -> ResultState:
    """Let the rules decide; everybody may replay it from the record."""
    seen = as_commission(call, or_agency=True)
    if seen.state.stage != "opened":
        raise Problem(
            409, "not-opened", f"The auction is {seen.state.stage}.",
            mend="Clear it once, after the last envelope is open.",
        )  # fmt: skip
    do(call, seen, "cleared", "server", _clearing(seen))
    return get_result(call)


def _clearing(seen: Seen) -> dict[str, Any]:
    """Return the body of the `cleared` event; what it comes from is fixed once all is open."""
    state = seen.state
    seed = draw_seed(state, seen.log.closing_root())
    return {
        "rules_sha256": digest(state.rules),
        "seed": seed,
        "missing_seeds": missing_seeds(state),
        "result": clear_opened(state.rules, opened_bids(state), seed),
    }


def get_result(call: Call[Nothing, Nothing]) -> ResultState:
    """Return what the rules gave, with every bid explained."""
    seen = see_auction(call)
    for event in seen.log.events:
        if event.kind == "cleared":
            return ResultState(index=event.index, time=event.time, **event.body)
    raise not_found("result yet")
