"""
Shown places: horizon and mean days of a thinned grid of cells, small enough to hand on.

Every cell's hours are too many to keep. A reader who points at the map sees the nearest of these
places instead; `spacing_m` says how far they lie apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.sparse import csr_array

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Cells, Floats, Ints
from bunyad.potential.sunfield import Places, SunField, output_chunks, take
from bunyad.potential.windfield import WindField, wind_sums

MONTHS, HOURS = 12, 24
CHUNK = 256
"""Places whose hours are in memory at a time."""


def shown_places(
    cells: Cells,
    places: Places,
    fields: tuple[SunField, WindField],
    time: pd.DatetimeIndex,
    *,
    options: PotentialOptions,
) -> xr.Dataset:
    """
    Return horizon and mean day of each month at a thinned grid of cells.

    Parameters
    ----------
    cells
        The cells of the region.
    places
        The same cells with position and horizon.
    fields
        The prepared sun and wind of the cells.
    time
        Hours of the climate, UTC.
    options
        Most places to keep.

    Returns
    -------
    xarray.Dataset
        As `Potential.places` says.
    """
    chosen, stride = thinned(cells, options.shown_places)
    sun, wind = fields
    bins, hours = day_bins(time)
    point, speed, pressure, cooling = wind.cells
    blowing = replace(wind, cells=(point[chosen], speed[chosen], pressure[chosen], cooling[chosen]))
    values: Mapping[str, tuple[tuple[str, ...], NDArray[np.floating], str]] = {
        "lat": (("place",), places.lat[chosen], "degrees_north"),
        "lon": (("place",), places.lon[chosen], "degrees_east"),
        "elevation_m": (("place",), places.elevation_m[chosen], "m"),
        "grid_north": (("place",), _grid_north(places)[chosen], "degrees"),
        "horizon": (("place", "direction"), _horizon(places)[:, chosen].T, "degrees"),
        "solar_output": (
            ("place", "month", "hour"),
            _sun_days(take(sun, chosen), bins, hours),
            "1",
        ),
        "wind_output": (
            ("place", "month", "hour"),
            _as_days(wind_sums(blowing, bins, MONTHS * HOURS), hours),
            "1",
        ),
    }
    return xr.Dataset(
        {
            name: (
                dims,
                part.astype("float64" if dims == ("place",) else "float32"),
                {"units": unit},
            )
            for name, (dims, part, unit) in values.items()
        },
        coords={"month": np.arange(1, MONTHS + 1), "hour": np.arange(HOURS)},
        attrs={"spacing_m": float(stride * max(cells.size_m))},
    )


def thinned(cells: Cells, most: int) -> tuple[Ints, int]:
    """
    Return the cells of the densest regular grid that has no more than so many, and its stride.

    Parameters
    ----------
    cells
        The cells to choose from.
    most
        Most cells to keep; one is kept at least.
    """
    stride = 1
    while True:
        middle = stride // 2
        kept = (cells.row % stride == middle) & (cells.column % stride == middle)
        if kept.sum() <= max(most, 1):
            break
        stride += 1
    chosen = np.flatnonzero(kept)
    return (chosen if len(chosen) else np.zeros(1, dtype=np.int64)), stride


def day_bins(time: pd.DatetimeIndex) -> tuple[Ints, Ints]:
    """
    Return the bin of each hour, by month and hour of the day, and the number of hours of each bin.

    Parameters
    ----------
    time
        Hours, UTC.

    Examples
    --------
    >>> day_bins(pd.DatetimeIndex(["2019-02-01 03:00"]))[0].tolist()
    [27]
    """
    bins = ((time.month.to_numpy() - 1) * HOURS + time.hour.to_numpy()).astype(np.int64)
    return bins, np.bincount(bins, minlength=MONTHS * HOURS)


def _as_days(sums: Floats, hours: Ints) -> Floats:
    """Return means by place, month and hour of the day from sums by bin."""
    means = sums / np.maximum(hours, 1)
    return np.asarray(means.reshape(-1, MONTHS, HOURS), dtype=float)


def _sun_days(sun: SunField, bins: Ints, hours: Ints) -> Floats:
    """Return the mean solar output by place, month and hour of the day [-]."""
    count = len(bins)
    into = csr_array((np.ones(count), (bins, np.arange(count))), shape=(MONTHS * HOURS, count))
    sums = [np.asarray(into @ output.T).T for _, output in output_chunks(sun, CHUNK)]
    return _as_days(np.concatenate(sums), hours)


def _grid_north(places: Places) -> Floats:
    """Return the azimuth of grid north at each place [°]."""
    return np.zeros(len(places.lat)) if places.grid_north is None else places.grid_north


def _horizon(places: Places) -> NDArray[np.float32]:
    """Return the horizon (direction, place), flat where the terrain casts no shadow [°]."""
    if places.horizon is None:
        return np.zeros((1, len(places.lat)), dtype=np.float32)
    return places.horizon
