"""Weibull distribution of wind speed: fitted to series, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.special import digamma, gamma

from bunyad.potential.cells import Floats

ROUNDS = 50
"""Numerical: most rounds of Newton's method; it needs about five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weibull:
    """Weibull distributions, one a series."""

    scale: Floats
    """Scale A [m/s]."""
    shape: Floats
    """Shape k [-]."""


def fit_weibull(
    speed_ms: Floats, *, method: Literal["moments", "likelihood"] = "moments"
) -> Weibull:
    """
    Fit Weibull distributions to series of wind speed.

    `moments` finds the shape whose ratio of standard deviation to mean is that of the series,
    `G(1+2/k)/G(1+1/k)² = 1 + (s/m)²`; the mean is kept exactly. `likelihood` maximises the
    likelihood of the speeds above 0 (both in Justus et al. 1978, Journal of Applied Meteorology
    17, 350, and Seguro & Lambert 2000, Journal of Wind Engineering and Industrial Aerodynamics
    85, 75). A series without wind has the scale 0 and the shape 1.

    Parameters
    ----------
    speed_ms
        Wind speeds, hours along the last axis [m/s].
    method
        How to fit.

    Examples
    --------
    >>> fit = fit_weibull(np.array([2.0, 4.0, 6.0, 8.0, 10.0]))
    >>> round(float(fit.shape), 2), round(float(fit.scale), 2)
    (2.24, 6.77)
    """
    speed = np.asarray(speed_ms, dtype=float)
    mean = speed.mean(axis=-1)
    calm = (mean <= 0) | (speed.std(axis=-1) <= 0)
    ratio = np.where(calm, 1, speed.std(axis=-1) / np.where(calm, 1, mean))
    shape = _moment_shape(ratio)
    if method == "likelihood":
        # Where there is nothing to fit, any speeds stand in until the answer is set below.
        any_wind = np.linspace(1, 2, speed.shape[-1])
        wind = np.where(calm[..., None], any_wind, np.where(speed > 0, speed, np.nan))
        shape = _likely_shape(wind, shape)
        scale = _mean_of_wind(wind ** shape[..., None]) ** (1 / shape)
    else:
        scale = mean / gamma(1 + 1 / shape)
    return Weibull(scale=np.where(calm, mean, scale), shape=np.where(calm, 1, shape))


def weibull_mean(fit: Weibull) -> Floats:
    """Return the mean wind speed of Weibull distributions [m/s]."""
    return np.asarray(fit.scale * gamma(1 + 1 / fit.shape), dtype=float)


def _moment_shape(ratio: Floats) -> Floats:
    """Return the shape with a ratio of standard deviation to mean, by Newton's method."""
    shape = ratio**-1.086  # Justus et al. 1978: within 1 % for shapes of 1 to 10
    wanted = np.log1p(ratio**2)
    for _ in range(ROUNDS):
        one, two = 1 + 1 / shape, 1 + 2 / shape
        gap = np.log(gamma(two)) - 2 * np.log(gamma(one)) - wanted
        slope = 2 * (digamma(one) - digamma(two)) / shape**2
        step = np.clip(gap / slope, -shape / 2, shape / 2)
        shape = shape - step
        if np.all(np.abs(step) <= np.finfo(np.float32).eps * shape):
            break
    return np.asarray(shape, dtype=float)


def _likely_shape(wind: Floats, first: Floats) -> Floats:
    """Return the shape of the greatest likelihood, by Newton's method from a first guess."""
    log = np.log(wind)
    mean_log = _mean_of_wind(log)
    shape = np.asarray(first, dtype=float)
    for _ in range(ROUNDS):
        powered = wind ** shape[..., None]
        total = _mean_of_wind(powered)
        tilted = _mean_of_wind(powered * log) / total
        gap = tilted - 1 / shape - mean_log
        slope = _mean_of_wind(powered * log**2) / total - tilted**2 + 1 / shape**2
        step = np.clip(gap / slope, -shape / 2, shape / 2)
        shape = shape - step
        if np.all(np.abs(step) <= np.finfo(np.float32).eps * shape):
            break
    return shape


def _mean_of_wind(values: Any) -> Floats:
    """Return the mean over the hours with wind, 0 where there are none."""
    there = np.isfinite(values)
    count = there.sum(axis=-1)
    return np.asarray(np.where(there, values, 0).sum(axis=-1) / np.maximum(count, 1), dtype=float)
