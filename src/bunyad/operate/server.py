"""The server of live data: what answers under which path, and how it is started."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bunyad.errors import InputError
from bunyad.operate.reach import Reach
from bunyad.operate.records import Records, open_records
from bunyad.operate.records.keeping import Keeper, Keeping

Asgi = Callable[..., Any]

# path to the function that makes what answers there: `(Server) -> ASGI application`
MOUNTS = {
    "/ngsi-ld/v1": "bunyad.operate.broker.door:broker_app",
    "/sensorthings/v1.1": "bunyad.operate.sensorthings.app:mounted_app",
    "/v1.1": "bunyad.operate.sensorthings.app:mounted_app",
    "/south/v1": "bunyad.operate.south.receive:mounted_app",
}


@dataclass(frozen=True, slots=True)
class MqttBroker:
    """
    An MQTT broker.

    Attributes
    ----------
    address
        `mqtt[s]://[user[:password]@]host[:port]`.
    links
        Address of this server as others know it, for links in messages.
    """

    address: str
    links: str = "http://127.0.0.1:1026"


@dataclass(slots=True)
class Server:
    """
    What the mounted applications share.

    Attributes
    ----------
    records
        Where everything is kept.
    folder
        Data folder.
    fetches
        Whether JSON-LD contexts may be fetched from anywhere.
    mqtt
        MQTT broker at which SensorThings tells of changes.
    reach
        Whom the server itself may call.
    starting, stopping
        Coroutine functions that run before the first request and after the last one.
    """

    records: Records
    folder: Path
    fetches: bool = False
    mqtt: MqttBroker | None = None
    reach: Reach = field(default_factory=Reach)
    starting: list[Callable[[], Any]] = field(default_factory=list)
    stopping: list[Callable[[], Any]] = field(default_factory=list)


class Mounted:
    """
    All applications behind one door.

    Parameters
    ----------
    server
        What they share.
    apps
        Path to application; the longest path that fits answers.
    """

    def __init__(self, server: Server, apps: dict[str, Asgi]) -> None:
        self.server = server
        self._apps = sorted(apps.items(), key=lambda pair: -len(pair[0]))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request, or the life of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        path = scope["path"]
        for prefix, app in self._apps:
            if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in {"", "/"}:
                await app(scope, receive, send)
                return
        if scope["type"] == "http":
            await _nothing_here(scope, send)

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        try:
            for start in self.server.starting:
                await start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for stop in reversed(self.server.stopping):
            await stop()
        await asyncio.to_thread(self.server.records.close)
        await send({"type": "lifespan.shutdown.complete"})


async def _nothing_here(scope: Any, send: Any) -> None:
    if scope["path"] in {"/", "/health"}:
        body = b'{"status":"up"}'
        status = 200
    else:
        body = b'{"type":"about:blank","title":"Not Found","detail":"nothing is here","status":404}'
        status = 404
    await send({"type": "http.response.start", "status": status,
                "headers": [(b"content-type", b"application/json"),
                            (b"content-length", b"%d" % len(body))]})  # fmt: skip
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def make_server(  # noqa: PLR0913  (each is a choice of its own)
    folder: Path, *, fetches: bool = False, synchronous: str = "FULL",
    mounts: dict[str, str] | None = None, keeping: Keeping | None = None,
    mqtt: MqttBroker | None = None, reach: Reach | None = None, database: str = "",
) -> Mounted:  # fmt: skip
    """
    Make the application that answers for a data folder.

    Parameters
    ----------
    folder
        Data folder; made where it is not.
    fetches
        Whether JSON-LD contexts may be fetched from anywhere.
    synchronous
        SQLite's setting: `FULL` outlives a power cut, `NORMAL` a killed process only.
    mounts
        Path to `module:function`; by default `MOUNTS`, those whose parts are there.
    keeping
        How long what is kept.
    mqtt
        MQTT broker at which SensorThings tells of changes.
    reach
        Whom the server itself may call; by default all but who is never called.
    database
        URL of a PostgreSQL database that keeps the records instead of the folder's files.

    Returns
    -------
    Mounted
        ASGI application.

    Raises
    ------
    InputError
        If the data folder or its records do not open.
    """
    made: dict[str, Callable[[Server], Asgi]] = {}
    for prefix, where in (MOUNTS if mounts is None else mounts).items():
        module, _, name = where.partition(":")
        if _is_there(module):
            made[prefix] = getattr(import_module(module), name)
    records = open_records(folder, synchronous=synchronous, database=database)
    try:
        server = Server(records, folder, fetches, mqtt, reach or Reach())
        _keep(server, keeping or Keeping())
        apps: dict[str, Asgi] = {}
        known: dict[Callable[[Server], Asgi], Asgi] = {}
        for prefix, make in made.items():
            if make not in known:
                known[make] = make(server)
            apps[prefix] = known[make]
    except BaseException:
        records.close()
        raise
    return Mounted(server, apps)


def _keep(server: Server, keeping: Keeping) -> None:
    """Have the records kept in order while the server runs."""
    records = server.records
    keeper = Keeper(records, keeping)
    if records.sharing is not None:
        moves = bool(keeping.days or keeping.readings)
        records.sharing.database.agree_on(server.folder, moves=moves)
        server.starting.append(records.sharing.start)
        server.stopping.append(records.sharing.stop)
    server.starting.append(keeper.start)
    server.stopping.append(keeper.stop)


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """
    How the server listens.

    Attributes
    ----------
    host, port
        Address.
    clients
        Connections and requests at one time; beyond them the server answers 503.
    certificate, key
        Files of the certificate and its key, for TLS.
    """

    host: str = "127.0.0.1"
    port: int = 1026
    clients: int = 512
    certificate: Path | None = None
    key: Path | None = None


def run_server(app: Asgi, listening: Listening) -> None:
    """
    Answer requests until the process is told to stop.

    Parameters
    ----------
    app
        What `make_server` made, behind a guard or not.
    listening
        How to listen.

    Raises
    ------
    InputError
        If the address is taken, or a certificate cannot be used.
    """
    import uvicorn  # noqa: PLC0415  (only the server needs it)

    from bunyad.operate.patience import PatientProtocol  # noqa: PLC0415  (likewise)

    check_address(listening.host, listening.port)
    for path in (listening.certificate, listening.key):
        if path is not None and not path.is_file():
            raise InputError(
                "there is no such file", where=str(path), mend="give a certificate and its key"
            )
    gc.freeze()
    config = uvicorn.Config(
        app, host=listening.host, port=listening.port, log_level="warning", access_log=False,
        server_header=False, date_header=False, timeout_keep_alive=30,
        timeout_graceful_shutdown=5, lifespan="on", limit_concurrency=listening.clients,
        backlog=1024, proxy_headers=False, ws="none", http=PatientProtocol,
        ssl_certfile=listening.certificate, ssl_keyfile=listening.key,
    )  # fmt: skip
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run()


def check_address(host: str, port: int, *, option: str = "--port") -> None:
    """
    Have an address that is free.

    Raises
    ------
    InputError
        If somebody listens there, or nobody can; it names the option to change.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputError(
                f"cannot listen at {host}:{port}: {error.strerror}",
                where=option,
                mend="choose another, or stop what listens there",
            ) from None
