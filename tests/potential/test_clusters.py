"""Land that hangs together makes a site."""

from __future__ import annotations

from collections import deque

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bunyad.options.potential import PotentialOptions
from bunyad.potential.clusters import Plots, connected, part_land

CELL = (1_000.0, 1_000.0)
MAPS = hnp.arrays(bool, (8, 9))


def plots(land: np.ndarray, hours: np.ndarray | None = None) -> Plots:
    row, column = np.nonzero(land)
    yields = np.arange(row.size, dtype=float) if hours is None else hours[row, column]
    return Plots(row=row, column=column, area_km2=np.ones(row.size), hours=yields, size_m=CELL)


def islands(land: np.ndarray) -> set[frozenset[tuple[int, int]]]:
    """Walk from cell to cell over sides and corners."""
    todo, found = set(map(tuple, np.argwhere(land).tolist())), set()
    while todo:
        queue, island = deque([todo.pop()]), set()
        while queue:
            row, column = queue.popleft()
            island.add((row, column))
            near = {(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & todo
            todo -= near
            queue.extend(near)
        found.add(frozenset(island))
    return found


@given(MAPS)
def test_without_a_gap_clusters_are_the_islands_of_a_walk(land) -> None:
    number = connected(land, 0, CELL)

    clusters = {
        frozenset(map(tuple, np.argwhere(number == one).tolist()))
        for one in np.unique(number[land])
    }
    assert clusters == islands(land)
    assert (number[~land] == 0).all()


def test_a_gap_joins_land_up_to_its_width() -> None:
    land = np.array([[True, False, False, True, False, False, False, True]])

    number = connected(land, 2_000, CELL)

    assert number[0, 0] == number[0, 3] != number[0, 7]


@given(MAPS, st.integers(1, 5), st.floats(1, 12), st.floats(1, 40))
def test_sites_share_no_land_and_keep_their_bounds(land, most, least, largest) -> None:
    options = PotentialOptions(max_sites_per_district=most, min_site_area_km2=least, site_gap_m=0)

    sites = part_land(plots(land), largest_km2=largest, options=options)

    taken = np.concatenate([*sites, np.zeros(0, int)])
    assert len(set(taken)) == len(taken)
    assert len(sites) <= most
    clusters = [island for island in islands(land) if len(island) >= least]
    if len(clusters) <= most:
        assert len(taken) == sum(map(len, clusters))
    else:
        assert sites
    if 1 <= len(sites) < most:
        assert max(map(len, sites)) <= max(largest, 2 * least) + 2


def test_the_least_number_of_sites_is_reached_by_joining_not_by_losing_land() -> None:
    land = np.zeros((3, 30), bool)
    land[:, ::3] = True
    options = PotentialOptions(max_sites_per_district=2, min_site_area_km2=3, site_gap_m=0)

    sites = part_land(plots(land), largest_km2=1e9, options=options)

    assert len(sites) <= 2
    assert sum(map(len, sites)) == land.sum()


def test_a_cut_parts_good_land_from_poor() -> None:
    land = np.ones((6, 10), bool)
    hours = np.repeat([[2_000.0], [1_000.0]], 3, axis=0) * np.ones(10)
    options = PotentialOptions(min_site_area_km2=1, max_sites_per_district=2, site_gap_m=0)

    best, rest = part_land(plots(land, hours), largest_km2=30, options=options)

    assert sorted(best) == list(range(30))
    assert sorted(rest) == list(range(30, 60))


def test_no_land_makes_no_site() -> None:
    empty = plots(np.zeros((3, 3), bool))

    assert part_land(empty, largest_km2=1, options=PotentialOptions()) == []
