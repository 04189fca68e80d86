"""Context sources: registered, found, and watched by those who want to know of them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from broker_life import Asked, Receiver, broker, receiver

KEY = "urn:ngsi-ld:ContextSourceRegistration:1"
PATH = f"/csourceRegistrations/{KEY}"
SUB = "urn:ngsi-ld:Subscription:sources"


def live(folder: Path, story) -> None:
    async def run() -> None:
        async with receiver() as heard, broker(folder) as ask:
            await story(ask, heard)

    asyncio.run(run())


def registration(**more: Any) -> dict[str, Any]:
    information = [
        {"entities": [{"type": "Meter", "idPattern": ".*:A.*"}], "propertyNames": ["power"]},
        {"entities": [{"type": "Pump", "id": "urn:pump:1"}]},
    ]
    return {
        "id": KEY,
        "type": "ContextSourceRegistration",
        "information": information,
        "endpoint": "http://source.example",
        **more,
    }


@pytest.mark.parametrize(
    "fault",
    [
        {"type": "Registration"},
        {"id": "one"},
        {"endpoint": "source"},
        {"endpoint": None},
        {"information": []},
        {"information": [{}]},
        {"information": [{"entities": []}]},
        {"information": [{"entities": [{"id": "urn:a"}]}]},
        {"information": [{"entities": [{"type": "A", "idPattern": "("}]}]},
        {"information": [{"propertyNames": []}]},
        {"mode": "friendly"},
        {"mode": "exclusive"},
        {"mode": "auxiliary"},
        {"operations": ["dance"]},
        {"expiresAt": "2020-01-01T00:00:00Z"},
        {"location": {"type": "Point"}},
        {"observationInterval": {"endAt": "2020-01-01T00:00:00Z"}},
        {"contextSourceInfo": [{"key": "a"}]},
        {"management": 5},
        {"management": {"timeout": 0}},
        {"management": {"cooldown": "PT1S"}},
        {"management": {"localOnly": "yes"}},
        {"management": {"cacheDuration": "soon"}},
    ],
)
def test_a_faulty_registration_is_refused(fault: dict[str, Any], tmp_path: Path) -> None:
    async def story(ask: Asked, _heard: Receiver) -> None:
        told = await ask("POST", "/csourceRegistrations", registration(**fault))
        assert told.status == 400

    live(tmp_path, story)


def test_a_registration_is_kept_told_changed_and_deleted(tmp_path: Path) -> None:
    async def story() -> None:
        async with broker(tmp_path) as ask:
            made = await ask("POST", "/csourceRegistrations", registration(owner="Energy agency"))
            assert (made.status, made.headers["location"]) == (201, f"/ngsi-ld/v1{PATH}")
            assert (await ask("POST", "/csourceRegistrations", registration())).status == 409
            assert (await ask("PATCH", PATH, {"registrationName": "north"})).status == 204
            assert (await ask("PATCH", PATH, {"endpoint": "nowhere"})).status == 400
        async with broker(tmp_path) as ask:
            told = (await ask("GET", PATH)).document
            assert told["information"] == registration()["information"]
            assert (told["owner"], told["registrationName"]) == ("Energy agency", "north")
            assert (await ask("DELETE", PATH)).status == 204
            for method, fragment in (("GET", None), ("DELETE", None), ("PATCH", {"owner": "x"})):
                assert (await ask(method, PATH, fragment)).status == 404
            assert (await ask("GET", "/csourceRegistrations/one")).status == 400

    asyncio.run(story())


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"type": "Meter"}, True),
        ({"type": "Meter|Boat"}, True),
        ({"type": "Boat"}, False),
        ({"type": "Meter", "id": "urn:meter:A1"}, True),
        ({"type": "Meter", "id": "urn:meter:B1"}, False),
        ({"type": "Pump", "id": "urn:pump:1"}, True),
        ({"type": "Pump", "idPattern": "^urn:pump"}, True),
        ({"type": "Pump", "idPattern": "^urn:boat"}, False),
        ({"type": "Meter", "attrs": "power"}, True),
        ({"type": "Meter", "attrs": "level"}, False),
        ({"type": "Pump", "attrs": "level"}, True),
        ({"attrs": "power"}, True),
        ({"q": "power>5"}, True),
        ({"type": "Meter", "csf": 'owner=="Energy agency"'}, True),
        ({"type": "Meter", "csf": 'owner=="Water agency"'}, False),
        ({"type": "Meter", "csf": "endpoint"}, True),
        ({"type": "Meter", "scopeQ": "/Zangilan/#"}, True),
        ({"type": "Meter", "scopeQ": "/Baku"}, False),
        (
            {"type": "Meter", "georel": "near;maxDistance==9", "geometry": "Point",
             "coordinates": "[46,39]"},
            True,
        ),
        (
            {"type": "Meter", "georel": "near;maxDistance==9", "geometry": "Point",
             "coordinates": "[47,39]"},
            False,
        ),
        ({"type": "Meter", "timerel": "before", "timeAt": "2026-01-01T00:00:00Z"}, False),
    ],
)  # fmt: skip
def test_registrations_are_found_by_what_they_have(params, found: bool, tmp_path: Path) -> None:
    async def story(ask: Asked, _heard: Receiver) -> None:
        place = {"type": "Point", "coordinates": [46, 39]}
        document = registration(owner="Energy agency", scope="/Zangilan/Aghali", location=place)
        assert (await ask("POST", "/csourceRegistrations", document)).status == 201
        told = await ask("GET", "/csourceRegistrations", **params)
        assert [one["id"] for one in told.document] == ([KEY] if found else [])

    live(tmp_path, story)


def test_sources_of_the_past_are_found_by_their_intervals(tmp_path: Path) -> None:
    async def story(ask: Asked, _heard: Receiver) -> None:
        interval = {"startAt": "2025-01-01T00:00:00Z", "endAt": "2026-01-01T00:00:00Z"}
        await ask("POST", "/csourceRegistrations", registration(observationInterval=interval))

        async def found(**params: str) -> int:
            return len((await ask("GET", "/csourceRegistrations", type="Meter", **params)).document)

        assert await found() == 0
        assert await found(timerel="after", timeAt="2025-06-01T00:00:00Z") == 1
        assert await found(timerel="after", timeAt="2026-06-01T00:00:00Z") == 0
        across = {"timeAt": "2024-01-01T00:00:00Z", "endTimeAt": "2025-02-01T00:00:00Z"}
        assert await found(timerel="between", **across) == 1
        assert await found(timerel="between", timeproperty="modifiedAt", **across) == 0

    live(tmp_path, story)


def test_a_query_of_registrations_says_what_of(tmp_path: Path) -> None:
    async def story(ask: Asked, _heard: Receiver) -> None:
        assert (await ask("GET", "/csourceRegistrations")).status == 400
        told = await ask("GET", "/csourceRegistrations", type="Meter", count="true", limit="0")
        assert told.headers["ngsild-results-count"] == "0"

    live(tmp_path, story)


def test_what_one_source_has_alone_no_other_has(tmp_path: Path) -> None:
    async def story(ask: Asked, _heard: Receiver) -> None:
        alone = {
            "mode": "exclusive",
            "information": [
                {"entities": [{"type": "Pump", "id": "urn:pump:2"}], "propertyNames": ["level"]}
            ],
        }
        pump = {"id": "urn:pump:2", "type": "Pump", "level": 1}
        await ask("POST", "/entities", pump)
        told = await ask("POST", "/csourceRegistrations", registration(**alone))
        assert told.status == 409
        await ask("DELETE", "/entities/urn:pump:2")
        told = await ask("POST", "/csourceRegistrations", registration(**alone))
        assert told.status == 201
        second = {**registration(**alone), "id": f"{KEY}2"}
        assert (await ask("POST", "/csourceRegistrations", second)).status == 409

    live(tmp_path, story)


def test_those_who_watch_hear_of_sources_that_come_change_and_go(tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        await ask("POST", "/csourceRegistrations", registration())
        subscription = {
            "id": SUB,
            "type": "Subscription",
            "entities": [{"type": "Meter"}],
            "notification": {"endpoint": {"uri": f"{heard.url}/notify"}},
        }
        assert (await ask("POST", "/csourceSubscriptions", subscription)).status == 201
        assert (await ask("POST", "/csourceSubscriptions", subscription)).status == 409
        await heard.wait(1)
        await ask("PATCH", PATH, {"registrationName": "north"})
        other = {"information": [{"entities": [{"type": "Pump"}]}]}
        await heard.wait(2)
        await ask("PATCH", PATH, other)
        await heard.wait(3)
        await ask("PATCH", PATH, {"information": registration()["information"]})
        await heard.wait(4)
        await ask("DELETE", PATH)
        letters = await heard.wait(5)

        reasons = [letter.document["triggerReason"] for letter in letters]
        assert reasons == [
            "newlyMatching", "updated", "noLongerMatching", "newlyMatching", "noLongerMatching"
        ]  # fmt: skip
        first = letters[0].document
        assert first["type"] == "ContextSourceNotification"
        assert first["subscriptionId"] == SUB
        assert first["data"][0]["information"] == registration()["information"][:1]

        assert (await ask("GET", "/csourceSubscriptions")).document[0]["id"] == SUB
        where = f"/csourceSubscriptions/{SUB}"
        assert (await ask("GET", where)).document["status"] == "active"
        assert (await ask("PATCH", where, {"isActive": False})).status == 204
        assert (await ask("GET", where)).document["status"] == "paused"
        assert (await ask("DELETE", where)).status == 204
        assert (await ask("GET", where)).status == 404
        assert (await ask("GET", "/subscriptions")).document == []

    live(tmp_path, story)


def test_subscriptions_to_sources_outlive_the_broker(tmp_path: Path) -> None:
    async def story() -> None:
        async with receiver() as heard:
            document = {
                "id": SUB,
                "type": "Subscription",
                "entities": [{"type": "Meter"}],
                "notification": {"endpoint": {"uri": f"{heard.url}/notify"}},
            }
            async with broker(tmp_path) as ask:
                assert (await ask("POST", "/csourceSubscriptions", document)).status == 201
            async with broker(tmp_path) as ask:
                await ask("POST", "/csourceRegistrations", registration())
                letters = await heard.wait(1)
            assert letters[0].document["triggerReason"] == "newlyMatching"

    asyncio.run(story())


def test_a_broker_tells_who_it_is_for_each_tenant(tmp_path: Path) -> None:
    async def story(ask: Asked, _heard: Receiver) -> None:
        told = (await ask("GET", "/info/sourceIdentity")).document
        again = (await ask("GET", "/info/sourceIdentity")).document
        other = (await ask("GET", "/info/sourceIdentity", headers={"ngsild-tenant": "b"})).document
        assert told["contextSourceAlias"] == again["contextSourceAlias"]
        assert told["contextSourceAlias"] != other["contextSourceAlias"]
        assert told["contextSourceUptime"].startswith("PT")

    live(tmp_path, story)
