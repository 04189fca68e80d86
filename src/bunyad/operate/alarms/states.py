"""
States of an alarm and how one follows from another, after ISA-18.2 (2016), figure 3.

A  normal                    nothing is wrong, nothing is to be done
B  unacknowledged            it is wrong and nobody has said that he saw it
C  acknowledged              it is wrong and somebody sees to it
D  returned                  it is right again, but nobody saw it
E  latched unacknowledged    it is right again, but must be seen and reset by hand
F  latched                   it is right again and was seen, but must be reset by hand
G  shelved                   put aside for a while by the operator
H  suppressed                hidden by design: by its cause, by a condition or in a flood
I  out of service            taken out by hand, for maintenance
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from bunyad.operate.alarms.feed import Bools, Floats

Codes = npt.NDArray[np.int8]


class State(IntEnum):
    """State of one alarm of one thing."""

    NORMAL = 0
    UNACKNOWLEDGED = 1
    ACKNOWLEDGED = 2
    RETURNED = 3
    LATCHED_UNACKNOWLEDGED = 4
    LATCHED = 5
    SHELVED = 6
    SUPPRESSED = 7
    OUT_OF_SERVICE = 8

    @property
    def word(self) -> str:
        """Name of the state as files and answers spell it."""
        return self.name.lower()


RINGING = (State.UNACKNOWLEDGED, State.RETURNED, State.LATCHED_UNACKNOWLEDGED)
"""States that wait for somebody to acknowledge."""

SHOWN = (*RINGING, State.ACKNOWLEDGED, State.LATCHED)
"""States that stand in the operator's list."""


_SUPPRESSED, _SHELVED, _OUT_OF_SERVICE = (
    int(one) for one in (State.SUPPRESSED, State.SHELVED, State.OUT_OF_SERVICE)
)
_STATE_OF_BITS = np.array(
    [
        State.RETURNED, State.UNACKNOWLEDGED, State.NORMAL, State.ACKNOWLEDGED,
        State.LATCHED_UNACKNOWLEDGED, State.UNACKNOWLEDGED, State.LATCHED, State.ACKNOWLEDGED,
    ],
    np.int8,
)  # fmt: skip
"""State by active (1), acknowledged (2) and latched (4)."""


@dataclass(slots=True)
class Life:
    """The alarms of one rule, one for each of its things: the flags a state is made of."""

    active: Bools
    acknowledged: Bools
    latched: Bools
    announced: Bools
    suppressed: Bools
    out_of_service: Bools
    since: Floats
    """Since when the condition is known to hold [s], nan where it does not."""
    gone: Floats
    """Since when it is known not to hold while the alarm is active [s], else nan."""
    rose_at: Floats
    announced_at: Floats
    shelved_until: Floats
    told: npt.NDArray[np.int64]
    """How many steps of the escalation were told."""
    codes: Codes

    @classmethod
    def of(cls, count: int) -> Life:
        """Return the lives of alarms that never rang."""

        def flag(*, value: bool = False) -> Bools:
            return np.full(count, value)

        def moment(value: float) -> Floats:
            return np.full(count, value)

        return cls(
            active=flag(), acknowledged=flag(value=True), latched=flag(), announced=flag(),
            suppressed=flag(), out_of_service=flag(),
            since=moment(np.nan), gone=moment(np.nan), rose_at=moment(np.nan),
            announced_at=moment(np.nan), shelved_until=moment(-np.inf),
            told=np.zeros(count, np.int64), codes=np.zeros(count, np.int8),
        )  # fmt: skip

    def find_codes(self, now: float) -> Codes:
        """Return the state of each alarm at a time [s]."""
        bits = self.active + 2 * self.acknowledged.view(np.uint8) + 4 * self.latched.view(np.uint8)
        codes: Codes = _STATE_OF_BITS[bits]
        codes[self.active & self.suppressed] = _SUPPRESSED
        codes[self.shelved_until > now] = _SHELVED
        codes[self.out_of_service] = _OUT_OF_SERVICE
        return codes

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return every flag and time by name, as they are (no copies)."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def advance(life: Life, yes: Bools, no: Bools, *, now: float, delays: tuple[float, float]) -> bool:
    """
    Let alarms rise and return by what their condition is.

    Parameters
    ----------
    life
        The alarms; changed in place.
    yes, no
        Where the condition is known to hold, and not to.
    now
        Time [s].
    delays
        How long it holds before the alarm rises, and how long it is over before it returns [s].

    Returns
    -------
    bool
        Whether any of them rose or returned.
    """
    is_active = life.active.any()
    rose = _rise(life, yes, now, delays[0])
    return (bool(is_active) and _return(life, no, now, delays[1])) or rose


def _rise(life: Life, yes: Bools, now: float, delay: float) -> bool:
    """Let alarms rise whose condition held long enough."""
    if not yes.any():
        life.since.fill(np.nan)
        return False
    life.since[yes & np.isnan(life.since)] = now
    life.since[~yes] = np.nan
    rises = yes & ~life.active & (now - life.since >= delay)
    if not rises.any():
        return False
    life.active[rises] = True
    life.acknowledged[rises] = False
    life.announced[rises] = False
    life.rose_at[rises] = now
    life.told[rises] = 0
    life.gone[rises] = np.nan
    return True


def _return(life: Life, no: Bools, now: float, delay: float) -> bool:
    """Let alarms return whose condition was over long enough."""
    ends = no & life.active
    if not ends.any():
        life.gone.fill(np.nan)
        return False
    life.gone[ends & np.isnan(life.gone)] = now
    life.gone[~ends] = np.nan
    returns = ends & (now - life.gone >= delay)
    if not returns.any():
        return False
    life.active[returns] = False
    life.gone[returns] = np.nan
    # What nobody was shown, nobody has to acknowledge.
    life.acknowledged[returns & (~life.announced | life.suppressed)] = True
    return True
