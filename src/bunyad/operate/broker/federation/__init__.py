"""
Federation: other sources of context, registered, found and worked with.

operations    names of what a source may offer
registration  what a source has, and whether it is what a request is about
registry      the registrations, known by heart
discovery     which registrations are asked for
watching      subscriptions to registrations
sources       asking other sources on behalf of a request
narrowing     asking them for what they are registered for only
words         asking them in the words of their own context
maps          where the entities of requests that belong together are
merging       one entity out of the parts that several sources have
reading, past, listing, writing, batching
              operations that other sources take part in
taking        what a write would take away from a source
subscribing   subscriptions to what other sources have
copies, again, wholes
              what sources get of them, what they are told later, what is put together here
endpoints, source_endpoints
              requests about registrations, and about subscriptions to them
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunyad.operate.broker.federation import endpoints, maps, source_endpoints, subscribing
from bunyad.operate.broker.federation.batching import around_batches
from bunyad.operate.broker.federation.listing import OPERATIONS, Listed
from bunyad.operate.broker.federation.past import FederatedPast
from bunyad.operate.broker.federation.reading import Federated
from bunyad.operate.broker.federation.registry import registry_of
from bunyad.operate.broker.federation.watching import source_desk_of
from bunyad.operate.broker.federation.writing import Distributed
from bunyad.operate.broker.outgoing import Client

if TYPE_CHECKING:
    from bunyad.operate.broker.app import Broker
    from bunyad.operate.server import Server

ROUTES = (
    *endpoints.ROUTES, *source_endpoints.ROUTES, *maps.ROUTES, *subscribing.ROUTES,
)  # fmt: skip

OF_INSTANCES = "/temporal/entities/{id}/attrs/{attribute}/{instance}"
WRITING = (
    ("POST", "/entities", "createEntity"),
    ("PUT", "/entities/{id}", "replaceEntity"),
    ("PATCH", "/entities/{id}", "mergeEntity"),
    ("DELETE", "/entities/{id}", "deleteEntity"),
    ("POST", "/entities/{id}/attrs", "appendAttrs"),
    ("PATCH", "/entities/{id}/attrs", "updateEntity"),
    ("PATCH", "/entities/{id}/attrs/{attribute}", "updateAttrs"),
    ("PUT", "/entities/{id}/attrs/{attribute}", "replaceAttrs"),
    ("DELETE", "/entities/{id}/attrs/{attribute}", "deleteAttrs"),
    ("POST", "/temporal/entities", "upsertTemporal"),
    ("POST", "/temporal/entities/{id}/attrs", "appendAttrsTemporal"),
    ("DELETE", "/temporal/entities/{id}", "deleteTemporal"),
    ("DELETE", "/temporal/entities/{id}/attrs/{attribute}", "deleteAttrsTemporal"),
    ("PATCH", OF_INSTANCES, "updateAttrInstanceTemporal"),
    ("DELETE", OF_INSTANCES, "deleteAttrInstanceTemporal"),
)
"""Operations on entities that are passed on, by method and path."""

__all__ = ["ROUTES", "attach"]


def attach(broker: Broker, server: Server) -> None:
    """Bring back what a broker knows of other sources when its server starts."""
    client = Client(server.reach)
    read, write = Federated(client), Distributed(client)
    broker.wrap("GET", "/entities/{id}", read.retrieve)
    broker.wrap("GET", "/entities", read.query)
    broker.wrap("POST", "/entityOperations/query", read.query_by_post)
    past = FederatedPast(read)
    broker.wrap("GET", "/temporal/entities/{id}", past.retrieve)
    broker.wrap("GET", "/temporal/entities", past.query)
    broker.wrap("POST", "/temporal/entityOperations/query", past.query)
    listed = Listed(read)
    for path in OPERATIONS:
        broker.wrap("GET", path, listed.around(path))
    maps.attach_maps(broker, read)
    for method, path, operation in WRITING:
        broker.wrap(method, path, write.around(operation))
    for method, path, around in around_batches(client):
        broker.wrap(method, path, around)
    subscribed = subscribing.Subscribed(broker, client, read)
    for name, around in (
        ("subscriptions", subscribed.after_subscription),
        ("csourceRegistrations", subscribed.after_registration),
    ):
        broker.wrap("POST", f"/{name}", around)
        broker.wrap("PATCH", f"/{name}/{{id}}", around)
        broker.wrap("DELETE", f"/{name}/{{id}}", around)
    server.stopping.append(client.close)
    desk = source_desk_of(broker)
    server.starting += [registry_of(broker).start, desk.start, subscribed.start]
    server.stopping += [desk.close, subscribed.close]
