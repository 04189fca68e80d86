"""An MQTT client that keeps what it hears."""

from __future__ import annotations

import asyncio

import orjson


class Listener:
    """An MQTT client that keeps what it hears, by topic."""

    def __init__(self):
        from gmqtt import Client

        self.client = Client("listener")
        self.client.on_message = self._take
        self.subscribed = asyncio.Event()
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.heard: list[tuple[str, dict]] = []
        self.changed = asyncio.Condition()

    async def _take(self, _, topic, payload, __, ___):
        async with self.changed:
            self.heard.append((topic, orjson.loads(payload)))
            self.changed.notify_all()
        return 0

    async def connect(self, port, *topics):
        await self.client.connect("127.0.0.1", port)
        for topic in topics or ["v1.1/#"]:
            self.subscribed.clear()
            self.client.subscribe(topic, qos=1)
            await self.subscribed.wait()

    async def wait_for(self, count):
        async with asyncio.timeout(60), self.changed:
            await self.changed.wait_for(lambda: len(self.heard) >= count)

    async def until(self, is_so):
        async with asyncio.timeout(60), self.changed:
            await self.changed.wait_for(is_so)
