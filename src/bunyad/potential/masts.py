"""Masts: wind measured at a few places sets right the map and the hours around them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr
from scipy.special import gamma

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Floats
from bunyad.potential.constants import constant
from bunyad.potential.shear import height_factor
from bunyad.potential.weibull import Weibull, fit_weibull
from bunyad.potential.windshape import correct_wind
from bunyad.region.model import Region


def correct_by_masts(region: Region, *, options: PotentialOptions) -> Region:
    """
    Return the region with map and hours of wind corrected by its masts; as it is without any.

    The ratio of measured to mapped mean speed at each mast spreads over the map, as a logarithm:
    in full beside a mast, fading by `e^(-distance/reach)`, and as a weighted mean where several
    are near. A short measurement counts less: its weight is that of the best linear estimate
    from the map and from years that differ as the options say. Where a mast has a Weibull shape,
    the hours of the climate points around it get a shape moved towards it.

    Parameters
    ----------
    region
        Wind map, climate and masts.
    options
        Reach of masts, law of height, and deviations of the map and from year to year.
    """
    masts = region.masts
    if masts.empty:
        return region
    terrain, climate = region.terrain, region.climate
    speed = terrain["wind_speed_ms"]
    at = np.column_stack([masts.geometry.x, masts.geometry.y])
    mapped = np.array([_nearest_known(speed, x, y) for x, y in at])
    measured = masts["mean_speed_ms"].to_numpy(dtype=float) * np.array(
        [
            height_factor(constant("climate_wind_height"), height, options=options)
            for height in masts["height_m"]
        ]
    )
    trust = mast_trust(masts["years"].to_numpy(dtype=float), options=options)
    x, y = np.meshgrid(speed["x"].to_numpy(), speed["y"].to_numpy())
    weight = mast_weights(np.column_stack([x.ravel(), y.ravel()]), at, options=options)
    factor = np.exp(weight @ (trust * np.log(measured / mapped))).reshape(speed.shape)
    corrected = (speed * factor).astype(speed.dtype).assign_attrs(speed.attrs)
    hours = _shaped_hours(climate, at, masts["weibull_k"].to_numpy(dtype=float), options)
    years = region.weather_years
    if years is not None:
        shaped = _shaped_hours(years, at, masts["weibull_k"].to_numpy(dtype=float), options)
        years = years.assign(wind_speed_ms=(("point", "time"), shaped))
    note = f"{len(masts)} masts: {', '.join(masts['id'])}"
    return replace(
        region,
        weather_years=years,
        terrain=terrain.assign(wind_speed_ms=corrected),
        climate=climate.assign(wind_speed_ms=(("point", "time"), hours)).assign_attrs(
            wind_corrected_by=note
        ),
    )


def mast_trust(years: Floats, *, options: PotentialOptions) -> Floats:
    """
    Return how far the map moves towards measurements of so many years, 0 to 1 [-].

    The best linear estimate from two independent ones weighs each by the other's variance; the
    mean of `n` years has the variance of one year over `n`.

    Parameters
    ----------
    years
        Length of the measurements [a].
    options
        Standard deviation of the map and from year to year.

    Examples
    --------
    >>> mast_trust(np.array([1.0, 4.0]), options=PotentialOptions()).round(2).tolist()
    [0.74, 0.92]
    """
    of_map = options.wind_speed_model_sd_share**2
    of_mast = options.wind_speed_inter_annual_sd_share**2 / years
    if of_map == 0:
        return np.zeros_like(years)
    return np.asarray(of_map / (of_map + of_mast), dtype=float)


def mast_weights(places: Floats, masts: Floats, *, options: PotentialOptions) -> Floats:
    """
    Return the weight of each mast at each place, (place, mast); at most 1 together.

    Parameters
    ----------
    places, masts
        One row of x and y each [m].
    options
        Distance at which the weight of a lone mast has fallen to 1/e.
    """
    apart = np.hypot(*(places[:, None, :] - masts[None, :, :]).transpose(2, 0, 1))
    weight = np.exp(-apart / (options.wind_mast_reach_km * 1e3))
    return np.asarray(weight / np.maximum(weight.sum(axis=1, keepdims=True), 1), dtype=float)


def _nearest_known(speed: xr.DataArray, x: float, y: float) -> float:
    """Return the mapped speed of the nearest cell that has one [m/s]."""
    values = speed.to_numpy()
    row, column = np.nonzero(np.isfinite(values) & (values > 0))
    apart = np.hypot(speed["x"].to_numpy()[column] - x, speed["y"].to_numpy()[row] - y)
    nearest = int(np.argmin(apart))
    return float(values[row[nearest], column[nearest]])


def _shaped_hours(
    climate: xr.Dataset, masts: Floats, shape: Floats, options: PotentialOptions
) -> Floats:
    """Return the hours of the climate points with the Weibull shapes that masts tell [m/s]."""
    hours = climate["wind_speed_ms"].to_numpy()
    known = np.isfinite(shape)
    points = np.column_stack([climate["x"].to_numpy(), climate["y"].to_numpy()])
    if not known.any():
        return np.asarray(hours)
    weight = mast_weights(points, masts[known], options=options)
    own = fit_weibull(hours.astype(float))
    moved = own.shape * np.exp(
        (weight * np.log(shape[known][None, :] / own.shape[:, None])).sum(axis=1)
    )
    rows = []
    for series, mean, wanted in zip(hours, hours.mean(axis=1), moved, strict=True):
        if mean <= 0:
            rows.append(series)
            continue
        target = Weibull(scale=mean / gamma(1 + 1 / wanted), shape=wanted)
        rows.append(correct_wind(series, target, method="quantile"))
    return np.asarray(rows, dtype=hours.dtype)
