"""Entities asked for by queries, in batches, with those that they lead to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from operate_calls import Asker, asked_server
from store.postgresql import database_of

VOCABULARY = "https://uri.etsi.org/ngsi-ld/default-context/"


def home(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"urn:ngsi-ld:Building:{number:02d}", "type": "Building", "power": number * 10,
        "name": f"Home {number}", "scope": f"/Zangilan/Street{number % 2}",
        "location": {"type": "Point", "coordinates": [46.5 + number / 100, 39.2]},
        "isFedBy": {"type": "Relationship", "object": "urn:ngsi-ld:Transformer:1"}, **more,
    }  # fmt: skip


@pytest.fixture(scope="module", params=["files", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Asker]:
    with asked_server(tmp_path_factory.mktemp("queries"), database_of(request)) as asker:
        asker.create(*(home(number) for number in range(12)))
        asker.create(
            {"id": "urn:ngsi-ld:Transformer:1", "type": ["Transformer", "Device"], "power": 500,
             "isFedBy": {"object": "urn:ngsi-ld:Substation:1"}},
            {"id": "urn:ngsi-ld:Substation:1", "type": "Substation", "power": 9000, "name": "North"},
        )  # fmt: skip
        yield asker


def ids(answer: Any) -> list[str]:
    assert answer.status == 200, answer.body
    return [entity["id"].rsplit(":", 1)[-1] for entity in answer.json()]


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"type": "Building"}, 12),
        ({"type": "Transformer;Device"}, 1),
        ({"type": "Substation,Transformer"}, 2),
        ({"type": "(Substation|Transformer);Device"}, 1),
        ({"type": "Building", "q": "power>=100"}, 2),
        ({"q": "power>=100"}, 4),
        ({"q": 'power>=100;name=="Home 11"'}, 1),
        ({"q": "power==10..30"}, 3),
        ({"q": 'name=="North"|power==0'}, 2),
        ({"q": "name~=Home 1.*"}, 3),
        ({"attrs": "isFedBy"}, 13),
        ({"type": "Building", "id": "urn:ngsi-ld:Building:01,urn:ngsi-ld:Building:02"}, 2),
        ({"type": "Building", "idPattern": ".*:0[0-4]$"}, 5),
        ({"type": "Building", "scopeQ": "/Zangilan/Street1"}, 6),
        ({"type": "Building", "scopeQ": "/Zangilan/#"}, 12),
        ({"georel": "near;maxDistance==1000", "geometry": "Point", "coordinates": "[46.5,39.2]"}, 2),
        ({"georel": "within", "geometry": "Polygon",
          "coordinates": "[[[46.495,39],[46.535,39],[46.535,39.4],[46.495,39.4],[46.495,39]]]"}, 4),
        ({"q": 'isFedBy=="urn:ngsi-ld:Transformer:1"'}, 12),
        ({"local": "true"}, 14),
        ({"type": "Nothing"}, 0),
    ],
)  # fmt: skip
def test_queries_find_what_they_ask_for(server: Asker, params: dict[str, str], count: int) -> None:
    answer = server.get("/entities", count="true", limit=1000, **params)

    assert answer.status == 200, answer.body
    assert len(answer.json()) == count
    assert answer.headers["ngsild-results-count"] == str(count)


def test_pages_follow_each_other_without_gap(server: Asker) -> None:
    found: list[str] = []
    params: dict[str, Any] = {"limit": 5, "offset": 0}
    while True:
        answer = server.get("/entities", type="Building", **params)
        found += ids(answer)
        following = [link for link in answer.links if 'rel="next"' in link]
        if not following:
            break
        assert "offset=" in following[0]
        params["offset"] += 5

    assert found == [f"{number:02d}" for number in range(12)]
    assert any('rel="prev"' in link for link in answer.links)


def test_a_limit_of_nothing_only_counts(server: Asker) -> None:
    answer = server.get("/entities", type="Building", limit=0, count="true")

    assert answer.json() == []
    assert answer.headers["ngsild-results-count"] == "12"
    assert server.get("/entities", type="Building", limit=0).status == 400


def test_answers_come_in_the_order_asked_for(server: Asker) -> None:
    answer = server.get("/entities", type="Building", orderBy="power;desc", limit=3)

    assert ids(answer) == ["11", "10", "09"]


def test_a_query_can_be_posted_with_several_selectors(server: Asker) -> None:
    body = {"type": "Query", "entities": [{"type": "Substation"}, {"id": "urn:ngsi-ld:Building:03",
            "type": "Building"}], "attrs": ["power"]}  # fmt: skip
    answer = server.post("/entityOperations/query", body)

    assert sorted(ids(answer)) == ["03", "1"]
    assert all(set(one) == {"id", "type", "scope", "power"} - ({"scope"} if "scope" not in one
               else set()) for one in answer.json())  # fmt: skip


def test_a_query_over_everything_is_refused(server: Asker) -> None:
    assert server.get("/entities", id="urn:ngsi-ld:Building:01").problem == "BadRequestData"
    assert server.get("/entities", wrong="1", type="T").problem == "InvalidRequest"


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"q": "power>"}, "BadRequestData"),
        ({"q": "((power"}, "BadRequestData"),
        ({"idPattern": "**"}, "BadRequestData"),
        ({"attrs": "id"}, "BadRequestData"),
        ({"pick": "id;name"}, "BadRequestData"),
        ({"pick": "id,isFedBy{name}"}, "BadRequestData"),
        ({"pick": "id,,name"}, "BadRequestData"),
        ({"pick": "name", "omit": "name"}, "BadRequestData"),
        ({"pick": "name", "attrs": "power"}, "BadRequestData"),
        ({"format": "wrong"}, "InvalidRequest"),
        ({"options": "wrong"}, "InvalidRequest"),
        ({"limit": "-1"}, "BadRequestData"),
        ({"limit": "5000"}, "TooManyResults"),
        ({"georel": "near", "geometry": "Point"}, "BadRequestData"),
        ({"count": "perhaps"}, "BadRequestData"),
        ({"orderBy": "power;up"}, "BadRequestData"),
        ({"join": "upside"}, "BadRequestData"),
    ],
)
def test_malformed_queries_are_told_so(server: Asker, params: dict[str, str], problem: str) -> None:
    assert server.get("/entities", type="Building", **params).problem == problem


def test_linked_entities_are_told_inside(server: Asker) -> None:
    told = server.get("/entities/urn:ngsi-ld:Building:01", join="inline", joinLevel=2,
                      pick="id,isFedBy{id,isFedBy{id,name}}").json()  # fmt: skip

    assert told == {
        "id": "urn:ngsi-ld:Building:01",
        "isFedBy": {
            "type": "Relationship", "object": "urn:ngsi-ld:Transformer:1",
            "entity": {
                "id": "urn:ngsi-ld:Transformer:1",
                "isFedBy": {
                    "type": "Relationship", "object": "urn:ngsi-ld:Substation:1",
                    "entity": {"id": "urn:ngsi-ld:Substation:1",
                               "name": {"type": "Property", "value": "North"}},
                },
            },
        },
    }  # fmt: skip


def test_linked_entities_are_told_beside_each_once(server: Asker) -> None:
    answer = server.get("/entities", type="Building", join="flat", joinLevel=1, limit=4)

    assert ids(answer) == ["00", "01", "02", "03", "1"]


def test_types_and_attributes_are_discovered(server: Asker) -> None:
    assert server.get("/types").json()["typeList"] == [
        "Building", "Device", "Substation", "Transformer",
    ]  # fmt: skip
    info = server.get("/types/Building").json()
    assert info["entityCount"] == 12
    kinds = {one["attributeName"]: one["attributeTypes"] for one in info["attributeDetails"]}
    assert kinds == {
        "power": ["Property"], "name": ["Property"], "location": ["GeoProperty"],
        "isFedBy": ["Relationship"],
    }  # fmt: skip
    assert server.get("/types/Nothing").status == 404
    attribute = server.get("/attributes/power").json()
    assert attribute["attributeCount"] == 14
    assert attribute["typeNames"] == ["Building", "Device", "Substation", "Transformer"]
    details = server.get("/types", details="true").json()
    assert {one["typeName"]: set(one["attributeNames"]) for one in details}["Substation"] == {
        "power", "name",
    }  # fmt: skip


def test_batches_tell_what_was_done_and_what_not(server: Asker) -> None:
    fresh, wrong = {"id": "urn:b:1", "type": "B", "x": 1}, {"id": "urn:b:2", "x": 1}
    answer = server.post("/entityOperations/create", [fresh, wrong, fresh])

    assert answer.status == 207
    assert answer.json()["success"] == ["urn:b:1"]
    assert [one["entityId"] for one in answer.json()["errors"]] == ["urn:b:2", "urn:b:1"]

    assert server.post("/entityOperations/upsert", [{**fresh, "y": 2}]).status == 204
    assert server.get("/entities/urn:b:1").json()["y"]["value"] == 2
    assert server.post("/entityOperations/upsert", [{"id": "urn:b:1", "type": "B", "z": 3}],
                       options="update").status == 204  # fmt: skip
    assert set(server.get("/entities/urn:b:1").json()) == {"id", "type", "x", "y", "z"}
    made = server.post("/entityOperations/upsert", [fresh, {"id": "urn:b:3", "type": "B"}])
    assert (made.status, made.json()) == (201, ["urn:b:3"])

    assert server.post("/entityOperations/update", [{"id": "urn:b:1", "x": 5}]).status == 204
    assert server.post("/entityOperations/merge", [{"id": "urn:b:9", "x": 5}]).status == 207
    merged = server.post("/entityOperations/merge", [{"id": "urn:b:1", "x": {"unitCode": "C62"}}])
    assert merged.status == 204
    assert server.get("/entities/urn:b:1").json()["x"]["value"] == 5

    gone = server.post("/entityOperations/delete", ["urn:b:1", "urn:b:9"])
    assert gone.status == 207
    assert gone.json()["success"] == ["urn:b:1"]
    assert server.post("/entityOperations/delete", ["urn:b:3"]).status == 204
    assert server.post("/entityOperations/create", []).problem == "BadRequestData"


def test_a_purge_deletes_what_a_query_finds_or_some_attributes(server: Asker) -> None:
    server.create(*({"id": f"urn:p:{n}", "type": "P", "x": n, "y": 1} for n in range(4)))

    assert server.ask("DELETE", "/entities", type="P", q="x>1", drop="y").status == 204
    assert [set(one) for one in server.get("/entities", type="P").json()] == [
        {"id", "type", "x", "y"}, {"id", "type", "x", "y"}, {"id", "type", "x"}, {"id", "type", "x"},
    ]  # fmt: skip
    assert server.ask("DELETE", "/entities", type="P", keep="y").status == 204
    assert all("x" not in one for one in server.get("/entities", type="P").json())
    assert server.ask("DELETE", "/entities", type="P").status == 204
    assert server.get("/entities", type="P").json() == []
    assert server.ask("DELETE", "/entities").problem == "BadRequestData"
    assert server.ask("DELETE", "/entities", type="P", keep="x", drop="y").status == 400
