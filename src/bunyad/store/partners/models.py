"""
Tables of partners.

What the chapter `partner` keeps is read whole and checked by the chapter's own types, so one table
holds its documents and one its events. Persons are documents of their own: they can be deleted,
which events cannot.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bunyad.store.models import Base, now


class PartnerDocument(Base):
    """A document: an organisation, a contact, a forum, an exchange, courses, or the like."""

    __tablename__ = "partner_document"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    """Whose accounts may change it; none: only those of the organisers."""
    about: Mapped[str | None] = mapped_column(String(200))
    """Identifier of the document that it belongs to, such as a contact to an organisation."""
    is_public: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    """Raised by each change, so that none is lost to another."""
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (Index("ix_partner_document_kind_about", "kind", "about"),)


class PartnerEvent(Base):
    """An event of a stream, such as a venture's; rows are added and never changed."""

    __tablename__ = "partner_event"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    stream: Mapped[str] = mapped_column(String(200), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 0 on, without holes."""
    time: Mapped[str] = mapped_column(String(24))
    """UTC as 2026-11-22T10:00:00.000Z; it never goes back within a stream."""
    actor: Mapped[str] = mapped_column(String(200))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
