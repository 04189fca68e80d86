"""
From the projects of a plan to what is put up for auction.

tables     what is read of a plan: projects, sites, plants, buses, lines
units      prices of a plan in the currency and unit of an auction's rules
offer      sites that the plan does not build, at a chosen size
draw       lots with yield, grid node, what must be ready first, and a suggested ceiling price
body       a lot as exact text, as the events of an auction hold it
data_room  the plan's own files, cut to a lot's site
"""

from __future__ import annotations

from bunyad.auction.lots.body import draft_document, lot_body
from bunyad.auction.lots.data_room import write_data_room
from bunyad.auction.lots.draw import draw_lots, plan_terms, terms_under
from bunyad.auction.lots.lot import DataFile, Lot, Prerequisite
from bunyad.auction.lots.offer import offer_sites
from bunyad.auction.lots.tables import PlanTables, read_plan_tables

__all__ = [
    "DataFile",
    "Lot",
    "PlanTables",
    "Prerequisite",
    "draft_document",
    "draw_lots",
    "lot_body",
    "offer_sites",
    "plan_terms",
    "read_plan_tables",
    "terms_under",
    "write_data_room",
]
