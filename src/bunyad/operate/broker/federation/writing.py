"""
Entities and their past written here and at other sources at once (CIM 009, 5.6, 4.3.6).

Attributes that an exclusive or a redirect source holds go there and not here; an inclusive source
gets what it is registered for as well. Where one of them fails and another does not, the answer
is 207 and says what became of each part.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson

from bunyad.operate.broker.bodies import context_of
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.federation.registration import Registration, Wanted
from bunyad.operate.broker.federation.registry import registry_of
from bunyad.operate.broker.federation.sources import (
    Errand,
    ask_source,
    context_for,
    is_alone,
    sources_for,
)
from bunyad.operate.broker.federation.taking import (
    REPLACING,
    check_nulls,
    forbidden,
    would_take_away,
)
from bunyad.operate.broker.http import JSON, Call, Handler, Reply
from bunyad.operate.broker.names import is_uri
from bunyad.operate.broker.outgoing import Answer, Client
from bunyad.operate.broker.problems import ERRORS, Problem, conflict
from bunyad.operate.records import load_entity

_MEMBERS = frozenset({"id", "type", "scope", "@context", "@id", "@type", "expiresAt"})
_PROXIED = frozenset({"redirect", "exclusive"})
_INTERVALS = frozenset({"observationInterval", "managementInterval"})


@dataclass(slots=True)
class Part:
    """What one source gets to write, and what came of it."""

    source: Registration
    document: dict[str, Any] | None
    answer: Answer | None = None
    problem: Problem | None = None
    attributes: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Tell whether the source did it."""
        return self.answer is not None and self.answer.status < 300


@dataclass(slots=True)
class Plan:
    """Who writes what."""

    parts: list[Part] = field(default_factory=list)
    local: dict[str, Any] | None = None
    here: bool = True


class Distributed:
    """Passes writing operations on to the sources that are registered for them."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def around(self, operation: str) -> Any:
        """Return what goes around the function that answers an operation."""

        async def answer(handler: Handler, call: Call) -> Reply:
            return await self._answer(operation, handler, call)

        return answer

    async def _answer(self, operation: str, handler: Handler, call: Call) -> Reply:
        if is_alone(call):
            return await handler(call)
        found = await self._read(operation, call)
        if found is None:
            return await handler(call)
        key, document, context, sources = found
        plan = make_plan(frozenset({operation}), call, document, context, sources)
        if not plan.parts:
            return await handler(call)
        check_nulls(call)
        if operation in REPLACING and not call.may_delete:
            await self._check_replacing(call, plan, context)
        await asyncio.gather(*(self._send(call, part, context) for part in plan.parts))
        local, problem = None, None
        if plan.here:
            if plan.local is not None:
                call.content = orjson.dumps(plan.local)
            try:
                local = await handler(call)
            except Problem as raised:
                problem = raised
        return _reply(call, key, context, plan, local=local, problem=problem)

    async def _check_replacing(self, call: Call, plan: Plan, context: Context) -> None:
        """Raise unless sources have all that they had, also after something is replaced there."""
        found = await asyncio.gather(
            *(
                would_take_away(self._client, call, part.source, part.document, context)
                for part in plan.parts
                if part.problem is None
            )
        )
        if any(found):
            raise forbidden()

    async def _read(
        self, operation: str, call: Call
    ) -> tuple[str, dict[str, Any] | None, Context, list[Registration]] | None:
        """Return what a request writes, and who is registered for it; None if nobody is."""
        document: dict[str, Any] | None = None
        if call.content:
            try:
                document = orjson.loads(call.content)
            except orjson.JSONDecodeError:
                return None
            if not isinstance(document, dict):
                return None
        key = call.parts.get("id") or (document or {}).get("id")
        if not is_uri(key):
            return None
        tenant = call.broker.records.tenant(call.headers.get("ngsild-tenant", ""), create=False)
        known = None if tenant is None else load_entity(tenant.reader(), str(key))
        past = operation.endswith("Temporal")
        everyone = sources_for(call, operation, Wanted(ids=frozenset({str(key)})), past=past)
        against = refusing(call, frozenset({operation}), str(key))
        if not everyone and not against:
            return None
        context = (
            await call.linked_context() if document is None else await context_of(call, document)
        )
        types = _types(document, context) or (known["type"] if known else [])
        choices = (frozenset(types),) if types else None
        wanted = Wanted(choices=choices, ids=frozenset({str(key)}))
        sources = [one for one in [*everyone, *against] if one.matching(wanted)]
        return (str(key), document, context, sources) if sources else None

    async def _send(self, call: Call, part: Part, context: Context) -> None:
        if part.problem is not None:
            return
        path = call.path.partition("/ngsi-ld/v1")[2]
        for name in ("id", "attribute", "instance"):
            if name in call.parts:
                path = path.replace(call.parts[name], quote(call.parts[name], safe=":%"))
        params = {name: value for name, value in call.params.items() if name != "local"}
        errand = Errand(
            method=call.method,
            path=path.rstrip("/"),
            params=params,
            document=part.document,
            context=context_for(context),
        )
        part.answer = await ask_source(self._client, call, part.source, errand)


def refusing(call: Call, operations: frozenset[str], key: str) -> list[Registration]:
    """Return sources that hold data alone and offer none of the operations."""
    tenant = call.broker.records.tenant(call.headers.get("ngsild-tenant", ""), create=False)
    if tenant is None or call.params.get("local") == "true":
        return []
    past = any(name.endswith("Temporal") for name in operations)
    return [
        one
        for one in registry_of(call.broker).find(tenant, Wanted(ids=frozenset({key})))
        if one.mode in _PROXIED
        and not operations & one.operations
        and bool(_INTERVALS & one.document.keys()) == past  # who has the past has it alone
    ]


def _types(document: dict[str, Any] | None, context: Context) -> list[str]:
    value = (document or {}).get("type")
    names = value if isinstance(value, list) else [value]
    return [context.expand(name) for name in names if isinstance(name, str)]


def make_plan(
    operations: frozenset[str],
    call: Call,
    document: dict[str, Any] | None,
    context: Context,
    sources: list[Registration],
) -> Plan:
    """Share the attributes of a request among the sources and this broker."""
    plan = Plan(local=None if document is None else dict(document))
    speaks = context_for(context)
    key = call.parts.get("id") or str((document or {}).get("id"))
    for source in sorted(sources, key=lambda one: one.mode not in _PROXIED):
        if source.mode == "auxiliary":
            continue
        proxied = source.mode in _PROXIED
        whole, attributes = _covered(source, key, _types(document, context))
        share, names = _share(call, plan.local, context, whole, attributes)
        if share is None and not names and document is not None:
            continue
        if document is None and not whole and not _names_attribute(call, context, attributes):
            continue
        part = Part(
            source,
            None if share is None else _in_words(share, context, speaks),
            attributes=_attributes_of(call, names, context),
        )
        if not operations & source.operations:
            part.problem = conflict(f"{source.key} holds such data and does not take this")
        plan.parts.append(part)
        if proxied:
            _keep_rest(call, plan, document, names, whole)
    return plan


def _covered(source: Registration, key: str, types: list[str]) -> tuple[bool, frozenset[str]]:
    wanted = Wanted(choices=(frozenset(types),) if types else None, ids=frozenset({key}))
    found = [source.information[at] for at in source.matching(wanted)]
    whole = any(not information.attributes for information in found)
    return whole, frozenset().union(*(one.attributes for one in found))


def _share(
    call: Call,
    local: dict[str, Any] | None,
    context: Context,
    whole: bool,  # noqa: FBT001  (one of several answers)
    attributes: frozenset[str],
) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the part of a body that a source is registered for, and its attributes' names."""
    if local is None:
        return None, []
    if "attribute" in call.parts:
        fits = whole or context.expand(call.parts["attribute"]) in attributes
        return (local, list(local)) if fits else (None, [])
    names = [
        name
        for name in local
        if name not in _MEMBERS and (whole or context.expand(name) in attributes)
    ]
    if not names and not whole:
        return None, []
    return {
        name: value
        for name, value in local.items()
        if name in names or (name in _MEMBERS and name != "@context")
    }, names


def _attributes_of(call: Call, names: list[str], context: Context) -> tuple[str, ...]:
    """Return the IRIs of what a part is about: the attribute of the path, or a body's names."""
    if "attribute" in call.parts:
        names = [call.parts["attribute"]]
    return tuple(context.expand(name) for name in names if name not in _MEMBERS)


def _names_attribute(call: Call, context: Context, attributes: frozenset[str]) -> bool:
    name = call.parts.get("attribute")
    return name is None or context.expand(name) in attributes


def _keep_rest(
    call: Call,
    plan: Plan,
    document: dict[str, Any] | None,
    names: list[str],
    whole: bool,  # noqa: FBT001  (one of several answers)
) -> None:
    if plan.local is None or document is None:
        plan.here = plan.here and not whole and "attribute" not in call.parts
        return
    plan.local = {name: value for name, value in plan.local.items() if name not in names}
    rest = [name for name in plan.local if name not in _MEMBERS]
    plan.here = bool(rest)


def _in_words(share: dict[str, Any], context: Context, speaks: Context | None) -> dict[str, Any]:
    """Return a body in words that the source understands: IRIs where the context has no address."""
    if speaks is not None or context.source is None:
        return share
    told: dict[str, Any] = {}
    for name, value in share.items():
        if name == "type":
            names = value if isinstance(value, list) else [value]
            told[name] = [context.expand(str(one)) for one in names]
        else:
            told[name if name in _MEMBERS else context.expand(name)] = value
    return told


def _reply(
    call: Call, key: str, context: Context, plan: Plan, *, local: Reply | None,
    problem: Problem | None,
) -> Reply:  # fmt: skip
    done = [part for part in plan.parts if part.is_done]
    failed = [part for part in plan.parts if not part.is_done]
    if problem is not None and problem.status == 404 and done:
        problem = None  # the entity is elsewhere
    place = f"{call.path.rstrip('/')}/{quote(key, safe=':')}"
    where = [("Location", place)] if call.method == "POST" and "id" not in call.parts else []
    if not failed and problem is None:
        if local is not None:
            return local
        made = where and (
            "/temporal/" not in call.path
            or any(part.answer is not None and part.answer.status == 201 for part in done)
        )
        return Reply(201, headers=where) if made else Reply(204)
    if not done and local is None and (problem is not None or len(failed) == 1):
        raise problem or alone_problem_of(failed[0])
    if "/attrs" in call.path:
        kept = _attributes_of(call, list(plan.local or ()), context)
        return Reply(207, orjson.dumps(_update_result(plan, kept, local, problem)), media=JSON)
    errors: list[dict[str, Any]] = [
        {
            "entityId": key,
            "registrationId": part.source.key,
            "error": problem_of(part).document(),
        }
        for part in failed
    ]
    if problem is not None:
        errors.append({"entityId": key, "error": problem.document()})
    body = {"success": [key] if done or local is not None else [], "errors": errors}
    return Reply(207, orjson.dumps(body), media=JSON, headers=where)


def _update_result(
    plan: Plan, kept: tuple[str, ...], local: Reply | None, problem: Problem | None
) -> dict[str, Any]:
    """Return what became of which attributes (5.2.18); `kept` are those written here."""
    done = [part for part in plan.parts if part.is_done]
    failed = [part for part in plan.parts if not part.is_done]
    updated = [iri for part in done for iri in part.attributes]
    refused: list[dict[str, Any]] = [
        {
            "attributeName": iri,
            "reason": problem_of(part).detail,
            "registrationId": part.source.key,
        }
        for part in failed
        for iri in part.attributes
    ]
    if local is not None:
        here: dict[str, Any] = {"updated": kept, "notUpdated": []}
        if local.body:
            here = orjson.loads(local.body)
        updated += here["updated"]
        refused += here["notUpdated"]
    if problem is not None:
        refused += [{"attributeName": iri, "reason": problem.detail} for iri in kept]
    return {"updated": list(dict.fromkeys(updated)), "notUpdated": refused}


def problem_of(part: Part) -> Problem:
    """Return what went wrong with a source's part, in the source's own words."""
    if part.problem is not None:
        return part.problem
    answer = part.answer
    status = 504 if answer is None else answer.status
    try:
        told = orjson.loads(answer.body) if answer is not None else {}
    except orjson.JSONDecodeError:
        told = {}
    kind = str(told.get("type", "")).removeprefix(ERRORS) if isinstance(told, dict) else ""
    detail = str(told.get("detail", "")) if isinstance(told, dict) else ""
    known = kind if kind.isalpha() else "InternalError"
    return Problem(
        status if 400 <= status < 600 else 502,
        known,
        "A context source did not do its part",
        f"{part.source.key}: {detail or status}",
    )


def alone_problem_of(part: Part) -> Problem:
    """
    Return the problem of a request whose data only one source has, which did not do its part.

    That source's not knowing them (404), not answering (504) or going round in circles (508) is
    told as it is; any other error of it is 502 (6.3.17).
    """
    problem = problem_of(part)
    if part.problem is not None or problem.status in {404, 504, 508}:
        return problem
    return Problem(502, None, "Bad Gateway", problem.detail)
