"""The result formats for spreadsheets and maps."""

from __future__ import annotations

import csv
import io

import pytest
import sensorthings_worlds as worlds


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    client = worlds.Client(tmp_path_factory.mktemp("records"))
    client.make("Things", worlds.tree())
    yield client
    client.close()


def table_of(answer):
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.text, newline="")))


def test_a_table_has_a_row_for_each_entity_and_json_where_a_cell_holds_more(client):
    head, *rows = table_of(client.ask("GET", "Things?$resultFormat=CSV"))
    thing = client.get("Things(1)")

    assert head == ["id", "name", "description", "properties"]
    assert rows[0][:3] == ["1", thing["name"], thing["description"]]
    assert worlds.orjson.loads(rows[0][3]) == thing["properties"]


def test_single_relations_and_units_are_columns_of_their_own(client):
    head, row = table_of(
        client.ask(
            "GET",
            "Observations",
            options={
                "$resultFormat": "csv",
                "$select": "result,resultTime,parameters",
                "$expand": "Datastream($select=unitOfMeasurement,@iot.id;$expand=Thing($select=name))",
                "$filter": "id eq 1",
            },
        )
    )

    assert head == [
        "result", "resultTime", "parameters", "Datastream/unitOfMeasurement/name",
        "Datastream/unitOfMeasurement/symbol", "Datastream/unitOfMeasurement/definition",
        "Datastream/id", "Datastream/Thing/name",
    ]  # fmt: skip
    assert row[3:] == ["degree Celsius", "°C", row[5], "1", "Pump house"]


def test_several_fit_no_row_unless_one_is_asked_for(client):
    refused = client.ask("GET", "Things?$resultFormat=CSV&$expand=Datastreams")
    head, row = table_of(
        client.ask("GET", "Things(1)?$resultFormat=CSV&$expand=Datastreams($top=1;$select=name)")
    )

    assert refused.status == 400
    assert head[-1] == "Datastreams/name"
    assert row[-1] == client.values("Datastreams")[0]["name"]


def test_the_next_page_of_a_table_stands_in_a_header(client):
    first = client.ask("GET", "Observations?$resultFormat=CSV&$select=id&$top=3")
    link, _, rel = first.headers["link"].partition("; ")
    second = client.ask("GET", link.strip("<>"))

    assert rel == 'rel="next"'
    assert [row for row in table_of(first) + table_of(second) if row != ["id"]] == [
        [str(each)] for each in client.ids("Observations")
    ]
    assert "link" not in second.headers


def test_a_map_has_a_feature_for_each_entity_where_its_first_shape_is(client):
    answer = client.ask(
        "GET",
        "Things",
        options={
            "$resultFormat": "GeoJSON",
            "$select": "id,properties",
            "$expand": "Locations($select=name,location),Datastreams($select=name;$top=1)",
        },
    )

    assert answer.headers["content-type"] == "application/geo+json"
    properties = client.get("Things(1)")["properties"]
    (feature,) = answer.json["features"]
    assert feature["geometry"] == client.values("Locations")[0]["location"]
    assert feature["properties"]["properties/rooms"] == properties["rooms"]
    assert feature["properties"]["id"] == 1
    assert feature["properties"]["Locations/0/name"] == client.values("Locations")[0]["name"]
    assert feature["properties"]["Datastreams/0/name"] == client.values("Datastreams")[0]["name"]
    assert not any("location" in name or "@iot" in name for name in feature["properties"])


def test_what_is_nowhere_is_a_feature_without_shape(client):
    (feature,) = client.get("Sensors(1)", resultFormat="GeoJSON")["features"]

    assert feature["geometry"] is None
    assert feature["properties"]["name"] == "sensor 1"
