"""Least cost over a raster: against scipy's Dijkstra, and invariants."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from bunyad.connect.spread import cost_distance, nearest_cells, nearest_source, path_to
from bunyad.connect.spread import field as spreading
from bunyad.connect.spread import kernels as k
from bunyad.errors import InputError


def slow_distance(cost, cell_m, sources):
    """Dijkstra on the graph of all steps, written out."""
    height, width = cost.shape
    passable = np.isfinite(cost) & (cost > 0)
    number = np.arange(cost.size).reshape(cost.shape)
    starts, ends, weights = [], [], []
    for row, column in zip(k.ROW, k.COLUMN):
        here = (
            slice(max(0, -row), height - max(0, row)),
            slice(max(0, -column), width - max(0, column)),
        )
        there = (
            slice(max(0, row), height - max(0, -row)),
            slice(max(0, column), width - max(0, -column)),
        )
        both = passable[here] & passable[there]
        starts.append(number[here][both])
        ends.append(number[there][both])
        mean = (cost[here][both].astype(float) + cost[there][both]) / 2
        weights.append(cell_m * np.hypot(row, column) * mean)
    graph = coo_matrix(
        (np.concatenate(weights), (np.concatenate(starts), np.concatenate(ends))), (cost.size,) * 2
    ).tocsr()
    indices = [row * width + column for row, column in sources]
    return dijkstra(graph, indices=indices, min_only=True).reshape(cost.shape)


def rough_land(seed, shape, spread=1.0):
    rng = np.random.default_rng(seed)
    cost = np.exp(rng.normal(0, spread, shape))
    cost[rng.random(shape) < 0.15] = np.inf
    cost[rng.random(shape) < 0.05] = np.nan
    cost[rng.random(shape) < 0.05] = -1
    return cost


@given(
    st.integers(0, 10**6),
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(1, 4),
    st.floats(0.01, 6),
)
def test_distances_equal_those_of_dijkstra(seed, height, width, count, spread):
    rng = np.random.default_rng(seed)
    cost = rough_land(seed, (height, width), spread)
    sources = np.column_stack([rng.integers(0, height, count), rng.integers(0, width, count)])
    cost[sources[:, 0], sources[:, 1]] = 1.0

    field = cost_distance(cost, cell_m=30, sources=sources)

    np.testing.assert_allclose(field.distance, slow_distance(cost, 30, sources), rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("spread", [0.5, 4.0])
def test_land_of_many_tiles_is_equal_for_any_number_of_workers(dtype, spread):
    cost = rough_land(3, (700, 600), spread).astype(dtype)
    sources = np.array([[5, 5], [690, 300]])
    cost[sources[:, 0], sources[:, 1]] = 1.0

    fields = [cost_distance(cost, cell_m=100, sources=sources, workers=n) for n in (1, 2, 3)]

    for field in fields[1:]:
        np.testing.assert_array_equal(field.distance, fields[0].distance)
        np.testing.assert_array_equal(field.direction, fields[0].direction)
    np.testing.assert_allclose(fields[0].distance, slow_distance(cost, 100, sources), rtol=1e-9)


def test_a_wall_of_dear_cells_waits_in_the_last_bucket_and_is_crossed_in_the_end():
    cost = np.ones((60, 60))
    cost[:, 30] = 1e6

    field = cost_distance(cost, cell_m=1, sources=np.array([[0, 0]]))

    np.testing.assert_allclose(field.distance, slow_distance(cost, 1, [(0, 0)]), rtol=1e-9)


def test_costs_of_many_magnitudes_take_few_rounds(monkeypatch):
    crew, rounds = spreading._Crew, []
    end_round = crew.end_round
    monkeypatch.setattr(crew, "end_round", lambda *of: (rounds.append(1), end_round(*of)))
    cost = rough_land(4, (40, 40), 6.0)
    cost[0, 0] = 1.0

    found = cost_distance(cost, cell_m=30, sources=np.array([[0, 0]]))

    np.testing.assert_allclose(found.distance, slow_distance(cost, 30, [(0, 0)]), rtol=1e-9)
    assert len(rounds) < 500  # a way through all buckets between takes 200,000


def test_a_full_queue_or_mailbox_ends_the_round_and_loses_nothing(monkeypatch):
    monkeypatch.setattr("bunyad.connect.spread.field.ROOM", 16)
    cost = rough_land(8, (300, 520), 2.0)
    cost[150, 250] = 1.0

    field = cost_distance(cost, cell_m=1, sources=np.array([[150, 250]]))

    np.testing.assert_allclose(field.distance, slow_distance(cost, 1, [(150, 250)]), rtol=1e-9)


@given(st.integers(0, 10**6))
def test_the_way_to_a_cell_costs_what_the_field_says(seed):
    rng = np.random.default_rng(seed)
    cost = rough_land(seed, (25, 30))
    sources = np.array([[3, 4], [20, 25]])
    cost[sources[:, 0], sources[:, 1]] = 1.0
    field = cost_distance(cost, cell_m=10, sources=sources)
    cell = (int(rng.integers(25)), int(rng.integers(30)))

    way = path_to(field, cell)

    if np.isinf(field.distance[cell]):
        assert len(way) == 0
        assert nearest_source(field)[cell] == -1
        return
    here, there = cost[way[:-1, 0], way[:-1, 1]], cost[way[1:, 0], way[1:, 1]]
    length = 10 * np.hypot(*np.diff(way, axis=0).T)
    assert np.isclose(np.sum(length * (here + there) / 2), field.distance[cell])
    assert way[0].tolist() == sources[nearest_source(field)[cell]].tolist()
    assert tuple(way[-1]) == cell


@given(st.integers(0, 10**6))
def test_mirrored_land_gives_mirrored_distances(seed):
    cost = rough_land(seed, (20, 31))
    cost[7, 9] = 1.0
    field = cost_distance(cost, cell_m=1, sources=np.array([[7, 9]]))
    mirrored = cost_distance(cost[:, ::-1], cell_m=1, sources=np.array([[7, 21]]))

    np.testing.assert_array_equal(mirrored.distance[:, ::-1], field.distance)


def test_of_two_sources_in_one_cell_the_first_counts():
    field = cost_distance(np.ones((3, 3)), cell_m=1, sources=np.array([[1, 1], [1, 1]]))

    assert np.all(nearest_source(field) == 0)


def test_nearest_places_come_in_order_and_without_those_that_cannot_be_reached():
    cost = np.ones((5, 9))
    cost[:, 6] = np.inf
    places = np.array([[0, 8], [0, 5], [0, 1], [0, 3]])

    order, distance = nearest_cells(cost, cell_m=2, source=(0, 0), places=places, count=4)

    assert order.tolist() == [2, 3, 1]
    assert distance.tolist() == [2.0, 6.0, 10.0]


@pytest.mark.parametrize(
    ("cost", "sources", "text"),
    [
        (np.ones((3, 3)), [[3, 0]], "outside of the raster"),
        (np.array([[1.0, np.inf]]), [[0, 1]], "impassable"),
        (np.array([[1.0, 0.0]]), [[0, 0]], "costs nothing"),
        (np.array([[1.0, 0.0, -1.0]]), [[0, 0]], "costs nothing"),
        (np.full((2, 2), np.nan), [[0, 0]], "impassable"),
        (np.ones((1, 70_000)), [[0, 0]], "shape"),
        (np.ones((2, 2)), np.empty((0, 2)), "there is none"),
    ],
)  # fmt: skip
def test_bad_input_is_told(cost, sources, text):
    with pytest.raises(InputError, match=text):
        cost_distance(cost, cell_m=1, sources=np.array(sources, np.int64))


def test_whole_numbers_are_costs_too_and_a_cell_needs_a_side():
    field = cost_distance(np.ones((2, 2), int), cell_m=1, sources=np.array([[0, 0]]))
    assert field.distance[1, 1] == pytest.approx(np.sqrt(2))
    with pytest.raises(InputError, match="side above zero"):
        cost_distance(np.ones((2, 2)), cell_m=0, sources=np.array([[0, 0]]))
