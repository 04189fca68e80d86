"""What operators do: alarms acknowledged and shelved, notes of the shift, commands."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from bunyad.operate.alarms.events import Act
from bunyad.operate.commands.desk import Command, Desk
from bunyad.operate.commands.rules import load_command_rules
from bunyad.operate.commands.ways import see_records, send_over_http
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.operate.bodies import (
    ActAnswer,
    ActBody,
    ActuatorRow,
    CommandBody,
    CommandRow,
    Commands,
    NoteBody,
)
from bunyad.web.operate.rooms import Room, find_room, is_watched, need_watched
from bunyad.web.problems import Problem, not_found
from bunyad.web.services import record

WAIT_S = 8.0
"""How long an answer waits for the process that watches [s]."""
LOOK_S = 0.1


def act_on_alarm(call: Call[Nothing, ActBody]) -> ActAnswer:
    """Acknowledge, shelve or reset an alarm, or take it out of service."""
    room, body = find_room(call), call.body
    need_watched(room)
    if body.thing not in room.place.things:
        raise not_found("thing")
    now = room.clock() or time.time()
    act = Act(
        at=now, kind=body.kind, rule=body.rule, thing=body.thing, by=call.person.name,
        note=body.note, until=None if body.hours is None else now + 3600 * body.hours,
    )  # fmt: skip
    with room.log() as log:
        number = log.ask(act)
        until = time.monotonic() + WAIT_S
        while (answer := log.answer(number)) is None and time.monotonic() < until:
            time.sleep(LOOK_S)
    with call.services.database.begin() as session:
        record(
            session, call.person, f"alarm.{body.kind}", room.id, rule=body.rule, thing=body.thing
        )
    if answer:
        raise Problem(409, "alarm-changed", f"{answer[:1].upper()}{answer[1:]}.",
                      mend="Look at the list again.")  # fmt: skip
    return ActAnswer(is_done=answer is not None)


def note_shift(call: Call[Nothing, NoteBody]) -> None:
    """Write into the log of the shift."""
    room = find_room(call)
    need_watched(room)
    with room.log() as log:
        log.note(at=room.clock() or time.time(), by=call.person.name, text=call.body.text)


def list_commands(call: Call[Nothing, Nothing]) -> Commands:
    """Return commands of a village, and what can be switched in it."""
    room = find_room(call)
    types = {one.point.type for one in room.place.things.values()}
    actuators = tuple(
        ActuatorRow(
            type=one.about, title=one.title.model_dump(), least=one.least, most=one.most,
            choices=one.choices, two_persons=one.two_persons,
        )
        for one in load_command_rules().actuators if one.about in types
    )  # fmt: skip
    return Commands(actuators=actuators, commands=tuple(command_rows(call, room)))


def ask_command(call: Call[Nothing, CommandBody]) -> CommandRow:
    """Ask for a command; nothing is sent before it is confirmed."""
    room, body = find_room(call), call.body
    if body.thing not in room.place.things:
        raise not_found("thing")
    with _desk(call, room) as desk:
        made = desk.ask(
            body.thing, body.value, by=call.person.name, now=time.time(), note=body.note
        )
    _record(call, room, "command.ask", made)
    return _row(room, made)


def confirm_command(call: Call[Nothing, Nothing]) -> CommandRow:
    """Confirm a command, and send it."""
    room = find_room(call)
    with _desk(call, room) as desk:
        made = desk.confirm(
            _own(room, desk, call.path["number"]), by=call.person.name, now=time.time()
        )
    _record(call, room, "command.confirm", made)
    return _row(room, made)


def cancel_command(call: Call[Nothing, Nothing]) -> CommandRow:
    """Take back a command that was not confirmed."""
    room = find_room(call)
    with _desk(call, room) as desk:
        made = desk.cancel(
            _own(room, desk, call.path["number"]), by=call.person.name, now=time.time()
        )
    _record(call, room, "command.cancel", made)
    return _row(room, made)


def command_rows(call: Call[Any, Any], room: Room) -> list[CommandRow]:
    """Return the newest commands first, with what their feedback says by now."""
    if not room.living.is_commanded():
        return []
    with _desk(call, room) as desk:
        desk.follow(now=time.time())
        return [_row(room, one) for one in desk.recent() if one.thing in room.place.things]


@contextmanager
def _desk(call: Call[Any, Any], room: Room) -> Iterator[Desk]:
    rules = load_command_rules()
    settings = call.services.settings
    send = send_over_http(settings.broker_url, tenant=room.tenant, token=settings.broker_token)
    with ExitStack() as opened:
        db = opened.enter_context(room.records())
        log = opened.enter_context(room.log()) if is_watched(room) else None
        sight = see_records(lambda: db, room.place, log, rules, now=time.time)
        yield opened.enter_context(Desk(room.living.commands(), rules, sight, send))


def _own(room: Room, desk: Desk, text: str) -> int:
    """Return the number of a command of this village."""
    if not text.isdigit() or len(text) > 15:
        raise not_found("command")
    number = int(text)
    known = {one.number for one in desk.recent(limit=1_000) if one.thing in room.place.things}
    if number not in known:
        raise not_found("command")
    return number


def _record(call: Call[Any, Any], room: Room, action: str, made: Command) -> None:
    with call.services.database.begin() as session:
        record(
            session, call.person, action, room.id,
            number=made.number, thing=made.thing, value=made.value, step=made.step,
        )  # fmt: skip


def _row(room: Room, one: Command) -> CommandRow:
    titles = {found.id: found.title.model_dump() for found in load_command_rules().actuators}
    return CommandRow(
        number=one.number, thing=one.thing, thing_name=room.thing_name(one.thing),
        title=titles.get(one.kind, {}), attribute=one.attribute, value=one.value, step=one.step,
        asked_at=one.asked_at, asked_by=one.asked_by, note=one.note,
        confirmed_by=one.confirmed_by, sent_at=one.sent_at, ended_at=one.ended_at, why=one.why,
    )  # fmt: skip
