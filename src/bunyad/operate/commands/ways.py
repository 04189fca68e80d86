"""Ways of a command to its thing, and what the desk sees of the place."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bunyad.errors import SourceError
from bunyad.operate.alarms.conditions import Room, compile_condition
from bunyad.operate.alarms.feed import Feed, number_of
from bunyad.operate.alarms.keeping import AlarmLog
from bunyad.operate.alarms.states import State
from bunyad.operate.commands.desk import Command, Sight
from bunyad.operate.commands.rules import CommandRules
from bunyad.operate.place import Place
from bunyad.operate.records.database import Db

_ACTIVE = (State.UNACKNOWLEDGED, State.ACKNOWLEDGED, State.SHELVED, State.SUPPRESSED)
_SECONDS = 10.0


def send_over_http(broker: str, *, tenant: str = "", token: str = "") -> Callable[[Command], None]:
    """
    Return what writes the attribute at an NGSI-LD broker, whose subscribers carry it out.

    Parameters
    ----------
    broker
        Address of the broker, such as http://127.0.0.1:1026.
    tenant
        Its tenant.
    token
        Token for it.
    """

    def send(command: Command) -> None:
        import httpx  # noqa: PLC0415  (only who sends needs it)

        headers = {
            "Link": '<urn:bunyad:context:village>; rel="http://www.w3.org/ns/json-ld#context"; '
            'type="application/ld+json"'
        }
        if tenant:
            headers["NGSILD-Tenant"] = tenant
        if token:
            headers["Authorization"] = f"Bearer {token}"
        address = f"{broker.rstrip('/')}/ngsi-ld/v1/entities/{command.thing}/attrs"
        body = {command.attribute: {"type": "Property", "value": command.value}}
        try:
            answer = httpx.post(address, json=body, headers=headers, timeout=_SECONDS)
        except httpx.HTTPError as error:
            raise SourceError(
                f"the broker does not answer ({type(error).__name__})",
                where=broker, mend="start it with `bunyad operate serve`",
            ) from None  # fmt: skip
        if answer.status_code != 204:
            raise SourceError(
                f"the broker refused it (status {answer.status_code})",
                where=broker, mend="see what it says of the attribute",
            )  # fmt: skip

    return send


def send_over_mqtt(
    broker: str, *, template: str = "bunyad/{thing}/set/{attribute}"
) -> Callable[[Command], None]:
    """
    Return what publishes commands to an MQTT broker, quality 1, as JSON.

    Parameters
    ----------
    broker
        Address, such as mqtt://127.0.0.1:1883.
    template
        Topic with {thing} and {attribute}.
    """
    from bunyad.operate.south.mqtt import MqttLink, read_address  # noqa: PLC0415  (a sibling)

    address = read_address(broker)

    async def publish(command: Command) -> None:
        link = MqttLink(f"bunyad-command-{command.number}")
        await link.connect(address)
        try:
            message = {"number": command.number, "value": command.value, "at": command.sent_at}
            await link.publish(topic_of(template, command), json.dumps(message).encode())
            async with asyncio.timeout(_SECONDS):
                await link.settle()
        except TimeoutError:
            raise SourceError(
                "the MQTT broker does not acknowledge", where=broker, mend="look at its log"
            ) from None
        finally:
            await link.close()

    def send(command: Command) -> None:
        asyncio.run(publish(command))

    return send


def topic_of(template: str, command: Command) -> str:
    """
    Return the MQTT topic of a command.

    Parameters
    ----------
    template
        Topic with {thing} and {attribute}, such as `village/{thing}/set/{attribute}`.
    command
        The command.
    """
    thing = command.thing.replace("+", "").replace("#", "").replace("/", "")
    return template.format(thing=thing, attribute=command.attribute)


def see_records(
    reader: Callable[[], Db],
    place: Place,
    log: AlarmLog | None,
    rules: CommandRules,
    *,
    now: Callable[[], float],
) -> Sight:
    """
    Return what a desk sees of a place in the records.

    Parameters
    ----------
    reader
        Gives a connection that reads the records.
    place
        The place.
    log
        Log of its alarms; None: nobody watches, and no alarm forbids anything.
    rules
        What may be switched, for the time zone.
    now
        Gives the time [s].
    """

    def last(thing: str, attribute: str) -> tuple[Any, float]:
        series = place.series.get((thing, attribute))
        row = None
        if series is not None:
            row = reader().execute(
                "SELECT value, at_us FROM reading WHERE series = ? ORDER BY at_us DESC, ref DESC "
                "LIMIT 1", (series,),
            ).fetchone()  # fmt: skip
        if row is not None:
            return row[0], row[1] / 1e6
        known = place.things.get(thing)
        return (known.values.get(attribute) if known is not None else None), float("-inf")

    def holds(condition: Any, thing: str) -> bool:
        feed = Feed([thing], start=now())
        room = Room(
            feed=feed, rows=np.zeros(1, np.int64), step_s=60.0, zone=ZoneInfo(rules.zone),
            children=lambda _below: lambda: (np.zeros(1), np.zeros(1)),
        )  # fmt: skip
        compiled = compile_condition(condition, room)
        for attribute in feed.values:
            value, at = last(thing, attribute)
            if isinstance(value, bool | int | float | str):
                feed.values[attribute][0] = number_of(value)
                feed.times[attribute][0] = at
        return bool(compiled(now()).yes[0])

    def stands(rule: str) -> bool:
        if log is None:
            return False
        return any(one.rule == rule and one.state in _ACTIVE for one in log.standing())

    return Sight(
        type_of=lambda thing: place.things[thing].point.type if thing in place.things else None,
        value_of=lambda thing, attribute: last(thing, attribute)[0],
        stands=stands,
        holds=holds,
    )
