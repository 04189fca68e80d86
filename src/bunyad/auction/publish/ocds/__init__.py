"""
OCDS: the auction as releases and a record of the Open Contracting Data Standard 1.1.5.

parties    organisations with identifiers and roles
tender     the call: lots, enquiries, documents, times
outcome    bids, awards, contracts, payments
merge      one state from many releases
packages   releases, the release package and the record package
"""

from __future__ import annotations

from bunyad.auction.publish.ocds.packages import (
    EXTENSIONS,
    record_package,
    release_package,
    releases,
)

__all__ = ["EXTENSIONS", "record_package", "release_package", "releases"]
