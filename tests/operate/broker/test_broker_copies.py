"""What other sources get of subscriptions, when they get it, and what is put together of it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from broker_life import Asked, Receiver, broker, receiver
from broker_sources import KEY, Source, meter, register, registration, source

from bunyad.operate.broker.federation import again
from bunyad.operate.broker.federation.wholes import without_gone

SPLIT = "power>5;level>2"


def subscription(url: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "urn:s:1", "type": "Subscription", "entities": [{"type": "Meter"}],
        "notification": {"endpoint": {"uri": url}, "format": "simplified"}, **more,
    }  # fmt: skip


class Here:
    """A broker that is asked under the address by which others reach it."""

    def __init__(self, made: Source) -> None:
        self._ask = made.ask
        self._host = {"host": made.url.removeprefix("http://")}

    async def __call__(self, method: str, path: str, document: Any = None) -> Any:
        return await self._ask(method, path, document, headers=self._host)


def test_conditions_are_held_against_the_whole_of_a_split_entity(tmp_path: Path) -> None:
    async def story() -> None:
        async with source(tmp_path / "there") as there, source(tmp_path / "third") as third, \
                source(tmp_path / "here") as made, receiver() as heard:  # fmt: skip
            here = Here(made)
            await register(made.ask, registration(there.url))
            await register(
                made.ask, registration(third.url, "auxiliary", operations=["retrieveOps"])
            )
            await here("POST", "/subscriptions", subscription(heard.url, q=SPLIT))
            await here("PATCH", "/subscriptions/urn:s:1", {"splitEntities": True})
            (copy,) = (await there.ask("GET", "/subscriptions")).document
            assert "q" not in copy
            assert "format" not in copy["notification"]
            assert copy["notification"]["sysAttrs"] is True

            await made.ask("POST", "/entities", meter(level=3))
            await third.ask("POST", "/entities", meter(name="third"))
            await there.ask("POST", "/entities", meter(power=1))  # level here, but too little power
            await there.ask("PATCH", f"/entities/{KEY}/attrs/power", {"value": 9})
            (first,) = await heard.wait(1)
            assert first.document["subscriptionId"] == "urn:s:1"
            assert first.data == [
                {"id": KEY, "type": "Meter", "level": 3, "power": 9, "name": "third"}
            ]

            await here("PATCH", "/subscriptions/urn:s:1", {"q": "level>2"})
            gone = {"notificationTrigger": ["attributeDeleted", "entityDeleted"]}
            await here("PATCH", "/subscriptions/urn:s:1", gone)
            await there.ask("DELETE", f"/entities/{KEY}/attrs/power")
            told = (await heard.wait(2))[1].data
            assert told == [{"id": KEY, "type": "Meter", "level": 3, "name": "third",
                             "power": "urn:ngsi-ld:null"}]  # fmt: skip

            await here("PATCH", "/subscriptions/urn:s:1", {"splitEntities": False})
            (copy,) = (await there.ask("GET", "/subscriptions")).document
            assert (copy["q"], copy["notification"]["format"]) == ("level>2", "simplified")
            assert "sysAttrs" not in copy["notification"]

    asyncio.run(story())


def test_what_is_no_more_of_a_part_is_told_apart() -> None:
    null = "urn:ngsi-ld:null"
    instances = [{"type": "Property", "value": 1}, {"type": "Property", "value": null}]
    deleted = {"type": "Property", "value": null, "deletedAt": "2026-03-01T00:00:00Z"}
    part = {"id": KEY, "deletedAt": "x", "a": instances, "b": deleted, "c": [deleted],
            "d": {"type": "LanguageProperty", "languageMap": {"@none": null}}}  # fmt: skip

    present, gone = without_gone(part)

    assert present == {"id": KEY, "a": instances[:1]}
    assert gone.keys() == {"deletedAt", "b", "c", "d"}


def asked_of(there: Receiver, method: str) -> list[Any]:
    return [one.document if one.body else one.path for one in there.heard if one.method == method]


async def until(is_so: Any) -> None:
    async with asyncio.timeout(60):
        while not is_so():  # noqa: ASYNC110  (what it waits for has no event)
            await asyncio.sleep(0.01)


class Always(list[int]):
    """Answers that never end."""

    def __bool__(self) -> bool:
        return True

    def pop(self, _at: Any = 0) -> int:
        return self[0]


OPERATIONS = ["createSubscription", "updateSubscription", "deleteSubscription"]


async def subscribed(ask: Asked, there: Receiver) -> None:
    """Register a source that is down and subscribe to what it has, twice."""
    there.answers = Always([503])
    await register(ask, registration(there.url, operations=OPERATIONS))
    for number in range(2):
        made = subscription("http://127.0.0.1:9", id=f"urn:s:{number}")
        assert (await ask("POST", "/subscriptions", made)).status == 201


def test_a_source_that_was_down_is_told_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "FIRST_PAUSE_S", 0.01)

    async def story() -> None:
        async with broker(tmp_path) as ask, receiver() as there:
            await subscribed(ask, there)
            await until(lambda: len(asked_of(there, "POST")) >= 4)
            there.answers, told = [], len(there.heard)
            keys = {one["id"] for one in asked_of(there, "POST")}
            assert len(keys) == 2  # a copy keeps its identifier
            await until(lambda: {one.document["id"] for one in there.heard[told:]} == keys)
            uris = {one["notification"]["endpoint"]["uri"] for one in asked_of(there, "POST")}
            assert len(uris) == 2
            assert all("/receivedNotifications/" in uri for uri in uris)

            there.answers = Always([503])
            assert (await ask("DELETE", "/subscriptions/urn:s:0")).status == 204
            await ask("PATCH", "/subscriptions/urn:s:1", {"description": "new"})
            await until(lambda: len(there.heard) >= told + 6)
            there.answers, told = [], len(there.heard)
            await until(lambda: {one.method for one in there.heard[told:]} == {"DELETE", "PATCH"})
            assert all(one == {"description": "new"} for one in asked_of(there, "PATCH"))

    asyncio.run(story())


def test_what_is_due_outlives_the_broker_and_goes_with_its_subscription(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with receiver() as there:
            async with broker(tmp_path) as ask:
                await subscribed(ask, there)
                assert (await ask("DELETE", "/subscriptions/urn:s:0")).status == 204
            told = len(there.heard)
            monkeypatch.setattr(again, "FIRST_PAUSE_S", 0.01)
            there.answers = [409]  # it had come after all
            async with broker(tmp_path):
                await until(lambda: len(there.heard) >= told + 2)
            assert [one.method for one in there.heard[told:]] == ["POST", "PATCH"]
            assert there.heard[told].document["id"] == there.heard[1].document["id"]

    asyncio.run(story())


def test_a_copy_that_is_refused_is_not_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "FIRST_PAUSE_S", 0.01)

    async def story() -> None:
        async with broker(tmp_path) as ask, receiver() as there:
            await register(ask, registration(there.url, operations=OPERATIONS))
            there.answers = [400, 501, 503]
            for number in range(3):
                made = subscription("http://127.0.0.1:9", id=f"urn:s:{number}")
                await ask("POST", "/subscriptions", made)
            first, second, third = (one.document["id"] for one in there.heard[:3])
            assert len({first, second, third}) == 3
            await until(lambda: len(there.heard) >= 4)
            assert there.heard[3].document["id"] == third
            assert (await ask("DELETE", "/subscriptions/urn:s:0")).status == 204
            assert not asked_of(there, "DELETE")  # the source never had it

    asyncio.run(story())
