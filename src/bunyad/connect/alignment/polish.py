"""Polish: move a whole line within bands along itself for as long as that saves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.alignment.band import Width, move_line, narrow, wide
from bunyad.connect.alignment.kernels_bends import draw_chain
from bunyad.connect.alignment.kernels_land import Land
from bunyad.connect.alignment.model import Alignment, Design, Surface
from bunyad.connect.alignment.prepare import rates_of, to_grid
from bunyad.connect.alignment.profile import SAME, Staked, profile_of
from bunyad.options import ConnectOptions

Points = NDArray[np.float64]


def polish_line(
    surface: Surface,
    land: Land,
    design: Design,
    line: Alignment,
    via: Points,
    options: ConnectOptions,
) -> Alignment:
    """
    Return the cheapest line found by moving one in a wide and then in a narrow band, in rounds.

    Parameters
    ----------
    surface, land
        The land.
    design
        Limits and unit costs.
    line
        A line of the design.
    via
        Places that it passes, in order, in metres east and south of the first cell's centre.
    options
        Rounds, widths and fineness.
    """
    rates = rates_of(design)
    best = line
    for _ in range(options.align_band_rounds):
        tried = best
        for width in (wide(rates, options), narrow(options)):
            moved = _move(surface, land, tried, via, width, options)
            tried = tried if moved is None else moved
        saved = 1 - tried.capex_usd / best.capex_usd
        if saved > 0:
            best = tried
        if saved < options.align_saving:
            break
    return best


def _move(
    surface: Surface,
    land: Land,
    line: Alignment,
    via: Points,
    width: Width,
    options: ConnectOptions,
) -> Alignment | None:
    """Return a line moved in one band, with its best profile; None if there is none."""
    rates = rates_of(line.design)
    points = np.column_stack([to_grid(surface, line.points_m[:, :2]), line.points_m[:, 2]])
    chain = move_line(land, rates, (points, line.ground_m), via, width=width, options=options)
    if chain is None:
        return None
    spacing = options.align_station_cells * surface.cell_m
    stations, radii = draw_chain(chain, spacing)
    if (radii < rates.min_radius_m * (1 - SAME)).any():
        return None
    staked = Staked(stations=stations, radii=radii)
    return profile_of(surface, land, line.design, staked, options=options)
