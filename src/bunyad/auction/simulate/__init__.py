"""
Simulate: play the rules thousands of times before the call.

market     who may bid: number, size, cost, and how well they know it; from a plan's sites
behaviour  what they bid: truthfully, in equilibrium, by a table or a function; the winner's curse
play       one design, thousands of times
measures   price, volume, what is not built, concentration, rents, cost to the state
compare    designs side by side; a ceiling and a volume
plain      rules that the fast engine knows, in whole steps
kernels    the fast engine
"""

from __future__ import annotations

from bunyad.auction.simulate.behaviour import Conduct, correction
from bunyad.auction.simulate.compare import (
    CHOICES,
    DESIGNS,
    Comparison,
    Suggestion,
    compare_designs,
    suggest_ceiling,
    suggest_volume,
)
from bunyad.auction.simulate.market import Group, Market, market_of_sites
from bunyad.auction.simulate.measures import OUTCOMES, SUMMARY, Simulation
from bunyad.auction.simulate.plain import why_not_plain
from bunyad.auction.simulate.play import draw_bids, simulate_auction

__all__ = [
    "CHOICES",
    "DESIGNS",
    "OUTCOMES",
    "SUMMARY",
    "Comparison",
    "Conduct",
    "Group",
    "Market",
    "Simulation",
    "Suggestion",
    "compare_designs",
    "correction",
    "draw_bids",
    "market_of_sites",
    "simulate_auction",
    "suggest_ceiling",
    "suggest_volume",
    "why_not_plain",
]
