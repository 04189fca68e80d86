"""
Red flags: patterns of bids that the commission should look at; none of them proves anything.

flag      what a flag says
case      what the checks look at: the offers of an auction and its dates
prices    checks of prices
conduct   checks of bidders, of the call and of the commission
raise_    all checks together
"""

from __future__ import annotations

from bunyad.auction.publish.flags.case import Case, read_case
from bunyad.auction.publish.flags.flag import Flag, told
from bunyad.auction.publish.flags.raise_ import CHECKS, raise_flags, red_flags

__all__ = ["CHECKS", "Case", "Flag", "raise_flags", "read_case", "red_flags", "told"]
