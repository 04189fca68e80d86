"""MultiDatastreams (OGC 18-088, clause 12): several properties observed at once."""

from __future__ import annotations

import pytest
import sensorthings_worlds as worlds

COMPLEX = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_ComplexObservation"
UNITS = [{"name": "degree", "symbol": "°C", "definition": "ucum:Cel"},
         {"name": "percent", "symbol": "%", "definition": "ucum:%"}]  # fmt: skip


def multi(**more):
    return {
        "name": "Weather", "description": "air at the pump house", "observationType": COMPLEX,
        "unitOfMeasurements": UNITS, "multiObservationDataTypes": [worlds.MEASUREMENT] * 2,
        "Sensor": worlds.sensor("station"),
        "ObservedProperties": [worlds.observed("Warmth"), worlds.observed("Dampness")], **more,
    }  # fmt: skip


def observation(*result, time="2026-01-01T00:00:00Z"):
    return worlds.observation(time, list(result))


@pytest.fixture(params=["files", "postgresql"])
def client(request, tmp_path):
    client = worlds.Client(tmp_path, database=worlds.empty_database(request))
    client.make("Things", worlds.tree())
    yield client
    client.close()


@pytest.fixture
def made(client):
    observations = [observation(20, 40), observation(25, 65, time="2026-01-02T00:00:00Z")]
    return client.make("Things(1)/MultiDatastreams", multi(Observations=observations))


def test_a_multidatastream_has_the_standards_properties_and_relations(client, made):
    told = client.get(made)
    key = told["@iot.id"]

    assert made == f"MultiDatastreams({key})"
    assert {"name", "description", "observationType", "unitOfMeasurements", "phenomenonTime",
            "multiObservationDataTypes", "observedArea", "Thing@iot.navigationLink",
            "Sensor@iot.navigationLink", "ObservedProperties@iot.navigationLink",
            "Observations@iot.navigationLink"} <= set(told)  # fmt: skip
    assert (told["observationType"], told["unitOfMeasurements"]) == (COMPLEX, UNITS)
    assert told["phenomenonTime"] == "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"
    assert client.get(f"{made}/Thing")["@iot.id"] == 1
    assert client.get(f"{made}/Sensor")["name"] == "station"
    assert [o["result"] for o in client.values(f"{made}/Observations")] == [[20, 40], [25, 65]]
    for link in ("Thing", "Sensor", "ObservedProperties", "Observations"):
        client.get(told[f"{link}@iot.navigationLink"])


def test_observed_properties_stand_in_the_order_they_were_given_in(client, made):
    new = [client.key("ObservedProperties", worlds.observed(name)) for name in ("A", "B")]
    links = [{"@iot.id": new[1]}, {"@iot.id": new[0]}]
    other = client.make("Things(1)/MultiDatastreams", multi(ObservedProperties=links))

    assert client.ids(f"{other}/ObservedProperties") == [new[1], new[0]]
    assert client.ids(f"{other}/ObservedProperties", orderby="id") == new
    page = client.get(f"{other}/ObservedProperties", top=1)
    assert client.ids(page["@iot.nextLink"]) == [new[0]]
    expanded = client.get(other, expand="ObservedProperties($select=name)")
    assert expanded["ObservedProperties"] == [{"name": "B"}, {"name": "A"}]
    few = client.get(other, expand="ObservedProperties($select=name;$top=1)")
    assert few["ObservedProperties"] == [{"name": "B"}]
    assert client.get(f"ObservedProperties({new[0]})", expand="MultiDatastreams")[
        "MultiDatastreams"][0]["name"] == "Weather"  # fmt: skip
    client.ask("PATCH", other, {"ObservedProperties": [{"@iot.id": each} for each in new]})
    assert client.ids(f"{other}/ObservedProperties") == new


def test_the_two_kinds_of_datastreams_are_told_apart_everywhere(client, made):
    assert len(client.ids("Datastreams")) == 2
    assert len(client.ids("MultiDatastreams")) == 1
    key = client.ids("MultiDatastreams")[0]
    (first, *_), (last, *_) = (
        client.values("Observations", orderby=f"id {way}") for way in ("asc", "desc")
    )
    assert "MultiDatastream@iot.navigationLink" not in first
    assert "Datastream@iot.navigationLink" in first
    assert "Datastream@iot.navigationLink" not in last
    assert last["MultiDatastream@iot.navigationLink"].endswith("/MultiDatastream")
    path = f"Observations({last['@iot.id']})"
    assert client.get(f"{path}/MultiDatastream")["@iot.id"] == key
    assert client.ask("GET", f"{path}/Datastream").status == 404
    assert client.ask("GET", f"Datastreams({key})").status == 404
    thing = client.get("Things(1)", expand="Datastreams,MultiDatastreams/Observations")
    assert (len(thing["Datastreams"]), len(thing["MultiDatastreams"][0]["Observations"])) == (2, 2)
    both = client.get(path, expand="Datastream,MultiDatastream")
    assert ("Datastream" in both, both["MultiDatastream"]["@iot.id"]) == (False, key)
    assert len(client.ids("Observations", filter=f"MultiDatastream/id eq {key}")) == 2
    assert client.ids("Observations", filter=f"Datastream/id eq {key}") == []
    assert len(client.ids("Observations", filter="Datastream/id ne null")) == 4
    assert client.ids("Things", filter="MultiDatastreams/ObservedProperties/name eq 'Warmth'") == [
        1
    ]
    assert client.ids("Observations", filter="result[1] gt 50") == [last["@iot.id"]]


@pytest.mark.parametrize("client", ["files"], indirect=True)
@pytest.mark.parametrize(
    "fault",
    [
        {"unitOfMeasurements": UNITS[:1]}, {"multiObservationDataTypes": [worlds.MEASUREMENT]},
        {"ObservedProperties": [worlds.observed()]}, {"ObservedProperties": []},
        {"unitOfMeasurements": {"name": "x"}}, {"multiObservationDataTypes": "x"},
        {"observationType": worlds.MEASUREMENT}, {"Observations": [observation(1)]},
        {"Observations": [worlds.observation("2026-01-01T00:00:00Z", 5)]}, {"name": None},
        {"Sensor": {"@iot.id": 999}},
    ],
)  # fmt: skip
def test_sizes_that_do_not_agree_are_refused_and_leave_nothing(client, fault):
    answer = client.ask("POST", "Things(1)/MultiDatastreams", multi(**fault))

    assert answer.status == 400, answer.text
    assert client.ids("MultiDatastreams") == []
    assert len(client.ids("Observations")) == 4


def test_changes_keep_the_sizes(client, made):
    (first, _) = client.ids(f"{made}/Observations")

    for path, body in (
        (made, {"unitOfMeasurements": UNITS * 2}), (made, {"ObservedProperties": [{"@iot.id": 1}]}),
        (f"Observations({first})", {"result": [1]}), (f"Observations({first})", {"result": 5}),
        (f"Observations({first})", {"Datastream": {"@iot.id": 1}, "MultiDatastream": {"@iot.id": 3}}),
    ):  # fmt: skip
        answer = client.ask("PATCH", path, body)
        assert answer.status == 400, (path, body, answer.text)
    assert client.ask("PATCH", f"Observations({first})", {"result": [1, 2]}).status == 200
    units = [UNITS[1], UNITS[0]]
    assert (
        client.ask("PATCH", made, {"unitOfMeasurements": units}).json["unitOfMeasurements"] == units
    )
    both = {"Datastream": {"@iot.id": 1}, "MultiDatastream": {"@iot.id": 3}}
    assert client.ask("POST", "Observations", {"result": [1, 2], **both}).status == 400


def test_data_arrays_hold_observations_of_both_kinds(client, made):
    key = client.ids("MultiDatastreams")[0]
    group = {"MultiDatastream": {"@iot.id": key}, "components": ["phenomenonTime", "result"],
             "dataArray": [["2026-01-03T00:00:00Z", [1, 2]], ["2026-01-03T00:00:00Z", [1]]]}  # fmt: skip

    links = client.ask("POST", "CreateObservations", [group]).json
    tables = client.values("Observations", resultFormat="dataArray")

    assert client.get(links[0])["result"] == [1, 2]
    assert links[1] == "error"
    assert [next(iter(each)) for each in tables] == [
        "Datastream@iot.navigationLink", "Datastream@iot.navigationLink",
        "MultiDatastream@iot.navigationLink",
    ]  # fmt: skip
    assert tables[2]["dataArray@iot.count"] == 3


@pytest.mark.parametrize("what", ["", "/Thing", "/Sensor", "/ObservedProperties"])
def test_a_multidatastream_goes_with_what_it_needs(client, made, what):
    gone = client.get(f"{made}{what}")
    entity = gone["value"][0] if "value" in gone else gone

    assert client.ask("DELETE", entity["@iot.selfLink"]).status == 200

    assert client.ids("MultiDatastreams") == []
    assert len(client.ids("Observations")) == (0 if what == "/Thing" else 4)
    db = client.records.tenant("").reader()
    for table in ("sensorthings_multi", "sensorthings_multi_property"):
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_deep_inserts_bring_multidatastreams_along(client):
    client.make("Sensors", {**worlds.sensor("new"), "MultiDatastreams": [
        {**{k: v for k, v in multi().items() if k != "Sensor"}, "Thing": {"@iot.id": 1}}]})  # fmt: skip
    one = {"ObservedProperties": [], "unitOfMeasurements": UNITS[:1], "Thing": {"@iot.id": 1},
           "multiObservationDataTypes": [worlds.MEASUREMENT]}  # fmt: skip
    client.make(
        "ObservedProperties", {**worlds.observed("Own"), "MultiDatastreams": [multi(**one)]}
    )

    assert len(client.ids("Things(1)/MultiDatastreams")) == 2
    assert client.ids("MultiDatastreams", filter="ObservedProperties/name eq 'Own'") != []
