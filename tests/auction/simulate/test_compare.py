"""Designs side by side, and what they suggest."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from auction_markets import make_rules, unit_market

from bunyad.auction.simulate import (
    Conduct,
    Group,
    Market,
    compare_designs,
    simulate_auction,
    suggest_ceiling,
    suggest_volume,
    why_not_plain,
)
from bunyad.errors import InputError

PRICE = {"currency": "USD", "unit": "USD/MWh", "decimals": 2, "ceiling": "100"}


def test_designs_meet_the_same_bidders() -> None:
    """Under truthful bidding the same bids win, and one price for all pays more."""
    designs = [
        make_rules(id=name.replace("_", "-"), pricing=name, volume="3", price=PRICE)
        for name in ("pay_as_bid", "uniform", "first_rejected")
    ]
    market = unit_market(10, costs=(20, 80))

    found = compare_designs(designs, market, Conduct(behaviour="truthful"), runs=500)

    paid, uniform, rejected = (one.outcomes["award_price"] for one in found.simulations)
    assert (paid <= uniform).all()
    assert (uniform <= rejected).all()
    row = found.table.set_index(["design", "measure"]).loc[("uniform", "award_price")]
    assert row["difference"] == pytest.approx((uniform - paid).mean())
    assert row["difference_error"] == pytest.approx((uniform - paid).std() / np.sqrt(500))
    assert row["difference_error"] < found.simulations[1].summary.set_index("measure").loc[
        "award_price", "standard_error"
    ]  # fmt: skip


def test_the_same_seed_gives_the_same_bytes_with_any_number_of_workers() -> None:
    rules = make_rules(volume="3", price=PRICE)
    market = unit_market(10, costs=(20, 80), signal_noise=3, common_spread=1)

    one, two, other = (
        simulate_auction(rules, market, runs=101, seed=seed, workers=workers)
        for seed, workers in ((5, 1), (5, 3), (6, 1))
    )

    assert one.outcomes.equals(two.outcomes)
    assert not one.outcomes.equals(other.outcomes)


def test_rules_that_only_the_full_engine_knows_are_played_by_it() -> None:
    """Pots of a technology each are two auctions, which the fast engine plays one by one."""
    market = Market(
        groups=(
            Group(technology="solar", region="a", bids=4, costs=(30, 60), sizes=(1, 3)),
            Group(technology="wind", region="b", bids=3, costs=(40, 70), sizes=(2,)),
        )
    )
    pots = [{"id": one, "technologies": [one], "volume": "4"} for one in ("solar", "wind")]
    rules = make_rules(volume=None, pots=pots, price=PRICE, quantity={"decimals": 1})

    found = simulate_auction(rules, market, Conduct(behaviour="truthful"), runs=30)

    assert why_not_plain(rules) == found.why_clear == "pots"
    assert found.engine == "clear"
    single = make_rules(volume="6", price=PRICE, quantity={"decimals": 1})
    assert simulate_auction(single, market, runs=30).engine == "kernel"
    assert found.outcomes["awarded_share"].between(0.6, 1).all()
    worst = found.outcomes["worst_price"]
    assert worst.between(40, 70).all()


def test_budgets_and_points_are_played_by_the_full_engine() -> None:
    market = Market(
        groups=(
            Group(technology="wind", bids=6, costs=(40, 70), sizes=(10,), hours=3_000,
                  scores={"jobs": 5}),
        )
    )  # fmt: skip
    budget = {
        "by_year": {2028: "3000000"},
        "valuation": {"reference_price": {2028: "30"}, "load_factor": {"wind": "0.3"}},
    }
    by_money = make_rules(volume=None, budget=budget, price=PRICE, quantity={"decimals": 1})
    scoring = {
        "price_weight": "0.9",
        "criteria": [{"id": "jobs", "title": "Jobs", "weight": "0.1", "best": "10", "worst": "0"}],
    }
    by_points = make_rules(volume="20", scoring=scoring, price=PRICE, quantity={"decimals": 1})

    money = simulate_auction(by_money, market, Conduct(behaviour="truthful"), runs=20)
    points = simulate_auction(by_points, market, Conduct(behaviour="truthful"), runs=20)

    assert money.why_clear == "budget"
    assert money.mean("awarded_quantity") > 0
    assert points.why_clear == "scoring"
    assert points.mean("awarded_share") == 1


def test_a_winner_builds_unless_the_loss_is_above_the_penalty() -> None:
    market = unit_market(3, costs=(50,), common_spread=0, signal_noise=10)
    rules = make_rules(price=PRICE)
    conduct = {"behaviour": "truthful", "is_corrected": False}

    free = simulate_auction(rules, market, Conduct(**conduct), runs=2_000)
    held = simulate_auction(rules, market, Conduct(**conduct, exit_penalty=1e6), runs=2_000)
    mild = simulate_auction(rules, market, Conduct(**conduct, exit_penalty=5), runs=2_000)

    assert held.mean("unbuilt_share") == 0
    assert 0 < mild.mean("unbuilt_share") < free.mean("unbuilt_share")
    assert (free.outcomes["rent"].dropna() >= 0).all()
    lost = mild.outcomes[mild.outcomes["built_quantity"] == 0]
    assert lost["penalties"].to_numpy() == pytest.approx(5)
    assert (lost["award_price"] < 45).all()
    assert lost["state_cost"].to_numpy() == pytest.approx(100 - 5)


def test_the_suggested_ceiling_is_the_cheapest_of_those_tried() -> None:
    """With one unit and one bidder on 0 to 1, the best reserve price is known."""
    market = unit_market(1, costs=(0, 100))
    rules = make_rules(price=PRICE)

    found = suggest_ceiling(rules, market, Conduct(replacement_price=100), seed=1)

    # the cost r F(r) + 100 (1 - F(r)) is least at r = 50
    assert abs(found.value - 50) <= 9
    assert found.table["is_chosen"].sum() == 1
    assert found.table.loc[found.table["is_chosen"], "state_cost"].item() == pytest.approx(
        found.table["state_cost"].min()
    )
    low = suggest_ceiling(rules, unit_market(12, costs=(0, 100)), seed=1)
    assert low.value > 0
    with pytest.raises(InputError, match="highest"):
        suggest_ceiling(make_rules(price={**PRICE, "direction": "highest_wins"}), market)


def test_the_suggested_volume_leaves_competition() -> None:
    market = unit_market(30, costs=(20, 80))

    found = suggest_volume(make_rules(price=PRICE), market)

    assert found.value == Decimal(18)  # 30 bids are 1.5 times 20; 18 is the largest tried below
    tight = make_rules(price=PRICE | {"ceiling": "19"})
    none = suggest_volume(tight, market)
    assert none.value == Decimal(3)
    assert "not even" in none.why


@pytest.mark.parametrize("designs", [[], ["a", "a"]])
def test_designs_need_names_of_their_own(designs) -> None:
    with pytest.raises(InputError, match="design"):
        compare_designs([make_rules(id=name) for name in designs], unit_market(2))


@pytest.mark.parametrize(("runs", "seed"), [(0, 0), (5, -1), (5, 2**63)])
def test_runs_and_seeds_that_cannot_be_are_refused(runs, seed) -> None:
    with pytest.raises(InputError, match="seed"):
        simulate_auction(make_rules(), unit_market(2), runs=runs, seed=seed)
