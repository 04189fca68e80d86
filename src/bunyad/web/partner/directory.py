"""The directory: lists, entries, import and export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from bunyad.errors import Fault, InputError
from bunyad.partner.organisations import (
    Directory,
    Organisation,
    organisations_csv,
    organisations_xlsx,
    parse_organisations,
    section_of,
)
from bunyad.partner.organisations import fields as reading
from bunyad.partner.organisations.fields import Row
from bunyad.partner.organisations.folding import fold
from bunyad.store.models import new_id
from bunyad.store.partners import (
    Kept,
    list_documents,
    remove_document,
    save_document,
)
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.partner.bodies import (
    ContactState,
    ExportQuery,
    ImportFault,
    ImportQuery,
    ImportState,
    PartnerChange,
    PartnerPage,
    PartnerQuery,
    PartnerRow,
    PartnerState,
)
from bunyad.web.partner.finding import (
    CONTACT,
    ENTRY,
    contact_of,
    entry_id,
    entry_of,
    find_entry,
    host_id,
    is_host,
    may_change,
    row_of,
    seen_entries,
)
from bunyad.web.problems import Problem
from bunyad.web.services import record

READERS: dict[str, Callable[[str], Any]] = {
    "name": str,
    "offers": str,
    "wishes": str,
    "website": reading.website,
    "sectors": reading.sectors,
    "languages": reading.spoken,
    "references": reading.references,
}
PLAIN = ("staff", "turnover_usd")
EMPTY: dict[str, Any] = {"wishes": "", "website": "", "references": ()}
"""Fields that may be emptied, and what they are then."""


def list_partners(call: Call[PartnerQuery, Nothing]) -> PartnerPage:
    """List entries by name: those published, and those that one may change."""
    query = call.query
    with call.services.database.read() as session:
        found = [row_of(kept, call.person) for kept in seen_entries(session, call.person)]
    fitting = sorted((one for one in found if _fits(one, query)), key=_order)
    later = [one for one in fitting if not query.cursor or _cursor(one) > query.cursor]
    page = later[: query.limit]
    return PartnerPage(
        items=page,
        next=_cursor(page[-1]) if len(later) > len(page) else None,
        total=len(fitting),
    )


def _order(one: PartnerRow) -> str:
    return _cursor(one)


def _cursor(one: PartnerRow) -> str:
    return f"{fold(one.name)}|{one.id}"


def _fits(one: PartnerRow, query: PartnerQuery) -> bool:
    text = fold(query.text)
    return (
        (not text or text in fold(f"{one.name} {one.offers}"))
        and (not query.country or one.country == query.country.upper())
        and (
            not query.section or query.section.upper() in {section_of(code) for code in one.sectors}
        )
    )


async def import_partners(call: Call[ImportQuery, Nothing]) -> ImportState:
    """Import a file of organisations into one's directory: all of it, or nothing."""
    most = call.services.settings.largest_document_mb * 1_000_000
    content = bytearray()
    async for chunk in call.request.stream():
        content += chunk
        if len(content) > most:
            raise Problem(
                413, "too-large", f"The file has more than {most // 1_000_000} MB.",
                mend="Split it.",
            )  # fmt: skip
    return await run_in_threadpool(_import, call, bytes(content))


def _import(call: Call[ImportQuery, Nothing], content: bytes) -> ImportState:
    query, host = call.query, host_id(call.person)
    found = parse_organisations(
        content, where=query.name, is_xlsx=query.name.lower().endswith((".xlsx", ".xlsm")),
        keeps_good_rows=query.keep_good,
    )  # fmt: skip
    with call.services.database.begin() as session:
        taken = {kept.id for kept in list_documents(session, ENTRY, organisation=host)}
        faults = [
            Fault(f"{query.name}: {one.id}", "the directory has an entry of this identifier",
                  "change that entry, or give another identifier")
            for one in found.directory.organisations
            if entry_id(host, one.id) in taken
        ]  # fmt: skip
        if faults:
            raise InputError.of(faults)
        for one in found.directory.organisations:
            keep_entry(session, host, replace(one, id=entry_id(host, one.id)))
        for contact in found.directory.contacts:
            about = entry_id(host, contact.organisation)
            body = msgspec.to_builtins(replace(contact, organisation=about))
            save_document(session, Kept(kind=CONTACT, id=new_id(), body=body, organisation=host,
                                        about=about))  # fmt: skip
        kept = len(found.directory.organisations)
        record(session, call.person, "partner.import", host, kept=kept)
    return ImportState(
        rows=found.rows,
        kept=kept,
        faulty_rows=found.faulty_rows,
        faults=[ImportFault(where=one.where, what=one.what, mend=one.mend) for one in found.faults],
    )


def keep_entry(session: Session, host: str, entry: Organisation) -> Kept:
    """Keep a new entry of a host."""
    body = msgspec.to_builtins(entry)
    return save_document(
        session,
        Kept(kind=ENTRY, id=entry.id, body=body, organisation=host, is_public=entry.is_published),
    )


def export_partners(call: Call[ExportQuery, Nothing]) -> Response:
    """Write one's directory as CSV or XLSX."""
    with call.services.database.read() as session:
        entries = [one for one in list_documents(session, ENTRY) if is_host(call.person, one)]
        contacts = [one for one in list_documents(session, CONTACT) if is_host(call.person, one)]
    directory = Directory(
        organisations=tuple(replace(entry_of(one), is_published=one.is_public) for one in entries),
        contacts=tuple(contact_of(one) for one in contacts),
    )
    is_csv = call.query.kind == "csv"
    write = partial(
        organisations_csv if is_csv else organisations_xlsx, with_contacts=call.query.with_contacts
    )
    kind = (
        "text/csv"
        if is_csv
        else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    name = f"organisations.{call.query.kind}"
    return Response(
        write(directory), media_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"',
                 "Cache-Control": "private, no-store"},
    )  # fmt: skip


def get_partner(call: Call[Nothing, Nothing]) -> PartnerState:
    """Return an entry; persons only to its own people and the organiser."""
    with call.services.database.read() as session:
        return tell_entry(session, call, find_entry(session, call))


def tell_entry(session: Session, call: Call[Any, Any], kept: Kept) -> PartnerState:
    """Return an entry as the one who asks may see it."""
    contacts = []
    if may_change(call.person, kept):
        for one in list_documents(session, CONTACT, about=kept.id):
            person = contact_of(one)
            contacts.append(
                ContactState(id=one.id, name=person.name, email=person.email, phone=person.phone,
                             consents=dict(person.consents))
            )  # fmt: skip
    return PartnerState(entry=row_of(kept, call.person), version=kept.version, contacts=contacts)


def change_partner(call: Call[Nothing, PartnerChange]) -> PartnerState:
    """Change an entry; only the organiser publishes it."""
    with call.services.database.begin() as session:
        kept = find_entry(session, call, to_change=True)
        asked = call.body
        is_public = kept.is_public if asked.is_published is None else asked.is_published
        if is_public != kept.is_public and not is_host(call.person, kept):
            raise Problem(403, "not-allowed", "The organiser publishes.", mend="Ask the organiser.")
        entry = replace(entry_of(kept), **_changes(asked))
        saved = save_document(
            session,
            replace(kept, body=msgspec.to_builtins(entry), is_public=is_public,
                    version=asked.version),
        )  # fmt: skip
        record(session, call.person, "partner.change", kept.id)
        return tell_entry(session, call, saved)


def _changes(asked: PartnerChange) -> dict[str, Any]:
    """Return the fields that change, read as those of a file are."""
    texts = {name: getattr(asked, name) for name in READERS if getattr(asked, name) is not None}
    row = Row("body", texts)
    found = {}
    for name, text in texts.items():
        blank = not text.strip()
        found[name] = EMPTY[name] if blank and name in EMPTY else row.read(name, READERS[name])
    if row.faults:
        raise InputError.of(row.faults)
    return {
        **found,
        **{name: getattr(asked, name) for name in PLAIN if getattr(asked, name) is not None},
    }


def remove_partner(call: Call[Nothing, Nothing]) -> None:
    """Remove an entry with its persons; ventures that name it stay."""
    with call.services.database.begin() as session:
        kept = find_entry(session, call)
        if not is_host(call.person, kept):
            raise Problem(403, "not-allowed", "The organiser removes.", mend="Ask the organiser.")
        for one in list(list_documents(session, CONTACT, about=kept.id)):
            remove_document(session, CONTACT, one.id)
        remove_document(session, ENTRY, kept.id)
        record(session, call.person, "partner.remove", kept.id)
