"""
Hourly air temperature and wind speed, and the random numbers that they share with the sun.

Air temperature is a yearly and a daily wave around the published mean of Jabrayil, with a noise
that lasts for days, and falls with height by 6.5 K/km (ISO 2533). The published extremes of
Jabrayil are -12.3 and 37.5. The yearly wave (11.5 K), the daily wave (5.5 K under a clear sky, 40 %
of that under full cloud) and the noise (standard deviation 4 K in winter, 2 K in summer) are
parted so that three standard deviations reach these extremes: 14.4 - 11.5 - 3.5 - 3 * 4 = -12.6 and
14.4 + 11.5 + 5.5 + 3 * 2 = 37.4. The parting is an assumption. The noise has no trend over a month,
so that each month is a typical one.

Wind speed has a Weibull spread (k = 1.9), lasts for hours, and is up to 15 % stronger in early
spring and 8 % stronger in late afternoon: all assumptions, none is published for the region. Each
point is scaled to its mean of the wind layer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.ndimage import uniform_filter1d
from scipy.stats import norm

Array = npt.NDArray[np.float64]

MEAN_C = 14.4
"""Mean air temperature at Jabrayil, 39.330 N 47.052 E [°C]: PVGIS-SARAH3 2005-2023."""

LAPSE_K_PER_M = 0.0065
"""Fall of air temperature with height [K/m]: ISO 2533."""

YEARLY_WAVE_K = 11.5
DAILY_WAVE_K = 5.5
CLOUDY_WAVE_SHARE = 0.4
NOISE_K = 3.0
NOISE_WINTER_SHARE = 1 / 3
"""The noise is larger by this share in winter and smaller in summer [-]."""

NOISE_PERSISTENCE = 0.98
"""Correlation of the noise with the hour before [-]: it lasts two days (assumption)."""

TREND_HOURS = 30 * 24
"""Span over which the noise averages to nothing [h]."""

COLDEST_DAY = 20
"""Day of the year of the least mean: three to four weeks after the solstice (assumption)."""

WARMEST_HOUR = 15
"""Local solar hour of the daily maximum (assumption)."""

WEIBULL_SHAPE = 1.9
WIND_PERSISTENCE = 0.94
"""Correlation of the wind with the hour before [-]: it lasts 16 hours (assumption)."""

SEASON_SHARE = 0.15
WINDIEST_DAY = 75
DAY_SHARE = 0.08
WINDIEST_HOUR = 17

HOURS_PER_DAY = 24
DAYS_PER_YEAR = 365
DEGREES_PER_HOUR = 15


def correlated_normals(
    rng: np.random.Generator,
    distances_km: Array,
    *,
    steps: int,
    persistence: float,
    reach_km: float,
) -> Array:
    """
    Draw standard normal numbers that persist in time and fade over distance.

    Parameters
    ----------
    rng
        Source of randomness.
    distances_km
        Distances between the points [km].
    steps
        Number of time steps.
    persistence
        Correlation with the step before [-].
    reach_km
        Distance at which the correlation has fallen to 1/e [km].

    Returns
    -------
    Array
        Numbers (point, step), each point with mean 0 and standard deviation 1.
    """
    mixing = np.linalg.cholesky(np.exp(-distances_km / reach_km))
    fresh = mixing @ rng.standard_normal((len(distances_km), steps))
    numbers = np.empty_like(fresh)
    numbers[:, 0] = fresh[:, 0]
    renewal = np.sqrt(1 - persistence**2)
    for step in range(1, steps):
        numbers[:, step] = persistence * numbers[:, step - 1] + renewal * fresh[:, step]
    centred = numbers - numbers.mean(1, keepdims=True)
    return np.asarray(centred / centred.std(1, keepdims=True))


def air_temperature(
    times: pd.DatetimeIndex,
    longitudes: Array,
    rises_m: Array,
    clearness: Array,
    normals: Array,
) -> Array:
    """
    Return hourly air temperature.

    Parameters
    ----------
    times
        Middle of each hour, UTC.
    longitudes
        Of the points [degrees].
    rises_m
        Height of the points above Jabrayil [m].
    clearness
        Clearness (point, day) [-].
    normals
        Standard normal numbers (point, hour).

    Returns
    -------
    Array
        Temperature (point, hour) [°C].
    """
    day, hour = calendar(times, longitudes)
    winter = np.cos(2 * np.pi * (day - COLDEST_DAY) / DAYS_PER_YEAR)
    size = CLOUDY_WAVE_SHARE + (1 - CLOUDY_WAVE_SHARE) * np.repeat(clearness, HOURS_PER_DAY, axis=1)
    day_wave = size * DAILY_WAVE_K * np.cos(2 * np.pi * (hour - WARMEST_HOUR) / HOURS_PER_DAY)
    base = MEAN_C - LAPSE_K_PER_M * rises_m[:, None]
    noise = NOISE_K * (1 + NOISE_WINTER_SHARE * winter) * without_trend(normals)
    return np.asarray(base - YEARLY_WAVE_K * winter + day_wave + noise)


def without_trend(normals: Array) -> Array:
    """Take the running mean of a month away and restore a standard deviation of 1."""
    rest = normals - uniform_filter1d(normals, TREND_HOURS, axis=1, mode="wrap")
    return np.asarray(rest / rest.std(1, keepdims=True))


def wind_speed(
    times: pd.DatetimeIndex, longitudes: Array, means_ms: Array, normals: Array
) -> Array:
    """
    Return hourly wind speed with the given mean at each point.

    Parameters
    ----------
    times
        Middle of each hour, UTC.
    longitudes
        Of the points [degrees].
    means_ms
        Mean wind speed of each point [m/s].
    normals
        Standard normal numbers (point, hour).

    Returns
    -------
    Array
        Wind speed (point, hour) [m/s].
    """
    day, hour = calendar(times, longitudes)
    weibull = (-np.log(norm.sf(normals))) ** (1 / WEIBULL_SHAPE)
    season = 1 + SEASON_SHARE * np.cos(2 * np.pi * (day - WINDIEST_DAY) / DAYS_PER_YEAR)
    time_of_day = 1 + DAY_SHARE * np.cos(2 * np.pi * (hour - WINDIEST_HOUR) / HOURS_PER_DAY)
    shape = weibull * season * time_of_day
    return np.asarray(means_ms[:, None] * shape / shape.mean(1, keepdims=True))


def calendar(times: pd.DatetimeIndex, longitudes: Array) -> tuple[Array, Array]:
    """Return the day of the year (hour) and the local solar hour (point, hour)."""
    day = times.day_of_year.to_numpy().astype(np.float64)
    clock = (times.hour + times.minute / 60).to_numpy()
    return day, clock + longitudes[:, None] / DEGREES_PER_HOUR
