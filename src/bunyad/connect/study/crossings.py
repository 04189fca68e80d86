"""Mapped rivers that a line crosses: each asks for a bridge that coarse terrain does not show."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString

from bunyad.connect.alignment import OPEN, Alignment


def count_crossings(line: Alignment, rivers: NDArray[np.float64], *, apart_m: float) -> int:
    """
    Count the rivers that a line crosses on the ground.

    Parameters
    ----------
    line
        The alignment; its viaducts and tunnels cross without a further bridge.
    rivers
        Straight pieces: easting and northing of start and end, a row each [m].
    apart_m
        Crossings nearer to each other along the line are one: maps and terrain do not meet closer
        than this [m].
    """
    if not len(rivers):
        return 0
    path = LineString(line.points_m[:, :2])
    pieces = np.atleast_1d(np.asarray(shapely.linestrings(rivers.reshape(-1, 2, 2))))
    near = shapely.STRtree(pieces).query(path, predicate="intersects")
    points = shapely.extract_unique_points(shapely.intersection(pieces[near], path))
    at = np.sort([path.project(point) for group in points for point in shapely.get_parts(group)])
    along = np.append(0.0, np.hypot(*np.diff(line.points_m[:, :2], axis=0).T).cumsum())
    piece = np.clip(np.searchsorted(along, at, side="right") - 1, 0, len(line.structure) - 1)
    at = at[line.structure[piece] == OPEN]
    return int(len(at) > 0) + int((np.diff(at) > apart_m).sum())
