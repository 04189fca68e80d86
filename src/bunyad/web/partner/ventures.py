"""Agreements, their events, reminders, and the portfolio of ventures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from bunyad.auction.events import time_text
from bunyad.partner.ventures import (
    Reminder,
    VentureEvent,
    due_reminders,
    fold_venture,
    may_follow,
    portfolio,
    tell_event,
)
from bunyad.partner.ventures import VentureState as Folded
from bunyad.partner.ventures.bodies import BODIES
from bunyad.partner.ventures.event import check_venture_body
from bunyad.partner.ventures.reminders import paid_cents
from bunyad.store.models import new_id
from bunyad.store.partners import (
    Kept,
    Noted,
    append_event,
    list_documents,
    read_document,
    read_events,
    save_document,
)
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.partner.bodies import (
    LanguageOnly,
    PortfolioRow,
    ReminderState,
    VentureAct,
    VentureChange,
    VentureDraft,
    VentureMoment,
    VentureRow,
    VentureState,
)
from bunyad.web.partner.finding import VENTURE, check_language, host_id, is_host, own_entries
from bunyad.web.problems import Problem, not_found
from bunyad.web.rights import Role
from bunyad.web.services import record

ORGANISER = "organiser"
CENTS = 100


def list_ventures(call: Call[Nothing, Nothing]) -> list[VentureRow]:
    """List ventures: those published, one's own, and those of one's directory."""
    with call.services.database.read() as session:
        return [_row(kept, _fold(session, kept.id)) for kept in _seen(session, call)]


def _seen(session: Session, call: Call[Any, Any]) -> Iterable[Kept]:
    own = {one.id for one in own_entries(session, call.person)}
    for kept in list_documents(session, VENTURE):
        if kept.is_public or _acts_as(call, kept, own):
            yield kept


def _acts_as(call: Call[Any, Any], kept: Kept, own: set[str]) -> str:
    """Return as whom somebody acts in a venture; empty for who does not."""
    if is_host(call.person, kept):
        return ORGANISER
    party = next((one for one in kept.body["parties"] if one in own), None)
    return f"party:{party}" if party else ""


def _events(session: Session, venture: str) -> tuple[VentureEvent, ...]:
    return tuple(_event(venture, one) for one in read_events(session, VENTURE, venture))


def _event(venture: str, noted: Noted) -> VentureEvent:
    return VentureEvent(
        venture=venture,
        index=noted.sequence,
        kind=noted.body["kind"],
        time=noted.time,
        actor=noted.actor,
        body=noted.body["body"],
    )


def _fold(session: Session, venture: str) -> Folded:
    return fold_venture(_events(session, venture))


def _row(kept: Kept, state: Folded) -> VentureRow:
    terms = state.terms
    milestones = [one["id"] for one in terms.get("milestones", ())]
    return VentureRow(
        id=kept.id,
        title=terms["title"],
        form=terms["form"],
        stage=state.stage,
        field=terms["field"],
        country=terms["country"],
        project=terms.get("project"),
        parties=[one["name"] for one in terms["parties"]],
        milestones=len(milestones),
        reached=sum(one in state.reached for one in milestones),
        is_public=kept.is_public,
    )


def draft_venture(call: Call[Nothing, VentureDraft]) -> VentureState:
    """Draft an agreement; a partner has to be one of its parties."""
    check_venture_body("drafted", {"terms": call.body.terms}, where="body")
    parties = [one["organisation"] for one in call.body.terms["parties"]]
    identifier = new_id()
    with call.services.database.begin() as session:
        own = own_entries(session, call.person)
        hosted = call.person.role is not Role.PARTNER
        if not hosted and not own:
            raise Problem(
                409, "no-entry", "Your organisation has no entry in a directory yet.",
                mend="Open the link that the organiser sent you.",
            )  # fmt: skip
        host = host_id(call.person) if hosted else own[0].organisation
        kept = Kept(kind=VENTURE, id=identifier, body={"parties": parties}, organisation=host)
        actor = _acts_as(call, kept, {one.id for one in own})
        if not actor:
            raise Problem(403, "not-allowed", "You are no party to it.", mend="Name your entry.")
        save_document(session, kept)
        _append(session, call, identifier, actor, ("drafted", {"terms": call.body.terms}))
        record(session, call.person, "venture.drafted", identifier)
    call.path["venture"] = identifier
    return _tell(call, "en")


def _append(
    session: Session,
    call: Call[Any, Any],
    venture: str,
    actor: str,
    act: tuple[str, dict[str, Any]],
) -> Folded:
    """Append an event if the rules let it, and return the state after it."""
    kind, body = act
    if kind not in BODIES:
        raise not_found("kind of event")
    now = time_text(call.services.clock())

    def check(so_far: tuple[Noted, ...], new: Noted) -> None:
        state = fold_venture(_event(venture, one) for one in so_far) if so_far else None
        may_follow(state, _event(venture, new), max(now, new.time))

    noted = Noted(time=now, actor=actor, body={"kind": kind, "body": body})
    append_event(session, VENTURE, venture, noted, check=check)
    return _fold(session, venture)


def get_venture(call: Call[LanguageOnly, Nothing]) -> VentureState:
    """Return a venture with its story."""
    return _tell(call, check_language(call.query.language))


def _find(session: Session, call: Call[Any, Any]) -> tuple[Kept, str]:
    """Return the venture of the path, and as whom somebody acts in it."""
    kept = read_document(session, VENTURE, call.path["venture"])
    own = {one.id for one in own_entries(session, call.person)}
    actor = _acts_as(call, kept, own) if kept else ""
    if kept is None or not (kept.is_public or actor):
        raise not_found("venture")
    return kept, actor


def act_on_venture(call: Call[Nothing, VentureAct]) -> VentureState:
    """Sign, decline, revise, add a document, note what was reached or paid, remind, end."""
    with call.services.database.begin() as session:
        kept, actor = _find(session, call)
        if not actor:
            raise Problem(403, "not-allowed", "You are no party to it.", mend="Ask a party.")
        state = _append(session, call, kept.id, actor, (call.body.kind, call.body.body))
        parties = list(dict.fromkeys((*kept.body["parties"], *state.signers)))
        if parties != kept.body["parties"]:
            save_document(session, replace(kept, body={"parties": parties}))
        record(session, call.person, f"venture.{call.body.kind}", kept.id)
    return _tell(call, "en")


def change_venture(call: Call[Nothing, VentureChange]) -> VentureState:
    """Publish a venture, or withdraw it from the public."""
    with call.services.database.begin() as session:
        kept, actor = _find(session, call)
        if actor != ORGANISER:
            raise Problem(403, "not-allowed", "The organiser publishes.", mend="Ask the organiser.")
        save_document(session, replace(kept, is_public=call.body.is_public))
        record(session, call.person, "venture.publish", kept.id, is_public=call.body.is_public)
    return _tell(call, "en")


def _tell(call: Call[Any, Any], language: str) -> VentureState:
    """Return a venture as the one who asks may see it: the public sees terms that hold."""
    with call.services.database.read() as session:
        kept, actor = _find(session, call)
        events = _events(session, kept.id)
    state = fold_venture(events)
    waits = [one for one in state.signers if one not in state.signatures]
    return VentureState(
        row=_row(kept, state),
        time=state.time,
        version=state.version,
        agreed_version=state.agreed_version,
        terms=dict(state.terms) if actor else _public(state.terms),
        proposed=dict(state.proposed) if state.proposed and actor else None,
        waits_for=waits if state.proposed and actor else [],
        reached=dict(state.reached),
        moved=dict(state.moved),
        paid_usd={
            one["id"]: paid_cents(state, one["id"]) / CENTS
            for one in state.terms.get("contributions", ())
        }
        if actor
        else {},
        acts_as=actor,
        moments=[
            VentureMoment(index=one.index, time=one.time, actor=one.actor, kind=one.kind,
                          text=tell_event(one, language), body=dict(one.body))
            for one in events
        ]
        if actor
        else [],
        reminders=[_reminder(one) for one in _due(call, state)] if actor else [],
    )  # fmt: skip


def _public(terms: Any) -> dict[str, Any]:
    """Return what the public sees of terms: who, what and when, not the text and the money."""
    return {
        **{name: terms.get(name) for name in ("title", "form", "country", "field", "project")},
        "parties": [
            {name: one.get(name) for name in ("organisation", "name", "country", "share")}
            for one in terms["parties"]
        ],
        "milestones": list(terms.get("milestones", ())),
    }


def _due(call: Call[Any, Any], state: Folded) -> tuple[Reminder, ...]:
    today = date.fromisoformat(time_text(call.services.clock())[:10])
    return due_reminders(state, today)


def _reminder(one: Reminder) -> ReminderState:
    return ReminderState(venture=one.venture, kind=one.kind, party=one.party, what=one.what,
                         due=one.due, days=one.days)  # fmt: skip


def list_reminders(call: Call[Nothing, Nothing]) -> list[ReminderState]:
    """List what is due or overdue in one's ventures; a party sees what it has to do."""
    with call.services.database.read() as session:
        own = {one.id for one in own_entries(session, call.person)}
        found = []
        for kept in list_documents(session, VENTURE):
            actor = _acts_as(call, kept, own)
            if actor:
                due = _due(call, _fold(session, kept.id))
                found += [one for one in due if actor == ORGANISER or one.party in own]
    return [_reminder(one) for one in sorted(found, key=lambda one: (one.due, one.what))]


def get_portfolio(call: Call[Nothing, Nothing]) -> list[PortfolioRow]:
    """Count ventures that one may see by country and field; amounts only of one's own."""
    with call.services.database.read() as session:
        own = {one.id for one in own_entries(session, call.person)}
        rows: list[PortfolioRow] = []
        mine: list[Folded] = []
        others: list[Folded] = []
        for kept in _seen(session, call):
            state = _fold(session, kept.id)
            (mine if _acts_as(call, kept, own) else others).append(state)
    for states, shows_money in ((mine, True), (others, False)):
        for row in portfolio(states).to_dict("records"):
            found = PortfolioRow(**{str(name): value for name, value in row.items()})
            hidden = msgspec.structs.replace(found, promised_usd=0.0, paid_usd=0.0)
            rows.append(found if shows_money else hidden)
    return rows
