"""Who may bid, and the money that stands behind a bid."""

from __future__ import annotations

from decimal import Decimal

import pytest
from auction_twins import bid_of, rules_of
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.auction.clearing import clear
from bunyad.auction.qualify import Dossier, mark_qualified, qualify
from bunyad.auction.rules import load_rules
from bunyad.auction.securities import bond_of, forfeit_bond, post_bond, release_bond
from bunyad.errors import InputError

ASKED = {
    "stage": "before_bids",
    "requirements": [
        {"id": "deed", "title": "Deed"},
        {"id": "insured", "title": "Insured", "kind": "yes_no"},
        {"id": "worth", "title": "Net worth", "kind": "number", "least": 5, "unit": "M USD"},
        {"id": "staff", "title": "Staff", "kind": "number"},
    ],
}
GOOD = {"deed": "sha256:1", "insured": True, "worth": Decimal(5), "staff": Decimal(0)}


def test_who_meets_every_requirement_qualifies():
    assert qualify(rules_of(qualification=ASKED), Dossier(bidder="x", answers=GOOD)).is_qualified


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"deed": ""}, "Deed (deed) was not handed in"),
        ({"insured": False}, "Insured (insured) is answered with no"),
        ({"worth": Decimal("4.99")},
         "Net worth (worth) is 4.99 M USD; at least 5 M USD is asked for"),
    ],
)  # fmt: skip
def test_each_requirement_that_is_not_met_is_told(changed, reason):
    found = qualify(rules_of(qualification=ASKED), Dossier(bidder="x", answers={**GOOD, **changed}))

    assert not found.is_qualified
    assert found.reasons == (reason,)


def test_all_that_is_missing_is_told_at_once():
    assert len(qualify(rules_of(qualification=ASKED), Dossier(bidder="x")).reasons) == 4


def test_answers_of_the_wrong_kind_or_to_no_question_are_refused():
    answers = {"deed": True, "worth": "five", "colour": "red"}

    with pytest.raises(InputError) as caught:
        qualify(rules_of(qualification=ASKED), Dossier(bidder="x", answers=answers))
    assert len(caught.value.faults) == 3


def test_without_qualification_everybody_may_bid():
    assert qualify(rules_of(), Dossier(bidder="x", answers={"any": "thing"})).is_qualified


def test_only_qualified_bidders_win():
    rules = rules_of(qualification=ASKED)
    verdicts = [
        qualify(rules, Dossier(bidder="a")),
        qualify(rules, Dossier(bidder="b", answers=GOOD)),
    ]
    some = [bid_of("a", 10, 60), bid_of("b", 20, 60), bid_of("c", 15, 60)]

    result = clear(rules, mark_qualified(some, verdicts))

    assert [one.state for one in result.decisions] == ["refused", "awarded", "refused"]


def test_a_german_bid_bond_is_thirty_euros_a_kilowatt():
    """EEG 2023, section 36a."""
    rules = load_rules("germany-onshore-wind-2024")

    bond = bond_of(rules, "x", kind="bid", quantity=Decimal("12.5"))

    assert bond.amount == 12_500 * 30


def test_a_security_is_posted_and_then_given_back_or_kept_for_reasons_in_the_rules():
    rules = load_rules("germany-onshore-wind-2024")
    due = bond_of(rules, "x", kind="bid", quantity=Decimal(1))
    posted = post_bond(due, Decimal(30000))

    back = release_bond(posted, "the bid wins nothing")
    kept = forfeit_bond(posted, rules.securities[0].forfeited_when[0])

    assert (due.state, posted.state, back.state, kept.state) == (
        "due", "posted", "released", "forfeited",
    )  # fmt: skip
    with pytest.raises(InputError, match="less than"):
        post_bond(due, Decimal("29999.99"))
    with pytest.raises(InputError, match="no reason"):
        forfeit_bond(posted, "we did not like it")
    for done in (due, back, kept):
        with pytest.raises(InputError, match="not posted"):
            release_bond(done, "the bid wins nothing")


@pytest.mark.parametrize(
    ("security", "expected"),
    [
        ({"amount": 500, "per": "bid"}, "500.00"),
        ({"amount": "0.05", "per": "capex_share"}, "50.01"),
        ({"amount": "33.333", "per": "quantity"}, "100.00"),
    ],
)
def test_the_amount_follows_the_base_and_is_rounded_up_to_the_cent(security, expected):
    words = {"due": "now", "released_when": [], "forfeited_when": []}
    rules = rules_of(securities=[{"id": "bid", **words, **security}])

    bond = bond_of(rules, "x", kind="bid", quantity=Decimal(3), capex=Decimal("1000.1"))

    assert str(bond.amount) == expected


def test_a_security_that_the_rules_leave_open_is_refused():
    seci = load_rules("india-seci")
    with pytest.raises(InputError, match="each call"):
        bond_of(seci, "x", kind="bid", quantity=Decimal(1))
    with pytest.raises(InputError, match="no bid security"):
        bond_of(rules_of(), "x", kind="bid", quantity=Decimal(1))
    words = {"due": "now", "released_when": [], "forfeited_when": []}
    share = rules_of(securities=[{"id": "bid", "amount": "0.1", "per": "capex_share", **words}])
    with pytest.raises(InputError, match="capital cost"):
        bond_of(share, "x", kind="bid", quantity=Decimal(1))


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_quantity_never_needs_a_smaller_bond(first, second):
    rules = load_rules("germany-onshore-wind-2024")
    small, large = sorted((Decimal(first), Decimal(second)))

    assert (
        bond_of(rules, "x", kind="bid", quantity=small).amount
        <= bond_of(rules, "x", kind="bid", quantity=large).amount
    )
