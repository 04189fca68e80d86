"""
Whether a person can live with the alarms: the figures of ISA-18.2 (2016), clause 16.

The targets are in `data/targets.csv`, each with its source.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bunyad.operate.alarms.events import Event
from bunyad.operate.alarms.rules.model import PRIORITIES, Rules
from bunyad.operate.alarms.states import State

_HOUR_S = 3600.0
_SPAN_S = 600.0
"""The ten minutes that the standard counts in."""
_STANDS_S = 24 * _HOUR_S


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that the standard gives: at most so much."""

    name: str
    value: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Figures of the alarms of a while."""

    hours: float
    rung: int
    """Alarms that rang, those of the journal left out."""
    per_hour: float
    """Alarms an hour for the one who sits there [1/h]."""
    busiest_span: int
    """Most alarms in ten minutes."""
    hours_over_share: float
    """Share of hours with more than 30 alarms [-]."""
    spans_over_share: float
    """Share of the ten minutes with more than 10 alarms [-]."""
    flood_share: float
    """Share of the time in a flood [-]."""
    top_ten_share: float
    """Share of the ten most frequent alarms in all [-]."""
    chattering: tuple[tuple[str, str], ...]
    """Alarms (rule, thing) that rang three times within ten minutes or more often."""
    standing: tuple[tuple[str, str], ...]
    """Alarms (rule, thing) that stand for more than a day at the end."""
    top_ten: tuple[tuple[str, str, int], ...]
    """The most frequent: rule, thing, how often."""
    by_priority: Mapping[str, float]
    """Share of each priority in what rang [-]."""
    median_answer_s: float | None
    """Time from ringing to the acknowledgement, the middle one [s]."""


def tell_statistics(
    events: Sequence[Event], *, rules: Rules, start: float, end: float
) -> Statistics:
    """
    Return the figures of a while.

    Parameters
    ----------
    events
        Events of the while, in order.
    rules
        The rules, for their priorities.
    start, end
        The while [s].

    Examples
    --------
    >>> from bunyad.operate.alarms.rules import load_rules
    >>> tell_statistics([], rules=load_rules("village"), start=0, end=3600).per_hour
    0.0
    """
    priority = {rule.id: rule.priority for rule in rules.rules}
    rings = [
        one for one in events
        if one.is_announcement and priority.get(one.rule, "low") != "journal"
    ]  # fmt: skip
    hours = (end - start) / _HOUR_S
    by_hour = _count(rings, start, _HOUR_S)
    by_span = _count(rings, start, _SPAN_S)
    often = Counter((one.rule, one.thing) for one in rings)
    top = sorted(often.items(), key=lambda one: (-one[1], one[0]))[:10]
    shares = Counter(priority.get(one.rule, "low") for one in rings)
    return Statistics(
        hours=hours,
        rung=len(rings),
        per_hour=len(rings) / hours if hours else 0.0,
        busiest_span=max(by_span.values(), default=0),
        hours_over_share=_over(by_hour, 30, hours),
        spans_over_share=_over(by_span, 10, hours * _HOUR_S / _SPAN_S),
        flood_share=_flood_share(events, start, end),
        top_ten_share=sum(count for _, count in top) / len(rings) if rings else 0.0,
        chattering=_chattering(rings),
        standing=_standing(events, end),
        top_ten=tuple((rule, thing, count) for (rule, thing), count in top),
        by_priority={
            name: shares[name] / len(rings) for name in PRIORITIES[:-1] if rings
        },
        median_answer_s=_median_answer(events),
    )  # fmt: skip


@cache
def targets() -> Mapping[str, Target]:
    """
    Return what the standard gives as targets, by the name of the figure.

    Examples
    --------
    >>> targets()["per_hour"].value
    6.0
    """
    text = (files("bunyad.operate.alarms") / "data/targets.csv").read_text("utf-8")
    return {
        row["name"]: Target(row["name"], float(row["value"]), row["unit"], row["source"])
        for row in csv.DictReader(text.splitlines())
    }


def _count(rings: Iterable[Event], start: float, width: float) -> Counter[int]:
    return Counter(int((one.at - start) // width) for one in rings)


def _over(counts: Counter[int], limit: int, slots: float) -> float:
    return sum(count > limit for count in counts.values()) / slots if slots else 0.0


def _flood_share(events: Iterable[Event], start: float, end: float) -> float:
    total, since = 0.0, None
    for one in events:
        if one.what == "flood_began":
            since = one.at
        elif one.what == "flood_ended":
            total += one.at - (since if since is not None else start)
            since = None
    total += end - since if since is not None else 0.0
    return total / (end - start) if end > start else 0.0


def _chattering(rings: Iterable[Event]) -> tuple[tuple[str, str], ...]:
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in rings:
        times[one.rule, one.thing].append(one.at)
    return tuple(sorted(
        key for key, found in times.items()
        if any(late - early <= _SPAN_S for early, late in zip(found, found[2:], strict=False))
    ))  # fmt: skip


def _standing(events: Iterable[Event], end: float) -> tuple[tuple[str, str], ...]:
    up = (State.UNACKNOWLEDGED, State.ACKNOWLEDGED)
    since: dict[tuple[str, str], float] = {}
    for one in events:
        if one.what != "state":
            continue
        if one.after in up:
            since.setdefault((one.rule, one.thing), one.at)
        else:
            since.pop((one.rule, one.thing), None)
    return tuple(sorted(key for key, at in since.items() if end - at > _STANDS_S))


def _median_answer(events: Iterable[Event]) -> float | None:
    rang: dict[tuple[str, str], float] = {}
    answers = []
    for one in events:
        key = (one.rule, one.thing)
        if one.is_announcement:
            rang[key] = one.at
        elif one.by and one.after in (State.ACKNOWLEDGED, State.NORMAL) and key in rang:
            answers.append(one.at - rang.pop(key))
    return sorted(answers)[len(answers) // 2] if answers else None
