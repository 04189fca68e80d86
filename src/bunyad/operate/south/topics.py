"""Messages of an MQTT broker, decoded and mapped."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import orjson

from bunyad.operate.records.times import now_us
from bunyad.operate.south.lorawan import load_codec, uplink_values
from bunyad.operate.south.mapping import (
    Unfit,
    filter_of,
    instant_of,
    pattern_of,
    pick,
    samples_from,
)
from bunyad.operate.south.mqtt import MqttLink, read_address
from bunyad.operate.south.sample import Sample
from bunyad.operate.south.sources import MqttSource
from bunyad.operate.south.sparkplug import Names, read_payload
from bunyad.operate.south.taking import Taking

__all__ = ["TopicReader", "run_mqtt"]

SPARKPLUG = "spBv1.0"
DEVICE_PARTS, NODE_PARTS = 5, 4


class TopicReader:
    """
    Turns messages into samples.

    Parameters
    ----------
    source
        Topics, decoder and points.
    clock
        Gives the time of arrival [µs since 1970].
    """

    def __init__(self, source: MqttSource, *, clock: Callable[[], int] = now_us) -> None:
        self._source = source
        self._patterns: list[re.Pattern[str]] = [pattern_of(topic) for topic in source.topics]
        self._clock = clock
        self._names = Names()
        self._codec = load_codec(source.codec) if source.codec else None
        self._read = {
            "json": self._json, "sparkplug": self._sparkplug, "chirpstack": self._chirpstack,
        }[source.decoder]  # fmt: skip

    def read(self, topic: str, payload: bytes) -> list[Sample]:
        """
        Return the samples of a message.

        Raises
        ------
        Unfit
            If it is not what the source says.
        """
        matches = (pattern.fullmatch(topic) for pattern in self._patterns)
        match = next((one for one in matches if one), None)
        if match is None:
            raise Unfit("its topic is none of the source's")
        return self._read(topic, payload, match.groupdict())

    def _json(self, _topic: str, payload: bytes, names: dict[str, str]) -> list[Sample]:
        """Return the samples of a JSON message: an object, or one value."""
        content = _loads(payload)
        values = content if isinstance(content, dict) else {"value": content}
        at_us = self._clock()
        if self._source.time:
            told = pick(values, self._source.time)
            if told is None:
                raise Unfit(f"it has no {self._source.time}")
            at_us = instant_of(told)
            values = {name: one for name, one in values.items() if name != self._source.time}
        return samples_from(values, self._source.points, at_us=at_us, names=names)

    def _sparkplug(self, topic: str, payload: bytes, names: dict[str, str]) -> list[Sample]:
        """Return the samples of a Sparkplug B message; births teach names."""
        parts = topic.split("/")
        if len(parts) not in {NODE_PARTS, DEVICE_PARTS} or parts[0] != SPARKPLUG:
            raise Unfit("its topic is none of Sparkplug B")
        kind = parts[2]
        if kind not in {"NBIRTH", "DBIRTH", "NDATA", "DDATA"}:
            return []
        sender = (parts[1], *parts[3:])
        at_ms, metrics = read_payload(payload)
        if kind.endswith("BIRTH"):
            self._names.learn(sender, metrics)
        base_us = at_ms * 1000 if at_ms else self._clock()
        values: dict[str, Any] = {}
        times: dict[str, int] = {}
        for metric in metrics:
            name = self._names.name_of(sender, metric)
            if name and metric.value is not None:
                values[name] = metric.value
                times[name] = metric.at_ms * 1000 if metric.at_ms else base_us
        known = {"group": parts[1], "node": parts[3], "device": parts[-1], **names}
        return samples_from(values, self._source.points, at_us=base_us, names=known, times=times)

    def _chirpstack(self, _topic: str, payload: bytes, names: dict[str, str]) -> list[Sample]:
        """Return the samples of an uplink event of ChirpStack 4."""
        event = _loads(payload)
        values = uplink_values(event, self._codec)
        device = event["deviceInfo"]
        known = {
            name: str(device[name])
            for name in ("devEui", "deviceName", "applicationName", "deviceProfileName")
            if name in device
        }
        tags = device.get("tags")
        known |= {str(key): str(one) for key, one in tags.items()} if isinstance(tags, dict) else {}
        at_us = instant_of(event["time"]) if event.get("time") else self._clock()
        return samples_from(values, self._source.points, at_us=at_us, names={**known, **names})


def _loads(payload: bytes) -> Any:
    """Return the values of a JSON message."""
    try:
        return orjson.loads(payload)
    except ValueError:
        raise Unfit("it is no JSON") from None


async def run_mqtt(source: MqttSource, taking: Taking) -> None:
    """
    Take the messages of a broker until cancelled; each is acknowledged when it is kept.

    Parameters
    ----------
    source
        Topics, decoder and points.
    taking
        Where samples go.
    """
    reader = TopicReader(source)
    link = MqttLink(taking.client_name(source.name), version=source.version, keeps=True)

    async def take(topic: str, payload: bytes) -> None:
        try:
            samples = reader.read(topic, payload)
        except Unfit as error:
            taking.refuse(source.name, f"{topic}: {error}")
            return
        await taking.keep(source.name, samples)

    link.on_message(take)
    topics = [filter_of(topic) for topic in source.topics]
    try:
        await taking.connected(
            source.name, lambda: link.connect(read_address(source.mqtt), topics=topics)
        )
        await asyncio.Event().wait()
    finally:
        await link.close()
