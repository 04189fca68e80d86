"""Albedo: the part of sunlight that the ground reflects, by place and month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from bunyad.errors import InputError
from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Floats, Ints

MONTHS = 12


def ground_albedo(
    climate: xr.Dataset, mix: tuple[Ints, Floats], snow: Floats, *, options: PotentialOptions
) -> Floats:
    """
    Return the albedo of the ground by place and month, (place, 12) [-].

    A climate with the variable `albedo` tells it, snow and all: its months are means weighted
    by sunlight. Otherwise it is that of the options, brightened where snow lies.

    Parameters
    ----------
    climate
        Hourly years at points, with or without `albedo`.
    mix
        Climate points of each place and their weights, (place, k).
    snow
        Part of the ground under snow, (place, 12) [-].
    options
        Albedo of bare ground and of snow.
    """
    if "albedo" in climate:
        points, weights = mix
        mixed = np.einsum("pkm,pk->pm", climate_albedo(climate)[points], weights)
        return np.asarray(mixed, dtype=float)
    bare = monthly_albedo(options)
    return bare + snow * np.maximum(options.snow_albedo - bare, 0)


def climate_albedo(climate: xr.Dataset) -> Floats:
    """
    Return the mean albedo of each climate point and month by sunlight, (point, 12) [-].

    Parameters
    ----------
    climate
        Hourly years at points, with `albedo` and `ghi_w_m2`.
    """
    albedo, light = (climate[name].to_numpy().astype(float) for name in ("albedo", "ghi_w_m2"))
    light = light + np.finfo(float).tiny  # so that months without sun have a mean too
    month = pd.DatetimeIndex(climate["time"].to_numpy()).month.to_numpy() - 1
    sums = np.zeros((2, MONTHS, len(albedo)))
    np.add.at(sums[0], month, (albedo * light).T)
    np.add.at(sums[1], month, light.T)
    whole = albedo.mean(axis=1)
    mean = np.where(sums[1] > 0, sums[0] / np.where(sums[1] > 0, sums[1], 1), whole)
    return np.asarray(mean.T, dtype=float)


def monthly_albedo(options: PotentialOptions) -> Floats:
    """
    Return the albedo of ground without snow by month, (12) [-].

    Parameters
    ----------
    options
        One value for all months, or twelve.

    Raises
    ------
    InputError
        If there are not twelve values from 0 to 1.

    Examples
    --------
    >>> monthly_albedo(PotentialOptions()).tolist()[:2]
    [0.2, 0.2]
    """
    text = options.ground_albedo_by_month
    if not text.strip():
        return np.full(MONTHS, options.ground_albedo)
    try:
        values = np.array([float(part) for part in text.split(";")])
    except ValueError:
        values = np.array([np.nan])
    if len(values) != MONTHS or not ((values >= 0) & (values <= 1)).all():
        raise InputError(
            f"ground_albedo_by_month is {text!r}",
            where="potential.ground_albedo_by_month",
            mend="give twelve values from 0 to 1 parted by `;`, from January on",
        )
    return values
