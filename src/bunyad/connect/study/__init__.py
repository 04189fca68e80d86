"""
Study: what a single route could be: with and without structures, elsewhere, at other prices.

The front doors are `study_corridors` (the region's own) and `study_route` (any two places).
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
from bunyad.connect.study.variants import Question, Variant, find_variants

__all__ = [
    "ROUTE_COSTS",
    "ROUTE_OPTIONS",
    "ROUTE_STATIONS",
    "Question",
    "RouteStudy",
    "Variant",
    "ask_route",
    "find_variants",
    "study_corridors",
    "study_route",
]
