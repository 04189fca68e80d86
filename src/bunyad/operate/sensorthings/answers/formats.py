"""
Entities as CSV and as GeoJSON, for spreadsheets and maps.

The standard has neither; these are the two result formats that public servers agreed upon
(INSIDE-information-systems/SensorThingsAPI, `CSV-ResultFormat`; FROST-Server, `GeoJSON`). What does
not fit a table or a map, such as the link to the next page, stands in the header `Link`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import orjson

from bunyad.operate.sensorthings.language.options import Options
from bunyad.operate.sensorthings.message import Reply
from bunyad.operate.sensorthings.model import CONTROL, Form, Kind, Relation, target_of
from bunyad.operate.sensorthings.refusals import Refusal

CSV = "text/csv; charset=utf-8"
GEOJSON = "application/geo+json"
_PARTS = {"unitOfMeasurement": ("name", "symbol", "definition")}
_ID = f"{CONTROL}id"
Way = tuple[str, ...]


def write_formatted(
    kind: Kind, options: Options, told: list[dict[str, Any]], link: str = ""
) -> Reply:
    """
    Return entities in the result format that was asked for.

    Parameters
    ----------
    kind
        What they are.
    options
        Options of the request; its `form` is csv or geojson.
    told
        The entities as JSON.
    link
        Address of the next page, if there is one.

    Raises
    ------
    Refusal
        If a table is to hold several entities in one row.
    """
    plain: list[dict[str, Any]] = orjson.loads(orjson.dumps(told))
    headers = [("link", f'<{link}>; rel="next"')] if link else []
    if options.form == "csv":
        return Reply(200, _csv(kind, options, plain).encode(), CSV, headers)
    features = [_feature(kind, entity) for entity in plain]
    document = {"type": "FeatureCollection", "features": features}
    return Reply(200, orjson.dumps(document), GEOJSON, headers)


def _csv(kind: Kind, options: Options, told: list[dict[str, Any]]) -> str:
    ways = _columns(kind, options)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    table.writerow("/".join("id" if step == _ID else step for step in way) for way in ways)
    table.writerows([_cell(entity, way) for way in ways] for entity in told)
    return text.getvalue()


def _columns(kind: Kind, options: Options) -> list[Way]:
    names: Sequence[str] = options.select or (_ID, *kind.properties)
    ways: list[Way] = []
    for name in names:
        if name in kind.relations or name == f"{CONTROL}selfLink":
            continue
        if name in _PARTS:
            ways += [(name, part) for part in _PARTS[name]]
        else:
            ways.append((_ID,) if name == "id" else tuple(name.split("/")))
    for expand in options.expand:
        relation = kind.relations[expand.relation]
        if not relation.one and expand.options.top != 1:
            raise _several(relation)
        inner = _columns(target_of(relation), expand.options)
        ways += [(relation.name, *way) for way in inner]
    return ways


def _several(relation: Relation) -> Refusal:
    return Refusal(
        f"{relation.name} are several, a row of a table holds one",
        where="$expand",
        mend=f"ask for {relation.target}s themselves, or for {relation.name}($top=1)",
    )


def _cell(entity: Any, way: Way) -> str:
    it = entity
    for step in way:
        if isinstance(it, list):
            it = it[0] if it else None
        it = it.get(step) if isinstance(it, dict) else None
    if it is None:
        return ""
    return it if isinstance(it, str) else orjson.dumps(it).decode()


def _feature(kind: Kind, entity: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    shapes: list[Any] = []
    _take_entity(kind, entity, "", flat, shapes)
    return {"type": "Feature", "properties": flat, "geometry": shapes[0] if shapes else None}


def _take_entity(
    kind: Kind, entity: dict[str, Any], start: str, flat: dict[str, Any], shapes: list[Any]
) -> None:
    """Lay an entity out flat, its shapes aside; those of entities within it come after its own."""
    inside = []
    for name, it in entity.items():
        found = kind.properties.get(name)
        if name in kind.relations:
            inside.append((name, it))
        elif name == _ID:
            flat[f"{start}id"] = it
        elif found is not None and found.form is Form.GEOMETRY and isinstance(it, dict):
            shapes.append(it.get("geometry") if it.get("type") == "Feature" else it)
        elif found is not None:
            _take_value(it, f"{start}{name}", flat)
    for name, it in inside:
        target = target_of(kind.relations[name])
        if isinstance(it, dict):
            _take_entity(target, it, f"{start}{name}/", flat, shapes)
            continue
        for at, other in enumerate(it):
            _take_entity(target, other, f"{start}{name}/{at}/", flat, shapes)


def _take_value(it: Any, name: str, flat: dict[str, Any]) -> None:
    if isinstance(it, dict):
        for key, part in it.items():
            _take_value(part, f"{name}/{key}", flat)
    elif isinstance(it, list):
        for at, part in enumerate(it):
            _take_value(part, f"{name}/{at}", flat)
    else:
        flat[name] = it
