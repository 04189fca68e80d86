"""Conditions ring when they should, minute by minute."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import alarm_worlds
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunyad.operate.alarms import Point, Readings, expected_name
from bunyad.operate.alarms.conditions import is_within
from bunyad.operate.alarms.rules.model import Hours

NAN = math.nan


def run(when, values, *, minutes=None, **more):
    engine = alarm_worlds.engine(alarm_worlds.rule("one", when, **more))
    minutes = minutes or len(values)
    return alarm_worlds.told(engine.advance(60.0 * minutes, [alarm_worlds.series(values)]))


def test_a_value_above_its_limit_rings_at_the_end_of_its_minute() -> None:
    assert run({"attribute": "flow", "above": 5}, [4, 5, 6, 6, 5]) == [
        (3, "unacknowledged"), (5, "returned"),
    ]  # fmt: skip


def test_a_value_in_the_dead_band_does_not_return() -> None:
    told = run({"attribute": "flow", "above": 5, "dead_band": 1}, [6, 4.5, 6, 4.1, 4])
    assert told == [(1, "unacknowledged"), (5, "returned")]


def test_a_short_peak_does_not_outlast_the_on_delay() -> None:
    values = [6, 6, 4, 6, 6, 6, 6]
    assert run({"attribute": "flow", "above": 5}, values, on_delay="3min") == [
        (7, "unacknowledged")
    ]


def test_a_short_return_does_not_outlast_the_off_delay() -> None:
    values = [6, 4, 6, 4, 4, 4]
    assert run({"attribute": "flow", "above": 5}, values, off_delay="2min") == [
        (1, "unacknowledged"), (6, "returned"),
    ]  # fmt: skip


def test_silence_rings_after_its_time_and_ends_with_the_next_reading() -> None:
    values = [1, 1, NAN, NAN, NAN, NAN, 1]
    assert run({"silent": "flow", "longer_than": "3min"}, values) == [
        (6, "unacknowledged"), (7, "returned"),
    ]  # fmt: skip


def test_what_never_spoke_is_silent_too() -> None:
    assert run({"silent": "flow", "longer_than": "3min"}, [], minutes=5) == [(4, "unacknowledged")]


def test_nothing_rings_or_returns_on_what_nobody_knows() -> None:
    unknown = {"not": {"attribute": "flow", "above": 5}}
    assert run(unknown, [NAN, NAN], minutes=2) == []
    assert run(unknown, [NAN, 1], minutes=2) == [(2, "unacknowledged")]


def test_a_rate_is_the_change_in_an_hour() -> None:
    # 0.5 a minute is 30 an hour; ten minutes back are needed first.
    values = [0.5 * minute for minute in range(20)]
    rate = {"attribute": "flow", "statistic": "rate", "over": "10min", "above": 29.9}
    assert run(rate, values) == [(11, "unacknowledged")]
    assert run({**rate, "above": 30.1}, values) == []


@pytest.mark.parametrize(
    ("statistic", "limit", "minute"),
    [("mean", 2.9, 10), ("minimum", 0.9, 5), ("maximum", 4.9, 8), ("change", 3.9, 8)],
)
def test_statistics_look_back_over_their_while(statistic: str, limit: float, minute: int) -> None:
    """Means of the last five: 1.8 in minute 8, 2.6 in minute 9, 3.4 in minute 10."""
    values = [1, 1, 1, 1, 1, 1, 1, 5, 5, 5]
    over = {"attribute": "flow", "statistic": statistic, "over": "5min", "above": limit}
    assert run(over, values) == [(minute, "unacknowledged")]


def test_texts_and_truths_are_told_apart() -> None:
    engine = alarm_worlds.engine(
        alarm_worlds.rule("text", {"attribute": "state", "equals": "broken"}),
        alarm_worlds.rule("truth", {"attribute": "open", "differs": True}),
    )
    readings = [
        engine.reading("meter-0", "state", 30.0, "broken"),
        engine.reading("meter-0", "open", 30.0, False),
    ]
    assert {event.rule for event in engine.advance(60.0, readings)} == {"text", "truth"}


def test_a_valve_that_does_not_do_as_told_rings() -> None:
    engine = alarm_worlds.engine(
        alarm_worlds.rule("stuck", {"attribute": "is", "unlike": "told"}, on_delay="2min")
    )
    readings = [
        alarm_worlds.series([0, 0, 0, 0, 1], attribute="is"),
        alarm_worlds.series([0, 1, 1, 1, 1], attribute="told"),
    ]
    assert alarm_worlds.told(engine.advance(300.0, readings)) == [
        (4, "unacknowledged"), (5, "returned"),
    ]  # fmt: skip


def test_less_than_the_plan_expects_rings_and_little_differences_do_not() -> None:
    when = {"unexpected": "flow", "over": "10min", "less_by": 0.3, "at_least": 0.5}
    plan = alarm_worlds.series([10.0] * 30, attribute=expected_name("flow"))
    for value, rings in ((7.5, False), (6.5, True)):
        engine = alarm_worlds.engine(alarm_worlds.rule("weak", when))
        events = engine.advance(1800.0, [plan, alarm_worlds.series([value] * 30)])
        assert bool(events) == rings
    small = alarm_worlds.series([1.0] * 30, attribute=expected_name("flow"))
    engine = alarm_worlds.engine(alarm_worlds.rule("weak", when))
    assert engine.advance(1800.0, [small, alarm_worlds.series([0.6] * 30)]) == []


def test_hours_past_midnight_belong_to_the_evening_before() -> None:
    night = Hours(start="22:00", end="06:00", days=["friday"])
    friday_evening = datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert is_within(friday_evening, night)
    assert is_within(friday_evening.replace(day=21, hour=5), night)
    assert not is_within(friday_evening.replace(day=21, hour=23), night)
    assert not is_within(friday_evening.replace(hour=5), night)


def test_a_schedule_counts_in_the_time_zone_of_the_rules() -> None:
    at_night = {"during": {"start": "04:00", "end": "05:00"}}  # 0 to 1 o'clock UTC in Baku
    engine = alarm_worlds.engine(alarm_worlds.rule("night", at_night), zone="Asia/Baku")
    assert alarm_worlds.told(engine.advance(3720.0)) == [
        (1, "unacknowledged"), (60, "returned"),
    ]  # fmt: skip


def test_many_silent_homes_are_one_lost_transformer() -> None:
    homes = [Point(f"home-{n}", "Meter", links={"fedBy": "transformer"}) for n in range(5)]
    transformer = Point("transformer", "Transformer")
    engine = alarm_worlds.engine(
        alarm_worlds.rule(
            "home-silent", {"silent": "flow", "longer_than": "2min"},
            hidden_by=[{"rule": "transformer-lost", "along": ["fedBy"]}],
        ),
        alarm_worlds.rule(
            "transformer-lost",
            {"share_of": "home-silent", "along": "fedBy", "share": 0.6, "at_least": 3},
            about="Transformer",
        ),
        points=[*homes, transformer],
    )  # fmt: skip
    heard = [alarm_worlds.series([1] * 10, row=row) for row in (0, 1)]
    events = engine.advance(600.0, heard)
    rung = [event for event in events if event.is_announcement]
    hidden = [event for event in events if event.after.word == "suppressed"]
    assert [event.thing for event in rung] == ["transformer"]
    assert {event.thing for event in hidden} == {"home-2", "home-3", "home-4"}
    assert {event.cause for event in hidden} == {"transformer"}


@given(
    st.lists(
        st.one_of(st.just(NAN), st.floats(0, 10, allow_nan=False)), min_size=1, max_size=40
    ),
    st.integers(0, 3), st.integers(0, 3), st.floats(0, 2),
)  # fmt: skip
def test_the_engine_agrees_with_a_slow_obvious_twin(values, on, off, band) -> None:
    """A twin that walks one meter minute by minute rings and returns at the same minutes."""
    when = {"attribute": "flow", "above": 5, "dead_band": band}
    told = run(when, values, on_delay=60 * on, off_delay=60 * off)

    last, is_beyond, is_active, since, gone, twin = NAN, False, False, None, None, []
    for minute, value in enumerate(values, start=1):
        last = last if math.isnan(value) else value
        if not math.isnan(last):
            is_beyond = last - 5 > (-band if is_beyond else 0)
        known = not math.isnan(last)
        since = (since if since is not None else minute) if is_beyond and known else None
        is_over = known and not is_beyond and is_active
        gone = (gone if gone is not None else minute) if is_over else None
        if since is not None and not is_active and minute - since >= on:
            is_active, gone = True, None
            twin.append((minute, "unacknowledged"))
        elif gone is not None and is_active and minute - gone >= off:
            is_active, gone = False, None
            twin.append((minute, "returned"))
    assert told == twin


def test_readings_of_another_type_or_attribute_are_left_out() -> None:
    engine = alarm_worlds.engine(alarm_worlds.rule("one", {"attribute": "flow", "above": 5}))
    strange = Readings("Lamp", "flow", np.array([0]), np.array([1.0]), np.array([9.0]))
    assert engine.advance(60.0, [strange]) == []
    assert engine.reading("meter-0", "colour", 1.0, 2.0) is None
