"""
Notifications that wait to be sent, in the tenant's file.

A notification is written in the same transaction as the change it tells of, and taken out when it
was delivered: whoever is killed in between sends it again, under the same identifier.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson

from bunyad.operate.records import Writing, add_tables

OF_SOURCES = "csource "
"""Stands before identifiers of subscriptions to registrations."""

add_tables(
    "outbox",
    """
CREATE TABLE IF NOT EXISTS outbox(
  ref INTEGER PRIMARY KEY AUTOINCREMENT,
  subscription TEXT NOT NULL,
  made_us INTEGER NOT NULL,
  key TEXT NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS outbox_of ON outbox(subscription, ref);
""",
)


class Letter(NamedTuple):
    """A notification: its number, whose it is, when it was made, its name and what it tells."""

    ref: int
    subscription: str
    made_us: int
    key: str
    data: str


def post_letter(tx: Writing, subscription: str, data: Any) -> Letter:
    """Put a notification into the outbox."""
    key = f"urn:ngsi-ld:Notification:{uuid.uuid4()}"
    text = orjson.dumps(data).decode()
    ref = tx.db.execute(
        "INSERT INTO outbox(subscription, made_us, key, data) VALUES(?, ?, ?, ?)",
        (subscription, tx.now_us, key, text),
    ).lastrowid
    assert ref is not None
    return Letter(ref, subscription, tx.now_us, key, text)


def load_letters(db: sqlite3.Connection, *, prefix: str = "") -> list[Letter]:
    """Return the notifications that wait, oldest first: those of subscriptions with a prefix."""
    rows = db.execute("SELECT ref, subscription, made_us, key, data FROM outbox ORDER BY ref")
    of_sources = prefix == OF_SOURCES
    return [Letter(*row) for row in rows if row[1].startswith(OF_SOURCES) == of_sources]


def drop_letters(tx: Writing, refs: Iterable[int]) -> None:
    """Take notifications out of the outbox."""
    tx.db.executemany("DELETE FROM outbox WHERE ref = ?", [(ref,) for ref in refs])


def drop_letters_of(tx: Writing, subscription: str) -> None:
    """Take all notifications of a subscription out of the outbox."""
    tx.db.execute("DELETE FROM outbox WHERE subscription = ?", (subscription,))
