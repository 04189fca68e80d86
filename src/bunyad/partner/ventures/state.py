"""The state of a venture: a fold over its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bunyad.partner.ventures.event import VentureEvent

Stage = Literal["drafted", "running", "ended", "cancelled"]
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class VentureState:
    """Where a venture stands after some of its events; each event makes a new state."""

    venture: str
    size: int
    time: str
    stage: Stage
    version: int
    """Number of the newest version."""
    proposed: Body | None
    """Terms that wait for signatures."""
    agreed: Body | None = None
    """Terms that hold."""
    agreed_version: int = 0
    signatures: Mapping[str, Body] = field(default_factory=dict)
    """Signatures under the newest version, by party."""
    agreed_signatures: Mapping[str, Body] = field(default_factory=dict)
    """Signatures under the version that holds."""
    documents: tuple[Body, ...] = ()
    contributed: Mapping[str, tuple[Body, ...]] = field(default_factory=dict)
    """What came of each contribution."""
    reached: Mapping[str, str] = field(default_factory=dict)
    """Day on which each milestone was reached."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """New day of each milestone that was missed."""
    reminded: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """When a party was last reminded of what is due on which day."""

    @property
    def terms(self) -> Body:
        """The terms that hold, or those proposed if none do yet."""
        found = self.agreed if self.agreed is not None else self.proposed
        assert found is not None, "a venture has terms"
        return found

    @property
    def signers(self) -> tuple[str, ...]:
        """Who has to sign the newest version: its parties, and those of the one that holds."""
        names: dict[str, None] = {}
        for terms in (self.proposed, self.agreed):
            names |= dict.fromkeys(one["organisation"] for one in (terms or {}).get("parties", ()))
        return tuple(names)

    def key_of(self, party: str) -> str | None:
        """Return the key by which a party signs; that of the version that holds comes first."""
        for terms in (self.agreed, self.proposed):
            for one in (terms or {}).get("parties", ()):
                if one["organisation"] == party:
                    return str(one["signing_key"])
        return None


def fold_venture(events: Iterable[VentureEvent]) -> VentureState:
    """
    Return the state after events that are in order; `may_follow` says whether they are.

    Raises
    ------
    ValueError
        If there are no events.
    """
    state: VentureState | None = None
    for event in events:
        state = apply_event(state, event)
    if state is None:
        raise ValueError("a venture has at least one event")
    return state


def apply_event(state: VentureState | None, event: VentureEvent) -> VentureState:
    """Return the state after one more event."""
    if state is None:
        return VentureState(
            venture=event.venture,
            size=1,
            time=event.time,
            stage="drafted",
            version=1,
            proposed=event.body["terms"],
        )
    return replace(
        state, size=event.index + 1, time=event.time, **_CHANGES[event.kind](state, event)
    )


Changes = dict[str, Any]


def _revised(state: VentureState, event: VentureEvent) -> Changes:
    terms = event.body["terms"]
    return {"proposed": terms, "version": state.version + 1, "signatures": {}}


def _signed(state: VentureState, event: VentureEvent) -> Changes:
    signatures = {**state.signatures, event.body["party"]: event.body}
    if set(signatures) < set(state.signers):
        return {"signatures": signatures}
    return {
        "stage": "running",
        "signatures": signatures,
        "agreed": state.proposed,
        "agreed_version": state.version,
        "agreed_signatures": signatures,
        "proposed": None,
    }


def _declined(state: VentureState, _: VentureEvent) -> Changes:
    """Without terms that hold, those declined stay to be revised."""
    kept = state.proposed if state.agreed is None else None
    return {"signatures": {}, "proposed": kept}


def _contributed(state: VentureState, event: VentureEvent) -> Changes:
    name = event.body["contribution"]
    so_far = state.contributed.get(name, ())
    return {"contributed": {**state.contributed, name: (*so_far, event.body)}}


_CHANGES: dict[str, Callable[[VentureState, VentureEvent], Changes]] = {
    "revised": _revised,
    "signed": _signed,
    "declined": _declined,
    "document_added": lambda s, e: {"documents": (*s.documents, e.body)},
    "contributed": _contributed,
    "milestone_reached": lambda s, e: {
        "reached": {**s.reached, e.body["milestone"]: e.body["day"]},
    },
    "milestone_missed": lambda s, e: {"moved": {**s.moved, e.body["milestone"]: e.body["due"]}},
    "reminded": lambda s, e: {
        "reminded": {
            **s.reminded,
            (e.body["party"], e.body["what"], e.body["due"]): e.time,
        },
    },
    "ended": lambda _, __: {"stage": "ended", "proposed": None},
    "cancelled": lambda _, __: {"stage": "cancelled"},
}
