"""
How fast and how good timetables of forums and stable matchings are.

Run: python benchmarks/forum.py

Prints for each case the seconds, the score, the proven bound and the share of it that was met. The
first call compiles kernels, which takes about ten seconds once for an installation and is told
apart. Scores are drawn from 1 to 100, evenly; the seed stands in the code.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from forums import chance_forum

from bunyad.partner.exchange import blocking_pairs, defer_acceptance
from bunyad.partner.exchange.market import Exchange, strict
from bunyad.partner.forum import Effort, plan_forum, timetable_faults

CASES = {
    "35 x 120, every pair, 16 slots, 30 tables": {
        "guests": 35, "hosts": 120, "slots": 16, "tables": 30, "halls": 3},
    "35 x 120, 800 wishes, fifth away": {
        "guests": 35, "hosts": 120, "slots": 16, "tables": 30, "wishes": 800, "away": 0.2},
    "200 x 800, 4,000 wishes, 24 slots, 180 tables": {
        "guests": 200, "hosts": 800, "slots": 24, "tables": 180, "wishes": 4000, "halls": 3},
    "200 x 800, 4,000 wishes, fifth away": {
        "guests": 200, "hosts": 800, "slots": 24, "tables": 180, "wishes": 4000, "away": 0.2},
    "200 x 800, 16,000 wishes, fifth away": {
        "guests": 200, "hosts": 800, "slots": 24, "tables": 180, "wishes": 16000, "away": 0.2},
}  # fmt: skip


def main() -> None:
    """Run every case."""
    before = time.perf_counter()
    plan_forum(chance_forum(guests=2, hosts=3, slots=2, tables=1))
    print(f"first call (kernels compiled or loaded): {time.perf_counter() - before:.1f} s")
    for name, case in CASES.items():
        forum = chance_forum(**case)
        before = time.perf_counter()
        made = plan_forum(forum, effort=Effort(seconds=20))
        seconds = time.perf_counter() - before
        assert timetable_faults(forum, made) == []
        print(
            f"{name}: {seconds:.2f} s, {len(made.meetings)} meetings, score {made.score:.0f}, "
            f"bound {made.bound:.1f}, {100 * made.share_of_bound:.3f} %"
        )
    match_many()


def match_many(applicants: int = 10_000, hosts: int = 500, wishes: int = 10) -> None:
    """Match 10,000 applicants with 500 hosts of 20 places, each of which ranks everybody."""
    random = np.random.default_rng(1)
    market = Exchange(
        applicants=tuple(str(one) for one in range(applicants)),
        hosts=tuple(str(one) for one in range(hosts)),
        places=(applicants // hosts,) * hosts,
        wishes=tuple(
            strict(random.permutation(hosts)[:wishes].tolist()) for _ in range(applicants)
        ),
        rankings=tuple(strict(random.permutation(applicants).tolist()) for _ in range(hosts)),
    )
    for best in ("applicants", "hosts"):
        defer_acceptance(market, best_for=best)
        before = time.perf_counter()
        done = defer_acceptance(market, best_for=best)
        seconds = time.perf_counter() - before
        blocking = len(blocking_pairs(market, done))
        print(f"10,000 x 500, {best} best: {seconds:.2f} s, {blocking} blocking pairs")


if __name__ == "__main__":
    main()
