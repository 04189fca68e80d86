"""Documents of forums, exchanges and schools: who may see and change them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bunyad.store.models import new_id
from bunyad.store.partners import Kept, list_documents, read_document, save_document
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.partner_days.bodies import KeptChange, KeptDraft, KeptRow, KeptState
from bunyad.web.problems import Problem, not_found
from bunyad.web.rights import Person, Role
from bunyad.web.services import record

ORGANISERS = frozenset({Role.ADMIN, Role.ORGANISER})
MEMBERS = frozenset({Role.ADMIN, Role.ORGANISER, Role.PARTNER})
HIDDEN = (
    "wishes", "ranking", "couples", "organisation", "score", "bound", "share_of_bound", "must",
    "unmet", "blocking_pairs",
)  # fmt: skip
"""Parts that only organisers see: who would rather meet whom, and who acts for whom."""
ID = re.compile(r"[^a-z0-9]+")

Check = Callable[[dict[str, Any]], object]
"""Refuses a document that is none."""


def is_organiser(person: Person, kept: Kept) -> bool:
    """Tell whether somebody organises this: an organiser of the organisation that keeps it."""
    if person.role is Role.ADMIN:
        return True
    return person.role is Role.ORGANISER and person.organisation_id == kept.organisation


def may_see(person: Person, kept: Kept) -> bool:
    """Tell whether somebody may see a document: all of it, or what is public of it."""
    return kept.is_public or is_organiser(person, kept) or bool(people_of(person, kept))


def people_of(person: Person, kept: Kept) -> list[str]:
    """Return the ids in a document that an account acts for."""
    if person.organisation_id is None:
        return []
    listed = [
        *kept.body["document"].get("people", []),
        *kept.body["document"].get("applicants", []),
    ]
    return [one["id"] for one in listed if one.get("organisation") == person.organisation_id]


def find_kept(session: Session, person: Person, kind: str, name: str) -> Kept:
    """Return a document that somebody may see; else there is none."""
    kept = read_document(session, kind, name)
    if kept is None or not may_see(person, kept):
        raise not_found(kind)
    return kept


def find_own(session: Session, person: Person, kind: str, name: str) -> Kept:
    """Return a document that somebody organises; what only others organise is refused."""
    kept = find_kept(session, person, kind, name)
    if not is_organiser(person, kept):
        raise Problem(403, "not-yours", f"Others organise this {kind}.",
                      mend="Ask them.")  # fmt: skip
    return kept


def tell_kept(person: Person, kept: Kept) -> KeptState:
    """Tell of a document; wishes and rankings only to organisers."""
    document, result = kept.body["document"], kept.body.get("result")
    if not is_organiser(person, kept):
        document = without(document)
        result = without(result) if kept.is_public else None
    return KeptState(
        id=kept.id,
        title=str(document.get("title", kept.id)),
        version=kept.version,
        is_public=kept.is_public,
        document=document,
        result=result,
    )


def without(value: Any) -> Any:
    """Return values without the parts that are hidden."""
    if isinstance(value, dict):
        return {key: without(part) for key, part in value.items() if key not in HIDDEN}
    return [without(part) for part in value] if isinstance(value, list) else value


def list_kept(call: Call[Nothing, Nothing], kind: str) -> list[KeptRow]:
    """List what somebody may see of a kind."""
    with call.services.database.read() as session:
        return [
            KeptRow(
                id=one.id,
                title=str(one.body["document"].get("title", one.id)),
                version=one.version,
                is_public=one.is_public,
                has_result=one.body.get("result") is not None,
            )
            for one in list_documents(session, kind)
            if may_see(call.person, one)
        ]


def draft_kept(call: Call[Nothing, KeptDraft], kind: str, check: Check) -> KeptState:
    """Keep a new document, once it is checked."""
    document = call.body.document
    check(document)
    name = str(document.get("id") or new_id())
    kept = Kept(
        kind=kind,
        id=ID.sub("-", name.lower()).strip("-") or new_id(),
        body={"document": document, "result": None, "round": 0},
        is_public=call.body.is_public,
        organisation=call.person.organisation_id,
    )
    with call.services.database.begin() as session:
        if read_document(session, kind, kept.id) is not None:
            raise Problem(409, "is-there", f"There is a {kind} {kept.id} already.",
                          mend="Give another id.")  # fmt: skip
        record(session, call.person, f"{kind}.draft", kept.id)
        return tell_kept(call.person, save_document(session, kept))


def change_kept(call: Call[Nothing, KeptChange], kind: str, check: Check) -> KeptState:
    """Change a document; its result is dropped with the day that hung on it."""
    if call.body.document is not None:
        check(call.body.document)
    with call.services.database.begin() as session:
        kept = find_own(session, call.person, kind, call.path[kind])
        if kept.version != call.body.version:
            raise Problem(409, "was-changed", "Somebody else has changed it meanwhile.",
                          mend="Load it again and repeat the change.")  # fmt: skip
        if call.body.document is not None:
            kept = replace(
                kept,
                body={"document": call.body.document, "result": None,
                      "round": kept.body.get("round", 0) + 1},
            )  # fmt: skip
        if call.body.is_public is not None:
            kept = replace(kept, is_public=call.body.is_public)
        record(session, call.person, f"{kind}.change", kept.id)
        return tell_kept(call.person, save_document(session, kept))


def get_kept(call: Call[Any, Nothing], kind: str) -> KeptState:
    """Return a document."""
    with call.services.database.read() as session:
        return tell_kept(call.person, find_kept(session, call.person, kind, call.path[kind]))


def keep_result(call: Call[Any, Any], kept: Kept, result: dict[str, Any]) -> KeptState:
    """Keep what was made of a document, unless it was changed meanwhile."""
    body = {**kept.body, "result": result, "round": kept.body.get("round", 0) + 1}
    with call.services.database.begin() as session:
        record(session, call.person, f"{kept.kind}.result", kept.id)
        return tell_kept(call.person, save_document(session, replace(kept, body=body)))
