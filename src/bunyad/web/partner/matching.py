"""Needs of a plan, matches and their reasons, and what is said to them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bunyad.partner.matching import (
    Feedback,
    Prepared,
    choose_matches,
    explain_match,
    match_rules,
    meet_wishes,
    prepare_matching,
)
from bunyad.partner.needs import Need, asked_titles, draw_needs, read_plan_bills
from bunyad.partner.words import words
from bunyad.store.partners import (
    Kept,
    list_documents,
    read_document,
    remove_document,
    save_document,
)
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.partner.bodies import (
    MatchPage,
    MatchQuery,
    MatchRow,
    MatchState,
    MeetPair,
    MeetPerson,
    MeetState,
    NeedQuery,
    NeedRow,
    ReasonState,
    VerdictBody,
)
from bunyad.web.partner.finding import (
    ENTRY,
    FEEDBACK,
    check_language,
    entry_of,
    find_entry,
    host_id,
    own_entries,
    row_of,
)
from bunyad.web.plans.folders import is_made, plan_folder
from bunyad.web.plans.rights import find_plan
from bunyad.web.problems import Problem, not_found
from bunyad.web.rights import Role
from bunyad.web.services import record

PREPARED, MOST_PREPARED = "partner-prepared", 4
"""Prepared matchings that a server keeps."""
DIGITS = 6
LARGEST = 3_000
"""Entries that are matched while somebody waits."""


def list_needs(call: Call[NeedQuery, Nothing]) -> list[NeedRow]:
    """List what the projects of a plan ask for."""
    language = check_language(call.query.language)
    found = _needs(call, call.query.plan)
    return [_need_row(one, language) for one in found if call.query.asked in ("", one.asked)]


def _needs(call: Call[Any, Any], plan: str) -> tuple[Need, ...]:
    """Return what a plan asks for that the one who asks may see."""
    with call.services.database.read() as session:
        found = find_plan(session, call.person, plan)
        data = call.services.settings.data
        if not is_made(data, found):
            raise Problem(409, "not-made", "The plan has not been run.", mend="Run it first.")
        folder = plan_folder(data, found)
    return draw_needs(read_plan_bills(folder))


def _need_row(need: Need, language: str) -> NeedRow:
    return NeedRow(
        id=need.id,
        project=need.project,
        asked=need.asked,
        asked_title=asked_titles(language)[need.asked],
        title=need.title,
        kind=need.kind,
        sectors=list(need.sectors),
        country=need.country,
        district=need.district,
        amount_usd=need.amount_usd,
        start=need.start,
        finish=need.finish,
        quantities=list(need.quantities),
        longitude=need.longitude,
        latitude=need.latitude,
    )


def list_matches(call: Call[MatchQuery, Nothing]) -> MatchPage:
    """Propose organisations of a directory to needs; a partner sees its own matches."""
    query = call.query
    with call.services.database.read() as session:
        host, own = _host(session, call)
        prepared = _prepared(session, call, host, query.plan)
        feedback = _feedback(session, host, query.plan)
    found = choose_matches(
        prepared, feedback=feedback, per_need=query.per_need,
        per_organisation=query.per_organisation,
    )  # fmt: skip
    names = {one.id: one for one in prepared.organisations}
    titles = {one.id: one for one in prepared.needs}
    return MatchPage(
        organisations=len(names),
        needs=len(titles),
        items=[
            MatchRow(
                entry=one.organisation,
                name=names[one.organisation].name,
                country=names[one.organisation].country,
                need=one.need,
                title=titles[one.need].title,
                project=titles[one.need].project,
                score=one.score,
                is_must=one.is_must,
            )
            for one in sorted(found, key=lambda one: -one.score)
            if (own is None or one.organisation in own)
            and query.entry in ("", one.organisation)
            and query.need in ("", one.need)
        ],
    )


def propose_meetings(call: Call[MatchQuery, Nothing]) -> MeetState:
    """Propose people and wishes for a forum: organisations with the projects that they suit."""
    query, host = call.query, host_id(call.person)
    with call.services.database.read() as session:
        prepared = _prepared(session, call, host, query.plan)
        feedback = _feedback(session, host, query.plan)
        claimed = {one.id: one.about for one in list_documents(session, ENTRY, organisation=host)}
    chosen = choose_matches(
        prepared, feedback=feedback, per_need=query.per_need,
        per_organisation=query.per_organisation,
    )  # fmt: skip
    wishes = meet_wishes(prepared, chosen, feedback=feedback)
    guests, hosts = {one.organisation for one in wishes}, {one.project for one in wishes}
    teams = {one.project: one for one in prepared.needs if one.project in hosts}
    people = [
        MeetPerson(id=one.id, name=one.name, side="guest", country=one.country,
                   languages=list(one.languages), organisation=claimed.get(one.id) or "")
        for one in prepared.organisations
        if one.id in guests
    ] + [
        MeetPerson(id=key, name=one.title.partition(": ")[2], side="host", country=one.country,
                   languages=list(one.languages), organisation=host)
        for key, one in teams.items()
    ]  # fmt: skip
    pairs = [
        MeetPair(guest=one.organisation, host=one.project, score=one.score, must=one.is_must,
                 veto=one.is_veto)
        for one in wishes
    ]  # fmt: skip
    return MeetState(people=people, wishes=pairs)


def _host(session: Session, call: Call[Any, Any]) -> tuple[str, set[str] | None]:
    """Return whose directory is matched, and the entries that a partner is bound to."""
    if call.person.role is not Role.PARTNER:
        return host_id(call.person), None
    own = own_entries(session, call.person)
    if not own:
        raise Problem(
            409, "no-entry", "Your organisation has no entry in a directory yet.",
            mend="Open the link that the organiser sent you.",
        )  # fmt: skip
    return str(own[0].organisation), {one.id for one in own}


def _prepared(session: Session, call: Call[Any, Any], host: str, plan: str) -> Prepared:
    """Return the criteria of a directory and a plan, again where neither has changed."""
    entries = list(list_documents(session, ENTRY, organisation=host))
    if len(entries) > LARGEST:
        raise Problem(
            422, "too-large", f"More than {LARGEST} entries are not matched while you wait.",
            mend="Export the directory and use `bunyad partner match`.",
        )  # fmt: skip
    needs = _needs(call, plan)
    known: dict[Any, Any] = call.services.cache.setdefault(PREPARED, {})
    print_ = (tuple((one.id, one.version) for one in entries), hash(needs))
    kept = known.get((host, plan))
    if kept is not None and kept[0] == print_:
        prepared: Prepared = kept[1]
        return prepared
    prepared = prepare_matching([entry_of(one) for one in entries], needs, rules=match_rules())
    while len(known) >= MOST_PREPARED:
        known.pop(next(iter(known)), None)
    known[host, plan] = (print_, prepared)
    return prepared


def _feedback(session: Session, host: str, plan: str) -> list[Feedback]:
    return [
        Feedback(organisation=one.body["entry"], need=one.body["need"],
                 verdict=one.body["verdict"])
        for one in list_documents(session, FEEDBACK, organisation=host, about=plan)
    ]  # fmt: skip


def get_match(call: Call[MatchQuery, Nothing]) -> MatchState:
    """Tell why an organisation and a need suit each other, or do not."""
    with call.services.database.read() as session:
        kept = _own_or_hosted(session, call)
        language = check_language(call.query.language)
        host, plan = str(kept.organisation), call.query.plan
        prepared = _prepared(session, call, host, plan)
        feedback = _feedback(session, host, plan)
        row = row_of(kept, call.person)
    need = _find_need(prepared, call.path["need"])
    reasons = explain_match(prepared, kept.id, need.id, language=language, feedback=feedback)
    about = [one for one in feedback if (one.organisation, one.need) == (kept.id, need.id)]
    return MatchState(
        entry=row,
        need=_need_row(need, language),
        score=round(sum(one.adds for one in reasons), DIGITS),
        verdicts=sorted({one.verdict for one in about}),
        reasons=[
            ReasonState(
                criterion=one.criterion,
                title=words(f"criterion-{one.criterion}", language),
                value=one.value,
                weight=one.weight,
                adds=one.adds,
                text=one.text,
            )
            for one in reasons
        ],
    )


def _own_or_hosted(session: Session, call: Call[Any, Any]) -> Kept:
    """Return the entry of the path, for its own people and the organiser."""
    kept = find_entry(session, call, to_change=True)
    assert kept.organisation is not None, "an entry has a host"
    return kept


def _find_need(prepared: Prepared, identifier: str) -> Need:
    found = next((one for one in prepared.needs if one.id == identifier), None)
    if found is None:
        raise not_found("need")
    return found


def say_to_match(call: Call[MatchQuery, VerdictBody]) -> None:
    """Say no, must, liked or disliked to a match; each side has one say."""
    with call.services.database.begin() as session:
        kept = _own_or_hosted(session, call)
        plan, verdict = call.query.plan, call.body.verdict
        prepared = _prepared(session, call, str(kept.organisation), plan)
        need = _find_need(prepared, call.path["need"])
        side = "organisation" if call.person.role is Role.PARTNER else "organiser"
        told = f"{kept.id}\n{need.id}\n{plan}\n{side}"
        identifier = hashlib.sha256(told.encode()).hexdigest()
        if verdict == "none":
            remove_document(session, FEEDBACK, identifier)
        else:
            body = {"entry": kept.id, "need": need.id, "verdict": verdict, "side": side}
            before = read_document(session, FEEDBACK, identifier)
            new = Kept(kind=FEEDBACK, id=identifier, body=body, about=plan,
                       organisation=kept.organisation)  # fmt: skip
            save_document(session, replace(new, version=before.version if before else 0))
        record(session, call.person, "partner.verdict", kept.id, need=need.id, verdict=verdict)
