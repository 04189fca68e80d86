"""
Hourly yield of every cell, kept small.

The hourly yield of a cell is a weighted sum of a few hundred hourly profiles. Keeping those and
the weights, instead of a series a cell, makes sums and means of any group of cells one sparse
matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from bunyad.potential.cells import Floats, Ints
from bunyad.potential.windfield import WindField, wind_hours, wind_profiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Hourly profiles and the weights by which each cell mixes them."""

    profiles: Floats
    """Profiles, one a row, one hour a column [-]."""
    weights: csr_array
    """Weights, one cell a row, one profile a column."""


def yearly_hours(basis: Basis | WindField) -> Floats:
    """Return the full-load hours of each cell [h/a]."""
    if isinstance(basis, WindField):
        return wind_hours(basis)
    return np.asarray(basis.weights @ basis.profiles.sum(axis=1), dtype=float)


def mean_profile(basis: Basis | WindField, cells: Ints, area_km2: Floats | None = None) -> Floats:
    """
    Return the mean hourly output of some cells, in parts of their capacity [-].

    Parameters
    ----------
    basis
        The yield of all cells.
    cells
        Indices of the cells to take.
    area_km2
        Land taken in each of them, by which the mean is weighted; the same if left out [km²].
    """
    if isinstance(basis, WindField):
        weights = np.ones(len(cells)) if area_km2 is None else area_km2
        return np.asarray(wind_profiles(basis, [(cells, weights)])[0])
    share = np.bincount(cells, weights=area_km2, minlength=basis.weights.shape[0])
    share = share / share.sum()
    mix = np.asarray(basis.weights.T @ share, dtype=float)
    used = np.flatnonzero(mix)
    return np.clip(mix[used] @ basis.profiles[used], 0, 1)
