"""
Subscriptions to what other sources have (CIM 009, 5.8.1 to 5.8.6).

A source that takes subscriptions gets a copy of each one that is about what it is registered for,
cut down to that. It notifies this broker, under an address that nobody else knows; what it tells
goes on to the subscriber, as if it had happened here.
"""

from __future__ import annotations

import asyncio
import secrets
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

import orjson

from bunyad.operate.broker.bodies import read_json
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.federation.discovery import filter_test
from bunyad.operate.broker.federation.narrowing import attributes_of
from bunyad.operate.broker.federation.registration import Registration, Wanted
from bunyad.operate.broker.federation.registry import registry_of
from bunyad.operate.broker.federation.sources import (
    Errand,
    address_of,
    alias_of,
    ask_source,
    context_for,
    passed_of,
)
from bunyad.operate.broker.federation.words import renamed_back, renamed_query
from bunyad.operate.broker.http import GEO_JSON, JSON, Call, Handler, Reply, Route
from bunyad.operate.broker.model import NULL
from bunyad.operate.broker.problems import Problem, bad_request, not_found
from bunyad.operate.broker.subscriptions.desk import desk_of
from bunyad.operate.broker.subscriptions.endpoints import tell_subscription
from bunyad.operate.broker.subscriptions.outbox import Letter, post_letter
from bunyad.operate.broker.subscriptions.shelf import rests
from bunyad.operate.broker.subscriptions.watch import Selector, Watch
from bunyad.operate.records import (
    Tenant,
    Writing,
    delete_document,
    load_document,
    load_documents,
    now_us,
    put_document,
)

if TYPE_CHECKING:
    from bunyad.operate.broker.app import Broker
    from bunyad.operate.broker.outgoing import Client

KIND = "copiedSubscription"
RECEIVED = "/receivedNotifications"
"""Below this path sources notify this broker; what follows is a secret of each of them."""
Document = dict[str, Any]
_OURS = frozenset({"id", "csf", "localOnly", "status", "createdAt", "modifiedAt", "temporalQ"})
_NOT_COPIED = frozenset(
    {"endpoint", "status", "timesSent", "timesFailed", "lastNotification", "lastSuccess",
     "lastFailure"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Copy:
    """
    A subscription at a source.

    Attributes
    ----------
    secret
        What follows in the address at which the source notifies.
    subscription, registration
        Of what, and where.
    key
        Its identifier there.
    document
        What the source was told.
    """

    secret: str
    subscription: str
    registration: str
    key: str
    document: Document

    def kept(self) -> Document:
        """Return what is written down of it."""
        return {
            "subscription": self.subscription, "registration": self.registration,
            "key": self.key, "document": self.document,
        }  # fmt: skip


class Subscribed:
    """Keeps copies of subscriptions at the sources that they are about."""

    def __init__(self, broker: Broker, client: Client) -> None:
        self._broker = broker
        self._client = client
        self._turn = asyncio.Lock()
        self._tenants: dict[str, str] = {}  # secret to the name of whose it is
        _all[broker] = self

    async def start(self) -> None:
        """Know the copies that were made before."""
        records = self._broker.records
        for name in ["", *records.names()]:
            tenant = records.tenant(name, create=not name)
            if tenant is not None:
                self._tenants |= dict.fromkeys((copy.secret for copy in copies_in(tenant)), name)

    async def after_subscription(self, handler: Handler, call: Call) -> Reply:
        """Answer a request that makes, changes or deletes a subscription."""
        if alias_of(call) in passed_of(call):
            raise Problem(508, None, "Loop Detected", "the request has passed this broker already")
        reply = await handler(call)
        if reply.status < 300:
            where = dict(reply.headers).get("Location", "")
            await self._settle(call, only=call.parts.get("id") or where.rpartition("/")[2])
        return reply

    async def after_registration(self, handler: Handler, call: Call) -> Reply:
        """Answer a request that makes, changes or deletes a registration."""
        registry, key = registry_of(self._broker), call.parts.get("id", "")
        tenant = self._tenant(call)
        before = None if tenant is None else registry.get(tenant, key)
        reply = await handler(call)
        if reply.status < 300:
            await self._settle(call, before=before)
        return reply

    def _tenant(self, call: Call) -> Tenant | None:
        name = call.headers.get("ngsild-tenant", "")
        return self._broker.records.tenant(name, create=False)

    async def _settle(
        self, call: Call, *, only: str = "", before: Registration | None = None
    ) -> None:
        """Make, change and delete copies until they are as the registrations have it."""
        tenant = self._tenant(call)
        if tenant is None:
            return
        async with self._turn:
            passed = passed_of(call)
            sources = {
                one.key: one
                for one in registry_of(self._broker).all(tenant)
                if one.document.get("contextSourceAlias") not in passed
            }
            copies = copies_in(tenant, only)
            if not sources and not copies:
                return
            watches = desk_of(self._broker).shelf(tenant).watches
            wanted = {
                (watch.key, source.key): document
                for watch in watches.values()
                if only in {"", watch.key}
                for source in sources.values()
                if (document := copied(watch, source, self._broker)) is not None
            }
            if before is not None:
                sources.setdefault(before.key, before)
            known = {(copy.subscription, copy.registration): copy for copy in copies}
            await asyncio.gather(
                *(
                    self._make_so(call, tenant, sources.get(pair[1]), pair,
                                  known.get(pair), wanted.get(pair))
                    for pair in {**known, **wanted}
                )
            )  # fmt: skip

    async def _make_so(
        self, call: Call, tenant: Tenant, source: Registration | None, pair: tuple[str, str],
        known: Copy | None, document: Document | None,
    ) -> None:  # fmt: skip
        if known is not None and known.document == document:
            return
        if known is not None and (document is None or source is None):
            self._tenants.pop(known.secret, None)
            await tenant.write(lambda tx: delete_document(tx, KIND, known.secret))
            if source is not None and "deleteSubscription" in source.operations:
                await self._ask(call, source, "DELETE", f"/{quote(known.key, safe=':')}")
            return
        if source is None or document is None:
            return
        watch = desk_of(self._broker).shelf(tenant).watches[pair[0]]
        context = context_for(watch.context)
        if known is not None:
            gone = dict.fromkeys(known.document.keys() - document.keys(), NULL)
            changed = {
                name: value for name, value in document.items() if known.document.get(name) != value
            }
            told = {**changed, **gone}
            if "notification" in told:
                told["notification"] = _notified(call, document, known.secret)
            path = f"/{quote(known.key, safe=':')}"
            if await self._ask(call, source, "PATCH", path, told, context):
                copy = Copy(known.secret, *pair, known.key, document)
                await tenant.write(lambda tx: put_document(tx, KIND, copy.secret, copy.kept()))
            return
        key = f"urn:ngsi-ld:Subscription:{uuid.uuid4()}"
        copy = Copy(secrets.token_urlsafe(24), *pair, key, document)
        self._tenants[copy.secret] = tenant.name
        # written down first: a source may notify before it has answered
        await tenant.write(lambda tx: put_document(tx, KIND, copy.secret, copy.kept()))
        told = {**document, "id": key, "notification": _notified(call, document, copy.secret)}
        if not await self._ask(call, source, "POST", "", told, context):
            await tenant.write(lambda tx: delete_document(tx, KIND, copy.secret))

    async def _ask(
        self, call: Call, source: Registration, method: str, path: str,
        document: Document | None = None, context: Context | None = None,
    ) -> bool:  # fmt: skip
        errand = Errand(
            method=method, path=f"/subscriptions{path}", params={}, document=document,
            context=context,
        )  # fmt: skip
        return (await ask_source(self._client, call, source, errand)).status < 300

    async def take(self, secret: str, notification: Document) -> None:
        """
        Pass a notification of a source on to the subscriber.

        Raises
        ------
        Problem
            ResourceNotFound if nothing was subscribed to in that way.
        """
        records = self._broker.records
        if secret not in self._tenants and records.sharing is not None:
            await self.start()  # another server has made it
        tenant = records.tenant(self._tenants.get(secret, ""), create=False)
        kept = None if tenant is None else load_document(tenant.reader(), KIND, secret)
        if tenant is None or kept is None:
            raise not_found("nobody is notified here")
        if notification.get("subscriptionId") != kept["key"]:
            raise not_found(f"there is no subscription {notification.get('subscriptionId')}")
        desk = desk_of(self._broker)
        shelf = desk.shelf(tenant)
        watch = shelf.watches.get(kept["subscription"])
        data = _data_of(notification)
        if watch is None or not data or watch.status(now_us()) != "active":
            return
        if rests(watch, now_us()):
            return
        if context_for(watch.context) is None and "jsonldContext" not in watch.document:
            core = self._broker.contexts.core
            data = [renamed_back(one, core, watch.sends_with) for one in data]

        def post(tx: Writing) -> Letter:
            watch.queued_us = tx.now_us
            return post_letter(tx, watch.key, data)

        desk.courier.take(shelf, [await tenant.write(post)])


def copies_in(tenant: Tenant, subscription: str = "") -> list[Copy]:
    """Return the copies of a tenant's subscriptions, or of one of them."""
    return [
        Copy(secret, body["subscription"], body["registration"], body["key"], body["document"])
        for secret, body in load_documents(tenant.reader(), KIND)
        if subscription in {"", body["subscription"]}
    ]


def copied(watch: Watch, source: Registration, broker: Broker) -> Document | None:
    """Return a subscription cut down to what a source is registered for; None for nothing."""
    document, context = watch.document, watch.context
    if not _may_copy(watch, source):
        return None
    found = [
        (told, [source.information[at] for at in source.matching(_wanted(selector))])
        for told, selector in zip(
            document.get("entities", [None]), watch.selectors or (None,), strict=True
        )
    ]
    found = [(told, information) for told, information in found if information]
    attributes = attributes_of([one for _, information in found for one in information])
    if not found or (attributes and watch.watched and not attributes & watch.watched):
        return None
    spoken = context_for(context) or broker.contexts.core
    said = tell_subscription(watch, spoken)
    if spoken is not context and "q" in said:
        said["q"] = renamed_query(said["q"], context, spoken)
    told = {name: value for name, value in said.items() if name not in _OURS}
    if "jsonldContext" not in document:
        told.pop("jsonldContext", None)
    if "entities" in document:
        kept = [one for one, _ in found]
        pairs = zip(said["entities"], document["entities"], strict=True)
        told["entities"] = [one for one, was in pairs if was in kept]
    told["notification"] = {
        name: value for name, value in said["notification"].items() if name not in _NOT_COPIED
    }
    told["notification"]["accept"] = GEO_JSON if watch.accept == GEO_JSON else JSON
    if attributes:
        _bind(told, watch, attributes, spoken)
    return told


def _may_copy(watch: Watch, source: Registration) -> bool:
    """Tell whether a source may get a copy: it takes some, and this is none of its own."""
    document = watch.document
    if document.get("localOnly") or "createSubscription" not in source.operations:
        return False
    if str(watch.endpoint["uri"]).startswith(f"{address_of(source)}{RECEIVED}"):
        return False
    return "csf" not in document or filter_test(document["csf"], watch.context)(source)


def _bind(told: Document, watch: Watch, attributes: frozenset[str], spoken: Context) -> None:
    """Bind a copy to the attributes that its source is registered for."""
    if not watch.interval_us:
        watched = attributes & watch.watched if watch.watched else attributes
        told["watchedAttributes"] = sorted(map(spoken.compact, watched))
    if watch.form.attributes:
        shown = attributes & watch.form.attributes or attributes
        told["notification"]["attributes"] = sorted(map(spoken.compact, shown))


def _wanted(selector: Selector | None) -> Wanted:
    if selector is None:
        return Wanted()
    alternatives = selector.types.alternatives
    return Wanted(
        choices=None if alternatives is None else tuple(alternatives), ids=selector.ids,
        pattern=selector.pattern,
    )  # fmt: skip


def _notified(call: Call, document: Document, secret: str) -> Document:
    """Return the notification part of a copy: it comes here."""
    told = dict(document["notification"])
    endpoint = {"uri": f"{call.base}{RECEIVED}/{secret}", "accept": told.pop("accept")}
    return {**told, "endpoint": endpoint}


def _data_of(notification: Document) -> list[Any]:
    data = notification.get("data")
    if isinstance(data, dict):
        data = data.get("features")
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise bad_request("the data of a notification is a list of entities")
    return data


async def receive(call: Call) -> Reply:
    """Answer POST /receivedNotifications/{secret}."""
    document = read_json(call)
    if not isinstance(document, dict):
        raise bad_request("a notification is a JSON object")
    await _all[call.broker].take(call.parts["secret"], document)
    return Reply(200, orjson.dumps({}))


_all: WeakKeyDictionary[Broker, Subscribed] = WeakKeyDictionary()
ROUTES = (Route("POST", RECEIVED + "/{secret}", receive),)
