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
from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

import orjson

from bunyad.operate.broker.bodies import read_json
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.federation.again import Again, Place
from bunyad.operate.broker.federation.copies import (
    KIND,
    RECEIVED,
    Copy,
    Document,
    copied,
    copies_in,
    is_split,
    told_anew,
)
from bunyad.operate.broker.federation.reading import Federated
from bunyad.operate.broker.federation.registration import Registration
from bunyad.operate.broker.federation.registry import registry_of
from bunyad.operate.broker.federation.sources import (
    Errand,
    alias_of,
    ask_source,
    context_for,
    passed_of,
)
from bunyad.operate.broker.federation.wholes import tell_whole, without_gone
from bunyad.operate.broker.federation.words import renamed_back
from bunyad.operate.broker.http import Call, Handler, Reply, Route
from bunyad.operate.broker.problems import Problem, bad_request, not_found
from bunyad.operate.broker.subscriptions.desk import desk_of
from bunyad.operate.broker.subscriptions.outbox import Letter, post_letter
from bunyad.operate.broker.subscriptions.shelf import rests
from bunyad.operate.broker.subscriptions.watch import Watch
from bunyad.operate.records import (
    Tenant,
    Writing,
    delete_document,
    load_document,
    load_entity,
    now_us,
    put_document,
)

if TYPE_CHECKING:
    from bunyad.operate.broker.app import Broker
    from bunyad.operate.broker.outgoing import Client

_IS_THERE = 409
_NEVER_DOES = 501
_PASSING = frozenset({408, 425, 429})


class Subscribed:
    """Keeps copies of subscriptions at the sources that they are about."""

    def __init__(self, broker: Broker, client: Client, read: Federated) -> None:
        self._broker = broker
        self._client = client
        self._turns: defaultdict[Place, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._read = read
        self._tenants: dict[str, str] = {}  # secret to the name of whose it is
        self._again = Again(self._try_again)
        _all[broker] = self
        if broker.records.sharing is not None:
            broker.records.sharing.learners.append(self.learn)

    async def start(self) -> None:
        """Know the copies that were made before."""
        records = self._broker.records
        for name in ["", *records.names()]:
            tenant = records.tenant(name, create=not name)
            if tenant is not None:
                await self.learn(tenant)

    async def learn(self, tenant: Tenant) -> None:
        """Know the copies of a tenant; what is due is told when its source is there again."""
        for copy in copies_in(tenant):
            self._tenants[copy.secret] = tenant.name
            if copy.due:
                self._again.start((tenant.name, copy.registration))

    async def close(self) -> None:
        """Try no more; what is due stays so."""
        await self._again.close()

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
        passed = passed_of(call)
        sources = {
            one.key: one
            for one in registry_of(self._broker).all(tenant)
            if one.document.get("contextSourceAlias") not in passed
        }
        before_it = {} if before is None else {before.key: before}
        known = dict.fromkeys(one.registration for one in copies_in(tenant, only))
        await asyncio.gather(
            *(
                self._settle_at(call, tenant, key, sources.get(key), before_it.get(key), only)
                for key in {**known, **sources, **before_it}
            )
        )

    async def _settle_at(
        self, call: Call, tenant: Tenant, key: str, source: Registration | None,
        before: Registration | None, only: str,
    ) -> None:  # fmt: skip
        """Make, change and delete the copies of one source, as it is registered now."""
        async with self._turns[tenant.name, key]:
            copies = [one for one in copies_in(tenant, only) if one.registration == key]
            watches = desk_of(self._broker).shelf(tenant).watches.values()
            wanted = {
                (watch.key, key): document
                for watch in watches
                if source is not None
                and only in {"", watch.key}
                and (document := copied(watch, source, self._broker)) is not None
            }
            known = {(copy.subscription, key): copy for copy in copies}
            await asyncio.gather(
                *(
                    self._make_so(call, tenant, source or before, pair,
                                  known.get(pair), wanted.get(pair))
                    for pair in {**known, **wanted}
                )
            )  # fmt: skip

    async def _make_so(
        self, call: Call, tenant: Tenant, source: Registration | None, pair: tuple[str, str],
        known: Copy | None, document: Document | None,
    ) -> bool:  # fmt: skip
        """Have a source's copy as it should be; tell whether the source answered."""
        if known is not None and known.made and known.document == document:
            if known.due:
                await self._keep(tenant, replace(known, due=False))
            return True
        if document is None or source is None:
            return known is None or await self._take_back(call, tenant, source, known)
        copy = known or Copy(
            secret=secrets.token_urlsafe(24), subscription=pair[0], registration=pair[1],
            key=f"urn:ngsi-ld:Subscription:{uuid.uuid4()}", document=document, made=False,
        )  # fmt: skip
        copy = replace(copy, base=call.base, via=call.headers.get("via", ""))
        if not copy.made:
            # written down first: a source may notify before it has answered
            self._tenants[copy.secret] = tenant.name
            await self._keep(tenant, replace(copy, due=True))
            copy = replace(copy, document={})
        watch = desk_of(self._broker).shelf(tenant).watches[pair[0]]
        status = await self._tell(call, source, copy, document, context_for(watch.context))
        if status < 300:
            await self._keep(tenant, replace(copy, document=document, made=True, due=False))
        elif _passes(status):
            kept = copy if copy.made else replace(copy, document=document)
            await self._keep(tenant, replace(kept, due=True))
            self._again.start((tenant.name, pair[1]))
        elif copy.made:
            await self._keep(tenant, replace(copy, due=False))
        else:
            await self._forget(tenant, copy)
        return not _passes(status)

    async def _tell(
        self, call: Call, source: Registration, copy: Copy, document: Document,
        context: Context | None,
    ) -> int:  # fmt: skip
        told = told_anew(copy, document, call.base)
        path = f"/{quote(copy.key, safe=':')}"
        if copy.made:
            return await self._ask(call, source, "PATCH", path, told, context)
        status = await self._ask(call, source, "POST", "", {**told, "id": copy.key}, context)
        if status == _IS_THERE:  # it had come, and the answer had not
            return await self._ask(call, source, "PATCH", path, told, context)
        return status

    async def _take_back(
        self, call: Call, tenant: Tenant, source: Registration | None, copy: Copy
    ) -> bool:
        """Have a source forget a copy; tell whether it answered."""
        status = 204
        if copy.made and source is not None and "deleteSubscription" in source.operations:
            path = f"/{quote(copy.key, safe=':')}"
            status = await self._ask(call, source, "DELETE", path)
        is_registered = registry_of(self._broker).get(tenant, copy.registration) is not None
        if _passes(status) and is_registered:
            await self._keep(tenant, replace(copy, base=call.base, due=True))
            self._again.start((tenant.name, copy.registration))
            return False
        await self._forget(tenant, copy)
        return True

    async def _keep(self, tenant: Tenant, copy: Copy) -> None:
        await tenant.write(lambda tx: put_document(tx, KIND, copy.secret, copy.kept()))

    async def _forget(self, tenant: Tenant, copy: Copy) -> None:
        self._tenants.pop(copy.secret, None)
        await tenant.write(lambda tx: delete_document(tx, KIND, copy.secret))

    async def _ask(
        self, call: Call, source: Registration, method: str, path: str,
        document: Document | None = None, context: Context | None = None,
    ) -> int:  # fmt: skip
        errand = Errand(
            method=method, path=f"/subscriptions{path}", params={}, document=document,
            context=context,
        )  # fmt: skip
        return (await ask_source(self._client, call, source, errand)).status

    async def _try_again(self, place: Place) -> bool:
        """Tell a source that did not answer what is due; tell whether anything still is."""
        tenant = self._broker.records.tenant(place[0], create=False)
        if tenant is None:
            return False
        sharing = self._broker.records.sharing
        leads = sharing is None or await sharing.leads()
        async with self._turns[place]:
            source = registry_of(self._broker).get(tenant, place[1])
            watches = desk_of(self._broker).shelf(tenant).watches
            due = [one for one in copies_in(tenant) if one.due and one.registration == place[1]]
            for copy in due if leads else ():
                watch = watches.get(copy.subscription)
                document = None
                if watch is not None and source is not None:
                    document = copied(watch, source, self._broker)
                call = call_for(self._broker, tenant, base=copy.base, via=copy.via)
                pair = (copy.subscription, copy.registration)
                if not await self._make_so(call, tenant, source, pair, copy, document):
                    return True
        return bool(due) and not leads

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
        if is_split(watch):
            source = registry_of(self._broker).get(tenant, kept["registration"])
            data = [] if source is None else await self._wholes(tenant, watch, source, data)
            if not data:
                return
        elif context_for(watch.context) is None and "jsonldContext" not in watch.document:
            core = self._broker.contexts.core
            data = [renamed_back(one, core, watch.sends_with) for one in data]

        def post(tx: Writing) -> Letter:
            watch.queued_us = tx.now_us
            return post_letter(tx, watch.key, data)

        desk.courier.take(shelf, [await tenant.write(post)])

    async def _wholes(
        self, tenant: Tenant, watch: Watch, source: Registration, parts: list[Any]
    ) -> list[Any]:
        """Return what is told of entities whose parts a source has told (5.8.6)."""
        call = call_for(self._broker, tenant)
        told: list[Any] = []
        for part in parts:
            present, gone = without_gone(part)
            db = tenant.reader()
            whole = await self._read.whole(call, source, present, watch.context)
            if whole is not None and watch.answers(whole, partial(load_entity, db)):
                names = context_for(watch.context) or self._broker.contexts.core
                told += tell_whole(watch, whole, gone, db, names)
        return told


def call_for(broker: Broker, tenant: Tenant, *, base: str = "", via: str = "") -> Call:
    """Return a request that nobody made, for asking sources on a tenant's behalf."""
    headers = {"ngsild-tenant": tenant.name, "via": via}
    told = {name: value for name, value in headers.items() if value}
    return Call(broker, "GET", "", {}, {}, told, b"", base)


def _passes(status: int) -> bool:
    """Tell whether a source that answers so may answer otherwise in a while."""
    return (status >= 500 and status != _NEVER_DOES) or status in _PASSING


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
