"""What a verification found, in plain words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CHECKS = {
    "form": "the file is a record in its one canonical form",
    "events": "every event is well formed",
    "log": "the events give the roots that the server signed",
    "heads": "tree heads are signed, only grow, and cover all events",
    "order": "events follow each other as the rules of the auction's life say",
    "signatures": "bidders and commissioners signed what is said in their names",
    "deadline": "every bid came before the deadline, and nothing was opened before it",
    "opening": "the shares open every bid as the record says",
    "seed": "the seed of the draw comes from the seeds shown and the log at the close",
    "result": "the rules give the result that the record says",
    "awards": "the awards are those of the result",
    "receipts": "the receipts are borne out by the record",
}
"""Every check by name, in the order in which they are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: `ok` is None if it could not be made, `index` the event at fault."""

    name: str
    ok: bool | None
    text: str
    index: int | None = None

    def content(self) -> dict[str, Any]:
        """Return the check as JSON values."""
        return {"name": self.name, "ok": self.ok, "text": self.text, "index": self.index}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was checked, and what is wrong."""

    auction: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; checks that could not be made do not count."""
        return all(check.ok is not False for check in self.checks)

    @property
    def is_complete(self) -> bool:
        """Whether every check was made and nothing is wrong."""
        return all(check.ok for check in self.checks)

    @property
    def faults(self) -> tuple[Check, ...]:
        """What is wrong."""
        return tuple(check for check in self.checks if check.ok is False)


@dataclass
class Findings:
    """Faults and gaps as they are found, made into checks at the end."""

    faults: list[Check] = field(default_factory=list)
    gaps: dict[str, str] = field(default_factory=dict)

    def fault(self, name: str, text: str, index: int | None = None) -> None:
        """Note what is wrong."""
        self.faults.append(Check(name=name, ok=False, text=text, index=index))

    def gap(self, text: str, *names: str) -> None:
        """Note why checks cannot be made."""
        for name in names:
            self.gaps.setdefault(name, text)

    def verification(self, auction: str) -> Verification:
        """Return all checks: the faults of each, or that it holds, or why it was not made."""
        checks: list[Check] = []
        for name, text in CHECKS.items():
            found = [fault for fault in self.faults if fault.name == name]
            if not found and name in self.gaps:
                found = [Check(name=name, ok=None, text=f"not checked: {self.gaps[name]}")]
            checks += found or [Check(name=name, ok=True, text=text)]
        return Verification(auction=auction, checks=tuple(checks))
