"""
Sun on every cell: hourly output with the terrain's shadow, from weather at few points.

`sun_field` gathers what the kernel needs; the other functions run it for the answer that is
wanted, so that no field of cells by hours is made unless it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from pvlib import irradiance, solarposition

from bunyad.options.potential import PotentialOptions
from bunyad.potential.albedo import ground_albedo
from bunyad.potential.cells import Floats, Ints
from bunyad.potential.constants import constant
from bunyad.potential.horizon import sky_view
from bunyad.potential.kernels_sun import solar_year
from bunyad.potential.sunplant import module_heat, plant_tuple, refraction_strength
from bunyad.tiles import HERE, TILE_CELLS, Tiles, pieces

Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where solar plants stand; one value, or one row, a place."""

    lat: Floats
    lon: Floats
    elevation_m: Floats
    points: Ints
    """Climate points that a place's weather is mixed from (place, k)."""
    weights: Floats
    """Their weights (place, k), which add up to 1 [-]."""
    horizon: Singles | None = None
    """Angles of the horizon (direction, place), clockwise from grid north [°]; flat if None."""
    grid_north: Floats | None = None
    """Azimuth of grid north, clockwise from true north [°]; 0 if None."""
    tilt: Floats | None = None
    """Tilt of fixed modules [°]; that of the options if None."""
    azimuth: Floats | None = None
    """Direction that fixed modules face, clockwise from true north [°]; as `tilt`."""
    albedo: Floats | None = None
    """Albedo by month (place, 12) [-]; that of climate or options, with snow, if None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SunField:
    """All that the kernel needs, in single precision."""

    hours: int
    """Hours of the whole time."""
    months: Ints
    """Month of each block of lit hours, from 0."""
    sun: tuple[Any, ...]
    weather: Singles
    cells: tuple[Any, ...]
    plant: tuple[Any, ...] = field(repr=False)

    @property
    def count(self) -> int:
        """Number of places."""
        return len(self.cells[0])


def sun_field(places: Places, climate: xr.Dataset, *, options: PotentialOptions) -> SunField:
    """
    Prepare places, weather and plants for the kernel.

    The sun stands where it does in the middle of each hour (Reda & Andreas 2004, by pvlib). A
    place takes the weighted mean of the beam, diffuse light, temperature and wind of its climate
    points; temperature falls with height (ISO 2533), and the beam grows with it. Beam and
    diffuse are split off by Erbs et al. 1982 where the climate has global irradiance alone.

    Parameters
    ----------
    places
        Where plants stand.
    climate
        Hourly years at points, as `Region.climate`; `dni_w_m2` and `dhi_w_m2` may be missing.
    options
        Mounting, models, losses and efficiencies.
    """
    time = pd.DatetimeIndex(climate["time"].to_numpy(), tz="UTC")
    climate = split_irradiance(climate)
    beam, sky = (climate[name].to_numpy() for name in ("dni_w_m2", "dhi_w_m2"))
    lit = np.flatnonzero(((beam > 0) | (sky > 0)).any(axis=0))
    heat = module_heat(climate["wind_speed_ms"].to_numpy()[:, lit].astype(float), options)
    air = climate["temp_air_c"].to_numpy()[:, lit]
    month = time.month.to_numpy() - 1
    block, months = _blocks(time[lit])
    weather = _by_block((beam[:, lit], sky[:, lit], air, heat), block)
    monthly_c = np.stack(
        [climate["temp_air_c"].to_numpy()[:, month == m].mean(axis=1) for m in range(12)]
        if len(np.unique(month)) == len(range(12))
        else [np.full(len(beam), np.inf)] * 12
    )
    middles = time[lit] + pd.Timedelta(minutes=30)
    outside = irradiance.get_extra_radiation(middles.day_of_year.to_numpy())
    sun = (_sun_direction(middles), outside.astype(np.float32), lit, block, months)
    return SunField(
        hours=len(time),
        months=months,
        sun=sun,
        weather=weather,
        cells=_cells(places, climate, monthly_c, options),
        plant=plant_tuple(options),
    )


def hourly_output(sun: SunField, *, into: Singles | None = None) -> Singles:
    """
    Return output in parts of the capacity, (place, hour) [-].

    Parameters
    ----------
    sun
        The prepared places.
    into
        Zeros to write to, single precision; new memory if None. The hours of night stay as
        they are.
    """
    output = np.zeros((sun.count, sun.hours), dtype=np.float32) if into is None else into
    _run(sun, output=output)
    return output


def output_chunks(
    sun: SunField, size: int, *, tiles: Tiles = HERE
) -> Iterator[tuple[slice, Singles]]:
    """
    Yield the output of some places after the other, so that memory is bounded.

    Parameters
    ----------
    sun
        The prepared places.
    size
        Places at a time.
    tiles
        Who works on them.
    """
    outputs = tiles.map(_hourly_output, *cell_parts(sun, size))
    yield from zip(pieces(sun.count, size), outputs, strict=True)


def cell_parts(sun: SunField, size: int = TILE_CELLS) -> tuple[SunField, Iterator[tuple[Any, ...]]]:
    """
    Return the field without its cells, and its cells in parts, made as they are wanted.

    Parameters
    ----------
    sun
        The prepared places.
    size
        Places a part.
    """
    parts = (take(sun, chosen).cells for chosen in pieces(sun.count, size))
    return replace(sun, cells=()), parts


def monthly_hours(sun: SunField, *, tiles: Tiles = HERE) -> Floats:
    """
    Return full-load hours by place and month of the whole time, (place, 12) [h].

    Parameters
    ----------
    sun
        The prepared places.
    tiles
        Who works on them.
    """
    found = tiles.map(_monthly_hours, *cell_parts(sun))
    return np.concatenate([np.zeros((0, 12)), *found])


def group_profiles(sun: SunField, group: Ints, count: int) -> Floats:
    """
    Return the mean hourly output of groups of places, (group, hour) [-].

    Parameters
    ----------
    sun
        The prepared places.
    group
        Number of each place's group, -1 for none.
    count
        Number of groups; each must have a place.
    """
    grouped = _run(sun, group=np.asarray(group, dtype=np.int64), groups=count)[1]
    members = np.bincount(group[group >= 0], minlength=count)
    profiles = np.zeros((count, sun.hours))
    profiles[:, sun.sun[2]] = grouped / members[:, None]
    return np.clip(profiles, 0, 1)


def take(sun: SunField, chosen: Ints | slice) -> SunField:
    """
    Return some of the places.

    Parameters
    ----------
    sun
        The prepared places.
    chosen
        Their indices.
    """
    place, facing, point, weight, *one_a_cell = sun.cells
    kept = [values if len(values) == 0 else values[chosen] for values in one_a_cell]
    return replace(
        sun, cells=(place[chosen], facing[chosen], point[chosen], _whole(weight, chosen), *kept)
    )


def split_irradiance(climate: xr.Dataset) -> xr.Dataset:
    """
    Return the climate with beam and diffuse light, split off where they are missing.

    Parameters
    ----------
    climate
        Hourly years at points, with `ghi_w_m2` at least.
    """
    if "dni_w_m2" in climate and "dhi_w_m2" in climate:
        return climate
    middles = pd.DatetimeIndex(climate["time"].to_numpy(), tz="UTC") + pd.Timedelta(minutes=30)
    parts = []
    for point in range(climate.sizes["point"]):
        here = climate.isel(point=point)
        sun = solarposition.get_solarposition(middles, float(here["lat"]), float(here["lon"]))
        erbs = irradiance.erbs(
            here["ghi_w_m2"].to_numpy().astype(float),
            sun["zenith"].to_numpy(),
            middles.day_of_year.to_numpy(),
        )
        parts.append([np.nan_to_num(np.asarray(erbs[name])) for name in ("dni", "dhi")])
    beam, sky = np.array(parts, dtype=np.float32).transpose(1, 0, 2)
    return climate.assign(dni_w_m2=(("point", "time"), beam), dhi_w_m2=(("point", "time"), sky))


def _monthly_hours(field: SunField, cells: tuple[Any, ...]) -> Floats:
    """Return full-load hours of a tile; see `monthly_hours`."""
    sun = replace(field, cells=cells)
    sums = _run(sun)[0]
    monthly = np.zeros((sun.count, 12))
    np.add.at(monthly.T, sun.months, sums.T.astype(float))
    return monthly


def sun_sums_of(field: SunField, cells: tuple[Any, ...]) -> tuple[Floats, Floats]:
    """
    Return full-load hours [h] and the hourly sum [-] of some places, in one pass.

    Parameters
    ----------
    field
        The field without its places.
    cells
        The places, from `cell_parts`.
    """
    sun = replace(field, cells=cells)
    sums, grouped = _run(sun, group=np.zeros(sun.count, dtype=np.int64), groups=1)
    hourly = np.zeros(sun.hours)
    hourly[sun.sun[2]] = grouped[0]
    return sums.sum(axis=1, dtype=float), hourly


def _hourly_output(field: SunField, cells: tuple[Any, ...]) -> Singles:
    """Return the output of a tile; see `hourly_output`."""
    return hourly_output(replace(field, cells=cells))


def _whole(weight: Singles, chosen: Ints | slice) -> Singles:
    """Return the weights of some places without gaps in memory."""
    return np.ascontiguousarray(weight[:, chosen])


def _run(
    sun: SunField,
    *,
    group: Ints | None = None,
    groups: int = 0,
    output: Singles | None = None,
) -> tuple[Singles, Floats]:
    """Run the kernel; return sums by block, and sums by group and lit hour."""
    sums = np.zeros((sun.count, len(sun.months)), dtype=np.float32)
    grouped = np.zeros((groups, len(sun.sun[2])))
    group = np.full(sun.count, -1, dtype=np.int64) if group is None else group
    output = np.zeros((0, 0), dtype=np.float32) if output is None else output
    if len(sun.months):
        solar_year(sun.sun, sun.weather, sun.cells, sun.plant, (sums, group, grouped, output))
    return sums, grouped


def _blocks(lit: pd.DatetimeIndex) -> tuple[Ints, Ints]:
    """Return the first lit hour of each month (and the end), and the month of each from 0."""
    number = lit.year.to_numpy() * 12 + lit.month.to_numpy() - 1
    first = np.flatnonzero(np.diff(number, prepend=-1)).astype(np.int64)
    return np.append(first, len(lit)), (number[first] % 12).astype(np.int64)


def _by_block(series: tuple[NDArray[Any], ...], block: Ints) -> Singles:
    """Return series at points block by block (variable, point, hour), flat."""
    parts = [
        np.asarray(values[:, first:last], dtype=np.float32).ravel()
        for first, last in pairwise(block)
        for values in series
    ]
    return np.concatenate([np.zeros(0, dtype=np.float32), *parts])


def _sun_direction(middles: pd.DatetimeIndex) -> Singles:
    """
    Return the direction to the sun in axes that turn with the earth (3, hour).

    East, north and up at 0° N, 0° E are such axes, so one position a moment serves all places;
    what the sun's parallax differs between places is below 0.005°.
    """
    seen = solarposition.get_solarposition(middles, 0, 0)
    height, azimuth = (np.radians(seen[name].to_numpy()) for name in ("elevation", "azimuth"))
    axes = [np.sin(height), np.cos(height) * np.sin(azimuth), np.cos(height) * np.cos(azimuth)]
    return np.array(axes, dtype=np.float32)


def _cells(
    places: Places, climate: xr.Dataset, monthly_c: Floats, options: PotentialOptions
) -> tuple[Any, ...]:
    """Return the places as the kernel takes them."""
    point_m = climate["elevation_m"].to_numpy().astype(float)
    above_m = places.elevation_m[:, None] - point_m[places.points]
    gain = np.maximum(1 + options.solar_beam_gain_per_km * above_m / 1e3, 0)
    count = places.points.shape[1]
    spare = -count % 4 if count > 1 else 0  # the kernel mixes one point or fours
    weights = np.pad(
        np.stack([places.weights * gain, places.weights]), ((0, 0), (0, 0), (0, spare))
    )
    cooling = -constant("air_lapse_rate") * (places.weights * above_m).sum(axis=1)
    mean_c = np.einsum("mck,ck->cm", monthly_c[:, places.points], places.weights)
    snow = snow_cover(mean_c + cooling[:, None], options)
    albedo = places.albedo
    if albedo is None:
        mix = (places.points, places.weights)
        albedo = ground_albedo(climate, mix, snow, options=options)
    lat, lon = np.radians(places.lat), np.radians(places.lon)
    directions = 1 if places.horizon is None else len(places.horizon)
    turn = np.zeros(len(lat)) if places.grid_north is None else -places.grid_north
    return (
        np.column_stack([np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)]).astype(np.float32),
        _facing(places, options),
        np.pad(places.points, ((0, 0), (0, spare))).astype(np.int64),
        weights.astype(np.float32),
        cooling.astype(np.float32),
        refraction_strength(places.elevation_m),
        np.ones(len(lat), np.float32) if places.horizon is None else sky_view(places.horizon),
        _rises(places.horizon),
        (turn * directions / 360).astype(np.float32),
        np.ascontiguousarray(albedo, dtype=np.float32),
        (1 - options.solar_snow_loss_share * snow).astype(np.float32),
    )


def snow_cover(mean_c: Floats, options: PotentialOptions) -> Floats:
    """
    Return the part of the ground that lies under snow, from the mean temperature of a month [-].

    Parameters
    ----------
    mean_c
        Mean temperatures [°C].
    options
        Temperatures of full cover and of none, between which it falls evenly.
    """
    cold, warm = options.snow_covers_all_below_c, options.snow_is_gone_above_c
    return np.clip((warm - mean_c) / max(warm - cold, 1e-9), 0, 1)


def _facing(places: Places, options: PotentialOptions) -> Singles:
    """Return the direction that fixed modules face, as east, north and up."""
    count = len(places.lat)
    tilt = np.full(count, options.solar_tilt_degrees) if places.tilt is None else places.tilt
    azimuth = (
        np.full(count, options.solar_azimuth_degrees) if places.azimuth is None else places.azimuth
    )
    tilt, azimuth = np.radians(tilt), np.radians(azimuth)
    east, north = np.sin(tilt) * np.sin(azimuth), np.sin(tilt) * np.cos(azimuth)
    return np.column_stack([east, north, np.cos(tilt)]).astype(np.float32)


def _rises(horizon: Singles | None) -> Singles:
    """Return the slope of the horizon (place, direction), the first two again at the end."""
    if horizon is None:
        return np.zeros((0, 0), dtype=np.float32)
    rise = np.tan(np.radians(np.maximum(horizon, -80))).T
    return np.ascontiguousarray(np.hstack([rise, rise[:, :2]]), dtype=np.float32)
