"""Where subscriptions are taken in, kept and brought back after a restart."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from bunyad.operate.broker.contexts import CORE_URL, Context, Contexts
from bunyad.operate.broker.problems import Problem
from bunyad.operate.broker.subscriptions.courier import Courier
from bunyad.operate.broker.subscriptions.outbox import Letter, waiting_in
from bunyad.operate.broker.subscriptions.rounds import Rounds
from bunyad.operate.broker.subscriptions.sharing import Succession
from bunyad.operate.broker.subscriptions.shelf import KIND, Shelf
from bunyad.operate.broker.subscriptions.watch import Tally, Watch, compile_watch
from bunyad.operate.records import Records, Tenant, load_documents

if TYPE_CHECKING:
    from bunyad.operate.broker.app import Broker

_log = logging.getLogger(__name__)


class Desk:
    """
    All subscriptions of a broker.

    Parameters
    ----------
    records
        Where they are kept.
    contexts
        What their names stand for.
    """

    def __init__(self, records: Records, contexts: Contexts) -> None:
        self.records = records
        self.contexts = contexts
        self.courier = Courier()
        self.rounds = Rounds(self.courier.take)
        self._shelves: dict[str, Shelf] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        records.on_open.append(self._opened)
        self._succession: Succession | None = None
        if records.sharing is not None:
            records.sharing.learners.append(self.learn)
            self._succession = Succession(records, self.courier, self.shelf)

    def shelf(self, tenant: Tenant) -> Shelf:
        """Return the subscriptions of a tenant."""
        return self._shelves.get(tenant.name) or self._open(tenant)

    async def fresh_shelf(self, tenant: Tenant) -> Shelf:
        """Return the subscriptions of a tenant with what other servers did with them."""
        shelf = self.shelf(tenant)
        sharing = self.records.sharing
        if sharing is not None:
            await sharing.catch_up(tenant)
            for watch in shelf.watches.values():
                shelf.count_others(tenant.reader(), watch)
        return shelf

    async def learn(self, tenant: Tenant) -> None:
        """Take in the subscriptions of a tenant as other servers have kept them."""
        await learn_watches(self, self.shelf(tenant), self.rounds)

    async def start(self) -> None:
        """Bring back what was subscribed to, and send what waits; once, before any request."""
        self._loop = asyncio.get_running_loop()
        for name in ["", *self.records.names()]:
            tenant = self.records.tenant(name, create=not name)
            if tenant is not None:
                await self._bring_back(self.shelf(tenant))
        if self._succession is not None:
            await self._succession.start()

    async def close(self) -> None:
        """Stop; what was not delivered stays in the outbox."""
        if self._succession is not None:
            await self._succession.stop()
        await self.rounds.close()
        await self.courier.close()
        self._loop = None

    def _opened(self, tenant: Tenant) -> None:
        self._open(tenant)

    def _open(self, tenant: Tenant) -> Shelf:
        shelf = self._shelves.get(tenant.name)
        if shelf is None:
            shelf = self._shelves[tenant.name] = Shelf(tenant, self._take)
            shelf.listen()
        return shelf

    def _take(self, shelf: Shelf, letters: list[Letter]) -> None:
        loop = self._loop
        if loop is None:  # they wait in the outbox for the next start
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed: likewise
            loop.call_soon_threadsafe(self.courier.take, shelf, letters)

    async def _bring_back(self, shelf: Shelf) -> None:
        db = shelf.tenant.reader()
        watches = [await self.read(body) for _, body in load_documents(db, KIND)]
        known = {watch.key for watch in shelf.watches.values()}
        shelf.fill([watch for watch in watches if watch.key not in known])
        if self._succession is None:
            self.courier.resume(shelf, waiting_in(db))
        for watch in watches:
            self.rounds.start(shelf, watch.key)

    async def read(self, kept: dict[str, Any]) -> Watch:
        """Return a subscription as it was kept."""
        document = kept["document"]
        context = await self._context(kept["context"])
        sends_with = context
        if "jsonldContext" in document:
            sends_with = await self._context(document["jsonldContext"])
        watch = compile_watch(document, context, sends_with, kept["link"])
        watch.tally, watch.known = Tally(*kept["tally"]), Tally(*kept["tally"])
        watch.made_us, watch.changed_us = kept.get("times", (0, 0))
        return watch

    async def _context(self, source: Any) -> Context:
        try:
            return await self.contexts.of(source)
        except Problem:
            _log.warning("the context %s of a subscription cannot be had", str(source)[:200])
            return self.contexts.core


async def learn_watches(desk: Desk, shelf: Shelf, rounds: Rounds, prefix: str = "") -> None:
    """
    Take in subscriptions as other servers have kept them.

    Parameters
    ----------
    desk
        What reads and sends.
    shelf
        Where they are known; nobody changes it meanwhile.
    rounds
        Their clocks.
    prefix
        Stands before their identifiers on the shelf.
    """
    kept = dict(load_documents(shelf.tenant.reader(), shelf.kind))
    known = {watch.key: watch for watch in shelf.watches.values()}
    for key in known.keys() - kept.keys():
        shelf.drop(key)
        rounds.stop(shelf, prefix + key)
        desk.courier.forget(shelf, prefix + key)
    for key, body in kept.items():
        before = known.get(key)
        if before is not None and before.document == body["document"]:
            shelf.count_others(shelf.tenant.reader(), before)
            continue
        watch = await desk.read(body)
        if before is not None:
            watch.follow(before)
            shelf.count_others(shelf.tenant.reader(), watch)
        shelf.put(watch)
        rounds.start(shelf, prefix + key)


_desks: WeakKeyDictionary[Broker, Desk] = WeakKeyDictionary()


def desk_of(broker: Broker) -> Desk:
    """Return the subscriptions of a broker, made when first asked for."""
    desk = _desks.get(broker)
    if desk is None:
        desk = _desks[broker] = Desk(broker.records, broker.contexts)
    return desk


def link_of(context: Context) -> str | None:
    """Return the one address of a context, or nothing where it has none."""
    if context.source is None:
        return CORE_URL
    return context.link
