"""The rules of an auction's life by name, and who may do what in which stage."""

from __future__ import annotations

from typing import NoReturn

from bunyad.errors import InputError

ALWAYS = ("drafted", "open", "closed", "opened", "cleared", "awarded", "contracted")

KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "published": (("drafted",), ("agency",)),
    "question": (("open",), ("bidder", "public")),
    "answer": (("open",), ("agency",)),
    "amended": (("drafted", "open"), ("agency",)),
    "qualified": (("open", "closed"), ("agency", "commissioner")),
    "tie_seed_committed": (("open",), ("commissioner",)),
    "bid": (("open",), ("bidder",)),
    "withdrawn": (("open",), ("bidder",)),
    "late": (("open", "closed", "opened"), ("server",)),
    "closed": (("open",), ("server",)),
    "share_given": (("closed",), ("commissioner",)),
    "tie_seed_revealed": (("closed",), ("commissioner",)),
    "opened": (("closed",), ("server",)),
    "cleared": (("opened",), ("server",)),
    "awarded": (("cleared", "awarded"), ("agency",)),
    "appeal": (("closed", "opened", "cleared", "awarded"), ("bidder",)),
    "appeal_decided": (("closed", "opened", "cleared", "awarded"), ("agency", "commissioner")),
    "contracted": (("awarded", "contracted"), ("agency",)),
    "security": (ALWAYS[1:], ("agency",)),
    "milestone": (("contracted",), ("agency",)),
    "settled": (("contracted",), ("agency",)),
    "cancelled": (ALWAYS[:-1], ("agency",)),
}
"""Stages in which a kind of event may be, and roles that may do it."""

RULES = {
    "first": "the first event is the draft, by the agency, at index 0",
    "order": "events follow each other in index and in time, none is from the future",
    "who": "each act is for certain roles, and nobody acts in another's name",
    "when": "each act belongs to certain stages of the auction",
    "call": "2 or more different commissioners, envelopes as in the rules, opened after the close",
    "amend": "rules stay once there is a bid; lots that are bid for stay; deadlines move later",
    "lots": "lots have ids of their own, and bids are for lots of the call",
    "deadline": "what comes at the deadline or later is late, and the close is not before it",
    "envelopes": "a bid has every envelope of the call, and a share of each for each commissioner",
    "one-bid": "a bidder has one standing bid for a lot, and no sealed bid is handed in twice",
    "replace": "a bid replaces one of the same bidder, if the rules let bids be replaced",
    "withdraw": "a bidder withdraws a standing bid of his own, if the rules let him",
    "key": "a bidder keeps one signing key",
    "unfit": "who was found unfit does not bid",
    "qualify": "nobody is found fit or unfit once the last envelope is being opened",
    "seeds": "one seed each, committed before the close and shown before the last opening",
    "count": "the close tells the number of standing bids",
    "shares": "shares are of all bids to be opened, once each, not before the opening time",
    "opening": "an envelope is opened once, after those before it, with enough shares",
    "result": "the result names the rules by hash, and who did not show a seed",
    "awards": "awards are of bids opened and not void; a second time only after an upheld appeal",
    "refers": "an act refers to something that is there and is still open",
}
"""Each rule by the name that errors give it."""


def refuse(rule: str, what: str) -> NoReturn:
    """Raise the error that names a rule."""
    raise InputError(what, where=f"rule {rule}", mend=f"mind that {RULES[rule]}")
