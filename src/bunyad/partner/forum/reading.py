"""A forum as people write it: YAML or JSON, with names in place of positions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from bunyad.errors import Fault, InputError
from bunyad.partner.forum.model import Forum, Hall, Person, Slot, Wish, check_forum
from bunyad.written import Written, check_written


class SlotBody(Written):
    """A time for one meeting of everybody."""

    id: str = Field(min_length=1, max_length=40)
    start: datetime = Field(title="With its zone, such as 2026-10-05T09:00:00+04:00")
    end: datetime


class HallBody(Written):
    """A hall with tables."""

    id: str = Field(min_length=1, max_length=40)
    name: str = Field(default="", max_length=200)
    tables: int = Field(ge=0, le=10_000)


class PersonBody(Written):
    """A guest or a host."""

    id: str = Field(min_length=1, max_length=80)
    name: str = Field(default="", max_length=200)
    side: Literal["guest", "host"]
    country: str = Field(default="", max_length=2)
    languages: list[str] = Field(default_factory=list, max_length=20, title="ISO 639 codes")
    slots: list[str] | None = Field(default=None, title="When they are there; none: always")
    least: int = Field(default=0, ge=0)
    most: int | None = Field(default=None, ge=0)
    booth: str | None = Field(default=None, title="Hall of the host's own booth")
    organisation: str = Field(default="", max_length=80, title="Account that acts for them")


class WishBody(Written):
    """What a meeting of two is worth."""

    guest: str
    host: str
    score: float = Field(default=1.0, ge=0, le=1e9)
    must: bool = False
    veto: bool = False


class WalkBody(Written):
    """The way between two halls."""

    halls: tuple[str, str]
    minutes: float = Field(ge=0, le=600)


class ForumBody(Written):
    """A whole forum."""

    id: str = Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = Field(min_length=1, max_length=200)
    slots: list[SlotBody] = Field(min_length=1, max_length=500)
    halls: list[HallBody] = Field(min_length=1, max_length=100)
    people: list[PersonBody] = Field(min_length=2, max_length=5_000)
    wishes: list[WishBody] = Field(max_length=200_000)
    interpreters: dict[str, int | list[int]] = Field(default_factory=dict)
    walks: list[WalkBody] = Field(default_factory=list, max_length=5_000)


def read_forum(written: Any, *, where: str = "forum") -> Forum:
    """
    Read a forum from the values of a YAML or JSON document.

    Parameters
    ----------
    written
        A dict as `ForumBody` describes it, or a `ForumBody`.
    where
        Name of the file, for errors.

    Returns
    -------
    Forum
        The forum, checked.

    Raises
    ------
    InputError
        With every fault.
    """
    body = check_written(ForumBody, written, where=where)
    slot_at = {one.id: place for place, one in enumerate(body.slots)}
    person_at = {one.id: place for place, one in enumerate(body.people)}
    faults: list[Fault] = []

    def find(name: str, known: dict[str, int], field: str) -> int:
        if name not in known:
            faults.append(Fault(f"{where}: {field}", f"{name} is unknown", "correct the name"))
        return known.get(name, 0)

    people = tuple(
        Person(
            id=one.id,
            name=one.name or one.id,
            side=one.side,
            country=one.country,
            languages=tuple(one.languages),
            slots=None
            if one.slots is None
            else frozenset(find(name, slot_at, f"slots of {one.id}") for name in one.slots),
            least=one.least,
            most=one.most,
            booth=one.booth,
        )
        for one in body.people
    )
    wishes = tuple(
        Wish(
            guest=find(one.guest, person_at, "wishes"),
            host=find(one.host, person_at, "wishes"),
            score=one.score,
            is_must=one.must,
            is_veto=one.veto,
        )
        for one in body.wishes
    )
    halls = {one.id: place for place, one in enumerate(body.halls)}
    for walk in body.walks:
        for name in walk.halls:
            find(name, halls, "walks")
    if faults:
        raise InputError.of(faults)
    count = len(body.slots)
    return check_forum(
        Forum(
            id=body.id,
            title=body.title,
            slots=tuple(Slot(id=one.id, start=one.start, end=one.end) for one in body.slots),
            halls=tuple(
                Hall(id=one.id, name=one.name or one.id, tables=one.tables) for one in body.halls
            ),
            people=people,
            wishes=wishes,
            interpreters={
                name: (each,) * count if isinstance(each, int) else tuple(each)
                for name, each in body.interpreters.items()
            },
            walk_min={one.halls: one.minutes for one in body.walks},
        ),
        where=where,
    )
