"""The state of an auction: a fold over its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bunyad.auction.events.event import Event

Stage = Literal[
    "drafted", "open", "closed", "opened", "cleared", "awarded", "contracted", "cancelled"
]
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What was published: who opens, how many it takes, and when."""

    commissioners: tuple[Body, ...]
    threshold: int
    deadline: str
    opening: Mapping[str, str]
    server_key: str

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the commissioners, in the order of their shares."""
        return tuple(member["name"] for member in self.commissioners)

    @property
    def envelopes(self) -> tuple[str, ...]:
        """Names of the envelopes, first to last opened."""
        return tuple(sorted(self.opening, key=lambda name: (self.opening[name], name)))

    @property
    def last_envelope(self) -> str:
        """Envelope that opens last; that of the prices, where there are several."""
        return self.envelopes[-1]

    def position(self, name: str) -> int:
        """Return which share is a commissioner's, from 0."""
        return self.names.index(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedBid:
    """A sealed bid in the log, and whether it still stands."""

    index: int
    time: str
    body: Body
    status: Literal["standing", "replaced", "withdrawn"] = "standing"

    @property
    def bidder(self) -> str:
        """Who bids."""
        return str(self.body["bidder"])


@dataclass(frozen=True, slots=True, kw_only=True)
class AuctionState:
    """
    Where an auction stands after some of its events.

    Dicts keyed by a number have the index of the event that made the entry. Nobody changes them:
    each event makes a new state.
    """

    auction: str
    size: int
    time: str
    stage: Stage
    title: str
    rules: Body
    lots: tuple[Body, ...]
    call: Call | None = None
    questions: Mapping[int, Body] = field(default_factory=dict)
    answers: Mapping[int, Body] = field(default_factory=dict)
    qualified: Mapping[str, bool] = field(default_factory=dict)
    bids: Mapping[int, LoggedBid] = field(default_factory=dict)
    bidder_keys: Mapping[str, str] = field(default_factory=dict)
    nonces: frozenset[str] = frozenset()
    held: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Standing bid of a bidder for a lot."""
    late: tuple[Body, ...] = ()
    closed_index: int | None = None
    committed_seeds: Mapping[str, str] = field(default_factory=dict)
    revealed_seeds: Mapping[str, str] = field(default_factory=dict)
    shares: Mapping[str, Mapping[str, Body]] = field(default_factory=dict)
    """Shares by envelope, commissioner and index of the bid."""
    opened: Mapping[str, Mapping[int, Body]] = field(default_factory=dict)
    """What each envelope held, by index of the bid."""
    cleared: Body | None = None
    awards: tuple[Body, ...] = ()
    appeals: Mapping[int, bool | None] = field(default_factory=dict)
    contracts: Mapping[str, Body] = field(default_factory=dict)
    securities: Mapping[str, str] = field(default_factory=dict)
    settled: frozenset[tuple[str, str]] = frozenset()

    @property
    def published(self) -> Call:
        """The call; only for states that have one."""
        assert self.call is not None
        return self.call

    @property
    def lot_ids(self) -> tuple[str, ...]:
        """Ids of the lots, as drafted."""
        return tuple(str(lot["id"]) for lot in self.lots)


def standing_bids(state: AuctionState) -> tuple[LoggedBid, ...]:
    """Return the bids that are neither replaced nor withdrawn, in the order of the log."""
    return tuple(bid for bid in state.bids.values() if bid.status == "standing")


def bids_to_open(state: AuctionState, envelope: str) -> tuple[LoggedBid, ...]:
    """
    Return the bids of which an envelope is opened.

    The last envelope of a bidder who was found unfit stays shut for ever.
    """
    shut = envelope == state.published.last_envelope
    return tuple(
        bid
        for bid in standing_bids(state)
        if not (shut and state.qualified.get(bid.bidder) is False)
    )


def needs_seeds(state: AuctionState) -> bool:
    """Tell whether enough commissioners bound themselves to a seed for lots to be drawn."""
    return len(state.committed_seeds) >= state.published.threshold


def fold(events: Iterable[Event]) -> AuctionState:
    """
    Return the state after events that are in order; `may_append` says whether they are.

    Raises
    ------
    ValueError
        If there are no events.
    """
    state: AuctionState | None = None
    for event in events:
        state = apply(state, event)
    if state is None:
        raise ValueError("an auction has at least one event")
    return state


def apply(state: AuctionState | None, event: Event) -> AuctionState:
    """Return the state after one more event."""
    if state is None:
        body = event.body
        return AuctionState(
            auction=event.auction,
            size=1,
            time=event.time,
            stage="drafted",
            title=body["title"],
            rules=body["rules"],
            lots=tuple(body["lots"]),
        )
    changes = _CHANGES.get(event.kind, _nothing)(state, event)
    return replace(state, size=event.index + 1, time=event.time, **changes)


Changes = dict[str, Any]


def _nothing(_: AuctionState, __: Event) -> Changes:
    """Milestones and the like are only kept."""
    return {}


def _published(_: AuctionState, event: Event) -> Changes:
    body = event.body
    call = Call(
        commissioners=tuple(body["commissioners"]),
        threshold=body["threshold"],
        deadline=body["deadline"],
        opening=body["opening"],
        server_key=body["server_key"],
    )
    return {"stage": "open", "call": call}


def _amended(state: AuctionState, event: Event) -> Changes:
    body = event.body
    named = {key: body[key] for key in ("deadline", "opening") if body.get(key) is not None}
    changes: Changes = {} if state.call is None else {"call": replace(state.call, **named)}
    if body.get("lots") is not None:
        changes["lots"] = tuple(body["lots"])
    if body.get("rules") is not None:
        changes["rules"] = body["rules"]
    return changes


def _bid(state: AuctionState, event: Event) -> Changes:
    body, bids, held = event.body, dict(state.bids), dict(state.held)
    old = body["replaces"]
    if old is not None:
        bids[old] = replace(bids[old], status="replaced")
        held = _released(held, bids[old])
    bids[event.index] = LoggedBid(index=event.index, time=event.time, body=body)
    held.update({(body["bidder"], lot): event.index for lot in body["lots"]})
    return {
        "bids": bids,
        "held": held,
        "bidder_keys": {**state.bidder_keys, body["bidder"]: body["signing_key"]},
        "nonces": state.nonces | {body["nonce"]},
    }


def _withdrawn(state: AuctionState, event: Event) -> Changes:
    bids = dict(state.bids)
    index = event.body["bid"]
    bids[index] = replace(bids[index], status="withdrawn")
    return {"bids": bids, "held": _released(dict(state.held), bids[index])}


def _released(held: dict[tuple[str, str], int], bid: LoggedBid) -> dict[tuple[str, str], int]:
    """Return who holds which lot without one bid."""
    for lot in bid.body["lots"]:
        held.pop((bid.bidder, lot), None)
    return held


def _share_given(state: AuctionState, event: Event) -> Changes:
    body = event.body
    given = {**state.shares.get(body["envelope"], {}), body["commissioner"]: body["shares"]}
    return {"shares": {**state.shares, body["envelope"]: given}}


def _opened(state: AuctionState, event: Event) -> Changes:
    body = event.body
    found = {entry["bid"]: entry for entry in body["bids"]}
    opened = {**state.opened, body["envelope"]: found}
    is_last = set(opened) == set(state.published.opening)
    return {"opened": opened, "stage": "opened" if is_last else "closed"}


_CHANGES: dict[str, Callable[[AuctionState, Event], Changes]] = {
    "published": _published,
    "question": lambda s, e: {"questions": {**s.questions, e.index: e.body}},
    "answer": lambda s, e: {"answers": {**s.answers, e.body["question"]: e.body}},
    "amended": _amended,
    "qualified": lambda s, e: {
        "qualified": {**s.qualified, e.body["bidder"]: e.body["qualified"]},
    },
    "tie_seed_committed": lambda s, e: {
        "committed_seeds": {**s.committed_seeds, e.body["commissioner"]: e.body["sha256"]},
    },
    "bid": _bid,
    "withdrawn": _withdrawn,
    "late": lambda s, e: {"late": (*s.late, e.body)},
    "closed": lambda _, e: {"stage": "closed", "closed_index": e.index},
    "share_given": _share_given,
    "tie_seed_revealed": lambda s, e: {
        "revealed_seeds": {**s.revealed_seeds, e.body["commissioner"]: e.body["seed"]},
    },
    "opened": _opened,
    "cleared": lambda _, e: {"stage": "cleared", "cleared": e.body},
    "awarded": lambda _, e: {"stage": "awarded", "awards": tuple(e.body["awards"])},
    "appeal": lambda s, e: {"appeals": {**s.appeals, e.index: None}},
    "appeal_decided": lambda s, e: {
        "appeals": {**s.appeals, e.body["appeal"]: e.body["upheld"]},
    },
    "contracted": lambda s, e: {
        "stage": "contracted",
        "contracts": {**s.contracts, e.body["contract"]: e.body},
    },
    "security": lambda s, e: {
        "securities": {**s.securities, e.body["security"]: e.body["act"]},
    },
    "settled": lambda s, e: {
        "settled": s.settled | {(e.body["contract"], e.body["period"])},
    },
    "cancelled": lambda _, __: {"stage": "cancelled"},
}
