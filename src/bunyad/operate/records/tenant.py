"""One tenant's records: readers on connections of their own, one writer that commits in groups."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from bunyad.operate.records.database import Db, Home
from bunyad.operate.records.schema import all_tables
from bunyad.operate.records.times import now_us

T = TypeVar("T")
Entity = dict[str, Any]

ROWS_AT_ONCE = (64, 8)  # rows that one statement inserts
LARGEST_GROUP = 512  # jobs in one transaction; bounds the wait of the first of them
GATHERING_S = 0.0005  # what a group that is smaller than the last one waits for more jobs


@dataclass(slots=True)
class Change:
    """
    What happened to one entity in one write.

    Attributes
    ----------
    before, after
        The entity before and after; None where it was not, or is no more.
    touched
        Attribute IRI to `created`, `updated` or `deleted`.
    """

    id: str
    before: Entity | None
    after: Entity | None
    touched: dict[str, str] = field(default_factory=dict)


class Writing:
    """
    The writer's side of one transaction: what jobs get to work with.

    Attributes
    ----------
    db
        The writing connection, inside of a transaction.
    now_us
        The instant of the write [µs since 1970].
    changes
        Changes of entities in this group so far.
    has_news
        Whether documents were kept that other servers must learn.
    """

    __slots__ = (
        "_later", "changes", "db", "entity_top", "has_news", "now_us", "place_top", "series",
        "series_top",
        "tenant", "words",
    )  # fmt: skip

    def __init__(self, tenant: Tenant, db: Db) -> None:
        self.tenant = tenant
        self.db = db
        self.now_us = 0
        self.changes: list[Change] = []
        self.has_news = False
        self.words: dict[str, int] = {}
        self.series: dict[tuple[int, int, str], tuple[int, str | None]] = {}
        self.entity_top = -1
        self.series_top = -1
        self.place_top = -1
        self._later: dict[str, list[tuple[Any, ...]]] = {}

    def later(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Have rows written with those of the group's other new entities, before anybody reads."""
        self._later.setdefault(statement, []).extend(rows)

    def flush(self) -> None:
        """Write what was left for later."""
        if self._later:
            for statement, rows in self._later.items():
                insert_rows(self.db, statement, rows)
            self._later.clear()
            self.tenant.home.numbered(self)

    def word(self, iri: str) -> int:
        """Return the small number of an IRI, given now where it has none."""
        ref = self.words.get(iri)
        if ref is None:
            row = self.db.execute("SELECT ref FROM word WHERE iri = ?", (iri,)).fetchone()
            if row is None:
                row = self.db.execute(
                    "INSERT INTO word(iri) VALUES(?) RETURNING ref", (iri,)
                ).fetchone()
            ref = self.words[iri] = int(row[0])
        return ref

    def forget(self) -> None:
        """Drop what is remembered of rows that a failed job took back."""
        self.words.clear()
        self.series.clear()
        self.entity_top = self.series_top = -1
        self._later.clear()

    def tops(self) -> None:
        """Learn the highest numbers of entities, series and places: only this writer makes any."""
        if self.entity_top < 0:
            tops = dict(self.db.execute("SELECT name, seq FROM sqlite_sequence"))
            self.entity_top, self.series_top = tops.get("entity", 0), tops.get("series", 0)
            (self.place_top,) = self.db.execute(
                "SELECT coalesce(max(ref), 0) FROM geometry"
            ).fetchone()


def insert_rows(db: Db, statement: str, rows: list[tuple[Any, ...]]) -> None:
    """
    Insert rows, many at a time: half the work, and the other threads are seldom waited for.

    Parameters
    ----------
    db
        The writing connection.
    statement
        `INSERT …` that ends in `VALUES(?, …)`.
    rows
        Values of each.
    """
    at = 0
    for size in ROWS_AT_ONCE if isinstance(db, sqlite3.Connection) else ():
        if len(rows) - at >= size:
            whole = _for_rows(statement, size)
            while len(rows) - at >= size:
                db.execute(whole, list(chain.from_iterable(rows[at : at + size])))
                at += size
    db.executemany(statement, rows[at:])


@lru_cache(maxsize=64)
def _for_rows(statement: str, count: int) -> str:
    start, marks = statement.rsplit("VALUES", 1)
    return f"{start}VALUES{', '.join([marks] * count)}"


@dataclass(slots=True)
class _Job(Generic[T]):
    work: Callable[[Writing], T]
    done: Callable[[list[tuple[_Job[Any], Any, BaseException | None]]], None] | None
    target: Any
    checked: bool = False


class Tenant:
    """
    One tenant's records.

    Attributes
    ----------
    name
        Name of the tenant; empty for the default one.
    before_commit
        Functions called in the writer with the transaction, once a group, when its changes are
        known: what they write is kept or lost together with the changes.
    after_commit
        Functions called in the writer with the changes that are now kept.
    """

    def __init__(self, name: str, home: Home) -> None:
        self.name = name
        self.home = home
        self.before_commit: list[Callable[[Writing], None]] = []
        self.after_commit: list[Callable[[list[Change]], None]] = []
        self._local = threading.local()
        self._jobs: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._readers: list[Db] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._last_size = 1
        home.prepare(all_tables())

    @property
    def path(self) -> Path:
        """Return the file of the records, or where it would be."""
        return self.home.path

    def reader(self) -> Db:
        """Return this thread's connection for reading: what was committed before each query."""
        db: Db | None = getattr(self._local, "db", None)
        if db is None:
            db = self._local.db = self.home.reader()
            with self._lock:
                self._readers.append(db)
            # the first is the loop's; the others are of helping threads
            if isinstance(db, sqlite3.Connection) and len(self._readers) > 1:
                db.execute("PRAGMA cache_size = -4000")
        return db

    def submit(self, work: Callable[[Writing], T]) -> Future[T]:
        """
        Have the writer do a job; the future is done when the job's group is on the disk.

        Parameters
        ----------
        work
            Function of the transaction; what it raises undoes this job only.

        Returns
        -------
        concurrent.futures.Future
            The job's result.
        """
        future: Future[T] = Future()
        self._put(_Job(work, None, future))
        return future

    async def write(self, work: Callable[[Writing], T], *, checked: bool = False) -> T:
        """
        Have the writer do a job, and wait until its group is on the disk.

        Parameters
        ----------
        work
            Function of the transaction; what it raises undoes this job only.
        checked
            Whether the job raises only before its first change, so that there is nothing to undo,
            and reads nothing that other such jobs write.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._put(_Job(work, loop.call_soon_threadsafe, future, checked))  # type: ignore[arg-type]
        return await future

    def close(self) -> None:
        """Finish what was submitted and close the file."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._jobs.put(None)
            thread.join()
        for db in self._readers:
            db.close()
        self._readers.clear()

    def _put(self, job: _Job[Any]) -> None:
        if self._thread is None:
            with self._lock:
                if self._thread is None and not self._closed:
                    self._thread = threading.Thread(
                        target=self._run, name=f"records-{self.name or 'default'}", daemon=True
                    )
                    self._thread.start()
        if self._closed:
            raise RuntimeError("the records are closed")
        self._jobs.put(job)

    def _run(self) -> None:
        db = self.home.writer()
        tx = Writing(self, db)
        try:
            while (group := self._next_group()) is not None:
                self._do(tx, group)
                self.home.shorten_log(db)
        finally:
            db.close()

    def _next_group(self) -> list[_Job[Any]] | None:
        first = self._jobs.get()
        if first is None:
            return None
        if self._jobs.qsize() + 1 < self._last_size:
            time.sleep(GATHERING_S)  # those whose jobs were done are about to send the next
        group = [first]
        while len(group) < LARGEST_GROUP:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
            if job is None:
                self._jobs.put(None)
                break
            group.append(job)
        self._last_size = len(group)
        return group

    def _do(self, tx: Writing, group: list[_Job[Any]]) -> None:
        outcomes: list[tuple[_Job[Any], Any, BaseException | None]] = []
        try:
            self.home.begin(tx)
            tx.now_us = now_us()
            tx.changes = []
            for job in group:
                if not job.checked:
                    tx.flush()
                outcomes.append((job, *_attempt(tx, job)))
            tx.flush()
            if tx.changes:
                for hook in self.before_commit:
                    hook(tx)
            self.home.before_commit(tx)
            tx.db.execute("COMMIT")
            self.home.after_commit(tx)
        except BaseException as error:  # noqa: BLE001  (told to everybody who waits)
            with contextlib.suppress(sqlite3.Error):  # nothing is kept of a lost connection
                if tx.db.in_transaction:
                    tx.db.execute("ROLLBACK")
            tx.forget()
            tx.changes = []
            outcomes = [(job, None, error) for job in group]
        changes = tx.changes
        _tell(outcomes)
        if changes:
            for watcher in self.after_commit:
                watcher(changes)


def _attempt(tx: Writing, job: _Job[T]) -> tuple[T | None, BaseException | None]:
    db = tx.db
    known = len(tx.changes)
    if job.checked:
        changed = db.total_changes
        try:
            return job.work(tx), None
        except Exception as error:
            if db.total_changes != changed:
                raise  # it was not checked after all: the group cannot be kept
            return None, error
    db.execute("SAVEPOINT job")
    changed = db.total_changes
    try:
        result = job.work(tx)
    except Exception as error:  # noqa: BLE001  (given to the one who asked)
        if db.total_changes != changed:
            db.execute("ROLLBACK TO job")
            tx.forget()
        db.execute("RELEASE job")
        del tx.changes[known:]
        return None, error
    tx.flush()
    tx.entity_top = -1  # the job may have given out numbers
    db.execute("RELEASE job")
    return result, None


def _tell(outcomes: list[tuple[_Job[Any], Any, BaseException | None]]) -> None:
    by_loop: dict[Any, list[tuple[Any, Any, BaseException | None]]] = {}
    for job, result, error in outcomes:
        if job.done is not None:
            by_loop.setdefault(job.done, []).append((job.target, result, error))
        elif error is not None:
            job.target.set_exception(error)
        else:
            job.target.set_result(result)
    for call_soon, settled in by_loop.items():
        try:
            call_soon(_settle, settled)
        except RuntimeError:  # the loop is closed: nobody waits
            continue


def _settle(settled: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
    for future, result, error in settled:
        if future.done():
            continue
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
