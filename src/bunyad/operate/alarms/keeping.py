"""
The log of alarms and the engine's state: a SQLite file beside the records, or tables in PostgreSQL.

The process that watches is the only one that writes events and snapshots; others write acts
(what operators ask for) into a queue, and it carries them out with its next step. After a crash
it goes on from the last snapshot with the readings and acts since then, which gives the same
alarms: nothing is told twice, because an event that the log has is not written again.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from bunyad.operate.alarms.engine import Snapshot
from bunyad.operate.alarms.events import Act, Event
from bunyad.operate.alarms.states import State
from bunyad.operate.records.beside import Beside
from bunyad.operate.records.database import Db

_ALL = 1 << 62
TABLES = """
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, what TEXT NOT NULL,
    rule TEXT NOT NULL, thing TEXT NOT NULL, before INTEGER NOT NULL, after INTEGER NOT NULL,
    by TEXT NOT NULL, note TEXT NOT NULL, cause TEXT NOT NULL, act INTEGER
);
CREATE INDEX IF NOT EXISTS event_at ON event (at);
CREATE INDEX IF NOT EXISTS event_of ON event (rule, thing, seq);
CREATE TABLE IF NOT EXISTS act (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, kind TEXT NOT NULL,
    rule TEXT NOT NULL, thing TEXT NOT NULL, by TEXT NOT NULL, note TEXT NOT NULL, until REAL,
    done_at REAL, refused TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS snapshot (
    one INTEGER PRIMARY KEY CHECK (one = 1), at REAL NOT NULL, rules INTEGER NOT NULL,
    place INTEGER NOT NULL, seq INTEGER NOT NULL, content BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS note (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, by TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS standing (
    rule TEXT NOT NULL, thing TEXT NOT NULL, state INTEGER NOT NULL, since REAL NOT NULL,
    cause TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (rule, thing)
) WITHOUT ROWID;
"""


# only who watches tells: nobody takes the same number at the same time
_TELL = """
INSERT INTO event (seq, at, what, rule, thing, before, after, by, note, cause)
VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM event), ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq
"""
_KEEP = """
INSERT INTO snapshot (one, at, rules, place, seq, content)
VALUES (1, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM event), ?)
ON CONFLICT (one) DO UPDATE SET at = excluded.at, rules = excluded.rules, place = excluded.place,
    seq = excluded.seq, content = excluded.content
"""
_REBUILD = """
INSERT INTO standing
SELECT e.rule, e.thing, e.after,
    (SELECT min(f.at) FROM event f
     WHERE f.rule = e.rule AND f.thing = e.thing AND f.what = 'state' AND f.seq > coalesce(
        (SELECT max(n.seq) FROM event n WHERE n.rule = e.rule AND n.thing = e.thing
         AND n.what = 'state' AND n.after = 0), 0)),
    e.cause, e.seq
FROM event e
WHERE e.after <> 0
    AND e.seq IN (SELECT max(seq) FROM event WHERE what = 'state' GROUP BY rule, thing)
"""
"""Alarms that stand, from the events; each stands since it last left the normal state."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot and where it stands."""

    at: float
    """Time of the engine [s]."""
    rules: int
    """Version of the rules."""
    place: int
    """Last reading that the engine has seen, as the records number them."""
    seq: int
    """Last event before it."""
    content: Snapshot


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm that is not normal, as the list shows it."""

    rule: str
    thing: str
    state: State
    since: float
    """When it left the normal state [s]."""
    cause: str
    seq: int
    """Last event of it."""
    amount: str = ""
    """How much it was when it rang, where its rule tells that."""


class AlarmLog:
    """
    Log of alarms of one place.

    Parameters
    ----------
    place
        The SQLite file, made where it is not there; or an open database of records, which is
        closed with the log.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, AlarmLog(Path(folder) / "a.sqlite") as log:
    ...     log.add([Event(at=60.0, rule="leak", thing="home-1", after=State.UNACKNOWLEDGED)])
    ...     [one.state.word for one in log.standing()]
    ['unacknowledged']
    """

    def __init__(self, place: Path | Db) -> None:
        self._log = Beside(place, TABLES)
        self._db = self._log.db

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it."""
        self._log.close()

    def take_watch(self) -> bool:
        """Become the process that watches, unless another is; of a file nobody else is."""
        return self._log.take_watch()

    def add(
        self,
        events: Iterable[Event],
        *,
        kept: Kept | None = None,
        done: Iterable[tuple[int, float]] = (),
        after: int | None = None,
    ) -> None:
        """
        Keep events, a snapshot and what acts are done, all or nothing.

        Parameters
        ----------
        events
            What changed, in order.
        kept
            State of the engine after them; its `seq` is set here.
        done
            Acts that were carried out, and after which step of the engine [s].
        after
            Number of an event: those after it are dropped, as the events tell them again.

        Raises
        ------
        sqlite3.OperationalError
            If the database does not answer, or another process may be watching by now.
        """
        with self._log.transaction():
            if after is not None:
                self._forget_after(after)
            for event in events:
                self._add_event(event)
            self._db.executemany(
                "UPDATE act SET done_at = ? WHERE seq = ?", [(at, act) for act, at in done]
            )
            if kept is not None:
                self._db.execute(_KEEP, (kept.at, kept.rules, kept.place, _pack(kept.content)))

    def _add_event(self, event: Event) -> None:
        ((seq,),) = self._db.execute(
            _TELL,
            (
                event.at, event.what, event.rule, event.thing, int(event.before),
                int(event.after), event.by, event.note, event.cause,
            ),
        ).fetchall()  # fmt: skip
        if event.what != "state":
            return
        if event.after == State.NORMAL:
            self._db.execute(
                "DELETE FROM standing WHERE rule = ? AND thing = ?", (event.rule, event.thing)
            )
            return
        self._db.execute(
            "INSERT INTO standing VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (rule, thing) DO UPDATE "
            "SET state = excluded.state, cause = excluded.cause, seq = excluded.seq",
            (event.rule, event.thing, int(event.after), event.at, event.cause, seq),
        )

    def _forget_after(self, seq: int) -> None:
        self._db.execute("DELETE FROM event WHERE seq > ?", (seq,))
        self._db.execute("DELETE FROM standing")
        self._db.execute(_REBUILD)

    def is_flood(self) -> bool:
        """Return whether there are more alarms just now than a person can take in."""
        row = self._db.execute(
            "SELECT what FROM event WHERE what IN ('flood_began', 'flood_ended') "
            "ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        return row is not None and row[0] == "flood_began"

    def snapshot(self) -> Kept | None:
        """Return the last snapshot, or None."""
        row = self._db.execute("SELECT at, rules, place, seq, content FROM snapshot").fetchone()
        if row is None:
            return None
        return Kept(row[0], row[1], row[2], row[3], _unpack(row[4]))

    def ask(self, act: Act) -> int:
        """Put an act into the queue and return its number."""
        ((seq,),) = self._db.execute(
            "INSERT INTO act (at, kind, rule, thing, by, note, until) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "RETURNING seq",
            (act.at, act.kind, act.rule, act.thing, act.by, act.note, act.until),
        ).fetchall()
        return int(seq)

    def refuse(self, act: int, why: str) -> None:
        """Tell why an act was not carried out."""
        self._db.execute("UPDATE act SET done_at = at, refused = ? WHERE seq = ?", (why, act))

    def asked(self) -> list[tuple[int, Act]]:
        """Return the acts that wait, in order."""
        rows = self._db.execute(
            "SELECT seq, at, kind, rule, thing, by, note, until FROM act "
            "WHERE done_at IS NULL ORDER BY seq"
        )
        return [(row[0], _act(row[1:])) for row in rows]

    def done_after(self, number: int) -> list[tuple[int, float, Act]]:
        """Return acts after one that were carried out, with their step: to be done again."""
        rows = self._db.execute(
            "SELECT seq, done_at, at, kind, rule, thing, by, note, until FROM act "
            "WHERE seq > ? AND done_at IS NOT NULL AND refused = '' ORDER BY seq",
            (number,),
        )
        return [(row[0], row[1], _act(row[2:])) for row in rows]

    def answer(self, act: int) -> str | None:
        """Return why an act was refused, empty where it was done, None while it waits."""
        row = self._db.execute("SELECT done_at, refused FROM act WHERE seq = ?", (act,)).fetchone()
        return None if row is None or row[0] is None else str(row[1])

    def events(
        self, *, start: float = float("-inf"), end: float = float("inf"), after: int = 0,
        limit: int | None = None,
    ) -> list[tuple[int, Event]]:  # fmt: skip
        """
        Return events with their numbers, in order.

        Parameters
        ----------
        start, end
            From a time on, and before another [s].
        after
            Only those after this number.
        limit
            At most so many, the newest.
        """
        rows = self._db.execute(
            "SELECT * FROM (SELECT seq, at, what, rule, thing, before, after, by, note, cause "
            "FROM event WHERE at >= ? AND at < ? AND seq > ? ORDER BY seq DESC LIMIT ?) "
            "AS newest ORDER BY seq",
            (start, end, after, _ALL if limit is None else limit),
        )
        return [
            (row[0], Event(
                at=row[1], what=row[2], rule=row[3], thing=row[4], before=State(row[5]),
                after=State(row[6]), by=row[7], note=row[8], cause=row[9],
            ))
            for row in rows
        ]  # fmt: skip

    def note(self, *, at: float, by: str, text: str) -> None:
        """Write into the log of the shift."""
        self._db.execute("INSERT INTO note (at, by, text) VALUES (?, ?, ?)", (at, by, text))

    def notes(self, *, start: float, end: float) -> list[tuple[float, str, str]]:
        """Return time [s], person and text of notes of the shift, in order."""
        rows = self._db.execute(
            "SELECT at, by, text FROM note WHERE at >= ? AND at < ? ORDER BY at, seq", (start, end)
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def last(self) -> int:
        """Return the number of the last event."""
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])

    def standing(self) -> list[Standing]:
        """Return every alarm that is not normal, the oldest first."""
        rows = self._db.execute(
            "SELECT rule, thing, state, since, cause, seq, (SELECT note FROM event e "
            "WHERE e.rule = s.rule AND e.thing = s.thing AND what = 'state' AND after = ? "
            "ORDER BY e.seq DESC LIMIT 1) FROM standing s ORDER BY since, rule, thing",
            (int(State.UNACKNOWLEDGED),),
        )
        return [
            Standing(row[0], row[1], State(row[2]), row[3], row[4], row[5], row[6] or "")
            for row in rows
        ]


def _act(row: tuple[Any, ...]) -> Act:
    at, kind, rule, thing, by, note, until = row
    return Act(at=at, kind=kind, rule=rule, thing=thing, by=by, note=note, until=until)


def _pack(content: Snapshot) -> bytes:
    held = io.BytesIO()
    np.savez_compressed(held, **content)  # type: ignore[arg-type]  # its stubs mix up the names
    return held.getvalue()


def _unpack(packed: bytes) -> Snapshot:
    with np.load(io.BytesIO(packed), allow_pickle=False) as found:
        return {name: found[name] for name in found.files}
