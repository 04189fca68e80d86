"""Take an alignment apart into what engineers' files hold: straights, arcs and gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.alignment.model import BRIDGE, OPEN, TUNNEL, Alignment

OFFSET_M = 0.01
"""How far a straight, an arc or a gradient may pass from the line's points."""
ARC_PIECES = 3
"""Fewest pieces of an arc: with fewer, any bend of a straight-sided line would be one."""
STRUCTURES = {OPEN: "open", BRIDGE: "bridge", TUNNEL: "tunnel"}
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A straight or an arc of the line as seen from above."""

    start_m: tuple[float, float]
    """Easting and northing."""
    end_m: tuple[float, float]
    station_m: float
    """Distance of its start from the start of the line, along the courses."""
    length_m: float
    direction: float
    """Direction at its start, anticlockwise from the east [rad]."""
    radius_m: float
    """Positive in a left bend, negative in a right one, 0 on a straight."""
    centre_m: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A stretch of constant gradient."""

    station_m: float
    length_m: float
    """As seen from above."""
    height_m: float
    """At its start."""
    gradient: float
    """Rise over run, negative downhill [-]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch in the open, on a bridge or in a tunnel."""

    kind: str
    station_m: float
    length_m: float


def split_courses(line: Alignment) -> list[Course]:
    """
    Split a line into straights and arcs that pass its points by no more than a centimetre.

    Each course reaches as far as it can.
    """
    points = np.asarray(line.points_m[:, :2], np.float64)
    courses: list[Course] = []
    station = 0.0
    for first, last, is_arc in _cut(points):
        course = _course(points[first : last + 1], is_arc=is_arc, station_m=station)
        courses.append(course)
        station += course.length_m
    return courses


def split_grades(line: Alignment) -> list[Grade]:
    """Split the profile into gradients that pass its heights by no more than a centimetre."""
    profile = np.column_stack([_stations(line), line.points_m[:, 2]])
    grades, first = [], 0
    while first < len(profile) - 1:
        last = _reach(profile, first, 1, _off_straight)
        run, rise = profile[last] - profile[first]
        grades.append(Grade(
            station_m=float(profile[first, 0]), length_m=float(run),
            height_m=float(profile[first, 1]), gradient=float(rise / run),
        ))  # fmt: skip
        first = last
    return grades


def split_structures(line: Alignment) -> list[Stretch]:
    """Split a line where bridges and tunnels begin and end."""
    station = _stations(line)
    starts = np.r_[0, np.flatnonzero(np.diff(line.structure)) + 1, len(line.structure)]
    return [
        Stretch(
            kind=STRUCTURES[int(line.structure[first])],
            station_m=float(station[first]),
            length_m=float(station[last] - station[first]),
        )
        for first, last in pairwise(starts.tolist())
    ]


def _stations(line: Alignment) -> NDArray[np.float64]:
    """Return the stations of the line's points, measured along its courses."""
    points = np.asarray(line.points_m[:, :2], np.float64)
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    nodes = [0, *(last for _, last, _ in _cut(points))]
    measured = np.cumsum([0.0, *(course.length_m for course in split_courses(line))])
    return np.asarray(np.interp(along, along[nodes], measured))


def _cut(points: Points) -> list[tuple[int, int, bool]]:
    """Return the first and last point of each course, and whether it is an arc."""
    cuts, first = [], 0
    while first < len(points) - 1:
        straight = _reach(points, first, 1, _off_straight)
        arc = _reach(points, first, ARC_PIECES, _off_arc)
        cuts.append((first, max(straight, arc), arc > straight))
        first = max(straight, arc)
    return cuts


def _reach(points: Points, first: int, least: int, off: Callable[[Points], float]) -> int:
    """
    Return the last point that a course from `first` can reach, by doubling and halving.

    It is `first` itself if a course of `least` pieces is not within reach.
    """
    good, bad, stride = first, len(points), least
    while good + 1 < bad:
        tried = first + stride if bad == len(points) else (good + bad) // 2
        tried = min(max(tried, first + least), bad - 1)
        if tried <= good or tried < first + least or off(points[first : tried + 1]) > OFFSET_M:
            bad = tried
        else:
            good, stride = tried, 2 * stride
    return good


def _off_straight(points: Points) -> float:
    """Return how far points lie from the straight between the first and the last."""
    along = points[-1] - points[0]
    off = points - points[0]
    length = np.hypot(*along)
    if length <= 0:
        return np.inf
    return float(np.abs(off[:, 0] * along[1] - off[:, 1] * along[0]).max() / length)


def _off_arc(points: Points) -> float:
    """Return how far points lie from the circle through the first, middle and last."""
    centre = _centre(points[[0, len(points) // 2, -1]])
    if centre is None:
        return np.inf
    radii = np.hypot(*(points - centre).T)
    return float(np.abs(radii - radii[0]).max())


def _centre(three: Points) -> Points | None:
    """Return the centre of the circle through three points; none if they lie on a straight."""
    (ax, ay), (bx, by) = three[1] - three[0], three[2] - three[0]
    cross = 2 * (ax * by - ay * bx)
    if abs(cross) <= np.finfo(float).eps * (ax * ax + ay * ay + bx * bx + by * by):
        return None
    a, b = ax * ax + ay * ay, bx * bx + by * by
    offset = np.array([by * a - ay * b, ax * b - bx * a]) / cross
    return np.asarray(three[0] + offset)


def _course(points: Points, *, is_arc: bool, station_m: float) -> Course:
    """Return the course from the first point to the last."""
    start, end = points[0], points[-1]
    centre = _centre(points[[0, len(points) // 2, -1]]) if is_arc else None
    chord = end - start
    length, direction, radius = float(np.hypot(*chord)), float(np.arctan2(*chord[::-1])), 0.0
    if centre is not None:
        angles = np.unwrap(np.arctan2(*(points - centre).T[::-1]))
        turn = float(angles[-1] - angles[0])
        radius = float(np.copysign(np.hypot(*(start - centre)), turn))
        length = abs(radius * turn)
        direction = float(angles[0] + np.copysign(np.pi / 2, turn))
    return Course(
        start_m=(float(start[0]), float(start[1])), end_m=(float(end[0]), float(end[1])),
        station_m=station_m, length_m=length, direction=direction, radius_m=radius,
        centre_m=None if centre is None else (float(centre[0]), float(centre[1])),
    )  # fmt: skip
