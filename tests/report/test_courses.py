"""Straights, arcs and gradients of an alignment."""

from itertools import pairwise

import numpy as np
import pytest
from export_lines import RADIUS, sample_line
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.connect.alignment import Alignment
from bunyad.report.courses import split_courses, split_grades, split_structures

ARC = RADIUS * np.pi / 2


@pytest.mark.parametrize("turn", [1, -1])
def test_a_staked_bend_is_one_arc_between_two_straights(turn: int) -> None:
    straight, arc, last = split_courses(sample_line(turn=turn))

    assert [straight.length_m, arc.length_m, last.length_m] == pytest.approx([1_000, ARC, 600])
    assert arc.radius_m == pytest.approx(turn * RADIUS)
    assert last.direction == pytest.approx(turn * np.pi / 2)
    assert straight.radius_m == last.radius_m == 0


def test_gradients_change_where_the_heights_do() -> None:
    grades = split_grades(sample_line())

    assert grades[0].gradient == pytest.approx(1 / 20)
    assert grades[0].length_m == pytest.approx(980)
    assert all(grade.gradient < 0 for grade in grades[2:])


def test_bridges_and_tunnels_are_told_apart() -> None:
    kinds = [(stretch.kind, stretch.station_m) for stretch in split_structures(sample_line())]

    assert [kind for kind, _ in kinds] == ["open", "bridge", "open", "tunnel"]
    assert kinds[1][1] == pytest.approx(600)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(2, 60))
def test_courses_join_and_pass_every_point(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    line = sample_line()
    turns = np.repeat(rng.normal(0, 0.1, count), rng.integers(1, 8, count))
    heading = np.cumsum(turns)
    points = np.cumsum(
        np.column_stack([15 * np.cos(heading), 15 * np.sin(heading), rng.normal(0, 1, len(turns))]),
        axis=0,
    )
    bent = np.vstack([np.zeros(3), points])
    pieces = len(turns)
    made = Alignment(
        points_m=bent, ground_m=bent[:, 2], structure=np.zeros(pieces, np.int8),
        cut_m3=np.zeros(pieces), fill_m3=np.zeros(pieces), cost_usd=np.zeros(pieces), haul_usd=0,
        design=line.design,
    )  # fmt: skip

    courses = split_courses(made)

    assert courses[0].start_m == (0, 0)
    assert courses[-1].end_m == tuple(bent[-1, :2])
    for one, other in pairwise(courses):
        assert one.end_m == other.start_m
        assert one.station_m + one.length_m == pytest.approx(other.station_m)
    nearest = np.min([_distance(course, bent[:, :2]) for course in courses], axis=0)
    assert nearest.max() <= 0.0101
    ends = [(grade.station_m, grade.height_m) for grade in split_grades(made)]
    assert ends[0] == (0, 0)
    assert len(ends) <= pieces


def _distance(course, points):
    """Return how far points lie from a course, or from its circle."""
    if course.centre_m is not None:
        return np.abs(np.hypot(*(points - course.centre_m).T) - abs(course.radius_m))
    start, end = np.array(course.start_m), np.array(course.end_m)
    along = (end - start) / np.hypot(*(end - start))
    part = np.clip((points - start) @ along, 0, np.hypot(*(end - start)))
    return np.hypot(*(points - start - part[:, None] * along).T)
