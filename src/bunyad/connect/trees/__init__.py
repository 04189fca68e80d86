"""Trees: light networks that join places, with rings, hubs and shared corridors."""

from __future__ import annotations

from bunyad.connect.trees.hubs import place_hubs, shared_corridor_cost
from bunyad.connect.trees.rings import RingNetwork, network_within_budget, ring_network
from bunyad.connect.trees.solve import SteinerTree, steiner_tree
from bunyad.connect.trees.terrain import (
    TerrainTree,
    neighbour_links,
    raster_links,
    terrain_steiner,
)

__all__ = [
    "RingNetwork",
    "SteinerTree",
    "TerrainTree",
    "neighbour_links",
    "network_within_budget",
    "place_hubs",
    "raster_links",
    "ring_network",
    "shared_corridor_cost",
    "steiner_tree",
    "terrain_steiner",
]
