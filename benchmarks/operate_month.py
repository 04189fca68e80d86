"""
A village of 350 houses at one value a minute for a month: nothing lost, alarms right, disk bounded.

`python benchmarks/operate_month.py PLAN` plays a settlement of a plan folder day by day with faults
put in, keeps every value, watches it by the ready-made rules, and lets old readings go as an
operator would. It prints one JSON object a line; the days are kept as a whole day of the past each
(`records.backfill`), so this says nothing of requests (`operate.py` does). `--days` plays fewer.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from bunyad.operate import records
from bunyad.operate.alarms import load_rules
from bunyad.operate.alarms.trial import try_rules
from bunyad.operate.play import play, points_of, read_faults
from bunyad.operate.records.backfill import backfill
from bunyad.operate.records.history import forget_history, history_folder
from bunyad.operate.records.times import from_iso
from bunyad.operate.village import read_village

START = from_iso("2030-05-01T00:00:00Z")
KINDS = (
    "leak", "pipe_leak", "dead_inverter", "lamp_out", "stuck_valve", "container_full",
    "transformer_out", "charger_fault", "silent", "stuck",
)  # fmt: skip
DISK_GB = 1.0


def main() -> None:
    """Play, keep, watch, and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", type=Path, nargs="?", default=Path("plan-karabakh"))
    parser.add_argument("--settlement", default="aghali")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--reading-days", type=int, default=5)
    asked = parser.parse_args()
    village = read_village(asked.plan, asked.settlement)
    faults = [
        f"{KINDS[day % len(KINDS)]}@{24 * day + 6 + day % 4}h+14h" for day in range(asked.days)
    ]
    with tempfile.TemporaryDirectory() as folder:
        keep_month(village, faults, asked, Path(folder))
    watch_month(village, faults, asked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    tell("operate-month-memory", peak, None, "GB", None)


def keep_month(village: Any, faults: list[str], asked: Any, folder: Path) -> None:
    """Keep every value and count what is there in the end."""
    points = points_of(village)
    struck = read_faults(faults, points, from_us=START, seed=1)
    store = records.open_records(folder)
    tenant = store.tenant()
    keys = list(range(1, len(points) + 1))
    given, kept, found, took = 0, 0, 0, 0.0
    day: list[Any] = []
    for block in play(village, from_us=START, hours=24 * asked.days, seed=1, faults=struck):
        day.append(block)
        if len(day) == 24:
            panel = np.concatenate([one.values for one in day], axis=1)
            given += int((~np.isnan(panel)).sum())
            begin = time.process_time()
            kept += backfill(tenant, keys, np.concatenate([one.times_us for one in day]), panel)
            took += time.process_time() - begin
            now = int(day[-1].times_us[-1])
            found += count_of(tenant, int(day[0].times_us[0]), now)
            assert found == given, "a reading was lost"
            forget_history(tenant, keep_days=asked.reading_days, now=now)
            day = []
    store.close()
    disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9
    tell("operate-month-readings", kept, given, "readings", 1)
    tell("operate-month-kept-per-second", kept / took, 50_000, "readings/CPU s", 1)
    tell("operate-month-disk", disk, DISK_GB, "GB", 1, is_limit=True)


def count_of(tenant: Any, first_us: int, last_us: int) -> int:
    """Return how many readings the files hold between two instants."""
    files = str(history_folder(tenant) / "*.parquet")
    rows = duckdb.execute(
        "SELECT count(*) FROM read_parquet(?) WHERE at_us BETWEEN ? AND ?",
        [files, first_us, last_us],
    ).fetchone()
    return int(rows[0]) if rows else 0


def watch_month(village: Any, faults: list[str], asked: Any) -> None:
    """Watch the same month by the ready-made rules and judge the alarms."""
    begin = time.process_time()
    trial = try_rules(
        village, load_rules("village"), faults, from_us=START, hours=24 * asked.days, seed=1
    )
    took = time.process_time() - begin
    tell("operate-month-precision", trial.verdict.precision, None, "-", None)
    tell("operate-month-recall", trial.verdict.recall, None, "-", None)
    tell("operate-month-watched-per-second", trial.readings / took, None, "readings/CPU s", None)


def tell(
    name: str, ours: float, peer: float | None, unit: str, goal: float | None,
    *, is_limit: bool = False,
) -> None:  # fmt: skip
    """Print one line; a limit is kept where ours is below it."""
    ratio = None if peer is None else (peer / ours if is_limit else ours / peer)
    said = {"name": name, "ours": round(ours, 3), "peer": peer,
            "peer_name": None if peer is None else "asked for", "unit": unit,
            "ratio": None if ratio is None else round(ratio, 3), "goal": goal}  # fmt: skip
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
