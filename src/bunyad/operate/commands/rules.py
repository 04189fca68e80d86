"""What may be switched, to what, and what forbids it: a versioned YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from bunyad.errors import InputError
from bunyad.operate.alarms.rules.model import Condition, Duration, Words, known_zone
from bunyad.operate.alarms.rules.reading import faults_of
from bunyad.written import ReadyMade, parse_fields

_READY = ReadyMade("bunyad.operate.commands")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Interlock(_Part):
    """What forbids a command: an alarm that stands, or a condition of the thing itself."""

    while_alarm: str = Field(default="", description="Rule of alarms; any alarm of it forbids.")
    when: Condition | None = Field(default=None, description="Condition of the thing.")
    above: float | None = Field(default=None, description="Only commands above this value.")
    choice: str | None = Field(default=None, description="Only this choice.")
    why: Words

    @model_validator(mode="after")
    def _one_reason(self) -> Interlock:
        if bool(self.while_alarm) == (self.when is not None):
            msg = "expected one of while_alarm and when"
            raise ValueError(msg)
        return self

    def concerns(self, value: float | str) -> bool:
        """Tell whether it is about a command with this value."""
        if self.choice is not None:
            return value == self.choice
        return self.above is None or (isinstance(value, int | float) and value > self.above)


class Actuator(_Part):
    """A kind of thing that can be switched."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: Words
    about: str = Field(description="Type of the things.")
    attribute: str = Field(description="What is written to switch it.")
    feedback: str = Field(description="What tells whether it did as told.")
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    tolerance: float = Field(default=0, ge=0, description="How far feedback may be off.")
    timeout: Duration = Field(default=300, validate_default=True)
    confirm_within: Duration = Field(default=120, validate_default=True)
    two_persons: bool = Field(default=False, description="Another person has to confirm.")
    interlocks: tuple[Interlock, ...] = ()

    @model_validator(mode="after")
    def _has_range(self) -> Actuator:
        if bool(self.choices) == (self.least is not None and self.most is not None):
            msg = "expected either choices, or least and most"
            raise ValueError(msg)
        if self.attribute == self.feedback:
            msg = "feedback has to be another attribute: else every command confirms itself"
            raise ValueError(msg)
        return self

    def fault(self, value: float | str) -> str:
        """Tell what is wrong with a value; empty: nothing."""
        if self.choices:
            good = value in self.choices
            return "" if good else f"expected one of {', '.join(self.choices)}"
        assert self.least is not None, "the model asks for a range"
        assert self.most is not None, "the model asks for a range"
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and self.least <= float(value) <= self.most:
            return ""
        return f"expected a number from {self.least:g} to {self.most:g}"


class CommandRules(_Part):
    """A file of what may be switched."""

    format: Literal["bunyad-command-rules/1"]
    version: int = Field(ge=1)
    title: str
    zone: Annotated[str, AfterValidator(known_zone)] = "UTC"
    actuators: tuple[Actuator, ...] = Field(min_length=1)

    def actuator(self, about: str, attribute: str = "") -> Actuator | None:
        """Return what switches things of a type, by one attribute or any."""
        for one in self.actuators:
            if one.about == about and attribute in ("", one.attribute):
                return one
        return None


def load_command_rules(source: str | Path = "village") -> CommandRules:
    """
    Read what may be switched: the ready-made rules of a village, or a YAML file.

    Parameters
    ----------
    source
        `village`, or path of a file.

    Raises
    ------
    InputError
        Naming every fault with its line and field.

    Examples
    --------
    >>> load_command_rules().actuator("Valve").feedback
    'openStatus'
    """
    text, where = _READY.read(source)
    content = parse_fields(text, where=where, start="format: bunyad-command-rules/1")
    try:
        return CommandRules.model_validate(content)
    except ValidationError as error:
        raise InputError.of(faults_of(error, where, content)) from None


def command_schema() -> dict[str, Any]:
    """Return the JSON Schema of the file, for editors to complete and check."""
    schema = CommandRules.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
