"""A figure that tells how far it can be trusted: its coverage and its age."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LARGEST_CORRECTION = 0.1
"""Share by which a counter may fall and still be the same one, set right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure."""

    value: float | None
    """None where it cannot be told."""
    unit: str
    coverage: float = 1.0
    """Share of the data that were there [-]."""
    age_s: float | None = None
    """How old the newest reading in it is [s]; None: it comes from no reading."""
    needs: str = ""
    """What is missing where it cannot be told."""
    note: str = ""

    @property
    def is_known(self) -> bool:
        """Whether it has a value."""
        return self.value is not None


def missing(unit: str, needs: str) -> Figure:
    """
    Return a figure that cannot be told.

    Parameters
    ----------
    unit
        Unit it would have.
    needs
        What is missing.

    Examples
    --------
    >>> missing("%", "needs data: incomes of households").is_known
    False
    """
    return Figure(value=None, unit=unit, coverage=0.0, needs=needs)


def combine(figures: Iterable[Figure]) -> tuple[float, float | None]:
    """
    Return the least coverage and the greatest age [s] of figures that go into another.

    Parameters
    ----------
    figures
        What goes in.

    Examples
    --------
    >>> parts = [Figure(value=1, unit="kWh", coverage=0.9, age_s=60), Figure(value=2, unit="kWh")]
    >>> combine(parts)
    (0.9, 60)
    """
    found = list(figures)
    ages = [one.age_s for one in found if one.age_s is not None]
    return min((one.coverage for one in found), default=0.0), max(ages, default=None)


def counted_use(lasts: Floats) -> tuple[Floats, Floats]:
    """
    Return what counters rose by, and how much of the time they were heard.

    A counter that falls by a tenth or more was replaced or reset: it counts from zero again. One
    that falls by less was set right: what it fell by is taken off.

    Parameters
    ----------
    lasts
        Last value of each hour (row) of each counter (column); nan where nothing came. The first
        row is the hour before the while.

    Returns
    -------
    tuple
        What each rose by, nan where it was heard less than twice; share of hours it was heard [-].

    Examples
    --------
    >>> use, heard = counted_use(np.array([[10.0, 5.0], [np.nan, 7.0], [14.0, 1.0]]))
    >>> use.tolist(), heard.tolist()
    ([4.0, 3.0], [0.5, 1.0])
    """
    is_there = ~np.isnan(lasts)
    filled = lasts.copy()
    for row in range(1, len(filled)):
        np.copyto(filled[row], filled[row - 1], where=np.isnan(filled[row]))
    rises = _rises(filled)
    use = np.where(np.isnan(rises), 0.0, rises).sum(axis=0)  # before its first value: nothing
    use[is_there.sum(axis=0) < 2] = np.nan
    return use, is_there[1:].mean(axis=0) if len(lasts) > 1 else np.zeros(lasts.shape[1])


def hourly_use(lasts: Floats) -> Floats:
    """
    Return what counters rose by in each hour, nan where this is not known.

    Parameters
    ----------
    lasts
        As for `counted_use`.

    Examples
    --------
    >>> hourly_use(np.array([[10.0], [12.0], [np.nan], [15.0]]))[:, 0].tolist()
    [2.0, nan, nan]
    """
    return _rises(lasts)


def _rises(lasts: Floats) -> Floats:
    """Return what each counter rose by from row to row, nan where one of both is missing."""
    steps = np.diff(lasts, axis=0)
    is_reset = lasts[1:] <= (1 - LARGEST_CORRECTION) * lasts[:-1]
    return np.where(np.isnan(steps) | ~is_reset, steps, lasts[1:])
