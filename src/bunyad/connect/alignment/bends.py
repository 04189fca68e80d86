"""Bends: turn a chain of straight pieces into tangents and arcs, shifted to where it is best."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.alignment.kernels_bends import shift_chain
from bunyad.connect.alignment.kernels_land import Land, Rates
from bunyad.options import ConnectOptions

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bends:
    """A chain of vertices with the heights of the joints between them."""

    vertices: Points
    """East and south [m]."""
    heights: Points
    """Height of the joint before each vertex, that of the start first [m]."""
    free: NDArray[np.bool_]
    """Whether a vertex may be shifted."""


def lay_bends(vertices: Points, fixed: set[int], *, spacing_m: float) -> Bends:
    """
    Lay out bends at the vertices of a chain, with more vertices on its long pieces.

    Parameters
    ----------
    vertices
        East, south and height [m].
    fixed
        Vertices that stay where they are.
    spacing_m
        Length above which a piece is parted, as long as its bends keep their room [m].
    """
    xy = vertices[:, :2]
    length = np.hypot(*np.diff(xy, axis=0).T)
    parts = [max(floor(piece / spacing_m), 1) for piece in length]
    if sum(parts) == 1:
        parts = [2]
    rows = [
        vertices[number] + (vertices[number + 1] - vertices[number]) * part / parts[number]
        for number in range(len(length))
        for part in range(parts[number])
    ]
    rows.append(vertices[-1])
    laid = np.array(rows)
    starts = np.concatenate([[0], np.cumsum(parts)])
    free = np.ones(len(laid), np.bool_)
    free[[0, -1, *(starts[number] for number in fixed)]] = False
    heights = np.concatenate([[laid[0, 2]], (laid[1:, 2] + laid[:-1, 2]) / 2])
    heights[1], heights[-1] = laid[0, 2], laid[-1, 2]
    return Bends(vertices=laid[:, :2].copy(), heights=heights, free=free)


def settle_bends(
    land: Land, rates: Rates, bends: Bends, *, first_m: float, options: ConnectOptions
) -> tuple[Bends, float]:
    """
    Shift bends sideways and in height for as long as that saves, by ever smaller steps.

    Parameters
    ----------
    land, rates
        The land and the design.
    bends
        Bends that keep all limits.
    first_m
        First step sideways [m].
    options
        Steps, sweeps and saving below which a step is halved.

    Returns
    -------
    tuple
        The bends, and their cost by samples along each [US$], infinite if the limits are broken.
    """
    chain, heights = bends.vertices, bends.heights
    spacing = land.cell_m * options.align_sample_cells
    move, lift = first_m, options.align_first_lift_m
    usd = np.inf
    while move >= options.align_least_shift_m:
        for _ in range(options.align_sweeps):
            before = usd
            for follow in (0.0, 1.0):
                moves, lifts = _both_ways(move, options), _both_ways(lift, options)
                chain, heights, usd = shift_chain(
                    land, rates, chain, heights, bends.free, moves, lifts, follow, spacing
                )
            if not np.isfinite(usd) or usd > before * (1 - options.align_saving):
                break
        move, lift = move / 2, max(lift / 2, options.align_least_lift_m)
    return Bends(vertices=chain, heights=heights, free=bends.free), float(usd)


def _both_ways(step: float, options: ConnectOptions) -> Points:
    """Return no shift, and shifts to both sides by one step and more."""
    sizes = step * np.arange(1, options.align_shifts + 1)
    return np.concatenate([[0.0], *([-size, size] for size in sizes)])
