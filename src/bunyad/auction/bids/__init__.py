"""
What bidders ask for.

bid       one bid, opened, as it is cleared
reading   bids from CSV and JSON, and published auctions to hold a clearing against
"""

from __future__ import annotations

from bunyad.auction.bids.bid import Bid
from bunyad.auction.bids.reading import Case, parse_bids, read_bids, read_case, read_cases

__all__ = ["Bid", "Case", "parse_bids", "read_bids", "read_case", "read_cases"]
