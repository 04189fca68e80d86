"""Commands reach their things, and the desk sees what the records say."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from ports import running_mosquitto

from bunyad.errors import SourceError
from bunyad.operate.alarms import Event, State
from bunyad.operate.alarms.feed import Point
from bunyad.operate.alarms.keeping import AlarmLog
from bunyad.operate.commands import Command, load_command_rules
from bunyad.operate.commands.ways import see_records, send_over_http, send_over_mqtt, topic_of
from bunyad.operate.place import Place, Thing
from bunyad.operate.south.mqtt import MqttLink, read_address

COMMAND = Command(
    number=7, thing="urn:ngsi-ld:Valve:x:field-1", kind="field-valve", attribute="setting",
    value=60, step="sent", asked_at=0.0, asked_by="leyla", sent_at=5.0,
)  # fmt: skip


def test_a_topic_has_nothing_that_a_broker_takes_for_a_pattern() -> None:
    assert topic_of("v/{thing}/set/{attribute}", COMMAND) == f"v/{COMMAND.thing}/set/setting"


def test_a_command_goes_over_mqtt_and_is_acknowledged(tmp_path: Path) -> None:
    heard: list[tuple[str, dict]] = []

    async def listen(port: int) -> None:
        came = asyncio.Event()

        async def take(topic: str, payload: bytes) -> None:
            heard.append((topic, json.loads(payload)))
            came.set()

        link = MqttLink("valve")
        link.on_message(take)
        await link.connect(read_address(f"mqtt://127.0.0.1:{port}"), topics=["bunyad/#"])
        try:
            async with asyncio.timeout(20):
                while not came.is_set():  # a subscription may come into force after the first
                    await asyncio.to_thread(send_over_mqtt(f"mqtt://127.0.0.1:{port}"), COMMAND)
        finally:
            await link.close()

    with running_mosquitto(tmp_path) as port:
        asyncio.run(listen(port))
    topic, message = heard[0]
    assert topic == f"bunyad/{COMMAND.thing}/set/setting"
    assert (message["number"], message["value"]) == (7, 60)


def test_a_broker_that_does_not_answer_is_told() -> None:
    for send in (send_over_http("http://127.0.0.1:9"), send_over_mqtt("mqtt://127.0.0.1:9")):
        with pytest.raises(SourceError):
            send(COMMAND)


def test_the_desk_sees_values_alarms_and_conditions(tmp_path: Path) -> None:
    import sqlite3

    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE reading(ref INTEGER PRIMARY KEY, series, at_us, value)")
    db.executemany(
        "INSERT INTO reading(series, at_us, value) VALUES (?, ?, ?)",
        [(1, 1_000_000, 10), (1, 3_000_000, 30), (1, 2_000_000, 20)],
    )
    valve = Thing(point=Point("valve", "Valve"), values={"setting": 5})
    place = Place(things={"valve": valve}, series={("valve", "openStatus"): 1}, expected={})
    rules = load_command_rules()
    with AlarmLog(tmp_path / "alarms.sqlite") as log:
        sight = see_records(lambda: db, place, log, rules, now=lambda: 10.0)
        assert (sight.type_of("valve"), sight.type_of("other")) == ("Valve", None)
        assert sight.value_of("valve", "openStatus") == 30
        assert sight.value_of("valve", "setting") == 5
        assert not sight.stands("tank-low")
        log.add([Event(at=1.0, rule="tank-low", thing="tank", after=State.ACKNOWLEDGED)])
        assert sight.stands("tank-low")
        earthed = rules.actuator("ACLineSegment").interlocks[0].when
        assert not sight.holds(earthed, "valve")
