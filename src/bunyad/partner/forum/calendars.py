"""iCalendar files (RFC 5545) of meetings: names that stay, numbers that count up, cancellations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from icalendar import Calendar, Event

from bunyad.partner.forum.day import Booked
from bunyad.partner.forum.model import Forum

GONE = ("cancelled", "declined")


def calendar_of(
    forum: Forum, booked: Iterable[Booked], *, stamp: datetime, person: int | None = None
) -> bytes:
    """
    Return the calendar of somebody, or of the whole forum.

    A meeting keeps its UID when it moves and its SEQUENCE counts up, so that calendars which read
    the file again move it; one that is cancelled stays in the file with STATUS CANCELLED.

    Parameters
    ----------
    forum
        The forum.
    booked
        Meetings as they stand.
    stamp
        When the file is made; give the time of the last change for the same bytes again.
    person
        Whose meetings; none given: everybody's.

    Returns
    -------
    bytes
        An iCalendar file.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Bunyad//partner forum//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", forum.title)
    for one in sorted(booked, key=lambda one: (one.meeting.slot, one.meeting.id)):
        if person is None or person in (one.meeting.guest, one.meeting.host):
            calendar.add_component(_event(forum, one, stamp))
    return bytes(calendar.to_ical())


def _event(forum: Forum, booked: Booked, stamp: datetime) -> Event:
    meeting = booked.meeting
    slot, hall = forum.slots[meeting.slot], forum.halls[meeting.hall]
    guest, host = forum.people[meeting.guest], forum.people[meeting.host]
    place = hall.name if meeting.table == 0 else f"{hall.name}, {meeting.table}"
    event = Event()
    event.add("uid", f"{forum.id}.{meeting.id}@forum.bunyad")
    event.add("sequence", booked.sequence)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", slot.start.astimezone(UTC))
    event.add("dtend", slot.end.astimezone(UTC))
    event.add("summary", f"{guest.name} – {host.name}")
    event.add("location", place)
    if meeting.interpreter:
        event.add("description", f"Interpreter: {meeting.interpreter}")
    state = {"pending": "TENTATIVE"} | dict.fromkeys(GONE, "CANCELLED")
    event.add("status", state.get(booked.status, "CONFIRMED"))
    return event
