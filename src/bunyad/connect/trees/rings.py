"""Rings: networks that hold together when any one link fails, and networks within a budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from bunyad.errors import InfeasibleError

TIE = 1e-7
"""Flow below two that counts as two: above the solver's tolerance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingNetwork:
    """Links of which any one may fail, and how far from the cheapest they may be at most."""

    chosen: NDArray[np.int64]
    """Positions of its links."""
    cost: float
    bound: float
    """No such network costs less."""


def ring_network(links: NDArray[np.integer[Any]], costs: NDArray[np.floating[Any]]) -> RingNetwork:
    """
    Choose links so that all places stay joined whichever single link fails.

    A spanning tree gets the links that cover its bridges at the least cost each; then links are
    taken out, dearest first, and exchanged, while all holds. The bound is that of the linear
    programme in which every cut has two links, its cuts found one by one.

    Parameters
    ----------
    links
        Two places each, numbered from 0; all places have one.
    costs
        Cost of each link, not negative.

    Returns
    -------
    RingNetwork
        Links, cost and lower bound.

    Raises
    ------
    InfeasibleError
        If some link cannot be spared even when all are built.

    Examples
    --------
    >>> links = np.array([[0, 1], [1, 2], [2, 3], [3, 0], [0, 2]])
    >>> ring_network(links, np.array([1.0, 1, 1, 1, 1])).chosen.tolist()
    [0, 1, 2, 3]
    """
    pairs = np.asarray(links, np.int64).reshape(-1, 2)
    cost = np.asarray(costs, np.float64)
    everything = set(range(len(pairs)))
    if not _holds(pairs, everything):
        raise InfeasibleError(
            "some place hangs on a single link",
            clashing=["links", "ring"],
            mend="give more links, or ask for no ring",
        )
    starts = [_cover_bridges(pairs, cost), everything]
    bettered = [_exchange(pairs, cost, _thin(pairs, cost, chosen)) for chosen in starts]
    best = min(bettered, key=lambda chosen: (float(cost[sorted(chosen)].sum()), sorted(chosen)))
    total = float(cost[sorted(best)].sum())
    return RingNetwork(
        chosen=np.array(sorted(best), np.int64),
        cost=total,
        bound=min(total, _bound(pairs, cost)),
    )


def network_within_budget(
    links: NDArray[np.integer[Any]],
    costs: NDArray[np.floating[Any]],
    people: NDArray[np.floating[Any]],
    *,
    root: int,
    budget: float,
) -> NDArray[np.int64]:
    """
    Choose the part of a tree around a root that serves many people within a budget.

    Branches are cut, those with the fewest people for their cost first; then what was cut comes
    back where the budget still has room for it.

    Parameters
    ----------
    links
        Links of a tree, two places each.
    costs
        Cost of each link.
    people
        People of each place.
    root
        Place that the network starts from.
    budget
        Most that the links may cost together, in the unit of the costs.

    Returns
    -------
    ndarray
        Positions of the links to build.

    Examples
    --------
    >>> links = np.array([[0, 1], [1, 2], [0, 3]])
    >>> network_within_budget(links, np.array([1.0, 5, 2]), np.array([9.0, 5, 1, 4]),
    ...     root=0, budget=4).tolist()
    [0, 2]
    """
    tree: nx.Graph[int] = nx.Graph()
    tree.add_node(root)
    for position, (one, other) in enumerate(np.asarray(links).tolist()):
        tree.add_edge(one, other, position=position)
    above = dict(nx.bfs_predecessors(tree, root))
    order = list(above)
    link = {place: tree.edges[place, above[place]]["position"] for place in order}
    kept = set(order)
    spent = float(sum(costs[link[place]] for place in order))
    while spent > budget and kept:
        branch_cost, branch_people = _sum_branches(order, above, link, kept, costs, people)
        worst = min(kept, key=lambda place: (branch_people[place] / branch_cost[place], place))
        spent -= branch_cost[worst]
        gone = {worst}
        for place in order:
            if above[place] in gone and place in kept:
                gone.add(place)
        kept -= gone
    while True:
        fits = [
            place
            for place in order
            if place not in kept
            and (above[place] in kept or above[place] == root)
            and spent + costs[link[place]] <= budget
        ]
        if not fits:
            return np.array(sorted(link[place] for place in kept), np.int64)
        best = max(fits, key=lambda place: (people[place] / max(costs[link[place]], TIE), -place))
        kept.add(best)
        spent += float(costs[link[best]])


def _sum_branches(
    order: list[int],
    above: dict[int, int],
    link: dict[int, int],
    kept: set[int],
    costs: NDArray[Any],
    people: NDArray[Any],
) -> tuple[dict[int, float], dict[int, float]]:
    """Sum cost and people of each kept place with all that hangs on it."""
    cost = {place: max(float(costs[link[place]]), TIE) for place in kept}
    served = {place: float(people[place]) for place in kept}
    for place in reversed(order):
        if place in kept and above[place] in kept:
            cost[above[place]] += cost[place]
            served[above[place]] += served[place]
    return cost, served


def _graph(pairs: NDArray[np.int64], chosen: set[int]) -> nx.MultiGraph[int]:
    """Return the graph of some links, between all places."""
    graph: nx.MultiGraph[int] = nx.MultiGraph()
    graph.add_nodes_from(range(int(pairs.max()) + 1))
    graph.add_edges_from((*pairs[position].tolist(), position) for position in sorted(chosen))
    return graph


def _bridges(pairs: NDArray[np.int64], chosen: set[int]) -> list[tuple[int, int]]:
    """List the links that cannot be spared, parallel ones apart."""
    graph: Any = _graph(pairs, chosen)
    return list(nx.bridges(graph))


def _holds(pairs: NDArray[np.int64], chosen: set[int]) -> bool:
    """
    Tell whether all places stay joined whichever link fails.

    A walk goes as deep as it can and notes for each place the earliest one that its branch comes
    back to; a branch that never does hangs on one link (R. E. Tarjan, A note on finding the bridges
    of a graph, Information Processing Letters 2, 1974).
    """
    beside: list[list[tuple[int, int]]] = [[] for _ in range(int(pairs.max()) + 1)]
    for position, (one, other) in zip(chosen, pairs[list(chosen)].tolist(), strict=True):
        beside[one].append((other, position))
        beside[other].append((one, position))
    turn, back = {0: 0}, {0: 0}
    way = [(0, -1, iter(beside[0]))]
    while way:
        place, came_by, links = way[-1]
        for other, position in links:
            if other not in turn:
                turn[other] = back[other] = len(turn)
                way.append((other, position, iter(beside[other])))
                break
            if position != came_by:
                back[place] = min(back[place], turn[other])
        else:
            way.pop()
            if way:
                if back[place] == turn[place]:
                    return False
                back[way[-1][0]] = min(back[way[-1][0]], back[place])
    return len(turn) == len(beside)


def _cover_bridges(pairs: NDArray[np.int64], cost: NDArray[np.float64]) -> set[int]:
    """Add to a spanning tree the links that cover its bridges at the least cost a bridge."""
    graph: Any = _graph(pairs, set(range(len(pairs))))
    for one, other, position in graph.edges(keys=True):
        graph.edges[one, other, position]["weight"] = float(cost[position])
    chosen = {key for _, _, key in nx.minimum_spanning_edges(graph, keys=True, data=False)}
    while bridges := _bridges(pairs, chosen):
        forest: nx.Graph[int] = nx.Graph(bridges)
        part = _parts(pairs, chosen, bridges)
        shrunk: nx.Graph[int] = nx.Graph([(part[one], part[other]) for one, other in forest.edges])
        covers = {
            position: nx.shortest_path_length(shrunk, part[one], part[other])
            for position, (one, other) in enumerate(pairs.tolist())
            if position not in chosen and part[one] != part[other]
        }
        chosen.add(min(covers, key=lambda position: (cost[position] / covers[position], position)))
    return chosen


def _parts(
    pairs: NDArray[np.int64], chosen: set[int], bridges: list[tuple[int, int]]
) -> dict[int, int]:
    """Number the parts of a network that are left when its bridges are taken out."""
    graph = _graph(pairs, chosen)
    graph.remove_edges_from(bridges)
    return {
        place: number
        for number, places in enumerate(nx.connected_components(graph))
        for place in places
    }


def _thin(pairs: NDArray[np.int64], cost: NDArray[np.float64], chosen: set[int]) -> set[int]:
    """Take out the links that can be spared, dearest first."""
    left = set(chosen)
    for position in sorted(chosen, key=lambda position: (-cost[position], position)):
        if _holds(pairs, left - {position}):
            left.remove(position)
    return left


def _exchange(pairs: NDArray[np.int64], cost: NDArray[np.float64], chosen: set[int]) -> set[int]:
    """Put one link in and take out what it spares, while that is cheaper."""
    best, total = chosen, float(cost[sorted(chosen)].sum())
    gained = True
    while gained:
        gained = False
        for position in range(len(pairs)):
            if position in best:
                continue
            other = _thin(pairs, cost, best | {position})
            other_total = float(cost[sorted(other)].sum())
            if other_total < total * (1 - TIE):
                best, total, gained = other, other_total, True
    return best


def _bound(pairs: NDArray[np.int64], cost: NDArray[np.float64]) -> float:
    """Bound the cost from below by the linear programme of the cuts."""
    places = int(pairs.max()) + 1
    rows = [np.any(pairs == place, axis=1) for place in range(places)]
    while True:
        matrix: Any = csr_matrix(-np.array(rows, np.float64))
        found: Any = linprog(cost, A_ub=matrix, b_ub=np.full(len(rows), -2.0), bounds=(0, 1))
        graph: nx.Graph[int] = nx.Graph()
        graph.add_nodes_from(range(places))
        for (one, other), share in zip(pairs.tolist(), found.x.tolist(), strict=True):
            before = graph.get_edge_data(one, other, {"weight": 0.0})["weight"]
            graph.add_edge(one, other, weight=before + share)
        if places < 3:
            return float(found.fun)
        flow, (side, _) = nx.stoer_wagner(graph)
        if flow >= 2 - 1e-6:
            return float(found.fun)
        rows.append(np.isin(pairs, side).sum(axis=1) == 1)
