"""Releases are valid, never change, merge as the standard says, and leak nothing."""

from __future__ import annotations

import json
import warnings
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ocds_checks import SCHEMA, judged
from published import DAY, LOTS, RULES, Life, played

from bunyad.auction.events import Event
from bunyad.auction.publish import (
    Party,
    Publisher,
    lot_page,
    published_files,
    read_publisher,
    record_package,
    red_flags,
    release_package,
    releases,
    statistics,
    timeline,
)
from bunyad.errors import InputError

PUBLISHER = Publisher(
    ocid_prefix="ocds-b5fd17",
    agency=Party(name="agency", legal_name="Ministry of Energy", country="AZ"),
    bidders=(
        Party(name="araz-solar", scheme="AZ-VOEN", register_id="1234567", country="AZ"),
        Party(name="kür-wind", legal_name="Kür Wind FZE", country="AE"),
        Party(name="late-and-void", country="AZ"),
    ),
)
BIDDERS = ("araz-solar", "kür-wind", "hydro 4", "late-and-void", "tardy power", "1234567", "FZE")
SEALED = ("47.35", "49.9", "U0VDUkVU", "7" * 64)


@cache
def whole() -> tuple[Event, ...]:
    return tuple(played().events)


def opened_at(events: tuple[Event, ...]) -> int:
    return next(event.index for event in events if event.kind == "opened")


def test_release_package_is_valid_under_the_standards_own_judge() -> None:
    found = judged(release_package(whole(), PUBLISHER))

    assert found["validation_errors"] == []
    assert found["extensions"]["invalid_extension"] == {}
    assert found["additional_closed_codelist_values"] == {}
    assert found["additional_checks"] == {}
    assert [one["field"] for one in found["additional_fields"]] == ["items"]


def test_record_package_is_valid_under_the_standards_own_judge() -> None:
    found = judged(record_package(whole(), PUBLISHER))

    assert found["validation_errors"] == []
    assert found["additional_checks"] == {}


def test_the_judge_finds_a_fault_when_there_is_one() -> None:
    package = release_package(whole(), PUBLISHER)
    broken = json.loads(json.dumps(package))
    del broken["releases"][0]["ocid"]
    broken["releases"][1]["tender"]["enquiries"][0]["id"] = 7

    assert len(judged(broken)["validation_errors"]) == 2


@cache
def merger():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ocdsmerge import Merger

        schema = json.loads((SCHEMA / "release-schema.json").read_text())
        for folder in sorted(Path(SCHEMA).glob("ocds_*_extension")):
            patch = json.loads((folder / "release-schema.json").read_text())
            schema["properties"].update(patch.get("properties", {}))
            for name, definition in patch["definitions"].items():
                held = schema["definitions"].setdefault(name, {"properties": {}})
                held["properties"].update(definition["properties"])
        return Merger(schema)


def test_compiled_release_is_that_of_the_reference_merger() -> None:
    for size in range(2, len(whole()) + 1):
        record = record_package(whole()[:size], PUBLISHER)["records"][0]

        reference = merger().create_compiled_release(json.loads(json.dumps(record["releases"])))

        assert record["compiledRelease"] == reference


@pytest.mark.parametrize("size", range(len(whole()) + 1))
def test_releases_of_the_first_events_are_the_first_releases(size: int) -> None:
    every = releases(whole(), PUBLISHER)

    early = releases(whole()[:size], PUBLISHER)

    assert early == every[: len(early)]


def public_text(events: tuple[Event, ...]) -> str:
    """Everything that the public gets to see of events."""
    return "\n".join(
        [
            *published_files(events, PUBLISHER).values(),
            json.dumps(releases(events, PUBLISHER), ensure_ascii=False),
            str(statistics(events, PUBLISHER)),
            *(str(timeline(events, lot["id"], "az")) for lot in LOTS),
            *(lot_page(events, lot["id"], publisher=PUBLISHER) for lot in LOTS),
        ]
    )


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_nothing_sealed_leaks_before_the_opening(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, opened_at(whole())))

    text = public_text(whole()[:size])

    for secret in (*BIDDERS, *SEALED):
        assert secret not in text, secret


def test_flags_before_the_opening_are_of_the_call_alone() -> None:
    for size in range(2, opened_at(whole()) + 1):
        flags = red_flags(whole()[:size])

        assert not {name for flag in flags for name in flag.bidders}


def test_prices_stay_shut_while_only_the_first_envelope_is_open() -> None:
    opening = {"technical": DAY.format(10, 21), "price": DAY.format(10, 25)}
    life = Life().publish(opening=opening)
    first, second = life.bid("araz-solar", "lot-1"), life.bid("kür-wind", "lot-1")
    life.close()
    life.open({first: {"mw": "100"}, second: {"mw": "90"}}, envelope="technical")

    half = public_text(tuple(life.events))
    life.qualify("kür-wind", fit=False, day=22)
    life.open({first: {"price": "47.35"}}, day=25)

    assert "araz-solar" in half
    assert "47.35" not in half
    bids = releases(life.events, PUBLISHER)[-1]["bids"]["details"]
    assert [bid["status"] for bid in bids] == ["valid", "disqualified"]
    assert [bid.get("value", {}).get("amount") for bid in bids] == [47.35, None]


def test_nobody_learns_who_asked() -> None:
    text = public_text(whole()[:5])

    assert "Which node?" in text
    assert "araz-solar" not in text


def test_amounts_name_their_currency_and_payers_their_side() -> None:
    compiled = record_package(whole(), PUBLISHER)["records"][0]["compiledRelease"]

    [paid] = compiled["contracts"][0]["implementation"]["transactions"]
    assert paid["value"] == {"amount": 120.5, "currency": "USD"}
    assert paid["payer"]["id"] == "AZ-VOEN-1234567"
    assert paid["payee"]["name"] == "Ministry of Energy"
    assert compiled["contracts"][0]["awardID"] == "8/lot-1"
    statistics_by = {one["id"]: one["value"] for one in compiled["bids"]["statistics"]}
    assert statistics_by["foreignBids"] == 1
    assert statistics_by["validBids"] == 2


def test_flexible_bids_keep_the_first_ones_id() -> None:
    life = Life().publish()
    index = life.bid("araz-solar", "lot-1")
    life.close()
    life.open({index: {"alternatives": [{"price": "47"}, {"price": "45", "quantity": "9"}]}})

    bids = releases(life.events, PUBLISHER)[-1]["bids"]["details"]

    assert [bid["id"] for bid in bids] == [f"{index}/lot-1", f"{index}/lot-1/2"]


def test_an_appeal_that_moves_the_award_cancels_the_first() -> None:
    life = Life().publish()
    first, second = life.bid("araz-solar", "lot-1"), life.bid("kür-wind", "lot-1")
    life.close().open({first: {"price": "40"}, second: {"price": "41"}})
    life.clear([{"bid": first, "lot": "lot-1", "price": "40"}])
    life.award([{"bid": first, "lot": "lot-1", "price": "40"}])
    appeal = life.do("appeal", "bidder:kür-wind", {"bidder": "kür-wind", "text": "No."}, 24, 10)
    yes = {"appeal": appeal, "upheld": True, "why": "Its node is taken."}
    life.do("appeal_decided", "agency", yes, 25, 10)
    life.award([{"bid": second, "lot": "lot-1", "price": "41"}], day=26)

    package = record_package(life.events, PUBLISHER)

    awards = package["records"][0]["compiledRelease"]["awards"]
    assert [award["status"] for award in awards] == ["cancelled", "active"]
    assert package["records"][0]["releases"][-1]["tag"] == ["awardUpdate"]
    assert judged(package)["validation_errors"] == []
    lots = package["records"][0]["compiledRelease"]["tender"]["lots"]
    assert [lot["status"] for lot in lots] == ["complete", "unsuccessful"]


def test_cancelled_auctions_and_dropped_lots_say_so() -> None:
    life = Life().publish()
    life.do("amended", "agency", {"why": "No node for it.", "lots": LOTS[:1]}, 5)
    life.do("cancelled", "agency", {"why": "No budget."}, 6)

    package = record_package(life.events, PUBLISHER)

    tender = package["records"][0]["compiledRelease"]["tender"]
    assert tender["status"] == "cancelled"
    assert [lot["status"] for lot in tender["lots"]] == ["cancelled", "cancelled"]
    assert [change["rationale"] for change in tender["amendments"]] == [
        "No node for it.",
        "No budget.",
    ]
    assert judged(package)["validation_errors"] == []


def test_a_volume_with_scores_and_prequalification_is_valid_too() -> None:
    rules = {
        **RULES,
        "allocation": {"by": "volume"},
        "volume": "300",
        "scoring": {"price_weight": "0.7"},
        "qualification": {"stage": "before_bids"},
    }
    life = Life(rules=rules).publish()
    index = life.bid("araz-solar", "lot-1", "lot-2")
    life.close().open({index: {"price": "47", "quantity": "120.5"}})

    package = record_package(life.events, PUBLISHER)

    tender = package["records"][0]["compiledRelease"]["tender"]
    assert tender["procurementMethod"] == "selective"
    assert tender["awardCriteria"] == "ratedCriteria"
    assert "300 MW are on offer" in tender["description"]
    [bid] = package["records"][0]["compiledRelease"]["bids"]["details"]
    assert bid["relatedLots"] == ["lot-1", "lot-2"]
    assert judged(package)["validation_errors"] == []


def test_a_draft_is_not_published() -> None:
    with pytest.raises(InputError, match="nothing of the auction is public"):
        release_package(Life().events, PUBLISHER)


def test_every_fault_of_a_publishers_file_is_told() -> None:
    with pytest.raises(InputError) as caught:
        read_publisher({"ocid_prefix": "wrong", "licence": "MIT", "nme": 1}, where="p.yaml")

    text = str(caught.value)
    assert "ocid_prefix" in text
    assert "licence" in text
    assert "nme" in text


def test_a_publishers_file_names_the_parties() -> None:
    found = read_publisher(
        {"agency": {"name": "agency"}, "bidders": [{"name": "a", "country": "TR"}]}, where="p.yaml"
    )

    assert found.party("a").country == "TR"
    assert found.party("b").country == ""
