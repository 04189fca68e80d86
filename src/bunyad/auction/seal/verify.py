"""Verify: replay an auction from its public record alone, and say what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bunyad.auction.events import (
    AuctionState,
    Event,
    apply,
    canonical,
    read_canonical,
    read_event,
)
from bunyad.auction.seal.findings import Findings, Verification
from bunyad.auction.seal.merkle import MerkleTree, leaf_hash
from bunyad.auction.seal.opening import open_envelope, opened_bids
from bunyad.auction.seal.receipts import check_head, check_receipt
from bunyad.auction.seal.record import FIELDS, FORMAT
from bunyad.auction.seal.replay import Clear, clear_opened
from bunyad.auction.seal.seeds import draw_seed
from bunyad.auction.seal.signing import admit
from bunyad.errors import BunyadError, InputError

REPLAYED = ("order", "signatures", "deadline", "opening", "seed", "result", "awards")


@dataclass
class _Replay:
    """A record while it is verified."""

    record: Mapping[str, Any]
    clear: Clear
    findings: Findings = field(default_factory=Findings)
    events: list[Event | None] = field(default_factory=list)
    """None for one that is withheld or cannot be read."""
    tree: MerkleTree = field(default_factory=MerkleTree)

    @property
    def auction(self) -> str:
        return str(self.record["auction"])

    @property
    def server_key(self) -> str:
        return str(self.record["server_key"])


def verify_record(
    record: bytes,
    receipts: Iterable[Mapping[str, Any]] = (),
    *,
    heads: Iterable[Mapping[str, Any]] = (),
    server_key: str | None = None,
    clear: Clear = clear_opened,
) -> Verification:
    """
    Replay a record and say what is wrong with it.

    The record alone shows that it is whole in itself. That the server shows everybody the same one
    is shown by what it signed before: receipts, and tree heads that others kept.

    Parameters
    ----------
    record
        Content of `record.json`.
    receipts
        Receipts that bidders kept.
    heads
        Tree heads that were published before.
    server_key
        Key that the server has to sign with, if it is known from elsewhere.
    clear
        The clearing; by default that of this program.

    Returns
    -------
    Verification
        Every check, whether it holds, and the index of the event at fault.
    """
    content, findings = _read(record)
    if content is None:
        return findings.verification("")
    replay = _Replay(record=content, clear=clear, findings=findings)
    if server_key not in (None, replay.server_key):
        findings.fault("heads", f"the server's key is {replay.server_key}, not {server_key}")
    _read_events(replay)
    _check_heads(replay, heads)
    _follow(replay)
    _check_receipts(replay, [*content["receipts"], *receipts])
    return findings.verification(replay.auction)


def _read(record: bytes) -> tuple[Mapping[str, Any] | None, Findings]:
    """Return the record if it has the form of one."""
    findings = Findings()
    try:
        content = read_canonical(record)
    except InputError as error:
        content, what = None, error.faults[0].what
    else:
        what = _misform(content)
    if what:
        findings.fault("form", what)
        findings.gap("the file cannot be read", "events", "log", "heads", *REPLAYED, "receipts")
        return None, findings
    return content, findings


def _misform(content: Any) -> str:
    """Return what a record lacks, or nothing."""
    if not isinstance(content, dict) or set(content) != FIELDS:
        return f"it does not have the fields {', '.join(sorted(FIELDS))}"
    if content["format"] != FORMAT:
        return f"its format is {content['format']!r}, not {FORMAT!r}"
    if not all(isinstance(content[name], str) for name in ("auction", "server_key")):
        return "auction and server_key have to be texts"
    if not all(isinstance(content[name], list) for name in ("events", "heads", "receipts")):
        return "events, heads and receipts have to be lists"
    return "" if content["events"] and content["heads"] else "it has no events, or no tree heads"


def _read_events(replay: _Replay) -> None:
    """Read every event and put its hash into the tree."""
    withheld = 0
    for index, content in enumerate(replay.record["events"]):
        event = None
        if isinstance(content, dict) and set(content) == {"index", "leaf"}:
            found = _leaf_of(content)
            withheld += 1
        else:
            found = leaf_hash(canonical(content))
            try:
                event = read_event(content)
            except InputError as error:
                replay.findings.fault("events", str(error.faults[0]), index)
        if not isinstance(content, dict) or content.get("index") != index:
            replay.findings.fault("events", f"the event in place {index} has another index", index)
        replay.tree.append(found)
        replay.events.append(event)
    if withheld:
        replay.findings.gap(f"{withheld} events are withheld until the opening", *REPLAYED)
    elif None in replay.events:
        replay.findings.gap("not every event can be read", *REPLAYED)


def _leaf_of(content: Mapping[str, Any]) -> bytes:
    """Return the hash of a withheld event; one that is no hash fits no root."""
    try:
        return bytes.fromhex(content["leaf"])
    except (ValueError, TypeError):
        return b""


def _check_heads(replay: _Replay, others: Iterable[Mapping[str, Any]]) -> None:
    """Hold the signed heads against the events, and against one another."""
    size, time = 0, ""
    for position, head in enumerate(replay.record["heads"]):
        if not _is_head_of(replay, head, f"tree head {position}"):
            continue
        if head["size"] < size or head["time"] < time:
            replay.findings.fault("heads", f"tree head {position} is older than the one before")
        size, time = head["size"], head["time"]
    if size != len(replay.events):
        replay.findings.fault("heads", f"no tree head is of all {len(replay.events)} events")
    for position, head in enumerate(others):
        _is_head_of(replay, head, f"tree head {position} that was kept")


def _is_head_of(replay: _Replay, head: Any, name: str) -> bool:
    """Tell whether a head is signed; note whether it is of this log."""
    findings = replay.findings
    try:
        check_head(head, auction=replay.auction, server_key=replay.server_key)
    except InputError as error:
        findings.fault("heads", f"{name}: {error.faults[0].what}")
        return False
    size = head["size"]
    if not 0 < size <= len(replay.events):
        findings.fault("log", f"{name} is of {size} events, the record has {len(replay.events)}")
    elif replay.tree.root(size).hex() != head["root"]:
        findings.fault(
            "log", f"{name} has another root for the first {size} events: one of them was changed,"
            " or the server showed different logs to different people", size - 1,
        )  # fmt: skip
    else:
        _check_head_time(replay, head, name)
    return True


def _check_head_time(replay: _Replay, head: Mapping[str, Any], name: str) -> None:
    """Refuse a head older than what it holds, and events older than a head without them."""
    size = head["size"]
    last = replay.events[size - 1]
    if last is not None and head["time"] < last.time:
        replay.findings.fault("heads", f"{name} is older than event {size - 1}", size - 1)
    after = replay.events[size] if size < len(replay.events) else None
    if after is not None and after.time < head["time"]:
        replay.findings.fault(
            "deadline", f"event {size} says {after.time}, but {name} of {head['time']} is without"
            " it", size,
        )  # fmt: skip


def _follow(replay: _Replay) -> None:
    """Go through the auction's life and look at each act."""
    if None in replay.events:
        return
    state: AuctionState | None = None
    for event in replay.events:
        assert event is not None
        try:
            admit(state, event, event.time)
        except InputError as error:
            _note_refused(replay, event, error)
            return
        if state is not None:
            _look_at(replay, state, event)
        state = apply(state, event)
    assert state is not None
    _note_unreached(replay, state)
    if state.auction != replay.auction:
        replay.findings.fault("order", f"the events are of auction {state.auction!r}", 0)


def _note_refused(replay: _Replay, event: Event, error: InputError) -> None:
    """Note an event that may not be where it is; what comes after it has no meaning."""
    fault = error.faults[0]
    rule = fault.where.removeprefix("rule ")
    name = {"signature": "signatures", "deadline": "deadline"}.get(rule, "order")
    text = f"event {event.index} ({event.kind} by {event.actor}): {fault.what} ({fault.where})"
    replay.findings.fault(name, text, event.index)
    replay.findings.gap(f"the record cannot be followed beyond event {event.index}", *REPLAYED)


def _note_unreached(replay: _Replay, state: AuctionState) -> None:
    """Note checks for which the auction has not come far enough."""
    if not state.opened:
        replay.findings.gap("nothing is opened yet", "opening")
    if state.cleared is None:
        replay.findings.gap("there is no result yet", "seed", "result")
    if not state.awards:
        replay.findings.gap("there are no awards yet", "awards")


def _look_at(replay: _Replay, state: AuctionState, event: Event) -> None:
    """Compute again what an event says."""
    if event.kind == "published":
        if event.body["server_key"] != replay.server_key:
            replay.findings.fault("heads", "the call names another key of the server", event.index)
    elif event.kind == "opened":
        _check_opened(replay, state, event)
    elif event.kind == "cleared":
        _check_cleared(replay, state, event)
    elif event.kind == "awarded":
        _check_awarded(replay, state, event)


def _check_opened(replay: _Replay, state: AuctionState, event: Event) -> None:
    found = open_envelope(state, event.body["envelope"])
    for said, seen in zip(event.body["bids"], found["bids"], strict=True):
        if said != seen:
            what = seen["fault"] or "another offer"
            replay.findings.fault(
                "opening",
                f"envelope {found['envelope']} of bid {seen['bid']} was opened in event"
                f" {event.index}, and its shares give: {what}",
                event.index,
            )


def _check_cleared(replay: _Replay, state: AuctionState, event: Event) -> None:
    assert state.closed_index is not None
    root = replay.tree.root(state.closed_index + 1).hex()
    if event.body["seed"] != draw_seed(state, root):
        replay.findings.fault("seed", "the seed is another than the seeds shown give", event.index)
    if any(fault.name == "opening" for fault in replay.findings.faults):
        replay.findings.gap("the offers are not those that were sealed", "result")
        return
    try:
        found = replay.clear(state.rules, opened_bids(state), event.body["seed"])
    except BunyadError as error:
        replay.findings.fault("result", f"the bids cannot be cleared: {error}", event.index)
        return
    if canonical(found) != canonical(event.body["result"]):
        replay.findings.fault("result", "the rules give another result", event.index)


def _check_awarded(replay: _Replay, state: AuctionState, event: Event) -> None:
    """Hold awards against the result, unless an appeal was upheld since."""
    assert state.cleared is not None
    if True in state.appeals.values():
        replay.findings.gap("an appeal was upheld, the awards are the agency's", "awards")
    elif "awards" not in state.cleared["result"]:
        replay.findings.gap("the result names no awards", "awards")
    elif canonical(event.body["awards"]) != canonical(state.cleared["result"]["awards"]):
        replay.findings.fault("awards", "the awards are not those of the result", event.index)


def _check_receipts(replay: _Replay, receipts: Sequence[Any]) -> None:
    """Hold receipts against the events and roots of the record."""
    if not receipts:
        replay.findings.gap("none was given", "receipts")
    for position, receipt in enumerate(receipts):
        try:
            check_receipt(receipt, auction=replay.auction, server_key=replay.server_key)
        except InputError as error:
            replay.findings.fault("receipts", f"receipt {position}: {error.faults[0].what}")
            continue
        _is_head_of(replay, receipt["head"], f"the tree head of receipt {position}")
        index = receipt["index"]
        if index >= len(replay.events) or replay.tree.leaf(index).hex() != receipt["leaf"]:
            replay.findings.fault(
                "receipts", f"receipt {position} is of an event {index} that is not in the record",
                index,
            )  # fmt: skip
        event = replay.events[index] if index < len(replay.events) else None
        if event is not None and event.time != receipt["time"]:
            replay.findings.fault("receipts", f"receipt {position} tells another time", index)
