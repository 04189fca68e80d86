"""Asks the server of live data in the test's own process, without a socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from bunyad.operate.server import Mounted, make_server

JSON = {"content-type": "application/json"}
BASE = "/ngsi-ld/v1"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    links: list[str]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def problem(self) -> str:
        return str(self.json()["type"]).rsplit("/", 1)[-1]


class Asker:
    """A client of an ASGI application whose loop runs in a thread of its own."""

    def __init__(self, app: Mounted) -> None:
        self.app = app
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self._life: asyncio.Queue[Any] = asyncio.Queue()
        self._told: asyncio.Queue[Any] = asyncio.Queue()
        self._living = asyncio.run_coroutine_threadsafe(
            app({"type": "lifespan"}, self._life.get, self._told.put), self.loop
        )
        self._run(self._life.put({"type": "lifespan.startup"}))
        self._run(self._told.get())

    def close(self) -> None:
        self._run(self._life.put({"type": "lifespan.shutdown"}))
        self._living.result(20)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] = {},
        **params: Any,
    ) -> Answer:  # fmt: skip
        path, _, written = path.partition("?")  # written as a client may, encoded or not
        query = "&".join(filter(None, (written, urlencode(params, quote_via=quote))))
        content = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        told = {**headers}
        if method in {"POST", "PUT", "PATCH"} and "transfer-encoding" not in told:
            told.setdefault("content-length", str(len(content)))
        if body is not None:
            told.setdefault("content-type", "application/json")
        scope = {
            "type": "http", "method": method, "path": BASE + path, "scheme": "http",
            "raw_path": (BASE + path).encode(), "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in {"host": "here:1026", **told}.items()],
            "server": ("here", 1026), "client": ("127.0.0.1", 5),
        }  # fmt: skip
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        self._run(self.app(scope, receive, send))
        pairs = [(k.decode().lower(), v.decode()) for k, v in sent[0]["headers"]]
        return Answer(
            sent[0]["status"], dict(pairs), [v for k, v in pairs if k == "link"],
            b"".join(part.get("body", b"") for part in sent[1:]),
        )  # fmt: skip

    def get(self, path: str, headers: Mapping[str, str] = {}, **params: Any) -> Answer:
        return self.ask("GET", path, None, headers, **params)

    def post(self, path: str, body: Any, headers: Mapping[str, str] = {}, **params: Any) -> Answer:
        return self.ask("POST", path, body, headers, **params)

    def create(self, *entities: Any) -> None:
        for entity in entities:
            answer = self.post("/entities", entity)
            assert answer.status == 201, answer.body


@contextmanager
def asked_server(folder: Path, database: str = "") -> Iterator[Asker]:
    asker = Asker(make_server(folder, synchronous="OFF", database=database))
    try:
        yield asker
    finally:
        asker.close()
