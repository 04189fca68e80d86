"""Alarms live as ISA-18.2 says."""

from __future__ import annotations

import alarm_worlds
import pytest

from bunyad.errors import InputError
from bunyad.operate.alarms import Act, Engine, Point, Readings, State

HIGH = {"attribute": "flow", "above": 5}


def act(kind, *, at=90.0, until=None, rule="one") -> Act:
    return Act(at=at, kind=kind, rule=rule, thing="meter-0", by="leyla", until=until)


def started(values, **more) -> Engine:
    engine = alarm_worlds.engine(alarm_worlds.rule("one", HIGH, **more))
    engine.advance(60.0, [alarm_worlds.series(values)])
    return engine


def test_an_alarm_seen_while_it_stands_ends_by_itself() -> None:
    engine = started([6, 4])
    assert engine.act(act("acknowledge")).after == State.ACKNOWLEDGED
    assert engine.state("one", "meter-0") == State.ACKNOWLEDGED
    assert alarm_worlds.told(engine.advance(120.0)) == [(2, "normal")]


def test_an_alarm_that_returns_unseen_waits_to_be_seen() -> None:
    engine = started([6, 4])
    assert alarm_worlds.told(engine.advance(120.0)) == [(2, "returned")]
    assert engine.act(act("acknowledge", at=150.0)).after == State.NORMAL


def test_a_returned_alarm_that_comes_again_rings_again() -> None:
    engine = started([6, 4, 6])
    assert [state for _, state in alarm_worlds.told(engine.advance(180.0))] == [
        "returned", "unacknowledged",
    ]  # fmt: skip


def test_a_latched_alarm_stays_until_it_is_reset() -> None:
    engine = started([6, 4], latch=True)
    assert alarm_worlds.told(engine.advance(120.0)) == [(2, "latched_unacknowledged")]
    with pytest.raises(InputError, match="not to reset"):
        engine.act(act("reset", at=130.0))
    assert engine.act(act("acknowledge", at=130.0)).after == State.LATCHED
    assert engine.act(act("reset", at=140.0)).after == State.NORMAL


def test_a_shelved_alarm_rings_when_its_time_on_the_shelf_is_over() -> None:
    engine = started([6] * 10)
    assert engine.act(act("shelve", until=240.0)).after == State.SHELVED
    assert alarm_worlds.told(engine.advance(600.0)) == [(4, "unacknowledged")]


def test_nothing_lies_on_the_shelf_longer_than_its_rule_allows() -> None:
    engine = started([6], shelve_at_most="1h")
    with pytest.raises(InputError, match="within 1 hours"):
        engine.act(act("shelve", until=90.0 + 3601))
    with pytest.raises(InputError, match="needs an end"):
        engine.act(act("shelve"))


def test_what_is_out_of_service_is_quiet_until_it_is_returned() -> None:
    engine = started([4, 6, 6, 6])
    engine.act(act("take_out_of_service"))
    assert engine.advance(180.0) == []
    engine.act(act("return_to_service", at=190.0))
    assert alarm_worlds.told(engine.advance(240.0)) == [(4, "unacknowledged")]


def test_an_alarm_suppressed_by_design_rings_when_the_reason_ends() -> None:
    works = {"attribute": "works", "equals": True}
    engine = alarm_worlds.engine(alarm_worlds.rule("one", HIGH, suppressed_when=works))
    readings = [
        alarm_worlds.series([6, 6, 6]), alarm_worlds.series([1, 1, 0], attribute="works"),
    ]  # fmt: skip
    assert alarm_worlds.told(engine.advance(180.0, readings)) == [
        (1, "suppressed"), (3, "unacknowledged"),
    ]  # fmt: skip


def test_what_nobody_was_shown_nobody_has_to_acknowledge() -> None:
    works = {"attribute": "works", "equals": True}
    engine = alarm_worlds.engine(alarm_worlds.rule("one", HIGH, suppressed_when=works))
    readings = [alarm_worlds.series([6, 4]), alarm_worlds.series([1, 1], attribute="works")]
    assert alarm_worlds.told(engine.advance(120.0, readings)) == [
        (1, "suppressed"), (2, "normal"),
    ]  # fmt: skip


def test_an_entry_of_the_journal_asks_for_no_answer() -> None:
    engine = alarm_worlds.engine(alarm_worlds.rule("one", HIGH, priority="journal"))
    told = alarm_worlds.told(engine.advance(120.0, [alarm_worlds.series([6, 4])]))
    assert told == [(1, "acknowledged"), (2, "normal")]


def test_who_does_not_answer_is_followed_by_the_next() -> None:
    steps = [{"after": "2min", "to": "head of shift"}, {"after": "4min", "to": "director"}]
    engine = alarm_worlds.engine(alarm_worlds.rule("one", HIGH, escalate=steps))
    events = engine.advance(600.0, [alarm_worlds.series([6])])
    assert [(event.at, event.note) for event in events if event.what == "escalated"] == [
        (180.0, "head of shift"), (300.0, "director"),
    ]  # fmt: skip
    seen = alarm_worlds.engine(alarm_worlds.rule("one", HIGH, escalate=steps))
    seen.advance(60.0, [alarm_worlds.series([6])])
    seen.act(act("acknowledge"))
    assert seen.advance(600.0) == []


def test_in_a_flood_the_small_alarms_wait_and_the_great_ones_ring() -> None:
    engine = alarm_worlds.engine(
        alarm_worlds.rule("low", HIGH, priority="low"),
        alarm_worlds.rule("high", HIGH, priority="high"),
        points=alarm_worlds.meters(8),
    )
    loud = [alarm_worlds.series([6] * 30, row=row) for row in range(8)]
    events = engine.advance(60.0, loud)
    assert [event.what for event in events if event.what != "state"] == ["flood_began"]
    assert {event.rule for event in events if event.is_announcement} == {"high"}
    assert {event.note for event in events if event.after == State.SUPPRESSED} == {"flood"}
    later = engine.advance(1800.0)
    # Eight wait, and as long as more than five ring or wait in ten minutes the flood goes on.
    assert not any(event.what == "flood_ended" for event in later)


def test_the_end_of_a_flood_lets_the_last_small_alarms_ring() -> None:
    engine = alarm_worlds.engine(
        alarm_worlds.rule("low", HIGH, priority="low"),
        alarm_worlds.rule("high", {"attribute": "flow", "above": 7}),
        points=alarm_worlds.meters(12),
    )
    loud = [alarm_worlds.series([8], row=row) for row in range(9)]
    small = [alarm_worlds.series([6], row=row) for row in (9, 10)]
    quiet = [
        Readings("Meter", "flow", *(alarm_worlds.np.array([one]) for one in (row, 120.0, 1.0)))
        for row in range(9)
    ]
    first = engine.advance(60.0, [*loud, *small])
    assert sum(event.is_announcement for event in first) == 9
    later = engine.advance(1200.0, quiet)
    assert [event.at for event in later if event.what == "flood_ended"] == [660.0]
    rung = [event for event in later if event.is_announcement]
    assert [(event.rule, event.at) for event in rung] == [("low", 660.0)] * 2


def test_the_list_shows_the_most_urgent_first() -> None:
    engine = alarm_worlds.engine(
        alarm_worlds.rule("small", HIGH, priority="low"),
        alarm_worlds.rule("great", HIGH, priority="critical"),
        points=[*alarm_worlds.meters(), Point("lamp", "Lamp")],
    )
    engine.advance(60.0, [alarm_worlds.series([6])])
    assert [rule.id for rule, *_ in engine.standing()] == ["great", "small"]


def test_an_act_on_what_is_not_there_tells_so() -> None:
    engine = started([6])
    with pytest.raises(InputError, match="there is no alarm 'two'"):
        engine.act(act("acknowledge", rule="two"))
