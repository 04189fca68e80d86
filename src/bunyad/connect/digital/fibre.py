"""The fibre backbone: a ring through cities and hubs, a tree to the villages."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import TypeAlias

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree
from shapely.geometry import LineString

from bunyad.connect.digital.result import FIBRE, FIBRE_LINKS
from bunyad.connect.traffic.roadnet import link_roads
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions
from bunyad.tables import conform

RING, TREE = "ring", "tree"
Net: TypeAlias = "nx.Graph[str]"


def fibre_links(
    roads: gpd.GeoDataFrame, places: gpd.GeoDataFrame, *, options: ConnectOptions
) -> gpd.GeoDataFrame:
    """
    List where fibre may run: with the new roads, or on its own between near settlements.

    Parameters
    ----------
    roads
        Roads that the plan builds, with `id`, `length_km` and lines.
    places
        Settlements with `id`.
    options
        Costs, detour and number of neighbours.

    Returns
    -------
    GeoDataFrame
        Table `FIBRE_LINKS`.
    """
    along = link_roads(roads, places, options=options)
    built = along["route"] != ""
    along["along_road"] = built
    along["cost_usd"] = along["length_km"] * np.where(
        built, options.fibre_with_road_usd_per_km, options.fibre_usd_per_km
    )
    alone = _between_neighbours(places, options)
    both = gpd.GeoDataFrame(pd.concat([along, alone], ignore_index=True), crs=places.crs)
    return conform(both.rename(columns={"start": "from", "end": "to"}), FIBRE_LINKS)


def fibre_routes(
    links: gpd.GeoDataFrame, *, terminals: Collection[str], hubs: Collection[str]
) -> gpd.GeoDataFrame:
    """
    Choose links so that all terminals are joined and one cut parts no hub from another.

    A Steiner tree joins all; where one of its links parts hubs, the cheapest way round is added;
    links that are then needed no more go, the dearest first.

    Parameters
    ----------
    links
        Where fibre may run: `from`, `to`, `length_km`, `along_road`, `cost_usd`, `geometry`.
    terminals
        What must be joined.
    hubs
        Terminals that one cut may not part.

    Returns
    -------
    GeoDataFrame
        Table `FIBRE`: the chosen links, each part of a `ring` or of the `tree`.

    Raises
    ------
    InfeasibleError
        If the links do not join all terminals.
    """
    wanted = sorted({*terminals, *hubs})
    net = _network(links, set(wanted))
    _check_joined(net, wanted)
    chosen = _steiner_tree(net, wanted)
    _close_rings(net, chosen, sorted(hubs))
    _drop_idle(chosen, wanted, sorted(hubs))
    bridges = {frozenset(pair) for pair in nx.bridges(chosen)}
    roles = {
        row: TREE if frozenset((one, two)) in bridges else RING
        for one, two, edge in chosen.edges(data=True)
        for row in edge["rows"]
    }
    rows = sorted(roles)
    table = links.iloc[rows].assign(role=[roles[row] for row in rows])
    table["id"] = [f"fibre-{number:03d}" for number in range(1, len(rows) + 1)]
    return conform(table, FIBRE)


def _between_neighbours(places: gpd.GeoDataFrame, options: ConnectOptions) -> gpd.GeoDataFrame:
    """Link each settlement to its nearest ones on a way of its own."""
    xy = np.column_stack([places.geometry.x.to_numpy(), places.geometry.y.to_numpy()])
    count = min(options.fibre_neighbours + 1, len(xy))
    near = cKDTree(xy).query(xy, k=count)[1].reshape(len(xy), -1)
    pairs = sorted({(min(i, j), max(i, j)) for i, row in enumerate(near) for j in row if i != j})
    names = places["id"].tolist()
    lengths = [float(np.hypot(*(xy[i] - xy[j]))) / 1e3 * options.fibre_detour for i, j in pairs]
    return gpd.GeoDataFrame(
        {
            "start": [names[i] for i, _ in pairs],
            "end": [names[j] for _, j in pairs],
            "route": "",
            "length_km": lengths,
            "along_road": False,
            "cost_usd": [length * options.fibre_usd_per_km for length in lengths],
        },
        geometry=[LineString([xy[i], xy[j]]) for i, j in pairs],
        crs=places.crs,
    )


def _network(links: gpd.GeoDataFrame, wanted: Collection[str]) -> Net:
    """
    Return the links as a graph, chains of links merged where nothing branches off.

    A second way between the same two nodes keeps a node in its middle, as it closes a ring.
    """
    net: Net = nx.Graph()
    ends = zip(links["from"], links["to"], links["cost_usd"], strict=True)
    for row, (one, two, cost) in enumerate(ends):
        if one == two:
            continue
        if net.has_edge(one, two):
            middle = f"{one}|{two}|{row}"
            net.add_edge(one, middle, cost=float(cost), rows=(row,))
            net.add_edge(middle, two, cost=0.0, rows=())
        else:
            net.add_edge(one, two, cost=float(cost), rows=(row,))
    waiting = [node for node in net if node not in wanted]
    while waiting:
        node = waiting.pop()
        if node not in net or node in wanted:
            continue
        if net.degree[node] < 2:
            waiting.extend(net[node])
            net.remove_node(node)
        elif net.degree[node] == 2:
            _merge_at(net, node)
    return net


def _merge_at(net: Net, node: str) -> None:
    """Make one link of the two that meet at a node, unless its ends have one already."""
    one, two = net[node]
    if not net.has_edge(one, two):
        first, second = net.edges[one, node], net.edges[node, two]
        cost = first["cost"] + second["cost"]
        net.add_edge(one, two, cost=cost, rows=first["rows"] + second["rows"])
        net.remove_node(node)


def _check_joined(net: Net, wanted: list[str]) -> None:
    """Refuse terminals that no link reaches."""
    reach = nx.node_connected_component(net, wanted[0]) if wanted[0] in net else {wanted[0]}
    cut_off = [name for name in wanted if name not in reach]
    if cut_off:
        raise InfeasibleError(
            f"no fibre can reach {', '.join(cut_off)}",
            clashing=["connect.fibre_neighbours"],
            mend="let fibre go to more neighbours",
        )


def _steiner_tree(net: Net, wanted: list[str]) -> Net:
    """Return a cheap tree over all terminals (Mehlhorn 1988)."""
    if len(wanted) < 2:
        alone: Net = nx.Graph()
        alone.add_nodes_from(wanted)
        return alone
    tree = nx.algorithms.approximation.steiner_tree(net, wanted, "cost", method="mehlhorn")
    chosen: Net = nx.Graph()
    for one, two in tree.edges:
        chosen.add_edge(one, two, **net.edges[one, two])
    return chosen


def _parting(chosen: Net, hubs: list[str]) -> list[tuple[str, str]]:
    """
    Return the links that part hubs from each other if cut, in a fixed order.

    A walk in depth finds the links that no other way goes round (Tarjan 1974), and with how
    many hubs behind each.
    """
    if len(hubs) < 2:
        return []
    root = hubs[0]
    seen = {root: 0}
    low = {root: 0}
    behind = {root: 1}
    found = []
    is_hub = set(hubs)
    stack = [(root, root, iter(chosen[root]))]
    while stack:
        node, parent, others = stack[-1]
        for other in others:
            if other == parent:
                continue
            if other in seen:
                low[node] = min(low[node], seen[other])
            else:
                seen[other] = low[other] = len(seen)
                behind[other] = int(other in is_hub)
                stack.append((other, node, iter(chosen[other])))
                break
        else:
            stack.pop()
            if node != root:
                low[parent] = min(low[parent], low[node])
                behind[parent] += behind[node]
                if low[node] > seen[parent] and behind[node] > 0:
                    found.append((min(parent, node), max(parent, node), behind[node]))
    return sorted((one, two) for one, two, count in found if count < behind[root])


def _close_rings(net: Net, chosen: Net, hubs: list[str]) -> None:
    """Add the cheapest way round each link that parts hubs, where there is one."""
    hopeless: set[tuple[str, str]] = set()
    while True:
        open_links = [pair for pair in _parting(chosen, hubs) if pair not in hopeless]
        if not open_links:
            return
        one, two = open_links[0]
        rest = chosen.copy()
        rest.remove_edge(one, two)
        side = nx.node_connected_component(rest, one)
        ways = net.copy()
        ways.remove_edge(one, two)
        for here, there in rest.edges:
            ways.edges[here, there]["cost"] = 0.0
        try:
            _, path = nx.multi_source_dijkstra(ways, side, two, weight="cost")
        except nx.NetworkXNoPath:
            hopeless.add((one, two))
            continue
        for here, there in pairwise(path):
            chosen.add_edge(here, there, **net.edges[here, there])


def _drop_idle(chosen: Net, wanted: list[str], hubs: list[str]) -> None:
    """Take away links without which all is joined and no more links part hubs."""
    parting = len(_parting(chosen, hubs))
    edges = sorted(chosen.edges(data=True), key=lambda edge: (-edge[2]["cost"], *sorted(edge[:2])))
    for one, two, edge in edges:
        chosen.remove_edge(one, two)
        reach = nx.node_connected_component(chosen, wanted[0])
        if not set(wanted) <= reach or len(_parting(chosen, hubs)) > parting:
            chosen.add_edge(one, two, **edge)
    for name in [n for n in chosen if n not in nx.node_connected_component(chosen, wanted[0])]:
        chosen.remove_node(name)
