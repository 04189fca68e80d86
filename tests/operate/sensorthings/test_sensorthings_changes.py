"""What POST, PATCH, PUT and DELETE do, and what they refuse."""

from __future__ import annotations

import json

import pytest
import sensorthings_worlds as worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from store.postgresql import database_of


@pytest.fixture(params=["files", "postgresql"])
def client(request, tmp_path):
    client = worlds.Client(tmp_path, database=worlds.empty_database(request))
    yield client
    client.close()


@pytest.fixture
def full(client):
    client.make("Things", worlds.tree())
    return client


@pytest.fixture
def kept(tmp_path):
    """As `full`, in files only: what refuses a body does not ask which database there is."""
    client = worlds.Client(tmp_path)
    client.make("Things", worlds.tree())
    yield client
    client.close()


def test_each_kind_is_made_alone_and_read_back(full):
    for name, body in (
        ("Things", worlds.thing()), ("Locations", worlds.location()),
        ("HistoricalLocations", {"time": "2015-03-03T00:00:00Z", "Thing": {"@iot.id": 1}}),
        ("Sensors", worlds.sensor()), ("ObservedProperties", worlds.observed()),
        ("FeaturesOfInterest", worlds.feature()),
        ("Observations", {"result": 7.5, "phenomenonTime": "2015-03-03T00:00:00.000Z",
                          "Datastream": {"@iot.id": 1}}),
        ("Datastreams", worlds.datastream(Thing={"@iot.id": 1}, Sensor={"@iot.id": 1},
                                          ObservedProperty={"@iot.id": 2})),
    ):  # fmt: skip
        answer = full.ask("POST", name, body)
        assert (answer.status, answer.body) == (201, b"")
        entity = full.get(answer.headers["location"])
        relations = {"Thing", "Sensor", "ObservedProperty", "Datastream"}
        assert {member: entity[member] for member in body if member not in relations} == {
            member: it for member, it in body.items() if member not in relations
        }  # fmt: skip


def test_a_new_entity_is_shown_where_asked_for(client):
    answer = client.ask(
        "POST", "Things", worlds.thing(), headers={"prefer": "return=representation"}
    )

    assert answer.json["name"] == "Pump house"
    assert answer.json["@iot.selfLink"] == answer.headers["location"]


def test_a_deep_insert_makes_the_whole_tree(full):
    assert {name: len(full.ids(name)) for name in (
        "Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors",
        "ObservedProperties", "Observations", "FeaturesOfInterest",
    )} == {
        "Things": 1, "Locations": 1, "HistoricalLocations": 1, "Datastreams": 2, "Sensors": 2,
        "ObservedProperties": 2, "Observations": 4, "FeaturesOfInterest": 1,
    }  # fmt: skip


def test_a_deep_insert_that_fails_leaves_nothing(client):
    broken = worlds.tree()
    del broken["Datastreams"][1]["Sensor"]["metadata"]

    answer = client.ask("POST", "Things", broken)

    assert answer.status == 400
    assert answer.json["message"] == "body: Sensor lacks 'metadata'. Give its metadata."
    assert client.ids("Things") == client.ids("Sensors") == client.ids("Observations") == []


@pytest.mark.parametrize(
    ("path", "body", "relation", "back"),
    [
        ("Things(1)/Locations", worlds.location("new"), "Things", 1),
        ("Locations(1)/Things", worlds.thing("new"), "Locations", 1),
        ("Things(1)/HistoricalLocations", {"time": "2024-01-15T12:00:00Z",
         "Locations": [{"@iot.id": 1}]}, "Thing", 1),
        ("Datastreams(2)/Observations", {"result": 1}, "Datastream", 2),
        ("Things(1)/Datastreams(2)/Observations", {"result": 1}, "Datastream", 2),
        ("FeaturesOfInterest(1)/Observations", {"result": 1, "Datastream": {"@iot.id": 1}},
         "FeatureOfInterest", 1),
        ("Things(1)/Datastreams", worlds.datastream(Sensor={"@iot.id": 1},
         ObservedProperty={"@iot.id": 1}), "Thing", 1),
        ("Sensors(2)/Datastreams", worlds.datastream(Thing={"@iot.id": 1},
         ObservedProperty={"@iot.id": 1}), "Sensor", 2),
        ("ObservedProperties(2)/Datastreams", worlds.datastream(Thing={"@iot.id": 1},
         Sensor={"@iot.id": 1}), "ObservedProperty", 2),
    ],
)  # fmt: skip
def test_posting_below_an_entity_links_both(full, path, body, relation, back):
    made = full.make(path, body)
    found = full.get(f"{made}/{relation}")

    assert back in (
        [each["@iot.id"] for each in found["value"]] if "value" in found else [found["@iot.id"]]
    )
    assert full.get(made)["@iot.id"] in full.ids(path)


def test_an_observation_gets_time_and_feature_where_it_has_none(full):
    made = full.make("Datastreams(1)/Observations", {"result": 1})
    entity = full.get(made, expand="FeatureOfInterest")

    assert entity["phenomenonTime"].startswith("20")
    assert entity["phenomenonTime"].endswith("Z")
    assert entity["resultTime"] is None
    assert entity["FeatureOfInterest"]["feature"] == worlds.POINT
    assert full.ids("FeaturesOfInterest") == [1]


def test_the_feature_comes_from_the_location_in_geojson(client):
    client.make("Things", worlds.thing(Locations=[
        worlds.location("address", "Main street 1") | {"encodingType": "text/plain"},
        worlds.location("point"),
    ]))  # fmt: skip
    client.make("Things(1)/Datastreams", worlds.datastream(
        Sensor=worlds.sensor(), ObservedProperty=worlds.observed()))  # fmt: skip
    made = client.make("Datastreams(1)/Observations", {"result": 1})

    assert client.get(f"{made}/FeatureOfInterest")["name"] == "point"


def test_a_thing_that_moves_gives_later_observations_another_feature(full):
    full.ask("PATCH", "Locations(1)", {"location": {"type": "Point", "coordinates": [46, 39]}})
    made = full.make("Datastreams(1)/Observations", {"result": 1})

    assert full.get(f"{made}/FeatureOfInterest")["feature"]["coordinates"] == [46, 39]
    assert full.get("Observations(1)/FeatureOfInterest")["feature"] == worlds.POINT
    assert full.get("Datastreams(1)")["observedArea"]["type"] == "Polygon"


def test_observations_are_of_any_json(full):
    for result in (1, -2.5, 10**15, "text", "5", True, False, None, [1, [2]], {"a": {"b": None}}):
        made = full.make("Datastreams(1)/Observations", {"result": result})
        assert full.get(made)["result"] == result
        assert type(full.get(made)["result"]) is type(result)


def test_times_come_back_as_they_were_given_in_utc(full):
    for said, told in (
        ("2015-03-01T00:40:00.000Z", "2015-03-01T00:40:00.000Z"),
        ("2015-03-01T00:40:00Z", "2015-03-01T00:40:00Z"),
        ("2015-03-01T02:40:00+02:00", "2015-03-01T00:40:00Z"),
        ("2015-03-01T00:00:00Z/2015-03-02T00:00:00.5Z",
         "2015-03-01T00:00:00Z/2015-03-02T00:00:00.5Z"),
    ):  # fmt: skip
        made = full.make("Datastreams(1)/Observations", worlds.observation(said, 1))
        assert full.get(made)["phenomenonTime"] == told


def test_clients_choose_names_of_numbers_or_texts(full):
    for path, body in (
        ("Things", worlds.thing()), ("Sensors", worlds.sensor()),
        ("Datastreams(1)/Observations", {"result": 1}),
        ("Things(1)/Datastreams", worlds.datastream(Sensor={"@iot.id": 1},
                                                    ObservedProperty={"@iot.id": 1})),
    ):  # fmt: skip
        for name in (700, "o'clock /7", "900"):
            made = full.make(path, {**body, "@iot.id": name})
            entity = full.get(made)
            assert entity["@iot.id"] == name
            assert full.get(entity["@iot.selfLink"]) == entity
            assert full.ask("POST", path, {**body, "@iot.id": name}).status == 409
    assert full.get("Things(900)")["@iot.id"] == "900"
    assert full.get("Datastreams('o''clock /7')")["@iot.id"] == "o'clock /7"
    assert full.ids("Things", filter="id eq 700 or id eq '900'") == [700, "900"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("Things", {"description": "no name"}), ("Things", worlds.thing(name=3)),
        ("Things", worlds.thing(extra=1)), ("Things", worlds.thing(properties=[1])), ("Things", []),
        ("Things", worlds.thing(Locations=[{"@iot.id": 999}])),
        ("Things", worlds.thing(Locations=5)), ("Things", worlds.thing(Locations=["x"])),
        ("Things", worlds.thing(**{"@iot.id": 1.5})),
        ("Locations", worlds.location(place={"type": "Point", "coordinates": "x"})),
        ("Locations", {**worlds.location(), "encodingType": None}),
        ("Sensors", {**worlds.sensor(), "metadata": None}),
        ("ObservedProperties", {"name": "a", "description": "b"}),
        ("Datastreams", worlds.datastream(Thing={"@iot.id": 1}, ObservedProperty={"@iot.id": 1})),
        ("Datastreams", worlds.datastream(Thing={"@iot.id": 1}, Sensor={"@iot.id": 99},
                                          ObservedProperty={"@iot.id": 1})),
        ("Observations", {"result": 1}), ("Datastreams(1)/Observations", {}),
        ("Observations", {"result": 1, "Datastream": {"@iot.id": 999999999}}),
        ("Observations", {"result": 1, "Datastream": {"@iot.id": 1},
                          "FeatureOfInterest": {"@iot.id": 999}}),
        ("Observations", {"result": 1, "Datastream": {"@iot.id": 1}, "FeatureOfInterest":
                          {"name": "a", "description": "b", "feature": worlds.POINT}}),
        ("Datastreams(1)/Observations", worlds.observation("yesterday", 1)),
        ("Datastreams(1)/Observations", worlds.observation("2015-02-30T00:00:00Z", 1)),
        ("Datastreams(1)/Observations",
         worlds.observation("2015-02-03T00:00:00Z/2015-02-01T00:00:00Z", 1)),
        ("Datastreams(1)/Observations", {"result": 1, "validTime": "2015-02-03T00:00:00Z"}),
        ("Datastreams(1)/Observations", {"result": 1, "parameters": 5}),
        ("HistoricalLocations", {"time": "2015-02-03T00:00:00Z", "Thing": {"@iot.id": 99}}),
        ("HistoricalLocations", {"Thing": {"@iot.id": 1}}),
    ],
)  # fmt: skip
def test_wrong_bodies_are_400_and_change_nothing(kept, path, body):
    before = [
        kept.get(name) for name in ("Things", "Sensors", "Observations", "FeaturesOfInterest")
    ]

    answer = kept.ask("POST", path, body)

    assert answer.status == 400, answer.text
    assert answer.json.keys() == {"code", "type", "message"}
    assert [
        kept.get(name) for name in ("Things", "Sensors", "Observations", "FeaturesOfInterest")
    ] == before  # fmt: skip


def test_an_observation_of_a_thing_nowhere_needs_a_feature(client):
    client.make("Things", worlds.thing(Datastreams=[worlds.datastream(
        Sensor=worlds.sensor(), ObservedProperty=worlds.observed())]))  # fmt: skip

    assert client.ask("POST", "Datastreams(1)/Observations", {"result": 1}).status == 400
    assert client.ask("POST", "Datastreams(1)/Observations",
                      {"result": 1, "FeatureOfInterest": worlds.feature()}).status == 201  # fmt: skip


def test_malformed_json_is_400(client):
    answer = client.ask("POST", "Things", b"{not json")

    assert answer.status == 400
    assert answer.json["message"].startswith("body: the body is no JSON")


def test_posting_below_what_is_elsewhere_is_404(full):
    full.make("Things", worlds.thing("other"))

    for method, path in (("POST", "Things(2)/Datastreams(1)/Observations"),
                         ("PATCH", "Things(2)/Datastreams(1)"), ("PUT", "Things(9)"),
                         ("DELETE", "Things(2)/Datastreams(1)/Observations(1)")):  # fmt: skip
        assert full.ask(method, path, {"result": 1}).status == 404


@pytest.mark.parametrize("name", ["Things", "Locations", "Sensors", "ObservedProperties",
                                  "Datastreams", "FeaturesOfInterest"])  # fmt: skip
def test_patch_changes_what_it_names(full, name):
    before = full.get(f"{name}(1)")

    answer = full.ask("PATCH", f"{name}(1)", {"description": "changed", "properties": {"a": 1}})

    assert answer.status == 200
    assert full.get(f"{name}(1)") == before | {"description": "changed", "properties": {"a": 1}}


def test_patch_of_an_observation_keeps_the_rest_and_its_datastream_right(full):
    full.ask(
        "PATCH", "Observations(1)", {"result": "9", "phenomenonTime": "2014-01-01T00:00:00.00Z"}
    )
    full.ask("PATCH", "Observations(1)", {"resultTime": "2014-01-02T00:00:00.0Z"})

    found = full.get("Observations(1)")
    assert (found["result"], found["phenomenonTime"], found["resultTime"]) == (
        "9", "2014-01-01T00:00:00.00Z", "2014-01-02T00:00:00.0Z",
    )  # fmt: skip
    assert full.get("Datastreams(1)")["phenomenonTime"].startswith("2014-01-01T00:00:00Z/")
    assert full.get("Datastreams(1)")["resultTime"] == "2014-01-02T00:00:00Z/2014-01-02T00:00:00Z"


def test_patch_links_to_others(full):
    full.ask("PATCH", "Datastreams(1)", {"Sensor": {"@iot.id": 2}})
    full.ask("PATCH", "Observations(1)", {"Datastream": {"@iot.id": 2}})
    full.ask("PATCH", "ObservedProperties(1)", {"Datastreams": [{"@iot.id": 2}]})

    assert full.ids("Sensors(2)/Datastreams") == [1, 2]
    assert full.ids("Datastreams(2)/Observations") == [1, 3, 4]
    assert full.ids("ObservedProperties(1)/Datastreams") == [1, 2]
    assert full.get("Datastreams(1)")["phenomenonTime"].startswith("2015-03-04")
    assert full.get("Datastreams(2)")["phenomenonTime"].startswith("2015-03-03")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("Things(1)", {"Locations": [worlds.location()]}),
        ("Things(1)", {"Datastreams": [{"unitOfMeasurement": {}}]}),
        ("Sensors(1)", {"Datastreams": [worlds.datastream()]}),
        ("Datastreams(1)", {"Sensor": worlds.sensor()}),
        ("Datastreams(1)", {"Sensor": {"@iot.id": 999}}),
        ("Datastreams(1)", {"name": None}), ("Things(1)", {"nowhere": 1}),
        ("Observations(1)", {"phenomenonTime": None}), ("Things(1)", b"{"),
    ],
)  # fmt: skip
def test_patches_that_bring_new_entities_or_nonsense_are_400(kept, path, body):
    before = kept.get(path)

    assert kept.ask("PATCH", path, body).status == 400
    assert kept.get(path) == before


def test_put_replaces_and_keeps_name_and_links(full):
    before = full.get("Things(1)")
    assert full.ask("PUT", "Things(1)", {"name": "New", "description": "all new"}).status == 200

    after = full.get("Things(1)")
    del before["properties"]
    assert after == before | {"name": "New", "description": "all new"}
    assert full.ask("PUT", "Things(1)", {"description": "no name"}).status == 400
    assert full.ask("PUT", "Observations(1)", {"phenomenonTime": "2015-03-01T03:00:00.000Z",
                                               "result": 301}).status == 200  # fmt: skip
    assert full.get("Observations(1)/Datastream")["@iot.id"] == 1


JSON_PATCH = {"content-type": "application/json-patch+json"}


def test_json_patch_goes_step_by_step(full):
    steps = [
        {"op": "add", "path": "/properties", "value": {"a": 1, "list": [1, 3]}},
        {"op": "copy", "from": "/properties/a", "path": "/properties/b"},
        {"op": "move", "from": "/properties/a", "path": "/properties/c"},
        {"op": "add", "path": "/properties/list/1", "value": 2},
        {"op": "remove", "path": "/properties/list/0"},
        {"op": "add", "path": "/properties/list/-", "value": 4},
        {"op": "test", "path": "/properties/b", "value": 1},
        {"op": "replace", "path": "/description", "value": "patched"},
    ]
    for path in ("Things(1)", "Datastreams(1)"):
        assert full.ask("PATCH", path, steps, headers=JSON_PATCH).status == 200
        after = full.get(path)
        assert after["properties"] == {"b": 1, "c": 1, "list": [2, 3, 4]}
        assert after["description"] == "patched"


@pytest.mark.parametrize(
    "steps",
    [
        {"op": "add"}, [{"op": "add", "path": "/name"}], [{"op": "nothing", "path": "/name"}],
        [{"op": "test", "path": "/name", "value": "other"}], [{"op": "remove", "path": "/none"}],
        [{"op": "remove", "path": "/name"}], [{"op": "add", "path": "/new", "value": 1}],
        [{"op": "move", "from": "/properties", "path": "/properties/inner"}],
        [{"op": "replace", "path": "", "value": 3}], [{"op": "add", "path": "name", "value": 3}],
    ],
)  # fmt: skip
def test_json_patches_that_cannot_be_done_change_nothing(kept, steps):
    before = kept.get("Things(1)")

    assert kept.ask("PATCH", "Things(1)", steps, headers=JSON_PATCH).status == 400
    assert kept.get("Things(1)") == before


def test_a_thing_that_moves_leaves_a_historical_location(full):
    other = full.key("Locations", worlds.location("hill"))
    full.ask("PATCH", "Things(1)", {"Locations": [{"@iot.id": other}]})
    full.make("Things(1)/Locations", worlds.location("valley"))

    assert [each["name"] for each in full.values("Things(1)/Locations")] == ["valley"]
    pasts = full.values("Things(1)/HistoricalLocations", expand="Locations", orderby="id")
    assert [each["Locations"][0]["name"] for each in pasts] == ["By the river", "hill", "valley"]


def test_a_patch_adds_locations_to_a_historical_location_a_put_replaces_them(kept):
    kept.make("Locations", worlds.location("Upstream"))
    past = "HistoricalLocations(1)"
    locations = {"Locations": [{"@iot.id": 2}]}

    kept.ask("PATCH", past, locations)
    assert kept.ids(f"{past}/Locations") == [1, 2]
    kept.ask("PUT", past, {"time": "2030-01-01T00:00:00Z", **locations})
    assert kept.ids(f"{past}/Locations") == [2]
    assert kept.ids("Things(1)/Locations") == [2]


def test_a_later_historical_location_moves_the_thing_an_earlier_does_not(client):
    client.make("Things", worlds.thing())
    keys = [client.key("Locations", worlds.location(name)) for name in "abc"]
    client.ask("PATCH", "Things(1)", {"Locations": [{"@iot.id": keys[0]}]})
    client.ask("PATCH", "HistoricalLocations(1)", {"time": "2016-01-01T06:00:00.000Z"})
    for hour, key in ((7, keys[1]), (5, keys[2])):
        client.make("HistoricalLocations", {
            "time": f"2016-01-01T0{hour}:00:00.000Z", "Thing": {"@iot.id": 1},
            "Locations": [{"@iot.id": key}],
        })  # fmt: skip
        assert client.ids("Things(1)/Locations") == [keys[1]]


@pytest.mark.parametrize(
    ("path", "left"),
    [  # Things, Locations, pasts, Datastreams, Sensors, ObservedProperties, Observations, features
        ("Things(1)", (0, 1, 0, 0, 2, 2, 0, 1)), ("Locations(1)", (1, 0, 0, 2, 2, 2, 4, 1)),
        ("HistoricalLocations(1)", (1, 1, 0, 2, 2, 2, 4, 1)),
        ("Datastreams(1)", (1, 1, 1, 1, 2, 2, 2, 1)), ("Sensors(1)", (1, 1, 1, 1, 1, 2, 2, 1)),
        ("ObservedProperties(2)", (1, 1, 1, 1, 2, 1, 2, 1)),
        ("Observations(1)", (1, 1, 1, 2, 2, 2, 3, 1)),
        ("FeaturesOfInterest(1)", (1, 1, 1, 2, 2, 2, 0, 0)),
    ],
)  # fmt: skip
def test_deleting_takes_along_what_hangs_on_it(full, path, left):
    answer = full.ask("DELETE", path)

    assert (answer.status, answer.body) == (200, b"")
    assert full.ask("GET", path).status == full.ask("DELETE", path).status == 404
    names = ("Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors",
             "ObservedProperties", "Observations", "FeaturesOfInterest")  # fmt: skip
    assert tuple(len(full.ids(name)) for name in names) == left


def test_datastreams_forget_times_and_area_of_observations_that_went(full):
    far = full.key(
        "FeaturesOfInterest", worlds.feature("far", {"type": "Point", "coordinates": [0, 0]})
    )
    full.make("Datastreams(1)/Observations", worlds.observation(
        "2000-01-01T00:00:00Z", 1, FeatureOfInterest={"@iot.id": far}))  # fmt: skip
    assert full.get("Datastreams(1)")["phenomenonTime"].startswith("2000")
    assert full.get("Datastreams(1)")["observedArea"]["type"] == "Polygon"

    answer = full.ask("DELETE", "Datastreams(1)/Observations", options={"$filter": "result lt 2"})

    assert answer.json == {"deleted": 1}
    assert full.get("Datastreams(1)")["phenomenonTime"].startswith("2015")
    assert full.get("Datastreams(1)")["observedArea"] == worlds.POINT
    full.ask("DELETE", "Observations", options={"$filter": "result gt 0"})
    assert "phenomenonTime" not in full.get("Datastreams(1)")


def test_a_set_is_not_deleted_without_a_filter(full):
    answer = full.ask("DELETE", "Observations")

    assert answer.status == 400
    assert answer.json["message"] == "$filter is required for collection delete"
    assert len(full.ids("Observations")) == 4


def test_many_observations_come_as_data_arrays(full):
    answer = full.ask("POST", "CreateObservations", [
        {"Datastream": {"@iot.id": 1}, "components": ["phenomenonTime", "result", "FeatureOfInterest/id"],
         "dataArray@iot.count": 2,
         "dataArray": [["2010-12-23T10:20:00-07:00", 20, 1], ["2010-12-23T10:21:00Z", 30, "none"]]},
        {"Datastream": {"@iot.id": 2}, "components": ["phenomenonTime", "result"],
         "dataArray": [["2010-12-23T10:20:00Z", 65], ["2010-12-23T10:21:00Z", "60.5"], [1]]},
        {"Datastream": {"@iot.id": 99}, "components": ["result"], "dataArray": [[1]]},
    ])  # fmt: skip
    links = answer.json

    assert answer.status == 201
    assert [link == "error" for link in links] == [False, True, False, False, True, True]
    assert full.get(links[0])["phenomenonTime"] == "2010-12-23T17:20:00Z"
    assert full.get(links[3])["result"] == "60.5"
    assert len(full.ids("Observations")) == 7


@pytest.mark.parametrize(
    "group",
    [
        {"components": ["result"], "dataArray": [[1]]},
        {"Datastream": {"@iot.id": 1}, "components": ["phenomenonTime"], "dataArray": [["x"]]},
        {"Datastream": {"@iot.id": 1}, "components": ["result"]}, 5,
    ],
)  # fmt: skip
def test_data_arrays_that_are_none_are_400(kept, group):
    assert kept.ask("POST", "CreateObservations", [group]).status == 400
    assert kept.ask("POST", "CreateObservations", {"a": 1}).status == 400


def test_what_was_answered_is_there_after_opening_again(tmp_path):
    first = worlds.Client(tmp_path)
    first.make("Things", worlds.tree())
    before = first.get("Observations", expand="Datastream/Thing")
    first.close()

    again = worlds.Client(tmp_path)
    assert again.get("Observations", expand="Datastream/Thing") == before
    again.close()


def test_bodies_that_nest_without_end_are_refused(kept):
    body = worlds.thing()
    for _ in range(150):
        body = worlds.location(Things=[worlds.thing(Locations=[body])]) if "location" in body else (
            worlds.location(Things=[body])
        )  # fmt: skip
    deep = {"a": 1}
    for _ in range(450):
        deep = {"a": [deep]}
    steps = [{"op": "add", "path": "/properties", "value": deep}]
    before = len(kept.ids("Things"))

    answers = [
        kept.ask("POST", "Locations", json.dumps(body).encode()),
        kept.ask("PATCH", "Things(1)", json.dumps(steps).encode(), headers=JSON_PATCH),
        kept.ask("PATCH", "Things(1)", json.dumps({"properties": deep}).encode()),
    ]  # fmt: skip

    assert [each.status for each in answers] == [400, 400, 400]
    assert len(kept.ids("Things")) == before


KINDS_MADE = {
    "Things": worlds.thing(),
    "Locations": worlds.location(),
    "HistoricalLocations": {"time": "2020-01-01T00:00:00Z", "Thing": {"@iot.id": 1}},
    "Sensors": worlds.sensor(),
    "ObservedProperties": worlds.observed(),
    "FeaturesOfInterest": worlds.feature(),
    "Datastreams": worlds.datastream(
        Thing={"@iot.id": 1}, Sensor={"@iot.id": 1}, ObservedProperty={"@iot.id": 1}
    ),
    "Observations": {"result": 1, "Datastream": {"@iot.id": 1}},
}
MEMBERS = st.sampled_from(
    ["name", "description", "properties", "location", "feature", "encodingType", "metadata", "time",
     "definition", "unitOfMeasurement", "observationType", "result", "phenomenonTime", "resultTime",
     "validTime", "parameters", "resultQuality", "Thing", "Things", "Locations", "Datastream",
     "Datastreams", "Sensor", "ObservedProperty", "Observations", "FeatureOfInterest", "@iot.id",
     "HistoricalLocations", "observedArea", "@iot.selfLink", "nonsense"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8)
    | st.sampled_from(["2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z/2021-01-01T00:00:00Z",
                       "application/geo+json", {"@iot.id": 1}, [{"@iot.id": 1}], worlds.POINT]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(MEMBERS, inner, max_size=8),
    max_leaves=25,
)  # fmt: skip


@pytest.fixture(scope="module", params=["files", "postgresql"])
def battered(request, tmp_path_factory):
    client = worlds.Client(tmp_path_factory.mktemp("battered"), database=database_of(request))
    client.make("Things", worlds.tree())
    yield client
    client.close()


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from([*KINDS_MADE, "CreateObservations", "$batch"]), st.sampled_from(["POST", "PATCH", "PUT"]),
    st.dictionaries(MEMBERS, VALUES, max_size=9) | VALUES,
)  # fmt: skip
def test_any_body_is_taken_or_refused_never_failed(battered, name, method, body):
    if isinstance(body, dict) and name in KINDS_MADE:
        body = KINDS_MADE[name] | body
    path = name if method == "POST" else f"{name}(1)"

    answer = battered.ask(method, path, json.dumps(body).encode())

    assert answer.status in {200, 201, 400, 404, 405, 409}, (path, body, answer.text)


@pytest.mark.parametrize(
    "steps",
    [
        [{"op": "remove", "path": ""}],
        [{"op": "copy", "from": "/properties", "path": f"/properties/{n}"} for n in range(60)],
    ],
)
def test_a_patch_that_leaves_nothing_or_doubles_again_and_again_is_refused(kept, steps):
    answer = kept.ask("PATCH", "Things(1)", steps, headers=JSON_PATCH)

    assert answer.status == 400, answer.text
