"""A record is replayed from itself alone, and one changed byte is found."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from auctions import (
    BIDDERS,
    SERVER_KEY,
    SERVER_SECRET,
    World,
    at,
    cheapest,
    played,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.auction.events import canonical, digest
from bunyad.auction.seal import (
    CHECKS,
    UNTIL_OPENING,
    AuctionLog,
    MemoryStore,
    MerkleTree,
    check_growth,
    check_head,
    check_receipt,
    draw_seed,
    leaf_hash,
    make_head,
    make_record,
    open_envelope,
    public_key,
    read_call,
    read_state,
    sign_body,
    verify_record,
)
from bunyad.errors import BunyadError, InfeasibleError, InputError

WORLD = played()
RECORD = WORLD.record()
SMALL = World(commission=WORLD.commission[:2], threshold=2).publish().commit(2)
SMALL.bid(BIDDERS[0], "5")
SMALL = SMALL.close().reveal(2).share(0, 1).open().clear().award()
SMALL_RECORD = SMALL.record()


def faults(record: bytes, **said) -> dict[str, str]:
    found = verify_record(record, clear=cheapest, **said)
    return {check.name: check.text for check in found.checks if check.ok is False}


def rewritten(world: World, events, heads=None) -> bytes:
    """Return the record of a server that changed its events and signs them anew."""
    tree = MerkleTree([leaf_hash(event.leaf()) for event in events])
    head = make_head("garadagh-2", tree, time=events[-1].time, signing_secret=SERVER_SECRET)
    return make_record(events, heads or [head], server_key=SERVER_KEY)


def with_body(event, **changes):
    return replace(event, body={**event.body, **changes})


def changed(world: World, kind: str, **changes) -> bytes:
    """Return a record in which the server changed the last event of a kind, all signed anew."""
    events = list(world.log.events)
    index = max(event.index for event in events if event.kind == kind)
    events[index] = with_body(events[index], **changes)
    return rewritten(world, events)


def test_a_true_record_holds_in_every_check() -> None:
    found = verify_record(RECORD, clear=cheapest)

    assert found.is_complete
    assert [check.name for check in found.checks] == list(CHECKS)
    assert found.auction == "garadagh-2"


def test_the_record_alone_is_enough_on_another_machine() -> None:
    """Nothing is taken from the log that made it: text in, verdict out."""
    assert verify_record(bytes(bytearray(SMALL_RECORD)), clear=cheapest).is_complete


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(SMALL_RECORD) - 1), st.integers(1, 255))
def test_one_changed_byte_anywhere_is_found(position: int, change: int) -> None:
    data = bytearray(SMALL_RECORD)
    data[position] ^= change

    assert not verify_record(bytes(data), clear=cheapest).ok


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SMALL_RECORD) - 1))
def test_a_byte_left_out_is_found(position: int) -> None:
    data = SMALL_RECORD[:position] + SMALL_RECORD[position + 1 :]

    assert not verify_record(data, clear=cheapest).ok


def _paths(value, path=()):
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _paths(part, (*path, key))
    elif isinstance(value, list):
        for at_, part in enumerate(value):
            yield from _paths(part, (*path, at_))
    else:
        yield path


def test_a_change_in_every_field_is_found() -> None:
    """Each value of the record in turn becomes another of its kind, in canonical form."""
    paths = list(_paths(json.loads(SMALL_RECORD)))
    assert len(paths) > 150
    for path in paths:
        content = json.loads(SMALL_RECORD)
        inside = content
        for step in path[:-1]:
            inside = inside[step]
        old = inside[path[-1]]
        if isinstance(old, str):
            last = "1" if old.endswith("0") else "0"
            inside[path[-1]] = old[:-1] + last
        else:
            inside[path[-1]] = 7 if old is None else not old if isinstance(old, bool) else old + 1
        assert not verify_record(canonical(content), clear=cheapest).ok, path


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{}", id="no members"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(canonical({**json.loads(SMALL_RECORD), "format": "2"}), id="format"),
        pytest.param(
            canonical({**json.loads(SMALL_RECORD), "events": 5}), id="events are a number"
        ),
        pytest.param(canonical({**json.loads(SMALL_RECORD), "events": []}), id="no events"),
        pytest.param(canonical({**json.loads(SMALL_RECORD), "auction": 5}), id="auction"),
        pytest.param(json.dumps(json.loads(SMALL_RECORD)).encode(), id="not canonical"),
    ],
)
def test_what_is_no_record_is_told(data: bytes) -> None:
    assert "form" in faults(data)


def test_strange_items_in_a_record_are_told_and_raise_nothing() -> None:
    for item in (5, None, {"index": 0, "leaf": "zz"}, {"index": 3, "leaf": 4}, {"leaf": []}):
        for part in ("events", "heads", "receipts"):
            content = json.loads(SMALL_RECORD)
            content[part][0] = item
            assert faults(canonical(content))


def test_a_truncated_log_is_found() -> None:
    content = json.loads(RECORD)
    content["events"] = content["events"][:-3]
    assert "log" in faults(canonical(content))

    content["heads"] = [head for head in content["heads"] if head["size"] <= len(content["events"])]
    content["receipts"] = []
    assert faults(canonical(content)) == {}, "that is what the record was before"
    last = json.loads(RECORD)["heads"][-1]
    assert "log" in faults(canonical(content), heads=[last])


def test_an_event_without_a_head_is_found() -> None:
    content = json.loads(RECORD)
    content["heads"].pop()
    assert "heads" in faults(canonical(content))


def test_swapped_bids_are_found() -> None:
    content = json.loads(RECORD)
    events = content["events"]
    events[6], events[7] = events[7], events[6]
    assert set(faults(canonical(content))) >= {"events", "log"}


def test_a_server_that_drops_a_bid_is_found_by_its_receipt() -> None:
    """It writes the log anew without the bid, consistent in itself, and signs that."""
    honest = World().publish()
    honest.bid(BIDDERS[0], "4")
    honest.bid(BIDDERS[1], "5")
    false = World().publish()
    false.hand_in(BIDDERS[1], dict(honest.log.events[3].body))
    false.close().share(0, 1, 2).open().clear().award()
    record = false.record(receipts=[])

    assert faults(record) == {}
    found = faults(record, receipts=honest.receipts[:1])
    assert "an event 2 that is not in the record" in found["receipts"]
    assert "different logs" in found["log"]
    assert set(faults(record, heads=honest.log.heads)) == {"log"}


def test_a_split_view_is_found_by_two_heads_of_one_size() -> None:
    one, other = World().publish(), World().publish()
    one.do("question", "public", {"text": "A?", "lot": None}, at(9))
    other.do("question", "public", {"text": "B?", "lot": None}, at(9))
    heads = one.log.heads[-1], other.log.heads[-1]

    check_growth(one.log.heads[0], heads[0], one.log.consistency(1), server_key=SERVER_KEY)
    with pytest.raises(InputError, match="does not continue"):
        check_growth(*heads, [], server_key=SERVER_KEY)
    assert "log" in faults(one.record(), heads=heads[1:])
    other.do("question", "public", {"text": "C?", "lot": None}, at(9))
    with pytest.raises(InputError, match="does not continue"):
        check_growth(heads[0], other.log.heads[-1], other.log.consistency(3), server_key=SERVER_KEY)


def test_a_record_of_another_server_is_found() -> None:
    assert "heads" in faults(RECORD, server_key="ab" * 32)
    assert faults(RECORD, server_key=SERVER_KEY) == {}


def test_a_call_that_names_another_server_is_found() -> None:
    assert (
        "another key of the server"
        in faults(changed(SMALL, "published", server_key="ab" * 32))["heads"]
    )


def test_an_unsigned_act_is_found_though_the_server_signs_the_log() -> None:
    for kind, changes in (
        ("bid", {"lots": ["lot-2"]}),
        ("share_given", {"shares": {"4": None}}),
        ("tie_seed_committed", {"sha256": "ab" * 32}),
    ):
        found = faults(changed(SMALL, kind, **changes))
        assert "did not sign" in found["signatures"], kind


def test_a_bid_put_in_after_the_deadline_is_found() -> None:
    events = list(WORLD.log.events)
    events[9] = replace(events[9], time=at(10))
    assert "deadline" in faults(rewritten(WORLD, events))


def test_a_bid_dated_back_is_found_by_a_head_that_is_without_it() -> None:
    """The server signs at 9:50 that there are 3 events, and later slips in a bid of 9:30."""
    world = World().publish()
    world.bid(BIDDERS[0], "5", now=at(9))
    world.log.sign_head(at(9, 50))
    world.bid(BIDDERS[1], "4", now=at(9, 30))
    world.close()

    found = faults(world.record(receipts=[]))

    assert "event 3 says" in found["deadline"]


def test_a_head_older_than_what_it_holds_is_found() -> None:
    world = World().publish()
    tree = MerkleTree([leaf_hash(event.leaf()) for event in world.log.events])
    head = make_head("garadagh-2", tree, time=at(7), signing_secret=SERVER_SECRET)
    assert "older than event 1" in faults(make_record(world.log.events, [head],
        server_key=SERVER_KEY))["heads"]  # fmt: skip
    assert "older than the one before" in faults(make_record(world.log.events,
        [world.log.heads[-1], world.log.heads[0], world.log.heads[-1]], server_key=SERVER_KEY),
    )["heads"]  # fmt: skip


def test_a_false_opening_is_found() -> None:
    body = SMALL.log.events[SMALL.state.size - 3].body
    assert "bids" in body
    false = [{"bid": body["bids"][0]["bid"], "offer": {"price": "1"}, "fault": None}]
    assert "another offer" in faults(changed(SMALL, "opened", bids=false))["opening"]
    false = [{"bid": body["bids"][0]["bid"], "offer": None, "fault": "bad_signature"}]
    assert "opening" in faults(changed(SMALL, "opened", bids=false))
    false = [{"bid": body["bids"][0]["bid"], "offer": {"pricf": "5"}, "fault": None}]
    assert set(faults(changed(SMALL, "opened", bids=false))) == {"opening"}, "it is not cleared"


def test_a_false_seed_is_found() -> None:
    assert "seed" in faults(changed(SMALL, "cleared", seed="ab" * 32))


def test_a_false_result_is_found() -> None:
    result = {**SMALL.state.cleared["result"], "note": "x"}
    assert set(faults(changed(SMALL, "cleared", result=result))) == {"result"}


def test_rules_changed_later_are_found() -> None:
    assert "rule result" in faults(changed(SMALL, "drafted", rules={"other": 1}))["order"]


def test_awards_other_than_the_result_are_found_unless_an_appeal_was_upheld() -> None:
    awards = [{"bid": 4, "lot": "lot-1", "price": "9"}]
    assert set(faults(changed(SMALL, "awarded", awards=awards))) == {"awards"}

    world = played()
    name = BIDDERS[1].name
    appeal = world.do("appeal", f"bidder:{name}", {"bidder": name, "text": "Wrong"}, at(12))
    decided = {"appeal": appeal, "upheld": True, "why": "Right"}
    world.do("appeal_decided", "agency", decided, at(13))
    world.do("awarded", "agency", {"awards": [{"bid": 7}]}, at(14))
    assert faults(world.record()) == {}


def test_a_result_without_awards_is_not_checked_for_them() -> None:
    events = list(SMALL.log.events)
    events[-2] = with_body(events[-2], result={"winners": []})
    found = verify_record(rewritten(SMALL, events), clear=lambda *_: {"winners": []})
    assert {check.name: check.ok for check in found.checks}["awards"] is None


def test_bids_that_cannot_be_cleared_are_told() -> None:
    def impossible(*_):
        raise InfeasibleError("no winner", clashing=["cap"], mend="lift it")

    found = verify_record(SMALL_RECORD, clear=impossible)
    assert "no winner" in found.faults[0].text


def test_a_record_before_the_opening_withholds_who_bids() -> None:
    world = World().publish()
    world.bid(BIDDERS[0], "5")
    record = world.record(withhold=UNTIL_OPENING, receipts=[])
    found = verify_record(record, world.receipts)

    assert b"araz-solar" not in record
    assert found.ok
    assert {check.name: check.ok for check in found.checks}["receipts"] is True
    assert {check.name: check.ok for check in found.checks}["order"] is None
    assert read_call(record).published.deadline == at(10)
    with pytest.raises(InputError, match="withheld"):
        read_state(record)


def test_a_record_in_the_middle_says_what_is_not_checked_yet() -> None:
    world = World().publish()
    found = verify_record(world.record(), clear=cheapest)
    gaps = {check.name for check in found.checks if check.ok is None}

    assert found.ok
    assert gaps == {"opening", "seed", "result", "awards", "receipts"}
    assert read_state(world.record()) == world.state


@pytest.mark.parametrize("data", [b"[]", b'{"events":[5]}', b'{"events":[]}', b"x"])
def test_what_is_no_record_has_no_call(data: bytes) -> None:
    with pytest.raises(InputError):
        read_call(data)


@pytest.mark.parametrize(
    "change",
    [
        {"index": 3}, {"index": -1}, {"time": at(9, 59)}, {"time": "never"}, {"leaf": "ab" * 32},
        {"leaf": "AB" * 32}, {"proof": []}, {"proof": ["zz"]}, {"auction": "other"}, {"more": 1},
        {"index": True}, {"proof": "x"}, {"head": {}},
    ],
)  # fmt: skip
def test_a_forged_receipt_is_refused(change: dict) -> None:
    """Changed by its holder, and changed and signed with the server's own key."""
    receipt = WORLD.receipts[0]
    event = WORLD.log.events[receipt["index"]]
    said = {"auction": "garadagh-2", "server_key": SERVER_KEY}
    check_receipt(receipt, **said, event=event)

    forged = {**receipt, **change}
    again = sign_body(forged, kind="receipt", auction="garadagh-2", signing_secret=SERVER_SECRET)
    for false in (forged, again):
        with pytest.raises(InputError):
            check_receipt(false, **said, event=event)
        assert set(faults(RECORD, receipts=[false])) & {"receipts", "log"}


def test_a_receipt_is_of_one_bid_only() -> None:
    with pytest.raises(InputError, match="it is of event 6"):
        check_receipt(WORLD.receipts[0], auction="garadagh-2", server_key=SERVER_KEY,
                      event=WORLD.log.events[7])  # fmt: skip
    other = replace(WORLD.log.events[6], actor="bidder:other")
    with pytest.raises(InputError, match="not what the receipt was given for"):
        check_receipt(WORLD.receipts[0], auction="garadagh-2", server_key=SERVER_KEY, event=other)


def test_a_receipt_by_another_key_is_refused() -> None:
    false = sign_body(WORLD.receipts[0], kind="receipt", auction="garadagh-2",
                      signing_secret="18" * 32)  # fmt: skip
    with pytest.raises(InputError, match="did not sign"):
        check_receipt(false, auction="garadagh-2", server_key=SERVER_KEY)


def test_a_receipt_under_an_older_head_is_refused() -> None:
    receipt = {**WORLD.receipts[0], "time": at(9, 59)}
    false = sign_body(receipt, kind="receipt", auction="garadagh-2", signing_secret=SERVER_SECRET)
    with pytest.raises(InputError, match="older"):
        check_receipt(false, auction="garadagh-2", server_key=SERVER_KEY)


def test_a_receipt_that_tells_another_time_is_found() -> None:
    receipt = {**WORLD.receipts[0], "time": at(8, 59)}
    false = sign_body(receipt, kind="receipt", auction="garadagh-2", signing_secret=SERVER_SECRET)
    assert "another time" in faults(RECORD, receipts=[false])["receipts"]


def test_a_head_of_another_auction_is_refused() -> None:
    with pytest.raises(InputError, match="of auction 'garadagh-2'"):
        check_head(WORLD.log.heads[0], auction="other", server_key=SERVER_KEY)


def test_a_log_goes_on_from_its_store() -> None:
    store = MemoryStore()
    first = AuctionLog("garadagh-2", store=store, signing_secret=SERVER_SECRET)
    world = World(log=first).publish()
    again = AuctionLog("garadagh-2", store=store, signing_secret=SERVER_SECRET)

    assert again.state == world.state
    assert again.root() == first.root()
    with pytest.raises(ValueError, match="next index is 2"):
        store.append(1, b"{}")


def test_a_refused_event_is_not_kept() -> None:
    world = World().publish()
    root = world.log.root()
    with pytest.raises(BunyadError):
        world.close(at(9))
    assert world.log.root() == root
    assert world.state.size == 2


def test_the_draw_needs_as_many_seeds_as_opening_needs_shares() -> None:
    few = World().publish().commit(2)
    few.close().open()
    assert draw_seed(few.state, few.log.root()) == ""
    many = World().publish().commit(3)
    many.close().reveal(3).open()
    root = many.log.root(many.state.closed_index + 1)
    seed = draw_seed(many.state, root)

    assert len(seed) == 64
    assert draw_seed(many.state, "00" * 32) != seed
    for name in many.state.revealed_seeds:
        seeds = {**many.state.revealed_seeds, name: "00" * 32}
        assert draw_seed(replace(many.state, revealed_seeds=seeds), root) != seed


def test_the_same_events_give_the_same_record() -> None:
    assert WORLD.record() == WORLD.record()
    assert digest(json.loads(RECORD)) == digest(json.loads(WORLD.record()))
    assert open_envelope(SMALL.state, "price") == open_envelope(SMALL.state, "price")
    assert public_key(SERVER_SECRET) == SERVER_KEY
