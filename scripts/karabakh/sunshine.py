"""
Hourly irradiance: clear sky, dimmed so that the daily sums spread as in MERRA-2.

1. Clear sky: Ineichen and Perez (2002) with the monthly Linke turbidity and the height of each
   point (pvlib), at the middle of each hour.
2. The clearness of a day is its GHI over that of its clear sky, at most 1. Its spread within a
   month is that of MERRA-2's daily GHI (2011-2015, 3 degrees, blended between the four cells
   around a point), drawn from normal numbers that persist from day to day and fade over distance
   (Gaussian copula). The ranks of a month's days are spread evenly, so the year is a typical one.
3. MERRA-2 lets too much sun through. Its monthly means are all scaled by one constant, so that
   the yearly sum at Jabrayil is the published one, and each month's clearness is raised to the
   power that gives this mean: clear days stay clear, cloudy days grow darker.
4. Within a day the clearness wavers about its mean; an overcast or a clear day wavers little.
5. Diffuse and direct shares: Erbs, Klein and Duffie (1982) (pvlib).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pvlib

Array = npt.NDArray[np.float64]

JABRAYIL = (39.330, 47.052)
"""Point of the published sums: latitude, longitude [degrees]."""

PUBLISHED_YEAR_KWH_M2 = 1_595.0
"""Mean of 1,612 (PVGIS-SARAH3, 2005-2023) and 1,578 (Global Solar Atlas) [kWh/m² a]."""

PERSISTENCE = 0.5
"""Correlation of a day's normal number with the day before [-]; assumption."""

WAVERING = 0.5
"""Spread of the logarithm of the clearness exponent from hour to hour [-]; assumption."""

WAVERING_PERSISTENCE = 0.6
"""Correlation of the wavering with the hour before [-]; assumption."""

DARKEST = 0.02
"""Least clearness before scaling [-] (assumption)."""

HOURS_PER_DAY = 24
SEARCH_STEPS = 50
LARGEST_EXPONENT = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sky:
    """Clear sky at the points, arrays (point, hour)."""

    times: pd.DatetimeIndex
    """Middle of each hour, UTC."""
    zenith_deg: Array
    clear_ghi: Array


def clear_sky(
    latitudes: Array, longitudes: Array, heights_m: Array, times: pd.DatetimeIndex
) -> Sky:
    """
    Compute sun height and clear-sky irradiance.

    Parameters
    ----------
    latitudes, longitudes
        Points [degrees].
    heights_m
        Height of each point [m].
    times
        Middle of each hour.
    """
    zenith, ghi = [], []
    for latitude, longitude, height in zip(latitudes, longitudes, heights_m, strict=True):
        place = pvlib.location.Location(latitude, longitude, altitude=height)
        sun = place.get_solarposition(times)
        clear = place.get_clearsky(times, model="ineichen", solar_position=sun)
        zenith.append(sun["apparent_zenith"].to_numpy())
        ghi.append(clear["ghi"].to_numpy())
    return Sky(times=times, zenith_deg=np.array(zenith), clear_ghi=np.array(ghi))


def daily_quantiles(
    sunshine: dict[str, Array], place: tuple[float, float], month: int, shares: Array
) -> Array:
    """
    Return quantiles of the daily mean GHI of one month, blended between MERRA-2 cells.

    Parameters
    ----------
    sunshine
        `xk` values [W/m²] and `pk` probabilities by (lat, lon, month, bin), `lat`, `lon`.
    place
        Latitude and longitude [degrees].
    month
        0 for January.
    shares
        Which quantiles, 0 to 1.

    Returns
    -------
    Array
        GHI of each share [W/m²].
    """
    blended = np.zeros(len(shares))
    for row, row_weight in weights_around(sunshine["lat"], place[0]):
        for column, column_weight in weights_around(sunshine["lon"], place[1]):
            values = sunshine["xk"][row, column, month]
            parts = sunshine["pk"][row, column, month]
            middles = (np.cumsum(parts) - parts / 2) / parts.sum()
            blended += row_weight * column_weight * np.interp(shares, middles, values)
    return blended


def monthly_means(sunshine: dict[str, Array], place: tuple[float, float]) -> Array:
    """Return MERRA-2's mean GHI of each month at a place [W/m²]."""
    cells = (sunshine["xk"] * sunshine["pk"]).sum(-1) / sunshine["pk"].sum(-1)
    means = np.zeros(cells.shape[-1])
    for row, row_weight in weights_around(sunshine["lat"], place[0]):
        for column, column_weight in weights_around(sunshine["lon"], place[1]):
            means += row_weight * column_weight * cells[row, column]
    return means


def weights_around(grid: Array, value: float) -> list[tuple[int, float]]:
    """Return the two grid entries around a value with their linear weights."""
    after = int(np.searchsorted(grid, value))
    share = float((value - grid[after - 1]) / (grid[after] - grid[after - 1]))
    return [(after - 1, 1 - share), (after, share)]


def scale_to_published(sunshine: dict[str, Array], days_of_month: Array) -> float:
    """Return the constant that turns MERRA-2's monthly means into the published year [-]."""
    year = (monthly_means(sunshine, JABRAYIL) * days_of_month).sum() * HOURS_PER_DAY / 1_000
    return float(PUBLISHED_YEAR_KWH_M2 / year)


def draw_irradiance(
    sky: Sky,
    sunshine: dict[str, Array],
    places: list[tuple[float, float]],
    normals: tuple[Array, Array],
) -> tuple[dict[str, Array], Array]:
    """
    Draw one typical year of hourly irradiance.

    Parameters
    ----------
    sky
        Clear sky of the points.
    sunshine
        Monthly distributions of MERRA-2.
    places
        Latitude and longitude of each point [degrees].
    normals
        Standard normal numbers (point, day) for the clearness of the days and (point, hour) for
        its wavering.

    Returns
    -------
    dict
        `ghi`, `dni`, `dhi` (point, hour) [W/m²].
    Array
        Clearness (point, day) [-].
    """
    months = sky.times[::HOURS_PER_DAY].month.to_numpy() - 1
    factor = scale_to_published(sunshine, np.bincount(months).astype(np.float64))
    clear = sky.clear_ghi.reshape(len(places), len(months), HOURS_PER_DAY)
    clearness = np.empty(clear.shape[:2])
    for point, place in enumerate(places):
        targets = factor * monthly_means(sunshine, place)
        for month in range(12):
            days = np.flatnonzero(months == month)
            shares = (normals[0][point, days].argsort().argsort() + 0.5) / len(days)
            clear_means = clear[point, days].mean(-1)
            drawn = daily_quantiles(sunshine, place, month, shares) / clear_means.mean()
            raw = np.clip(drawn, DARKEST, 1)
            clearness[point, days] = dim_to_mean(raw, clear_means, targets[month])
    hourly = waver(clearness, clear, normals[1].reshape(clear.shape))
    return split_irradiance((hourly * clear).reshape(sky.clear_ghi.shape), sky), clearness


def dim_to_mean(raw: Array, clear: Array, target: float) -> Array:
    """
    Raise clearness to the power at which the mean irradiance is as wanted.

    Parameters
    ----------
    raw
        Clearness of each day, 0 to 1 [-].
    clear
        Clear-sky GHI of each day [W/m²].
    target
        Mean GHI [W/m²].

    Returns
    -------
    Array
        Clearness of each day [-].
    """
    low, high = 0.0, LARGEST_EXPONENT
    for _ in range(SEARCH_STEPS):
        middle = (low + high) / 2
        if (raw**middle * clear).mean() > target:
            low = middle
        else:
            high = middle
    return np.asarray(raw ** ((low + high) / 2))


def waver(clearness: Array, clear: Array, normals: Array) -> Array:
    """
    Let the clearness of each day waver from hour to hour and keep the day's sum.

    Parameters
    ----------
    clearness
        Clearness (point, day) [-].
    clear
        Clear-sky GHI (point, day, hour) [W/m²].
    normals
        Standard normal numbers (point, day, hour).

    Returns
    -------
    Array
        Clearness (point, day, hour) [-].
    """
    exponents = np.exp(WAVERING * normals)
    wanted = clearness * clear.sum(-1)
    low, high = np.zeros_like(clearness), np.full_like(clearness, LARGEST_EXPONENT)
    base = np.log(clearness)[..., None] * exponents
    for _ in range(SEARCH_STEPS):
        middle = (low + high) / 2
        is_bright = (np.exp(base * middle[..., None]) * clear).sum(-1) > wanted
        low, high = np.where(is_bright, middle, low), np.where(is_bright, high, middle)
    return np.asarray(np.exp(base * ((low + high) / 2)[..., None]))


def split_irradiance(ghi: Array, sky: Sky) -> dict[str, Array]:
    """Return global, direct normal and diffuse irradiance (point, hour) [W/m²]."""
    dni, dhi = np.empty_like(ghi), np.empty_like(ghi)
    for point in range(len(ghi)):
        parts = pvlib.irradiance.erbs(ghi[point], sky.zenith_deg[point], sky.times)
        dni[point], dhi[point] = np.asarray(parts["dni"]), np.asarray(parts["dhi"])
    return {"ghi": ghi, "dni": dni, "dhi": dhi}
