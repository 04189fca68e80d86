"""
Auction theory, reproduced.

Krishna, Auction Theory, 2nd ed. 2010: first-price equilibrium (chapter 2), revenue equivalence
(chapter 3), several units (chapters 12 and 13). David and Nagaraja, Order Statistics, 3rd ed.
2003: expected order statistics of even and normal distributions.
"""

from __future__ import annotations

import numpy as np
import pytest
from auction_markets import make_rules, unit_market
from scipy import integrate, stats

from bunyad.auction.simulate import Conduct, Simulation, correction, simulate_auction
from bunyad.auction.simulate.behaviour import bid_tables

RUNS = 40_000


def is_near(played: Simulation, measure: str, expected: float, errors: float = 4) -> bool:
    """Tell whether a mean lies within some standard errors of what theory expects."""
    row = played.summary.set_index("measure").loc[measure]
    return abs(row["mean"] - expected) <= errors * row["standard_error"] + 1e-4


@pytest.mark.parametrize("bidders", [2, 3, 5, 10])
def test_first_price_bids_are_the_cost_plus_the_distance_to_one_over_the_bidders(bidders) -> None:
    tables = bid_tables(make_rules(), unit_market(bidders), Conduct())

    costs = np.linspace(0, 1, tables.price.shape[1])

    assert tables.price[0] == pytest.approx(costs + (1 - costs) / bidders, abs=1e-3)


@pytest.mark.parametrize(("bidders", "units"), [(4, 2), (8, 3), (6, 5)])
def test_pay_as_bid_bids_are_the_expected_first_rejected_price_of_those_who_win(
    bidders, units
) -> None:
    tables = bid_tables(make_rules(volume=str(units)), unit_market(bidders), Conduct())
    costs = np.linspace(0, 1, tables.price.shape[1])
    rival = stats.beta(units, bidders - units)  # the k-th lowest of n - 1 even costs

    for place in (0, 200, 512, 900):
        above, _ = integrate.quad(lambda x: x * rival.pdf(x), costs[place], 1)
        expected = above / rival.sf(costs[place])
        assert tables.price[0, place] == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize(("bidders", "units"), [(2, 1), (5, 1), (5, 2), (9, 4)])
def test_the_expected_price_is_k_plus_1_over_n_plus_1_by_whatever_pricing(bidders, units) -> None:
    """Revenue equivalence; under first-rejected pricing it is an order statistic."""
    for pricing in ("pay_as_bid", "uniform", "first_rejected"):
        rules = make_rules(volume=str(units), pricing=pricing)
        played = simulate_auction(rules, unit_market(bidders), runs=RUNS)
        assert is_near(played, "award_price", (units + 1) / (bidders + 1)), pricing
        assert played.mean("awarded_share") == 1


def test_revenue_is_equivalent_below_a_ceiling_that_keeps_bidders_out() -> None:
    """With a ceiling r and even costs, the price is E[min(second lowest, r)] given a bid."""
    price = {"currency": "USD", "unit": "u", "decimals": 6, "ceiling": "0.6"}
    first = simulate_auction(make_rules(price=price), unit_market(3), runs=RUNS)
    second = simulate_auction(
        make_rules(price=price, pricing="first_rejected"), unit_market(3), runs=RUNS
    )
    sold = 1 - 0.4**3
    held, _ = integrate.quad(lambda x: x * 6 * x * (1 - x), 0, 0.6)  # second lowest of three
    expected = (held + 0.6 * 3 * 0.6 * 0.4**2) / sold

    assert is_near(first, "awarded_share", sold)
    assert is_near(first, "award_price", expected)
    assert is_near(second, "award_price", expected)


def test_first_rejected_and_vcg_pay_the_same_in_every_auction() -> None:
    market = unit_market(5)
    uniform = make_rules(volume="2", pricing="first_rejected")
    vcg = make_rules(volume="2", pricing="vcg", allocation={"method": "optimal"})

    one = simulate_auction(uniform, market, runs=20)
    other = simulate_auction(vcg, market, runs=20)

    assert (one.engine, other.engine) == ("kernel", "clear")
    assert one.outcomes["award_price"].to_numpy() == pytest.approx(other.outcomes["award_price"])
    assert one.outcomes["rent"].to_numpy() == pytest.approx(other.outcomes["rent"])


def test_a_best_answer_to_the_equilibrium_is_the_equilibrium() -> None:
    """A lone deviator who scales its first-price margin never gains, whatever the scale."""
    bidders, rng = 4, np.random.default_rng(0)
    tables = bid_tables(make_rules(), unit_market(bidders), Conduct())
    grid = np.linspace(0, 1, tables.price.shape[1])
    costs = rng.random((200_000, bidders))
    bids = np.interp(costs, grid, tables.price[0])
    rivals = bids[:, 1:].min(axis=1)

    def profit(scale: float) -> float:
        own = costs[:, 0] + scale * (bids[:, 0] - costs[:, 0])
        return float(np.where(own < rivals, own - costs[:, 0], 0).mean())

    at_equilibrium = profit(1)
    for scale in (0.3, 0.7, 0.9, 1.1, 1.3, 2):
        assert profit(scale) <= at_equilibrium + 2e-4


@pytest.mark.parametrize(("bidders", "expected"), [(2, -0.56419), (5, -1.16296), (10, -1.53875)])
def test_the_naive_winner_loses_the_expected_lowest_error(bidders, expected) -> None:
    """All share one cost; the winner is who errs most (order statistics of the normal)."""
    price = {"currency": "USD", "unit": "u", "decimals": 4, "ceiling": "1000"}
    market = unit_market(bidders, costs=(100,), common_spread=20, signal_noise=5)
    rules = make_rules(price=price)
    builds = {"behaviour": "truthful", "exit_penalty": 1e6}

    naive = simulate_auction(rules, market, Conduct(is_corrected=False, **builds), runs=RUNS)
    corrected = simulate_auction(rules, market, Conduct(**builds), runs=RUNS)

    assert is_near(naive, "rent", 5 * expected)
    assert abs(corrected.mean("rent")) < 0.02 * abs(5 * expected) + 0.1


def test_what_winning_tells_is_less_the_fewer_the_rivals() -> None:
    price = {"currency": "USD", "unit": "u", "ceiling": "1000"}
    shifts = []
    for bidders in (2, 5, 20):
        market = unit_market(bidders, costs=(100,), common_spread=500, signal_noise=5)
        shift, slope = correction(make_rules(price=price), market)
        shifts.append(shift + slope * 100 - 100)
    assert shifts == sorted(shifts)


def test_little_prequalification_without_penalty_raises_dropouts_and_lowers_no_price() -> None:
    """
    On both see Kreiss, Ehrhart and Haufe, Energy Policy 101 (2017).

    Who shows little to qualify knows little of its cost. Bidders who know that, and bid in
    equilibrium, ask as much as before; then those walk away whose project turns out dear.
    """
    price = {"currency": "USD", "unit": "u", "ceiling": "80"}
    rules = make_rules(volume="10", price=price)
    strict = unit_market(25, costs=(35, 65), common_spread=2, signal_noise=1)
    loose = unit_market(25, costs=(35, 65), common_spread=2, signal_noise=8)

    held = simulate_auction(rules, strict, Conduct(exit_penalty=20), runs=5_000)
    free = simulate_auction(rules, loose, Conduct(exit_penalty=0), runs=5_000)
    fined = simulate_auction(rules, loose, Conduct(exit_penalty=20), runs=5_000)

    assert held.mean("unbuilt_share") < 0.01
    assert free.mean("unbuilt_share") > 0.15
    assert fined.mean("unbuilt_share") < 0.02
    assert abs(free.mean("award_price") - held.mean("award_price")) < 0.5
    assert free.mean("state_cost") > 1.1 * held.mean("state_cost")


def test_buyers_shade_as_sellers_do() -> None:
    """With values even on 0 to 1 the first-price bid is (n - 1) / n of the value."""
    price = {"currency": "EUR", "unit": "EUR/t", "decimals": 6, "direction": "highest_wins"}
    rules = make_rules(price=price)

    tables = bid_tables(rules, unit_market(4), Conduct())
    values = np.linspace(0, 1, tables.price.shape[1])
    played = simulate_auction(rules, unit_market(4), runs=RUNS)

    assert tables.price[0] == pytest.approx(values * 3 / 4, abs=1e-3)
    assert is_near(played, "award_price", 3 / 5)
    assert played.mean("rent") > 0
