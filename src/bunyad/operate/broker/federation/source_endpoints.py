"""Requests about subscriptions to registrations (CIM 009, 5.11 and 6.12 to 6.13)."""

from __future__ import annotations

import uuid

from bunyad.operate.broker.bodies import answer, read_document, wanted_media
from bunyad.operate.broker.federation.watching import KIND, SourceShelf, source_desk_of
from bunyad.operate.broker.http import Call, Reply, Route
from bunyad.operate.broker.names import check_uri
from bunyad.operate.broker.pages import page_of, paged
from bunyad.operate.broker.problems import already_exists, bad_request, not_found
from bunyad.operate.broker.subscriptions.endpoints import (
    OF_LISTS,
    OF_ONE,
    compile_document,
    in_context,
    system_of,
    tell_subscription,
)
from bunyad.operate.broker.subscriptions.forms import cleaned, merged
from bunyad.operate.broker.subscriptions.outbox import OF_SOURCES, Letter
from bunyad.operate.broker.subscriptions.watch import Watch
from bunyad.operate.records import Writing, load_document


async def create_subscription(call: Call) -> Reply:
    """Take a new subscription in, and tell all that matches now (5.11.2)."""
    document, context = await read_document(call)
    document = cleaned(document)
    document.setdefault("id", f"urn:ngsi-ld:Subscription:{uuid.uuid4()}")
    watch = await compile_document(call, document, context)
    desk = source_desk_of(call.broker)
    shelf = desk.shelf(call.tenant(create=True))

    def keep(tx: Writing) -> list[Letter]:
        if load_document(tx.db, KIND, watch.key) is not None:
            raise already_exists(watch.key)
        shelf.keep(tx, watch)
        shelf.put(watch)
        return shelf.post_all(tx, watch)

    desk.send(shelf, await shelf.tenant.write(keep))
    desk.rounds.start(shelf, OF_SOURCES + watch.key)
    return Reply(201, headers=[("Location", f"/ngsi-ld/v1/csourceSubscriptions/{watch.key}")])


async def query_subscriptions(call: Call) -> Reply:
    """Tell all subscriptions, page by page (5.11.5)."""
    media = wanted_media(call)
    context = await call.linked_context()
    page = page_of(call)
    watches = list(_shelf(call).watches.values())
    shown = watches[page.offset : page.offset + page.limit]
    system = system_of(call)
    told = [tell_subscription(watch, context, system=system) for watch in shown]
    return paged(call, answer(call, told, context, media), page, len(watches))


async def retrieve_subscription(call: Call) -> Reply:
    """Tell one subscription (5.11.4)."""
    media = wanted_media(call)
    context = await call.linked_context()
    told = tell_subscription(_known(call), context, system=system_of(call))
    return answer(call, told, context, media)


async def update_subscription(call: Call) -> Reply:
    """Change members of a subscription, and tell all that matches now (5.11.3)."""
    check_uri(call.parts["id"], "the subscription's id")
    fragment, context = await read_document(call)
    known = _known(call)
    if fragment.get("type", "Subscription") != "Subscription":
        raise bad_request("the type of a subscription is Subscription")
    if context.source is None:
        context = known.context
    document = merged(in_context(known, context), cleaned(fragment))
    document["id"], document["type"] = known.key, "Subscription"
    watch = await compile_document(call, document, context, told_anew="expiresAt" in fragment)
    watch.tally, watch.made_us = known.tally, known.made_us
    desk, shelf = source_desk_of(call.broker), _shelf(call)

    def keep(tx: Writing) -> list[Letter]:
        shelf.keep(tx, watch)
        shelf.put(watch)
        return shelf.post_all(tx, watch)

    desk.send(shelf, await shelf.tenant.write(keep))
    desk.rounds.start(shelf, OF_SOURCES + watch.key)
    return Reply(204)


async def delete_subscription(call: Call) -> Reply:
    """Forget a subscription (5.11.6)."""
    shelf, watch = _shelf(call), _known(call)
    await shelf.tenant.write(lambda tx: shelf.erase(tx, watch.key))
    source_desk_of(call.broker).forget(shelf, watch.key)
    return Reply(204)


def _shelf(call: Call) -> SourceShelf:
    return source_desk_of(call.broker).shelf(call.tenant())


def _known(call: Call) -> Watch:
    key = check_uri(call.parts["id"], "the subscription's id")
    watch = _shelf(call).get(key)
    if watch is None:
        raise not_found(f"there is no subscription {key}")
    return watch


ROUTES = (
    Route("POST", "/csourceSubscriptions", create_subscription, OF_ONE),
    Route("GET", "/csourceSubscriptions", query_subscriptions, OF_LISTS),
    Route("GET", "/csourceSubscriptions/{id}", retrieve_subscription, OF_ONE),
    Route("PATCH", "/csourceSubscriptions/{id}", update_subscription, OF_ONE),
    Route("DELETE", "/csourceSubscriptions/{id}", delete_subscription, OF_ONE),
)
