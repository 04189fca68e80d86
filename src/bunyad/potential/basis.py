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


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Hourly profiles and the weights by which each cell mixes them."""

    profiles: Floats
    """Profiles, one a row, one hour a column [-]."""
    weights: csr_array
    """Weights, one cell a row, one profile a column."""


def yearly_hours(basis: Basis) -> Floats:
    """Return the full-load hours of each cell [h/a]."""
    return np.asarray(basis.weights @ basis.profiles.sum(axis=1), dtype=float)


def mean_profile(basis: Basis, cells: Ints) -> Floats:
    """
    Return the mean hourly output of some cells, in parts of their capacity [-].

    Parameters
    ----------
    basis
        The yield of all cells.
    cells
        Indices of the cells to take.
    """
    share = np.bincount(cells, minlength=basis.weights.shape[0]) / len(cells)
    mix = np.asarray(basis.weights.T @ share, dtype=float)
    used = np.flatnonzero(mix)
    return np.clip(mix[used] @ basis.profiles[used], 0, 1)
