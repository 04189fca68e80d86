"""Servers on one database that tell one MQTT broker what is made and changed."""

from __future__ import annotations

from collections import Counter

import sensorthings_worlds as worlds
from mqtt_listener import Listener
from ports import running_mosquitto

from bunyad.operate.records import now_us, put_entity, to_iso
from bunyad.operate.sensorthings import follow
from bunyad.operate.sensorthings.publish import Publisher
from bunyad.operate.sensorthings.service import Service

FLOW = "https://words.example/flow"


def pump(number: int) -> dict[str, object]:
    now = to_iso(now_us())
    flow = {"type": "Property", "value": number, "createdAt": now, "modifiedAt": now}
    return {"id": f"urn:ngsi-ld:Pump:{number}", "type": ["https://words.example/Pump"],
            "createdAt": now, "modifiedAt": now, "attrs": {FLOW: [flow]}}  # fmt: skip


async def put(client: worlds.Client, number: int) -> None:
    entity = pump(number)
    await client.records.tenant("").write(
        lambda tx: put_entity(tx, entity, before=None, touched={FLOW: "created"})
    )


def test_each_change_is_told_once_and_each_observation_made_once(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(follow, "EVERY_S", 0.05)
    url = cluster.make_database()
    services = [Service(), Service()]
    one, other = clients = [worlds.Client(tmp_path, each, database=url) for each in services]
    one.make("Things", worlds.tree())
    listener = Listener()

    def told(topic: str) -> Counter:
        return Counter(it.get("result") for at, it in listener.heard if at == topic)

    async def talk(port: int) -> None:
        publishers = [
            Publisher(service, client.records, f"mqtt://127.0.0.1:{port}", worlds.ROOT)
            for service, client in zip(services, clients, strict=True)
        ]
        await listener.connect(port)
        for each in publishers:
            await each.start()
            await each.listening.wait()
        await one.call("POST", "Datastreams(1)/Observations", {"result": 41})
        await other.call("POST", "Datastreams(1)/Observations", {"result": 42})
        await put(one, 7)
        await put(other, 8)
        listener.client.publish("v1.1/Datastreams(2)/Observations", b'{"result": 43}', qos=1)
        everywhere = {41, 42, 43, 7, 8}
        await listener.until(lambda: told("v1.1/Observations").keys() == everywhere)
        await listener.until(lambda: len(told("v1.1/Things")) >= 1)
        # the one that told of readings, maybe: the other goes on where it left off
        await publishers[0].stop()
        await put(one, 9)
        await listener.until(lambda: 9 in told("v1.1/Observations"))
        await publishers[1].stop()
        await listener.client.disconnect()

    with running_mosquitto(tmp_path) as port:
        one._loop.run_until_complete(talk(port))

    assert told("v1.1/Observations") == Counter({41: 1, 42: 1, 43: 1, 7: 1, 8: 1, 9: 1})
    # what the listener published itself, and what it was told of it
    assert told("v1.1/Datastreams(2)/Observations") == Counter({43: 2})
    pumps = [it["@iot.id"] for at, it in listener.heard if at == "v1.1/Things"]
    assert sorted(pumps) == ["urn:ngsi-ld:Pump:7", "urn:ngsi-ld:Pump:8", "urn:ngsi-ld:Pump:9"]
    assert len(one.ids("Datastreams(2)/Observations")) == 3
    for client in clients:
        client.close()
