"""Horizon: the angle at which ground meets sky around each cell, and how much sky is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bunyad.errors import InputError
from bunyad.potential.cells import Floats, Ints
from bunyad.potential.constants import constant
from bunyad.potential.kernels_horizon import block_maxima, horizon_rise
from bunyad.tiles import HERE, Tiles

Singles = NDArray[np.float32]
Samples = tuple[Ints, Singles]

NEAR_CELLS = 4.0
"""Up to this distance [cells] rays are sampled at eighths of a cell too."""
MIDDLE_CELLS = 8.0
"""Up to this distance [cells] rays are sampled at quarters of a cell too."""
WHOLE = 1e-6
"""Distance to a line of the grid [cells] below which a sample lies on it."""
CREASE_CELLS = 96.0
"""Up to this distance [cells] rays are sampled at every line of the grid that they cross."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rays:
    """How far and past what rays are walked."""

    reach_m: float = float("inf")
    """Distance to the end of the rays [m]."""
    earth_curves: bool = True
    """Whether far ground sinks below the tangent plane, less what refraction lifts it."""


def horizon_angles(
    elevation_m: NDArray[np.floating],
    cell_m: tuple[float, float],
    *,
    directions: int = 36,
    rays: Rays | None = None,
    tiles: Tiles = HERE,
) -> Singles:
    """
    Return the angle of the horizon above level, seen from the ground of each cell [°].

    Heights between cell centres are bilinear. Each ray is sampled where it crosses the lines
    that join cell centres, and more closely near its cell; the horizon is the steepest sample.

    Parameters
    ----------
    elevation_m
        Heights of the cells (rows from north to south, columns from west to east) [m].
    cell_m
        Width and height of a cell [m].
    directions
        Number of directions; the first is grid north, the others follow clockwise.
    rays
        Reach and curvature; by default to the edge of the grid on the curved earth.
    tiles
        Who works on the directions.

    Returns
    -------
    Singles
        Angles (direction, row, column). Negative on summits; -90 at the edge of the grid, where
        no ground is seen.

    Raises
    ------
    InputError
        If a height is missing.

    Examples
    --------
    >>> wall = np.zeros((1, 5)); wall[0, 4] = 100
    >>> horizon_angles(wall, (100, 100), directions=4)[1].round(1)
    array([[ 14. ,  18.4,  26.6,  45. , -90. ]], dtype=float32)
    """
    terrain = np.array(elevation_m, dtype=np.float32)
    if not np.isfinite(terrain).all():
        raise InputError(
            f"{int((~np.isfinite(terrain)).sum())} heights are missing",
            where="elevation_m",
            mend="fill the gaps, for example with 0 for the sea",
        )
    rays = rays or Rays()
    terrain -= terrain.min()  # so that single precision holds the relief, not the height
    levels = max(1, int(np.ceil(np.log2(max(terrain.shape) / 16 + 1))) + 1)
    maxima = block_maxima(terrain, levels)
    angles = np.empty((directions, *terrain.shape), dtype=np.float32)
    azimuths = (2 * np.pi * number / directions for number in range(directions))
    found = tiles.map(_one_direction, (terrain, maxima, cell_m, rays), azimuths)
    for number, rise in enumerate(found):
        np.degrees(np.arctan(rise, out=rise), out=angles[number])
    return angles


def _one_direction(
    ground: tuple[Singles, Any, tuple[float, float], Rays], azimuth: float
) -> Singles:
    """Return the steepest rise of the ground along one direction [-]."""
    terrain, maxima, cell_m, rays = ground
    close, far = ray_samples(azimuth, terrain.shape, cell_m, rays)
    rise: Singles = horizon_rise(terrain, maxima, close, far)
    return rise


def sky_view(angles: Singles) -> Singles:
    """
    Return the part of a level, evenly bright sky that the horizon leaves [-].

    The mean of cos² of the horizon over all directions (Dozier & Frew 1990, IEEE Transactions
    on Geoscience and Remote Sensing 28, 963, for level ground); ground below level hides none.

    Parameters
    ----------
    angles
        Angles of the horizon (direction, ...) [°].

    Examples
    --------
    >>> sky_view(np.full((36, 1), 45, dtype=np.float32)).round(3)
    array([0.5], dtype=float32)
    """
    total = np.zeros(angles.shape[1:], dtype=np.float64)
    for direction in angles:
        total += np.cos(np.radians(np.maximum(direction, 0))) ** 2
    return (total / len(angles)).astype(np.float32)


def ray_samples(
    azimuth: float, shape: tuple[int, ...], cell_m: tuple[float, float], rays: Rays
) -> tuple[Samples, Samples]:
    """
    Return where a ray is sampled near its cell and far from it, as `horizon_rise` takes it.

    Parameters
    ----------
    azimuth
        Direction of the ray, clockwise from grid north [rad].
    shape
        Rows and columns of the terrain.
    cell_m
        Width and height of a cell [m].
    rays
        Reach and curvature.
    """
    step = np.array([-np.cos(azimuth) / cell_m[1], np.sin(azimuth) / cell_m[0]])
    step[np.abs(step) < 1e-9 / max(cell_m)] = 0
    small = min(cell_m)
    extent = min(
        rays.reach_m,
        *(size / abs(part) for size, part in zip(shape, step, strict=True) if part),
    )
    crossings = [
        np.arange(1, extent * abs(part) + 1) / abs(part) for part in sorted(step, key=abs) if part
    ]
    if len(crossings) > 1:
        crossings[0] = crossings[0][crossings[0] < CREASE_CELLS * small]
    eighths = np.array([1 / 64, *np.arange(0.125, NEAR_CELLS, 0.125)]) * small
    quarters = np.arange(NEAR_CELLS, MIDDLE_CELLS, 0.25) * small
    distance = np.unique(np.concatenate([*crossings, eighths, quarters, [extent]]).round(6))
    distance = distance[distance <= extent * (1 + 1e-9)]
    is_close = (distance < MIDDLE_CELLS * small) | (distance == distance[-1])
    return (
        _samples(distance[is_close], step, rays, is_close=True),
        _samples(distance[~is_close], step, rays, is_close=False),
    )


def _samples(distance: Floats, step: Floats, rays: Rays, *, is_close: bool) -> Samples:
    """Return offsets and weights of samples at some distances [m]."""
    place = distance[:, None] * step
    whole = np.abs(place - np.rint(place)) < WHOLE
    place = np.where(whole, np.rint(place), place)
    first = np.floor(place).astype(np.int64)
    last = np.ceil(place).astype(np.int64)
    part = place - first
    bend = (1 - constant("refraction_coefficient")) / (2 * constant("earth_radius"))
    drop = bend * distance**2 * rays.earth_curves
    if not is_close:
        share = part.sum(axis=1)
        part = np.column_stack([1 - share, share])
    weights = np.column_stack([part, drop, 1 / distance]).astype(np.float32)
    return np.hstack([first, last]), weights
