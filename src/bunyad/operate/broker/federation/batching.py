"""
Batches written here and at other sources at once (CIM 009, 5.6.7 to 5.6.10, 5.6.20, 5.6.21).

Every source gets its share of a batch: in one request where it takes batches, entity by entity
where it takes those. What became of each entity is told as for a batch that is written here only.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import orjson

from bunyad.operate.broker.bodies import context_of
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.federation.reading import wanted_by
from bunyad.operate.broker.federation.registration import Registration, Wanted
from bunyad.operate.broker.federation.sources import (
    Errand,
    ask_source,
    context_for,
    is_alone,
    sources_for,
)
from bunyad.operate.broker.federation.taking import check_nulls, forbidden, would_take_away
from bunyad.operate.broker.federation.writing import Part, make_plan, problem_of, refusing
from bunyad.operate.broker.http import JSON, Call, Handler, Reply
from bunyad.operate.broker.names import is_uri
from bunyad.operate.broker.outgoing import Answer, Client
from bunyad.operate.broker.problems import Problem
from bunyad.operate.records import load_entity


@dataclass(frozen=True, slots=True)
class Way:
    """How a batch is passed on: as one, or entity by entity."""

    batch: str
    single: str
    method: str
    path: str
    again: tuple[str, str, str] | None = None


_OF_MERGES = frozenset({"observedAt", "lang"})
WAYS = {
    "create": Way("createBatch", "createEntity", "POST", "/entities"),
    "upsert": Way(
        "upsertBatch", "createEntity", "POST", "/entities",
        again=("replaceEntity", "PUT", "/entities/{}"),
    ),
    "update": Way("updateBatch", "appendAttrs", "POST", "/entities/{}/attrs"),
    "merge": Way("mergeBatch", "mergeEntity", "PATCH", "/entities/{}"),
    "delete": Way("deleteBatch", "deleteEntity", "DELETE", "/entities/{}"),
}  # fmt: skip


@dataclass(slots=True)
class Share:
    """What a source gets of a batch."""

    source: Registration
    context: Context
    parts: dict[str, Part] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What became of the entities of a batch."""

    done: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def fail(self, key: str, problem: Problem, source: Registration | None = None) -> None:
        """Note that something went wrong with an entity."""
        told = {"entityId": key, "error": problem.document()}
        self.errors.append(told if source is None else {**told, "registrationId": source.key})

    def reply(self, name: str) -> Reply:
        """Return the answer to the whole batch (5.2.16)."""
        done = list(dict.fromkeys(self.done))
        errors = [
            error  # what somebody has done, others need not know of
            for error in self.errors
            if error["error"].get("status") != 404 or error.get("entityId") not in self.done
        ]
        if errors:
            body = {"success": done, "errors": errors}
            return Reply(207, orjson.dumps(body), media=JSON)
        made = done if name == "create" else list(dict.fromkeys(self.made))
        return Reply(201, orjson.dumps(made)) if made else Reply(204)


class Batched:
    """Passes batches on to the sources that are registered for their entities."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def around(self, name: str) -> Any:
        """Return what goes around the function that answers a batch."""

        async def answer(handler: Handler, call: Call) -> Reply:
            return await self._answer(name, handler, call)

        return answer

    async def purge(self, handler: Handler, call: Call) -> Reply:
        """Answer DELETE /entities."""
        if is_alone(call):
            return await handler(call)
        context = await call.linked_context()
        try:
            sources = sources_for(call, "purgeEntity", wanted_by(call.params, context))
        except Problem as problem:
            if problem.status != 400:
                raise
            sources = []  # the handler says what is wrong
        reply = await handler(call)
        errand = Errand(
            method="DELETE", path="/entities", params=dict(call.params),
            context=context_for(context),
        )  # fmt: skip
        answers = await asyncio.gather(
            *(ask_source(self._client, call, source, errand) for source in sources)
        )
        outcome = Outcome()
        for source, answered in zip(sources, answers, strict=True):
            if answered.status >= 300 and answered.status != 404:
                outcome.fail("", problem_of(Part(source, None, answered)), source)
        return outcome.reply("purge") if outcome.errors else reply

    async def _answer(self, name: str, handler: Handler, call: Call) -> Reply:
        if is_alone(call):
            return await handler(call)
        items = _items(call)
        if items is None:
            return await handler(call)  # which says what is wrong
        shares: dict[tuple[str, str], Share] = {}
        here: list[Any] = []
        outcome = Outcome()
        for item in items:
            left = await _divide(WAYS[name], call, item, shares, outcome)
            if left is not None:
                here.append(left)
        if not shares and not outcome.errors:
            return await handler(call)
        check_nulls(call)
        if not call.may_delete and name == "upsert" and "update" not in _options(call):
            await self._drop_what_takes(call, shares, outcome)
        await asyncio.gather(*(self._send(name, call, share, outcome) for share in shares.values()))
        if here:
            call.content = orjson.dumps(here)
            _take_local(await handler(call), here, outcome)
        return outcome.reply(name)

    async def _drop_what_takes(
        self, call: Call, shares: dict[tuple[str, str], Share], outcome: Outcome
    ) -> None:
        """Leave out entities of which a source would have less after they are replaced there."""
        for share in shares.values():
            for key, part in list(share.parts.items()):
                own = replace(call, parts={"id": key})
                if await would_take_away(
                    self._client, own, share.source, part.document, share.context
                ):
                    outcome.fail(key, forbidden(), share.source)
                    del share.parts[key]
        for place in [place for place, share in shares.items() if not share.parts]:
            del shares[place]

    async def _send(self, name: str, call: Call, share: Share, outcome: Outcome) -> None:
        way = WAYS[name]
        if way.batch not in share.source.operations:
            await asyncio.gather(
                *(self._send_one(way, call, share, key, outcome) for key in share.parts)
            )
            return
        documents = [
            key if part.document is None else part.document for key, part in share.parts.items()
        ]
        answered = await self._ask(
            call, share, "POST", f"/entityOperations/{name}", documents, dict(call.params)
        )
        _take_batch(answered, share, outcome)

    async def _send_one(
        self, way: Way, call: Call, share: Share, key: str, outcome: Outcome
    ) -> None:
        part = share.parts[key]
        place = quote(key, safe=":")
        params = {name: text for name, text in call.params.items() if name in _OF_MERGES}
        if way.batch == "updateBatch" and "noOverwrite" in call.params.get("options", ""):
            params["options"] = "noOverwrite"
        part.answer = await self._ask(
            call, share, way.method, way.path.format(place), part.document, params
        )
        fresh = part.is_done
        if way.again is not None and part.answer.status == 409:
            operation, method, path = way.again
            if operation in share.source.operations:
                part.answer = await self._ask(
                    call, share, method, path.format(place), part.document, {}
                )
        if not part.is_done:
            outcome.fail(key, problem_of(part), share.source)
            return
        outcome.done.append(key)
        if fresh and way.again is not None:
            outcome.made.append(key)

    async def _ask(
        self, call: Call, share: Share, method: str, path: str, document: Any,
        params: dict[str, str],
    ) -> Answer:  # fmt: skip
        errand = Errand(
            method=method, path=path, document=document, context=context_for(share.context),
            params={name: value for name, value in params.items() if name != "local"},
        )  # fmt: skip
        return await ask_source(self._client, call, share.source, errand)


def _options(call: Call) -> list[str]:
    return call.params.get("options", "").split(",")


def _items(call: Call) -> list[Any] | None:
    try:
        items = orjson.loads(call.content)
    except orjson.JSONDecodeError:
        return None
    return items if isinstance(items, list) and items and None not in items else None


async def _divide(
    way: Way, call: Call, item: Any, shares: dict[tuple[str, str], Share], outcome: Outcome
) -> Any:
    """Give the sources their shares of an entity; return what is left for this broker."""
    document = item if isinstance(item, dict) else None
    key = item.get("id") if document is not None else item
    if not is_uri(key) or (document is None) != (way.method == "DELETE"):
        return item  # what is wrong with it is told when it is written here
    operations = frozenset({way.batch, way.single})
    wanted = Wanted(ids=frozenset({str(key)}))
    found = [one for name in operations for one in sources_for(call, name, wanted)]
    found += refusing(call, operations, str(key))
    if not found:
        return item
    try:
        context = (
            await call.linked_context() if document is None else await context_of(call, document)
        )
    except Problem:
        return item  # which is told when it is written here
    sources = {one.key: one for one in found if _has(call, one, str(key), document, context)}
    one_call = replace(call, parts={"id": str(key)})
    plan = make_plan(operations, one_call, document, context, list(sources.values()))
    for part in plan.parts:
        if part.problem is not None:
            outcome.fail(str(key), part.problem, part.source)
            continue
        speaks = context_for(context)
        place = (part.source.key, speaks.link or "" if speaks else "")
        share = shares.setdefault(place, Share(part.source, context))
        share.parts[str(key)] = part
    if not plan.here:
        return None
    return item if plan.local is None else plan.local


def _has(
    call: Call, source: Registration, key: str, document: dict[str, Any] | None, context: Context
) -> bool:
    """Tell whether a source is registered for an entity, of the types it is given or has here."""
    value = (document or {}).get("type")
    names = value if isinstance(value, list) else [value]
    types = [context.expand(name) for name in names if isinstance(name, str)]
    if not types:
        tenant = call.broker.records.tenant(call.headers.get("ngsild-tenant", ""), create=False)
        known = None if tenant is None else load_entity(tenant.reader(), key)
        types = known["type"] if known else []
    choices = (frozenset(types),) if types else None
    return bool(source.matching(Wanted(choices=choices, ids=frozenset({key}))))


def _take_batch(answered: Answer, share: Share, outcome: Outcome) -> None:
    """Note what a source says that became of its share."""
    try:
        told = orjson.loads(answered.body) if answered.body else None
    except orjson.JSONDecodeError:
        told = None
    if answered.status == 207 and isinstance(told, dict):
        outcome.done += [key for key in told.get("success", ()) if key in share.parts]
        outcome.errors += [
            {"registrationId": share.source.key, **error}
            for error in told.get("errors", ())
            if isinstance(error, dict) and isinstance(error.get("error"), dict)
        ]
    elif answered.status < 300:
        outcome.done += share.parts
        outcome.made += [key for key in told or () if key in share.parts]
    else:
        for key in share.parts:
            outcome.fail(key, problem_of(Part(share.source, None, answered)), share.source)


def _take_local(reply: Reply, here: list[Any], outcome: Outcome) -> None:
    """Note what became of what was written here."""
    told: Any = orjson.loads(reply.body) if reply.body else None
    if reply.status == 207:
        outcome.done += told["success"]
        outcome.errors += told["errors"]
        return
    outcome.done += [str(one["id"]) if isinstance(one, dict) else str(one) for one in here]
    outcome.made += told or []


def around_batches(client: Client) -> list[tuple[str, str, Any]]:
    """Return methods and paths of batches with what goes around those who answer them."""
    batched = Batched(client)
    return [
        *(("POST", f"/entityOperations/{name}", batched.around(name)) for name in WAYS),
        ("DELETE", "/entities", batched.purge),
    ]
