"""The one door to the network; tests put another one in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any, Protocol

from bunyad.region.fetch.constants import constants

ByteRange = tuple[int, int | None]
"""First and last byte that is asked for; no last byte means up to the end."""


class TransportError(Exception):
    """The server could not be reached, or the line broke."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server answered; the body comes in pieces and is read once."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    chunks: Iterator[bytes] = field(default_factory=lambda: iter(()))

    def read(self) -> bytes:
        """Return the whole body."""
        return b"".join(self.chunks)


class Transport(Protocol):
    """Whatever can answer a GET request."""

    def get(self, url: str, headers: Mapping[str, str], byte_range: ByteRange | None) -> Response:
        """
        Ask for a URL.

        Raises
        ------
        TransportError
            If no answer came, also while the body is read.
        """
        ...


class HttpTransport:
    """HTTP by httpx: follows redirects, streams bodies, checks certificates."""

    def __init__(self) -> None:
        import httpx  # noqa: PLC0415  (only who fetches needs it)

        self.user_agent = f"bunyad/{metadata.version('bunyad')} (regional planning; httpx)"
        self._errors: tuple[type[Exception], ...] = (httpx.HTTPError, httpx.InvalidURL)
        self._client: Any = httpx.Client(
            follow_redirects=True,
            timeout=constants()["timeout_s"],
            headers={"User-Agent": self.user_agent},
        )

    def get(self, url: str, headers: Mapping[str, str], byte_range: ByteRange | None) -> Response:
        """Ask for a URL; the connection is given back when the body has been read."""
        asked = {"Accept-Encoding": "identity", **headers}
        if byte_range is not None:
            first, last = byte_range
            asked["Range"] = f"bytes={first}-{'' if last is None else last}"
        try:
            answer = self._client.send(
                self._client.build_request("GET", url, headers=asked), stream=True
            )
        except self._errors as error:
            raise TransportError(f"{type(error).__name__}: {error}") from None
        return Response(
            status=answer.status_code,
            headers={name.lower(): value for name, value in answer.headers.items()},
            chunks=self._body(answer),
        )

    def close(self) -> None:
        """Give all connections back."""
        self._client.close()

    def _body(self, answer: Any) -> Iterator[bytes]:
        try:
            yield from answer.iter_bytes()
        except self._errors as error:
            raise TransportError(f"{type(error).__name__}: {error}") from None
        finally:
            answer.close()
