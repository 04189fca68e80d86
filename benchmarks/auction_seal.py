"""
Seal bids, open them with 3 of 5 shares, and verify the record.

Prints one JSON object a line: CPU seconds of each step, and the size of the record. The number of
bids is 1,000, or what the command line says.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from auctions import World, at, cheapest

from bunyad.auction.seal import make_keys, seal_bid, verify_record

GOAL_S = 30
THRESHOLD, MEMBERS = 3, 5


def main() -> None:
    """Run every step and print its line."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    world = World(threshold=THRESHOLD).publish().commit(MEMBERS)
    bidders = [make_keys(f"bidder-{number}") for number in range(count)]
    spent: dict[str, float] = {}

    def timed(name: str, do: Callable[[], Any]) -> Any:
        began = time.process_time()
        found = do()
        spent[name] = time.process_time() - began
        return found

    sealed = timed("seal", lambda: [
        seal_bid(world.state, keys, lots=["lot-1"], offers={"price": {"price": f"{number}.25"}})
        for number, keys in enumerate(bidders)
    ])  # fmt: skip
    timed("hand in, with receipts", lambda: [
        world.hand_in(keys, body) for keys, body in zip(bidders, sealed, strict=True)
    ])  # fmt: skip
    world.close().reveal(THRESHOLD)
    timed("open", lambda: world.share(*range(THRESHOLD)).open())
    record = world.clear().award(at(11)).record(receipts=world.receipts[:10])
    found = timed("verify", lambda: verify_record(record, clear=cheapest))
    assert found.is_complete, found.faults
    for name, seconds in spent.items():
        show({"name": name, "bids": count, "cpu_s": round(seconds, 2)})
    total = round(sum(spent.values()), 2)
    show({"name": "all", "bids": count, "cpu_s": total, "goal_s": GOAL_S,
          "record_mb": round(len(record) / 1e6, 1)})  # fmt: skip


def show(line: dict[str, object]) -> None:
    """Print one line."""
    print(json.dumps(line))


if __name__ == "__main__":
    main()
