"""Orders to a played village: valves, chargers and lamps do as they are told, unless broken."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bunyad.operate.play.points import Points

__all__ = ["OBEYS", "Order", "Orders"]

Value = float | str
FULLY_OPEN = 100.0
"""Setting of a valve that is wide open [%]."""


def _opening(value: object) -> Value | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    good = is_number and math.isfinite(value) and 0 <= value <= FULLY_OPEN  # type: ignore[arg-type,operator]
    return float(value) if good else None  # type: ignore[arg-type]


def _one_of(*words: str) -> Callable[[object], Value | None]:
    return lambda value: value if isinstance(value, str) and value in words else None


OBEYS: Mapping[tuple[str, str], Callable[[object], Value | None]] = {
    ("Valve", "setting"): _opening,
    ("EVChargingStation", "statusCommand"): _one_of("working", "outOfService"),
    ("StreetlightGroup", "powerStateCommand"): _one_of("on", "off", "low"),
}
"""What is obeyed, by type and attribute; a value that makes no sense to it is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a thing was told; it holds until the thing is told something else."""

    type: str
    entity: str
    number: int
    """Which thing of its kind that is, from 0."""
    value: Value
    start_us: int
    """After which instant it holds [µs since 1970]."""


@dataclass(slots=True)
class Orders:
    """
    The orders that a played village got so far.

    Parameters
    ----------
    points
        The village's points.

    Attributes
    ----------
    now_us
        The last instant that was told [µs since 1970]: orders hold from the next one.
    given
        The orders, in the order in which they came.
    """

    points: Points
    now_us: int = 0
    given: list[Order] = field(default_factory=list)

    def take(self, entity: str, attribute: str, value: object) -> bool:
        """
        Take an order.

        Parameters
        ----------
        entity
            Whom it is for.
        attribute
            Attribute of the command, such as `setting`.
        value
            What it is told.

        Returns
        -------
        bool
            Whether there is such a thing and it understands.
        """
        for group in self.points.groups:
            read = OBEYS.get((group.type, attribute))
            if read is None or entity not in group.entities:
                continue
            understood = read(value)
            if understood is None:
                return False
            number = group.entities.index(entity)
            self.given.append(
                Order(
                    type=group.type, entity=entity, number=number, value=understood,
                    start_us=self.now_us,
                )
            )  # fmt: skip
            return True
        return False
