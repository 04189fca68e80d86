"""The life of a lot in plain words, each moment with its place in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bunyad.auction.events import AuctionState, Event, apply
from bunyad.auction.publish.offers import award_lots, names_are_open, rule, winning
from bunyad.auction.publish.words import words
from bunyad.errors import InputError

NAMING = ("bid", "withdrawn", "late", "qualified", "security", "appeal", "appeal_decided")
"""Kinds that tell who bids; shown once the names are public."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing in the life of a lot."""

    index: int
    """Index of the event in the log."""
    time: str
    kind: str
    who: str
    text: str


def timeline(events: Iterable[Event], lot: str, language: str = "en") -> tuple[Moment, ...]:
    """
    Return the life of a lot, as far as the public may know it.

    Who bids, and what came of them, is told once the first envelope is open; before that there is
    nothing of any bid. Who asked a question is never told.

    Parameters
    ----------
    events
        The auction's events from the first on.
    lot
        Id of the lot.
    language
        `en` or `az`.

    Raises
    ------
    InputError
        If the auction never had the lot, or the language no catalogue.
    """
    kept = tuple(events)
    states: list[AuctionState] = []
    for event in kept:
        states.append(apply(states[-1] if states else None, event))
    if not any(lot in state.lot_ids for state in states):
        raise InputError(
            f"there is no lot {lot!r}",
            where="lot",
            mend=f"choose from {', '.join(states[-1].lot_ids) if states else 'no lots'}",
        )
    if all(state.call is None for state in states):
        return ()
    public = names_are_open(states[-1])
    return tuple(
        _moment(state, event, lot, language)
        for state, event in zip(states, kept, strict=True)
        if _concerns(state, event, lot) and (public or event.kind not in NAMING)
    )


def _concerns(state: AuctionState, event: Event, lot: str) -> bool:
    """Tell whether an event is of the lot, or of all lots."""
    body = event.body
    match event.kind:
        case "bid":
            return lot in body["lots"]
        case "withdrawn":
            return lot in state.bids[body["bid"]].body["lots"]
        case "question" | "answer":
            question = state.questions.get(body.get("question", event.index), {})
            return question.get("lot") in (None, lot)
        case "qualified" | "security" | "appeal":
            return _bids_for(state, body["bidder"], lot)
        case "contracted" | "milestone" | "settled":
            bid = state.bids.get(state.contracts[body["contract"]]["bid"])
            return bid is None or lot in bid.body["lots"]
    return True


def _bids_for(state: AuctionState, bidder: str, lot: str) -> bool:
    return any(bid.bidder == bidder and lot in bid.body["lots"] for bid in state.bids.values())


def _moment(state: AuctionState, event: Event, lot: str, language: str) -> Moment:
    ending, values = _TOLD.get(event.kind, _plain)(state, event, lot)
    key = f"moment-{event.kind}-{ending}" if ending else f"moment-{event.kind}"
    role = "public" if event.kind == "question" else event.role
    name = "" if event.kind == "question" else event.name
    who = words(f"actor-{role}", language)
    return Moment(
        index=event.index,
        time=event.time,
        kind=event.kind,
        who=f"{who} {name}".strip(),
        text=words(key, language, values),
    )


Told = tuple[str, dict[str, Any]]


def _plain(_: AuctionState, event: Event, __: str) -> Told:
    """Fill in what the body holds as it stands."""
    return "", {
        key: value
        for key, value in {"name": event.name, **event.body}.items()
        if isinstance(value, str | int)
    }


def _published(state: AuctionState, _: Event, __: str) -> Told:
    call = state.published
    members = len(call.commissioners)
    return "", {
        "deadline": moment_text(call.deadline),
        "threshold": call.threshold,
        "members": members,
    }


def _amended(_: AuctionState, event: Event, __: str) -> Told:
    why = event.body["why"].rstrip(".") + "."
    deadline = event.body.get("deadline")
    if deadline is None:
        return "", {"why": why}
    return "deadline", {"why": why, "deadline": moment_text(deadline)}


def _bid(_: AuctionState, event: Event, __: str) -> Told:
    replaced = event.body["replaces"]
    if replaced is None:
        return "", {"name": event.body["bidder"]}
    return "replaced", {"name": event.body["bidder"], "replaced": replaced}


def _late(_: AuctionState, event: Event, __: str) -> Told:
    name = event.body.get("bidder")
    return ("", {"name": name}) if name else ("unknown", {})


def _qualified(_: AuctionState, event: Event, __: str) -> Told:
    body = event.body
    return "" if body["qualified"] else "not", {"name": body["bidder"], "why": body["why"]}


def _opened(state: AuctionState, event: Event, lot: str) -> Told:
    entries = [
        entry
        for entry in event.body["bids"]
        if entry["bid"] in state.bids and lot in state.bids[entry["bid"]].body["lots"]
    ]
    good = sum(entry["offer"] is not None for entry in entries)
    return "", {"envelope": event.body["envelope"], "good": good, "bids": len(entries)}


def _won(state: AuctionState, _: Event, lot: str) -> Told:
    """Return who won the lot; of several winners each with its price."""
    found = [(bid.bidder, award) for award, bid in winning(state) if lot in award_lots(award, bid)]
    if not found:
        return "", {}
    return "won", {
        "name": ", ".join(dict.fromkeys(name for name, _ in found)),
        "price": ", ".join(dict.fromkeys(str(award.get("price", "?")) for _, award in found)),
        "unit": str(rule(state.rules, "price", "unit", default="")),
    }


def _named(_: AuctionState, event: Event, __: str) -> Told:
    return "", {**event.body, "name": event.body["bidder"]}


def _decided(_: AuctionState, event: Event, __: str) -> Told:
    body = event.body
    values = {"appeal": body["appeal"], "why": body["why"]}
    return ("upheld" if body["upheld"] else ""), values


def _contracted(state: AuctionState, event: Event, _: str) -> Told:
    bid = state.bids.get(event.body["bid"])
    return "", {"contract": event.body["contract"], "name": bid.bidder if bid else "?"}


def _security(_: AuctionState, event: Event, __: str) -> Told:
    body = event.body
    ending = "" if body["act"] == "posted" else body["act"]
    return ending, {**body, "name": body["bidder"]}


def _milestone(_: AuctionState, event: Event, __: str) -> Told:
    return "" if event.body["reached"] else "missed", dict(event.body)


def _settled(_: AuctionState, event: Event, __: str) -> Told:
    body, amount = event.body, Decimal(event.body["amount"])
    values = {"period": body["period"], "currency": body["currency"], "amount": str(abs(amount))}
    return "back" if amount < 0 else "", {**values, "contract": body["contract"]}


def moment_text(time: str) -> str:
    """
    Return a time as people read it.

    Examples
    --------
    >>> moment_text("2026-11-22T10:00:00.000Z")
    '2026-11-22 10:00 UTC'
    """
    return f"{time[:10]} {time[11:16]} UTC"


_TOLD: dict[str, Callable[[AuctionState, Event, str], Told]] = {
    "published": _published,
    "amended": _amended,
    "bid": _bid,
    "late": _late,
    "qualified": _qualified,
    "opened": _opened,
    "cleared": _won,
    "awarded": _won,
    "appeal": _named,
    "appeal_decided": _decided,
    "contracted": _contracted,
    "security": _security,
    "milestone": _milestone,
    "settled": _settled,
}
