"""A place in the records is watched, and watching survives a crash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import alarm_worlds
import orjson
import pytest
from metered_place import FLOW, METER, RULES, MeteredPlace, has_value

from bunyad.operate import records
from bunyad.operate.alarms import Act, State
from bunyad.operate.alarms.keeping import AlarmLog
from bunyad.operate.alarms.watching import Watcher
from bunyad.operate.place import read_hours, read_place


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MeteredPlace]:
    """Return a place in a folder, or in what `on_both` asks for."""
    is_shared = getattr(request, "param", "files") == "postgresql"
    url = request.getfixturevalue("cluster").make_database() if is_shared else ""
    made = MeteredPlace(tmp_path, url)
    yield made
    made.records.close()


on_both = pytest.mark.parametrize("world", ["files", "postgresql"], indirect=True)


@pytest.fixture
def log(world: MeteredPlace) -> Iterator[AlarmLog]:
    with world.living.alarms() as opened:
        yield opened


def told(events):
    return [(event.rule, event.at / 60, event.after.word) for event in events]


def test_a_place_is_read_from_its_records(world: MeteredPlace) -> None:
    world.read(1, 3)
    place = read_place(world.tenant.reader())
    thing = place.things[METER]
    assert (thing.point.type, thing.point.name, thing.lon) == ("Meter", "meter-1", 46.7)
    assert place.expected[METER, "flow"].hours[0] == 4.0
    assert (METER, "flow") in place.series


def test_readings_ring_and_the_log_tells_them(world: MeteredPlace, log: AlarmLog) -> None:
    for minute, value in enumerate((3, 6, 6, 3), start=1):
        world.read(minute, value)
    watcher = world.watcher(log)
    assert told(watcher.look()) == [("high", 2, "unacknowledged"), ("high", 4, "returned")]
    assert [one.state for one in log.standing()] == [State.RETURNED]
    assert watcher.look() == []


def test_values_that_nobody_observed_do_not_move_the_time_of_a_played_place(
    world: MeteredPlace, log: AlarmLog
) -> None:
    watcher = world.watcher(log)
    assert watcher.look() == []
    world.put("urn:ngsi-ld:Meter:x:meter-2", "Meter", {FLOW: [has_value(6)]})  # written just now
    assert watcher.look() == []
    for minute in (1, 2):
        world.read(minute, 6)
    assert {rule for rule, minute, _ in told(watcher.look()) if minute < 3} == {"high"}
    assert {one.thing for one in log.standing()} >= {METER, "urn:ngsi-ld:Meter:x:meter-2"}


def test_less_than_expected_rings(world: MeteredPlace, log: AlarmLog) -> None:
    for minute in range(1, 30):
        world.read(minute, 1)
    events = world.watcher(log).look()
    assert [event.rule for event in events if event.is_announcement] == ["weak"]


def test_members_of_a_structured_value_are_looked_at_one_by_one(
    world: MeteredPlace, log: AlarmLog
) -> None:
    def job(tx) -> None:
        series = records.series_ref(tx, METER, "https://example.org/voltage")
        voltages = ({"L2": 230}, {"L1": 230, "L2": 188}, "none", {"L1": 231}, {"L2": 229})
        bodies = [orjson.dumps({"value": one}).decode() for one in voltages]
        records.append_readings(tx, [
            records.Reading(series, minute * 60_000_000, None, body)
            for minute, body in enumerate(bodies, start=1)
        ])  # fmt: skip

    world.tenant.submit(job).result(10)
    when = {"attribute": "voltage.L2", "below": 207}
    low = alarm_worlds.rules(alarm_worlds.rule("low", when, measure={"en": "{n} V"}))
    watcher = Watcher(world.tenant.reader, log, low, clock="readings")
    events = watcher.look()
    assert told(events) == [("low", 2, "unacknowledged"), ("low", 5, "returned")]
    assert events[0].note == "188"
    assert [one.amount for one in log.standing()] == ["188"]


@on_both
def test_acts_reach_the_engine_through_the_log(world: MeteredPlace, log: AlarmLog) -> None:
    watcher = world.watcher(log)
    world.read(1, 6)
    world.read(2, 6)
    watcher.look()
    act = Act(at=125.0, kind="acknowledge", rule="high", thing=METER, by="leyla", note="seen")
    good, late = log.ask(act), log.ask(act)
    (event,) = watcher.look()
    assert (event.after, event.by, event.note) == (State.ACKNOWLEDGED, "leyla", "seen")
    assert log.answer(good) == ""
    assert "not to acknowledge" in str(log.answer(late))


@on_both
@pytest.mark.parametrize("keeps", [False, True])
def test_a_crash_loses_and_repeats_nothing(world: MeteredPlace, log: AlarmLog, keeps: bool) -> None:
    watcher = world.watcher(log)
    world.read(1, 6)
    watcher.look()
    watcher.keep()
    world.read(2, 6)
    watcher.look()
    log.ask(Act(at=120.0, kind="acknowledge", rule="high", thing=METER, by="leyla"))
    watcher.look()
    if keeps:
        watcher.keep()
    world.read(3, 3)
    before = (*log.events(), *log.standing())
    again = world.watcher(log)  # the first is gone without a word
    assert (*log.events(), *log.standing()) == before
    assert told(again.look()) == [("high", 3, "normal")]
    assert [event.after.word for _, event in log.events()] == [
        "unacknowledged", "acknowledged", "normal",
    ]  # fmt: skip


def test_things_that_come_later_are_watched_too(world: MeteredPlace, log: AlarmLog) -> None:
    watcher = world.watcher(log)
    world.read(1, 6)
    watcher.look()
    other = "urn:ngsi-ld:Meter:x:meter-2"
    world.make(other)
    world.read(2, 7, other)
    world.read(2, 3)
    assert {(event.thing, event.after.word) for event in watcher.look()} == {
        (METER, "returned"), (other, "unacknowledged"),
    }  # fmt: skip


def test_watching_that_began_before_the_first_reading_begins_with_it(
    world: MeteredPlace, log: AlarmLog
) -> None:
    watcher = world.watcher(log)
    assert watcher.look() == []
    watcher.keep()
    far = 60 * 24 * 365 * 50  # half a century of minutes, which nobody lives through
    for minute in range(3):
        world.read(far + minute, 9)

    events = watcher.look()

    assert [(one.rule, one.at >= far * 60) for one in events] == [("high", True)]


def test_with_the_wall_clock_silence_is_told_without_any_reading(
    world: MeteredPlace, log: AlarmLog
) -> None:
    clock = [1000.0]
    watcher = Watcher(world.tenant.reader, log, RULES, now=lambda: clock[0])
    assert watcher.look() == []
    clock[0] += 420
    assert [(event.rule, event.thing) for event in watcher.look()] == [("silent", METER)]


def test_hours_of_the_records_come_as_a_table(world: MeteredPlace) -> None:
    world.read(61, 3)
    world.read(62, 5)
    db = world.tenant.reader()
    series = read_place(db).series[METER, "flow"]
    hours = read_hours(db, [series], start_s=0, end_s=3 * 3600)
    assert hours[1, 0] == 4.0
    assert read_hours(db, [series], start_s=0, end_s=3 * 3600, column="last")[1, 0] == 5.0
