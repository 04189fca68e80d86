"""Requests that need no network."""

from __future__ import annotations

import httpx
from web.servers import Server


class Direct(httpx.BaseTransport):
    """Hands requests to a server of this process, and notes them."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.sent: list[tuple[str, str]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append((request.method, request.url.path))
        answer = self._server.client.request(
            request.method, str(request.url), content=request.read(),
            headers=dict(request.headers),
        )  # fmt: skip
        headers = {
            name: value for name, value in answer.headers.items() if name != "content-encoding"
        }
        return httpx.Response(answer.status_code, headers=headers, content=answer.content)
