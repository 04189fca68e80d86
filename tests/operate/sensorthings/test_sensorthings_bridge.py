"""Entities of the context broker as Things, and Observations as their attributes' values."""

from __future__ import annotations

import asyncio

import pytest
import sensorthings_worlds as worlds

from bunyad.operate.records import (
    delete_entity,
    last_values,
    load_entity,
    load_readings,
    now_us,
    put_entity,
    to_iso,
)

PUMP = "urn:ngsi-ld:Pump:7"
WORDS = "https://words.example/"
LOCATION = "https://uri.etsi.org/ngsi-ld/location"


@pytest.fixture(params=["files", "postgresql"])
def client(request, tmp_path):
    client = worlds.Client(tmp_path, database=worlds.empty_database(request))
    yield client
    client.close()


def prop(value, at=None, **more):
    now = to_iso(now_us())
    own = {"type": "Property", "value": value, "createdAt": now, "modifiedAt": now, **more}
    return own | ({} if at is None else {"observedAt": at})


def place(x, y):
    return prop({"type": "Point", "coordinates": [x, y]}) | {"type": "GeoProperty"}


def entity(attrs, key=PUMP):
    now = to_iso(now_us())
    return {
        "id": key, "type": [f"{WORDS}WaterPump"], "createdAt": now, "modifiedAt": now,
        "attrs": {iri if "/" in iri else WORDS + iri: [it] for iri, it in attrs.items()},
    }  # fmt: skip


def write(client, job):
    async def run():
        return await client.records.tenant("").write(job)

    return client._loop.run_until_complete(run())


def putting(attrs, key=PUMP, touched=None):
    def job(tx):
        before = load_entity(tx.db, key)
        after = entity(attrs, key)
        for instances in after["attrs"].values():
            for instance in instances:
                instance["modifiedAt"] = after["modifiedAt"]
        put_entity(
            tx, after, before=before, touched=touched or dict.fromkeys(after["attrs"], "updated")
        )

    return job


def put(client, attrs, key=PUMP, touched=None):
    write(client, putting(attrs, key, touched))


def read(client, key=PUMP):
    return load_entity(client.records.tenant("").reader(), key)


def test_an_entity_with_numbers_shows_as_a_thing_with_datastreams(client):
    put(client, {
        "name": prop("Pump 7"), "pressure": prop(3.5, "2026-11-01T00:00:00Z", unitCode="BAR"),
        "state": prop("on"), LOCATION: place(46.6, 39.3),
    })  # fmt: skip

    (thing,) = client.values("Things", expand="Locations,Datastreams($expand=Observations,"
                             "ObservedProperty,Sensor)")  # fmt: skip
    (stream,) = thing["Datastreams"]

    assert (thing["@iot.id"], thing["name"]) == (PUMP, "Pump 7")
    assert thing["Locations"][0]["location"]["coordinates"] == [46.6, 39.3]
    assert stream["unitOfMeasurement"]["symbol"] == "BAR"
    assert stream["ObservedProperty"]["definition"] == f"{WORDS}pressure"
    assert stream["Sensor"]["name"] == "WaterPump"
    assert [(o["phenomenonTime"], o["result"]) for o in stream["Observations"]] == [
        ("2026-11-01T00:00:00Z", 3.5)
    ]
    assert stream["phenomenonTime"] == "2026-11-01T00:00:00Z/2026-11-01T00:00:00Z"


def test_new_values_of_the_attribute_are_new_observations(client):
    put(client, {"pressure": prop(1, "2026-11-01T00:00:00Z")})
    path = f"Datastreams({client.ids('Datastreams')[0]})"
    put(client, {"pressure": prop(2, "2026-11-02T00:00:00Z")})

    assert [o["result"] for o in client.values(f"{path}/Observations")] == [1, 2]
    assert client.get(path)["phenomenonTime"].endswith("/2026-11-02T00:00:00Z")
    assert client.ids("Observations", filter="result gt 1") == [2]
    assert client.get("Observations(2)/FeatureOfInterest")["encodingType"] == "text/plain"
    assert client.ids("FeaturesOfInterest(1)/Observations") == [1, 2]
    assert client.ids("Things", filter="Datastreams/Observations/result eq 2") == [PUMP]


def test_an_observation_becomes_the_value_of_the_attribute_unless_it_is_older(client):
    put(client, {"pressure": prop(1, "2026-11-02T00:00:00Z", unitCode="BAR"), "flow": prop(5)})
    stream = client.ids("Datastreams", filter="ObservedProperty/name eq 'pressure'")[0]

    made = client.make(f"Datastreams({stream})/Observations",
                       worlds.observation("2026-11-03T00:00:00Z", 4.25, parameters={"by": "hand"}))  # fmt: skip
    client.make(
        f"Datastreams({stream})/Observations", worlds.observation("2026-11-01T00:00:00Z", 9)
    )

    (instance,) = read(client)["attrs"][f"{WORDS}pressure"]
    assert (instance["value"], instance["observedAt"], instance["unitCode"]) == (
        4.25, "2026-11-03T00:00:00Z", "BAR",
    )  # fmt: skip
    assert read(client)["attrs"][f"{WORDS}flow"][0]["value"] == 5
    assert client.get(made)["parameters"] == {"by": "hand"}
    results = client.values(f"Datastreams({stream})/Observations", orderby="phenomenonTime")
    assert [each["result"] for each in results] == [9, 1, 4.25]
    tenant = client.records.tenant("")
    assert last_values(tenant.reader(), [stream])[stream][1] == 4.25
    assert len(load_readings(tenant.reader(), stream)) == 3


def test_subscribers_of_the_broker_learn_of_observations(client):
    put(client, {"pressure": prop(1, "2026-11-02T00:00:00Z")})
    stream = client.ids("Datastreams")[0]
    seen = []
    client.records.tenant("").after_commit.append(seen.extend)

    client.make(
        f"Datastreams({stream})/Observations", worlds.observation("2026-11-03T00:00:00Z", 4)
    )

    write(client, lambda tx: None)  # the writer has told of the last group by then
    assert [(each.id, each.touched) for each in seen] == [(PUMP, {f"{WORDS}pressure": "updated"})]


def test_what_shows_an_entity_is_deleted_in_the_broker_only(client):
    put(client, {"pressure": prop(1)})
    stream = client.ids("Datastreams")[0]

    for path in (f"Things('{PUMP}')", f"Datastreams({stream})"):
        assert client.ask("DELETE", path).status == 409
    assert client.ask("PATCH", "Observations(1)", {"result": 2}).status == 409

    write(client, lambda tx: delete_entity(tx, load_entity(tx.db, PUMP)))
    assert client.ids("Things") == client.ids("Datastreams") == client.ids("Observations") == []

    put(client, {"pressure": prop(8)})
    assert client.ids("Things") == [PUMP]
    assert client.values("Observations", orderby="id desc")[0]["result"] == 8


def test_an_entity_that_moves_leaves_historical_locations(client):
    put(client, {"pressure": prop(1), LOCATION: place(46, 39)})
    assert client.ids("Things") == [PUMP]
    put(client, {"pressure": prop(2), LOCATION: place(47, 40)})

    assert client.values(f"Things('{PUMP}')/Locations")[0]["location"]["coordinates"] == [47, 40]
    assert len(client.ids("HistoricalLocations")) == 2


def test_things_made_here_and_entities_stand_side_by_side(client):
    client.make("Things", worlds.tree())
    for n in range(3):
        put(client, {"level": prop(n)}, key=f"urn:ngsi-ld:Tank:{n}")

    assert len(client.ids("Things")) == 4
    assert len(client.ids("Datastreams")) == 5
    assert len(client.ids("Sensors")) == 3
    assert sorted(o["result"] for o in client.values("Observations")) == [0, 1, 2, 3, 4, 5, 6]


def test_many_ask_at_once_and_see_each_new_entity_once(client):
    put(client, {"level": prop(1)})

    async def ask():
        return await asyncio.gather(*(client.call("GET", "Things") for _ in range(8)))

    answers = client._loop.run_until_complete(ask())
    assert {len(each.json["value"]) for each in answers} == {1}


def test_old_observations_of_things_made_here_are_not_moved_away(client):
    from bunyad.operate.records.history import archive_readings

    client.make("Things", worlds.tree())
    put(client, {"pressure": prop(3.5, "2015-11-01T00:00:00Z")})
    assert len(client.ids("Observations")) == 5

    assert archive_readings(client.records.tenant(""), keep_days=35) == 1

    # Of what came from elsewhere the latest stays; of what was made here, all.
    put(client, {"pressure": prop(4.5, "2015-11-02T00:00:00Z")})
    archive_readings(client.records.tenant(""), keep_days=35)
    results = [each["result"] for each in client.values("Observations")]
    assert results == [3, 4, 5, 6, 4.5]


def test_a_large_village_is_shown_some_at_a_time(client, monkeypatch):
    from bunyad.operate.sensorthings import bridge

    monkeypatch.setattr(bridge, "AT_ONCE", 2)
    for n in range(5):
        put(client, {"level": prop(n), "flow": prop(n)}, key=f"urn:ngsi-ld:Tank:{n}")

    assert len(client.ids("Datastreams")) == 10
    assert len(client.ids("Things")) == 5
    assert len(client.ids("Datastreams")) == 10


def test_a_new_name_of_an_entity_is_that_of_its_thing_and_datastreams(client):
    put(client, {"name": prop("Pump 7"), "pressure": prop(1)})
    assert client.values("Datastreams")[0]["name"] == "Pump 7 pressure"

    put(client, {"name": prop("Upper pump"), "pressure": prop(1)})

    (thing,) = client.values("Things", expand="Datastreams")
    assert (thing["name"], thing["Datastreams"][0]["name"]) == ("Upper pump", "Upper pump pressure")
    assert thing["Datastreams"][0]["description"] == "pressure of Upper pump"


@pytest.mark.parametrize("client", ["files"], indirect=True)  # MQTT is for files
def test_what_the_broker_keeps_is_followed_without_gap_or_repetition(client):
    from bunyad.operate.sensorthings.follow import Follower

    put(client, {"name": prop("Old"), "pressure": prop(0)})
    client.make("Things", worlds.tree())
    stream = client.ids("Datastreams", filter="ObservedProperty/name eq 'pressure'")[0]

    async def follow():
        follower = Follower(client.records.tenant(""))
        news = []

        async def collect():
            async for touched in follower.news():
                news.append((touched.kind, touched.changed))
                if [kind for kind, _ in news].count("Observation") == 4:
                    return

        task = asyncio.create_task(collect())
        tenant = client.records.tenant("")
        await tenant.write(putting({"name": prop("New"), "pressure": prop(1)}))
        await tenant.write(putting({"pressure": prop(2), "level": prop(5)}))
        path = f"Datastreams({stream})/Observations"
        await client.call(
            "POST", path, worlds.observation("2040-01-01T00:00:00Z", 9)
        )  # told already
        await tenant.write(
            putting({"level": prop(5), LOCATION: place(46, 39)}, "urn:ngsi-ld:Tank:1")
        )
        await asyncio.wait_for(task, 60)
        follower.stop()
        return news

    news = client._loop.run_until_complete(follow())

    kinds = [kind for kind, _ in news]
    assert ("Thing", ("name",)) in news
    assert ("Datastream", ("name", "description")) in news
    assert [kinds.count(kind) for kind in ("Thing", "Datastream", "Location")] == [2, 3, 1]
