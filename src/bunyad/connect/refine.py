"""Local roads and railways off the lattice: bends shifted, heights and earthworks anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Point

from bunyad.connect.alignment import (
    Alignment,
    best_profile,
    design_from_standard,
    structure_km,
    surface_from_ground,
)
from bunyad.connect.alignment.find import adopt, cheapest
from bunyad.connect.alignment.prepare import land_of
from bunyad.connect.ground import Ground
from bunyad.connect.routes import Laid, Link
from bunyad.connect.standards import Standard, design_standard
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions

Points = NDArray[np.float64]
STANDARDS = {"two-lane": ("road", "land"), "four-lane": ("road", "tunnels")}


def refine_links(ground: Ground, links: Sequence[Link], *, options: ConnectOptions) -> list[Link]:
    """
    Lay links of roads and railways again with the engine of single alignments.

    The way over the lattice is kept but for its bends, which are shifted to where the line is
    cheapest with the least radius of its class; heights, cut, fill and structures follow. Where
    the class cannot follow the way, or the way is only a step or two, the lattice's link stays.
    A link that ends on another follows it to where that runs now.

    Parameters
    ----------
    ground
        The grid that the links' nodes belong to.
    links
        Roads and railways, those that others join first.
    options
        `refine_routes` says whether; costs and fineness of the alignments.
    """
    if not options.refine_routes:
        return list(links)
    surface = surface_from_ground(ground, options=options)
    land = land_of(surface)
    laid: dict[int, Point] = {}
    refined: list[Link] = []
    ends = {int(node) for link in links for node in link.trace.nodes[[0, -1]]}
    for link in links:
        points = _moved(ground, link, laid)
        design = design_from_standard(_standard(link, options), options=options)
        found: Alignment | None = None
        if len(points) > 2:
            try:
                seed = best_profile(surface, design, line_m=points, options=options)
                found = cheapest(adopt(surface, land, design, seed, options))
            except InfeasibleError:
                found = None
        refined.append(link if found is None else replace(link, laid=lay(found)))
        path = LineString(points if found is None else found.points_m[:, :2])
        for node in ends.intersection(link.trace.nodes[1:-1].tolist()):
            x, y = ground.points(np.array([node]))[0]
            laid.setdefault(node, path.interpolate(path.project(Point(x, y))))
    return refined


def lay(line: Alignment) -> Laid:
    """Sum an alignment up for the table of routes."""
    run = np.hypot(*np.diff(line.points_m[:, :2], axis=0).T)
    rise = np.diff(line.points_m[:, 2])
    bridge_km, tunnel_km = structure_km(line)
    return Laid(
        points_m=np.asarray(line.points_m[:, :2], np.float64),
        length_km=line.length_m / 1e3,
        climb_m=float(rise.clip(0).sum()),
        max_grade_percent=float(100 * np.abs(rise / run).max(initial=0.0)),
        bridge_km=bridge_km,
        tunnel_km=tunnel_km,
        capex_usd=line.capex_usd,
    )


def _standard(link: Link, options: ConnectOptions) -> Standard:
    """Return the class of a link."""
    kind, standard = STANDARDS.get(link.standard, ("railway", "tunnels"))
    return design_standard(kind=kind, standard=standard, options=options)


def _moved(ground: Ground, link: Link, laid: dict[int, Point]) -> Points:
    """Return a link's points, its ends moved to where the links that they lie on run now."""
    points = ground.points(link.trace.nodes).astype(np.float64)
    for end in (0, -1):
        spot = laid.get(int(link.trace.nodes[end]))
        if spot is not None:
            points[end] = shapely.get_coordinates(spot)[0]
    return points
