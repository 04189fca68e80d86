"""The fast engine beside the one that clears, and its draws beside whole numbers of Python."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from auction_markets import make_rules

from bunyad.auction.bids import Bid
from bunyad.auction.clearing import clear
from bunyad.auction.clearing.rank import draw
from bunyad.auction.rules.model import Rules
from bunyad.auction.simulate import Conduct, Group, Market, draw_bids, simulate_auction
from bunyad.auction.simulate import kernels as k
from bunyad.auction.simulate.plain import ceiling_steps, plain_rules, why_not_plain

TECHNOLOGIES = ("solar", "wind")


def some_rules(rng: np.random.Generator) -> Rules:
    """Return rules of any kind that the fast engine knows."""

    def maybe(value, share: float = 0.4):
        return value if rng.random() < share else None

    is_lowest = rng.random() < 0.8
    ties = rng.permutation(["smaller_quantity", "larger_quantity", "earlier", "lottery"])
    rule = str(rng.choice(["none", "cancel", "scale", "ceiling"]))
    has_cap = rule != "ceiling"
    return make_rules(
        volume=str(rng.integers(1, 300) / 10),
        price={
            "currency": "USD", "unit": "USD/MWh", "decimals": 1,
            "direction": "lowest_wins" if is_lowest else "highest_wins",
            "ceiling": maybe(str(rng.integers(10, 25) / 10), 0.7),
            "floor": maybe("0.3"),
            "technology_ceilings": maybe({"wind": str(rng.integers(8, 22) / 10)}) or {},
        },
        quantity={
            "decimals": 1, "smallest": maybe("0.4"), "largest": maybe("8.5"),
            "smallest_award": maybe("1.5"),
        },
        pricing=str(rng.choice(["pay_as_bid", "uniform", "first_rejected"])),
        limits={
            "bidder": {
                "quantity": maybe("6.3") if has_cap else None,
                "share": maybe("0.35") if has_cap else None,
                "bids": maybe(2, 0.2),
            }
        },
        allocation={
            "marginal": str(rng.choice(
                ["cut", "overshoot", "stop_short", "skip", "conditional", "close_year"]
            )),
            "overshoot_share": maybe("0.13"),
            "ties": [str(one) for one in ties[: rng.integers(1, 5)]],
        },
        undersubscription={
            "rule": rule, "below": str(rng.integers(8, 15) / 10),
            "scale_to": maybe("0.8"), "fewest_bidders": int(rng.integers(0, 3)),
        },
    )  # fmt: skip


def some_bids(rng: np.random.Generator) -> list[Bid]:
    """Return bids with few prices, so that many are equal."""
    bids = []
    for number in range(rng.integers(1, 14)):
        quantity = Decimal(int(rng.integers(1, 90))).scaleb(-1)
        is_divisible = bool(rng.random() < 0.7)
        bids.append(
            Bid(
                id=f"b{number}",
                bidder=str(rng.integers(0, 6)),
                price=Decimal(int(rng.integers(0, 26))).scaleb(-1),
                quantity=quantity,
                technology=str(rng.choice(TECHNOLOGIES)),
                is_divisible=is_divisible,
                least_quantity=Decimal("0.7") if is_divisible and rng.random() < 0.3 else None,
                submitted=f"{rng.random():.17f}",
            )
        )
    return bids


def by_kernel(rules: Rules, bids: list[Bid], seed: str) -> tuple[list, list, bool]:
    """Clear by the fast engine, with the tickets of the slow one."""

    def steps(values) -> np.ndarray:
        return np.array([int(value * 10) for value in values], np.int64)

    tickets = [draw(seed, bid.id) for bid in bids]
    if "earlier" in rules.allocation.ties:
        tickets = [bid.submitted.encode() for bid in bids]
    places = np.argsort(np.argsort(np.array(tickets, dtype=object))).astype(float)
    quantity = steps(bid.quantity for bid in bids)
    awarded, paid = np.zeros(len(bids), np.int64), np.zeros(len(bids), np.int64)
    _, _, is_cancelled = k.clear_plain(
        plain_rules(rules),
        steps(bid.price for bid in bids),
        quantity,
        np.array(
            [
                q if not bid.is_divisible else max(1, int((bid.least_quantity or 0) * 10))
                for bid, q in zip(bids, quantity, strict=True)
            ],
            np.int64,
        ),
        np.array([ceiling_steps(rules, bid.technology) for bid in bids], np.int64),
        np.unique([bid.bidder for bid in bids], return_inverse=True)[1].astype(np.int64),
        places,
        awarded,
        paid,
    )
    prices = [Decimal(int(one)).scaleb(-1) for one in paid]
    return [Decimal(int(one)).scaleb(-1) for one in awarded], prices, is_cancelled


def test_the_fast_engine_awards_and_pays_exactly_what_clear_does() -> None:
    rng = np.random.default_rng(6)
    won = 0
    for number in range(3_000):
        rules, bids, seed = some_rules(rng), some_bids(rng), f"seed {number}"
        assert why_not_plain(rules) == ""

        slow = clear(rules, bids, seed=seed, explain=False)
        awarded, paid, is_cancelled = by_kernel(rules, bids, seed)

        assert [one.quantity for one in slow.decisions] == awarded, (rules, bids)
        assert [one.price for one in slow.decisions if one.quantity] == [
            price for price, quantity in zip(paid, awarded, strict=True) if quantity
        ], (rules, bids)
        assert (slow.state == "cancelled") == is_cancelled
        won += sum(one.quantity > 0 for one in slow.decisions)
    assert won > 3_000


@pytest.mark.parametrize(
    ("marginal", "pricing", "ties"),
    [
        ("cut", "pay_as_bid", ("smaller_quantity", "earlier")),
        ("overshoot", "uniform", ("earlier",)),
        ("skip", "first_rejected", ("larger_quantity", "earlier")),
    ],
)
def test_whole_auctions_that_are_drawn_end_alike_by_both_engines(marginal, pricing, ties) -> None:
    rules = make_rules(
        volume="60", pricing=pricing,
        price={"currency": "USD", "unit": "USD/MWh", "decimals": 0, "ceiling": "58"},
        allocation={"marginal": marginal, "ties": ties}, quantity={"decimals": 1},
        limits={"bidder": {"share": "0.3"}},
    )  # fmt: skip
    market = Market(
        groups=(
            Group(technology="solar", bids=12, fewest=5, bids_per_bidder=3, costs=(30, 45, 60),
                  sizes=(4, 20), hours=1_500, least_share=0.2),
            Group(technology="wind", bids=4, costs=(40, 61), sizes=(10, 15),
                  sizes_follow_costs=True, hours=3_000, least_share=1),
        ),
        common_spread=2,
        signal_noise=3,
    )  # fmt: skip
    conduct = Conduct(exit_penalty=1.5, reference_price=20, replacement_price=70)
    fast = simulate_auction(rules, market, conduct, runs=40, seed=3)

    for run, (bids, cost) in enumerate(draw_bids(rules, market, conduct, seed=3, runs=40)):
        result = clear(rules, bids, explain=False)
        wins = [one for one in result.decisions if one.quantity]
        hours = {bid.id: 1_500 if bid.technology == "solar" else 3_000 for bid in bids}
        built = [one for one in wins if cost[int(one.bid)] - float(one.price) <= 1.5]
        energy = sum(float(one.quantity) * hours[one.bid] for one in wins)
        money = sum(float(one.quantity * one.price) * hours[one.bid] for one in wins)
        paid = sum(float(one.quantity) * hours[one.bid] * (float(one.price) - 20) for one in built)
        left = max(60 - sum(float(one.quantity) for one in built), 0)
        gone = sum(float(one.quantity) * hours[one.bid] * 1.5 for one in wins if one not in built)
        mean_hours = (12 * 12 * 1_500 + 4 * 12.5 * 3_000) / (12 * 12 + 4 * 12.5)

        row = fast.outcomes.loc[run]
        assert row["awarded_quantity"] == pytest.approx(sum(float(o.quantity) for o in wins))
        assert row["built_quantity"] == pytest.approx(sum(float(o.quantity) for o in built))
        assert row["award_price"] == pytest.approx(money / energy)
        assert row["worst_price"] == max(one.price for one in wins)
        assert row["penalties"] == pytest.approx(gone)
        assert row["state_cost"] == pytest.approx(paid + left * mean_hours * 50 - gone)
        shares = {}
        for one in wins:
            shares[one.bidder] = shares.get(one.bidder, 0) + float(one.quantity)
        total = sum(shares.values())
        assert row["concentration"] == pytest.approx(
            sum((one / total) ** 2 for one in shares.values())
        )


def test_draws_are_those_of_splitmix_with_whole_numbers_of_python() -> None:
    mask = 2**64 - 1

    def twin(seed: int, counter: int) -> float:
        z = (seed + (counter + 1) * 0x9E3779B97F4A7C15) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return (((z ^ (z >> 31)) >> 11) + 0.5) / 2**53

    for seed in (0, 1, 2**61 + 5):
        for counter in (0, 1, 10**9):
            assert k.uniform(seed, counter) == twin(seed, counter)
    # the first number of the stream of seed 1234567 in the published test of SplitMix64
    assert int(k.uniform(1234567, 0) * 2**53) == 6457827717110365317 >> 11


def test_costs_and_sizes_follow_the_distributions_given() -> None:
    market = Market(
        groups=(
            Group(bids=200, costs=(10, 20, 60), sizes=(5, 6)),
            Group(bids=100, fewest=20, costs=(7,), sizes=(3,)),
        )
    )  # fmt: skip
    rules = make_rules(volume="1000", price={"currency": "USD", "unit": "u", "decimals": 3})
    costs, counts = [], []
    for bids, cost in draw_bids(rules, market, Conduct(behaviour="truthful"), seed=1, runs=50):
        costs.append(cost[:200])
        counts.append(len(bids) - 200)
        assert all(float(bid.price) == pytest.approx(cost[int(bid.id)], abs=6e-4) for bid in bids)
    drawn = np.concatenate(costs)
    assert np.quantile(drawn, [0.25, 0.5, 0.75]) == pytest.approx([15, 20, 40], rel=0.02)
    assert min(counts) >= 20
    assert max(counts) <= 100
    assert np.mean(counts) == pytest.approx(60, rel=0.15)
