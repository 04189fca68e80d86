"""Roads and railways: the region's corridors, and local roads that join every settlement."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bunyad.connect.alignments import (
    new_stretches,
    relaxed_graph,
    route_pairs,
    step_pairs,
    strict_graph,
    unreachable,
)
from bunyad.connect.ground import Ground, find_nodes
from bunyad.connect.result import ROUTE_CHECKS
from bunyad.connect.routes import Link, Place
from bunyad.connect.search import Trace, find_tree, trace_path
from bunyad.connect.standards import Standard, design_standard
from bunyad.connect.steps import Steps
from bunyad.errors import Fault, InputError
from bunyad.options import ConnectOptions
from bunyad.tables import conform

Leg = tuple[str, str]
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corridor:
    """A corridor of the region with the alignment of each leg, from stop to stop."""

    id: str
    name: str
    is_planned: bool
    published_key: str
    standard: Standard
    legs: tuple[Trace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """The settlements, with the node that stands for each."""

    nodes: NDArray[np.int64]
    by_id: dict[str, int]
    """Node of each settlement."""
    by_node: dict[int, Place]


@dataclass(slots=True, kw_only=True)
class Linked:
    """The links of one kind so far, and the steps that they build."""

    links: list[Link] = field(default_factory=list)
    built: set[Pair] = field(default_factory=set)

    def add(
        self, trace: Trace, standard: Standard, stops: Stops, parted_at: set[int] | None
    ) -> None:
        """Add what an alignment builds anew, parted at the given nodes or at every settlement."""
        places = stops.by_node if parted_at is None else parted_at
        for start, end, stretch in new_stretches(
            trace, built=self.built, is_stop=places.__contains__
        ):
            self.links.append(
                Link(
                    kind=standard.kind,
                    start=stops.by_node[start],
                    end=stops.by_node[end],
                    standard=standard.name,
                    trace=stretch,
                )
            )
        self.built.update(step_pairs(trace))


def place_stops(ground: Ground, settlements: gpd.GeoDataFrame) -> Stops:
    """Give each settlement its node."""
    nodes = find_nodes(ground, settlements.geometry)
    places = [
        Place(id=row["id"], name=row["name"], district=row["district"])
        for row in settlements[["id", "name", "district"]].to_dict("records")
    ]
    return Stops(
        nodes=nodes,
        by_id={place.id: int(node) for place, node in zip(places, nodes, strict=True)},
        by_node={int(node): place for place, node in zip(places, nodes, strict=True)},
    )


def route_corridors(
    ground: Ground,
    steps: Steps,
    stops: Stops,
    *,
    corridors: pd.DataFrame,
    options: ConnectOptions,
) -> list[Corridor]:
    """
    Route every corridor from stop to stop, each by itself, whether planned or not.

    Parameters
    ----------
    ground, steps
        The grid and its surveyed steps.
    stops
        The settlements' nodes.
    corridors
        The region's corridors.
    options
        Costs and limits.

    Raises
    ------
    InputError
        If a corridor stops at an unknown settlement or its kind or standard is unknown.
    InfeasibleError
        If no alignment keeps to the limits.
    """
    check_stops(corridors, stops)
    rows = corridors.to_dict("records")
    traces: dict[tuple[str, str], dict[Leg, Trace]] = {}
    standards: dict[tuple[str, str], Standard] = {}
    for key in dict.fromkeys((row["kind"], row["standard"]) for row in rows):
        standards[key] = design_standard(kind=key[0], standard=key[1], options=options)
        alike = [row for row in rows if (row["kind"], row["standard"]) == key]
        legs = [leg for row in alike for leg in _legs(row["stops"])]
        pairs = {leg: (stops.by_id[leg[0]], stops.by_id[leg[1]]) for leg in legs}
        traces[key] = route_pairs(ground, steps, standards[key], pairs=pairs, options=options)
    return [
        Corridor(
            id=row["id"],
            name=row["name"],
            is_planned=row["is_planned"],
            published_key=row["published_key"],
            standard=standards[row["kind"], row["standard"]],
            legs=tuple(traces[row["kind"], row["standard"]][leg] for leg in _legs(row["stops"])),
        )
        for row in rows
    ]


def link_corridors(corridors: list[Corridor], stops: Stops, *, kind: str) -> Linked:
    """
    Turn the planned corridors of a kind into links, each stretch of land built once.

    Roads are parted at every settlement they pass, railways at their stops only.

    Parameters
    ----------
    corridors
        The routed corridors; where two share a stretch, the first builds it.
    stops
        The settlements' nodes.
    kind
        `road` or `railway`.
    """
    linked = Linked()
    for corridor in corridors:
        if not corridor.is_planned or corridor.standard.kind != kind:
            continue
        for leg in corridor.legs:
            ends = {int(leg.nodes[0]), int(leg.nodes[-1])}
            linked.add(leg, corridor.standard, stops, ends if kind == "railway" else None)
    return linked


def link_settlements(
    ground: Ground, steps: Steps, stops: Stops, *, linked: Linked, options: ConnectOptions
) -> None:
    """
    Join every settlement by local roads, over the corridors' roads where that is cheaper.

    Parameters
    ----------
    ground, steps
        The grid and its surveyed steps.
    stops
        The settlements' nodes.
    linked
        The corridors' roads; the local roads are added to them.
    options
        Costs and limits.

    Raises
    ------
    InfeasibleError
        If some settlement cannot be reached even with relaxed limits.
    """
    standard = design_standard(kind="road", standard="land", options=options)
    built = frozenset(linked.built)
    graph = strict_graph(steps, standard, built=built, options=options)
    tree = find_tree(graph, stops.nodes)
    if len(tree) < len(stops.nodes) - 1:
        graph = relaxed_graph(ground, standard, built=built, options=options)
        tree = find_tree(graph, stops.nodes)
    if len(tree) < len(stops.nodes) - 1:
        raise unreachable(standard, _strays(stops, [pair for pair, _ in tree]))
    for _, nodes in tree:
        linked.add(trace_path(graph, nodes), standard, stops, None)


def check_corridors(corridors: list[Corridor]) -> pd.DataFrame:
    """Sum up each corridor that has a published length, whole, whether shared or not."""
    rows = [
        {
            "corridor": corridor.id,
            "name": corridor.name,
            "kind": corridor.standard.kind,
            "published_key": corridor.published_key,
            "length_km": sum(leg.length_m.sum() for leg in corridor.legs) / 1e3,
            "bridge_km": sum(leg.bridge_m.sum() for leg in corridor.legs) / 1e3,
            "tunnel_km": sum(leg.tunnel_m.sum() for leg in corridor.legs) / 1e3,
            "capex_usd": sum(leg.cost_usd.sum() for leg in corridor.legs),
        }
        for corridor in corridors
        if corridor.published_key
    ]
    return conform(pd.DataFrame(rows, columns=ROUTE_CHECKS.names()), ROUTE_CHECKS)


def _legs(stops: str) -> list[Leg]:
    """Part the stops of a corridor into legs."""
    return list(pairwise(name.strip() for name in stops.split(";")))


def check_stops(corridors: pd.DataFrame, stops: Stops) -> None:
    """Find every stop that is no settlement."""
    faults = [
        Fault(
            where=f"corridors: {row['id']}",
            what=f"it stops at {name!r}, which is no settlement",
            mend="give identifiers of the settlements table, parted by ;",
        )
        for row in corridors.to_dict("records")
        for name in dict.fromkeys(name for leg in _legs(row["stops"]) for name in leg)
        if name not in stops.by_id
    ]
    if faults:
        raise InputError.of(faults)


def _strays(stops: Stops, joined: list[tuple[int, int]]) -> list[str]:
    """Name a place of each group that no road joins to the others."""
    net = nx.Graph(joined)
    net.add_nodes_from(range(len(stops.nodes)))
    groups = sorted(sorted(group) for group in nx.connected_components(net))
    return [stops.by_node[int(stops.nodes[group[0]])].id for group in groups]
