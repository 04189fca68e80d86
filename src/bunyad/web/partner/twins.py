"""Entries that are likely one; merges, and undoing them."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy.orm import Session

from bunyad.partner.organisations import (
    Directory,
    Merge,
    find_twins,
    merge_organisations,
    undo_merge,
)
from bunyad.store.partners import (
    Kept,
    list_documents,
    read_document,
    remove_document,
    save_document,
)
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.partner.bodies import MergeBody, PartnerState, TwinState
from bunyad.web.partner.directory import tell_entry
from bunyad.web.partner.finding import CONTACT, ENTRY, MERGE, contact_of, entry_of, is_host
from bunyad.web.problems import Problem, not_found
from bunyad.web.services import record


def list_twins(call: Call[Nothing, Nothing]) -> list[TwinState]:
    """List entries of one's directory that are likely the same organisation."""
    with call.services.database.read() as session:
        found = find_twins(_directory(session, call))
    return [
        TwinState(one=one.one, other=one.other, likeness=one.likeness, reasons=list(one.reasons))
        for one in found
    ]


def _directory(session: Session, call: Call[Any, Any]) -> Directory:
    entries = [one for one in list_documents(session, ENTRY) if is_host(call.person, one)]
    contacts = [one for one in list_documents(session, CONTACT) if is_host(call.person, one)]
    return Directory(
        organisations=tuple(entry_of(one) for one in entries),
        contacts=tuple(contact_of(one) for one in contacts),
    )


def merge_partners(call: Call[Nothing, MergeBody]) -> PartnerState:
    """Make one entry of two; it can be undone."""
    with call.services.database.begin() as session:
        stays, goes = (_entry(session, call, one) for one in (call.body.kept, call.body.gone))
        if goes.about is not None and goes.about != stays.about:
            raise Problem(
                409, "is-claimed", "The organisation that goes has taken over its entry.",
                mend="Let the other entry go.",
            )  # fmt: skip
        moved = list(list_documents(session, CONTACT, about=goes.id))
        there = list(list_documents(session, CONTACT, about=stays.id))
        directory = Directory(
            organisations=(entry_of(stays), entry_of(goes)),
            contacts=tuple(contact_of(one) for one in (*there, *moved)),
        )
        merge = merge_organisations(directory, kept=stays.id, gone=goes.id).merges[-1]
        for one in moved:
            # Persons lie in their own documents, so that they can be deleted, not in the merge.
            _move(session, one, stays.id)
        body = {
            **msgspec.to_builtins(merge),
            "moved": [one.id for one in moved],
            "came": [],
            "row": {"about": goes.about, "is_public": goes.is_public},
        }
        save_document(session, Kept(kind=MERGE, id=goes.id, body=body, about=stays.id,
                                    organisation=stays.organisation))  # fmt: skip
        remove_document(session, ENTRY, goes.id)
        saved = _saved(session, stays, msgspec.to_builtins(merge.merged))
        record(session, call.person, "partner.merge", stays.id, gone=goes.id)
        return tell_entry(session, call, saved)


def undo_partner_merge(call: Call[Nothing, Nothing]) -> None:
    """Make two entries again of two that were merged, if the entry was not changed since."""
    with call.services.database.begin() as session:
        kept = read_document(session, MERGE, call.path["merge"])
        if kept is None or not is_host(call.person, kept):
            raise not_found("merge")
        stays = _entry(session, call, str(kept.about))
        told = {**kept.body, "moved": [], "came": []}
        merge = msgspec.convert({name: told[name] for name in Merge.__slots__}, Merge)
        now = Directory(organisations=(entry_of(stays),), merges=(merge,))
        before, back = undo_merge(now, gone=merge.gone.id).organisations
        _saved(session, stays, msgspec.to_builtins(before))
        row = kept.body["row"]
        save_document(
            session,
            Kept(kind=ENTRY, id=back.id, body=msgspec.to_builtins(back), about=row["about"],
                 is_public=row["is_public"], organisation=kept.organisation),
        )  # fmt: skip
        for identifier in kept.body["moved"]:
            contact = read_document(session, CONTACT, identifier)
            if contact is not None:
                _move(session, contact, back.id)
        remove_document(session, MERGE, kept.id)
        record(session, call.person, "partner.unmerge", stays.id, back=back.id)


def _move(session: Session, contact: Kept, entry: str) -> None:
    body = {**contact.body, "organisation": entry}
    save_document(session, Kept(kind=CONTACT, id=contact.id, body=body, version=contact.version,
                                organisation=contact.organisation, about=entry))  # fmt: skip


def _saved(session: Session, kept: Kept, body: dict[str, Any]) -> Kept:
    return save_document(
        session,
        Kept(kind=ENTRY, id=kept.id, body=body, version=kept.version, about=kept.about,
             is_public=kept.is_public, organisation=kept.organisation),
    )  # fmt: skip


def _entry(session: Session, call: Call[Any, Any], identifier: str) -> Kept:
    kept = read_document(session, ENTRY, identifier)
    if kept is None or not is_host(call.person, kept):
        raise not_found("organisation")
    return kept
