"""How masts reach the backbone: by fibre, or by microwave from mast to mast."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from bunyad.connect.radio.budget import HZ_PER_MHZ, LIGHT_M_S, earth_radius_m
from bunyad.connect.radio.kernels_sight import least_clearances
from bunyad.connect.radio.result import BACKHAUL
from bunyad.connect.radio.sight import Relief, coordinates
from bunyad.options import ConnectOptions
from bunyad.tables import conform

BACKBONE = "backbone"
"""What a mast with fibre of its own is joined to."""


def join_masts(
    relief: Relief, masts: gpd.GeoDataFrame, *, backbone: BaseGeometry, options: ConnectOptions
) -> gpd.GeoDataFrame:
    """
    Join every mast to the backbone at the least cost: a spanning tree of fibre and microwave.

    Two masts may be joined by microwave where they see each other, with the wanted part of the
    first Fresnel zone free.

    Parameters
    ----------
    relief
        The land.
    masts
        Masts with `id` and `height_m`.
    backbone
        Fibre that is there or planned; everything that a mast may splice into.
    options
        Costs and the microwave's frequency, reach and clearance.

    Returns
    -------
    GeoDataFrame
        Table `BACKHAUL`, a row for each mast.
    """
    names = masts["id"].tolist()
    points = dict(zip(names, masts.geometry, strict=True))
    net: nx.Graph[str] = nx.Graph()
    net.add_node(BACKBONE)
    detour = options.fibre_detour
    for name, point in points.items():
        length = point.distance(backbone) * detour / 1e3
        net.add_edge(
            BACKBONE, name, weight=length * options.fibre_usd_per_km, kind="fibre", km=length
        )
    for one, two, length in sighted_pairs(relief, masts, options=options):
        cost = options.microwave_hop_usd
        net.add_edge(names[one], names[two], weight=cost, kind="microwave", km=length)
    tree = nx.minimum_spanning_tree(net)
    rows = []
    for parent, mast in nx.bfs_edges(tree, BACKBONE):
        edge = tree.edges[parent, mast]
        end = nearest_points(points[mast], backbone)[1] if parent == BACKBONE else points[parent]
        rows.append(
            {
                "mast": mast,
                "to": parent,
                "kind": edge["kind"],
                "length_km": edge["km"],
                "capex_usd": edge["weight"],
                "geometry": LineString([points[mast], end]),
            }
        )
    rows.sort(key=lambda row: names.index(row["mast"]))
    table = {name: [row[name] for row in rows] for name in BACKHAUL.names()}
    return conform(gpd.GeoDataFrame(table, geometry="geometry", crs=masts.crs), BACKHAUL)


def sighted_pairs(
    relief: Relief, masts: gpd.GeoDataFrame, *, options: ConnectOptions
) -> list[tuple[int, int, float]]:
    """
    Return the pairs of masts that a microwave link can join, with its length [km].

    Parameters
    ----------
    relief
        The land.
    masts
        Masts with `height_m`.
    options
        Frequency, reach and clearance.
    """
    xy = coordinates(masts)
    tops = relief.ends(xy, 0.0)
    tops[:, 2] += masts["height_m"].to_numpy()
    found: list[tuple[int, int, float]] = []
    for one in range(len(tops) - 1):
        free = least_clearances(
            relief.elevation_m,
            relief.cell_m,
            tops[one],
            tops[one + 1 :],
            earth_radius_m(options),
            LIGHT_M_S / (options.microwave_ghz * HZ_PER_MHZ * 1e3),
            options.microwave_fresnel_share,
            options.microwave_reach_km * 1e3,
        )
        length_km = np.hypot(*(xy - xy[one]).T) / 1e3
        seen = (np.flatnonzero(free >= 0) + one + 1).tolist()
        found.extend((one, two, float(length_km[two])) for two in seen)
    return found
