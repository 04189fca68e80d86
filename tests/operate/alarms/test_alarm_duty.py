"""Of several processes that may watch a place in a database, one does, and another takes over."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from metered_place import METER, RULES, MeteredPlace

from bunyad.errors import InputError
from bunyad.operate.alarms import Act, Event, State
from bunyad.operate.alarms.duty import Duty
from bunyad.operate.alarms.keeping import AlarmLog
from bunyad.operate.alarms.watching import Watcher
from bunyad.operate.living import Living

PATIENCE_S = 60.0


@pytest.fixture
def world(cluster: Any, tmp_path: Path) -> Iterator[MeteredPlace]:
    made = MeteredPlace(tmp_path, cluster.make_database())
    yield made
    made.records.close()


class Guard:
    """A process that may watch, as a thread."""

    def __init__(self, world: MeteredPlace) -> None:
        self.said: list[str] = []
        self.told: list[Event] = []
        self._ends = threading.Event()
        self._duty = Duty(
            open_log=world.living.alarms, is_shared=True, every_s=0.02, ends=self._ends,
            say=self.said.append, make_watcher=world.watcher,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        for event in self._duty.keep():
            self.told.append(event)

    @property
    def is_watching(self) -> bool:
        return bool(self.said) and self.said[-1].startswith("Watching")

    @property
    def is_standing_by(self) -> bool:
        return bool(self.said) and self.said[-1].startswith("Another")

    def stop(self) -> None:
        self._ends.set()
        self._thread.join()


@contextmanager
def guards(world: MeteredPlace, count: int) -> Iterator[list[Guard]]:
    started: list[Guard] = []
    try:
        for _ in range(count):
            started.append(Guard(world))
            wait_for(lambda: bool(started[-1].said))
        yield started
    finally:
        for one in started:
            one.stop()


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, "it does not come"
        time.sleep(0.01)


def kill_watcher(world: MeteredPlace) -> None:
    """End the connection of whoever watches, as the death of its process does."""
    address = world.living.database.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as link:
        link.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
            "AND classid = 7251948 AND granted AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        )


def test_one_watches_and_when_it_dies_the_other_goes_on_without_a_gap(world: MeteredPlace) -> None:
    world.read(1, 6)
    world.read(2, 6)
    with guards(world, 2) as (first, second), world.living.alarms() as log:
        assert (first.is_watching, second.is_standing_by) == (True, True)
        wait_for(lambda: bool(log.standing()))
        act = log.ask(Act(at=125.0, kind="acknowledge", rule="high", thing=METER, by="leyla"))
        wait_for(lambda: log.answer(act) == "")
        before = log.events()

        kill_watcher(world)
        wait_for(lambda: second.is_watching or len(first.said) > 2)
        world.read(3, 3)
        wait_for(lambda: not log.standing())

        assert log.events()[:2] == before
        assert [one.after for _, one in log.events()] == [
            State.UNACKNOWLEDGED, State.ACKNOWLEDGED, State.NORMAL,
        ]  # fmt: skip
        assert sorted([first.is_watching, second.is_watching]) == [False, True]


def test_who_lost_the_watch_writes_nothing_any_more(world: MeteredPlace) -> None:
    ring = Event(at=60.0, rule="high", thing=METER, after=State.UNACKNOWLEDGED)
    with world.living.alarms() as old, world.living.alarms() as fresh:
        assert (old.take_watch(), fresh.take_watch()) == (True, False)
        kill_watcher(world)
        wait_for(fresh.take_watch)
        for _ in range(2):  # the connection is found gone, then another session
            with pytest.raises(sqlite3.OperationalError):
                old.add([ring])
        assert not old.take_watch()
        fresh.add([ring])
        assert fresh.last() == 1


def test_whoever_takes_over_shows_what_stood_until_it_has_lived_on(world: MeteredPlace) -> None:
    with world.living.alarms() as log:
        watcher = world.watcher(log)
        world.read(1, 6)
        watcher.look()
        watcher.keep()
        world.read(2, 3)
        world.read(3, 7)
        watcher.look()
        before = (log.events(), log.standing())
        assert len(before[0]) == 3

        again = world.watcher(log)

        assert (log.events(), log.standing()) == before  # others look at them all the while
        again.look()
        assert (log.events(), log.standing()) == before


def test_a_crash_before_the_first_regular_snapshot_repeats_nothing(tmp_path: Path) -> None:
    world = MeteredPlace(tmp_path)
    with world.living.alarms() as log:
        world.watcher(log).look()
        for minute, value in enumerate((6, 6, 3), start=1):
            world.read(minute, value)
            world.watcher(log).look()  # the one before is gone without a word
        states = [one.after for _, one in log.events()]
        assert states == [State.UNACKNOWLEDGED, State.RETURNED]
    world.records.close()


def test_watching_a_file_ends_with_its_process_only(tmp_path: Path) -> None:
    world = MeteredPlace(tmp_path)
    world.read(1, 6)
    world.read(2, 6)
    said: list[str] = []
    duty = Duty(
        open_log=world.living.alarms, make_watcher=world.watcher, once=True, say=said.append
    )
    assert [one.after for one in duty.keep()] == [State.UNACKNOWLEDGED]
    assert said == ["Watching 1 things by 3 rules."]
    assert list(duty.keep()) == []
    world.records.close()


def test_a_database_that_is_not_there_is_an_error_at_the_start(tmp_path: Path) -> None:
    place = Living(folder=tmp_path, database=f"postgresql://nobody@/x?host={tmp_path}")

    def watch(log: AlarmLog) -> Watcher:
        return Watcher(place.records, log, RULES)

    duty = Duty(open_log=place.alarms, is_shared=True, make_watcher=watch)
    with pytest.raises(InputError, match="does not open"):
        list(duty.keep())
