"""Figures of alarms are those of ISA-18.2, clause 16."""

from __future__ import annotations

import alarm_worlds
import pytest

from bunyad.operate.alarms import Event, State
from bunyad.operate.alarms.statistics import targets, tell_statistics

RULES = alarm_worlds.rules(
    alarm_worlds.rule("a", {"attribute": "x", "above": 1}, priority="low"),
    alarm_worlds.rule("b", {"attribute": "x", "above": 2}, priority="high"),
)
HOUR = 3600.0


def ring(at: float, thing: str = "t", rule: str = "a") -> Event:
    return Event(at=at, rule=rule, thing=thing, after=State.UNACKNOWLEDGED)


def seen(at: float, thing: str = "t", rule: str = "a") -> Event:
    return Event(
        at=at, rule=rule, thing=thing, by="leyla",
        before=State.UNACKNOWLEDGED, after=State.ACKNOWLEDGED,
    )  # fmt: skip


def tell(events, hours=10.0):
    return tell_statistics(events, rules=RULES, start=0.0, end=hours * HOUR)


def test_rates_count_what_rings_in_an_hour_and_in_ten_minutes() -> None:
    found = tell([ring(at, f"t{n}") for n, at in enumerate((0, 10, 20, 700, 5000))])
    assert (found.rung, found.per_hour, found.busiest_span) == (5, 0.5, 3)
    burst = tell([ring(60.0 * n / 40, f"t{n}") for n in range(40)])
    assert (burst.hours_over_share, burst.spans_over_share) == (0.1, pytest.approx(1 / 60))


def test_an_alarm_that_rings_three_times_in_ten_minutes_chatters() -> None:
    assert tell([ring(0), ring(200), ring(601)]).chattering == ()
    assert tell([ring(0), ring(200), ring(600)]).chattering == (("a", "t"),)


def test_an_alarm_that_stands_for_more_than_a_day_is_told() -> None:
    events = [ring(0, "old"), seen(60, "old"), ring(20 * HOUR, "new")]
    assert tell(events, hours=30.0).standing == (("a", "old"),)


def test_floods_count_by_their_time_even_when_they_go_on() -> None:
    began, ended = Event(at=HOUR, what="flood_began"), Event(at=2 * HOUR, what="flood_ended")
    again = Event(at=9 * HOUR, what="flood_began")
    assert tell([began, ended, again]).flood_share == 0.2


def test_answers_and_shares_are_told() -> None:
    events = [ring(0), seen(30), ring(100, rule="b"), seen(400, rule="b"), ring(500, "u"),
              seen(560, "u")]  # fmt: skip
    found = tell(events)
    assert found.median_answer_s == 60
    assert found.by_priority["high"] == pytest.approx(1 / 3)
    assert found.top_ten_share == 1.0


def test_targets_name_their_source() -> None:
    assert all("ISA-18.2" in one.source for one in targets().values())
    assert targets()["busiest_span"].value == 10
