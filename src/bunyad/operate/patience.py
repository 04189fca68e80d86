"""How long the server waits for clients that say nothing, or spell out one letter at a time."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

# httptools parses several times as fast as h11; both speak HTTP/1.1
if TYPE_CHECKING or find_spec("httptools") is None:
    from uvicorn.protocols.http.h11_impl import H11Protocol as Protocol
else:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Protocol

LONGEST_SILENCE_S = 15.0  # for the headers of the first request, and for each request's body


class PatientProtocol(Protocol):
    """HTTP/1.1 that hangs up on who connects and then says nothing, or leaves a body unfinished."""

    _late: Any = None
    _seen: Any = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._late = self.loop.call_later(LONGEST_SILENCE_S, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        if self._late is not None:
            self._late.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        """Hang up if the request is the one of the last look, and still not whole."""
        cycle = self.cycle
        silent = cycle is None or (cycle is self._seen and cycle.more_body)
        if silent and not self.transport.is_closing():
            self.transport.close()
            return
        self._seen = cycle
        self._late = self.loop.call_later(LONGEST_SILENCE_S, self._look)
