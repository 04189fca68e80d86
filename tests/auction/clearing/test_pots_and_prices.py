"""Pots, leftovers, too few bids, prices, budgets and points: small auctions worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from auction_twins import awards, bid_of, rules_of
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.auction.clearing import check_rules, clear
from bunyad.errors import InputError

FEW = settings(max_examples=40)
POTS = [
    {"id": "sun", "technologies": ["pv"], "volume": 50, "leftover_to": "rest"},
    {"id": "rest", "volume": 50},
]


def prices(result) -> dict[str, Decimal]:
    return {one.bid: one.price for one in result.decisions if one.quantity}


def test_what_a_pot_leaves_goes_to_the_pot_that_it_names():
    rules = rules_of(volume=None, pots=POTS)
    some = [
        bid_of("p", 10, 20, technology="pv"),
        bid_of("w", 20, 70, technology="wind"),
        bid_of("h", 30, 70, technology="hydro"),
    ]

    result = clear(rules, some)

    assert awards(result) == {"p": 20, "w": 70, "h": 10}
    assert [(one.pot, one.offered, one.awarded) for one in result.pots] == [
        ("sun", 50, 20),
        ("rest", 80, 80),
    ]


def test_the_volume_of_the_auction_bounds_its_pots_together():
    rules = rules_of(volume=60, pots=POTS)
    some = [bid_of("p", 10, 50, technology="pv"), bid_of("w", 20, 50, technology="wind")]

    assert awards(clear(rules, some)) == {"p": 50, "w": 10}


def test_a_pot_may_have_a_pricing_of_its_own():
    pots = [{**POTS[0], "pricing": "uniform"}, POTS[1]]
    rules = rules_of(volume=None, pots=pots)
    some = [
        bid_of("p1", 10, 20, technology="pv"), bid_of("p2", 12, 30, technology="pv"),
        bid_of("w1", 20, 20), bid_of("w2", 22, 30),
    ]  # fmt: skip

    assert prices(clear(rules, some)) == {"p1": 12, "p2": 12, "w1": 20, "w2": 22}


def test_no_pot_takes_a_technology_that_none_names():
    rules = rules_of(volume=None, pots=[{"id": "sun", "technologies": ["pv"], "volume": 50}])

    (one,) = clear(rules, [bid_of("w", 10, 10, technology="wind")]).decisions

    assert (one.state, one.rule) == ("refused", "pots")


@pytest.mark.parametrize(
    ("rule", "expected", "state"),
    [
        ({"rule": "none"}, {"a": 30, "b": 50}, "cleared"),
        ({"rule": "cancel"}, {}, "cancelled"),
        ({"rule": "cancel", "below": "0.8"}, {"a": 30, "b": 50}, "cleared"),
        ({"rule": "scale", "below": "1.25", "scale_to": "0.8"}, {"a": 30, "b": 34}, "cleared"),
        ({"rule": "scale", "below": "1.25"}, {"a": 30, "b": 34}, "cleared"),
        ({"rule": "none", "fewest_bidders": 3}, {}, "cancelled"),
    ],
)
def test_too_few_bids_are_treated_as_the_rules_say(rule, expected, state):
    some = [bid_of("a", 10, 30), bid_of("b", 20, 50)]

    result = clear(rules_of(undersubscription=rule), some)

    assert awards(result) == expected
    assert result.state == state


def test_where_too_little_is_bid_all_may_get_the_ceiling_but_no_project_twice():
    rules = rules_of(undersubscription={"rule": "ceiling"}, bids={"alternatives": 2})
    some = [
        bid_of("a", 10, 30),
        bid_of("b1", 20, 20, bidder="b", alternative_of="g"),
        bid_of("b2", 21, 30, bidder="b", alternative_of="g"),
    ]

    result = clear(rules, some)

    assert prices(result) == {"a": 100, "b1": 100}
    assert result.decisions[0].rule == "undersubscription.rule: ceiling"


@pytest.mark.parametrize(
    ("pricing", "expected"),
    [
        ("pay_as_bid", {"a": 10, "b": 20}),
        ("uniform", {"a": 20, "b": 20}),
        ("first_rejected", {"a": 20, "b": 20}),
    ],
)
def test_winners_are_paid_as_the_pricing_says(pricing, expected):
    some = [bid_of("a", 10, 60), bid_of("b", 20, 60), bid_of("c", 30, 30)]

    assert prices(clear(rules_of(pricing=pricing), some)) == expected


def test_the_first_rejected_price_is_that_of_the_best_loser_and_else_the_ceiling():
    some = [bid_of("a", 10, 50), bid_of("b", 20, 50), bid_of("c", 30, 50)]
    rules = rules_of(pricing="first_rejected")

    assert set(prices(clear(rules, some)).values()) == {30}
    assert set(prices(clear(rules, some[:2])).values()) == {100}


def test_buyers_pay_the_lowest_winning_price_where_the_highest_wins():
    rules = rules_of(
        price={"currency": "EUR", "unit": "EUR/t", "direction": "highest_wins"}, pricing="uniform"
    )
    some = [bid_of("a", 80, 60), bid_of("b", 70, 60), bid_of("c", 60, 60)]

    result = clear(rules, some)

    assert awards(result) == {"a": 60, "b": 40}
    assert set(prices(result).values()) == {70}
    assert result.pots[0].clearing_price == 70


def test_a_uniform_price_is_held_at_the_ceiling_of_each_technology():
    rules = rules_of(
        pricing="uniform",
        price={"currency": "GBP", "unit": "GBP/MWh", "decimals": 0, "ceiling": 100,
               "technology_ceilings": {"pv": 15}},
    )  # fmt: skip
    some = [bid_of("p", 10, 50, technology="pv"), bid_of("w", 20, 50, technology="wind")]

    assert prices(clear(rules, some)) == {"p": 15, "w": 20}


@FEW
@given(
    st.lists(st.integers(0, 99), min_size=2, max_size=6, unique=True),
    st.integers(1, 5),
    st.integers(0, 99),
)
def test_truth_is_a_best_answer_where_the_first_rejected_price_is_paid(costs, units, lie):
    rules = rules_of(volume=units, pricing="first_rejected")

    def gain(told: int) -> Decimal:
        some = [bid_of(f"b{i}", cost, 1) for i, cost in enumerate([told, *costs[1:]])]
        one = clear(rules, some).decisions[0]
        return (one.price - costs[0]) * one.quantity

    assert gain(lie) <= gain(costs[0])


BUDGET = {
    "by_year": {2026: 100, 2027: 100},
    "valuation": {
        "reference_price": {2026: 10, 2027: 10},
        "load_factor": {"pv": "0.5", "wind": 1, "": 1},
        "hours": 1,
        "years": 2,
    },
}


def test_the_dearest_winner_of_a_delivery_year_sets_its_price_and_a_year_without_money_closes():
    rules = rules_of(
        volume=None, budget=BUDGET, pricing="uniform", price_within="delivery_year",
        allocation={"marginal": "close_year"},
    )  # fmt: skip
    some = [
        bid_of("a", 20, 3, delivery_year=2026),
        bid_of("b", 30, 2, delivery_year=2026),  # 2026 and 2027: 20 x 5 = 100, all of the money
        bid_of("c", 31, 1, delivery_year=2027),  # 100 + 21 in 2027
        bid_of("d", 32, 1, delivery_year=2026),  # 22 x 6 = 132 in 2026
        bid_of("e", 9, 1, delivery_year=2028),
    ]

    result = clear(rules, some)

    assert prices(result) == {"a": 30, "b": 30}
    assert {one.bid: one.rule for one in result.decisions[2:]} == {
        "c": "allocation.marginal: close_year",
        "d": "allocation.marginal: close_year",
        "e": "budget.by_year",
    }
    assert result.pots[0].price_by_year == {2026: 30}
    assert result.pots[0].budget_used == {2026: 100, 2027: 100}


def test_where_bids_are_paid_as_bid_each_costs_its_own_price_and_load_factor():
    rules = rules_of(volume=None, budget=BUDGET, allocation={"marginal": "skip"})
    some = [
        bid_of("a", 20, 6, delivery_year=2026, technology="pv"),  # 10 x 0.5 x 6 = 30
        bid_of("b", 40, 3, delivery_year=2027),  # 30 x 3 = 90: 120 in 2027
        bid_of("c", 45, 2, delivery_year=2027),  # 35 x 2 = 70: 100 in 2027
    ]

    result = clear(rules, some)

    assert awards(result) == {"a": 6, "c": 2}
    assert result.pots[0].budget_used == {2026: 30, 2027: 100}
    assert "budget of 2027" in result.decisions[1].why


@st.composite
def budget_bids(draw: st.DrawFn):
    return [
        bid_of(
            f"b{i}", draw(st.integers(5, 40)), draw(st.integers(1, 9)),
            technology=draw(st.sampled_from(("pv", "wind"))),
            delivery_year=draw(st.sampled_from((2026, 2027))),
        )
        for i in range(draw(st.integers(1, 8)))
    ]  # fmt: skip


def budget_rules(money: int, marginal: str, pricing: str):
    budget = {**BUDGET, "by_year": {2026: money, 2027: money}}
    return rules_of(
        volume=None, budget=budget, pricing=pricing, price_within="delivery_year",
        allocation={"marginal": marginal},
    )  # fmt: skip


@FEW
@given(
    budget_bids(),
    st.integers(0, 200),
    st.sampled_from(("cut", "stop_short", "skip", "close_year", "conditional")),
    st.sampled_from(("pay_as_bid", "uniform")),
)
def test_what_the_winners_cost_is_what_is_told_and_stays_within_the_money(
    some, money, marginal, pricing
):
    result = clear(budget_rules(money, marginal, pricing), some, explain=False)

    cost = {2026: Decimal(0), 2027: Decimal(0)}
    for bid, one in zip(some, result.decisions):
        factor = Decimal("0.5") if bid.technology == "pv" else 1
        for year in (2026, 2027):
            if bid.delivery_year <= year:
                cost[year] += max(Decimal(0), one.price - 10) * one.quantity * factor
    assert cost == result.pots[0].budget_used
    assert all(value <= money for value in cost.values())


@FEW
@given(
    budget_bids(), st.integers(0, 200), st.integers(0, 100),
    st.sampled_from(("stop_short", "overshoot", "conditional")),
    st.sampled_from(("pay_as_bid", "uniform")),
)  # fmt: skip
def test_more_budget_never_means_less_awarded_where_the_award_is_the_first_of_the_order(
    some, money, more, marginal, pricing
):
    def total(budget: int) -> int:
        return sum(awards(clear(budget_rules(budget, marginal, pricing), some)).values())

    assert total(money) <= total(money + more)


def test_more_budget_can_mean_less_awarded_where_smaller_bids_are_asked_after_a_larger():
    some = [
        bid_of("few-dear", 30, 3, delivery_year=2027, technology="wind"),  # 60
        bid_of("many-cheap", 31, 5, delivery_year=2027, technology="pv"),  # 52.5
    ]

    def total(money: int) -> int:
        return sum(awards(clear(budget_rules(money, "skip", "pay_as_bid"), some)).values())

    assert (total(59), total(60)) == (5, 3)


SCORING = {
    "price_weight": "0.9",
    "criteria": [
        {"id": "jobs", "title": "Local jobs", "weight": "0.1", "best": 50, "worst": 0, "least": 10}
    ],
}


def test_points_for_the_price_and_beside_it_decide_together():
    some = [
        bid_of("cheap", 40, 60, scores={"jobs": Decimal(10)}),  # 90 + 2 = 92
        bid_of("kind", 41, 60, scores={"jobs": Decimal(50)}),  # 87.8 + 10 = 97.8
        bid_of("poor", 30, 60, scores={"jobs": Decimal(9)}),
        bid_of("silent", 30, 60),
    ]

    result = clear(rules_of(scoring=SCORING, allocation={"marginal": "stop_short"}), some)

    assert awards(result) == {"kind": 60}
    assert [one.rule for one in result.decisions[2:]] == ["scoring.jobs", "scoring.jobs"]
    assert result.decisions[0].winning_price == 37  # 90 + 2 against 90 x 37 / 41 + 10 = 91.2


def test_the_best_price_is_looked_for_in_each_pot():
    rules = rules_of(
        volume=None, scoring=SCORING, allocation={"marginal": "stop_short"},
        pots=[{"id": "sun", "technologies": ["pv"], "volume": 10}, {"id": "rest", "volume": 10}],
    )  # fmt: skip
    jobs = {"jobs": Decimal(10)}
    some = [
        bid_of("p", 10, 10, technology="pv", scores=jobs),
        bid_of("w1", 50, 10, scores=jobs),  # 90 + 2
        bid_of("w2", 53, 10, scores={"jobs": Decimal(50)}),  # 84.9 + 10; 17 + 10 beside the sun's
    ]

    assert awards(clear(rules, some)) == {"p": 10, "w2": 10}


def test_linear_points_fall_to_none_at_the_ceiling():
    scoring = {**SCORING, "price_points": "linear_to_ceiling"}
    some = [
        bid_of("cheap", 40, 60, scores={"jobs": Decimal(10)}),  # 90 + 2
        bid_of("kind", 50, 60, scores={"jobs": Decimal(50)}),  # 75 + 10
    ]
    rules = rules_of(scoring=scoring, allocation={"marginal": "stop_short"})

    assert awards(clear(rules, some)) == {"cheap": 60}


@pytest.mark.parametrize(
    "fields",
    [
        {"pricing": "vcg"},
        {"budget": BUDGET, "allocation": {"method": "optimal"}},
        {"volume": None, "pots": [POTS[0]]},
        {"volume": None},
        {"volume": None, "budget": {**BUDGET, "by_year": {2026: 1, 2030: 1}}},
        {"scoring": SCORING, "allocation": {"method": "optimal"}},
        {"volume": None, "pots": [POTS[1], POTS[0]]},
        {"volume": None, "pots": [POTS[1], POTS[1]]},
    ],
)
def test_rules_that_cannot_go_together_are_refused(fields):
    with pytest.raises(InputError):
        check_rules(rules_of(**fields))


def test_a_technology_without_a_load_factor_cannot_be_valued():
    rules = rules_of(volume=None, budget=BUDGET)

    (one,) = clear(rules, [bid_of("t", 20, 1, technology="tide", delivery_year=2026)]).decisions

    assert (one.state, one.rule) == ("refused", "budget.valuation.load_factor")


def test_two_bids_with_one_identifier_are_refused():
    with pytest.raises(InputError, match="several bids"):
        clear(rules_of(), [bid_of("a", 1, 1), bid_of("a", 2, 1)])


def test_a_price_that_is_no_number_is_refused():
    with pytest.raises(InputError, match="finite"):
        clear(rules_of(), [bid_of("a", "NaN", 1)])
