"""Changes told over MQTT, and Observations made by it."""

from __future__ import annotations

import asyncio

import orjson
import pytest
import sensorthings_worlds as worlds
from ports import free_port, running_mosquitto

from bunyad.errors import InputError
from bunyad.operate.records import now_us, put_entity, to_iso
from bunyad.operate.sensorthings.publish import Publisher, observations_path
from bunyad.operate.sensorthings.service import Service


@pytest.fixture
def port(tmp_path):
    with running_mosquitto(tmp_path) as port:
        yield port


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

    async def connect(self, port):
        await self.client.connect("127.0.0.1", port)
        self.client.subscribe("v1.1/#", qos=1)
        await self.subscribed.wait()

    async def wait_for(self, count):
        async with asyncio.timeout(60), self.changed:
            await self.changed.wait_for(lambda: len(self.heard) >= count)


def test_changes_are_told_and_observations_taken(tmp_path, port):
    service = Service()
    client = worlds.Client(tmp_path / "records", service)
    client.make("Things", worlds.tree())
    publisher = Publisher(service, client.records, f"mqtt://127.0.0.1:{port}", worlds.ROOT)
    listener = Listener()

    async def talk():
        await listener.connect(port)
        await publisher.start()
        await client.call("POST", "Datastreams(1)/Observations", {"result": 41})
        await client.call("PATCH", "Things(1)", {"name": "Renamed"})
        await listener.wait_for(6)
        listener.client.publish("v1.1/Datastreams(2)/Observations", b'{"result": 42}', qos=1)
        listener.client.publish("v1.1/Datastreams(2)/Observations", b'{"nonsense": 1}', qos=1)
        await listener.wait_for(6 + 2 + 3)
        await publisher.stop()
        await listener.client.disconnect()

    client._loop.run_until_complete(talk())

    first = [(topic, message.get("result")) for topic, message in listener.heard[:3]]
    assert first == [
        ("v1.1/Observations", 41), ("v1.1/Datastreams(1)/Observations", 41),
        ("v1.1/FeaturesOfInterest(1)/Observations", 41),
    ]  # fmt: skip
    assert listener.heard[0][1]["@iot.selfLink"] == f"{worlds.ROOT}/Observations(5)"
    assert [(topic, message["name"]) for topic, message in listener.heard[3:6]] == [
        ("v1.1/Things", "Renamed"), ("v1.1/Things(1)", "Renamed"), ("v1.1/Things(1)/name", "Renamed"),
    ]  # fmt: skip
    told = [message.get("result") for topic, message in listener.heard[6:] if "@iot.id" in message]
    assert told == [42, 42, 42]
    assert client.values("Datastreams(2)/Observations", orderby="id desc")[0]["result"] == 42
    assert len(client.ids("Observations")) == 6
    client.close()


def test_more_changes_than_a_broker_takes_at_once_are_all_told(tmp_path, port):
    service = Service()
    client = worlds.Client(tmp_path / "records", service)
    client.make("Things", worlds.tree())
    publisher = Publisher(service, client.records, f"mqtt://127.0.0.1:{port}", worlds.ROOT)
    listener = Listener()
    rows = [[n] for n in range(100)]
    group = {"Datastream": {"@iot.id": 1}, "components": ["result"], "dataArray": rows}

    async def talk():
        await listener.connect(port)
        await publisher.start()
        await client.call("POST", "CreateObservations", [group])
        await listener.wait_for(300)
        await publisher.stop()
        await listener.client.disconnect()

    client._loop.run_until_complete(talk())

    told = [m["result"] for topic, m in listener.heard if topic == "v1.1/Observations"]
    assert told == list(range(100))
    client.close()


def test_what_the_context_broker_keeps_is_told_as_well(tmp_path, port):
    service = Service()
    client = worlds.Client(tmp_path / "records", service)
    publisher = Publisher(service, client.records, f"mqtt://127.0.0.1:{port}", worlds.ROOT)
    listener = Listener()
    now = to_iso(now_us())
    flow = {"type": "Property", "value": 3, "createdAt": now, "modifiedAt": now}
    pump = {
        "id": "urn:ngsi-ld:Pump:7", "type": ["https://words.example/Pump"], "createdAt": now,
        "modifiedAt": now, "attrs": {"https://words.example/flow": [flow]},
    }  # fmt: skip

    async def talk():
        await listener.connect(port)
        await publisher.start()
        await asyncio.sleep(0)  # it follows from now on
        touched = {"https://words.example/flow": "created"}
        await client.records.tenant("").write(
            lambda tx: put_entity(tx, pump, before=None, touched=touched)
        )
        async with asyncio.timeout(60), listener.changed:
            await listener.changed.wait_for(lambda: "v1.1/Observations" in dict(listener.heard))
        await publisher.stop()
        await listener.client.disconnect()

    client._loop.run_until_complete(talk())

    heard = dict(listener.heard)
    assert heard["v1.1/Things"]["@iot.id"] == "urn:ngsi-ld:Pump:7"
    assert heard["v1.1/Things('urn:ngsi-ld:Pump:7')/Datastreams"]["name"] == "7 flow"
    assert heard["v1.1/Observations"]["result"] == 3
    client.close()


def test_a_broker_that_is_none_or_does_not_answer_is_told(tmp_path):
    service = Service()
    client = worlds.Client(tmp_path, service)
    with pytest.raises(InputError, match="is no address of an MQTT broker"):
        Publisher(service, client.records, "http://host", worlds.ROOT)
    nowhere = f"mqtt://127.0.0.1:{free_port()}"
    with pytest.raises(InputError, match="does not answer"):
        client._loop.run_until_complete(
            Publisher(service, client.records, nowhere, worlds.ROOT).connect()
        )
    client.close()


@pytest.mark.parametrize(
    ("topic", "path"),
    [
        ("v1.1/Observations", "/Observations"),
        ("v1.1/Things(1)/Datastreams(2)/Observations", "/Things(1)/Datastreams(2)/Observations"),
        ("v1.1/Observations(1)", None), ("v1.1/Observations/$ref", None), ("v1.1/Things", None),
        ("v1.0/Observations", None), ("v1.1/Nowhere", None), ("v1.1/((", None),
    ],
)  # fmt: skip
def test_topics_of_sets_of_observations_are_known(topic, path):
    assert observations_path(topic) == path
