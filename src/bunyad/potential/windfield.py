"""
Wind field: the hourly output of every cell, told by the series of a few points.

No series of a cell is kept. Kernels work it out when a map, a mean or the whole field is asked
for: the wind of the nearest climate point, scaled to the cell's own mean, in the air of the
cell's height, through a table of output over density and speed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bunyad.options.potential import PotentialOptions
from bunyad.potential import kernels_wind
from bunyad.potential.cells import Cells, Floats, Ints, nearest_points
from bunyad.potential.constants import constant
from bunyad.potential.shear import hub_factor
from bunyad.potential.wind import PowerCurve, log_density, wind_output, wind_power_curve
from bunyad.tiles import HERE, TILE_CELLS, Tiles, pieces

Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class WindTable:
    """
    Output over density (rows) and wind speed (columns) [-].

    It is linear in between; with one row, for air of one density, the nearest value holds.
    """

    output: Singles
    steps: tuple[np.float32, np.float32, np.float32]
    """Logarithm of the first density over the standard's, steps a unit of it, steps a m/s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindField:
    """What the hourly output of every cell follows from."""

    weather: tuple[Singles, Singles, Singles]
    """Speed over its mean [-], ln of temperature in K, and 1/K: one row a climate point."""
    cells: tuple[Ints, Singles, Singles, Singles]
    """Climate point, mean speed at hub height [m/s], ln of pressure, cooling [K] of each cell."""
    table: WindTable

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.cells[0])

    @property
    def hours(self) -> int:
        """Number of hours."""
        return int(self.weather[0].shape[1])


def prepare_wind(
    cells: Cells,
    climate: xr.Dataset,
    *,
    options: PotentialOptions,
    mean_ms: Floats | None = None,
) -> WindField:
    """
    Gather what the hourly wind yield of every cell follows from.

    The nearest climate point gives the hours, since a mean of several would smooth the wind;
    the wind map gives the mean. Temperature falls with height as in ISO 2533.

    Parameters
    ----------
    cells
        The cells to cover.
    climate
        Hourly year at points, as `Region.climate`.
    options
        Turbine, losses, hub height and steps of the table.
    mean_ms
        Mean speed of each point that the wind map stands for; that of the year if None [m/s].
    """
    points = np.column_stack([climate["x"].to_numpy(), climate["y"].to_numpy()])
    point = nearest_points(cells, points, 1)[1][:, 0]
    speed = climate["wind_speed_ms"].to_numpy().astype(float)
    mean = speed.mean(axis=1) if mean_ms is None else mean_ms
    shape = speed / np.maximum(mean[:, None], np.finfo(float).tiny)
    kelvin = climate["temp_air_c"].to_numpy().astype(float) + constant("celsius_zero")
    height = cells.elevation_m + options.wind_hub_height_m
    rise = height - climate["elevation_m"].to_numpy().astype(float)[point]
    pressure = log_density(height, 1.0)
    cooling = constant("air_lapse_rate") * rise
    thin = pressure.min() - np.log(kelvin.max() - cooling.min())
    dense = pressure.max() - np.log(kelvin.min() - cooling.max())
    return WindField(
        weather=(_single(shape), _single(np.log(kelvin)), _single(1 / kelvin)),
        cells=(
            point,
            _single(cells.wind_speed_ms * hub_factor(options)),
            _single(pressure),
            _single(cooling),
        ),
        table=wind_table(wind_power_curve(options), (float(thin), float(dense)), options=options),
    )


def wind_table(
    curve: PowerCurve, log_densities: tuple[float, float] | None, *, options: PotentialOptions
) -> WindTable:
    """
    Return the output of a farm over density and wind speed.

    Parameters
    ----------
    curve
        Power curve of the farm.
    log_densities
        Least and largest logarithm of density over the standard's; none for the standard's only.
    options
        Steps of the table.
    """
    step = options.wind_speed_step_ms if log_densities else constant("wind_fine_step")
    first, last = log_densities or (0.0, 0.0)
    fastest = curve.speed_ms[-1] * np.exp(max(-first, 0)) + step
    speed = np.arange(np.ceil(fastest / step) + 1) * step
    rows = int(np.ceil((last - first) / options.wind_density_step)) + 1 if log_densities else 0
    density = first + options.wind_density_step * np.arange(rows + 1)
    output = [
        wind_output(speed, np.exp(one) * constant("air_density_reference"), curve)
        for one in density
    ]
    return WindTable(
        output=_single(np.array(output)),
        steps=(
            np.float32(first),
            np.float32(1 / options.wind_density_step),
            np.float32(1 / step),
        ),
    )


def wind_hours(field: WindField, *, tiles: Tiles = HERE) -> Floats:
    """
    Return the full-load hours of each cell [h/a].

    Parameters
    ----------
    field
        What the output follows from.
    tiles
        Who works on the cells.
    """
    found = tiles.map(_hours_of_part, *wind_parts(field))
    return np.concatenate([np.zeros(0), *found])


def wind_parts(
    field: WindField, size: int = TILE_CELLS
) -> tuple[WindField, Iterator[tuple[Ints, Singles, Singles, Singles]]]:
    """
    Return the field without its cells, and its cells in parts, made as they are wanted.

    Parameters
    ----------
    field
        What the output follows from.
    size
        Cells a part.
    """
    point, speed, pressure, cooling = field.cells
    parts = (
        (point[chosen], speed[chosen], pressure[chosen], cooling[chosen])
        for chosen in pieces(field.count, size)
    )
    none = np.zeros(0, dtype=np.float32)
    return replace(field, cells=(point[:0], none, none, none)), parts


def _hours_of_part(field: WindField, cells: tuple[Ints, Singles, Singles, Singles]) -> Floats:
    """Return the full-load hours of a part; see `wind_hours`."""
    whole = np.zeros(field.hours, dtype=np.int64)
    return wind_sums(replace(field, cells=cells), whole, 1)[:, 0]


def wind_sums(field: WindField, bins: Ints, count: int) -> Floats:
    """
    Return the sum of each cell's hourly output over bins of hours, such as months [h].

    Parameters
    ----------
    field
        What the output follows from.
    bins
        Bin of each hour, from 0.
    count
        Number of bins.
    """
    out = np.zeros((field.count, count))
    kernels_wind.wind_sums(
        field.weather, field.cells, field.table.output, field.table.steps, bins, out
    )
    return out


def wind_hourly(
    field: WindField, chosen: Ints | None = None, *, out: Singles | None = None
) -> Singles:
    """
    Return the output of every hour, one row a cell and one column an hour [-].

    Parameters
    ----------
    field
        What the output follows from.
    chosen
        Indices of the cells to take; all if left out. It takes 4 bytes a cell and hour.
    out
        Memory to fill, so that tiles of a large field need it once; new memory if left out.
    """
    cells = field.cells
    if chosen is not None:
        point, speed, pressure, cooling = cells
        cells = (point[chosen], speed[chosen], pressure[chosen], cooling[chosen])
    if out is None:
        out = np.empty((len(cells[0]), field.hours), dtype=np.float32)
    kernels_wind.wind_field(field.weather, cells, field.table.output, field.table.steps, out)
    return out


def wind_profiles(field: WindField, groups: list[tuple[Ints, Floats]]) -> Floats:
    """
    Return the mean hourly output of groups of cells, one row a group [-].

    Parameters
    ----------
    field
        What the output follows from.
    groups
        Indices of the cells of each group, and their weights.
    """
    out = np.zeros((len(groups), field.hours))
    if groups:
        starts = np.cumsum([0, *(len(members) for members, _ in groups)])
        members = np.concatenate([members for members, _ in groups]).astype(np.int64)
        weights = np.concatenate([weight / weight.sum() for _, weight in groups])
        kernels_wind.wind_means(
            field.weather,
            field.cells,
            field.table.output,
            field.table.steps,
            (members, weights, starts.astype(np.int64)),
            out,
        )
    return np.clip(out, 0, 1)


def _single(values: Floats) -> Singles:
    """Return values in single precision, as the kernels take them."""
    return np.ascontiguousarray(values, dtype=np.float32)
