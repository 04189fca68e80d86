"""
Exchange: places at hosts, given so that nobody has a reason to swap.

market   applicants, hosts, wishes, rankings, couples, quotas
accept   deferred acceptance, for applicants best or for hosts best
exact    couples and quotas, by constraint programming
check    the checker of stability
formats  instances in the text formats of research
reading  an exchange as a document that people write
told     who got which wish
"""

from __future__ import annotations

from bunyad.partner.exchange.accept import defer_acceptance
from bunyad.partner.exchange.check import Blocking, blocking_pairs, matching_faults
from bunyad.partner.exchange.exact import match_exactly
from bunyad.partner.exchange.formats import read_instance
from bunyad.partner.exchange.market import (
    NOWHERE,
    Couple,
    Exchange,
    Matching,
    Quota,
    break_ties,
    check_exchange,
)
from bunyad.partner.exchange.reading import read_exchange
from bunyad.partner.exchange.told import WishCounts, count_wishes, match_exchange

__all__ = [
    "NOWHERE",
    "Blocking",
    "Couple",
    "Exchange",
    "Matching",
    "Quota",
    "WishCounts",
    "blocking_pairs",
    "break_ties",
    "check_exchange",
    "count_wishes",
    "defer_acceptance",
    "match_exactly",
    "match_exchange",
    "matching_faults",
    "read_exchange",
    "read_instance",
]
