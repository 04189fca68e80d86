"""The order of answers (ETSI GS CIM 009, 4.23)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.model import Entity, value_of
from bunyad.operate.broker.names import check_name
from bunyad.operate.broker.params import names_of
from bunyad.operate.broker.problems import bad_request
from bunyad.operate.broker.query.geometry import check_geometry
from bunyad.operate.broker.query.moments import read_moment
from bunyad.operate.broker.query.places import apart_m

DIRECTIONS = {"asc": False, "desc": True, "dist-asc": False, "dist-desc": True}
OF_INSTANCES = {"createdAt", "modifiedAt", "observedAt", "unitCode", "datasetId"}
MEMBERS = {"id", "type", "scope", "createdAt", "modifiedAt"}
_MOMENTS = {"time": 5, "date": 6, "dateTime": 7}
_TERM = re.compile(r"([^;\[\]]+)(?:\[([^\[\]]+)\])?(?:;(.+))?")
_COLLATION = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
Key = tuple[int, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """
    One thing to order by.

    Attributes
    ----------
    path
        A member, or attribute IRIs from the entity's downwards.
    inside
        Members to follow inside of the value.
    descending
        Whether the greatest comes first.
    nearest
        Whether the distance counts, not the value.
    """

    path: tuple[str, ...]
    inside: tuple[str, ...] = ()
    descending: bool = False
    nearest: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """An order: its steps, and the geometry from which distances count."""

    steps: tuple[Step, ...]
    origin: Mapping[str, Any] | None = None

    def sort(self, entities: list[Entity]) -> list[Entity]:
        """Return entities in this order; those without a value come last."""
        ordered = list(entities)
        for step in reversed(self.steps):
            keys = {entity["id"]: self._key(entity, step) for entity in ordered}
            having = [entity for entity in ordered if keys[entity["id"]] is not None]
            lacking = [entity for entity in ordered if keys[entity["id"]] is None]
            having.sort(key=lambda one: keys[one["id"]] or (0, 0), reverse=step.descending)
            ordered = having + lacking
        return ordered

    def _key(self, entity: Entity, step: Step) -> Key | None:
        value = _value(entity, step)
        if step.nearest and self.origin is not None and isinstance(value, dict):
            return (-1, apart_m(self.origin, value))
        return _rank(value)


def read_order(params: Mapping[str, str], context: Context) -> Order | None:
    """
    Read `orderBy`, such as `temperature;desc,id`, with `orderFrom`, `orderGeometry`, `collation`.

    Raises
    ------
    Problem
        BadRequestData if one is malformed, or distances are asked for from nowhere.
    """
    collation = params.get("collation")
    if collation is not None and _COLLATION.fullmatch(collation) is None:
        raise bad_request(f"collation is {collation[:40]!r}, no collation such as de-u-co-phonebk")
    origin = _read_origin(params)
    if "orderBy" not in params:
        return None
    steps = tuple(_read_step(part, context) for part in _parts(params["orderBy"]))
    if not steps:
        raise bad_request("orderBy is empty")
    if origin is None and any(step.nearest for step in steps):
        raise bad_request("an order by distance needs orderFrom")
    return Order(steps, origin)


def params_of_order(ordering: Any) -> dict[str, str]:
    """Return the parameters that OrderingParams (5.2.43) of a query in a body stand for."""
    if ordering is None:
        return {}
    by = ordering.get("orderBy") if isinstance(ordering, dict) else None
    if not isinstance(by, list) or not all(isinstance(one, str) for one in by):
        raise bad_request("ordering has a list orderBy")
    params = {"orderBy": ",".join(by)}
    for member, name in (("collation", "collation"), ("geometry", "orderGeometry")):
        if member in ordering:
            params[name] = str(ordering[member])
    if "coordinates" in ordering:
        told = ordering["coordinates"]
        params["orderFrom"] = told if isinstance(told, str) else orjson.dumps(told).decode()
    return params


def _parts(text: str) -> list[str]:
    return names_of(text.replace("|", ","))


def _read_step(part: str, context: Context) -> Step:
    found = _TERM.fullmatch(part)
    if found is None:
        raise bad_request(f"orderBy has {part[:80]!r}")
    name, inside, direction = found.groups()
    if direction is not None and direction not in DIRECTIONS:
        raise bad_request(f"orderBy has the direction {direction!r}: {', '.join(DIRECTIONS)}")
    path: tuple[str, ...] = (name,)
    if name not in MEMBERS:
        check_name(name, "a name in orderBy")
        names = [name] if ":" in name else name.split(".")
        path = tuple(one if one in OF_INSTANCES else context.expand(one) for one in names)
    return Step(
        path, tuple(inside.split(".")) if inside else (), DIRECTIONS.get(direction or "", False),
        nearest=(direction or "").startswith("dist"),
    )  # fmt: skip


def _read_origin(params: Mapping[str, str]) -> dict[str, Any] | None:
    if "orderFrom" not in params:
        return None
    try:
        coordinates = orjson.loads(params["orderFrom"])
    except orjson.JSONDecodeError:
        raise bad_request("orderFrom holds no coordinates") from None
    origin = {"type": params.get("orderGeometry", "Point"), "coordinates": coordinates}
    check_geometry(origin, ask=True)
    return origin


# --- keys ---------------------------------------------------------------------------------


def _value(entity: Entity, step: Step) -> Any:
    path = step.path
    if path[0] in MEMBERS:
        value: Any = entity.get(path[0])
        return value[0] if isinstance(value, list) and value else value
    instances = entity["attrs"].get(path[0], ())
    for name in path[1:]:
        if instances and name in OF_INSTANCES:
            return instances[0].get(name)
        instances = instances[0].get("attrs", {}).get(name, ()) if instances else ()
    if not instances:
        return None
    default = next((one for one in instances if "datasetId" not in one), instances[0])
    value = value_of(default)
    for member in step.inside:
        value = value.get(member) if isinstance(value, dict) else None
    if default["type"] == "LanguageProperty" and isinstance(value, dict):
        value = next((part for part in value.values() if isinstance(part, str)), None)
    return value["@value"] if isinstance(value, dict) and "@value" in value else value


def _rank(value: Any) -> Key | None:
    """
    Return where a value stands among values of any kind (4.23.2).

    Texts stand as a reader looks them up: accents and case count only between equals. That comes
    near to the root collation of Unicode; tailorings of languages are not known.

    Examples
    --------
    >>> sorted(["b", True, "A", 3, "a"], key=_rank)
    [3, 'A', 'a', 'b', True]
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return (4, value)
    if isinstance(value, int | float):
        return (0, value)
    if isinstance(value, str):
        moment = read_moment(value)
        if moment is not None:
            return (_MOMENTS.get(moment[0], 7), moment[1])
        base = unicodedata.normalize("NFKD", value)
        plain = "".join(char for char in base if not unicodedata.combining(char))
        return (1, (plain.casefold(), value))
    return (2 if isinstance(value, dict) else 3, orjson.dumps(value))
