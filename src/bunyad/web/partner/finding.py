"""
Which entries somebody may see and change.

An entry belongs to the organiser's organisation that keeps the directory (its host), and, once it
was taken over, to the accounts of the organisation that it tells of. Everybody sees what was
published; administrators see all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from bunyad.errors import InputError
from bunyad.partner.organisations import Contact, Organisation
from bunyad.partner.words import LANGUAGES
from bunyad.store.partners import Kept, list_documents, read_document
from bunyad.web.endpoint import Call
from bunyad.web.partner.bodies import PartnerRow
from bunyad.web.problems import Problem, not_found
from bunyad.web.rights import Person, Role

ENTRY, CONTACT, MERGE, FEEDBACK, VENTURE = "organisation", "contact", "merge", "feedback", "venture"
INVITATION, DELETION = "invitation", "deletion"
HOST_LETTERS = 6
"""Letters of the host's identifier before those of its entries, which are its own then."""


def is_host(person: Person, kept: Kept) -> bool:
    """Tell whether somebody keeps the directory that a document belongs to."""
    if person.role is Role.ADMIN:
        return True
    return person.role is Role.ORGANISER and kept.organisation == person.organisation_id


def is_own(person: Person, kept: Kept) -> bool:
    """Tell whether an entry is that of somebody's own organisation."""
    own = person.organisation_id
    return person.role is Role.PARTNER and own is not None and kept.about == own


def may_change(person: Person, kept: Kept) -> bool:
    """Tell whether somebody may change an entry."""
    return is_host(person, kept) or is_own(person, kept)


def seen_entries(session: Session, person: Person) -> Iterator[Kept]:
    """Yield the entries that somebody may see."""
    for kept in list_documents(session, ENTRY):
        if kept.is_public or may_change(person, kept):
            yield kept


def own_entries(session: Session, person: Person) -> list[Kept]:
    """Return the entries of somebody's own organisation."""
    if person.role is not Role.PARTNER or person.organisation_id is None:
        return []
    return list(list_documents(session, ENTRY, about=person.organisation_id))


def find_entry(session: Session, call: Call[Any, Any], *, to_change: bool = False) -> Kept:
    """
    Return the entry of the path.

    Raises
    ------
    Problem
        404 where it is not there, or not for them; 403 where they may see it and not change it.
    """
    kept = read_document(session, ENTRY, call.path["entry"])
    is_seen = kept is not None and (kept.is_public or may_change(call.person, kept))
    if kept is None or not is_seen:
        raise not_found("organisation")
    if to_change and not may_change(call.person, kept):
        raise Problem(
            403, "not-allowed", "This entry is another organisation's.", mend="Ask its owner."
        )
    return kept


def host_id(person: Person) -> str:
    """Return the organisation that keeps somebody's directory."""
    assert person.organisation_id is not None, "organisers have an organisation"
    return person.organisation_id


def entry_id(host: str, identifier: str) -> str:
    """
    Return the identifier of an entry, which no other host has.

    Examples
    --------
    >>> entry_id("0a1b2c3d4e", "araz")
    '0a1b2c-araz'
    """
    return f"{re.sub(r'[^A-Za-z0-9]', '', host)[:HOST_LETTERS]}-{identifier}"


def entry_of(kept: Kept) -> Organisation:
    """Return what an entry tells of its organisation."""
    return msgspec.convert(kept.body, Organisation)


def contact_of(kept: Kept) -> Contact:
    """Return a person to talk to."""
    return msgspec.convert(kept.body, Contact)


def row_of(kept: Kept, person: Person) -> PartnerRow:
    """Return an entry as answers give it."""
    shown = dict(msgspec.to_builtins(entry_of(kept)))
    shown["is_published"] = kept.is_public
    return msgspec.convert(
        {**shown, "is_own": may_change(person, kept), "is_claimed": kept.about is not None},
        PartnerRow,
    )


def check_language(language: str) -> str:
    """
    Return a language that there are words in.

    Raises
    ------
    InputError
        If there are none.
    """
    if language in LANGUAGES:
        return language
    raise InputError(
        f"there are no words in {language!r}", where="query.language",
        mend=f"choose from {', '.join(LANGUAGES)}",
    )  # fmt: skip
