"""What bidders bid, told by name, by table and by function."""

from __future__ import annotations

import numpy as np
import pytest
from auction_markets import make_rules, unit_market
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.auction.simulate import Conduct, Group, Market, simulate_auction
from bunyad.auction.simulate.behaviour import bid_tables, expected_rivalry
from bunyad.errors import InputError

WIDE = {"currency": "USD", "unit": "USD/MWh", "ceiling": "200"}


def bids_at(conduct: Conduct, costs, **parts) -> np.ndarray:
    """Return what one group bids at some costs."""
    market = unit_market(6, costs=(0, 100))
    tables = bid_tables(make_rules(price=WIDE, **parts), market, conduct)
    grid = tables.start + tables.step * np.arange(tables.price.shape[1])
    return np.interp(costs, grid, tables.price[0])


def test_truthful_bidders_ask_their_cost() -> None:
    assert bids_at(Conduct(behaviour="truthful"), [0, 33, 100]) == pytest.approx([0, 33, 100])


def test_a_table_is_straight_between_its_pairs_and_keeps_its_margin_beyond() -> None:
    conduct = Conduct(behaviour=((20, 30), (40, 44), (60, 60)))

    found = bids_at(conduct, [0, 20, 30, 50, 90])

    assert found == pytest.approx([10, 30, 37, 52, 90], abs=0.1)


def test_a_function_is_asked_for_all_costs_at_once() -> None:
    found = bids_at(Conduct(behaviour=lambda costs: 1.1 * costs + 2), [0, 50])

    assert found == pytest.approx([2, 57])


@pytest.mark.parametrize(
    "behaviour",
    [((40, 44), (20, 30)), (1, 2, 3), "greedy", lambda costs: costs[:-1], lambda costs: costs / 0],
)
def test_behaviours_that_give_no_bids_are_refused(behaviour) -> None:
    with np.errstate(all="ignore"), pytest.raises(InputError, match="behaviour"):
        bids_at(Conduct(behaviour=behaviour), [0])


@given(
    bidders=st.integers(1, 12),
    units=st.integers(1, 12),
    pricing=st.sampled_from(["pay_as_bid", "uniform", "first_rejected"]),
    ceiling=st.integers(1, 150),
)
@settings(max_examples=60, deadline=None)
def test_equilibrium_bids_rise_and_lie_between_the_cost_and_the_ceiling(
    bidders, units, pricing, ceiling
) -> None:
    price = WIDE | {"ceiling": str(ceiling)}
    rules = make_rules(price=price, volume=str(units), pricing=pricing)
    market = unit_market(bidders, costs=(20, 30, 90))

    tables = bid_tables(rules, market, Conduct())
    costs = tables.start + tables.step * np.arange(tables.price.shape[1])
    bids = tables.price[0]

    assert (np.diff(bids) >= -1e-9).all()
    assert (bids >= costs - 1e-9).all()
    assert (bids[costs <= ceiling] <= ceiling + 1e-9).all()


def test_a_lone_bidder_asks_the_ceiling() -> None:
    for pricing in ("pay_as_bid", "uniform"):
        played = simulate_auction(
            make_rules(price=WIDE, pricing=pricing), unit_market(1, costs=(10, 20)), runs=50
        )
        assert played.mean("award_price") == pytest.approx(200)


def test_more_rivals_lower_the_bids() -> None:
    means = [
        bid_tables(make_rules(), unit_market(bidders), Conduct()).price[0].mean()
        for bidders in (2, 4, 8, 16)
    ]
    assert means == sorted(means, reverse=True)


def test_bidders_expect_that_a_short_offer_is_scaled() -> None:
    """Eight bids for ten units at 80 % leave six winners, so that two lose."""
    rules = make_rules(
        volume="10", undersubscription={"rule": "scale", "scale_to": "0.8", "below": "1.25"}
    )
    assert expected_rivalry(rules, unit_market(8)) == (8, 6)
    assert expected_rivalry(make_rules(volume="10"), unit_market(8)) == (8, 10)
    share = make_rules(volume="10", undersubscription={"rule": "scale", "below": "2"})
    assert expected_rivalry(share, unit_market(8)) == (8, 4)


def test_groups_meet_one_crowd_of_rivals() -> None:
    market = Market(
        groups=(
            Group(technology="solar", bids=3, costs=(0, 50), sizes=(1,)),
            Group(technology="wind", bids=3, fewest=1, costs=(40,), sizes=(1,)),
        )
    )  # fmt: skip
    rules = make_rules(
        price=WIDE | {"technology_ceilings": {"wind": "60"}, "ceiling": "100"}, volume="2"
    )
    tables = bid_tables(rules, market, Conduct())
    assert tables.price.shape[0] == 2
    assert (tables.price[1] <= tables.price[0] + 1e-9).all()
