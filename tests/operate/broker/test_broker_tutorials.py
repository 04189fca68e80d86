"""
What published tutorials of NGSI-LD brokers send, and what they say comes back.

The requests follow the step-by-step tutorials of FIWARE (merge-patch, extended properties, entity
relationships, CRUD operations, subscriptions) and the walkthrough of Scorpio; where their answers
and ETSI GS CIM 009 differ, the standard is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from operate_calls import Asker, asked_server

CITY = "/entities/urn:ngsi-ld:City:001"
VOCABULARY = {
    "fiware": "https://uri.fiware.org/ns/dataModels#",
    "Building": "fiware:Building",
    "category": "fiware:category",
    "barn": "https://wiki.openstreetmap.org/wiki/Tag:building%3Dbarn",
}
GERMAN = {
    "fiware": VOCABULARY["fiware"],
    "Gebäude": "fiware:Building",
    "kategorie": "fiware:category",
    "scheune": VOCABULARY["barn"],
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    with asked_server(tmp_path_factory.mktemp("tutorials")) as asker:
        yield asker


def city() -> dict[str, Any]:
    return {
        "id": "urn:ngsi-ld:City:001",
        "type": "City",
        "temperature": {"value": 25, "unitCode": "CEL", "observedAt": "2022-06-30T00:00:00.000Z"},
        "location": {"type": "Point", "coordinates": [28.955, 41.0136]},
        "population": {"value": 15840900, "observedAt": "2022-12-31T00:00:00.000Z"},
        "address": {"value": {"addressLocality": "Beşiktaş", "postalCode": "12345"}},
        "name": {"languageMap": {"el": "Κωνσταντινούπολις", "en": "Constantinople"}},
        "runBy": {"object": "urn:ngsi-ld:Administration:one"},
    }


def told(server: Asker, *names: str) -> dict[str, Any]:
    found: dict[str, Any] = server.get(CITY).json()
    return {name: found.get(name) for name in names}


@pytest.fixture
def istanbul(server: Asker) -> Asker:
    assert server.post("/entityOperations/upsert", [city()]).status in {201, 204}
    return server


# --- FIWARE, "Merge PATCH and Overwrite PUT" (5.6.17, 5.6.18) -----------------------------


def test_a_merge_changes_values_and_keeps_what_stands_beside_them(istanbul: Asker) -> None:
    moved = {"temperature": 20, "location": {"type": "Point", "coordinates": [13.3505, 52.5146]}}
    assert istanbul.ask("PATCH", CITY, moved).status == 204

    assert told(istanbul, "temperature", "location") == {
        "temperature": {"type": "Property", "value": 20, "unitCode": "CEL",
                        "observedAt": "2022-06-30T00:00:00.000Z"},
        "location": {"type": "GeoProperty",
                     "value": {"type": "Point", "coordinates": [13.3505, 52.5146]}},
    }  # fmt: skip


def test_a_merge_inserts_updates_and_deletes_at_once(istanbul: Asker) -> None:
    change = {"humidity": 80, "name": {"languageMap": {"en": "Berlin"}},
              "temperature": "urn:ngsi-ld:null"}  # fmt: skip
    assert istanbul.ask("PATCH", CITY, change).status == 204

    assert told(istanbul, "humidity", "name", "temperature") == {
        "humidity": {"type": "Property", "value": 80},
        "name": {"type": "LanguageProperty",
                 "languageMap": {"el": "Κωνσταντινούπολις", "en": "Berlin"}},
        "temperature": None,
    }  # fmt: skip


def test_plain_values_are_merged_and_attributes_keep_their_kind(istanbul: Asker) -> None:
    change = {"temperature": 19, "address": {"postalCode": "98765"},
              "runBy": "urn:ngsi-ld:Administration:two"}  # fmt: skip
    query = "?options=keyValues&observedAt=2022-10-10T10:10:00.000Z"
    assert istanbul.ask("PATCH", CITY + query, change).status == 204
    named = {"name": "Istanbul"}
    assert istanbul.ask("PATCH", f"{CITY}?options=keyValues&lang=en", named).status == 204

    assert told(istanbul, "temperature", "address", "runBy", "name") == {
        "temperature": {"type": "Property", "value": 19, "unitCode": "CEL",
                        "observedAt": "2022-10-10T10:10:00.000Z"},
        "address": {"type": "Property",
                    "value": {"addressLocality": "Beşiktaş", "postalCode": "98765"}},
        "runBy": {"type": "Relationship", "object": "urn:ngsi-ld:Administration:two"},
        "name": {"type": "LanguageProperty",
                 "languageMap": {"el": "Κωνσταντινούπολις", "en": "Istanbul"}},
    }  # fmt: skip


# --- FIWARE, "Extended Properties" (4.5.18, 4.5.20, 4.15) ---------------------------------


def test_words_of_a_vocabulary_are_told_in_the_readers_language(server: Asker) -> None:
    barn = {"id": "urn:ngsi-ld:Building:barn002", "type": "Building",
            "category": {"type": "VocabProperty", "vocab": "barn"},
            "name": {"type": "LanguageProperty",
                     "languageMap": {"@none": "The Big Red Barn", "de": "Große Rote Scheune"}},
            "@context": VOCABULARY}  # fmt: skip
    ld = {"content-type": "application/ld+json"}
    assert server.ask("POST", "/entities", barn, ld).status == 201
    hosted = server.post("/jsonldContexts", {"@context": GERMAN}).headers["location"]
    link = f'<http://here:1026{hosted}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'

    answer = server.ask("GET", "/entities/?type=Geb%C3%A4ude&pick=id,type,kategorie", None,
                        {"link": link})  # fmt: skip
    assert answer.json() == [
        {"id": "urn:ngsi-ld:Building:barn002", "type": "Gebäude",
         "kategorie": {"type": "VocabProperty", "vocab": "scheune"}}
    ]  # fmt: skip
    french = server.get("/entities/urn:ngsi-ld:Building:barn002", lang="fr", pick="name").json()
    assert french["name"] == {"type": "Property", "value": "The Big Red Barn", "lang": "@none"}


def test_keywords_of_json_ld_stand_for_their_names_in_the_core_context(server: Asker) -> None:
    lamp = {"@id": "urn:ngsi-ld:Lamp:1", "@type": "Lamp",
            "power": {"@type": "Property", "value": 5},
            "feeds": [{"@type": "Relationship", "object": "urn:ngsi-ld:Road:1"},
                      {"@type": "Relationship", "object": "urn:ngsi-ld:Road:2",
                       "datasetId": "urn:ngsi-ld:Dataset:2"}],
            "since": {"@type": "DateTime", "@value": "2026-03-01T00:00:00Z"}}  # fmt: skip
    assert server.post("/entities", lamp).status == 201

    assert server.get("/entities/urn:ngsi-ld:Lamp:1").json() == {
        "id": "urn:ngsi-ld:Lamp:1", "type": "Lamp", "power": {"type": "Property", "value": 5},
        "feeds": [{"type": "Relationship", "object": "urn:ngsi-ld:Road:1"},
                  {"type": "Relationship", "object": "urn:ngsi-ld:Road:2",
                   "datasetId": "urn:ngsi-ld:Dataset:2"}],
        "since": {"type": "Property",
                  "value": {"@type": "DateTime", "@value": "2026-03-01T00:00:00Z"}},
    }  # fmt: skip


# --- what other brokers take beyond the standard's letter ---------------------------------


@pytest.mark.parametrize(
    ("option", "left"), [("replace", {"category"}), ("update", {"category", "temperature"})]
)
def test_a_batch_of_updates_takes_the_options_of_upserts(
    server: Asker, option: str, left: set[str]
) -> None:
    key = f"urn:ngsi-ld:TemperatureSensor:{option}"
    server.create({"id": key, "type": "TemperatureSensor", "temperature": 21, "category": "old"})
    body = [{"id": key, "type": "TemperatureSensor", "category": ["actuator", "sensor"]}]

    assert server.post(f"/entityOperations/update?options={option}", body).status == 204
    found = server.get(f"/entities/{key}", options="keyValues").json()
    assert set(found) == {"id", "type"} | left
    assert found["category"] == ["actuator", "sensor"]


def test_quotation_marks_of_a_query_in_a_body_may_be_encoded(server: Asker) -> None:
    server.create({"id": "urn:ngsi-ld:Level:1", "type": "Level", "filling": 0.5,
                   "of": {"object": "urn:ngsi-ld:Building:farm001"}})  # fmt: skip
    query = "filling>0.4;filling<0.6;of==%22urn:ngsi-ld:Building:farm001%22"
    body = {"type": "Query", "entities": [{"type": "Level"}], "q": query}

    assert len(server.post("/entityOperations/query", body).json()) == 1
    body["q"] = "filling>%22"
    assert server.post("/entityOperations/query", body).problem == "BadRequestData"


def test_a_bare_plus_in_an_address_stands_for_a_level_of_scopes(server: Asker) -> None:
    server.create({"id": "urn:ngsi-ld:Tree:1", "type": "Tree", "scope": "/Madrid/Gardens/North"})

    answer = server.ask("GET", "/entities?type=Tree&scopeQ=/Madrid/+/North&pick=id")
    assert answer.json() == [{"id": "urn:ngsi-ld:Tree:1"}]


def test_an_instant_of_a_query_may_have_no_seconds(server: Asker) -> None:
    server.create({"id": "urn:ngsi-ld:Cow:1", "type": "Cow",
                   "heartRate": {"value": 50, "observedAt": "2021-09-16T10:59:58Z"}})  # fmt: skip
    window = {"timerel": "between", "timeAt": "2021-09-16T10:00Z", "type": "Cow"}

    found = server.get("/temporal/entities", endTimeAt="2021-09-16T11:00Z", **window).json()
    assert [one["value"] for one in found[0]["heartRate"]] == [50]
    late = server.get("/temporal/entities", endTimeAt="2021-09-16T24:00Z", **window)
    assert late.problem == "BadRequestData"


def test_kinds_of_contexts_are_known_in_small_letters_too(server: Asker) -> None:
    hosted = server.post("/jsonldContexts", {"@context": {"Lamp": "urn:lamp"}}).headers["location"]

    found = server.get("/jsonldContexts", kind="hosted").json()
    assert any(address.endswith(hosted) for address in found)
    assert server.get("/jsonldContexts", kind="other").problem == "BadRequestData"


def test_a_body_may_come_in_chunks_without_its_length(server: Asker) -> None:
    """Streaming clients, such as those of Java and Node.js, do not know it beforehand."""
    meter = {"id": "urn:ngsi-ld:Meter:chunked", "type": "Meter"}

    chunked = {"transfer-encoding": "chunked"}
    assert server.ask("POST", "/entities", meter, chunked).status == 201
    assert server.ask("POST", "/entities", b"", chunked).status in {400, 415}


def test_the_past_is_told_in_the_forms_that_the_interfaces_description_names(
    server: Asker,
) -> None:
    key = "urn:ngsi-ld:Barn:1"
    at = "2026-07-01T00:00:00Z"
    server.create({"id": key, "type": "Barn", "heat": {"value": 20, "observedAt": at},
                   "owner": {"object": "urn:ngsi-ld:Farmer:1", "observedAt": at}})  # fmt: skip
    path = f"/temporal/entities/{key}"

    for asked in ({"format": "concise"}, {"options": "concise"}):
        found = server.get(path, **asked).json()
        assert found["type"] == "Barn"
        assert {"value": 20, "observedAt": at}.items() <= found["heat"][0].items()
        assert found["owner"][0]["object"] == "urn:ngsi-ld:Farmer:1"
        assert "type" not in found["heat"][0] | found["owner"][0]
    window = {"timerel": "after", "timeAt": "2026-06-30T00:00:00Z", "aggrMethods": "max"}
    sums = [server.get(path, format=one, attrs="heat", **window).json()
            for one in ("aggregated", "aggregatedValues")]  # fmt: skip
    assert sums[0] == sums[1]
    assert sums[0]["heat"]["max"][0][0] == 20
    both = server.get(path, options="simplified,aggregatedValues", **window)
    assert both.problem == "InvalidRequest"
