"""
Time the plan of the built-in region: cold, with nothing changed, and with one option changed.

Prints one JSON object a line; `peer` is the limit that was set for the work, so a ratio above 1
means that we are below it.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMITS = {
    "plan-cold": (120.0, "s"),
    "plan-cold-memory": (4_000.0, "MB"),
    "plan-unchanged": (2.0, "s"),
    "plan-one-energy-option": (120.0, "s"),
    "help": (0.5, "s"),
}


def main() -> None:
    """Run every case once and print its line."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "plan")
        plan = ["plan", "karabakh", "--out", out]
        show("plan-cold", timed(plan))
        kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        show("plan-cold-memory", kilobytes / 1_000)
        show("plan-unchanged", timed(plan))
        show("plan-one-energy-option", timed([*plan, "-o", "energy.export_price_usd_per_mwh=40"]))
        show("help", timed(["--help"]))


def timed(words: list[str]) -> float:
    """Return the wall time of one command [s]."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "bunyad", *words], check=True, capture_output=True)
    return time.perf_counter() - began


def show(name: str, ours: float) -> None:
    """Print one line."""
    limit, unit = LIMITS[name]
    line = {
        "name": name,
        "ours": round(ours, 3),
        "peer": limit,
        "peer_name": "limit set",
        "ratio": round(limit / ours, 2),
        "unit": unit,
        "goal": 1,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
