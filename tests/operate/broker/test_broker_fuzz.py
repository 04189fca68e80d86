"""Whatever is sent, the broker answers as the standard says, never with a mistake of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from operate_calls import Asker, asked_server

NAMES = st.sampled_from([
    "id", "type", "scope", "@context", "value", "object", "languageMap", "vocab", "json",
    "valueList", "objectList", "datasetId", "observedAt", "unitCode", "coordinates", "a", "b",
    "createdAt", "modifiedAt", "expiresAt", "instanceId", "geometries", "@none", "a b", "", "é",
])  # fmt: skip
TEXTS = st.sampled_from([
    "urn:f:1", "T", "Property", "Relationship", "GeoProperty", "LanguageProperty", "VocabProperty",
    "JsonProperty", "ListProperty", "ListRelationship", "Point", "Polygon", "GeometryCollection",
    "urn:ngsi-ld:null", "2026-02-30T00:00:00Z", "2026-02-28T00:00:00Z", "/a/b", "", "\x00", "🏠",
    "https://nowhere.example/c.jsonld", "@none",
])  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(
    allow_nan=False, allow_infinity=False) | TEXTS | st.text(max_size=5)  # fmt: skip
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)  # fmt: skip
ENTITIES = st.dictionaries(NAMES, JSON, max_size=5).map(
    lambda one: {"id": "urn:f:1", "type": "T", **one}
)
PARAMS = st.dictionaries(
    st.sampled_from(["options", "format", "type", "attrs", "pick", "omit", "q", "lang", "limit",
                     "offset", "count", "georel", "geometry", "coordinates", "scopeQ", "idPattern",
                     "orderBy", "join", "joinLevel", "datasetId", "id", "geoproperty", "local"]),
    st.text(max_size=12) | st.sampled_from(["keyValues", "a{b}", "a>1", "a[b]==1", "[1,2]", "near",
                                            "Point", "true", "T", "a;desc", "inline", "1"]),
    max_size=5,
)  # fmt: skip
RULES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    with asked_server(tmp_path_factory.mktemp("fuzz")) as asker:
        asker.create({"id": "urn:f:1", "type": "T", "a": 1, "b": {"type": "Relationship",
                      "object": "urn:f:2"}})  # fmt: skip
        yield asker


@RULES
@given(ENTITIES, st.booleans(), st.sampled_from(["", "keyValues", "concise"]))
def test_any_entity_is_taken_or_told_to_be_wrong(
    server: Asker, entity: Any, linked: bool, options: str
) -> None:
    headers = {"content-type": "application/ld+json" if linked else "application/json"}
    entity = {**entity, "id": "urn:f:new"}
    answer = server.post("/entities", entity, headers, **({"options": options} if options else {}))

    assert answer.status in {201, 400, 503}, answer.body
    if answer.status == 201:
        for how in ("normalized", "concise", "simplified"):
            told = server.get("/entities/urn:f:new", format=how)
            assert told.status == 200, told.body
            again = {**told.json(), "id": "urn:f:again"}
            if how != "simplified":
                assert server.post("/entities", again).status == 201
                assert {**server.get("/entities/urn:f:again", format=how).json(),
                        "id": "urn:f:new"} == told.json()  # fmt: skip
                server.ask("DELETE", "/entities/urn:f:again")
        server.ask("DELETE", "/entities/urn:f:new")


@RULES
@given(JSON, st.sampled_from([
    ("PATCH", "/entities/urn:f:1"), ("PATCH", "/entities/urn:f:1/attrs"),
    ("POST", "/entities/urn:f:1/attrs"), ("PATCH", "/entities/urn:f:1/attrs/a"),
    ("PUT", "/entities/urn:f:1/attrs/a"), ("PUT", "/entities/urn:f:1"),
    ("POST", "/entityOperations/upsert"), ("POST", "/entityOperations/merge"),
    ("POST", "/entityOperations/update"), ("POST", "/entityOperations/query"),
    ("POST", "/entityOperations/delete"),
]))  # fmt: skip
def test_any_fragment_is_taken_or_told_to_be_wrong(
    server: Asker, fragment: Any, where: tuple[str, str]
) -> None:
    answer = server.ask(*where, fragment)

    assert answer.status < 500 or answer.problem == "LdContextNotAvailable", (where, answer.body)
    told = server.get("/entities", local="true", limit=1000)
    assert told.status == 200, told.body


@RULES
@given(PARAMS, st.sampled_from(["/entities", "/entities/urn:f:1", "/types", "/attributes/a"]))
def test_any_parameters_are_understood_or_told_to_be_wrong(
    server: Asker, params: dict[str, str], path: str
) -> None:
    answer = server.get(path, **params)

    assert answer.status in {200, 400, 403, 404}, (path, params, answer.body)


def test_what_once_was_a_mistake_of_ours_is_told_to_be_wrong(server: Asker) -> None:
    asked = server.get("/entities", type="T", georel="overlaps", geometry="Point",
                       coordinates="[1,2,3,4]")  # fmt: skip
    subscription = {
        "type": "Subscription", "entities": [{"type": "T"}], "temporalQ": [{}],
        "notification": {"endpoint": {"uri": "http://127.0.0.1:9/"}},
    }  # fmt: skip

    assert asked.status == 400
    assert server.post("/csourceSubscriptions", subscription).status == 400


REGISTRATION = {
    "type": "ContextSourceRegistration", "endpoint": "http://127.0.0.1:9",
    "information": [{"entities": [{"type": "F", "idPattern": ".*"}], "propertyNames": ["a"]}],
    "mode": "inclusive", "operations": ["retrieveOps"], "datasetId": ["urn:d:1"], "scope": "/a",
    "contextSourceInfo": [{"key": "a", "value": "b"}], "expiresAt": "2040-01-01T00:00:00Z",
    "location": {"type": "Point", "coordinates": [1, 2]}, "tenant": "t", "own": {"a": 1},
    "observationInterval": {"startAt": "2020-01-01T00:00:00Z"}, "management": {"timeout": 10},
}  # fmt: skip
SUBSCRIPTION = {
    "type": "Subscription", "entities": [{"type": "F"}], "expandValues": "a", "jsonKeys": "a",
    "datasetId": ["@none"], "scopeQ": "/a", "q": "a>1", "csf": "own==1", "throttling": 1,
    "temporalQ": {"timerel": "before", "timeAt": "2020-01-01T00:00:00Z"}, "lang": "az",
    "notification": {"endpoint": {"uri": "http://127.0.0.1:9/", "timeout": 1}},
}  # fmt: skip


@RULES
@given(
    st.sampled_from([("/csourceRegistrations", REGISTRATION), ("/subscriptions", SUBSCRIPTION),
                     ("/csourceSubscriptions", SUBSCRIPTION)]),
    st.data(), JSON,
)  # fmt: skip
def test_any_member_of_what_is_registered_is_taken_or_told_to_be_wrong(
    server: Asker, what: tuple[str, dict[str, Any]], data: st.DataObject, value: Any
) -> None:
    path, document = what
    name = data.draw(st.sampled_from(sorted(document)))
    key = "urn:f:registered"

    made = server.post(path, {**document, "id": key, name: value})
    if made.status == 409:
        made = server.post(path, {**document, name: value})
    changed = server.ask("PATCH", f"{path}/{key}", {name: value})
    listed = server.get(path, type="F", csf="own==1") if "Reg" in path else server.get(path)
    if made.status == 201:
        server.ask("DELETE", made.headers["location"].removeprefix("/ngsi-ld/v1"))

    for answer in (made, changed, listed):
        assert answer.status < 500 or answer.problem == "LdContextNotAvailable", answer.body
