"""Years: the yields of several years of weather, told by the hours of the most typical one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Cells, Floats, Ints
from bunyad.potential.sunfield import Places, SunField, sun_field
from bunyad.potential.windfield import WindField, prepare_wind
from bunyad.potential.yields import Yields, sun_yields, wind_yields
from bunyad.region.model import Region
from bunyad.tiles import HERE, Tiles


def cell_yields(
    region: Region,
    cells: Cells,
    places: Places,
    *,
    options: PotentialOptions,
    tiles: Tiles = HERE,
) -> tuple[dict[str, Yields], tuple[SunField, WindField]]:
    """
    Return the yields of solar and wind in every cell, over all years of the climate.

    Parameters
    ----------
    region
        Climate: a year, or a typical year with the others.
    cells, places
        The cells, and the same as places of solar plants.
    options
        Technology and losses.
    tiles
        Where the work is done.

    Returns
    -------
    tuple
        Yields by technology; the fields of the (typical) year that they come from.
    """
    years = region.weather_years
    mean_ms = None
    if years is not None:
        mean_ms = years["wind_speed_ms"].to_numpy().astype(float).mean(axis=1)

    def one_year(climate: xr.Dataset) -> tuple[dict[str, Yields], tuple[SunField, WindField]]:
        wind = prepare_wind(cells, climate, options=options, mean_ms=mean_ms)
        sun = sun_field(places, climate, options=options)
        yields = {"solar": sun_yields(sun, tiles=tiles), "wind": wind_yields(wind, tiles=tiles)}
        return yields, (sun, wind)

    typical, fields = one_year(region.climate)
    if years is None:
        return typical, fields
    hours = region.climate.sizes["time"]
    starts = range(0, years.sizes["time"], hours)
    found = [one_year(years.isel(time=slice(start, start + hours)))[0] for start in starts]
    yields = {
        name: over_years(one, np.array([year[name].hours for year in found]))
        for name, one in typical.items()
    }
    return yields, fields


def over_years(typical: Yields, yearly: Floats) -> Yields:
    """
    Return yields with the mean energy of several years and the hours of a typical one.

    Parameters
    ----------
    typical
        Yields of the typical year.
    yearly
        Full-load hours of each year, (year, cell) [h/a].
    """
    mean = yearly.mean(axis=0)

    def profile(cells: Ints, area_km2: Floats) -> Floats:
        wanted = float(np.average(mean[cells], weights=area_km2))
        return scaled_profile(typical.profile(cells, area_km2), wanted)

    return replace(typical, hours=mean, profile=profile, yearly=yearly)


def scaled_profile(profile: Floats, hours: float) -> Floats:
    """
    Return an hourly output stretched to a yearly energy, nowhere above the capacity [-].

    Parameters
    ----------
    profile
        Hourly output in parts of the capacity [-].
    hours
        Full-load hours to reach, as far as the hours with any output allow [h/a].

    Examples
    --------
    >>> scaled_profile(np.array([0.0, 0.2, 0.8]), 1.3).round(6).tolist()
    [0.0, 0.3, 1.0]
    """
    lit = profile > 0
    if not lit.any() or hours <= 0:
        return np.zeros_like(profile)
    if hours >= np.count_nonzero(lit):
        return lit.astype(float)

    def surplus(factor: float) -> float:
        return float(np.minimum(1, factor * profile).sum() - hours)

    factor = brentq(surplus, 0, 1 / profile[lit].min(), rtol=1e-12)
    return np.asarray(np.minimum(1, factor * profile), dtype=float)


def yearly_deviation(yearly: Floats, cells: Ints, area_km2: Floats) -> float:
    """
    Return the standard deviation of a site's yearly energy, part of its mean [-].

    Parameters
    ----------
    yearly
        Full-load hours of each year, (year, cell) [h/a].
    cells, area_km2
        The site's cells and its land in each [km²].
    """
    energy = np.average(yearly[:, cells], axis=1, weights=area_km2)
    return float(energy.std(ddof=1) / energy.mean()) if energy.mean() > 0 else 0.0
