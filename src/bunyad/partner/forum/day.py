"""
The day as a list of events: requests, answers, offers to move, who came and who did not.

A pending request and an offer to move hold their slots, so that nobody is booked twice by two who
answer at the same time. A meeting that is offered another slot stays where it is until the other
side accepts; refusing an offer cancels nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bunyad.errors import InputError
from bunyad.partner.forum.model import Forum, Meeting, Timetable, Wish, meeting_id

Status = Literal["pending", "agreed", "declined", "cancelled", "held", "missed"]
Pending = Literal["blocks", "warns"]
TAKES_SLOT = ("pending", "agreed", "held")
KINDS = (
    "requested", "accepted", "declined", "move_offered", "move_accepted", "move_declined",
    "cancelled", "came", "missed", "replanned",
)  # fmt: skip
ANYONE = -1
"""Actor of what organisers do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEvent:
    """Something that happened, by whom (a person's position, or `ANYONE`: the organisers)."""

    kind: str
    at: str
    actor: int
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A meeting as it stands on the day."""

    meeting: Meeting
    status: Status = "agreed"
    asked_by: int = ANYONE
    offer: int | None = None
    """Slot to which one side would move it."""
    offered_by: int | None = None
    sequence: int = 0
    """How often its time, place or state changed (RFC 5545, 3.8.7.4)."""

    @property
    def takes(self) -> tuple[int, ...]:
        """Slots that it holds for both sides."""
        if self.status not in TAKES_SLOT:
            return ()
        return (self.meeting.slot,) if self.offer is None else (self.meeting.slot, self.offer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Daybook:
    """What stands after some events."""

    forum: Forum
    booked: Mapping[str, Booked]
    came: frozenset[int] = frozenset()
    pending: Pending = "blocks"
    warnings: tuple[str, ...] = ()

    def busy(self, person: int, slot: int, *, but: str = "") -> list[Booked]:
        """Return what holds somebody's slot."""
        return [
            one
            for name, one in self.booked.items()
            if name != but and person in (one.meeting.guest, one.meeting.host) and slot in one.takes
        ]

    def timetable(self) -> tuple[Meeting, ...]:
        """Return the meetings that are agreed or were held."""
        return tuple(
            one.meeting for one in self.booked.values() if one.status in ("agreed", "held")
        )


def open_day(forum: Forum, timetable: Timetable, *, pending: Pending = "blocks") -> Daybook:
    """Start the day with a timetable."""
    booked = {one.id: Booked(meeting=one) for one in timetable.meetings}
    return Daybook(forum=forum, booked=booked, pending=pending)


def fold_day(start: Daybook, events: Iterable[DayEvent]) -> Daybook:
    """Return what stands after events, each of which must be allowed."""
    book = start
    for event in events:
        book = apply_event(book, event)
    return book


def apply_event(book: Daybook, event: DayEvent) -> Daybook:
    """
    Return what stands after one more event.

    Raises
    ------
    InputError
        If the event is not allowed: `where` names the rule.
    """
    if event.kind not in KINDS:
        raise _refused(f"{event.kind} is no kind of event", "kind", "take one of the list")
    if event.kind == "requested":
        return _request(book, event)
    if event.kind == "came":
        return replace(book, came=book.came | {_person(book, event.body.get("person"))})
    if event.kind == "replanned":
        return _replanned(book, event)
    name = str(event.body.get("meeting", ""))
    if name not in book.booked:
        raise _refused(f"there is no meeting {name}", "meeting", "name one that stands there")
    booked = book.booked[name]
    _may_act(event, booked)
    changed = _CHANGES[event.kind](book, event, booked)
    return replace(book, booked={**book.booked, name: changed})


def _may_act(event: DayEvent, booked: Booked) -> None:
    sides = (booked.meeting.guest, booked.meeting.host)
    if event.actor not in (ANYONE, *sides):
        raise _refused("only its two sides and the organisers change a meeting", "actor",
                       "ask one of them")  # fmt: skip
    asker = booked.asked_by if event.kind in ("accepted", "declined") else booked.offered_by
    answers = event.kind in ("accepted", "declined", "move_accepted", "move_declined")
    may_withdraw = event.kind in ("declined", "move_declined")
    if answers and event.actor == asker != ANYONE and not may_withdraw:
        raise _refused("nobody answers their own request", "actor", "wait for the other side")


def _request(book: Daybook, event: DayEvent) -> Daybook:
    guest, host = (_person(book, event.body.get(key)) for key in ("guest", "host"))
    slot = _slot(book, event.body.get("slot"))
    if event.actor not in (ANYONE, guest, host):
        raise _refused("others cannot ask for a meeting of two", "actor", "let one of them ask")
    if (book.forum.people[guest].side, book.forum.people[host].side) != ("guest", "host"):
        raise _refused("a meeting is of a guest and a host", "sides", "name one of each")
    known = next((one for one in book.forum.wishes if (one.guest, one.host) == (guest, host)), None)
    if known is not None and known.is_veto:
        raise _refused("one of them vetoed this meeting", "veto", "respect it")
    wish = known or Wish(guest=guest, host=host, score=0.0)
    name = meeting_id(book.forum, wish)
    if name in book.booked and book.booked[name].takes:
        raise _refused(f"{name} stands in the timetable", "meeting", "move it instead")
    warnings = _check_slot(book, (guest, host), slot)
    hall, table = free_table(book, wish, slot)
    meeting = Meeting(id=name, guest=guest, host=host, slot=slot, hall=hall, table=table,
                      interpreter=book.forum.language_of(wish), score=wish.score,
                      is_must=wish.is_must)  # fmt: skip
    _check_interpreter(book, meeting, slot)
    sequence = book.booked[name].sequence + 1 if name in book.booked else 0
    booked = Booked(meeting=meeting, status="pending", asked_by=event.actor, sequence=sequence)
    return replace(book, booked={**book.booked, name: booked}, warnings=(*book.warnings, *warnings))


def _accept(book: Daybook, _event: DayEvent, booked: Booked) -> Booked:
    if booked.status != "pending":
        raise _refused(f"it is {booked.status}", "state", "answer a pending request")
    for who in (booked.meeting.guest, booked.meeting.host):
        for other in book.busy(who, booked.meeting.slot, but=booked.meeting.id):
            if other.status != "pending":
                raise _refused(
                    f"{book.forum.people[who].name} has agreed to another meeting then",
                    "double booking",
                    "offer another slot",
                )
    return replace(booked, status="agreed", sequence=booked.sequence + 1)


def _decline(_book: Daybook, _event: DayEvent, booked: Booked) -> Booked:
    if booked.status != "pending":
        raise _refused(f"it is {booked.status}", "state", "cancel it, or offer another slot")
    return replace(booked, status="declined", sequence=booked.sequence + 1)


def _offer(book: Daybook, event: DayEvent, booked: Booked) -> Booked:
    if booked.status not in ("pending", "agreed"):
        raise _refused(f"it is {booked.status}", "state", "ask for a new meeting")
    if booked.offer is not None:
        raise _refused("another offer is open", "offer", "answer or withdraw it first")
    slot = _slot(book, event.body.get("slot"))
    _check_slot(book, (booked.meeting.guest, booked.meeting.host), slot, but=booked.meeting.id)
    wish = Wish(guest=booked.meeting.guest, host=booked.meeting.host, score=0.0)
    free_table(book, wish, slot)
    _check_interpreter(book, booked.meeting, slot)
    return replace(booked, offer=slot, offered_by=event.actor)


def _take_offer(book: Daybook, _event: DayEvent, booked: Booked) -> Booked:
    if booked.offer is None:
        raise _refused("no offer is open", "offer", "offer a slot")
    wish = Wish(guest=booked.meeting.guest, host=booked.meeting.host, score=0.0)
    hall, table = free_table(book, wish, booked.offer, but=booked.meeting.id)
    moved = replace(booked.meeting, slot=booked.offer, hall=hall, table=table)
    return replace(
        booked, meeting=moved, status="agreed", offer=None, offered_by=None,
        sequence=booked.sequence + 1,
    )  # fmt: skip


def _leave_offer(_book: Daybook, _event: DayEvent, booked: Booked) -> Booked:
    if booked.offer is None:
        raise _refused("no offer is open", "offer", "nothing is to be done")
    return replace(booked, offer=None, offered_by=None)


def _cancel(_book: Daybook, _event: DayEvent, booked: Booked) -> Booked:
    if booked.status not in ("pending", "agreed"):
        raise _refused(f"it is {booked.status}", "state", "nothing is to be done")
    return replace(
        booked, status="cancelled", offer=None, offered_by=None, sequence=booked.sequence + 1
    )


def _miss(_book: Daybook, _event: DayEvent, booked: Booked) -> Booked:
    if booked.status != "agreed":
        raise _refused(f"it is {booked.status}", "state", "only agreed meetings are missed")
    return replace(booked, status="missed", sequence=booked.sequence + 1)


_CHANGES = {
    "accepted": _accept,
    "declined": _decline,
    "move_offered": _offer,
    "move_accepted": _take_offer,
    "move_declined": _leave_offer,
    "cancelled": _cancel,
    "missed": _miss,
}


def _replanned(book: Daybook, event: DayEvent) -> Daybook:
    """Take over a timetable that was made anew; what changed counts one up."""
    if event.actor != ANYONE:
        raise _refused("only organisers plan anew", "actor", "ask them")
    fresh: Mapping[str, Meeting] = {one.id: one for one in event.body["meetings"]}
    booked = dict(book.booked)
    for name, one in book.booked.items():
        if one.status in ("agreed", "pending") and name not in fresh:
            booked[name] = replace(
                one, status="cancelled", offer=None, offered_by=None, sequence=one.sequence + 1
            )
    for name, meeting in fresh.items():
        known = booked.get(name)
        if known is None:
            booked[name] = Booked(meeting=meeting)
        elif known.status != "agreed" or known.meeting != meeting:
            booked[name] = Booked(meeting=meeting, sequence=known.sequence + 1)
    return replace(book, forum=event.body.get("forum", book.forum), booked=booked)


def _check_slot(book: Daybook, people: tuple[int, int], slot: int, *, but: str = "") -> list[str]:
    """Refuse a slot that is taken; a pending one is told of where pending only warns."""
    warnings = []
    for who in people:
        name = book.forum.people[who].name
        if not book.forum.people[who].is_there(slot):
            raise _refused(f"{name} is away then", "absence", "offer another slot")
        for other in book.busy(who, slot, but=but):
            is_pending = other.status == "pending" or slot != other.meeting.slot
            if is_pending and book.pending == "warns":
                warnings.append(f"{name} was asked for {book.forum.slots[slot].id} by others too")
                continue
            what = "a pending meeting" if is_pending else "another meeting"
            raise _refused(f"{name} has {what} then", "double booking", "offer another slot")
    return warnings


def _check_interpreter(book: Daybook, meeting: Meeting, slot: int) -> None:
    if meeting.interpreter is None:
        return
    working = sum(
        one.meeting.interpreter == meeting.interpreter and slot in one.takes
        for name, one in book.booked.items()
        if name != meeting.id
    )
    if working >= book.forum.interpreters[meeting.interpreter][slot]:
        raise _refused(
            f"every interpreter of {meeting.interpreter} works then",
            "interpreters",
            "offer another slot",
        )


def free_table(book: Daybook, wish: Wish, slot: int, *, but: str = "") -> tuple[int, int]:
    """Return hall and number of a table that is free in a slot and can be reached."""
    forum = book.forum
    booth = forum.people[wish.host].booth
    if booth is not None:
        return forum.hall(booth), 0
    taken = {
        (one.meeting.hall, one.meeting.table)
        for name, one in book.booked.items()
        if name != but and one.status in TAKES_SLOT and one.meeting.slot == slot
    }
    promised = sum(
        one.offer == slot for name, one in book.booked.items() if name != but and one.takes
    )
    free = [
        (hall, table)
        for hall, one in enumerate(forum.halls)
        for table in range(1, one.tables + 1)
        if (hall, table) not in taken
        and all(_can_reach(book, who, slot, hall, but) for who in (wish.guest, wish.host))
    ]
    if len(free) <= promised:
        raise _refused("no table is free then", "tables", "offer another slot")
    return free[0]


def _can_reach(book: Daybook, who: int, slot: int, hall: int, but: str) -> bool:
    before = [one.meeting.hall for one in book.busy(who, slot - 1, but=but)]
    after = [one.meeting.hall for one in book.busy(who, slot + 1, but=but)]
    return all(book.forum.can_walk(slot - 1, here, hall) for here in before) and all(
        book.forum.can_walk(slot, hall, there) for there in after
    )


def _person(book: Daybook, value: Any) -> int:
    if isinstance(value, int) and 0 <= value < len(book.forum.people):
        return value
    raise _refused(f"{value} is nobody here", "people", "name somebody of the forum")


def _slot(book: Daybook, value: Any) -> int:
    if isinstance(value, int) and 0 <= value < len(book.forum.slots):
        return value
    raise _refused(f"there is no slot {value}", "slots", "name a slot of the forum")


def _refused(what: str, rule: str, mend: str) -> InputError:
    return InputError(what, where=f"rule {rule}", mend=mend)
