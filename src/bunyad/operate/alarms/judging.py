"""Judge alarms where the faults are known: how many rang for nothing, how many were missed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bunyad.operate.alarms.events import Event
from bunyad.operate.alarms.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that was made to go wrong."""

    kind: str
    thing: str
    start: float
    """Begin [s]."""
    end: float
    """End [s]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of the faults and the alarms."""

    found: tuple[tuple[Fault, float], ...]
    """Faults that rang, and how long after their begin [s]."""
    missed: tuple[Fault, ...]
    false: tuple[Event, ...]
    """Alarms that no fault explains."""
    right: int
    """Alarms that a fault explains."""

    @property
    def precision(self) -> float:
        """Share of the alarms that a fault explains [-]; 1 where nothing rang."""
        total = self.right + len(self.false)
        return self.right / total if total else 1.0

    @property
    def recall(self) -> float:
        """Share of the faults that rang [-]; 1 where there were none."""
        total = len(self.found) + len(self.missed)
        return len(self.found) / total if total else 1.0


def judge(
    events: Iterable[Event], faults: Sequence[Fault], *,
    rules_of: Mapping[str, Iterable[str]], related: Mapping[str, Iterable[str]] | None = None,
    slack_s: float = 3600.0,
) -> Verdict:  # fmt: skip
    """
    Hold alarms against the faults that were made.

    A fault is found when one of the rules for its kind rings for its thing (or for one that is
    related to it) between its begin and a while after its end. An alarm is right when there is a
    fault it fits so.

    Parameters
    ----------
    events
        What the engine told.
    faults
        What went wrong.
    rules_of
        Kind of a fault to the rules that ring for it.
    related
        Thing of a fault to other things at which it may show.
    slack_s
        How long after the end of a fault it may still ring [s].

    Examples
    --------
    >>> fault = Fault(kind="leak", thing="home-1", start=0.0, end=7200.0)
    >>> ring = Event(at=3600.0, rule="water-leak", thing="home-1", after=State.UNACKNOWLEDGED)
    >>> verdict = judge([ring], [fault], rules_of={"leak": ["water-leak"]})
    >>> verdict.precision, verdict.recall
    (1.0, 1.0)
    """
    near = related or {}
    rules = {kind: frozenset(names) for kind, names in rules_of.items()}
    first: dict[int, float] = {}
    right, false = 0, []
    for event in events:
        if not event.is_announcement or event.before != State.NORMAL:
            continue
        fits = [
            number for number, fault in enumerate(faults)
            if event.rule in rules.get(fault.kind, ())
            and (event.thing == fault.thing or event.thing in near.get(fault.thing, ()))
            and fault.start <= event.at <= fault.end + slack_s
        ]  # fmt: skip
        if not fits:
            false.append(event)
            continue
        right += 1
        for number in fits:
            first.setdefault(number, event.at - faults[number].start)
    return Verdict(
        found=tuple((faults[number], delay) for number, delay in sorted(first.items())),
        missed=tuple(fault for number, fault in enumerate(faults) if number not in first),
        false=tuple(false),
        right=right,
    )
