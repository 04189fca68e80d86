"""The service as an ASGI application, to be mounted at `/sensorthings/v1.1` and at `/v1.1`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from bunyad.errors import InputError
from bunyad.operate.guard import MAY_DELETE
from bunyad.operate.records import Records, Tenant
from bunyad.operate.records.history import hold_readings
from bunyad.operate.sensorthings.message import ROOTS, Reply, Request, refuse
from bunyad.operate.sensorthings.refusals import NotThere, Refusal
from bunyad.operate.sensorthings.service import Service

if TYPE_CHECKING:
    from bunyad.operate.server import Server

LARGEST_BODY = 64 * 1024 * 1024  # bytes
ALLOW = "GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS"

# What an Observation tells beside its result is kept by the reading's number.
hold_readings(
    "sensorthings", "EXISTS (SELECT 1 FROM sensorthings_observation x WHERE x.ref = reading.ref)"
)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class TooLarge(Refusal):
    """The body is larger than the service takes."""

    status = 413


class SensorThings:
    """
    The ASGI application.

    Parameters
    ----------
    records
        The records of all tenants.
    service
        The service; one of its own where none is given.
    largest_body
        Largest body taken [bytes].

    Attributes
    ----------
    mqtt
        Address of the MQTT broker that tells of changes, for the document at the root.
    """

    def __init__(
        self,
        records: Records,
        service: Service | None = None,
        *,
        largest_body: int = LARGEST_BODY,
    ) -> None:
        self.records = records
        self.service = service or Service()
        self.largest_body = largest_body
        self.mqtt = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = {
            name.decode("latin-1"): it.decode("latin-1") for name, it in scope.get("headers", ())
        }
        method: str = scope["method"]
        try:
            if method == "OPTIONS":
                reply = Reply(204, headers=[("allow", ALLOW)])
            else:
                request = self._request(scope, headers)
                request.mqtt = self.mqtt
                request.may_delete = scope.get(MAY_DELETE, True)
                tenant = self._tenant(headers.get("ngsild-tenant", ""), method)
                request.content = await self._content(receive, headers)
                reply = await self.service.answer(tenant, request)
        except Refusal as refusal:
            reply = refuse(refusal)
        await _send(send, reply, bodiless=method == "HEAD")

    def _request(self, scope: Scope, headers: dict[str, str]) -> Request:
        path: str = scope["path"]
        for root in ROOTS:
            if path.startswith(root) and path[len(root) :][:1] in {"", "/"}:
                host = headers.get("host") or "localhost"
                return Request(
                    scope["method"],
                    path[len(root) :],
                    scope.get("query_string", b"").decode("latin-1"),
                    f"{scope.get('scheme', 'http')}://{host}{root}",
                    headers=headers,
                )
        raise NotThere(f"'{path[:80]}' is not here", where="path", mend=f"start at {ROOTS[0]}")

    def _tenant(self, name: str, method: str) -> Tenant:
        try:
            tenant = self.records.tenant(name, create=method == "POST" or not name)
        except InputError as error:
            raise Refusal(str(error), where="ngsild-tenant", mend="name a tenant") from None
        if tenant is None:
            raise NotThere(
                f"there is no tenant {name[:80]!r}", where="ngsild-tenant", mend="name another"
            )
        return tenant

    async def _content(self, receive: Receive, headers: dict[str, str]) -> bytes:
        said = headers.get("content-length", "")
        if said.isdecimal() and int(said) > self.largest_body:
            raise self._too_large()
        message = await receive()
        content: bytes = message.get("body", b"")
        if not message.get("more_body"):
            return content
        parts = [content]
        size = len(content)
        while message.get("more_body"):
            message = await receive()
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self.largest_body:
                raise self._too_large()
        return b"".join(parts)

    def _too_large(self) -> TooLarge:
        return TooLarge(
            "the body is too large", where="body", mend=f"keep to {self.largest_body} bytes"
        )


async def _send(send: Send, reply: Reply, *, bodiless: bool) -> None:
    headers = [(b"content-length", str(len(reply.body)).encode())]
    if reply.body:
        headers.append((b"content-type", reply.media.encode()))
    if reply.status == 405:  # method not allowed
        headers.append((b"allow", ALLOW.encode()))
    headers += [(name.encode(), it.encode("latin-1", "replace")) for name, it in reply.headers]
    if reply.status == 204:  # no content
        del headers[0]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bodiless else reply.body})


def sensorthings_app(records: Records, service: Service | None = None) -> SensorThings:
    """Return the application over the records of all tenants."""
    return SensorThings(records, service)


def mounted_app(server: Server) -> Any:
    """
    Return the application for the server of live data.

    Raises
    ------
    InputError
        If the server has an MQTT broker whose address is none.
    """
    app = SensorThings(server.records)
    if server.mqtt:
        from bunyad.operate.sensorthings.publish import Publisher, without_user  # noqa: PLC0415  (few have one)

        base = f"{server.mqtt.links}{ROOTS[0]}"
        app.mqtt = without_user(server.mqtt.address)
        publisher = Publisher(app.service, server.records, server.mqtt.address, base)
        server.starting.append(publisher.start)
        server.stopping.append(publisher.stop)
    return app
