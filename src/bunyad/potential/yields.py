"""Yield of every cell, whatever kernel it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from bunyad.potential.cells import Floats, Ints
from bunyad.potential.sunfield import (
    SunField,
    group_profiles,
    hourly_output,
    monthly_hours,
    take,
)
from bunyad.potential.uncertainty import speed_sensitivity
from bunyad.potential.windfield import WindField, wind_hours, wind_profiles
from bunyad.tiles import HERE, Tiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Yields:
    """Full-load hours of all cells, and the way to the hourly output of some."""

    hours: Floats
    """Full-load hours of each cell [h/a]."""
    hours_of_year: int
    profile: Callable[[Ints, Floats], Floats]
    """
    Mean hourly output of some cells in parts of their capacity [-], by their indices and the
    land taken in each [km²], by which the mean is weighted.
    """
    windier: Callable[[list[tuple[Ints, Floats]], float], Floats] | None = None
    """
    Relative change of energy over that of mean wind speed [-], by groups of cells and the step
    of speed; none where the yield does not come from wind.
    """
    yearly: Floats | None = None
    """Full-load hours of each year and cell, (year, cell) [h/a]; none where there is one year."""


def sun_yields(sun: SunField, *, tiles: Tiles = HERE) -> Yields:
    """
    Return the solar yield of cells, computed hour by hour when it is wanted.

    Parameters
    ----------
    sun
        The prepared cells.
    tiles
        Who works on them.
    """
    return Yields(
        hours=monthly_hours(sun, tiles=tiles).sum(axis=1),
        hours_of_year=sun.hours,
        profile=partial(_sun_profile, sun),
    )


def wind_yields(wind: WindField, *, tiles: Tiles = HERE) -> Yields:
    """
    Return the wind yield of cells, computed hour by hour when it is wanted.

    Parameters
    ----------
    wind
        The prepared cells.
    tiles
        Who works on them.
    """
    return Yields(
        hours=wind_hours(wind, tiles=tiles),
        hours_of_year=wind.hours,
        profile=lambda cells, area_km2: np.asarray(wind_profiles(wind, [(cells, area_km2)])[0]),
        windier=lambda groups, step: speed_sensitivity(wind, groups, step=step),
    )


def _sun_profile(sun: SunField, cells: Ints, area_km2: Floats) -> Floats:
    """
    Return the mean hourly output of some cells, weighted by land [-].

    Whole cells are summed by the kernel; only those that an outline cuts are kept one by one.
    """
    whole = area_km2 == area_km2.max()
    inside = take(sun, cells[whole])
    mean = group_profiles(inside, np.zeros(int(whole.sum()), np.int64), 1)[0]
    total = mean * area_km2[whole].sum()
    if not whole.all():
        total = total + area_km2[~whole] @ hourly_output(take(sun, cells[~whole]))
    return np.asarray(total / area_km2.sum())
