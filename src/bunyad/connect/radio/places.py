"""Where people need a signal, and where a mast may stand."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter, uniform_filter
from scipy.spatial import cKDTree
from shapely.geometry import LineString

from bunyad.connect.radio.sight import Relief, coordinates
from bunyad.options import ConnectOptions

Array = NDArray[np.float64]
M2_PER_HA = 1e4


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Points that want a signal: parts of settlements and of roads."""

    xy: Array
    """Eastings and northings, a row each [m]."""
    homes: Array
    """Homes that each point stands for; 0 for roads."""
    roads_km: Array
    """Length of road that each point stands for; 0 for homes."""
    place: NDArray[np.int64]
    """Row of the settlement, -1 for roads."""


def spread_demand(
    places: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, *, options: ConnectOptions
) -> Demand:
    """
    Spread each settlement's homes over a disc, and its roads over points.

    The disc has the area that its people need. Its points lie on a sunflower's spiral (Vogel
    1979, Mathematical Biosciences 44), each of which stands for the same area.

    Parameters
    ----------
    places
        Settlements with `people` and `homes`.
    roads
        Lines of the roads.
    options
        Density and spacings.
    """
    xy, homes, place = [np.empty((0, 2))], [np.empty(0)], [np.empty(0)]
    spacing = options.radio_point_spacing_m
    needs = zip(
        places["people"].to_numpy(dtype=float),
        places["homes"].to_numpy(dtype=float),
        coordinates(places),
        strict=True,
    )
    for row, (people, dwellings, centre) in enumerate(needs):
        area = people / options.radio_people_per_ha * M2_PER_HA
        count = max(1, round(area / spacing**2))
        step = np.arange(count)
        radius = np.sqrt(area / np.pi) * np.sqrt((step + 0.5) / count) * (count > 1)
        angle = step * np.pi * (3 - np.sqrt(5))
        offset = np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]
        xy.append(centre + offset)
        homes.append(np.full(count, dwellings / count))
        place.append(np.full(count, row))
    lines = [LineString(shapely.get_coordinates(line)) for line in roads.geometry]
    along = [_points_along(line, options.radio_road_spacing_m) for line in lines]
    on_roads = [points for points, _ in along]
    roads_km = [lengths for _, lengths in along]
    at_home, on_way = sum(map(len, homes)), sum(map(len, roads_km))
    return Demand(
        xy=np.vstack([*xy, *on_roads]),
        homes=np.concatenate([*homes, np.zeros(on_way)]),
        roads_km=np.concatenate([np.zeros(at_home), *roads_km]),
        place=np.concatenate([*place, np.full(on_way, -1)]).astype(np.int64),
    )


def candidate_sites(
    relief: Relief,
    demand: Demand,
    *,
    places: gpd.GeoDataFrame,
    substations: gpd.GeoDataFrame,
    options: ConnectOptions,
) -> gpd.GeoDataFrame:
    """
    Choose where masts may stand: in settlements, at substations, on hilltops and along roads.

    Hilltops take at most their share of the sites, those that rise highest above the land
    around them first, and stand within reach of someone who wants a signal. Quarters of
    settlements and roadsides fill the rest, each time where it is farthest to the next site.

    Parameters
    ----------
    relief
        The land.
    demand
        Who wants a signal.
    places, substations
        Points with `name`.
    options
        Number of sites, shares and distances.

    Returns
    -------
    GeoDataFrame
        Columns `kind`, `name` and `geometry`.
    """
    spots = [
        ("settlement", places["name"].tolist(), coordinates(places)),
        ("substation", substations["name"].tolist(), coordinates(substations)),
    ]
    hills = _hilltops(relief, demand, options)
    spots.append(("hilltop", [""] * len(hills), hills))
    spacing_m = options.radio_site_spacing_km * 1e3
    kept: list[tuple[str, str]] = []
    xy = np.empty((0, 2))
    for kind, names, points in spots:
        for name, point in zip(names, points, strict=True):
            is_apart = not len(xy) or np.hypot(*(xy - point).T).min() >= spacing_m
            if len(kept) < options.radio_sites and (kind == "settlement" or is_apart):
                kept.append((kind, str(name)))
                xy = np.vstack([xy, point])
    for row in _farthest(demand.xy, xy, options.radio_sites - len(kept), spacing_m):
        place = int(demand.place[row])
        kept.append(
            ("quarter", str(places["name"].iloc[place])) if place >= 0 else ("roadside", "")
        )
        xy = np.vstack([xy, demand.xy[row]])
    return gpd.GeoDataFrame(
        {"kind": [kind for kind, _ in kept], "name": [name for _, name in kept]},
        geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]),
        crs=places.crs,
    )


def _farthest(points: Array, taken: Array, count: int, spacing_m: float) -> list[int]:
    """Take points one by one, each time the one farthest from all that are taken."""
    chosen: list[int] = []
    if not len(points):
        return chosen
    away = np.full(len(points), np.inf)
    if len(taken):
        away = np.asarray(cKDTree(taken).query(points)[0], np.float64)
    while len(chosen) < count:
        best = int(np.argmax(away))
        if away[best] < spacing_m:
            break
        chosen.append(best)
        away = np.minimum(away, np.hypot(*(points - points[best]).T))
    return chosen


def _points_along(line: LineString, spacing_m: float) -> tuple[Array, Array]:
    """Return the middles of equal pieces of a line, and the pieces' length [km]."""
    count = max(1, round(line.length / spacing_m))
    middles = (np.arange(count) + 0.5) / count
    points = np.array([line.interpolate(float(part), normalized=True) for part in middles])
    return shapely.get_coordinates(points), np.full(count, line.length / count / 1e3)


def _hilltops(relief: Relief, demand: Demand, options: ConnectOptions) -> Array:
    """Return the tops that rise most above the mean of the land around, highest rise first."""
    reach = 1 + 2 * round(options.radio_hilltop_window_km * 1e3 / relief.cell_m)
    heights = relief.elevation_m
    is_top = (heights == maximum_filter(heights, size=reach, mode="nearest")).ravel()
    rise = (heights - uniform_filter(heights, size=reach, mode="nearest")).ravel()
    tops = relief.centres()[is_top]
    if not len(demand.xy):
        return np.asarray(tops[:0])
    near = cKDTree(demand.xy).query(tops)[0] <= options.radio_hilltop_reach_km * 1e3
    wanted = near & (rise[is_top] >= options.radio_hilltop_rise_m)
    order = np.argsort(-rise[is_top][wanted], kind="stable")
    return np.asarray(
        tops[wanted][order][: int(options.radio_sites * options.radio_hilltop_share)], np.float64
    )
