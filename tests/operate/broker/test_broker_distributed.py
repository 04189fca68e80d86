"""Operations that several brokers do together: real brokers that talk over this machine."""

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from broker_life import Asked, broker, receiver
from broker_sources import KEY, Source, meter, register, registration, source


def live(folder: Path, story) -> None:
    async def run() -> None:
        async with source(folder / "there") as there, broker(folder / "here") as ask:
            await story(ask, there)

    asyncio.run(run())


def observed(value: Any, minute: int) -> dict[str, Any]:
    at = f"2026-03-01T00:{minute:02d}:00Z"
    return {"type": "Property", "value": value, "observedAt": at}


def test_an_entity_is_read_from_here_and_there(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        await ask("POST", "/entities", meter(power=observed(1, 5), name="here"))
        await there.ask("POST", "/entities", meter(power=observed(2, 9), level=3))
        await register(ask, registration(there.url))
        told = (await ask("GET", f"/entities/{KEY}")).document

        assert told["power"]["value"] == 2  # observed later
        assert told["name"]["value"] == "here"
        assert told["level"]["value"] == 3
        alone = (await ask("GET", f"/entities/{KEY}", local="true")).document
        assert alone["power"]["value"] == 1
        assert "level" not in alone
        simple = (await ask("GET", f"/entities/{KEY}", options="keyValues", attrs="level")).document
        assert simple == {"id": KEY, "type": "Meter", "level": 3}

    live(tmp_path, story)


def test_an_auxiliary_source_fills_in_what_is_missing_only(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        await ask("POST", "/entities", meter(power=observed(1, 5)))
        await there.ask("POST", "/entities", meter(power=observed(2, 9), level=3))
        await register(ask, registration(there.url, "auxiliary", operations=["retrieveOps"]))
        told = (await ask("GET", f"/entities/{KEY}", options="keyValues")).document
        assert (told["power"], told["level"]) == (1, 3)

    live(tmp_path, story)


def test_entities_are_found_here_and_there(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        await ask("POST", "/entities", meter(1, power=1))
        for number in (2, 3):
            await there.ask("POST", "/entities", meter(number, power=number))
        await register(ask, registration(there.url))

        async def found(**params: str) -> list[str]:
            told = await ask("GET", "/entities", **params)
            assert told.status == 200, told.body
            return [one["id"][-1] for one in told.document]

        assert await found(type="Meter") == ["1", "2", "3"]
        assert await found(type="Meter", q="power>1") == ["2", "3"]
        assert await found(type="Meter", limit="1", offset="1") == ["2"]
        assert await found(type="Meter", local="true") == ["1"]
        assert await found(type="Pump") == []
        told = await ask("GET", "/entities", type="Meter", count="true", limit="2")
        assert told.headers["ngsild-results-count"] == "3"

    live(tmp_path, story)


def test_a_redirect_source_holds_the_data_and_this_broker_does_not(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        operations = {"operations": ["redirectionOps"]}
        await register(ask, registration(there.url, "redirect", **operations))
        made = await ask("POST", "/entities", meter(power=1))
        assert (made.status, made.headers["location"]) == (201, f"/ngsi-ld/v1/entities/{KEY}")
        assert (await ask("GET", f"/entities/{KEY}", local="true")).status == 404
        assert (await there.ask("GET", f"/entities/{KEY}")).document["power"]["value"] == 1

        update = {"power": {"type": "Property", "value": 2}}
        assert (await ask("PATCH", f"/entities/{KEY}/attrs", update)).status == 204
        assert (await ask("PATCH", f"/entities/{KEY}/attrs/power", {"value": 3})).status == 204
        assert (await ask("GET", f"/entities/{KEY}")).document["power"]["value"] == 3
        assert (await ask("DELETE", f"/entities/{KEY}/attrs/power")).status == 204
        assert (await ask("DELETE", f"/entities/{KEY}")).status == 204
        assert (await there.ask("GET", f"/entities/{KEY}")).status == 404

    live(tmp_path, story)


def test_an_exclusive_source_gets_its_attributes_and_the_rest_stays(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        operations = {"operations": ["redirectionOps"]}
        await register(ask, registration(there.url, "exclusive", **operations))
        assert (await ask("POST", "/entities", meter(power=1, name="here"))).status == 201
        here = (await ask("GET", f"/entities/{KEY}", local="true")).document
        assert set(here) == {"id", "type", "name"}
        whole = (await ask("GET", f"/entities/{KEY}", options="keyValues")).document
        assert whole == {"id": KEY, "type": "Meter", "name": "here", "power": 1}

    live(tmp_path, story)


def test_an_operation_that_a_source_does_not_take_is_a_conflict(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        await register(ask, registration(there.url, "exclusive", operations=["retrieveOps"]))
        told = await ask("POST", "/entities", meter(power=1))
        assert told.status == 409
        told = await ask("POST", "/entities", meter(power=1, name="here"))
        assert told.status == 207
        told = await ask("POST", "/entities", meter(2, power=1))
        assert told.status == 201

    live(tmp_path, story)


def test_a_source_that_fails_is_told_of_and_the_rest_is_done(tmp_path: Path) -> None:
    async def story() -> None:
        async with receiver() as gone:
            url = gone.url
        async with broker(tmp_path) as ask:
            operations = {"operations": ["redirectionOps"]}
            await register(ask, registration(url, **operations))
            told = await ask("POST", "/entities", meter(power=1))
            assert told.status == 207
            assert told.document["errors"][0]["registrationId"].endswith("inclusive")
            assert (await ask("GET", f"/entities/{KEY}")).document["power"]["value"] == 1
            about = (await ask("GET", "/csourceRegistrations", type="Meter")).document[0]
            assert about["status"] == "failed"

    asyncio.run(story())


def test_requests_that_go_round_in_circles_end(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        await there.ask("POST", "/csourceRegistrations", registration(there.url))
        await there.ask("POST", "/entities", meter(power=1))
        told = await there.ask("GET", f"/entities/{KEY}")
        assert told.document["power"]["value"] == 1
        identity = (await ask("GET", "/info/sourceIdentity")).document["contextSourceAlias"]
        await register(ask, registration(there.url))
        via = {"via": f"1.1 {identity}"}
        assert (await ask("GET", f"/entities/{KEY}", headers=via)).status == 508

    live(tmp_path, story)


def test_what_a_source_wants_said_is_said(tmp_path: Path) -> None:
    async def story() -> None:
        async with receiver() as heard, broker(tmp_path) as ask:
            heard.bodies[f"/ngsi-ld/v1/entities/{KEY}"] = meter(power=5)
            info = [{"key": "Authorization", "value": "Bearer x"}]
            await register(ask, registration(heard.url, contextSourceInfo=info, tenant="north"))
            told = (await ask("GET", f"/entities/{KEY}")).document
            headers = heard.heard[0].headers
            assert told["power"]["value"] == 5
            assert headers["authorization"] == "Bearer x"
            assert headers["ngsild-tenant"] == "north"
            assert headers["via"].startswith("1.1 bunyad-")

    asyncio.run(story())


def test_a_batch_is_shared_among_here_and_there(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        redirect = registration(there.url, "redirect", operations=["redirectionOps"])
        assert (await ask("POST", "/csourceRegistrations", redirect)).status == 201
        pump = {"id": "urn:ngsi-ld:Pump:1", "type": "Pump", "flow": observed(1, 1)}
        batch = [meter(1, power=1), meter(2, power=2), pump]

        made = await ask("POST", "/entityOperations/create", batch)
        again = await ask("POST", "/entityOperations/create", batch)
        merged = await ask("POST", "/entityOperations/merge", [meter(1, power=7), pump])
        upserted = await ask("POST", "/entityOperations/upsert", [meter(1, power=8), meter(3)])
        updated = await ask("POST", "/entityOperations/update", [meter(2, voltage=230)])

        assert (made.status, sorted(made.document)) == (
            201, ["urn:ngsi-ld:Meter:1", "urn:ngsi-ld:Meter:2", "urn:ngsi-ld:Pump:1"],
        )  # fmt: skip
        assert (again.status, len(again.document["errors"])) == (207, 3)
        assert sum("registrationId" in one for one in again.document["errors"]) == 2
        assert (merged.status, updated.status) == (204, 204)
        assert (upserted.status, upserted.document) == (201, ["urn:ngsi-ld:Meter:3"])
        told = await there.ask("GET", "/entities", type="Meter", format="simplified")
        by_id = sorted(told.document, key=lambda one: one["id"])  # they are made side by side
        assert [(one.get("power"), one.get("voltage")) for one in by_id] == [
            (8, None), (2, 230), (None, None),
        ]  # fmt: skip
        here = await ask("GET", "/entities", type="Meter", local="true")
        assert here.document == []

        keys = [one["id"] for one in batch]
        assert (await ask("POST", "/entityOperations/delete", keys)).status == 204
        left = await there.ask("GET", "/entities", type="Meter")
        assert [one["id"] for one in left.document] == ["urn:ngsi-ld:Meter:3"]

    live(tmp_path, story)


def test_a_source_that_takes_batches_gets_one(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        operations = ["createBatch", "deleteBatch", "retrieveOps"]
        takes = registration(there.url, "redirect", operations=operations)
        assert (await ask("POST", "/csourceRegistrations", takes)).status == 201
        await there.ask("POST", "/entities", meter(2))

        made = await ask("POST", "/entityOperations/create", [meter(1), meter(2)])
        changed = await ask("POST", "/entityOperations/merge", [meter(1, power=7)])

        assert (made.status, made.document["success"]) == (207, [KEY])
        assert [one["entityId"] for one in made.document["errors"]] == ["urn:ngsi-ld:Meter:2"]
        error = changed.document["errors"][0]
        assert (changed.status, error["error"]["status"]) == (207, 409)
        assert (await there.ask("GET", f"/entities/{KEY}")).status == 200

    live(tmp_path, story)


def test_what_is_purged_is_purged_there_as_well(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        offers = registration(there.url, operations=["purgeEntity", "retrieveOps"])
        await ask("POST", "/csourceRegistrations", offers)
        await ask("POST", "/entities", meter(1, power=5))
        await there.ask("POST", "/entities", meter(2, power=5))

        assert (await ask("DELETE", "/entities", type="Meter", q="power>4")).status == 204

        assert (await ask("GET", "/entities", type="Meter")).document == []

    live(tmp_path, story)


def test_queries_by_post_and_of_split_entities_find_what_is_there(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        await ask("POST", "/csourceRegistrations", registration(there.url))
        await ask("POST", "/entities", meter(1, power=5))
        await there.ask("POST", "/entities", meter(1, voltage=230))
        await there.ask("POST", "/entities", meter(2, power=6))
        query = {"type": "Query", "entities": [{"type": "Meter"}], "q": "power>5"}
        both = "power==5;voltage==230"

        posted = await ask("POST", "/entityOperations/query", query)
        apart = await ask("GET", "/entities", type="Meter", q=both)
        whole = await ask("GET", "/entities", type="Meter", q=both, splitEntities="true")

        assert [one["id"] for one in posted.document] == ["urn:ngsi-ld:Meter:2"]
        assert apart.document == []
        assert [one["id"] for one in whole.document] == [KEY]

    live(tmp_path, story)


def test_a_map_says_who_has_an_entity_and_binds_to_it(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        source = registration(there.url)
        await ask("POST", "/csourceRegistrations", source)
        await ask("POST", "/entities", meter(1, power=5))
        await there.ask("POST", "/entities", meter(1, voltage=230))
        await there.ask("POST", "/entities", meter(2, power=6))

        made = await ask("GET", "/entities", type="Meter", entityMap="true")
        await there.ask("POST", "/entities", meter(3, power=6))
        address = made.headers["ngsild-entitymap"]
        told = (await ask("GET", address.removeprefix("/ngsi-ld/v1"))).document
        bound = await ask("GET", "/entities", type="Meter", headers={"NGSILD-EntityMap": address})

        assert made.status == 201
        assert told["entityMap"] == {
            KEY: ["@none", source["id"]], "urn:ngsi-ld:Meter:2": [source["id"]],
        }  # fmt: skip
        assert list(told["linkedMaps"]) == [source["id"]]
        assert [one["id"] for one in bound.document] == [KEY, "urn:ngsi-ld:Meter:2"]
        assert bound.document[0].keys() >= {"power", "voltage"}

    live(tmp_path, story)


def test_the_past_is_read_from_here_and_there(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        offers = registration(there.url, operations=["retrieveTemporal", "queryTemporal"])
        await ask("POST", "/csourceRegistrations", offers)
        for asked, number, minutes in (
            (ask, 1, (1, 4)),
            (there.ask, 1, (2, 3)),
            (there.ask, 2, (5,)),
        ):
            for minute in minutes:
                await asked(
                    "POST", "/temporal/entities", meter(number, power=[observed(minute, minute)])
                )
        window = {"timerel": "after", "timeAt": "2026-01-01T00:00:00Z"}
        path = f"/temporal/entities/{KEY}"

        told = (await ask("GET", path, **window)).document
        last = (await ask("GET", path, lastN="2", options="temporalValues", **window)).document
        found = await ask("GET", "/temporal/entities", type="Meter", count="true", **window)
        query = {"type": "Query", "entities": [{"type": "Meter"}], "temporalQ": window}
        posted = await ask("POST", "/temporal/entityOperations/query", query)
        local = await ask("GET", path, local="true", **window)
        mapped = await ask("GET", "/temporal/entities", type="Meter", entityMap="true", **window)

        assert [one["value"] for one in told["power"]] == [1, 2, 3, 4]
        assert [value for value, _ in last["power"]["values"]] == [4, 3]
        assert [one["id"] for one in found.document] == [KEY, "urn:ngsi-ld:Meter:2"]
        assert found.headers["ngsild-results-count"] == "2"
        assert posted.document == found.document == mapped.document
        assert mapped.status == 201
        assert len(local.document["power"]) == 2

    live(tmp_path, story)


def test_a_source_is_treated_as_its_registration_says(tmp_path: Path) -> None:
    async def story() -> None:
        async with receiver() as heard, broker(tmp_path) as ask:
            heard.answers.append(500)
            management = {"timeout": 9_000, "cooldown": 60_000, "localOnly": True}
            await register(ask, registration(heard.url, management=management))

            first = await ask("GET", "/entities", type="Meter")
            again = await ask("GET", "/entities", type="Meter")

            assert first.headers["ngsild-warning"].startswith("299 ")
            assert again.headers["ngsild-warning"].startswith("199 ")
            assert len(heard.heard) == 1
            assert "local=true" in heard.heard[0].path

    asyncio.run(story())


def test_a_source_that_keeps_silent_is_not_waited_for(tmp_path: Path) -> None:
    async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        left.set()

    left = asyncio.Event()

    async def story() -> None:
        silent = await asyncio.start_server(keep_silent, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}"
        async with broker(tmp_path) as ask:
            await register(ask, registration(url, management={"timeout": 50}))
            async with asyncio.timeout(8):
                told = await ask("GET", "/entities", type="Meter")
            assert told.headers["ngsild-warning"].startswith("199 ")
            await left.wait()
        silent.close()

    asyncio.run(story())


def test_what_became_of_attributes_is_told_by_their_names(tmp_path: Path) -> None:
    name = "https://uri.etsi.org/ngsi-ld/default-context/"

    async def story(ask: Asked, there: Source) -> None:
        await register(ask, registration(there.url, "exclusive", operations=["redirectionOps"]))
        await ask("POST", "/entities", meter(name="here"))

        told = await ask("PATCH", f"/entities/{KEY}/attrs", {"power": 7, "name": "new"})

        assert (told.status, told.document["updated"]) == (207, [f"{name}name"])
        (left,) = told.document["notUpdated"]
        assert left["attributeName"] == f"{name}power"
        assert left["registrationId"].endswith("exclusive")
        made = await ask("POST", f"/entities/{KEY}/attrs", {"power": 7, "level": 1})
        assert (made.status, made.document["updated"]) == (207, [f"{name}level"])

    live(tmp_path, story)


def test_the_one_source_that_has_an_entity_fails_as_a_gateway_does(tmp_path: Path) -> None:
    async def story() -> None:
        async with receiver() as heard, broker(tmp_path) as ask:
            await register(ask, registration(heard.url, "redirect", operations=["redirectionOps"]))
            statuses = []
            for answered in (403, 404, 500):
                heard.answers[:] = [answered]
                told = await ask("PATCH", f"/entities/{KEY}", {"type": "Meter", "power": 1})
                statuses.append(told.status)
            assert statuses == [502, 404, 502]
            made = await ask("POST", "/entities", meter(power=1))
            assert made.headers["location"] == f"/ngsi-ld/v1/entities/{KEY}"
        async with broker(tmp_path) as ask:  # the source is gone
            told = await ask("PATCH", f"/entities/{KEY}", {"type": "Meter", "power": 1})
            assert told.status == 504

    asyncio.run(story())


def test_what_is_held_alone_cannot_be_redirected(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        await register(ask, registration(there.url, "exclusive"))
        for mode, status in (("redirect", 409), ("inclusive", 201), ("auxiliary", 201)):
            more = {"operations": ["retrieveOps"]}
            told = await ask("POST", "/csourceRegistrations", registration(there.url, mode, **more))
            assert told.status == status, mode

    live(tmp_path, story)


def test_a_source_is_spoken_with_as_its_registration_says(tmp_path: Path) -> None:
    power, volts = "https://example.org/power", "https://example.org/volts"

    async def story() -> None:
        async with receiver() as heard, broker(tmp_path) as ask:
            made = await ask("POST", "/jsonldContexts", raw=json.dumps(
                {"@context": {"leistung": power, "Zaehler": "https://example.org/Meter"}}
            ).encode())  # fmt: skip
            words = f"http://broker.example{made.headers['location']}"
            info = {
                "jsonldContext": words, "contentType": "application/ld+json",
                "X-User": "urn:ngsi-ld:request", "X-Other": "urn:ngsi-ld:request",
            }  # fmt: skip
            document = registration(heard.url, operations=["redirectionOps", "retrieveOps"])
            document["information"] = [
                {"entities": [{"type": "https://example.org/Meter"}], "propertyNames": [power]}
            ]
            document["contextSourceInfo"] = [{"key": k, "value": v} for k, v in info.items()]
            await register(ask, document)
            entity = {"id": KEY, "type": "https://example.org/Meter", power: 1, volts: 2}

            await ask("POST", "/entities", entity, headers={"x-user": "aysel"})
            heard.bodies["/ngsi-ld/v1/entities"] = [{"id": KEY, "type": "Zaehler", "leistung": 5}]
            found = await ask(
                "GET", "/entities", type="https://example.org/Meter", q="name==1", pick="id,name"
            )
            whole = await ask("GET", "/entities", type="https://example.org/Meter")

            sent = heard.heard[0]
            assert sent.document == {
                "id": KEY, "type": "Zaehler", "leistung": 1, "@context": words,
            }  # fmt: skip
            assert sent.headers["content-type"] == "application/ld+json"
            assert (sent.headers["x-user"], "x-other" in sent.headers) == ("aysel", False)
            assert "link" not in sent.headers
            asked = dict(parse_qsl(heard.heard[1].path.partition("?")[2]))
            assert (asked["type"], asked["attrs"]) == ("Zaehler", "leistung")
            assert words in heard.heard[1].headers["link"]
            assert found.status == 200
            assert whole.document[0][power]["value"] in {1, 5}

    asyncio.run(story())


def test_a_source_is_asked_for_what_it_is_registered_for(tmp_path: Path) -> None:
    async def story() -> None:
        async with receiver() as heard, broker(tmp_path) as ask:
            document = registration(heard.url)
            document["information"] = [
                {"entities": [{"type": "Meter", "id": KEY}], "propertyNames": ["power", "volts"]}
            ]
            await register(ask, document)
            await ask("GET", "/entities", type="Meter,Pump", attrs="power,name")
            await ask("GET", "/entities", attrs="volts")
            await ask("GET", f"/entities/{KEY}")

            asked = [dict(parse_qsl(one.path.partition("?")[2])) for one in heard.heard]
            begin = "https://uri.etsi.org/ngsi-ld/default-context/"
            assert [one["attrs"].replace(begin, "") for one in asked] == [
                "power", "volts", "power,volts",
            ]  # fmt: skip
            assert [one.get("type", "").replace(begin, "") for one in asked] == ["Meter"] * 2 + [""]
            assert [one.get("id") for one in asked] == [KEY, KEY, None]

    asyncio.run(story())


def test_the_past_is_written_where_it_is_registered(tmp_path: Path) -> None:
    past = {"observationInterval": {"startAt": "2020-01-01T00:00:00Z"}}
    operations = [
        "upsertTemporal", "appendAttrsTemporal", "deleteAttrsTemporal", "deleteTemporal",
        "updateAttrInstanceTemporal", "deleteAttrInstanceTemporal", "retrieveTemporal",
    ]  # fmt: skip
    path = f"/temporal/entities/{KEY}"

    async def story(ask: Asked, there: Source) -> None:
        await register(ask, registration(there.url, "exclusive", operations=operations, **past))
        made = await ask("POST", "/temporal/entities", meter(power=observed(1, 1), level=2))
        again = await ask("POST", "/temporal/entities", meter(power=observed(2, 2)))
        added = await ask("POST", f"{path}/attrs", {"power": observed(3, 3)})
        told = (await there.ask("GET", path)).document["power"]
        here = (await ask("GET", path, local="true")).document
        assert (made.status, again.status, added.status) == (201, 204, 204)
        assert made.headers["location"] == f"/ngsi-ld/v1{path}"
        assert [one["value"] for one in told] == [1, 2, 3]
        assert ("power" in here, "level" in here) == (False, True)

        first, second = (f"{path}/attrs/power/{one['instanceId']}" for one in told[:2])
        assert (await ask("PATCH", first, {"power": observed(9, 1)})).status == 204
        assert (await ask("DELETE", second)).status == 204
        told = (await there.ask("GET", path)).document["power"]
        assert [one["value"] for one in told] == [9, 3]
        assert (await ask("DELETE", f"{path}/attrs/power")).status == 204
        assert "power" not in (await there.ask("GET", path)).document
        assert (await ask("DELETE", path)).status == 204
        assert (await there.ask("GET", path)).status == 404
        assert (await ask("POST", "/entities", meter(power=1))).status == 201  # the present is here

    live(tmp_path, story)


def test_who_subscribes_here_hears_what_happens_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with source(tmp_path / "there") as there, source(tmp_path / "here") as here, \
                receiver() as heard:  # fmt: skip
            host = {"host": here.url.removeprefix("http://")}

            async def ask(method: str, path: str, document: Any = None) -> Any:
                return await here.ask(method, path, document, headers=host)

            async def copies() -> list[Any]:
                told = (await there.ask("GET", "/subscriptions")).document
                return [(one["entities"], one.get("q"), one.get("watchedAttributes"))
                        for one in told]  # fmt: skip

            bound = registration(there.url)
            bound["information"][0]["propertyNames"] = ["power"]
            await register(here.ask, bound)
            await register(here.ask, registration(there.url, "redirect", operations=["updateOps"]))
            subscription = {
                "id": "urn:s:1", "type": "Subscription",
                "entities": [{"type": "Meter"}, {"type": "Pump"}],
                "notification": {"endpoint": {"uri": heard.url}, "format": "simplified"},
            }  # fmt: skip
            assert (await ask("POST", "/subscriptions", subscription)).status == 201
            assert await copies() == [([{"type": "Meter"}], None, ["power"])]

            await there.ask("POST", "/entities", meter(power=5))
            (told,) = [one.document for one in await heard.wait(1)]
            assert told["subscriptionId"] == "urn:s:1"
            assert told["data"] == [{"id": KEY, "type": "Meter", "power": 5}]

            await ask("PATCH", "/subscriptions/urn:s:1", {"q": "power>7"})
            assert await copies() == [([{"type": "Meter"}], "power>7", ["power"])]
            await there.ask("PATCH", f"/entities/{KEY}/attrs/power", {"value": 6})
            await there.ask("PATCH", f"/entities/{KEY}/attrs/power", {"value": 8})
            assert (await heard.wait(2))[1].document["data"][0]["power"] == 8

            await ask("DELETE", f"/csourceRegistrations/{bound['id']}")
            assert await copies() == []
            await register(ask, bound)
            assert len(await copies()) == 1
            await ask("DELETE", "/subscriptions/urn:s:1")
            assert await copies() == []
            nobody = await ask("POST", "/receivedNotifications/x", {"subscriptionId": "urn:s:1"})
            assert nobody.status == 404

    asyncio.run(story())


def test_what_is_subscribed_to_here_only_stays_here(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        await register(ask, registration(there.url))
        local = {"type": "Subscription", "entities": [{"type": "Meter"}], "localOnly": True,
                 "notification": {"endpoint": {"uri": "http://127.0.0.1:9"}}}  # fmt: skip
        filtered = {**local, "localOnly": False, "csf": "level==1"}
        for one in (local, filtered, {**local, "localOnly": False, "entities": [{"type": "Pump"}]}):
            assert (await ask("POST", "/subscriptions", one)).status == 201
        assert (await there.ask("GET", "/subscriptions")).document == []

    live(tmp_path, story)


def test_types_and_attributes_are_those_of_here_and_there(tmp_path: Path) -> None:
    async def story(ask: Asked, there: Source) -> None:
        await register(ask, registration(there.url))
        await ask("POST", "/entities", meter(1, power=1))
        await there.ask("POST", "/entities", meter(2, power={"object": "urn:x:1"}, level=2))
        await there.ask("POST", "/entities", {"id": "urn:p:1", "type": "Pump"})

        types = (await ask("GET", "/types")).document["typeList"]
        details = (await ask("GET", "/types", details="true")).document
        info = (await ask("GET", "/types/Meter")).document
        names = (await ask("GET", "/attributes")).document["attributeList"]
        power = (await ask("GET", "/attributes/power")).document
        level = (await ask("GET", "/attributes/level")).document

        assert types == ["Meter", "Pump"]
        assert [one["attributeNames"] for one in details] == [["level", "power"], []]
        assert info["entityCount"] == 2
        assert [one["attributeName"] for one in info["attributeDetails"]] == ["level", "power"]
        assert names == ["level", "power"]
        assert (power["attributeCount"], power["attributeTypes"]) == (
            2, ["Property", "Relationship"],
        )  # fmt: skip
        assert level["typeNames"] == ["Meter"]
        assert (await ask("GET", "/attributes/none")).status == 404
        assert (await ask("GET", "/types", local="true")).document["typeList"] == ["Meter"]

    live(tmp_path, story)


def test_two_that_are_registered_with_each_other_subscribe_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with source(tmp_path / "there") as there, source(tmp_path / "here") as here, \
                receiver() as heard:  # fmt: skip
            hosts = {one.url: {"host": one.url.removeprefix("http://")} for one in (here, there)}
            for one, other in ((here, there), (there, here)):
                await register(one.ask, registration(other.url))
            subscription = {"id": "urn:s:1", "type": "Subscription",
                            "entities": [{"type": "Meter"}],
                            "notification": {"endpoint": {"uri": heard.url}}}  # fmt: skip
            made = await here.ask("POST", "/subscriptions", subscription, headers=hosts[here.url])
            assert made.status == 201
            again = registration(here.url, id="urn:r:again")
            await there.ask("POST", "/csourceRegistrations", again, headers=hosts[there.url])

            counts = [len((await one.ask("GET", "/subscriptions")).document)
                      for one in (here, there)]  # fmt: skip
            assert counts == [1, 1]
            await there.ask("POST", "/entities", meter(power=5))
            (told,) = await heard.wait(1)
            assert told.document["subscriptionId"] == "urn:s:1"

    asyncio.run(story())
