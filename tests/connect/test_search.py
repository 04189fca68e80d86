"""Paths and trees, held against networkx on steps that are enumerated one by one."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lands import CELL, OPTIONS, graph_of, hills, land, network_twin, standard

from bunyad.connect.search import (
    build_graph,
    find_links,
    find_path,
    find_tree,
    nearest_terminals,
    trace_path,
)
from bunyad.connect.standards import allow_steps, cost_steps
from bunyad.connect.steps import survey_steps


@pytest.mark.parametrize("name", ["two-lane", "four-lane", "railway"])
@settings(max_examples=3)
@given(seed=st.integers(0, 10_000))
def test_paths_are_as_cheap_as_those_of_networkx(name: str, seed: int) -> None:
    ground = land(hills(seed, 9, 10, relief=120))
    graph = graph_of(ground, name)
    net = network_twin(ground, standard(name))

    expected = nx.single_source_dijkstra_path_length(net, 0)

    for end in range(1, ground.count, 7):
        path = find_path(graph, 0, end)
        assert (path is None) == (end not in expected)
        if path is not None:
            assert path[0] == 0
            assert path[-1] == end
            assert np.isclose(trace_path(graph, path).cost_usd.sum(), expected[end], rtol=1e-4)


@settings(max_examples=5)
@given(st.integers(0, 10_000))
def test_the_tree_weighs_as_much_as_the_spanning_tree_of_all_distances(seed: int) -> None:
    ground = land(hills(seed, relief=60))
    graph = graph_of(ground, "two-lane")
    terminals = np.random.default_rng(seed).choice(ground.count, 7, replace=False)
    everything = nx.Graph()
    for a, b in combinations(range(7), 2):
        path = find_path(graph, terminals[a], terminals[b])
        everything.add_edge(a, b, weight=trace_path(graph, path).cost_usd.sum())

    tree = find_tree(graph, terminals)

    expected = nx.minimum_spanning_tree(everything).size(weight="weight")
    found = sum(trace_path(graph, nodes).cost_usd.sum() for _, nodes in tree)
    assert np.isclose(found, expected, rtol=1e-9)
    assert nx.is_tree(nx.Graph([pair for pair, _ in tree]))
    for (a, b), nodes in tree:
        assert (nodes[0], nodes[-1]) == (terminals[a], terminals[b])


def test_links_come_lightest_first_and_once_for_each_pair() -> None:
    ground = land(hills(1, relief=60))
    terminals = np.array([0, 13, 80, 150, 167])

    links = find_links(graph_of(ground, "two-lane"), terminals)

    weights = [weight for _, weight, _ in links]
    assert weights == sorted(weights)
    assert len({pair for pair, _, _ in links}) == len(links)


def test_each_node_belongs_to_the_terminal_that_is_least_weight_away() -> None:
    usable = np.ones((5, 9), bool)
    usable[0, 8] = usable[0, 7] = True
    ground = land(np.zeros((5, 9)), usable=usable)

    cells = nearest_terminals(graph_of(ground, "two-lane"), np.array([0, 8]))

    assert cells.reshape(5, 9)[:, :4].max() == 0
    assert cells.reshape(5, 9)[:, 5:].min() == 1


def test_nodes_that_nothing_leads_to_belong_to_no_terminal() -> None:
    usable = np.ones((4, 16), bool)
    usable[:, 5:12] = False
    ground = land(np.zeros((4, 16)), usable=usable)
    graph = graph_of(ground, "two-lane")

    assert nearest_terminals(graph, np.array([0]))[-1] == -1
    assert find_path(graph, 0, ground.count - 1) is None
    assert find_tree(graph, np.array([0, ground.count - 1])) == []


@pytest.mark.parametrize(("reach", "error"), [(1, 1.0824), (2, 1.0275), (3, 1.0131)])
def test_on_flat_land_a_route_is_the_straight_line_within_the_error_of_the_headings(
    reach: int, error: float
) -> None:
    ground = land(np.zeros((40, 40)))
    options = OPTIONS.model_copy(update={"heading_reach_cells": reach})
    graph = graph_of(ground, "two-lane", options)

    for end in (39, 25 * 40 + 11, 17 * 40 + 38, 39 * 40 + 39, 7 * 40 + 22):
        length = trace_path(graph, find_path(graph, 0, end)).length_m.sum()
        straight = CELL * np.hypot(end // 40, end % 40)
        assert straight * (1 - 1e-9) <= length <= straight * error


def test_on_flat_land_no_long_step_is_needed() -> None:
    ground = land(np.zeros((15, 15)))

    graph = graph_of(ground, "four-lane")

    assert np.isfinite(graph.weight[graph.steps.multiple > 1]).sum() == 0


@settings(max_examples=5)
@given(st.integers(0, 10_000))
def test_leaving_out_matched_steps_changes_no_distance(seed: int) -> None:
    ground = land(hills(seed, relief=90))
    options = OPTIONS.model_copy(update={"max_structure_km": 1.5})
    steps = survey_steps(ground, longest_m=5_000, options=options)
    cost = cost_steps(steps, standard("four-lane"), options=OPTIONS)
    weight = np.where(allow_steps(steps, standard("four-lane")), cost, np.inf)
    heading, start = np.nonzero(np.isfinite(weight))
    net = nx.Graph()
    net.add_weighted_edges_from(
        zip(start, steps.target[heading, start], weight[heading, start], strict=True)
    )

    graph = build_graph(steps, cost_usd=cost, weight=weight)

    expected = nx.single_source_dijkstra_path_length(net, 0)
    for end in range(1, ground.count, 9):
        path = find_path(graph, 0, end)
        assert (path is None) == (end not in expected)
        if path is not None:
            assert np.isclose(trace_path(graph, path).cost_usd.sum(), expected[end], rtol=1e-7)
    assert np.isfinite(graph.weight).sum() < np.isfinite(weight).sum()


def test_a_part_of_a_trace_has_its_own_sums() -> None:
    ground = land(hills(5, relief=60))
    graph = graph_of(ground, "two-lane")
    trace = trace_path(graph, find_path(graph, 0, ground.count - 1))

    one, other = trace.part(0, 3), trace.part(3, len(trace.nodes) - 1)

    assert one.nodes[-1] == other.nodes[0]
    assert np.isclose(one.cost_usd.sum() + other.cost_usd.sum(), trace.cost_usd.sum())
    assert np.isclose(trace.rise_m.sum(), ground.elevation_m.flat[-1] - ground.elevation_m.flat[0])


def test_the_way_back_costs_the_same_and_climbs_what_the_way_there_falls() -> None:
    graph = graph_of(land(hills(6, relief=60)), "two-lane")
    path = find_path(graph, 0, 150)

    there, back = trace_path(graph, path), trace_path(graph, path[::-1])

    assert np.isclose(there.cost_usd.sum(), back.cost_usd.sum())
    np.testing.assert_allclose(there.rise_m, -back.rise_m[::-1])
