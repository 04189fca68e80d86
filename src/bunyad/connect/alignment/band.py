"""Band: move a line to the best one near it, place and height together."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, pi, tan

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from bunyad.connect.alignment.kernels_band import best_in_band, survey_band
from bunyad.connect.alignment.kernels_land import Land, Rates
from bunyad.connect.alignment.mesh import ROUNDING
from bunyad.options import ConnectOptions

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """How wide a band is, and how fine."""

    cells: float
    """Distance of rows in cells of the surface."""
    columns: int
    """Columns on either side of the middle one."""
    parts: float
    """Columns that a line may swerve by from row to row at the least radius."""
    smooth_m: float
    """Width of the Gaussian that smooths the middle line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Band:
    """Rows across a line."""

    middle: Points
    normal: Points
    gap_m: float
    height: Points
    """Height of the line that the band was laid along, by row."""
    fill: Points
    """The same above the ground under that line."""


def narrow(options: ConnectOptions) -> Width:
    """Return the width in which a line is moved by fine steps."""
    return Width(
        cells=options.align_band_cells,
        columns=options.align_band_columns,
        parts=options.align_band_parts,
        smooth_m=0.0,
    )


def wide(rates: Rates, options: ConnectOptions) -> Width:
    """Return the width in which whole bends come and go."""
    return Width(
        cells=options.align_wide_cells,
        columns=options.align_wide_columns,
        parts=options.align_wide_parts,
        smooth_m=options.align_wide_smooth * rates.min_radius_m,
    )


def move_line(
    land: Land,
    rates: Rates,
    line: tuple[Points, Points],
    via: Points,
    *,
    width: Width,
    options: ConnectOptions,
) -> Points | None:
    """
    Return the vertices of the best line in a band along a line, or None if none was found.

    Parameters
    ----------
    land, rates
        The land and the design.
    line
        East, south and height by station, and the height of the ground there [m].
    via
        Places that the line must pass, in order, east and south [m].
    width
        Of the band.
    options
        Slopes and heights that are tried.
    """
    rows_m = _distance_of_rows(land, rates, width, options)
    band = _lay_band(*line, rows_m, rates, width)
    half = width.columns
    under = survey_band(land, rates, band.middle, band.normal, band.gap_m, half)
    if not _pass_gates(band, under[:, :, 0], via):
        return None
    level_m = rates.max_grade * rows_m / options.align_band_levels_per_row
    levels = max(round(options.align_band_height_m / level_m), 1)
    base = _levels(band, under[:, :, 0], rates, level_m)
    columns, usd = best_in_band(
        rates, band.middle, band.normal, band.gap_m, under, base, level_m,
        levels, options.align_band_slopes, _steepest(rates, rows_m),
    )  # fmt: skip
    if not np.isfinite(usd):
        return None
    offset = (columns - half) * band.gap_m
    return np.ascontiguousarray(band.middle + offset[:, None] * band.normal)


def _distance_of_rows(land: Land, rates: Rates, width: Width, options: ConnectOptions) -> float:
    """Return the distance between rows: a turn of the least radius has room between them [m]."""
    sharpest = 2 * rates.min_radius_m * tan(pi * options.align_turn_degree / 360)
    return min(width.cells * land.cell_m, sharpest) or width.cells * land.cell_m


def _steepest(rates: Rates, rows_m: float) -> float:
    """Return the steepest grade along chords, so that the shorter arcs keep theirs."""
    if rates.min_radius_m == 0:
        return rates.max_grade * (1 - ROUNDING)
    half = atan(rows_m / 2 / rates.min_radius_m)
    curve = rates.curve_resistance_m / rates.min_radius_m
    return (rates.max_grade - curve) * half / tan(half) * (1 - ROUNDING)


def _lay_band(line: Points, ground: Points, rows_m: float, rates: Rates, width: Width) -> _Band:
    """Lay rows across a line, smoothed if asked for."""
    fine = _spaced(np.column_stack([line, line[:, 2] - ground]), rows_m / 4)
    if width.smooth_m > 0:
        fine[:, :2] = _smoothed(fine[:, :2], width.smooth_m / rows_m * 4)
    rows = _spaced(fine, rows_m)
    middle = np.ascontiguousarray(rows[:, :2])
    along = np.gradient(middle, axis=0)
    size = np.maximum(np.hypot(*along.T), np.finfo(float).tiny)[:, None]
    swerve = rows_m**2 / max(rates.min_radius_m, rows_m)
    return _Band(
        middle=middle,
        normal=np.column_stack([-along[:, 1], along[:, 0]]) / size,
        gap_m=swerve / width.parts,
        height=rows[:, 2],
        fill=rows[:, 3],
    )


def _spaced(line: Points, spacing_m: float) -> Points:
    """Return points at an even spacing along a line."""
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line[:, :2], axis=0).T))])
    at = np.linspace(0.0, run[-1], max(round(run[-1] / spacing_m), 2) + 1)
    return np.column_stack([np.interp(at, run, column) for column in line.T])


def _smoothed(points: Points, width: float) -> Points:
    """Smooth a line by a Gaussian; beyond its ends it goes on turned about them."""
    count = len(points)
    turned = np.vstack([2 * points[0] - points[:0:-1], points, 2 * points[-1] - points[-2::-1]])
    smooth = gaussian_filter1d(turned, width, axis=0)[count - 1 : 2 * count - 1]
    smooth[[0, -1]] = points[[0, -1]]
    return np.asarray(smooth, np.float64)


def _pass_gates(band: _Band, ground: Points, via: Points) -> bool:
    """Close the rows next to places to be passed but for these; tell whether the band has them."""
    half = ground.shape[1] // 2
    first = 1
    for place in via:
        away = np.hypot(*(band.middle[first:-1] - place).T)
        if not len(away):
            return False
        row = first + int(np.argmin(away))
        column = half + round(float((place - band.middle[row]) @ band.normal[row] / band.gap_m))
        if not 0 <= column <= 2 * half:
            return False
        kept = ground[row, column]
        ground[row] = np.nan
        ground[row, column] = kept
        first = row + 1
    return True


def _levels(band: _Band, ground: Points, rates: Rates, level_m: float) -> NDArray[np.int64]:
    """Return the middle level of each place: over the ground as the line was, or on its bridge."""
    half = ground.shape[1] // 2
    built = (band.fill > rates.bridge_height_m) | (band.fill < -rates.tunnel_cover_m)
    middle = np.where(built[:, None], band.height[:, None], ground + band.fill[:, None])
    middle[[0, -1]] = ground[[0, -1], half][:, None]
    return np.rint(np.nan_to_num(middle) / level_m).astype(np.int64)
