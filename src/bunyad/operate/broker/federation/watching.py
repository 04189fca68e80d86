"""
Subscriptions to registrations: who wants to hear of which context sources (CIM 009, 5.11).

They are written, kept, sent and tried again like subscriptions to entities; only what they watch
and what they are told differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import orjson

from bunyad.operate.broker.federation.discovery import (
    Test,
    filter_test,
    interval_test,
    place_test,
    scope_test,
)
from bunyad.operate.broker.federation.registration import Registration, Wanted, tell_registration
from bunyad.operate.broker.federation.registry import Registry, registry_of
from bunyad.operate.broker.problems import bad_request
from bunyad.operate.broker.subscriptions.desk import Desk, desk_of, learn_watches
from bunyad.operate.broker.subscriptions.letters import notification_of
from bunyad.operate.broker.subscriptions.outbox import (
    OF_SOURCES,
    Letter,
    drop_letters_of,
    post_letter,
    waiting_in,
)
from bunyad.operate.broker.subscriptions.rounds import Rounds
from bunyad.operate.broker.subscriptions.sharing import Succession
from bunyad.operate.broker.subscriptions.shelf import Shelf
from bunyad.operate.broker.subscriptions.watch import Watch
from bunyad.operate.broker.temporal.window import read_window
from bunyad.operate.records import Tenant, Writing, delete_document, load_documents, now_us

if TYPE_CHECKING:
    from bunyad.operate.broker.app import Broker

KIND = "csourceSubscription"
NEW, UPDATED, GONE = "newlyMatching", "updated", "noLongerMatching"


class SourceShelf(Shelf):
    """A tenant's subscriptions to registrations; their keys stand apart from other ones'."""

    def __init__(self, tenant: Tenant, registry: Registry) -> None:
        super().__init__(tenant, lambda _shelf, _letters: None, kind=KIND)
        self._registry = registry
        self._tests: dict[str, tuple[list[Wanted], list[Test]]] = {}

    def put(self, watch: Watch) -> None:
        """Take a subscription in, in place of one with the same identifier."""
        self._tests[watch.key] = (_wanted(watch), _tests(watch))
        self.watches = {**self.watches, OF_SOURCES + watch.key: watch}

    def drop(self, key: str) -> None:
        """Forget a subscription."""
        self._tests.pop(key, None)
        self.watches = {k: w for k, w in self.watches.items() if k != OF_SOURCES + key}

    def erase(self, tx: Writing, key: str) -> None:
        """Take a subscription and its waiting notifications off the disk, and forget it."""
        delete_document(tx, KIND, key)
        drop_letters_of(tx, OF_SOURCES + key)
        self.drop(key)

    def get(self, key: str) -> Watch | None:
        """Return a subscription by its identifier."""
        return self.watches.get(OF_SOURCES + key)

    def places(self, watch: Watch, registration: Registration | None) -> list[int]:
        """Return the places in a registration's information that a subscription is about."""
        if registration is None or watch.key not in self._tests:
            return []
        wanted, tests = self._tests[watch.key]
        if not all(test(registration) for test in tests):
            return []
        found = {at for one in wanted for at in registration.matching(one)}
        return sorted(found)

    def notification(self, watch: Watch, letter: Letter) -> dict[str, Any]:
        """Return the notification that a letter stands for."""
        kept = orjson.loads(letter.data)
        told = notification_of(watch, letter._replace(data=orjson.dumps(kept["data"]).decode()))
        return {**told, "type": "ContextSourceNotification", "triggerReason": kept["reason"]}

    def collect(self, watch: Watch) -> Any:
        """Return all registrations that match a subscription."""
        data = [
            tell_registration(one, watch.sends_with, places)
            for one in self._registry.all(self.tenant)
            if (places := self.places(watch, one))
        ]
        return {"reason": NEW, "data": data} if data else None

    def post_all(self, tx: Writing, watch: Watch) -> list[Letter]:
        """Put a notification of all that matches into the outbox."""
        data = self.collect(watch)
        return [post_letter(tx, OF_SOURCES + watch.key, data)] if data else []

    def post_change(
        self, tx: Writing, before: Registration | None, after: Registration | None
    ) -> list[Letter]:
        """Put a notification of a changed registration into the outbox of all who watch it."""
        letters = []
        for key, watch in self.watches.items():
            if watch.interval_us or watch.status(now_us()) != "active":
                continue
            was, now = self.places(watch, before), self.places(watch, after)
            reason = UPDATED if was and now else NEW if now else GONE if was else ""
            told = after or before
            if reason and told is not None:
                data = [tell_registration(told, watch.sends_with, now or None)]
                letters.append(post_letter(tx, key, {"reason": reason, "data": data}))
        return letters


def _wanted(watch: Watch) -> list[Wanted]:
    attributes: frozenset[str] = frozenset()
    if watch.form.attributes:
        attributes = watch.form.attributes | watch.watched
    if not watch.selectors:
        return [Wanted(attributes=watch.watched)]
    return [
        Wanted(
            choices=None if one.types.alternatives is None else tuple(one.types.alternatives),
            ids=one.ids,
            pattern=one.pattern,
            attributes=attributes,
        )
        for one in watch.selectors
    ]


def _tests(watch: Watch) -> list[Test]:
    document, context = watch.document, watch.context
    temporal = document.get("temporalQ", {})
    if not isinstance(temporal, dict):
        raise bad_request("temporalQ is an object")
    asked = {name: str(value) for name, value in temporal.items()}
    tests = [interval_test(read_window(asked, needed=False))]
    if "csf" in document:
        tests.append(filter_test(document["csf"], context))
    if "scopeQ" in document:
        tests.append(scope_test(document["scopeQ"]))
    if "geoQ" in document:
        tests.append(place_test(document["geoQ"], context))
    return tests


class SourceDesk:
    """All subscriptions to registrations of a broker."""

    def __init__(self, registry: Registry, desk: Desk) -> None:
        self._registry = registry
        self._desk = desk
        self._shelves: dict[str, SourceShelf] = {}
        self.rounds = Rounds(self.send)
        sharing = registry.records.sharing
        self._succession: Succession | None = None
        if sharing is not None:
            sharing.learners.append(self.learn)
            self._succession = Succession(
                registry.records, desk.courier, self.shelf, of_sources=True
            )

    async def learn(self, tenant: Tenant) -> None:
        """Take in the subscriptions of a tenant as other servers have kept them."""
        await learn_watches(self._desk, self.shelf(tenant), self.rounds, OF_SOURCES)

    def shelf(self, tenant: Tenant) -> SourceShelf:
        """Return the subscriptions of a tenant."""
        if tenant.name not in self._shelves:
            self._shelves[tenant.name] = SourceShelf(tenant, self._registry)
        return self._shelves[tenant.name]

    def send(self, shelf: Shelf, letters: list[Letter]) -> None:
        """Send notifications that are kept."""
        self._desk.courier.take(shelf, letters)

    def forget(self, shelf: SourceShelf, key: str) -> None:
        """Send no more of a subscription's notifications."""
        self.rounds.stop(shelf, OF_SOURCES + key)
        self._desk.courier.forget(shelf, OF_SOURCES + key)

    async def start(self) -> None:
        """Bring back what was subscribed to; the registrations are there already."""
        records = self._registry.records
        for name in ["", *records.names()]:
            tenant = records.tenant(name, create=not name)
            if tenant is None or tenant.name in self._shelves:
                continue
            shelf = self.shelf(tenant)
            for _, body in load_documents(tenant.reader(), KIND):
                shelf.put(await self._desk.read(body))
            if self._succession is None:
                self._desk.courier.resume(shelf, waiting_in(tenant.reader(), of_sources=True))
            for key in shelf.watches:
                self.rounds.start(shelf, key)
        if self._succession is not None:
            await self._succession.start()

    async def close(self) -> None:
        """Stop the clocks."""
        if self._succession is not None:
            await self._succession.stop()
        await self.rounds.close()


_desks: WeakKeyDictionary[Broker, SourceDesk] = WeakKeyDictionary()


def source_desk_of(broker: Broker) -> SourceDesk:
    """Return the subscriptions to registrations of a broker, made when first asked for."""
    found = _desks.get(broker)
    if found is None:
        found = _desks[broker] = SourceDesk(registry_of(broker), desk_of(broker))
    return found
