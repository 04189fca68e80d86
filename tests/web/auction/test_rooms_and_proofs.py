"""The data room, lists, limits, and proofs that anybody may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from web.auctioneers import Play, playing

from bunyad.auction.seal import check_growth, is_included
from bunyad.web.auction.closing import close_all_due


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with playing(tmp_path, largest_document_mb=1) as started:
        yield started


def test_the_data_room_is_for_everybody_and_an_application_for_few(play: Play) -> None:
    play.draft().publish()
    kept = play.do("planner", "documents?name=soil.txt&lot=lot-1", content=b"sand")
    assert play.get("public", f"documents/{kept['id']}") == b"sand"
    assert [one["name"] for one in play.get("public", "lots/lot-1")["documents"]] == ["soil.txt"]
    assert play.get("public", "lots/lot-2")["documents"] == []
    play.do("planner", "documents?lot=none", content=b"x", status=404)
    play.do("planner", "documents", content=b"x" * 1_000_001, status=413)

    play.ask("mazdar", "PUT", f"/auctions/{play.auction}/application", {"country": "AE"})
    own = play.do("mazdar", "documents?name=balance.pdf", content=b"rich")
    assert play.get("mazdar", "desk")["application"]["documents"][0]["id"] == own["id"]
    assert play.get("Leyla", "applications")[0]["documents"][0]["name"] == "balance.pdf"
    assert play.get("public", "documents")[0]["id"] == kept["id"]
    for who, status in (("Leyla", None), ("planner", None), ("mazdar", None),
                        ("araz-solar", 404), ("public", 404), ("commission", 404)):  # fmt: skip
        play.get(who, f"documents/{own['id']}", status=status)
    for who, what, status in (("planner", own, 403), ("mazdar", kept, 403),
                              ("mazdar", own, None), ("planner", kept, None)):  # fmt: skip
        path = f"/auctions/{play.auction}/documents/{what['id']}"
        play.ask(who, "DELETE", path, status=status)
    assert play.get("public", "documents") == []


def test_lists_are_gone_through_page_by_page_and_hide_drafts(play: Play) -> None:
    wanted = {play.draft().publish().auction for _ in range(3)}
    hidden = play.draft().auction
    seen, found, cursor = [], [], ""
    while cursor is not None:
        page = play.ask("public", "GET", f"/lots?limit=2&cursor={cursor}")
        seen += [(one["auction"], one["lot"]["id"]) for one in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 6
    assert {auction for auction, _ in seen} == wanted
    cursor = ""
    while cursor is not None:
        page = play.ask("public", "GET", f"/auctions?limit=1&cursor={cursor}&stage=open")
        found += [one["id"] for one in page["items"]]
        cursor = page["next"]
    assert set(found) == wanted
    assert play.ask("planner", "GET", "/auctions?stage=drafted")["items"][0]["id"] == hidden
    for who in ("other-planner", "Leyla", "commission"):
        assert play.ask(who, "GET", "/auctions?stage=drafted")["items"] == []
    one = play.ask("public", "GET", f"/lots?auction={found[0]}")["items"]
    assert [row["lot"]["id"] for row in one] == ["lot-1", "lot-2"]


def test_a_witness_who_keeps_heads_sees_that_the_log_only_grows(play: Play) -> None:
    play.draft().publish()
    old = play.get("public", "head")
    play.bid("mazdar", "4.00")
    growth = play.get("public", f"proofs/growth?old={old['size']}")
    key = play.get("public", "")["server_key"]
    check_growth(old, growth["new"], growth["proof"], server_key=key)
    proof = play.get("public", "proofs/inclusion?index=2")
    assert is_included(
        bytes.fromhex(proof["leaf"]), index=2, size=proof["head"]["size"],
        proof=[bytes.fromhex(step) for step in proof["proof"]],
        root=bytes.fromhex(proof["head"]["root"]),
    )  # fmt: skip
    for path in ("proofs/growth?old=0", "proofs/growth?old=9", "proofs/inclusion?index=3"):
        play.get("public", path, status=404)


def test_a_record_is_replayed_for_anybody_and_seldom(play: Play) -> None:
    record = play.draft().publish().record()
    path = "/auctions/verification"
    assert play.ask("public", "POST", path, content=record)["ok"]
    false = play.ask("public", "POST", path, content=record.replace(b"Jabrayil", b"jabrayil"))
    assert not false["ok"]
    assert next(one["name"] for one in false["checks"] if one["ok"] is False) == "log"
    play.ask("public", "POST", path, content=b"x" * 1_000_001, status=413)
    for _ in range(3):
        play.ask("public", "POST", path, content=b"{}")
    play.ask("public", "POST", path, content=b"{}", status=429)


def test_an_auction_is_closed_by_the_clock_though_nobody_looks(play: Play) -> None:
    play.draft().publish()
    assert close_all_due(play.server.services) == []
    play.clock.turn(hours=2)
    assert close_all_due(play.server.services) == [play.auction]
    assert close_all_due(play.server.services) == []
    assert play.get("public", "")["stage"] == "closed"


def test_acts_of_one_account_are_limited(tmp_path: Path) -> None:
    with playing(tmp_path, auction_acts_per_minute=20) as play:
        play.draft().publish()
        body = {"text": "Again?"}
        for _ in range(20):
            play.do("mazdar", "questions", body)
        play.do("mazdar", "questions", body, status=429)
        play.do("araz-solar", "questions", body)


def test_a_call_is_amended_and_cancelled_by_its_agency_alone(play: Play) -> None:
    play.draft().publish()
    path = f"/auctions/{play.auction}"
    later = {"why": "asked for", "deadline": play.clock.text(hours=3),
             "opening": {"price": play.clock.text(hours=3)}}  # fmt: skip
    play.ask("other-planner", "PATCH", path, later, status=403)
    assert play.ask("planner", "PATCH", path, later)["deadline"] == later["deadline"]
    sooner = {**later, "deadline": play.clock.text(hours=1)}
    play.ask("planner", "PATCH", path, sooner, status=422)
    told = play.ask("planner", "PATCH", path, {"why": "x", "rules": {}}, status=422)
    assert {one["where"] for one in told["faults"]} >= {"rules.format", "rules.price"}
    play.do("commission", "seeds", {"commissioner": "Leyla", "sha256": "ab" * 32,
            "signature": "ab" * 64}, status=403)  # fmt: skip
    assert play.do("planner", "cancellation", {"why": "no money"})["stage"] == "cancelled"
    assert play.ask("public", "GET", path)["stage"] == "cancelled"
