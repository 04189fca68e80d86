"""Yield of every cell, whatever technology and model it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from bunyad.potential.basis import Basis, mean_profile, yearly_hours
from bunyad.potential.cells import Floats, Ints
from bunyad.potential.sunfield import SunField, group_profiles, monthly_hours, take


@dataclass(frozen=True, slots=True, kw_only=True)
class Yields:
    """Full-load hours of all cells, and the way to the hourly output of some."""

    hours: Floats
    """Full-load hours of each cell [h/a]."""
    hours_of_year: int
    profile: Callable[[Ints], Floats]
    """Mean hourly output of some cells, by their indices, in parts of their capacity [-]."""


def basis_yields(basis: Basis) -> Yields:
    """
    Return the yields of cells that mix a few profiles.

    Parameters
    ----------
    basis
        Profiles and weights.
    """
    return Yields(
        hours=yearly_hours(basis),
        hours_of_year=basis.profiles.shape[1],
        profile=partial(mean_profile, basis),
    )


def sun_yields(sun: SunField) -> Yields:
    """
    Return the yields of cells whose output is computed hour by hour when it is wanted.

    Parameters
    ----------
    sun
        The prepared cells.
    """
    return Yields(
        hours=monthly_hours(sun).sum(axis=1),
        hours_of_year=sun.hours,
        profile=partial(_sun_profile, sun),
    )


def _sun_profile(sun: SunField, cells: Ints) -> Floats:
    """Return the mean hourly output of some cells [-]."""
    return np.asarray(group_profiles(take(sun, cells), np.zeros(len(cells), np.int64), 1)[0])
