"""Trips between settlements, and the roads that they take."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from bunyad.options import ConnectOptions

Array = NDArray[np.float64]
MINUTES_PER_HOUR = 60
LEAST_MINUTES = 1e-9
"""Time of ways without length: a sparse matrix drops zeros."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drives:
    """The quickest ways from each settlement over the road network."""

    minutes: Array
    """From settlement to settlement, infinite where no road leads; shape (places, places)."""
    node_minutes: Array
    """From settlement to node, the settlements' own nodes first; shape (places, nodes)."""
    before: NDArray[np.int32]
    """The node before each node on the way, negative at the start and where no way leads."""
    link_of: dict[tuple[int, int], int]
    """Row of the quickest link between two nodes, the smaller number first."""


def find_drives(
    links: gpd.GeoDataFrame, *, places: list[str], speed_kmh: dict[str, float], way_kmh: float
) -> Drives:
    """
    Find the quickest way from each settlement to all others.

    Parameters
    ----------
    links
        Table `ROAD_LINKS`.
    places
        Identifiers of the settlements.
    speed_kmh
        Speed on each route [km/h].
    way_kmh
        Speed on the ways between roads and places [km/h].
    """
    names = {name: number for number, name in enumerate(places)}
    for name in pd.concat([links["start"], links["end"]]):
        names.setdefault(name, len(names))
    one = links["start"].map(names).to_numpy(dtype=np.int64)
    two = links["end"].map(names).to_numpy(dtype=np.int64)
    speed = links["route"].map(lambda route: speed_kmh.get(route, way_kmh)).to_numpy(dtype=float)
    minutes = links["length_km"].to_numpy() / speed * MINUTES_PER_HOUR
    link_of: dict[tuple[int, int], int] = {}
    for row in np.argsort(minutes, kind="stable").tolist():
        pair = (int(min(one[row], two[row])), int(max(one[row], two[row])))
        if pair[0] != pair[1]:
            link_of.setdefault(pair, row)
    rows = np.array(list(link_of.values()), np.int64)
    cost = np.maximum(minutes[rows], LEAST_MINUTES)
    graph = csr_array((cost, (one[rows], two[rows])), shape=(len(names), len(names)))
    starts = np.arange(len(places))
    found, before = dijkstra(graph, directed=False, indices=starts, return_predecessors=True)
    return Drives(
        minutes=found[:, : len(places)],
        node_minutes=found,
        before=before,
        link_of=link_of,
    )


def count_trips(people: Array, minutes: Array, *, options: ConnectOptions) -> Array:
    """
    Return the trips of a day from each settlement to each other: a gravity model.

    Each person makes a given number of trips, which go to other settlements in proportion to
    their people and to a power of the time; ways back make the table symmetric.

    Parameters
    ----------
    people
        People of each settlement [people].
    minutes
        Time from one to the other, infinite where no way leads [min].
    options
        Trips, exponent and least time.

    Examples
    --------
    >>> from bunyad.options import ConnectOptions
    >>> minutes = np.array([[0.0, 20.0], [20.0, 0.0]])
    >>> count_trips(np.array([100.0, 100.0]), minutes, options=ConnectOptions()).tolist()
    [[0.0, 25.0], [25.0, 0.0]]
    """
    time = np.maximum(minutes, options.gravity_least_minutes)
    pull = people[None, :] * time**-options.gravity_exponent
    np.fill_diagonal(pull, 0)
    total = pull.sum(axis=1, keepdims=True)
    share = np.divide(pull, total, out=np.zeros_like(pull), where=total > 0)
    out = people[:, None] * options.trips_per_person_day * share
    return np.asarray((out + out.T) / 2)


def load_links(drives: Drives, flows: Array, *, count: int) -> Array:
    """
    Put all flows on the quickest ways and return the load of each link.

    Parameters
    ----------
    drives
        The quickest ways.
    flows
        From settlement to settlement; pairs without a way are left out.
    count
        Number of links.
    """
    load = np.zeros(count)
    for place in range(len(flows)):
        through = np.zeros(drives.before.shape[1])
        reached = np.isfinite(drives.minutes[place])
        through[: len(flows)][reached] = flows[place][reached]
        for node in _outermost_first(drives.before[place], drives.node_minutes[place]):
            parent = int(drives.before[place, node])
            if through[node] > 0:
                load[drives.link_of[min(node, parent), max(node, parent)]] += through[node]
                through[parent] += through[node]
    return load


def _outermost_first(before: NDArray[np.int32], minutes: Array) -> list[int]:
    """Return the nodes that have one before them, each ahead of the one before it."""
    return [int(node) for node in np.argsort(-minutes, kind="stable") if before[node] >= 0]
