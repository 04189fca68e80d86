"""
Time the clearing of auctions: many bids in merit order, and whole bids with caps to the optimum.

`python benchmarks/auction_clear.py` prints JSON lines. The optimum is found by the product (HiGHS)
and, on the same cases, by CP-SAT of OR-Tools; seconds are of processor and wall, on 2 threads.
`--small` runs a tenth of the size.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bunyad.auction.bids import Bid
from bunyad.auction.clearing import clear, confirm
from bunyad.auction.rules import Rules

MARGINS = ("cut", "overshoot", "stop_short", "skip")
TECHNOLOGIES = ("pv", "wind", "hydro", "storage")
REGIONS = ("a", "b", "c", "d", "e")
BASE = {
    "format": "bunyad-auction-rules/1", "id": "bench", "title": "Benchmark",
    "price": {"currency": "USD", "unit": "USD/MWh", "decimals": 2, "ceiling": 95},
}  # fmt: skip


def main() -> None:
    """Run all cases."""
    part = 10 if "--small" in sys.argv else 1
    for marginal in MARGINS:
        _merit(100_000 // part, marginal, {})
    _merit(100_000 // part, "cut", {"bidder": {"quantity": 300}})
    _merit(100_000 // part, "cut", {}, pricing="uniform")
    for seed in range(1, 13):
        _optimal(2_000 // part, seed)


def _bids(count: int, seed: int, *, is_divisible: bool) -> list[Bid]:
    chance = random.Random(seed)
    return [
        Bid(
            id=f"b{index}",
            bidder=f"x{chance.randrange(max(1, count // 5))}",
            price=Decimal(chance.randrange(3000, 9000)).scaleb(-2),
            quantity=Decimal(chance.randrange(1000, 50000)).scaleb(-3),
            technology=chance.choice(TECHNOLOGIES),
            region=chance.choice(REGIONS),
            is_divisible=is_divisible,
        )
        for index in range(count)
    ]


def _merit(count: int, marginal: str, limits: dict[str, Any], pricing: str = "pay_as_bid") -> None:
    rules = Rules.model_validate(
        {**BASE, "volume": 5 * count, "limits": limits, "pricing": pricing,
         "allocation": {"marginal": marginal, "ties": ["smaller_quantity", "lottery"]}}
    )  # fmt: skip
    bids = _bids(count, 1, is_divisible=True)
    clear(rules, bids[:100], seed="warm")
    wall, processor, result = _best(lambda: clear(rules, bids, seed="bench"), repeats=3)
    _print(
        case="merit_order", bids=count, marginal=marginal, pricing=pricing, limits=sorted(limits),
        wall_s=wall, processor_s=processor, awarded=str(result.pots[0].awarded),
    )  # fmt: skip


def _optimal(count: int, seed: int) -> None:
    bids = _bids(count, seed, is_divisible=False)
    total = sum((bid.quantity for bid in bids), Decimal(0))

    def part(share: str) -> Decimal:
        return (total * Decimal(share)).quantize(Decimal(1))

    limits = {
        "bidder": {"quantity": 100},
        "technology": [{"of": [one], "maximum": part("0.1")} for one in TECHNOLOGIES],
        "region": [{"of": [one], "maximum": part("0.08")} for one in REGIONS],
    }
    rules = Rules.model_validate(
        {**BASE, "volume": part("0.3"), "limits": limits, "allocation": {"method": "optimal"}}
    )
    wall, processor, result = _best(lambda: clear(rules, bids, explain=False), repeats=1)
    second_wall, second_processor, second = _best(
        lambda: confirm(rules, bids, result, time_limit_s=60), repeats=1
    )
    _print(
        case="optimal", bids=count, seed=seed, wall_s=wall, processor_s=processor,
        is_proven=result.proof.objective == result.proof.bound,
        objective=str(result.proof.objective), cp_sat_wall_s=second_wall,
        cp_sat_processor_s=second_processor, cp_sat_is_proven=second.is_proven,
        cp_sat_best=str(second.best), agrees=second.agrees,
    )  # fmt: skip


def _best(work: Callable[[], Any], *, repeats: int) -> tuple[float, float, Any]:
    """Return the least wall and processor time of a piece of work, and what it gave."""
    times = []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        result = work()
        times.append((time.perf_counter() - wall, time.process_time() - processor))
    return round(min(t[0] for t in times), 3), round(min(t[1] for t in times), 3), result


def _print(**fields: Any) -> None:
    print(json.dumps(fields), flush=True)


if __name__ == "__main__":
    main()
