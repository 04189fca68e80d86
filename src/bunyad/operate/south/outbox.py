"""
What the edge keeps until the receiver has it.

A SQLite file at the gateway: each message gets the next sequence number in the transaction that
keeps it, and leaves when the receiver has acknowledged that number. The file has a name of its
own (the epoch), drawn when it is made: a gateway whose disk was replaced begins to count anew, and
the receiver knows.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path

from bunyad.errors import InputError, OutputError
from bunyad.operate.south.sample import Sample, pack

__all__ = ["Outbox"]

TABLES = """
CREATE TABLE IF NOT EXISTS outbox(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS about(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
MOST_KEPT = 5_000_000
"""Messages that an outbox keeps at most; then sources are told to wait."""


class Outbox:
    """
    Messages that wait for delivery, in a file.

    Parameters
    ----------
    path
        The file; made where it is not there.
    most
        Messages that it keeps at most.

    Raises
    ------
    InputError
        If the file cannot be opened, or is none.
    """

    def __init__(self, path: Path, *, most: int = MOST_KEPT) -> None:
        self.most = most
        self._path = path
        self._lock = threading.Lock()
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self.came = asyncio.Event()
        """Set whenever something is kept."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(TABLES)
            row = ("epoch", uuid.uuid4().hex)
            self._db.execute("INSERT OR IGNORE INTO about VALUES(?, ?)", row)
            (self.epoch,) = self._db.execute(
                "SELECT value FROM about WHERE name = 'epoch'"
            ).fetchone()
        except (OSError, sqlite3.Error) as error:
            raise InputError(
                f"it is no outbox ({error})", where=str(path), mend="give another file"
            ) from None
        self._count = int(self._db.execute("SELECT count(*) FROM outbox").fetchone()[0])

    def __len__(self) -> int:
        """Return how many messages wait."""
        return self._count

    def put(self, messages: Sequence[bytes], *, mark: tuple[str, str] | None = None) -> None:
        """
        Keep messages; when this returns they are on the disk.

        Parameters
        ----------
        messages
            Packed samples, each of which gets the next sequence number.
        mark
            Name and value that are kept together with them, such as how far a file is read.

        Raises
        ------
        OutputError
            If the outbox or the disk is full.
        """
        if self._count + len(messages) > self.most:
            raise OutputError(
                f"{self._count} messages wait for delivery", where=str(self._path),
                mend="bring the link back, or allow more",
            )  # fmt: skip
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany(
                    "INSERT INTO outbox(body) VALUES(?)", [(one,) for one in messages]
                )
                if mark is not None:
                    self._db.execute("INSERT OR REPLACE INTO about VALUES(?, ?)", mark)
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise OutputError(
                    f"it cannot be written ({error})", where=str(self._path), mend="free some space"
                ) from None
            self._count += len(messages)

    def mark_of(self, name: str) -> str:
        """Return what was marked under a name, or nothing."""
        with self._lock:
            row = self._db.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    async def keep(self, samples: Sequence[Sample]) -> None:
        """
        Keep the samples of one message, together with whatever else comes meanwhile.

        Raises
        ------
        OutputError
            If the outbox or the disk is full.
        """
        if not samples:
            return
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((pack(samples), done))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        await done

    async def _flush(self) -> None:
        """Write what waits, group after group."""
        while self._waiting:
            group, self._waiting = self._waiting, []
            error: OutputError | None = None
            try:
                await asyncio.to_thread(self.put, [body for body, _ in group])
            except OutputError as told:
                error = told
            for _, done in group:
                if done.done():
                    continue
                if error is None:
                    done.set_result(None)
                else:
                    done.set_exception(error)
            self.came.set()

    def peek(self, limit: int, *, after: int = 0) -> list[tuple[int, bytes]]:
        """
        Return the messages that wait longest.

        Parameters
        ----------
        limit
            How many at most.
        after
            Sequence number that they follow.
        """
        with self._lock:
            return self._db.execute(
                "SELECT seq, body FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
            ).fetchall()

    def forget(self, highest: int) -> int:
        """
        Let go of what the receiver has.

        Parameters
        ----------
        highest
            Sequence number up to which it has everything.

        Returns
        -------
        int
            How many were let go.
        """
        with self._lock:
            gone = self._db.execute("DELETE FROM outbox WHERE seq <= ?", (highest,)).rowcount
            self._count -= gone
        return gone

    def close(self) -> None:
        """Close the file."""
        self._db.close()
