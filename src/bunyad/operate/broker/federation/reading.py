"""Entities read from here and from other sources at once (CIM 009, 5.7.1 and 5.7.2)."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import orjson

from bunyad.operate.broker.asking import read_question
from bunyad.operate.broker.bodies import answer, answer_geo, wanted_media
from bunyad.operate.broker.consuming import is_over
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.entities import type_test
from bunyad.operate.broker.federation.merging import merge_entity, without
from bunyad.operate.broker.federation.registration import Registration, Wanted
from bunyad.operate.broker.federation.sources import (
    Errand,
    ask_source,
    context_for,
    is_alone,
    sources_for,
)
from bunyad.operate.broker.http import GEO_JSON, Call, Handler, Reply
from bunyad.operate.broker.model import Entity
from bunyad.operate.broker.names import is_instant, is_uri
from bunyad.operate.broker.outgoing import Client
from bunyad.operate.broker.pages import page_of, paged
from bunyad.operate.broker.params import form_of, names_of
from bunyad.operate.broker.problems import Problem, bad_request, not_found
from bunyad.operate.broker.query import compile_pattern, compile_types
from bunyad.operate.broker.reading import Reader
from bunyad.operate.broker.subscriptions.endpoints import rename_types
from bunyad.operate.broker.telling import kept_attributes, tell_entity, tell_feature
from bunyad.operate.records import find_entities, load_entity, now_us, to_iso

MOST_MERGED = 1_000
"""Entities of one source that a query is answered with."""
_ORDER = ("inclusive", "redirect", "exclusive", "auxiliary")
_PROXIED = frozenset({"redirect", "exclusive"})


class Federated:
    """Answers reading operations with what other sources have as well."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def retrieve(self, handler: Handler, call: Call) -> Reply:
        """Answer GET /entities/{id}."""
        if is_alone(call):
            return await handler(call)
        key = call.parts["id"]
        wanted = Wanted(ids=frozenset({key}))
        sources = sources_for(call, "retrieveEntity", wanted) if is_uri(key) else []
        if not sources or "join" in call.params:
            return await handler(call)
        media = wanted_media(call, geo=True)
        context = await call.linked_context()
        form = form_of(call, context, geo=media == GEO_JSON)
        local = load_entity(call.tenant().reader(), key)
        if local is not None and is_over(local):
            local = None
        path = f"/entities/{quote(key, safe=':')}"
        found = await self._ask_all(call, sources, path, {}, context)
        merged = merge_all(local, found, key)
        if merged is None or not type_test(call, context)(merged):
            raise not_found(f"there is no entity {key}")
        if (form.attributes or form.pick) and not kept_attributes(merged, form):
            raise not_found(f"the entity {key} has none of the attributes asked for")
        if media == GEO_JSON:
            return answer_geo(call, tell_feature(merged, context, form), context)
        return answer(call, tell_entity(merged, context, form), context, media)

    async def query(self, handler: Handler, call: Call) -> Reply:
        """Answer GET /entities."""
        if is_alone(call):
            return await handler(call)
        context = await call.linked_context()
        try:
            wanted = wanted_by(call, context)
        except Problem:
            return await handler(call)  # it says what is wrong
        sources = sources_for(call, "queryEntity", wanted)
        if not sources or {"join", "orderBy"} & call.params.keys():
            return await handler(call)
        media = wanted_media(call, geo=True)
        form = form_of(call, context, geo=media == GEO_JSON)
        page = page_of(call)
        db = call.tenant().reader()
        asked = read_question(call.params, context, call.tenant().reader)
        local, _ = find_entities(db, asked.wanted(limit=MOST_MERGED))
        params = _passed_on(call, context)
        found = await self._ask_all(call, sources, "/entities", params, context)
        by_key: dict[str, Entity] = {one["id"]: one for one in local if not is_over(one)}
        keys = list(by_key) + [one["id"] for _, entities in found for one in entities]
        merged = [
            whole
            for key in dict.fromkeys(keys)
            if (whole := merge_all(by_key.get(key), found, key)) is not None
        ]
        shown = merged[page.offset : page.offset + page.limit]
        if media == GEO_JSON:
            features = [tell_feature(one, context, form) for one in shown]
            reply = answer_geo(call, {"type": "FeatureCollection", "features": features}, context)
        else:
            reply = answer(call, [tell_entity(one, context, form) for one in shown], context, media)
        return paged(call, reply, page, len(merged))

    async def _ask_all(
        self,
        call: Call,
        sources: list[Registration],
        path: str,
        params: dict[str, str],
        context: Context,
    ) -> list[tuple[Registration, list[Entity]]]:
        sources = sorted(sources, key=lambda source: _ORDER.index(source.mode))
        found = await asyncio.gather(
            *(self._ask(call, source, path, params, context) for source in sources)
        )
        return list(zip(sources, found, strict=True))

    async def _ask(
        self, call: Call, source: Registration, path: str, params: dict[str, str], context: Context
    ) -> list[Entity]:
        speaks = context_for(context)
        asked = {**params, "options": "sysAttrs"}
        errand = Errand(method="GET", path=path, params=asked, context=speaks)
        answered = await ask_source(self._client, call, source, errand)
        if answered.status != 200:
            return []
        names = speaks or call.broker.contexts.core
        reader = Reader(names, to_iso(now_us()))
        try:
            told = orjson.loads(answered.body)
            documents = told if isinstance(told, list) else [told]
            entities = [_read(reader, one, names) for one in documents[:MOST_MERGED]]
        except (orjson.JSONDecodeError, Problem):
            source.tally.failed += 1
            source.tally.failure_us = now_us()
            return []
        return [_share(source, entity) for entity in entities]


def _share(source: Registration, entity: Entity) -> Entity:
    """Return what a source was registered for of an entity."""
    _, attributes = source.covered(entity["id"], entity["type"])
    if not attributes:
        return entity
    kept = {iri: found for iri, found in entity["attrs"].items() if iri in attributes}
    return {**entity, "attrs": kept}


def _read(reader: Reader, document: Any, context: Context) -> Entity:
    """Read an entity with the times of writing that its source tells."""
    if not isinstance(document, dict):
        raise bad_request("an entity is an object")
    document.pop("@context", None)
    entity = reader.entity(document)
    _take_times(entity, document)
    for name, value in document.items():
        instances = entity["attrs"].get(context.expand(name), [])
        told = value if isinstance(value, list) else [value]
        if len(told) == len(instances):
            for instance, one in zip(instances, told, strict=True):
                if isinstance(one, dict):
                    _take_times(instance, one)
    return entity


def _take_times(target: dict[str, Any], told: dict[str, Any]) -> None:
    for member in ("createdAt", "modifiedAt"):
        if is_instant(told.get(member)):
            target[member] = told[member]


def merge_all(
    local: Entity | None, found: list[tuple[Registration, list[Entity]]], key: str
) -> Entity | None:
    """Return an entity out of what is here and what the sources have."""
    whole = None if local is None else without(local, _held_elsewhere(local, found))
    for source, entities in found:
        for entity in entities:
            if entity["id"] != key:
                continue
            fills = source.mode == "auxiliary"
            whole = entity if whole is None else merge_entity(whole, entity, fills=fills)
    return whole


def _held_elsewhere(
    local: Entity, found: list[tuple[Registration, list[Entity]]]
) -> frozenset[str]:
    """Return the attributes of an entity that exclusive and redirect sources hold alone."""
    held: frozenset[str] = frozenset()
    for source, _ in found:
        if source.mode in _PROXIED:
            has, attributes = source.covered(local["id"], local["type"])
            held |= (attributes or frozenset(local["attrs"])) if has else frozenset()
    return held


def wanted_by(call: Call, context: Context) -> Wanted:
    """Return what a query is about, for matching registrations."""
    params = call.params
    choices = None
    if "type" in params:
        alternatives = compile_types(params["type"], context.expand).alternatives
        choices = None if alternatives is None else tuple(alternatives)
    pattern = params.get("idPattern")
    return Wanted(
        choices=choices,
        ids=frozenset(names_of(params.get("id"))),
        pattern=compile_pattern(pattern) if pattern else None,
        attributes=frozenset(context.expand(name) for name in names_of(params.get("attrs"))),
    )


_PASSED = frozenset(
    {"id", "idPattern", "q", "georel", "geometry", "coordinates", "scopeQ", "expandValues"}
)


def _passed_on(call: Call, context: Context) -> dict[str, str]:
    """Return the parameters of a query as a source gets them."""
    speaks = context_for(context)
    params = {name: value for name, value in call.params.items() if name in _PASSED}
    for name in ("type", "attrs", "geoproperty"):
        if name in call.params:
            value = call.params[name]
            params[name] = value if speaks else rename_types(value, context.expand)
    return {**params, "limit": str(MOST_MERGED)}
