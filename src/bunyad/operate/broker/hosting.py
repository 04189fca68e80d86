"""
JSON-LD contexts that the broker keeps: hosted, made on the way, and cached (CIM 009, 5.13).

Contexts stand in the default tenant's records. Whoever knows the address of one may have it, as
receivers of notifications must; to list and to delete it is its tenant's. The cached ones are those
of `contexts.Documents`, common to all, and looked after by the default tenant.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

import orjson

from bunyad.operate.broker.bodies import read_json, wanted_media
from bunyad.operate.broker.contexts import Context, Contexts, Held
from bunyad.operate.broker.http import Call, Reply, Route
from bunyad.operate.broker.params import truth
from bunyad.operate.broker.problems import (
    Problem,
    bad_request,
    no_context,
    not_found,
    not_supported,
)
from bunyad.operate.records import (
    Records,
    Tenant,
    delete_document,
    load_documents,
    now_us,
    put_document,
    to_iso,
)

if TYPE_CHECKING:
    from bunyad.operate.broker.app import Broker
    from bunyad.operate.server import Server

KIND = "jsonldContext"
HOSTED, IMPLICIT, CACHED = "Hosted", "ImplicitlyCreated", "Cached"
KINDS = (CACHED, HOSTED, IMPLICIT)
MOST_IMPLICIT = MOST_HOSTED = 10_000
_OWN_ADDRESS = re.compile(r".*/ngsi-ld/v1/jsonldContexts/([A-Za-z0-9-]{1,80})")


@dataclass(slots=True)
class Kept:
    """A context that the broker serves."""

    key: str
    kind: str
    document: dict[str, Any]
    created_us: int
    hits: int = 0
    used_us: int = 0
    tenant: str = ""


class Hosting:
    """The contexts that a broker serves to others, and uses itself by their addresses."""

    def __init__(self, records: Records, contexts: Contexts) -> None:
        self.contexts = contexts
        self.kept: dict[str, Kept] = {}
        self._records = records
        contexts.documents.hosted = self.find
        self._read()
        if records.sharing is not None:
            records.sharing.learners.insert(0, self.learn)  # the others' names come from here

    async def learn(self, tenant: Tenant) -> None:
        """Know the contexts that other servers host."""
        if not tenant.name:
            self._read()

    def _read(self) -> None:
        found = dict(load_documents(self._tenant().reader(), KIND))
        gone = [k for k, one in self.kept.items() if one.kind == HOSTED and k not in found]
        for key in gone:
            del self.kept[key]
            self.contexts.forget()
        for key, body in found.items():
            if key not in self.kept:
                self.kept[key] = Kept(
                    key, body["kind"], body["document"], body["created_us"],
                    tenant=body.get("tenant", ""),
                )  # fmt: skip

    def find(self, address: str) -> dict[str, Any] | None:
        """Return the document of an address if it is one of the broker's own."""
        own = _OWN_ADDRESS.fullmatch(address)
        kept = self.kept.get(own[1]) if own else None
        if kept is None:
            return None
        kept.hits += 1
        kept.used_us = now_us()
        return kept.document

    async def add(self, document: dict[str, Any], tenant: str) -> Kept:
        """Keep a context that a client wants hosted; raise if it is none."""
        await self.contexts.of(document["@context"])
        if sum(kept.kind == HOSTED for kept in self.kept.values()) >= MOST_HOSTED:
            raise bad_request(f"{MOST_HOSTED} contexts are hosted already; delete some")
        kept = Kept(str(uuid.uuid4()), HOSTED, document, now_us(), tenant=tenant)
        await self._tenant().write(lambda tx: put_document(tx, KIND, kept.key, _body(kept)))
        self.kept[kept.key] = kept
        return kept

    def address_of(self, context: Context, call: Call) -> str:
        """Return an address for a context that has none: it is hosted from now on."""
        text = orjson.dumps(context.source)
        tenant = _tenant_of(call)
        if tenant:
            text += b"\0" + tenant.encode()
        key = f"implicit-{hashlib.sha256(text).hexdigest()[:32]}"
        if key not in self.kept:
            if sum(kept.kind == IMPLICIT for kept in self.kept.values()) >= MOST_IMPLICIT:
                raise no_context("too many contexts without an address are in use; host them")
            kept = self.kept[key] = Kept(
                key, IMPLICIT, {"@context": context.source}, now_us(), tenant=tenant
            )
            self._tenant().submit(lambda tx: put_document(tx, KIND, key, _body(kept)))
        return f"{call.base}/jsonldContexts/{key}"

    async def remove(self, key: str) -> None:
        """Stop hosting a context."""
        await self._tenant().write(lambda tx: delete_document(tx, KIND, key))
        self.kept.pop(key, None)
        self.contexts.forget()

    def cached(self) -> Iterator[tuple[str, Held]]:
        """Yield the contexts that were got from elsewhere, by their local identifiers."""
        for address, held in self.contexts.documents.held.items():
            yield local_key(address), held

    def find_cached(self, key: str) -> Held | None:
        """Return a cached context by its local identifier or its address."""
        return next((held for own, held in self.cached() if key in {own, held.address}), None)

    def _tenant(self) -> Tenant:
        tenant = self._records.tenant("")
        assert tenant is not None
        return tenant


def local_key(address: str) -> str:
    """Return the local identifier of a context that stands elsewhere."""
    return f"cached-{hashlib.sha256(address.encode()).hexdigest()[:32]}"


def _body(kept: Kept) -> dict[str, Any]:
    body = {"kind": kept.kind, "document": kept.document, "created_us": kept.created_us}
    return body | ({"tenant": kept.tenant} if kept.tenant else {})


def _tenant_of(call: Call) -> str:
    return call.headers.get("ngsild-tenant", "")


# --- requests -----------------------------------------------------------------------------

_hostings: WeakKeyDictionary[Broker, Hosting] = WeakKeyDictionary()


def attach(broker: Broker, _server: Server) -> None:
    """Let a broker know the contexts that it hosts."""
    hosting = _hostings[broker] = Hosting(broker.records, broker.contexts)
    broker.address_of = hosting.address_of


async def add_context(call: Call) -> Reply:
    """Host a context (5.13.2)."""
    document = read_json(call)
    if not isinstance(document, dict) or document.get("@context") is None:
        raise bad_request("a context to be hosted is an object with @context")
    kept = await _hostings[call.broker].add({"@context": document["@context"]}, _tenant_of(call))
    return Reply(201, headers=[("Location", f"/ngsi-ld/v1/jsonldContexts/{kept.key}")])


async def list_contexts(call: Call) -> Reply:
    """List the contexts (5.13.3)."""
    wanted_media(call)
    details = truth(call, "details")
    told_kind = call.params.get("kind")
    kind = next((one for one in KINDS if told_kind and one.lower() == told_kind.lower()), None)
    if told_kind is not None and kind is None:
        raise bad_request(f"kind is {told_kind!r}, none of {', '.join(KINDS)}")
    hosting = _hostings[call.broker]
    tenant = _tenant_of(call)
    told = [
        _tell_kept(kept, call)
        for kept in hosting.kept.values()
        if kind in {None, kept.kind} and kept.tenant == tenant
    ]
    if kind in {None, CACHED} and not tenant:
        told += [_tell_held(key, held) for key, held in hosting.cached()]
    body = told if details else [one["URL"] for one in told]
    return Reply(200, orjson.dumps(body))


async def serve_context(call: Call) -> Reply:
    """Serve a context, or tell about it (5.13.4)."""
    media = wanted_media(call)
    details = truth(call, "details")
    hosting, key = _hostings[call.broker], call.parts["id"]
    kept = hosting.kept.get(key) or _own(hosting, key)
    if kept is not None:
        if details and kept.tenant != _tenant_of(call):
            raise not_found(f"there is no context {key}")
        if details:
            return Reply(200, orjson.dumps(_tell_kept(kept, call)))
        return Reply(200, orjson.dumps(kept.document), media=media)
    held = _held(hosting, key, call)
    if not details:
        raise not_supported(f"{held.address} is a cached context, which is not served")
    return Reply(200, orjson.dumps(_tell_held(local_key(held.address), held)))


async def delete_context(call: Call) -> Reply:
    """Delete a context, or get it anew (5.13.5)."""
    reload = truth(call, "reload")
    hosting, key = _hostings[call.broker], call.parts["id"]
    kept = hosting.kept.get(key) or _own(hosting, key)
    if kept is not None:
        if kept.tenant != _tenant_of(call):
            raise not_found(f"there is no context {key}")
        if reload:
            raise bad_request(f"a context of the kind {kept.kind} is not reloaded")
        await hosting.remove(kept.key)
        return Reply(204)
    held = _held(hosting, key, call)
    documents = hosting.contexts.documents
    if reload:
        try:
            await documents.reload(held.address)
        except Problem as problem:
            raise no_context(problem.detail) from None
    else:
        documents.forget(held.address)
    hosting.contexts.forget()
    return Reply(204)


def _own(hosting: Hosting, key: str) -> Kept | None:
    own = _OWN_ADDRESS.fullmatch(key)
    return hosting.kept.get(own[1]) if own else None


def _held(hosting: Hosting, key: str, call: Call) -> Held:
    held = None if _tenant_of(call) else hosting.find_cached(key)
    if held is None:
        raise not_found(f"there is no context {key}")
    return held


def _tell_kept(kept: Kept, call: Call) -> dict[str, Any]:
    told: dict[str, Any] = {
        "URL": f"{call.base}/jsonldContexts/{quote(kept.key)}",
        "localId": kept.key,
        "kind": kept.kind,
        "createdAt": to_iso(kept.created_us),
        "numberOfHits": kept.hits,
    }
    if kept.used_us:
        told["lastUsage"] = to_iso(kept.used_us)
    return told


def _tell_held(key: str, held: Held) -> dict[str, Any]:
    told: dict[str, Any] = {
        "URL": held.address,
        "localId": key,
        "kind": CACHED,
        "createdAt": to_iso(held.stored_us),
        "numberOfHits": held.hits,
    }
    if held.used_us:
        told["lastUsage"] = to_iso(held.used_us)
    return told


ROUTES = (
    Route("POST", "/jsonldContexts", add_context, frozenset()),
    Route("GET", "/jsonldContexts", list_contexts, frozenset({"details", "kind"})),
    Route("GET", "/jsonldContexts/{id}", serve_context, frozenset({"details"})),
    Route("DELETE", "/jsonldContexts/{id}", delete_context, frozenset({"reload"})),
)
