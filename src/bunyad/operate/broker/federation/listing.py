"""Types and attributes that are here and at other sources (CIM 009, 5.7.5 to 5.7.11)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import orjson

from bunyad.operate.broker.bodies import answer, wanted_media
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.federation.reading import Federated, warnings_of
from bunyad.operate.broker.federation.registration import Registration, Wanted
from bunyad.operate.broker.federation.sources import (
    Errand,
    context_for,
    context_of_source,
    is_alone,
    sources_for,
)
from bunyad.operate.broker.http import JSON, Call, Handler, Reply
from bunyad.operate.broker.params import truth
from bunyad.operate.broker.problems import Problem

Document = dict[str, Any]
OPERATIONS = {
    "/types": ("retrieveEntityTypes", "retrieveEntityTypeDetails"),
    "/types/{type}": ("retrieveEntityTypeInfo",) * 2,
    "/attributes": ("retrieveAttrTypes", "retrieveAttrTypeDetails"),
    "/attributes/{attribute}": ("retrieveAttrTypeInfo",) * 2,
}
"""Path to the operation that a source must offer, without details and with them."""
_NAMES = frozenset({"typeName", "attributeName"})
_LISTS = frozenset({"typeList", "attributeList", "attributeNames", "typeNames"})
_COUNTS = frozenset({"entityCount", "attributeCount"})


class Listed:
    """Answers which types and attributes there are with what other sources say."""

    def __init__(self, federated: Federated) -> None:
        self._federated = federated

    def around(self, path: str) -> Any:
        """Return what goes around the function that answers a path."""

        async def listed(handler: Handler, call: Call) -> Reply:
            return await self._answer(path, handler, call)

        return listed

    async def _answer(self, path: str, handler: Handler, call: Call) -> Reply:
        if is_alone(call):
            return await handler(call)
        media = wanted_media(call)
        context = await call.linked_context()
        iri = next((context.expand(name) for name in call.parts.values()), "")
        wanted = Wanted(
            choices=(frozenset({iri}),) if "type" in call.parts else None,
            attributes=frozenset({iri}) if "attribute" in call.parts else frozenset(),
        )
        details = truth(call, "details")
        sources = sources_for(call, OPERATIONS[path][details], wanted)
        if not sources:
            return await handler(call)
        place = path.partition("/{")[0] + (f"/{quote(iri, safe='')}" if iri else "")
        params = {"details": "true"} if details else {}
        found = await asyncio.gather(
            *(self._ask(call, source, place, params, context) for source in sources)
        )
        local, problem = await _local(handler, call, context)
        told = merge_lists([*local, *(one for one in found if one is not None)])
        if told is None:
            assert problem is not None
            problem.headers = (*problem.headers, *warnings_of(call))
            raise problem
        reply = answer(call, _renamed(told, context.compact), context, media)
        reply.headers += warnings_of(call)
        return reply

    async def _ask(
        self, call: Call, source: Registration, path: str, params: dict[str, str],
        context: Context,
    ) -> Any:  # fmt: skip
        errand = Errand(method="GET", path=path, params=params, context=context_for(context))
        answered = await self._federated.ask(call, source, errand)
        if answered.status != 200:
            return None
        names = await context_of_source(call, source) or errand.context
        return _read(answered.body, names or call.broker.contexts.core)


async def _local(
    handler: Handler, call: Call, context: Context
) -> tuple[list[Any], Problem | None]:
    """Return what this broker itself tells, or why it tells nothing."""
    try:
        reply = await handler(replace(call, headers={**call.headers, "accept": JSON}))
    except Problem as problem:
        if problem.status != 404:
            raise
        return [], problem
    return [_read(reply.body, context)], None


def _read(body: bytes, names: Context) -> Any:
    """Return a list as it was told, its names as IRIs; None if it is none."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    many = told if isinstance(told, list) else [told]
    if not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in many):
        return None
    return _renamed(told, names.expand)


def _renamed(told: Any, rename: Callable[[str], str]) -> Any:
    if isinstance(told, list):
        return [_renamed(one, rename) for one in told]
    renamed = dict(told)
    for name, value in told.items():
        if name in _NAMES:
            renamed[name] = rename(str(value))
        elif name in _LISTS and isinstance(value, list):
            renamed[name] = [rename(str(one)) for one in value]
        elif name == "attributeDetails" and isinstance(value, list):
            renamed[name] = _renamed([one for one in value if isinstance(one, dict)], rename)
    return renamed


def merge_lists(told: Iterable[Any]) -> Any:
    """
    Return one answer out of several: names together, counts added up; None out of none.

    Examples
    --------
    >>> merge_lists([{"id": "a", "typeList": ["T"]}, {"id": "b", "typeList": ["S", "T"]}])
    {'id': 'a', 'typeList': ['S', 'T']}
    """
    merged: Any = None
    for one in told:
        if merged is None or isinstance(merged, list) != isinstance(one, list):
            merged = one if merged is None else merged
        elif isinstance(one, list):
            merged = _merge_by_id(merged, one)
        else:
            merged = _merge(merged, one)
    return merged


def _merge_by_id(known: list[Document], other: list[Document]) -> list[Document]:
    by_id: dict[Any, Document] = {}
    for one in [*known, *other]:
        key = one.get("id")
        by_id[key] = _merge(by_id[key], one) if key in by_id else one
    return [by_id[key] for key in sorted(by_id, key=str)]


def _merge(known: Document, other: Document) -> Document:
    merged = {**other, **known}
    for name, value in other.items():
        if name in _COUNTS and isinstance(value, int) and isinstance(known.get(name), int):
            merged[name] = known[name] + value
        elif name == "attributeDetails":
            merged[name] = _merge_by_id(known.get(name, []), value)
        elif isinstance(value, list) and isinstance(known.get(name), list):
            merged[name] = sorted({str(one) for one in [*known[name], *value]})
    return merged
