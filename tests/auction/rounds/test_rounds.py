"""The electronic auction: who is let in, what a move is, when it ends, who wins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from auction_twins import awards, bid_of, rules_of
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.auction.rounds import (
    clear_rounds,
    final_bids,
    make_move,
    open_rounds,
    standings,
)
from bunyad.auction.rules import load_rules
from bunyad.errors import InputError

START = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
ROUNDS = {
    "step": 1, "minutes": 30, "extension_window_minutes": 8, "extension_minutes": 8,
}  # fmt: skip


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def running(some, seed: str = "", **rounds):
    rules = rules_of(rounds={**ROUNDS, **rounds}, allocation={"ties": ["earlier", "lottery"]})
    return open_rounds(rules, some, starts=START, seed=seed)


TWO = [bid_of("a", 50, 60, submitted="1"), bid_of("b", 52, 60, submitted="2")]


def test_the_last_prices_are_cleared_after_the_end():
    state = running(TWO)
    state = make_move(state, "b", Decimal(49), time=at(5))
    state = make_move(state, "a", Decimal(48), time=at(6))
    state = make_move(state, "b", Decimal(47), time=at(7))

    assert [bid.id for bid in standings(state)] == ["b", "a"]
    result = clear_rounds(state, now=at(30))

    assert awards(result) == {"b": 60, "a": 40}
    assert [move.bid for move in state.moves] == ["b", "a", "b"]
    assert state.seats["b"].first_price == 52


def test_of_equal_last_prices_the_earlier_wins():
    state = make_move(running(TWO), "b", Decimal(50), time=at(5))

    assert [bid.id for bid in standings(state)] == ["a", "b"]
    state = make_move(state, "a", Decimal(40), time=at(6))
    state = make_move(state, "b", Decimal(40), time=at(7))
    assert awards(clear_rounds(state, now=at(99))) == {"a": 60, "b": 40}


@pytest.mark.parametrize(
    ("price", "minute", "bid", "told"),
    [
        (51, 5, "x", "no such bid"),
        (49, -1, "a", "outside"),
        (49, 30, "a", "outside"),
        (50, 5, "a", "not better"),
        ("49.5", 5, "a", "not better"),
        ("48.5", 5, "a", "finer"),
        ("NaN", 5, "a", "not better"),
        (2, 5, "a", "below the floor"),
        (49, 5, "unqualified", "did not qualify"),
    ],
)
def test_a_move_against_the_rules_is_refused_and_changes_nothing(price, minute, bid, told):
    rules = rules_of(
        rounds=ROUNDS,
        price={"currency": "USD", "unit": "USD/MWh", "decimals": 0, "ceiling": 100, "floor": 3},
    )
    state = open_rounds(
        rules, [*TWO, bid_of("unqualified", 9, 9, is_qualified=False)], starts=START
    )

    with pytest.raises(InputError, match=told):
        make_move(state, bid, Decimal(price), time=at(minute))
    assert state.moves == ()


def test_moves_are_taken_in_the_order_of_time_and_with_a_time_zone():
    state = make_move(running(TWO), "a", Decimal(49), time=at(5))

    with pytest.raises(InputError, match="older"):
        make_move(state, "b", Decimal(48), time=at(4))
    with pytest.raises(InputError, match="time zone"):
        make_move(state, "b", Decimal(48), time=datetime(2026, 11, 22, 11, 6))  # noqa: DTZ001
    baku = timezone(timedelta(hours=4))
    assert make_move(state, "b", Decimal(48), time=at(6).astimezone(baku)).moves[-1].time == at(6)


def test_a_move_shortly_before_the_end_extends_the_auction_as_often_as_allowed():
    state = running(TWO, largest_extensions=2)
    state = make_move(state, "a", Decimal(49), time=at(21.9))
    assert state.ends == at(30)
    state = make_move(state, "a", Decimal(48), time=at(22))
    assert state.ends == at(38)
    state = make_move(state, "a", Decimal(47), time=at(25))  # 13 minutes before the new end
    assert state.ends == at(38)
    state = make_move(state, "b", Decimal(46), time=at(37))
    assert state.moves[-1].extended_to == at(46)
    state = make_move(state, "b", Decimal(45), time=at(45))
    assert (state.ends, state.extensions) == (at(46), 2)
    with pytest.raises(InputError, match="still runs"):
        final_bids(state, now=at(45.9))
    assert len(final_bids(state, now=at(46))) == 2


def test_the_worst_bidder_is_left_out_while_the_others_still_fill_the_volume():
    three = [*TWO, bid_of("c", 60, 60, submitted="3")]

    state = running(three, dropped_bidders=1)
    assert set(state.seats) == {"a", "b"}
    assert "worst" in state.left_out["c"]
    with pytest.raises(InputError, match="worst"):
        make_move(state, "c", Decimal(10), time=at(1))
    assert set(running(TWO, dropped_bidders=1).seats) == {"a", "b"}


def test_the_best_bids_are_let_in_until_the_multiple_of_the_volume_is_reached():
    four = [bid_of(name, 50 + i, 60, submitted=str(i)) for i, name in enumerate("abcd")]

    state = running(four, shortlist_share="1.5")

    assert set(state.seats) == {"a", "b", "c"}
    assert "shortlist" in state.left_out["d"]


def test_what_is_on_offer_is_fixed_from_all_bids_before_anybody_is_left_out():
    """With four fifths of the 1,200 bid on offer, as SECI has it, and the worst bidder dropped."""
    rules = load_rules("india-seci").model_copy(update={"volume": Decimal(1100)})
    some = [bid_of("a", "2.60", 500, submitted="1"), bid_of("b", "2.61", 500, submitted="2"),
            bid_of("c", "2.70", 200, submitted="3")]  # fmt: skip

    state = open_rounds(rules, some, starts=START)
    result = clear_rounds(make_move(state, "b", Decimal("2.59"), time=at(1)), now=at(30))

    assert state.rules.volume == 960
    assert awards(result) == {"b": 500, "a": 460}


def test_rules_without_rounds_and_cancelled_offers_have_no_auction():
    with pytest.raises(InputError, match="no electronic auction"):
        open_rounds(rules_of(), TWO, starts=START)
    rules = rules_of(rounds=ROUNDS, volume=999, undersubscription={"rule": "cancel"})
    with pytest.raises(InputError, match="cancelled"):
        open_rounds(rules, TWO, starts=START)


def test_prices_rise_where_the_highest_wins():
    rules = rules_of(
        rounds=ROUNDS,
        price={"currency": "EUR", "unit": "EUR/t", "decimals": 0, "direction": "highest_wins"},
    )
    state = open_rounds(rules, TWO, starts=START)

    with pytest.raises(InputError, match="not better"):
        make_move(state, "a", Decimal(49), time=at(1))
    assert standings(make_move(state, "a", Decimal(60), time=at(1)))[0].id == "a"


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 60), st.integers(0, 600)), max_size=30
    ),
    st.integers(0, 3),
)
def test_the_end_never_comes_earlier_and_no_price_ever_rises(tries, most):
    some = [bid_of(name, 50, 60, submitted=str(i)) for i, name in enumerate("abc")]
    state = running(some, largest_extensions=most)
    for name, price, tenths in sorted(tries, key=lambda one: one[2]):
        try:
            after = make_move(state, name, Decimal(price), time=at(tenths / 10))
        except InputError:
            continue
        assert after.ends >= state.ends
        assert after.seats[name].bid.price <= state.seats[name].bid.price - 1
        assert after.moves[-1].time < after.ends
        state = after

    assert at(30) <= state.ends <= at(30 + 8 * most)
    assert sum(awards(clear_rounds(state, now=state.ends)).values()) == 100
