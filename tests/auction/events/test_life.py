"""Who may do what and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from auctions import BIDDERS, COMMISSION, LOTS, RULES, SERVER_KEY, World, at, played

from bunyad.auction.events import (
    KINDS,
    Event,
    digest,
    fold,
    may_append,
    read_event,
    time_text,
)
from bunyad.auction.events import (
    RULES as LAW,
)
from bunyad.auction.events.bodies import BODIES
from bunyad.auction.seal import commit_seed, give_shares, open_envelope, reveal_seed, seal_bid
from bunyad.errors import InputError

OTHER = COMMISSION[1].recipient
MISTYPED = {**COMMISSION[1].public(), "recipient": OTHER[:-1] + ("q" if OTHER[-1] != "q" else "p")}


def refused(rule: str):
    """Expect that a rule of the auction's life forbids it."""
    assert rule in LAW
    return pytest.raises(InputError, match=f"^rule {rule}:")


@pytest.fixture
def world() -> World:
    return World().publish()


@pytest.fixture
def closed(world: World) -> World:
    world.bid(BIDDERS[0], "5")
    world.bid(BIDDERS[1], "6")
    return world.close()


def test_a_whole_life_folds_to_its_awards() -> None:
    world = played()
    state = fold(world.log.events)

    assert state == world.state
    assert state.stage == "awarded"
    assert [bid.status for bid in state.bids.values()] == [
        "replaced", "standing", "withdrawn", "standing",
    ]  # fmt: skip
    assert {award["lot"]: award["price"] for award in state.awards} == {
        "lot-1": "4.60", "lot-2": "4.75",
    }  # fmt: skip
    assert len(state.late) == 1


def test_every_kind_has_a_body_and_a_place() -> None:
    assert set(BODIES) == {"drafted", *KINDS}


def test_an_event_is_read_as_it_was_written() -> None:
    for event in played().log.events:
        assert read_event(event.content()) == event


@pytest.mark.parametrize(
    "change",
    [
        {"index": -1},
        {"index": True},
        {"kind": "guessed"},
        {"time": "2026-11-22T10:00:00Z"},
        {"time": "2026-13-22T10:00:00.000Z"},
        {"actor": 5},
        {"body": {}},
        {"body": {"title": "x", "rules": {"share": 0.5}, "lots": LOTS}},
        {"body": {"title": "x", "rules": {}, "lots": LOTS, "more": 1}},
        {"more": 1},
    ],
)
def test_an_event_of_another_form_is_refused(change: dict) -> None:
    content = played().log.events[0].content()
    with pytest.raises(InputError):
        read_event({**content, **change})


def test_what_is_no_event_at_all_is_refused() -> None:
    with pytest.raises(InputError, match="six fields"):
        read_event([1, 2])


def test_nobody_folds_nothing() -> None:
    with pytest.raises(ValueError, match="at least one"):
        fold([])


def test_times_are_written_in_utc_with_milliseconds_cut() -> None:
    baku = timezone(timedelta(hours=4))
    moment = datetime(2026, 11, 22, 14, 0, 0, 999_999, tzinfo=baku)

    assert time_text(moment) == "2026-11-22T10:00:00.999Z"
    assert time_text(moment.astimezone(UTC)) == time_text(moment)


def test_the_draft_comes_first_and_only_once(world: World) -> None:
    draft = world.log.events[0]

    may_append(None, draft, at(7))
    with refused("first"):
        may_append(None, replace(draft, index=1), at(7))
    with refused("first"):
        may_append(None, replace(draft, actor="server"), at(7))
    with refused("lots"):
        may_append(None, replace(draft, body={**draft.body, "lots": [*LOTS, LOTS[0]]}), at(7))
    with refused("when"):
        world.do("drafted", "agency", dict(draft.body), at(9))


def test_events_are_in_order_of_index_and_time(world: World) -> None:
    event = Event(
        auction="garadagh-2", index=2, kind="question", time=at(9), actor="public",
        body={"text": "When?", "lot": None},
    )  # fmt: skip
    may_append(world.state, event, at(9))
    for change in ({"index": 3}, {"time": at(7, 59)}, {"auction": "other"}, {"time": at(9, 1)}):
        with refused("order"):
            may_append(world.state, replace(event, **change), at(9))


def test_nobody_acts_out_of_role_or_in_another_name(world: World) -> None:
    body = seal_bid(world.state, BIDDERS[0], lots=["lot-1"], offers=world.offers("5"))
    for actor in ("agency", "bidder", "bidder:kür-wind"):
        with refused("who"):
            world.do("bid", actor, body, at(9))
    seed = commit_seed("garadagh-2", COMMISSION[0])
    for actor in ("commissioner:Rauf", "commissioner:Nobody", "server"):
        with refused("who"):
            world.do("tie_seed_committed", actor, seed, at(9))
    with refused("who"):
        world.do("qualified", "commissioner:Nobody",
                 {"bidder": "kür-wind", "qualified": True, "why": "papers"}, at(9))  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"commissioners": [COMMISSION[0].public()] * 2},
        {"threshold": 6},
        {"commissioners": [COMMISSION[0].public(), MISTYPED], "threshold": 2},
        {"deadline": at(7, 30), "opening": {"price": at(10)}},
        {"opening": {"price": at(9, 59)}},
    ],
)
def test_a_call_that_cannot_work_is_refused(change: dict) -> None:
    world = World()
    world.do("drafted", "agency", {"title": "x", "rules": RULES, "lots": LOTS}, at(7))
    call = {
        "commissioners": [keys.public() for keys in COMMISSION], "threshold": 3,
        "deadline": at(10), "opening": {"price": at(10)}, "server_key": SERVER_KEY,
    }  # fmt: skip
    with refused("call"):
        world.do("published", "agency", {**call, **change}, at(8))


def test_a_call_has_the_envelopes_of_its_rules() -> None:
    def rules(*names: str) -> dict:
        return {"bids": {"envelopes": [{"name": name, "fields": ["price"]} for name in names]}}

    with refused("call"):
        World(rules=rules("price", "technical")).publish()
    world = World(rules=rules("price")).publish()
    with refused("call"):
        world.do("amended", "agency", amended(rules=rules("technical")), at(8, 5))
    world.do("amended", "agency", amended(rules={"bids": {}}), at(8, 5))


def test_questions_are_answered_in_the_open(world: World) -> None:
    asked = world.do("question", "bidder:kür-wind", {"text": "Which node?", "lot": "lot-1"}, at(9))
    world.do("answer", "agency", {"question": asked, "text": "Node 4"}, at(9, 1))

    assert world.state.answers[asked]["text"] == "Node 4"
    with refused("refers"):
        world.do("answer", "agency", {"question": 0, "text": "?"}, at(9, 2))


def amended(**changes) -> dict:
    said = {"why": "asked for", "deadline": None, "opening": None, "lots": None, "rules": None}
    return said | changes


def test_a_call_is_amended_until_there_are_bids(world: World) -> None:
    world.do("amended", "agency", amended(rules={**RULES, "x": 1}), at(8, 5))
    world.do("amended", "agency", amended(deadline=at(11), opening={"price": at(12)}), at(8, 6))
    assert world.state.rules["x"] == 1
    assert world.state.published.deadline == at(11)

    world.bid(BIDDERS[0], "5")
    world.do("amended", "agency", amended(lots=[LOTS[0], {"id": "lot-3"}]), at(9, 1))
    assert world.state.lot_ids == ("lot-1", "lot-3")
    for change in (
        {"rules": RULES},
        {"lots": [LOTS[1]]},
        {"deadline": at(10, 30)},
        {"opening": {"price": at(12), "technical": at(12)}},
    ):
        with refused("amend"):
            world.do("amended", "agency", amended(**change), at(9, 2))
    with refused("call"):
        world.do("amended", "agency", amended(deadline=at(13)), at(9, 2))
    with refused("deadline"):
        world.do("amended", "agency", amended(), at(11))


def test_a_draft_is_amended_but_has_no_deadline_yet() -> None:
    world = World()
    world.do("drafted", "agency", {"title": "x", "rules": RULES, "lots": LOTS}, at(7))
    world.do("amended", "agency", amended(lots=LOTS[:1]), at(7))
    with refused("amend"):
        world.do("amended", "agency", amended(deadline=at(11)), at(7))


def test_a_bid_at_the_deadline_is_late(world: World) -> None:
    world.bid(BIDDERS[0], "5", now="2026-11-22T09:59:59.999Z")
    with refused("deadline"):
        world.bid(BIDDERS[1], "5", now=at(10))
    world.do("late", "server", {"sha256": "ab" * 32, "bidder": None}, at(10))

    assert len(world.state.bids) == 1


def test_nothing_is_late_before_the_deadline(world: World) -> None:
    with refused("deadline"):
        world.do("late", "server", {"sha256": "ab" * 32, "bidder": None}, at(9))
    with refused("deadline"):
        world.close(at(9, 59))


def test_a_bid_is_for_lots_of_the_call(world: World) -> None:
    for lots in (["lot-9"], ["lot-1", "lot-1"]):
        with refused("lots"):
            world.bid(BIDDERS[0], "5", lots=lots)


def test_a_bid_has_all_envelopes_and_a_share_for_each_commissioner(world: World) -> None:
    body = seal_bid(world.state, BIDDERS[0], lots=["lot-1"], offers=world.offers("5"))
    sealed = body["envelopes"]["price"]
    for envelopes in (
        {"technical": sealed},
        {"price": {**sealed, "shares": sealed["shares"][:4]}},
    ):
        with refused("envelopes"):
            world.hand_in(BIDDERS[0], {**body, "envelopes": envelopes})


def test_the_same_sealed_bid_is_not_taken_twice(world: World) -> None:
    body = seal_bid(world.state, BIDDERS[0], lots=["lot-1"], offers=world.offers("5"))
    world.hand_in(BIDDERS[0], body)
    with refused("one-bid"):
        world.hand_in(BIDDERS[0], body)


def test_a_bidder_has_one_bid_for_a_lot_and_replaces_it(world: World) -> None:
    first = world.bid(BIDDERS[0], "5")
    world.bid(BIDDERS[0], "7", lots=["lot-2"])
    with refused("one-bid"):
        world.bid(BIDDERS[0], "4")
    second = world.bid(BIDDERS[0], "4", replaces=first)
    for gone in (first, second + 5):
        with refused("replace"):
            world.bid(BIDDERS[0], "3", replaces=gone)
    with refused("replace"):
        world.bid(BIDDERS[1], "3", replaces=second)
    with refused("one-bid"):
        world.bid(BIDDERS[0], "3", lots=["lot-1", "lot-2"], replaces=second)

    assert [bid.status for bid in world.state.bids.values()] == ["replaced", "standing", "standing"]


def test_a_bidder_withdraws_his_own_bid_and_may_bid_again(world: World) -> None:
    first = world.bid(BIDDERS[0], "5")
    with refused("withdraw"):
        world.withdraw(BIDDERS[1], first)
    world.withdraw(BIDDERS[0], first)
    with refused("withdraw"):
        world.withdraw(BIDDERS[0], first)
    world.bid(BIDDERS[0], "6", now=at(9, 40))
    with refused("deadline"):
        world.withdraw(BIDDERS[0], first, now=at(10))


def test_rules_may_forbid_to_replace_and_to_withdraw() -> None:
    world = World(rules={"bids": {"replacement": "none", "withdrawal": "none"}}).publish()
    first = world.bid(BIDDERS[0], "5")
    with refused("replace"):
        world.bid(BIDDERS[0], "4", replaces=first)
    with refused("withdraw"):
        world.withdraw(BIDDERS[0], first)


def test_a_bidder_keeps_his_key(world: World) -> None:
    world.bid(BIDDERS[0], "5")
    stolen = replace(BIDDERS[1], name=BIDDERS[0].name)
    with refused("key"):
        world.bid(stolen, "4", lots=["lot-2"])


def qualified(bidder: str, *, fit: bool) -> dict:
    return {"bidder": bidder, "qualified": fit, "why": "papers"}


def test_who_is_unfit_does_not_bid_and_stays_shut(world: World) -> None:
    world.bid(BIDDERS[0], "5")
    shut = world.bid(BIDDERS[1], "1")
    world.do("qualified", "agency", qualified(BIDDERS[1].name, fit=False), at(9, 5))
    with refused("unfit"):
        world.bid(BIDDERS[1], "3", lots=["lot-2"], now=at(9, 6))
    world.close().share(0, now=at(10, 20))
    with refused("qualify"):
        world.do("qualified", "agency", qualified(BIDDERS[1].name, fit=True), at(10, 21))
    world.share(1, 2, now=at(10, 21)).open()

    assert shut not in world.state.opened["price"]
    assert all(str(shut) not in given for given in world.state.shares["price"].values())


def test_the_close_counts_the_bids(world: World) -> None:
    world.bid(BIDDERS[0], "5")
    with refused("count"):
        world.do("closed", "server", {"bids": 2}, at(10))
    world.close()
    with refused("when"):
        world.bid(BIDDERS[1], "5", now=at(10, 1))


def test_shares_come_after_the_opening_time_once_and_for_all_bids() -> None:
    world = World(opening={"price": at(12)}).publish()
    world.bid(BIDDERS[0], "5")
    world.close()
    with refused("shares"):
        world.share(0, now=at(11, 59))
    body = give_shares(world.state, COMMISSION[0], "price")
    for shares in ({}, {**body["shares"], "99": None}, {"3": "00" * 74}):
        with refused("shares"):
            world.do("share_given", "commissioner:Leyla", {**body, "shares": shares}, at(12))
    with refused("shares"):
        false = dict.fromkeys(body["shares"], "00" * 74)
        world.do("share_given", "commissioner:Leyla", {**body, "shares": false}, at(12))
    world.share(0, now=at(12))
    with refused("shares"):
        world.share(0, now=at(12))
    with refused("opening"):
        world.do("share_given", "commissioner:Rauf", {**body, "commissioner": "Rauf",
                 "envelope": "x"}, at(12))  # fmt: skip


def test_seeds_are_committed_once_and_shown_before_the_last_opening(world: World) -> None:
    world.commit(4)
    with refused("seeds"):
        world.commit(1)
    with refused("deadline"):
        world.do("tie_seed_committed", "commissioner:Nigar",
                 commit_seed("garadagh-2", COMMISSION[4]), at(10))  # fmt: skip
    world.bid(BIDDERS[0], "5")
    world.close().reveal(2).share(0, 1)
    with refused("seeds"):
        world.share(2)
    other = reveal_seed("another", COMMISSION[2])
    with refused("seeds"):
        world.do("tie_seed_revealed", "commissioner:Aysel", other, at(10, 20))
    with refused("seeds"):
        world.do("tie_seed_revealed", "commissioner:Nigar",
                 reveal_seed("garadagh-2", COMMISSION[4]), at(10, 20))  # fmt: skip
    world.do("tie_seed_revealed", "commissioner:Aysel", reveal_seed("garadagh-2", COMMISSION[2]),
             at(10, 20))  # fmt: skip
    world.share(2)
    with refused("seeds"):
        world.do("tie_seed_revealed", "commissioner:Kamran",
                 reveal_seed("garadagh-2", COMMISSION[3]), at(10, 20))  # fmt: skip
    world.open().clear()

    assert world.state.cleared["missing_seeds"] == ["Kamran"]


def test_an_envelope_opens_once_with_enough_shares(closed: World) -> None:
    closed.share(0, 1)
    with refused("opening"):
        closed.open()
    closed.share(2)
    body = open_envelope(closed.state, "price")
    for bids in (
        body["bids"][:1],
        [{**body["bids"][0], "offer": None}, body["bids"][1]],
        [{**body["bids"][0], "fault": "both"}, body["bids"][1]],
    ):
        with refused("opening"):
            closed.do("opened", "server", {**body, "bids": bids}, at(10, 30))
    closed.open()
    with refused("when"):
        closed.open()


def test_envelopes_open_in_order() -> None:
    world = World(opening={"price": at(12), "technical": at(10)}).publish()
    world.bid(BIDDERS[0], "5")
    world.close()
    with refused("opening"):
        world.share(0, envelope="price", now=at(12))
    world.share(0, 1, 2, envelope="technical").open("technical", now=at(10, 30))
    with refused("opening"):
        world.share(3, envelope="technical", now=at(10, 31))
    assert world.state.stage == "closed"
    world.share(0, 1, 2, envelope="price", now=at(12)).open("price", now=at(12))
    assert world.state.stage == "opened"


def test_an_auction_without_bids_runs_to_its_end(world: World) -> None:
    world.close().open().clear()

    assert world.state.cleared["result"]["awards"] == []


def test_the_result_is_of_the_rules(closed: World) -> None:
    closed.share(0, 1, 2).open()
    body = {"rules_sha256": "00" * 32, "seed": "", "missing_seeds": [], "result": {}}
    with refused("result"):
        closed.do("cleared", "server", body, at(11))
    body["rules_sha256"] = digest(closed.state.rules)
    with refused("result"):
        closed.do("cleared", "server", {**body, "missing_seeds": ["Leyla"]}, at(11))
    closed.clear(at(11))
    with refused("awards"):
        closed.do("awarded", "agency", {"awards": [{"bid": 99}]}, at(12))


def test_appeals_are_decided_before_contracts() -> None:
    world = played()
    with refused("awards"):
        world.award(at(11))
    with refused("refers"):
        world.do("appeal", "bidder:stranger", {"bidder": "stranger", "text": "?"}, at(12))
    name = BIDDERS[1].name
    appeal = world.do("appeal", f"bidder:{name}", {"bidder": name, "text": "Wrong"}, at(12))
    contract = {"contract": "C-1", "bid": 9, "terms": {}}
    with refused("refers"):
        world.do("contracted", "agency", contract, at(12))
    decided = {"appeal": appeal, "upheld": True, "why": "Right"}
    world.do("appeal_decided", "commissioner:Leyla", decided, at(13))
    with refused("refers"):
        world.do("appeal_decided", "commissioner:Leyla", decided, at(13))
    world.award(at(14))
    world.do("contracted", "agency", contract, at(15))
    for other in ({**contract, "contract": "C-2", "bid": 6}, contract):
        with refused("refers"):
            world.do("contracted", "agency", other, at(15))


def test_a_contract_has_bonds_milestones_and_payments() -> None:
    world = played()
    bond = {"security": "S-1", "bidder": BIDDERS[0].name, "act": "posted", "amount": "100000.00",
            "currency": "AZN", "why": "bid bond"}  # fmt: skip
    with refused("refers"):
        world.do("security", "agency", {**bond, "act": "released"}, at(12))
    world.do("security", "agency", bond, at(12))
    world.do("security", "agency", {**bond, "act": "forfeited"}, at(12))
    with refused("refers"):
        world.do("security", "agency", {**bond, "act": "released"}, at(12))
    world.do("contracted", "agency", {"contract": "C-1", "bid": 9, "terms": {}}, at(12))
    reached = {"contract": "C-1", "milestone": "grid", "reached": True, "why": "energised"}
    world.do("milestone", "agency", reached, at(13))
    with refused("refers"):
        world.do("milestone", "agency", {**reached, "contract": "C-9"}, at(13))
    paid = {"contract": "C-1", "period": "2028-01", "amount": "-12.50", "currency": "AZN",
            "detail": {}}  # fmt: skip
    world.do("settled", "agency", paid, at(14))
    with refused("refers"):
        world.do("settled", "agency", paid, at(14))
    with refused("when"):
        world.do("cancelled", "agency", {"why": "late"}, at(15))


def test_nothing_follows_a_cancelled_auction(world: World) -> None:
    world.do("cancelled", "agency", {"why": "no need"}, at(9))
    with refused("when"):
        world.bid(BIDDERS[0], "5")
