"""The past of entities read from here and from other sources at once (CIM 009, 5.7.3, 5.7.4)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import orjson

from bunyad.operate.broker.asking import params_of_query
from bunyad.operate.broker.bodies import answer, read_document, wanted_media
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.federation.discovery import interval_test
from bunyad.operate.broker.federation.reading import Asked, Federated, wanted_by, warnings_of
from bunyad.operate.broker.federation.registration import Registration, Wanted
from bunyad.operate.broker.federation.sources import (
    Errand,
    context_for,
    context_of_source,
    is_alone,
    sources_for,
)
from bunyad.operate.broker.federation.words import renamed_back
from bunyad.operate.broker.http import JSON, Call, Handler, Reply
from bunyad.operate.broker.names import is_uri
from bunyad.operate.broker.outgoing import Answer
from bunyad.operate.broker.pages import page_of, paged
from bunyad.operate.broker.params import LARGEST_LIMIT
from bunyad.operate.broker.problems import Problem, bad_request, not_found
from bunyad.operate.broker.temporal import consumption
from bunyad.operate.broker.temporal.telling import MANY
from bunyad.operate.broker.temporal.window import MOST_INSTANCES, Window, read_window

Document = dict[str, Any]
_LISTS = frozenset(MANY.values())
_MEMBERS = frozenset({"id", "type", "@context", "createdAt", "modifiedAt", "deletedAt"})
_NOT_PASSED = frozenset({"limit", "offset", "count", "local", "entityMap", "entityMapLifetime"})
_INTERVALS = frozenset({"observationInterval", "managementInterval"})


class FederatedPast:
    """Answers operations that read the past with what other sources have as well."""

    def __init__(self, federated: Federated) -> None:
        self._federated = federated

    async def retrieve(self, handler: Handler, call: Call) -> Reply:
        """Answer GET /temporal/entities/{id}."""
        key = call.parts["id"]
        if is_alone(call) or not is_uri(key):
            return await handler(call)
        window = read_window(call.params, needed=False)
        sources = _sources(call, "retrieveTemporal", Wanted(ids=frozenset({key})), window)
        if not sources:
            return await handler(call)
        media = wanted_media(call)
        context = await call.linked_context()
        errand = Errand(
            method="GET", path=f"/temporal/entities/{quote(key, safe=':')}",
            params=_passed_on(call.params), context=context_for(context),
        )  # fmt: skip
        local = await _local(handler, call)
        found = await self._ask(call, [(source, errand) for source in sources])
        merged = merge_pasts([*local, *found], window).get(key)
        if merged is None:
            raise not_found(f"nothing is known of the past of {key}")
        reply = answer(call, merged, context, media)
        reply.headers += warnings_of(call)
        return reply

    async def query(self, handler: Handler, call: Call) -> Reply:
        """Answer a query of the past, GET or POST."""
        if is_alone(call):
            return await handler(call)
        media = wanted_media(call)
        context, told, selections = await _read(call)
        try:
            window = read_window(told, needed=True)
            errands = errands_of_past(call, told, Asked(selections, context))
        except Problem as problem:
            if problem.status != 400:
                raise
            return await handler(call)  # it says what is wrong
        if not errands or (context.source is not None and not context.link):
            return await handler(call)
        if "orderBy" in told:
            raise bad_request("an order is for what is here only; ask with local=true")
        page = page_of(call)
        local = await _local(handler, call, limit=str(LARGEST_LIMIT), offset="0")
        found = await self._ask(call, errands)
        merged = [
            document
            for key, document in merge_pasts([*local, *found], window).items()
            if call.mapped is None or key in call.mapped.where
        ]
        shown = merged[page.offset : page.offset + page.limit]
        reply = answer(call, shown, context, media)
        reply.headers += warnings_of(call)
        return paged(call, reply, page, len(merged))

    async def _ask(self, call: Call, errands: list[tuple[Registration, Errand]]) -> list[Document]:
        errands = sorted(errands, key=lambda one: one[0].mode == "auxiliary")
        answers = await asyncio.gather(
            *(self._federated.ask(call, source, errand) for source, errand in errands)
        )
        told: list[Document] = []
        for (source, errand), answered in zip(errands, answers, strict=True):
            speaks = await context_of_source(call, source)
            names = errand.context or call.broker.contexts.core
            told += [
                one if speaks is None else renamed_back(one, speaks, names)
                for one in told_pasts(answered)
            ]
        return told


async def _read(call: Call) -> tuple[Context, dict[str, str], list[dict[str, str]]]:
    """Return the context of a query, its parameters, and its selections of entities."""
    if call.method != "POST":
        return await call.linked_context(), call.params, [call.params]
    document, context = await read_document(call)
    return context, consumption.told_by(call, document), params_of_query(document)


def errands_of_past(
    call: Call, told: dict[str, str], asked: Asked
) -> list[tuple[Registration, Errand]]:
    """Return what to ask which sources for, for a query of the past."""
    window = read_window(told, needed=True)
    return [
        (source, _errand({**told, **params}, asked.context))
        for params in asked.selections
        for source in _sources(call, "queryTemporal", wanted_by(params, asked.context), window)
    ]


def _sources(call: Call, operation: str, wanted: Wanted, window: Window) -> list[Registration]:
    overlaps = interval_test(window)
    return [
        one
        for one in sources_for(call, operation, wanted, past=True)
        if not _INTERVALS & one.document.keys() or not window.relation or overlaps(one)
    ]


def _passed_on(params: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in params.items() if name not in _NOT_PASSED}


def _errand(params: dict[str, str], context: Context) -> Errand:
    passed = {**_passed_on(params), "limit": str(LARGEST_LIMIT)}
    return Errand(
        method="GET", path="/temporal/entities", params=passed, context=context_for(context)
    )


async def _local(handler: Handler, call: Call, **paging: str) -> list[Document]:
    """Return what this broker itself tells, as one page."""
    headers = {**call.headers, "accept": JSON, "prefer": f"maxpagesize={MOST_INSTANCES}"}
    params = {name: value for name, value in call.params.items() if name != "count"}
    try:
        reply = await handler(replace(call, headers=headers, params={**params, **paging}))
    except Problem as problem:
        if problem.status != 404:
            raise
        return []
    return _documents(reply.body)


def told_pasts(answered: Answer) -> list[Document]:
    """Return the pasts of entities that a source tells."""
    return _documents(answered.body) if answered.status in {200, 206} else []


def _documents(body: bytes) -> list[Document]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []
    return [one for one in (told if isinstance(told, list) else [told]) if _is_past(one)]


def _is_past(one: Any) -> bool:
    return isinstance(one, dict) and isinstance(one.get("id"), str) and "type" in one


def merge_pasts(documents: Iterable[Document], window: Window) -> dict[str, Document]:
    """
    Return the pasts of entities by identifier, each made of all that is told of it.

    Of two instances of one dataset and instant the first stays (4.5.5).

    Parameters
    ----------
    documents
        Temporal representations of entities, all of the same form.
    window
        What was asked for.
    """
    merged: dict[str, Document] = {}
    for document in documents:
        known = merged.setdefault(document["id"], dict(document))
        for name, told in document.items():
            if known is document or name in _MEMBERS:
                continue
            known[name] = told if name not in known else _merge(known[name], told, window)
    return merged


def _merge(known: Any, told: Any, window: Window) -> Any:
    one, other = _as_list(known), _as_list(told)
    if _members(one) & _LISTS:
        return _merge_values(one, other, window)
    if not all(isinstance(each, dict) and window.member in each for each in [*one, *other]):
        return known  # sums cannot be put together
    by_slot: dict[tuple[str, str], Document] = {}
    for instance in [*one, *other]:
        by_slot.setdefault((instance.get("datasetId", ""), instance[window.member]), instance)
    by_dataset: dict[str, list[Document]] = {}
    for (dataset, _), instance in by_slot.items():
        by_dataset.setdefault(dataset, []).append(instance)
    return [
        instance
        for instances in by_dataset.values()
        for instance in _cut(instances, lambda each: str(each[window.member]), window)
    ]


def _merge_values(known: list[Any], told: list[Any], window: Window) -> Any:
    by_dataset: dict[str, Document] = {}
    for one in [*known, *told]:
        name = next(iter(_LISTS & one.keys()), None)
        if name is None:
            continue
        dataset = by_dataset.setdefault(one.get("datasetId", ""), {**one, name: []})
        instants = {pair[1] for pair in dataset.get(name, ())}
        fresh = [pair for pair in one[name] if pair[1] not in instants]
        dataset[name] = _cut([*dataset.get(name, ()), *fresh], lambda pair: str(pair[1]), window)
    whole = list(by_dataset.values())
    return whole[0] if len(whole) == 1 else whole


def _cut(instances: list[Any], at: Any, window: Window) -> list[Any]:
    ordered = sorted(instances, key=at, reverse=bool(window.last))
    return ordered[: window.last] if window.last else ordered


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _members(instances: list[Any]) -> set[str]:
    return {name for one in instances if isinstance(one, dict) for name in one}
