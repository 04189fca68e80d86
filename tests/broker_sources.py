"""Brokers behind addresses, and how they are registered with one that lives inside of a test."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from broker_life import BROKER_ONLY, Asked

from bunyad.operate.server import make_server

KEY = "urn:ngsi-ld:Meter:1"


@dataclass
class Source:
    """A broker behind an address, asked here without it."""

    ask: Asked
    url: str


@contextlib.asynccontextmanager
async def source(folder: Path) -> AsyncIterator[Source]:
    app = make_server(folder, synchronous="OFF", mounts=BROKER_ONLY)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="on"))
    server.capture_signals = contextlib.nullcontext
    task = asyncio.get_running_loop().create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Source(Asked(app), f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        await task


def registration(url: str, mode: str = "inclusive", **more: Any) -> dict[str, Any]:
    entity: dict[str, Any] = {"type": "Meter"}
    information: dict[str, Any] = {"entities": [entity]}
    if mode == "exclusive":
        entity["id"] = KEY
        information["propertyNames"] = ["power"]
    return {
        "id": f"urn:ngsi-ld:ContextSourceRegistration:{mode}",
        "type": "ContextSourceRegistration",
        "mode": mode,
        "information": [information],
        "endpoint": url,
        **more,
    }


def meter(number: int = 1, **values: Any) -> dict[str, Any]:
    return {
        "id": f"urn:ngsi-ld:Meter:{number}",
        "type": "Meter",
        **{
            name: value if isinstance(value, dict | list) else {"type": "Property", "value": value}
            for name, value in values.items()
        },
    }


async def register(ask: Asked, document: dict[str, Any]) -> None:
    told = await ask("POST", "/csourceRegistrations", document)
    assert told.status == 201, told.body
