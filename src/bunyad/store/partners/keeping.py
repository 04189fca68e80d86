"""Documents with a version, and streams of events; the caller's transaction holds them together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bunyad.errors import InputError
from bunyad.store.models import now
from bunyad.store.partners.models import PartnerDocument, PartnerEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A document as it is kept."""

    kind: str
    """What it is, such as `forum`."""
    id: str
    """Its own among those of its kind."""
    body: dict[str, Any]
    """What it holds, of the kinds that JSON knows."""
    version: int = 0
    """Raised by each change; 0: new, not kept yet."""
    organisation: str | None = None
    """Whose accounts may change it; none: only those of the organisers."""
    about: str | None = None
    """Identifier of the document that it belongs to."""
    is_public: bool = False
    """Whether everybody may see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """An event as it is kept."""

    time: str
    """UTC as 2026-11-22T10:00:00.000Z."""
    actor: str
    """Who did it; never a person's name."""
    body: dict[str, Any]
    sequence: int = -1
    """Place in the stream, from 0 on; -1: not kept yet."""


def read_document(session: Session, kind: str, identifier: str) -> Kept | None:
    """Return a document, or None if there is none."""
    row = session.get(PartnerDocument, (kind, identifier))
    return None if row is None else _kept(row)


def list_documents(
    session: Session, kind: str, *, organisation: str | None = None, about: str | None = None
) -> Iterator[Kept]:
    """Yield the documents of a kind by identifier: all, of one owner, or about one document."""
    asked = select(PartnerDocument).where(PartnerDocument.kind == kind).order_by(PartnerDocument.id)
    if organisation is not None:
        asked = asked.where(PartnerDocument.organisation_id == organisation)
    if about is not None:
        asked = asked.where(PartnerDocument.about == about)
    for row in session.scalars(asked):
        yield _kept(row)


def save_document(session: Session, document: Kept) -> Kept:
    """
    Save a document, new or changed.

    Parameters
    ----------
    session
        A transaction that writes.
    document
        With the version that the change is made on.

    Returns
    -------
    Kept
        With its new version.

    Raises
    ------
    InputError
        If somebody else has made or changed it meanwhile.
    """
    row = session.get(PartnerDocument, (document.kind, document.id), with_for_update=True)
    if (0 if row is None else row.version) != document.version:
        raise _stale(document.kind, document.id)
    if row is None:
        row = PartnerDocument(kind=document.kind, id=document.id)
        session.add(row)
    row.version, row.body, row.changed = document.version + 1, document.body, now()
    row.organisation_id, row.about = document.organisation, document.about
    row.is_public = document.is_public
    try:
        session.flush()
    except IntegrityError:
        raise _stale(document.kind, document.id) from None
    return replace(document, version=row.version)


def remove_document(session: Session, kind: str, identifier: str) -> bool:
    """Remove a document for good; tell whether it was there."""
    gone = session.execute(
        delete(PartnerDocument).where(
            PartnerDocument.kind == kind, PartnerDocument.id == identifier
        )
    )
    return bool(gone.rowcount)  # type: ignore[attr-defined]  # a delete has counted its rows


def read_events(session: Session, kind: str, stream: str) -> tuple[Noted, ...]:
    """Return the events of a stream in order."""
    rows = session.scalars(
        select(PartnerEvent)
        .where(PartnerEvent.kind == kind, PartnerEvent.stream == stream)
        .order_by(PartnerEvent.sequence)
    )
    return tuple(
        Noted(sequence=row.sequence, time=row.time, actor=row.actor, body=row.body) for row in rows
    )


def append_event(
    session: Session,
    kind: str,
    stream: str,
    event: Noted,
    *,
    check: Callable[[tuple[Noted, ...], Noted], None] | None = None,
) -> Noted:
    """
    Append an event to a stream, if a check lets it.

    Parameters
    ----------
    session
        A transaction that writes.
    kind
        What the stream is of, such as `venture`.
    stream
        Its identifier.
    event
        What was done; its time becomes that of the event before if that is later.
    check
        Is told the events so far and the new one, and raises to refuse it.

    Returns
    -------
    Noted
        The event with its place.

    Raises
    ------
    InputError
        As `check`, and if another event came first.
    """
    so_far = read_events(session, kind, stream)
    time = max(event.time, so_far[-1].time) if so_far else event.time
    noted = replace(event, sequence=len(so_far), time=time)
    if check is not None:
        check(so_far, noted)
    session.add(PartnerEvent(kind=kind, stream=stream, sequence=noted.sequence, time=time,
                             actor=noted.actor, body=noted.body))  # fmt: skip
    try:
        session.flush()
    except IntegrityError:
        raise _stale(kind, stream) from None
    return noted


def _kept(row: PartnerDocument) -> Kept:
    return Kept(
        kind=row.kind,
        id=row.id,
        version=row.version,
        organisation=row.organisation_id,
        about=row.about,
        is_public=row.is_public,
        body=row.body,
    )


def _stale(kind: str, identifier: str) -> InputError:
    return InputError(
        f"{kind} {identifier!r} was changed by somebody else", where="version",
        mend="load it again and repeat the change",
    )  # fmt: skip
