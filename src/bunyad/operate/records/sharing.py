"""
What several servers on one database do together.

Each holds a lock as long as its connection lives, by which the others know that it does. What one
keeps for all (subscriptions, registrations, contexts) the others learn at once: told of it by the
database, and in any case before their next write.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import threading
import zlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from bunyad.operate.records.tenant import Tenant, Writing

if TYPE_CHECKING:
    from bunyad.operate.records.schemas import PostgresDatabase, PostgresSchema

LONGEST_LEARNING_S = 60.0
_TURNS = 7_251_948  # class of the locks of those whose turn it is
_LISTEN_S = 0.5
_AGAIN_S = 1.0

_log = logging.getLogger(__name__)
Learn = Callable[[Tenant], Awaitable[None]]


def _nothing(_tx: Writing) -> None:
    return


class Sharing:
    """
    What a server shares with others.

    Parameters
    ----------
    database
        Where the records are.

    Attributes
    ----------
    learners
        Coroutine functions that learn the documents of a tenant; they run in the server's loop.
    """

    def __init__(self, database: PostgresDatabase) -> None:
        self.database = database
        self.learners: list[Learn] = []
        self._tenants: dict[str, Tenant] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ends = threading.Event()
        self._thread: threading.Thread | None = None

    def opened(self, tenant: Tenant) -> None:
        """Keep up with what others write of a tenant."""
        home: Any = tenant.home
        self._tenants[home.schema] = tenant
        home.on_news = lambda: self._learn(tenant)

    async def start(self) -> None:
        """Let other servers know that this one lives, and hear of theirs."""
        self._loop = asyncio.get_running_loop()
        if self._thread is None:
            is_there = threading.Event()
            self._thread = threading.Thread(
                target=self._listen, args=(is_there,), name="records-sharing", daemon=True
            )
            self._thread.start()
            await asyncio.to_thread(is_there.wait, LONGEST_LEARNING_S)

    async def stop(self) -> None:
        """Learn no more: the loop ends."""
        self._loop = None

    def close(self) -> None:
        """Take leave: others may send what this server had to."""
        self._loop = None
        self._ends.set()
        if self._thread is not None:
            with contextlib.suppress(sqlite3.Error):  # then it looks in a moment
                self.database.wake()
            self._thread.join()
            self._thread = None
        self.database.close()

    async def leads(self) -> bool:
        """Tell whether this server does what one of several must do."""
        try:
            return await asyncio.to_thread(self.database.leads)
        except sqlite3.Error:
            return False

    async def catch_up(self, tenant: Tenant) -> None:
        """Learn what others kept of a tenant until now; to be called in the server's loop."""
        home: PostgresSchema = tenant.home  # type: ignore[assignment]
        if home.documents(tenant.reader()) > home.known:
            await tenant.write(_nothing, checked=True)  # whoever writes learns first

    def _learn(self, tenant: Tenant) -> None:
        """Learn in the server's loop, and wait for it; to be called in another thread."""
        loop = self._loop
        if loop is None or not self.learners:
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody asks any more
            learning = asyncio.run_coroutine_threadsafe(self._learn_all(tenant), loop)
            while self._loop is not None:
                with contextlib.suppress(TimeoutError):
                    learning.result(_LISTEN_S)
                    return
            learning.cancel()  # the server stops

    async def _learn_all(self, tenant: Tenant) -> None:
        for learn in self.learners:
            await learn(tenant)

    # --- in the thread that listens -----------------------------------------------------------

    def _listen(self, is_there: threading.Event) -> None:
        """Hold the lock of a living server, and hear what others have kept."""
        from bunyad.operate.records import postgresql, schemas  # noqa: PLC0415  (few have it)

        while not self._ends.is_set():
            try:
                with postgresql.connect(self.database.address) as link:
                    link.execute(postgresql.OUTLIVE_NO_MACHINE)
                    link.execute(
                        "SELECT pg_advisory_lock(%s::int, %s::int)",
                        (schemas.ALIVE, int(self.database.server)),
                    )
                    link.execute(f"LISTEN {schemas.CHANNEL}")
                    is_there.set()
                    self._hear(link)
            except Exception:  # noqa: BLE001  (psycopg's, which may not be there)
                if self._ends.is_set():
                    return
                _log.exception("the database does not answer; it is asked again")
                self._ends.wait(_AGAIN_S)

    def _hear(self, link: Any) -> None:
        for tenant in list(self._tenants.values()):  # what was told while nobody listened
            self._know(tenant)
        while not self._ends.is_set():
            for told in link.notifies(timeout=_LISTEN_S):
                server, _, schema = told.payload.partition(" ")
                known = self._tenants.get(schema)
                if server != self.database.server and known is not None:
                    self._know(known)
                if self._ends.is_set():
                    return

    def _know(self, tenant: Tenant) -> None:
        home: PostgresSchema = tenant.home  # type: ignore[assignment]
        with contextlib.suppress(RuntimeError):  # the records are closed
            if home.documents(tenant.reader()) > home.known:
                tenant.submit(_nothing)  # whoever writes learns first


class Turn:
    """
    What one of several servers does alone; when it is no more, another does it.

    Parameters
    ----------
    database
        Which they share.
    what
        What it is.
    """

    def __init__(self, database: PostgresDatabase, what: str) -> None:
        from bunyad.operate.records.postgresql import Link  # noqa: PLC0415  (few have it)

        self._link = Link(database.address)
        self._number = zlib.crc32(what.encode()) >> 1
        self._is_held = False

    def is_ours(self) -> bool:
        """Tell whether it is this server's to do; asks the database."""
        if self._is_held and self._link.answers():
            return True
        try:
            row = self._link.cursor("public").execute(
                "SELECT pg_try_advisory_lock($1::int, $2::int)", (_TURNS, self._number)
            ).fetchone()  # fmt: skip
        except Exception as error:  # noqa: BLE001  (psycopg's, which may not be there)
            _log.warning("the database does not say whose turn it is: %s", error)
            row = None
        self._is_held = row is not None and bool(row[0])
        return self._is_held

    def close(self) -> None:
        """Leave it to others."""
        if self._is_held:
            self._is_held = False
            with contextlib.suppress(Exception):  # psycopg's; who is gone has no lock
                self._link.cursor("public").execute("SELECT pg_advisory_unlock_all()")
        self._link.close()
