"""Profiles: the best heights of a given line, its earth, its structures and its cost."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.alignment.kernels_land import BARRED, Land, Rates
from bunyad.connect.alignment.kernels_profile import (
    best_heights,
    price_earth,
    price_pieces,
    survey_stations,
)
from bunyad.connect.alignment.model import Alignment, Design, Surface
from bunyad.connect.alignment.prepare import from_grid, land_of, rates_of, to_grid
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions

Points = NDArray[np.float64]
SAME = 1 / 2**20
"""Share by which a line may seem to break a limit by rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staked:
    """A horizontal line, staked out in stations."""

    stations: Points
    """East, south, unit heading east and south, length along the line [m]."""
    radii: Points
    """Radius of each piece, infinite if straight [m]."""


def best_profile(
    surface: Surface, design: Design, *, line_m: Points, options: ConnectOptions
) -> Alignment:
    """
    Find the cheapest heights of a given horizontal line; both ends lie on the ground.

    Parameters
    ----------
    surface
        The land.
    design
        Limits and unit costs. The radius is not checked, but the grade of a railway falls with
        the curvature of the line.
    line_m
        Eastings and northings of the line.
    options
        Spacing of stations, fineness of heights, cost of tips and pits.

    Raises
    ------
    InfeasibleError
        If no profile keeps the limits.
    """
    staked = stake_out(to_grid(surface, line_m), options.align_station_cells * surface.cell_m)
    found = profile_of(surface, land_of(surface), design, staked, options=options)
    if found is None:
        raise no_line(design)
    return found


def evaluate_alignment(
    surface: Surface, design: Design, *, points_m: Points, options: ConnectOptions
) -> Alignment:
    """
    Price a line in space: kinds, cut, fill and cost of each piece, and its haul.

    Costs and sections at a station stand for half of the piece on either side (average end
    areas). A piece between two kinds pays half of each and is named for its middle.

    Parameters
    ----------
    surface
        The land.
    design
        Unit costs, and what may be built.
    points_m
        Easting, northing and height of the stations.
    options
        Cost of tips and pits.

    Raises
    ------
    InfeasibleError
        If a bridge or a tunnel would be needed where none may be built.
    """
    staked = stake_points(to_grid(surface, points_m[:, :2]))
    rates = rates_of(design)
    under = survey_stations(land_of(surface), rates, staked.stations)
    return _alignment(surface, design, staked, (under, points_m[:, 2]), options)


def profile_of(
    surface: Surface, land: Land, design: Design, staked: Staked, *, options: ConnectOptions
) -> Alignment | None:
    """Return the line with its best heights, or None if there are none within the limits."""
    rates = rates_of(design)
    under = survey_stations(land, rates, staked.stations)
    if not np.isfinite(under).all():
        return None
    shadow = np.zeros(len(under))
    best: Alignment | None = None
    for _ in range(1 + options.align_haul_rounds):
        heights = _heights(under, rates, staked, shadow, options)
        if heights is None:
            break
        found = _alignment(surface, design, staked, (under, heights), options)
        if best is None or found.capex_usd < best.capex_usd:
            best = found
        if design.haul_usd_per_m3_km == 0:
            break
        worth, _ = _haul(found.cut_m3, found.fill_m3, staked, design, options)
        shadow = (shadow - worth) / 2
    return best


def stake_out(line: Points, spacing_m: float) -> Staked:
    """Stake out a line at an even spacing."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.linspace(0.0, along[-1], max(ceil(along[-1] / spacing_m), 2) + 1)
    return stake_points(np.column_stack([np.interp(at, along, axis) for axis in line.T]))


def keep_limits(
    surface: Surface, land: Land, design: Design, points_m: Points, *, options: ConnectOptions
) -> Alignment | None:
    """
    Return a line in space as one of a design, or None if it breaks one of its limits.

    Parameters
    ----------
    surface, land
        The land.
    design
        Limits and unit costs.
    points_m
        Easting, northing and height of the stations.
    options
        Cost of tips and pits.
    """
    staked = stake_points(to_grid(surface, points_m[:, :2]))
    rates = rates_of(design)
    under, heights = survey_stations(land, rates, staked.stations), points_m[:, 2]
    length = np.diff(staked.stations[:, 4])
    steepest = (rates.max_grade - rates.curve_resistance_m / staked.radii) * length
    if (
        not np.isfinite(under).all()
        or (np.abs(np.diff(heights)) > steepest * (1 + SAME)).any()
        or (staked.radii < rates.min_radius_m * (1 - SAME)).any()
        or len(_shallowest_of_long_tunnels(heights - under[:, 0], length, rates))
    ):
        return None
    try:
        return _alignment(surface, design, staked, (under, heights), options)
    except InfeasibleError:
        return None


def no_line(design: Design) -> InfeasibleError:
    """Say that no line keeps the limits of a design."""
    return InfeasibleError(
        f"no {design.name} {design.kind} keeps to a grade of {100 * design.max_grade:g} % and a "
        f"radius of {design.min_radius_m:g} m here",
        clashing=("max_grade", "min_radius_m", "has_bridges", "has_tunnels", "longest_tunnel_m"),
        mend="allow a steeper grade, a smaller radius, or longer structures",
    )


def stake_points(points: Points) -> Staked:
    """Return points as stations, with headings and with radii of circles through three points."""
    piece = np.diff(points, axis=0)
    length = np.hypot(*piece.T)
    ahead = piece / length[:, None]
    heading = np.vstack([ahead[:1], ahead[1:] + ahead[:-1], ahead[-1:]])
    size = np.hypot(*heading.T)
    heading = np.where(size[:, None] > 0, heading / np.maximum(size, 1e-12)[:, None], 0.0)
    turn = np.abs(np.cross(_in_space(ahead[:-1]), _in_space(ahead[1:]))[:, 2])
    chord = np.hypot(*(points[2:] - points[:-2]).T)
    bend = np.concatenate([[0.0], turn / np.maximum(chord, 1e-12) * 2, [0.0]])
    sharper = np.maximum(bend[:-1], bend[1:])
    radii = np.where(sharper > 1e-9, 1 / np.maximum(sharper, 1e-9), np.inf)
    along = np.concatenate([[0.0], np.cumsum(length)])
    return Staked(stations=np.column_stack([points, heading, along]), radii=radii)


def _in_space(vectors: Points) -> Points:
    """Return vectors of the plane with a third component of 0."""
    return np.column_stack([vectors, np.zeros(len(vectors))])


def _heights(
    under: Points, rates: Rates, staked: Staked, shadow: Points, options: ConnectOptions
) -> Points | None:
    """Return the best heights of stations, with no tunnel longer than allowed."""
    length = np.diff(staked.stations[:, 4])
    bare = np.zeros(len(under), np.bool_)
    for _ in range(options.align_tunnel_rounds):
        heights = _refined_heights(under, rates, (length, staked.radii, bare), shadow, options)
        if heights is None or not rates.has_tunnels:
            return heights
        fill = heights - under[:, 0]
        too_long = _shallowest_of_long_tunnels(fill, length, rates)
        if not len(too_long):
            return heights
        bare[too_long] = True
    return None


def _refined_heights(
    under: Points,
    rates: Rates,
    line: tuple[Points, Points, NDArray[np.bool_]],
    shadow: Points,
    options: ConnectOptions,
) -> Points | None:
    """Return the best heights, first over all and then finer near the first ones."""
    length, radii, bare = line
    limit = (rates.max_grade - rates.curve_resistance_m / radii) * length
    if (limit <= 0).any():
        return None
    ground, last = under[:, 0], len(under) - 1
    level = float(limit.min()) / options.align_levels_per_piece
    floor, ceiling = np.full(last + 1, ground.min()), np.full(last + 1, ground.max())
    states = (ceiling[0] - floor[0]) / level * last
    every = 1
    while states / every**2 > options.align_profile_states and last > 4 * every:
        every *= 2
    heights = None
    while True:
        at = np.unique(np.append(np.arange(0, last, every), last))
        pieces = (np.add.reduceat(length, at[:-1]), np.add.reduceat(limit, at[:-1]), bare[at])
        fine = float(pieces[1].min()) / options.align_levels_per_piece
        found = _program(under[at], rates, pieces, (floor[at], ceiling[at], fine), shadow[at])
        if found is not None:
            heights = np.interp(np.arange(last + 1), at, found)
            margin = options.align_window_levels * level * every
            floor, ceiling = heights - margin, heights + margin
        if every == 1:
            return None if found is None else heights
        every = every // 4 or 1


def _program(
    under: Points,
    rates: Rates,
    line: tuple[Points, Points, NDArray[np.bool_]],
    window: tuple[Points, Points, float],
    shadow: Points,
) -> Points | None:
    """Return the best heights on levels within a window."""
    length, limit, bare = line
    floor, ceiling, level = window
    start, end = float(under[0, 0]), float(under[-1, 0])
    low = np.floor((floor - start) / level).astype(np.int64)
    low[0] = min(low[0], 0)
    size = int(np.ceil((ceiling - floor).max() / level)) + 2
    size = max(size, int(-low[0]) + 1)
    reach = np.floor(limit / level * (1 + 1e-12)).astype(np.int64)
    weight = np.concatenate([[length[0]], length[:-1] + length[1:], [length[-1]]]) / 2
    heights, usd = best_heights(
        under, weight, reach, low, size, (start, level), (end, float(limit[-1])),
        shadow, bare, rates,
    )  # fmt: skip
    return heights if np.isfinite(usd) else None


def _shallowest_of_long_tunnels(fill: Points, length: Points, rates: Rates) -> NDArray[np.int64]:
    """Return the station with the least cover of each tunnel that is too long."""
    deep = np.concatenate([[False], fill < -rates.tunnel_cover_m, [False]])
    starts = np.flatnonzero(deep[1:] & ~deep[:-1])
    ends = np.flatnonzero(~deep[1:] & deep[:-1])
    along = np.concatenate([[0.0], np.cumsum(length)])
    return np.array(
        [
            start + int(np.argmax(fill[start:end]))
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
            if along[min(end, len(along) - 1)] - along[max(start - 1, 0)] > rates.longest_tunnel_m
        ],
        np.int64,
    )


def _alignment(
    surface: Surface,
    design: Design,
    staked: Staked,
    profile: tuple[Points, Points],
    options: ConnectOptions,
) -> Alignment:
    """Put together an alignment."""
    under, heights = profile
    length = np.diff(staked.stations[:, 4])
    pieces = price_pieces(under, heights, length, rates_of(design))
    if not np.isfinite(pieces[:, 3]).all() or (pieces[:, 0] == BARRED).any():
        raise no_line(design)
    _, haul = _haul(pieces[:, 1], pieces[:, 2], staked, design, options)
    return Alignment(
        points_m=np.column_stack([from_grid(surface, staked.stations[:, :2]), heights]),
        ground_m=under[:, 0],
        structure=pieces[:, 0].astype(np.int8),
        cut_m3=pieces[:, 1],
        fill_m3=pieces[:, 2],
        cost_usd=pieces[:, 3],
        haul_usd=haul,
        design=design,
    )


def _haul(
    cut: Points, fill: Points, staked: Staked, design: Design, options: ConnectOptions
) -> tuple[Points, float]:
    """Return the worth of earth by station [US$/m³] and the cost of hauling [US$]."""
    if design.haul_usd_per_m3_km == 0:
        return np.zeros(len(cut) + 1), 0.0
    surplus = np.zeros(len(cut) + 1)
    surplus[:-1] += (cut - fill) / 2
    surplus[1:] += (cut - fill) / 2
    rate = design.haul_usd_per_m3_km / 1e3
    worth, usd = price_earth(
        surplus,
        np.diff(staked.stations[:, 4]),
        rate,
        rate * 1e3 * options.align_tip_km,
        options.align_worth_steps,
    )
    return worth, float(usd)
