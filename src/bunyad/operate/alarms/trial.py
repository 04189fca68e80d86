"""Try rules of alarms on a village that is played, with faults that are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bunyad.operate.alarms.engine import Engine, expected_name
from bunyad.operate.alarms.events import Act, Event
from bunyad.operate.alarms.feed import Floats, Indices, Point, Readings, number_of
from bunyad.operate.alarms.judging import Fault, Verdict, judge
from bunyad.operate.alarms.rules import Rules
from bunyad.operate.alarms.states import RINGING
from bunyad.operate.play import Block, play, points_of, read_faults
from bunyad.operate.play.points import CODES, Group
from bunyad.operate.village.entities import village_entities
from bunyad.operate.village.expected import ExpectedSeries, expected_of, hour_of_plan
from bunyad.operate.village.model import Village

RULES_OF: Mapping[str, tuple[str, ...]] = {
    "leak": ("water-leak",),
    "pipe_leak": ("network-leak", "night-loss", "tank-low"),
    "dead_inverter": ("inverter-dead",),
    "lamp_out": ("lamp-dead",),
    "lamp_day": ("lamp-by-day",),
    "stuck_valve": ("valve-stuck",),
    "container_full": ("container-full", "container-fuller"),
    "transformer_out": ("transformer-lost",),
    "theft": ("power-unaccounted",),
    "tap": ("power-unaccounted",),
    "low_voltage": ("transformer-voltage", "home-voltage"),
    "high_voltage": ("transformer-voltage", "home-voltage"),
    "drift": ("thermometer-astray",),
    "charger_fault": ("charger-out",),
    "stuck": ("meter-stuck",),
    "silent": (
        "meter-silent", "solar-silent", "water-silent", "lamp-silent", "valve-silent",
        "container-silent", "station-silent",
    ),
}  # fmt: skip
"""Rules of the village that are to ring for each kind of fault."""

SLACK_S = 7200.0
"""How long after its end a fault may still ring [s]."""
OPERATOR = "trial"
"""Who acknowledges."""
_METER, _TRANSFORMER = "ThreePhaseAcMeasurement", "PowerTransformer"
_HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of it."""

    verdict: Verdict
    events: tuple[Event, ...]
    readings: int
    things: int


def try_rules(  # noqa: PLR0913  (each is another side of one trial)
    village: Village, rules: Rules, faults: Sequence[str], *,
    from_us: int, hours: int, seed: int = 1, step_s: int = 60,
) -> Trial:  # fmt: skip
    """
    Play a village with faults, watch it by rules, and judge the alarms.

    At the end of each hour all that rings is acknowledged: what nobody acknowledges would not ring
    anew when a thing fails once more.

    Parameters
    ----------
    village
        What the plan says of the settlement.
    rules
        The rules, with the names that those of the village have.
    faults
        Faults as texts, such as `leak@26h+6h:home-012`.
    from_us
        When playing begins [µs since 1970].
    hours
        How long it is played [h].
    seed
        Seed of the village's noise, and of where faults strike.
    step_s
        Time between readings, and between looks at them, a part of an hour [s].
    """
    points = points_of(village)
    struck = read_faults(faults, points, from_us=from_us, seed=seed)
    things = village_points(village)
    engine = Engine(rules, things, start=from_us / 1e6, step_s=step_s)
    feeder = _Feeder(engine, points.groups, expected_of(village))
    events: list[Event] = []
    count = 0
    blocks = play(
        village, from_us=from_us, hours=hours, seed=seed, faults=struck, step_s=step_s
    )  # fmt: skip
    for block in blocks:
        readings = list(feeder.readings(block))
        count += sum(len(one.times) for one in readings)
        events += engine.advance(float(block.times_us[-1]) / 1e6, readings)
        events += [
            engine.act(
                Act(at=engine.now, kind="acknowledge", rule=rule.id, thing=thing.id, by=OPERATOR)
            )
            for rule, thing, state, _ in engine.standing() if state in RINGING
        ]  # fmt: skip
    known = [
        Fault(kind=one.kind, thing=one.entity, start=one.start_us / 1e6, end=one.end_us / 1e6)
        for one in struck
    ]
    verdict = judge(
        events, known, rules_of=RULES_OF, related=_related(things, known), slack_s=SLACK_S
    )
    return Trial(verdict=verdict, events=tuple(events), readings=count, things=len(things))


def _related(things: Sequence[Point], faults: Sequence[Fault]) -> dict[str, tuple[str, ...]]:
    """Return the things at which faults of others show: above, below, or at the tank."""
    tanks = tuple(one.id for one in things if one.type == "Tank")  # a broken main empties it
    fed = {one.id: one.links["isFedBy"] for one in things if "isFedBy" in one.links}
    found: dict[str, tuple[str, ...]] = {}
    for fault in faults:
        transformer = fed.get(fault.thing, "")
        if fault.kind == "pipe_leak":
            found[fault.thing] = tanks
        elif fault.kind == "theft":
            found[fault.thing] = (transformer.replace(_TRANSFORMER, _METER),)
        elif fault.kind in ("transformer_out", "low_voltage", "high_voltage"):
            below = tuple(name for name, end in fed.items() if end == transformer)
            found[fault.thing] = (transformer, *below)
    return found


def village_points(village: Village) -> list[Point]:
    """
    Return the things of a village as alarms watch them.

    Parameters
    ----------
    village
        What the plan says of the settlement.
    """
    return [
        Point(
            entity["id"], entity["type"], name=str(entity["name"]["value"]),
            links=_links(entity), attributes=frozenset(entity),
        )
        for entity in village_entities(village)
    ]  # fmt: skip


def _links(entity: Mapping[str, Any]) -> dict[str, str]:
    links = {}
    for name, found in entity.items():
        first = found[0] if isinstance(found, list) and found else found
        if isinstance(first, dict) and isinstance(first.get("object"), str):
            links[name] = first["object"]
    return links


class _Feeder:
    """Turns blocks of a played village into readings for an engine."""

    def __init__(
        self, engine: Engine, groups: Sequence[Group], expected: Sequence[ExpectedSeries]
    ) -> None:
        needs = engine.needs()
        self._groups: list[tuple[Group, Indices, Floats | None]] = []
        for group in groups:
            if group.name not in needs.get(group.type, ()):
                continue
            rows = engine.rows(group.type)
            at = np.array([rows[name] for name in group.entities], np.int64)
            self._groups.append((group, at, _numbers(group)))
        self._expected = []
        for one in expected:
            rows = engine.rows(one.measured_type)
            at = np.array([rows[name] for name in one.entities if name in rows], np.int64)
            name = expected_name(one.measured_attribute)
            if len(at) and name in needs.get(one.measured_type, ()):
                self._expected.append((one, name, at))

    def readings(self, block: Block) -> Iterator[Readings]:
        """Give the readings of a block and what the plan expects of its hour."""
        times = block.times_us / 1e6
        for group, rows, numbers in self._groups:
            values = block.values[group.rows]
            if numbers is not None:
                known = ~np.isnan(values)
                values = np.where(known, numbers[np.where(known, values, 0).astype(int)], np.nan)
            flat = values.T.ravel()
            is_there = ~np.isnan(flat)
            yield Readings(
                group.type, group.name, np.tile(rows, len(times))[is_there],
                np.repeat(times, len(rows))[is_there], flat[is_there],
            )  # fmt: skip
        hour = int(block.times_us[0] // _HOUR_US * _HOUR_US)
        index = int(hour_of_plan(np.array([hour]))[0])
        for one, name, rows in self._expected:
            at = np.full(len(rows), hour / 1e6 + 1.0)
            yield Readings(one.measured_type, name, rows, at, np.full(len(rows), one.hours[index]))


def _numbers(group: Group) -> Floats | None:
    """Return the engine's numbers of the words that a block's numbers stand for."""
    words = CODES.get(group.attribute)
    if words is None or not isinstance(words[0], str):
        return None
    return np.array([number_of(word) for word in words])
