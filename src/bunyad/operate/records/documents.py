"""Small things that other parts keep: subscriptions, contexts, rules, states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from bunyad.operate.records.database import Db
from bunyad.operate.records.tenant import Writing


def put_document(tx: Writing, kind: str, key: str, body: Any, *, is_news: bool = True) -> None:
    """
    Keep a document; one of the same kind and key is replaced.

    Parameters
    ----------
    tx
        The writer's transaction.
    kind
        What it is, such as `subscription`.
    key
        Its name among those of its kind.
    body
        Anything that JSON can hold.
    is_news
        Whether other servers on the same database, which know documents by heart, must learn it.
    """
    tx.has_news = tx.has_news or is_news
    tx.db.execute(
        "INSERT INTO document(kind, id, body) VALUES(?, ?, ?) "
        "ON CONFLICT(kind, id) DO UPDATE SET body = excluded.body",
        (kind, key, orjson.dumps(body).decode()),
    )


def delete_document(tx: Writing, kind: str, key: str) -> bool:
    """Forget a document; tell whether it was there."""
    tx.has_news = True
    return bool(
        tx.db.execute("DELETE FROM document WHERE kind = ? AND id = ?", (kind, key)).rowcount
    )


def load_document(db: Db, kind: str, key: str) -> Any | None:
    """Return a document, or None where there is none."""
    row = db.execute("SELECT body FROM document WHERE kind = ? AND id = ?", (kind, key)).fetchone()
    return None if row is None else orjson.loads(row[0])


def load_documents(db: Db, kind: str) -> Iterator[tuple[str, Any]]:
    """Yield key and body of all documents of a kind, by key."""
    for key, body in db.execute(
        "SELECT id, body FROM document WHERE kind = ? ORDER BY id", (kind,)
    ):
        yield key, orjson.loads(body)
