"""What requests about living villages carry, and what they are answered."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bunyad.operate.alarms.events import ActKind

Text = Annotated[str, msgspec.Meta(max_length=1_000)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class VillageRow(msgspec.Struct, frozen=True, kw_only=True):
    """A village in the list."""

    id: str
    name: str
    clock: float | None
    """Time of its newest reading [s since 1970]; none: it has told nothing yet."""
    things: int
    alarms: int
    """Alarms that stand."""
    worst: str
    """Priority of the most urgent of them; empty: none."""
    is_watched: bool
    """Whether a process watches it for alarms, or has."""
    is_played: bool
    """Whether its readings come from the simulator: modelled, not measured."""


class ThingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A thing on the map."""

    id: str
    name: str
    type: str
    lon: float | None
    lat: float | None
    worst: str
    """Priority of its most urgent alarm; empty: none."""
    measured: tuple[str, ...]
    """Attributes that have readings."""
    expected: tuple[str, ...]
    """Attributes of which the plan expects something."""


class AlarmRow(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm in the list."""

    rule: str
    thing: str
    thing_name: str
    thing_type: str
    title: dict[str, str]
    """Title by language."""
    amount: dict[str, str]
    """How much it was when it rang, by language; empty where its rule does not tell."""
    priority: str
    state: str
    since: float
    """When it left the normal state [s]."""
    cause: str
    consequence: dict[str, str]
    action: dict[str, str]
    owner: str
    procedure: str
    shelve_hours: float
    """How long it may lie on the shelf [h]."""


class Village(msgspec.Struct, frozen=True, kw_only=True):
    """A village at a glance."""

    id: str
    name: str
    clock: float | None
    last_event: int
    is_flood: bool
    things: tuple[ThingRow, ...]
    alarms: tuple[AlarmRow, ...]
    hidden: int
    """Alarms that are suppressed, shelved or out of service."""
    is_played: bool
    """Whether its readings come from the simulator: modelled, not measured."""
    is_modelled: bool
    """Whether places of its things are a modelled layout."""


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """What changes from moment to moment."""

    clock: float | None
    last_event: int
    alarms: tuple[AlarmRow, ...]
    hidden: int
    is_flood: bool


class HiddenQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which alarms are told."""

    hidden: bool = False
    """Also those that are suppressed, shelved or out of service."""


class ActBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done with an alarm."""

    rule: Id
    thing: Id
    kind: ActKind
    note: Text = ""
    hours: Annotated[float, msgspec.Meta(gt=0, le=1000)] | None = None
    """How long it lies on the shelf [h]."""


class ActAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an act."""

    is_done: bool
    """Else it waits for the process that watches."""


class ShiftQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the log."""

    hours: Annotated[float, msgspec.Meta(gt=0, le=24 * 366)] = 24.0
    """How far back from the village's clock [h]."""
    thing: Annotated[str, msgspec.Meta(max_length=500)] = ""


class ShiftRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the shift's log."""

    at: float
    kind: Literal["state", "escalated", "flood_began", "flood_ended", "note", "command"]
    by: str
    text: str
    amount: dict[str, str] = {}
    """How much an alarm was when it rang, by language."""
    rule: str = ""
    title: dict[str, str] = {}
    thing: str = ""
    thing_name: str = ""
    before: str = ""
    after: str = ""
    cause: str = ""


class NoteBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A note of the shift."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]


class TrendQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which trend."""

    thing: Id
    attribute: Id
    hours: Annotated[int, msgspec.Meta(ge=1, le=24 * 62)] = 24


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A time with an alarm, drawn on a trend."""

    rule: str
    title: dict[str, str]
    priority: str
    start: float
    end: float


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """What a thing told, beside what the plan expects."""

    thing: str
    thing_name: str
    attribute: str
    unit: str
    start: float
    step: float
    """Time between two values [s]."""
    values: tuple[float | None, ...]
    expected: tuple[float | None, ...]
    """Empty: the plan expects nothing of it."""
    marks: tuple[Mark, ...]


class MonthQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which month."""

    month: Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d\d)?$")] = ""
    """Year and month; empty: that of the village's clock."""


class ReportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which report."""

    month: Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d\d)?$")] = ""
    language: Literal["en", "az"] = "en"


class FigureBody(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with its coverage and age."""

    value: float | None
    unit: str
    coverage: float
    age: float | None
    """Age of its newest reading [s]; none: it is of no reading."""
    needs: str
    note: str


class ScoreRow(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator."""

    code: str
    name: dict[str, str]
    dimension: str
    level: str
    figure: FigureBody
    target: float | None
    target_source: str
    band: int | None
    about: str
    """What is counted and what it is divided by."""
    source: str
    """Where it was read."""
    doubt: str
    """What is not sure of it."""


class WeatherRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan would expect of the weather that was."""

    plan: float
    share: float | None
    """Deviation from it, as a share of it [-]."""
    driver: Literal["cold", "sun"]
    actual: float
    """Heating degree days [K d] or irradiation [kWh/m²] that were measured."""
    planned: float
    """Those of the plan's weather."""
    coverage: float


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind of thing did beside what the plan expects."""

    id: str
    title: str
    unit: str
    actual: float
    plan: float
    share: float | None
    coverage: float
    tolerance: float
    verdict: str
    reason: str
    age: float | None
    """Age of its newest reading [s]."""
    weather: WeatherRow | None
    """The same at the weather that was, for what goes with sun or cold."""


class SolarRow(msgspec.Struct, frozen=True, kw_only=True):
    """How well the roofs did beside the sun that was."""

    peak: float
    """Peak power [kWp]."""
    final: float
    """Energy over peak power [kWh/kWp]."""
    sun: float
    """Irradiation on the level [kWh/m²]."""
    ratio: float
    """Performance ratio [-]."""
    plan_ratio: float


class BalanceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A balance."""

    name: str
    unit: str
    put_in: float
    uses: dict[str, float]
    unseen: float
    lost: float
    loss_share: float | None
    closure: float | None
    coverage: float
    each: float | None
    """Loss of a connection and day, where connections are counted."""


class LineRow(msgspec.Struct, frozen=True, kw_only=True):
    """An amount beside what the plan expects of it."""

    name: str
    unit: str
    actual: float
    plan: float | None
    """None: the plan says nothing of it."""
    share: float | None
    """Deviation as a share of the plan's [-]."""


class ServiceRow(msgspec.Struct, frozen=True, kw_only=True):
    """What lamps or containers did."""

    name: str
    """`light` or `waste`."""
    things: int
    lines: tuple[LineRow, ...]
    coverage: float
    age: float | None
    """Age of its newest reading [s]."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a month, so far."""

    month: str
    start: float
    end: float
    scores: tuple[ScoreRow, ...]
    plan: tuple[PlanRow, ...]
    solar: SolarRow | None
    balances: tuple[BalanceRow, ...]
    services: tuple[ServiceRow, ...]
    alarms: dict[str, float | None]
    """Figures of the alarms, by name."""
    targets: dict[str, float]
    """What ISA-18.2 gives for them, at most."""


class CommandRow(msgspec.Struct, frozen=True, kw_only=True):
    """A command."""

    number: int
    thing: str
    thing_name: str
    title: dict[str, str]
    attribute: str
    value: float | str
    step: str
    asked_at: float
    asked_by: str
    note: str
    confirmed_by: str
    sent_at: float | None
    ended_at: float | None
    why: str


class CommandBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for."""

    thing: Id
    value: float | Annotated[str, msgspec.Meta(max_length=100)]
    note: Text = ""


class ActuatorRow(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of thing that can be switched."""

    type: str
    title: dict[str, str]
    least: float | None
    most: float | None
    choices: tuple[str, ...]
    two_persons: bool


class Commands(msgspec.Struct, frozen=True, kw_only=True):
    """Commands of a village and what can be switched in it."""

    actuators: tuple[ActuatorRow, ...]
    commands: tuple[CommandRow, ...]
