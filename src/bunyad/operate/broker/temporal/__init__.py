"""
Temporal: the past of entities, told and set right.

window       which part of the past is asked for
past         where it is kept: the records' readings
archived     the part of it that stands in files
present      an entity that only its past has made
aggregates   its sums, period by period
telling      what clients get to read
provision    requests that write it
consumption  requests that read it
scopes       the past of scopes, which ordinary writes leave too
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunyad.operate.broker.temporal import consumption, provision
from bunyad.operate.broker.temporal.scopes import keep_scopes

if TYPE_CHECKING:
    from bunyad.operate.broker.app import Broker
    from bunyad.operate.records import Tenant
    from bunyad.operate.server import Server

ROUTES = (*provision.ROUTES, *consumption.ROUTES)

__all__ = ["ROUTES", "attach"]


def attach(broker: Broker, _server: Server) -> None:
    """Keep the past of scopes from now on, in every tenant's records."""

    def watch(tenant: Tenant) -> None:
        tenant.before_commit.append(keep_scopes)

    records = broker.records
    if (tenant := records.tenant("")) is not None:
        watch(tenant)
    records.on_open.append(watch)
