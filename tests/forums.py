"""Forums made by hand or by chance, for the tests of the chapter `partner`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from bunyad.partner.forum import Forum, Hall, Person, Slot, Wish

START = datetime(2026, 10, 5, 5, tzinfo=UTC)


def slots_of(count: int, *, gap_min: int = 5) -> tuple[Slot, ...]:
    """Return slots of 25 minutes, one after the other."""
    step = timedelta(minutes=25 + gap_min)
    return tuple(
        Slot(
            id=f"s{place}",
            start=START + place * step,
            end=START + place * step + timedelta(minutes=25),
        )
        for place in range(count)
    )


def person(name: str, side: str, **more: object) -> Person:
    """Return somebody whose id is their name in small letters."""
    return Person(id=name.lower(), name=name, side=side, **more)  # type: ignore[arg-type]


def chance_forum(
    *, guests: int, hosts: int, slots: int, tables: int, wishes: int | None = None, seed: int = 1,
    away: float = 0.0, halls: int = 1, walk_min: float = 0.0, most: int | None = None,
    foreign: float = 0.0,
) -> Forum:  # fmt: skip
    """Return a forum by chance: scores 1 to 100, some away in some slots, some speak Urdu alone."""
    random = np.random.default_rng(seed)
    people = []
    for place in range(guests + hosts):
        there = None
        if away:
            there = frozenset(np.flatnonzero(random.random(slots) > away).tolist())
        is_guest = place < guests
        spoken = ("ur",) if is_guest and random.random() < foreign else ("en",)
        people.append(
            Person(
                id=f"p{place}", name=f"P{place}", side="guest" if is_guest else "host",
                slots=there, languages=spoken, most=None if is_guest else most,
            )
        )  # fmt: skip
    count = guests * hosts
    chosen = random.choice(count, min(wishes or count, count), replace=False)
    names = [f"h{place}" for place in range(halls)]
    return Forum(
        id="forum",
        title="Forum",
        slots=slots_of(slots),
        halls=tuple(
            Hall(id=name, name=name.upper(), tables=tables // halls + (place < tables % halls))
            for place, name in enumerate(names)
        ),
        people=tuple(people),
        wishes=tuple(
            Wish(guest=int(one) // hosts, host=guests + int(one) % hosts,
                 score=float(random.integers(1, 101)))
            for one in sorted(chosen)
        ),
        interpreters={"ur": (2,) * slots} if foreign else {},
        walk_min={(a, b): walk_min for a in names for b in names if a < b},
    )  # fmt: skip
