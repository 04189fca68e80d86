"""Find the best line between places: search, bends, profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.alignment.bends import Bends, lay_bends, settle_bends
from bunyad.connect.alignment.kernels_bends import draw_chain
from bunyad.connect.alignment.kernels_land import Land, Rates
from bunyad.connect.alignment.lattice import search_leg
from bunyad.connect.alignment.mesh import finest_cell, shortest_step
from bunyad.connect.alignment.model import OPEN, Alignment, Design, Surface
from bunyad.connect.alignment.polish import polish_line
from bunyad.connect.alignment.prepare import check_place, land_of, rates_of, to_grid
from bunyad.connect.alignment.profile import (
    SAME,
    Staked,
    keep_limits,
    no_line,
    profile_of,
    stake_points,
)
from bunyad.errors import InputError
from bunyad.options import ConnectOptions

Points = NDArray[np.float64]
Place = tuple[float, float]


def find_alignment(  # noqa: PLR0913 — where from, over what, where to, and what is known
    surface: Surface,
    design: Design,
    *,
    start: Place,
    end: Place,
    via: Sequence[Place] = (),
    seeds: Sequence[Alignment] = (),
    options: ConnectOptions,
) -> Alignment:
    """
    Find the cheapest line between two places that keeps every limit of its class.

    A search over a lattice of places, headings and heights, in corridors refined from coarse to
    fine, keeps grade and radius from the start. The line found is then shifted sideways and in
    height, bend by bend and all at once, and its profile is optimised. A line on bridges or in
    tunnels is held against the best one without. The best is moved within bands along
    itself if rounds of that are asked for.

    Parameters
    ----------
    surface
        The land.
    design
        Limits and unit costs.
    start, end
        Easting and northing [m]; the line meets the ground there.
    via
        Places that the line passes in this order; it may cut their corner by the width of its
        bend.
    seeds
        Lines of other designs between the same places, shifted and taken if they are cheaper.
    options
        Fineness of search and profile.

    Raises
    ------
    InputError
        If a place lies outside of the surface, or a seed joins other places.
    InfeasibleError
        If there is no such line.
    """
    places = [start, *via, end]
    for number, place in enumerate(places):
        check_place(surface, place, f"place {number + 1}")
    _check_seeds(seeds, start, end)
    land = land_of(surface)
    on_grid = to_grid(surface, np.array(places, np.float64))
    found = _search_and_settle(surface, land, design, on_grid, options)
    has_built = found is None or (found.structure != OPEN).any()
    if has_built and (design.has_bridges or design.has_tunnels):
        plain = replace(design, has_bridges=False, has_tunnels=False)
        bare = _search_and_settle(surface, land, plain, on_grid, options)
        seeds = [*seeds, *([] if bare is None else [bare])]
    best = cheapest(
        [found, *(line for seed in seeds for line in adopt(surface, land, design, seed, options))]
    )
    if best is None:
        raise no_line(design)
    return polish_line(surface, land, design, best, on_grid[1:-1], options)


def adopt(
    surface: Surface, land: Land, design: Design, seed: Alignment, options: ConnectOptions
) -> list[Alignment]:
    """Return what a line gives under another design: as it is, at other heights, and shifted."""
    rates = rates_of(design)
    same = keep_limits(surface, land, design, seed.points_m, options=options)
    staked = stake_points(to_grid(surface, seed.points_m[:, :2]))
    lines = [same]
    if (staked.radii >= rates.min_radius_m * (1 - SAME)).all():
        lines.append(profile_of(surface, land, design, staked, options=options))
    along = staked.stations[:, 4]
    count = max(int(along[-1] // shortest_step(rates, options)), 2)
    at = np.linspace(0.0, along[-1], count + 1)
    columns = (*staked.stations[:, :2].T, seed.points_m[:, 2])
    chain = np.column_stack([np.interp(at, along, column) for column in columns])
    lines.append(_settle(surface, land, design, (chain, set()), options))
    return [line for line in lines if line is not None]


def cheapest(lines: Sequence[Alignment | None]) -> Alignment | None:
    """Return the first of the cheapest lines, or None if there is none."""
    return min(
        (line for line in lines if line is not None),
        key=lambda line: line.capex_usd,
        default=None,
    )


def _check_seeds(seeds: Sequence[Alignment], start: Place, end: Place) -> None:
    """Check that seeds join the same places."""
    for number, seed in enumerate(seeds):
        ends = seed.points_m[[0, -1], :2]
        if not np.allclose(ends, [start, end], rtol=0, atol=SAME * seed.length_m):
            raise InputError(
                f"seed {number + 1} does not run from {start} to {end}",
                where="connect.alignment",
                mend="give lines between the same two places",
            )


def _search_and_settle(
    surface: Surface, land: Land, design: Design, places: Points, options: ConnectOptions
) -> Alignment | None:
    """Search a line through places, shift its bends and lay its profile."""
    chain = _search(land, rates_of(design), places, options)
    return None if chain is None else _settle(surface, land, design, chain, options)


def _settle(
    surface: Surface,
    land: Land,
    design: Design,
    chain: tuple[Points, set[int]],
    options: ConnectOptions,
) -> Alignment | None:
    """Shift the bends of a chain and lay its profile."""
    rates = rates_of(design)
    bends = lay_bends(*chain, spacing_m=shortest_step(rates, options))
    spacing = options.align_station_cells * surface.cell_m
    lines = [
        profile_of(surface, land, design, _stake(line, spacing), options=options)
        for line in _candidates(land, rates, bends, options)
    ]
    return cheapest(lines)


def _search(
    land: Land, rates: Rates, places: Points, options: ConnectOptions
) -> tuple[Points, set[int]] | None:
    """Return the vertices of the line through places, and which of them are fixed."""
    vertices = np.empty((0, 3))
    fixed: set[int] = set()
    arriving = None
    for start, goal in pairwise(places):
        leg = search_leg(land, rates, (start, goal), arriving=arriving, options=options)
        if leg is None:
            return None
        vertices = np.vstack([vertices[:-1], leg.vertices])
        fixed.add(len(vertices) - 1)
        arriving = vertices[-2]
    return vertices, fixed


def _candidates(land: Land, rates: Rates, bends: Bends, options: ConnectOptions) -> list[Bends]:
    """Return the shifted bends, and those of the search if they keep the least radius."""
    first = finest_cell(land, rates, options)
    settled, usd = settle_bends(land, rates, bends, first_m=first, options=options)
    tried = [settled] if np.isfinite(usd) else []
    _, radii = draw_chain(bends.vertices, land.cell_m)
    if (radii >= rates.min_radius_m * (1 - SAME)).all():
        tried.append(bends)
    return tried


def _stake(bends: Bends, spacing_m: float) -> Staked:
    """Stake out bends."""
    stations, radii = draw_chain(bends.vertices, spacing_m)
    return Staked(stations=stations, radii=radii)
