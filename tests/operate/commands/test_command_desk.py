"""Commands are confirmed by a second step, kept from harm, and followed until they are done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.errors import InputError, SourceError
from bunyad.operate.commands import Desk, Sight, load_command_rules
from bunyad.operate.commands.rules import Actuator, command_schema
from bunyad.operate.living import Living
from bunyad.operate.village.send import keep_entities

VALVE, FEEDER, LAMPS = "valve-1", "feeder", "lamps-1"
TYPES = {VALVE: "Valve", FEEDER: "ACLineSegment", LAMPS: "StreetlightGroup"}


class World:
    def __init__(self) -> None:
        self.values: dict[tuple[str, str], object] = {}
        self.alarms: set[str] = set()
        self.sent: list[tuple[str, object]] = []
        self.breaks = False

    def sight(self) -> Sight:
        return Sight(
            type_of=TYPES.get,
            value_of=lambda thing, name: self.values.get((thing, name)),
            stands=lambda rule: rule in self.alarms,
            holds=lambda condition, thing: (
                self.values.get((thing, condition.attribute)) == condition.equals
            ),
        )

    def send(self, command) -> None:
        if self.breaks:
            raise SourceError("no answer", where="broker", mend="start it")
        self.sent.append((command.thing, command.value))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Iterator[Desk]:
    path = tmp_path / "commands.sqlite"
    with Desk(path, load_command_rules(), world.sight(), world.send) as opened:
        yield opened


def test_nothing_is_sent_before_it_is_confirmed(world: World, desk: Desk) -> None:
    asked = desk.ask(VALVE, 60, by="leyla", now=0)
    assert world.sent == []
    assert desk.confirm(asked.number, by="leyla", now=10).step == "sent"
    assert world.sent == [(VALVE, 60)]


def test_a_command_is_done_when_its_feedback_says_so(world: World, desk: Desk) -> None:
    number = desk.ask(VALVE, 60, by="leyla", now=0).number
    desk.confirm(number, by="leyla", now=10)
    world.values[VALVE, "openStatus"] = 30
    assert desk.follow(now=60) == []
    world.values[VALVE, "openStatus"] = 52
    assert [one.step for one in desk.follow(now=120)] == ["done"]
    assert [step for _, step, _, _ in desk.log(number)] == ["asked", "sent", "done"]


def test_a_command_without_feedback_fails_and_says_what_was_told(world: World, desk: Desk) -> None:
    number = desk.ask(VALVE, 60, by="leyla", now=0).number
    desk.confirm(number, by="leyla", now=10)
    world.values[VALVE, "openStatus"] = 5
    (ended,) = desk.follow(now=10 + 301)
    assert (ended.step, ended.why) == ("failed", "after 300 s openStatus tells 5")


def test_who_waits_too_long_has_to_ask_anew(world: World, desk: Desk) -> None:
    number = desk.ask(VALVE, 60, by="leyla", now=0).number
    assert desk.confirm(number, by="leyla", now=121).step == "expired"
    assert world.sent == []
    with pytest.raises(InputError, match="is expired"):
        desk.confirm(number, by="leyla", now=122)
    desk.ask(VALVE, 10, by="leyla", now=200)
    assert [one.step for one in desk.follow(now=400)] == ["expired"]


def test_a_breaker_takes_two_persons(world: World, desk: Desk) -> None:
    number = desk.ask(FEEDER, "open", by="leyla", now=0).number
    with pytest.raises(InputError, match="another person"):
        desk.confirm(number, by="leyla", now=5)
    assert desk.confirm(number, by="rauf", now=6).confirmed_by == "rauf"


def test_an_interlock_forbids_asking_and_confirming(world: World, desk: Desk) -> None:
    world.values[FEEDER, "earthingState"] = "closed"
    with pytest.raises(InputError, match="The line is earthed"):
        desk.ask(FEEDER, "closed", by="leyla", now=0)
    desk.ask(FEEDER, "open", by="leyla", now=0)  # opening harms nobody
    number = desk.ask(VALVE, 60, by="leyla", now=0).number
    world.alarms.add("tank-low")
    assert desk.confirm(number, by="rauf", now=5).step == "refused"
    assert desk.ask(VALVE, 0, by="leyla", now=6).step == "asked"  # closing saves water
    assert world.sent == []


def test_what_cannot_be_sent_fails_at_once(world: World, desk: Desk) -> None:
    world.breaks = True
    number = desk.ask(LAMPS, "on", by="leyla", now=0).number
    failed = desk.confirm(number, by="leyla", now=1)
    assert failed.step == "failed"
    assert "no answer" in failed.why


@pytest.mark.parametrize(
    ("thing", "value", "says"),
    [
        (VALVE, 101, "from 0 to 100"), (VALVE, True, "from 0 to 100"),
        (VALVE, float("nan"), "from 0 to 100"), (VALVE, "open", "from 0 to 100"),
        (LAMPS, "bright", "one of on, off, low"), ("school", 1, "Choose a thing"),
    ],
)  # fmt: skip
def test_values_and_things_that_do_not_fit_are_told(desk: Desk, thing, value, says) -> None:
    with pytest.raises(InputError, match=says):
        desk.ask(thing, value, by="leyla", now=0)


def test_a_command_can_be_taken_back_until_it_is_sent(world: World, desk: Desk) -> None:
    number = desk.ask(VALVE, 60, by="leyla", now=0).number
    assert desk.cancel(number, by="leyla", now=1).step == "cancelled"
    with pytest.raises(InputError, match="is cancelled"):
        desk.cancel(number, by="leyla", now=2)


def test_a_crash_sends_nothing_twice(world: World, tmp_path: Path) -> None:
    path = tmp_path / "commands.sqlite"
    rules = load_command_rules()
    with Desk(path, rules, world.sight(), world.send) as desk:
        number = desk.ask(VALVE, 60, by="leyla", now=0).number
        desk.confirm(number, by="leyla", now=1)
    with Desk(path, rules, world.sight(), world.send) as again:
        assert again.command(number).step == "sent"
        with pytest.raises(InputError, match="is sent"):
            again.confirm(number, by="leyla", now=2)
    assert len(world.sent) == 1


@pytest.mark.parametrize("kept", ["files", "postgresql"])
@pytest.mark.parametrize("act", ["confirm", "cancel"])
def test_of_two_desks_that_act_at_once_the_first_counts(
    world: World, tmp_path: Path, request: pytest.FixtureRequest, kept: str, act: str
) -> None:
    place = Living(folder=tmp_path)
    if kept == "postgresql":
        url = request.getfixturevalue("cluster").make_database()
        keep_entities(tmp_path, [], database=url)
        place = Living(folder=tmp_path, database=url)
    rules, sight = load_command_rules(), world.sight()
    assert not place.is_commanded()

    def desk(seen: Sight) -> Desk:
        return Desk(place.commands(), rules, seen, world.send)

    def first_the_other(_rule: str) -> bool:
        getattr(other, act)(number, by="rauf", now=1)
        return False

    with desk(sight) as other, desk(replace(sight, stands=first_the_other)) as late:
        number = other.ask(VALVE, 60, by="leyla", now=0).number
        with pytest.raises(InputError, match="is sent" if act == "confirm" else "is cancelled"):
            late.confirm(number, by="leyla", now=1)
        assert len(world.sent) == (act == "confirm")
        assert [step for _, step, _, _ in late.log(number)] == [
            "asked", {"confirm": "sent", "cancel": "cancelled"}[act],
        ]  # fmt: skip
        assert late.recent() == other.recent()
    assert place.is_commanded()


STEPS = st.lists(
    st.tuples(st.sampled_from(["ask", "confirm", "cancel", "follow", "open"]), st.integers(0, 200)),
    max_size=15,
)


@settings(max_examples=20)
@given(STEPS)
def test_whatever_happens_only_confirmed_commands_are_sent(tmp_path_factory, steps) -> None:
    world, now = World(), 0.0
    path = tmp_path_factory.mktemp("desk") / "commands.sqlite"
    with Desk(path, load_command_rules(), world.sight(), world.send) as desk:
        for what, wait in steps:
            now += wait
            waiting = [one for one in desk.under_way() if one.step == "asked"]
            if what == "ask":
                desk.ask(VALVE, 60, by="leyla", now=now)
            elif what == "follow":
                desk.follow(now=now)
            elif what == "open":
                world.values[VALVE, "openStatus"] = 60
            elif waiting:
                act = desk.confirm if what == "confirm" else desk.cancel
                act(waiting[0].number, by="leyla", now=now)
        confirmed = [one for one in desk.recent() if one.confirmed_by]
        assert len(world.sent) == len(confirmed)
        for one in desk.recent():
            assert one.step != "done" or one.confirmed_by


def test_a_command_that_is_its_own_feedback_is_no_rule() -> None:
    with pytest.raises(ValueError, match="confirms itself"):
        Actuator.model_validate(
            {
                "id": "a",
                "title": {"en": "a"},
                "about": "A",
                "attribute": "x",
                "feedback": "x",
                "choices": ["on"],
            }
        )
    assert command_schema()["title"] == "CommandRules"
