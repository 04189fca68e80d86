"""Entities read from here and from other sources at once (CIM 009, 5.7.1 and 5.7.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import orjson

from bunyad.operate.broker.asking import Question, params_of_query, questions_of
from bunyad.operate.broker.bodies import answer, answer_geo, read_document, wanted_media
from bunyad.operate.broker.consuming import is_over, told_by
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.entities import type_test
from bunyad.operate.broker.federation.merging import merge_all
from bunyad.operate.broker.federation.narrowing import attributes_of, narrowed
from bunyad.operate.broker.federation.registration import Registration, Wanted
from bunyad.operate.broker.federation.sources import (
    FAILED,
    Errand,
    ask_source,
    context_for,
    context_of_source,
    is_alone,
    sources_for,
)
from bunyad.operate.broker.http import GEO_JSON, Call, Handler, Reply
from bunyad.operate.broker.model import Entity
from bunyad.operate.broker.names import is_instant, is_uri
from bunyad.operate.broker.outgoing import Answer, Client
from bunyad.operate.broker.pages import page_of, paged
from bunyad.operate.broker.params import form_of, names_of, truth
from bunyad.operate.broker.problems import Problem, bad_request, not_found
from bunyad.operate.broker.query import compile_pattern, compile_types
from bunyad.operate.broker.reading import Reader
from bunyad.operate.broker.subscriptions.endpoints import rename_types
from bunyad.operate.broker.telling import Form, kept_attributes, tell_entity, tell_feature
from bunyad.operate.records import find_entities, load_entity, now_us, to_iso

MOST_MERGED = 1_000
"""Entities of one source that a query is answered with."""
_ORDER = ("inclusive", "redirect", "exclusive", "auxiliary")


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What is asked of several sources at once.

    Attributes
    ----------
    selections
        Parameters of queries; an entity that any of them finds is meant.
    context
        What their names stand for.
    split
        Whether parts of an entity may be in several places, so that only a whole one is held
        against values, places, scopes and attributes.
    """

    selections: list[dict[str, str]]
    context: Context
    split: bool = False


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
        errands = _errands_of(sources, key, form, context)
        found = await self._ask_all(call, errands, context)
        merged = merge_all(local, found, key)
        if merged is None or not type_test(call, context)(merged):
            raise _warned(not_found(f"there is no entity {key}"), call)
        if (form.attributes or form.pick) and not kept_attributes(merged, form):
            raise _warned(not_found(f"the entity {key} has none of the attributes asked for"), call)
        if media == GEO_JSON:
            reply = answer_geo(call, tell_feature(merged, context, form), context)
        else:
            reply = answer(call, tell_entity(merged, context, form), context, media)
        reply.headers += warnings_of(call)
        return reply

    async def query(self, handler: Handler, call: Call) -> Reply:
        """Answer GET /entities."""
        if is_alone(call):
            return await handler(call)
        context = await call.linked_context()
        return await self._query(handler, call, read_asked(call, [call.params], context))

    async def query_by_post(self, handler: Handler, call: Call) -> Reply:
        """Answer POST /entityOperations/query."""
        if is_alone(call):
            return await handler(call)
        document, context = await read_document(call)
        selections = params_of_query(document)
        told = told_by(call, document, wanted_media(call, geo=True))
        if document.get("splitEntities") is True:
            told["splitEntities"] = "true"
        given, call.params = call.params, told
        asked = read_asked(call, selections, context)
        call.params = given
        return await self._query(handler, call, asked, told)

    async def _query(
        self, handler: Handler, call: Call, asked: Asked, told: dict[str, str] | None = None
    ) -> Reply:
        told = call.params if told is None else told
        try:
            errands = errands_for(call, asked)
        except Problem as problem:
            if problem.status != 400:
                raise
            return await handler(call)  # it says what is wrong
        if not errands or "join" in told:
            return await handler(call)
        if "orderBy" in told:
            raise bad_request("an order is for what is here only; ask with local=true")
        call.params = told
        media = wanted_media(call, geo=True)
        form = form_of(call, asked.context, geo=media == GEO_JSON)
        page = page_of(call)
        merged = await self.gather(call, asked, errands)
        shown = merged[page.offset : page.offset + page.limit]
        if media == GEO_JSON:
            features = [tell_feature(one, asked.context, form) for one in shown]
            collection = {"type": "FeatureCollection", "features": features}
            reply = answer_geo(call, collection, asked.context)
        else:
            entities = [tell_entity(one, asked.context, form) for one in shown]
            reply = answer(call, entities, asked.context, media)
        reply.headers += warnings_of(call)
        return paged(call, reply, page, len(merged))

    async def gather(
        self, call: Call, asked: Asked, errands: list[tuple[Registration, Errand]]
    ) -> list[Entity]:
        """Return the entities that are here and elsewhere, each one whole."""
        local: dict[str, Entity] = {}
        for question in questions_of(call, _local(asked), asked.context):
            if not (question.restricted or truth(call, "local")):
                raise bad_request("a query names types, attributes, values (q) or a place")
            for one in find_entities(
                call.tenant().reader(), question.wanted(limit=MOST_MERGED)
            )[0]:  # fmt: skip
                if not is_over(one):
                    local.setdefault(one["id"], one)
        found = await self._ask_all(call, errands, asked.context)
        keys = dict.fromkeys([*local, *(one["id"] for _, many in found for one in many)])
        merged = [
            whole
            for key in keys
            if (call.mapped is None or key in call.mapped.where)
            and (whole := merge_all(local.get(key), found, key)) is not None
        ]
        if not asked.split:
            return merged
        questions = questions_of(call, asked.selections, asked.context)
        return [one for one in merged if any(_answers(question, one) for question in questions)]

    async def whole(
        self, call: Call, source: Registration, part: dict[str, Any], context: Context
    ) -> Entity | None:
        """
        Return an entity as it is here and at all sources.

        Parameters
        ----------
        call
            On whose behalf the others are asked.
        source
            A source that has told its part itself.
        part
            What it told.
        context
            What the names in it stand for.
        """
        names = context_for(context) or call.broker.contexts.core
        own = _share(source, _read(Reader(names, to_iso(now_us())), part, names))
        key = own["id"]
        local = load_entity(call.tenant().reader(), key)
        wanted = Wanted(ids=frozenset({key}))
        others = [
            one for one in sources_for(call, "retrieveEntity", wanted) if one.key != source.key
        ]
        errands = _errands_of(others, key, Form(), context)
        found = [*await self._ask_all(call, errands, context), (source, [own])]
        found.sort(key=lambda pair: _ORDER.index(pair[0].mode))
        return merge_all(None if local is None or is_over(local) else local, found, key)

    async def keys_of(
        self, call: Call, source: Registration, errand: Errand, context: Context
    ) -> list[str]:
        """Return the identifiers of the entities with which a source answers an errand."""
        return [entity["id"] for entity in await self._ask(call, source, errand, context)]

    async def ask(self, call: Call, source: Registration, errand: Errand) -> Answer:
        """Pass an errand on; note in the request what goes wrong."""
        answered = await ask_source(self._client, call, source, errand)
        if answered is FAILED or answered.status == 508:
            _warn(call, source, 199, "Miscellaneous Warning")
        elif answered.status >= 400 and answered.status != 404:
            _warn(call, source, 299, "Miscellaneous Persistent Warning")
        return answered

    async def _ask_all(
        self, call: Call, errands: list[tuple[Registration, Errand]], context: Context
    ) -> list[tuple[Registration, list[Entity]]]:
        errands = sorted(errands, key=lambda errand: _ORDER.index(errand[0].mode))
        found = await asyncio.gather(
            *(self._ask(call, source, errand, context) for source, errand in errands)
        )
        return [(source, many) for (source, _), many in zip(errands, found, strict=True)]

    async def _ask(
        self, call: Call, source: Registration, errand: Errand, context: Context
    ) -> list[Entity]:
        speaks = context_for(context)
        params = {**errand.params, "options": "sysAttrs"}
        answered = await self.ask(call, source, replace(errand, params=params, context=speaks))
        if answered.status not in {200, 201}:
            return []
        names = await context_of_source(call, source) or speaks or call.broker.contexts.core
        reader = Reader(names, to_iso(now_us()))
        try:
            told = orjson.loads(answered.body)
            documents = told if isinstance(told, list) else [told]
            entities = [_read(reader, one, names) for one in documents[:MOST_MERGED]]
        except (orjson.JSONDecodeError, Problem):
            source.tally.failed += 1
            source.tally.failure_us = now_us()
            _warn(call, source, 111, "Revalidation Failed")
            return []
        return [_share(source, entity) for entity in entities if not is_over(entity)]


def read_asked(call: Call, selections: list[dict[str, str]], context: Context) -> Asked:
    """Return what a request asks of several sources."""
    return Asked(selections, context, split=truth(call, "splitEntities"))


def errands_for(
    call: Call, asked: Asked, operation: str = "queryEntity", path: str = "/entities"
) -> list[tuple[Registration, Errand]]:
    """
    Return what to ask which sources for.

    Raises
    ------
    Problem
        BadRequestData if a query is malformed; 508 if it has passed this broker already.
    """
    speaks = context_for(asked.context)
    errands = []
    for params in asked.selections:
        if params.get("type") == "*":  # which is asked for here only
            continue
        wanted, passed = wanted_by(params, asked.context), _passed_on(asked, params)
        for source in sources_for(call, operation, wanted):
            bound = narrowed(source, wanted, passed, speaks)
            errands.append((source, Errand(method="GET", path=path, params=bound)))
    return errands


def _errands_of(
    sources: list[Registration], key: str, form: Form, context: Context
) -> list[tuple[Registration, Errand]]:
    """Return what to ask sources for of an entity."""
    path = f"/entities/{quote(key, safe=':')}"
    return [
        (
            source,
            Errand(method="GET", path=path, params=_attributes_asked(source, key, form, context)),
        )
        for source in sources
    ]


def _attributes_asked(
    source: Registration, key: str, form: Form, context: Context
) -> dict[str, str]:
    """Return which attributes of an entity a source is asked for: those it is registered for."""
    found = [source.information[at] for at in source.matching(Wanted(ids=frozenset({key})))]
    attributes = attributes_of(found)
    if form.attributes:
        attributes = attributes & form.attributes or form.attributes
    speaks = context_for(context)
    names = [speaks.compact(iri) if speaks else iri for iri in attributes]
    return {"attrs": ",".join(sorted(names))} if names else {}


def _local(asked: Asked) -> list[dict[str, str]]:
    """Return the selections that find what is here, or a part of it."""
    if not asked.split:
        return asked.selections
    return [
        {name: value for name, value in params.items() if name not in _OF_WHOLES}
        for params in asked.selections
    ]


def _answers(question: Question, entity: Entity) -> bool:
    """Tell whether a whole entity meets what is asked of values, places and attributes."""
    if question.attributes and not any(iri in entity["attrs"] for iri in question.attributes):
        return False
    return all(test(entity) for test in question.tests)


def _warn(call: Call, source: Registration, code: int, text: str) -> None:
    agent = source.document.get("contextSourceAlias") or source.key
    call.warnings.append(f'{code} {agent} "{text}"')


def warnings_of(call: Call) -> list[tuple[str, str]]:
    """Return the headers that tell what went wrong with other sources (6.3.17)."""
    return [("NGSILD-Warning", text) for text in dict.fromkeys(call.warnings)]


def _warned(problem: Problem, call: Call) -> Problem:
    problem.headers = (*problem.headers, *warnings_of(call))
    return problem


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


def wanted_by(params: Mapping[str, str], context: Context) -> Wanted:
    """Return what a query is about, for matching registrations."""
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


_OF_WHOLES = frozenset({"q", "georel", "geometry", "coordinates", "geoproperty", "scopeQ", "attrs"})
_PASSED = frozenset({"id", "idPattern", "expandValues"}) | _OF_WHOLES - {"geoproperty", "attrs"}


def _passed_on(asked: Asked, params: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of a query as a source gets them."""
    speaks = context_for(asked.context)
    taken = _PASSED - _OF_WHOLES if asked.split else _PASSED
    passed = {name: value for name, value in params.items() if name in taken}
    for name in ("type",) if asked.split else ("type", "attrs", "geoproperty"):
        if name in params:
            value = params[name]
            passed[name] = value if speaks else rename_types(value, asked.context.expand)
    return {**passed, "limit": str(MOST_MERGED)}
