"""Several servers on one database: what one keeps the others know, and nothing is told twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
from broker_life import Asked, Receiver, broker, receiver
from operate_process import ServerProcess

KEY = "urn:ngsi-ld:Subscription:1"
LAMP = "urn:ngsi-ld:Streetlight:1"
PATIENCE_S = 60.0


def subscription(heard: Receiver, **more: Any) -> dict[str, Any]:
    return {
        "id": KEY, "type": "Subscription", "entities": [{"type": "Streetlight"}],
        "notification": {"endpoint": {"uri": f"{heard.url}/notify"}}, **more,
    }  # fmt: skip


def lamp(number: int = 1) -> dict[str, Any]:
    return {
        "id": f"urn:ngsi-ld:Streetlight:{number}", "type": "Streetlight",
        "power": {"type": "Property", "value": number},
    }  # fmt: skip


@asynccontextmanager
async def two(url: str, folder: Path) -> AsyncIterator[tuple[Asked, Asked, Receiver]]:
    async with (
        receiver() as heard, broker(folder, url) as one, broker(folder, url) as two,
    ):  # fmt: skip
        yield one, two, heard


def tell(url: str, folder: Path, story: Callable[..., Awaitable[None]]) -> None:
    async def run() -> None:
        async with two(url, folder) as (one, other, heard):
            await story(one, other, heard)

    asyncio.run(run())


async def until(asks: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await asks():  # noqa: ASYNC110  (what it waits for is in a database)
            await asyncio.sleep(0.02)


async def get(ask: Asked, path: str) -> Any:
    told = await ask("GET", path)
    assert told.status == 200, told.body
    return told.document


def told_of(heard: Receiver) -> list[str]:
    return [entity["id"] for letter in heard.heard for entity in letter.data]


def test_what_is_written_at_one_is_told_once_to_who_subscribed_at_the_other(
    cluster: Any, tmp_path: Path
) -> None:
    async def story(one: Asked, other: Asked, heard: Receiver) -> None:
        assert (await one("POST", "/subscriptions", subscription(heard))).status == 201
        for number in range(8):  # by turns, the first one at once
            ask = one if number % 2 else other
            assert (await ask("POST", "/entities", lamp(number))).status == 201
        await heard.wait(8)

        async def is_counted() -> bool:
            documents = [await get(ask, f"/subscriptions/{KEY}") for ask in (one, other)]
            return [told["notification"].get("timesSent") for told in documents] == [8, 8]

        await until(is_counted)
        assert sorted(told_of(heard)) == [f"urn:ngsi-ld:Streetlight:{n}" for n in range(8)]
        assert (await get(one, f"/entities/{LAMP}"))["power"]["value"] == 1

    tell(cluster.make_database(), tmp_path, story)


def test_a_changed_and_a_deleted_subscription_are_so_at_the_other(
    cluster: Any, tmp_path: Path
) -> None:
    async def story(one: Asked, other: Asked, heard: Receiver) -> None:
        await one("POST", "/subscriptions", subscription(heard))
        changed = await other("PATCH", f"/subscriptions/{KEY}", {"q": "power>5"})
        assert changed.status == 204
        await one("POST", "/entities", lamp(1))
        await one("POST", "/entities", lamp(6))
        await heard.wait(1)
        assert told_of(heard) == ["urn:ngsi-ld:Streetlight:6"]
        assert (await other("DELETE", f"/subscriptions/{KEY}")).status == 204
        await one("POST", "/entities", lamp(7))
        assert (await one("GET", f"/subscriptions/{KEY}")).status == 404
        assert len(heard.heard) == 1

    tell(cluster.make_database(), tmp_path, story)


def test_a_server_that_leaves_has_its_letters_sent_by_another(cluster: Any, tmp_path: Path) -> None:
    url = cluster.make_database()

    async def story() -> None:
        async with receiver() as heard, broker(tmp_path, url) as other:
            async with broker(tmp_path, url) as one:
                heard.answers = [503]  # to be tried again in some seconds, by whoever is there
                await one("POST", "/subscriptions", subscription(heard))
                await one("POST", "/entities", lamp())
                await heard.wait(1)
            await heard.wait(2)
            first, second = heard.heard
            assert first.document["id"] == second.document["id"]

            async def is_sent() -> bool:
                told = await get(other, f"/subscriptions/{KEY}")
                return bool(told["notification"]["status"] == "ok")

            await until(is_sent)

    asyncio.run(story())


def test_throttling_holds_over_all_servers(cluster: Any, tmp_path: Path) -> None:
    async def story(one: Asked, other: Asked, heard: Receiver) -> None:
        await one("POST", "/subscriptions", subscription(heard, throttling=3600))
        for number in range(6):
            await (one if number % 2 else other)("POST", "/entities", lamp(number))
        await heard.wait(1)
        await one("DELETE", f"/subscriptions/{KEY}")
        assert len(heard.heard) == 1

    tell(cluster.make_database(), tmp_path, story)


def test_a_throttling_of_a_millisecond_holds_nothing_back(cluster: Any, tmp_path: Path) -> None:
    async def story(one: Asked, other: Asked, heard: Receiver) -> None:
        await one("POST", "/subscriptions", subscription(heard, throttling=0.001))
        for number in range(4):
            await (one if number % 2 else other)("POST", "/entities", lamp(number))

            async def is_counted(count: int = number + 1) -> bool:
                told = await get(other, f"/subscriptions/{KEY}")
                return bool(told["notification"].get("timesSent") == count)

            await until(is_counted)  # a change before that would be held back, as it should be
            await asyncio.sleep(0.003)
        assert told_of(heard) == [lamp(number)["id"] for number in range(4)]

    tell(cluster.make_database(), tmp_path, story)


def test_one_of_two_servers_tells_what_comes_by_the_clock(cluster: Any, tmp_path: Path) -> None:
    async def story(one: Asked, other: Asked, heard: Receiver) -> None:
        await one("POST", "/entities", lamp())
        await one("POST", "/subscriptions", subscription(heard, timeInterval=1))
        await get(other, "/subscriptions")  # it has learnt of it, and has a clock of its own
        letters = await heard.wait(3)
        times = [letter.document["notifiedAt"] for letter in letters]
        assert len({letter.document["id"] for letter in letters}) == len(letters)
        assert len({at[:19] for at in times}) >= len(times) - 1  # about one in a second

    tell(cluster.make_database(), tmp_path, story)


def test_contexts_registrations_and_tenants_of_one_are_known_to_the_other(
    cluster: Any, tmp_path: Path
) -> None:
    async def story(one: Asked, other: Asked, heard: Receiver) -> None:
        own = {"ngsild-tenant": "aghali"}
        assert (await one("POST", "/entities", lamp(), headers=own)).status == 201
        assert (await other("GET", f"/entities/{LAMP}", headers=own)).status == 200
        made = await one("POST", "/jsonldContexts", {"@context": {"glow": "https://e.org/glow"}})
        place = made.headers["location"].removeprefix("/ngsi-ld/v1")
        registered = await one("POST", "/csourceRegistrations", {
            "type": "ContextSourceRegistration", "endpoint": heard.url,
            "information": [{"entities": [{"type": "Boat"}]}],
        })  # fmt: skip
        assert registered.status == 201, registered.body

        async def is_known() -> bool:
            there = await other("GET", place)
            found = await other("GET", "/csourceRegistrations", type="Boat")
            return there.status == 200 and len(found.document) == 1

        await until(is_known)

    tell(cluster.make_database(), tmp_path, story)


def test_servers_that_write_at_once_lose_nothing(cluster: Any, tmp_path: Path) -> None:
    async def story(one: Asked, other: Asked, _heard: Receiver) -> None:
        await one("POST", "/entities", lamp())

        async def write(ask: Asked, name: str) -> None:
            for number in range(10):
                body = {f"{name}{number}": {"type": "Property", "value": number}}
                told = await ask("POST", f"/entities/{LAMP}/attrs", body)
                assert told.status == 204, told.body

        await asyncio.gather(write(one, "a"), write(other, "b"), write(one, "c"))
        names = {f"{name}{number}" for name in "abc" for number in range(10)}
        assert names <= (await get(one, f"/entities/{LAMP}")).keys()
        pasts = await get(
            other,
            f"/temporal/entities/{LAMP}?timerel=after&timeAt=2020-01-01T00:00:00Z&timeproperty=createdAt",
        )
        assert names <= pasts.keys()

    tell(cluster.make_database(), tmp_path, story)


def test_a_server_goes_on_when_the_database_comes_back(cluster: Any, tmp_path: Path) -> None:
    url = cluster.make_database()

    async def story() -> None:
        async with broker(tmp_path, url) as ask:
            await ask("POST", "/entities", lamp())
            with psycopg.connect(url.replace("+psycopg", "")) as own:
                own.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

            async def answers() -> bool:
                found = await ask("GET", f"/entities/{LAMP}")
                made = await ask("POST", "/entities", lamp(2))
                return found.status == 200 and made.status in {201, 409}

            await until(answers)

    asyncio.run(story())


def test_a_killed_server_has_its_letters_sent_by_another(cluster: Any, tmp_path: Path) -> None:
    url = cluster.make_database()

    async def story() -> None:
        async with receiver() as heard:
            heard.answers = [503] * 3
            one = await asyncio.to_thread(ServerProcess, tmp_path, "--database", url)
            body = json.dumps(subscription(heard)).encode()
            assert (await asyncio.to_thread(one.ask, "POST", "/ngsi-ld/v1/subscriptions", body))[
                0
            ] == 201
            for number in range(3):
                body = json.dumps(lamp(number)).encode()
                told = await asyncio.to_thread(one.ask, "POST", "/ngsi-ld/v1/entities", body)
                assert told[0] == 201
            await heard.wait(1)
            await asyncio.to_thread(one.kill)
            heard.answers = []
            before = len(heard.heard)
            async with broker(tmp_path, url):
                await heard.wait(before + 3)
                later = [entity["id"] for letter in heard.heard[before:] for entity in letter.data]
                assert sorted(later) == [f"urn:ngsi-ld:Streetlight:{n}" for n in range(3)]

    asyncio.run(story())
