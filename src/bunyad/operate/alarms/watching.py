"""
Watch a living place: readings of the records into the engine, changes into the log.

One process watches. Another may look at the log and ask for acts at any time.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import orjson

from bunyad.errors import InputError
from bunyad.operate.alarms.engine import Engine, expected_name
from bunyad.operate.alarms.events import Act, Event
from bunyad.operate.alarms.feed import Readings, Value, number_of
from bunyad.operate.alarms.keeping import AlarmLog, Kept
from bunyad.operate.alarms.rules import Rules
from bunyad.operate.place import HOUR_S, Expected, Place, hours_of_plan, read_place
from bunyad.operate.records.database import Db
from bunyad.operate.records.names import file_name

Clock = Literal["wall", "readings"]

LATE_S = 5.0
"""How long a step waits for readings of its time [s]."""
KEEP_EVERY_S = 600.0
"""How often the state of the engine is kept [s of its clock]."""
_MOST = 100_000
"""Readings taken in at once, so that a long backlog needs little memory."""


def log_path(folder: Path, tenant: str = "") -> Path:
    """
    Return where the log of alarms of a tenant stands.

    Parameters
    ----------
    folder
        Data folder of the broker.
    tenant
        Name of the tenant; empty: the default one.

    Examples
    --------
    >>> log_path(Path("data")).as_posix()
    'data/alarms.sqlite'
    """
    return folder / (f"tenants/{file_name(tenant)}.alarms.sqlite" if tenant else "alarms.sqlite")


_Slot = tuple[str, str, int]
"""Type, attribute and row that a reading is for."""
_Row = tuple[int, int, int, float | str | None, int, str | None]
"""Number, series, time, plain value, whether observed, and the body where no value is plain."""


@dataclass(slots=True)
class _Wanted:
    """Series that rules look at: where each goes."""

    slots: dict[int, _Slot] = field(default_factory=dict)
    leaves: dict[int, list[tuple[str, _Slot]]] = field(default_factory=dict)
    """Series of structured values to each member that is looked at, and its slot."""
    expected: dict[tuple[str, str], tuple[npt.NDArray[np.int64], list[Expected]]] = field(
        default_factory=dict
    )
    """Type and attribute to rows and what is expected of each."""


class Watcher:
    """
    What watches one place.

    Parameters
    ----------
    reader
        Gives a connection that reads the records of the place.
    log
        Log of its alarms.
    rules
        The rules.
    clock
        `wall`: time goes on by itself; `readings`: it goes as far as the newest reading, for
        villages that are played faster than real.
    """

    def __init__(
        self, reader: Callable[[], Db], log: AlarmLog, rules: Rules, *,
        clock: Clock = "wall", now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._reader, self.log, self.rules, self._clock, self._now = reader, log, rules, clock, now
        self.place: Place = read_place(reader())
        self._seen = 0
        kept = log.snapshot()
        first = kept.at if kept is not None else self._first()
        begin = first or 0.0
        self._is_begun = first is not None
        self.engine = Engine(rules, self.place.points, start=begin)
        self._wanted = self._find_wanted()
        self._told_hour = -1
        self._kept_at = begin
        self._acted = 0
        self._retold: list[Event] = []
        self._forget: int | None = None
        if kept is not None:
            self._go_on(kept)
        elif self._is_begun:
            self.keep()  # whoever goes on after a crash needs a begin

    def look(self) -> list[Event]:
        """Take in what came, live the steps that are due, carry out acts; return the changes."""
        events: list[Event] = []
        if not self._is_begun:
            first = self._first()
            if first is None:
                return events
            self._begin(first)
        while True:
            taken, is_all = self._take()
            to = self._due(taken, is_all=is_all)
            events += self._live(to, taken)
            if is_all:
                break
        done = self._carry_out(events)
        is_due = self.engine.now - self._kept_at >= KEEP_EVERY_S
        if events or done or is_due or self._forget is not None:
            kept = self._snapshot() if is_due else None
            self._add(events, kept=kept, done=done)
        return events

    def _add(
        self, events: list[Event], *, kept: Kept | None, done: Iterable[tuple[int, float]] = ()
    ) -> None:
        """Keep what changed; first of all what is told again, in the same moment as the rest."""
        self.log.add([*self._retold, *events], kept=kept, done=done, after=self._forget)
        self._retold, self._forget = [], None

    def _begin(self, first: float) -> None:
        """Let time begin with the first reading of a place that had none."""
        self._is_begun = True
        self._kept_at = first - self.engine.step_s
        self.engine = Engine(self.rules, self.place.points, start=self._kept_at)
        self.keep()

    def keep(self) -> None:
        """Keep the state of the engine, as before a planned stop."""
        if self._is_begun and self._forget is None:
            self._add([], kept=self._snapshot())

    def _snapshot(self) -> Kept:
        self._kept_at = self.engine.now
        content = self.engine.snapshot() | {"acts": np.array([self._acted])}
        return Kept(
            at=self.engine.now, rules=self.rules.version, place=self._seen, seq=0, content=content
        )

    def _first(self) -> float | None:
        """Return when watching begins where nothing was watched before [s], if that is known."""
        row = self._reader().execute("SELECT min(at_us) FROM reading WHERE observed = 1").fetchone()
        oldest = row[0] / 1e6 if row is not None and row[0] is not None else None
        if self._clock == "readings":
            return oldest
        return self._now()

    def _go_on(self, kept: Kept) -> None:
        """Go on from what was kept: live again, with the same acts, what came since."""
        self.engine.restore(kept.content)
        self._seen = kept.place
        self._acted = int(kept.content["acts"][0])
        acts = self.log.done_after(self._acted)
        self._forget = kept.seq
        if not acts:
            return
        events = self._retold
        taken, _ = self._take()
        for number, at, act in acts:
            events += self._live(at, taken)
            taken = []
            events.append(self.engine.act(_at_least(act, at)))
            self._acted = number

    def _find_wanted(self) -> _Wanted:
        found = _Wanted()
        for about, attributes in self.engine.needs().items():
            rows = self.engine.rows(about)
            for attribute in attributes:
                hopes: list[Expected] = []
                at = []
                for thing, row in rows.items():
                    name, _, leaf = attribute.partition(".")
                    series = self.place.series.get((thing, name))
                    if series is not None and leaf:
                        found.leaves.setdefault(series, []).append((leaf, (about, attribute, row)))
                    elif series is not None:
                        found.slots[series] = (about, attribute, row)
                    hope = self.place.expected.get((thing, attribute))
                    if hope is not None:
                        hopes.append(hope)
                        at.append(row)
                if hopes:
                    found.expected[about, attribute] = (np.array(at, np.int64), hopes)
        return found

    def _take(self) -> tuple[list[Readings], bool]:
        """Return readings that came since the last look, and whether these are all."""
        rows = self._reader().execute(
            "SELECT ref, series, at_us, value, observed, CASE WHEN value IS NULL THEN body END "
            "FROM reading WHERE ref > ? ORDER BY ref LIMIT ?",
            (self._seen, _MOST),
        ).fetchall()  # fmt: skip
        if not rows:
            return [], True
        self._seen = rows[-1][0]
        unknown = {row[1] for row in rows} - self._wanted.slots.keys() - self._wanted.leaves.keys()
        if unknown & self._new_series():
            self._look_again()
        return self._sort(rows), len(rows) < _MOST

    def _look_again(self) -> None:
        """Read the place anew, and watch what is new in it."""
        self.place = read_place(self._reader())
        if self.place.points != tuple(self.engine.points.values()):
            kept = self.engine.snapshot()
            self.engine = Engine(self.rules, self.place.points, start=self.engine.now)
            self.engine.restore(kept)
            self._told_hour = -1
            del kept
            gc.collect()  # an engine is a circle of large arrays, which the collector cannot see
        self._wanted = self._find_wanted()

    def _new_series(self) -> set[int]:
        """Return the series that came up since the place was read."""
        known = set(self.place.series.values())
        rows = self._reader().execute("SELECT ref FROM series WHERE dataset = ''")
        return {row[0] for row in rows} - known

    def _sort(self, rows: list[_Row]) -> list[Readings]:
        parts: dict[tuple[str, str], list[tuple[float, int, float]]] = {}
        newest = self.engine.latest
        for _, series, at_us, value, observed, body in rows:
            at = at_us / 1e6
            if observed:
                newest = max(newest, at)
            elif self._clock == "readings":
                at = newest  # when it was written is no time of a played village
            for (about, attribute, row), told in self._told(series, value, body):
                parts.setdefault((about, attribute), []).append((at, row, number_of(told)))
        return [
            _readings(about, attribute, sorted(found))
            for (about, attribute), found in parts.items()
        ]

    def _told(
        self, series: int, value: float | str | None, body: str | None
    ) -> list[tuple[_Slot, Value]]:
        """Return what a reading tells of what rules look at."""
        slot = self._wanted.slots.get(series)
        if slot is not None:
            return [] if value is None else [(slot, value)]
        leaves = self._wanted.leaves.get(series)
        whole = orjson.loads(body).get("value") if leaves and body is not None else None
        if not leaves or not isinstance(whole, dict):
            return []
        return [
            (place, whole[leaf]) for leaf, place in leaves
            if isinstance(whole.get(leaf), int | float | str)
        ]  # fmt: skip

    def _due(self, taken: list[Readings], *, is_all: bool) -> float:
        """Return up to when steps may be lived [s]."""
        newest = max((float(one.times[-1]) for one in taken), default=0.0)
        newest = max(newest, self.engine.latest)
        if not is_all:
            return self.engine.now if self._clock == "wall" else newest - self.engine.step_s
        if self._clock == "readings":
            return newest
        return self._now() - LATE_S

    def _live(self, to: float, taken: list[Readings]) -> list[Event]:
        return self.engine.advance(to, [*taken, *self._expect(to)])

    def _expect(self, to: float) -> list[Readings]:
        """Return what the plan expects of every hour up to a time that was not told yet."""
        first = max(self._told_hour + 1, int(self.engine.now // HOUR_S))
        last = int(to // HOUR_S)
        told = []
        for hour in range(first, last + 1):
            at = max(hour * HOUR_S, self.engine.now) + 1.0
            index = int(hours_of_plan(hour * HOUR_S, 1)[0])
            for (about, attribute), (rows, hopes) in self._wanted.expected.items():
                values = np.array([one.hours[index] for one in hopes])
                told.append(
                    Readings(about, expected_name(attribute), rows, np.full(len(rows), at), values)
                )
            self._told_hour = hour
        return told

    def _carry_out(self, events: list[Event]) -> list[tuple[int, float]]:
        """Carry out the acts that wait; what is refused says why."""
        done = []
        for number, act in self.log.asked():
            try:
                events.append(self.engine.act(_at_least(act, self.engine.now)))
            except InputError as error:
                self.log.refuse(number, error.faults[0].what)
            else:
                done.append((number, self.engine.now))
                self._acted = number
        return done


def _at_least(act: Act, now: float) -> Act:
    """Return an act no earlier than the engine's clock, with its shelf as long as asked."""
    if act.at >= now:
        return act
    until = act.until + (now - act.at) if act.until is not None else None
    return Act(
        at=now, kind=act.kind, rule=act.rule, thing=act.thing, by=act.by, note=act.note,
        until=until,
    )  # fmt: skip


def _readings(about: str, attribute: str, found: list[tuple[float, int, float]]) -> Readings:
    return Readings(
        about, attribute,
        np.array([one[1] for one in found], np.int64),
        np.array([one[0] for one in found]),
        np.array([one[2] for one in found]),
    )  # fmt: skip
