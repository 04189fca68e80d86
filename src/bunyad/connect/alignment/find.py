"""Find the best line between places: search, bends, profile."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.alignment.bends import Bends, lay_bends, settle_bends
from bunyad.connect.alignment.kernels_bends import draw_chain
from bunyad.connect.alignment.kernels_land import Land, Rates
from bunyad.connect.alignment.lattice import search_leg
from bunyad.connect.alignment.mesh import finest_cell, shortest_step
from bunyad.connect.alignment.model import Alignment, Design, Surface
from bunyad.connect.alignment.prepare import check_place, land_of, rates_of, to_grid
from bunyad.connect.alignment.profile import Staked, no_line, profile_of
from bunyad.options import ConnectOptions

Points = NDArray[np.float64]
Place = tuple[float, float]


def find_alignment(
    surface: Surface,
    design: Design,
    *,
    start: Place,
    end: Place,
    via: Sequence[Place] = (),
    options: ConnectOptions,
) -> Alignment:
    """
    Find the cheapest line between two places that keeps every limit of its class.

    A search over a lattice of places, headings and heights, in corridors refined from coarse to
    fine, keeps grade and radius from the start. The line found is then shifted sideways and in
    height, bend by bend and all at once, and its profile is optimised last.

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
    options
        Fineness of search and profile.

    Raises
    ------
    InputError
        If a place lies outside of the surface.
    InfeasibleError
        If there is no such line.
    """
    places = [start, *via, end]
    for number, place in enumerate(places):
        check_place(surface, place, f"place {number + 1}")
    land, rates = land_of(surface), rates_of(design)
    chain = _search(land, rates, to_grid(surface, np.array(places, np.float64)), options)
    if chain is None:
        raise no_line(design)
    vertices, fixed = chain
    bends = lay_bends(vertices, fixed, spacing_m=shortest_step(rates, options))
    best: Alignment | None = None
    for line in _candidates(land, rates, bends, options):
        staked = _stake(line, options.align_station_cells * surface.cell_m)
        found = profile_of(surface, land, design, staked, options=options)
        if found is not None and (best is None or found.capex_usd < best.capex_usd):
            best = found
    if best is None:
        raise no_line(design)
    return best


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
    """Return the shifted bends, and those of the search."""
    first = finest_cell(land, rates, options)
    settled, usd = settle_bends(land, rates, bends, first_m=first, options=options)
    return [bends, settled] if np.isfinite(usd) else [bends]


def _stake(bends: Bends, spacing_m: float) -> Staked:
    """Stake out bends."""
    stations, radii = draw_chain(bends.vertices, spacing_m)
    return Staked(stations=stations, radii=radii)
