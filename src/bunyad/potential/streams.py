"""Streams: where water flows on the terrain, and how much in each month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Cells, Flags, Floats, Ints
from bunyad.potential.constants import constant
from bunyad.potential.kernels_hydro import carve, flood, gather, steepest
from bunyad.potential.runoff import month_shares, runoff_depth


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """Flow directions on a terrain; flat arrays over all of its cells, row by row."""

    target: Ints
    """Cell that each cell drains to, -1 out of the grid."""
    order: Ints
    """All cells with a height, lower ones first."""
    bed_m: Floats
    """Height of the river's bed, nowhere rising downstream; NaN where unknown [m]."""
    step_m: Floats
    """Way from each cell to its target, 0 where there is none [m]."""

    def gather(self, amount: Floats) -> Floats:
        """
        Return what each cell and all above it hold together.

        Parameters
        ----------
        amount
            One row a cell; columns are summed apart from each other.
        """
        return np.asarray(gather(np.asarray(amount, float), self.target, self.order), dtype=float)


def drain_terrain(elevation_m: Floats, size_m: tuple[float, float]) -> Streams:
    """
    Find where the water of each cell of a terrain flows.

    Sinks of a coarse terrain are mostly gorges that it closes. Filling them puts the bed too
    high, carving through their lip too low; the mean of both stands for it (the two envelopes
    of Schwanghart & Scherler 2017, Earth Surface Dynamics 5, 821).

    Parameters
    ----------
    elevation_m
        Height of each cell, NaN where unknown [m].
    size_m
        Width and height of a cell [m].

    Examples
    --------
    >>> slope = drain_terrain(np.array([[3.0, 2, 1]]), (1.0, 1.0))
    >>> slope.target.tolist(), slope.gather(np.ones(3)).tolist()
    ([1, 2, -1], [1.0, 2.0, 3.0])
    """
    height = np.asarray(elevation_m, dtype=float)
    filled, parent, order = flood(height, np.isfinite(height))
    target = steepest(filled, parent, order, *size_m)
    bed = (filled.ravel() + carve(height.ravel(), target, order)) / 2
    columns = height.shape[1]
    here = np.arange(target.size)
    across = np.abs(target % columns - here % columns) * size_m[0]
    along = np.abs(target // columns - here // columns) * size_m[1]
    step = np.where(target >= 0, np.hypot(across, along), 0.0)
    return Streams(target=target, order=order, bed_m=bed, step_m=step)


def monthly_flow(
    streams: Streams, elevation_m: Floats, cells: Cells, *, options: PotentialOptions
) -> Floats:
    """
    Return the mean flow of each month in each cell, one row a cell [m³/s].

    Rain and snow of land beyond the region count as far as the terrain reaches; water from
    beyond its edge is not known.

    Parameters
    ----------
    streams
        Flow directions.
    elevation_m
        Height of each cell of the grid, NaN where unknown [m].
    cells
        Land of the region, over which the mean runoff is kept.
    options
        Runoff, its rise with height, and the melt.
    """
    height = np.nan_to_num(elevation_m.ravel(), nan=0.0)
    middle = float(np.average(cells.elevation_m, weights=cells.covered_km2))
    depth_m = runoff_depth(height, cells, options=options) / 1e3
    depth_m[~np.isfinite(elevation_m.ravel())] = 0
    share = month_shares(height, middle, options=options)
    volume_m3 = streams.gather((depth_m * cells.area_km2 * 1e6)[:, None] * share)
    seconds = constant("days_of_year") / share.shape[1] * constant("seconds_of_day")
    return np.asarray(volume_m3 / seconds, dtype=float)


def daily_spread(*, options: PotentialOptions) -> Floats:
    """
    Return equally likely flows of a day over the mean of its month, rising [-].

    Days are spread lognormally, the usual form of daily flows; the values are the middles of
    equal parts of the distribution, scaled so that their mean is exactly one.

    Parameters
    ----------
    options
        Coefficient of variation of the days of a month.
    """
    count = int(constant("flow_steps"))
    sigma = np.sqrt(np.log1p(options.hydro_daily_variation**2))
    values = np.exp(sigma * ndtri((np.arange(count) + 0.5) / count))
    return np.asarray(values / values.mean(), dtype=float)


def duration_curve(monthly: Floats, *, options: PotentialOptions) -> Floats:
    """
    Return the flow-duration curve of each river: its daily flows, the largest first [m³/s].

    Parameters
    ----------
    monthly
        Mean flow of each month, one row a river [m³/s].
    options
        Coefficient of variation of the days of a month.
    """
    days = monthly[:, :, None] * daily_spread(options=options)
    return -np.sort(-days.reshape(len(monthly), days.shape[1] * days.shape[2]), axis=1)


def exceeded_flow(monthly: Floats, share: float, *, options: PotentialOptions) -> Floats:
    """
    Return the flow that each river exceeds in a part of the year [m³/s].

    Parameters
    ----------
    monthly
        Mean flow of each month, one row a river [m³/s].
    share
        Part of the year, 0 to 1 [-].
    options
        Coefficient of variation of the days of a month.
    """
    curve = duration_curve(monthly, options=options)
    place = share * curve.shape[1] - 0.5
    low = int(np.clip(np.floor(place), 0, curve.shape[1] - 1))
    high = min(low + 1, curve.shape[1] - 1)
    part = np.clip(place - low, 0, 1)
    return np.asarray((1 - part) * curve[:, low] + part * curve[:, high], dtype=float)


def largest_nearby(flow: Floats, places: Floats, cells: Cells, reach_m: float) -> Ints:
    """
    Return the flat index of the cell with the largest flow near each place.

    Coordinates of plants are those of villages; the river runs some way off.

    Parameters
    ----------
    flow
        One value a cell of the grid.
    places
        Coordinates, one row of x and y a place [m].
    cells
        Cells of the region, among which to look.
    reach_m
        How far to look; the nearest cell counts in any case [m].
    """
    flat = cells.row * cells.shape[1] + cells.column
    found = []
    for x, y in places:
        away = np.hypot(cells.x - x, cells.y - y)
        near: Flags = away <= max(reach_m, float(away.min()))
        found.append(flat[near][np.argmax(flow[flat[near]])])
    return np.array(found, dtype=np.int64)
