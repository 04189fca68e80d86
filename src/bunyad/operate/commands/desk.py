"""
The desk where commands are asked for, confirmed, sent and followed until they are done.

    asked → confirmed → sent → done
      │         │         └──→ failed     no feedback in time, or it could not be sent
      │         └────────────→ refused    an interlock forbids it by now
      └──────────────────────→ expired    nobody confirmed in time
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

from bunyad.errors import BunyadError, InputError
from bunyad.operate.commands.rules import Actuator, CommandRules, Interlock
from bunyad.operate.records.beside import Beside
from bunyad.operate.records.database import Db

Step = Literal["asked", "sent", "done", "failed", "refused", "expired", "cancelled"]
Value = float | str

TABLES = """
CREATE TABLE IF NOT EXISTS command (
    number INTEGER PRIMARY KEY AUTOINCREMENT, thing TEXT NOT NULL, kind TEXT NOT NULL,
    attribute TEXT NOT NULL, value TEXT NOT NULL, step TEXT NOT NULL, asked_at REAL NOT NULL,
    asked_by TEXT NOT NULL, note TEXT NOT NULL, confirmed_by TEXT NOT NULL DEFAULT '',
    sent_at REAL, ended_at REAL, why TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS command_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL, at REAL NOT NULL,
    step TEXT NOT NULL, by TEXT NOT NULL, note TEXT NOT NULL
);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command and how far it is."""

    number: int
    thing: str
    kind: str
    """The actuator's id in the rules."""
    attribute: str
    value: Value
    step: Step
    asked_at: float
    asked_by: str
    note: str = ""
    confirmed_by: str = ""
    sent_at: float | None = None
    ended_at: float | None = None
    why: str = ""
    """Why it was refused or failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the desk sees of the place."""

    type_of: Callable[[str], str | None]
    """Type of a thing, None where there is none."""
    value_of: Callable[[str, str], Any]
    """Last value of an attribute of a thing, None where there is none."""
    stands: Callable[[str], bool]
    """Whether any alarm of a rule is active."""
    holds: Callable[[Any, str], bool]
    """Whether a condition holds for a thing."""


class Desk:
    """
    Commands of one place; every step is kept before the next is taken.

    Parameters
    ----------
    place
        SQLite file of the commands, made where it is not there; or an open database of records,
        which is closed with the desk.
    rules
        What may be switched.
    sight
        What is known of the place.
    send
        Sends a command on its way; what it raises makes the command fail.
    """

    def __init__(
        self, place: Path | Db, rules: CommandRules, sight: Sight, send: Callable[[Command], None]
    ) -> None:
        self.rules, self._sight, self._send = rules, sight, send
        self._log = Beside(place, TABLES)
        self._db = self._log.db

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the commands."""
        self._log.close()

    def ask(self, thing: str, value: Value, *, by: str, now: float, note: str = "") -> Command:
        """
        Ask for a command; nothing is sent before it is confirmed.

        Parameters
        ----------
        thing
            Id of what is to be switched.
        value
            What it is to be switched to.
        by
            Who asks.
        now
            Time [s].
        note
            Why.

        Raises
        ------
        InputError
            If it cannot be switched so, or an interlock forbids it.
        """
        actuator = self._actuator(thing)
        fault = actuator.fault(value)
        if fault:
            raise InputError(f"the value is {value!r}", where=thing, mend=fault)
        forbidden = self._forbidden(actuator, thing, value)
        if forbidden is not None:
            raise InputError(
                f"an interlock forbids it: {forbidden.why.en}",
                where=thing, mend="remove its cause first",
            )  # fmt: skip
        with self._log.transaction():
            ((number,),) = self._db.execute(
                "INSERT INTO command (thing, kind, attribute, value, step, asked_at, asked_by, "
                "note) VALUES (?, ?, ?, ?, 'asked', ?, ?, ?) RETURNING number",
                (thing, actuator.id, actuator.attribute, json.dumps(value), now, by, note),
            ).fetchall()
            self._note(number, now, "asked", by, note)
        return self.command(number)

    def confirm(self, number: int, *, by: str, now: float) -> Command:
        """
        Confirm a command, and send it.

        Raises
        ------
        InputError
            If it does not wait to be confirmed, or this person may not.
        """
        command = self.command(number)
        actuator = self._actuator(command.thing)
        if command.step != "asked":
            raise _changed(command)
        if actuator.two_persons and by == command.asked_by:
            raise InputError(
                "the one who asked may not confirm it",
                where=f"command {number}", mend="let another person confirm",
            )  # fmt: skip
        if now - command.asked_at > actuator.confirm_within:
            return self._end(command, "expired", now, why="nobody confirmed in time")
        forbidden = self._forbidden(actuator, command.thing, command.value)
        if forbidden is not None:
            return self._end(command, "refused", now, by=by, why=forbidden.why.en)
        # Kept as sent before it is: after a crash its feedback is waited for, never sent twice.
        sent = replace(command, step="sent", confirmed_by=by, sent_at=now)
        if not self._keep(sent, now, by, "", before="asked"):
            raise _changed(self.command(number))
        try:
            self._send(sent)
        except (BunyadError, OSError) as error:
            return self._end(sent, "failed", now, why=f"it could not be sent: {error}")
        return sent

    def cancel(self, number: int, *, by: str, now: float) -> Command:
        """Take back a command that was not confirmed yet."""
        command = self.command(number)
        if command.step != "asked":
            raise InputError(
                f"the command is {command.step}",
                where=f"command {number}", mend="ask for the opposite",
            )  # fmt: skip
        ended = self._end(command, "cancelled", now, by=by)
        if ended.step != "cancelled":
            raise _changed(ended)
        return ended

    def follow(self, *, now: float) -> list[Command]:
        """Look at feedback and deadlines of all that is under way; return what ended."""
        ended = []
        for command in self.under_way():
            actuator = self._actuator(command.thing)
            if command.step == "asked":
                if now - command.asked_at > actuator.confirm_within:
                    ended.append(self._end(command, "expired", now, why="nobody confirmed in time"))
                continue
            assert command.sent_at is not None, "what was sent has a time"
            found = self._sight.value_of(command.thing, actuator.feedback)
            if _matches(found, command.value, actuator.tolerance):
                ended.append(self._end(command, "done", now))
            elif now - command.sent_at > actuator.timeout:
                told = "nothing" if found is None else repr(found)
                why = f"after {actuator.timeout:g} s {actuator.feedback} tells {told}"
                ended.append(self._end(command, "failed", now, why=why))
        return ended

    def command(self, number: int) -> Command:
        """Return a command by its number."""
        row = self._db.execute(f"{_SELECT} WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise InputError(
                f"there is no command {number}", where="commands", mend="look at the list"
            )
        return _command(row)

    def under_way(self) -> list[Command]:
        """Return commands that have not ended."""
        rows = self._db.execute(f"{_SELECT} WHERE step IN ('asked', 'sent') ORDER BY number")
        return [_command(row) for row in rows]

    def recent(self, *, limit: int = 100) -> list[Command]:
        """Return the newest commands first."""
        rows = self._db.execute(f"{_SELECT} ORDER BY number DESC LIMIT ?", (limit,))
        return [_command(row) for row in rows]

    def log(self, number: int) -> list[tuple[float, str, str, str]]:
        """Return time [s], step, person and note of each step of a command."""
        rows = self._db.execute(
            "SELECT at, step, by, note FROM command_log WHERE number = ? ORDER BY seq", (number,)
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def _actuator(self, thing: str) -> Actuator:
        kind = self._sight.type_of(thing)
        found = self.rules.actuator(kind) if kind is not None else None
        if found is None:
            known = ", ".join(one.about for one in self.rules.actuators)
            raise InputError(
                f"{thing!r} cannot be switched",
                where="command", mend=f"choose a thing of these types: {known}",
            )  # fmt: skip
        return found

    def _forbidden(self, actuator: Actuator, thing: str, value: Value) -> Interlock | None:
        for one in actuator.interlocks:
            if not one.concerns(value):
                continue
            if one.while_alarm and self._sight.stands(one.while_alarm):
                return one
            if one.when is not None and self._sight.holds(one.when, thing):
                return one
        return None

    def _end(
        self, command: Command, step: Step, now: float, *, by: str = "", why: str = ""
    ) -> Command:
        ended = replace(command, step=step, ended_at=now, why=why)
        is_kept = self._keep(ended, now, by, why, before=command.step)
        return ended if is_kept else self.command(command.number)

    def _keep(self, command: Command, now: float, by: str, note: str, *, before: Step) -> bool:
        """Keep a step, unless the command has left the step before it: another desk was first."""
        with self._log.transaction():
            found = self._db.execute(
                "UPDATE command SET step = ?, confirmed_by = ?, sent_at = ?, ended_at = ?, why = ? "
                "WHERE number = ? AND step = ?",
                (
                    command.step, command.confirmed_by, command.sent_at, command.ended_at,
                    command.why, command.number, before,
                ),
            )  # fmt: skip
            if found.rowcount == 1:
                self._note(command.number, now, command.step, by, note)
        return found.rowcount == 1

    def _note(self, number: int, at: float, step: str, by: str, note: str) -> None:
        self._db.execute(
            "INSERT INTO command_log (number, at, step, by, note) VALUES (?, ?, ?, ?, ?)",
            (number, at, step, by, note),
        )


def _changed(command: Command) -> InputError:
    return InputError(
        f"the command is {command.step}", where=f"command {command.number}", mend="ask for it anew"
    )


_SELECT = (
    "SELECT number, thing, kind, attribute, value, step, asked_at, asked_by, note, confirmed_by, "
    "sent_at, ended_at, why FROM command"
)


def _command(row: tuple[Any, ...]) -> Command:
    return Command(
        number=row[0], thing=row[1], kind=row[2], attribute=row[3], value=json.loads(row[4]),
        step=row[5], asked_at=row[6], asked_by=row[7], note=row[8], confirmed_by=row[9],
        sent_at=row[10], ended_at=row[11], why=row[12],
    )  # fmt: skip


def _matches(found: Any, value: Value, tolerance: float) -> bool:
    """Tell whether feedback is what was asked for."""
    if isinstance(value, str) or isinstance(found, str):
        return bool(found == value)
    if not isinstance(found, int | float) or isinstance(found, bool):
        return False
    return abs(float(found) - float(value)) <= tolerance


def as_facts(command: Command) -> Mapping[str, Any]:
    """Return a command as plain values, as programs read it."""
    return {
        "number": command.number, "thing": command.thing, "kind": command.kind,
        "attribute": command.attribute, "value": command.value, "step": command.step,
        "asked_at": command.asked_at, "asked_by": command.asked_by, "note": command.note,
        "confirmed_by": command.confirmed_by, "sent_at": command.sent_at,
        "ended_at": command.ended_at, "why": command.why,
    }  # fmt: skip
