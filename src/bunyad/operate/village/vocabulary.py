"""
Types and attributes that entities of a village may have.

Taken from Smart Data Models (each type's source is in `data/types.csv`) as far as villages need
them. A term has one address over all types, so that one `@context` serves the whole village:
that of the model from which it was taken first.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["CONTEXT_ID", "Attribute", "check_entity", "expand", "village_context", "vocabulary"]

CONTEXT_ID = "urn:bunyad:context:village"
"""Identifier of `village_context` where a broker knows it by name."""

PHASES = ("L1", "L2", "L3")
COMMON = "*"
STRUCTURE = {"id", "type", "@context", "scope"}
MEMBERS = {"Property": "value", "GeoProperty": "value", "JsonProperty": "json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """What an attribute of a type may hold."""

    name: str
    iri: str
    kind: str
    """Property, GeoProperty, JsonProperty or Relationship."""
    value: str
    """number, integer, text, time, boolean, list, object, phases, point or numbers."""
    least: float | None
    most: float | None
    unit: str
    """UN/CEFACT common code, or nothing."""
    choices: tuple[str, ...]


def _rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of the data folder."""
    path = resources.files("bunyad.operate.village").joinpath("data", name)
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


@cache
def vocabulary() -> Mapping[str, Mapping[str, Attribute]]:
    """
    Return the attributes that entities of each type may have, by name.

    Examples
    --------
    >>> vocabulary()["Streetlight"]["powerConsumption"].unit
    'WTT'
    """
    table: dict[str, dict[str, Attribute]] = {row["type"]: {} for row in _rows("types.csv")}
    for row in _rows("attributes.csv"):
        attribute = Attribute(
            name=row["attribute"],
            iri=row["iri"],
            kind=row["kind"],
            value=row["value"],
            least=float(row["least"]) if row["least"] else None,
            most=float(row["most"]) if row["most"] else None,
            unit=row["unit"],
            choices=tuple(part for part in row["choices"].split("|") if part),
        )
        for kind in table if row["type"] == COMMON else (row["type"],):
            table[kind][attribute.name] = attribute
    return table


@cache
def village_context() -> Mapping[str, str]:
    """
    Return the `@context` of village entities: the address of every term.

    Examples
    --------
    >>> village_context()["Streetlight"]
    'https://smartdatamodels.org/dataModel.Streetlighting/Streetlight'
    """
    terms = {row["type"]: row["iri"] for row in _rows("types.csv")}
    terms |= {phase: f"https://smartdatamodels.org/dataModel.Energy/{phase}" for phase in PHASES}
    return terms | {row["attribute"]: row["iri"] for row in _rows("attributes.csv")}


def expand(term: str) -> str:
    """
    Return the address of a type or attribute.

    Examples
    --------
    >>> expand("totalActivePower")
    'https://smartdatamodels.org/dataModel.Energy/totalActivePower'
    """
    return village_context()[term]


def check_entity(entity: Mapping[str, Any]) -> list[str]:
    """
    Return what is wrong with an entity, held against the vocabulary.

    Parameters
    ----------
    entity
        An entity or a part of one, normalised, with short names.

    Examples
    --------
    >>> lamp = {"id": "urn:ngsi-ld:Streetlight:1", "type": "Streetlight"}
    >>> check_entity({**lamp, "powerState": {"type": "Property", "value": "maybe"}})
    ["powerState is 'maybe', not one of bootingUp, low, off, on"]
    """
    known = vocabulary().get(str(entity.get("type")))
    if known is None:
        return [f"there is no type {entity.get('type')!r}"]
    faults = [] if str(entity.get("id", "")).startswith("urn:") else ["its id is no URN"]
    for name, content in entity.items():
        if name in STRUCTURE:
            continue
        if name not in known:
            faults.append(f"{entity['type']} has no attribute {name}")
            continue
        for instance in content if isinstance(content, list) else [content]:
            faults += _instance_faults(known[name], instance)
    return faults


def _instance_faults(attribute: Attribute, instance: Mapping[str, Any]) -> Iterator[str]:
    """Give what is wrong with one instance of an attribute."""
    if instance.get("type") != attribute.kind:
        yield f"{attribute.name} is a {instance.get('type')}, not a {attribute.kind}"
        return
    if attribute.kind == "Relationship":
        if not str(instance.get("object", "")).startswith("urn:"):
            yield f"{attribute.name} leads to {instance.get('object')!r}"
        return
    value = instance.get(MEMBERS[attribute.kind])
    if not _FITS[attribute.value](value):
        yield f"{attribute.name} is {value!r}, no {attribute.value}"
        return
    if attribute.unit and instance.get("unitCode", attribute.unit) != attribute.unit:
        yield f"{attribute.name} is in {instance['unitCode']}, not in {attribute.unit}"
    yield from _bound_faults(attribute, value)
    if attribute.choices:
        for one in value if isinstance(value, list) else [value]:
            if one not in attribute.choices:
                choices = ", ".join(attribute.choices)
                yield f"{attribute.name} is {one!r}, not one of {choices}"


def _bound_faults(attribute: Attribute, value: Any) -> Iterator[str]:
    """Give the numbers of a value that are out of bounds."""
    numbers = value.values() if attribute.value == "phases" else [value]
    for number in numbers:
        if attribute.least is not None and number < attribute.least:
            yield f"{attribute.name} is {number}, below {attribute.least:g}"
        if attribute.most is not None and number > attribute.most:
            yield f"{attribute.name} is {number}, above {attribute.most:g}"


def _is_number(value: Any) -> bool:
    """Tell whether a value is a number that JSON can say."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) < float("inf")


def _is_time(value: Any) -> bool:
    """Tell whether a value is a time of ISO 8601 in a zone, typed or plain."""
    text = value.get("@value") if isinstance(value, dict) else value
    try:
        return datetime.fromisoformat(str(text)).tzinfo is not None
    except ValueError:
        return False


def _is_point(value: Any) -> bool:
    """Tell whether a value is a point of GeoJSON on this planet."""
    if not isinstance(value, dict) or value.get("type") != "Point":
        return False
    lon, lat = value["coordinates"]
    return bool(-180 <= lon <= 180 and -90 <= lat <= 90)


_FITS: dict[str, Callable[[Any], bool]] = {
    "number": _is_number,
    "integer": lambda value: _is_number(value) and float(value).is_integer(),
    "text": lambda value: isinstance(value, str),
    "time": _is_time,
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list) and len(value) > 0,
    "object": lambda value: isinstance(value, dict),
    "phases": lambda value: (
        isinstance(value, dict)
        and set(value) <= set(PHASES)
        and all(_is_number(one) for one in value.values())
    ),
    "point": _is_point,
    "numbers": lambda value: isinstance(value, list) and all(_is_number(one) for one in value),
}
