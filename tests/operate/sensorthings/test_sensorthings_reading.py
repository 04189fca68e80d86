"""What GET answers: documents, entities, sets, properties, links, pages."""

from __future__ import annotations

import pytest
import sensorthings_worlds as worlds
from store.postgresql import database_of

SETS = {
    "Things": ("Locations", "HistoricalLocations", "Datastreams"),
    "Locations": ("Things", "HistoricalLocations"),
    "HistoricalLocations": ("Thing", "Locations"),
    "Datastreams": ("Thing", "Sensor", "ObservedProperty", "Observations"),
    "Sensors": ("Datastreams",),
    "ObservedProperties": ("Datastreams",),
    "Observations": ("Datastream", "FeatureOfInterest"),
    "FeaturesOfInterest": ("Observations",),
}


@pytest.fixture(scope="module", params=["files", "postgresql"])
def client(request, tmp_path_factory):
    client = worlds.Client(tmp_path_factory.mktemp("records"), database=database_of(request))
    client.make("Things", worlds.tree())
    yield client
    client.close()


def test_the_root_names_the_nine_sets_and_what_it_conforms_to(client):
    document = client.get("")

    assert [each["name"] for each in document["value"]] == ["Things", "Locations", "HistoricalLocations", "Datastreams", "MultiDatastreams", "Sensors", "ObservedProperties", "Observations", "FeaturesOfInterest"]  # fmt: skip
    assert all(
        client.get(each["url"])["value"] or each["name"] == "MultiDatastreams"
        for each in document["value"]
    )
    told = [each.rpartition("/1.1/req/")[2] for each in document["serverSettings"]["conformance"]]
    assert {"datamodel", "request-data", "create-update-delete/update-entity-jsonpatch"} <= {*told}


def test_the_root_answers_at_both_addresses_with_its_own_links(client):
    there = client.get("http://elsewhere.example:81/v1.1/Things")

    assert there["value"][0]["@iot.selfLink"] == "http://elsewhere.example:81/v1.1/Things(1)"


@pytest.mark.parametrize("name", SETS)
def test_entities_have_control_information_and_working_links(client, name):
    entity = client.values(name)[0]

    assert client.get(entity["@iot.selfLink"]) == entity
    for relation in SETS[name]:
        found = client.get(entity[f"{relation}@iot.navigationLink"])
        assert ("value" in found) == relation.endswith("s")


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("Things(1)/Datastreams", [1, 2]),
        ("Things(1)/Datastreams(2)/Observations", [3, 4]),
        ("Datastreams(1)/Thing/Locations", [1]),
        ("Locations(1)/Things", [1]),
        ("Locations(1)/HistoricalLocations", [1]),
        ("HistoricalLocations(1)/Locations", [1]),
        ("Sensors(2)/Datastreams", [2]),
        ("ObservedProperties(1)/Datastreams", [1]),
        ("FeaturesOfInterest(1)/Observations", [1, 2, 3, 4]),
        ("Observations(1)/Datastream/Thing/Datastreams(2)/Observations(3)/Datastream/Observations",
         [3, 4]),
    ],
)  # fmt: skip
def test_paths_lead_to_sets(client, path, ids):
    assert client.ids(path) == ids


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("Observations(3)/Datastream", 2),
        ("Observations(3)/Datastream/ObservedProperty", 2),
        ("Observations(3)/FeatureOfInterest", 1),
        ("HistoricalLocations(1)/Thing", 1),
    ],
)
def test_paths_lead_to_single_entities(client, path, key):
    assert client.get(path)["@iot.id"] == key


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("Things(1)/name", {"name": "Pump house"}),
        ("Things(1)/properties/rooms", {"rooms": 3}),
        ("Things(1)/properties/floors[1]", {"floors[1]": 2}),
        ("Observations(2)/result", {"result": 4}),
        ("Observations(2)/phenomenonTime", {"phenomenonTime": "2015-03-04T00:00:00Z"}),
        ("Observations(2)/Datastream/unitOfMeasurement/symbol", {"symbol": "°C"}),
        ("Observations(2)/id", {"@iot.id": 2}),
    ],
)
def test_a_property_is_answered_alone(client, path, answer):
    assert client.get(path) == answer


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Things(1)/name/$value", "Pump house"),
        ("Observations(2)/result/$value", "4"),
        ("Locations(1)/location/$value", '{"type":"Point","coordinates":[-117.05,51.05]}'),
        ("Things/$count", "1"),
        ("Datastreams(1)/Observations/$count", "2"),
    ],
)
def test_raw_values_come_as_plain_text(client, path, text):
    answer = client.ask("GET", path)

    assert answer.text == text
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_property_that_is_null_has_no_content(client):
    for path in ("Observations(1)/resultTime", "Observations(1)/resultTime/$value"):
        answer = client.ask("GET", path)
        assert (answer.status, answer.body) == (204, b"")


def test_references_hold_self_links_only(client):
    assert client.get("Things(1)/Datastreams/$ref")["value"] == [
        {"@iot.selfLink": f"{worlds.ROOT}/Datastreams({key})"} for key in (1, 2)
    ]
    assert client.get("Observations(1)/Datastream/$ref") == {
        "@iot.selfLink": f"{worlds.ROOT}/Datastreams(1)"
    }


@pytest.mark.parametrize(
    "path",
    [
        *(f"{name}(999999999)" for name in SETS), "Nowhere", "Things(1)/nowhere",
        "Things(999)/name", "Things(999)/name/$value", "Things(999)/Datastreams", "Things('x')",
        "Datastreams(1)/Observations(3)", "Things(1)/Datastreams/name", "Things(1", "$value",
        "Things(1)/name/$ref", "Things(1)/properties/none", "Things(1)/Thing", "Things()/name",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404(client, path):
    answer = client.ask("GET", path)

    assert answer.status == 404
    assert answer.json["code"] == 404
    assert answer.json["type"] == "error"


@pytest.mark.parametrize(
    "option",
    [
        ("$filter", "name eq"), ("$filter", "bogus(name)"), ("$filter", "nowhere eq 1"),
        ("$filter", "name"), ("$filter", "name eq 'a"), ("$filter", "(name eq 'a'"),
        ("$filter", "year(name,1) eq 1"), ("$filter", "Datastreams/nowhere eq 1"),
        ("$filter", "geo.length(geography'POINT(') gt 1"), ("$filter", "st_within(name,name)"),
        ("$orderby", "nowhere asc"), ("$orderby", "Datastreams/name"), ("$top", "-5"),
        ("$skip", "-1"), ("$top", "x"), ("$count", "maybe"), ("$expand", "Nowhere"),
        ("$expand", "Datastreams($top=x)"), ("$expand", "Datastreams("), ("$select", "nowhere"),
        ("$skiptoken", "%%"), ("$skiptoken", "WzEsMiwzXQ"),
    ],
)  # fmt: skip
def test_options_that_cannot_be_followed_are_400(client, option):
    answer = client.ask("GET", "Things", options=dict([option]))

    assert answer.status == 400, answer.text
    assert answer.json["code"] == 400
    assert answer.json["message"]


def test_select_leaves_out_what_is_not_named(client):
    assert client.get("Things(1)", select="name,Datastreams") == {
        "name": "Pump house",
        "Datastreams@iot.navigationLink": f"{worlds.ROOT}/Things(1)/Datastreams",
    }
    assert client.values("Sensors", select="@iot.id") == [{"@iot.id": 1}, {"@iot.id": 2}]
    assert client.values("Sensors", select="id,name", top=1) == [{"@iot.id": 1, "name": "sensor 1"}]


def test_select_takes_parts_of_properties(client):
    chosen = client.get("Things(1)", select="name,properties/rooms,properties/absent")
    assert chosen == {"name": "Pump house", "properties": {"rooms": 3}}
    assert client.get("Things(1)", select="properties/rooms,properties")["properties"]["open"]
    symbol = client.values("Datastreams", select="unitOfMeasurement/symbol", top=1)
    assert symbol == [{"unitOfMeasurement": {"symbol": "°C"}}]
    assert client.ask("GET", "Things?$select=name/first").status == 400


@pytest.mark.parametrize(
    "option",
    ["$nonsense=1", "$search=x", "$resultFormat=XLS", "$format=xml", "$expand=Locations($apply=x)"],
)
def test_options_that_are_not_done_here_are_501(client, option):
    answer = client.ask("GET", f"Things?{option}")
    assert (answer.status, answer.json["code"]) == (501, 501)


def test_the_root_tells_where_the_mqtt_broker_is(client):
    client.app.mqtt = "mqtt://broker.example:1883"
    settings = client.get("")["serverSettings"]
    client.app.mqtt = ""
    over_mqtt = [each for each in settings["conformance"] if "via-mqtt" in each]
    assert len(over_mqtt) == 2
    assert all(
        settings[each] == {"endpoints": ["mqtt://broker.example:1883"]} for each in over_mqtt
    )


def test_expand_goes_as_deep_as_asked(client):
    thing = client.get("Things(1)", expand="Locations,Datastreams/Observations,Datastreams/Sensor")

    assert [each["@iot.id"] for each in thing["Locations"]] == [1]
    assert [[o["result"] for o in each["Observations"]] for each in thing["Datastreams"]] == [
        [3, 4], [5, 6],
    ]  # fmt: skip
    assert [each["Sensor"]["name"] for each in thing["Datastreams"]] == ["sensor 1", "sensor 2"]
    assert "Datastreams@iot.navigationLink" not in thing


def test_expand_takes_options_of_its_own(client):
    found = client.values(
        "Datastreams",
        expand="Observations($orderby=phenomenonTime desc;$top=1;$select=result;$count=true)",
        select="name",
    )

    assert found == [
        {
            "name": f"datastream name {n}",
            "Observations@iot.count": 2,
            "Observations": [{"result": last}],
            "Observations@iot.nextLink":
                f"{worlds.ROOT}/Datastreams({n})/Observations?$orderby=phenomenonTime%20desc"
                "&$top=1&$select=result&$count=true&$skip=1",
        }
        for n, last in ((1, 4), (2, 6))
    ]  # fmt: skip
    assert client.values(found[0]["Observations@iot.nextLink"]) == [{"result": 3}]
    filtered = client.get("Datastreams(1)", expand="Observations($filter=result gt 3)")
    assert [each["result"] for each in filtered["Observations"]] == [4]


def test_orders_go_by_several_keys_up_and_down(client):
    assert client.ids("Observations", orderby="result desc") == [4, 3, 2, 1]
    assert client.ids("Observations", orderby="phenomenonTime") == [1, 2, 3, 4]
    assert client.ids("Observations", orderby="Datastream/name desc,result asc") == [3, 4, 1, 2]
    assert client.ids("Observations", orderby="result mod 2,result desc") == [4, 2, 3, 1]
    assert client.ids("Observations", orderby="id desc") == [4, 3, 2, 1]


@pytest.mark.parametrize("order", ["", "result desc", "resultTime,phenomenonTime desc", "id"])
@pytest.mark.parametrize("top", [1, 3])
def test_next_links_walk_the_whole_set_once(client, order, top):
    options = {"top": top, "count": "true"} | ({"orderby": order} if order else {})
    page = client.get("Observations", **options)
    walked = [each["@iot.id"] for each in page["value"]]
    while "@iot.nextLink" in page:
        assert len(page["value"]) == top
        page = client.get(page["@iot.nextLink"])
        walked += [each["@iot.id"] for each in page["value"]]
        assert page["@iot.count"] == 4

    everything = {"orderby": order} if order else {}
    assert walked == client.ids("Observations", **everything)


def test_pages_stay_put_while_observations_come(tmp_path):
    client = worlds.Client(tmp_path)
    client.make("Things", worlds.tree())
    first = client.get("Observations", top=2, orderby="phenomenonTime desc")
    client.make("Datastreams(1)/Observations", worlds.observation("2020-01-01T00:00:00Z", 9))

    second = client.get(first["@iot.nextLink"])

    assert [each["result"] for each in first["value"] + second["value"]] == [6, 5, 4, 3]
    client.close()


def test_counts_ignore_paging_and_are_left_out_where_not_asked(client):
    assert client.get("Observations", count="true", top=1, skip=2)["@iot.count"] == 4
    assert client.get("Observations", count="true", filter="result gt 99") == {
        "@iot.count": 0, "value": [],
    }  # fmt: skip
    assert "@iot.count" not in client.get("Observations", count="false")
    assert client.ids("Observations", skip=3) == [4]
    assert client.ids("Observations", skip=4) == []
    assert client.get("Observations", top=0) == {"value": []}


def test_data_arrays_group_observations_by_datastream(client):
    groups = client.values("Observations", resultFormat="dataArray")
    selected = client.values(
        "Datastreams(2)/Observations", resultFormat="dataArray", select="result,id",
        orderby="result desc", top=1, expand="FeatureOfInterest",
    )  # fmt: skip

    assert [group["dataArray@iot.count"] for group in groups] == [2, 2]
    assert groups[0]["components"][:3] == ["id", "phenomenonTime", "result"]
    assert groups[0]["dataArray"][1][:3] == [2, "2015-03-04T00:00:00Z", 4]
    assert selected == [
        {
            "Datastream@iot.navigationLink": f"{worlds.ROOT}/Datastreams(2)",
            "components": ["result", "id", "FeatureOfInterest/id"],
            "dataArray@iot.count": 1,
            "dataArray": [[6, 4, 1]],
        }
    ]


def test_other_methods_are_refused_with_those_allowed(client):
    for method, path in (("POST", "Things(1)"), ("PUT", "Things"), ("PATCH", "Things(1)/name"),
                         ("POST", ""), ("TRACE", "Things")):  # fmt: skip
        answer = client.ask(method, path, {})
        assert answer.status == 405, (method, path)
        assert "GET" in answer.headers["allow"]
    assert client.ask("OPTIONS", "Things").status == 204
    head = client.ask("HEAD", "Things")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) > 0


def test_tenants_do_not_see_each_other(client):
    there = {"ngsild-tenant": "other"}

    assert client.ask("GET", "Things", headers=there).status == 404
    assert client.ask("POST", "Things", worlds.thing("Theirs"), headers=there).status == 201
    assert [t["name"] for t in client.ask("GET", "Things", headers=there).json["value"]] == [
        "Theirs"
    ]
    assert client.ids("Things") == [1]
    assert client.ask("GET", "Things", headers={"ngsild-tenant": "a b"}).status == 400


def test_a_query_may_have_its_equals_sign_escaped(client):
    answer = client.ask("GET", f"{worlds.ROOT}/Observations?%24filter%3Dresult+gt+5")

    assert [each["result"] for each in answer.json["value"]] == [6]


def test_results_compare_as_texts_with_texts(client):
    assert client.ids("Observations", filter="result gt '4'") == [3, 4]
