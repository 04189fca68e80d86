"""
Dates for works under precedence and yearly limits.

Serial schedule generation: among the works whose requirements are dated, the most urgent one
gets the earliest years in which every limit holds (Kolisch 1996, Serial and parallel
resource-constrained project scheduling methods revisited, European Journal of Operational
Research 90, 320–333). Urgent is what has the earliest latest start.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bunyad.options.programme import ProgrammeOptions
from bunyad.programme.works import Work
from bunyad.project import KINDS

__all__ = ["Dates", "Limits", "schedule_works", "yearly_limits"]

RESOURCES = ("public", "private", "clearance")
"""What is limited each year: public and private money [US$/a], cleared land [ha/a]."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What may be used in each year of the plan; after it, as in the last year."""

    first_year: int
    public_usd: tuple[float, ...]
    private_usd: tuple[float, ...]
    clearance_ha: tuple[float, ...]

    def table(self, years: int) -> Array:
        """Return the limits of `RESOURCES` for as many years from the first on."""
        rows = (self.public_usd, self.private_usd, self.clearance_ha)
        index = np.minimum(np.arange(years), len(self.public_usd) - 1)
        return np.array(rows, dtype="float64")[:, index]


@dataclass(frozen=True, slots=True)
class Dates:
    """First and last year of a work."""

    start: int
    finish: int


def yearly_limits(first_year: int, last_year: int, *, options: ProgrammeOptions) -> Limits:
    """
    Return the limits of every year of the plan.

    Examples
    --------
    >>> options = ProgrammeOptions(public_budget_growth_percent=10)
    >>> limits = yearly_limits(2026, 2027, options=options)
    >>> round(limits.public_usd[1] / limits.public_usd[0], 6)
    1.1
    """
    years = last_year - first_year + 1
    growth = 1 + options.public_budget_growth_percent / 100
    return Limits(
        first_year=first_year,
        public_usd=tuple(options.public_budget_usd_per_year * growth**y for y in range(years)),
        private_usd=(options.private_budget_usd_per_year,) * years,
        clearance_ha=(options.clearance_ha_per_year,) * years,
    )


def schedule_works(works: Sequence[Work], *, limits: Limits) -> dict[str, Dates]:
    """
    Date every work so that its requirements are finished before and every limit holds.

    Cost is spread evenly over a work's years; a work that alone is beyond a yearly limit takes
    longer. What doesn't fit into the years of the plan comes after them.

    Parameters
    ----------
    works
        Works; everything that they require is among them.
    limits
        What may be used in each year.

    Returns
    -------
    dict of str to Dates
        Dates by identifier, in the order in which the works were dated.
    """
    by_id = {work.id: work for work in works}
    totals = {work.id: _totals(work) for work in works}
    tightest = limits.table(len(limits.public_usd)).min(axis=1)
    years = {work.id: _duration(work.years, totals[work.id], tightest) for work in works}
    urgency = _latest_starts(by_id, years)
    releases = [work.release - limits.first_year for work in works if work.release is not None]
    horizon = max([0, *releases]) + sum(years.values()) + len(limits.public_usd)
    left = limits.table(horizon)
    dates: dict[str, Dates] = {}
    for identifier in _in_order(by_id, urgency):
        work, duration = by_id[identifier], years[identifier]
        earliest = max(
            limits.first_year,
            work.release or limits.first_year,
            *(dates[required].finish + 1 for required in work.requires),
        )
        use = totals[identifier] / duration
        start = _first_fit(left, use, duration, earliest - limits.first_year)
        left[:, start : start + duration] -= use[:, None]
        first = limits.first_year + start
        dates[identifier] = Dates(first, first + duration - 1)
    return dates


def _totals(work: Work) -> Array:
    """Return what a work uses of each resource in all."""
    return np.array(
        [
            work.capex_usd if work.funding == "public" else 0,
            work.capex_usd if work.funding == "private" else 0,
            work.capacity if work.kind == "clearance" else 0,
        ],
        dtype="float64",
    )


def _duration(least_years: int, total: Array, tightest: Array) -> int:
    """Return the years of a work, longer where it alone is beyond a yearly limit."""
    years = max(least_years, math.ceil(float(np.max(total / tightest))))
    while np.any(total / years > tightest):  # the quotient above may be rounded down
        years += 1
    return years


def _latest_starts(works: dict[str, Work], years: dict[str, int]) -> dict[str, int]:
    """Return the year in which each work must start so that nothing that needs it is late."""
    starts: dict[str, int] = {}
    for identifier in reversed(_topological(works)):
        work = works[identifier]
        latest = work.due - years[identifier] + 1
        starts[identifier] = min(starts.get(identifier, latest), latest)
        for required in work.requires:
            before = starts[identifier] - years[required]
            starts[required] = min(starts.get(required, before), before)
    return starts


def _topological(works: dict[str, Work]) -> list[str]:
    """Return identifiers so that everything stands after what it requires."""
    return _in_order(works, dict.fromkeys(works, 0))


def _in_order(works: dict[str, Work], urgency: dict[str, int]) -> list[str]:
    """Return identifiers in the order of dating: urgent first, after what they require."""
    waiting_for = {identifier: len(set(work.requires)) for identifier, work in works.items()}
    needed_by: dict[str, list[str]] = defaultdict(list)
    for identifier, work in works.items():
        for required in sorted(set(work.requires)):
            assert required in works, f"{identifier} requires {required}, which is not planned"
            needed_by[required].append(identifier)

    def rank(identifier: str) -> tuple[int, float, int, str]:
        work = works[identifier]
        return urgency[identifier], -work.merit, KINDS.index(work.kind), identifier

    eligible = [rank(identifier) for identifier, count in waiting_for.items() if count == 0]
    heapq.heapify(eligible)
    order: list[str] = []
    while eligible:
        identifier = heapq.heappop(eligible)[-1]
        order.append(identifier)
        for successor in needed_by[identifier]:
            waiting_for[successor] -= 1
            if waiting_for[successor] == 0:
                heapq.heappush(eligible, rank(successor))
    assert len(order) == len(works), "works require each other in a circle"
    return order


def _first_fit(left: Array, use: Array, years: int, earliest: int) -> int:
    """Return the first position from `earliest` on where `use` is left for `years` years."""
    used = use > 0
    is_short = np.any(left[used] < use[used, None], axis=0)
    shortages = np.concatenate([[0], np.cumsum(is_short)])
    fits = shortages[years:] == shortages[:-years]
    return earliest + int(np.argmax(fits[earliest:]))
