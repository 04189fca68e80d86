"""The order of answers (ETSI GS CIM 009, 4.23)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.model import Entity, value_of
from bunyad.operate.broker.names import check_name
from bunyad.operate.broker.params import names_of
from bunyad.operate.broker.problems import bad_request

DIRECTIONS = {"asc": False, "desc": True}
OF_INSTANCES = {"createdAt", "modifiedAt", "observedAt", "unitCode", "datasetId"}
MEMBERS = {"id", "type", "scope", "createdAt", "modifiedAt"}


@dataclass(frozen=True, slots=True)
class Order:
    """
    An order.

    Attributes
    ----------
    keys
        Members or paths of attribute IRIs, and whether the greatest comes first.
    """

    keys: tuple[tuple[tuple[str, ...], bool], ...]

    def sort(self, entities: list[Entity]) -> list[Entity]:
        """Return entities in this order; those without a value come last."""
        ordered = list(entities)
        for path, descending in reversed(self.keys):
            having = [entity for entity in ordered if _key(entity, path) is not None]
            lacking = [entity for entity in ordered if _key(entity, path) is None]
            having.sort(key=lambda entity: _key(entity, path) or (0, ""), reverse=descending)
            ordered = having + lacking
        return ordered


def read_order(text: str | None, context: Context) -> Order | None:
    """
    Read `orderBy`, such as `temperature;desc,id`.

    Raises
    ------
    Problem
        BadRequestData if it is malformed.
    """
    if text is None:
        return None
    keys = []
    for part in names_of(text.replace("|", ",")):
        name, _, direction = part.partition(";")
        if direction and direction not in DIRECTIONS:
            raise bad_request(f"orderBy has the direction {direction!r}, neither asc nor desc")
        if name in MEMBERS:
            path: tuple[str, ...] = (name,)
        else:
            check_name(name, "a name in orderBy")
            steps = [name] if ":" in name else name.split(".")
            path = tuple(one if one in OF_INSTANCES else context.expand(one) for one in steps)
        keys.append((path, DIRECTIONS.get(direction, False)))
    if not keys:
        raise bad_request("orderBy is empty")
    return Order(tuple(keys))


def _key(entity: Entity, path: tuple[str, ...]) -> tuple[int, Any] | None:
    if path[0] in MEMBERS:
        value: Any = entity.get(path[0])
        if isinstance(value, list):
            value = value[0] if value else None
    else:
        instances = entity["attrs"].get(path[0], ())
        for step in path[1:]:
            if instances and step in OF_INSTANCES:
                return (1, str(instances[0].get(step, "")))
            instances = instances[0].get("attrs", {}).get(step, ()) if instances else ()
        if not instances:
            return None
        default = next((one for one in instances if "datasetId" not in one), instances[0])
        value = value_of(default)
    if isinstance(value, dict):
        value = next((part for part in value.values() if isinstance(part, str)), None)
    if isinstance(value, list):
        value = next((part for part in value if isinstance(part, str | int | float)), None)
    if value is None:
        return None
    return (0, value) if isinstance(value, int | float) else (1, str(value))
