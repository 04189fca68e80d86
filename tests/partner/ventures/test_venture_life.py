"""A venture from draft to end: who may do what, and what holds when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from partner_ventures import SECRETS, Play, party, running, terms

from bunyad.errors import InputError
from bunyad.partner.ventures import (
    KINDS,
    RULES,
    due_reminders,
    fold_venture,
    portfolio,
    read_shares,
    read_venture_event,
    tell_event,
)
from bunyad.partner.ventures.bodies import BODIES
from bunyad.partner.ventures.signing import sign_paper


def refused(rule: str, act) -> None:
    with pytest.raises(InputError) as caught:
        act()
    assert f"rule {rule}" in str(caught.value)


def test_a_venture_runs_once_all_have_signed_the_same_version() -> None:
    play = Play()
    play.do("drafted", {"terms": terms()})
    assert play.sign("araz").stage == "drafted"
    state = play.sign("indus")
    assert (state.stage, state.agreed_version, state.proposed) == ("running", 1, None)
    assert set(state.agreed_signatures) == {"araz", "indus"}
    assert state == fold_venture(play.events)


def test_a_revision_holds_only_once_all_have_signed_and_the_old_one_until_then() -> None:
    play = running()
    play.do("revised", {"terms": terms(title="More"), "why": "x"}, actor="party:araz")
    state = play.sign("araz")
    assert state.agreed["title"] == "Meters of Aghali"
    assert play.sign("indus").agreed["title"] == "More"
    assert play.state.agreed_version == 2


def test_a_party_that_joins_or_leaves_changes_nothing_without_everybodys_signature() -> None:
    play = running()
    joined = terms(
        parties=[party("araz", "50"), party("fund", "50")], contributions=[], milestones=[]
    )
    play.do("revised", {"terms": joined, "why": "x"})
    play.sign("araz")
    assert play.sign("fund").agreed_version == 1
    assert play.sign("indus").agreed_version == 2


def test_a_declined_version_leaves_the_one_before() -> None:
    play = running()
    play.do("revised", {"terms": terms(title="More"), "why": "x"})
    play.sign("araz")
    state = play.do("declined", {"party": "indus", "version": 2, "why": "no"}, actor="party:indus")
    assert (state.proposed, state.agreed["title"]) == (None, "Meters of Aghali")
    refused(
        "version",
        lambda: play.do(
            "declined", {"party": "araz", "version": 2, "why": "x"}, actor="party:araz"
        ),
    )


def test_nobody_signs_for_another_or_twice_or_other_words() -> None:
    play = Play()
    play.do("drafted", {"terms": terms()})
    refused("signature", lambda: play.sign("araz", secret=SECRETS["indus"]))
    refused("who", lambda: play.sign("araz", as_actor="indus"))
    refused("who", lambda: play.sign("fund"))
    play.sign("araz")
    refused("signature", lambda: play.sign("araz"))
    old = play.events[-1].body
    play.do("revised", {"terms": terms(title="More"), "why": "x"})
    refused("version", lambda: play.do("signed", dict(old), actor="party:araz"))
    refused("version", lambda: play.do("signed", {**old, "version": 2}, actor="party:araz"))


def test_a_key_is_changed_only_by_a_signature_of_the_old_one() -> None:
    play = running()
    stolen = terms(parties=[party("araz", "51"), {**party("fund", "49"), "organisation": "indus"}])
    play.do("revised", {"terms": stolen, "why": "x"}, actor="party:araz")
    play.sign("araz")
    refused("signature", lambda: play.sign("indus", secret=SECRETS["fund"]))
    assert play.sign("indus").agreed_version == 2


@pytest.mark.parametrize(
    ("rule", "more"),
    [
        ("shares", {"parties": [party("araz", "51"), party("indus", "48")]}),
        ("shares", {"parties": [party("araz", "100"), party("indus")]}),
        ("shares", {"form": "contract", "parties": [party("araz", "100"), party("indus")]}),
        ("parties", {"parties": [party("araz", "50"), party("araz", "50")]}),
        ("codes", {"field": "62999"[:4]}),
        ("codes", {"country": "QQ"}),
        ("codes", {"milestones": [{"id": "a", "title": "t", "due": "2027-02-30", "party": None}]}),
        ("named", {"milestones": [{"id": "a", "title": "t", "due": "2027-02-01", "party": "x"}]}),
        (
            "named",
            {"milestones": [{"id": "a", "title": "t", "due": "2027-02-01", "party": None}] * 2},
        ),
    ],
)
def test_terms_that_contradict_themselves_are_refused(rule: str, more) -> None:
    refused(rule, lambda: Play().do("drafted", {"terms": terms(**more)}))


def test_a_letter_of_intent_needs_no_shares() -> None:
    Play().do(
        "drafted",
        {"terms": terms(form="letter_of_intent", parties=[party("araz"), party("indus")])},
    )


def test_a_body_with_a_field_too_many_or_too_few_is_told_whole() -> None:
    with pytest.raises(InputError) as caught:
        Play().do("drafted", {"terms": {**terms(), "colour": "red", "title": ""}})
    assert len(caught.value.faults) == 2


def test_contributions_and_milestones_are_followed() -> None:
    play = running()
    play.do(
        "contributed",
        {"contribution": "capital", "amount_usd": "15000.00", "day": "2026-11-20", "why": "x"},
    )
    play.do("milestone_missed", {"milestone": "first", "due": "2027-04-01", "why": "snow"})
    play.do(
        "milestone_reached",
        {"milestone": "first", "day": "2027-03-20", "why": "done"},
        actor="party:indus",
    )
    refused(
        "refers",
        lambda: play.do(
            "milestone_reached", {"milestone": "first", "day": "2027-03-20", "why": "x"}
        ),
    )
    refused(
        "refers",
        lambda: play.do(
            "milestone_reached", {"milestone": "third", "day": "2027-03-20", "why": "x"}
        ),
    )
    refused("who", lambda: play.do(
        "contributed", {"contribution": "hall", "amount_usd": "1", "day": "2026-11-20", "why": "x"},
        actor="party:araz"))  # fmt: skip
    table = portfolio([play.state])
    rows = table.set_index("country").to_dict("index")
    assert rows["PK"]["paid_usd"] == 15_000
    assert rows["PK"]["promised_usd"] == 40_000
    assert rows["AZ"]["promised_usd"] == 10_000
    assert rows["AZ"]["field"] == "C"
    assert (rows["AZ"]["milestones"], rows["AZ"]["reached"]) == (2, 1)


def test_a_document_is_added_with_the_signature_of_who_adds_it() -> None:
    play = running()
    paper = {"name": "plan.pdf", "sha256": "ab" * 32}
    good = sign_paper("v", paper, party="araz", secret=SECRETS["araz"])
    body = {"party": "araz", "document": paper, "signature": good}
    refused("signature", lambda: play.do(
        "document_added", {**body, "document": {**paper, "sha256": "cd" * 32}}, actor="party:araz"))  # fmt: skip
    assert len(play.do("document_added", body, actor="party:araz").documents) == 1
    refused("refers", lambda: play.do("document_added", body, actor="party:araz"))


def test_nothing_follows_the_end() -> None:
    play = running()
    play.do("ended", {"why": "done"}, actor="party:araz")
    for kind in KINDS:
        with pytest.raises(InputError):
            play.do(kind, {"why": "x"})


def test_events_follow_in_index_and_time() -> None:
    play = running()
    refused("order", lambda: play.do("cancelled", {"why": "x"}, day=1))
    refused("first", lambda: Play().do("cancelled", {"why": "x"}))
    refused("first", lambda: play.do("drafted", {"terms": terms()}))
    refused("who", lambda: Play().do("drafted", {"terms": terms()}, actor="party:fund"))
    assert {"first", "order", "who"} <= set(RULES)


def test_reminders_name_who_has_to_do_what_by_when() -> None:
    play = Play()
    play.do("drafted", {"terms": terms()}, day=1)
    waiting = due_reminders(play.state, date(2026, 11, 3))
    assert {(one.party, one.kind, one.due) for one in waiting} == {
        ("araz", "signature", "2026-11-08"), ("indus", "signature", "2026-11-08"),
    }  # fmt: skip
    play.sign("araz")
    play.sign("indus")
    soon = due_reminders(play.state, date(2026, 11, 20))
    assert [(one.party, one.what, one.days) for one in soon] == [("indus", "Capital", 11)]
    play.do(
        "contributed",
        {"contribution": "capital", "amount_usd": "40000", "day": "2026-11-20", "why": "x"},
    )
    assert due_reminders(play.state, date(2026, 11, 20)) == ()
    late = due_reminders(play.state, date(2027, 9, 2))
    assert [(one.party, one.days) for one in late] == [
        ("araz", -230), ("indus", -185), ("araz", -1), ("indus", -1),
    ]  # fmt: skip
    one = late[0]
    body = {"party": one.party, "what": one.what, "due": one.due}
    play.do("reminded", body, actor="server", day=29)
    assert one in due_reminders(play.state, date(2027, 9, 2))
    assert one not in due_reminders(play.state, date(2026, 11, 29), ahead_days=400)


def test_every_kind_has_a_body_and_is_told_in_words() -> None:
    assert set(BODIES) == {"drafted", *KINDS}
    play = running()
    assert tell_event(play.events[0], "en") == "The agreement “Meters of Aghali” was drafted."
    assert "imzaladı" in tell_event(play.events[1], "az")


def test_an_event_is_read_back_and_a_broken_one_told() -> None:
    event = running().events[0]
    content = {
        name: getattr(event, name) for name in ("venture", "index", "kind", "time", "actor", "body")
    }
    assert read_venture_event(content) == event
    for wrong in ({"kind": "sold"}, {"index": -1}, {"time": "today"}, {"extra": 1}, {"body": {}}):
        with pytest.raises(InputError):
            read_venture_event({**content, **wrong})


@given(st.lists(st.integers(1, 999), min_size=2, max_size=9))
def test_shares_as_ratios_make_the_whole_exactly(parts: list[int]) -> None:
    whole = sum(parts)
    found = read_shares({str(at): f"{one}/{whole}" for at, one in enumerate(parts)})
    assert sum(found.values()) == 1


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=6))
def test_shares_that_do_not_make_the_whole_are_refused(parts: list[int]) -> None:
    texts = {str(at): f"{one}/1000000" for at, one in enumerate(parts)}
    if sum(parts) == 10**6:
        assert sum(read_shares(texts).values()) == Fraction(1)
    else:
        with pytest.raises(InputError, match="add up to"):
            read_shares(texts)


@pytest.mark.parametrize("text", ["", "0", "101", "-1", "1/0", "x", "1e2", "33,3", "2/1", "١"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_shares({"a": text})


def test_no_ventures_are_an_empty_portfolio() -> None:
    assert len(portfolio([])) == 0
    assert len(portfolio([replace(running().state, stage="ended")])) == 2
