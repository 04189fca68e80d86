"""The server hangs up on clients that leave heads, bodies or answers unfinished."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from bunyad.operate import patience
from bunyad.operate.patience import PatientProtocol

connected: Any = set()
LARGE = 30_000_000  # bytes: more than the sockets on both sides hold


async def _app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await receive()
        body = b"x" * LARGE if scope["path"] == "/large" else b"ok"
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    config = uvicorn.Config(
        _app, port=0, log_level="error", lifespan="off", http=PatientProtocol, ws="none",
        limit_concurrency=8, timeout_keep_alive=60,
    )  # fmt: skip
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        global connected  # noqa: PLW0603  (those of the server that is up)
        connected = server.server_state.connections
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        await server.shutdown()


async def is_hung_up(reader: asyncio.StreamReader) -> bytes:
    """Wait until the server hangs up; return what it said."""
    said = b""
    async with asyncio.timeout(60):
        while True:
            try:
                part = await reader.read(65_536)
            except ConnectionError:
                return said
            if not part:
                return said
            said += part


@pytest.mark.parametrize(
    "sent",
    [
        b"", b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc",
        b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n",  # the second request's head
    ],
)  # fmt: skip
def test_who_leaves_a_head_or_a_body_unfinished_is_hung_up(sent: bytes, monkeypatch: Any) -> None:
    monkeypatch.setattr(patience, "LONGEST_SILENCE_S", 0.1)

    async def story() -> None:
        async with served() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            await is_hung_up(reader)
            writer.close()

    asyncio.run(story())


def test_a_head_without_end_is_refused(monkeypatch: Any) -> None:
    async def story() -> bytes:
        async with served() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\n" + b"x-more: 0123456789\r\n" * 20_000)
            said = await is_hung_up(reader)
            writer.close()
            return said

    assert b" 431 " in asyncio.run(story())


def test_who_reads_nothing_of_a_large_answer_is_hung_up(monkeypatch: Any) -> None:
    monkeypatch.setattr(patience, "LONGEST_SILENCE_S", 0.2)
    lost = asyncio.Event()
    leave = PatientProtocol.connection_lost

    def connection_lost(self: PatientProtocol, exc: Exception | None) -> None:
        leave(self, exc)
        lost.set()

    monkeypatch.setattr(PatientProtocol, "connection_lost", connection_lost)

    async def story() -> None:
        async with served() as port:
            loop = asyncio.get_running_loop()
            lazy = socket.socket()
            lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            lazy.setblocking(False)
            await loop.sock_connect(lazy, ("127.0.0.1", port))
            await loop.sock_sendall(lazy, b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            async with asyncio.timeout(60):  # the client is still there, the server gives up
                await lost.wait()
            lazy.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("waits", "hung_up"),
    [([90_000, 60_000, 30_000, 0], False), ([90_000, 89_000], True), ([90_000, 0, 90_000], False)],
)
def test_who_reads_slowly_but_reads_is_waited_for(
    waits: list[int], hung_up: bool, monkeypatch: Any
) -> None:
    monkeypatch.setattr(patience, "_waiting", lambda _: waits.pop(0))

    async def story() -> bool:
        async with served() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await reader.readuntil(b"ok")
            (own,) = connected
            own._seen = own.cycle
            while waits and not own.transport.is_closing():
                own._late.cancel()
                own._look()
            left = bool(own.transport.is_closing())
            writer.close()
            return left

    assert asyncio.run(story()) is hung_up


def test_one_address_gets_no_more_than_its_share(monkeypatch: Any) -> None:
    monkeypatch.setattr(patience, "_is_own", lambda _: False)

    async def story() -> tuple[int, int]:
        async with served() as port:
            pairs = [await asyncio.open_connection("127.0.0.1", port) for _ in range(6)]
            answered = refused = 0
            for reader, writer in pairs:
                writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                said = await is_hung_up(reader)
                answered += b" 200 " in said
                refused += not said
                writer.close()
            return answered, refused

    assert asyncio.run(story()) == (4, 2)
    assert not patience._by_address
