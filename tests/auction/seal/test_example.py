"""An auction that Python and the browser's code played together (scripts/make_seal_vectors.py)."""

from __future__ import annotations

import json
from pathlib import Path

from auctions import cheapest

from bunyad.auction.events import apply, read_event
from bunyad.auction.seal import give_shares, open_envelope, read_keys, verify_record

EXAMPLE = json.loads(Path(__file__).with_name("example.json").read_text("utf-8"))
RECORD = json.loads(EXAMPLE["record"])


def state_before(kind: str):
    state = None
    for content in RECORD["events"]:
        if content["kind"] == kind:
            break
        state = apply(state, read_event(content))
    return state


def test_the_record_holds() -> None:
    found = verify_record(EXAMPLE["record"].encode(), heads=RECORD["heads"], clear=cheapest)
    assert found.is_complete


def test_a_bid_sealed_in_the_browser_is_opened_here() -> None:
    first = next(event for event in RECORD["events"] if event["kind"] == "bid")
    opened = open_envelope(state_before("opened"), "price")["bids"]

    assert first["actor"] == "bidder:günəş"
    assert opened[0] == {
        "bid": first["index"], "offer": {"price": "4.25", "note": "Qarabağ €"}, "fault": None,
    }  # fmt: skip


def test_shares_read_in_the_browser_are_those_read_here() -> None:
    given = [event["body"] for event in RECORD["events"] if event["kind"] == "share_given"]
    keys = {keys["name"]: read_keys(keys, where="example") for keys in EXAMPLE["commission"]}

    assert len(given) == 3
    for body in given:
        assert give_shares(state_before("share_given"), keys[body["commissioner"]], "price") == body
