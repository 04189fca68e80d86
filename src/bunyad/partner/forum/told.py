"""A timetable for machines and boards: plain values with names, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bunyad.errors import Fault, InputError
from bunyad.partner.forum.board import make_board, usable_pairs
from bunyad.partner.forum.bound import bound_score
from bunyad.partner.forum.model import Forum, Meeting, Timetable, meeting_id


def timetable_values(forum: Forum, timetable: Timetable) -> dict[str, Any]:
    """Return a timetable as values that JSON knows."""
    return {
        "forum": forum.id,
        "title": forum.title,
        "score": timetable.score,
        "bound": timetable.bound,
        "share_of_bound": timetable.share_of_bound,
        "meetings": [meeting_values(forum, one) for one in timetable.meetings],
        "unmet": [
            {"what": one.what, "people": [forum.people[who].id for who in one.people],
             "why": one.why}
            for one in timetable.unmet
        ],
    }  # fmt: skip


def meeting_values(forum: Forum, meeting: Meeting) -> dict[str, Any]:
    """Return a meeting as values that JSON knows."""
    slot = forum.slots[meeting.slot]
    return {
        "id": meeting.id,
        "guest": forum.people[meeting.guest].id,
        "host": forum.people[meeting.host].id,
        "guest_name": forum.people[meeting.guest].name,
        "host_name": forum.people[meeting.host].name,
        "slot": slot.id,
        "start": slot.start.isoformat(),
        "end": slot.end.isoformat(),
        "hall": forum.halls[meeting.hall].id,
        "hall_name": forum.halls[meeting.hall].name,
        "table": meeting.table,
        "interpreter": meeting.interpreter,
        "score": meeting.score,
        "must": meeting.is_must,
    }


def read_timetable(forum: Forum, values: Any, *, where: str = "timetable") -> Timetable:
    """
    Read a timetable that `timetable_values` gave.

    Raises
    ------
    InputError
        If it is none of this forum.
    """
    try:
        rows = list(values["meetings"])
        meetings = tuple(_meeting(forum, row) for row in rows)
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise InputError.of(
            [Fault(where, f"it is no timetable of {forum.id} ({error})", "plan the forum anew")]
        ) from None
    pairs = usable_pairs(forum)
    return Timetable(
        forum=forum.id,
        meetings=meetings,
        score=float(sum(one.score for one in meetings)),
        bound=bound_score(make_board(forum, pairs), pairs).score,
    )


def _meeting(forum: Forum, row: Mapping[str, Any]) -> Meeting:
    people = {one.id: place for place, one in enumerate(forum.people)}
    slots = {one.id: place for place, one in enumerate(forum.slots)}
    guest, host = people[row["guest"]], people[row["host"]]
    wish = next(one for one in forum.wishes if (one.guest, one.host) == (guest, host))
    return Meeting(
        id=meeting_id(forum, wish),
        guest=guest,
        host=host,
        slot=slots[row["slot"]],
        hall=forum.hall(row["hall"]),
        table=int(row["table"]),
        interpreter=row["interpreter"],
        score=wish.score,
        is_must=wish.is_must,
    )


def day_board(forum: Forum, meetings: Iterable[Meeting], *, now: str) -> dict[str, Any]:
    """
    Return what the board of the hall shows: the slot that runs or comes next, hall by hall.

    Parameters
    ----------
    forum
        The forum.
    meetings
        Those that stand.
    now
        Time, ISO 8601 with its zone.

    Returns
    -------
    dict
        The slot now and the one after it, each with the meetings of every hall.
    """
    moment = datetime.fromisoformat(now)
    coming = [place for place, one in enumerate(forum.slots) if one.end > moment]
    listed = list(meetings)

    def shown(slot: int) -> dict[str, Any]:
        rows = sorted((one for one in listed if one.slot == slot), key=lambda one: one.table)
        return {
            "slot": forum.slots[slot].id,
            "start": forum.slots[slot].start.isoformat(),
            "end": forum.slots[slot].end.isoformat(),
            "halls": [
                {
                    "hall": hall.id,
                    "name": hall.name,
                    "meetings": [meeting_values(forum, one) for one in rows if one.hall == place],
                }
                for place, hall in enumerate(forum.halls)
            ],
        }

    return {"forum": forum.id, "title": forum.title, "now": [shown(one) for one in coming[:2]]}
