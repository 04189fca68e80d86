"""One request: tries again where that may help, and reads the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from bunyad.client.problem import ApiProblem

API = "/api/v1"
TRIES = 4
FIRST_WAIT_S = 0.5
"""Wait before the second try; each later one waits twice as long [s]."""
LONGEST_WAIT_S = 60.0
SILENCE_S = 60.0
"""Time without a byte after which a server counts as gone [s]."""
BUSY = frozenset({429, 502, 503, 504})
"""Answers of a server that may answer better a little later."""

Answer = TypeVar("Answer")
Query = Mapping[str, str | int | float | bool | None]


class Asking:
    """
    A connection to a server.

    Parameters
    ----------
    url
        Address of the server, such as `http://127.0.0.1:8000`.
    token
        Token of an account; without one, only what everybody may see.
    share
        Token of a shared link, for a plan that is not public.
    transport
        How requests are carried; by default over the network.
    wait
        How to wait [s].
    """

    def __init__(
        self, url: str, token: str = "", *, share: str = "",
        transport: httpx.BaseTransport | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            base_url=url.rstrip("/") + API, headers=headers, transport=transport, timeout=SILENCE_S
        )
        self._share = share
        self._wait = wait

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def _get(self, kind: type[Answer], *path: str, query: Query | None = None) -> Answer:
        """Ask for something; a shared link's token goes along."""
        return msgspec.json.decode(self._send("GET", path, query=query).content, type=kind)

    def _do(self, kind: type[Answer], method: str, *path: str, body: Any = None) -> Answer:
        """Ask to have something done, and read what comes of it."""
        return msgspec.json.decode(self._send(method, path, body=body).content, type=kind)

    def _put(self, kind: type[Answer], *path: str, content: bytes) -> Answer:
        """Upload a file, and read what comes of it."""
        answer = self._send("POST", path, content=content)
        return msgspec.json.decode(answer.content, type=kind)

    def _tell(self, method: str, *path: str, body: Any = None) -> None:
        """Ask to have something done that answers nothing."""
        self._send(method, path, body=body)

    def _send(
        self, method: str, path: tuple[str, ...], *, query: Query | None = None, body: Any = None,
        content: bytes | None = None,
    ) -> httpx.Response:  # fmt: skip
        """Send a request, again where the server was busy or a reading was broken off."""
        request = self._request(method, path, query=query, body=body, content=content)
        for attempt in range(TRIES):
            is_last = attempt == TRIES - 1
            try:
                answer = self._http.send(request)
            except httpx.TransportError as error:
                if is_last or method != "GET":
                    raise _no_answer(self._http, error) from error
                self._wait(FIRST_WAIT_S * 2**attempt)
                continue
            # Only a refusal before any work (429) lets a change be asked for a second time.
            may_repeat = answer.status_code in BUSY and (
                method == "GET" or answer.status_code == httpx.codes.TOO_MANY_REQUESTS
            )
            if not may_repeat or is_last:
                return _checked(answer)
            self._wait(_pause(answer, attempt))
        raise AssertionError

    @contextmanager
    def _stream(self, *path: str) -> Iterator[httpx.Response]:
        """Open an answer that is read bit by bit."""
        request = self._request("GET", path)
        try:
            answer = self._http.send(request, stream=True)
            try:
                if answer.is_error:
                    answer.read()
                yield _checked(answer)
            finally:
                answer.close()
        except httpx.TransportError as error:
            raise _no_answer(self._http, error) from error

    def _request(
        self, method: str, path: tuple[str, ...], *, query: Query | None = None, body: Any = None,
        content: bytes | None = None,
    ) -> httpx.Request:  # fmt: skip
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        if self._share and method == "GET":
            asked.setdefault("share", self._share)
        address = "/" + "/".join(quote(part, safe="/") for part in path)
        headers = {}
        if content is not None:
            headers["Content-Type"] = "application/zip"
        elif body is not None:
            headers["Content-Type"] = "application/json"
            content = msgspec.json.encode(body)
        return self._http.build_request(
            method, address, params=asked or None, content=content, headers=headers
        )


def _checked(answer: httpx.Response) -> httpx.Response:
    """Return an answer that is good."""
    if answer.is_success:
        return answer
    raise ApiProblem.read(answer.status_code, answer.content)


def _pause(answer: httpx.Response, attempt: int) -> float:
    """Return how long to wait before the next try [s]."""
    told = answer.headers.get("retry-after", "")
    wanted = float(told) if told.isdigit() else FIRST_WAIT_S * 2**attempt
    return min(wanted, LONGEST_WAIT_S)


def _no_answer(http: httpx.Client, error: httpx.TransportError) -> ApiProblem:
    return ApiProblem(
        f"{http.base_url} does not answer ({error})", status=0, code="no-answer",
        mend="check the address, and that the server runs",
    )  # fmt: skip
