"""
Time and memory of a tree that joins 40 places over a raster of 2,000 × 2,000 cells.

Prints one JSON object a line; `peer` is the limit that was set, so a ratio above 1 means that we
are below it. `--side` sets the cells a side.
"""

from __future__ import annotations

import argparse
import json
import resource
import time

import numpy as np
from scipy.ndimage import gaussian_filter

from bunyad.connect.trees import terrain_steiner

LIMITS = {"tree-seconds": (60.0, "s"), "tree-memory": (1.5, "GB"), "tree-gap": (0.6, "-")}
PLACES = 40


def main() -> None:
    """Run once and print the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=2000)
    side = parser.parse_args().side
    lots = np.random.default_rng(5)
    rough = gaussian_filter(lots.normal(size=(side, side)), side / 100)
    cost = np.exp(rough / rough.std() / 2)
    places = lots.integers(0, side, (PLACES, 2))
    terrain_steiner(cost[:60, :60].copy(), cell_m=30, places=places % 60, effort=100_000)
    began = time.process_time()
    tree = terrain_steiner(cost, cell_m=30, places=places)
    show("tree-seconds", time.process_time() - began)
    show("tree-memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
    show("tree-gap", 1 - tree.bound / tree.weight)


def show(name: str, ours: float) -> None:
    """Print one line."""
    limit, unit = LIMITS[name]
    line = {"name": name, "ours": round(ours, 3), "peer": limit, "peer_name": "limit set",
            "ratio": round(limit / max(ours, 1e-9), 2), "unit": unit, "goal": 1}  # fmt: skip
    print(json.dumps(line))


if __name__ == "__main__":
    main()
