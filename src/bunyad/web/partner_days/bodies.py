"""What requests about forums, exchanges and courses carry, and what answers give."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

Seconds = Annotated[float, msgspec.Meta(gt=0, le=30)]
Name = Annotated[str, msgspec.Meta(max_length=200)]


class KeptRow(msgspec.Struct, frozen=True, kw_only=True):
    """A forum, an exchange or a school in a list."""

    id: str
    title: str
    version: int
    is_public: bool
    has_result: bool
    """Whether it has a timetable, a matching or a week."""


class KeptState(msgspec.Struct, frozen=True, kw_only=True):
    """A forum, an exchange or a school as it stands."""

    id: str
    title: str
    version: int
    is_public: bool
    document: dict[str, Any]
    """As people write it; those who may not change it see no wishes of others."""
    result: dict[str, Any] | None = None
    """The timetable, the matching or the week."""


class KeptDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new forum, exchange or school."""

    document: dict[str, Any]
    is_public: bool = False


class KeptChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of one; the result is made anew."""

    version: Annotated[int, msgspec.Meta(ge=1)]
    """Version that the change is made on."""
    document: dict[str, Any] | None = None
    is_public: bool | None = None


class EffortBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to look."""

    seconds: Seconds = 10.0
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 1


class AwayBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is away after all."""

    person: Name
    first: Name
    last: Name


class WishChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wish on the day."""

    guest: Name
    host: Name
    score: Annotated[float, msgspec.Meta(ge=0, le=1e9)] = 1.0
    must: bool = False
    veto: bool = False


class ReplanBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changed on the day."""

    now: Name
    """Slot that comes next."""
    away: Annotated[list[AwayBody], msgspec.Meta(max_length=500)] = []
    wishes: Annotated[list[WishChange], msgspec.Meta(max_length=500)] = []
    seconds: Seconds = 10.0


class ReplanState(msgspec.Struct, frozen=True, kw_only=True):
    """What the change did."""

    is_proven: bool
    moved: list[dict[str, Any]]
    dropped: list[dict[str, Any]]
    added: list[dict[str, Any]]


class DeedBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something one does on the day."""

    kind: Literal[
        "requested", "accepted", "declined", "move_offered", "move_accepted", "move_declined",
        "cancelled", "came", "missed",
    ]  # fmt: skip
    meeting: Name = ""
    guest: Name = ""
    host: Name = ""
    person: Name = ""
    slot: Name = ""


class BookedState(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting as it stands on the day."""

    meeting: dict[str, Any]
    status: str
    sequence: int
    offer: str | None
    """Slot to which one side would move it."""
    offered_by: str | None
    asked_by: str | None
    is_mine: bool


class DayState(msgspec.Struct, frozen=True, kw_only=True):
    """The day as it stands."""

    meetings: list[BookedState]
    came: list[str]
    warnings: list[str]
    mine: list[str]
    """Ids of the people that I act for."""
    slots: list[dict[str, Any]]


class BoardQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Moment of the board."""

    at: Name = ""
    """ISO 8601 with its zone; empty: now."""


class PersonQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose calendar."""

    person: Name = ""
    """Id of somebody of the forum; empty: everybody."""


class DemandBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the groups of a school come from, and how long to look."""

    plan: Name = ""
    """Plan whose population fills the groups; empty: the groups of the document."""
    year: int = 0
    seconds: Seconds = 10.0


class CertificateBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A certificate to be checked."""

    text: Annotated[str, msgspec.Meta(max_length=4000)]
    issuers: dict[str, str]
    """Public keys that are trusted, each with the name of its issuer."""
    revocations: dict[str, Any] | None = None


class CertificateState(msgspec.Struct, frozen=True, kw_only=True):
    """What the check found."""

    verdict: str
    content: dict[str, Any]


class RegisterQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which course of a school."""

    course: Name = ""


class AttendedRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One pupil in one lesson."""

    pupil: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    lesson: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    is_there: bool
    mark: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    """Points out of 100, if one was given."""


class RegisterBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The register of a course; without rows it is deleted."""

    course: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    version: Annotated[int, msgspec.Meta(ge=0)]
    """Version that it replaces; 0: there is none yet."""
    rows: Annotated[list[AttendedRow], msgspec.Meta(max_length=50_000)]


class PupilProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a pupil is."""

    pupil: str
    attended: int
    held: int
    """Lessons held so far."""
    lessons: int
    """Lessons of the whole course."""
    mean_mark: float | None
    has_passed: bool


class ProgressState(msgspec.Struct, frozen=True, kw_only=True):
    """How far the pupils of a course are, and what passing takes."""

    course: str
    title: str
    version: int
    pupils: list[PupilProgress]
    least_attendance: float
    """Share of all lessons, 0 to 1."""
    pass_mark: float


class SheetBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Certificates to be set, one a page."""

    texts: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=4000)]],
        msgspec.Meta(min_length=1, max_length=100),
    ]
    language: Literal["en", "az"] = "en"
