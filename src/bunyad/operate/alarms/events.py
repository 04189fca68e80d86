"""What happens to alarms: one event a change of state, and the acts of operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bunyad.operate.alarms.states import State

What = Literal["state", "escalated", "flood_began", "flood_ended"]
ActKind = Literal[
    "acknowledge", "reset", "shelve", "unshelve", "take_out_of_service", "return_to_service"
]
ACTS: tuple[ActKind, ...] = (
    "acknowledge", "reset", "shelve", "unshelve", "take_out_of_service", "return_to_service",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change, as the log keeps it."""

    at: float
    """Time [s]."""
    what: What = "state"
    rule: str = ""
    thing: str = ""
    before: State = State.NORMAL
    after: State = State.NORMAL
    by: str = ""
    """Who did it; empty: nobody, it came by itself."""
    note: str = ""
    """What a person wrote; of an alarm that rings how much it is, where its rule tells that."""
    cause: str = ""
    """The thing whose alarm explains and hides this one."""

    @property
    def is_announcement(self) -> bool:
        """Whether the operator is rung for it."""
        return self.what == "state" and self.after == State.UNACKNOWLEDGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What an operator does with one alarm."""

    at: float
    """Time [s]."""
    kind: ActKind
    rule: str
    thing: str
    by: str
    note: str = ""
    until: float | None = None
    """End of shelving [s]."""
