"""
Numbers with few decimals as whole numbers, to the last bit.

A meter that tells 230.1 is kept as 2301 tenths, which takes a byte where the number takes eight.
IEEE 754 rounds a quotient correctly, so that 2301 / 10 is the very number that "230.1" is read as;
whatever does not come back to the bit is not taken apart. Only the sign of -0.0 is lost: who writes
sees to it (`is_negative_zero`). The idea is that of ALP (Afroozeh and
others, 2023, doi 10.1145/3626717).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_DECIMALS = 6
LARGEST = 2.0**53
NONE = 255
"""Stands for numbers that are not whole at any of the scales."""

Floats = NDArray[np.float64]


def split_rows(values: Floats) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """
    Write each row of numbers as whole numbers and their decimals.

    Parameters
    ----------
    values
        Numbers; where one is no number, nothing is asked of it. Shape (rows, columns).

    Returns
    -------
    numpy.ndarray
        Whole numbers: `whole / 10**decimals` is the number. Undefined where it is none.
    numpy.ndarray
        Decimals of each row; `NONE` where the row is not to be written so.

    Examples
    --------
    >>> split_rows(np.array([[230.1, 229.0], [0.1 + 0.2, 1.0]]))[1].tolist()
    [1, 255]
    """
    whole = np.zeros(values.shape, np.int64)
    decimals = np.full(len(values), NONE, np.uint8)
    open_rows = np.arange(len(values))
    for number in range(MOST_DECIMALS + 1):
        if not len(open_rows):
            break
        some, scale = values[open_rows], 10.0**number
        with np.errstate(invalid="ignore", over="ignore"):
            scaled = np.rint(some * scale)
            fits = (scaled / scale == some) & (np.abs(scaled) < LARGEST) | np.isnan(some)
            is_whole = fits.all(axis=1)
            whole[open_rows[is_whole]] = np.nan_to_num(scaled[is_whole]).astype(np.int64)
        decimals[open_rows[is_whole]] = number
        open_rows = open_rows[~is_whole]
    return whole, decimals


def is_negative_zero(values: Floats) -> NDArray[np.bool_]:
    """Tell which numbers are -0.0."""
    found: NDArray[np.bool_] = (values == 0) & np.signbit(values)
    return found


def split_runs(
    values: Floats, of: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """
    Write runs of numbers as whole numbers and their decimals, those of a run alike.

    Parameters
    ----------
    values
        Numbers, or what is none.
    of
        What each belongs to; equal ones stand side by side.

    Returns
    -------
    tuple
        As of `split_rows`, with the decimals of each number.
    """
    starts = np.flatnonzero(np.diff(of, prepend=of[:1] - 1)) if len(of) else np.zeros(0, np.int64)
    lengths = np.diff(np.append(starts, len(of)))
    whole, decimals = np.zeros(len(values), np.int64), np.full(len(values), NONE, np.uint8)
    for length in np.unique(lengths):
        at = starts[lengths == length][:, None] + np.arange(length)
        some, how = split_rows(values[at])
        whole[at], decimals[at] = some, how[:, None]
    return whole, decimals
