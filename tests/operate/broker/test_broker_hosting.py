"""Contexts that the broker hosts, makes on the way and caches."""

import asyncio
from pathlib import Path
from urllib.parse import quote

import pytest
from broker_life import Asked, Receiver, broker, receiver

LINK = '<{}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
OWN = {"@context": {"Lamp": "https://example.org/Lamp"}}


def live(folder: Path, story) -> None:
    async def run() -> None:
        async with receiver() as heard, broker(folder) as ask:
            await story(ask, heard)

    asyncio.run(run())


def below(location: str) -> str:
    return location.removeprefix("/ngsi-ld/v1")


def test_a_hosted_context_is_served_used_and_deleted(tmp_path: Path) -> None:
    async def story(ask: Asked, _heard: Receiver) -> None:
        made = await ask("POST", "/jsonldContexts", OWN)
        where = made.headers["location"]
        assert made.status == 201
        assert (await ask("GET", below(where))).document == OWN
        link = {"link": LINK.format(f"http://broker.example{where}")}
        entity = {"id": "urn:lamp:1", "type": "Lamp"}
        assert (await ask("POST", "/entities", entity, headers=link)).status == 201
        told = (await ask("GET", "/entities/urn:lamp:1")).document
        assert told["type"] == "https://example.org/Lamp"
        about = (await ask("GET", below(where), details="true")).document
        assert (about["kind"], about["numberOfHits"]) == ("Hosted", 1)
        assert (await ask("DELETE", below(where), reload="true")).status == 400
        assert (await ask("DELETE", below(where))).status == 204
        for method in ("GET", "DELETE"):
            assert (await ask(method, below(where))).status == 404

    live(tmp_path, story)


def test_hosted_contexts_outlive_the_broker(tmp_path: Path) -> None:
    async def story() -> None:
        async with broker(tmp_path) as ask:
            where = (await ask("POST", "/jsonldContexts", OWN)).headers["location"]
        async with broker(tmp_path) as ask:
            assert (await ask("GET", below(where))).document == OWN

    asyncio.run(story())


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"{}",
        b'{"Lamp": "https://e.org"}',
        b"[1]",
        b'{"@context": 5}',
        b'{"@context": null}',
        b'{"@context": {"a": 5}}',
        b'{"@context": {"a": {"@id": 5}}}',
        b'{"@context": {"a": {"@id": "urn:a", "@context": {}}}}',
    ],
)
def test_what_is_no_context_is_not_hosted(body: bytes, tmp_path: Path) -> None:
    async def story(ask: Asked, _heard: Receiver) -> None:
        assert (await ask("POST", "/jsonldContexts", raw=body)).status == 400

    live(tmp_path, story)


def test_cached_contexts_are_told_of_reloaded_and_deleted(tmp_path: Path) -> None:
    async def story(ask: Asked, heard: Receiver) -> None:
        address = f"{heard.url}/context.jsonld"
        heard.bodies["/context.jsonld"] = OWN
        link = {"link": LINK.format(address)}
        entity = {"id": "urn:lamp:1", "type": "Lamp"}
        assert (await ask("POST", "/entities", entity, headers=link)).status == 201
        assert (await ask("GET", "/jsonldContexts", kind="Cached")).document == [address]
        (about,) = (await ask("GET", "/jsonldContexts", details="true")).document
        assert (about["URL"], about["kind"]) == (address, "Cached")
        for key in (about["localId"], quote(address, safe="")):
            assert (await ask("GET", f"/jsonldContexts/{key}")).status == 422
            told = await ask("GET", f"/jsonldContexts/{key}", details="true")
            assert told.document["localId"] == about["localId"]

        heard.bodies["/context.jsonld"] = {"@context": {"Lamp": "https://example.org/Lantern"}}
        assert (await ask("DELETE", f"/jsonldContexts/{key}", reload="true")).status == 204
        told = await ask("GET", "/entities", type="Lamp", headers=link)
        assert told.document == []
        heard.answers = [404]
        assert (await ask("DELETE", f"/jsonldContexts/{key}", reload="true")).status in {503, 504}
        assert (await ask("DELETE", f"/jsonldContexts/{key}")).status == 204
        assert (await ask("GET", "/jsonldContexts")).document == []

    live(tmp_path, story)


def test_a_context_without_an_address_gets_one(tmp_path: Path) -> None:
    async def story(ask: Asked, _heard: Receiver) -> None:
        asked = {"type": "Query", "entities": [{"type": "Lamp"}], **OWN}
        told = await ask("POST", "/entityOperations/query", asked)
        (where,) = (await ask("GET", "/jsonldContexts", kind="ImplicitlyCreated")).document
        assert where in told.headers["link"]
        key = where.rpartition("/")[2]
        assert (await ask("GET", f"/jsonldContexts/{key}")).document == OWN

    live(tmp_path, story)


def test_faulty_questions_about_contexts_are_refused(tmp_path: Path) -> None:
    async def story(ask: Asked, _heard: Receiver) -> None:
        assert (await ask("GET", "/jsonldContexts", kind="Borrowed")).status == 400
        assert (await ask("GET", "/jsonldContexts", details="perhaps")).status == 400
        assert (await ask("DELETE", "/jsonldContexts/nothing", reload="perhaps")).status == 400

    live(tmp_path, story)


def test_a_tenants_contexts_are_its_own_to_list_and_to_delete_and_anybodys_to_read(
    tmp_path: Path,
) -> None:
    async def story(ask: Asked, _heard: Receiver) -> None:
        own, other = {"NGSILD-Tenant": "own"}, {"NGSILD-Tenant": "other"}
        where = (await ask("POST", "/jsonldContexts", OWN, headers=own)).headers["location"]
        for who in (other, {}):
            assert (await ask("GET", "/jsonldContexts", headers=who)).document == []
            assert (await ask("GET", below(where), headers=who, details="true")).status == 404
            assert (await ask("DELETE", below(where), headers=who)).status == 404
            assert (await ask("GET", below(where), headers=who)).document == OWN
        assert len((await ask("GET", "/jsonldContexts", headers=own)).document) == 1
        assert (await ask("DELETE", below(where), headers=own)).status == 204

    live(tmp_path, story)
