"""Rings: lines beyond the tree, so that one failure does not cut off who must not be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import networkx as nx

Pair = tuple[int, int]


def close_rings(
    lines: Collection[Pair],
    candidates: Mapping[Pair, float],
    *,
    ports: Collection[int],
    asked: Collection[int],
) -> set[Pair]:
    """
    Choose further lines so that no single line's failure cuts an asked bus off from all ports.

    Greedy: the line comes first that mends most failures for its weight.

    Parameters
    ----------
    lines
        The lines that there are, as pairs of buses.
    candidates
        Lines that could be built, with their weight.
    ports
        Buses where power comes in.
    asked
        Buses that need two ways.

    Returns
    -------
    set of pairs
        The lines to add. What no candidate mends is left.

    Examples
    --------
    >>> close_rings([(0, 1), (1, 2)], {(0, 2): 5.0, (1, 3): 1.0}, ports=[0], asked=[2])
    {(0, 2)}
    """
    net: nx.Graph[int] = nx.Graph(sorted(lines))
    net.add_nodes_from([*ports, *asked])
    chosen: set[Pair] = set()
    if not ports:
        return chosen
    while True:
        failures = _find_failures(net, ports, asked)
        best: tuple[float, Pair] | None = None
        for pair, weight in candidates.items():
            if net.has_edge(*pair) or not set(pair) <= set(net):
                continue
            mended = sum((pair[0] in lost) != (pair[1] in lost) for lost in failures)
            if mended and (best is None or (weight / mended, pair) < best):
                best = (weight / mended, pair)
        if best is None:
            return chosen
        net.add_edge(*best[1])
        chosen.add(best[1])


def _find_failures(
    net: nx.Graph[int], ports: Collection[int], asked: Collection[int]
) -> list[set[int]]:
    """Return what each failure cuts off, of the failures that cut off an asked bus."""
    failures: list[set[int]] = []
    hub = max(net.nodes, default=0) + 1
    joined: Any = net.copy()
    joined.add_edges_from((hub, port) for port in ports)
    # Two links stand for a port that does not fail, so that only lines are bridges.
    safe = {frozenset((hub, port)) for port in ports}
    bridges: Any = nx.bridges(joined)
    for a, b in list(bridges):
        if frozenset((a, b)) in safe:
            continue
        joined.remove_edge(a, b)
        lost = set(joined.nodes) - set(nx.node_connected_component(joined, hub))
        joined.add_edge(a, b)
        if lost & set(asked):
            failures.append(lost)
    return failures
