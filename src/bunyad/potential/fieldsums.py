"""A whole field in two sums: over the hours of each cell, and over the cells of each hour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bunyad.potential.cells import Floats
from bunyad.potential.sunfield import SunField, cell_parts, sun_sums_of
from bunyad.potential.windfield import WindField, wind_hours, wind_parts, wind_profiles
from bunyad.tiles import HERE, Tiles


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSums:
    """What a field of cells by hours adds up to; the field itself is never held."""

    hours: Floats
    """Full-load hours of each cell [h]."""
    mean: Floats
    """Mean output of all cells in each hour [-]."""


def sun_sums(sun: SunField, *, tiles: Tiles = HERE) -> FieldSums:
    """
    Return the sums of the hourly solar output of all places.

    Parameters
    ----------
    sun
        The prepared places; at least one.
    tiles
        Who works on them.
    """
    return _gathered(tiles.map(sun_sums_of, *cell_parts(sun)), sun.hours)


def wind_sums_of_field(wind: WindField, *, tiles: Tiles = HERE) -> FieldSums:
    """
    Return the sums of the hourly wind output of all cells.

    Parameters
    ----------
    wind
        The prepared cells; at least one.
    tiles
        Who works on them.
    """
    return _gathered(tiles.map(_wind_part, *wind_parts(wind)), wind.hours)


def _wind_part(field: WindField, cells: Any) -> tuple[Floats, Floats]:
    """Return hours and hourly sum of a part."""
    wind = replace(field, cells=cells)
    everywhere = (np.arange(wind.count), np.ones(wind.count))
    return wind_hours(wind), wind_profiles(wind, [everywhere])[0] * wind.count


def _gathered(parts: Any, hours: int) -> FieldSums:
    """Return the sums of all parts, in their order, so that the bytes are always the same."""
    of_cells, of_hours = [], np.zeros(hours)
    for cell_sums, hour_sums in parts:
        of_cells.append(cell_sums)
        of_hours += hour_sums
    all_cells = np.concatenate(of_cells)
    return FieldSums(hours=all_cells, mean=of_hours / len(all_cells))
