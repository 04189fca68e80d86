"""
Study: what a single route could be: with and without structures, elsewhere, at other prices.

The front doors are `study_corridors` (the region's own), `study_route` (any two places) and
`sketch_route` (drawn places, in the time that somebody waits at a map).
Inside: `result` (tables), `variants` (what is compared) and `tables` (rows from alignments).
"""

from __future__ import annotations

from bunyad.connect.study.corridors import ask_route, study_corridors, study_route
from bunyad.connect.study.result import (
    ROUTE_COSTS,
    ROUTE_OPTIONS,
    ROUTE_STATIONS,
    RouteStudy,
)
from bunyad.connect.study.sketch import Pad, Sketch, lay_pad, sketch_route
from bunyad.connect.study.variants import Question, Variant, find_variants

__all__ = [
    "ROUTE_COSTS",
    "ROUTE_OPTIONS",
    "ROUTE_STATIONS",
    "Pad",
    "Question",
    "RouteStudy",
    "Sketch",
    "Variant",
    "ask_route",
    "find_variants",
    "lay_pad",
    "sketch_route",
    "study_corridors",
    "study_route",
]
