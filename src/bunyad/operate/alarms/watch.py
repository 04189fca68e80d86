"""One rule on all its things: its condition, its alarms, what hides them, who is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import numpy as np

from bunyad.operate.alarms.comparing import Group
from bunyad.operate.alarms.conditions import Compiled, Memory
from bunyad.operate.alarms.events import Event
from bunyad.operate.alarms.feed import Feed, Floats, Indices, Point
from bunyad.operate.alarms.rules.model import Members, Rule
from bunyad.operate.alarms.states import Codes, Life, State, advance

_NONE: Indices = np.empty(0, np.int64)
FARTHEST = 12
"""Steps along a relationship after which a search for causes ends: more is a circle."""


@dataclass(slots=True)
class Hiding:
    """Where the alarms of a rule find the causes that hide them."""

    by: Watch
    ancestors: Indices
    """For each thing the things of the cause's rule it hangs on, -1 where there is none."""

    def find(self) -> Indices:
        """Return for each thing the row of the active cause, or -1."""
        active = np.append(self.by.life.active, False)  # the last is what -1 leads to
        is_active = active[self.ancestors]
        first = is_active.argmax(axis=1)
        chosen: Indices = self.ancestors[np.arange(len(self.ancestors)), first]
        return np.where(is_active.any(axis=1), chosen, -1)


@dataclass(slots=True)
class Watch:
    """One rule on all its things."""

    rule: Rule
    points: tuple[Point, ...]
    when: Compiled
    suppressed_when: Compiled | None
    life: Life
    row: dict[str, int]
    hiding: list[Hiding] = field(default_factory=list)
    causes: dict[int, str] = field(default_factory=dict)
    """Row of a hidden alarm to the id of the thing that explains it."""
    held_back: frozenset[int] = frozenset()
    """Rows of alarms that wait for the end of a flood."""
    amount: Floats | None = None
    """The number that the condition looked at last."""
    is_quiet: bool = False
    """Whether nothing can have changed since the last look."""

    def work_out(self, now: float) -> bool:
        """Let the alarms rise and return; tell whether any did."""
        truth = self.when(now)
        self.amount = truth.amount
        delays = (self.rule.on_delay, self.rule.off_delay)
        changed = advance(self.life, truth.yes, truth.no, now=now, delays=delays)
        if changed:
            self.is_quiet = False
        return changed

    def suppress(self, now: float) -> None:
        """Find which alarms are hidden by their cause or by design."""
        life = self.life
        if self.suppressed_when is None and not self.hiding:
            return
        hidden = np.zeros(len(self.points), bool)
        if self.suppressed_when is not None:
            hidden |= self.suppressed_when(now).yes
        self.causes.clear()
        if life.active.any():
            for hiding in self.hiding:
                found = hiding.find()
                rows = np.flatnonzero((found >= 0) & life.active)
                hidden[rows] = True
                for row in rows:
                    self.causes.setdefault(int(row), hiding.by.points[found[row]].id)
        if not np.array_equal(life.suppressed, hidden):
            life.suppressed[:] = hidden
            self.is_quiet = False

    def waiting(self, now: float) -> Indices:
        """Return the alarms that would ring now for the first time."""
        life = self.life
        if self.is_quiet and not self.held_back:
            return _NONE
        may = life.active & ~life.announced & ~life.suppressed & ~life.out_of_service
        if not may.any():
            return _NONE
        return np.flatnonzero(may & (life.shelved_until <= now))

    def announce(self, rows: Indices, now: float) -> None:
        """Ring for some alarms."""
        self.life.announced[rows] = True
        self.life.announced_at[rows] = now
        if self.rule.priority == "journal":
            self.life.acknowledged[rows] = True
        if self.rule.latch:
            self.life.latched[rows] = True

    def changes(self, now: float, *, held_back: frozenset[int] = frozenset()) -> list[Event]:
        """Return what changed since the last look, and remember how it is now."""
        if self.is_quiet and held_back == self.held_back:
            return []
        life = self.life
        codes = life.find_codes(now)
        if held_back:
            codes[list(held_back)] = State.SUPPRESSED
        self.held_back = held_back
        self.is_quiet = not bool((life.shelved_until > now).any())
        rows = np.flatnonzero(codes != life.codes)
        events = [
            Event(
                at=now, rule=self.rule.id, thing=self.points[row].id,
                before=State(life.codes[row]), after=State(codes[row]),
                cause=self.causes.get(int(row), "") if codes[row] == State.SUPPRESSED else "",
                note="flood" if int(row) in held_back else self._measured(int(row), codes),
            )
            for row in rows
        ]  # fmt: skip
        life.codes = codes
        return events

    def _measured(self, row: int, codes: Codes) -> str:
        """Return how much it is where an alarm rings and its rule tells that, to three digits."""
        amount = self.amount
        if codes[row] != State.UNACKNOWLEDGED or amount is None or self.rule.measure is None:
            return ""
        value = float(f"{amount[row]:.3g}")
        return "" if np.isnan(value) else np.format_float_positional(value, trim="-")

    def escalate(self, now: float) -> list[Event]:
        """Return who is to be told because nobody acknowledged in time."""
        events = []
        for number, step in enumerate(self.rule.escalate):
            life = self.life
            is_due = (life.codes == State.UNACKNOWLEDGED) & (life.told == number)
            rows = np.flatnonzero(is_due & (now - life.announced_at >= step.after))
            life.told[rows] = number + 1
            events += [
                Event(
                    at=now, what="escalated", rule=self.rule.id, thing=self.points[row].id,
                    before=State.UNACKNOWLEDGED, after=State.UNACKNOWLEDGED, note=step.to,
                )
                for row in rows
            ]  # fmt: skip
        return events

    def memories(self) -> list[Memory]:
        """Return what the conditions remember."""
        suppressed = self.suppressed_when.memory if self.suppressed_when is not None else []
        return [*self.when.memory, *suppressed]


def find_ancestors(
    things: tuple[Point, ...],
    causes: Mapping[str, int],
    points: Mapping[str, Point],
    along: Iterable[str],
) -> Indices:
    """
    Return for each thing the rows of those it hangs on, -1 where there are no more.

    Parameters
    ----------
    things
        The things.
    causes
        Id of a thing that may be the cause, to its row.
    points
        Every thing by its id.
    along
        Names of relationships; none: only the thing itself.
    """
    names = tuple(along)
    found = []
    for thing in things:
        reached = {thing.id: None} if not names else _reach(thing, points, names)
        found.append([causes[name] for name in reached if name in causes])
    width = max((len(rows) for rows in found), default=1) or 1
    padded = [rows + [-1] * (width - len(rows)) for rows in found]
    return np.array(padded, np.int64).reshape(len(found), width)


def fits(point: Point, one: Rule | Members) -> bool:
    """Tell whether a thing is one that a rule, or a part of it, is about."""
    return point.attributes >= set(one.having) and fnmatchcase(point.id, one.like)


def find_group(
    one: Members, wholes: Iterable[Point], feed: Feed, points: Mapping[str, Point]
) -> Group:
    """
    Return the things that hang on some others, or on what those hang on; never one on itself.

    Parameters
    ----------
    one
        Which things.
    wholes
        What they may hang on.
    feed
        Feed of their type.
    points
        Every thing by its id.
    """
    anchors: dict[str, list[tuple[int, str]]] = {}
    for row, whole in enumerate(wholes):
        ends = [whole.links[name] for name in one.along if name in whole.links]
        for end in dict.fromkeys([whole.id, *ends]):
            anchors.setdefault(end, []).append((row, whole.id))
    pairs = [
        (feed.row[name], row)
        for name in feed.ids if fits(points[name], one)
        for end in _reach(points[name], points, one.along)
        for row, whole in anchors.get(end, ()) if whole != name
    ]  # fmt: skip
    members, of = np.array(list(dict.fromkeys(pairs)), np.int64).reshape(-1, 2).T
    return Group(feed, members, of)


def _reach(thing: Point, points: Mapping[str, Point], names: tuple[str, ...]) -> dict[str, None]:
    """Return the ids that relationships lead to, the nearest first."""
    reached: dict[str, None] = {}
    edge = [thing]
    for _ in range(FARTHEST):
        ids = [one.links[name] for one in edge for name in names if name in one.links]
        fresh = [name for name in dict.fromkeys(ids) if name not in reached]
        reached |= dict.fromkeys(fresh)
        edge = [points[name] for name in fresh if name in points]
    return reached
