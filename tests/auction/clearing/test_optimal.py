"""The best set of bids: against trying every set, against CP-SAT, and paid by Vickrey."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from auction_twins import awards, best_worth, bid_of, rules_of
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as change

from bunyad.auction.bids import Bid
from bunyad.auction.clearing import clear, confirm, optimal
from bunyad.auction.clearing.optimal import Problem, Row, choose
from bunyad.errors import InfeasibleError, InputError

FEW = settings(max_examples=25)
OPTIMAL = {"method": "optimal"}
COVER = {"method": "optimal", "objective": "least_cost"}


@st.composite
def whole_bids(draw: st.DrawFn, most: int = 7) -> list[Bid]:
    """Draw up to seven bids that are taken whole or not at all."""
    return [
        bid_of(
            f"b{index}", draw(st.integers(1, 30)), draw(st.integers(1, 12)),
            bidder=draw(st.sampled_from("xyz")), technology=draw(st.sampled_from(("pv", "wind"))),
            region=draw(st.sampled_from("ns")), is_divisible=False,
            alternative_of=draw(st.sampled_from(("", "", "g"))),
            lot=draw(st.sampled_from(("", "one", "two"))),
        )
        for index in range(draw(st.integers(1, most)))
    ]  # fmt: skip


@st.composite
def optimal_rules(draw: st.DrawFn) -> dict:
    """Draw rules with limits that overlap."""
    technology = {"of": ["pv"], "maximum": draw(st.integers(0, 20))}
    if draw(st.booleans()):
        technology["minimum"] = draw(st.integers(0, 4))
    limits = {
        "technology": [technology],
        "region": [{"of": ["n"], "maximum": draw(st.integers(0, 20))}],
        "bidder": {"quantity": draw(st.integers(1, 25))},
    }
    by = draw(st.sampled_from(("volume", "lot")))
    return {
        "volume": draw(st.integers(1, 30)),
        "limits": limits,
        "bids": {"alternatives": 9},
        "allocation": {**draw(st.sampled_from((OPTIMAL, COVER))), "by": by},
    }


@FEW
@given(optimal_rules(), whole_bids())
def test_no_set_of_bids_is_better_and_a_second_solver_agrees(fields, some):
    rules = rules_of(**fields)
    best = best_worth(rules, some)
    if best is None:
        with pytest.raises(InfeasibleError):
            clear(rules, some, explain=False)
        return

    result = clear(rules, some, explain=False)
    second = confirm(rules, some, result)

    assert result.proof.objective == result.proof.bound == best
    assert second.agrees
    assert second.best == best


@FEW
@given(whole_bids(), st.integers(1, 40))
def test_bids_that_may_be_cut_are_worth_at_least_as_much(some, volume):
    whole = rules_of(volume=volume, bids={"alternatives": 9}, allocation=OPTIMAL)
    free = [replace(bid, is_divisible=True) for bid in some]

    before, after = (clear(whole, each, explain=False) for each in (some, free))

    assert after.proof.objective >= before.proof.objective
    assert confirm(whole, free, after).agrees


def test_the_best_set_passes_over_the_cheapest_bid_where_it_blocks_two():
    some = [
        bid_of("blocks", 10, 60, is_divisible=False),
        bid_of("a", 11, 50, is_divisible=False),
        bid_of("b", 12, 50, is_divisible=False),
    ]

    assert awards(clear(rules_of(allocation=OPTIMAL), some)) == {"a": 50, "b": 50}
    assert awards(clear(rules_of(allocation={"marginal": "skip"}), some)) == {"blocks": 60}


def test_the_cheapest_cover_may_go_beyond_the_volume_and_a_short_offer_is_infeasible():
    some = [bid_of("a", 10, 60, is_divisible=False), bid_of("b", 12, 55, is_divisible=False),
            bid_of("c", 30, 40, is_divisible=False)]  # fmt: skip

    assert awards(clear(rules_of(allocation=COVER), some)) == {"a": 60, "b": 55}
    with pytest.raises(InfeasibleError, match="volume"):
        clear(rules_of(volume=200, allocation=COVER), some)


@FEW
@given(optimal_rules(), whole_bids(most=6))
def test_the_winning_price_joins_the_best_set_and_none_other_would_be_worth_less(fields, some):
    rules = rules_of(**fields)
    if best_worth(rules, some) is None:
        return
    result = clear(rules, some)

    for index, one in enumerate(result.decisions):
        if one.state == "awarded" or one.winning_price is None:
            continue
        better = [*some]
        better[index] = replace(some[index], price=one.winning_price)
        assert clear(rules, better, explain=False).decisions[index].state == "awarded"
        worse = [*some]
        worse[index] = replace(some[index], price=one.winning_price + 1)
        before = best_worth(rules, [bid for bid in worse if bid.id != one.bid])
        assert before is not None  # without the bid there is a set that is as good
        assert best_worth(rules, worse) == before


def test_value_needs_a_ceiling_to_be_measured_from():
    rules = rules_of(price={"currency": "USD", "unit": "USD/MWh"}, allocation=OPTIMAL)

    with pytest.raises(InputError, match="ceiling"):
        clear(rules, [bid_of("a", 1, 1)])


def test_a_bidder_that_has_won_in_one_pot_has_less_room_in_the_next():
    rules = rules_of(
        volume=None, allocation=OPTIMAL, limits={"bidder": {"quantity": 60}},
        pots=[{"id": "sun", "technologies": ["pv"], "volume": 50}, {"id": "rest", "volume": 50}],
    )  # fmt: skip
    some = [
        bid_of("p", 10, 50, bidder="x", technology="pv", is_divisible=False),
        bid_of("w", 10, 50, bidder="x", technology="wind", is_divisible=False),
        bid_of("v", 40, 50, bidder="y", technology="wind", is_divisible=False),
    ]

    result = clear(rules, some)

    assert awards(result) == {"p": 50, "v": 50}
    assert confirm(rules, some, result).agrees


@FEW
@given(optimal_rules(), whole_bids(), st.randoms(use_true_random=False))
def test_the_order_of_the_bids_changes_nothing_in_the_best_set(fields, some, random):
    rules = rules_of(**{**fields, "allocation": OPTIMAL, "limits": {}})
    shuffled = list(some)
    random.shuffle(shuffled)

    assert awards(clear(rules, some)) == awards(clear(rules, shuffled))


def test_an_award_that_breaks_a_limit_or_is_not_the_best_is_not_confirmed():
    rules = rules_of(volume=50, allocation=OPTIMAL)
    some = [bid_of("a", 10, 50, is_divisible=False), bid_of("b", 20, 50, is_divisible=False)]
    result = clear(rules, some)
    first, second = result.decisions
    nothing, all_of_it = Decimal(0), Decimal(50)

    worse = replace(
        result, decisions=(change(first, quantity=nothing), change(second, quantity=all_of_it))
    )
    both = replace(result, decisions=(first, change(second, quantity=all_of_it)))
    part = replace(result, decisions=(change(first, quantity=Decimal(20)), second))

    assert not confirm(rules, some, worse).agrees
    assert confirm(rules, some, worse).best == 4500
    assert any("volume" in fault for fault in confirm(rules, some, both).faults)
    assert any("bid a" in fault for fault in confirm(rules, some, part).faults)


def test_only_an_optimum_of_the_same_bids_can_be_confirmed():
    some = [bid_of("a", 10, 50)]
    plain, best = rules_of(), rules_of(allocation=OPTIMAL)

    with pytest.raises(InputError, match="merit order"):
        confirm(plain, some, clear(plain, some))
    with pytest.raises(InputError, match="other bids"):
        confirm(best, [bid_of("b", 10, 50)], clear(best, some))


VCG = {"pricing": "vcg", "allocation": OPTIMAL}


def test_vickrey_pays_the_price_at_which_the_winner_would_have_lost():
    rules = rules_of(volume=1, **VCG)
    some = [bid_of("a", 10, 1), bid_of("b", 25, 1), bid_of("c", 40, 1)]

    (one, *_) = clear(rules, some).decisions

    assert (one.quantity, one.price) == (1, 25)


def test_a_bidder_without_whom_nothing_covers_the_volume_is_paid_the_ceiling():
    rules = rules_of(**{**VCG, "allocation": COVER})
    some = [bid_of("a", 10, 60, is_divisible=False), bid_of("b", 20, 60, is_divisible=False)]

    assert {one.price for one in clear(rules, some).decisions} == {100}
    open_ended = rules_of(
        **{**VCG, "allocation": COVER}, price={"currency": "USD", "unit": "USD/MWh"}
    )
    with pytest.raises(InfeasibleError, match="without a"):
        clear(open_ended, some)


@FEW
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), min_size=2, max_size=5),
    st.integers(1, 20),
    st.integers(0, 60),
)
def test_truth_is_a_best_answer_under_vickrey(pairs, volume, lie):
    rules = rules_of(volume=volume, **VCG)
    cost = pairs[0][0]

    def gain(told: int) -> Decimal:
        some = [
            bid_of(f"b{i}", told if i == 0 else price, quantity, is_divisible=False)
            for i, (price, quantity) in enumerate(pairs)
        ]
        one = clear(rules, some, explain=False).decisions[0]
        return (one.price - cost) * one.quantity

    assert gain(lie) <= gain(cost) + Decimal("0.0001")


@FEW
@given(whole_bids(most=5), st.integers(1, 30))
def test_vickrey_payments_are_bids_plus_what_each_bidder_brings_to_the_cent(some, volume):
    some = [replace(bid, alternative_of="", lot="") for bid in some]
    rules = rules_of(volume=volume, **VCG)
    result = clear(rules, some, explain=False)
    best = best_worth(rules, some)

    for bidder in {bid.bidder for bid in some}:
        mine = [(b, d) for b, d in zip(some, result.decisions) if b.bidder == bidder]
        won = sum(d.quantity * b.price for b, d in mine)
        others = best_worth(rules, [bid for bid in some if bid.bidder != bidder])
        paid = sum(d.quantity * d.price for _, d in mine if d.quantity)
        assert round(paid, 2) == won + best - others


def _packed(*, is_cover: bool) -> Problem:
    """Return sixty whole bids, a third of which fill the volume."""
    drawn = Random(1)
    quantity = tuple(drawn.randrange(10, 500) for _ in range(60))
    worth = tuple((-1 if is_cover else 1) * drawn.randrange(1, 99) for _ in range(60))
    third = sum(quantity) // 3
    volume = Row(rule="volume", title="the volume", members=tuple(range(60)), weights=quantity,
                 least=third if is_cover else None, most=None if is_cover else third)  # fmt: skip
    return Problem(worth=worth, quantity=quantity, least=quantity, rows=(volume,))


def test_without_time_a_choice_is_not_called_proven() -> None:
    hurried = choose(_packed(is_cover=False), time_limit_s=0)
    patient = choose(_packed(is_cover=False))

    assert patient.objective == patient.bound
    assert hurried.objective <= patient.objective <= hurried.bound


def test_a_set_that_breaks_a_limit_in_whole_numbers_is_never_awarded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def too_little(problem: Problem, index: int, *_: float) -> int:
        return problem.quantity[index] if index == 0 else 0

    monkeypatch.setattr(optimal, "_whole", too_little)
    with pytest.raises(InfeasibleError, match="no set of whole bids was found"):
        choose(_packed(is_cover=True))
