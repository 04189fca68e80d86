"""
Connect: join places by roads, railways and power lines.

The front door is `connect_places`; `find_route` finds a single route. Inside, from the ground
up: `ground` (the routing grid), `rivers` and `steps` (what a straight step over it meets),
`standards` (what it costs, how steep it may be), `search` (least-cost paths and trees),
`alignments`, `roads` and `power` (what is joined, in which order), `routes` (the table),
`grid` (a power grid that holds in a load flow) and `supply` (which puts it into the networks).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunyad.connect.networks import connect_places, find_route
    from bunyad.connect.result import BUS_MEMBERS, BUSES, ROUTE_CHECKS, ROUTES, Networks

_HOMES = {
    "connect_places": "networks",
    "find_route": "networks",
    "BUSES": "result",
    "BUS_MEMBERS": "result",
    "ROUTES": "result",
    "ROUTE_CHECKS": "result",
    "Networks": "result",
}

__all__ = [
    "BUSES",
    "BUS_MEMBERS",
    "ROUTES",
    "ROUTE_CHECKS",
    "Networks",
    "connect_places",
    "find_route",
]


def __getattr__(name: str) -> Any:
    """Import a name where it is first used: least cost over a raster needs no maps."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"bunyad.connect.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'bunyad.connect' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
