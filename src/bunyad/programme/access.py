"""By which link each place is reached."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from bunyad.connect.result import Networks
from bunyad.programme.works import make_slug
from bunyad.region.model import Region
from bunyad.settle.result import Settlements

__all__ = ["Access", "find_access", "reach_nodes", "route_project_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How settlements and buses are joined to the rest."""

    of_settlement: Mapping[str, tuple[str, ...]]
    """Road and power line projects that reach each settlement."""
    line_of_bus: Mapping[str, str]
    """Power line project that reaches each bus."""
    served_by_bus: Mapping[str, tuple[str, ...]]
    """Settlements of each bus."""
    station_usd: Mapping[str, float]
    """Cost of the substations, new or strengthened, that each power line project reaches [US$]."""
    connection_usd: Mapping[str, float]
    """Cost of each settlement's own power connection [US$]."""


def find_access(
    region: Region,
    *,
    settlements: Settlements,
    networks: Networks,
    upgrade_usd: Mapping[str, float] | None = None,
) -> Access:
    """
    Find by which projects each settlement and each bus is reached.

    A settlement is reached by the last road of its shortest way from a place that stands, and
    by the last line of its bus's shortest way from an interconnector. A new substation is built
    with the line that reaches it; one without any line, with the connections of its settlements.

    Parameters
    ----------
    region
        Interconnectors.
    settlements
        Places that stand and places to rebuild.
    networks
        Routes, buses and their members.
    upgrade_usd
        Cost of stronger transformers by bus [US$].
    """
    places, routes, members = settlements.places, networks.routes, networks.bus_members
    is_line = routes["kind"] == "power_line"
    roads = reach_nodes(
        routes[routes["kind"] == "road"], roots=places.loc[~places["is_rebuilt"], "id"]
    )
    lines = reach_nodes(routes[is_line], roots=region.interconnectors["substation"])
    line_of_bus = {bus: route_project_id("power_line", route) for bus, route in lines.items()}
    served = members[members["kind"] == "settlement"]
    bus_of = dict(zip(served["member"], served["bus"], strict=True))
    reached: dict[str, tuple[str, ...]] = {}
    for place in places["id"]:
        road = (route_project_id("road", roads[place]),) if place in roads else ()
        line = line_of_bus.get(bus_of.get(place, ""))
        reached[place] = (*road, line) if line else road

    served_by_bus = {
        bus: tuple(place for place, of in bus_of.items() if of == bus)
        for bus in networks.buses["id"]
    }
    station_usd, lineless_usd = _share_stations(networks, line_of_bus, upgrade_usd or {})
    connection_usd = dict(zip(served["member"], served["capex_usd"], strict=True))
    for bus, usd in lineless_usd.items():
        for place in served_by_bus[bus]:
            connection_usd[place] += usd / len(served_by_bus[bus])
    return Access(
        of_settlement=reached,
        line_of_bus=line_of_bus,
        served_by_bus=served_by_bus,
        station_usd=station_usd,
        connection_usd=connection_usd,
    )


def _share_stations(
    networks: Networks, line_of_bus: Mapping[str, str], upgrade_usd: Mapping[str, float]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the cost of substations by the line that builds them, or by bus without one."""
    lines = networks.routes[networks.routes["kind"] == "power_line"]
    any_line = {
        bus: route_project_id("power_line", route)
        for end in ("end", "start")
        for bus, route in zip(lines[end], lines["id"], strict=True)
    }
    by_line: dict[str, float] = defaultdict(float)
    by_bus: dict[str, float] = {}
    for bus, usd in zip(networks.buses["id"], networks.buses["capex_usd"], strict=True):
        line = line_of_bus.get(bus, any_line.get(bus))
        if line:
            by_line[line] += usd + upgrade_usd.get(bus, 0.0)
        else:
            by_bus[bus] = usd + upgrade_usd.get(bus, 0.0)
    return by_line, by_bus


def route_project_id(kind: str, route: str) -> str:
    """
    Return the identifier of the project that builds a route.

    Examples
    --------
    >>> route_project_id("power_line", "sub-a--sub-b")
    'power-line-sub-a-sub-b'
    """
    slug, prefix = make_slug(route), make_slug(kind)
    return slug if slug.startswith(f"{prefix}-") else f"{prefix}-{slug}"


def reach_nodes(links: pd.DataFrame, *, roots: Iterable[str]) -> dict[str, str]:
    """
    Return for each node the last link of its shortest way from the roots.

    A part of the network without a root is reached from its first node by name.

    Parameters
    ----------
    links
        Columns `id`, `start`, `end` and `length_km`.
    roots
        Nodes that can be reached from the beginning.

    Examples
    --------
    >>> links = pd.DataFrame({"id": ["ab", "bc"], "start": ["a", "c"], "end": ["b", "b"],
    ...                       "length_km": [1.0, 2.0]})
    >>> reach_nodes(links, roots=["a"])
    {'b': 'ab', 'c': 'bc'}
    """
    neighbours: dict[str, list[tuple[float, str, str]]] = defaultdict(list)
    for link in links.sort_values("id").to_dict("records"):
        neighbours[link["start"]].append((link["length_km"], link["id"], link["end"]))
        neighbours[link["end"]].append((link["length_km"], link["id"], link["start"]))

    reached_by: dict[str, str] = {}
    seen: set[str] = set()
    _spread(sorted(set(roots) & set(neighbours)), neighbours, seen, reached_by)
    for node in sorted(neighbours):
        if node not in seen:
            _spread([node], neighbours, seen, reached_by)
    return reached_by


def _spread(
    starts: list[str],
    neighbours: dict[str, list[tuple[float, str, str]]],
    seen: set[str],
    reached_by: dict[str, str],
) -> None:
    """Spread from `starts` in order of distance (Dijkstra 1959), noting how nodes are reached."""
    front = [(0.0, start, "") for start in starts]
    heapq.heapify(front)
    while front:
        distance, node, link = heapq.heappop(front)
        if node in seen:
            continue
        seen.add(node)
        if link:
            reached_by[node] = link
        for length, onward, neighbour in neighbours[node]:
            if neighbour not in seen:
                heapq.heappush(front, (distance + length, neighbour, onward))
