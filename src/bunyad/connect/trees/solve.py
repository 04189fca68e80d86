"""Steiner trees in graphs: lightest tree that joins given nodes, with a proven bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.trees import (
    kernels,
    kernels_anneal,
    kernels_dual,
    kernels_insert,
    kernels_local,
)
from bunyad.connect.trees.graph import Graph, check_problem, lay_graph, part_graph

DEFAULT_EFFORT = 150_000_000
"""Arcs that may be looked at: some 10 s."""
ANNEAL_EFFORT = 12
"""Arcs of annealing for each of the search's: most changes are refused before a tree is weighed."""
ANNEAL_EDGES = 40_000
"""Edges up to which annealing has time for more than a few changes of each node."""
ANNEAL_GAP = 0.02
"""Gap between tree and bound from which a problem counts as hard enough to anneal."""
PART_PRICE = 2.2
"""Weight of a part too many by the mean edge: it takes about two edges to join one."""
HOT, COLD = 0.3, 0.15
"""First and last temperature of the annealing by the mean edge."""
EXACT_STEPS = 1 << 30
"""Combinations up to which the dynamic programme is quick: some seconds."""
EXACT_CELLS = 1 << 25
"""Table of the dynamic programme, 12 bytes each, up to which it is small."""
TIE = 1e-9
"""Relative difference below which two weights count as equal."""
POOL = 10
"""Trees that are kept to be crossed; assumption: as many as are soon made."""
ROOTS = 8
"""Terminals that the dual ascent starts from at first, one after the other."""
ANEW, CROSS = 1 / 4, 3 / 4
"""Chances: below the first, the dual ascent starts anew; below the second, trees are crossed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteinerTree:
    """A tree that joins the terminals, and how far from the lightest it may be at most."""

    chosen: NDArray[np.int64]
    """Positions of its edges."""
    weight: float
    bound: float
    """No tree weighs less."""

    @property
    def gap(self) -> float:
        """Largest share that a lighter tree could spare, 0 to 1."""
        return 0.0 if self.weight <= self.bound else 1 - self.bound / self.weight


def steiner_tree(
    edges: NDArray[np.integer[Any]],
    weights: NDArray[np.floating[Any]],
    terminals: NDArray[np.integer[Any]],
    *,
    effort: int = DEFAULT_EFFORT,
    seed: int = 0,
) -> SteinerTree:
    """
    Find a light tree that joins given nodes of a graph, by way of others where that pays.

    Few terminals are joined exactly, by dynamic programming. Else dual ascent gives a lower bound
    and a graph of promising arcs; trees that grow in it are bettered by local search, crossed and
    shaken until the effort is spent or the bound is met.

    Parameters
    ----------
    edges
        Two nodes each, numbered from 0.
    weights
        Weight of each edge, not negative.
    terminals
        Nodes to join.
    effort
        Arcs that may be looked at; more makes better trees.
    seed
        Seed of the shaking.

    Returns
    -------
    SteinerTree
        Edges, weight and lower bound.

    Raises
    ------
    InputError
        If a weight is negative or not finite, or there is no terminal.
    InfeasibleError
        If the terminals are not all connected.

    Examples
    --------
    >>> edges = np.array([[0, 1], [1, 2], [2, 0], [0, 3], [1, 3], [2, 3]])
    >>> weights = np.array([10.0, 10, 10, 6, 6, 6])
    >>> tree = steiner_tree(edges, weights, np.array([0, 1, 2]))
    >>> tree.chosen.tolist(), tree.weight, tree.bound
    ([3, 4, 5], 18.0, 18.0)
    """
    whole_edges = np.asarray(edges, np.int64).reshape(-1, 2)
    weight = np.asarray(weights, np.float64)
    ends = np.unique(np.asarray(terminals, np.int64))
    check_problem(whole_edges, weight, ends)
    graph = lay_graph(whole_edges, weight, ends)
    if len(ends) == 1:
        return SteinerTree(chosen=np.empty(0, np.int64), weight=0.0, bound=0.0)
    search = _Search(graph, effort=effort, seed=seed)
    search.run()
    chosen = np.sort(search.best)
    total = float(weight[chosen].sum())
    return SteinerTree(chosen=chosen, weight=total, bound=min(search.bound, total))


class _Search:
    """The best tree and bound so far, and the graph that is left."""

    def __init__(self, graph: Graph, *, effort: int, seed: int) -> None:
        self.graph, self.effort = graph, effort
        self.share = effort // 4
        self.random = np.random.default_rng(seed)
        self.whole_weight = np.zeros(int(graph.edge_of_whole.max(initial=-1)) + 1)
        self.whole_weight[graph.edge_of_whole] = graph.weight
        self.is_whole_number = bool(np.all(graph.weight == np.round(graph.weight)))
        self.best = np.empty(0, np.int64)
        self.weight, self.bound = np.inf, 0.0
        self.pool: list[tuple[float, NDArray[np.int64]]] = []

    @property
    def is_done(self) -> bool:
        """Whether the bound is met or the effort spent."""
        return self.effort <= 0 or self.weight <= self.bound * (1 + TIE)

    def run(self) -> None:
        """Search in the order of what is surest: bound, exact answer, crossing and shaking."""
        if self.solve_exactly():
            return
        self.try_tree(self.graph.weight, self.any_terminal())
        is_joined = True
        for _ in range(min(ROOTS, int(self.graph.is_terminal.sum()))):
            if self.is_done or not is_joined:
                break
            is_joined = self.raise_bound(self.any_terminal(), self.effort // 3)
            if self.solve_exactly():
                return
        self.anneal()
        while not self.is_done:
            lot = self.random.random()
            if is_joined and lot < ANEW:
                is_joined = self.raise_bound(self.any_terminal(), self.effort)
            elif len(self.pool) > 1 and lot < CROSS:
                self.cross()
            else:
                self.shake()

    def any_terminal(self) -> int:
        """Return a terminal by lot."""
        return int(self.random.choice(np.flatnonzero(self.graph.is_terminal)))

    def solve_exactly(self) -> bool:
        """Solve what is left by dynamic programming, if that is little."""
        graph = self.graph
        few = int(graph.is_terminal.sum()) - 1
        nodes = len(graph.is_terminal)
        if 3**few * nodes > EXACT_STEPS or 2**few * nodes > EXACT_CELLS:
            return False
        terminals = np.flatnonzero(graph.is_terminal)
        weight, origin = kernels_insert.best_subtrees(*graph.lay, graph.weight, terminals)
        if weight < self.weight:
            in_tree = kernels_insert.trace_subtrees(graph.edges, origin, terminals[-1])
            self.keep(in_tree)
        self.bound = self.weight
        return True

    def keep(self, in_tree: NDArray[np.bool_]) -> None:
        """Put a tree into the pool, unless it is there or too heavy."""
        chosen = np.sort(self.graph.edge_of_whole[in_tree])
        weight = float(self.whole_weight[chosen].sum())
        if weight < self.weight:
            self.best, self.weight = chosen, weight
        if all(not np.array_equal(chosen, other) for _, other in self.pool):
            self.pool = sorted([*self.pool, (weight, chosen)], key=lambda entry: entry[0])[:POOL]

    def try_tree(self, guide: NDArray[np.float64], first: int) -> None:
        """Grow a tree by guiding weights, better it by the true ones and keep it."""
        graph = self.graph
        joined, looked = kernels.grow_tree(*graph.lay, guide, graph.is_terminal, first)
        self.effort -= looked
        if not joined[graph.is_terminal].all():
            return
        self.better_tree(
            kernels.span_nodes(*graph.lay, graph.weight, graph.is_terminal, joined, first)
        )

    def better_tree(self, in_tree: NDArray[np.bool_]) -> None:
        """Better a tree by local search and keep it."""
        graph = self.graph
        stop = self.effort - self.share
        gained = True
        while gained and self.effort > stop:
            before = float(graph.weight[in_tree].sum())
            self.effort -= kernels_local.better(
                *graph.lay, graph.weight, graph.origin, graph.edges, graph.is_terminal, in_tree,
                self.effort - stop,
            )  # fmt: skip
            _, looked = kernels_insert.insert_nodes(
                *graph.lay, graph.weight, in_tree, self.share // 8
            )
            kernels.prune(*graph.lay, graph.is_terminal, in_tree)
            self.effort -= looked + len(in_tree)
            gained = float(graph.weight[in_tree].sum()) < before * (1 - TIE)
        self.keep(in_tree)

    def raise_bound(self, root: int, effort: int) -> bool:
        """Raise the bound by dual ascent, grow trees in the free arcs, drop hopeless edges."""
        graph = self.graph
        terminals = np.flatnonzero(graph.is_terminal)
        bound, left, is_joined, looked = kernels_dual.ascend(
            *graph.lay, graph.side, graph.weight, terminals, root, effort
        )
        self.effort -= looked
        self.bound = max(self.bound, self.rounded(bound))
        if is_joined:
            is_free = np.minimum(left[::2], left[1::2]) == 0
            guide = np.where(is_free, graph.weight, np.inf)
            self.try_tree(guide, root)
            lot = self.random.random(len(guide))
            self.try_tree(guide * (1 + lot / 2), self.any_terminal())
        self.drop_edges(left, bound, root)
        return is_joined

    def rounded(self, bound: float) -> float:
        """Round a bound up where all weights are whole numbers."""
        return float(np.ceil(bound * (1 - TIE) - TIE)) if self.is_whole_number else bound

    def drop_edges(self, left: NDArray[np.float64], bound: float, root: int) -> None:
        """Drop the edges that no tree lighter than the best can have, and nodes without a use."""
        graph = self.graph
        lay = (*graph.lay, graph.side)
        terminals = np.flatnonzero(graph.is_terminal)
        out = kernels.distances(*lay, left, np.array([root]), 1)
        back = kernels.distances(*lay, left, terminals[terminals != root], 0)
        one, other = graph.edges.T
        forth = bound + out[one] + left[::2] + back[other]
        through = np.minimum(forth, bound + out[other] + left[1::2] + back[one])
        limit = self.weight - 1 + TIE if self.is_whole_number else self.weight
        is_kept = through <= limit * (1 + TIE)
        is_kept |= np.isin(graph.edge_of_whole, self.best)
        kept = np.flatnonzero(is_kept)
        while True:
            degree = np.bincount(graph.edges[kept].ravel(), minlength=len(graph.is_terminal))
            is_end = (degree == 1) & ~graph.is_terminal
            dead = is_end[graph.edges[kept]].any(axis=1)
            if not dead.any():
                break
            kept = kept[~dead]
        if len(kept) < len(graph.edges):
            self.graph = part_graph(graph, kept)
            self.pool = [
                (weight, chosen)
                for weight, chosen in self.pool
                if np.isin(chosen, self.graph.edge_of_whole).all()
            ]

    def anneal(self) -> None:
        """Look for the nodes of a lighter tree by annealing, where that is hard and small."""
        graph = self.graph
        is_same = bool(np.ptp(graph.weight) == 0)  # else every change asks for a whole forest
        if self.is_done or not is_same or len(graph.edges) > ANNEAL_EDGES:
            return
        if self.weight <= self.bound * (1 + ANNEAL_GAP):
            return
        usual = float(graph.weight.mean())
        inside = graph.is_terminal.copy()
        inside[graph.edges[np.isin(graph.edge_of_whole, self.best)].ravel()] = True
        effort = self.effort * 3 // 4
        nodes, weight = kernels_anneal.anneal(
            graph.start, graph.near, graph.edges, np.argsort(graph.weight, kind="stable"),
            graph.weight, graph.is_terminal, inside, PART_PRICE * usual, HOT * usual,
            COLD * usual, ANNEAL_EFFORT * effort, self.random,
        )  # fmt: skip
        self.effort -= effort
        if np.isfinite(weight):
            self.better_tree(
                kernels.span_nodes(
                    *graph.lay, graph.weight, graph.is_terminal, nodes, self.any_terminal()
                )
            )

    def shake(self) -> None:
        """Grow a tree by weights that are shaken, more where the best tree is."""
        graph = self.graph
        lot = self.random.random(len(graph.weight))
        own = np.isin(graph.edge_of_whole, self.best)
        self.try_tree(graph.weight * (1 + lot * np.where(own, 0.5, 0.25)), self.any_terminal())

    def cross(self) -> None:
        """Grow a tree of what two trees of the pool have, best what both have."""
        one, other = self.random.choice(len(self.pool), 2, replace=False)
        graph = self.graph
        times = np.isin(graph.edge_of_whole, self.pool[one][1]).astype(np.int64)
        times += np.isin(graph.edge_of_whole, self.pool[other][1])
        lot = self.random.random(len(times))
        factor = np.choose(times, [1000 + 0 * lot, 100 + 400 * lot, 1 + 0 * lot])
        self.try_tree(graph.weight * factor, self.any_terminal())
