"""River crossings, held against shapely."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from lands import CELL, land
from shapely.geometry import LineString

from bunyad.connect.rivers import count_crossings
from bunyad.connect.steps import half_headings

OFFSETS = np.array([(r, c) for r, c, _ in half_headings(reach_cells=3, longest_cells=4)])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_crossings_are_those_that_shapely_finds(seed: int) -> None:
    random = np.random.default_rng(seed)
    bends = np.array([2_012.3, -2_033.7]) + np.cumsum(random.uniform(-330, 330, (12, 2)), axis=0)
    ground = land(np.zeros((9, 9)), rivers=np.column_stack([bends[:-1], bends[1:]]))

    counts = count_crossings(ground, OFFSETS)

    pieces = [LineString(pair) for pair in itertools.pairwise(bends)]
    for number, (rows, columns) in enumerate(OFFSETS):
        starts = ground.points()
        ends = starts + CELL * np.array([columns, -rows])
        steps = shapely.linestrings(np.stack([starts, ends], axis=1))
        expected = sum(shapely.intersects(steps, piece).astype(int) for piece in pieces)
        np.testing.assert_array_equal(counts[number], expected)


def test_a_crossing_at_a_bend_counts_once() -> None:
    ground = land(np.zeros((3, 3)), rivers=[[250, 0, 250, -500], [250, -500, 250, -1_000]])

    counts = count_crossings(ground, np.array([(0, 1)]))

    assert counts[0].reshape(3, 3)[1].tolist() == [1, 0, 0]


def test_land_without_rivers_has_no_crossings() -> None:
    assert not count_crossings(land(np.zeros((3, 3))), OFFSETS).any()
