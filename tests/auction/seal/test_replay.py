"""Opened offers as the clearing takes them; the clearing itself is stood in for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace

import pytest
from pydantic import BaseModel

from bunyad.auction.events import canonical
from bunyad.auction.seal import clear_opened, replay
from bunyad.errors import InputError


@dataclass(frozen=True)
class Decision:
    bid: str
    lot: str
    state: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True)
class Result:
    decisions: tuple[Decision, ...]
    by_year: dict[int, Decimal]


@pytest.fixture
def seen(monkeypatch) -> list:
    """Let the cheapest bid win, and keep what the clearing was given."""
    given: list = []

    def clear(rules, bids, *, seed):
        given.extend(bids)
        best = min(bids, key=lambda bid: bid.price)
        return Result(
            tuple(
                Decision(
                    bid.id, bid.lot, "awarded" if bid is best else "lost", bid.quantity, bid.price
                )
                for bid in bids
            ),
            {2030: Decimal("1.50")},
        )

    def read(rules):
        return SimpleNamespace(
            qualification=SimpleNamespace(stage=rules["stage"]),
            allocation=SimpleNamespace(by=rules["by"]),
        )

    monkeypatch.setattr(replay, "Bid", SimpleNamespace)
    monkeypatch.setattr(replay, "Rules", SimpleNamespace(model_validate=read))
    monkeypatch.setattr(replay, "clear", clear)
    return given


def opened(index: int, qualified=None, lots=("lot-1",), **offers) -> dict:
    return {"bid": index, "bidder": f"b{index}", "lots": list(lots), "time": "T", "offers": offers,
            "qualified": qualified}  # fmt: skip


VOLUME = {"stage": "none", "by": "volume"}


def test_envelopes_make_one_bid_and_the_result_names_awards(seen: list) -> None:
    bids = [
        opened(4, price={"price": "4.25"}, technical={"quantity": "10", "region": "Şuşa"}),
        opened(5, price={"price": "4.20", "quantity": 7, "scores": {"jobs": "3"}}),
    ]
    result = clear_opened(VOLUME, bids, "")

    assert [(bid.id, bid.price, bid.quantity) for bid in seen] == [
        ("4/lot-1", Decimal("4.25"), 10), ("5/lot-1", Decimal("4.20"), 7),
    ]  # fmt: skip
    assert seen[0].region == "Şuşa"
    assert seen[1].scores == {"jobs": 3}
    assert result["awards"] == [
        {"bid": 5, "id": "5/lot-1", "lot": "", "quantity": "7", "price": "4.20"}
    ]
    assert result["by_year"] == {"2030": "1.50"}
    assert canonical(result), "it has no floats"


def test_a_bid_for_lots_stands_for_each_and_alternatives_for_one_another(seen: list) -> None:
    bids = [
        opened(4, lots=("a", "b"), price={"price": "4"}),
        opened(5, price={"alternatives": [{"price": "3"}, {"price": "2"}], "delivery_year": 2030}),
    ]
    clear_opened({"stage": "none", "by": "lot"}, bids, "")

    assert [(bid.id, bid.lot, bid.alternative_of) for bid in seen] == [
        ("4/a", "a", ""), ("4/b", "b", ""),
        ("5/lot-1/1", "lot-1", "5/lot-1"), ("5/lot-1/2", "lot-1", "5/lot-1"),
    ]  # fmt: skip
    assert {bid.quantity for bid in seen} == {1}


def test_who_was_not_found_fit_is_out_where_the_rules_ask_for_it(seen: list) -> None:
    bids = [opened(at, fit, price={"price": "1", "quantity": 1})
            for at, fit in enumerate((None, True, False))]  # fmt: skip
    clear_opened(VOLUME, bids, "")
    clear_opened({**VOLUME, "stage": "before_bids"}, bids, "")

    assert [bid.is_qualified for bid in seen] == [True, True, False, False, True, False]


@pytest.mark.parametrize(
    ("offer", "why"),
    [
        ({"price": "4"}, "missing"),
        ({"price": "four", "quantity": "1"}, "price is 'four'"),
        ({"price": "NaN", "quantity": "1"}, "price is 'NaN'"),
        ({"price": True, "quantity": "1"}, "price is True"),
        ({"price": "4", "quantity": "1", "delivery_year": "2030"}, "delivery_year is '2030'"),
        ({"price": "4", "quantity": "1", "scores": "good"}, "scores"),
        ({"price": "4", "quantity": "1", "alternatives": []}, "list"),
        ({"price": "4", "quantity": "1", "alternatives": ["x"]}, "fields"),
    ],
)
def test_an_offer_of_another_form_is_void_and_the_others_are_cleared(
    seen: list, offer: dict, why: str
) -> None:
    good = opened(5, price={"price": "5", "quantity": 1})
    result = clear_opened(VOLUME, [opened(4, price=offer), good], "")

    assert [entry["bid"] for entry in result["void"]] == [4]
    assert why in result["void"][0]["why"]
    assert [award["bid"] for award in result["awards"]] == [5]


def test_rules_of_another_form_are_told_by_field(seen: list, monkeypatch) -> None:
    class Rules(BaseModel):
        id: str

    monkeypatch.setattr(replay, "Rules", Rules)
    with pytest.raises(InputError, match="rules: id"):
        clear_opened({}, [], "")
