"""Runoff: how much water the land yields by height, and in which months."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Cells, Floats
from bunyad.potential.constants import constant, data_table


def runoff_depth(elevation_m: Floats, cells: Cells, *, options: PotentialOptions) -> Floats:
    """
    Return the yearly runoff of land by its height [mm/a].

    Runoff rises with height by the same amount for each metre, and is nowhere below zero; the
    mean over the region is the option's, whatever the rise.

    Parameters
    ----------
    elevation_m
        Heights to tell the runoff of, of any shape [m].
    cells
        Land of the region, over which the mean is kept.
    options
        Mean runoff and its rise with height.
    """
    rise = options.hydro_runoff_rise_mm_per_km / 1e3
    land, mean = cells.covered_km2 / cells.covered_km2.sum(), options.hydro_runoff_mm
    lift = rise * cells.elevation_m

    def surplus(base: float) -> float:
        return float(land @ np.maximum(0, base + lift)) - mean

    # A little more than needed, so that rounding leaves a surplus at the upper end.
    lowest, highest = -float(lift.max()), 2 * mean - float(lift.min()) + 1e-9 * float(lift.max())
    base = lowest if mean == 0 else brentq(surplus, lowest, highest)
    return np.asarray(np.maximum(0, base + rise * elevation_m), dtype=float)


def irrigated_flow(monthly: Floats, *, options: PotentialOptions) -> Floats:
    """
    Return the flow of rivers that irrigation leaves, one column a month [m³/s].

    Parameters
    ----------
    monthly
        Mean flow of each month, January first [m³/s].
    options
        Part that fields take, and the months; the last may lie before the first, over New Year.

    Examples
    --------
    >>> options = PotentialOptions(hydro_irrigation_share=0.5, hydro_irrigation_last_month=5)
    >>> irrigated_flow(np.ones((1, 12)), options=options)[0, :6].tolist()
    [1.0, 1.0, 1.0, 0.5, 0.5, 1.0]
    """
    months = monthly.shape[1]
    first, last = options.hydro_irrigation_first_month, options.hydro_irrigation_last_month
    since = (np.arange(1, months + 1) - first) % months
    watered = since <= (last - first) % months
    return np.asarray(monthly * (1 - options.hydro_irrigation_share * watered), dtype=float)


def month_shares(elevation_m: Floats, middle_m: float, *, options: PotentialOptions) -> Floats:
    """
    Return the part of the yearly runoff that each month brings, one row a height [-].

    The months of `data/hydro_shape.csv` hold at the middle height. Snow of higher land melts
    later, that of lower land earlier, so the year's curve is moved by so many days a km.

    Parameters
    ----------
    elevation_m
        Heights [m].
    middle_m
        Height for which the table holds [m].
    options
        Delay of the melt with height.

    Examples
    --------
    >>> shares = month_shares(np.array([1000.0, 3000.0]), 1000.0, options=PotentialOptions())
    >>> (shares.argmax(axis=1) + 1).tolist(), shares.sum(axis=1).round(9).tolist()
    ([5, 6], [1.0, 1.0])
    """
    share = data_table("hydro_shape").sort_values("month")["share"].to_numpy(dtype=float)
    months = len(share)
    days = options.hydro_melt_delay_days_per_km * (elevation_m - middle_m) / 1e3
    later = days / (constant("days_of_year") / months)
    whole = np.floor(later).astype(np.int64)
    part = (later - whole)[:, None]
    month = np.arange(months) - whole[:, None]
    moved = (1 - part) * share[month % months] + part * share[(month - 1) % months]
    return np.asarray(moved, dtype=float)
