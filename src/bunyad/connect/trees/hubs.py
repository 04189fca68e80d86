"""Hubs and corridors: where stations stand, and what a line saves beside a road."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix

from bunyad.errors import InfeasibleError, InputError


def place_hubs(
    distance: NDArray[np.floating[Any]],
    *,
    demand: NDArray[np.floating[Any]],
    opening_cost: NDArray[np.floating[Any]],
    count: int | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Choose where hubs stand, so that opening them and reaching them costs the least.

    Exact: the facility location problem, or the p-median problem where the count is given, as a
    mixed-integer programme with one constraint for each pair of place and site.

    Parameters
    ----------
    distance
        Cost of serving a unit of demand, by place and site; infinite where it cannot be.
    demand
        Demand of each place.
    opening_cost
        Cost of a hub at each site.
    count
        Number of hubs; by default as many as pay.

    Returns
    -------
    tuple
        Sites of the hubs, and for each place the site that serves it.

    Raises
    ------
    InfeasibleError
        If that many hubs cannot serve all places.

    Examples
    --------
    >>> far = np.array([[0.0, 9], [1, 8], [9, 0]])
    >>> hubs, serves = place_hubs(far, demand=np.ones(3), opening_cost=np.array([3.0, 3]))
    >>> hubs.tolist(), serves.tolist()
    ([0, 1], [0, 0, 1])
    """
    sites = distance.shape[1]
    place, site = np.nonzero(np.isfinite(distance))
    pairs = np.arange(len(place))
    cost = np.concatenate([opening_cost, demand[place] * distance[place, site]])
    served = coo_matrix(
        (np.ones(len(pairs)), (place, sites + pairs)), shape=(len(distance), len(cost))
    )
    is_open = coo_matrix(
        (np.repeat([1.0, -1.0], len(pairs)), (np.tile(pairs, 2), np.r_[site, sites + pairs])),
        shape=(len(pairs), len(cost)),
    )
    rules = [LinearConstraint(served.tocsr(), 1, 1), LinearConstraint(is_open.tocsr(), 0, np.inf)]
    if count is not None:
        rules.append(LinearConstraint(np.arange(len(cost)) < sites, count, count))
    found = milp(
        cost,
        integrality=(np.arange(len(cost)) < sites).astype(int),
        bounds=Bounds(0, 1),
        constraints=rules,
    )
    if found.x is None:
        raise InfeasibleError(
            "the hubs cannot serve all places",
            clashing=["distance", "count"],
            mend="allow more hubs or more sites",
        )
    hubs = np.flatnonzero(found.x[:sites] > 1 / 2)
    return hubs, hubs[np.argmin(distance[:, hubs], axis=1)]


def shared_corridor_cost(
    cost: NDArray[np.floating[Any]], built: NDArray[np.bool_], *, share: float
) -> NDArray[np.float64]:
    """
    Return what a second user of a corridor pays, such as fibre beside a new road.

    Parameters
    ----------
    cost
        Cost of the line alone, by link, step or cell.
    built
        Whether something is built there that it can go along with.
    share
        Part of its cost that the line pays there, 0 to 1 [-].

    Raises
    ------
    InputError
        If `share` is outside 0 to 1.

    Examples
    --------
    >>> shared_corridor_cost(np.array([13.0, 13.0]), np.array([True, False]), share=0.43).round(1)
    array([ 5.6, 13. ])
    """
    if not 0 <= share <= 1:
        raise InputError(f"share is {share}", where="share", mend="give a share from 0 to 1")
    return np.where(built, share, 1.0) * np.asarray(cost, np.float64)
