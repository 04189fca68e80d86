"""What an operator may do with an alarm, and when."""

from __future__ import annotations

from datetime import UTC, datetime

from bunyad.errors import InputError
from bunyad.operate.alarms.events import Act, ActKind, Event
from bunyad.operate.alarms.states import RINGING, State
from bunyad.operate.alarms.watch import Watch

_WORDS: dict[ActKind, str] = {
    "acknowledge": "to acknowledge",
    "reset": "to reset",
    "shelve": "to shelve",
    "unshelve": "to take from the shelf",
    "take_out_of_service": "to take out of service",
    "return_to_service": "to return to service",
}


def carry_out(watch: Watch, row: int, act: Act) -> Event:
    """
    Do what an operator asks for, and return what changed.

    Parameters
    ----------
    watch
        The rule and its alarms; changed in place.
    row
        Row of the thing.
    act
        What is asked for.

    Raises
    ------
    InputError
        If the alarm is in no state for it, or shelving goes beyond what the rule allows.
    """
    life = watch.life
    watch.is_quiet = False
    before = State(life.codes[row])
    if not _may(act.kind, before):
        raise InputError(
            f"an alarm that is {before.word.replace('_', ' ')} is not {_WORDS[act.kind]}",
            where=f"alarm {act.rule} of {act.thing}",
            mend="look at the list again: it has changed",
        )
    match act.kind:
        case "acknowledge":
            life.acknowledged[row] = True
        case "reset":
            life.latched[row] = False
        case "shelve":
            life.shelved_until[row] = _until(watch, act)
        case "unshelve":
            life.shelved_until[row] = float("-inf")
        case "take_out_of_service":
            life.out_of_service[row] = True
        case "return_to_service":
            life.out_of_service[row] = False
    after = State(life.find_codes(act.at)[row])
    if before in (State.SHELVED, State.OUT_OF_SERVICE) and after == State.UNACKNOWLEDGED:
        after = before  # it rings with the next step, where floods are watched
    life.codes[row] = after
    note = act.note
    if act.kind == "shelve" and act.until is not None:
        note = f"{note} (until {datetime.fromtimestamp(act.until, UTC):%Y-%m-%dT%H:%MZ})".strip()
    return Event(
        at=act.at, rule=act.rule, thing=act.thing,
        before=before, after=after, by=act.by, note=note,
    )  # fmt: skip


def _may(kind: ActKind, state: State) -> bool:
    """Tell whether an act fits a state."""
    match kind:
        case "acknowledge":
            return state in RINGING
        case "reset":
            return state == State.LATCHED
        case "shelve":
            return state not in (State.SHELVED, State.OUT_OF_SERVICE)
        case "unshelve":
            return state == State.SHELVED
        case "take_out_of_service":
            return state != State.OUT_OF_SERVICE
        case "return_to_service":
            return state == State.OUT_OF_SERVICE


def _until(watch: Watch, act: Act) -> float:
    """Return when shelving ends [s], which the rule limits."""
    longest = watch.rule.shelve_at_most
    if act.until is None or not act.at < act.until <= act.at + longest:
        raise InputError(
            "shelving needs an end, after now and not too far",
            where=f"alarm {act.rule} of {act.thing}",
            mend=f"give an end within {longest / 3600:g} hours",
        )
    return act.until
