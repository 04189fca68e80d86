"""Rows of the table of routes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from shapely.geometry import LineString

from bunyad.connect.ground import Ground
from bunyad.connect.result import ROUTES
from bunyad.connect.search import Trace
from bunyad.tables import conform

WORDS = {"road": "Road", "railway": "Railway", "power_line": "Line"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An end of a route, as its row names it."""

    id: str
    name: str
    district: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A link off the lattice, as its row tells it."""

    points_m: NDArray[np.float64]
    """Easting and northing along it."""
    length_km: float
    climb_m: float
    max_grade_percent: float
    bridge_km: float
    tunnel_km: float
    capex_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A route that the plan builds, or a new stretch of one."""

    kind: str
    start: Place
    end: Place
    standard: str
    trace: Trace
    voltage_kv: float | None = None
    capacity_mw: float | None = None
    laid: Laid | None = None
    """What takes the place of the lattice's way, where there is something."""


def table_routes(ground: Ground, links: Iterable[Link]) -> gpd.GeoDataFrame:
    """
    Tell each link in a row, with an identifier of its own.

    Parameters
    ----------
    ground
        The grid that the alignments' nodes belong to.
    links
        The links, in the order of the rows.
    """
    used: dict[str, int] = {}
    rows = []
    for link in links:
        stem = f"{link.kind.replace('_', '-')}-{link.start.id}-{link.end.id}"
        used[stem] = used.get(stem, 0) + 1
        number = f"-{used[stem]}" if used[stem] > 1 else ""
        rows.append({"id": stem + number, **_row(ground, link)})
    names = [*ROUTES.names()]
    frame = gpd.GeoDataFrame(
        {name: [row[name] for row in rows] for name in names}, geometry="geometry", crs=ground.crs
    )
    return conform(frame, ROUTES)


def _row(ground: Ground, link: Link) -> Mapping[str, object]:
    """Sum an alignment up."""
    laid = link.laid or _on_lattice(ground, link.trace)
    return {
        "kind": link.kind,
        "name": f"{WORDS[link.kind]} {link.start.name}–{link.end.name}",
        "start": link.start.id,
        "end": link.end.id,
        "district": link.start.district,
        "standard": link.standard,
        "voltage_kv": link.voltage_kv,
        "capacity_mw": link.capacity_mw,
        "length_km": laid.length_km,
        "climb_m": laid.climb_m,
        "max_grade_percent": laid.max_grade_percent,
        "bridge_km": laid.bridge_km,
        "tunnel_km": laid.tunnel_km,
        "capex_usd": laid.capex_usd,
        "geometry": LineString(laid.points_m),
    }


def _on_lattice(ground: Ground, trace: Trace) -> Laid:
    """Sum a way over the lattice up."""
    return Laid(
        points_m=ground.points(trace.nodes),
        length_km=trace.length_m.sum() / 1e3,
        climb_m=trace.rise_m.clip(0).sum(),
        max_grade_percent=trace.grade_percent.max(initial=0.0),
        bridge_km=trace.bridge_m.sum() / 1e3,
        tunnel_km=trace.tunnel_m.sum() / 1e3,
        capex_usd=trace.cost_usd.sum(),
    )
