"""A broker that lives inside of a test, what it is asked, and who hears its notifications."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from bunyad.operate.server import Mounted, make_server

BASE = "/ngsi-ld/v1"
BROKER_ONLY = {BASE: "bunyad.operate.broker.door:broker_app"}


@dataclass
class Told:
    """An answer of the broker."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


class Asked:
    """Asks a broker without a network."""

    def __init__(self, app: Mounted) -> None:
        self.app = app

    async def __call__(
        self, method: str, path: str, document: Any = None, *, raw: bytes | None = None,
        headers: dict[str, str] | None = None, **params: str,
    ) -> Told:  # fmt: skip
        content = (
            raw if raw is not None else b"" if document is None else json.dumps(document).encode()
        )
        given = {"host": "broker.example", **(headers or {})}
        if content or method in {"POST", "PATCH", "PUT"}:
            media = "application/json"
            if isinstance(document, dict) and "@context" in document:
                media = "application/ld+json"
            given.setdefault("content-type", media)
            given.setdefault("content-length", str(len(content)))
        query = urlencode(params, quote_via=quote)
        scope = {
            "type": "http", "method": method, "path": BASE + path, "scheme": "http",
            "raw_path": (BASE + path).encode(), "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in given.items()],
            "server": ("broker.example", 80),
        }  # fmt: skip
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        names: dict[str, str] = {}
        for key, value in sent[0]["headers"]:
            name = key.decode().lower()
            names[name] = f"{names[name]}, {value.decode()}" if name in names else value.decode()
        return Told(sent[0]["status"], names, b"".join(m.get("body", b"") for m in sent[1:]))


@asynccontextmanager
async def broker(folder: Path, database: str = "") -> AsyncIterator[Asked]:
    """Let a broker live on a data folder, or on a database."""
    app = make_server(folder, synchronous="OFF", mounts=BROKER_ONLY, database=database)
    for start in app.server.starting:
        await start()
    try:
        yield Asked(app)
    finally:
        for stop in reversed(app.server.stopping):
            await stop()
        app.server.records.close()


@dataclass
class Heard:
    """A request that a receiver got."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        return self.document["data"]


@dataclass
class Receiver:
    """Listens on this machine and keeps what it hears; answers what `answers` says next."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    bodies: dict[str, Any] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, count: int = 1, timeout_s: float = 30.0) -> list[Heard]:
        async with asyncio.timeout(timeout_s):
            while len(self.heard) < count:
                self._news.clear()
                await self._news.wait()
        return self.heard

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                method, path, _ = line.decode().split()
                headers = {}
                while (line := await reader.readline()).strip():
                    name, _, value = line.decode().partition(":")
                    headers[name.strip().lower()] = value.strip()
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                self.heard.append(Heard(method, path, headers, body))
                self._news.set()
                status = self.answers.pop(0) if self.answers else 200
                answer = self.bodies.get(path.partition("?")[0])
                content = b"" if answer is None else json.dumps(answer).encode()
                writer.write(
                    f"HTTP/1.1 {status} -\r\nContent-Length: {len(content)}\r\n"
                    "Content-Type: application/json\r\n\r\n".encode()
                    + content
                )
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiver(port: int = 0) -> AsyncIterator[Receiver]:
    """Let a receiver listen."""
    made = Receiver()
    talks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(made.talk(reader, writer))
        talks.add(task)
        task.add_done_callback(talks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", port)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
        for task in list(talks):
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
