"""
How long the server waits for clients that say nothing, spell out one letter at a time, send heads
without end, or do not read what they asked for; and how many connections one of them may have.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import sys
from collections import Counter
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from bunyad.operate.guard import client_of

# httptools parses several times as fast as h11; both speak HTTP/1.1
if TYPE_CHECKING or find_spec("httptools") is None:
    from uvicorn.protocols.http.h11_impl import H11Protocol as Protocol
else:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Protocol

LONGEST_SILENCE_S = 15.0  # for each request's head, for its body, and between two reads
LARGEST_HEAD = 65_536  # bytes of a request's line and headers; httptools itself has no limit
LEAST_READ = 16_384  # bytes that a client must read in `LONGEST_SILENCE_S` while more waits for it
SHARE_OF_ONE = 0.5  # of all connections, for one address that is not this machine's
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n"
_by_address: Counter[str] = Counter()


class PatientProtocol(Protocol):
    """HTTP/1.1 that hangs up on who leaves a head, a body or an answer unfinished."""

    _late: Any = None
    _seen: Any = None  # request of the last look
    _heading = False  # whether a request's head has begun and not ended
    _head_seen = False  # whether that was so at the last look
    _head_size = 0
    _unread: int | None = None  # bytes that waited at the last look; none where all went out
    _address = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait; whoever has too many connections gets no more."""
        super().connection_made(transport)
        self._late = self.loop.call_later(LONGEST_SILENCE_S, self._look)
        host = self.client[0] if self.client else ""
        if host and not _is_own(host):
            self._address = client_of(host)
            _by_address[self._address] += 1
            if _by_address[self._address] > SHARE_OF_ONE * (self.limit_concurrency or 1_000_000):
                transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        if self._late is not None:
            self._late.cancel()
        if self._address:
            _by_address[self._address] -= 1
            if _by_address[self._address] <= 0:
                del _by_address[self._address]
            self._address = ""
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; hang up where a head grows without end."""
        super().data_received(data)
        if self._heading:
            self._head_size += len(data)
            if self._head_size > LARGEST_HEAD and not self.transport.is_closing():
                self.transport.write(_TOO_LARGE)
                self.transport.close()

    def on_message_begin(self) -> None:
        """Note that a head begins (httptools calls this)."""
        self._heading, self._head_size = True, 0
        super().on_message_begin()  # type: ignore[misc]

    def on_headers_complete(self) -> None:
        """Note that the head has ended (httptools calls this)."""
        self._heading = self._head_seen = False
        super().on_headers_complete()  # type: ignore[misc]

    def resume_writing(self) -> None:
        """Note that the client reads."""
        self._unread = None
        super().resume_writing()

    def _look(self) -> None:
        """Hang up if the request is the one of the last look and not whole, or nobody reads."""
        transport, cycle = self.transport, self.cycle
        unread = _waiting(transport)
        if self._reads_too_little(unread):
            transport.abort()
            return
        unfinished = cycle is None or (cycle is self._seen and cycle.more_body)
        if (unfinished or (self._heading and self._head_seen)) and not transport.is_closing():
            transport.close()
        self._seen, self._head_seen = cycle, self._heading
        self._unread = unread or None
        self._late = self.loop.call_later(LONGEST_SILENCE_S, self._look)

    def _reads_too_little(self, unread: int) -> bool:
        """Tell whether nearly as much of an answer waits as at the last look."""
        if not unread or self._unread is None or self.cycle is not self._seen:
            return False
        return unread > self._unread - LEAST_READ


def _waiting(transport: asyncio.Transport) -> int:
    """Return how many bytes the client has not taken yet: ours, and the system's for it [bytes]."""
    waiting = transport.get_write_buffer_size()
    own = transport.get_extra_info("socket")
    if waiting and own is not None:
        with contextlib.suppress(OSError, ImportError):  # a system that does not tell
            import fcntl  # noqa: PLC0415  (not everywhere)
            import termios  # noqa: PLC0415  (likewise)

            size = fcntl.ioctl(own.fileno(), termios.TIOCOUTQ, b"\0" * 4)
            waiting += int.from_bytes(size, sys.byteorder)
    return waiting


def _is_own(host: str) -> bool:
    """Tell whether an address is this machine's: all who come through a proxy have that one."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True
