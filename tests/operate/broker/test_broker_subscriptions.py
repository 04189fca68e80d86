"""Subscriptions: what is refused, who hears of what, and that nothing is lost on the way."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from broker_life import Asked, Receiver, broker, receiver
from ports import running_mosquitto

from bunyad.operate import records
from bunyad.operate.broker.subscriptions import courier as courier_module

KEY = "urn:ngsi-ld:Subscription:1"
LAMP = "urn:ngsi-ld:Streetlight:1"
Story = Callable[[Asked, Receiver], Awaitable[None]]


def live(folder: Path, story: Story) -> None:
    async def run() -> None:
        async with receiver() as heard, broker(folder) as ask:
            await story(ask, heard)

    asyncio.run(run())


def subscription(heard: Receiver | str, notification: dict[str, Any] | None = None, **more: Any):
    url = heard if isinstance(heard, str) else f"{heard.url}/notify"
    told = notification or {}
    return {
        "id": KEY,
        "type": "Subscription",
        "entities": [{"type": "Streetlight"}],
        "notification": {**told, "endpoint": {"uri": url, **told.get("endpoint", {})}},
        **more,
    }


def lamp(**attributes: Any):
    return {
        "id": LAMP,
        "type": "Streetlight",
        **{name: {"type": "Property", "value": value} for name, value in attributes.items()},
    }


async def subscribe(ask: Asked, document: dict[str, Any]) -> None:
    told = await ask("POST", "/subscriptions", document)
    assert told.status == 201, told.body


@pytest.mark.parametrize(
    "fault",
    [
        {"type": "Subscribtion"},
        {"id": "no uri"},
        {"entities": []},
        {"entities": [{"id": LAMP}]},
        {"entities": [{"type": "Streetlight", "idPattern": "("}]},
        {"entities": None},
        {"watchedAttributes": []},
        {"watchedAttributes": ["power"], "timeInterval": 5},
        {"timeInterval": 0},
        {"timeInterval": 5, "throttling": 1},
        {"throttling": -1},
        {"q": "power>"},
        {"scopeQ": "Zangilan"},
        {"geoQ": {"georel": "near", "geometry": "Point", "coordinates": [1, 1]}},
        {"expiresAt": "2020-01-01T00:00:00Z"},
        {"expiresAt": "soon"},
        {"isActive": "yes"},
        {"notificationTrigger": ["entityPainted"]},
        {"datasetId": "none"},
        {"jsonldContext": "no uri"},
        {"notification": {}},
        {"notification": {"endpoint": {"uri": "ftp://a.example"}}},
        {"notification": {"endpoint": {"uri": "http://a.example", "accept": "text/plain"}}},
        {"notification": {"endpoint": {"uri": "http://a.example", "receiverInfo": [{"key": "a"}]}}},
        {"notification": {"endpoint": {"uri": "http://a.example"}, "attributes": []}},
        {"notification": {"endpoint": {"uri": "http://a.example"}, "format": "pretty"}},
        {"notification": {"endpoint": {"uri": "http://a.example"}, "join": "round"}},
        {
            "notification": {
                "endpoint": {"uri": "http://a.example"}, "format": "keyValues", "showChanges": True
            }
        },
        {
            "notification": {
                "endpoint": {"uri": "http://a.example"}, "pick": ["a"], "attributes": ["b"]
            }
        },
        {"notification": {"endpoint": {"uri": "http://a.example"}, "pick": ["a"], "omit": ["a"]}},
    ],
)  # fmt: skip
def test_a_faulty_subscription_is_refused(fault: dict[str, Any], tmp_path: Path) -> None:
    async def story(ask: Asked, _heard: Receiver) -> None:
        document = {**subscription("http://a.example"), **fault}
        told = await ask("POST", "/subscriptions", document)
        assert told.status == 400
        assert told.document["type"].endswith("/BadRequestData")

    live(tmp_path, story)


def test_a_subscription_is_kept_told_changed_and_deleted(tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        await subscribe(ask, subscription(heard, q="power>5", watchedAttributes=["power"]))
        assert (await ask("POST", "/subscriptions", subscription(heard))).status == 409
        assert (await ask("POST", "/subscriptions", raw=b"{,")).status == 400

        told = (await ask("GET", f"/subscriptions/{KEY}")).document
        assert told["status"] == "active"
        assert told["watchedAttributes"] == ["power"]
        assert told["notificationTrigger"] == ["attributeCreated", "attributeUpdated"]

        change = {"isActive": False, "q": None, "description": "asleep"}
        assert (await ask("PATCH", f"/subscriptions/{KEY}", change)).status == 204
        told = (await ask("GET", f"/subscriptions/{KEY}")).document
        assert (told["status"], told["description"]) == ("paused", "asleep")
        assert "q" not in told

        broken = {"notification": {"endpoint": None}}
        assert (await ask("PATCH", f"/subscriptions/{KEY}", broken)).status == 400
        past = {"expiresAt": "2020-01-01T00:00:00Z"}
        assert (await ask("PATCH", f"/subscriptions/{KEY}", past)).status == 400
        assert (await ask("DELETE", f"/subscriptions/{KEY}")).status == 204
        for method in ("GET", "DELETE"):
            assert (await ask(method, f"/subscriptions/{KEY}")).status == 404
        assert (await ask("PATCH", f"/subscriptions/{KEY}", change)).status == 404
        assert (await ask("GET", "/subscriptions/nothing")).status == 400

    live(tmp_path, story)


def test_subscriptions_are_told_page_by_page_in_the_readers_words(tmp_path: Path) -> None:
    link = {"link": '<{}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'}

    async def story(ask: Asked, heard: Receiver) -> None:
        context = {
            "@context": {"Lamp": "https://example.org/Lamp", "watt": "https://example.org/w"}
        }
        made = await ask("POST", "/jsonldContexts", context)
        where = f"http://broker.example{made.headers['location']}"
        for number in range(3):
            document = subscription(
                heard, entities=[{"type": "Lamp|Torch"}], watchedAttributes=["watt"],
                **{"@context": where},
            )  # fmt: skip
            await subscribe(ask, {**document, "id": f"{KEY}{number}"})

        plain = await ask("GET", "/subscriptions", limit="2", count="true")
        assert plain.headers["ngsild-results-count"] == "3"
        assert 'offset=2>;rel="next"' in plain.headers["link"]
        assert plain.document[0]["watchedAttributes"] == ["https://example.org/w"]
        assert plain.document[0]["entities"][0]["type"] == "https://example.org/Lamp|Torch"
        headers = {"link": link["link"].format(where)}
        own = await ask("GET", "/subscriptions", limit="2", offset="2", headers=headers)
        assert own.document[0]["watchedAttributes"] == ["watt"]
        assert own.document[0]["entities"] == [{"type": "Lamp|Torch"}]
        assert (await ask("GET", "/subscriptions", limit="-1")).status == 400
        assert (await ask("GET", "/subscriptions", limit="0")).status == 400

    live(tmp_path, story)


def test_a_receiver_hears_of_changes_and_of_nothing_else(tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        await subscribe(ask, subscription(heard, watchedAttributes=["power"], q="power>5"))
        await ask("POST", "/entities", lamp(power=4, name="first"))
        await ask("PATCH", f"/entities/{LAMP}/attrs", {"power": {"type": "Property", "value": 6}})
        await ask("PATCH", f"/entities/{LAMP}/attrs", {"power": {"type": "Property", "value": 6}})
        await ask("PATCH", f"/entities/{LAMP}/attrs", {"name": {"type": "Property", "value": "b"}})
        await ask("POST", "/entities", {**lamp(power=9), "id": "urn:a:2", "type": "Torch"})
        await ask("PATCH", f"/entities/{LAMP}/attrs", {"power": {"type": "Property", "value": 7}})
        letters = await heard.wait(2)

        assert [letter.data[0]["power"]["value"] for letter in letters] == [6, 7]
        assert letters[0].document["type"] == "Notification"
        assert letters[0].document["subscriptionId"] == KEY
        assert letters[0].headers["content-type"] == "application/json"
        assert "ngsi-ld-core-context" in letters[0].headers["link"]
        told = (await ask("GET", f"/subscriptions/{KEY}")).document["notification"]
        assert told["status"] == "ok"

    live(tmp_path, story)


def test_selectors_places_and_scopes_choose_whose_changes_are_told(tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        asked = subscription(
            heard,
            {"format": "keyValues", "attributes": ["power"]},
            entities=[{"type": "Streetlight", "idPattern": ":[12]$"}, {"type": "Pump", "id": LAMP}],
            geoQ={"georel": "near;maxDistance==500", "geometry": "Point", "coordinates": [46, 39]},
            scopeQ="/Zangilan/#",
        )
        await subscribe(ask, asked)
        for number, (x, scope) in enumerate(
            [(46, "/Zangilan/Aghali"), (46.001, "/Baku"), (47, "/Zangilan"), (46, "/Zangilan")]
        ):
            place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [x, 39]}}
            document = {**lamp(power=number), "id": f"urn:ngsi-ld:Streetlight:{number + 1}"}
            await ask("POST", "/entities", {**document, "location": place, "scope": scope})
        await asyncio.sleep(0)
        letters = await heard.wait(1)

        assert [letter.data for letter in letters] == [
            [{"id": LAMP, "type": "Streetlight", "scope": "/Zangilan/Aghali", "power": 0}]
        ]

    live(tmp_path, story)


@pytest.mark.parametrize(
    ("triggers", "told"),
    [
        (["entityCreated"], ["created"]),
        (["attributeCreated"], ["created", "added"]),
        (["attributeUpdated"], ["updated"]),
        (["attributeDeleted"], ["removed", "deleted"]),
        (["entityDeleted"], ["deleted"]),
        (["entityUpdated"], ["created", "updated", "added", "removed", "deleted"]),
    ],
)
def test_triggers_choose_which_changes_are_told(triggers, told, tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        await subscribe(ask, subscription(heard, notificationTrigger=triggers))
        steps = {
            "created": ("POST", "/entities", lamp(step="created")),
            "updated": ("PATCH", f"/entities/{LAMP}/attrs", {"step": {"value": "updated"}}),
            "added": ("POST", f"/entities/{LAMP}/attrs", {"more": {"value": "added"}}),
            "removed": ("DELETE", f"/entities/{LAMP}/attrs/more", None),
            "deleted": ("DELETE", f"/entities/{LAMP}", None),
        }
        counts = {}
        for name, (method, path, document) in steps.items():
            assert (await ask(method, path, document)).status < 300
            if name in told:
                await heard.wait(len(counts) + 1)
                counts[name] = len(heard.heard)
        await ask("DELETE", f"/subscriptions/{KEY}")

        assert list(counts.values()) == list(range(1, len(told) + 1))

    live(tmp_path, story)


def test_changes_are_shown_beside_what_was(tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        notification = {"showChanges": True, "sysAttrs": False}
        triggers = ["attributeUpdated", "attributeDeleted", "entityDeleted"]
        await subscribe(ask, subscription(heard, notification, notificationTrigger=triggers))
        street = {"type": "LanguageProperty", "languageMap": {"az": "küçə", "en": "street"}}
        post = {"type": "Relationship", "object": "urn:ngsi-ld:Post:1"}
        await ask("POST", "/entities", {**lamp(power=4), "street": street, "post": post})
        await ask("PATCH", f"/entities/{LAMP}/attrs", {"power": {"type": "Property", "value": 6}})
        await ask("DELETE", f"/entities/{LAMP}/attrs/street")
        await ask("DELETE", f"/entities/{LAMP}")
        updated, removed, deleted = [one.data[0] for one in await heard.wait(3)]

        assert updated["power"] == {"type": "Property", "value": 6, "previousValue": 4}
        assert removed["street"] == {
            "type": "LanguageProperty",
            "languageMap": {"@none": "urn:ngsi-ld:null"},
            "previousLanguageMap": {"az": "küçə", "en": "street"},
        }
        assert removed["power"] == {"type": "Property", "value": 6}
        assert deleted["post"] == {
            "type": "Relationship",
            "object": "urn:ngsi-ld:null",
            "previousObject": "urn:ngsi-ld:Post:1",
        }
        assert "deletedAt" in deleted

    live(tmp_path, story)


def test_one_deleted_instance_stands_beside_those_that_stay(tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        await subscribe(ask, subscription(heard, notificationTrigger=["attributeDeleted"]))
        names = [
            {"type": "Property", "value": "A"},
            {"type": "Property", "value": "B", "datasetId": "urn:set:b"},
        ]
        await ask("POST", "/entities", {**lamp(), "name": names})
        await ask("DELETE", f"/entities/{LAMP}/attrs/name", datasetId="urn:set:b")
        await ask("DELETE", f"/entities/{LAMP}/attrs/name")
        one, all_of_it = [letter.data[0]["name"] for letter in await heard.wait(2)]

        gone = {"type": "Property", "value": "urn:ngsi-ld:null", "datasetId": "urn:set:b"}
        assert one == [{"type": "Property", "value": "A"}, gone]
        assert all_of_it == "urn:ngsi-ld:null"

    live(tmp_path, story)


@pytest.mark.parametrize(("join", "inline"), [("flat", False), ("inline", True)])
def test_linked_entities_are_told_too(join: str, inline: bool, tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        await subscribe(ask, subscription(heard, {"join": join}))
        await ask("POST", "/entities", {"id": "urn:post:1", "type": "Post", "height": {"value": 8}})
        post = {"type": "Relationship", "object": "urn:post:1"}
        await ask("POST", "/entities", {**lamp(), "post": post})
        told = (await heard.wait(1))[0].data

        linked = told[0]["post"]["entity"] if inline else told[1]
        assert linked["id"] == "urn:post:1"
        assert linked["height"] == {"type": "Property", "value": 8}

    live(tmp_path, story)


def test_json_ld_and_geojson_are_sent_where_they_are_asked_for(tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        for number, media in enumerate(["application/ld+json", "application/geo+json"]):
            info = [{"key": "Authorization", "value": "Bearer x"}]
            endpoint = {"accept": media, "receiverInfo": info}
            asked = subscription(heard, {"endpoint": endpoint})
            await subscribe(ask, {**asked, "id": f"{KEY}{number}"})
        place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [46, 39]}}
        await ask("POST", "/entities", {**lamp(), "location": place})
        letters = {one.headers["content-type"]: one for one in await heard.wait(2)}

        ld = letters["application/ld+json"]
        assert "@context" in ld.data[0]
        assert "link" not in ld.headers
        assert ld.headers["authorization"] == "Bearer x"
        geo = letters["application/geo+json"].data
        assert geo["type"] == "FeatureCollection"
        assert geo["features"][0]["geometry"] == {"type": "Point", "coordinates": [46, 39]}

    live(tmp_path, story)


def test_notifications_by_the_clock_tell_all_that_match(tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        for number in range(3):
            await ask("POST", "/entities", {**lamp(power=number), "id": f"{LAMP}{number}"})
        await subscribe(ask, subscription(heard, timeInterval=0.05, q="power>0"))
        letters = await heard.wait(2)
        assert [one["id"] for one in letters[0].data] == [f"{LAMP}1", f"{LAMP}2"]

    live(tmp_path, story)


def test_throttling_keeps_notifications_apart(tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        await subscribe(ask, subscription(heard, throttling=0.1))
        await ask("POST", "/entities", lamp(power=0))
        number = 0
        while len(heard.heard) < 3:
            number += 1
            await ask("PATCH", f"/entities/{LAMP}/attrs", {"power": {"value": number}})
        at_us = [records.from_iso(letter.document["notifiedAt"]) for letter in heard.heard]
        assert all(later - at >= 100_000 for at, later in itertools.pairwise(at_us))
        assert number > 3

    live(tmp_path, story)


def test_paused_and_expired_subscriptions_are_silent(tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        soon = records.to_iso(records.now_us() + 50_000)
        await subscribe(ask, {**subscription(heard, isActive=False), "id": f"{KEY}paused"})
        await subscribe(ask, {**subscription(heard, expiresAt=soon), "id": f"{KEY}expired"})
        told = {"status": "active"}
        while told["status"] == "active":
            told = (await ask("GET", f"/subscriptions/{KEY}expired")).document
        await subscribe(ask, subscription(heard))
        await ask("POST", "/entities", lamp(power=1))
        await heard.wait(1)

        assert [letter.document["subscriptionId"] for letter in heard.heard] == [KEY]

    live(tmp_path, story)


def test_a_notification_is_sent_again_until_it_is_taken(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(courier_module, "FIRST_PAUSE_S", 0.02)

    async def story(ask: Asked, heard: Receiver) -> None:
        heard.answers = [500, 503]
        await subscribe(ask, subscription(heard))
        await ask("POST", "/entities", lamp(power=1))
        await ask("PATCH", f"/entities/{LAMP}/attrs", {"power": {"value": 2}})
        letters = await heard.wait(4)

        values = [letter.data[0]["power"]["value"] for letter in letters]
        assert values == [1, 1, 1, 2]
        assert len({letter.document["id"] for letter in letters}) == 2
        told = (await ask("GET", f"/subscriptions/{KEY}")).document["notification"]
        while told["timesSent"] < 2:
            await asyncio.sleep(0.01)
            told = (await ask("GET", f"/subscriptions/{KEY}")).document["notification"]
        assert told["timesFailed"] == 1
        assert told["status"] == "ok"
        assert told["lastFailure"] < told["lastSuccess"]

    live(tmp_path, story)


def test_a_receiver_that_refuses_is_not_asked_again(tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        heard.answers = [404]
        await subscribe(ask, subscription(heard))
        await ask("POST", "/entities", lamp(power=1))
        await ask("PATCH", f"/entities/{LAMP}/attrs", {"power": {"value": 2}})
        letters = await heard.wait(2)
        assert [letter.data[0]["power"]["value"] for letter in letters] == [1, 2]

    live(tmp_path, story)


def test_subscriptions_and_what_they_owe_outlive_the_broker(tmp_path: Path) -> None:
    async def story() -> None:
        async with receiver() as gone:
            url = gone.url
        port = int(url.rpartition(":")[2])
        async with broker(tmp_path) as ask:
            await subscribe(ask, subscription(f"{url}/notify", throttling=0.000001))
            await ask("POST", "/entities", lamp(power=1))
            told: dict[str, Any] = {}
            while told.get("status") != "failed":
                await asyncio.sleep(0.01)
                told = (await ask("GET", f"/subscriptions/{KEY}")).document["notification"]
        async with receiver(port) as heard, broker(tmp_path) as ask:
            letters = await heard.wait(1)
            assert letters[0].data[0]["power"]["value"] == 1
            await ask("PATCH", f"/entities/{LAMP}/attrs", {"power": {"value": 2}})
            await heard.wait(2)
            told = (await ask("GET", f"/subscriptions/{KEY}")).document
            assert told["throttling"] == 0.000001
            assert told["notification"]["timesFailed"] >= 1

    asyncio.run(story())


def test_notifications_beyond_those_in_memory_are_sent_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier_module, "FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(courier_module, "MOST_HELD", 2)

    async def story(ask: Asked, heard: Receiver) -> None:
        heard.answers = [503] * 3
        await subscribe(ask, subscription(heard))
        await ask("POST", "/entities", lamp(power=0))
        for number in range(1, 12):
            await ask("PATCH", f"/entities/{LAMP}/attrs", {"power": {"value": number}})
        letters = await heard.wait(15)
        assert [letter.data[0]["power"]["value"] for letter in letters[3:]] == list(range(12))

    live(tmp_path, story)


def test_a_receiver_that_is_gone_is_owed_so_many_notifications_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("MOST_HELD", 2), ("MOST_OWED", 5), ("TRIMMED_AFTER", 1)):
        monkeypatch.setattr(courier_module, name, value)

    async def story() -> None:
        async with receiver() as gone:
            url = gone.url
        port = int(url.rpartition(":")[2])
        async with broker(tmp_path) as ask:
            await subscribe(ask, subscription(f"{url}/notify"))
            await ask("POST", "/entities", lamp(power=0))
            for number in range(1, 30):
                await ask("PATCH", f"/entities/{LAMP}/attrs", {"power": {"value": number}})
            reader = ask.app.server.records.tenant("").reader()
            told: dict[str, Any] = {}
            async with asyncio.timeout(30):
                while told.get("timesDropped") != 30 - 7:
                    await asyncio.sleep(0.01)
                    told = (await ask("GET", f"/subscriptions/{KEY}")).document["notification"]
            assert reader.execute("SELECT count(*) FROM outbox").fetchone()[0] == 7
        async with receiver(port) as heard, broker(tmp_path):
            values = [one.data[0]["power"]["value"] for one in await heard.wait(7)]
            assert values == [0, 1, *range(25, 30)]

    asyncio.run(story())


def test_a_killed_broker_owes_what_it_had_committed(tmp_path: Path) -> None:
    kept = records.open_records(tmp_path, synchronous="OFF")
    tenant = kept.tenant()

    async def story() -> None:
        async with broker(tmp_path / "x") as ask:
            await subscribe(ask, subscription("http://127.0.0.1:9/notify"))
            desk_tenant = ask.app.server.records.tenant("")
            await ask("POST", "/entities", lamp(power=1))
            count = desk_tenant.reader().execute("SELECT count(*) FROM outbox").fetchone()[0]
            assert count == 1  # kept with the change, whatever becomes of the sender

    asyncio.run(story())
    assert tenant is not None
    kept.close()


def test_tenants_hear_of_their_own_only(tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        own = {"ngsild-tenant": "aghali"}
        assert (await ask("POST", "/subscriptions", subscription(heard), headers=own)).status == 201
        await ask("POST", "/entities", lamp(power=1))
        await ask("POST", "/entities", lamp(power=2), headers=own)
        letters = await heard.wait(1)
        assert letters[0].headers["ngsild-tenant"] == "aghali"
        assert letters[0].data[0]["power"]["value"] == 2
        assert (await ask("GET", "/subscriptions")).document == []

    live(tmp_path, story)


@pytest.mark.parametrize("version", ["mqtt3.1.1", "mqtt5.0"])
@pytest.mark.parametrize("quality", ["0", "1", "2"])
def test_notifications_go_over_mqtt(version: str, quality: str, tmp_path: Path) -> None:
    import orjson
    from gmqtt import Client

    async def story() -> None:
        with running_mosquitto(tmp_path) as port:
            await told_at(port)

    async def told_at(port: int) -> None:
        async with broker(tmp_path) as ask:
            heard: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
            client = Client("test")

            async def on_message(_client, topic, payload, _qos, _properties):
                heard.put_nowait((topic, orjson.loads(payload)))
                return 0

            client.on_message = on_message
            await client.connect("127.0.0.1", port)
            client.subscribe("village/#", qos=1)
            info = [
                {"key": "MQTT-QoS", "value": quality},
                {"key": "MQTT-Version", "value": version},
            ]
            endpoint = {"notifierInfo": info, "receiverInfo": [{"key": "to", "value": "all"}]}
            asked = subscription(f"mqtt://127.0.0.1:{port}/village/lamps", {"endpoint": endpoint})
            await subscribe(ask, asked)
            await ask("POST", "/entities", lamp(power=1))
            topic, message = await asyncio.wait_for(heard.get(), 60)
            await client.disconnect()

            assert topic == "village/lamps"
            assert message["metadata"]["Content-Type"] == "application/json"
            assert message["metadata"]["to"] == "all"
            assert "ngsi-ld-core-context" in message["metadata"]["Link"]
            assert message["body"]["data"][0]["power"]["value"] == 1

    asyncio.run(story())
