"""What requests about plans carry and what answers give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Why = Annotated[str, msgspec.Meta(max_length=2000)]
OptionValue = bool | int | float | str


class JobState(msgspec.Struct, frozen=True, kw_only=True):
    """How a run stands."""

    id: str
    plan_id: str
    state: str
    stages: dict[str, Any]
    error: dict[str, Any] | None
    created: datetime
    started: datetime | None
    finished: datetime | None


class PlanState(msgspec.Struct, frozen=True, kw_only=True):
    """A plan in a list."""

    id: str
    name: str
    why: str
    region: str
    base_id: str | None
    options: dict[str, OptionValue]
    """Options that differ from the region's own."""
    edits: dict[str, Any]
    """What is different from the region as its folder has it, as in a changes document."""
    created: datetime
    created_by: str
    is_public: bool
    is_shared: bool
    is_made: bool
    """Whether it can be looked at."""
    is_own: bool
    """Whether the one who asks may change it."""
    version: int
    job: JobState | None


class PlanPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of plans."""

    items: list[PlanState]
    next: str | None
    """Cursor of the next page."""


class PlanDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan to be made."""

    name: Name
    region: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    why: Why = ""
    base_id: str | None = None
    options: dict[str, OptionValue] = {}
    edits: dict[str, Any] = {}
    """Settlements that move, land closed to routes, corridors; see docs/reference/changes.md."""


class PlanChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New words for a plan, or another audience."""

    name: Name | None = None
    why: Why | None = None
    is_public: bool | None = None


class PlanQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which plans to list."""

    cursor: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    removed: bool = False
    """Whether to list what was put aside instead."""


class ShareQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A shared link's token, where the plan is not public."""

    share: str = ""


class CompareQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Plans to lay side by side."""

    plans: str
    """Identifiers, parted by commas."""
    share: str = ""


class SharedLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link that lets its holder see a plan; shown once."""

    url: str


class ComparedFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of several plans."""

    key: str
    unit: str
    values: list[float | None]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Plans side by side; the first is the one that the others are held against."""

    plans: list[PlanState]
    figures: list[ComparedFigure]
    last_year: int
    """Year that figures of people stand for."""
    changed_options: dict[str, list[OptionValue | None]]


class PlanFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a plan."""

    name: str
    bytes: int


class RegionState(msgspec.Struct, frozen=True, kw_only=True):
    """A region that can be planned."""

    id: str
    title: dict[str, str]
    is_built_in: bool


class OptionState(msgspec.Struct, frozen=True, kw_only=True):
    """An option that a plan may set."""

    key: str
    """`room.name`."""
    room: str
    title: str
    kind: str
    """`number`, `whole`, `yes-no`, `choice` or `text`."""
    choices: list[str]
    default: OptionValue
    minimum: float | None
    maximum: float | None
    unit: str
    source: str
