"""
What is known of the things of one type: last values, when they came, and a short memory.

Values are numbers: true and false are 1 and 0, a text is a number that stands for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]
Value = bool | float | str
Kept = dict[str, npt.NDArray[np.generic]]
"""Arrays by name, to be kept."""

EXPECTED = "expected:"
"""What the name of the attribute begins with that holds what the plan expects."""
_HOUR_S = 3600.0
_FIRST_TEXT = -1e15
"""Numbers that stand for texts go down from here, where no reading is; all are whole floats."""


@dataclass(frozen=True, slots=True)
class Point:
    """A thing that is watched."""

    id: str
    type: str
    name: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    """Relationships: name to the id of the other thing."""
    attributes: frozenset[str] = frozenset()
    """What it tells of itself."""


@dataclass(frozen=True, slots=True)
class Readings:
    """
    Readings of one attribute of things of one type, in the order of their times.

    `rows` says which things, as `Engine.rows` counts them; times are seconds since 1970 [s].
    """

    type: str
    attribute: str
    rows: Indices
    times: Floats
    values: Floats


def number_of(value: Value) -> float:
    """
    Return the number that stands for a value: a text has one that is the same everywhere.

    Parameters
    ----------
    value
        Reading or limit.

    Examples
    --------
    >>> number_of("open") == number_of("open"), number_of("open") == number_of("closed")
    (True, False)
    >>> number_of(True)
    1.0
    """
    if isinstance(value, str):
        digest = hashlib.blake2b(value.encode(), digest_size=6).digest()
        return _FIRST_TEXT - int.from_bytes(digest)
    return float(value)


class Feed:
    """Last values of the things of one type, and their memory of the last steps."""

    def __init__(self, ids: Sequence[str], *, start: float) -> None:
        self.ids = tuple(ids)
        self.row = {name: position for position, name in enumerate(self.ids)}
        self.start = start
        self.steps = 0
        self.values: dict[str, Floats] = {}
        self.times: dict[str, Floats] = {}
        self.rates: dict[str, Floats] = {}
        """What counters rose by in an hour, between their last two readings."""
        self._held: dict[str, Floats] = {}
        self._fresh: dict[str, Floats] = {}
        self._worked: dict[tuple[str, int, str], tuple[int, Floats | None]] = {}

    def watch(
        self, attribute: str, *, steps: int = 0, needs_fresh: bool = False, is_rated: bool = False
    ) -> None:
        """Make room for an attribute, and for its last steps: held values, or fresh ones too."""
        count = len(self.ids)
        self.values.setdefault(attribute, np.full(count, np.nan))
        self.times.setdefault(attribute, np.full(count, -np.inf))
        if is_rated:
            self.rates.setdefault(attribute, np.full(count, np.nan))
        for memory, is_wanted in ((self._held, True), (self._fresh, needs_fresh)):
            old = memory.get(attribute)
            if steps and is_wanted and (old is None or len(old) < steps):
                memory[attribute] = np.full((steps, count), np.nan)

    def put(self, attribute: str, rows: Indices, times: Floats, values: Floats) -> None:
        """Take readings in, in the order of their times; what is older than known is left out."""
        known = self.times.get(attribute)
        if known is None:
            return
        is_newer = times >= known[rows]
        if not is_newer.all():
            rows, times, values = rows[is_newer], times[is_newer], values[is_newer]
        held, rates = self.values[attribute], self.rates.get(attribute)
        if rates is None:
            known[rows] = times
            held[rows] = values
            return
        touched = np.unique(rows)
        before, since = held[touched], known[touched]
        known[rows] = times
        held[rows] = values
        rise, span = held[touched] - before, known[touched] - since
        with np.errstate(invalid="ignore", divide="ignore"):
            # A counter that falls was replaced: nobody knows what it rose by.
            rate = np.where(rise >= 0, rise / span * _HOUR_S, np.nan)
        rates[touched] = np.where(span > 0, rate, rates[touched])

    def end_step(self, start: float, end: float) -> None:
        """Remember the values at the end of a step [s]."""
        for attribute, memory in self._held.items():
            memory[self.steps % len(memory)] = self.values[attribute]
        for attribute, memory in self._fresh.items():
            times = self.times[attribute]
            is_fresh = (times > start) & (times <= end)
            memory[self.steps % len(memory)] = np.where(is_fresh, self.values[attribute], np.nan)
        self.steps += 1

    def fresh(self, attribute: str, steps: int) -> Floats | None:
        """Return the values that came in the last steps, or None before there are as many."""
        return self._last(self._fresh[attribute], steps)

    def reduced(
        self, attribute: str, steps: int, kind: str, reduce: Callable[[Floats], Floats]
    ) -> Floats | None:
        """Return one value of those that came in the last steps, worked out once a step."""
        at, found = self._worked.get((attribute, steps, kind), (-1, None))
        if at != self.steps:
            window = self.fresh(attribute, steps)
            found = None if window is None else reduce(window)
            self._worked[attribute, steps, kind] = self.steps, found
        return found

    def held(self, attribute: str, steps: int) -> Floats | None:
        """Return the values that stood at the end of the last steps, or None before then."""
        return self._last(self._held[attribute], steps)

    def before(self, attribute: str, steps: int) -> Floats | None:
        """Return the values that stood so many steps ago."""
        memory = self._held[attribute]
        if self.steps <= steps:
            return None
        row: Floats = memory[(self.steps - 1 - steps) % len(memory)]
        return row

    def _last(self, memory: Floats, steps: int) -> Floats | None:
        if self.steps < steps:
            return None
        size = len(memory)
        if steps == size:
            return memory
        end = self.steps % size
        if end >= steps:
            return memory[end - steps : end]
        return np.concatenate((memory[end - steps :], memory[:end]))

    def state(self) -> Kept:
        """Return everything it knows, by name, to be kept."""
        kept: Kept = {"steps": np.array([float(self.steps)]), "ids": np.array(self.ids, np.str_)}
        for label, part in self._parts():
            kept |= {f"{label}:{attribute}": array for attribute, array in part.items()}
        return kept

    def restore(self, kept: Kept) -> None:
        """Take back what was kept of things that are still there."""
        if "ids" not in kept:
            return
        self.steps = int(float(kept["steps"][0]))
        here, there = match_ids(self.ids, kept["ids"])
        for label, part in self._parts():
            for attribute, array in part.items():
                old = kept.get(f"{label}:{attribute}")
                if old is not None and old.shape[:-1] == array.shape[:-1]:
                    array[..., here] = old[..., there]

    def _parts(self) -> tuple[tuple[str, dict[str, Floats]], ...]:
        return (
            ("values", self.values), ("times", self.times), ("rates", self.rates),
            ("held", self._held), ("fresh", self._fresh),
        )  # fmt: skip


def match_ids(ids: Sequence[str], old: npt.NDArray[np.generic]) -> tuple[Indices, Indices]:
    """
    Return the rows of things that were there before, now and then.

    Parameters
    ----------
    ids
        Ids of now.
    old
        Ids of then.

    Examples
    --------
    >>> here, there = match_ids(["a", "c", "b"], np.array(["b", "a"]))
    >>> here.tolist(), there.tolist()
    ([0, 2], [1, 0])
    """
    then = {str(name): row for row, name in enumerate(old)}
    pairs = [(row, then[name]) for row, name in enumerate(ids) if name in then]
    here, there = zip(*pairs, strict=True) if pairs else ((), ())
    return np.array(here, np.int64), np.array(there, np.int64)
