"""
Time 1,000,000 simulated auctions of 100 bids, and the engine that clears on the same auctions.

Prints a JSON line each: wall-clock and CPU seconds, auctions a second. The goal is 60 s on two
cores. Give other numbers of auctions and threads as arguments.
"""

from __future__ import annotations

import json
import sys
import time

from bunyad.auction.clearing import clear
from bunyad.auction.rules.model import Rules
from bunyad.auction.simulate import Conduct, Group, Market, draw_bids, simulate_auction

GOAL_S = 60
CLEARED = 200
DESIGNS = (
    ("pay_as_bid", "cut", ("smaller_quantity", "lottery")),
    ("uniform", "stop_short", ("earlier",)),
    ("first_rejected", "overshoot", ("lottery",)),
)
MARKET = Market(
    groups=(
        Group(technology="solar", bids=60, bids_per_bidder=2, costs=(30, 60), sizes=(5, 50)),
        Group(technology="wind", bids=40, costs=(40, 45, 70), sizes=(10, 60), least_share=0.5),
    ),
    common_spread=2,
    signal_noise=3,
)


def main() -> None:
    """Play each design and print its line."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    for pricing, marginal, ties in DESIGNS:
        rules = Rules.model_validate(
            {
                "format": "bunyad-auction-rules/1", "id": pricing.replace("_", "-"),
                "title": pricing, "volume": "800", "pricing": pricing,
                "price": {"currency": "USD", "unit": "USD/MWh", "ceiling": "65"},
                "allocation": {"marginal": marginal, "ties": ties},
                "limits": {"bidder": {"share": "0.25"}},
            }
        )  # fmt: skip
        simulate_auction(rules, MARKET, runs=10)  # compiles
        wall, spent = time.perf_counter(), time.process_time()
        simulate_auction(rules, MARKET, runs=runs, workers=workers)
        wall, spent = time.perf_counter() - wall, time.process_time() - spent
        show(design=rules.id, engine="kernel", runs=runs, bids=100, workers=workers,
             wall_s=round(wall, 2), cpu_s=round(spent, 2), goal_s=GOAL_S)  # fmt: skip
        drawn = list(draw_bids(rules, MARKET, Conduct(), seed=0, runs=CLEARED))
        spent = time.process_time()
        for bids, _ in drawn:
            clear(rules, bids, explain=False)
        spent = time.process_time() - spent
        show(design=rules.id, engine="clear", runs=CLEARED, bids=100, cpu_s=round(spent, 2),
             million_cpu_s=round(spent / CLEARED * 1e6))  # fmt: skip


def show(**line: object) -> None:
    """Print one line."""
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
