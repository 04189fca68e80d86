"""Changes told over MQTT, and Observations made by it."""

from __future__ import annotations

import asyncio

import pytest
import sensorthings_worlds as worlds
from mqtt_listener import Listener
from ports import free_port, running_mosquitto

from bunyad.errors import InputError
from bunyad.operate.records import now_us, put_entity, to_iso
from bunyad.operate.sensorthings.changes.work import Touched
from bunyad.operate.sensorthings.extended import Extended
from bunyad.operate.sensorthings.listened import LOG, MOST, MOST_CLIENTS, Listened
from bunyad.operate.sensorthings.publish import Publisher, observations_path
from bunyad.operate.sensorthings.service import Service


@pytest.fixture
def port(tmp_path):
    with running_mosquitto(tmp_path) as port:
        yield port


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
        await listener.wait_for(7)
        listener.client.publish("v1.1/Datastreams(2)/Observations", b'{"result": 42}', qos=1)
        listener.client.publish("v1.1/Datastreams(2)/Observations", b'{"nonsense": 1}', qos=1)
        await listener.wait_for(7 + 2 + 3)
        await publisher.stop()
        await listener.client.disconnect()

    client._loop.run_until_complete(talk())

    first = [(topic, message.get("result")) for topic, message in listener.heard[:3]]
    assert first == [
        ("v1.1/Observations", 41), ("v1.1/Datastreams(1)/Observations", 41),
        ("v1.1/FeaturesOfInterest(1)/Observations", 41),
    ]  # fmt: skip
    assert listener.heard[0][1]["@iot.selfLink"] == f"{worlds.ROOT}/Observations(5)"
    assert [(topic, message["name"]) for topic, message in listener.heard[3:7]] == [
        ("v1.1/Things", "Renamed"), ("v1.1/Locations(1)/Things", "Renamed"),
        ("v1.1/Things(1)", "Renamed"), ("v1.1/Things(1)/name", "Renamed"),
    ]  # fmt: skip
    told = [message.get("result") for topic, message in listener.heard[7:] if "@iot.id" in message]
    assert told == [42, 42, 42]
    assert client.values("Datastreams(2)/Observations", orderby="id desc")[0]["result"] == 42
    assert len(client.ids("Observations")) == 6
    client.close()


def test_what_is_subscribed_is_told_as_asked_for(tmp_path, port):
    service = Service()
    client = worlds.Client(tmp_path / "records", service)
    client.make("Things", worlds.tree())
    publisher = Publisher(service, client.records, f"mqtt://127.0.0.1:{port}", worlds.ROOT)
    chosen = "v1.1/Observations?$select=result,phenomenonTime&$filter=result gt 7"
    expanded = (
        "v1.1/Things(1)/Datastreams(1)/Observations?$select=result&$expand=Datastream($select=name)"
    )
    topics = [chosen, expanded, "v1.1/Datastreams(1)/Thing", "v1.1/Datastreams(1)/Thing/name"]
    listener = Listener()

    async def talk():
        await publisher.start()
        async with asyncio.timeout(60):
            await publisher.listening.wait()
            await listener.connect(port, *topics)
            while len(publisher._listened) < len(topics):  # noqa: ASYNC110  (its log comes by itself)
                await asyncio.sleep(0.02)
        at = {"phenomenonTime": "2016-01-01T00:00:00Z"}
        for datastream, result in ((1, 5), (2, 8), (1, 9)):
            await client.call(
                "POST", f"Datastreams({datastream})/Observations", {"result": result, **at}
            )
        await listener.wait_for(4)
        await client.call("PATCH", "Things(1)", {"name": "Renamed"})
        await listener.wait_for(6)
        await publisher.stop()
        await listener.client.disconnect()

    async def talk_again():
        again = Publisher(service, client.records, f"mqtt://127.0.0.1:{port}", worlds.ROOT)
        await again.start()
        assert len(again._listened) == 4
        await again.stop()

    client._loop.run_until_complete(talk())
    client._loop.run_until_complete(talk_again())

    name = client.get("Datastreams(1)")["name"]
    assert listener.heard[:4] == [
        (expanded, {"result": 5, "Datastream": {"name": name}}),
        (chosen, {"result": 8, "phenomenonTime": "2016-01-01T00:00:00Z"}),
        (chosen, {"result": 9, "phenomenonTime": "2016-01-01T00:00:00Z"}),
        (expanded, {"result": 9, "Datastream": {"name": name}}),
    ]
    assert listener.heard[4][0] == "v1.1/Datastreams(1)/Thing"
    assert listener.heard[5] == ("v1.1/Datastreams(1)/Thing/name", {"name": "Renamed"})
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


def test_who_may_hear_of_the_times_of_datastreams_is_known():
    listened = Listened()
    assert listened.wants_times  # nobody says who listens
    assert listened.hears("v1.1/Datastreams(1)")

    listened.hear(f"{LOG}subscribe", "1: bunyad-sensorthings-1 1 v1.1/#")
    listened.hear(f"{LOG}subscribe", "1: a 0 v1.1/Things")
    assert not listened.wants_times
    for topic in ("v1.1/+/Datastreams", "#", "v1.1/Datastreams(1)", "v1.1/MultiDatastreams"):
        assert listened.hear(f"{LOG}subscribe", f"1: a 0 {topic}") == {topic}
        assert listened.hears("v1.1/Things(1)/Datastreams") == (
            topic in {"v1.1/+/Datastreams", "#"}
        )
        assert listened.hears("v1.1/Datastreams(1)") == (topic in {"v1.1/Datastreams(1)", "#"})
        assert listened.hear(f"{LOG}unsubscribe", f"1: a {topic}") == {topic}
    assert not listened.wants_times
    assert said(listened) == []


def test_times_of_datastreams_are_told_once_a_batch_and_only_where_they_are_others(tmp_path):
    touched = []
    client = worlds.Client(tmp_path, Service((lambda _, each: touched.extend(each),)))
    client.make("Things", worlds.tree())
    extended = Extended()

    def post(datastream, *times):
        touched.clear()
        rows = [[f"2030-01-01T00:{minute:02d}:00Z", 1] for minute in times]
        group = {"Datastream": {"@iot.id": datastream}, "dataArray": rows,
                 "components": ["phenomenonTime", "result"]}  # fmt: skip
        client.ask("POST", "CreateObservations", [group])
        return extended.by(client.records.tenant("").reader(), touched)

    assert post(1, 1, 2, 3) == [Touched("Datastream", 1, ("phenomenonTime",))]
    assert post(1, 2) == []  # within
    assert post(1, 4) == [Touched("Datastream", 1, ("phenomenonTime",))]
    assert Extended().by(client.records.tenant("").reader(), touched) != []
    assert extended.by(client.records.tenant("").reader(), [Touched("Thing", 1, ("name",))]) == []
    client.make("Datastreams(2)/Observations", {"result": 1, "resultTime": "2031-01-01T00:00:00Z",
                "phenomenonTime": "2010-01-01T00:00:00Z"})  # fmt: skip
    assert extended.by(client.records.tenant("").reader(), touched) == [
        Touched("Datastream", 2, ("phenomenonTime", "resultTime"))
    ]
    client.close()


def test_who_listens_to_a_datastream_hears_of_its_times(tmp_path, port):
    service = Service()
    client = worlds.Client(tmp_path / "records", service)
    client.make("Things", worlds.tree())
    publisher = Publisher(service, client.records, f"mqtt://127.0.0.1:{port}", worlds.ROOT)
    chosen = "v1.1/Datastreams?$select=phenomenonTime"
    topics = [
        "v1.1/Datastreams(1)",
        "v1.1/Datastreams(1)/phenomenonTime",
        "v1.1/Sensors(2)/+",
        chosen,
    ]
    listener = Listener()

    async def talk():
        await publisher.start()
        async with asyncio.timeout(60):
            await publisher.listening.wait()
            await listener.connect(port, *topics)
            while len(publisher._listened._clients) < len(topics):  # noqa: ASYNC110  (its log comes by itself)
                await asyncio.sleep(0.02)
        for datastream in (1, 2):
            at = {"phenomenonTime": "2030-01-01T00:00:00Z"}
            await client.call(
                "POST", f"Datastreams({datastream})/Observations", {"result": 1, **at}
            )
        await listener.wait_for(5)
        await publisher.stop()
        await listener.client.disconnect()

    client._loop.run_until_complete(talk())

    heard = sorted(
        (topic, message["phenomenonTime"].split("/")[1]) for topic, message in listener.heard
    )
    until = "2030-01-01T00:00:00Z"
    assert heard == sorted((topic, until) for topic in (*topics[:2], "v1.1/Sensors(2)/Datastreams",
                                                        chosen, chosen))  # fmt: skip
    client.close()


def said(listened):
    return [topic.text for topic in listened]


def test_the_brokers_log_tells_who_listens_to_what_until_nobody_does():
    topic = "v1.1/Things?$orderby=name desc&$select=name"
    listened = Listened()

    assert listened.hear(f"{LOG}subscribe", f"1795367967: cl ient 0 {topic}") == {topic}
    assert listened.hear(f"{LOG}subscribe", f"1795367968: other 1 {topic}") == {topic}
    assert listened.hear(f"{LOG}subscribe", f"other 1 {topic}") == set()
    assert (said(listened), listened.clients(topic)) == ([topic], ["cl ient", "other"])
    assert listened.hear(f"{LOG}unsubscribe", f"1795367969: nobody {topic}") == set()
    assert listened.hear(f"{LOG}unsubscribe", f"1795367969: cl ient {topic}") == {topic}
    assert said(listened) == [topic]
    assert listened.hear(f"{LOG}unsubscribe", f"1795367969: other {topic}") == {topic}
    assert said(listened) == []


def test_listeners_that_come_back_under_ever_new_names_are_few():
    topic = "v1.1/Things?$select=name"
    listened = Listened()
    for n in range(MOST_CLIENTS + 5):
        assert listened.hear(f"{LOG}subscribe", f"1: auto-{n} 0 {topic}") == {topic}

    assert listened.clients(topic) == [f"auto-{n}" for n in range(5, MOST_CLIENTS + 5)]


@pytest.mark.parametrize(
    "topic",
    ["v1.1/Things", "v1.1/Things(1)/name", "v1.1/Nowhere?$top=1",
     "v1.1/Things(1)/Locations", "v1.1/Things/$ref", "v1.1/Things?$filter=(", "elsewhere/a", "v1.1/"],
)  # fmt: skip
def test_topics_that_are_told_anyway_or_name_nothing_are_not_kept(topic):
    assert Listened().hear(f"{LOG}subscribe", f"1: a 0 {topic}") == set()


def test_no_more_topics_are_known_than_can_be_told_in_time():
    listened = Listened((f"v1.1/Things?$top={n}", ["a"]) for n in range(MOST))

    changed = listened.hear(f"{LOG}subscribe", "1: b 0 v1.1/Things?$top=1000")

    assert changed == {"v1.1/Things?$top=0", "v1.1/Things?$top=1000"}
    assert len(listened) == MOST


def test_an_area_that_grew_is_told_as_a_change_of_the_datastream(tmp_path):
    touched = []
    client = worlds.Client(tmp_path, Service((lambda _, each: touched.extend(each),)))
    client.make("Things", worlds.tree())
    touched.clear()

    far = {"type": "Point", "coordinates": [1, 2]}
    client.make(
        "Datastreams(1)/Observations",
        {"result": 1, "FeatureOfInterest": worlds.feature(place=far)},
    )
    client.make("Datastreams(1)/Observations", {"result": 1})

    areas = [each for each in touched if each.kind == "Datastream"]
    assert [(each.key, each.changed) for each in areas] == [(1, ("observedArea",))]
    client.close()
