"""What a forum is: people, slots, halls with tables, wishes; and what its timetable is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bunyad.errors import Fault, InputError

Side = Literal["guest", "host"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time in which everybody has at most one meeting."""

    id: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """A hall with tables."""

    id: str
    name: str
    tables: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who meets: a guest company or a host; one delegation that is in one place at a time."""

    id: str
    name: str
    side: Side
    country: str = ""
    languages: tuple[str, ...] = ()
    slots: frozenset[int] | None = None
    """Positions of the slots in which they are there; none given: all."""
    least: int = 0
    most: int | None = None
    booth: str | None = None
    """Hall of their own booth; they take no table and do not walk."""

    def is_there(self, slot: int) -> bool:
        """Tell whether they are there in a slot."""
        return self.slots is None or slot in self.slots


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How much a meeting of a guest and a host is worth."""

    guest: int
    host: int
    score: float
    is_must: bool = False
    is_veto: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum:
    """A forum before its timetable; people, slots and halls are told by position."""

    id: str
    title: str
    slots: tuple[Slot, ...]
    halls: tuple[Hall, ...]
    people: tuple[Person, ...]
    wishes: tuple[Wish, ...]
    interpreters: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """For each language how many interpreters are there in each slot."""
    walk_min: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """Minutes from one hall to another [min]; halls not named: none."""

    def hall(self, name: str) -> int:
        """Return the position of a hall."""
        return next(place for place, one in enumerate(self.halls) if one.id == name)

    def can_walk(self, slot: int, here: int, there: int) -> bool:
        """Tell whether one gets from a hall in a slot to another hall in the next slot."""
        if here == there or slot + 1 >= len(self.slots):
            return True
        gap = self.slots[slot + 1].start - self.slots[slot].end
        names = (self.halls[here].id, self.halls[there].id)
        walk = self.walk_min.get(names, self.walk_min.get(names[::-1], 0.0))
        return gap.total_seconds() >= 60 * walk

    def language_of(self, wish: Wish) -> str | None:
        """
        Return the language whose interpreter a pair needs: none if they share one.

        An interpreter works between a language and those of the other side. The guest's first
        language for which there are interpreters counts, then the host's.

        Raises
        ------
        InputError
            If there is no interpreter for any language of the two.
        """
        guest, host = self.people[wish.guest], self.people[wish.host]
        if not guest.languages or not host.languages or set(guest.languages) & set(host.languages):
            return None
        for language in (*guest.languages, *host.languages):
            if any(self.interpreters.get(language, ())):
                return language
        raise InputError(
            f"{guest.name} and {host.name} share no language and no interpreter is there",
            where="forum: interpreters",
            mend="invite an interpreter of a language of one of them",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting with its time and place."""

    id: str
    guest: int
    host: int
    slot: int
    hall: int
    table: int
    """Number of the table in the hall from 1; 0 is the booth of the host."""
    interpreter: str | None = None
    score: float = 0.0
    is_must: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """Something that was asked for and is not in the timetable, and why."""

    what: Literal["must", "least"]
    people: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Meetings, their score, and what no timetable can exceed."""

    forum: str
    meetings: tuple[Meeting, ...]
    score: float
    bound: float
    """Proven: no timetable that keeps the rules has a higher score."""
    unmet: tuple[Unmet, ...] = ()

    @property
    def share_of_bound(self) -> float:
        """Score over bound, 0 to 1 [-]."""
        return self.score / self.bound if self.bound > 0 else 1.0


def meeting_id(forum: Forum, wish: Wish) -> str:
    """Return the name of the meeting of a pair; it stays when the meeting moves."""
    return f"{forum.people[wish.guest].id}~{forum.people[wish.host].id}"


def check_forum(forum: Forum, *, where: str = "forum") -> Forum:
    """
    Refuse a forum that contradicts itself; give it back where it is sound.

    Raises
    ------
    InputError
        With every fault.
    """
    faults = [
        *_repeats(forum, where),
        *_slot_faults(forum, where),
        *_people_faults(forum, where),
        *_wish_faults(forum, where),
    ]
    if faults:
        raise InputError.of(faults)
    return forum


def _repeats(forum: Forum, where: str) -> list[Fault]:
    faults = []
    for kind, listed in (
        ("people", [one.id for one in forum.people]),
        ("halls", [one.id for one in forum.halls]),
        ("slots", [one.id for one in forum.slots]),
        ("wishes", [meeting_id(forum, one) for one in forum.wishes]),
    ):
        if len(set(listed)) < len(listed):
            twice = sorted({one for one in listed if listed.count(one) > 1})
            faults += [
                Fault(f"{where}: {kind}", f"{one} stands there twice", "strike one")
                for one in twice
            ]
    return faults


def _slot_faults(forum: Forum, where: str) -> list[Fault]:
    faults = []
    for number, slot in enumerate(forum.slots):
        here = f"{where}: slot {slot.id}"
        if slot.start.tzinfo is None or slot.end.tzinfo is None:
            faults.append(Fault(here, "its time has no zone", "add the zone, such as +04:00"))
            return faults
        if slot.end <= slot.start:
            faults.append(Fault(here, "it ends before it starts", "correct the times"))
        if number and slot.start < forum.slots[number - 1].end:
            faults.append(Fault(here, "it starts before the one above ends", "sort the slots"))
    for name, counts in forum.interpreters.items():
        if len(counts) != len(forum.slots):
            faults.append(
                Fault(f"{where}: interpreters {name}", f"{len(counts)} numbers", "give one a slot")
            )
    return faults


def _people_faults(forum: Forum, where: str) -> list[Fault]:
    faults = []
    halls = {one.id for one in forum.halls}
    for person in forum.people:
        here = f"{where}: {person.id}"
        if person.booth is not None and person.booth not in halls:
            faults.append(Fault(here, f"its booth is in {person.booth}", "name a hall"))
        if person.booth is not None and person.side == "guest":
            faults.append(Fault(here, "a guest has a booth", "give booths to hosts"))
        if person.least < 0 or (person.most is not None and person.most < person.least):
            faults.append(
                Fault(here, f"it wants {person.least} to {person.most}", "swap the numbers")
            )
    return faults


def _wish_faults(forum: Forum, where: str) -> list[Fault]:
    faults = []
    for wish in forum.wishes:
        sides = (forum.people[wish.guest].side, forum.people[wish.host].side)
        here = f"{where}: wish {meeting_id(forum, wish)}"
        if sides != ("guest", "host"):
            faults.append(Fault(here, "it is not of a guest and a host", "name one of each"))
        if wish.is_must and wish.is_veto:
            faults.append(Fault(here, "it is a must and a veto", "ask them and strike one"))
        if not 0 <= wish.score < float("inf"):
            faults.append(Fault(here, f"its score is {wish.score}", "give 0 or more"))
    return faults
