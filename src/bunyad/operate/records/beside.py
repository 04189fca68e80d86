"""
Logs that stand beside a tenant's records: a file of SQLite each, or tables in the database.

Of the processes that have such a log open in a database, one may have its watch: it alone writes
what only one may write. When it ends, however it does, another can have it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bunyad.operate.records.database import Db
from bunyad.operate.records.dialect import translate_tables
from bunyad.operate.records.postgresql import OUTLIVE_NO_MACHINE

WATCHING = 7_251_948  # class of the locks of those who watch
_MAKING = 7_251_949  # class of the locks of those who make tables
_BUSY_S = 10.0
_WATCH = "SELECT pg_try_advisory_lock(CAST(? AS int), hashtext(current_schema())), pg_backend_pid()"


class Beside:
    """
    A log that is open.

    Parameters
    ----------
    place
        File of SQLite, made where it is not; or an open database, which is closed with the log.
    tables
        Statements that make the tables where they are not.

    Attributes
    ----------
    db
        What is asked.
    """

    def __init__(self, place: Path | Db, tables: str) -> None:
        self._session: int | None = None
        self.is_shared = not isinstance(place, Path)
        if isinstance(place, Path):
            self.db: Db = _open_file(place, tables)
            return
        self.db = place
        if not has_tables(place, tables):
            _make_tables(place, tables)

    def take_watch(self) -> bool:
        """Have the watch, unless another process has it; of a file nobody else asks."""
        if not self.is_shared:
            return True
        if self._session is not None and self._has_session():
            return True
        is_ours, session = self.db.execute(_WATCH, (WATCHING,)).fetchone()
        self._session = session if is_ours else None
        if is_ours:
            self.db.execute(OUTLIVE_NO_MACHINE)
        return bool(is_ours)

    def _has_session(self) -> bool:
        return bool(self.db.execute("SELECT pg_backend_pid()").fetchone()[0] == self._session)

    def _check_watch(self) -> None:
        if self._session is not None and not self._has_session():
            raise sqlite3.OperationalError("the connection was lost, and the watch with it")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """
        Keep all of what is written within, or nothing.

        Raises
        ------
        sqlite3.OperationalError
            If the watch was lost with its connection: another process may have it by now.
        """
        self.db.execute("BEGIN IMMEDIATE")
        try:
            self._check_watch()
            yield
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def close(self) -> None:
        """Let go of the log."""
        self.db.close()


def has_tables(db: Db, tables: str) -> bool:
    """Tell whether a database has the tables that a script makes."""
    names = re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", tables)
    asked = ", ".join(["to_regclass(?)"] * len(names))
    return None not in db.execute(f"SELECT {asked}", names).fetchone()


def _make_tables(db: Db, tables: str) -> None:
    db.execute("BEGIN")
    db.execute(
        "SELECT pg_advisory_xact_lock(CAST(? AS int), hashtext(current_schema()))", (_MAKING,)
    )
    for statement in translate_tables(tables).split(";\n"):
        if statement.strip():
            db.execute(statement)
    db.execute("COMMIT")


def _open_file(path: Path, tables: str) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        db.execute(f"PRAGMA {pragma}")
    db.executescript(tables)
    return db
