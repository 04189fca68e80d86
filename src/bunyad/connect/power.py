"""The power network: substations, the lines that join them, and who connects to which."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
from numpy.typing import NDArray

from bunyad.connect.grid import close_rings
from bunyad.connect.ground import Ground, find_nodes
from bunyad.connect.result import BUSES
from bunyad.connect.routes import Link, Place
from bunyad.connect.search import (
    Graph,
    build_graph,
    find_links,
    find_tree,
    trace_path,
)
from bunyad.connect.standards import (
    Voltage,
    cost_line_steps,
    high_voltage,
    regional_voltage,
)
from bunyad.connect.steps import Steps
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions
from bunyad.potential.result import Potential
from bunyad.region.model import Region
from bunyad.settle.result import Settlements
from bunyad.tables import conform

Pair = tuple[int, int]


def choose_buses(
    region: Region, *, settlements: Settlements, potential: Potential, options: ConnectOptions
) -> gpd.GeoDataFrame:
    """
    List the substations: those that stand, and new ones for towns and large sites far from them.

    Towns come before sites, larger ones before smaller. Where nothing asks for a substation,
    the largest settlement has one.

    Parameters
    ----------
    region
        The region with its substations.
    settlements
        The towns.
    potential
        The sites.
    options
        Reach of a substation, smallest site that brings one, and its cost.
    """
    rows = [
        {**row, "is_existing": True, "capex_usd": 0.0}
        for row in region.substations.to_dict("records")
    ]
    places = settlements.places.sort_values(["people", "id"], ascending=[False, True])
    towns = places[places["kind"].isin(["city", "town"])]
    sites = potential.sites[potential.sites["capacity_mw"] >= options.bus_min_site_mw]
    sites = sites.sort_values(["capacity_mw", "id"], ascending=[False, True])
    wanted = towns.to_dict("records") + [
        {
            **row,
            "name": f"{row['district']} {row['technology']} sites",
            "geometry": row["geometry"].representative_point(),
        }
        for row in sites.to_dict("records")
    ]
    if not rows and not wanted:
        wanted = places.head(1).to_dict("records")
    for row in wanted:
        point = row["geometry"]
        if all(point.distance(bus["geometry"]) > options.bus_radius_km * 1e3 for bus in rows):
            rows.append(
                {
                    **row,
                    "id": f"bus-{row['id']}",
                    "voltage_kv": options.regional_voltage_kv,
                    "is_existing": False,
                    "capex_usd": options.substation_usd,
                }
            )
    return conform(gpd.GeoDataFrame(rows, geometry="geometry", crs=region.crs), BUSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerGrid:
    """Buses with their nodes, and the graph that lines are routed on."""

    buses: gpd.GeoDataFrame
    nodes: NDArray[np.int64]
    graph: Graph


def lay_grid(
    ground: Ground, steps: Steps, *, buses: gpd.GeoDataFrame, options: ConnectOptions
) -> PowerGrid:
    """Place the buses on the ground and build the graph of regional lines."""
    cost = cost_line_steps(steps, regional_voltage(options))
    usable = (steps.target >= 0) & (steps.multiple == 1)[:, None]
    graph = build_graph(steps, cost_usd=cost, weight=np.where(usable, cost, np.inf))
    return PowerGrid(buses=buses, nodes=find_nodes(ground, buses.geometry), graph=graph)


def link_buses(
    grid: PowerGrid,
    *,
    interconnected: Collection[str],
    options: ConnectOptions,
    asked: Collection[str] = (),
) -> list[Link]:
    """
    Join the buses: a high-voltage tree, a regional tree for the rest, loops and rings.

    Parameters
    ----------
    grid
        The buses on the ground.
    interconnected
        Buses that interconnectors end at; loops go to them first.
    options
        Voltages, costs and number of loops.
    asked
        Buses that no failure of a single line may cut off from the interconnectors.

    Raises
    ------
    InfeasibleError
        If the ground joins not all buses.
    """
    kv = grid.buses["voltage_kv"].to_numpy()
    high = np.flatnonzero(kv >= options.high_voltage_kv)
    strong = {
        (int(high[a]), int(high[b])): nodes
        for (a, b), nodes in (find_tree(grid.graph, grid.nodes[high]) if len(high) > 1 else [])
    }
    candidates = find_links(grid.graph, grid.nodes)
    tree = _span(grid, {pair: weight for pair, weight, _ in candidates}, strong)
    ports = {n for n, name in enumerate(grid.buses["id"]) if name in set(interconnected)}
    loops = _choose_loops(tree, [pair for pair, _, _ in candidates], ports, options.extra_loops)
    weights = {pair: weight for pair, weight, _ in candidates}
    needy = {n for n, name in enumerate(grid.buses["id"]) if name in set(asked)}
    rings = close_rings(tree | loops, weights, ports=ports, asked=needy)
    weak = {pair: nodes for pair, _, nodes in candidates if pair in tree | loops | rings}
    lines = [(pair, nodes, high_voltage(options)) for pair, nodes in strong.items()]
    lines += [
        (pair, nodes, regional_voltage(options))
        for pair, nodes in weak.items()
        if pair not in strong
    ]
    return [_link(grid, pair, nodes, voltage) for pair, nodes, voltage in lines]


def _span(grid: PowerGrid, links: Mapping[Pair, float], strong: Collection[Pair]) -> set[Pair]:
    """Return the lightest links that join all buses, the high-voltage ones for nothing."""
    meeting: nx.Graph[int] = nx.Graph()
    meeting.add_nodes_from(range(len(grid.nodes)))
    for pair, weight in links.items():
        meeting.add_edge(*pair, weight=weight)
    for pair in strong:
        meeting.add_edge(*pair, weight=0.0)
    tree = {(min(a, b), max(a, b)) for a, b in nx.minimum_spanning_edges(meeting, data=False)}
    if len(tree) < len(grid.nodes) - 1:
        lost = [
            str(grid.buses["id"].iloc[min(group)]) for group in nx.connected_components(meeting)
        ]
        raise InfeasibleError(
            f"no land joins the substations {', '.join(lost)}",
            clashing=("connect.border_buffer_km",),
            mend="raise connect.border_buffer_km, or mend the region's outline",
        )
    return tree


def _choose_loops(
    tree: set[Pair], candidates: list[Pair], ports: set[int], count: int
) -> set[Pair]:
    """
    Choose links that close loops, lightest first: through the ports, then anywhere.

    A link counts if its loop holds a line whose failure would cut something off.
    """
    net = nx.Graph(sorted(tree))
    net.add_nodes_from(ports)
    chosen: set[Pair] = set()
    for _ in range(count):
        weak: set[frozenset[int]] = {frozenset(pair) for pair in _cuts(net)}
        exposed = {n for n in ports if net.degree(n) and _hangs(net, weak, n)}
        useful: list[tuple[bool, int, Pair]] = []
        for pair in candidates:
            if net.has_edge(*pair):
                continue
            loop = nx.shortest_path(net, *pair)
            if any(frozenset(line) in weak for line in pairwise(loop)):
                useful.append((not exposed.intersection(loop), len(useful), pair))
        if not useful:
            break
        best = min(useful)[2]
        net.add_edge(*best)
        chosen.add(best)
    return chosen


def _cuts(net: nx.Graph[int]) -> Iterator[Pair]:
    """Yield the links whose failure would cut something off."""
    found: Any = nx.bridges(net)
    yield from found


def _hangs(net: nx.Graph[int], weak: set[frozenset[int]], bus: int) -> bool:
    """Tell whether every line of a bus would cut something off by failing."""
    return all(frozenset((bus, other)) in weak for other in net.neighbors(bus))


def _link(grid: PowerGrid, pair: Pair, nodes: NDArray[np.int64], voltage: Voltage) -> Link:
    """Trace a line at its voltage; it spans what a road would need a structure for."""
    graph = replace(grid.graph, cost_usd=cost_line_steps(grid.graph.steps, voltage))
    trace = trace_path(graph, nodes)
    none = np.zeros_like(trace.rise_m)
    grade = 100 * np.abs(trace.rise_m) / np.sqrt(trace.length_m**2 - trace.rise_m**2)
    trace = replace(trace, bridge_m=none, tunnel_m=none, grade_percent=grade)
    start, end = (
        Place(id=str(row["id"]), name=str(row["name"]), district=str(row["district"]))
        for row in (grid.buses.iloc[pair[0]], grid.buses.iloc[pair[1]])
    )
    return Link(
        kind="power_line",
        start=start,
        end=end,
        standard=f"{voltage.kv:g} kV",
        trace=trace,
        voltage_kv=voltage.kv,
        capacity_mw=voltage.capacity_mw,
    )
