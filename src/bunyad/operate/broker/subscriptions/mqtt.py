"""Notifications over MQTT 3.1.1 and 5.0 (CIM 009, 7.2), by gmqtt."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import uuid
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from bunyad.operate.broker.outgoing import OutgoingError, RefusedError
from bunyad.operate.reach import ForbiddenError, Reach

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_VERSIONS = {"mqtt3.1.1": 4, "mqtt5.0": 5}
_LONGEST_CLOSE_S = 2.0

_Place = tuple[str, str, int, str, str, int]


class Publishers:
    """Connections to MQTT brokers, one for each broker, user and version."""

    def __init__(self) -> None:
        self._clients: dict[_Place, Any] = {}
        self._locks: dict[_Place, asyncio.Lock] = {}
        self.reach = Reach()

    async def publish(
        self,
        endpoint: dict[str, Any],
        metadata: list[tuple[str, str]],
        body: dict[str, Any],
        timeout_s: float,
    ) -> None:
        """
        Publish a notification; with quality 1 or 2, wait until the broker has it.

        Parameters
        ----------
        endpoint
            Endpoint of the subscription: `mqtt[s]://[user[:password]@]host[:port]/topic`.
        metadata
            What HTTP would have as headers.
        body
            The notification.
        timeout_s
            How long it may take [s].

        Raises
        ------
        OutgoingError
            If the broker cannot be reached or does not answer.
        RefusedError
            If the operator does not allow the call.
        """
        info = {pair["key"]: pair["value"] for pair in endpoint.get("notifierInfo", [])}
        quality = int(info["MQTT-QoS"]) if info.get("MQTT-QoS") in {"0", "1", "2"} else 0
        version = _VERSIONS.get(info.get("MQTT-Version", "mqtt5.0"), 5)
        parts = urlsplit(endpoint["uri"])
        place = (
            parts.scheme,
            parts.hostname or "",
            parts.port or _PORTS[parts.scheme],
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            version,
        )
        topic = unquote(parts.path.lstrip("/"))
        message = orjson.dumps({"metadata": dict(metadata), "body": body})
        try:
            async with asyncio.timeout(timeout_s):
                client = await self._connected(place)
                await _publish(client, topic, message, quality)
        except ForbiddenError as error:
            raise RefusedError(str(error)) from None
        except (TimeoutError, OSError) as error:
            if (lost := self._clients.pop(place, None)) is not None:
                await _disconnect(lost)
            raise OutgoingError(f"{parts.hostname} did not take the message: {error}") from None

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await _disconnect(client)
        self._clients.clear()

    async def _connected(self, place: _Place) -> Any:
        async with self._locks.setdefault(place, asyncio.Lock()):
            client = self._clients.get(place)
            if client is not None and client.is_connected:
                return client
            if client is not None:
                await _disconnect(client)
            addresses = await self.reach.addresses(place[1], place[2])
            self._clients[place] = client = await _connect(place, addresses[0])
            return client


async def _connect(place: _Place, address: str) -> Any:
    from gmqtt import Client  # noqa: PLC0415  (loads when the first MQTT endpoint is notified)
    from gmqtt.mqtt.handler import MQTTConnectError  # noqa: PLC0415

    scheme, host, port, user, password, version = place
    client = Client(f"bunyad-{uuid.uuid4().hex[:12]}")
    client.set_config({"reconnect_retries": 0, "reconnect_delay": 0})
    if user:
        client.set_auth_credentials(user, password or None)
    tls = ssl.create_default_context() if scheme == "mqtts" else False
    if tls:
        address = host  # the certificate proves it is the one that was judged
    try:
        await client.connect(address, port, ssl=tls, version=version, keepalive=30)
    except MQTTConnectError as error:
        raise OSError(str(error)) from None
    return client


async def _publish(client: Any, topic: str, message: bytes, quality: int) -> None:
    client.publish(topic, message, qos=quality)
    if quality == 0:
        await asyncio.sleep(0)
        return
    await client._persistent_storage.wait_empty()  # noqa: SLF001  (gmqtt tells no other way)
    if not client.is_connected:
        raise OSError("the connection was lost")


async def _disconnect(client: Any) -> None:
    with contextlib.suppress(Exception):  # it may be half open; nothing more is wanted of it
        async with asyncio.timeout(_LONGEST_CLOSE_S):
            await client.disconnect()
