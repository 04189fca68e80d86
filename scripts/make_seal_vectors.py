"""
Make the examples by which the two programs that seal bids are held against each other.

Python plays an auction in which the browser's code, run by Node, seals one bid and gives the shares
of one commissioner; then the browser's code verifies the record. Both programs' tests read the
example that this writes. Needs Node and the packages in `front/node_modules`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from auctions import World, at, cheapest  # noqa: E402

from bunyad.auction.seal import make_keys, verify_record  # noqa: E402

EXAMPLE = ROOT / "tests" / "auction" / "seal" / "example.json"


def in_node(world: World, **asked: Any) -> dict[str, Any]:
    """Ask the browser's code."""
    events = [event.content() for event in world.log.events]
    done = subprocess.run(
        ["node", "seal_vectors.js"],
        cwd=ROOT / "front",
        input=json.dumps({"events": events, **asked}),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def main() -> None:
    """Play the auction and write it down."""
    world = World().publish().commit()
    bidder, other = make_keys("günəş"), make_keys("araz-solar")
    offers = {"price": {"price": "4.25", "note": "Qarabağ €"}}
    given = in_node(world, bid={"keys": bidder.secret(), "lots": ["lot-1"], "offers": offers})
    world.hand_in(bidder, given["bid"])
    world.bid(other, "4.75", lots=("lot-1", "lot-2"))
    world.close()
    first = world.commission[0]
    given = in_node(world, open={"keys": [first.secret()], "envelope": "price"})
    world.do("tie_seed_revealed", f"commissioner:{first.name}", given["seeds"][0], at(10, 10))
    for keys in world.commission[1:3]:
        world.reveal_of(keys)
    world.do("share_given", f"commissioner:{first.name}", given["shares"][0], at(10, 20))
    world.share(1, 2).open().clear().award()
    record = world.record().decode()
    found = in_node(world, record=record)["verification"]
    assert not found["faults"], found
    assert verify_record(record.encode(), clear=cheapest).is_complete
    example = {
        "record": record,
        "commission": [keys.secret() for keys in world.commission],
        "bidder": bidder.secret(),
    }
    EXAMPLE.write_text(json.dumps(example, ensure_ascii=False) + "\n", "utf-8")
    print(f"{EXAMPLE.relative_to(ROOT)}: {len(record)} bytes, and both programs agree")


if __name__ == "__main__":
    main()
