"""
A village of 350 houses at one value a minute for a month: nothing lost, alarms right, disk bounded.

`python benchmarks/operate_month.py PLAN` plays a settlement of a plan folder day by day with faults
put in and keeps every value that its meters tell. Every day is read back and compared with what was
told, to the bit; in the end so are number and sum of the whole month. Then the month is watched by
the ready-made rules. Days are kept as whole days of the past (`records.backfill`); the last hours
(`--live-hours`) are kept once more as a server keeps them, reading by reading, summed, bounded and
moved. It prints one JSON object a line. Times are processor seconds. `--days` plays fewer.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from bunyad.operate import records
from bunyad.operate.alarms import load_rules
from bunyad.operate.alarms.trial import try_rules
from bunyad.operate.play import play, points_of, read_faults
from bunyad.operate.records import Reading
from bunyad.operate.records.backfill import backfill
from bunyad.operate.records.history import (
    FROM_FILES,
    archive_surplus,
    forget_history,
    history_folder,
)
from bunyad.operate.records.keeping import Keeping
from bunyad.operate.records.rollups import load_hours, roll_up
from bunyad.operate.records.times import DAY_US, from_iso
from bunyad.operate.village import read_village

START = from_iso("2030-05-01T00:00:00Z")
KINDS = (
    "leak", "pipe_leak", "dead_inverter", "lamp_out", "stuck_valve", "container_full",
    "transformer_out", "charger_fault", "silent", "stuck", "low_voltage", "tap", "drift",
    "small_leak", "high_voltage", "theft", "lamp_day",
)  # fmt: skip
NIGHTLY = {"container_full", "transformer_out"}
SLOW = {"container_full", "tap", "drift", "small_leak", "theft"}  # they show in a day
DISK_GB = 1.0
MEMORY_GB = 1.5
MICRO = 1_000_000
SAMPLE = 400  # series whose hours are counted one by one
Panel = tuple[np.ndarray, np.ndarray, int]


def main() -> None:
    """Play, keep, watch, and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", type=Path, nargs="?", default=Path("plan-karabakh"))
    parser.add_argument("--settlement", default="aghali")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--reading-days", type=int, default=31)
    parser.add_argument("--live-hours", type=int, default=4)
    parser.add_argument("--faults-a-day", type=int, default=1)
    parser.add_argument("--only-alarms", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    begin, begin_cpu = time.perf_counter(), time.process_time()
    village = read_village(asked.plan, asked.settlement)
    faults = faults_of(asked.days, asked.faults_a_day)
    if asked.only_alarms:
        watch_month(village, faults, asked)
        return
    with tempfile.TemporaryDirectory() as folder:
        keep_month(village, faults, asked, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        assert asked.live_hours > 0, "some hours are lived"
        keep_live(village, asked.live_hours, Path(folder))
    watch_month(village, faults, asked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    tell("operate-month-memory", peak, MEMORY_GB, "GB", 1, is_limit=True)
    tell("operate-month-took", time.process_time() - begin_cpu, None, "CPU s", None)
    tell("operate-month-took-by-the-clock", time.perf_counter() - begin, 1500, "s", 1,
         is_limit=True)  # fmt: skip


def faults_of(days: int, a_day: int = 1) -> list[str]:
    """Return faults of every day; a container is left full from one round of the lorry to the next.

    A small leak is one of 800 l an hour, a twentieth of what such a village uses by day. Nothing
    else that is dark can be seen to fail: a transformer is out by night, between other faults.
    """
    faults = []
    for number in range(days * a_day):
        kind, day = KINDS[number % len(KINDS)], number // a_day
        hour = 1 if kind in NIGHTLY else 6 + number % 4  # the lorry comes at 2
        span = 24 if kind in SLOW else 4 if kind in NIGHTLY else 14
        name, size = ("pipe_leak", "=800") if kind == "small_leak" else (kind, "")
        faults.append(f"{name}@{24 * day + hour}h+{span}h{size}")
    return faults


def told_days(village: Any, days: int, faults: Any) -> Iterator[Panel]:
    """
    Give day by day instants, what every point tells at them, and the exact sum in millionths.

    A day begins at midnight; what is told at the end of its last hour belongs to the next one.
    """
    panel = times = scale = None
    for number, block in enumerate(
        play(village, from_us=START, hours=24 * days, seed=1, faults=faults)
    ):
        steps = len(block.times_us)
        if panel is None or times is None or scale is None:
            digits = [np.full(len(one.entities), one.digits) for one in block.points.groups]
            scale = 10.0 ** np.concatenate(digits)[:, None]
            panel = np.full((len(block.values), 24 * steps + 1), np.nan)
            times = np.full(24 * steps + 1, START)
            total = 0
        at = number % 24 * steps + 1
        whole = np.rint(block.values * scale)
        panel[:, at : at + steps] = whole / scale
        times[at : at + steps] = block.times_us
        units = np.nansum(whole, axis=1) * (MICRO / scale[:, 0])  # whole numbers below 2**53
        total += sum(map(int, units))
        if number % 24 == 23:
            yield times[:-1], panel[:, :-1], total
            panel[:, 0], times[0], total = panel[:, -1], times[-1], 0
    assert times is not None
    assert panel is not None
    yield times[:1], panel[:, :1], 0


def keep_month(village: Any, faults: list[str], asked: Any, folder: Path) -> None:
    """Keep every value, read every one back, and count and sum what is there in the end."""
    points = points_of(village)
    struck = read_faults(faults, points, from_us=START, seed=1)
    store = records.open_records(folder)
    tenant = store.tenant()
    keys = list(range(1, len(points) + 1))
    given, summed, kept, same, took = 0, 0, 0, 0, 0.0
    for times, panel, total in told_days(village, asked.days, struck):
        known = set(history_folder(tenant).glob("*.parquet"))
        begin = time.process_time()
        kept += backfill(tenant, keys, times, panel)
        took += time.process_time() - begin
        (fresh,) = set(history_folder(tenant).glob("*.parquet")) - known
        same += compare(fresh, keys, times, panel)
        given += int((~np.isnan(panel)).sum())
        summed += total
        forget_history(tenant, keep_days=asked.reading_days, now=int(times[-1]))
    tell("operate-month-readings", kept, given, "readings", 1)
    tell("operate-month-the-same-to-the-bit", same, given, "readings", 1)
    tell("operate-month-kept-per-second", kept / took, 50_000, "readings/CPU s", 1)
    check_month(tenant, keys, given, summed, asked)
    store.close()
    sizes = {"files": 0, "database": 0}
    for path in folder.rglob("*"):
        if path.is_file():
            sizes["files" if path.suffix == ".parquet" else "database"] += path.stat().st_size
    for name, size in sizes.items():
        tell(f"operate-month-disk-of-{name}", size / 1e9, None, "GB", None)
    tell("operate-month-disk", sum(sizes.values()) / 1e9, DISK_GB, "GB", 1, is_limit=True)
    tell("operate-month-file-bytes-a-reading", sizes["files"] / given, None, "B", None)


def compare(path: Path, keys: list[int], times: np.ndarray, panel: np.ndarray) -> int:
    """Return how many readings of a file are those of a panel, to the bit."""
    same = row = 0
    with duckdb.connect() as engine:
        engine.execute("SET VARIABLE files = ?", [[str(path)]])
        engine.execute("SET threads = 1")  # rows come in the file's order
        reader = engine.sql(f"SELECT series, at_us, value FROM {FROM_FILES}").to_arrow_reader()
        left = [np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)]
        for batch in reader:
            got = [np.append(one, column.to_numpy(zero_copy_only=False))
                   for one, column in zip(left, batch.columns, strict=True)]  # fmt: skip
            while row < len(keys):
                is_told = ~np.isnan(panel[row])
                count = int(is_told.sum())
                if len(got[0]) < count:
                    break
                series, at, value = (one[:count] for one in got)
                same += int((
                    (series == keys[row]) & (at == times[is_told])
                    & (value.view(np.int64) == panel[row, is_told].view(np.int64))
                ).sum())  # fmt: skip
                got = [one[count:] for one in got]
                row += 1
            left = got
    return same


def check_month(tenant: Any, keys: list[int], given: int, summed: int, asked: Any) -> None:
    """Count and sum files, days and hours of the month."""
    db = tenant.reader()
    with duckdb.connect() as engine:
        files = [str(path) for path in history_folder(tenant).glob("*.parquet")]
        engine.execute("SET VARIABLE files = ?", [files])
        ((count, total),) = engine.sql(
            f"SELECT count(*), sum(CAST(value AS DECIMAL(18, 6))) FROM {FROM_FILES}"
        ).fetchall()
    if asked.reading_days >= asked.days:
        tell("operate-month-in-files", count, given, "readings", 1)
        tell("operate-month-sum-of-values", float(total), summed / MICRO, "-", 1)
        assert int(total * MICRO) == summed, "the sum of all values is another"
    (days,) = db.execute("SELECT sum(count) FROM daily").fetchone()
    tell("operate-month-in-sums-by-day", days, given, "readings", 1)
    some = keys[:: max(1, len(keys) // SAMPLE)]
    end = START + (asked.days + 1) * DAY_US
    hours = sum(one.count for key in some for one in load_hours(db, key, from_us=START, to_us=end))
    marks = ",".join("?" * len(some))
    (days,) = db.execute(f"SELECT sum(count) FROM daily WHERE series IN ({marks})", some).fetchone()
    tell("operate-month-in-sums-by-hour", hours, days, f"readings of {len(some)} series", 1)


def keep_live(village: Any, hours: int, folder: Path) -> None:
    """Keep some hours as a server does: reading by reading, summed and moved as they come."""
    store = records.open_records(folder)
    tenant = store.tenant()
    numbers = tenant.submit(lambda tx: make_series(tx, len(points_of(village)))).result()
    given, largest, staying, begin = 0, 0, 0, time.process_time()
    for block in play(village, from_us=START, hours=hours, seed=1):
        digits = np.concatenate([np.full(len(g.entities), g.digits) for g in block.points.groups])
        scale = 10.0 ** digits[:, None]
        panel = np.rint(block.values * scale) / scale
        for at_us, column in zip(block.times_us.tolist(), panel.T, strict=True):
            rows = [
                Reading(number, at_us, value)
                for number, value in zip(numbers, column.tolist(), strict=True)
                if not math.isnan(value)
            ]  # fmt: skip
            given += len(rows)
            tenant.submit(lambda tx, rows=rows: records.append_readings(tx, rows)).result()
            tenant.submit(roll_up).result()
        staying = archive_surplus(tenant, most=Keeping().readings, staying=staying)
        largest = max(largest, size_of(folder, "records*"))
    took = time.process_time() - begin
    (days,) = tenant.reader().execute("SELECT sum(count) FROM daily").fetchone()
    tell("operate-live-readings", days, given, "readings", 1)
    tell("operate-live-kept-per-second", given / took, None,
         "readings/CPU s, summed every minute", None)  # fmt: skip
    tell("operate-live-database-at-most", largest / 1e9, None, "GB", None)
    moved = tenant.reader().execute("SELECT sum(rows) FROM archive").fetchone()[0]
    if moved:
        size = size_of(history_folder(tenant), "*.parquet")
        tell("operate-live-file-bytes-a-reading", size / moved, None, "B", None)
    store.close()


def make_series(tx: Any, count: int) -> list[int]:
    """Return the numbers of new series."""
    now = records.to_iso(tx.now_us)
    entity = {"id": "urn:village", "type": ["Village"], "createdAt": now, "modifiedAt": now,
              "attrs": {}}  # fmt: skip
    records.insert_entity(tx, entity)
    return [records.series_ref(tx, "urn:village", f"urn:a:{one}") for one in range(count)]


def size_of(folder: Path, pattern: str) -> int:
    """Return the bytes of a folder's files."""
    return sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file())


def watch_month(village: Any, faults: list[str], asked: Any) -> None:
    """Watch the same month by the ready-made rules and judge the alarms."""
    begin = time.process_time()
    trial = try_rules(
        village, load_rules("village"), faults, from_us=START, hours=24 * asked.days,
        seed=asked.seed,
    )  # fmt: skip
    took = time.process_time() - begin
    for fault in trial.verdict.missed:
        print(f"missed  {fault.kind}: {fault.thing} from {fault.start:.0f}", file=sys.stderr)
    for event in trial.verdict.false:
        print(f"false   {event.rule}: {event.thing} at {event.at:.0f}", file=sys.stderr)
    found, missed = len(trial.verdict.found), len(trial.verdict.missed)
    rung = trial.verdict.right + len(trial.verdict.false)
    tell("operate-month-faults-found", found, None, f"of {found + missed}", None)
    tell("operate-month-alarms-explained", trial.verdict.right, None, f"of {rung}", None)
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
