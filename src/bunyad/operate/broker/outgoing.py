"""
Requests that the broker itself sends: notifications, and operations it passes on.

A small client of HTTP/1.1 (RFC 9112) over asyncio's streams: connections are kept and used again;
what answers too slowly, too long or not at all raises `OutgoingError`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import urlsplit

from bunyad.operate.reach import ForbiddenError, Reach

LARGEST_ANSWER = 32_000_000
"""Bytes of an answer's body."""
_MOST_HEADERS = 200
# what says where a message ends and who may read on is not for those who name headers to say
_OURS = frozenset(
    {
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
_MOST_IDLE = 16
_PORTS = {"http": 80, "https": 443}


class OutgoingError(Exception):
    """Nobody answered as HTTP has it."""


class RefusedError(OutgoingError):
    """The operator does not allow the call; trying again would not help."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers by lower-case name, body."""

    status: int
    headers: dict[str, str]
    body: bytes


_Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_Place = tuple[str, str, int]


class Client:
    """
    Sends requests and keeps connections that may be used again.

    Parameters
    ----------
    reach
        Whom it may call.
    """

    def __init__(self, reach: Reach | None = None) -> None:
        self.reach = reach or Reach()
        self._idle: dict[_Place, list[_Pair]] = defaultdict(list)
        self._tls: ssl.SSLContext | None = None

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: list[tuple[str, str]],
        body: bytes = b"",
        timeout_s: float = 10.0,
    ) -> Answer:
        """
        Send a request and return its answer.

        Parameters
        ----------
        method
            Such as `POST`.
        url
            Where, with `http` or `https`.
        headers
            Names and values beside those of host and length.
        body
            What is sent.
        timeout_s
            How long all of it may take [s].

        Raises
        ------
        OutgoingError
            If there is no answer in time.
        RefusedError
            If the operator does not allow the call.
        """
        try:
            parts = urlsplit(url)
            place = (parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme])
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            head = _head(method, target, parts.netloc.rpartition("@")[2], headers, body)
        except (KeyError, ValueError) as error:
            raise OutgoingError(f"{url} is no address of HTTP") from error
        try:
            async with asyncio.timeout(timeout_s):
                return await self._ask(place, head + body, method)
        except TimeoutError:
            raise OutgoingError(f"{parts.netloc} did not answer in {timeout_s:g} s") from None
        except ForbiddenError as error:
            raise RefusedError(str(error)) from None
        except (OSError, EOFError, ValueError, IndexError) as error:
            raise OutgoingError(f"{parts.netloc} did not answer: {error}") from None

    async def close(self) -> None:
        """Close all connections."""
        for pairs in self._idle.values():
            for _, writer in pairs:
                await _hang_up(writer)
        self._idle.clear()

    async def _ask(self, place: _Place, message: bytes, method: str) -> Answer:
        while self._idle[place]:
            pair = self._idle[place].pop()
            if pair[0].at_eof():
                await _hang_up(pair[1])
                continue
            with contextlib.suppress(OSError, EOFError):  # closed meanwhile: a new one is made
                return await self._talk(place, pair, message, method)
        return await self._talk(place, await self._connect(place), message, method)

    async def _connect(self, place: _Place) -> _Pair:
        scheme, host, port = place
        if scheme == "https" and self._tls is None:
            self._tls = ssl.create_default_context()
        tls = self._tls if scheme == "https" else None
        name = host if tls else None
        addresses = await self.reach.addresses(host, port)
        for address in addresses[:-1]:
            with contextlib.suppress(OSError):
                return await asyncio.open_connection(address, port, ssl=tls, server_hostname=name)
        return await asyncio.open_connection(addresses[-1], port, ssl=tls, server_hostname=name)

    async def _talk(self, place: _Place, pair: _Pair, message: bytes, method: str) -> Answer:
        reader, writer = pair
        keeps = False
        try:
            writer.write(message)
            await writer.drain()
            answer, keeps = await _read_answer(reader, method)
        finally:
            if not keeps:
                await _hang_up(writer)
        if len(self._idle[place]) < _MOST_IDLE:
            if keeps:
                self._idle[place].append(pair)
        elif keeps:
            await _hang_up(writer)
        return answer


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, ssl.SSLError):
        await writer.wait_closed()


def _head(
    method: str, target: str, host: str, headers: list[tuple[str, str]], body: bytes
) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers if name.strip().lower() not in _OURS]
    if body or method in {"POST", "PUT", "PATCH"}:
        lines.append(f"Content-Length: {len(body)}")
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a header has more than one line")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


async def _read_answer(reader: asyncio.StreamReader, method: str) -> tuple[Answer, bool]:
    while True:
        status, headers, newer = await _read_head(reader)
        if status >= 200:
            break
    keeps = newer and headers.get("connection", "").lower() != "close"
    if method == "HEAD" or status in {204, 304}:
        return Answer(status, headers, b""), keeps
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return Answer(status, headers, await _read_chunks(reader)), keeps
    if "content-length" in headers:
        length = int(headers["content-length"])
        if not 0 <= length <= LARGEST_ANSWER:
            raise ValueError("the answer is too long")
        return Answer(status, headers, await reader.readexactly(length)), keeps
    body = await reader.read(LARGEST_ANSWER + 1)
    while not reader.at_eof():
        if len(body) > LARGEST_ANSWER:
            raise ValueError("the answer is too long")
        body += await reader.read(LARGEST_ANSWER + 1 - len(body))
    return Answer(status, headers, body), False


async def _read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bool]:
    line = await reader.readline()
    if not line:
        raise EOFError("the connection was closed")
    version, code = line.decode("latin-1").split(None, 2)[:2]
    if not version.startswith("HTTP/1"):
        raise ValueError("the answer is no HTTP")
    headers: dict[str, str] = {}
    for _ in range(_MOST_HEADERS):
        line = await reader.readline()
        if line in {b"\r\n", b"\n"}:
            return int(code), headers, version == "HTTP/1.1"
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    raise ValueError("the answer has too many headers")


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while length := int((await reader.readline()).partition(b";")[0].strip(), 16):
        size += length
        if length < 0 or size > LARGEST_ANSWER:
            raise ValueError("the answer is too long")
        chunks.append(await reader.readexactly(length))
        await reader.readline()
    while (await reader.readline()).strip():
        pass
    return b"".join(chunks)
