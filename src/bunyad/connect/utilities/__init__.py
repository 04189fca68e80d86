"""
Utilities: single power lines, fibres and pipelines over the land, through given places.

The front door is `study_utility`. Inside: `model` (designs and tables), `land` (what they look
at), `designs` (classes, and the cost of a metre of land), `find` (the way), `walk` (stations),
and what stands along the way: `towers`, `fibres`, `pipes`.
"""

from __future__ import annotations

from bunyad.connect.utilities.designs import ITEMS, design_utility, price_land
from bunyad.connect.utilities.find import lay_way, study_utility
from bunyad.connect.utilities.land import survey_land
from bunyad.connect.utilities.model import (
    KINDS,
    UTILITY_COSTS,
    UTILITY_ROUTES,
    UTILITY_STATIONS,
    UtilityDesign,
    UtilityStudy,
)

__all__ = [
    "ITEMS",
    "KINDS",
    "UTILITY_COSTS",
    "UTILITY_ROUTES",
    "UTILITY_STATIONS",
    "UtilityDesign",
    "UtilityStudy",
    "design_utility",
    "lay_way",
    "price_land",
    "study_utility",
    "survey_land",
]
