"""Which villages the data folder or the database has, and who may see them."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from bunyad.operate.alarms.keeping import AlarmLog, Standing
from bunyad.operate.alarms.rules import PRIORITIES, Rule, Rules, load_rules
from bunyad.operate.alarms.states import SHOWN
from bunyad.operate.living import Living
from bunyad.operate.place import Place, place_clock, read_place
from bunyad.operate.records import Db
from bunyad.operate.records.lending import Lending
from bunyad.operate.records.names import tenant_name
from bunyad.web.endpoint import Call
from bunyad.web.operate.bodies import AlarmRow
from bunyad.web.problems import Problem, not_found
from bunyad.web.rights import Person
from bunyad.web.services import Services

FRESH_S = 5.0
"""How long nobody looks whether a place has changed [s]."""
RULES_FILE = "alarm-rules.yaml"
"""Rules in the data folder that are used instead of those of the package."""
LENDING = "live-lending"
"""What lends connections to the database of living places, in the services' cache."""
_reading = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One village."""

    id: str
    name: str
    living: Living
    """Where its records and its logs are."""
    place: Place
    """Its own things only."""
    rules: Rules

    @property
    def tenant(self) -> str:
        """Tenant of the broker."""
        return self.living.tenant

    @property
    def rule(self) -> Mapping[str, Rule]:
        """Rules by name."""
        return {one.id: one for one in self.rules.rules}

    @contextmanager
    def records(self) -> Iterator[Db]:
        """Open its records for reading."""
        db = self.living.records()
        try:
            yield db
        finally:
            db.close()

    @contextmanager
    def log(self) -> Iterator[AlarmLog]:
        """Open the log of its alarms."""
        with self.living.alarms() as log:
            yield log

    def clock(self) -> float | None:
        """Return the time of its newest reading [s]."""
        with self.records() as db:
            return place_clock(db)

    def thing_name(self, thing: str) -> str:
        """Return what people call a thing."""
        known = self.place.things.get(thing)
        return known.point.name if known is not None else thing.rsplit(":", 1)[-1]

    def title(self, rule: str) -> dict[str, str]:
        """Return the title of a rule by language."""
        known = self.rule.get(rule)
        return {} if known is None else known.title.model_dump()

    def amount(self, rule: str, note: str) -> dict[str, str]:
        """Return how much an alarm was when it rang, by language, where its rule tells that."""
        known = self.rule.get(rule)
        return {} if known is None else known.tell_amount(note)

    def standing(self, log: AlarmLog) -> list[Standing]:
        """Return its alarms that are not normal."""
        known = self.rule
        return [
            one for one in log.standing() if one.rule in known and one.thing in self.place.things
        ]


def rooms(services: Services) -> dict[str, Room]:
    """Return every village by its id; what is known of a place is read anew when it changed."""
    with _reading:  # once, however many ask
        return _rooms(services)


def _rooms(services: Services) -> dict[str, Room]:
    kept: dict[str, tuple[Any, dict[str, Room]]] = services.cache.setdefault("villages", {})
    checked = services.cache.get("villages-checked", -math.inf)
    if time.monotonic() - checked >= FRESH_S:
        for living in _living(services):
            sign = _sign(living)
            if living.tenant not in kept or kept[living.tenant][0] != sign:
                kept[living.tenant] = (sign, _rooms_of(living))
        services.cache["villages-checked"] = time.monotonic()
    return {name: room for _, found in kept.values() for name, room in found.items()}


def _living(services: Services) -> list[Living]:
    """Return the places that have records, one for each tenant; the default one has no name."""
    folder, database = services.settings.data, services.settings.live_database_url
    if database:
        lending = services.cache.get(LENDING)
        if lending is None:
            lending = services.cache[LENDING] = Lending(database)
        return [
            Living(folder=folder, tenant=name, database=database, lending=lending)
            for name in lending.tenants()
        ]
    named = [
        tenant_name(path.stem) for path in sorted((folder / "tenants").glob("*.sqlite"))
        if not path.stem.endswith((".alarms", ".commands"))
    ]  # fmt: skip
    names = ["", *named] if (folder / "records.sqlite").is_file() else named
    return [Living(folder=folder, tenant=name) for name in names]


def close_rooms(services: Services) -> None:
    """Let go of the database of living places, at the end of the server."""
    lending = services.cache.pop(LENDING, None)
    if lending is not None:
        lending.close()


def _sign(living: Living) -> tuple[Any, ...]:
    """Return what changes when things, series or rules do, but not with every reading."""
    own = living.folder / RULES_FILE
    db = living.records()
    try:
        newest = [
            db.execute(f"SELECT max(ref) FROM {table}").fetchone()[0]  # noqa: S608  (one of two)
            for table in ("entity", "series")
        ]
    finally:
        db.close()
    return (*newest, own.stat().st_mtime_ns if own.is_file() else 0)


def _rooms_of(living: Living) -> dict[str, Room]:
    own = living.folder / RULES_FILE
    rules = load_rules(own if own.is_file() else "village")
    db = living.records()
    try:
        place = read_place(db)
    finally:
        db.close()
    found = {}
    for settlement in place.of_type("Settlement"):
        things = {
            name: thing for name, thing in place.things.items()
            if name == settlement or thing.point.links.get("refSettlement") == settlement
        }  # fmt: skip
        part = Place(things=things, series=place.series, expected={
            key: hope for key, hope in place.expected.items() if key[0] in things
        })  # fmt: skip
        parts = settlement.split(":")
        name = parts[-2] if len(parts) > 3 else parts[-1]
        found[name] = Room(
            id=name, name=things[settlement].point.name, living=living, place=part, rules=rules
        )
    return found


def may_see(person: Person, village: str) -> bool:
    """Tell whether a person may see a village: an operator its own, an administrator all."""
    return person.role == "admin" or person.settlement in ("*", village)


def find_room(call: Call[Any, Any]) -> Room:
    """
    Return the village of a request.

    Raises
    ------
    Problem
        404 where there is none, or none that this person may see.
    """
    village = call.path["village"]
    if not may_see(call.person, village):
        raise not_found("village")
    room = rooms(call.services).get(village)
    if room is None:
        raise not_found("village")
    return room


def is_watched(room: Room) -> bool:
    """Tell whether a process watches a village for alarms, or has."""
    return room.living.is_watched()


def need_watched(room: Room) -> None:
    """Refuse where nobody watches for alarms."""
    if not is_watched(room):
        raise Problem(
            409, "not-watched", "Nobody watches this village for alarms.",
            mend="Start `bunyad operate alarms watch` on the server.",
        )  # fmt: skip


def alarm_rows(room: Room, found: list[Standing], *, hidden: bool = False) -> tuple[AlarmRow, ...]:
    """Return alarms as the list shows them, the most urgent first."""
    shown = [one for one in found if hidden or one.state in SHOWN]
    rules = room.rule
    shown.sort(key=lambda one: (PRIORITIES.index(rules[one.rule].priority), one.since))
    return tuple(
        AlarmRow(
            rule=one.rule, thing=one.thing, thing_name=room.thing_name(one.thing),
            title=rules[one.rule].title.model_dump(), priority=rules[one.rule].priority,
            thing_type=room.place.things[one.thing].point.type,
            amount=room.amount(one.rule, one.amount),
            state=one.state.word, since=one.since,
            cause=one.cause,
            consequence=rules[one.rule].consequence.model_dump(),
            action=rules[one.rule].action.model_dump(), owner=rules[one.rule].owner,
            procedure=rules[one.rule].procedure,
            shelve_hours=rules[one.rule].shelve_at_most / 3600,
        )
        for one in shown
    )  # fmt: skip
