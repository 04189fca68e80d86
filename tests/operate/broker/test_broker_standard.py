"""What the broker refuses and how it answers, clause by clause of ETSI GS CIM 009."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from operate_calls import Answer, Asker, asked_server

from bunyad.operate.broker import expiry

LD = {"content-type": "application/ld+json"}
NULL = "urn:ngsi-ld:null"
_numbers = itertools.count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    with asked_server(tmp_path_factory.mktemp("standard")) as asker:
        yield asker


def is_(value: Any, **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, **more}


def pump(server: Asker, kind: str = "Pump", **attributes: Any) -> str:
    key = f"urn:ngsi-ld:{kind}:{next(_numbers)}"
    server.create({"id": key, "type": kind, **attributes})
    return key


def ids(answer: Answer) -> list[str]:
    return [entity["id"] for entity in answer.json()]


# --- what is not read (5.5.4, 5.2) --------------------------------------------------------


@pytest.mark.parametrize(
    "attributes",
    [
        {"flow": NULL},
        {"flow": is_(NULL)},
        {"flow": is_({"inner": NULL})},
        {"flow": is_(1, datasetId=None)},
        {"flow": is_(1, datasetId="one")},
        {"flow": {"type": "LanguageProperty", "languageMap": {"az": None}}},
        {"flow": {"type": "LanguageProperty", "languageMap": {"not a tag": "su"}}},
        {"flow": {"type": "LanguageProperty", "languageMap": {"az": "su"}, "unitCode": "K"}},
        {"flow": is_(1, **{"@context": {}})},
        {"location": is_(5)},
        {"operationSpace": is_(5)},
        {"unitCode": is_(5)},
        {"observedAt": is_(5)},
        {"expiresAt": "soon"},
    ],
)
def test_what_the_data_model_forbids_is_refused(server: Asker, attributes: Any) -> None:
    refused = server.post("/entities", {"id": "urn:ngsi-ld:Bad:1", "type": "Bad", **attributes})

    assert (refused.status, refused.problem) == (400, "BadRequestData")


def test_a_context_that_is_null_is_refused(server: Asker) -> None:
    body = {"id": "urn:ngsi-ld:Bad:2", "type": "Bad", "@context": None}

    assert server.post("/entities", body, LD).status == 400


def test_a_body_that_is_too_deep_is_refused(server: Asker) -> None:
    for depth in (300, 5_000):
        value = b'{"a":' * depth + b"1" + b"}" * depth
        body = b'{"id":"urn:a:1","type":"A","b":{"type":"Property","value":' + value + b"}}"
        assert server.post("/entities", body).status == 400


def test_what_is_not_there_is_told_before_what_is_wrong(server: Asker) -> None:
    for method, path in (("PUT", ""), ("PATCH", ""), ("POST", "/attrs"), ("PATCH", "/attrs")):
        answer = server.ask(method, f"/entities/urn:ngsi-ld:Pump:none{path}", {"flow": {"type": 5}})
        assert (answer.status, answer.problem) == (404, "ResourceNotFound")


def test_no_common_type_of_answer_is_406_with_those_there_are(server: Asker) -> None:
    refused = server.get("/entities", {"accept": "text/html"}, local="true")

    assert refused.status == 406
    assert "application/ld+json" in refused.json()["availableRepresentations"]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/entities", {"q": ""}),
        ("/entities", {"attrs": "createdAt"}),
        ("/entities", {"q": "modifiedAt>2026-01-01T00:00:00Z"}),
        ("/entities", {"type": "*", "local": "false"}),
        ("/entities", {"type": "Pump", "local": "perhaps"}),
        ("/entities", {"type": "Pump", "csf": "=="}),
        ("/entities", {"type": "Pump", "q": "partOf{name==5}"}),
        ("/entities", {"type": "Pump", "orderBy": "location;dist-asc", "local": "true"}),
        ("/entities", {"type": "Pump", "collation": "no such", "local": "true"}),
        ("/entities", {"type": "Pump", "orderBy": "flow", "orderFrom": "x", "local": "true"}),
        ("/temporal/entities", {"type": "Pump"}),
    ],
)
def test_queries_that_cannot_be_meant_are_refused(
    server: Asker, path: str, params: dict[str, str]
) -> None:
    assert server.get(path, **params).status == 400


def test_more_than_one_answer_can_hold_is_refused_as_such(server: Asker) -> None:
    window = {"timerel": "before", "timeAt": "2099-01-01T00:00:00Z"}
    refused = server.get("/temporal/entities", type="Pump", limit=100_000, **window)

    assert (refused.status, refused.problem) == (403, "TooManyResults")


@pytest.mark.parametrize("path", ["/csourceRegistrations", "/subscriptions"])
def test_unknown_parameters_of_registrations_and_subscriptions_are_refused(
    server: Asker, path: str
) -> None:
    assert server.get(path, {}, colour="red").status == 400
    assert server.get(path, {}, options="colour").status == 400


# --- writing ------------------------------------------------------------------------------


def test_a_merge_takes_away_members_that_are_null(server: Asker) -> None:
    key = pump(server, flow=is_({"a": 1, "b": 2}, unitCode="K", expiresAt="2099-01-01T00:00:00Z"))

    server.ask(
        "PATCH", f"/entities/{key}", {"flow": is_({"a": NULL}, unitCode=NULL, expiresAt=NULL)}
    )

    assert server.get(f"/entities/{key}").json()["flow"] == is_({"b": 2})


def test_a_batch_update_adds_and_a_null_in_it_is_refused(server: Asker) -> None:
    key = pump(server, flow=is_(1))

    done = server.post("/entityOperations/update", [{"id": key, "type": "Pump", "level": is_(2)}])
    empty = server.post("/entityOperations/create", [None])

    assert done.status == 204
    assert server.get(f"/entities/{key}").json()["level"] == is_(2)
    assert empty.status == 400


def test_a_batch_merge_knows_when_and_in_which_language(server: Asker) -> None:
    street = {"type": "LanguageProperty", "languageMap": {"az": "Nizami"}}
    key = pump(server, street=street, flow=is_(1, observedAt="2026-01-01T00:00:00Z"))

    server.post(
        "/entityOperations/merge", [{"id": key, "street": is_("Nizami st"), "flow": is_(2)}],
        observedAt="2026-05-01T00:00:00Z", lang="en",
    )  # fmt: skip

    told = server.get(f"/entities/{key}").json()
    assert told["street"]["languageMap"] == {"az": "Nizami", "en": "Nizami st"}
    assert told["flow"]["observedAt"] == "2026-05-01T00:00:00Z"


def test_what_is_told_simply_is_a_bare_list(server: Asker) -> None:
    levels = {"type": "ListProperty", "valueList": [1, {"a": [2]}]}
    near = {"type": "ListRelationship", "objectList": ["urn:a:1", "urn:a:2"]}
    key = pump(server, levels=levels, near=near)

    told = server.get(f"/entities/{key}", format="simplified").json()

    assert (told["levels"], told["near"]) == ([1, {"a": [2]}], ["urn:a:1", "urn:a:2"])


def test_what_is_deleted_of_one_dataset_stands_in_the_past(server: Asker) -> None:
    other = "urn:ngsi-ld:Dataset:2"
    key = pump(server, flow=[is_(1), is_(2, datasetId=other)])

    server.ask("DELETE", f"/entities/{key}/attrs/flow", datasetId=other)

    past = server.get(f"/temporal/entities/{key}", options="sysAttrs", timeproperty="deletedAt",
                      timerel="before", timeAt="2099-01-01T00:00:00Z").json()  # fmt: skip
    assert [one["datasetId"] for one in as_list(past["flow"])] == [other]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# --- reading ------------------------------------------------------------------------------


def test_entities_are_ordered_by_how_far_they_are(server: Asker) -> None:
    places = {"near": 46.1, "far": 49.0, "middle": 47.0}
    keys = {
        name: pump(server, "Well", location={"type": "Point", "coordinates": [east, 39.0]})
        for name, east in places.items()
    }
    asked = {"type": "Well", "orderFrom": "[46,39]", "orderGeometry": "Point", "local": "true"}

    found = ids(server.get("/entities", orderBy="location;dist-asc", **asked))
    back = ids(server.get("/entities", orderBy="location;dist-desc", **asked))

    assert found == [keys["near"], keys["middle"], keys["far"]] == back[::-1]


def test_an_order_may_stand_in_the_body_of_a_query(server: Asker) -> None:
    keys = [pump(server, "Tank", level=is_(level)) for level in (2, 3, 1)]
    query = {"type": "Query", "entities": [{"type": "Tank"}],
             "ordering": {"orderBy": ["level;desc"]}}  # fmt: skip

    found = server.post("/entityOperations/query", query, local="true")

    assert ids(found) == [keys[1], keys[0], keys[2]]


def test_identifiers_go_before_their_pattern(server: Asker) -> None:
    key = pump(server, "Valve")

    assert ids(server.get("/entities", type="Valve", id=key, idPattern="^urn:none")) == [key]


def test_linked_entities_come_as_a_collection_of_features(server: Asker) -> None:
    room = pump(server, "Room", location={"type": "Point", "coordinates": [46.0, 39.0]})
    key = pump(server, "House", has={"type": "Relationship", "object": room})

    told = server.get(f"/entities/{key}", {"accept": "application/geo+json"}, join="flat").json()

    assert told["type"] == "FeatureCollection"
    assert {feature["id"] for feature in told["features"]} == {room, key}


def test_sums_may_be_asked_for_in_the_body_of_a_query(server: Asker) -> None:
    key = pump(server, "Gauge", flow=is_(4))
    server.ask("PATCH", f"/entities/{key}/attrs", {"flow": is_(6)})
    query = {
        "type": "Query", "entities": [{"type": "Gauge"}],
        "temporalQ": {"timerel": "before", "timeAt": "2099-01-01T00:00:00Z",
                      "timeproperty": "modifiedAt"},
        "aggrParams": {"aggrMethods": ["max"], "aggrPeriodDuration": "PT0S"},
    }  # fmt: skip

    found = server.post("/temporal/entityOperations/query", query, options="aggregatedValues")

    assert found.json()[0]["flow"]["max"][0][0] == 6


# --- what is over (4.25) ------------------------------------------------------------------


def test_what_is_over_is_taken_away_and_told_of(
    server: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    whole = pump(server, "Notice", expiresAt=soon, text=is_("now"))
    part = pump(server, "Notice", text=is_("now", expiresAt=soon), name=is_("board"))
    told = server.get(f"/entities/{whole}", options="sysAttrs").json()
    assert told["expiresAt"][:19] == soon[:19]
    assert "expiresAt" not in server.get(f"/entities/{whole}").json()

    later = expiry.now_us() + 2_000_000
    monkeypatch.setattr(expiry, "now_us", lambda: later)
    deadline = time.monotonic() + 20
    while "text" in server.get(f"/entities/{part}").json():
        assert time.monotonic() < deadline
        time.sleep(0.1)

    assert server.get(f"/entities/{whole}").status == 404
    server.create({"id": whole, "type": "Notice"})


# --- maps of entities (4.5.25, 5.14) ------------------------------------------------------


def test_a_map_binds_later_queries_to_the_entities_it_was_made_with(server: Asker) -> None:
    first, second = pump(server, "Lamp", flow=is_(1)), pump(server, "Lamp", flow=is_(2))
    made = server.get("/entities", type="Lamp", entityMap="true")
    address = made.headers["ngsild-entitymap"].removeprefix("/ngsi-ld/v1")
    pump(server, "Lamp", flow=is_(3))

    bound = server.get("/entities", {"ngsild-entitymap": address}, type="Lamp")
    told = server.get(address).json()

    assert (made.status, bound.status) == (201, 200)
    assert ids(bound) == [first, second]
    assert told["type"] == "EntityMap"
    assert told["entityMap"] == {first: ["@none"], second: ["@none"]}
    assert len(ids(server.get("/entities", type="Lamp"))) == 3


def test_a_map_is_made_prolonged_and_deleted(server: Asker) -> None:
    key = pump(server, "Mast")
    made = server.post("/entityMaps", {"type": "Query", "entities": [{"type": "Mast"}]})
    path = f"/entityMaps/{made.json()['id']}"
    past = {"timerel": "before", "timeAt": "2099-01-01T00:00:00Z"}

    changed = server.ask("PATCH", path, {"expiresAt": "2027-01-01T00:00:00Z", "entityMap": {}})

    assert (made.status, changed.status) == (201, 204)
    assert server.get(path).json()["entityMap"] == {key: ["@none"]}
    assert server.get("/temporal/entityMaps", type="Mast", **past).status == 201
    assert server.get(f"/entities/{key}", entityMap="true").status == 201
    assert server.ask("DELETE", path).status == 204
    assert server.get(path).status == 404
    assert server.get("/entityMaps/one").status == 400
    assert server.get("/entities", {"ngsild-entitymap": path}, type="Mast").status == 201


def test_a_map_lives_as_long_as_is_asked_for(server: Asker) -> None:
    pump(server, "Gate")
    asked = {"type": "Gate", "entityMap": "true"}

    gone = server.get("/entities", entityMapLifetime="PT0S", **asked).headers["ngsild-entitymap"]

    assert server.get(gone.removeprefix("/ngsi-ld/v1")).status == 404
    assert server.get("/entities", entityMapLifetime="soon", **asked).status == 400
    assert server.get("/entities", type="Gate", entityMap="maybe").status == 400


# --- subscriptions and registrations ------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        {"timeInterval": 5, "watchedAttributes": ["flow"]},
        {"notification": {"endpoint": {"uri": "http://a.example"}, "attributes": ["type"]}},
        {"jsonldContext": 5},
    ],
)
def test_subscriptions_that_cannot_be_meant_are_refused(server: Asker, fault: Any) -> None:
    body = {
        "type": "Subscription", "entities": [{"type": "Pump"}],
        "notification": {"endpoint": {"uri": "http://a.example"}}, **fault,
    }  # fmt: skip

    assert server.post("/subscriptions", body).status == 400


def test_a_subscription_tells_its_context_and_when_it_was_made(server: Asker) -> None:
    body = {
        "type": "Subscription", "entities": [{"type": "Quiet"}],
        "notification": {"endpoint": {"uri": "http://a.example"}},
    }  # fmt: skip
    path = server.post("/subscriptions", body).headers["location"].removeprefix("/ngsi-ld/v1")

    told = server.get(path, options="sysAttrs").json()

    assert {"createdAt", "modifiedAt", "jsonldContext"} <= told.keys()
    assert "createdAt" not in server.get(path).json()


def test_a_source_cannot_hold_alone_what_is_here(server: Asker) -> None:
    pump(server, "Held")
    body = {
        "type": "ContextSourceRegistration", "mode": "redirect", "endpoint": "http://127.0.0.1:9",
        "information": [{"entities": [{"type": "Held"}]}],
    }  # fmt: skip

    refused = server.post("/csourceRegistrations", body)

    assert (refused.status, refused.problem) == (409, "Conflict")


def test_an_answer_without_a_source_says_so(server: Asker) -> None:
    key = pump(server, "Alone")
    body = {
        "id": "urn:ngsi-ld:ContextSourceRegistration:gone", "type": "ContextSourceRegistration",
        "endpoint": "http://127.0.0.1:9", "information": [{"entities": [{"type": "Alone"}]}],
    }  # fmt: skip
    assert server.post("/csourceRegistrations", orjson.dumps(body)).status == 201

    try:
        found = server.get("/entities", type="Alone")
        ordered = server.get("/entities", type="Alone", orderBy="id")
    finally:
        server.ask("DELETE", f"/csourceRegistrations/{body['id']}")

    assert ids(found) == [key]
    assert found.headers["ngsild-warning"].startswith("199 ")
    assert ordered.status == 400


def test_a_term_with_a_context_of_its_own_is_refused(server: Asker) -> None:
    scoped = {
        "flow": {"@id": "https://a.example/flow", "@context": {"value": "https://a.example/v"}}
    }
    body = {"id": "urn:ngsi-ld:Bad:3", "type": "Bad", "flow": is_(1), "@context": scoped}

    refused = server.post("/entities", body, LD)

    assert (refused.status, refused.problem) == (400, "BadRequestData")


def test_queries_are_read_as_the_standard_writes_them(server: Asker) -> None:
    """Examples C.5.13 and C.5.15: a space after an operator, scopes in quotation marks."""
    key = pump(server, "Quoted", scope="/Madrid/Centro", marque={"languageMap": {"en": "Viva"}})

    assert ids(server.get("/entities", type="Quoted", q='marque[en]== "Viva"')) == [key]
    scopes = '"/Madrid/Centro,/Madrid/Cortes"'
    assert ids(server.get("/entities", type="Quoted", scopeQ=scopes)) == [key]


@pytest.mark.parametrize(("method", "path"), [
    ("POST", "/attrs"), ("PATCH", "/attrs"), ("PATCH", ""), ("PUT", ""),
])  # fmt: skip
def test_a_fragment_is_of_the_entity_that_the_path_names(
    server: Asker, method: str, path: str
) -> None:
    key = pump(server, flow=is_(1))
    told = server.ask(method, f"/entities/{key}{path}", {"id": "urn:x:9", "flow": is_(2)})
    assert (told.status, told.problem) == (400, "BadRequestData")


def test_a_mistake_of_ours_is_not_blamed_on_the_client(
    server: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any) -> None:
        raise TypeError("'int' object is not iterable")

    monkeypatch.setattr("bunyad.operate.broker.entities.insert", broken)
    told = server.post("/entities", {"id": "urn:a:b", "type": "T"})
    assert (told.status, told.problem) == (500, "InternalError")


def test_there_are_as_many_tenants_as_there_may_be(
    server: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = server.app.server.records
    body = {"id": "urn:a:tenant", "type": "T"}
    assert server.post("/entities", body, {"ngsild-tenant": "first"}).status == 201
    monkeypatch.setattr(records, "most_tenants", len(records.names()) - 1)

    refused = server.post("/entities", body, {"ngsild-tenant": "second"})

    assert (refused.status, "tenants already" in refused.json()["detail"]) == (400, True)
    assert server.post("/entities", body, {"ngsild-tenant": "first"}).status == 409
