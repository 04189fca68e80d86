"""One WebSocket connection of a server, over asyncio's streams; the protocol is wsproto's."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from bunyad.operate.south.extra import load_extra

__all__ = ["WebSocket", "WebSocketClosed", "serve_websockets"]

READ_BYTES = 65_536
LONGEST_MESSAGE = 1_000_000
"""Longest message [characters]."""
GREETING_S, SILENT_S = 10.0, 900.0
"""Longest wait for the greeting, and for anything at all [s]."""


class WebSocketClosed(Exception):  # noqa: N818  (it is an end)
    """The other side left, or spoke something else."""


class WebSocket:
    """A connection that has been greeted: texts in, texts out."""

    def __init__(
        self, connection: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._connection, self._reader, self._writer = connection, reader, writer
        self._events = load_extra("wsproto.events", what="a WebSocket")
        self._waiting: list[str] = []
        self._parts: list[str] = []

    async def recv(self) -> str:
        """Return the next text."""
        while not self._waiting:
            await self._read()
        return self._waiting.pop(0)

    async def send(self, text: str) -> None:
        """Send a text."""
        await self._write(self._events.TextMessage(data=text))

    async def close(self) -> None:
        """Take leave."""
        with suppress(Exception):
            await self._write(self._events.CloseConnection(code=1000))
        self._writer.close()

    async def _write(self, event: Any) -> None:
        """Send an event of the protocol."""
        self._writer.write(self._connection.send(event))
        await self._writer.drain()

    async def _read(self) -> None:
        """Read on, and answer what the protocol itself asks."""
        content = await asyncio.wait_for(self._reader.read(READ_BYTES), SILENT_S)
        self._connection.receive_data(content or None)
        for event in self._connection.events():
            if isinstance(event, self._events.TextMessage):
                self._take(event)
            elif isinstance(event, self._events.Ping):
                await self._write(event.response())
            elif isinstance(event, self._events.CloseConnection):
                raise WebSocketClosed
        if not content:
            raise WebSocketClosed

    def _take(self, event: Any) -> None:
        """Take a part of a text."""
        self._parts.append(event.data)
        if sum(map(len, self._parts)) > LONGEST_MESSAGE:
            raise WebSocketClosed
        if event.message_finished:
            self._waiting.append("".join(self._parts))
            self._parts = []


async def serve_websockets(
    listening: socket.socket,
    protocol: str,
    take: Callable[[WebSocket, str], Awaitable[None]],
) -> asyncio.Server:
    """
    Listen for WebSocket connections.

    Parameters
    ----------
    listening
        Socket that listens.
    protocol
        Subprotocol that clients must ask for.
    take
        Called with each connection and the path that it asked for.
    """
    wsproto = load_extra("wsproto", what="a WebSocket")
    events = load_extra("wsproto.events", what="a WebSocket")
    errors = load_extra("wsproto.utilities", what="a WebSocket")

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = wsproto.WSConnection(wsproto.ConnectionType.SERVER)
        try:
            request = None
            while request is None:
                content = await asyncio.wait_for(reader.read(READ_BYTES), GREETING_S)
                if not content:
                    return
                connection.receive_data(content)
                request = next(
                    (one for one in connection.events() if isinstance(one, events.Request)), None
                )
            if protocol not in request.subprotocols:
                writer.write(connection.send(events.RejectConnection(status_code=400)))
                await writer.drain()
                return
            writer.write(connection.send(events.AcceptConnection(subprotocol=protocol)))
            await writer.drain()
            await take(WebSocket(connection, reader, writer), request.target)
        except (WebSocketClosed, OSError, TimeoutError, errors.ProtocolError):
            return
        finally:
            writer.close()

    return await asyncio.start_server(greet, sock=listening)
