"""Requests about living villages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from bunyad.client.asking import Asking
from bunyad.operate.alarms.events import ActKind
from bunyad.web.operate.bodies import (
    ActAnswer,
    CommandRow,
    Commands,
    Figures,
    Pulse,
    ShiftRow,
    Trend,
    Village,
    VillageRow,
)

DATA = "data:"


class Villages(Asking):
    """The control room of living villages."""

    def list_villages(self) -> list[VillageRow]:
        """List the living villages that I may see."""
        return self._get(list[VillageRow], "villages")

    def get_village(self, village: str, *, hidden: bool = False) -> Village:
        """Return a village at a glance; `hidden`: with alarms that are put aside."""
        query = {"hidden": str(hidden).lower()}
        return self._get(Village, "villages", village, query=query)

    def follow_village(self, village: str) -> Iterator[Pulse]:
        """Go through what changes in a village, for as long as the server sends."""
        with self._stream("villages", village, "events") as answer:
            for line in answer.iter_lines():
                if line.startswith(DATA):
                    yield msgspec.json.decode(line[len(DATA) :], type=Pulse)

    def act_on_alarm(
        self, village: str, *, rule: str, thing: str, kind: ActKind, note: str = "",
        hours: float | None = None,
    ) -> ActAnswer:  # fmt: skip
        """Acknowledge, shelve or reset an alarm, or take it out of service."""
        body = {"rule": rule, "thing": thing, "kind": kind, "note": note, "hours": hours}
        return self._do(ActAnswer, "POST", "villages", village, "alarms", body=body)

    def get_trend(self, village: str, *, thing: str, attribute: str, hours: int = 24) -> Trend:
        """Return what a thing told in the last hours, beside what the plan expects."""
        query = {"thing": thing, "attribute": attribute, "hours": str(hours)}
        return self._get(Trend, "villages", village, "trend", query=query)

    def list_shift(self, village: str, *, hours: float = 24.0, thing: str = "") -> list[ShiftRow]:
        """List the log of the shift, the newest first."""
        query = {"hours": str(hours), "thing": thing}
        return self._get(list[ShiftRow], "villages", village, "shift", query=query)

    def note_shift(self, village: str, text: str) -> None:
        """Write into the log of the shift."""
        self._tell("POST", "villages", village, "shift", body={"text": text})

    def get_figures(self, village: str, *, month: str = "") -> Figures:
        """Return indicators, balances, plan and actual of a month, such as 2026-11."""
        return self._get(Figures, "villages", village, "figures", query={"month": month})

    def get_report(self, village: str, *, to: Path, month: str = "", language: str = "en") -> None:
        """Download the report of a month as PDF."""
        query = {"month": month, "language": language}
        to.write_bytes(self._send("GET", ("villages", village, "report"), query=query).content)

    def list_commands(self, village: str) -> Commands:
        """List commands and what can be switched."""
        return self._get(Commands, "villages", village, "commands")

    def ask_command(
        self, village: str, *, thing: str, value: float | str, note: str = ""
    ) -> CommandRow:
        """Ask for a command; nothing is sent before it is confirmed."""
        body = {"thing": thing, "value": value, "note": note}
        return self._do(CommandRow, "POST", "villages", village, "commands", body=body)

    def confirm_command(self, village: str, number: int) -> CommandRow:
        """Confirm a command, and send it."""
        return self._do(CommandRow, "POST", "villages", village, "commands", str(number), "confirm")

    def cancel_command(self, village: str, number: int) -> CommandRow:
        """Take a command back that was not confirmed."""
        return self._do(CommandRow, "POST", "villages", village, "commands", str(number), "cancel")
