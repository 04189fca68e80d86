"""Faults that are put in on purpose, and the list of the truth about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from bunyad.errors import Fault as InputFault
from bunyad.errors import InputError
from bunyad.operate.play.life import life
from bunyad.operate.play.points import Points
from bunyad.operate.village.entities import entity_id

__all__ = ["FAULTS", "Fault", "FaultKind", "dated", "read_faults", "truth_of"]

FORM = re.compile(
    r"(?P<kind>[a-z_]+)@"
    r"(?P<start>\d+(?:\.\d+)?[mhd]|\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?Z?)"
    r"(?:\+(?P<span>\d+(?:\.\d+)?[mhd]))?"
    r"(?::(?P<target>[A-Za-z0-9_/-]+))?"
    r"(?:=(?P<size>\d+(?:\.\d+)?))?"
)
UNITS_US = {"m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
"""Unit factors [µs]."""
DEFAULT_SPAN = "6h"
TRUTH_FORMAT = "bunyad-village-truth/1"
METER = "ThreePhaseAcMeasurement"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """A kind of fault: what it does, to what, and how much unless told."""

    title: str
    type: str
    """Type of the entity that it strikes; empty where any may be struck."""
    thing: str
    """Start of the names of the things that it may strike."""
    affects: tuple[str, ...]
    """Attributes that show it."""
    size: str = ""
    """Name of the usual size in `data/life.csv`."""
    unit: str = ""


FAULTS: Mapping[str, FaultKind] = {
    "leak": FaultKind(
        title="Water runs without end in a home", type="WaterConsumptionObserved", thing="home-",
        affects=("waterConsumption", "minFlow", "maxFlow"), size="leak_l_per_h", unit="l/h",
    ),
    "pipe_leak": FaultKind(
        title="A main is broken: water goes in that no meter sees",
        type="WaterConsumptionObserved", thing="inlet",
        affects=("waterConsumption", "minFlow", "maxFlow"), size="pipe_leak_l_per_h", unit="l/h",
    ),
    "dead_inverter": FaultKind(
        title="A roof gives nothing", type="PhotovoltaicMeasurement", thing="home-",
        affects=("activePower", "current", "inverterStatus"),
    ),
    "lamp_out": FaultKind(
        title="A lamp stays dark at night", type="Streetlight", thing="lamp-",
        affects=("powerConsumption", "current"),
    ),
    "lamp_day": FaultKind(
        title="A lamp burns by day", type="Streetlight", thing="lamp-",
        affects=("powerConsumption", "powerState", "current", "illuminanceLevel"),
    ),
    "stuck_valve": FaultKind(
        title="A valve stays open against its setting", type="Valve", thing="field-",
        affects=("openStatus", "flow"),
    ),
    "container_full": FaultKind(
        title="A container is not emptied", type="WasteContainer", thing="container-",
        affects=("fillingLevel", "cargoWeight"),
    ),
    "theft": FaultKind(
        title="Electricity goes past a meter", type=METER, thing="home-",
        affects=("totalActivePower", "totalActiveEnergyImport"), size="theft_share", unit="-",
    ),
    "tap": FaultKind(
        title="Electricity is taken from the line before any meter", type=METER,
        thing="transformer-", affects=("totalActivePower", "totalActiveEnergyImport"),
        size="tap_kw", unit="kW",
    ),
    "low_voltage": FaultKind(
        title="Voltage sags behind a transformer", type=METER, thing="transformer-",
        affects=("phaseVoltage",), size="sag_share", unit="-",
    ),
    "high_voltage": FaultKind(
        title="Voltage swells behind a transformer", type=METER, thing="transformer-",
        affects=("phaseVoltage",), size="swell_share", unit="-",
    ),
    "transformer_out": FaultKind(
        title="A transformer is off: its homes are dark and their mains meters silent",
        type=METER, thing="transformer-", affects=("totalActivePower", "phaseVoltage"),
    ),
    "charger_fault": FaultKind(
        title="A charger is out of service", type="EVChargingStation", thing="charger-",
        affects=("powerConsumption", "status"),
    ),
    "drift": FaultKind(
        title="A thermometer goes wrong slowly", type="WeatherObserved", thing="station-",
        affects=("temperature",), size="drift_per_h", unit="K/h",
    ),
    "silent": FaultKind(title="An entity tells nothing", type="", thing="home-", affects=()),
    "stuck": FaultKind(
        title="An entity tells the same again and again", type="", thing="home-", affects=(),
    ),
}  # fmt: skip
"""Every kind of fault that can be put in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault that is put in."""

    kind: str
    entity: str
    """Identifier of the entity that it strikes."""
    number: int
    """Which thing of its kind that is, from 0."""
    start_us: int
    end_us: int
    size: float


def read_faults(
    texts: Sequence[str], points: Points, *, from_us: int, seed: int
) -> tuple[Fault, ...]:
    """
    Read faults from texts.

    Parameters
    ----------
    texts
        Each as KIND@START[+SPAN][:NAME][=SIZE]. START is a time (2030-07-01T03:00Z) or a span
        after the beginning (26h, 90m, 2d); SPAN is 6h unless told; NAME is a thing (home-012) or
        TYPE/thing, one drawn by the seed unless told.
    points
        The points of the village.
    from_us
        When playing begins [µs since 1970].
    seed
        Seed of what is drawn.

    Raises
    ------
    InputError
        Naming every text that is none.
    """
    found, wrong = [], []
    for place, text in enumerate(texts):
        rng = np.random.default_rng([seed, place])
        try:
            found.append(_read(text, points, from_us, rng))
        except ValueError as error:
            wrong.append(
                InputFault(
                    where="--fault", what=f"{text!r}: {error}",
                    mend=f"write KIND@START+SPAN:NAME=SIZE, KIND one of {', '.join(FAULTS)}",
                )
            )  # fmt: skip
    if wrong:
        raise InputError.of(wrong)
    return tuple(found)


def dated(text: str, *, from_us: int) -> str:
    """
    Return a fault that begins at a time, where it was to begin a while after a beginning.

    Parameters
    ----------
    text
        As `read_faults` takes it; what is none is given back.
    from_us
        The beginning [µs since 1970].

    Examples
    --------
    >>> dated("leak@26h+6h:home-012", from_us=1_909_094_400_000_000)
    'leak@2030-07-02T02:00:00Z+6h:home-012'
    """
    match = FORM.fullmatch(text.strip())
    if match is None or "T" in match["start"]:
        return text
    at = datetime.fromtimestamp(_start_us(match["start"], from_us) / 1e6, UTC)
    start, end = match.span("start")
    told = match.string
    return f"{told[:start]}{at:%Y-%m-%dT%H:%M:%SZ}{told[end:]}"


def _read(text: str, points: Points, from_us: int, rng: np.random.Generator) -> Fault:
    """Return the fault of a text, or raise ValueError saying what is wrong."""
    match = FORM.fullmatch(text.strip())
    if match is None:
        raise ValueError("it is no fault")
    kind = FAULTS.get(match["kind"])
    if kind is None:
        raise ValueError(f"there is no kind {match['kind']}")
    start_us = _start_us(match["start"], from_us)
    candidates = _candidates(kind, points)
    target = match["target"]
    if target is None:
        if not candidates:
            raise ValueError(f"the place has no {kind.thing.rstrip('-')}")
        entity = candidates[int(rng.integers(len(candidates)))]
    else:
        entity = _named(target, kind, points)
    size = match["size"]
    return Fault(
        kind=match["kind"],
        entity=entity,
        number=_number(entity),
        start_us=start_us,
        end_us=start_us + _span_us(match["span"] or DEFAULT_SPAN),
        size=float(size) if size else (life()[kind.size] if kind.size else 1.0),
    )


def _candidates(kind: FaultKind, points: Points) -> list[str]:
    """Return the entities that a fault of a kind may strike."""
    wanted = kind.type or METER
    start = entity_id(wanted, points.settlement, kind.thing)
    return sorted(
        {one for group in points.groups if group.type == wanted for one in group.entities
         if one.startswith(start)}
    )  # fmt: skip


def _named(target: str, kind: FaultKind, points: Points) -> str:
    """Return the entity of a name, with or without its type."""
    kind_name, _, name = target.rpartition("/")
    known = {one: group.type for group in points.groups for one in group.entities}
    types = [kind.type or kind_name or METER] if kind.type or kind_name else [
        METER, *dict.fromkeys(known.values())
    ]  # fmt: skip
    for one in types:
        entity = entity_id(one, points.settlement, name)
        if known.get(entity) == one:
            return entity
    raise ValueError(f"there is no {target} that tells anything")


def _number(entity: str) -> int:
    """Return the number at the end of a name, from 0."""
    digits = re.search(r"(\d+)(?:-[a-z]+)?$", entity)
    return int(digits[1]) - 1 if digits else 0


def _span_us(text: str) -> int:
    """Return a span such as 90m, 6h or 2d [µs]."""
    return round(float(text[:-1]) * UNITS_US[text[-1]])


def _start_us(text: str, from_us: int) -> int:
    """Return a start, told as a time or as a span after the beginning [µs since 1970]."""
    if text[-1] in UNITS_US:
        return from_us + _span_us(text)
    at = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    return round(at.timestamp()) * 1_000_000


def truth_of(
    faults: Iterable[Fault], *, settlement: str, seed: int, from_us: int, to_us: int
) -> dict[str, Any]:
    """
    Return what was put in when, for those who judge alarms.

    Parameters
    ----------
    faults
        What was put in.
    settlement
        Identifier of the settlement.
    seed
        Seed of the noise.
    from_us, to_us
        What was played [µs since 1970].
    """
    return {
        "format": TRUTH_FORMAT,
        "settlement": settlement,
        "seed": seed,
        "from": _iso(from_us),
        "to": _iso(to_us),
        "faults": [
            {
                "id": number + 1,
                "kind": fault.kind,
                "title": FAULTS[fault.kind].title,
                "entity": fault.entity,
                "attributes": list(FAULTS[fault.kind].affects),
                "start": _iso(fault.start_us),
                "end": _iso(fault.end_us),
                "size": fault.size,
                "unit": FAULTS[fault.kind].unit,
            }
            for number, fault in enumerate(faults)
        ],
    }


def _iso(at_us: int) -> str:
    """Return an instant as ISO 8601."""
    return datetime.fromtimestamp(at_us / 1e6, UTC).isoformat().replace("+00:00", "Z")
