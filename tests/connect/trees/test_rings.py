"""Rings, budgets, hubs and trees over terrain: against brute force and invariants."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.connect.spread import cost_distance
from bunyad.connect.trees import (
    neighbour_links,
    network_within_budget,
    place_hubs,
    ring_network,
    shared_corridor_cost,
    steiner_tree,
    terrain_steiner,
)
from bunyad.errors import InfeasibleError, InputError


def ring_problem(seed, places, extra):
    rng = np.random.default_rng(seed)
    order = rng.permutation(places)
    links = np.concatenate(
        [np.column_stack([order, np.roll(order, 1)]), rng.integers(0, places, (extra, 2))]
    )
    return links, rng.integers(1, 20, len(links)).astype(float)


def cheapest_ring(links, costs):
    """The cheapest of all choices of links that hold when one fails."""
    best = np.inf
    places = links.max() + 1
    for size in range(places, len(links) + 1):
        for chosen in combinations(range(len(links)), size):
            if costs[list(chosen)].sum() < best:
                graph = nx.MultiGraph()
                graph.add_nodes_from(range(places))
                graph.add_edges_from(links[list(chosen)].tolist())
                if nx.is_connected(graph) and not list(nx.bridges(graph)):
                    best = costs[list(chosen)].sum()
    return best


@given(st.integers(0, 10**6), st.integers(3, 6), st.integers(0, 6))
@settings(max_examples=25)
def test_rings_hold_and_cost_between_the_bound_and_little_more_than_the_best(seed, places, extra):
    links, costs = ring_problem(seed, places, extra)

    ring = ring_network(links, costs)

    graph = nx.MultiGraph(links[ring.chosen].tolist())
    assert len(graph) == places
    assert nx.edge_connectivity(nx.Graph(graph)) >= 1
    assert not list(nx.bridges(graph))
    best = cheapest_ring(links, costs)
    assert ring.bound <= best + 1e-6
    assert best <= ring.cost <= 1.15 * best


def test_a_ring_of_thirty_places_is_near_its_bound():
    rng = np.random.default_rng(2)
    points = rng.random((30, 2))
    links = np.array(
        [
            pair
            for pair in combinations(range(30), 2)
            if np.hypot(*(points[pair[0]] - points[pair[1]])) < 0.4
        ]
    )
    costs = np.hypot(*(points[links[:, 0]] - points[links[:, 1]]).T)

    ring = ring_network(links, costs)

    assert ring.cost <= 1.15 * ring.bound


def test_a_place_on_a_single_link_has_no_ring():
    with pytest.raises(InfeasibleError, match="single link"):
        ring_network(np.array([[0, 1], [1, 2], [2, 0], [2, 3]]), np.ones(4))


def test_two_places_with_two_lines_are_a_ring():
    ring = ring_network(np.array([[0, 1], [0, 1], [0, 1]]), np.array([3.0, 1, 2]))

    assert (ring.chosen.tolist(), ring.cost) == ([1, 2], 3.0)


@given(st.integers(0, 10**6), st.floats(0, 60))
def test_what_is_built_keeps_to_the_budget_and_hangs_together(seed, budget):
    rng = np.random.default_rng(seed)
    links = np.array([(int(rng.integers(place)), place) for place in range(1, 12)])
    costs, people = rng.integers(1, 9, 11).astype(float), rng.integers(0, 99, 12).astype(float)

    chosen = network_within_budget(links, costs, people, root=0, budget=budget)

    assert costs[chosen].sum() <= budget
    graph = nx.Graph(links[chosen].tolist())
    graph.add_node(0)
    assert nx.is_connected(graph)
    if budget >= costs.sum():
        assert len(chosen) == 11


@given(st.integers(0, 10**6), st.integers(1, 3))
@settings(max_examples=20)
def test_hubs_are_the_best_of_all_choices(seed, count):
    rng = np.random.default_rng(seed)
    distance, demand, opening = rng.random((6, 5)), rng.random(6), rng.random(5)

    def cost(sites):
        return opening[sites].sum() + (demand * distance[:, sites].min(axis=1)).sum()

    hubs, serves = place_hubs(distance, demand=demand, opening_cost=opening, count=count)

    best = min(cost(list(sites)) for sites in combinations(range(5), count))
    assert cost(hubs) == pytest.approx(best)
    assert set(serves.tolist()) <= set(hubs.tolist())


def test_hubs_that_reach_nobody_are_no_answer():
    with pytest.raises(InfeasibleError, match="cannot serve"):
        place_hubs(
            np.array([[1.0, np.inf], [np.inf, 1.0]]),
            demand=np.ones(2),
            opening_cost=np.ones(2),
            count=1,
        )


def test_a_share_is_from_0_to_1():
    with pytest.raises(InputError, match="share is 2"):
        shared_corridor_cost(np.ones(2), np.ones(2, bool), share=2)


def rough_terrain(seed, side, count):
    rng = np.random.default_rng(seed)
    cost = np.exp(rng.normal(0, 0.5, (side, side)))
    cost[side // 2, : side // 3] = np.inf
    places = np.column_stack([rng.permutation(side)[:count], rng.permutation(side)[:count]])
    cost[places[:, 0], places[:, 1]] = 1.0
    return cost, places


def test_a_tree_over_terrain_is_no_heavier_than_the_spanning_tree_of_its_links():
    cost, places = rough_terrain(6, 60, 20)

    tree = terrain_steiner(cost, cell_m=100, places=places, effort=20_000_000)

    links, weights = neighbour_links(cost, cell_m=100, places=places)
    spanning = steiner_tree(links, weights, np.arange(20))
    assert tree.bound <= tree.weight <= spanning.weight
    graph = nx.Graph([(tuple(one), tuple(other)) for one, other in tree.steps.tolist()])
    assert nx.is_tree(graph)
    assert {tuple(place) for place in places.tolist()} <= set(graph)


def test_a_tree_of_two_places_is_the_least_cost_way():
    cost, places = rough_terrain(1, 40, 2)

    tree = terrain_steiner(cost, cell_m=30, places=places)

    field = cost_distance(cost, cell_m=30, sources=places[:1])
    assert tree.weight == pytest.approx(field.distance[tuple(places[1])])
    links, weights = neighbour_links(cost, cell_m=30, places=places)
    assert links.tolist() == [[0, 1]]
    assert weights[0] == pytest.approx(tree.weight)
