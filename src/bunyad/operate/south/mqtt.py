"""One connection to an MQTT broker, that comes back when the link does."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from bunyad.errors import InputError, SourceError

__all__ = ["COMMAND", "COMMANDS", "MqttAddress", "MqttLink", "read_address"]

PORTS = {"mqtt": 1883, "mqtts": 8883}
ACCEPTED = 0
REFUSED = 0x80  # "unspecified error": a broker of version 5 does not count it as delivered
MOST_IN_FLIGHT = 1_000
"""Messages that wait for their acknowledgement at most."""
VERSIONS = {"3.1.1": 4, "5": 5}

Handler = Callable[[str, bytes], Awaitable[None]]

logging.getLogger("gmqtt").setLevel(logging.ERROR)  # it tells each lost link; we tell it ourselves


COMMANDS = "bunyad/+/set/+"
"""Topics of all commands to things, as `commands.send_over_mqtt` publishes them."""
COMMAND = re.compile(r"bunyad/(?P<thing>[^/]+)/set/(?P<attribute>[^/]+)")
"""One of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttAddress:
    """Where a broker is, and in whose name one speaks to it."""

    host: str
    port: int
    is_secure: bool = False
    user: str = ""
    password: str = ""


def read_address(url: str) -> MqttAddress:
    """
    Read the address of an MQTT broker.

    Parameters
    ----------
    url
        Such as mqtt://user:password@host:1883, or mqtts:// over TLS.

    Raises
    ------
    InputError
        If it is none.

    Examples
    --------
    >>> read_address("mqtt://gate:secret@10.0.0.5").port
    1883
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in PORTS or not parts.hostname:
        raise InputError(
            f"{url!r} is no address of an MQTT broker", where="mqtt",
            mend="write mqtt://host:1883, or mqtts://host:8883 over TLS",
        )  # fmt: skip
    return MqttAddress(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        is_secure=parts.scheme == "mqtts",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class MqttLink:
    """
    A connection that publishes, subscribes and reconnects.

    Parameters
    ----------
    name
        Client identifier; a broker keeps what is missed under it, where `keeps` is told.
    version
        3.1.1 or 5.
    keeps
        Whether the broker keeps messages of quality 1 while the link is down.
    """

    def __init__(self, name: str, *, version: str = "5", keeps: bool = False) -> None:
        from gmqtt import Client  # noqa: PLC0415  (only who speaks MQTT needs it)
        from gmqtt.storage import PersistentStorage  # noqa: PLC0415

        if version not in VERSIONS:
            raise InputError(
                f"there is no MQTT {version}", where="mqtt", mend="give version 3.1.1 or 5"
            )
        self._version = VERSIONS[version]
        self._unacknowledged = PersistentStorage()
        options: dict[str, Any] = {"session_expiry_interval": 86_400} if keeps else {}
        self._client = Client(
            name,
            clean_session=not keeps,
            optimistic_acknowledgement=False,
            persistent_storage=self._unacknowledged,
            **({} if self._version == 4 else options),
        )
        self._topics: tuple[str, ...] = ()
        self._client.set_config({"reconnect_retries": -1, "reconnect_delay": 1})
        self._client.on_connect = self._came
        self._is_ready = asyncio.Event()

    def on_message(self, handler: Handler) -> None:
        """
        Hand every message to a function, and acknowledge it when that has returned.

        A function that cannot take a message now waits: version 3.1.1 knows no other way to leave
        it with the broker.
        """

        async def take(_client: Any, topic: str, payload: bytes, _qos: int, _rest: Any) -> int:
            try:
                await handler(topic, payload)
            except Exception:  # noqa: BLE001  (the broker keeps it; the handler has told why)
                return REFUSED
            return ACCEPTED

        self._client.on_message = take

    def _came(self, client: Any, _flags: Any, _code: Any, _rest: Any) -> None:
        """Subscribe again whenever the link comes back."""
        for topic in self._topics:
            client.subscribe(topic, qos=1)
        self._is_ready.set()

    async def connect(self, address: MqttAddress, *, topics: Sequence[str] = ()) -> None:
        """
        Connect, and subscribe with quality 1.

        Raises
        ------
        SourceError
            If the broker does not answer or refuses.
        """
        self._topics = tuple(topics)
        if address.user:
            self._client.set_auth_credentials(address.user, address.password or None)
        try:
            await self._client.connect(
                address.host, address.port, ssl=address.is_secure, version=self._version
            )
        except Exception as error:  # noqa: BLE001  (the library raises of many kinds)
            await self.close()
            raise SourceError(
                f"the MQTT broker does not take us ({error or type(error).__name__})",
                where=f"{address.host}:{address.port}",
                mend="start it, or mend the address, user or password",
            ) from None
        await self._is_ready.wait()

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """
        Send a message with quality 1; it is sent again until the broker has it.

        Rests while the broker has as many unacknowledged messages as it takes.
        """
        if len(self._unacknowledged.get_all()) >= MOST_IN_FLIGHT:
            await self.settle()
        while True:
            try:
                self._client.publish(topic, payload, qos=1, retain=retain)
            except OverflowError:
                await self.settle()
            else:
                return

    async def settle(self) -> None:
        """Wait until the broker has acknowledged everything."""
        await self._unacknowledged.wait_empty()

    async def close(self) -> None:
        """Take leave."""
        with suppress(Exception):
            await self._client.disconnect()
