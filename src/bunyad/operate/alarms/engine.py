"""
The engine of alarms: readings in, changes of alarms out.

Time goes in steps of one length, counted from 1970. At the end of each step the engine looks at
the last values it has, so that the same readings give the same alarms however they came: one by
one as they are measured, or a year at once from the records. Something that comes and goes
within one step is not seen.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from bunyad.errors import InputError
from bunyad.operate.alarms.acts import carry_out
from bunyad.operate.alarms.comparing import Company
from bunyad.operate.alarms.conditions import Room, compile_condition
from bunyad.operate.alarms.events import Act, Event
from bunyad.operate.alarms.feed import (
    EXPECTED,
    Bools,
    Feed,
    Floats,
    Indices,
    Point,
    Readings,
    Value,
    match_ids,
    number_of,
)
from bunyad.operate.alarms.rules.model import (
    PRIORITIES,
    Below,
    Rule,
    Rules,
    compared,
    others,
    parts,
)
from bunyad.operate.alarms.states import SHOWN, Life, State
from bunyad.operate.alarms.watch import Hiding, Watch, find_ancestors, find_group, fits

Snapshot = dict[str, npt.NDArray[np.generic]]


class Engine:
    """
    Alarms of a place.

    Parameters
    ----------
    rules
        The rules.
    points
        Everything that is watched.
    start
        Time from which on silence counts [s].
    step_s
        Length of a step [s].

    Examples
    --------
    >>> from bunyad.operate.alarms.rules import load_rules
    >>> meter = Point("meter-1", "ThreePhaseAcMeasurement")
    >>> engine = Engine(load_rules("village"), [meter], start=0.0)
    >>> [event.after.word for event in engine.advance(7200.0)][:1]
    ['unacknowledged']
    """

    def __init__(
        self, rules: Rules, points: Iterable[Point], *, start: float, step_s: float = 60.0
    ) -> None:
        self.rules = rules
        self.step_s = step_s
        self.points = {point.id: point for point in points}
        self.now = math.floor(start / step_s) * step_s
        """End of the last step [s]."""
        self.is_flood = False
        self._rung: deque[float] = deque()
        self._late: list[Readings] = []
        self._zone = ZoneInfo(rules.zone)
        by_type: dict[str, list[str]] = {}
        for point in self.points.values():
            by_type.setdefault(point.type, []).append(point.id)
        self.feeds = {
            about: Feed(by_type.get(about, []), start=start) for about in _types(rules.rules)
        }
        self.watches: dict[str, Watch] = {}
        for rule in _causes_first(rules.rules):
            self.watches[rule.id] = self._watch(rule)
        self._tie_causes()

    @property
    def latest(self) -> float:
        """Time of the newest reading that waits for its step, or of the last step [s]."""
        return max((float(one.times[-1]) for one in self._late), default=self.now)

    def rows(self, about: str) -> Mapping[str, int]:
        """Return the row of each thing of a type, for `Readings`."""
        return self.feeds[about].row if about in self.feeds else {}

    def needs(self) -> dict[str, tuple[str, ...]]:
        """Return the attributes that rules look at, by the type of their things."""
        return {about: tuple(feed.values) for about, feed in self.feeds.items()}

    def reading(self, thing: str, attribute: str, time: float, value: Value) -> Readings | None:
        """Return one reading in the form that `advance` takes, or None where no rule needs it."""
        point = self.points.get(thing)
        feed = self.feeds.get(point.type) if point is not None else None
        if point is None or feed is None or attribute not in feed.values:
            return None
        return Readings(
            point.type, attribute, np.array([feed.row[thing]]), np.array([time]),
            np.array([number_of(value)]),
        )  # fmt: skip

    def advance(self, to: float, readings: Sequence[Readings] = ()) -> list[Event]:
        """
        Take readings in and live every step that ends by a time.

        Parameters
        ----------
        to
            Time up to which all readings are here [s]; later ones are kept for their step.
        readings
            Readings, each in the order of its times.

        Returns
        -------
        list[Event]
            What changed, in order.
        """
        pending = [*self._late, *(one for one in readings if len(one.times))]
        marks = [0] * len(pending)
        events: list[Event] = []
        while self.now + self.step_s <= to:
            end = self.now + self.step_s
            for number, one in enumerate(pending):
                begin = marks[number]
                stop = int(np.searchsorted(one.times, end, side="right"))
                if stop > begin and one.type in self.feeds:
                    part = slice(begin, stop)
                    self.feeds[one.type].put(
                        one.attribute, one.rows[part], one.times[part], one.values[part]
                    )
                marks[number] = max(begin, stop)
            events += self._step(end)
        self._late = [
            Readings(one.type, one.attribute, one.rows[mark:], one.times[mark:], one.values[mark:])
            for one, mark in zip(pending, marks, strict=True)
            if mark < len(one.times)
        ]
        return events

    def act(self, act: Act) -> Event:
        """
        Do what an operator asks for.

        Raises
        ------
        InputError
            If there is no such alarm, or it is in no state for it.
        """
        watch = self.watches.get(act.rule)
        row = watch.row.get(act.thing) if watch is not None else None
        if watch is None or row is None:
            raise InputError(
                f"there is no alarm {act.rule!r} of {act.thing!r}",
                where="alarm", mend="choose one of the list",
            )  # fmt: skip
        return carry_out(watch, row, act)

    def state(self, rule: str, thing: str) -> State:
        """Return the state of one alarm."""
        watch = self.watches[rule]
        return State(watch.life.codes[watch.row[thing]])

    def standing(self) -> list[tuple[Rule, Point, State, float]]:
        """Return the operator's list: rule, thing, state and since when [s], most urgent first."""
        found = []
        for watch in self.watches.values():
            for row in np.flatnonzero(np.isin(watch.life.codes, SHOWN)):
                state, since = State(watch.life.codes[row]), float(watch.life.rose_at[row])
                found.append((watch.rule, watch.points[row], state, since))
        return sorted(found, key=lambda one: (PRIORITIES.index(one[0].priority), one[3]))

    def snapshot(self) -> Snapshot:
        """Return everything the engine knows, as arrays by name, to be kept."""
        kept: Snapshot = {
            "now": np.array([self.now]),
            "is_flood": np.array([self.is_flood]),
            "rung": np.array(self._rung, dtype=float),
        }
        for about, feed in self.feeds.items():
            kept |= {f"feed/{about}/{name}": array for name, array in feed.state().items()}
        for name, watch in self.watches.items():
            kept |= {f"rule/{name}/{key}": array for key, array in watch.life.arrays().items()}
            kept |= {f"rule/{name}/memory{n}": one for n, one in enumerate(watch.memories())}
            kept[f"rule/{name}/ids"] = np.array([one.id for one in watch.points], dtype=np.str_)
        return {name: array.copy() for name, array in kept.items()}

    def restore(self, kept: Snapshot) -> None:
        """
        Go on from what was kept.

        Rules and things that are still there go on as they were; new ones start anew.
        """
        self.now = float(kept["now"][0])
        self.is_flood = bool(kept["is_flood"][0])
        self._rung = deque(float(one) for one in kept["rung"])
        for about, feed in self.feeds.items():
            feed.restore(_below_name(kept, f"feed/{about}/"))
        for name, watch in self.watches.items():
            old = _below_name(kept, f"rule/{name}/")
            if "ids" not in old:
                continue
            watch.is_quiet = False
            here, there = match_ids([point.id for point in watch.points], old["ids"])
            for key, array in watch.life.arrays().items():
                array[here] = old[key][there]
            for number, one in enumerate(watch.memories()):
                kept_one = old.get(f"memory{number}")
                if kept_one is not None and kept_one.shape[1:] == one.shape[1:]:
                    one[here] = kept_one[there]

    def _step(self, end: float) -> list[Event]:
        for feed in self.feeds.values():
            feed.end_step(self.now, end)
        self.now = end
        for watch in self.watches.values():
            watch.work_out(end)
        for watch in self.watches.values():
            watch.suppress(end)
        events = self._ring(end)
        for watch in self.watches.values():
            if watch.rule.escalate:
                events += watch.escalate(end)
        return events

    def _ring(self, now: float) -> list[Event]:
        """Announce what waits, hold back what a person could not take in, and tell changes."""
        flood = self.rules.flood
        while self._rung and self._rung[0] <= now - flood.within:
            self._rung.popleft()
        waiting = {name: watch.waiting(now) for name, watch in self.watches.items()}
        counted = {
            name: rows for name, rows in waiting.items()
            if len(rows) and self.watches[name].rule.priority != "journal"
        }  # fmt: skip
        load = len(self._rung) + sum(len(rows) for rows in counted.values())
        events = self._turn_flood(load, now)

        held: dict[str, frozenset[int]] = {}
        for name, rows in waiting.items():
            watch = self.watches[name]
            if self.is_flood and watch.rule.priority in flood.hold_back:
                held[name] = frozenset(int(row) for row in rows)
            elif len(rows):
                watch.announce(rows, now)
                if name in counted:
                    self._rung.extend([now] * len(rows))
        for name, watch in self.watches.items():
            events += watch.changes(now, held_back=held.get(name, frozenset()))
        return events

    def _turn_flood(self, load: int, now: float) -> list[Event]:
        flood = self.rules.flood
        if not self.is_flood and load > flood.more_than:
            self.is_flood = True
            return [Event(at=now, what="flood_began", note=str(load))]
        if self.is_flood and load < flood.fewer_than:
            self.is_flood = False
            return [Event(at=now, what="flood_ended", note=str(load))]
        return []

    def _watch(self, rule: Rule) -> Watch:
        feed = self.feeds[rule.about]
        chosen = [name for name in feed.ids if fits(self.points[name], rule)]
        points = tuple(self.points[name] for name in chosen)
        room = Room(
            feed=feed,
            rows=np.array([feed.row[name] for name in chosen], np.int64),
            step_s=self.step_s,
            zone=self._zone,
            children=lambda below: self._children(below, points),
            company=Company(
                group=lambda one: find_group(one, points, self.feeds[one.about], self.points),
                alarmed=self._alarmed,
            ),
        )
        hush = rule.suppressed_when
        return Watch(
            rule=rule,
            points=points,
            when=compile_condition(rule.when, room),
            suppressed_when=compile_condition(hush, room) if hush is not None else None,
            life=Life.of(len(points)),
            row={point.id: row for row, point in enumerate(points)},
        )

    def _children(
        self, below: Below, parents: tuple[Point, ...]
    ) -> Callable[[], tuple[Floats, Floats]]:
        """Return what counts, for each thing, those that hang on it and those with an alarm."""
        child = self.watches[below.share_of]
        row = {point.id: number for number, point in enumerate(parents)}
        size = len(parents)
        above = [row.get(point.links.get(below.along, ""), size) for point in child.points]
        parent: Indices = np.array(above, np.int64)
        total = np.bincount(parent, minlength=size + 1)[:size].astype(float)

        def count() -> tuple[Floats, Floats]:
            alarmed = np.bincount(parent[child.life.active], minlength=size + 1)[:size]
            return total, alarmed.astype(float)

        return count

    def _alarmed(self, feed: Feed, names: tuple[str, ...]) -> Bools | None:
        """Tell which things of a feed had an alarm of some rules after the last step."""
        found: Bools | None = None
        for name in names:
            watch = self.watches[name]
            if self.feeds[watch.rule.about] is feed and watch.life.active.any():
                found = np.zeros(len(feed.ids), bool) if found is None else found
                rows = np.flatnonzero(watch.life.active)
                found[[feed.row[watch.points[row].id] for row in rows]] = True
        return found

    def _tie_causes(self) -> None:
        for watch in self.watches.values():
            for cause in watch.rule.hidden_by:
                by = self.watches[cause.rule]
                ancestors = find_ancestors(watch.points, by.row, self.points, cause.along)
                watch.hiding.append(Hiding(by, ancestors))


def expected_name(attribute: str) -> str:
    """
    Return the name under which the engine takes what the plan expects of an attribute.

    Parameters
    ----------
    attribute
        The attribute.

    Examples
    --------
    >>> expected_name("activePower")
    'expected:activePower'
    """
    return EXPECTED + attribute


def _types(rules: tuple[Rule, ...]) -> dict[str, None]:
    """Return the types of all things that rules look at."""
    own = [rule.about for rule in rules]
    met = [part.about for rule in rules for one in compared(rule) for part in others(one)]
    return dict.fromkeys([*own, *met])


def _causes_first(rules: tuple[Rule, ...]) -> list[Rule]:
    """Return rules so that each stands after those whose alarms it counts."""
    needs = {
        rule.id: {one.share_of for one in parts(rule.when) if isinstance(one, Below)}
        for rule in rules
    }
    ordered: list[Rule] = []
    left = list(rules)
    while left:
        done = {rule.id for rule in ordered}
        ready = [rule for rule in left if needs[rule.id] <= done]
        if not ready:
            raise InputError(
                f"these rules count each other's alarms: {', '.join(rule.id for rule in left)}",
                where="rules", mend="let one of them count something else",
            )  # fmt: skip
        ordered += ready
        left = [rule for rule in left if rule not in ready]
    return ordered


def _below_name(kept: Snapshot, prefix: str) -> dict[str, npt.NDArray[np.generic]]:
    return {
        name.removeprefix(prefix): array for name, array in kept.items() if name.startswith(prefix)
    }
