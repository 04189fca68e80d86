"""Small places and rules that tests of alarms share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bunyad.operate.alarms import Engine, Point, Readings
from bunyad.operate.alarms.rules.model import Rules


def rule(name: str, when: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": name, "title": {"en": name}, "about": "Meter", "when": when, "priority": "high",
        "consequence": {"en": "-"}, "action": {"en": "-"}, "owner": "water", **more,
    }  # fmt: skip


def rules(*made: dict[str, Any], **more: Any) -> Rules:
    return Rules.model_validate(
        {"format": "bunyad-alarm-rules/1", "version": 1, "title": "test", "rules": made, **more}
    )


def meters(count: int = 1, **links: str) -> list[Point]:
    return [Point(f"meter-{number}", "Meter", links=links) for number in range(count)]


def engine(*made: dict[str, Any], points: Iterable[Point] | None = None, **more: Any) -> Engine:
    return Engine(rules(*made, **more), points if points is not None else meters(), start=0.0)


def series(values: Iterable[float], *, attribute: str = "flow", row: int = 0) -> Readings:
    """Return a value a minute, the first at the end of the first step; nan is no reading."""
    array = np.array(list(values), float)
    times = 60.0 * np.arange(1, len(array) + 1)
    is_there = ~np.isnan(array)
    rows = np.full(int(is_there.sum()), row)
    return Readings("Meter", attribute, rows, times[is_there], array[is_there])


def told(events: Iterable[Any]) -> list[tuple[float, str]]:
    """Return the minutes and the states that alarms went to."""
    return [(event.at / 60, event.after.word) for event in events if event.what == "state"]
