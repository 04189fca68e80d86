"""
Watch as long as this process lives, or stand by as long as another one watches.

With files one process watches. With a database any number may be started: one has the watch, and
when its connection ends, because it stopped, was killed or lost its machine, another takes over and
goes on from what was kept.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bunyad.errors import InputError
from bunyad.operate.alarms.events import Event
from bunyad.operate.alarms.keeping import AlarmLog
from bunyad.operate.alarms.watching import Watcher


def _nothing(_said: str) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """
    What one watch of many has to do.

    Attributes
    ----------
    open_log
        Opens the log of alarms.
    make_watcher
        Makes what watches, with the log.
    is_shared
        Whether others may watch too, and the database may be gone for a while.
    every_s
        Time between two looks [s].
    once
        Whether to take in what is there, and end.
    ends
        Set from outside when it is to end.
    say
        Told what the person who started it should know.
    """

    open_log: Callable[[], AlarmLog]
    make_watcher: Callable[[AlarmLog], Watcher]
    is_shared: bool = False
    every_s: float = 2.0
    once: bool = False
    ends: threading.Event = field(default_factory=threading.Event)
    say: Callable[[str], None] = _nothing

    def keep(self) -> Iterator[Event]:
        """
        Yield what changes, as it changes.

        Raises
        ------
        InputError
            If the log does not open.
        sqlite3.OperationalError
            If a file of the log cannot be written; a database is asked again.
        """
        was_open = False
        while not self.ends.is_set():
            try:
                with self.open_log() as log:
                    was_open = True
                    if self._stand_by(log):
                        yield from self._watch(log)
            except (sqlite3.OperationalError, InputError) as error:
                is_lost = isinstance(error, sqlite3.OperationalError) or was_open
                if not (self.is_shared and is_lost) or self.once:
                    raise
                self.say(f"{error}. The database is asked again.")
                self.ends.wait(self.every_s)
            else:
                return

    def _stand_by(self, log: AlarmLog) -> bool:
        """Wait until no other process watches; tell whether this one is to."""
        is_told = False
        while not log.take_watch():
            if not is_told:
                self.say("Another process watches; this one stands by.")
                is_told = True
            if self.once or self.ends.wait(self.every_s):
                return False
        return True

    def _watch(self, log: AlarmLog) -> Iterator[Event]:
        watcher = self.make_watcher(log)
        self.say(
            f"Watching {len(watcher.place.things)} things by {len(watcher.rules.rules)} rules."
        )
        try:
            while True:
                yield from watcher.look()
                if self.once or self.ends.wait(self.every_s):
                    return
        finally:
            passing = (sqlite3.OperationalError,) if self.is_shared else ()
            with contextlib.suppress(*passing):
                watcher.keep()
