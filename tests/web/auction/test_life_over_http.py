"""An auction from its draft to settlement over HTTP, and what nobody learns too early."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from web.auctioneers import BIDDERS, COMMISSION, Play, playing

from bunyad.auction.seal import check_receipt, verify_record


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with playing(tmp_path) as started:
        yield started


def with_bids(play: Play) -> Play:
    """Return an auction with a bid of each bidder; one was replaced and one taken back."""
    play.draft().publish().commit()
    first = play.bid("araz-solar", "5.10")
    play.bid("rüzgâr enerji", "4.75", lots=("lot-1", "lot-2"))
    play.bid("sunfield gmbh", "4.60")
    gone = play.bid("mazdar", "3.00", lots=("lot-2",))
    play.bid("araz-solar", "4.40", replaces=first["index"])
    play.withdraw("mazdar", gone["index"])
    return play


def test_a_commission_of_three_and_four_bidders_go_from_draft_to_settlement(play: Play) -> None:
    play.draft()
    play.do("Leyla", "questions", {"text": "?"}, status=404)
    with_bids(play)
    play.do("mazdar", "questions", {"text": "Who pays the line?", "lot": "lot-1"})
    question = play.get("public", "questions")[0]
    play.do("planner", f"questions/{question['index']}/answer", {"text": "The state."})
    for name, (country, _) in BIDDERS.items():
        play.ask(name, "PUT", f"/auctions/{play.auction}/application", {"country": country})
    play.do(
        "Rauf", "qualifications", {"bidder": "sunfield gmbh", "qualified": False, "why": "no bond"}
    )
    play.open().award()

    state = play.get("public", "")
    assert state["stage"] == "awarded"
    won = {award["lot"]: award["price"] for award in state["awards"]}
    assert won == {"lot-1": "4.40", "lot-2": "4.75"}

    bid = state["awards"][0]["bid"]
    appeals = play.do("rüzgâr enerji", "appeals", {"text": "Our bid was better."})
    play.do("planner", "contracts", {"contract": "c1", "bid": bid}, status=422)
    play.do("planner", f"appeals/{appeals[0]['index']}/decision", {"upheld": False, "why": "No."})
    play.do("planner", "contracts", {"contract": "c1", "bid": bid, "terms": {"years": 20}})
    bond = {"security": "s1", "bidder": "araz-solar", "act": "posted", "amount": "1000000",
            "currency": "USD", "why": "performance"}  # fmt: skip
    play.do("planner", "securities", bond)
    play.do(
        "planner",
        "milestones",
        {"contract": "c1", "milestone": "works", "reached": True, "why": "seen"},
    )
    paid = {"contract": "c1", "period": "2030-01", "amount": "-12.50", "currency": "USD"}
    deeds = play.do("planner", "settlements", paid)
    assert [deed["kind"] for deed in deeds] == ["contracted", "security", "milestone", "settled"]

    receipts = [one["receipt"] for name in BIDDERS for one in play.get(name, "desk")["bids"]]
    found = verify_record(play.record(), receipts)
    assert found.is_complete, found.faults
    assert len(receipts) == 5

    lot = play.get("public", "lots/lot-1")
    told = [deed["kind"] for deed in lot["deeds"]]
    assert (told[0], told[-1]) == ("drafted", "settled")
    assert "cleared" in told
    assert lot["questions"][0]["answer"] == "The state."


def test_nothing_of_who_bids_what_is_told_before_the_opening(play: Play) -> None:
    with_bids(play)
    play.ask("mazdar", "PUT", f"/auctions/{play.auction}/application", {"country": "AE"})
    bond = {"security": "s1", "bidder": "mazdar", "act": "posted", "amount": "1",
            "currency": "USD", "why": "bid bond of mazdar"}  # fmt: skip
    play.do("planner", "securities", bond)
    names = [name.encode() for name in BIDDERS]
    paths = ("", "record.json", "questions", "documents", "commissioners", "lots/lot-2", "head")
    for who in ("public", "planner", "Leyla", "commission", "organiser", "admin", "araz-solar"):
        for path in paths:
            said = play.server.client.get(
                f"/api/v1/auctions/{play.auction}/{path}".rstrip("/"),
                headers=play.server.as_role(who),
            ).content
            # A bidder is told its own name, which is not in what others get.
            for name in names if who not in BIDDERS else names[1:]:
                assert name not in said, (who, path)
    assert play.get("public", "")["bids"] is None
    assert play.get("Leyla", "room")["bids"] == []
    assert play.get("admin", "room")["bids"] == []
    audit = play.ask("admin", "GET", "/audit")
    assert not any(name in str(audit).encode() for name in names)

    play.clock.turn(hours=2)
    assert play.get("public", "")["bids"] == 3
    assert b"mazdar" not in play.record("public")
    assert b"mazdar" in play.record("Leyla")
    assert b"mazdar" not in play.record("commission"), "of the role, not of this commission"


def test_a_bidder_sees_only_its_own(play: Play) -> None:
    with_bids(play)
    index = play.get("sunfield gmbh", "desk")["bids"][0]["index"]
    assert [one["status"] for one in play.get("araz-solar", "desk")["bids"]] == [
        "replaced",
        "standing",
    ]
    assert play.get("mazdar", "desk")["bids"][0]["withdrawal"]
    play.get("araz-solar", f"receipts/{index}", status=404)
    receipt = play.get("sunfield gmbh", f"receipts/{index}")
    key = play.get("public", "")["server_key"]
    check_receipt(receipt, auction=play.auction, server_key=key)
    play.do("mazdar", "bids", play.sealed("sunfield gmbh", "1.00", lots=("lot-2",)), status=422)


def test_what_comes_late_is_written_down_and_does_not_count(play: Play) -> None:
    play.draft().publish().commit()
    late = play.sealed("mazdar", "1.00")
    play.clock.turn(hours=2)
    assert "deadline" in play.do("mazdar", "bids", late, status=422)["title"]
    assert play.get("public", "")["stage"] == "closed"
    assert play.get("Leyla", "room")["late"] == 1
    play.do("mazdar", "bids", {**late, "bidder": "araz-solar"}, status=422)
    assert play.get("Leyla", "room")["late"] == 1


def test_two_of_three_open_and_one_alone_does_not(play: Play) -> None:
    with_bids(play)
    with pytest.raises(AssertionError, match="1 of 2 have given their shares"):
        play.open("Rauf")
    assert play.get("public", "")["stage"] == "closed"


def test_the_commission_is_complete_before_the_call(play: Play) -> None:
    play.draft()
    for who in ("planner@example.org", "nobody@example.org"):
        play.do("planner", "commissioners", {"email": who}, status=422)
    play.do("planner", "commissioners", {"email": "leyla@example.org"})
    play.do("planner", "commissioners", {"email": "leyla@example.org"}, status=409)
    play.do("planner", "commissioners", {"email": "rauf@example.org", "name": "R. Əliyev"})
    play.call = {"threshold": 2, "deadline": play.clock.text(hours=1),
                 "opening": {"price": play.clock.text(hours=1)}}  # fmt: skip
    told = play.do("planner", "publication", play.call, status=422)
    assert told["title"] == "Keys are missing of Leyla, R. Əliyev."
    play.ask("planner", "DELETE", f"/auctions/{play.auction}/commissioners/R. Əliyev")
    assert [one["name"] for one in play.get("Leyla", "commissioners")] == ["Leyla"]
    for name in ("Rauf", "Aysel"):
        play.do("planner", "commissioners", {"email": f"{name}@example.org"})
    for name, keys in COMMISSION.items():
        body = {"recipient": keys.recipient, "signing_key": keys.signing_key}
        play.ask(name, "PUT", f"/auctions/{play.auction}/keys", body)
    play.do("planner", "publication", {**play.call, "opening": {}}, status=422)
    play.do("planner", "publication", play.call)
    keys = COMMISSION["Leyla"]
    body = {"recipient": keys.recipient, "signing_key": keys.signing_key}
    play.ask("Leyla", "PUT", f"/auctions/{play.auction}/keys", body, status=409)
