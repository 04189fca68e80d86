"""
Subscriptions: who wants to hear of which changes, and gets to hear of them.

forms      what a subscription may say
watch      a subscription, compiled
changes    what changed in an entity
notices    what a notification tells
shelf      a tenant's subscriptions, found by the types of what changed
outbox     notifications that wait, kept with the changes they tell of
courier    takes them to their receivers, over HTTP or (mqtt) MQTT
rounds     notifications that come by the clock
desk       all of it, brought back after a restart
endpoints  requests about subscriptions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunyad.operate.broker.subscriptions.desk import Desk, desk_of
from bunyad.operate.broker.subscriptions.endpoints import ROUTES

if TYPE_CHECKING:
    from bunyad.operate.broker.app import Broker
    from bunyad.operate.server import Server

__all__ = ["ROUTES", "Desk", "attach", "desk_of"]


def attach(broker: Broker, server: Server) -> None:
    """Bring back the subscriptions of a broker when its server starts."""
    desk = desk_of(broker)
    desk.courier.limit(server.reach)
    server.starting.append(desk.start)
    server.stopping.append(desk.close)
