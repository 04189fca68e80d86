"""
Publish: what everybody may know of an auction, and what its commission should look at.

publisher   who publishes, and what registers say of the parties
offers      what each bid asked for, as far as its envelopes are open
ocds        the auction as open contracting data
figures     how many bids, how much, at which prices, from how many hands
moments     the life of a lot in plain words
flags       red flags for the commission
page        the page of a lot
export      all published files by name
words       the catalogues of messages
"""

from __future__ import annotations

from bunyad.auction.publish.export import published_files, read_shown
from bunyad.auction.publish.figures import Statistics, statistics
from bunyad.auction.publish.flags import Flag, red_flags, told
from bunyad.auction.publish.moments import Moment, timeline
from bunyad.auction.publish.ocds import record_package, release_package, releases
from bunyad.auction.publish.page import lot_page
from bunyad.auction.publish.publisher import Party, Publisher, read_publisher

__all__ = [
    "Flag",
    "Moment",
    "Party",
    "Publisher",
    "Statistics",
    "lot_page",
    "published_files",
    "read_publisher",
    "read_shown",
    "record_package",
    "red_flags",
    "release_package",
    "releases",
    "statistics",
    "timeline",
    "told",
]
