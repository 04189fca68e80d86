"""The points of a village: each number that a meter or sensor tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bunyad.operate.village.entities import entity_id
from bunyad.operate.village.layout import PUBLIC, Layout, lay_out
from bunyad.operate.village.model import Village
from bunyad.operate.village.vocabulary import vocabulary

if TYPE_CHECKING:
    from bunyad.operate.play.living import Block

__all__ = ["CODES", "Group", "Message", "Points", "messages", "points_of"]

CODES: Mapping[str, tuple[Any, ...]] = {
    "powerState": ("off", "on", "low"),
    "inverterStatus": (["00-On sector"], ["04-System shutdown"]),
    "status": ("working", "full", "outOfService"),
    "on": ("off", "on"),
}
"""Attributes that tell words: what each number of the block stands for."""

METER = (
    ("totalActivePower", "", 1), ("totalReactivePower", "", 1), ("totalApparentPower", "", 1),
    ("totalPowerFactor", "", 3), ("frequency", "", 3),
    ("totalActiveEnergyImport", "", 4), ("totalActiveEnergyExport", "", 4),
    *(("phaseVoltage", phase, 1) for phase in ("L1", "L2", "L3")),
    *(("current", phase, 3) for phase in ("L1", "L2", "L3")),
    *(("activePower", phase, 1) for phase in ("L1", "L2", "L3")),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Points of the same kind: one attribute of many entities of one type."""

    key: str
    """Such as `home.totalActivePower` or `home.current.L1`."""
    type: str
    attribute: str
    leaf: str
    """Part of a structured value (a phase), or nothing."""
    entities: tuple[str, ...]
    digits: int
    """Digits after the point that the meter tells."""
    start: int
    """Row of its first point in a block."""

    @property
    def name(self) -> str:
        """Return what rules of alarms call it, such as `phaseVoltage.L1`."""
        return f"{self.attribute}.{self.leaf}" if self.leaf else self.attribute

    @property
    def rows(self) -> slice:
        """Return its rows in a block."""
        return slice(self.start, self.start + len(self.entities))


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """All points of a village, in the order of a block's rows."""

    settlement: str
    groups: tuple[Group, ...]

    def __len__(self) -> int:
        """Return how many numbers an instant has."""
        last = self.groups[-1]
        return last.start + len(last.entities)

    def rows_of(self, entity: str) -> NDArray[np.int64]:
        """Return the rows of an entity's points."""
        return np.array(
            [
                group.start + group.entities.index(entity)
                for group in self.groups
                if entity in group.entities
            ],
            dtype=np.int64,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one entity tells at one instant."""

    entity: str
    type: str
    at_us: int
    values: Mapping[str, Any]
    """Value by attribute."""


def points_of(village: Village, layout: Layout | None = None) -> Points:
    """
    Return the points of a village.

    Parameters
    ----------
    village
        What the plan says of the settlement.
    layout
        Where things stand, if that is known already.
    """
    laid = layout or lay_out(village)
    groups: list[Group] = []
    start = 0
    for name, kind, names, points in _kinds(village, laid):
        entities = tuple(entity_id(kind, village.id, one) for one in names)
        if not entities:
            continue
        for attribute, leaf, digits in points:
            key = ".".join(part for part in (name, attribute, leaf) if part)
            groups.append(
                Group(
                    key=key, type=kind, attribute=attribute, leaf=leaf, entities=entities,
                    digits=digits, start=start,
                )
            )  # fmt: skip
            start += len(entities)
    return Points(settlement=village.id, groups=tuple(groups))


Kind = tuple[str, str, list[str], tuple[tuple[str, str, int], ...]]


def _kinds(village: Village, layout: Layout) -> Iterator[Kind]:
    """Give each kind of thing: its name, type, the things, and what they tell."""
    homes = [f"home-{number + 1:03d}" for number in range(len(layout.homes))]
    posts = [f"transformer-{number + 1}" for number in range(len(layout.transformers))]
    meters = village.count("smart electricity meter") > 0
    yield "home", "ThreePhaseAcMeasurement", homes if meters else [], METER
    yield "transformer", "ThreePhaseAcMeasurement", posts, METER
    yield "feeder", "ThreePhaseAcMeasurement", ["feeder"], METER
    yield "public", "ThreePhaseAcMeasurement", list(PUBLIC), METER
    yield "roof", "PhotovoltaicMeasurement", homes if village.roof_kwp else [], (
        ("activePower", "", 3), ("temperature", "", 1), ("current", "", 2),
        ("inverterStatus", "", 0),
    )  # fmt: skip
    water = (
        ("waterConsumption", "", 1), ("minFlow", "", 1), ("maxFlow", "", 1),
        ("alarmStopsLeaks", "", 0), ("alarmTamper", "", 0),
    )  # fmt: skip
    wet = village.count("smart water meter") > 0
    yield "water", "WaterConsumptionObserved", homes if wet else [], water
    yield "inlet", "WaterConsumptionObserved", ["inlet"], water[:3]
    warm = [f"{one}-heat" for one in homes] if village.count("smart heat meter") else []
    yield "heat", "SmartMeteringObservation", warm, (("totalConsumption", "", 3),)
    yield from _devices(village, homes, layout)
    lamps = [f"lamp-{number + 1:03d}" for number in range(len(layout.lamps))]
    yield "lamp", "Streetlight", lamps, (
        ("powerConsumption", "", 1), ("powerState", "", 0), ("illuminanceLevel", "", 2),
        ("voltage", "", 1), ("current", "", 3),
    )  # fmt: skip
    groups = [f"lights-{number + 1}" for number in range(len(layout.transformers))]
    yield "lights", "StreetlightGroup", groups if lamps else [], (("powerState", "", 0),)
    yield "cabinet", "StreetlightControlCabinet", ["cabinet"] if lamps else [], (
        ("totalActivePower", "", 1), ("energyConsumed", "", 4),
    )  # fmt: skip
    bins = [f"container-{number + 1:02d}" for number in range(len(layout.containers))]
    yield "container", "WasteContainer", bins, (
        ("fillingLevel", "", 3), ("cargoWeight", "", 1), ("temperature", "", 1),
    )  # fmt: skip
    yield "tank", "Tank", ["tank"], (("level", "", 3),)
    yield "pump", "Pump", ["pump"], (("flow", "", 2), ("power", "", 3))
    fields = [f"field-{number + 1:03d}" for number in range(len(layout.fields))]
    yield "soil", "AgriParcelRecord", fields, (
        ("soilMoistureVwc", "", 4), ("soilTemperature", "", 1),
    )  # fmt: skip
    yield "valve", "Valve", fields, (
        ("openStatus", "", 0), ("setting", "", 0), ("flow", "", 2),
    )  # fmt: skip
    chargers = [f"charger-{number + 1}" for number in range(len(layout.chargers))]
    yield "charger", "EVChargingStation", chargers, (
        ("powerConsumption", "", 0), ("availableCapacity", "", 0), ("status", "", 0),
    )  # fmt: skip
    stations = [f"station-{number + 1}" for number in range(len(layout.stations))]
    yield "weather", "WeatherObserved", stations, (
        ("temperature", "", 2), ("relativeHumidity", "", 3), ("windSpeed", "", 2),
        ("solarRadiation", "", 1),
    )  # fmt: skip
    yield "air", "AirQualityObserved", stations, (
        ("pm10", "", 1), ("pm25", "", 1), ("no2", "", 1),
    )  # fmt: skip
    yield "sound", "NoiseLevelObserved", stations, (("LAeq", "", 1),)


def _devices(village: Village, homes: list[str], layout: Layout) -> Iterator[Kind]:
    """Give the devices behind the meters: some on batteries, all with a radio."""
    radio, battery = ("rssi", "", 0), ("batteryLevel", "", 4)
    for word, suffix, tells in (
        ("smart electricity meter", "electricity", (radio,)),
        ("smart water meter", "water", (battery, radio)),
        ("smart heat meter", "heat", (battery, radio)),
        ("fibre to the home", "fibre", (radio,)),
    ):
        names = [f"{one}-{suffix}" for one in homes] if village.count(word) else []
        yield f"device-{suffix}", "Device", names, tells
    bins = [f"container-{number + 1:02d}" for number in range(len(layout.containers))]
    yield "device-container", "Device", bins, (battery, radio)


def messages(block: Block) -> Iterator[Message]:
    """
    Give what each entity tells at each instant of a block, by instant.

    Values that a silent sensor does not tell are left out; an entity that tells nothing at an
    instant has no message.

    Parameters
    ----------
    block
        Readings of an hour.
    """
    by_entity = _columns(block)
    for step, at_us in enumerate(block.times_us.tolist()):
        for entity, (kind, columns) in by_entity.items():
            values: dict[str, Any] = {}
            for attribute, leaf, column in columns:
                value = column[step]
                if value is None:
                    continue
                if leaf:
                    values.setdefault(attribute, {})[leaf] = value
                else:
                    values[attribute] = value
            if values:
                yield Message(entity=entity, type=kind, at_us=at_us, values=values)


Column = tuple[str, str, list[Any]]


def _columns(block: Block) -> dict[str, tuple[str, list[Column]]]:
    """Return the told values of each entity: attribute, leaf and a value a step."""
    by_entity: dict[str, tuple[str, list[Column]]] = {}
    for group in block.points.groups:
        rows = block.values[group.rows]
        words = CODES.get(group.attribute)
        is_whole = group.digits == 0 and words is None and _is_whole(group)
        silent = np.isnan(rows)
        told = np.round(rows, group.digits)
        for number, entity in enumerate(group.entities):
            column: list[Any] = told[number].tolist()
            if words is not None:
                column = [None if value != value else words[int(value)] for value in column]  # noqa: PLR0124  (NaN)
            elif is_whole:
                column = [None if value != value else int(value) for value in column]  # noqa: PLR0124  (NaN)
            elif silent[number].any():
                column = [None if value != value else value for value in column]  # noqa: PLR0124  (NaN)
            _, columns = by_entity.setdefault(entity, (group.type, []))
            columns.append((group.attribute, group.leaf, column))
    return by_entity


def _is_whole(group: Group) -> bool:
    """Tell whether the vocabulary has whole numbers for an attribute."""
    return vocabulary()[group.type][group.attribute].value == "integer"
