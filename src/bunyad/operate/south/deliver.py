"""The sending end of an unreliable link: what waits is sent until it is acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson

from bunyad.operate.south.outbox import Outbox

__all__ = ["PATH", "Delivery", "LinkError", "Refused", "deliver", "http_send", "request_of"]

PATH = "/south/v1/deliver"
"""Where the receiver takes deliveries."""
BATCH = 500
"""Messages in one request."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
"""Wait after a failure [s]: twice as long each time."""
SECONDS = 60.0
"""Longest wait for an answer [s]."""


class LinkError(Exception):
    """A request or its answer was lost; it is tried again."""


class Refused(Exception):  # noqa: N818  (it is an answer)
    """The receiver does not take a request as it is."""


Send = Callable[[bytes], Awaitable[int]]
"""Sends a request and returns the highest number that the receiver has."""


@dataclass(slots=True)
class Delivery:
    """How delivery goes."""

    sent: int = 0
    """Messages that the receiver has."""
    requests: int = 0
    failures: int = 0
    is_waiting: bool = False
    """Whether the link is down and the next try is waited for."""
    last_error: str = ""


def request_of(device: str, epoch: str, rows: list[tuple[int, bytes]]) -> bytes:
    """
    Return a request: who sends, and messages with their numbers.

    Parameters
    ----------
    device
        Name of the gateway.
    epoch
        Name of its outbox.
    rows
        Sequence number and packed samples, the oldest that waits first.
    """
    content: dict[str, Any] = {
        "device": device,
        "epoch": epoch,
        "oldest": rows[0][0],
        "messages": [[seq, orjson.Fragment(body)] for seq, body in rows],
    }
    return orjson.dumps(content)


async def deliver(
    outbox: Outbox,
    send: Send,
    *,
    device: str,
    delivery: Delivery | None = None,
    is_done: Callable[[], bool] = lambda: False,
    longest_wait_s: float = LONGEST_WAIT_S,
) -> Delivery:
    """
    Deliver what is in an outbox, for as long as it runs.

    Parameters
    ----------
    outbox
        What waits.
    send
        Sends one request and returns the highest sequence number that the receiver has; raises
        `LinkError` where the link is down.
    device
        Name of the gateway.
    delivery
        Where to tell how it goes.
    is_done
        Tells whether to end once nothing waits.
    longest_wait_s
        Longest wait between tries [s].

    Raises
    ------
    Refused
        If the receiver does not take a request as it is.
    """
    told = delivery or Delivery()
    wait_s = min(FIRST_WAIT_S, longest_wait_s)
    while True:
        rows = await asyncio.to_thread(outbox.peek, BATCH)
        if not rows:
            if is_done():
                return told
            outbox.came.clear()
            if not len(outbox):
                await outbox.came.wait()
            continue
        try:
            told.requests += 1
            highest = await send(request_of(device, outbox.epoch, rows))
        except LinkError as error:
            told.failures += 1
            told.is_waiting, told.last_error = True, str(error)
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, longest_wait_s)
            continue
        told.is_waiting, wait_s = False, min(FIRST_WAIT_S, longest_wait_s)
        told.sent += await asyncio.to_thread(outbox.forget, highest)


def http_send(client: Any, url: str, *, tenant: str = "", token: str = "") -> Send:
    """
    Return what sends requests over HTTP.

    Parameters
    ----------
    client
        An `httpx.AsyncClient`.
    url
        Address of the server.
    tenant
        Tenant of the broker.
    token
        Token for the broker.
    """
    import httpx  # noqa: PLC0415  (only who sends over HTTP needs it)

    headers = {"Content-Type": "application/json"}
    if tenant:
        headers["NGSILD-Tenant"] = tenant
    if token:
        headers["Authorization"] = f"Bearer {token}"
    address = url.rstrip("/") + PATH

    async def send(content: bytes) -> int:
        try:
            answer = await client.post(address, content=content, headers=headers, timeout=SECONDS)
        except httpx.HTTPError as error:
            raise LinkError(type(error).__name__) from None
        if answer.status_code >= 500 or answer.status_code in {408, 429}:
            raise LinkError(f"status {answer.status_code}")
        if answer.status_code != 200:
            raise Refused(f"status {answer.status_code}: {answer.text[:200]}")
        try:
            return int(answer.json()["highest"])
        except (ValueError, KeyError, TypeError):
            raise LinkError("the answer is no receipt") from None

    return send
