"""Hand surfaces and designs to the kernels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.alignment.kernels_land import BLOCKED, RIVER, Land, Rates
from bunyad.connect.alignment.model import Design, Surface
from bunyad.errors import InputError

Points = NDArray[np.float64]


def land_of(surface: Surface) -> Land:
    """Return a surface as the kernels take it; fields that are the same everywhere shrink."""
    flags = np.zeros(surface.river.shape, np.uint8)
    flags[surface.river] |= RIVER
    flags[surface.blocked] |= BLOCKED
    return Land(
        elevation=np.ascontiguousarray(surface.elevation_m, np.float32),
        factor=_shrunk(np.ascontiguousarray(surface.factor, np.float32)),
        extra=_shrunk(np.ascontiguousarray(surface.extra_usd_per_m, np.float32)),
        flags=_shrunk(flags),
        cell_m=float(surface.cell_m),
    )


def rates_of(design: Design) -> Rates:
    """Return the numbers of a design as the kernels take them."""
    return Rates(**{name: getattr(design, name) for name in Rates._fields})


def to_grid(surface: Surface, points_m: Points) -> Points:
    """Turn eastings and northings into metres east and south of the first cell's centre."""
    points = np.asarray(points_m, np.float64)
    return np.column_stack([points[:, 0] - surface.west_m, surface.north_m - points[:, 1]])


def from_grid(surface: Surface, points_m: Points) -> Points:
    """Turn metres east and south of the first cell's centre into eastings and northings."""
    return np.column_stack([surface.west_m + points_m[:, 0], surface.north_m - points_m[:, 1]])


def check_place(surface: Surface, place: tuple[float, float], name: str) -> None:
    """
    Check that a place lies on a surface.

    Raises
    ------
    InputError
        If it does not.
    """
    rows, columns = surface.elevation_m.shape
    (x, y), *_ = to_grid(surface, np.array([place]))
    if not (0 <= x <= (columns - 1) * surface.cell_m and 0 <= y <= (rows - 1) * surface.cell_m):
        raise InputError(
            f"{name} of the line, {place}, lies outside of the surface",
            where="connect.alignment",
            mend="give a place on the surface, or a larger surface",
        )


def _shrunk(field: NDArray[Any]) -> NDArray[Any]:
    """Return a single cell where all cells are the same."""
    same = bool((field == field.flat[0]).all())
    return field[:1, :1].copy() if same else field
