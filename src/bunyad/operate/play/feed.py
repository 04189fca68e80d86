"""Readings of a played village over MQTT or HTTP, at the pace that was asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import httpx
import orjson

from bunyad.errors import SourceError
from bunyad.operate.play.clock import HOUR_US
from bunyad.operate.play.living import Block, Playing
from bunyad.operate.play.obeying import Obeying
from bunyad.operate.play.points import Message, messages
from bunyad.operate.records.times import to_iso
from bunyad.operate.south.mqtt import COMMAND, COMMANDS, MqttLink, read_address
from bunyad.operate.village.send import BATCH, Broker, check_answer, context_address
from bunyad.operate.village.vocabulary import vocabulary

__all__ = ["Fed", "fed_by_http", "fed_by_mqtt", "feed", "fragment", "topic_of"]

TOPICS = "bunyad"
"""First part of the topics of played villages."""
AT_ONCE = 4
"""Requests under way at once."""

Send = Callable[[list[Message]], Awaitable[None]]


@dataclass(slots=True)
class Fed:
    """How feeding went."""

    messages: int = 0
    values: int = 0
    instants: int = 0
    behind_s: float = 0.0
    """How far the receiver fell behind the clock at most [s]."""
    seconds: float = field(default=0.0)


def topic_of(message: Message) -> str:
    """
    Return the topic of a message: bunyad/SETTLEMENT/TYPE/NAME.

    Examples
    --------
    >>> told = Message(entity="urn:ngsi-ld:Tank:aghali:tank", type="Tank", at_us=0, values={})
    >>> topic_of(told)
    'bunyad/aghali/Tank/tank'
    """
    settlement, name = message.entity.split(":")[-2:]
    return f"{TOPICS}/{settlement}/{message.type}/{name}"


def fragment(message: Message) -> dict[str, Any]:
    """Return a message as the part of an NGSI-LD entity that it updates."""
    known, at = vocabulary()[message.type], to_iso(message.at_us)
    entity: dict[str, Any] = {"id": message.entity, "type": message.type}
    for name, value in message.values.items():
        entity[name] = {"type": "Property", "value": value, "observedAt": at}
        if unit := known[name].unit:
            entity[name]["unitCode"] = unit
    return entity


async def feed(
    blocks: Iterable[Block], send: Send, *, speed: float, playing: Playing | None = None
) -> Fed:
    """
    Send the readings of blocks, instant by instant.

    Parameters
    ----------
    blocks
        As `play` gives them.
    send
        Sends the messages of one instant, and returns when they are taken.
    speed
        How many times faster than the clock; 0 for as fast as they are taken.
    playing
        The village at play, where it takes orders meanwhile.

    Returns
    -------
    Fed
        How many, and how far behind the clock it fell. Nothing is left out to catch up.
    """
    fed, began, first_us = Fed(), time.monotonic(), None
    for at_us, told in _instants(blocks, playing):
        first_us = at_us if first_us is None else first_us
        if speed:
            due = began + (at_us - first_us) / 1e6 / speed
            early = due - time.monotonic()
            fed.behind_s = max(fed.behind_s, -early)
            if early > 0:
                await asyncio.sleep(early)
        await send(told)
        fed.instants += 1
        fed.messages += len(told)
        fed.values += sum(len(one.values) for one in told)
    fed.seconds = time.monotonic() - began
    return fed


def _instants(
    blocks: Iterable[Block], playing: Playing | None
) -> Iterator[tuple[int, list[Message]]]:
    """Give the messages of each instant; after an order, the rest of its hour as it is then."""
    for block in blocks:
        told_us = 0 if playing is None else playing.from_us
        now: Block | None = block
        while now is not None:
            later, again = now, None
            for at_us, told in groupby(messages(later), key=lambda one: one.at_us):
                if at_us <= told_us:
                    continue
                again = playing.again() if playing is not None else None
                if again is not None:
                    break
                told_us = at_us
                if playing is not None:
                    playing.orders.now_us = at_us
                yield at_us, list(told)
            now = again


async def fed_by_mqtt(
    blocks: Iterable[Block],
    url: str,
    *,
    speed: float,
    name: str,
    playing: Playing | None = None,
) -> Fed:
    """
    Publish a village over MQTT, one message an entity and instant, as JSON.

    Parameters
    ----------
    blocks
        As `play` gives them.
    url
        Address of the MQTT broker.
    speed
        As in `feed`.
    name
        Client identifier.
    playing
        The village at play: it takes orders from `bunyad/THING/set/ATTRIBUTE`.

    Raises
    ------
    SourceError
        If the broker does not answer.
    """
    link = MqttLink(name)

    async def obey(topic: str, payload: bytes) -> None:
        found = COMMAND.fullmatch(topic)
        if playing is not None and found is not None:
            with suppress(orjson.JSONDecodeError):  # who sends nonsense is not obeyed
                told = orjson.loads(payload)
                value = told.get("value") if isinstance(told, dict) else told
                playing.orders.take(found["thing"], found["attribute"], value)

    marked_h = -1
    link.on_message(obey)
    await link.connect(read_address(url), topics=[] if playing is None else [COMMANDS])

    async def send(told: list[Message]) -> None:
        nonlocal marked_h
        if playing is not None and told and told[0].at_us // HOUR_US != marked_h:
            marked_h = told[0].at_us // HOUR_US  # again each hour: nobody may have listened yet
            told = [_marking(playing, told[0].at_us), *told]
        for message in told:
            content = {"at": to_iso(message.at_us), **message.values}
            await link.publish(topic_of(message), orjson.dumps(content))
        await link.settle()

    try:
        return await feed(blocks, send, speed=speed, playing=playing)
    finally:
        await link.close()


async def fed_by_http(
    blocks: Iterable[Block], broker: Broker, *, speed: float, playing: Playing | None = None
) -> Fed:
    """
    Update the entities of a village in an NGSI-LD broker.

    Parameters
    ----------
    blocks
        As `play` gives them.
    broker
        Where to.
    speed
        As in `feed`.
    playing
        The village at play: it does what others write into its things' attributes.

    Raises
    ------
    SourceError
        If the broker does not answer, or refuses something.
    """
    base = f"{broker.url.rstrip('/')}/ngsi-ld/v1"
    try:
        async with httpx.AsyncClient(timeout=120.0) as client:
            with httpx.Client(timeout=120.0) as asking:
                link = context_address(asking, base, broker)
            headers, gate = broker.headers(link), asyncio.Semaphore(AT_ONCE)

            async def post(part: list[Message]) -> None:
                content = orjson.dumps([fragment(one) for one in part])
                async with gate:
                    answer = await client.post(
                        f"{base}/entityOperations/upsert?options=update",
                        content=content,
                        headers=headers,
                    )
                check_answer(answer, base)

            async def send(told: list[Message]) -> None:
                parts = [told[at : at + BATCH] for at in range(0, len(told), BATCH)]
                await asyncio.gather(*(post(part) for part in parts))

            obeying = None
            if playing is not None:
                await _mark_as_played(client, f"{base}/entities", playing, headers)
                obeying = asyncio.create_task(Obeying(playing, base, headers).go_on(client))
            try:
                return await feed(blocks, send, speed=speed, playing=playing)
            finally:
                if obeying is not None:
                    obeying.cancel()
    except httpx.HTTPError as error:
        raise SourceError(
            f"it does not answer ({type(error).__name__})",
            where=broker.url,
            mend="start it with `bunyad operate serve`, or give another address",
        ) from None


def _marking(playing: Playing, at_us: int) -> Message:
    """Return the message by which a settlement says that its readings are modelled."""
    values = {"isPlayed": True}
    return Message(entity=playing.settlement, type="Settlement", at_us=at_us, values=values)


async def _mark_as_played(
    client: httpx.AsyncClient, entities: str, playing: Playing, headers: dict[str, str]
) -> None:
    """Have the settlement say that its readings are modelled, where it is known."""
    marked = {"isPlayed": {"type": "Property", "value": True}}
    answer = await client.post(
        f"{entities}/{playing.settlement}/attrs", content=orjson.dumps(marked), headers=headers
    )
    if answer.status_code != 404:
        check_answer(answer, entities)
