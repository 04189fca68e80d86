"""The fewest masts that cover a share of everything: set cover, first greedy, then exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from bunyad.options import ConnectOptions

Array = NDArray[np.float64]
SLACK = 1e-9
"""Part of a need that rounding may leave open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The chosen sites, and how few there may be at best."""

    chosen: NDArray[np.int64]
    weight: float
    """Summed weight of the chosen sites."""
    bound: float
    """No choice weighs less than this: proven."""


def cover_fewest(
    covers: NDArray[np.bool_],
    *,
    worth: Array,
    needs: Array,
    weights: Array,
    options: ConnectOptions,
) -> Cover:
    """
    Choose the lightest set of sites that covers at least what is needed of each kind.

    A greedy choice comes first; HiGHS then looks for a lighter one and proves how light one may
    be at best, up to the gap and the number of nodes that the options allow.

    Parameters
    ----------
    covers
        Whether a site covers a point, shape (sites, points).
    worth
        Worth of each point in each kind of need, shape (kinds, points).
    needs
        Worth that must be covered, by kind; more than all sites cover counts as what they cover.
    weights
        Weight of each site, above 0.
    options
        Gap and nodes.

    Examples
    --------
    >>> from bunyad.options import ConnectOptions
    >>> covers = np.array([[1, 1, 1, 0, 0, 0], [0, 1, 1, 1, 1, 0], [0, 0, 0, 1, 1, 1]], bool)
    >>> cover_fewest(covers, worth=np.ones((1, 6)), needs=np.array([6.0]), weights=np.ones(3),
    ...     options=ConnectOptions()).chosen.tolist()
    [0, 2]
    """
    covers, worth = _merge_alike(covers, worth)
    needs = np.minimum(needs, worth.sum(axis=1))
    chosen = _without_idle(_choose_greedily(covers, worth, needs, weights), covers, worth, needs)
    weight = float(weights[chosen].sum())
    if not len(chosen):
        return Cover(chosen=chosen, weight=0.0, bound=0.0)
    found = _solve(covers, worth, needs, weights, options)
    bound = 0.0 if found.mip_dual_bound is None else float(found.mip_dual_bound)
    if found.x is not None and found.fun < weight - SLACK:
        chosen = np.flatnonzero(found.x[: len(weights)] > 0.5)
        weight = float(weights[chosen].sum())
    return Cover(chosen=chosen, weight=weight, bound=min(bound, weight))


def _merge_alike(covers: NDArray[np.bool_], worth: Array) -> tuple[NDArray[np.bool_], Array]:
    """Merge points that the same sites cover, and drop those that none does."""
    seen = covers.any(axis=0)
    packed = np.packbits(covers[:, seen], axis=0).T
    _, first, group = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    merged = np.zeros((worth.shape[0], len(first)))
    for kind in range(worth.shape[0]):
        merged[kind] = np.bincount(
            group.reshape(-1), weights=worth[kind, seen], minlength=len(first)
        )
    return covers[:, seen][:, first], merged


def _choose_greedily(
    covers: NDArray[np.bool_], worth: Array, needs: Array, weights: Array
) -> list[int]:
    """Add the site that covers most of what is still needed for its weight, until all is met."""
    chosen: list[int] = []
    open_worth = worth.copy()
    left = needs.copy()
    while (left > SLACK * np.maximum(needs, 1)).any():
        gain = np.zeros(len(weights))
        for kind in np.flatnonzero(left > 0):
            gain += np.minimum(covers @ open_worth[kind], left[kind]) / needs[kind]
        best = int(np.argmax(gain / weights))
        chosen.append(best)
        left -= open_worth @ covers[best]
        open_worth[:, covers[best]] = 0
    return chosen


def _without_idle(
    chosen: list[int], covers: NDArray[np.bool_], worth: Array, needs: Array
) -> NDArray[np.int64]:
    """Drop sites without which the needs are still met, the earliest choices last."""
    kept = list(chosen)
    for site in reversed(chosen):
        rest = [other for other in kept if other != site]
        met = worth @ covers[rest].any(axis=0) if rest else np.zeros(len(needs))
        if (met >= needs - SLACK * np.maximum(needs, 1)).all():
            kept = rest
    return np.array(sorted(kept), np.int64)


def _solve(
    covers: NDArray[np.bool_], worth: Array, needs: Array, weights: Array, options: ConnectOptions
) -> Any:
    """Let HiGHS choose: a point counts only where a chosen site covers it."""
    sites, points = covers.shape
    row, column = np.nonzero(covers.T)
    by_point = coo_array((np.ones(len(row)), (row, column)), shape=(points, sites))
    counted = coo_array((-np.ones(points), (np.arange(points), np.arange(points))))
    rows = hstack([by_point, counted])
    kinds = hstack([csr_array((len(needs), sites)), csr_array(worth)])
    return milp(
        c=np.concatenate([weights, np.zeros(points)]),
        integrality=np.concatenate([np.ones(sites), np.zeros(points)]),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(
            csr_array(vstack([rows, kinds])),
            np.concatenate([np.zeros(points), needs * (1 - SLACK)]),
            np.inf,
        ),
        options={"mip_rel_gap": options.radio_cover_gap, "node_limit": options.radio_cover_nodes},
    )
