"""Asking other context sources on behalf of a request (CIM 009, 4.3.6, 6.3.17 to 6.3.18)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from bunyad.operate.broker.bodies import LINK_OF_CONTEXT
from bunyad.operate.broker.contexts import CORE_URL, Context
from bunyad.operate.broker.federation.registration import Registration, Wanted
from bunyad.operate.broker.federation.registry import registry_of
from bunyad.operate.broker.federation.words import renamed
from bunyad.operate.broker.http import JSON, JSON_LD, Call
from bunyad.operate.broker.outgoing import Answer, Client, OutgoingError
from bunyad.operate.broker.params import truth
from bunyad.operate.broker.problems import Problem
from bunyad.operate.records import now_us

LONGEST_WAIT_S = 10.0
OF_REQUEST = "urn:ngsi-ld:request"
# what is not a header of requests: how to speak with the source, or what is not its to say
_NO_HEADERS = frozenset(
    {
        "accept", "contenttype", "content-type", "jsonldcontext", "link", "ngsild-entitymap",
        "ngsild-tenant", "ngsildconformance", "via",
    }
)  # fmt: skip
FAILED = Answer(504, {}, b"")
"""Stands for no answer at all."""


def alias_of(call: Call) -> str:
    """Return the name by which this broker's tenant is known in the header Via."""
    folder = str(call.broker.records.folder.resolve())
    own = uuid.uuid5(uuid.NAMESPACE_URL, f"file://{folder}").hex[:16]
    tenant = call.headers.get("ngsild-tenant", "")
    return f"bunyad-{own}" + (f"-{tenant}" if tenant else "")


def passed_of(call: Call) -> list[str]:
    """Return the names of the sources that a request has passed, as its header Via has them."""
    parts = call.headers.get("via", "").split(",")
    return [part.split()[1] for part in parts if len(part.split()) > 1]


def sources_for(
    call: Call, operation: str, wanted: Wanted, *, past: bool = False
) -> list[Registration]:
    """
    Return the registrations of sources to ask for an operation; of the `past`, those that have it.

    Raises
    ------
    Problem
        508 if the request has passed this broker already.
    """
    if truth(call, "local"):
        return []
    tenant = call.broker.records.tenant(call.headers.get("ngsild-tenant", ""), create=False)
    if tenant is None:
        return []
    found = registry_of(call.broker).find(tenant, wanted)
    if not found:
        return []
    if call.mapped is not None:
        mapped = call.mapped.sources
        found = [one for one in found if one.key in mapped]
    passed = passed_of(call)
    if alias_of(call) in passed:
        raise Problem(508, None, "Loop Detected", "the request has passed this broker already")
    return [
        one
        for one in found
        if operation in one.operations
        and one.document.get("contextSourceAlias") not in passed
        and (past or not {"observationInterval", "managementInterval"} & one.document.keys())
    ]


def context_for(context: Context) -> Context | None:
    """Return the context to speak with sources in: one that has an address; None for the core."""
    return context if context.source is not None and context.link else None


def is_alone(call: Call) -> bool:
    """Tell whether no other source is registered, so that a request is answered here."""
    registry = registry_of(call.broker)
    return registry.is_empty(call.headers.get("ngsild-tenant", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """
    An operation that is passed on to a source.

    Attributes
    ----------
    method, path
        The operation; the path begins below `/ngsi-ld/v1`.
    params, document
        Parameters and body.
    context
        What the names in them stand for; None for the core context.
    """

    method: str
    path: str
    params: dict[str, str]
    document: Any = None
    context: Context | None = None


def address_of(source: Registration) -> str:
    """Return the address under which a source answers operations."""
    return str(source.document["endpoint"]).rstrip("/") + "/ngsi-ld/v1"


async def ask_source(client: Client, call: Call, source: Registration, errand: Errand) -> Answer:
    """
    Pass an operation on to a source.

    Parameters
    ----------
    client
        Keeps the connections.
    call
        The request.
    source
        The source's registration.
    errand
        What to ask for.

    Returns
    -------
    Answer
        The source's answer; status 504 if there is none.
    """
    errand = await in_words_of(call, source, errand)
    management = source.document.get("management", {})
    tally = source.tally
    resting_us = int(1e3 * management.get("cooldown", 0))
    if tally.failure_us > tally.success_us and now_us() < tally.failure_us + resting_us:
        return FAILED  # it failed just now, and is left alone for a while
    params = {**errand.params, "local": "true"} if management.get("localOnly") else errand.params
    query = f"?{urlencode(params, quote_via=quote)}" if params else ""
    try:
        answer = await client.ask(
            errand.method,
            f"{address_of(source)}{errand.path}{query}",
            headers=_headers(call, source, errand),
            body=_body_of(source, errand),
            timeout_s=min(LONGEST_WAIT_S, management.get("timeout", 1e9) / 1e3),
        )
    except OutgoingError:
        answer = FAILED
    tally.sent += 1
    if answer.status < 400 or answer.status == 404:
        tally.success_us = now_us()
    else:
        tally.failed += 1
        tally.failure_us = now_us()
    return answer


async def context_of_source(call: Call, source: Registration) -> Context | None:
    """Return the context in which a source wants to be spoken with, if it names one (4.3.6.6)."""
    address = info_of(source).get("jsonldcontext")
    return None if address is None else await call.broker.contexts.of(address)


async def in_words_of(call: Call, source: Registration, errand: Errand) -> Errand:
    """Return an errand in the words of the context that its source names, if it names one."""
    told = await context_of_source(call, source)
    if told is None or errand.path.startswith("/subscriptions"):  # whose members are no attributes
        return errand
    params, document, path = renamed(
        errand.params, errand.document, errand.path, errand.context or call.broker.contexts.core,
        told,
    )  # fmt: skip
    return replace(errand, params=params, document=document, path=path, context=told)


def _headers(call: Call, source: Registration, errand: Errand) -> list[tuple[str, str]]:
    told = info_of(source)
    context = errand.context
    via = [part for part in [call.headers.get("via"), f"1.1 {alias_of(call)}"] if part]
    headers = [("Accept", told.get("accept", JSON)), ("Via", ", ".join(via))]
    if errand.document is not None:
        headers.append(("Content-Type", told.get("contenttype", JSON)))
    if errand.document is None or told.get("contenttype") != JSON_LD:
        link = context.link if context and context.link else CORE_URL
        headers.append(("Link", LINK_OF_CONTEXT.format(link)))
    if call.mapped is not None and errand.method == "GET" and source.key in call.mapped.linked:
        headers.append(("NGSILD-EntityMap", call.mapped.linked[source.key]))
    if tenant := source.document.get("tenant"):
        headers.append(("NGSILD-Tenant", str(tenant)))
    for pair in source.document.get("contextSourceInfo", []):
        key, value = pair["key"], pair["value"]
        if key.lower() in _NO_HEADERS:
            continue
        if value == OF_REQUEST:  # to be taken from the request, if it is there (4.3.6.5)
            value = call.headers.get(key.lower())
        if value is not None:
            headers.append((key, value))
    return headers


def info_of(source: Registration) -> dict[str, str]:
    """Return what a registration says of how to speak with its source (4.3.6.6), by key."""
    pairs = source.document.get("contextSourceInfo", [])
    return {pair["key"].lower(): pair["value"] for pair in pairs}


def _body_of(source: Registration, errand: Errand) -> bytes:
    """Return the body of a request, with its context inside where the source wants it so."""
    document = errand.document
    if document is None:
        return b""
    if info_of(source).get("contenttype") == JSON_LD:
        context = errand.context.link if errand.context and errand.context.link else CORE_URL
        if isinstance(document, dict):
            document = {**document, "@context": context}
        else:
            document = [
                {**one, "@context": context} if isinstance(one, dict) else one for one in document
            ]
    return orjson.dumps(document)
