"""The database: SQLite in a file by default, PostgreSQL by its URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bunyad.errors import InputError

BUSY_MS = 10_000
"""How long a write waits for another one in SQLite [ms]."""

SEALING_KEY = "sealing_key"
"""Name by which a session knows the operator's key."""

CONNECTIONS = {"sqlite": 40, "postgresql": 15}
"""How many connections are kept: one for each thread that answers, or a fair part of a server's."""


class Database:
    """An open database; `with database.begin() as session` is one transaction."""

    def __init__(self, engine: Engine, *, sealing_key: bytes | None = None) -> None:
        self.engine = engine
        info = {SEALING_KEY: sealing_key}
        self._sessions = sessionmaker(engine, expire_on_commit=False, info=info)
        reading = engine.execution_options(reading=True)
        self._readers = sessionmaker(reading, expire_on_commit=False, autoflush=False, info=info)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a transaction; it is kept at the end, and undone where an error leaves it."""
        with self._sessions.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that only reads, so that it waits for nobody."""
        with self._readers() as session:
            yield session

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def open_database(url: str, *, sealing_key: bytes | None = None) -> Database:
    """
    Open a database and bring its tables up to date.

    Parameters
    ----------
    url
        `sqlite:///path/to/file.db` or `postgresql+psycopg://user:password@host/name`.
    sealing_key
        The operator's key, which opens what is sealed in the database.

    Raises
    ------
    InputError
        If the URL is wrong or the database does not answer.
    """
    try:
        address = make_url(url)
        kind = address.get_backend_name()
    except ArgumentError:
        raise InputError(
            "this is no database URL",
            where="--database",
            mend="give sqlite:///FILE or postgresql://…",
        ) from None
    if kind == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    elif kind != "sqlite":
        raise InputError(
            f"databases of the kind {kind!r} are not known",
            where="--database",
            mend="give sqlite:///FILE or postgresql://…",
        )
    elif address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    try:
        engine = create_engine(
            address,
            pool_pre_ping=kind == "postgresql",
            pool_size=CONNECTIONS[kind],
            hide_parameters=True,  # an error must not tell what was to be kept
        )
        if kind == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_immediate)
        else:
            event.listen(engine, "handle_error", _hide_row)
        _migrate(engine)
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        raise InputError(
            f"the database does not open: {str(error).splitlines()[0]}",
            where=address.render_as_string(hide_password=True),
            mend="check that it is there, that its password is right and its driver is installed",
        ) from error
    return Database(engine, sealing_key=sealing_key)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Let readers and a writer work at once, and keep what was answered through a crash."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    """Take the lock at the start, so that no transaction fails half-way for want of it."""
    is_reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _hide_row(context: ExceptionContext) -> None:
    """Keep what is wrong and drop PostgreSQL's details, which hold the row's values."""
    primary = getattr(getattr(context.original_exception, "diag", None), "message_primary", None)
    if primary is not None:
        context.original_exception.args = (primary,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (primary,)


def _migrate(engine: Engine) -> None:
    """Run the migrations that the database has not seen."""
    config = Config()
    config.set_main_option("script_location", str(resources.files("bunyad.store") / "migrations"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Two servers that start at once must not migrate at once.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7251945)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
