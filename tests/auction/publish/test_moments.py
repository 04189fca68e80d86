"""A lot's life in plain words, in each language, and only of what the public may know."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message
from published import DAY, Life, played

from bunyad.auction.events import KINDS
from bunyad.auction.publish import timeline
from bunyad.auction.publish.words import LANGUAGES, has_words, words
from bunyad.errors import InputError


def catalogue(language: str) -> dict[str, str]:
    path = resources.files("bunyad").joinpath(f"messages/auction.{language}.ftl")
    parsed = FluentParser().parse(path.read_text("utf-8"))
    found = {}
    for entry in parsed.body:
        if isinstance(entry, Message):
            found[entry.id.name] = str(path.read_text("utf-8")[entry.span.start : entry.span.end])
    return found


def test_catalogues_have_the_same_messages_with_the_same_holes() -> None:
    english = catalogue("en")
    for language in LANGUAGES:
        other = catalogue(language)
        assert set(other) == set(english)
        for key, text in english.items():
            holes = set(re.findall(r"\{ \$(\w+) \}", text))
            assert set(re.findall(r"\{ \$(\w+) \}", other[key])) == holes, key


def test_there_are_words_for_every_kind_of_event() -> None:
    for kind in ("drafted", *KINDS):
        assert has_words(f"moment-{kind}", "en"), kind


def test_a_lots_life_is_told_in_the_order_of_the_log() -> None:
    moments = timeline(played().events, "lot-1")

    assert [moment.index for moment in moments] == sorted(moment.index for moment in moments)
    told = {moment.kind: moment.text for moment in moments}
    assert told["awarded"] == "The agency awarded the lot to araz-solar at 47.35 USD/MWh."
    assert told["bid"] == "araz-solar replaced the bid of entry 5 by another sealed bid."
    assert told["settled"].startswith("For 2026-11 the supplier paid back 120.50 USD")
    assert told["question"] == "Somebody asked: “Which node?”"
    assert "withdrawn" not in told


def test_another_lots_bids_and_questions_are_not_told() -> None:
    moments = timeline(played().events, "lot-2")

    told = {moment.kind: moment.text for moment in moments}
    assert "question" not in told
    assert "answer" not in told
    assert "contracted" not in told
    assert told["withdrawn"] == "hydro 4 withdrew the bid of entry 7."


def test_who_does_it_is_named_in_the_readers_language() -> None:
    moments = {moment.kind: moment.who for moment in timeline(played().events, "lot-1", "az")}

    assert moments["published"] == "Agentlik"
    assert moments["question"] == "İctimaiyyət"
    assert moments["bid"] == "İştirakçı araz-solar"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_ending_of_a_moment_can_be_told(language: str) -> None:
    life = Life().publish()
    life.do("amended", "agency", {"why": "a word"}, 3)
    asked = life.do("question", "public", {"text": "Why?"}, 3)
    life.do("answer", "agency", {"question": asked, "text": "So."}, 4)
    first = life.bid("araz", "lot-1")
    life.bid("kür", "lot-1")
    bond = {"security": "b", "bidder": "araz", "amount": "5", "currency": "USD", "why": "rules"}
    life.do("security", "agency", {**bond, "act": "posted"}, 15, 10)
    life.close()
    life.do("late", "server", {"sha256": "ab" * 32}, 20, 10)
    life.qualify("kür", fit=False)
    life.open({first: {"price": "40"}})
    life.clear([]).award([{"bid": first, "lot": "lot-1", "price": "40"}])
    appeal = life.do("appeal", "bidder:kür", {"bidder": "kür", "text": "No."}, 24, 10)
    life.do("appeal_decided", "agency", {"appeal": appeal, "upheld": True, "why": "-"}, 25, 10)
    life.award([{"bid": first, "lot": "lot-1", "price": "40"}], day=26)
    life.do("contracted", "agency", {"contract": "c", "bid": first, "terms": {}}, 27, 10)
    missed = {"contract": "c", "milestone": "grid", "reached": False, "why": "no line"}
    life.do("milestone", "agency", missed, 28, 10)
    paid = {"contract": "c", "period": "1", "amount": "7", "currency": "USD", "detail": {}}
    life.do("settled", "agency", paid, 28, 10)
    life.do("security", "agency", {**bond, "act": "released"}, 29, 10)

    for lot in ("lot-1", "lot-2"):
        for moment in timeline(life.events, lot, language):
            assert moment.text
            assert "{" not in moment.text


def test_seeds_shares_and_cancelling_are_told() -> None:
    for key, values in {
        "tie_seed_committed": {"name": "Leyla"},
        "share_given": {"name": "Leyla", "envelope": "price"},
        "cancelled": {"why": "No budget."},
    }.items():
        assert list(values.values())[-1] in words(f"moment-{key}", "az", values)


def test_there_is_nothing_to_tell_of_a_draft() -> None:
    assert timeline(Life().events, "lot-1") == ()


def test_a_lot_that_is_not_there_says_which_are() -> None:
    with pytest.raises(InputError, match="lot-1, lot-2"):
        timeline(played().events, "lot-9")


def test_a_language_without_words_says_so() -> None:
    with pytest.raises(InputError, match="no catalogue for 'tlh'"):
        timeline(played().events, "lot-1", "tlh")


def test_a_moved_deadline_is_told_with_its_date() -> None:
    life = Life().publish()
    life.do("amended", "agency", {"why": "holidays.", "deadline": DAY.format(10, 21)}, 5)

    assert timeline(life.events, "lot-1")[-1].text == (
        "The call was changed: holidays. Bids are taken until 2026-10-21 10:00 UTC."
    )
