"""The broker's front door: all of its operations behind one application."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from bunyad.operate.broker import batches, consuming, discovery, entities
from bunyad.operate.broker.app import Broker
from bunyad.operate.broker.contexts import Contexts, Documents
from bunyad.operate.broker.http import Route

if TYPE_CHECKING:
    from bunyad.operate.server import Server

# parts that bring `ROUTES` and, where they have work of their own, `attach(broker, server)`
PARTS = (
    "bunyad.operate.broker.subscriptions",
    "bunyad.operate.broker.temporal",
    "bunyad.operate.broker.expiry",
    "bunyad.operate.broker.federation",
    "bunyad.operate.broker.hosting",
)
OF_VILLAGES = "urn:bunyad:context:village"


def broker_app(server: Server) -> Broker:
    """
    Make the broker of a server.

    Parameters
    ----------
    server
        What the server's applications share.
    """
    documents = Documents(server.folder / "contexts", fetches=server.fetches, reach=server.reach)
    documents.built_in[OF_VILLAGES] = _village_context
    routes: list[Route] = [
        *entities.ROUTES, *consuming.ROUTES, *batches.ROUTES, *discovery.ROUTES,
    ]  # fmt: skip
    modules = [import_module(name) for name in PARTS if find_spec(name) is not None]
    for module in modules:
        routes += getattr(module, "ROUTES", ())
    broker = Broker(server.records, Contexts(documents), routes)
    for module in modules:
        attach = getattr(module, "attach", None)
        if attach is not None:
            attach(broker, server)
    return broker


def _village_context() -> dict[str, Any]:
    vocabulary = import_module("bunyad.operate.village.vocabulary")
    return {"@context": dict(vocabulary.village_context())}
