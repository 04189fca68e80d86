"""Bids from files, with every fault; published auctions cleared again."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from bunyad.auction.bids import parse_bids, read_bids, read_case, read_cases
from bunyad.auction.clearing import clear
from bunyad.auction.rules import load_rules
from bunyad.errors import InputError

CSV = """id,bidder,price,quantity,is_divisible,delivery_year,score_jobs,submitted
a,Ayana,2.540,300,no,2028,5.5,2026-01-01T00:00:00Z
b,"Azure, Ltd",2.55,50.125,,,,
"""

SECI = [
    {  # SECI ISTS-IV 2019, as in the press (Mercom): the last winner's bid is cut
        "id": "ISTS-IV", "capacity": 1200, "ceiling": Decimal("2.65"), "total_bid": 2100,
        "bids": [
            ["Ayana", "2.54", 300], ["ReNew", "2.54", 300], ["Azure", "2.54", 300],
            ["Mahindra Susten", "2.54", 250], ["Avaada", "2.55", 350], ["unnamed", "2.55", None],
        ],
        "awards": {"Ayana": 300, "ReNew": 300, "Azure": 300, "Mahindra Susten": 250, "Avaada": 50},
    },
    {  # SECI 3 GW, July 2018 (Renewable Watch)
        "id": "ISTS-I", "capacity": 3000, "total_bid": 5100,
        "bids": [
            ["ACME", "2.44", 600], ["Azure", "2.64", 300], ["Rutherford", "2.70", 200],
            ["Mahoba", "2.71", 300], ["ReNew", "2.71", 500], ["SBE", "2.71", 1800],
        ],
        "awards": {"ACME": 600, "Azure": 300, "Rutherford": 200, "Mahoba": 300, "ReNew": 500,
                   "SBE": 1100},
    },
]  # fmt: skip


def test_bids_are_read_from_csv_with_their_digits():
    first, second = parse_bids(CSV)

    assert str(first.price) == "2.540"
    assert (first.is_divisible, first.delivery_year) == (False, 2028)
    assert first.scores == {"jobs": Decimal("5.5")}
    assert second.bidder == "Azure, Ltd"
    assert second.is_divisible
    assert second.scores == {}


def test_json_says_the_same_as_csv(tmp_path: Path):
    rows = [
        {"id": "a", "bidder": "Ayana", "price": 2.540, "quantity": "300", "is_divisible": False,
         "delivery_year": 2028, "scores": {"jobs": 5.5}, "submitted": "2026-01-01T00:00:00Z"},
        {"id": "b", "bidder": "Azure, Ltd", "price": "2.55", "quantity": 50.125, "lot": None},
    ]  # fmt: skip
    (tmp_path / "bids.json").write_text(json.dumps(rows), "utf-8")
    (tmp_path / "bids.csv").write_text("\ufeff" + CSV, "utf-8")

    assert read_bids(tmp_path / "bids.json") == read_bids(tmp_path / "bids.csv")


def test_every_fault_is_told_with_line_and_field():
    text = (
        "id,bidder,price,quantity,is_divisible,delivery_year,colour,score_jobs\n"
        'a,x,"1,200",5,perhaps,2028.5,,\n'
        "b,,2,,,,red,many\n"
        "c,y,3,1,,,,\n"
        "c,y,NaN,1,,,,\n"
        "c,y,3,1,,,,\n"
    )

    with pytest.raises(InputError) as caught:
        parse_bids(text, where="bids.csv")

    assert [fault.where for fault in caught.value.faults] == [
        "bids.csv:2: price", "bids.csv:2: is_divisible", "bids.csv:2: delivery_year",
        "bids.csv:3: bidder", "bids.csv:3: quantity", "bids.csv:3: colour", "bids.csv:3: score_jobs",
        "bids.csv:5: price", "bids.csv:6: id",
    ]  # fmt: skip
    assert "1,200" in caught.value.faults[0].what


@pytest.mark.parametrize(
    ("text", "is_json"),
    [
        ("id,price\n", False),
        ("", False),
        ('id,bidder,price,quantity\n"a,b,1,1\n', False),
        ("id,bidder,price,quantity\na,b,1,1,surplus\n", False),
        ("{", True),
        ("3", True),
        ("[1]", True),
        ('[{"id": " ", "bidder": "b", "price": true, "quantity": 1}]', True),
        ('[{"id": "a", "bidder": "b", "price": 1, "quantity": 1, "scores": 5}]', True),
    ],
)
def test_what_holds_no_bids_is_refused(text, is_json):
    with pytest.raises(InputError):
        parse_bids(text, is_json=is_json)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="cannot be read"):
        read_bids(tmp_path / "none.csv")


@pytest.mark.parametrize("document", SECI, ids=lambda document: document["id"])
def test_published_indian_awards_are_found_again_to_the_megawatt(document):
    case = read_case(document)
    rules = case.rules(load_rules("india-seci"))

    result = clear(rules, case.bids, seed="any")

    assert {one.bidder: one.quantity for one in result.decisions if one.quantity} == case.awards
    assert all(one.price == bid.price for one, bid in zip(result.decisions, case.bids))
    assert sum(bid.quantity for bid in case.bids) == document["total_bid"]


def test_cases_are_read_from_a_file_with_the_digits_of_their_numbers(tmp_path: Path):
    path = tmp_path / "cases.json"
    path.write_text(json.dumps({"cases": SECI}, default=str), "utf-8")

    first, second = read_cases(path)

    assert first.ceiling == Decimal("2.65")
    assert first.bids[-1].quantity == 600
    assert second.volume == 3000


@pytest.mark.parametrize(
    "document",
    [
        {"bids": []},
        {"capacity": 5, "bids": [["a", 1, None], ["b", 1, None]], "total_bid": 9},
        {"capacity": 5, "bids": [["a", 1, None]]},
        {"capacity": 5, "bids": [["a", "cheap", 1]]},
        {"capacity": 5, "bids": [["a", 1]]},
        7,
    ],
)
def test_a_case_that_cannot_be_read_is_refused(document):
    with pytest.raises(InputError, match="published auction"):
        read_case(document)
