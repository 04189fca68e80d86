"""Entities written and read over HTTP, as ETSI GS CIM 009 has it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from operate_calls import Asker, asked_server
from store.postgresql import database_of

LD = {"content-type": "application/ld+json"}
LAMP = "urn:ngsi-ld:Streetlight:7"
VOCABULARY = "https://uri.etsi.org/ngsi-ld/default-context/"


@pytest.fixture(scope="module", params=["files", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Asker]:
    with asked_server(tmp_path_factory.mktemp("broker"), database_of(request)) as asker:
        yield asker


@pytest.fixture
def lamp(server: Asker) -> Iterator[str]:
    server.create({
        "id": LAMP, "type": "Streetlight", "scope": "/Zangilan/Aghali",
        "intensity": [
            {"type": "Property", "value": 80, "unitCode": "P1", "observedAt": "2026-11-22T18:00:00Z",
             "accuracy": {"type": "Property", "value": 2}},
            {"type": "Property", "value": 78, "datasetId": "urn:ngsi-ld:Dataset:camera"},
        ],
        "refGroup": {"type": "Relationship", "object": "urn:ngsi-ld:Group:1"},
        "street": {"type": "LanguageProperty", "languageMap": {"az": "Nizami", "en": "Nizami st"}},
        "kind": {"type": "VocabProperty", "vocab": "lamp"},
        "raw": {"type": "JsonProperty", "json": {"a": [1, None]}},
        "levels": {"type": "ListProperty", "valueList": [1, 2]},
        "location": {"type": "Point", "coordinates": [46.5, 39.2]},
    })  # fmt: skip
    yield LAMP
    server.ask("DELETE", f"/entities/{LAMP}")


def test_an_entity_comes_back_as_it_was_written(server: Asker, lamp: str) -> None:
    told = server.get(f"/entities/{lamp}").json()

    assert told["scope"] == "/Zangilan/Aghali"
    assert told["intensity"][0] == {
        "type": "Property", "value": 80, "unitCode": "P1", "observedAt": "2026-11-22T18:00:00Z",
        "accuracy": {"type": "Property", "value": 2},
    }  # fmt: skip
    assert told["intensity"][1]["datasetId"] == "urn:ngsi-ld:Dataset:camera"
    assert told["location"]["type"] == "GeoProperty"
    assert told["kind"] == {"type": "VocabProperty", "vocab": "lamp"}
    assert told["raw"]["json"] == {"a": [1, None]}
    assert "createdAt" not in told


def test_a_simplified_entity_holds_values_only(server: Asker, lamp: str) -> None:
    told = server.get(f"/entities/{lamp}", format="simplified").json()

    assert told["intensity"] == {"dataset": {"@none": 80, "urn:ngsi-ld:Dataset:camera": 78}}
    assert told["refGroup"] == "urn:ngsi-ld:Group:1"
    assert told["street"] == {"languageMap": {"az": "Nizami", "en": "Nizami st"}}
    assert told["levels"] == [1, 2]
    assert told["location"] == {"type": "Point", "coordinates": [46.5, 39.2]}


def test_a_simplified_entity_can_be_written_back(server: Asker, lamp: str) -> None:
    told = server.get(f"/entities/{lamp}", format="simplified").json()
    copy = {**told, "id": "urn:ngsi-ld:Streetlight:copy"}

    assert server.post("/entities", copy, format="simplified").status == 201

    again = server.get("/entities/urn:ngsi-ld:Streetlight:copy", format="simplified").json()
    server.ask("DELETE", "/entities/urn:ngsi-ld:Streetlight:copy")
    assert again == copy


def test_a_concise_entity_can_be_written_back(server: Asker, lamp: str) -> None:
    told = server.get(f"/entities/{lamp}", format="concise").json()
    normal = server.get(f"/entities/{lamp}").json()

    assert server.ask("PUT", f"/entities/{lamp}", told).status == 204
    assert server.get(f"/entities/{lamp}").json() == normal


def test_a_language_is_chosen_by_preference(server: Asker, lamp: str) -> None:
    told = server.get(f"/entities/{lamp}", lang="de,az-AZ;q=0.5").json()

    assert told["street"] == {"type": "Property", "value": "Nizami", "lang": "az"}


def test_geojson_shows_the_place(server: Asker, lamp: str) -> None:
    answer = server.get(f"/entities/{lamp}", {"accept": "application/geo+json"})

    assert answer.headers["content-type"] == "application/geo+json"
    feature = answer.json()
    assert feature["geometry"] == {"type": "Point", "coordinates": [46.5, 39.2]}
    assert feature["properties"]["type"] == "Streetlight"
    assert feature["id"] == lamp


@pytest.mark.parametrize(
    ("params", "members"),
    [
        ({"attrs": "levels"}, {"id", "type", "scope", "levels"}),
        ({"pick": "id,levels"}, {"id", "levels"}),
        ({"omit": "id,type,intensity,refGroup,street,raw,location"}, {"scope", "kind", "levels"}),
    ],
)
def test_members_are_picked_and_omitted(
    server: Asker, lamp: str, params: dict[str, str], members: set[str]
) -> None:
    assert set(server.get(f"/entities/{lamp}", **params).json()) == members


@pytest.mark.parametrize("dataset", ["urn:ngsi-ld:Dataset:camera", "@none"])
def test_instances_are_chosen_by_dataset(server: Asker, lamp: str, dataset: str) -> None:
    told = server.get(f"/entities/{lamp}", datasetId=dataset).json()

    assert told["intensity"].get("datasetId", "@none") == dataset


def test_an_entity_is_made_once(server: Asker, lamp: str) -> None:
    answer = server.post("/entities", {"id": lamp, "type": "Streetlight"})

    assert (answer.status, answer.problem) == (409, "AlreadyExists")


def test_a_deleted_entity_is_gone_and_can_be_made_again(server: Asker, lamp: str) -> None:
    assert server.ask("DELETE", f"/entities/{lamp}").status == 204
    assert server.get(f"/entities/{lamp}").problem == "ResourceNotFound"

    assert server.post("/entities", {"id": lamp, "type": "Lamp"}).status == 201
    assert server.get(f"/entities/{lamp}").json() == {"id": lamp, "type": "Lamp"}


def test_merging_goes_into_values_and_keeps_the_rest(server: Asker, lamp: str) -> None:
    patch = {"intensity": {"value": 60, "observedAt": "2026-11-22T19:00:00Z"},
             "raw": {"json": {"b": 1, "a": None}},
             "levels": "urn:ngsi-ld:null", "type": "Device"}  # fmt: skip
    assert server.ask("PATCH", f"/entities/{lamp}", patch).status == 204

    told = server.get(f"/entities/{lamp}").json()
    assert told["type"] == ["Streetlight", "Device"]
    assert told["intensity"][0]["unitCode"] == "P1"
    assert told["intensity"][0]["value"] == 60
    assert told["intensity"][0]["accuracy"]["value"] == 2
    assert told["intensity"][1]["value"] == 78
    assert told["raw"]["json"] == {"b": 1}
    assert "levels" not in told


def test_updating_attributes_replaces_them_whole(server: Asker, lamp: str) -> None:
    patch = {"intensity": {"type": "Property", "value": 60}, "fresh": {"value": 1}}
    assert server.ask("PATCH", f"/entities/{lamp}/attrs", patch).status == 204

    told = server.get(f"/entities/{lamp}").json()
    assert told["intensity"][0] == {"type": "Property", "value": 60}
    assert told["fresh"]["value"] == 1


def test_appending_may_leave_what_is_there(server: Asker, lamp: str) -> None:
    body = {"levels": {"type": "ListProperty", "valueList": [9]}, "fresh": {"value": 1}}
    answer = server.post(f"/entities/{lamp}/attrs", body, options="noOverwrite")

    assert answer.status == 207
    assert answer.json()["updated"] == [VOCABULARY + "fresh"]
    assert answer.json()["notUpdated"][0]["attributeName"] == VOCABULARY + "levels"
    assert server.get(f"/entities/{lamp}").json()["levels"]["valueList"] == [1, 2]


def test_one_attribute_is_changed_in_parts(server: Asker, lamp: str) -> None:
    path = f"/entities/{lamp}/attrs/intensity"
    assert server.ask("PATCH", path, {"accuracy": {"value": 3}}).status == 204
    assert server.ask("PATCH", path, {"value": 55}).status == 204

    told = server.get(f"/entities/{lamp}").json()["intensity"][0]
    assert (told["value"], told["accuracy"]["value"], told["unitCode"]) == (55, 3, "P1")


def test_the_kind_of_an_attribute_cannot_be_changed_in_parts(server: Asker, lamp: str) -> None:
    answer = server.ask("PATCH", f"/entities/{lamp}/attrs/intensity",
                        {"type": "Relationship", "object": "urn:x:y"})  # fmt: skip

    assert answer.problem == "BadRequestData"


def test_replacing_an_attribute_keeps_its_birthday(server: Asker, lamp: str) -> None:
    before = server.get(f"/entities/{lamp}", options="sysAttrs").json()["levels"]
    answer = server.ask("PUT", f"/entities/{lamp}/attrs/levels",
                        {"type": "Property", "value": 3})  # fmt: skip

    after = server.get(f"/entities/{lamp}", options="sysAttrs").json()["levels"]
    assert answer.status == 204
    assert after["value"] == 3
    assert after["createdAt"] == before["createdAt"]
    assert after["modifiedAt"] > before["modifiedAt"]


@pytest.mark.parametrize(
    ("params", "left"),
    [({}, [78]), ({"datasetId": "urn:ngsi-ld:Dataset:camera"}, [80]), ({"deleteAll": "true"}, [])],
)
def test_instances_are_deleted_one_by_one_or_all(
    server: Asker, lamp: str, params: dict[str, str], left: list[int]
) -> None:
    assert server.ask("DELETE", f"/entities/{lamp}/attrs/intensity", **params).status == 204

    told = server.get(f"/entities/{lamp}").json().get("intensity", [])
    told = told if isinstance(told, list) else [told]
    assert [one["value"] for one in told] == left


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"{", "InvalidRequest"),
        (b"", "InvalidRequest"),
        (b"[]", "BadRequestData"),
        ({"type": "T"}, "BadRequestData"),
        ({"id": "urn:a:b"}, "BadRequestData"),
        ({"id": "no uri", "type": "T"}, "BadRequestData"),
        ({"id": "urn:a:b", "type": []}, "BadRequestData"),
        ({"id": "urn:a:b", "type": "T", "a": None}, "BadRequestData"),
        ({"id": "urn:a:b", "type": "T", "a": {"type": "Property"}}, "BadRequestData"),
        ({"id": "urn:a:b", "type": "T", "a": {"type": "Wrong", "value": 1}}, "BadRequestData"),
        ({"id": "urn:a:b", "type": "T", "a b": 1}, "BadRequestData"),
        ({"id": "urn:a:b", "type": "T", "a": {"type": "Relationship", "object": 5}}, "BadRequestData"),
        ({"id": "urn:a:b", "type": "T", "a": {"value": 1, "observedAt": "noon"}}, "BadRequestData"),
        ({"id": "urn:a:b", "type": "T", "a": [{"value": 1}, {"value": 2}]}, "BadRequestData"),
        ({"id": "urn:a:b", "type": "T", "a": "urn:ngsi-ld:null"}, "BadRequestData"),
        ({"id": "urn:a:b", "type": "T", "p": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}},
         "BadRequestData"),
        ({"id": "urn:a:b", "type": "T", "scope": "a b"}, "BadRequestData"),
        ({"id": "urn:a:b", "type": "T", "@context": "http://a/b"}, "BadRequestData"),
    ],
)  # fmt: skip
def test_malformed_entities_are_told_so(server: Asker, body: object, problem: str) -> None:
    answer = server.post("/entities", body)

    assert (answer.status, answer.problem) == (400, problem)
    assert answer.json()["title"] != answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/entities", {"content-type": "application/xml"}, 415),
        ("GET", "/entities/urn:a:b", {"accept": "application/xml"}, 406),
        ("POST", "/entities/urn:a:b", {}, 405),
        ("OPTIONS", "/entities", {}, 204),
        ("PATCH", "/entities//attrs", {}, 400),
        ("PUT", "/entities/", {}, 400),
        ("GET", "/entities/notauri", {}, 400),
        ("GET", "/nothing", {}, 404),
        ("GET", "/entities", {}, 400),
        ("GET", "/entities/urn:a:b", {"ngsild-tenant": "nobody"}, 404),
    ],
)
def test_requests_that_cannot_be_answered(
    server: Asker, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    body = {"a": 1} if method in {"POST", "PATCH", "PUT"} else None
    answer = server.ask(method, path, body, headers)

    assert answer.status == status
    if status in {405, 204}:
        assert "GET" in answer.headers["allow"] or "PUT" in answer.headers["allow"]


def test_a_write_without_a_length_is_refused_bare(server: Asker) -> None:
    answer = server.ask("POST", "/entities", {"a": 1}, {"content-length": "", **LD})

    assert answer.status in {400, 411}


def test_tenants_do_not_see_each_other(server: Asker) -> None:
    mine = {"ngsild-tenant": "aghali"}
    made = server.post("/entities", {"id": "urn:t:1", "type": "T"}, mine)

    assert made.status == 201
    assert made.headers["ngsild-tenant"] == "aghali"
    assert server.get("/entities/urn:t:1", mine).status == 200
    assert server.get("/entities/urn:t:1").status == 404


def test_names_are_compacted_by_the_context_that_is_asked_for(server: Asker) -> None:
    context = {"Lamp": "https://example.org/Lamp", "ex": "https://example.org/"}
    made = server.post("/entities", {"id": "urn:c:1", "type": "Lamp", "ex:power": 3,
                                     "@context": [context]}, LD)  # fmt: skip
    assert made.status == 201

    told = server.get("/entities/urn:c:1").json()
    assert told["type"] == "https://example.org/Lamp"
    assert told["https://example.org/power"]["value"] == 3


def test_a_context_that_cannot_be_had_is_told(server: Asker) -> None:
    body = {"id": "urn:c:2", "type": "T", "@context": "https://nowhere.example/context.jsonld"}
    answer = server.post("/entities", body, LD)

    assert (answer.status, answer.problem) == (503, "LdContextNotAvailable")
