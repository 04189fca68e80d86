"""What a `$filter` or an `$orderby` is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Literal:
    """
    A value written out.

    Parameters
    ----------
    kind
        number, text, boolean, null, time, date, clock, duration or geometry.
    value
        The value: a number, a text, a `Time`, microseconds, or well-known text.
    """

    kind: str
    value: object


@dataclass(frozen=True, slots=True)
class Path:
    """A way through the model, such as `Datastream/Thing/properties/rooms[0]`."""

    steps: tuple[str | int, ...]

    def __str__(self) -> str:
        said = ""
        for step in self.steps:
            said += f"[{step}]" if isinstance(step, int) else f"/{step}"
        return said.lstrip("/")


@dataclass(frozen=True, slots=True)
class Call:
    """A function and what it is given."""

    name: str
    given: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """`not` or `neg` of something."""

    sign: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """Two things and the word between them: eq, and, add and the like."""

    sign: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Among:
    """Whether something is one of several, written out or in a list of the entity's."""

    left: Expression
    options: tuple[Expression, ...] | Path


@dataclass(frozen=True, slots=True)
class Quantified:
    """
    Whether `any` or `all` of several meet a condition.

    Parameters
    ----------
    sign
        any or all.
    steps
        Way to the several: entities, or a list within a property.
    name
        What one of them is called in the condition.
    condition
        The condition; none where any will do.
    """

    sign: str
    steps: tuple[str | int, ...]
    name: str = ""
    condition: Expression | None = None


Expression = Literal | Path | Call | Unary | Binary | Among | Quantified
