"""Red flags find what was made to be found, keep still about honest bids, and explain."""

from __future__ import annotations

from decimal import Decimal

import pytest
from honest_bids import alarm_rates, case, offer
from hypothesis import given, settings
from hypothesis import strategies as st
from published import LOTS, RULES, Life, played

from bunyad.auction.publish.flags import CHECKS, raise_flags, read_case, red_flags, told
from bunyad.auction.publish.flags.flag import CARDINAL
from bunyad.auction.publish.words import LANGUAGES, has_words
from bunyad.options.base import option_rows
from bunyad.options.flags import FlagOptions


def kinds(found) -> set[str]:
    return {flag.kind for flag in found}


CLEAN = [
    offer("araz", "44.10", bid=1, content={"panels": "A", "years": 3}),
    offer("kür", "46.93", bid=2, content={"panels": "B", "years": 2}),
    offer("hydro", "51.27", bid=3, content={"panels": "C", "years": 2}),
    offer("tərtər", "52.66", bid=4, content={"panels": "D", "years": 4}),
]


def with_prices(*prices: str, **changes):
    return [offer(f"b{at}", price, bid=at, **changes) for at, price in enumerate(prices)]


CASES = {
    "single_bid": case([offer("araz", "44")], wins=[("lot-1", "araz")]),
    "near_prices": case(with_prices("44.10", "44.20"), wins=[("lot-1", "b0")]),
    "heavy_discount": case(with_prices("30.00", "44.20"), wins=[("lot-1", "b0")]),
    "identical_prices": case(with_prices("44.13", "44.13", "51"), wins=[("lot-1", "b0")]),
    "identical_content": case(
        with_prices("44", "48", content={"layout": "rows of 28, tilt 25", "technology": "solar"})
    ),
    "narrow_spread": case(with_prices("50.10", "50.31", "50.55", "50.72")),
    "even_steps": case(with_prices("40.17", "42.27", "44.37", "46.47")),
    "fixed_ratio": case(
        [
            offer(name, price, lot, bid=at)
            for at, (name, prices) in enumerate(
                {"a": ("40.00", "44.00", "51.00"), "b": ("42.00", "46.20", "53.55")}.items()
            )
            for lot, price in zip(("l1", "l2", "l3"), prices)
        ]
    ),
    "round_prices": case(with_prices("41", "44", "47", "55")),
    "at_ceiling": case(with_prices("59.90", "59.95", "50.12"), ceilings={"lot-1": Decimal(60)}),
    "late_bids": case(CLEAN, late=(21, 22)),
    "all_but_one_out": case(
        [offer("a", "50"), offer("b", None, is_fit=False, bid=2), offer("c", "40", is_fit=False)],
        wins=[("lot-1", "a")],
        unfit={"b": 30, "c": 31},
    ),
    "lowest_out": case(
        [*CLEAN, offer("low", "41.00", bid=9, is_fit=False)],
        wins=[("lot-1", "araz")],
        unfit={"low": 30},
    ),
    "short_period": case(CLEAN, start="2026-10-08T10:00:00.000Z"),
    "same_winner": case(CLEAN, wins=[("lot-1", "araz")], past_winners=("araz", "araz", "kür")),
    "best_bid_gone": case(CLEAN, wins=[("lot-1", "araz")], forfeited={"araz": 40}),
}
"""For each check a set of bids that is made for it."""


@pytest.mark.parametrize("kind", CHECKS)
def test_each_check_finds_the_pattern_that_it_is_for(kind: str) -> None:
    found = raise_flags(CASES[kind])

    assert kind in kinds(found)


@pytest.mark.parametrize("kind", CHECKS)
def test_clean_bids_raise_no_flag(kind: str) -> None:
    found = raise_flags(case(CLEAN, wins=[("lot-1", "araz")], ceilings={"lot-1": Decimal(60)}))

    assert kind not in kinds(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_flag_says_what_was_seen_and_what_it_does_not_prove(language: str) -> None:
    for made in CASES.values():
        for flag in raise_flags(made):
            what, proves_not = told(flag, language)
            assert what
            assert proves_not
            assert "{" not in what + proves_not
            for figure in flag.figures.values():
                assert figure in what
    for kind in CHECKS:
        assert has_words(f"flag-{kind}-not", language)


def test_codes_are_those_of_cardinal_and_only_where_there_is_one() -> None:
    flags = {flag.kind: flag.id for made in CASES.values() for flag in raise_flags(made)}

    assert flags["identical_prices"] == "R028"
    assert flags["fixed_ratio"] == "fixed_ratio"
    assert set(CARDINAL) <= set(CHECKS)


def test_the_published_example_of_identical_prices_is_flagged() -> None:
    """Cardinal's page of R028: a valid and a disqualified bid of 1, by V and D."""
    example = [offer("V", "1", bid=1), offer("D", "1", bid=2, is_fit=False)]

    [flag] = [flag for flag in raise_flags(case(example)) if flag.id == "R028"]

    assert set(flag.bidders) == {"V", "D"}


def test_one_bidder_with_two_equal_bids_is_not_two_bidders() -> None:
    twice = [offer("V", "44", bid=1), offer("V", "44", bid=2), *CLEAN[1:]]

    assert "identical_prices" not in kinds(raise_flags(case(twice)))


def test_equal_prices_at_the_ceiling_are_weaker_evidence() -> None:
    made = case(with_prices("60", "60"), ceilings={"lot-1": Decimal(60)})

    [flag] = [flag for flag in raise_flags(made) if flag.kind == "identical_prices"]

    assert flag.strength == "weak"


@given(st.lists(st.integers(3000, 6000), min_size=1, max_size=8), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_bids_changes_no_flag(cents: list[int], random) -> None:
    offers = [offer(f"b{at}", Decimal(c) / 100, bid=at) for at, c in enumerate(cents)]
    shuffled = random.sample(offers, len(offers))

    def seen(order):
        return {
            (flag.kind, flag.lot, flag.events, tuple(flag.figures.items()))
            for flag in raise_flags(case(order))
            if flag.kind != "identical_prices"
        }

    assert seen(offers) == seen(shuffled)


@given(st.decimals(min_value="0.001", max_value="0.05", places=4))
@settings(max_examples=40, deadline=None)
def test_a_stricter_threshold_never_flags_less(share: Decimal) -> None:
    wide = FlagOptions(near_price_share=share * 2)
    narrow = FlagOptions(near_price_share=share)
    made = case(with_prices("44.10", "45.00"), wins=[("lot-1", "b0")])

    assert "near_prices" in kinds(raise_flags(made, wide)) or "near_prices" not in kinds(
        raise_flags(made, narrow)
    )


def test_prices_scored_beside_other_things_are_not_compared_by_distance() -> None:
    made = case(with_prices("44.10", "44.20"), wins=[("lot-1", "b0")], price_only=False)

    assert not kinds(raise_flags(made)) & {"near_prices", "lowest_out"}


def test_flags_are_read_from_the_events() -> None:
    found = red_flags(played().events)

    assert [(flag.kind, flag.lot) for flag in found] == [
        ("single_bid", "lot-2"),
        ("late_bids", ""),
        ("all_but_one_out", "lot-2"),
    ]


def test_a_winner_who_loses_the_security_is_read_from_the_events() -> None:
    life = Life().publish()
    first, second = life.bid("araz", "lot-1"), life.bid("kür", "lot-1")
    bond = {"security": "b", "bidder": "araz", "amount": "5", "currency": "USD", "why": "-"}
    life.do("security", "agency", {**bond, "act": "posted"}, 15, 10)
    life.close().open({first: {"price": "40"}, second: {"price": "47"}})
    won = [{"bid": first, "lot": "lot-1", "price": "40"}]
    life.clear(won).award(won)
    life.do("security", "agency", {**bond, "act": "forfeited"}, 28, 10)

    [flag] = [flag for flag in red_flags(life.events) if flag.kind == "best_bid_gone"]

    assert flag.figures["difference"] == "17.50 %"
    assert flag.bidders == ("araz", "kür")


def test_a_bid_that_a_rule_refused_is_not_valid() -> None:
    life = Life().publish()
    first, second = life.bid("araz", "lot-1"), life.bid("kür", "lot-1")
    life.close().open({first: {"price": "40"}, second: {"price": "47"}})
    refused = {"bid": f"{first}/lot-1", "state": "refused"}
    life.clear([{"bid": second, "lot": "lot-1", "price": "47"}], [refused])

    assert {"lowest_out", "all_but_one_out"} <= kinds(red_flags(life.events))


def test_ceilings_of_lots_go_before_that_of_the_rules() -> None:
    lots = [{**LOTS[0], "ceiling_price": "50"}, LOTS[1]]
    found = read_case(Life(lots=lots, rules=RULES).publish().events)

    assert found.ceilings == {"lot-1": Decimal(50), "lot-2": Decimal("60.00")}


def test_false_alarms_among_honest_bidders_are_as_the_page_tells() -> None:
    """1,000 auctions each; the same seeds as those of docs/explanation/red-flags.md."""
    one = alarm_rates(bidders=5, lots=1, auctions=1000, seed=1)
    many = alarm_rates(bidders=5, lots=4, auctions=200, seed=2)

    assert one.get("near_prices", 0) < 0.10
    assert one.get("identical_prices", 0) < 0.02
    for kind in ("even_steps", "round_prices", "narrow_spread", "at_ceiling", "fixed_ratio"):
        assert one.get(kind, 0) < 0.005, kind
        assert many.get(kind, 0) < 0.01, kind


def test_each_threshold_has_a_source_and_stands_on_the_page() -> None:
    from pathlib import Path

    page = Path(__file__).parents[3] / "docs" / "explanation" / "red-flags.md"
    text = page.read_text("utf-8")
    for name, row in option_rows("flags").items():
        assert row.source
        assert f"`flags.{name}` | {row.default}" in text, name
