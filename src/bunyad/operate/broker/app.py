"""The broker as a bare ASGI application: from the bytes of a request to those of its answer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote

from bunyad.errors import InputError
from bunyad.operate.broker.bodies import check_media
from bunyad.operate.broker.contexts import CORE_URL, Context, Contexts
from bunyad.operate.broker.http import JSON, Call, Handler, Reply, Route, Router
from bunyad.operate.broker.params import truth
from bunyad.operate.broker.problems import Problem, bad_request, invalid_request, no_tenant
from bunyad.operate.guard import MAY_DELETE
from bunyad.operate.records import Records, Tenant

BASE = "/ngsi-ld/v1"
LARGEST_BODY = 32_000_000  # bytes; a batch of some ten thousand entities
MOST_PARAMETERS = 100
WRITES = {"POST", "PATCH", "PUT"}
TOO_DEEP = "Recursion limit reached"  # what orjson says, in an error that is a bare TypeError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Around = Callable[[Handler, Call], Awaitable[Reply]]

_log = logging.getLogger(__name__)


class Broker:
    """
    The broker.

    Parameters
    ----------
    records
        Where everything is kept.
    contexts
        What names stand for.
    routes
        Operations beyond those of entities.
    largest_body
        Largest body of a request [bytes].
    """

    def __init__(
        self, records: Records, contexts: Contexts, routes: Iterable[Route] = (), *,
        largest_body: int = LARGEST_BODY,
    ) -> None:  # fmt: skip
        self.records = records
        self.contexts = contexts
        self.largest_body = largest_body
        self.address_of: Callable[[Context, Call], str] = lambda _context, _call: CORE_URL
        self._router = Router(routes)
        records.tenant("")

    def wrap(self, method: str, path: str, around: Around) -> None:
        """
        Put a function around the one that answers a method and a path.

        Parameters
        ----------
        method, path
            As in the route.
        around
            Gets the function that answered so far and the call.
        """
        found = self._router.find(path.strip("/").split("/"))
        assert found is not None, path
        route, names = found[0][method]
        wrapped = replace(route, handler=partial(around, route.handler))
        found[0][method] = (wrapped, names)

    def tenant(self, name: str, *, create: bool = False) -> Tenant:
        """
        Return a tenant's records.

        Raises
        ------
        Problem
            `NonexistentTenant` if there is none and it is not to be made.
        """
        try:
            found = self.records.tenant(name, create=create)
        except InputError as error:
            raise bad_request(str(error)) from None
        if found is None:
            raise no_tenant(name)
        return found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = {
            key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]
        }
        try:
            reply = await self._answer(scope, headers, receive)
        except Problem as problem:
            reply = reply_of(problem)
        except Exception as error:  # noqa: BLE001  (our own mistakes are told too, and logged)
            if isinstance(error, RecursionError) or str(error) == TOO_DEEP:
                reply = reply_of(bad_request("the body is too deep to be kept"))
            else:
                _log.exception("%s %s", scope["method"], scope["path"])
                reply = reply_of(
                    Problem(500, "InternalError", "Our own mistake", "see the server's log")
                )
        tenant = headers.get("ngsild-tenant")
        if tenant:
            reply.headers.append(("NGSILD-Tenant", tenant))
        await _send(scope, send, reply)

    async def _answer(self, scope: Scope, headers: dict[str, str], receive: Receive) -> Reply:
        parts = split_path(scope)
        found = self._router.find(parts)
        if found is None:
            raise Problem(404, None, "Not Found", f"nothing is at {scope['path']}")
        methods, values = found
        method = scope["method"]
        known = methods.get("GET" if method == "HEAD" else method)
        if known is None:
            return _other_method(method, methods)
        route, names = known
        chunked = "transfer-encoding" in headers  # its length shows as it comes
        if method in WRITES and "content-length" not in headers and not chunked:
            return Reply(411)
        params = read_params(scope["query_string"])
        call = Call(
            self, method, scope["path"], dict(zip(names, values, strict=True)), params, headers,
            b"", base_of(scope, headers), may_delete=scope.get(MAY_DELETE, True),
        )  # fmt: skip
        if method in WRITES and headers.get("content-length") != "0":
            check_media(call)
        if params and route.params is not None:
            for name in params:
                if name not in route.params:
                    raise invalid_request(f"the operation has no parameter {name!r}")
        if "local" in params:
            truth(call, "local")
        if method in WRITES or method == "DELETE":
            call.content = await self._body(headers, receive)
        reply: Reply = await route.handler(call)
        return reply

    async def _body(self, headers: dict[str, str], receive: Receive) -> bytes:
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > self.largest_body:
            raise Problem(
                413, None, "Content Too Large", f"a body has at most {self.largest_body} bytes"
            )
        message = await receive()
        if message["type"] != "http.request":
            raise invalid_request("the client left")
        content: bytes = message.get("body", b"")
        if not message.get("more_body", False):
            return content
        chunks, size = [content], len(content)
        while message.get("more_body", False):
            message = await receive()
            if message["type"] != "http.request":
                raise invalid_request("the client left")
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self.largest_body:
                raise Problem(
                    413, None, "Content Too Large",
                    f"a body has at most {self.largest_body} bytes",
                )  # fmt: skip
            chunks.append(chunk)
        return b"".join(chunks)


def split_path(scope: Scope) -> list[str]:
    """Return the decoded parts of the path below the broker's base."""
    raw: bytes | None = scope.get("raw_path")
    path: str = scope["path"] if raw is None else raw.decode("latin-1").partition("?")[0]
    parts = path.removeprefix(BASE).removeprefix("/").removesuffix("/").split("/")
    return [unquote(part) for part in parts] if "%" in path else parts


def read_params(query: bytes) -> dict[str, str]:
    """Return the parameters of a query string."""
    if not query:
        return {}
    try:
        return dict(
            parse_qsl(
                query.decode("latin-1"), keep_blank_values=True, errors="strict",
                max_num_fields=MOST_PARAMETERS,
            )
        )  # fmt: skip
    except ValueError as error:
        raise invalid_request(f"the query string cannot be read: {error}") from None


def base_of(scope: Scope, headers: dict[str, str]) -> str:
    """Return the address under which the client reaches the broker."""
    host = headers.get("host")
    if not host:
        server = scope.get("server") or ("localhost", 80)
        host = f"{server[0]}:{server[1]}"
    return f"{scope.get('scheme', 'http')}://{host}{BASE}"


def reply_of(problem: Problem) -> Reply:
    """Return the reply that tells a problem; 411 and 415 have no body (6.3.4)."""
    bare = problem.type == "about:blank" and problem.status in {411, 415}
    return Reply(
        problem.status, b"" if bare else problem.body(), media=JSON,
        headers=list(problem.headers),
    )  # fmt: skip


def _other_method(method: str, methods: dict[str, Any]) -> Reply:
    allowed = sorted({*methods, *(("HEAD",) if "GET" in methods else ()), "OPTIONS"})
    allow = ("Allow", ", ".join(allowed))
    if method == "OPTIONS":
        types = "application/json, application/ld+json, application/merge-patch+json"
        patch = [("Accept-Patch", types)] if "PATCH" in methods else []
        return Reply(204, headers=[allow, *patch])
    return reply_of(
        Problem(405, None, "Method Not Allowed", f"{method} is not possible here", (allow,))
    )


async def _send(scope: Scope, send: Send, reply: Reply) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    if reply.body:
        headers.append((b"content-type", reply.media.encode("latin-1")))
    if reply.status != 204:
        headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else reply.body
    await send({"type": "http.response.body", "body": body})
