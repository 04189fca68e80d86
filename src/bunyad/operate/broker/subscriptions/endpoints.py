"""Requests about subscriptions (CIM 009, 5.8 and 6.10 to 6.11)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

from bunyad.operate.broker.bodies import answer, read_document, wanted_media
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.http import Call, Reply, Route
from bunyad.operate.broker.names import check_uri
from bunyad.operate.broker.pages import page_of, paged
from bunyad.operate.broker.params import check_options
from bunyad.operate.broker.problems import already_exists, bad_request, not_found
from bunyad.operate.broker.subscriptions.desk import desk_of, link_of
from bunyad.operate.broker.subscriptions.forms import (
    USUAL_TRIGGERS,
    Document,
    check_subscription,
    cleaned,
    merged,
)
from bunyad.operate.broker.subscriptions.shelf import KIND, Shelf
from bunyad.operate.broker.subscriptions.watch import Watch, compile_watch
from bunyad.operate.records import Writing, load_document, now_us, to_iso

_NAME_OF_TYPE = re.compile(r"[^();|,*]+")


async def create_subscription(call: Call) -> Reply:
    """Take a new subscription in (5.8.1)."""
    document, context = await read_document(call)
    document = cleaned(document)
    document.setdefault("id", f"urn:ngsi-ld:Subscription:{uuid.uuid4()}")
    watch = await compile_document(call, document, context)
    desk = desk_of(call.broker)
    shelf = desk.shelf(call.tenant(create=True))

    def keep(tx: Writing) -> None:
        if load_document(tx.db, KIND, watch.key) is not None:
            raise already_exists(watch.key)
        shelf.keep(tx, watch)
        shelf.put(watch)

    await shelf.tenant.write(keep)
    desk.rounds.start(shelf, watch.key)
    return Reply(201, headers=[("Location", f"/ngsi-ld/v1/subscriptions/{watch.key}")])


async def query_subscriptions(call: Call) -> Reply:
    """Tell all subscriptions, page by page (5.8.4)."""
    media = wanted_media(call)
    context = await call.linked_context()
    page = page_of(call)
    shelf = await _shelf(call)
    watches = list(shelf.watches.values())
    shown = watches[page.offset : page.offset + page.limit]
    system = system_of(call)
    told = [tell_subscription(watch, context, system=system) for watch in shown]
    return paged(call, answer(call, told, context, media), page, len(watches))


async def retrieve_subscription(call: Call) -> Reply:
    """Tell one subscription (5.8.3)."""
    media = wanted_media(call)
    context = await call.linked_context()
    watch = _known(call, await _shelf(call))
    told = tell_subscription(watch, context, system=system_of(call))
    return answer(call, told, context, media)


async def update_subscription(call: Call) -> Reply:
    """Change members of a subscription (5.8.2)."""
    shelf = await _shelf(call)
    check_uri(call.parts["id"], "the subscription's id")
    fragment, context = await read_document(call)
    known = _known(call, shelf)
    if fragment.get("type", "Subscription") != "Subscription":
        raise bad_request("the type of a subscription is Subscription")
    if fragment.get("id", known.key) != known.key:
        raise bad_request("the id of a subscription does not change")
    if context.source is None:
        context = known.context
    document = merged(in_context(known, context), cleaned(fragment))
    document["id"], document["type"] = known.key, "Subscription"
    watch = await compile_document(call, document, context, told_anew="expiresAt" in fragment)
    watch.follow(known)

    def keep(tx: Writing) -> None:
        if load_document(tx.db, KIND, watch.key) is None:
            raise not_found(watch.key)
        shelf.keep(tx, watch)
        shelf.put(watch)

    await shelf.tenant.write(keep)
    desk_of(call.broker).rounds.start(shelf, watch.key)
    return Reply(204)


async def delete_subscription(call: Call) -> Reply:
    """Forget a subscription (5.8.5)."""
    shelf = await _shelf(call)
    watch = _known(call, shelf)
    await shelf.tenant.write(lambda tx: shelf.erase(tx, watch.key))
    desk = desk_of(call.broker)
    desk.rounds.stop(shelf, watch.key)
    desk.courier.forget(shelf, watch.key)
    return Reply(204)


async def compile_document(
    call: Call, document: Document, context: Context, *, told_anew: bool = True
) -> Watch:
    """
    Check and compile a subscription.

    Parameters
    ----------
    call
        The request.
    document
        The subscription.
    context
        What its names stand for.
    told_anew
        Whether the client says now when it expires; what was said before may be past.
    """
    checked = document
    if not told_anew:
        checked = {name: value for name, value in document.items() if name != "expiresAt"}
    check_subscription(checked, context, now_us())
    sends_with = context
    if "jsonldContext" in document:
        sends_with = await call.broker.contexts.of(document["jsonldContext"])
    link = link_of(sends_with) or call.broker.address_of(sends_with, call)
    watch = compile_watch(document, context, sends_with, link)
    watch.made_us = watch.changed_us = now_us()
    return watch


async def _shelf(call: Call) -> Shelf:
    return await desk_of(call.broker).fresh_shelf(call.tenant())


def _known(call: Call, shelf: Shelf) -> Watch:
    key = check_uri(call.parts["id"], "the subscription's id")
    watch = shelf.watches.get(key)
    if watch is None:
        raise not_found(f"there is no subscription {key}")
    return watch


def system_of(call: Call) -> bool:
    """Tell whether a request wants to know when subscriptions were made (6.3.11)."""
    return "sysAttrs" in check_options(call, {"sysAttrs", "count"})


def in_context(watch: Watch, context: Context) -> Document:
    """Return a subscription's document with the names that another context gives."""
    if context is watch.context:
        return watch.document
    told = tell_subscription(watch, context)
    if "jsonldContext" not in watch.document:
        told.pop("jsonldContext", None)
    if "notificationTrigger" not in watch.document:
        told.pop("notificationTrigger")
    return cleaned(told)


# --- telling ------------------------------------------------------------------------------


def tell_subscription(watch: Watch, context: Context, *, system: bool = False) -> dict[str, Any]:
    """
    Tell a subscription.

    Parameters
    ----------
    watch
        The subscription.
    context
        What its names are called.
    system
        Whether it is told when it was made and changed.
    """
    told = dict(watch.document)
    for name, at_us in (("createdAt", watch.made_us), ("modifiedAt", watch.changed_us)):
        if system and at_us:
            told[name] = to_iso(at_us)

    def rename(name: str) -> str:
        return context.compact(watch.context.expand(name))

    if "entities" in told:
        told["entities"] = [
            {**one, "type": rename_types(one["type"], rename)} for one in told["entities"]
        ]
    if "watchedAttributes" in told:
        told["watchedAttributes"] = [rename(name) for name in told["watchedAttributes"]]
    if "geoproperty" in told.get("geoQ", {}):
        told["geoQ"] = {**told["geoQ"], "geoproperty": rename(told["geoQ"]["geoproperty"])}
    told["notificationTrigger"] = told.get("notificationTrigger", list(USUAL_TRIGGERS))
    notification = dict(told["notification"])
    for name in ("attributes", "pick", "omit"):
        if name in notification:
            notification[name] = [
                one if one in {"id", "type", "scope"} else rename(one) for one in notification[name]
            ]
    told.setdefault("jsonldContext", watch.link)
    told["notification"] = {**notification, **watch.tally.document()}
    told["status"] = watch.status(now_us())
    return told


def rename_types(selection: str, rename: Callable[[str], str]) -> str:
    """
    Return a selection of types with other names.

    Examples
    --------
    >>> rename_types("(home;vehicle)|boat", str.upper)
    '(HOME;VEHICLE)|BOAT'
    """
    return _NAME_OF_TYPE.sub(lambda found: rename(found[0]), selection)


OF_ONE = frozenset({"local", "via", "options"})
"""Parameters of requests about one subscription."""
OF_LISTS = OF_ONE | {"limit", "offset", "count"}
"""Parameters of requests that list subscriptions."""
ROUTES = (
    Route("POST", "/subscriptions", create_subscription, OF_ONE),
    Route("GET", "/subscriptions", query_subscriptions, OF_LISTS),
    Route("GET", "/subscriptions/{id}", retrieve_subscription, OF_ONE),
    Route("PATCH", "/subscriptions/{id}", update_subscription, OF_ONE),
    Route("DELETE", "/subscriptions/{id}", delete_subscription, OF_ONE),
)
