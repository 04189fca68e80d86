"""
Partners as the database keeps them: documents that change, and events that do not.

models  tables: documents with a version, streams of events
keeping reading and saving documents; appending to a stream
"""

from __future__ import annotations

from bunyad.store.partners.keeping import (
    Kept,
    Noted,
    append_event,
    list_documents,
    read_document,
    read_events,
    remove_document,
    save_document,
)

__all__ = [
    "Kept",
    "Noted",
    "append_event",
    "list_documents",
    "read_document",
    "read_events",
    "remove_document",
    "save_document",
]
