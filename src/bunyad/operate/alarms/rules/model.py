"""
Rules of alarms as data: one YAML document, checked field by field.

What a rule tells besides its condition (consequence, action, owner, priority) is what ISA-18.2
(2016), clause 9, asks to be written down for each alarm before it may ring.
"""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)

Priority = Literal["critical", "high", "medium", "low", "journal"]
PRIORITIES: tuple[Priority, ...] = ("critical", "high", "medium", "low", "journal")
"""Priorities, most urgent first; what is of the journal rings nowhere and needs no answer."""

Statistic = Literal["last", "mean", "minimum", "maximum", "range", "change", "rate"]
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DAYS: tuple[Day, ...] = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip

_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_DURATION = r"^(\d+(?:\.\d+)?)\s?(s|min|h|d)$"


def _seconds(value: Any) -> Any:
    """Return the seconds of a duration such as `15min`."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    found = re.match(_DURATION, str(value))
    if found is None:
        msg = f"the duration is {value!r}; expected a number and s, min, h or d, such as 15min"
        raise ValueError(msg)
    return float(found[1]) * _SECONDS[found[2]]


def known_zone(name: str) -> str:
    """Check that a time zone is known."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        msg = f"the time zone {name!r} is not known; expected a name such as Asia/Baku"
        raise ValueError(msg) from None
    return name


Duration = Annotated[
    float,
    BeforeValidator(_seconds),
    Field(ge=0, allow_inf_nan=False),
    WithJsonSchema({"type": "string", "pattern": _DURATION}),
]
"""Seconds, written as 30s, 15min, 2h or 1d."""


class _Part(BaseModel):
    """A part of the rules: unknown fields are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Limit(_Part):
    """A value, or what it was over a while, is beyond a limit; or is, or is not, something."""

    attribute: str
    statistic: Statistic = Field(
        default="last", description="rate: change in an hour, taken over the while."
    )
    over: Duration | None = Field(default=None, description="While that the statistic looks back.")
    above: float | None = None
    below: float | None = None
    equals: bool | float | str | None = None
    differs: bool | float | str | None = None
    dead_band: float = Field(
        default=0, ge=0, description="How far a value comes back before it counts as back."
    )

    @model_validator(mode="after")
    def _one_limit(self) -> Limit:
        given = [self.above, self.below, self.equals, self.differs]
        if sum(one is not None for one in given) != 1:
            msg = "expected one of above, below, equals and differs"
            raise ValueError(msg)
        if (self.statistic == "last") != (self.over is None):
            msg = "a statistic other than last needs `over`, and only such a one"
            raise ValueError(msg)
        return self


class Unlike(_Part):
    """Two values of one thing differ: what it was told, and what it does."""

    attribute: str
    unlike: str = Field(description="The other attribute.")
    tolerance: float = Field(default=0, ge=0)


class Unexpected(_Part):
    """The mean of a while lies beyond what the plan expects of that while."""

    unexpected: str = Field(description="Attribute that has expected values.")
    over: Duration
    is_counter: bool = Field(
        default=False, description="It counts up: what it rises by in an hour is compared."
    )
    more_by: float | None = Field(default=None, ge=0, description="Share of what is expected.")
    less_by: float | None = Field(default=None, ge=0, description="Share of what is expected.")
    at_least: float = Field(default=0, ge=0, description="Smaller differences never count.")

    @model_validator(mode="after")
    def _some_side(self) -> Unexpected:
        if self.more_by is None and self.less_by is None:
            msg = "expected more_by, less_by or both"
            raise ValueError(msg)
        return self


class Members(_Part):
    """Things of one type that hang on a thing, or on what it hangs on itself."""

    about: str = Field(description="Their type.")
    attribute: str
    having: tuple[str, ...] = Field(default=(), description="Only things with these attributes.")
    like: str = Field(default="*", description="Only things whose id is like this.")
    along: tuple[str, ...] = Field(min_length=1, description="Relationships that lead to it.")
    factor: float = Field(default=1, description="Turns their unit into that of the thing.")


class _Compared(_Part):
    """What comparisons with other things have in common."""

    over: Duration = Field(description="While over which the difference is taken.")
    heard_within: Duration = Field(
        default=3600, description="How old a reading may be.", validate_default=True
    )
    unless: tuple[str, ...] = Field(
        default=(), description="Rules: what has their alarm counts as silent."
    )


class Missing(_Compared):
    """A thing tells more than its parts do together, beyond what the plan expects to be lost."""

    missing: str = Field(description="Attribute of the thing, the whole.")
    parts: tuple[Members, ...] = Field(min_length=1)
    is_counter: bool = Field(
        default=False, description="All count up: what they rise by in an hour is compared."
    )
    share: float = Field(default=0, ge=0, description="Of the whole; less is never missing.")
    at_least: float = Field(default=0, ge=0, description="Less than this is never missing.")
    heard: float = Field(
        default=0.9, gt=0, le=1, description="Share of the parts that have to be heard."
    )


class Astray(_Compared):
    """A thing tells something else than the middle of its peers."""

    astray: str = Field(description="Attribute of the thing.")
    peers: tuple[Members, ...] = Field(min_length=1, description="Three or more have to be heard.")
    by: float = Field(gt=0, description="How far apart they are in the mean of the while.")


class Silent(_Part):
    """Nothing was heard for a while."""

    silent: str = Field(description="Attribute of which nothing was heard.")
    longer_than: Duration


class Hours(_Part):
    """Times of the day and the year, in the rules' time zone."""

    start: time = time(0)
    end: time = Field(default=time(0), description="Earlier than start: it is past midnight.")
    days: tuple[Day, ...] = DAYS
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = tuple(range(1, 13))


class During(_Part):
    """It is such a time."""

    during: Hours


class Below(_Part):
    """Many of the things that hang on this one have an alarm."""

    share_of: str = Field(description="Rule of the things that hang on it.")
    along: str = Field(description="Relationship by which they hang on it.")
    share: Annotated[float, Field(gt=0, le=1)]
    at_least: int = Field(default=2, ge=1)


class All(_Part):
    """Every condition holds."""

    all: tuple[Condition, ...] = Field(min_length=1)


class AnyOf(_Part):
    """At least one condition holds."""

    any: tuple[Condition, ...] = Field(min_length=1)


class Not(_Part):
    """A condition is known not to hold."""

    model_config = ConfigDict(populate_by_name=True)

    not_: Condition = Field(alias="not")


KINDS = (
    "all", "any", "not", "silent", "during", "unexpected", "share_of", "unlike", "missing",
    "astray",
)  # fmt: skip
"""Fields that only one kind of condition has each."""


def _kind(value: Any) -> str:
    """Tell of which kind a condition is, by the field that only this kind has."""
    named = value if isinstance(value, dict) else getattr(value, "model_fields_set", ())
    for field in KINDS:
        if field in named or f"{field}_" in named:
            return field
    return "attribute"


Condition = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[Silent, Tag("silent")]
    | Annotated[During, Tag("during")]
    | Annotated[Unexpected, Tag("unexpected")]
    | Annotated[Below, Tag("share_of")]
    | Annotated[Unlike, Tag("unlike")]
    | Annotated[Missing, Tag("missing")]
    | Annotated[Astray, Tag("astray")]
    | Annotated[Limit, Tag("attribute")],
    Discriminator(_kind),
]


class Words(_Part):
    """A text in each language."""

    en: str
    az: str = ""


class Cause(_Part):
    """An alarm that explains this one, and so hides it."""

    rule: str
    along: tuple[str, ...] = Field(
        default=(), description="Relationships that lead to the cause; empty: the same thing."
    )


class Step(_Part):
    """Who is told next when nobody acknowledges."""

    after: Duration
    to: str


class Rule(_Part):
    """One alarm."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: Words
    about: str = Field(description="Type of the things it watches, such as Streetlight.")
    having: tuple[str, ...] = Field(default=(), description="Only things with these attributes.")
    like: str = Field(default="*", description="Only things whose id is like this; * is anything.")
    when: Condition
    on_delay: Duration = Field(default=0, description="How long the condition holds first.")
    off_delay: Duration = Field(default=0, description="How long it is over before it is back.")
    measure: Words | None = Field(
        default=None,
        description="How much it is, with {n} for the number that the condition looks at.",
    )
    priority: Priority
    consequence: Words = Field(description="What happens if nobody acts.")
    action: Words = Field(description="What to do.")
    owner: str
    procedure: str = Field(default="", description="Link to the procedure.")
    latch: bool = Field(default=False, description="Stays until it is reset by hand.")
    hidden_by: tuple[Cause, ...] = ()
    suppressed_when: Condition | None = Field(
        default=None, description="Suppressed by design while this holds."
    )
    escalate: tuple[Step, ...] = ()
    shelve_at_most: Duration = Field(default=8 * 3600, validate_default=True)

    def tell_amount(self, amount: str) -> dict[str, str]:
        """Say by language how much an alarm is; nothing where the rule does not tell."""
        if self.measure is None or not amount:
            return {}
        texts = self.measure.model_dump()
        return {language: text.replace("{n}", amount) for language, text in texts.items()}


class Flood(_Part):
    """What is held back when more rings than a person can take in."""

    more_than: int = Field(default=10, ge=1, description="Alarms within the while: it begins.")
    fewer_than: int = Field(default=5, ge=1, description="Alarms within the while: it ends.")
    within: Duration = Field(default=600, validate_default=True)
    hold_back: tuple[Priority, ...] = ("low",)


class Rules(_Part):
    """A file of rules."""

    format: Literal["bunyad-alarm-rules/1"]
    version: int = Field(ge=1, description="Raised by whoever changes the file.")
    title: str
    zone: Annotated[str, AfterValidator(known_zone)] = "UTC"
    flood: Flood = Flood()
    rules: tuple[Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_fit(self) -> Rules:
        names = [rule.id for rule in self.rules]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            msg = f"these rules stand twice: {', '.join(doubled)}"
            raise ValueError(msg)
        named = {cause.rule for rule in self.rules for cause in rule.hidden_by}
        for rule in self.rules:
            named |= {one.share_of for one in parts(rule.when) if isinstance(one, Below)}
            named |= {name for one in compared(rule) for name in one.unless}
        unknown = sorted(named - set(names))
        if unknown:
            msg = f"these rules are named but not there: {', '.join(unknown)}"
            raise ValueError(msg)
        return self


def compared(rule: Rule) -> tuple[Missing | Astray, ...]:
    """Return the conditions of a rule that compare its things with others."""
    hush = rule.suppressed_when
    found = parts(rule.when) + (parts(hush) if hush is not None else ())
    return tuple(one for one in found if isinstance(one, Missing | Astray))


def others(one: Missing | Astray) -> tuple[Members, ...]:
    """Return the things that a condition compares with."""
    return one.parts if isinstance(one, Missing) else one.peers


def parts(condition: Condition) -> tuple[Condition, ...]:
    """
    Return a condition and all that it is made of.

    Parameters
    ----------
    condition
        Condition of a rule.

    Examples
    --------
    >>> cold = Limit(attribute="temperature", below=4)
    >>> len(parts(All(all=(cold, Not(not_=cold)))))
    4
    """
    if isinstance(condition, All):
        inner = condition.all
    elif isinstance(condition, AnyOf):
        inner = condition.any
    elif isinstance(condition, Not):
        inner = (condition.not_,)
    else:
        inner = ()
    return (condition, *(one for part in inner for one in parts(part)))
