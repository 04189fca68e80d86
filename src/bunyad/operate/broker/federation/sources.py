"""Asking other context sources on behalf of a request (CIM 009, 4.3.6, 6.3.17 to 6.3.18)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from bunyad.operate.broker.bodies import LINK_OF_CONTEXT
from bunyad.operate.broker.contexts import CORE_URL, Context
from bunyad.operate.broker.federation.registration import Registration, Wanted
from bunyad.operate.broker.federation.registry import registry_of
from bunyad.operate.broker.http import Call
from bunyad.operate.broker.outgoing import Answer, Client, OutgoingError
from bunyad.operate.broker.params import truth
from bunyad.operate.broker.problems import Problem
from bunyad.operate.records import now_us

LONGEST_WAIT_S = 10.0
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
    management = source.document.get("management", {})
    tally = source.tally
    resting_us = int(1e3 * management.get("cooldown", 0))
    if tally.failure_us > tally.success_us and now_us() < tally.failure_us + resting_us:
        return FAILED  # it failed just now, and is left alone for a while
    params = {**errand.params, "local": "true"} if management.get("localOnly") else errand.params
    query = f"?{urlencode(params, quote_via=quote)}" if params else ""
    endpoint = str(source.document["endpoint"]).rstrip("/")
    body = b"" if errand.document is None else orjson.dumps(errand.document)
    try:
        answer = await client.ask(
            errand.method,
            f"{endpoint}/ngsi-ld/v1{errand.path}{query}",
            headers=_headers(call, source, errand),
            body=body,
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


def _headers(call: Call, source: Registration, errand: Errand) -> list[tuple[str, str]]:
    context = errand.context
    link = LINK_OF_CONTEXT.format(context.link if context and context.link else CORE_URL)
    via = [part for part in [call.headers.get("via"), f"1.1 {alias_of(call)}"] if part]
    headers = [("Accept", "application/json"), ("Link", link), ("Via", ", ".join(via))]
    if errand.document is not None:
        headers.append(("Content-Type", "application/json"))
    if call.mapped is not None and errand.method == "GET" and source.key in call.mapped.linked:
        headers.append(("NGSILD-EntityMap", call.mapped.linked[source.key]))
    if tenant := source.document.get("tenant"):
        headers.append(("NGSILD-Tenant", str(tenant)))
    own = {name.lower() for name, _ in headers} | {"jsonldcontext"}
    return headers + [
        (pair["key"], pair["value"])
        for pair in source.document.get("contextSourceInfo", [])
        if pair["key"].lower() not in own
    ]
