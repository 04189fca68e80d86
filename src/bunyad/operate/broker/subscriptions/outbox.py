"""
Notifications that wait to be sent, in the tenant's file.

A notification is written in the same transaction as the change it tells of, and taken out when it
was delivered: whoever is killed in between sends it again, under the same identifier.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson

from bunyad.operate.records import Writing, add_tables
from bunyad.operate.records.database import Db

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
    (ref,) = tx.db.execute(
        "INSERT INTO outbox(subscription, made_us, key, data) VALUES(?, ?, ?, ?) RETURNING ref",
        (subscription, tx.now_us, key, text),
    ).fetchone()
    return Letter(ref, subscription, tx.now_us, key, text)


def waiting_in(db: Db, *, of_sources: bool = False) -> list[tuple[str, int]]:
    """Return the subscriptions that are owed notifications, each with the newest one's number."""
    rows = db.execute("SELECT subscription, max(ref) FROM outbox GROUP BY subscription")
    return [(key, ref) for key, ref in rows if key.startswith(OF_SOURCES) == of_sources]


def load_letters(db: Db, subscription: str, *, after: int, most: int) -> list[Letter]:
    """Return a subscription's next notifications after one, oldest first."""
    rows = db.execute(
        "SELECT ref, subscription, made_us, key, data FROM outbox "
        "WHERE subscription = ? AND ref > ? ORDER BY ref LIMIT ?",
        (subscription, after, most),
    )
    return [Letter(*row) for row in rows]


def trim_letters(tx: Writing, subscription: str, *, after: int, before_us: int, most: int) -> int:
    """
    Drop the oldest of a subscription's notifications; tell how many.

    Parameters
    ----------
    tx
        The writer's transaction.
    subscription
        Whose.
    after
        Number of the last notification that stays whatever its age.
    before_us
        When those that go at any rate were made, at the latest [µs since 1970].
    most
        How many stay at most.
    """
    return tx.db.execute(
        "DELETE FROM outbox WHERE subscription = ? AND ref > ? AND (made_us < ? OR ref <= "
        "(SELECT ref FROM outbox WHERE subscription = ? ORDER BY ref DESC LIMIT 1 OFFSET ?))",
        (subscription, after, before_us, subscription, most),
    ).rowcount


def last_made(db: Db, subscription: str) -> int:
    """Return when the latest waiting notification of a subscription was made [µs]; 0 for none."""
    row = db.execute("SELECT max(made_us) FROM outbox WHERE subscription = ?", (subscription,))
    return int(row.fetchone()[0] or 0)


def drop_letters(tx: Writing, refs: Iterable[int]) -> None:
    """Take notifications out of the outbox."""
    tx.db.executemany("DELETE FROM outbox WHERE ref = ?", [(ref,) for ref in refs])


def drop_letters_of(tx: Writing, subscription: str) -> None:
    """Take all notifications of a subscription out of the outbox."""
    tx.db.execute("DELETE FROM outbox WHERE subscription = ?", (subscription,))
