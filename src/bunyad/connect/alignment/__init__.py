"""
Alignments: single lines of a road or a railway over real land, with all their limits.

The front door is `find_alignment`. Inside: `model` (surface, design, line), `adapt` (both from
the room's own ground and standards), `lattice` (the search, from coarse to fine), `bends`
(tangents and arcs, shifted to where they are best), `profile` (heights, earth and haul),
`band` and `polish` (a whole line moved within bands along itself),
`scenarios` (several designs, so that the looser one never costs more),
`accuracy` (what the terrain's cell hides), `travel` (time and energy of vehicles) and
`alternatives` (other routes, trade-offs, when the dearer one pays).
"""

from __future__ import annotations

from bunyad.connect.alignment.accuracy import (
    Range,
    Roughness,
    RouteRange,
    bridge_rivers,
    correct_length,
    correct_route,
    count_parts,
    measure_roughness,
)
from bunyad.connect.alignment.adapt import design_from_standard, surface_from_ground
from bunyad.connect.alignment.alternatives import (
    Choice,
    break_even_traffic,
    find_alternatives,
    structure_km,
    trade_off,
    vary_design,
    weigh,
)
from bunyad.connect.alignment.find import find_alignment
from bunyad.connect.alignment.model import BRIDGE, OPEN, TUNNEL, Alignment, Design, Surface
from bunyad.connect.alignment.profile import best_profile, evaluate_alignment
from bunyad.connect.alignment.scenarios import find_scenarios
from bunyad.connect.alignment.travel import Travel, run_over, turn_radius, vehicles

__all__ = [
    "BRIDGE",
    "OPEN",
    "TUNNEL",
    "Alignment",
    "Choice",
    "Design",
    "Range",
    "Roughness",
    "RouteRange",
    "Surface",
    "Travel",
    "best_profile",
    "break_even_traffic",
    "bridge_rivers",
    "correct_length",
    "correct_route",
    "count_parts",
    "design_from_standard",
    "evaluate_alignment",
    "find_alignment",
    "find_alternatives",
    "find_scenarios",
    "measure_roughness",
    "run_over",
    "structure_km",
    "surface_from_ground",
    "trade_off",
    "turn_radius",
    "vary_design",
    "vehicles",
    "weigh",
]
