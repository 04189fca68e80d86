"""Hold what was measured against what the plan expects, tell why they differ, look ahead."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bunyad.operate.indicators.figure import Floats

Verdict = Literal["within", "over", "under", "unknown"]
Reason = Literal["none", "data_missing", "faults", "weather", "people", "unexplained"]


SOME_FAULTS = 0.02
"""Share of the things' time with alarms above which faults may explain too much [-]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """What was measured beside what the plan expects of the same hours."""

    actual: float
    plan: float
    coverage: float
    """Share of the plan's amount whose hours were measured [-]."""
    tolerance: float
    """Share of the plan's amount that counts as kept [-]."""
    verdict: Verdict
    reason: Reason = "none"

    @property
    def share(self) -> float | None:
        """Deviation as a share of what the plan expects [-]."""
        return (self.actual - self.plan) / self.plan if self.plan else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What may explain a deviation."""

    faulty_share: float = 0.0
    """Share of the things' time with an alarm about a fault [-]."""
    weather_ratio: float | None = None
    """What drives the amount (sun for solar), measured over expected [-]."""
    people_ratio: float | None = None
    """People or homes in use over those planned [-]."""


def deviate(
    actual: Floats, plan: Floats, *, tolerance: float = 0.1, least_coverage: float = 0.8,
    around: Circumstances | None = None,
) -> Deviation:  # fmt: skip
    """
    Compare hours that were measured with the same hours of the plan.

    Parameters
    ----------
    actual
        What was measured in each hour; nan where it is not known.
    plan
        What the plan expects of each hour, in the same unit.
    tolerance
        Share of the plan's amount that counts as kept [-].
    least_coverage
        Below this share of measured hours no verdict is given [-].
    around
        What may explain a deviation.

    Returns
    -------
    Deviation
        Sums over the hours that were measured, so that missing data are no deviation.

    Examples
    --------
    >>> found = deviate(np.array([8.0, np.nan, 7.0]), np.array([10.0, 1.0, 10.0]))
    >>> found.plan, round(found.share, 2), found.verdict, found.reason
    (20.0, -0.25, 'under', 'unexplained')
    """
    is_known = ~(np.isnan(actual) | np.isnan(plan))
    whole = float(np.abs(plan[~np.isnan(plan)]).sum())
    expected = float(plan[is_known].sum())
    coverage = float(np.abs(plan[is_known]).sum()) / whole if whole else float(is_known.mean())
    real = float(actual[is_known].sum())
    if coverage < least_coverage:
        verdict: Verdict = "unknown"
    elif abs(real - expected) <= tolerance * abs(expected):
        verdict = "within"
    else:
        verdict = "over" if real > expected else "under"
    found = Deviation(
        actual=real, plan=expected, coverage=coverage, tolerance=tolerance, verdict=verdict
    )
    reason = _reason(found, around or Circumstances())
    return Deviation(
        actual=real, plan=expected, coverage=coverage, tolerance=tolerance,
        verdict=verdict, reason=reason,
    )  # fmt: skip


def _reason(found: Deviation, around: Circumstances) -> Reason:
    """Return the first thing that explains the greater part of a deviation."""
    if found.verdict == "within":
        return "none"
    if found.verdict == "unknown":
        return "data_missing"
    share = found.share
    if share is None:
        return "unexplained"
    half = share / 2
    for reason, ratio in (("weather", around.weather_ratio), ("people", around.people_ratio)):
        if ratio is not None and abs(ratio - 1) >= abs(half) and (ratio - 1) * share > 0:
            return "weather" if reason == "weather" else "people"
    # A dead thing takes its part away at most; a leak may add any amount.
    enough = abs(half) if share < 0 else SOME_FAULTS
    if around.faulty_share >= enough:
        return "faults"
    return "unexplained"


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEnd:
    """What a year will come to, with an interval of 80 %."""

    so_far: float
    plan_so_far: float
    plan_year: float
    expected: float
    low: float
    high: float
    weeks: int
    """Whole weeks it was learned from."""


WEEK_H = 168
FEWEST_WEEKS = 3
_T80 = (3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372)
"""Student's t for 80 % both-sided by degrees of freedom from 1 to 10 (any table of it)."""
_Z80 = 1.2816


def forecast_year(actual: Floats, plan: Floats) -> YearEnd | None:
    """
    Tell what the year will come to: the plan's hours scaled by how it went so far.

    The rest of the year is the plan's times the ratio of what was measured to what was planned.
    Its interval takes the weeks' ratios as independent draws: the mean is as uncertain as their
    number makes it, and the weeks to come scatter as those before.

    Parameters
    ----------
    actual
        What was measured in each hour so far; nan where it is not known.
    plan
        What the plan expects of each hour of the whole year.

    Returns
    -------
    YearEnd or None
        None before there are three weeks with at least half of their hours.

    Examples
    --------
    >>> found = forecast_year(np.full(4 * 168, 1.1), np.full(8760, 1.0))
    >>> round(found.expected), round(found.low), round(found.high)
    (9636, 9636, 9636)
    """
    hours = len(actual)
    is_known = ~np.isnan(actual)
    past = plan[:hours]
    ratios, weights = [], []
    for start in range(0, hours - WEEK_H + 1, WEEK_H):
        week = slice(start, start + WEEK_H)
        chosen = is_known[week]
        planned = float(past[week][chosen].sum())
        if chosen.mean() >= 0.5 and planned > 0:
            ratios.append(float(actual[week][chosen].sum()) / planned)
            weights.append(planned)
    if len(ratios) < FEWEST_WEEKS:
        return None
    count = len(ratios)
    shares = np.array(weights) / sum(weights)
    ratio = float(shares @ ratios)
    spread = math.sqrt(float(shares @ (np.array(ratios) - ratio) ** 2) * count / (count - 1))
    left = plan[hours:]
    weeks_left = np.add.reduceat(left, range(0, len(left), WEEK_H)) if len(left) else np.zeros(0)
    rest = float(left.sum())
    # Weeks with much weigh more, so that there are fewer independent ones than weeks.
    part = float((shares**2).sum())
    part += float((weeks_left**2).sum()) / rest**2 if rest > 0 else 0.0
    student = _T80[count - 2] if count - 2 < len(_T80) else _Z80
    half = student * spread * math.sqrt(part) * rest
    # Hours that nobody measured went as the others did.
    so_far = float(np.where(is_known, actual, past * ratio).sum())
    expected = so_far + ratio * rest
    return YearEnd(
        so_far=so_far, plan_so_far=float(past.sum()), plan_year=float(plan.sum()),
        expected=expected, low=expected - half, high=expected + half, weeks=count,
    )  # fmt: skip
