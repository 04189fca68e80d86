"""
Records in PostgreSQL, which several servers share: a schema for each tenant.

Each group of writes takes the tenant's `turn` first, so that writers of all servers come one after
the other, as those of one file do: numbers rise in the order in which they are seen, and nobody
works on what another is changing. Whoever finds that another server kept documents meanwhile
learns them before it goes on.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunyad.errors import InputError
from bunyad.operate.records.database import Db
from bunyad.operate.records.dialect import translate_tables
from bunyad.operate.records.postgresql import Link, PostgresDb, connect, told_of
from bunyad.operate.records.schema import all_functions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bunyad.operate.records.tenant import Writing

PREFIX = "bunyad_live"
CHANNEL = "bunyad_live"
FOLDER_MARK = "history-of"  # file by which servers know that they share a folder
ALIVE = 7_251_946  # class of the locks that living servers hold
MAKING = 7_251_947  # lock of whoever makes tables
_LONGEST_SLUG = 30
_TENANTS = f"""
CREATE SCHEMA IF NOT EXISTS {PREFIX};
CREATE TABLE IF NOT EXISTS {PREFIX}.tenant(name TEXT PRIMARY KEY, schema TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS {PREFIX}.history(
  one INTEGER PRIMARY KEY DEFAULT 1 CHECK (one = 1), folder TEXT NOT NULL
);
"""
# `outbox.owner` is the server that sends a notification: the one that made it, or took it over
_OWN_TABLES = """
CREATE TABLE IF NOT EXISTS turn(
  one INTEGER PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  writer TEXT NOT NULL DEFAULT '',
  documents BIGINT NOT NULL DEFAULT 0,
  tables TEXT NOT NULL DEFAULT ''
);
INSERT INTO turn DEFAULT VALUES ON CONFLICT DO NOTHING;
CREATE OR REPLACE FUNCTION box_of(west FLOAT8, east FLOAT8, south FLOAT8, north FLOAT8)
  RETURNS box LANGUAGE sql IMMUTABLE AS 'SELECT box(point(west, south), point(east, north))';
"""
_OWNER = """
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS owner TEXT NOT NULL
  DEFAULT coalesce(current_setting('bunyad.server', true), '');
"""
_BEYOND = (
    "SELECT setval('{0}', ?) WHERE ? > "
    "(SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {0})"
)
_LIVING = f"""
SELECT CAST(CAST(objid AS BIGINT) AS TEXT) FROM pg_locks
WHERE locktype = 'advisory' AND classid = {ALIVE} AND objsubid = 2 AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""  # noqa: S608  (own numbers)
_ORPHANS = f"owner <> ? AND owner NOT IN ({_LIVING}) AND (subscription LIKE ?) = ?"
_ANY_ORPHAN = f"SELECT 1 FROM outbox WHERE {_ORPHANS} LIMIT 1"  # noqa: S608  (own text)
_TAKE_OVER = f"""
UPDATE outbox SET owner = ? WHERE ref IN (
  SELECT ref FROM outbox WHERE {_ORPHANS} ORDER BY ref FOR UPDATE SKIP LOCKED
) RETURNING ref, subscription, made_us, key, data
"""  # noqa: S608  (own text)


class PostgresSchema:
    """
    The home of one tenant's records in PostgreSQL.

    Parameters
    ----------
    database
        What it is a part of.
    schema
        Its schema.
    path
        Where its file would be: files of the history stand beside it.
    """

    is_shared = True

    def __init__(self, database: PostgresDatabase, schema: str, path: Path) -> None:
        self.path = path
        self.schema = schema
        self.known = -1
        """Documents that this server knows, by the number of the last change of any."""
        self.on_news: Callable[[], None] = lambda: None
        """Learns the documents that others kept."""
        self._documents = 0
        self._database = database

    def prepare(self, script: str) -> None:
        """Make the tables that are not there yet."""
        tables = _OWN_TABLES + translate_tables(script)
        if "CREATE TABLE IF NOT EXISTS outbox(" in script:
            tables += _OWNER
        tables += all_functions()
        sign = hashlib.sha256(tables.encode()).hexdigest()
        with self._database.making() as link:
            link.execute(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"')
            link.execute(f'SET LOCAL search_path TO "{self.schema}"')
            if link.execute("SELECT to_regclass('turn')").fetchone()[0] is not None:
                row = link.execute("SELECT tables FROM turn").fetchone()
                if row is not None and row[0] == sign:
                    return  # what makes tables waits for all who write, who may wait for us
            link.execute(tables)
            link.execute("UPDATE turn SET tables = %s", (sign,))

    def writer(self) -> PostgresDb:
        """Open a connection for the one writer of this server."""
        link = Link(self._database.address, self._database.server)
        return PostgresDb(link, self.schema, let_go=link.close)

    def reader(self) -> PostgresDb:
        """Return this thread's connection, which all tenants share."""
        return PostgresDb(self._database.link(), self.schema)

    def begin(self, tx: Writing) -> None:
        """Begin a transaction when it is this server's turn."""
        tx.db.execute("BEGIN")
        tx.has_news = False
        server = self._database.server
        row = tx.db.execute("SELECT writer, documents FROM turn FOR UPDATE").fetchone()
        writer, self._documents = row
        if writer != server:
            tx.forget()
            tx.db.execute("UPDATE turn SET writer = ?", (server,))
        if self._documents > self.known:
            self.on_news()
            self.known = max(self.known, self._documents)

    def numbered(self, tx: Writing) -> None:
        """Give no number of a series or a place twice."""
        tops = {"series_ref_seq": tx.series_top, "geometry_ref_seq": tx.place_top}
        for sequence, top in tops.items():
            tx.db.execute(_BEYOND.format(sequence), (top, top))

    def chosen(self, tx: Writing, sequence: str, number: int) -> None:
        """Give no number again that a client chose."""
        tx.db.execute(_BEYOND.format(sequence), (number, number))

    def before_commit(self, tx: Writing) -> None:
        """Let other servers know that there are documents to learn."""
        if tx.has_news:
            told = f"{self._database.server} {self.schema}"
            tx.db.execute("UPDATE turn SET documents = documents + 1")
            tx.db.execute("SELECT pg_notify(?, ?)", (CHANNEL, told))

    def after_commit(self, tx: Writing) -> None:
        """Note that this server knows what it kept itself."""
        if tx.has_news:
            self.known = max(self.known, self._documents + 1)

    def shorten_log(self, _db: Db) -> None:
        """Do nothing: PostgreSQL sees to its log itself."""

    def documents(self, db: Any) -> int:
        """Return the number of the last change of any document."""
        return int(db.execute("SELECT documents FROM turn").fetchone()[0])

    def has_orphans(self, db: Any, prefix: str, *, begins: bool) -> bool:
        """Tell whether notifications wait that servers which are no more had to send."""
        values = (self._database.server, f"{prefix}%", "true" if begins else "false")
        return db.execute(_ANY_ORPHAN, values).fetchone() is not None

    def take_over(self, tx: Writing, prefix: str, *, begins: bool) -> list[tuple[Any, ...]]:
        """
        Take the notifications that servers which are no more had to send.

        Parameters
        ----------
        tx
            The writer's transaction.
        prefix, begins
            Of subscriptions whose identifiers begin so, or do not.
        """
        server = self._database.server
        values = (server, server, f"{prefix}%", "true" if begins else "false")
        return sorted(tx.db.execute(_TAKE_OVER, values).fetchall())

    def is_ours(self, db: Any, ref: int) -> bool:
        """Tell whether a notification waits and is this server's to send."""
        row = db.execute("SELECT owner FROM outbox WHERE ref = ?", (ref,)).fetchone()
        return row is not None and row[0] == self._database.server


class PostgresDatabase:
    """
    The database in which several servers keep their records.

    Parameters
    ----------
    address
        URL of the database.

    Raises
    ------
    InputError
        If the database does not open.
    """

    def __init__(self, address: str) -> None:
        self.address = bare_address(address)
        self.server = str(secrets.randbits(31))
        self._local = threading.local()
        self._links: list[Link] = []
        self._is_closed = False
        self._lock = threading.Lock()
        self._try()

    def _try(self) -> None:
        try:
            found = connect(self.address)
        except InputError:
            raise
        except Exception as error:  # noqa: BLE001  (psycopg's, which may not be there)
            raise does_not_open(told_of(error)) from None
        found.close()
        with self.making() as link:
            link.execute(_TENANTS)

    def link(self) -> Link:
        """Return this thread's connection for reading."""
        known: Link | None = getattr(self._local, "link", None)
        if known is None:
            known = self._local.link = Link(self.address, self.server)
            with self._lock:
                self._links.append(known)
                if self._is_closed:
                    known.close()
        return known

    @contextmanager
    def making(self) -> Iterator[Any]:
        """Let one server after the other make tables."""
        with connect(self.address) as link, link.transaction():
            link.execute("SELECT pg_advisory_xact_lock(%s)", (MAKING,))
            link.execute("SET LOCAL client_min_messages TO warning")  # what is there already
            yield link

    def home(self, name: str, path: Path, *, create: bool) -> PostgresSchema | None:
        """Return where a tenant's records are; None where they are not and are not to be made."""
        row = self._ask("SELECT schema FROM tenant WHERE name = ?", name)
        if row:
            return PostgresSchema(self, row[0][0], path)
        if not create:
            return None
        schema = schema_of(name)
        with self.making() as link:
            link.execute(f"INSERT INTO {PREFIX}.tenant VALUES(%s, %s) ON CONFLICT DO NOTHING",
                         (name, schema))  # fmt: skip
        return PostgresSchema(self, schema, path)

    def agree_on(self, folder: Path, *, moves: bool) -> None:
        """
        Check that all servers have the same data folder, where readings may leave for files.

        Parameters
        ----------
        folder
            This server's.
        moves
            Whether this server moves readings to files.

        Raises
        ------
        InputError
            If the files of the history are in another folder.
        """
        path = folder / FOLDER_MARK
        with self.making() as link:
            row = link.execute(f"SELECT folder FROM {PREFIX}.history").fetchone()  # noqa: S608  (own)
            if row is None and moves:
                row = (path.read_text() if path.is_file() else secrets.token_hex(16),)
                path.write_text(row[0])
                link.execute(f"INSERT INTO {PREFIX}.history(folder) VALUES(%s)", row)
            if row is not None and not (path.is_file() and path.read_text() == row[0]):
                raise InputError(
                    "servers on this database keep old readings in files of another folder",
                    where=str(folder),
                    mend="give all servers one --data folder that they share; or, from the first "
                    "start on, --keep-days 0 --keep-readings 0, to move none",
                )

    def leads(self) -> bool:
        """Tell whether this server does what one of several must do."""
        living = [int(row[0]) for row in self._ask(_LIVING)]
        return int(self.server) == min(living, default=int(self.server))

    def names(self) -> list[str]:
        """Return the names of all tenants."""
        return [row[0] for row in self._ask('SELECT name FROM tenant ORDER BY name COLLATE "C"')]

    def wake(self) -> None:
        """Let those who listen look up."""
        self._ask("SELECT pg_notify(?, ?)", CHANNEL, f"{self.server} ")

    def close(self) -> None:
        """Let go of all connections for reading."""
        with self._lock:
            self._is_closed = True
            for link in self._links:
                link.close()
            self._links.clear()

    def _ask(self, statement: str, *values: Any) -> list[Any]:
        found: list[Any] = PostgresDb(self.link(), PREFIX).execute(statement, values).fetchall()
        return found


def bare_address(address: str) -> str:
    """Return an address as the driver takes it."""
    return re.sub(r"^postgresql\+\w+:", "postgresql:", address)


def does_not_open(why: str) -> InputError:
    """Return the error of a database that does not open."""
    return InputError(
        f"the database does not open: {why}",
        where="--database",
        mend="check that it is there, and that its address and password are right",
    )


def schema_of(name: str) -> str:
    """
    Return the schema of a tenant: a name that PostgreSQL takes, whatever the tenant is called.

    Examples
    --------
    >>> schema_of("Agdam 2")
    'bunyad_live_agdam_2_809a35b8'
    """
    slug = re.sub(r"[^a-z0-9]", "_", name.lower())[:_LONGEST_SLUG]
    return f"{PREFIX}_{slug}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
