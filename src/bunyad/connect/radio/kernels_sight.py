"""
Kernels of sight: straight rays over the terrain, with the Earth's curve below them.

Heights between cell centres are bilinear, so along a straight ray the ground is a parabola on
each patch of four centres. A ray is walked from patch border to patch border; the two borders
and the middle of a piece tell its parabola exactly.
"""

from __future__ import annotations

from math import exp, floor, inf, log10, sqrt
from typing import Any

import numpy as np
from numba import njit


@njit(cache=True)
def height_at(terrain: Any, row: float, column: float) -> float:
    """Return the bilinear height at a fractional place, held at the edges [m]."""
    rows, columns = terrain.shape
    row = min(max(row, 0.0), rows - 1.0)
    column = min(max(column, 0.0), columns - 1.0)
    r = min(int(row), rows - 2)
    c = min(int(column), columns - 2)
    down, right = row - r, column - c
    upper = terrain[r, c] * (1.0 - right) + terrain[r, c + 1] * right
    lower = terrain[r + 1, c] * (1.0 - right) + terrain[r + 1, c + 1] * right
    return float(upper * (1.0 - down) + lower * down)


@njit(cache=True)
def next_border(at: float, start: float, change: float) -> float:
    """Return the part of the ray, past `at`, where it next meets a whole row or column."""
    if change == 0.0:
        return inf
    where = start + at * change
    line = floor(where + 1e-9) + 1.0 if change > 0.0 else -(floor(-where + 1e-9) + 1.0)
    return (line - start) / change


@njit(cache=True)
def least_clearances(
    terrain: Any,
    cell_m: float,
    mast: Any,
    targets: Any,
    earth_m: float,
    wavelength_m: float,
    fresnel_share: float,
    reach_m: float,
) -> Any:
    """
    Return how far the ground stays below the ray from a mast to each target, at its worst [m].

    Parameters
    ----------
    terrain
        Heights, shape (rows, columns) [m].
    cell_m
        Side of a cell [m].
    mast
        Row, column and height above the sea [-, -, m].
    targets
        A row of the same three for each target.
    earth_m
        Effective radius of the Earth [m].
    wavelength_m
        Wavelength [m].
    fresnel_share
        Part of the first Fresnel zone's radius that must be free as well; exact for 0, else
        looked at on both borders, in the middle and at the lowest point of each piece [-].
    reach_m
        Targets farther away get minus infinity [m].
    """
    found = np.full(targets.shape[0], -inf)
    for i in range(targets.shape[0]):
        change_r, change_c = targets[i, 0] - mast[0], targets[i, 1] - mast[1]
        rise = targets[i, 2] - mast[2]
        length = sqrt(change_r**2 + change_c**2) * cell_m
        if length > reach_m:
            continue
        at = 0.0
        least = mast[2] - height_at(terrain, mast[0], mast[1])
        free = np.empty(4)
        part = np.empty(4)
        while at < 1.0:
            border = min(
                next_border(at, mast[0], change_r), next_border(at, mast[1], change_c), 1.0
            )
            for k in range(3):
                part[k] = at + 0.5 * k * (border - at)
            count = 3
            k = 0
            while k < count:
                share = part[k]
                ground = height_at(terrain, mast[0] + share * change_r, mast[1] + share * change_c)
                bulge = length**2 * share * (1.0 - share) / (2.0 * earth_m)
                free[k] = mast[2] + share * rise - ground - bulge
                zone = sqrt(wavelength_m * length * max(share * (1.0 - share), 0.0))
                least = min(least, free[k] - fresnel_share * zone)
                k += 1
                if k == 3 and count == 3:
                    bend = 2.0 * free[0] - 4.0 * free[1] + 2.0 * free[2]
                    lean = -3.0 * free[0] + 4.0 * free[1] - free[2]
                    if bend > 0.0 and 0.0 < -lean < 2.0 * bend:
                        part[3] = at - lean / (2.0 * bend) * (border - at)
                        count = 4
            at = border
        found[i] = least
    return found


@njit(cache=True)
def knife_edge_loss(v: float) -> float:
    """Return the loss over a knife edge, ITU-R P.526 equation (31), 0 below v = -0.78 [dB]."""
    if v <= -0.78:
        return 0.0
    return 6.9 + 20.0 * log10(sqrt((v - 0.1) ** 2 + 1.0) + v - 0.1)


@njit(cache=True)
def path_losses(
    terrain: Any,
    cell_m: float,
    mast: Any,
    targets: Any,
    earth_m: float,
    wavelength_m: float,
    reach_m: float,
) -> Any:
    """
    Return the loss from a mast to each target: free space and diffraction over the ground [dB].

    Free space after ITU-R P.525, diffraction by the Bullington construction of ITU-R P.526,
    section 4.5.1, on the points where the ray meets rows or columns and between them.

    Parameters
    ----------
    terrain, cell_m, mast, targets, earth_m, wavelength_m, reach_m
        As for `least_clearances`; beyond the reach the loss is infinite.
    """
    losses = np.full(targets.shape[0], inf)
    for i in range(targets.shape[0]):
        change_r, change_c = targets[i, 0] - mast[0], targets[i, 1] - mast[1]
        length = max(sqrt(change_r**2 + change_c**2) * cell_m, 1.0)
        if length > reach_m:
            continue
        near, far = mast[2], targets[i, 2]
        steepest, steepest_back, worst = -inf, -inf, -inf
        at = 0.0
        while at < 1.0:
            border = min(
                next_border(at, mast[0], change_r), next_border(at, mast[1], change_c), 1.0
            )
            for k in range(1, 3):
                share = at + 0.5 * k * (border - at)
                if share >= 1.0:
                    continue
                ground = height_at(terrain, mast[0] + share * change_r, mast[1] + share * change_c)
                gone, left = share * length, (1.0 - share) * length
                raised = ground + gone * left / (2.0 * earth_m)
                steepest = max(steepest, (raised - near) / gone)
                steepest_back = max(steepest_back, (raised - far) / left)
                above = raised - near * (1.0 - share) - far * share
                worst = max(worst, above * sqrt(2.0 * length / (wavelength_m * gone * left)))
            at = border
        direct = (far - near) / length
        if steepest < direct:
            v = worst
        else:
            gone = (far - near + steepest_back * length) / (steepest + steepest_back)
            gone = min(max(gone, 1e-6 * length), (1.0 - 1e-6) * length)
            above = near + steepest * gone - near * (1.0 - gone / length) - far * gone / length
            v = above * sqrt(2.0 * length / (wavelength_m * gone * (length - gone)))
        edge = knife_edge_loss(v)
        bent = edge + (1.0 - exp(-edge / 6.0)) * (10.0 + 0.02 * length / 1e3)
        losses[i] = 20.0 * log10(4.0 * np.pi * length / wavelength_m) + bent
    return losses
