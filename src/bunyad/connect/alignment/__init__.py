"""
Alignments: single lines of a road or a railway over real land, with all their limits.

The front door is `find_alignment`. Inside: `model` (surface, design, line), `adapt` (both from
the room's own ground and standards), `lattice` (the search, from coarse to fine), `bends`
(tangents and arcs, shifted to where they are best), `profile` (heights, earth and haul).
"""

from __future__ import annotations

from bunyad.connect.alignment.adapt import design_from_standard, surface_from_ground
from bunyad.connect.alignment.find import find_alignment
from bunyad.connect.alignment.model import BRIDGE, OPEN, TUNNEL, Alignment, Design, Surface
from bunyad.connect.alignment.profile import best_profile, evaluate_alignment

__all__ = [
    "BRIDGE",
    "OPEN",
    "TUNNEL",
    "Alignment",
    "Design",
    "Surface",
    "best_profile",
    "design_from_standard",
    "evaluate_alignment",
    "find_alignment",
    "surface_from_ground",
]
