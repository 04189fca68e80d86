"""A connection to PostgreSQL that is asked as one to SQLite is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson

from bunyad.errors import InputError
from bunyad.operate.records.dialect import translate

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg


_WHOLE = 1 << 63  # beyond, SQLite has no whole numbers
OUTLIVE_NO_MACHINE = (
    "SELECT set_config('tcp_keepalives_idle', '5', false), "
    "set_config('tcp_keepalives_interval', '2', false), "
    "set_config('tcp_keepalives_count', '3', false)"
)
"""
Lets the database notice within seconds that this machine is gone, and free the locks it held.

By default that takes hours where a machine loses its power or its network.
"""


class PostgresDb:
    """
    A connection that is asked as SQLite's are, within one tenant's schema.

    Parameters
    ----------
    link
        What is connected; several tenants may share it for reading.
    schema
        The tenant's schema.
    let_go
        Done when it is closed; by default nothing, as others use what is connected too.
    """

    def __init__(
        self, link: Link, schema: str, *, let_go: Callable[[], None] = lambda: None
    ) -> None:
        self.total_changes = 0
        self._let_go = let_go
        self._link = link
        self._schema = schema

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction is open."""
        return self._link.in_transaction

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Any:
        """Run a statement."""
        told = translate(statement)
        with self._faults():
            cursor = self._link.cursor(self._schema)
            cursor.execute(told.text, told.values(values))
        if cursor.description is None or not told.text.startswith("SELECT"):
            self.total_changes += max(cursor.rowcount, 0)
        return cursor

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> Any:
        """Run a statement once for each row of values."""
        told = translate(statement)
        with self._faults():
            cursor = self._link.cursor(self._schema)
            cursor.executemany(told.text, [told.values(row) for row in rows])
        self.total_changes += max(cursor.rowcount, 0)
        return cursor

    def close(self) -> None:
        """Let go of the database."""
        self._let_go()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Tell faults as SQLite's; a transaction that had one keeps nothing until it is undone."""
        import psycopg  # noqa: PLC0415  (who has no PostgreSQL needs none)

        try:
            yield
        except psycopg.IntegrityError as error:
            self.total_changes += 1
            raise sqlite3.IntegrityError(told_of(error)) from None
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self.total_changes += 1
            raise sqlite3.OperationalError(told_of(error)) from None
        except psycopg.DataError as error:
            self.total_changes += 1
            raise sqlite3.DataError(told_of(error)) from None
        except psycopg.Error as error:
            self.total_changes += 1
            raise sqlite3.DatabaseError(told_of(error)) from None


class Link:
    """
    A connection that is made when it is needed, and made again where it was lost.

    Parameters
    ----------
    address
        URL of the database.
    server
        Name of the server that this is.
    reads_only
        Whether nothing may be written.
    """

    def __init__(self, address: str, server: str = "", *, reads_only: bool = False) -> None:
        self._address = address
        self._server = server
        self._reads_only = reads_only
        self._open: psycopg.Connection[Any] | None = None
        self._schema = ""
        self._is_closed = False

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction is open."""
        known = self._open
        return known is not None and not known.closed and known.info.transaction_status != 0

    def cursor(self, schema: str) -> Any:
        """Return what runs a statement within a schema."""
        import psycopg  # noqa: PLC0415  (who has no PostgreSQL needs none)

        if self._is_closed:
            raise psycopg.InterfaceError("the records are closed")
        if self._open is None or self._open.closed:
            self._open = connect(self._address, self._server)
            self._schema = ""
            if self._reads_only:
                self._open.execute("SET default_transaction_read_only = on")
            if self._is_closed:  # meanwhile
                self._open.close()
        if self._schema != schema:
            self._open.execute(f'SET search_path TO "{schema}"')
            self._schema = schema
        return psycopg.RawCursor(self._open)

    def answers(self) -> bool:
        """Tell whether it is connected, and the database is there."""
        import psycopg  # noqa: PLC0415  (who has no PostgreSQL needs none)

        if self._open is None or self._open.closed:
            return False
        try:
            self._open.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def undo(self) -> None:
        """End a transaction that was left open, which keeps nothing of it."""
        if self._open is not None and self.in_transaction:
            self._open.close()

    def close(self) -> None:
        """Let go of the connection for good."""
        self._is_closed = True
        if self._open is not None:
            self._open.close()


def connect(address: str, server: str = "") -> psycopg.Connection[Any]:
    """
    Connect to a database.

    Raises
    ------
    InputError
        If the driver is not installed.
    psycopg.OperationalError
        If the database does not answer.
    """
    try:
        import psycopg  # noqa: PLC0415  (who has no PostgreSQL needs none)
    except ModuleNotFoundError:
        raise InputError(
            "the driver of PostgreSQL is not installed",
            where="--database",
            mend="pip install 'bunyad[postgresql]'",
        ) from None
    from psycopg.types.json import set_json_loads  # noqa: PLC0415
    from psycopg.types.numeric import Int8Dumper  # noqa: PLC0415

    found = psycopg.connect(
        address, autocommit=True, connect_timeout=10, keepalives_idle=5, keepalives_interval=2,
        keepalives_count=3, application_name="bunyad operate",
    )  # fmt: skip
    found.prepared_max = 256
    found.adapters.register_dumper(int, Int8Dumper)  # one kind of number, one prepared statement
    found.adapters.register_dumper(bool, _bool_dumper())
    found.adapters.register_loader("numeric", _number_loader())
    set_json_loads(orjson.loads, found)
    if server:
        found.execute("SELECT set_config('bunyad.server', %s, false)", (server,))
    return found


def _bool_dumper() -> Any:
    from psycopg.adapt import Dumper  # noqa: PLC0415

    class AsNumber(Dumper):
        """SQLite has 1 and 0."""

        def dump(self, obj: Any) -> bytes:
            return b"1" if obj else b"0"

    return AsNumber


def _number_loader() -> Any:
    from psycopg.adapt import Loader  # noqa: PLC0415

    class ToNumber(Loader):
        """SQLite has whole numbers and floating ones."""

        def load(self, data: Any) -> int | float:
            text = bytes(data).decode()
            is_whole = text.lstrip("-").isdigit() and abs(int(text)) < _WHOLE
            return int(text) if is_whole else float(text)

    return ToNumber


def told_of(error: Exception) -> str:
    """Return what is wrong, without the values of a row."""
    diagnosis = getattr(error, "diag", None)
    primary = getattr(diagnosis, "message_primary", None)
    return primary or (str(error).splitlines() or [type(error).__name__])[0]
