"""Who may do what and when: whether an event may follow a state."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from bunyad.auction.events.canonical import digest
from bunyad.auction.events.event import Event, check_body, check_time
from bunyad.auction.events.law import KINDS, refuse
from bunyad.auction.events.state import (
    AuctionState,
    Body,
    Call,
    bids_to_open,
    needs_seeds,
    standing_bids,
)


def may_append(state: AuctionState | None, event: Event, now: str) -> None:
    """
    Refuse an event that may not follow the state.

    Signatures are not looked at here, but in `bunyad.auction.seal`.

    Parameters
    ----------
    state
        State so far; None before the first event.
    event
        What is to be appended.
    now
        The server's clock, as `time_text` writes it.

    Raises
    ------
    InputError
        Where it says `rule NAME`, one of `RULES`.
    """
    check_time(event.time, where=f"event {event.index}")
    check_body(event.kind, event.body, where=f"event {event.index}")
    if event.time > now:
        refuse("order", f"its time {event.time} is after now, {now}")
    if state is None:
        if event.kind != "drafted" or event.index != 0 or event.role != "agency":
            refuse("first", f"event {event.index} is {event.kind} by {event.actor}")
        _check_lots(event)
        return
    _check_place(state, event)
    _CHECKS.get(event.kind, _pass)(state, event)


def _check_place(state: AuctionState, event: Event) -> None:
    """Refuse an event of another auction, out of order, of the wrong stage or by the wrong one."""
    if event.auction != state.auction:
        refuse("order", f"it is of auction {event.auction!r}, this is {state.auction!r}")
    if event.index != state.size:
        refuse("order", f"its index is {event.index}, the next is {state.size}")
    if event.time < state.time:
        refuse("order", f"its time {event.time} is before the last event's, {state.time}")
    stages, roles = KINDS.get(event.kind, ((), ()))
    if state.stage not in stages:
        refuse("when", f"{event.kind} is not for an auction that is {state.stage}")
    if event.role not in roles:
        refuse("who", f"{event.actor!r} may not do {event.kind}")
    for role in ("bidder", "commissioner"):
        named = event.body.get(role)
        if event.role == role and (not event.name or named not in (None, event.name)):
            refuse("who", f"{event.actor!r} acts in the name of {named!r}")
    if event.role == "commissioner" and (
        state.call is None or event.name not in state.published.names
    ):
        refuse("who", f"{event.name!r} is not of the commission")


def _pass(_: AuctionState, __: Event) -> None:
    """Nothing more is asked."""


def _check_lots(event: Event) -> None:
    ids = [lot["id"] for lot in event.body["lots"]]
    if len(set(ids)) != len(ids):
        refuse("lots", "two lots have the same id")


def _published(state: AuctionState, event: Event) -> None:
    body = event.body
    members = body["commissioners"]
    for field in ("name", "recipient", "signing_key"):
        if len({member[field] for member in members}) != len(members):
            refuse("call", f"two commissioners have the same {field}")
    if body["threshold"] > len(members):
        refuse("call", f"{body['threshold']} of {len(members)} commissioners cannot be")
    if body["deadline"] <= event.time:
        refuse("call", "the deadline has passed")
    _check_opening(body["opening"], body["deadline"])
    _check_named(state.rules, body["opening"])


def _check_named(rules: Body, opening: Mapping[str, str]) -> None:
    """Refuse envelopes other than the rules name, if they name any."""
    form = rules.get("bids")
    listed = form.get("envelopes") if isinstance(form, dict) else None
    parts = listed if isinstance(listed, list) else []
    names = {str(part.get("name")) for part in parts if isinstance(part, dict)}
    if names and names != set(opening):
        refuse("call", f"the rules have the envelopes {', '.join(sorted(names))}")


def _check_opening(opening: dict[str, str], deadline: str) -> None:
    if min(opening.values()) < deadline:
        refuse("call", "an envelope would be opened before the deadline")


def _amended(state: AuctionState, event: Event) -> None:
    body = event.body
    if body.get("lots") is not None:
        _check_lots(event)
        gone = {lot for _, lot in state.held} - {lot["id"] for lot in body["lots"]}
        if gone:
            refuse("amend", f"there are bids for {', '.join(sorted(gone))}")
    if body.get("rules") is not None and state.bids:
        refuse("amend", "there are bids under these rules")
    deadline, opening = body.get("deadline"), body.get("opening")
    if state.call is None:
        if deadline is not None or opening is not None:
            refuse("amend", "there is no deadline yet")
        return
    if event.time >= state.call.deadline:
        refuse("deadline", "the deadline has passed")
    if deadline is not None and deadline < state.call.deadline:
        refuse("amend", f"{deadline} is before the deadline so far, {state.call.deadline}")
    if opening is not None and set(opening) != set(state.call.opening):
        refuse("amend", "the envelopes are others")
    _check_opening({**state.call.opening, **(opening or {})}, deadline or state.call.deadline)
    _check_named(body.get("rules") or state.rules, state.call.opening)


def _qualified(state: AuctionState, _: Event) -> None:
    if state.shares.get(state.published.last_envelope):
        refuse("qualify", "shares of the last envelope have been given")


def _seed_committed(state: AuctionState, event: Event) -> None:
    if event.time >= state.published.deadline:
        refuse("deadline", "the deadline has passed")
    if event.body["commissioner"] in state.committed_seeds:
        refuse("seeds", f"{event.name} is bound to a seed already")


def _bid(state: AuctionState, event: Event) -> None:
    body, call = event.body, state.published
    if event.time >= call.deadline:
        refuse("deadline", f"it came at {event.time}, the deadline was {call.deadline}")
    if state.qualified.get(body["bidder"]) is False:
        refuse("unfit", f"{body['bidder']} was found unfit")
    if state.bidder_keys.get(body["bidder"], body["signing_key"]) != body["signing_key"]:
        refuse("key", f"{body['bidder']} has bid with another key before")
    strange = sorted(set(body["lots"]) - set(state.lot_ids))
    if strange or len(set(body["lots"])) != len(body["lots"]):
        refuse("lots", f"{strange or body['lots']} are no lots of this call, or named twice")
    _check_envelopes(call, event)
    if body["nonce"] in state.nonces:
        refuse("one-bid", "this sealed bid was handed in before")
    replaced = _check_replaced(state, event)
    for lot in body["lots"]:
        holder = state.held.get((body["bidder"], lot))
        if holder not in (None, replaced):
            refuse("one-bid", f"{body['bidder']} has bid {holder} for {lot}")


def _check_envelopes(call: Call, event: Event) -> None:
    envelopes = event.body["envelopes"]
    if set(envelopes) != set(call.opening):
        refuse("envelopes", f"it has {sorted(envelopes)}, asked are {sorted(call.opening)}")
    for name, sealed in envelopes.items():
        if len(sealed["shares"]) != len(call.commissioners):
            refuse("envelopes", f"{name} has {len(sealed['shares'])} shares")


def _check_replaced(state: AuctionState, event: Event) -> int | None:
    """Return the index of the bid that is replaced, if it may be."""
    index: int | None = event.body["replaces"]
    if index is None:
        return None
    if bid_rule(state, "replacement", "latest") == "none":
        refuse("replace", "the rules let no bid be replaced")
    old = state.bids.get(index)
    if old is None or old.status != "standing" or old.bidder != event.body["bidder"]:
        refuse("replace", f"{event.body['bidder']} has no standing bid {index}")
    return index


def bid_rule(state: AuctionState, name: str, default: str) -> str:
    """Return what the rules say of bids under a name: `replacement`, `withdrawal`."""
    rules = state.rules.get("bids")
    return str(rules.get(name, default)) if isinstance(rules, dict) else default


def _withdrawn(state: AuctionState, event: Event) -> None:
    if event.time >= state.published.deadline:
        refuse("deadline", "the deadline has passed")
    if bid_rule(state, "withdrawal", "until_deadline") == "none":
        refuse("withdraw", "the rules let no bid be withdrawn")
    bid = state.bids.get(event.body["bid"])
    if bid is None or bid.status != "standing" or bid.bidder != event.body["bidder"]:
        refuse("withdraw", f"{event.name} has no standing bid {event.body['bid']}")


def _late(state: AuctionState, event: Event) -> None:
    if event.time < state.published.deadline:
        refuse("deadline", "the deadline has not passed")


def _closed(state: AuctionState, event: Event) -> None:
    if event.time < state.published.deadline:
        refuse("deadline", f"the deadline is {state.published.deadline}")
    count = len(standing_bids(state))
    if event.body["bids"] != count:
        refuse("count", f"it tells of {event.body['bids']} bids, {count} stand")


def _share_given(state: AuctionState, event: Event) -> None:
    body, call = event.body, state.published
    name = body["envelope"]
    _check_turn(state, name, event.time)
    given = state.shares.get(name, {})
    if event.name in given:
        refuse("shares", f"{event.name} has given the shares of {name} already")
    bids = {str(bid.index): bid for bid in bids_to_open(state, name)}
    if set(body["shares"]) != set(bids):
        refuse("shares", "they are not those of the bids to be opened")
    position = call.position(event.name)
    for index, share in body["shares"].items():
        promised = bids[index].body["envelopes"][name]["shares"][position]["sha256"]
        if share is not None and hashlib.sha256(bytes.fromhex(share)).hexdigest() != promised:
            refuse("shares", f"the share of bid {index} is not the one that the bidder sealed")
    would_open = name == call.last_envelope and len(given) + 1 >= call.threshold
    if would_open and needs_seeds(state) and len(state.revealed_seeds) < call.threshold:
        refuse("seeds", f"{call.threshold} seeds have to be shown before the last opening")


def _check_turn(state: AuctionState, envelope: str, time: str) -> None:
    """Refuse an envelope that is unknown, open, or not yet to be opened."""
    call = state.published
    if envelope not in call.opening or envelope in state.opened:
        refuse("opening", f"{envelope!r} is no envelope that is still shut")
    if time < call.opening[envelope]:
        refuse("shares", f"{envelope} opens at {call.opening[envelope]}")
    before = call.envelopes[: call.envelopes.index(envelope)]
    if any(name not in state.opened for name in before):
        refuse("opening", f"{', '.join(before)} come first")


def _seed_revealed(state: AuctionState, event: Event) -> None:
    call, name = state.published, event.body["commissioner"]
    promised = state.committed_seeds.get(name)
    if promised is None or name in state.revealed_seeds:
        refuse("seeds", f"{name} has no seed to show")
    if hashlib.sha256(bytes.fromhex(event.body["seed"])).hexdigest() != promised:
        refuse("seeds", f"the seed of {name} is not the one committed")
    if len(state.shares.get(call.last_envelope, {})) >= call.threshold:
        refuse("seeds", "the last envelope can be opened already")


def _opened(state: AuctionState, event: Event) -> None:
    name = event.body["envelope"]
    _check_turn(state, name, event.time)
    bids = [bid.index for bid in bids_to_open(state, name)]
    given = len(state.shares.get(name, {}))
    if bids and given < state.published.threshold:
        refuse("opening", f"{given} of {state.published.threshold} have given their shares")
    if [entry["bid"] for entry in event.body["bids"]] != bids:
        refuse("opening", "it does not tell of every bid, in order")
    if any((entry["offer"] is None) == (entry["fault"] is None) for entry in event.body["bids"]):
        refuse("opening", "an entry has an offer or a fault, one of both")


def missing_seeds(state: AuctionState) -> list[str]:
    """Return the commissioners who bound themselves to a seed and did not show it."""
    names = state.published.names
    return [n for n in names if n in state.committed_seeds and n not in state.revealed_seeds]


def _cleared(state: AuctionState, event: Event) -> None:
    if event.body["rules_sha256"] != digest(state.rules):
        refuse("result", "it is of other rules")
    if event.body["missing_seeds"] != missing_seeds(state):
        refuse("result", f"seeds are missing of {missing_seeds(state)}")


def valid_bids(state: AuctionState) -> tuple[int, ...]:
    """Return the bids of which every envelope was opened and held an offer."""
    indices = [bid.index for bid in standing_bids(state)]
    return tuple(
        index
        for index in indices
        if all(
            state.opened.get(name, {}).get(index, {}).get("offer") is not None
            for name in state.published.opening
        )
    )


def _awarded(state: AuctionState, event: Event) -> None:
    if state.stage == "awarded" and True not in state.appeals.values():
        refuse("awards", "there are awards, and no appeal was upheld")
    void = {award["bid"] for award in event.body["awards"]} - set(valid_bids(state))
    if void:
        refuse("awards", f"bids {sorted(void)} cannot win")


def _contracted(state: AuctionState, event: Event) -> None:
    body = event.body
    if None in state.appeals.values():
        refuse("refers", "an appeal is not decided")
    if body["contract"] in state.contracts:
        refuse("refers", f"there is a contract {body['contract']!r} already")
    if body["bid"] not in {award["bid"] for award in state.awards}:
        refuse("refers", f"bid {body['bid']} was not awarded")


def _security(state: AuctionState, event: Event) -> None:
    body, last = event.body, state.securities.get(event.body["security"])
    if (body["act"] == "posted") != (last is None) or last in ("released", "forfeited"):
        refuse("refers", f"security {body['security']!r} is {last or 'not posted'}")


def _answer(state: AuctionState, event: Event) -> None:
    if event.body["question"] not in state.questions:
        refuse("refers", f"there is no question {event.body['question']}")


def _appeal(state: AuctionState, event: Event) -> None:
    if event.name not in state.bidder_keys and event.name not in state.qualified:
        refuse("refers", f"{event.name} has not bid")


def _appeal_decided(state: AuctionState, event: Event) -> None:
    if state.appeals.get(event.body["appeal"], False) is not None:
        refuse("refers", f"there is no open appeal {event.body['appeal']}")


def _of_contract(state: AuctionState, event: Event) -> None:
    body = event.body
    if body["contract"] not in state.contracts:
        refuse("refers", f"there is no contract {body['contract']!r}")
    if (body["contract"], body.get("period")) in state.settled:
        refuse("refers", f"{body['period']} is settled already")


_CHECKS: dict[str, Callable[[AuctionState, Event], None]] = {
    "published": _published,
    "answer": _answer,
    "amended": _amended,
    "qualified": _qualified,
    "tie_seed_committed": _seed_committed,
    "bid": _bid,
    "withdrawn": _withdrawn,
    "late": _late,
    "closed": _closed,
    "share_given": _share_given,
    "tie_seed_revealed": _seed_revealed,
    "opened": _opened,
    "cleared": _cleared,
    "awarded": _awarded,
    "appeal": _appeal,
    "appeal_decided": _appeal_decided,
    "contracted": _contracted,
    "security": _security,
    "milestone": _of_contract,
    "settled": _of_contract,
}
