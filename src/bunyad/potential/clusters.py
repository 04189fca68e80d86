"""Clusters: eligible land joined where it hangs together, and cut where it is too large."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Flags, Floats, Ints

DIRECTIONS = np.array([(1, 0), (0, 1), (1, 1), (1, -1)])
"""Directions across which land is cut: column and row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plots:
    """Pieces of eligible land, one value a piece."""

    row: Ints
    column: Ints
    area_km2: Floats
    hours: Floats
    """Full-load hours [h/a]."""
    size_m: tuple[float, float]
    """Width and height of a cell [m]."""


def part_land(plots: Plots, *, largest_km2: float, options: PotentialOptions) -> list[Ints]:
    """
    Part land into sites: what hangs together is one, cut in two where it is too large.

    Pieces with empty land between them up to a width hang together. While there are more
    clusters than the most sites, that width is doubled. Clusters smaller than the least site
    are left out. Clusters are then cut, the largest first, while sites are larger than the
    largest and fewer than the most; so a site may be larger where few are allowed.

    Parameters
    ----------
    plots
        The pieces of land.
    largest_km2
        Land of the largest site, unless there would be too many [km²].
    options
        Least area of a site, most sites, and width of the land between pieces of one.

    Returns
    -------
    list
        Indices of the pieces of each site, the site with the highest yield first.

    Examples
    --------
    >>> options = PotentialOptions(min_site_area_km2=2, site_gap_m=0)
    >>> row, column = np.zeros(6, int), np.array([0, 1, 2, 5, 6, 9])
    >>> plots = Plots(row=row, column=column, area_km2=np.ones(6), hours=np.arange(6.0),
    ...               size_m=(1000, 1000))
    >>> part_land(plots, largest_km2=9, options=options)
    [array([3, 4]), array([0, 1, 2])]
    """
    clusters = _clusters(plots, options)
    areas = [float(plots.area_km2[cluster].sum()) for cluster in clusters]
    most = [int(area / options.min_site_area_km2) for area in areas]
    counts = [1] * len(clusters)
    while sum(counts) < options.max_sites_per_district:
        size = [
            area / count if count < limit else 0.0
            for area, count, limit in zip(areas, counts, most, strict=True)
        ]
        if max(size, default=0.0) <= largest_km2:
            break
        counts[int(np.argmax(size))] += 1
    sites = [
        site
        for cluster, count in zip(clusters, counts, strict=True)
        for site in _cut(plots, cluster, count)
    ]
    return sorted(sites, key=lambda site: -_mean_hours(plots, site))


def connected(occupied: Flags, gap_m: float, size_m: tuple[float, float]) -> Ints:
    """
    Number the land of a grid that hangs together, from 1; 0 is land of no number.

    Cells hang together where they touch by a side or a corner, or where less than the gap
    lies between them.

    Parameters
    ----------
    occupied
        Whether each cell holds land.
    gap_m
        Width of empty land that does not part a cluster [m].
    size_m
        Width and height of a cell [m].
    """
    width, height = size_m
    distance = ndimage.distance_transform_edt(~occupied, sampling=(height, width))
    numbers, _ = ndimage.label(distance <= gap_m / 2, structure=np.ones((3, 3)))
    return np.where(occupied, numbers, 0).astype(np.int64)


def _clusters(plots: Plots, options: PotentialOptions) -> list[Ints]:
    """Return the indices of the pieces of each cluster that is large enough for a site."""
    if not plots.row.size:
        return []
    row, column = plots.row - plots.row.min(), plots.column - plots.column.min()
    occupied = np.zeros((row.max() + 1, column.max() + 1), dtype=bool)
    occupied[row, column] = True
    gap_m = options.site_gap_m
    while True:
        number = connected(occupied, gap_m, plots.size_m)[row, column]
        areas = np.bincount(number, weights=plots.area_km2)
        kept = np.flatnonzero(areas >= options.min_site_area_km2)
        if len(kept) <= options.max_sites_per_district:
            return [np.flatnonzero(number == one) for one in kept if one > 0]
        gap_m = 2 * max(gap_m, *plots.size_m)


def _cut(plots: Plots, site: Ints, count: int) -> list[Ints]:
    """
    Cut a site into so many of nearly equal area, each time in two by a straight line.

    Of the four directions it takes the one that parts good land from poor the most.
    """
    if count == 1 or len(site) == 1:
        return [site]
    first = count // 2
    area = plots.area_km2[site]
    best: tuple[float, Ints, Ints] | None = None
    for along in DIRECTIONS @ np.array([plots.column[site], plots.row[site]]):
        order = np.argsort(along, kind="stable")
        filled = np.cumsum(area[order])
        place = int(np.searchsorted(filled, filled[-1] * first / count)) + 1
        place = min(max(place, 1), len(site) - 1)
        near, far = site[order[:place]], site[order[place:]]
        contrast = abs(_mean_hours(plots, near) - _mean_hours(plots, far))
        if best is None or contrast > best[0]:
            best = (contrast, near, far)
    assert best is not None
    return _cut(plots, np.sort(best[1]), first) + _cut(plots, np.sort(best[2]), count - first)


def _mean_hours(plots: Plots, site: Ints) -> float:
    """Return the mean full-load hours of some pieces [h/a]."""
    return float(np.average(plots.hours[site], weights=plots.area_km2[site]))
