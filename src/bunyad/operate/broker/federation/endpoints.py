"""Requests about registrations of context sources (CIM 009, 5.9, 5.10 and 5.15)."""

from __future__ import annotations

import time
import uuid
from typing import Any

from bunyad.operate.broker.bodies import answer, read_document, wanted_media
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.federation.discovery import read_asking
from bunyad.operate.broker.federation.registration import (
    READ_ONLY,
    Document,
    Information,
    Kin,
    Registration,
    check_registration,
    compile_registration,
    tell_registration,
)
from bunyad.operate.broker.federation.registry import KIND, Registry, registry_of
from bunyad.operate.broker.federation.sources import alias_of
from bunyad.operate.broker.federation.watching import source_desk_of
from bunyad.operate.broker.http import Call, Reply, Route
from bunyad.operate.broker.names import check_uri
from bunyad.operate.broker.pages import page_of, paged
from bunyad.operate.broker.params import OF_QUERIES
from bunyad.operate.broker.problems import already_exists, bad_request, conflict, not_found
from bunyad.operate.broker.subscriptions.endpoints import OF_ONE, system_of
from bunyad.operate.broker.subscriptions.forms import merged
from bunyad.operate.broker.subscriptions.outbox import Letter
from bunyad.operate.records import (
    Wanted,
    Writing,
    find_entities,
    load_document,
    load_entity,
    now_us,
    to_iso,
)

_PROXIED = frozenset({"exclusive", "redirect"})
_STARTED_S = time.monotonic()


async def create_registration(call: Call) -> Reply:
    """Register a context source (5.9.2)."""
    document, context = await read_document(call)
    document = _cleaned(document)
    document.setdefault("id", f"urn:ngsi-ld:ContextSourceRegistration:{uuid.uuid4()}")
    registration = _compile(document, context)
    registry = registry_of(call.broker)

    desk = source_desk_of(call.broker)
    shelf = desk.shelf(call.tenant(create=True))

    def keep(tx: Writing) -> list[Letter]:
        if load_document(tx.db, KIND, registration.key) is not None:
            raise already_exists(registration.key)
        _check_clashes(tx, registry, registration)
        registry.keep(tx, registration)
        return shelf.post_change(tx, None, registration)

    desk.send(shelf, await shelf.tenant.write(keep))
    where = f"/ngsi-ld/v1/csourceRegistrations/{registration.key}"
    return Reply(201, headers=[("Location", where)])


async def query_registrations(call: Call) -> Reply:
    """Tell the registrations that match (5.10.2)."""
    media = wanted_media(call)
    context = await call.linked_context()
    asking = read_asking(call.params, context)
    page = page_of(call)
    found = [
        (one, places)
        for one in registry_of(call.broker).all(call.tenant())
        if (places := asking.places(one))
    ]
    shown = found[page.offset : page.offset + page.limit]
    system = system_of(call)
    told = [tell_registration(one, context, places, system=system) for one, places in shown]
    return paged(call, answer(call, told, context, media), page, len(found))


async def retrieve_registration(call: Call) -> Reply:
    """Tell one registration (5.10.1)."""
    media = wanted_media(call)
    context = await call.linked_context()
    told = tell_registration(_known(call), context, system=system_of(call))
    return answer(call, told, context, media)


async def update_registration(call: Call) -> Reply:
    """Change members of a registration (5.9.3)."""
    check_uri(call.parts["id"], "the registration's id")
    fragment, context = await read_document(call)
    known = _known(call)
    if fragment.get("type", "ContextSourceRegistration") != "ContextSourceRegistration":
        raise bad_request("the type of a registration is ContextSourceRegistration")
    if context.source is None:
        context = known.context
    document = known.document
    if context is not known.context:
        document = _cleaned(tell_registration(known, context))
    document = merged(document, _cleaned(fragment))
    document["id"], document["type"] = known.key, "ContextSourceRegistration"
    registration = _compile(document, context)
    registration.tally, registration.made_us = known.tally, known.made_us
    registry = registry_of(call.broker)

    desk = source_desk_of(call.broker)
    shelf = desk.shelf(call.tenant())

    def keep(tx: Writing) -> list[Letter]:
        _check_clashes(tx, registry, registration)
        registry.keep(tx, registration)
        return shelf.post_change(tx, known, registration)

    desk.send(shelf, await shelf.tenant.write(keep))
    return Reply(204)


async def delete_registration(call: Call) -> Reply:
    """Forget a registration (5.9.4)."""
    known = _known(call)
    registry = registry_of(call.broker)
    desk = source_desk_of(call.broker)
    shelf = desk.shelf(call.tenant())

    def erase(tx: Writing) -> list[Letter]:
        registry.erase(tx, known.key)
        return shelf.post_change(tx, known, None)

    desk.send(shelf, await shelf.tenant.write(erase))
    return Reply(204)


async def tell_identity(call: Call) -> Reply:
    """Tell who this context source is (5.15.1)."""
    media = wanted_media(call)
    context = await call.linked_context()
    alias = alias_of(call)
    told = {
        "id": f"urn:ngsi-ld:ContextSourceIdentity:{alias}",
        "type": "ContextSourceIdentity",
        "contextSourceAlias": alias,
        "contextSourceUptime": f"PT{int(time.monotonic() - _STARTED_S)}S",
        "contextSourceTimeAt": to_iso(now_us()),
    }
    return answer(call, told, context, media)


# --- parts --------------------------------------------------------------------------------


def _cleaned(document: Document) -> Document:
    return {name: value for name, value in document.items() if name not in READ_ONLY}


def _compile(document: Document, context: Context) -> Registration:
    check_registration(document, now_us())
    registration = compile_registration(document, context)
    registration.made_us = registration.changed_us = now_us()
    return registration


def _known(call: Call) -> Registration:
    key = check_uri(call.parts["id"], "the registration's id")
    found = registry_of(call.broker).get(call.tenant(), key)
    if found is None:
        raise not_found(f"there is no registration {key}")
    return found


def _has_such(tx: Writing, registration: Registration) -> bool:
    """Tell whether an entity that is here is one of those registered."""
    for information in registration.information:
        for kin in information.kin:

            def fits(entity: dict[str, Any], of: Information = information, one: Kin = kin) -> bool:
                known = one.pattern is None or one.pattern.search(entity["id"])
                return bool(known and (not of.attributes or of.attributes & entity["attrs"].keys()))

            wanted = Wanted(
                ids=(kin.id,) if kin.id else (), types=tuple((iri,) for iri in sorted(kin.types)),
                matches=fits, limit=1,
            )  # fmt: skip
            if find_entities(tx.db, wanted)[0]:
                return True
    return False


def _check_clashes(tx: Writing, registry: Registry, registration: Registration) -> None:
    """Raise if a source that holds data alone would share them (4.3.6.3, 5.9.2)."""
    if registration.mode == "redirect" and _has_such(tx, registration):
        raise conflict("there are entities here already that the source would hold alone")
    if registration.mode == "exclusive":
        _check_alone(tx, registration)
    for other in registry.all(tx.tenant):
        modes = {registration.mode, other.mode}
        if other.key == registration.key or not (modes <= _PROXIED and "exclusive" in modes):
            continue
        one, two = (other, registration) if other.mode == "exclusive" else (registration, other)
        for information in one.information:
            for kin in information.kin:
                has, attributes = two.covered(str(kin.id), kin.types)
                if has and (not attributes or attributes & information.attributes):
                    raise conflict(f"{other.key} has such attributes of {kin.id} already")


def _check_alone(tx: Writing, registration: Registration) -> None:
    """Raise if an entity that is here has attributes that a source would hold alone."""
    for information in registration.information:
        for kin in information.kin:
            entity: dict[str, Any] | None = load_entity(tx.db, str(kin.id))
            if entity is not None and information.attributes & entity["attrs"].keys():
                raise conflict(f"{kin.id} has such attributes here already")


_OF_QUERIES = OF_QUERIES | {"timerel", "timeAt", "endTimeAt", "timeproperty"}
ROUTES = (
    Route("POST", "/csourceRegistrations", create_registration, OF_ONE),
    Route("GET", "/csourceRegistrations", query_registrations, _OF_QUERIES),
    Route("GET", "/csourceRegistrations/{id}", retrieve_registration, OF_ONE),
    Route("PATCH", "/csourceRegistrations/{id}", update_registration, OF_ONE),
    Route("DELETE", "/csourceRegistrations/{id}", delete_registration, OF_ONE),
    Route("GET", "/info/sourceIdentity", tell_identity, frozenset()),
)
