"""Merit order: each rule of the margin, each tie, each limit, against a slow obvious twin."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from auction_twins import awards, bid_of, naive_merit, rules_of
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.auction.bids import Bid
from bunyad.auction.clearing import clear

FEW = settings(max_examples=40)
MARGINS = ("cut", "overshoot", "stop_short", "skip", "conditional")
THREE = (bid_of("a", 10, 60), bid_of("b", 20, 60), bid_of("c", 30, 30))


@st.composite
def bids(draw: st.DrawFn, *, whole: bool = False, limits: bool = True) -> list[Bid]:
    """Draw up to nine bids with many equal prices."""
    found = []
    for index in range(draw(st.integers(1, 9))):
        quantity = draw(st.integers(1, 12))
        is_divisible = not whole and draw(st.booleans())
        found.append(
            bid_of(
                f"b{index}",
                draw(st.integers(1, 8)),
                quantity,
                bidder=draw(st.sampled_from("xyz")),
                technology=draw(st.sampled_from(("pv", "wind"))) if limits else "",
                region=draw(st.sampled_from("ns")) if limits else "",
                is_divisible=is_divisible,
                least_quantity=Decimal(draw(st.integers(1, quantity))) if is_divisible else None,
                alternative_of=draw(st.sampled_from(("", "", "g"))) if limits else "",
                submitted=f"2026-01-0{draw(st.integers(1, 3))}T00:00:00Z",
            )
        )
    return found


@st.composite
def rule_sets(draw: st.DrawFn) -> dict:
    """Draw rules of one pot by volume."""
    ties = draw(st.permutations(["smaller_quantity", "larger_quantity", "earlier"]))
    limits = {}
    if draw(st.booleans()):
        limits["technology"] = [{"of": ["pv"], "maximum": draw(st.integers(0, 15))}]
    if draw(st.booleans()):
        limits["bidder"] = {"quantity": draw(st.integers(1, 20))}
    quantity = {"decimals": 0}
    if draw(st.booleans()):
        quantity["smallest_award"] = draw(st.integers(1, 5))
    allocation = {"marginal": draw(st.sampled_from(MARGINS)), "ties": [*ties[:2], "lottery"]}
    if draw(st.booleans()):
        allocation["overshoot_share"] = draw(st.sampled_from(("0", "0.1", "0.5")))
    price = {
        "currency": "USD", "unit": "USD/MWh", "decimals": 0, "ceiling": 100,
        "direction": draw(st.sampled_from(("lowest_wins", "highest_wins"))),
    }  # fmt: skip
    return {
        "volume": draw(st.integers(1, 40)),
        "limits": limits,
        "quantity": quantity,
        "allocation": allocation,
        "price": price,
        "bids": {"alternatives": 9},
    }


@pytest.mark.parametrize(
    ("marginal", "expected", "state"),
    [
        ("cut", {"a": 60, "b": 40}, "cut"),
        ("overshoot", {"a": 60, "b": 60}, "awarded"),
        ("stop_short", {"a": 60}, "lost"),
        ("skip", {"a": 60, "c": 30}, "lost"),
        ("conditional", {"a": 60, "b": 40}, "conditional"),
    ],
)
def test_the_bid_that_crosses_the_volume_is_treated_as_the_rules_say(marginal, expected, state):
    result = clear(rules_of(allocation={"marginal": marginal}), THREE)

    assert awards(result) == expected
    crossing = result.decisions[1]
    assert crossing.state == state
    assert crossing.rule == f"allocation.marginal: {marginal}"
    assert "40 MW" in crossing.why
    assert result.pots[0].marginal_bid == "b"


def test_an_overshoot_beyond_the_allowed_share_is_not_awarded():
    near = rules_of(allocation={"marginal": "overshoot", "overshoot_share": "0.2"})
    far = rules_of(allocation={"marginal": "overshoot", "overshoot_share": "0.19"})

    assert awards(clear(near, THREE)) == {"a": 60, "b": 60}
    assert awards(clear(far, THREE)) == {"a": 60}


@FEW
@given(rule_sets(), bids(), st.sampled_from(("", "1", "seed")))
def test_merit_order_is_what_the_slow_twin_finds(fields, some, seed):
    rules = rules_of(**fields)

    assert awards(clear(rules, some, seed=seed)) == naive_merit(rules, some, seed)


@FEW
@given(rule_sets(), bids(), st.randoms(use_true_random=False))
def test_the_order_of_the_bids_changes_nothing(fields, some, random):
    rules = rules_of(**fields)
    shuffled = list(some)
    random.shuffle(shuffled)

    first, second = clear(rules, some, seed="s"), clear(rules, shuffled, seed="s")

    assert {one.bid: one for one in first.decisions} == {one.bid: one for one in second.decisions}
    assert first.pots == second.pots


@FEW
@given(rule_sets(), bids(), st.integers(1, 20))
def test_more_volume_never_means_less_awarded(fields, some, more):
    small = rules_of(**fields)
    large = rules_of(**{**fields, "volume": fields["volume"] + more})

    assert sum(awards(clear(small, some)).values()) <= sum(awards(clear(large, some)).values())


@FEW
@given(rule_sets(), bids(), st.integers(1, 9), st.integers(0, 20))
def test_more_volume_never_means_less_awarded_beside_least_quantities(fields, some, more, least):
    limits = {**fields["limits"], "region": [{"of": ["n"], "minimum": least}]}
    shared = {**fields["allocation"], "ties": ["share", "lottery"]}
    fields = {**fields, "limits": limits, "allocation": shared}

    small, large = (
        sum(awards(clear(rules_of(**{**fields, "volume": volume}), some, explain=False)).values())
        for volume in (fields["volume"], fields["volume"] + more)
    )
    assert small <= large


def test_equal_bids_near_a_limit_are_drawn_and_not_shared():
    rules = rules_of(
        allocation={"marginal": "cut", "ties": ["share", "lottery"]},
        limits={"bidder": {"quantity": 70}},
    )
    some = [bid_of("a", 5, 80), bid_of("b", 5, 80)]

    assert sorted(awards(clear(rules, some)).values()) == [30, 70]


def test_a_cap_that_grows_with_the_volume_can_mean_less_awarded():
    some = [bid_of("big", 1, 8), bid_of("small", 2, 3)]

    def total(volume: int) -> int:
        rules = rules_of(
            volume=volume,
            limits={"bidder": {"share": "0.9"}},
            allocation={"marginal": "skip"},
        )
        return sum(awards(clear(rules, some)).values())

    assert (total(8), total(9)) == (3, 8)  # the share bites at 8; here more is more
    stop = {"limits": {"bidder": {"share": "1"}}, "allocation": {"marginal": "stop_short"}}
    capped = [bid_of("x", 1, 3), bid_of("y", 2, 7)]
    assert awards(clear(rules_of(volume=6, **stop), capped)) == {"x": 3}


def test_leftovers_between_pots_can_mean_that_more_volume_awards_less():
    def total(first: int) -> int:
        rules = rules_of(
            volume=None,
            pots=[
                {"id": "a", "technologies": ["pv"], "volume": first, "leftover_to": "b"},
                {"id": "b", "technologies": ["wind"], "volume": 1},
            ],
            allocation={"marginal": "stop_short"},
        )
        some = [bid_of("p", 1, 10, technology="pv"), bid_of("w", 2, 10, technology="wind")]
        return sum(
            awards(clear(rules, [*some, bid_of("w2", 3, 0.0 + 1, technology="wind")])).values()
        )

    assert total(9) == 10
    assert total(10) == 10


@FEW
@given(bids(limits=False), rule_sets(), st.sampled_from(("", "7")))
def test_the_winning_price_wins_and_a_step_worse_does_not(some, fields, seed):
    rules = rules_of(**{**fields, "limits": {}})
    sign = 1 if rules.price.direction == "lowest_wins" else -1
    result = clear(rules, some, seed=seed)

    def state_at(index: int, price: Decimal) -> str:
        again = [*some[:index], replace(some[index], price=price), *some[index + 1 :]]
        return clear(rules, again, seed=seed, explain=False).decisions[index].state

    for index, one in enumerate(result.decisions):
        if one.state == "awarded":
            assert one.winning_price is None
        elif one.winning_price is not None:
            assert state_at(index, one.winning_price) == "awarded"
            assert state_at(index, one.winning_price + sign) != "awarded"
        else:
            best = Decimal(0) if sign > 0 else Decimal(100)
            assert state_at(index, best) != "awarded"


@FEW
@given(bids(), rule_sets())
def test_the_searched_winning_price_wins(some, fields):
    rules = rules_of(**fields)
    result = clear(rules, some)

    for index, one in enumerate(result.decisions):
        if one.winning_price is not None:
            again = [
                *some[:index],
                replace(some[index], price=one.winning_price),
                *some[index + 1 :],
            ]
            assert clear(rules, again, explain=False).decisions[index].state == "awarded"


def test_equal_prices_are_ordered_by_the_rules_and_then_by_the_draw():
    some = [
        bid_of("late-small", 5, 40, submitted="2026-01-02"),
        bid_of("early-large", 5, 60, submitted="2026-01-01"),
    ]

    def first(*ties: str, seed: str = "") -> str:
        rules = rules_of(volume=40, allocation={"marginal": "stop_short", "ties": ties})
        won = awards(clear(rules, some, seed=seed))
        return next(iter(won), "none")

    assert first("smaller_quantity") == "late-small"
    assert first("earlier", "smaller_quantity") == "none"
    assert first("larger_quantity") == "none"
    drawn = {first("lottery", seed=str(number)) for number in range(20)}
    assert drawn == {"late-small", "none"}


def test_equal_bids_share_the_rest_in_proportion_and_nothing_is_lost():
    some = [bid_of("a", 1, 50), *[bid_of(name, 2, 33) for name in "bcd"], bid_of("e", 3, 9)]
    rules = rules_of(allocation={"marginal": "cut", "ties": ["share"]})

    result = clear(rules, some)

    assert sorted(awards(result).values()) == [16, 17, 17, 50]
    assert result.decisions[1].rule == "allocation.ties"


@FEW
@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 30)), min_size=1, max_size=8),
    st.integers(1, 80),
)
def test_sharing_fills_the_volume_and_gives_nobody_more_than_it_bid(pairs, volume):
    some = [bid_of(f"b{i}", price, quantity) for i, (price, quantity) in enumerate(pairs)]
    rules = rules_of(volume=volume, allocation={"marginal": "cut", "ties": ["share"]})

    won = awards(clear(rules, some))

    assert sum(won.values()) == min(volume, sum(q for _, q in pairs))
    assert all(won.get(f"b{i}", 0) <= q for i, (_, q) in enumerate(pairs))


def test_bids_that_break_a_rule_of_admission_are_refused_with_the_rule():
    rules = rules_of(
        price={"currency": "USD", "unit": "USD/MWh", "decimals": 1, "ceiling": 50, "floor": 5,
               "technology_ceilings": {"pv": 40}},
        quantity={"decimals": 0, "smallest": 5, "largest": 50},
        limits={"bidder": {"bids": 1}},
    )  # fmt: skip
    some = [
        bid_of("dear", 51, 10), bid_of("cheap", 4, 10), bid_of("dear-pv", 41, 10, technology="pv"),
        bid_of("fine-price", "10.05", 10), bid_of("fine-quantity", 10, "10.5"),
        bid_of("small", 10, 4), bid_of("large", 10, 51), bid_of("none", 10, 0),
        bid_of("unqualified", 10, 10, is_qualified=False),
        bid_of("twice-1", 10, 10, bidder="t"), bid_of("twice-2", 11, 10, bidder="t"),
        bid_of("good", 10, 10),
    ]  # fmt: skip

    found = {one.bid: (one.state, one.rule) for one in clear(rules, some).decisions}

    assert found["good"] == ("awarded", "allocation")
    assert {name: rule for name, (state, rule) in found.items() if state == "refused"} == {
        "dear": "price.ceiling", "cheap": "price.floor", "dear-pv": "price.ceiling",
        "fine-price": "price.decimals", "fine-quantity": "quantity.decimals",
        "small": "quantity.smallest", "large": "quantity.largest", "none": "quantity",
        "unqualified": "qualification",
        "twice-1": "limits.bidder.bids", "twice-2": "limits.bidder.bids",
    }  # fmt: skip


def test_least_quantities_are_filled_first_even_by_dearer_bids():
    rules = rules_of(limits={"technology": [{"of": ["wind"], "minimum": 40}]})
    some = [
        bid_of("pv", 10, 100, technology="pv"),
        bid_of("wind-1", 30, 30, technology="wind"),
        bid_of("wind-2", 40, 20, technology="wind"),
        bid_of("wind-3", 50, 20, technology="wind"),
    ]

    result = clear(rules, some)

    assert awards(result) == {"pv": 50, "wind-1": 30, "wind-2": 20}
    assert result.decisions[1].rule == "limits.technology"


def test_a_group_cap_of_two_technologies_counts_both():
    rules = rules_of(limits={"technology": [{"of": ["pv", "wind"], "maximum": 50}]})
    some = [
        bid_of("p", 1, 30, technology="pv"), bid_of("w", 2, 30, technology="wind"),
        bid_of("h", 3, 30, technology="hydro"),
    ]  # fmt: skip

    assert awards(clear(rules, some)) == {"p": 30, "w": 20, "h": 30}


def test_only_the_best_flexible_bid_of_a_project_wins():
    rules = rules_of(bids={"alternatives": 2})
    some = [
        bid_of("x1", 20, 60, bidder="x", alternative_of="p"),
        bid_of("x2", 10, 40, bidder="x", alternative_of="p"),
        bid_of("y", 30, 40),
    ]

    result = clear(rules, some)

    assert awards(result) == {"x2": 40, "y": 40}
    assert result.decisions[0].rule == "bids.alternatives"
    assert result.pots[0].bid == 100  # of flexible bids the largest counts


def test_more_flexible_bids_than_allowed_are_all_refused():
    some = [bid_of(f"x{i}", 10 + i, 10, bidder="x", alternative_of="p") for i in range(3)]

    result = clear(rules_of(bids={"alternatives": 2}), some)

    assert {one.state for one in result.decisions} == {"refused"}


def test_each_lot_goes_to_its_best_bid_and_a_bidder_wins_no_more_lots_than_it_may():
    rules = rules_of(
        volume=None, allocation={"by": "lot", "marginal": "skip"}, limits={"bidder": {"lots": 1}}
    )
    some = [
        bid_of("x1", 10, 50, bidder="x", lot="one"), bid_of("y1", 11, 50, bidder="y", lot="one"),
        bid_of("x2", 12, 50, bidder="x", lot="two"), bid_of("y2", 13, 50, bidder="y", lot="two"),
    ]  # fmt: skip

    result = clear(rules, some)

    assert awards(result) == {"x1": 50, "y2": 50}
    assert [one.rule for one in result.decisions[1:3]] == ["allocation.by", "limits.bidder.lots"]
    assert [one.winning_price for one in result.decisions] == [None, 9, 9, None]
