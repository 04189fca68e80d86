"""The rules of a venture's life by name, and whether an event may follow a state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NoReturn

from bunyad.auction.money import to_steps
from bunyad.errors import InputError
from bunyad.partner.organisations.codes import branches, countries
from bunyad.partner.ventures.event import VentureEvent, check_venture_body
from bunyad.partner.ventures.shares import read_shares
from bunyad.partner.ventures.signing import is_paper_signed, is_version_signed, terms_hash
from bunyad.partner.ventures.state import VentureState

CENTS = 2
BOTH = ("organiser", "party")

KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "revised": (("drafted", "running"), BOTH),
    "signed": (("drafted", "running"), ("party",)),
    "declined": (("drafted", "running"), ("party",)),
    "document_added": (("drafted", "running"), ("party",)),
    "contributed": (("running",), ("organiser",)),
    "milestone_reached": (("running",), BOTH),
    "milestone_missed": (("running",), BOTH),
    "reminded": (("drafted", "running"), ("server", "organiser")),
    "ended": (("running",), BOTH),
    "cancelled": (("drafted", "running"), BOTH),
}
"""Stages in which a kind of event may be, and roles that may do it."""

RULES = {
    "first": "the first event is the draft, at index 0",
    "order": "events follow each other in index and in time, none is from the future",
    "who": "each act is for certain roles, and a party acts for itself only",
    "when": "each act belongs to certain stages",
    "parties": "parties differ from each other, and so do their keys",
    "shares": "in a joint venture each party has a share, elsewhere all or none; they make 100 %",
    "named": "contributions and milestones have names of their own and are of parties",
    "codes": "country and field are of the standard lists, days are days, amounts are whole cents",
    "version": "what is signed or declined is the newest version, unchanged",
    "signature": "a signature is by the key of the party that the terms name, once",
    "refers": "an act refers to something that is there and is still open",
}
"""Each rule by the name that errors give it."""


def refuse(rule: str, what: str) -> NoReturn:
    """Raise the error that names a rule."""
    raise InputError(what, where=f"rule {rule}", mend=f"mind that {RULES[rule]}")


def may_follow(state: VentureState | None, event: VentureEvent, now: str) -> None:
    """
    Refuse an event that may not follow a state.

    Parameters
    ----------
    state
        The venture so far; None before its first event.
    event
        What is to follow.
    now
        The present moment in UTC.

    Raises
    ------
    InputError
        Naming the rule that it breaks, or every wrong field of its body.
    """
    check_venture_body(event.kind, event.body, where=f"event {event.index}")
    if event.time > now:
        refuse("order", f"it is of {event.time}, now is {now}")
    if state is None or event.kind == "drafted":
        if state is not None or event.kind != "drafted" or event.index != 0:
            refuse("first", f"a {event.kind} stands at {event.index}")
        if event.role not in BOTH:
            refuse("who", f"{event.actor} drafts")
        check_terms(event.body["terms"])
        if event.role == "party" and event.name not in _names(event.body["terms"]):
            refuse("who", f"{event.name} is no party")
        return
    if event.venture != state.venture or event.index != state.size or event.time < state.time:
        refuse("order", f"it has index {event.index} and time {event.time}")
    stages, roles = KINDS[event.kind]
    if state.stage not in stages:
        refuse("when", f"{event.kind} in a venture that is {state.stage}")
    _check_actor(state, event, roles)
    _CHECKS.get(event.kind, _nothing)(state, event)


def check_terms(terms: Mapping[str, Any]) -> None:
    """
    Refuse terms that contradict themselves.

    Raises
    ------
    InputError
        Naming the rule that they break.
    """
    names = _names(terms)
    keys = [one["signing_key"] for one in terms["parties"]]
    if len(set(names)) != len(names) or len(set(keys)) != len(keys):
        refuse("parties", "two parties have one name or one key")
    _check_shares(terms)
    _check_named(terms, names)
    for one in terms.get("contributions", ()):
        if to_steps(one["amount_usd"], CENTS, where=f"contribution {one['id']}") < 0:
            refuse("codes", f"{one['id']} is below 0")
    if terms["field"] not in branches():
        refuse("codes", f"{terms['field']!r} is no branch")
    for place in (terms["country"], *(one["country"] for one in terms["parties"])):
        if place not in countries():
            refuse("codes", f"{place!r} is no country")


def _check_named(terms: Mapping[str, Any], names: list[str]) -> None:
    for kind in ("contributions", "milestones"):
        known = [one["id"] for one in terms.get(kind, ())]
        if len(set(known)) != len(known):
            refuse("named", f"two {kind} have one name")
        for one in terms.get(kind, ()):
            if one.get("party") not in (*names, *([None] if kind == "milestones" else [])):
                refuse("named", f"{one['id']} is of {one.get('party')}, who is no party")
            _check_day(one["due"])


def _check_shares(terms: Mapping[str, Any]) -> None:
    given = {
        one["organisation"]: one["share"]
        for one in terms["parties"]
        if one.get("share") is not None
    }
    if not given and terms["form"] != "joint_venture":
        return
    missing = [name for name in _names(terms) if name not in given]
    if missing:
        refuse("shares", f"{', '.join(missing)} has no share")
    read_shares(given, where="rule shares")


def _names(terms: Mapping[str, Any]) -> list[str]:
    return [str(one["organisation"]) for one in terms["parties"]]


def _check_day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        refuse("codes", f"{text} is no day")


def _check_actor(state: VentureState, event: VentureEvent, roles: tuple[str, ...]) -> None:
    if event.role not in roles or (event.role == "party") != bool(event.name):
        refuse("who", f"{event.actor} does not {event.kind}")
    if event.role == "party":
        if event.name not in state.signers:
            refuse("who", f"{event.name} is no party")
        if event.kind in ("signed", "declined", "document_added") and (
            event.body["party"] != event.name
        ):
            refuse("who", f"{event.name} acts as {event.body['party']}")


def _nothing(_: VentureState, __: VentureEvent) -> None:
    """Nothing more is asked of the others."""


def _check_version(state: VentureState, event: VentureEvent) -> Mapping[str, Any]:
    """Return the terms that are waited for."""
    if state.proposed is None or event.body["version"] != state.version:
        refuse("version", f"version {event.body['version']} does not wait for anybody")
    return state.proposed


def _signed(state: VentureState, event: VentureEvent) -> None:
    body = event.body
    terms = _check_version(state, event)
    if body["terms_sha256"] != terms_hash(terms):
        refuse("version", "the hash is not that of the terms")
    if body["party"] in state.signatures:
        refuse("signature", f"{body['party']} has signed already")
    # Who has a key in the terms that hold signs a change of it by the old one.
    key = state.key_of(body["party"])
    if key is None or not is_version_signed(state.venture, body, key=key):
        refuse("signature", f"this is not the signature of {body['party']}")


def _declined(state: VentureState, event: VentureEvent) -> None:
    _check_version(state, event)


def _paper(state: VentureState, event: VentureEvent) -> None:
    key = state.key_of(event.body["party"])
    if key is None or not is_paper_signed(state.venture, event.body, key=key):
        refuse("signature", f"this is not the signature of {event.body['party']}")
    if any(one["document"] == event.body["document"] for one in state.documents):
        refuse("refers", f"{event.body['document']['name']} is there already")


def _contributed(state: VentureState, event: VentureEvent) -> None:
    body = event.body
    if body["contribution"] not in {one["id"] for one in state.terms.get("contributions", ())}:
        refuse("refers", f"there is no contribution {body['contribution']!r}")
    _check_day(body["day"])
    if to_steps(body["amount_usd"], CENTS, where="amount_usd") <= 0:
        refuse("codes", "the amount is not above 0")


def _milestone(state: VentureState, event: VentureEvent) -> None:
    name = event.body["milestone"]
    if name not in {one["id"] for one in state.terms.get("milestones", ())}:
        refuse("refers", f"there is no milestone {name!r}")
    if name in state.reached:
        refuse("refers", f"{name!r} was reached on {state.reached[name]}")
    _check_day(event.body["day" if event.kind == "milestone_reached" else "due"])


_CHECKS: dict[str, Callable[[VentureState, VentureEvent], None]] = {
    "revised": lambda _, e: check_terms(e.body["terms"]),
    "signed": _signed,
    "declined": _declined,
    "document_added": _paper,
    "contributed": _contributed,
    "milestone_reached": _milestone,
    "milestone_missed": _milestone,
}
