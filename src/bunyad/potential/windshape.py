"""Seasons, hours and bias of wind: how a series is spread over the year, and set right."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from bunyad.errors import InputError
from bunyad.potential.cells import Floats
from bunyad.potential.weibull import Weibull, fit_weibull, weibull_mean


def month_hour_means(profile: xr.DataArray) -> xr.DataArray:
    """
    Return the mean of each month and hour of the day, in the unit of the profile.

    Means over `hour` give the seasons, means over `month` the day.

    Parameters
    ----------
    profile
        Hourly values along `time`.
    """
    time = pd.DatetimeIndex(profile["time"].to_numpy())
    keyed = profile.assign_coords(
        month=("time", time.month.to_numpy()), hour=("time", time.hour.to_numpy())
    )
    means = keyed.drop_vars("time").groupby(["month", "hour"]).mean()
    return means.transpose(..., "month", "hour").assign_attrs(profile.attrs)


def correct_wind(
    series: Floats,
    reference: float | Weibull | Floats,
    *,
    method: Literal["scale", "quantile"] = "scale",
) -> Floats:
    """
    Correct the bias of a wind series by a reference that is trusted more [m/s].

    `scale` multiplies so that the mean is that of the reference: of the Global Wind Atlas, say.
    `quantile` gives each speed the speed that the reference has at the same place in its order,
    so that the whole distribution becomes that of the reference: of a mast's measurements, hour
    by hour or as a Weibull fit.
    The hours keep their order from calm to storm in both.

    Parameters
    ----------
    series
        Wind speeds of one place, hour by hour [m/s].
    reference
        Long-term mean, Weibull distribution or measured speeds at the same height [m/s]. Measured
        speeds should cover whole years, and need not be those of the series.
    method
        How to correct.

    Raises
    ------
    InputError
        If the series has no wind, or a quantile correction has a mean only.

    Examples
    --------
    >>> correct_wind(np.array([2.0, 4.0, 6.0]), 6.0).tolist()
    [3.0, 6.0, 9.0]
    """
    speed = np.asarray(series, dtype=float)
    if not speed.size or not np.isfinite(speed).all() or speed.mean() <= 0:
        raise InputError(
            "the series has no wind, or gaps", where="wind", mend="give speeds of every hour in m/s"
        )
    if isinstance(reference, Weibull):
        return _to_weibull(speed, reference, method)
    measured = np.asarray(reference, dtype=float)
    measured = measured[np.isfinite(measured)]
    if not measured.size:
        raise InputError("the reference is empty", where="wind", mend="give a mean or speeds")
    if method == "scale":
        return np.asarray(speed * (measured.mean() / speed.mean()))
    if measured.size == 1:
        raise InputError(
            "a mean tells no quantiles",
            where="wind",
            mend="give measured speeds or a Weibull distribution, or correct by `scale`",
        )
    return _to_quantiles(speed, measured)


def _to_weibull(speed: Floats, reference: Weibull, method: str) -> Floats:
    """Give a series the mean or the distribution of a Weibull fit."""
    if method == "scale":
        return np.asarray(speed * (float(weibull_mean(reference)) / speed.mean()))
    own = fit_weibull(speed)
    return np.asarray(reference.scale * (speed / own.scale) ** (own.shape / reference.shape))


def _to_quantiles(speed: Floats, measured: Floats) -> Floats:
    """Give a series the distribution of measured speeds."""
    wanted = np.sort(measured)
    ordered = np.sort(speed)
    at = np.linspace(0, 1, ordered.size)
    target = np.interp(at, np.linspace(0, 1, wanted.size), wanted)
    # Equal speeds get one answer: the mean of what their places in the order would give.
    values, start = np.unique(ordered, return_index=True)
    return np.interp(speed, values, np.add.reduceat(target, start) / np.diff([*start, speed.size]))
