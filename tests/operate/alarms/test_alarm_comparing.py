"""Wholes are compared with their parts, and things with their peers."""

from __future__ import annotations

import math
from zoneinfo import ZoneInfo

import alarm_worlds
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.errors import InputError
from bunyad.operate.alarms import Engine, Point, Readings, expected_name, parse_rules
from bunyad.operate.alarms.comparing import Window
from bunyad.operate.alarms.conditions import Room, compile_condition
from bunyad.operate.alarms.feed import Feed

NAN = math.nan
MINUTES = 60
POINTS = [
    Point("main", "Meter", links={"at": "village"}),
    *(Point(f"home-{n}", "Meter", links={"at": "village", "in": "house"}, attributes=frozenset(["in"]))
      for n in range(4)),
    Point("lamp", "Lamp", links={"group": "street"}),
    Point("street", "Group", links={"at": "village"}),
]  # fmt: skip
PARTS = [
    {"about": "Meter", "attribute": "flow", "having": ["in"], "along": ["at"]},
    {"about": "Lamp", "attribute": "burn", "along": ["group", "at"], "factor": 1000},
]
MISSING = {"missing": "flow", "parts": PARTS, "over": "20min", "heard_within": "2min"}


def readings(
    values: dict[str, object], attribute: str = "flow", kind: str = "Meter", every: int = 1
):
    """Return readings a minute: a constant, or one value for each minute; nan is no reading."""
    rows = {point.id: row for row, point in enumerate(one for one in POINTS if one.type == kind)}
    made = []
    for name, told in values.items():
        array = np.broadcast_to(np.asarray(told, float), (MINUTES,))[::every]
        times = 60.0 * np.arange(1, MINUTES + 1)[::every]
        known = ~np.isnan(array)
        row = np.full(int(known.sum()), rows[name])
        made.append(Readings(kind, attribute, row, times[known], array[known]))
    return made


HOMES = {f"home-{n}": 1000.0 for n in range(4)}


def rung(when, *given, about: str = "main", more=()) -> list[int]:
    """Return the minutes at which the alarm of a thing rose."""
    made = alarm_worlds.rule("one", when, like=about)
    engine = alarm_worlds.engine(made, *more, points=POINTS)
    events = engine.advance(60.0 * MINUTES, [one for part in given for one in part])
    return [round(one.at / 60) for one in events if one.is_announcement and one.rule == "one"]


LAMP = readings({"lamp": 0.5}, "burn", "Lamp")


def test_a_whole_that_tells_what_its_parts_tell_is_quiet_and_one_that_tells_more_rings() -> None:
    when = MISSING | {"at_least": 100}
    assert rung(when, readings({"main": 4600.0} | HOMES), LAMP) == []
    # 200 more than the parts' 4500: said as soon as half of the while was compared
    assert rung(when, readings({"main": 4700.0} | HOMES), LAMP) == [10]
    assert rung(when | {"share": 0.05}, readings({"main": 4700.0} | HOMES), LAMP) == []


def test_what_the_plan_expects_to_be_lost_is_not_missing() -> None:
    when = MISSING | {"at_least": 100}
    plan = readings({"main": 4900.0} | HOMES, expected_name("flow"))
    plan += readings({"lamp": 0.5}, expected_name("burn"), "Lamp")
    for told, rings in ((4950.0, []), (5050.0, [10])):
        assert rung(when, readings({"main": told} | HOMES), LAMP, plan) == rings
    # where the plan knows nothing of a part, nothing is taken off
    assert rung(when, readings({"main": 4950.0} | HOMES), LAMP, plan[:-1]) == [10]


def test_a_silent_part_takes_as_much_as_the_others_and_too_many_say_nothing() -> None:
    when = MISSING | {"at_least": 100, "heard": 0.7}
    one_silent = HOMES | {"home-0": NAN}
    assert rung(when, readings({"main": 4500.0} | one_silent), LAMP) == []
    assert rung(when, readings({"main": 4700.0} | one_silent), LAMP) == [10]
    two_silent = one_silent | {"home-1": NAN}
    assert rung(when, readings({"main": 9000.0} | two_silent), LAMP) == []
    assert rung(when, readings({"main": 9000.0} | HOMES)) == []  # nothing is known of lamps


def test_a_dark_hour_of_the_parts_does_not_move_the_mean_of_the_rest() -> None:
    """The main tells 0 while all homes are silent: those minutes are not compared."""
    dark = np.where((np.arange(MINUTES) > 30) & (np.arange(MINUTES) < 40), NAN, -1000.0)
    main = np.where(np.isnan(dark), 0.0, -3500.0)
    given = readings({"main": main} | dict.fromkeys(HOMES, dark))
    assert rung(MISSING | {"at_least": 600}, given, LAMP) == []


def test_what_has_an_alarm_of_its_own_counts_as_silent() -> None:
    stuck = HOMES | {"home-0": np.where(np.arange(MINUTES) < 5, 1000.0, 0.0)}
    given = (readings({"main": 4500.0} | stuck), LAMP)
    low = alarm_worlds.rule("low", {"attribute": "flow", "below": 1}, having=["in"])
    when = MISSING | {"at_least": 300, "heard": 0.7}
    assert rung(when, *given, more=[low]) != []
    assert rung(when | {"unless": ["low"]}, *given, more=[low]) == []


def test_counters_are_compared_by_what_they_rise_by_even_after_a_silence() -> None:
    """Each home uses 60 an hour and 30 more are lost; the main is silent for 20 minutes."""
    when = {
        "missing": "flow", "parts": PARTS[:1], "over": "20min", "is_counter": True,
        "heard_within": "10min",
    }  # fmt: skip
    minute = np.arange(MINUTES, dtype=float)
    homes = dict.fromkeys(HOMES, 5000 + minute)
    main = 70_000 + 4.5 * minute
    main[20:40] = NAN
    given = readings({"main": main} | homes, every=5)
    assert rung(when | {"at_least": 35}, given) == []
    assert rung(when | {"at_least": 25}, given) != []


def test_a_counter_that_is_replaced_tells_no_rate_until_its_next_reading() -> None:
    minute = np.arange(MINUTES, dtype=float)
    main = np.where(minute < 30, 900 + 4 * minute, 4 * minute)
    given = readings({"main": main} | dict.fromkeys(HOMES, minute))
    when = {"missing": "flow", "parts": PARTS[:1], "over": "20min", "is_counter": True}
    assert rung(when | {"at_least": 10}, given) == []


PEERS = {
    "astray": "flow", "over": "20min", "by": 5, "heard_within": "2min",
    "peers": [{"about": "Meter", "attribute": "flow", "having": ["in"], "along": ["at"]}],
}  # fmt: skip


def test_one_that_drifts_away_from_its_peers_rings_and_the_others_do_not() -> None:
    drift = 20 + 0.5 * np.arange(MINUTES)
    given = readings(dict.fromkeys(HOMES, 20.0) | {"home-2": drift})
    (minute,) = rung(PEERS, given, about="home-2")
    assert minute == pytest.approx(10 + 10 + 2, abs=2)  # the mean of 20 minutes lags by 10
    assert rung(PEERS, given, about="home-1") == []


def test_with_fewer_than_three_peers_nobody_can_tell_who_is_wrong() -> None:
    given = readings({"home-0": 20.0, "home-1": 20.0, "home-2": 90.0})
    assert rung(PEERS, given, about="home-2") == []


@pytest.mark.parametrize("when", [MISSING, PEERS])
def test_nothing_is_known_of_a_thing_without_parts_and_peers(when) -> None:
    room = Room(
        feed=Feed(["main"], start=0.0), rows=np.zeros(1, np.int64), step_s=60.0,
        zone=ZoneInfo("UTC"), children=lambda _below: lambda: (np.zeros(1), np.zeros(1)),
    )  # fmt: skip
    condition = alarm_worlds.rules(alarm_worlds.rule("one", when)).rules[0].when
    truth = compile_condition(condition, room)(60.0)
    assert not truth.yes.any()
    assert not truth.no.any()


@settings(max_examples=30)
@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=400), st.integers(1, 300)
)  # fmt: skip
def test_a_window_sums_what_was_added_in_its_while(values: list[int], steps: int) -> None:
    window = Window((1, 1), steps)
    for step, value in enumerate(values):
        found = window.add(step, np.full((1, 1), value))[0, 0]
        first = max(0, step + 1 - steps)
        begins = range(first, min(step, first + window.stride - 1) + 1)
        assert any(found == sum(values[begin : step + 1]) for begin in begins)


def test_an_engine_that_goes_on_from_what_was_kept_tells_the_same() -> None:
    when = MISSING | {"at_least": 100}
    made = alarm_worlds.rules(alarm_worlds.rule("one", when, like="main"))
    given = readings({"main": np.where(np.arange(MINUTES) < 35, 4500.0, 5200.0)} | HOMES) + LAMP
    whole = Engine(made, POINTS, start=0.0)
    told = alarm_worlds.told(whole.advance(3600.0, given))
    first, second = Engine(made, POINTS, start=0.0), Engine(made, POINTS, start=0.0)
    head = alarm_worlds.told(first.advance(1500.0, given))
    second.restore(first.snapshot())
    later = [
        Readings(one.type, one.attribute, one.rows[late], one.times[late], one.values[late])
        for one in given if (late := one.times > 1500.0).any()
    ]  # fmt: skip
    assert head + alarm_worlds.told(second.advance(3600.0, later)) == told != []


def test_a_rule_that_is_named_but_not_there_is_told() -> None:
    text = """
        format: bunyad-alarm-rules/1
        version: 1
        title: test
        rules:
          - id: one
            title: {en: one}
            about: Meter
            when:
              missing: flow
              over: 1h
              unless: [nobody]
              parts: [{about: Meter, attribute: flow, along: [at], factors: 2}]
            priority: low
            consequence: {en: "-"}
            action: {en: "-"}
            owner: water
    """
    with pytest.raises(InputError, match=r"rules\.0\.when\.parts\.0\.factors"):
        parse_rules(text)
    with pytest.raises(InputError, match="named but not there: nobody"):
        parse_rules(text.replace(", factors: 2", ""))
