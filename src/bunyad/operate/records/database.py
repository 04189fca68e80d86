"""What the records ask of a database, and where one tenant's part of it is: a file by default."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bunyad.errors import InputError

if TYPE_CHECKING:
    from bunyad.operate.records.tenant import Writing


PAGES_OF_LOG = 4_000  # pages of the write-ahead log after which they move to the file
LONGEST_LOG = 8 * PAGES_OF_LOG * 1024  # bytes: twice that; where many read, none may be moved
BETWEEN_CUTS_S = 10
BETWEEN_LOOKS_S = 0.25
LONGEST_WAIT_S = 30  # for another process that writes
PATIENCE_MS = 1_000  # how long writing waits for those who read, so that a long log is cut


class Rows(Protocol):
    """What a statement found."""

    @property
    def rowcount(self) -> int:
        """Return how many rows were changed."""

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows."""


class Db(Protocol):
    """
    A connection: what `sqlite3.Connection` has that the chapter uses.

    Statements are SQLite's; another database translates them (see `postgresql`). Its errors are
    those of `sqlite3` too.
    """

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction is open."""

    @property
    def total_changes(self) -> int:
        """Return a number that grows with every row that is changed."""

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> Rows:
        """Run a statement."""

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> Rows:
        """Run a statement once for each row of values."""

    def close(self) -> None:
        """Let go of the database."""


class Home(Protocol):
    """
    Where one tenant's records are.

    Attributes
    ----------
    path
        File of the records, or where it would be: other files of the tenant stand beside it.
    is_shared
        Whether other servers may write to the same records.
    """

    path: Path
    is_shared: bool

    def prepare(self, script: str) -> None:
        """Make the tables that are not there yet."""

    def writer(self) -> Db:
        """Open a connection for the one writer."""

    def reader(self) -> Db:
        """Open a connection for reading, for the thread that asks."""

    def begin(self, tx: Writing) -> None:
        """Begin a transaction; no other writer has one until it ends."""

    def numbered(self, tx: Writing) -> None:
        """Note that rows were written with numbers of the writer's own."""

    def chosen(self, tx: Writing, sequence: str, number: int) -> None:
        """Note that a client chose a row's number, which a sequence of the database gives."""

    def before_commit(self, tx: Writing) -> None:
        """Do what other servers need, at the end of a transaction."""

    def after_commit(self, tx: Writing) -> None:
        """Note that a transaction is kept."""

    def shorten_log(self, db: Db) -> None:
        """Bring what is kept to its place, where a log of it grew long: between transactions."""


class SqliteFile:
    """
    A file of SQLite, which one process writes.

    Parameters
    ----------
    path
        The file; made where it is not.
    synchronous
        SQLite's setting.
    """

    is_shared = False

    def __init__(self, path: Path, synchronous: str) -> None:
        self.path = path
        self._synchronous = synchronous
        self._next_look = 0.0

    def prepare(self, script: str) -> None:
        """Make the tables that are not there yet."""
        with self.writer() as db:
            db.executescript(script)
        db.close()

    def writer(self) -> sqlite3.Connection:
        """Open a connection for the one writer."""
        try:
            db = sqlite3.connect(
                self.path, isolation_level=None, check_same_thread=False, timeout=LONGEST_WAIT_S,
                cached_statements=256,
            )  # fmt: skip
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(f"PRAGMA synchronous = {self._synchronous}")
            db.execute(f"PRAGMA wal_autocheckpoint = {PAGES_OF_LOG}")
            db.execute("PRAGMA cache_size = -16000")
            db.execute("PRAGMA temp_store = MEMORY")
        except sqlite3.Error as error:
            raise InputError(
                f"the records do not open: {error}",
                where=str(self.path),
                mend="give a folder that can be written, or restore the file from a backup",
            ) from None
        return db

    def reader(self) -> sqlite3.Connection:
        """Open a connection for reading."""
        db = self.writer()
        db.execute("PRAGMA query_only = ON")
        return db

    def begin(self, tx: Writing) -> None:
        """Begin a transaction."""
        tx.db.execute("BEGIN IMMEDIATE")

    def chosen(self, tx: Writing, sequence: str, number: int) -> None:
        """Do nothing: SQLite goes on from the highest number by itself."""

    def before_commit(self, tx: Writing) -> None:
        """Do nothing: nobody else writes here."""

    after_commit = numbered = before_commit

    def shorten_log(self, db: Db) -> None:
        """
        Move a long write-ahead log to the file and cut it, now and then.

        SQLite begins its log anew only in a moment in which nobody reads, and where several
        always do there is none: the log grows. Here writing waits for such a moment.
        """
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + BETWEEN_LOOKS_S
        log = self.path.with_name(f"{self.path.name}-wal")
        with suppress(OSError, sqlite3.Error):  # the next time will do
            if log.stat().st_size <= LONGEST_LOG:
                return
            self._next_look = now + BETWEEN_CUTS_S
            db.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            db.execute(f"PRAGMA busy_timeout = {LONGEST_WAIT_S * 1000}")
