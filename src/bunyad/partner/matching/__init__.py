"""
Matching: who suits what, and why, in words.

rules    weights and thresholds, from a data table
text     likeness of texts across languages: words, letters, and a glossary of the trade
meaning  likeness by a small multilingual model, an optional extra
prepare  criteria of all pairs, each as small as it can be kept
score    the score of all pairs, or of some, with its parts
feedback "no thanks", "must meet", and what they say about like needs
choose   whom to propose to whom, so that one does not take all
explain  the score of a pair in words
meet     from matches to wishes of a forum
quality  how good an order is, by judged pairs
"""

from __future__ import annotations

from bunyad.partner.matching.choose import Match, choose_matches
from bunyad.partner.matching.explain import Reason, explain_match
from bunyad.partner.matching.feedback import VERDICTS, Feedback
from bunyad.partner.matching.meet import MeetWish, meet_wishes
from bunyad.partner.matching.prepare import CRITERIA, Prepared, prepare_matching
from bunyad.partner.matching.quality import ndcg
from bunyad.partner.matching.rules import CountryRules, MatchRules, match_rules
from bunyad.partner.matching.score import score_matches, score_parts

__all__ = [
    "CRITERIA",
    "VERDICTS",
    "CountryRules",
    "Feedback",
    "Match",
    "MatchRules",
    "MeetWish",
    "Prepared",
    "Reason",
    "choose_matches",
    "explain_match",
    "match_rules",
    "meet_wishes",
    "ndcg",
    "prepare_matching",
    "score_matches",
    "score_parts",
]
