"""Find ways of power lines, fibre and pipelines between places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry import LineString

from bunyad.connect.steps import half_headings
from bunyad.connect.utilities.designs import design_utility, price_land
from bunyad.connect.utilities.fibres import build_fibre
from bunyad.connect.utilities.kernels_way import find_way, pull_straight
from bunyad.connect.utilities.land import Place, distance_to, from_cells, survey_land, to_cells
from bunyad.connect.utilities.model import (
    FIBRE,
    LINE,
    PIPELINE,
    UTILITY_COSTS,
    UTILITY_ROUTES,
    UTILITY_STATIONS,
    Built,
    Land,
    UtilityDesign,
    UtilityStudy,
)
from bunyad.connect.utilities.pipes import build_pipe
from bunyad.connect.utilities.towers import build_line
from bunyad.connect.utilities.walk import Walk, walk_along
from bunyad.errors import InfeasibleError, InputError
from bunyad.options import ConnectOptions, option_rows
from bunyad.region.model import Region
from bunyad.tables import conform

Array = NDArray[np.float64]
Builder = Callable[[Walk, Land, UtilityDesign, ConnectOptions], Built]
BUILDERS: dict[str, Builder] = {LINE: build_line, FIBRE: build_fibre, PIPELINE: build_pipe}
BEST = "best"


def study_utility(  # noqa: PLR0913 — each is a part of the question
    region: Region,
    *,
    name: str,
    places: Sequence[Place],
    kind: str,
    standard: str = "",
    alternatives: int = 0,
    what_if: Mapping[str, float] | None = None,
    options: ConnectOptions,
) -> UtilityStudy:
    """
    Lay a power line, a fibre or a pipeline through places, and others that run elsewhere.

    Parameters
    ----------
    region
        What is there.
    name
        Identifier of the question in the tables.
    places
        Easting and northing of start, places between and end [m]; water flows in this order.
    kind
        `line`, `fibre` or `pipeline`.
    standard
        `high`, `regional` or `distribution` for a line; nothing for others.
    alternatives
        How many routes that run elsewhere to look for.
    what_if
        Multiples of items of cost, such as 0.7 for `towers` [-].
    options
        Prices and limits.

    Returns
    -------
    UtilityStudy
        Routes, stations and costs by item with their sources.

    Raises
    ------
    InputError
        If a place lies outside of the land, or kind, standard or item is unknown.
    InfeasibleError
        If no way keeps to the limits.

    Examples
    --------
    >>> from bunyad.options import ConnectOptions
    >>> from worlds import small_region
    >>> line = study_utility(small_region(), name="line", kind="line", options=ConnectOptions(),
    ...     places=[(530_000.0, 4_408_000.0), (540_000.0, 4_400_000.0)])
    >>> round(line.routes.length_km.item(), 1)
    12.8
    """
    design = design_utility(kind=kind, standard=standard, what_if=what_if, options=options)
    land = survey_land(region, places=places, options=options)
    spots = [_spot(land, place, number) for number, place in enumerate(places, start=1)]
    price = price_land(land, design, options=options)
    rivers = land.ground.rivers
    found: list[tuple[Walk, Built]] = []
    band = np.zeros(price.shape, np.bool_)
    for _ in range(1 + (options.alternative_tries if alternatives else 0)):
        way = lay_way(land, price, design, spots, options=options)
        walk = walk_along(land.ground, way, spacing_m=options.line_station_m, rivers=rivers)
        line = LineString(walk.points_m[:, :2])
        if not found or _is_elsewhere(line, found, options):
            found.append((walk, BUILDERS[design.kind](walk, land, design, options)))
        if len(found) > alternatives:
            break
        band = _near(land, line, places, options)
        price = np.where(band, price * options.alternative_penalty, price)
    best, *others = found
    others.sort(key=lambda one: one[1].capex_usd)
    return _table(name, design, [best, *others], region.crs)


def lay_way(
    land: Land, price: Array, design: UtilityDesign, spots: Sequence[Array], *,
    options: ConnectOptions,
) -> Array:  # fmt: skip
    """
    Return the points where the cheapest way through spots bends, as rows and columns.

    A search over cells in 32 directions finds the way; the cheapest chain of straight pieces
    between points of it is then taken. Both keep the steepest grade on the ground.

    Raises
    ------
    InfeasibleError
        If there is no way.
    """
    reach = options.heading_reach_cells
    half = np.array([(r, c) for r, c, _ in half_headings(reach_cells=reach, longest_cells=1)])
    moves = np.vstack([half, -half]).astype(np.int64)
    height = np.nan_to_num(land.ground.elevation_m)
    rates = (
        land.ground.cell_m, options.utility_samples_per_cell, design.max_grade,
        design.climb_usd_per_m,
    )  # fmt: skip
    bends = [spots[0][None, :]]
    for start, end in pairwise(spots):
        first, last = (np.rint(spot).astype(np.int64) for spot in (start, end))
        way = find_way(price, height, moves, first, last, *rates)
        if not len(way):
            raise InfeasibleError(
                f"no {design.name} keeps to a grade of {100 * design.max_grade:.0f} % here",
                clashing=("connect.pipe_max_grade_percent", "connect.border_buffer_km"),
                mend="raise one of them, or give another place to go through",
            )
        thin = max(1, int(np.ceil(len(way) / options.utility_pull_points)))
        way = np.vstack([way[:-1:thin], way[-1:]])
        exact = way.copy()
        exact[0], exact[-1] = start, end
        for chain in (exact, way):
            kept = pull_straight(price, height, chain, *rates, design.turn_usd)
            if kept[0]:
                bends.append(chain[kept][1:])
                break
        else:
            bends.append(way[1:])
    return np.vstack(bends)


def _spot(land: Land, place: Place, number: int) -> Array:
    """Return the row and column of a place."""
    spot: Array = to_cells(land.ground, np.array([place], np.float64))[0]
    row, column = np.rint(spot).astype(int)
    rows, columns = land.ground.node.shape
    inside = 0 <= row < rows and 0 <= column < columns
    if not inside or land.ground.node[row, column] < 0:
        raise InputError(
            f"place {number}, {place}, lies outside of the land that routes may use",
            where="places",
            mend="give a place in the region, or raise connect.border_buffer_km",
        )
    return spot


def _is_elsewhere(
    line: LineString, found: Sequence[tuple[Walk, Built]], options: ConnectOptions
) -> bool:
    """Tell whether a line shares little with all found ones."""
    bands = [
        LineString(walk.points_m[:, :2]).buffer(options.alternative_band_m) for walk, _ in found
    ]
    shared = max(line.intersection(band).length / line.length for band in bands)
    return bool(shared <= options.alternative_shared_share)


def _near(
    land: Land, line: LineString, places: Sequence[Place], options: ConnectOptions
) -> NDArray[np.bool_]:
    """Tell which cells lie near a line, but not near the places."""
    near = distance_to(land.ground, [line]) <= options.alternative_band_m
    x, y = from_cells(land.ground, np.argwhere(near).astype(float)).T
    clear = np.ones(len(x), np.bool_)
    for east, north in places:
        clear &= np.hypot(x - east, y - north) > 2 * options.alternative_band_m
    near[near] = clear
    return near


def _table(
    name: str, design: UtilityDesign, found: Sequence[tuple[Walk, Built]], crs: str
) -> UtilityStudy:
    """Put the found routes into tables."""
    known = option_rows("connect")
    rows, stations, costs = [], [], []
    for number, (walk, built) in enumerate(found):
        key = {"id": name, "variant": f"elsewhere-{number}" if number else BEST}
        rows.append({**key, **_facts(design, walk, built)})
        stations.append(built.stations.assign(**key))
        costs += [
            {**key, "item": item.name, "quantity": item.quantity, "unit": item.unit,
             "cost_usd": item.cost_usd, "option": item.option,
             "source": known[item.option.removeprefix("connect.")].source}
            for item in built.items
        ]  # fmt: skip
    routes = gpd.GeoDataFrame(rows, columns=UTILITY_ROUTES.names(), geometry="geometry", crs=crs)
    joined = pd.concat(stations, ignore_index=True)[UTILITY_STATIONS.names()]
    return UtilityStudy(
        routes=conform(routes, UTILITY_ROUTES),
        stations=conform(joined, UTILITY_STATIONS),
        costs=conform(pd.DataFrame(costs, columns=UTILITY_COSTS.names()), UTILITY_COSTS),
    )


def _facts(design: UtilityDesign, walk: Walk, built: Built) -> dict[str, object]:
    """Sum a route up."""
    rise = np.diff(walk.ground_m)
    return {
        "kind": design.kind,
        "standard": design.name,
        "length_km": walk.length_m / 1e3,
        "climb_m": float(rise.clip(0).sum()),
        "max_grade_percent": float(100 * np.abs(rise / np.diff(walk.along_m)).max()),
        "bends": int(walk.is_bend.sum()),
        "towers": built.towers,
        "longest_span_m": built.longest_span_m,
        "pumps": built.pumps,
        "lift_m": built.lift_m,
        "capex_usd": built.capex_usd,
        "power_usd_per_year": built.power_usd_per_year,
        "geometry": LineString(walk.points_m),
    }
