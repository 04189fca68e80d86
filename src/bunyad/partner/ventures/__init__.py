"""
Ventures: from a match to an agreement that is followed.

shares    parts of a whole, exact
bodies    what the body of each kind of event holds
event     an event of a venture, and its reading
state     the state after events: `fold_venture`
law       the rules by name, and whether an event may follow: `may_follow`
signing   signatures under a version of an agreement
reminders what is due or overdue, and who has to be reminded
cap_table who owns how many shares after each round of finance
waterfall who gets which part of a venture's cash, tier by tier
portfolio ventures by country and field
telling   a venture's story in words
"""

from __future__ import annotations

from bunyad.partner.ventures.cap_table import CAP_TABLE, FinanceRound, cap_table
from bunyad.partner.ventures.event import VentureEvent, read_venture_event
from bunyad.partner.ventures.law import KINDS, RULES, may_follow
from bunyad.partner.ventures.portfolio import PORTFOLIO, portfolio
from bunyad.partner.ventures.reminders import Reminder, due_reminders
from bunyad.partner.ventures.shares import read_shares
from bunyad.partner.ventures.signing import sign_version, terms_hash
from bunyad.partner.ventures.state import VentureState, apply_event, fold_venture
from bunyad.partner.ventures.telling import tell_event
from bunyad.partner.ventures.waterfall import (
    WATERFALL,
    Waterfall,
    WaterfallTerms,
    pour_cash,
    share_cash_flow,
)

__all__ = [
    "CAP_TABLE",
    "KINDS",
    "PORTFOLIO",
    "RULES",
    "WATERFALL",
    "FinanceRound",
    "Reminder",
    "VentureEvent",
    "VentureState",
    "Waterfall",
    "WaterfallTerms",
    "apply_event",
    "cap_table",
    "due_reminders",
    "fold_venture",
    "may_follow",
    "portfolio",
    "pour_cash",
    "read_shares",
    "read_venture_event",
    "share_cash_flow",
    "sign_version",
    "tell_event",
    "terms_hash",
]
