"""A small venture, for tests of its life, of the server and of the commands."""

from __future__ import annotations

from typing import Any

from bunyad.partner.signing import public_key
from bunyad.partner.ventures import (
    VentureEvent,
    VentureState,
    apply_event,
    may_follow,
    sign_version,
)

SECRETS = {"araz": "a1" * 32, "indus": "b2" * 32, "fund": "c3" * 32}
DAY = "2026-11-{:02}T10:00:00.000Z"


def party(name: str, share: str | None = None, country: str = "AZ") -> dict[str, Any]:
    """Return a party with a key of its own."""
    return {
        "organisation": name, "name": name.title(), "country": country,
        "signing_key": public_key(SECRETS[name]), "share": share,
    }  # fmt: skip


def terms(**more: Any) -> dict[str, Any]:
    """Return the terms of a joint venture of two on a lot."""
    found = {
        "title": "Meters of Aghali", "form": "joint_venture", "country": "AZ", "field": "2651",
        "project": "smart-village-aghali", "need": None,
        "parties": [party("araz", "51"), party("indus", "49", "PK")],
        "contributions": [
            {"id": "capital", "party": "indus", "kind": "money", "what": "Capital",
             "amount_usd": "40000.00", "due": "2026-12-01"},
            {"id": "hall", "party": "araz", "kind": "land", "what": "A hall",
             "amount_usd": "10000", "due": "2027-01-15"},
        ],
        "milestones": [
            {"id": "first", "title": "First 100 meters", "due": "2027-03-01", "party": "indus"},
            {"id": "all", "title": "All meters", "due": "2027-09-01", "party": None},
        ],
        "documents": [], "text": "",
    }  # fmt: skip
    return {**found, **more}


class Play:
    """A venture that is played event by event; each is checked before it counts."""

    def __init__(self) -> None:
        self.events: list[VentureEvent] = []
        self.state: VentureState | None = None

    def do(
        self, kind: str, body: dict[str, Any], *, actor: str = "organiser", day: int = 0
    ) -> VentureState:
        """Append an event, or raise what refuses it."""
        at = day or 1 + len(self.events)
        event = VentureEvent(
            venture="v",
            index=len(self.events),
            kind=kind,
            time=DAY.format(at),
            actor=actor,
            body=body,
        )
        may_follow(self.state, event, DAY.format(at))
        self.events.append(event)
        self.state = apply_event(self.state, event)
        return self.state

    def sign(self, name: str, *, secret: str = "", as_actor: str = "") -> VentureState:
        """Sign the newest version."""
        assert self.state is not None
        assert self.state.proposed is not None
        body = sign_version(
            "v", self.state.version, self.state.proposed, party=name, secret=secret or SECRETS[name]
        )
        return self.do("signed", body, actor=f"party:{as_actor or name}")


def running(**more: Any) -> Play:
    """Return a venture that both have signed."""
    play = Play()
    play.do("drafted", {"terms": terms(**more)})
    for one in play.state.signers:  # type: ignore[union-attr]
        play.sign(one)
    return play
