"""The same readings give the same alarms, however they come and whatever breaks."""

from __future__ import annotations

from pathlib import Path

import alarm_worlds
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.operate.alarms import Act, Engine, Readings
from bunyad.operate.alarms.keeping import AlarmLog, Kept

MADE = (
    alarm_worlds.rule("high", {"attribute": "flow", "above": 5, "dead_band": 1}, on_delay="2min"),
    alarm_worlds.rule("silent", {"silent": "flow", "longer_than": "5min"}),
    alarm_worlds.rule(
        "mean", {"attribute": "flow", "statistic": "mean", "over": "7min", "above": 4},
        off_delay="3min", latch=True,
    ),
)  # fmt: skip
MINUTES = 60


def fresh() -> Engine:
    return alarm_worlds.engine(*MADE, points=alarm_worlds.meters(3))


def noise(seed: int) -> Readings:
    """Return readings of three meters at odd times, with holes."""
    random = np.random.default_rng(seed)
    count = 120
    times = np.sort(random.uniform(0, 60.0 * MINUTES, count))
    values = random.uniform(0, 8, count)
    return Readings("Meter", "flow", random.integers(0, 3, count), times, values)


def cut(readings: Readings, start: float, end: float) -> Readings:
    chosen = (readings.times > start) & (readings.times <= end)
    return Readings(
        "Meter", "flow", readings.rows[chosen], readings.times[chosen], readings.values[chosen]
    )


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.lists(st.integers(1, MINUTES - 1), unique=True, max_size=6))
def test_pieces_give_the_same_alarms_as_the_whole(seed: int, cuts: list[int]) -> None:
    readings = noise(seed)
    whole = fresh().advance(60.0 * MINUTES, [readings])
    engine, events, start = fresh(), [], 0.0
    for minute in [*sorted(cuts), MINUTES]:
        events += engine.advance(60.0 * minute, [cut(readings, start, 60.0 * minute)])
        start = 60.0 * minute
    assert events == whole


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(1, MINUTES - 1))
def test_a_restart_from_a_snapshot_changes_nothing(seed: int, minute: int) -> None:
    readings, middle = noise(seed), 60.0 * minute
    whole = fresh().advance(60.0 * MINUTES, [readings])
    first = fresh()
    events = first.advance(middle, [cut(readings, 0, middle)])
    second = fresh()
    second.restore(first.snapshot())
    events += second.advance(60.0 * MINUTES, [cut(readings, middle, 60.0 * MINUTES)])
    assert events == whole


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_many_at_once_ring_as_each_alone(seed: int) -> None:
    readings = noise(seed)
    together = fresh().advance(60.0 * MINUTES, [readings])
    for number, name in enumerate(("meter-0", "meter-1", "meter-2")):
        chosen = readings.rows == number
        alone = alarm_worlds.engine(*MADE, points=[alarm_worlds.meters(3)[number]])
        one = Readings(
            "Meter", "flow", np.zeros(int(chosen.sum()), int),
            readings.times[chosen], readings.values[chosen],
        )  # fmt: skip
        events = alone.advance(60.0 * MINUTES, [one])
        of_it = [event for event in together if event.what == "state" and event.thing == name]
        assert [event for event in events if event.what == "state"] == of_it


def test_readings_later_than_the_step_wait_for_theirs() -> None:
    readings = noise(3)
    engine = fresh()
    early = engine.advance(600.0, [readings])
    assert early + engine.advance(60.0 * MINUTES) == fresh().advance(60.0 * MINUTES, [readings])


def test_the_log_holds_what_stands_and_what_was(tmp_path: Path) -> None:
    engine = fresh()
    with AlarmLog(tmp_path / "alarms.sqlite") as log:
        events = engine.advance(60.0 * MINUTES, [noise(1)])
        kept = Kept(engine.now, 1, 120, 0, engine.snapshot())
        log.add(events, kept=kept)
        assert [event for _, event in log.events()] == events
        standing = {(one.rule, one.thing): one.state for one in log.standing()}
    truth = {
        (name, point.id): engine.state(name, point.id)
        for name, watch in engine.watches.items()
        for point in watch.points
        if engine.state(name, point.id)
    }
    assert standing == truth
    with AlarmLog(tmp_path / "alarms.sqlite") as log:
        again = log.snapshot()
        assert again is not None
        assert (again.at, again.place, again.seq) == (engine.now, 120, len(events))
        restored = fresh()
        restored.restore(again.content)
    assert restored.advance(7200.0) == engine.advance(7200.0)


def test_acts_wait_in_the_queue_until_they_are_done_or_refused(tmp_path: Path) -> None:
    with AlarmLog(tmp_path / "alarms.sqlite") as log:
        wanted = Act(at=61.0, kind="acknowledge", rule="high", thing="meter-0", by="leyla")
        first, second = log.ask(wanted), log.ask(wanted)
        assert [number for number, _ in log.asked()] == [first, second]
        log.add([], done=[(first, 120.0)])
        log.refuse(second, "it has changed")
        assert log.asked() == []
        assert (log.answer(first), log.answer(second)) == ("", "it has changed")
        assert log.done_after(0) == [(first, 120.0, wanted)]


def test_forgotten_events_get_the_same_numbers_again(tmp_path: Path) -> None:
    events = fresh().advance(60.0 * MINUTES, [noise(1)])
    with AlarmLog(tmp_path / "alarms.sqlite") as log:
        log.add(events)
        before = (log.events(), log.standing())
        log.add([], after=2)
        assert log.last() == 2
        log.add(events[2:])
        assert (log.events(), log.standing()) == before
