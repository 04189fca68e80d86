"""Requests to an application in this process, without a network."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from starlette.types import ASGIApp


class InProcess(httpx.BaseTransport):
    """Carries requests to an application in this process."""

    def __init__(self, app: ASGIApp) -> None:
        self._carrier = httpx.ASGITransport(app=app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, in a thread of its own: this one may have a loop that runs."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(lambda: asyncio.run(self._ask(request))).result()

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        asked = httpx.Request(
            request.method, request.url, headers=request.headers, content=request.read()
        )
        answer = await self._carrier.handle_async_request(asked)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        content = b"".join([chunk async for chunk in answer.stream])
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)
