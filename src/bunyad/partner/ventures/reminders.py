"""What is due or overdue in a venture, and who has to be reminded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bunyad.auction.money import to_steps
from bunyad.partner.ventures.law import CENTS
from bunyad.partner.ventures.state import VentureState


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Something that a party has to do by a day."""

    venture: str
    kind: str
    """signature, contribution or milestone."""
    party: str
    what: str
    due: str
    days: int
    """Days that are left [d]; below 0: overdue."""


def due_reminders(
    state: VentureState, today: date, *, ahead_days: int = 14, sign_days: int = 7
) -> tuple[Reminder, ...]:
    """
    Return what is due soon or overdue, without what was reminded of today already.

    Parameters
    ----------
    state
        The venture.
    today
        The present day.
    ahead_days
        Days ahead that are looked at [d].
    sign_days
        Days within which a version is to be signed [d].

    Returns
    -------
    tuple of Reminder
        What has been due longest comes first.
    """
    if state.stage in ("ended", "cancelled"):
        return ()
    last = (today + timedelta(days=ahead_days)).isoformat()
    found = [
        Reminder(venture=state.venture, kind=kind, party=party, what=what, due=due,
                 days=(date.fromisoformat(due) - today).days)
        for kind, party, what, due in _open(state, sign_days)
        if due <= last and not _reminded_today(state, party, what, due, today)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.due, one.kind, one.what, one.party)))


def _reminded_today(state: VentureState, party: str, what: str, due: str, today: date) -> bool:
    return state.reminded.get((party, what, due), "")[:10] >= today.isoformat()


def _open(state: VentureState, sign_days: int) -> Iterator[tuple[str, str, str, str]]:
    """Yield kind, party, what and day of all that is open."""
    if state.proposed is not None:
        by = date.fromisoformat(state.time[:10]) + timedelta(days=sign_days)
        for party in state.signers:
            if party not in state.signatures:
                yield "signature", party, f"version {state.version}", by.isoformat()
    if state.agreed is None:
        return
    for one in state.agreed.get("contributions", ()):
        if paid_cents(state, one["id"]) < to_steps(one["amount_usd"], CENTS):
            yield "contribution", one["party"], one["what"], one["due"]
    for one in state.agreed.get("milestones", ()):
        if one["id"] in state.reached:
            continue
        for party in _answering(state, one):
            yield "milestone", party, one["title"], state.moved.get(one["id"], one["due"])


def _answering(state: VentureState, milestone: Any) -> tuple[str, ...]:
    """Return who answers for a milestone."""
    party = milestone.get("party")
    return (party,) if party else tuple(one["organisation"] for one in state.terms["parties"])


def paid_cents(state: VentureState, contribution: str) -> int:
    """Return what has come of a contribution [cents]."""
    return sum(
        to_steps(one["amount_usd"], CENTS) for one in state.contributed.get(contribution, ())
    )
