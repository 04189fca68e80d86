"""
The MQTT extensions of OGC 18-088 over a broker of one's own, such as mosquitto.

What is made or changed, by whichever door, is published under the address that HTTP has it at:
`v1.1/Observations`, `v1.1/Datastreams(5)/Observations`, `v1.1/Things(1)`, `v1.1/Things(1)/name`.
What clients publish at a set of Observations is made. Longer paths and topics with query options
are told where the MQTT broker says that somebody listens to them (`listened`).

Servers on one database each tell of what was changed through them, and one of them of readings. Who
publishes an Observation is heard by one of them; what they tell is marked, so that none takes it
for such a one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
import uuid
from collections.abc import Coroutine, Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from bunyad.errors import InputError
from bunyad.operate.records import (
    Records,
    Tenant,
    Writing,
    delete_document,
    load_documents,
    put_document,
)
from bunyad.operate.records.sharing import Turn
from bunyad.operate.sensorthings.answers.fetch import Fetcher
from bunyad.operate.sensorthings.changes.create import back_of
from bunyad.operate.sensorthings.changes.work import Touched
from bunyad.operate.sensorthings.extended import Extended
from bunyad.operate.sensorthings.follow import Follower
from bunyad.operate.sensorthings.language.options import Expand, Options
from bunyad.operate.sensorthings.language.paths import parse_path, write_name
from bunyad.operate.sensorthings.listened import LOG, OWN, ROOT, Listened, message_of
from bunyad.operate.sensorthings.message import Request
from bunyad.operate.sensorthings.model import CONTROL, KINDS, Kind, target_of
from bunyad.operate.sensorthings.refusals import Refusal
from bunyad.operate.sensorthings.service import Service

MQTT_5 = 5
MOST_WAITING = 10_000  # changes not yet published; beyond, the oldest are left out and counted
AT_ONCE = 100  # changes published before one waits for the MQTT broker's acknowledgement
ROUND_TRIP_S = 5  # longest that one waits for it
RETRY_S = 5  # seconds between two tries to reach the MQTT broker
_PORTS = {"mqtt": 1883, "mqtts": 8883}
_MARK = ("bunyad-sensorthings", "told")  # property of what servers on one database tell
_GROUP = "bunyad-sensorthings"  # of those who share what clients publish
_NAME_ONLY = Options(select=("id",), top=1000)
_TOPIC = "sensorthings-topic"  # kind of the documents that keep what is listened to
_log = logging.getLogger(__name__)


def messages(fetcher: Fetcher, touched: Touched) -> Iterator[tuple[str, bytes]]:
    """
    Yield topics and messages that tell of one new or changed entity.

    Parameters
    ----------
    fetcher
        What reads the entity.
    touched
        Which entity, and which of its properties changed.
    """
    kind = KINDS[touched.kind]
    ways = [name for name, each in kind.relations.items() if each.one or each.link[0]]
    told = fetcher.one(kind, touched.key, Options())
    if told is None:
        return
    links = fetcher.one(
        kind, touched.key, Options(expand=tuple(Expand(name, _NAME_ONLY) for name in ways))
    )
    message = orjson.dumps(told)
    name = write_name(told[f"{CONTROL}id"])
    yield f"{ROOT}/{kind.plural}", message
    for way in ways:
        others = (links or {}).get(way) or []
        for other in others if isinstance(others, list) else [others]:
            yield _set_topic(kind, way, other[f"{CONTROL}id"]), message
    if touched.changed:
        topic = f"{ROOT}/{kind.plural}({name})"
        yield topic, message
        for changed in touched.changed:
            if changed in kind.properties:
                yield f"{topic}/{changed}", orjson.dumps({changed: told.get(changed)})


def _set_topic(kind: Kind, relation: str, name: Any) -> str:
    found = kind.relations[relation]
    target = target_of(found)
    return f"{ROOT}/{target.plural}({write_name(name)})/{back_of(kind, found).name}"


def observations_path(topic: str) -> str | None:
    """
    Return the path that a topic stands for, if it is one of a set of Observations.

    Examples
    --------
    >>> observations_path("v1.1/Datastreams(5)/Observations"), observations_path("v1.1/Things")
    ('/Datastreams(5)/Observations', None)
    """
    path = topic.removeprefix(ROOT)
    if path == topic:
        return None
    try:
        resource = parse_path(path)
    except Refusal:
        return None
    last = resource.steps[-1] if resource.steps else None
    plain = not resource.member and not resource.ending
    if last is None or not plain or not last.many or last.kind.name != "Observation":
        return None
    return path


def without_user(address: str) -> str:
    """
    Return an MQTT broker's address as everybody may see it.

    Examples
    --------
    >>> without_user("mqtt://server:secret@broker.example:1884")
    'mqtt://broker.example:1884'
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


class Publisher:
    """
    What publishes changes at an MQTT broker, and makes Observations that come from there.

    Parameters
    ----------
    service
        The service; what it changes is published.
    records
        The records; the default tenant's are shown.
    address
        The MQTT broker: `mqtt[s]://[user[:password]@]host[:port]`.
    base
        Address of the service over HTTP, for links in messages.

    Raises
    ------
    InputError
        If the address is none.
    """

    def __init__(self, service: Service, records: Records, address: str, base: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise InputError(
                f"{address!r} is no address of an MQTT broker",
                where="mqtt",
                mend="give mqtt://host:1883, or mqtts://user:password@host:8883",
            )
        self._parts = parts
        self._service = service
        self._records = records
        self._base = base
        self._waiting: asyncio.Queue[Touched] = asyncio.Queue(MOST_WAITING)
        self._client: Any = None
        self._task: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None
        self._follower: Follower | None = None
        self._turn: Turn | None = None
        self._marks: dict[str, Any] = {}
        if records.sharing is not None:
            self._turn = Turn(records.sharing.database, f"tells {without_user(address)}")
            self._marks = {"user_property": [_MARK]}
        self._making: set[asyncio.Task[Any]] = set()
        self._listened = Listened()
        self._extended = Extended()
        self.listening = asyncio.Event()
        self.left_out = 0
        service.watchers.append(self._watch)

    async def start(self) -> None:
        """Publish from now on, and listen; a broker that does not answer is tried again."""
        self._listened = Listened(load_documents(self._tenant().reader(), _TOPIC))
        self._task = asyncio.create_task(self._live())
        self._follower = Follower(self._tenant(), self._turn)
        self._following = asyncio.create_task(self._follow(self._follower))

    async def _live(self) -> None:
        while True:
            try:
                await self.connect()
                break
            except InputError as error:
                _log.warning("%s Tried again in %s s.", error, RETRY_S)
                await asyncio.sleep(RETRY_S)
        await self._publish_all()

    async def connect(self) -> None:
        """
        Connect to the MQTT broker, and listen.

        Raises
        ------
        InputError
            If it does not answer.
        """
        from gmqtt import Client  # noqa: PLC0415  (few services have an MQTT broker)

        parts = self._parts
        self._client = Client(f"{OWN}{uuid.uuid4().hex[:12]}")
        if parts.username:
            password = unquote(parts.password) if parts.password else None
            self._client.set_auth_credentials(unquote(parts.username), password)
        self._client.on_connect = self._listen
        self._client.on_message = self._take
        self._client.on_subscribe = lambda *_: self.listening.set()
        self._client.set_config({"reconnect_retries": -1, "reconnect_delay": 1})
        tls = ssl.create_default_context() if parts.scheme == "mqtts" else False
        port = parts.port or _PORTS[parts.scheme]
        try:
            await self._client.connect(parts.hostname, port, ssl=tls, version=MQTT_5, keepalive=30)
        except Exception as error:  # noqa: BLE001  (the library raises what it likes)
            raise InputError(
                f"the MQTT broker at {parts.hostname}:{port} does not answer: {error}",
                where="mqtt",
                mend="start it, or leave the option out",
            ) from None

    async def stop(self) -> None:
        """Publish what waits, and disconnect."""
        if self._task is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await self._waiting.join()
        self._task.cancel()
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        if self._follower is not None:
            await self._follower.leave()
        if self._client is not None and self._client.is_connected:
            await self._client.disconnect()

    def _watch(self, tenant: Tenant, touched: list[Touched]) -> None:
        if tenant.name or self._task is None:
            return
        for each in touched:
            if self._waiting.full():
                self._waiting.get_nowait()
                self._waiting.task_done()
                self.left_out += 1
            self._waiting.put_nowait(each)

    def _tenant(self) -> Tenant:
        tenant = self._records.tenant("")
        assert tenant is not None
        return tenant

    async def _follow(self, follower: Follower) -> None:
        """Have what the broker and the south keep published, no faster than it goes out."""
        try:
            async for touched in follower.news():
                await self._waiting.put(touched)
        except Exception:  # told to the log; whoever asks over HTTP still gets it
            _log.exception("changes of the context broker are no longer published")
            raise
        finally:
            follower.stop()

    async def _publish_all(self) -> None:
        tenant = self._tenant()
        while True:
            changes = [await self._waiting.get()]
            while not self._waiting.empty() and len(changes) < AT_ONCE:
                changes.append(self._waiting.get_nowait())
            try:
                for touched in changes:
                    await self._publish(touched, await self._told(tenant, touched))
                await self._round_trip()
                times = await asyncio.to_thread(self._times_of, tenant, changes)
                for touched, told in times:
                    await self._publish(touched, told)
                changes_and_times = [*changes, *(touched for touched, _ in times)]
                for touched in changes_and_times if self._listened else ():
                    told = await asyncio.to_thread(self._asked_for, tenant, touched)
                    await self._publish(touched, told)
            except Exception:  # noqa: BLE001  (told to the log; the next changes are published)
                _log.exception("some of %s changes are not published", len(changes))
            finally:
                for _ in changes:
                    self._waiting.task_done()

    async def _told(self, tenant: Tenant, touched: Touched) -> Iterable[tuple[str, bytes]]:
        """Return what every change has anyway; a database elsewhere is not waited for."""

        def all_told() -> list[tuple[str, bytes]]:
            fetcher = Fetcher(tenant.reader(), self._base, time.time_ns() // 1000)
            return list(messages(fetcher, touched))

        return all_told() if self._turn is None else await asyncio.to_thread(all_told)

    async def _publish(self, touched: Touched, told: Iterable[tuple[str, bytes]]) -> None:
        try:
            for topic, message in told:
                await self._tell(topic, message)
        except Exception:  # noqa: BLE001  (told to the log; the next change is published)
            _log.exception("%s %s is not published", touched.kind, touched.key)

    async def _round_trip(self) -> None:
        """
        Wait until the MQTT broker has what was published.

        Its acknowledgement comes after the lines of its log on whoever subscribed before.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ROUND_TRIP_S):
                await self._client._persistent_storage.wait_empty()  # noqa: SLF001  (no other way)

    def _times_of(
        self, tenant: Tenant, changes: list[Touched]
    ) -> list[tuple[Touched, list[tuple[str, bytes]]]]:
        """Return what tells of the times of Datastreams that Observations have extended."""
        if not self._listened.wants_times:
            return []
        fetcher = Fetcher(tenant.reader(), self._base, time.time_ns() // 1000)
        return [
            (touched, [one for one in messages(fetcher, touched) if self._listened.hears(one[0])])
            for touched in self._extended.by(fetcher.db, changes)
        ]

    def _asked_for(self, tenant: Tenant, touched: Touched) -> list[tuple[str, bytes]]:
        """Return what topics tell that somebody listens to."""
        found = []
        fetcher = Fetcher(tenant.reader(), self._base, time.time_ns() // 1000)
        for topic in self._listened:
            try:
                message = message_of(fetcher, topic, touched)
            except Refusal as refusal:
                _log.warning("%s is no longer told: %s", topic.text, refusal)
                self._listened.forget(topic.text)
            else:
                if message is not None:
                    found.append((topic.text, message))
        return found

    async def _tell(self, topic: str, message: bytes) -> None:
        while True:
            try:
                self._client.publish(topic, message, qos=1, **self._marks)
            except OverflowError:  # as many under way as the broker takes at one time
                await self._client._persistent_storage.wait_empty()  # noqa: SLF001  (no other way)
                await asyncio.sleep(0)
            else:
                return

    def _listen(self, client: Any, *_: Any) -> None:
        # "no local": what we publish does not come back; retained messages are old
        from gmqtt import Subscription  # noqa: PLC0415  (as above)

        self.listening.clear()
        alone = self._turn is None  # several servers share what clients publish, and have no such
        published = f"{ROOT}/#" if alone else f"$share/{_GROUP}/{ROOT}/#"
        client.subscribe(  # the log first: it tells of the second
            [
                Subscription(f"{LOG}#", qos=1, no_local=True, retain_handling_options=2),
                Subscription(published, qos=1, no_local=alone, retain_handling_options=2),
            ]
        )

    async def _take(self, _: Any, topic: str, payload: bytes, __: int, properties: Any) -> int:
        path = observations_path(topic)
        if _MARK in properties.get("user_property", ()):
            return 0  # told by a server on the same database
        if path is not None:
            self._soon(self._make(path, payload))
        elif topic.startswith(LOG):
            for text in self._listened.hear(topic, bytes(payload).decode(errors="replace")):
                self._soon(self._keep(text))
        return 0

    def _soon(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._making.add(task)
        task.add_done_callback(self._making.discard)

    async def _keep(self, text: str) -> None:
        """Keep who listens to a topic, as nobody will say so again when the server starts anew."""

        def job(tx: Writing) -> None:
            clients = self._listened.clients(text)
            if clients:
                put_document(tx, _TOPIC, text, clients, is_news=False)
            else:
                delete_document(tx, _TOPIC, text)

        await self._tenant().write(job)

    async def _make(self, path: str, payload: bytes) -> None:
        tenant = self._tenant()
        request = Request("POST", path, "", self._base, bytes(payload))
        reply = await self._service.answer(tenant, request)
        if reply.status != 201:  # created
            _log.warning("%s%s is refused: %s", ROOT, path, reply.body.decode())
