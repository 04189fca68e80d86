"""Weeks that stand for a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HOURS_PER_WEEK = 168
HOURS_PER_DAY = 24
SEASONS = ("winter", "spring", "summer", "autumn")
MID_JANUARY_WEEK = 2
"""The third week of the year, the middle of the meteorological winter (December to February)."""
CLIPPING_ROUNDS = 6
"""Rounds that bring the mean of a clipped profile to its target; the error falls geometrically."""
PROFILE_DIGITS = 6
"""Digits of a profile: a millionth of the capacity; the solver ignores much smaller numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One real week, and the hours of the year that it stands for."""

    label: str
    """`winter`, `spring`, `summer`, `autumn`, `year` or `peak`; numbered if there are several."""
    first_hour: int
    stands_for: NDArray[np.int64]
    """Hours of the year, this week's own among them."""

    @property
    def hours(self) -> slice:
        """The hours of the week itself."""
        return slice(self.first_hour, self.first_hour + HOURS_PER_WEEK)

    @property
    def hours_per_year(self) -> float:
        """How many hours of the year one hour of the week stands for."""
        return len(self.stands_for) / HOURS_PER_WEEK


def choose_weeks(features: Array, residual_load: Array, *, count: int) -> tuple[Week, ...]:
    """
    Choose real weeks that stand for a year, and the week of the highest need.

    The year is cut into whole weeks; a day left at its end goes with the last week. `count`
    blocks of neighbouring weeks are formed, the first around mid-January, so that four blocks
    are the seasons. Of each block, the week nearest to the block's mean course is chosen. The
    week with the highest mean residual load stands for itself alone.

    Parameters
    ----------
    features
        Hourly quantities of one year to be alike, such as demand and sun (feature, hour). Each
        is scaled by its standard deviation.
    residual_load
        Demand less what sun, wind and water could give, for the week of highest need (hour).
    count
        Number of blocks, 1 to the number of whole weeks.

    Returns
    -------
    tuple of Week
        In calendar order. Their hours times their weights sum to the hours of the year.

    Examples
    --------
    >>> day = np.arange(8760) / 24
    >>> cold = np.cos(2 * np.pi * (day - 15) / 365)
    >>> weeks = choose_weeks(cold[None], cold, count=4)
    >>> sorted(week.label for week in weeks)
    ['autumn', 'peak', 'spring', 'summer', 'winter']
    >>> round(sum(week.hours_per_year * HOURS_PER_WEEK for week in weeks))
    8760
    """
    whole = residual_load.size // HOURS_PER_WEEK
    by_week = features[:, : whole * HOURS_PER_WEEK].reshape(len(features), whole, HOURS_PER_WEEK)
    spread = features.std(axis=1)
    scaled = by_week / np.where(spread > 0, spread, 1)[:, None, None]
    need = residual_load[: whole * HOURS_PER_WEEK].reshape(whole, HOURS_PER_WEEK).mean(axis=1)
    peak = int(np.argmax(need))
    weeks = []
    for label, block in _blocks(whole, count):
        members = block[block != peak] if block.size > 1 else block
        distance = np.square(scaled[:, members] - scaled[:, members].mean(axis=1, keepdims=True))
        nearest = int(members[np.argmin(distance.sum(axis=(0, 2)))])
        weeks.append(_week(label, nearest, members, residual_load.size))
        if members.size < block.size:
            weeks.append(_week("peak", peak, np.array([peak]), residual_load.size))
    return tuple(sorted(weeks, key=lambda week: week.first_hour))


def _blocks(whole: int, count: int) -> list[tuple[str, NDArray[np.int64]]]:
    """Cut the weeks of a year into labelled blocks, the first around mid-January."""
    order = np.arange(whole)
    first_size = -(-whole // count)
    rolled = (order + MID_JANUARY_WEEK - first_size // 2) % whole
    blocks = np.array_split(rolled, count)
    if count == 1:
        return [("year", blocks[0])]
    names = [SEASONS[round(4 * number / count) % 4] for number in range(count)]
    labels = []
    for number, name in enumerate(names):
        before = names[:number].count(name)
        labels.append(f"{name}-{before + 1}" if names.count(name) > 1 else name)
    return list(zip(labels, blocks, strict=True))


def _week(label: str, number: int, members: NDArray[np.int64], hours: int) -> Week:
    """Make a week of its number and of the numbers of the weeks that it stands for."""
    whole = hours // HOURS_PER_WEEK
    stands_for = (members[:, None] * HOURS_PER_WEEK + np.arange(HOURS_PER_WEEK)).ravel()
    if whole - 1 in members:
        stands_for = np.append(stands_for, np.arange(whole * HOURS_PER_WEEK, hours))
    return Week(label=label, first_hour=number * HOURS_PER_WEEK, stands_for=np.sort(stands_for))


def sample_amounts(values: NDArray[Any], weeks: tuple[Week, ...]) -> Array:
    """
    Cut the weeks out of hourly series and scale each to the mean of the hours it stands for.

    The weighted sum over the weeks equals the sum over the year.

    Parameters
    ----------
    values
        Hourly series (series, hour), not negative.
    weeks
        Chosen weeks.
    """
    parts = []
    for week in weeks:
        part = np.asarray(values[:, week.hours], dtype="float64")
        parts.append(part * _ratio(values[:, week.stands_for].mean(axis=1), part.mean(axis=1)))
    return np.concatenate(parts, axis=1)


def sample_profiles(values: NDArray[Any], weeks: tuple[Week, ...]) -> Array:
    """
    Cut the weeks out of hourly profiles, scaled like `sample_amounts` but never above 1.

    Parameters
    ----------
    values
        Hourly output in parts of the capacity (series, hour), 0 to 1 [-].
    weeks
        Chosen weeks.
    """
    parts = []
    for week in weeks:
        part = np.asarray(values[:, week.hours], dtype="float64")
        target = values[:, week.stands_for].mean(axis=1)
        for _ in range(CLIPPING_ROUNDS):
            part = np.clip(part * _ratio(target, part.mean(axis=1)), 0, 1)
        parts.append(part)
    return np.round(np.concatenate(parts, axis=1), PROFILE_DIGITS)


def _ratio(target: Array, mean: Array) -> Array:
    """Return target / mean as a column, 1 where the mean is 0."""
    ratio = np.divide(target, mean, out=np.ones_like(mean, dtype="float64"), where=mean > 0)
    return np.asarray(ratio[:, None], dtype="float64")
