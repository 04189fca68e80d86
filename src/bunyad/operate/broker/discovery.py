"""Which types and attributes there are (ETSI GS CIM 009, 5.7.5 to 5.7.10)."""

from __future__ import annotations

import uuid
from typing import Any

import orjson

from bunyad.operate.broker.bodies import answer, wanted_media
from bunyad.operate.broker.http import Call, Reply, Route
from bunyad.operate.broker.names import check_name
from bunyad.operate.broker.params import truth
from bunyad.operate.broker.problems import not_found
from bunyad.operate.records.database import Db

_LIVE_TYPES = """
SELECT w.iri, t.type FROM (SELECT DISTINCT type FROM entity_type) t JOIN word w ON w.ref = t.type
ORDER BY w.iri
"""
_LIVE_ATTRIBUTES = """
SELECT w.iri, w.ref FROM word w WHERE EXISTS (SELECT 1 FROM fact f WHERE f.attribute = w.ref)
ORDER BY w.iri
"""


async def types(call: Call) -> Reply:
    """Answer GET /types."""
    media = wanted_media(call)
    context = await call.linked_context()
    db = call.tenant().reader()
    found = db.execute(_LIVE_TYPES).fetchall()
    if not truth(call, "details"):
        return answer(call, {
            "id": f"urn:ngsi-ld:EntityTypeList:{uuid.uuid4()}", "type": "EntityTypeList",
            "typeList": [context.compact(iri) for iri, _ in found],
        }, context, media)  # fmt: skip
    pairs = _pairs(db)
    names = dict(db.execute("SELECT ref, iri FROM word"))
    details = [
        {
            "id": iri, "type": "EntityType", "typeName": context.compact(iri),
            "attributeNames": [
                context.compact(names[one]) for of, one in pairs if of == ref
            ],
        }
        for iri, ref in found
    ]  # fmt: skip
    return answer(call, details, context, media)


async def one_type(call: Call) -> Reply:
    """Answer GET /types/{type}."""
    media = wanted_media(call)
    context = await call.linked_context()
    name = check_name(call.parts["type"], "the type")
    iri = context.expand(name)
    kinds: dict[str, set[str]] = {}
    count = 0
    for attrs in _attributes(call, "SELECT entity FROM entity_type WHERE type = ?", iri):
        count += 1
        for attribute, instances in attrs.items():
            kinds.setdefault(attribute, set()).update(one["type"] for one in instances)
    if count == 0:
        raise not_found(f"there are no entities of the type {name}")
    info = {
        "id": iri, "type": "EntityTypeInfo", "typeName": context.compact(iri),
        "entityCount": count,
        "attributeDetails": [
            {
                "id": attribute, "type": "Attribute",
                "attributeName": context.compact(attribute), "attributeTypes": sorted(of),
            }
            for attribute, of in sorted(kinds.items())
        ],
    }  # fmt: skip
    return answer(call, info, context, media)


async def attributes(call: Call) -> Reply:
    """Answer GET /attributes."""
    media = wanted_media(call)
    context = await call.linked_context()
    db = call.tenant().reader()
    found = db.execute(_LIVE_ATTRIBUTES).fetchall()
    if not truth(call, "details"):
        return answer(call, {
            "id": f"urn:ngsi-ld:AttributeList:{uuid.uuid4()}", "type": "AttributeList",
            "attributeList": [context.compact(iri) for iri, _ in found],
        }, context, media)  # fmt: skip
    pairs = _pairs(db)
    names = dict(db.execute("SELECT ref, iri FROM word"))
    details = [
        {
            "id": iri, "type": "Attribute", "attributeName": context.compact(iri),
            "typeNames": [context.compact(names[of]) for of, one in pairs if one == ref],
        }
        for iri, ref in found
    ]  # fmt: skip
    return answer(call, details, context, media)


async def one_attribute(call: Call) -> Reply:
    """Answer GET /attributes/{attribute}."""
    media = wanted_media(call)
    context = await call.linked_context()
    name = check_name(call.parts["attribute"], "the attribute's name")
    iri = context.expand(name)
    kinds: set[str] = set()
    count = 0
    for attrs in _attributes(call, "SELECT entity FROM fact WHERE attribute = ?", iri):
        instances = attrs.get(iri, ())
        count += len(instances)
        kinds.update(one["type"] for one in instances)
    if count == 0:
        raise not_found(f"there is no attribute {name}")
    db = call.tenant().reader()
    of_types = db.execute(
        "SELECT DISTINCT n.iri FROM word w JOIN fact f ON f.attribute = w.ref "
        "JOIN entity_type t ON t.entity = f.entity JOIN word n ON n.ref = t.type "
        "WHERE w.iri = ? ORDER BY n.iri", (iri,),
    )  # fmt: skip
    info = {
        "id": iri, "type": "Attribute", "attributeName": context.compact(iri),
        "attributeCount": count, "attributeTypes": sorted(kinds),
        "typeNames": [context.compact(of) for (of,) in of_types],
    }  # fmt: skip
    return answer(call, info, context, media)


def _pairs(db: Db) -> list[tuple[int, int]]:
    """Return which attributes (numbers) the entities of which types have."""
    return db.execute(
        "SELECT p.type, p.attribute FROM "
        "(SELECT DISTINCT t.type, f.attribute FROM entity_type t JOIN fact f "
        "ON f.entity = t.entity) AS p "
        "JOIN word w ON w.ref = p.attribute JOIN word n ON n.ref = p.type "
        "ORDER BY n.iri, w.iri"
    ).fetchall()


def _attributes(call: Call, refs: str, iri: str) -> Any:
    db = call.tenant().reader()
    row = db.execute("SELECT ref FROM word WHERE iri = ?", (iri,)).fetchone()
    if row is None:
        return
    for (body,) in db.execute(
        f"SELECT body FROM entity WHERE ref IN ({refs}) AND body IS NOT NULL",  # noqa: S608  (own)
        (row[0],),
    ):
        yield orjson.loads(body)["attrs"]


_ONE = frozenset({"local", "via"})
ROUTES = (
    Route("GET", "/types", types, _ONE | {"details"}),
    Route("GET", "/types/{type}", one_type, _ONE),
    Route("GET", "/attributes", attributes, _ONE | {"details"}),
    Route("GET", "/attributes/{attribute}", one_attribute, _ONE),
)
