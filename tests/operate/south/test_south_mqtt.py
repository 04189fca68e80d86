"""A gateway at a real MQTT broker."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest
from ports import free_port, running_mosquitto
from small_village import JULY_US, small_village, until

from bunyad.errors import InputError, OutputError, SourceError
from bunyad.operate.play import Playing
from bunyad.operate.play.feed import fed_by_mqtt
from bunyad.operate.south.gateway import run_gateway
from bunyad.operate.south.mqtt import MqttLink, read_address
from bunyad.operate.south.outbox import Outbox
from bunyad.operate.south.sample import Sample, unpack
from bunyad.operate.south.sources import Point, Sources


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory):
    with running_mosquitto(tmp_path_factory.mktemp("mosquitto")) as port:
        yield f"mqtt://127.0.0.1:{port}"


def village_sources(broker: str, version: str = "5") -> Sources:
    return Sources.model_validate(
        {
            "format": "bunyad-sources/1",
            "gateway": f"gate-{version}",
            "sources": [
                {
                    "name": "village",
                    "mqtt": broker,
                    "version": version,
                    "topics": ["bunyad/{settlement}/{type}/{name}"],
                    "time": "at",
                    "points": [
                        Point(
                            value="*",
                            entity="urn:ngsi-ld:{type}:{settlement}:{name}",
                            type="{type}",
                        )
                    ],
                }
            ],
        }
    )


async def subscribed(broker: str, said: list[str], outbox: Outbox) -> None:
    """Wait until the gateway hears what is published."""
    link = MqttLink("probe")
    await link.connect(read_address(broker))
    async with asyncio.timeout(30):
        while not len(outbox):
            await link.publish("bunyad/x/Tank/probe", b'{"at": 1, "level": 1}')
            await asyncio.sleep(0.05)
    await link.close()
    assert not said


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_a_played_village_arrives_whole(broker: str, tmp_path: Path, version: str) -> None:
    village, outbox, said = small_village(), Outbox(tmp_path / "outbox.sqlite"), []

    async def run() -> int:
        stop = asyncio.Event()
        running = asyncio.ensure_future(
            run_gateway(village_sources(broker, version), outbox, None, say=said.append, stop=stop)
        )
        await subscribed(broker, said, outbox)
        playing = Playing(village, from_us=JULY_US, step_s=1800)
        fed = await fed_by_mqtt(
            playing.blocks(1), broker, speed=0, name=f"play-{version}", playing=playing
        )
        told = fed.messages + 2  # and that it is played, once an hour
        await until(lambda: sum(b"riverton" in body for _, body in outbox.peek(9_999)) >= told)
        stop.set()
        gateway = await running
        assert gateway.taking.counts["village"].refused == 0
        return fed.values

    values = asyncio.run(asyncio.wait_for(run(), 60))

    samples = [s for _, body in outbox.peek(9_999) for s in unpack(body) if "riverton" in s.entity]
    marks = [s for s in samples if s.attribute == "isPlayed"]
    assert [(s.entity, s.type, s.value) for s in marks] == 2 * [
        ("urn:ngsi-ld:Settlement:riverton:place", "Settlement", True)
    ]
    samples = [s for s in samples if s.attribute != "isPlayed"]
    assert len(samples) == values
    assert len({(s.entity, s.attribute, s.at_us) for s in samples}) == values
    power = next(s for s in samples if s.attribute == "totalActivePower")
    assert power.unit == "WTT"
    outbox.close()


def test_what_does_not_fit_is_told_once_and_the_rest_goes_on(broker: str, tmp_path: Path) -> None:
    outbox, said = Outbox(tmp_path / "outbox.sqlite"), []

    async def run() -> None:
        stop = asyncio.Event()
        running = asyncio.ensure_future(
            run_gateway(village_sources(broker), outbox, None, say=said.append, stop=stop)
        )
        await subscribed(broker, said, outbox)
        link = MqttLink("bad")
        await link.connect(read_address(broker))
        before = len(outbox)
        for _ in range(3):
            await link.publish("bunyad/x/Tank/bad", b"no json")
        await link.publish("bunyad/x/Tank/tank", b'{"at": 2, "level": 2}')
        await until(lambda: len(outbox) > before)
        await link.close()
        stop.set()
        gateway = await running
        assert gateway.taking.counts["village"].refused == 3

    asyncio.run(run())

    assert said == ["village: bunyad/x/Tank/bad: it is no JSON"]
    outbox.close()


def test_a_message_that_cannot_be_kept_stays_with_the_broker(broker: str, tmp_path: Path) -> None:
    """A broker of version 5 keeps it for our name; after a reconnect it comes again."""
    heard: list[bytes] = []
    topic = "keep/me"

    async def run() -> None:
        link = MqttLink("keeper", version="3.1.1", keeps=True)
        hanging = asyncio.Event()

        async def hang(_topic: str, _payload: bytes) -> None:
            hanging.set()
            await asyncio.Event().wait()

        link.on_message(hang)
        await link.connect(read_address(broker), topics=[topic])
        sender = MqttLink("sender")
        await sender.connect(read_address(broker))
        while not hanging.is_set():
            await sender.publish(topic, b"1")
            await asyncio.sleep(0.05)
        await link.close()
        again = MqttLink("keeper", version="3.1.1", keeps=True)

        async def hear(_topic: str, payload: bytes) -> None:
            heard.append(payload)

        again.on_message(hear)
        await again.connect(read_address(broker), topics=[topic])
        await until(lambda: len(heard) > 0)
        await again.close()
        await sender.close()

    asyncio.run(run())

    assert heard[0] == b"1"


def test_a_broker_that_does_not_answer_is_told(tmp_path: Path) -> None:
    async def run() -> None:
        await MqttLink("x").connect(read_address(f"mqtt://127.0.0.1:{free_port()}"))

    with pytest.raises(SourceError, match="does not take us"):
        asyncio.run(run())


@pytest.mark.parametrize("url", ["http://x", "mqtt://", "mqtt://h:99999", "nothing"])
def test_what_is_no_address_of_a_broker_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="no address"):
        read_address(url)


def test_a_full_outbox_is_told_to_whoever_sends(tmp_path: Path) -> None:
    from bunyad.operate.south.taking import Taking

    outbox = Outbox(tmp_path / "outbox.sqlite", most=1)
    said: list[str] = []
    taking = Taking(gateway="g", outbox=outbox, say=said.append, retry_s=0.01)

    async def run() -> None:
        sample = Sample("urn:a", "T", "a", 1, 1)
        await taking.keep("s", [sample])
        with pytest.raises(OutputError):
            await taking.keep_now("s", [sample])
        waiting = asyncio.ensure_future(taking.keep("s", [sample]))
        await until(lambda: bool(said))
        assert not waiting.done()
        outbox.forget(1)
        await waiting

    asyncio.run(run())
    assert taking.counts["s"].samples == 2
    assert "1 messages wait for delivery" in said[0]
    assert orjson.loads(outbox.peek(1)[0][1])[0][0] == "urn:a"
    outbox.close()
