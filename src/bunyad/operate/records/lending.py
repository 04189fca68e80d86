"""
Records in PostgreSQL for who is no server: connections that are opened for a while, or lent.

A server of pages asks many times a second, and a connection to PostgreSQL takes milliseconds to
make: so it lends them, one to each asker at a time.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from contextlib import suppress
from functools import partial

from bunyad.operate.records.postgresql import Link, PostgresDb
from bunyad.operate.records.schemas import PREFIX, bare_address, does_not_open

MOST_IDLE = 8
"""Connections that wait to be lent, of each kind; beyond them they are closed."""


class Lending:
    """
    Connections to a database that are lent.

    Parameters
    ----------
    address
        URL of the database.
    """

    def __init__(self, address: str) -> None:
        self._address = bare_address(address)
        self._idle: dict[bool, deque[Link]] = {False: deque(), True: deque()}
        self._schemas: dict[str, str] = {}
        self._is_closed = False

    def open(self, tenant: str, *, writes: bool = False) -> PostgresDb | None:
        """
        Lend the records of a tenant until they are closed; None where there are none.

        Parameters
        ----------
        tenant
            Name of the tenant.
        writes
            Whether more is done than reading.

        Raises
        ------
        InputError
            If the database does not open.
        """
        link = self._link(writes=writes)
        schema = self._schemas.get(tenant) or _schema(link, tenant)
        if schema is None:
            self._take_back(link, writes=writes)
            return None
        self._schemas[tenant] = schema
        return PostgresDb(link, schema, let_go=partial(self._take_back, link, writes=writes))

    def tenants(self) -> list[str]:
        """
        Return the names of the tenants that the database has.

        Raises
        ------
        InputError
            If the database does not open.
        """
        link = self._link(writes=False)
        try:
            statement = 'SELECT name FROM tenant ORDER BY name COLLATE "C"'
            return [row[0] for row in PostgresDb(link, PREFIX).execute(statement)]
        except sqlite3.OperationalError as error:
            raise does_not_open(str(error)) from None
        except sqlite3.DatabaseError:  # nobody keeps records there yet
            return []
        finally:
            self._take_back(link, writes=False)

    def close(self) -> None:
        """Lend no more, and let go of what waits."""
        self._is_closed = True
        for waiting in self._idle.values():
            with suppress(IndexError):
                while True:
                    waiting.pop().close()

    def _link(self, *, writes: bool) -> Link:
        """Return a connection that answers: those that wait are lost where the database was."""
        with suppress(IndexError):
            while True:
                link = self._idle[writes].pop()
                if link.answers():
                    return link
                link.close()
        return Link(self._address, reads_only=not writes)

    def _take_back(self, link: Link, *, writes: bool) -> None:
        link.undo()
        if self._is_closed or len(self._idle[writes]) >= MOST_IDLE:
            link.close()
        else:
            self._idle[writes].append(link)


def open_shared(address: str, tenant: str, *, writes: bool = False) -> PostgresDb | None:
    """
    Open the records of a tenant on a connection of their own; None where there are none.

    Parameters
    ----------
    address
        URL of the database.
    tenant
        Name of the tenant.
    writes
        Whether more is done than reading.

    Raises
    ------
    InputError
        If the database does not open.
    """
    link = Link(bare_address(address), reads_only=not writes)
    schema = _schema(link, tenant)
    if schema is None:
        link.close()
        return None
    return PostgresDb(link, schema, let_go=link.close)


def _schema(link: Link, tenant: str) -> str | None:
    """Return the schema of a tenant, None where there is none."""
    try:
        row = PostgresDb(link, PREFIX).execute(
            "SELECT schema FROM tenant WHERE name = ?", (tenant,)
        ).fetchone()  # fmt: skip
    except sqlite3.OperationalError as error:
        raise does_not_open(str(error)) from None
    except sqlite3.DatabaseError:  # nobody keeps records there yet
        return None
    return None if row is None else str(row[0])
