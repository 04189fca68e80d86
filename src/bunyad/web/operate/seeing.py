"""The village at a glance, live; its trends; the log of the shift."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from bunyad.operate.alarms.events import Event
from bunyad.operate.alarms.keeping import AlarmLog
from bunyad.operate.alarms.states import SHOWN, State
from bunyad.operate.place import HOUR_S, hours_of_plan, read_hours
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.operate.acting import command_rows
from bunyad.web.operate.bodies import (
    HiddenQuery,
    Mark,
    Pulse,
    ShiftQuery,
    ShiftRow,
    ThingRow,
    Trend,
    TrendQuery,
    Village,
    VillageRow,
)
from bunyad.web.operate.rooms import Room, alarm_rows, find_room, is_watched, may_see, rooms
from bunyad.web.problems import not_found

LOOK_S = 1.0
"""Time between two looks at a village [s]."""
STREAM_S = 300.0
"""Time after which a stream ends, and the browser asks again [s]."""
MOST_ROWS = 2_000
_ACTIVE = (State.UNACKNOWLEDGED, State.ACKNOWLEDGED, State.SUPPRESSED, State.SHELVED)


def list_villages(call: Call[Nothing, Nothing]) -> list[VillageRow]:
    """Return the villages that this person may see."""
    told = []
    for room in rooms(call.services).values():
        if not may_see(call.person, room.id):
            continue
        pulse = _pulse(room)
        told.append(
            VillageRow(
                id=room.id, name=room.name, clock=pulse.clock, things=len(room.place.things),
                alarms=len(pulse.alarms), worst=pulse.alarms[0].priority if pulse.alarms else "",
                is_watched=is_watched(room), is_played=room.place.is_played,
            )
        )  # fmt: skip
    return told


def get_village(call: Call[HiddenQuery, Nothing]) -> Village:
    """Return a village at a glance."""
    room = find_room(call)
    pulse = _pulse(room, hidden=call.query.hidden)
    worst: dict[str, str] = {}
    for alarm in pulse.alarms:
        if alarm.state in {one.word for one in SHOWN}:
            worst.setdefault(alarm.thing, alarm.priority)
    measured: dict[str, list[str]] = {}
    for thing, attribute in room.place.series:
        measured.setdefault(thing, []).append(attribute)
    hopes: dict[str, list[str]] = {}
    for thing, attribute in room.place.expected:
        hopes.setdefault(thing, []).append(attribute)
    things = tuple(
        ThingRow(
            id=name, name=one.point.name, type=one.point.type, lon=one.lon, lat=one.lat,
            worst=worst.get(name, ""), measured=tuple(sorted(measured.get(name, ()))),
            expected=tuple(sorted(hopes.get(name, ()))),
        )
        for name, one in room.place.things.items()
    )  # fmt: skip
    return Village(
        id=room.id, name=room.name, clock=pulse.clock, last_event=pulse.last_event,
        is_flood=pulse.is_flood, things=things, alarms=pulse.alarms, hidden=pulse.hidden,
        is_played=room.place.is_played,
        is_modelled=any(one.values.get("isModelled") is True for one in room.place.things.values()),
    )  # fmt: skip


async def follow_village(call: Call[HiddenQuery, Nothing]) -> StreamingResponse:
    """Send what changes in a village, as it changes (server-sent events)."""
    room = await run_in_threadpool(find_room, call)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _beats(room, hidden=call.query.hidden), media_type="text/event-stream", headers=headers
    )


async def _beats(room: Room, *, hidden: bool) -> AsyncIterator[bytes]:
    last, until = b"", time.monotonic() + STREAM_S
    while time.monotonic() < until:
        pulse = await run_in_threadpool(_pulse, room, hidden=hidden)
        content = msgspec.json.encode(pulse)
        if content != last:
            yield b"event: pulse\ndata: " + content + b"\n\n"
            last = content
        await asyncio.sleep(LOOK_S)


def _pulse(room: Room, *, hidden: bool = False) -> Pulse:
    clock = room.clock()
    if not is_watched(room):
        return Pulse(clock=clock, last_event=0, alarms=(), hidden=0, is_flood=False)
    with room.log() as log:
        found = room.standing(log)
        return Pulse(
            clock=clock,
            last_event=log.last(),
            alarms=alarm_rows(room, found, hidden=hidden),
            hidden=sum(one.state not in SHOWN for one in found),
            is_flood=log.is_flood(),
        )


def get_trend(call: Call[TrendQuery, Nothing]) -> Trend:
    """Return what a thing told in the last hours, beside what the plan expects."""
    room, asked = find_room(call), call.query
    thing = room.place.things.get(asked.thing)
    series = room.place.series.get((asked.thing, asked.attribute))
    hope = room.place.expected.get((asked.thing, asked.attribute))
    if thing is None or (series is None and hope is None):
        raise not_found("trend")
    with room.records() as db:
        now = room.clock() or time.time()
        end = (math.floor(now / HOUR_S) + 1) * HOUR_S
        start = end - asked.hours * HOUR_S
        is_counter = hope is not None and hope.is_total
        wanted = [series] if series is not None else []
        hours = read_hours(
            db, wanted, start_s=start - HOUR_S if is_counter else start, end_s=end,
            column="last" if is_counter else "mean",
        )  # fmt: skip
    column = hours[:, 0] if wanted else np.full(asked.hours + is_counter, np.nan)
    values = np.diff(column) if is_counter else column
    expected = []
    if hope is not None:
        expected = hope.hours[hours_of_plan(start, asked.hours)].tolist()
    return Trend(
        thing=asked.thing, thing_name=thing.point.name, attribute=asked.attribute,
        unit=hope.unit if hope is not None else "", start=start, step=HOUR_S,
        values=tuple(None if np.isnan(one) else float(one) for one in values),
        expected=tuple(expected), marks=_marks(room, asked.thing, start, end),
    )  # fmt: skip


def _marks(room: Room, thing: str, start: float, end: float) -> tuple[Mark, ...]:
    """Return the times at which a thing had an alarm."""
    if not is_watched(room):
        return ()
    with room.log() as log:
        events = [event for _, event in log.events(end=end) if event.thing == thing]
    rules, since, found = room.rule, dict[str, float](), []
    for event in events:
        if event.what != "state" or event.rule not in rules:
            continue
        if event.after in _ACTIVE:
            since.setdefault(event.rule, event.at)
        elif event.rule in since:
            found.append((event.rule, since.pop(event.rule), event.at))
    found += [(rule, begin, end) for rule, begin in since.items()]
    return tuple(
        Mark(rule=rule, title=room.title(rule), priority=rules[rule].priority,
             start=max(begin, start), end=stop)
        for rule, begin, stop in found if stop > start
    )  # fmt: skip


def list_shift(call: Call[ShiftQuery, Nothing]) -> list[ShiftRow]:
    """Return the log of the shift, the newest first: alarms, acts, notes, commands."""
    room, asked = find_room(call), call.query
    now = room.clock() or time.time()
    start = now - asked.hours * HOUR_S
    rows: list[ShiftRow] = []
    if is_watched(room):
        with room.log() as log:
            rows += [_event_row(room, one) for one in _events(room, log, start, asked.thing)]
            if not asked.thing:
                rows += [
                    ShiftRow(at=at, kind="note", by=by, text=text)
                    for at, by, text in log.notes(start=start, end=math.inf)
                ]
    rows += [
        ShiftRow(
            at=one.asked_at, kind="command", by=one.asked_by, text=f"{one.value} ({one.step})",
            title=one.title, thing=one.thing, thing_name=one.thing_name, after=one.step,
        )
        for one in command_rows(call, room)
        if one.asked_at >= start and asked.thing in ("", one.thing)
    ]  # fmt: skip
    rows.sort(key=lambda one: -one.at)
    return rows[:MOST_ROWS]


def _events(room: Room, log: AlarmLog, start: float, thing: str) -> list[Event]:
    found = [event for _, event in log.events(start=start, limit=MOST_ROWS)]
    return [
        one for one in found
        if (not thing or one.thing == thing)
        and (not one.thing or one.thing in room.place.things)
    ]  # fmt: skip


def _event_row(room: Room, event: Event) -> ShiftRow:
    amount = room.amount(event.rule, event.note) if event.is_announcement else {}
    return ShiftRow(
        at=event.at, kind=event.what, by=event.by, text="" if amount else event.note,
        amount=amount, rule=event.rule,
        title=room.title(event.rule), thing=event.thing,
        thing_name=room.thing_name(event.thing) if event.thing else "",
        before=event.before.word, after=event.after.word,
        cause=room.thing_name(event.cause) if event.cause else "",
    )  # fmt: skip


def month_of(clock: float | None) -> str:
    """Return the month of a clock."""
    return datetime.fromtimestamp(clock if clock is not None else time.time(), UTC).strftime(
        "%Y-%m"
    )
