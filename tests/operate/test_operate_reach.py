"""Whom the server may call on behalf of its clients."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from pathlib import Path
from typing import Any

import pytest
from broker_life import BASE, Asked, receiver
from hypothesis import given
from hypothesis import strategies as st

from bunyad.errors import InputError
from bunyad.operate.broker.contexts import Documents
from bunyad.operate.broker.outgoing import Client, RefusedError
from bunyad.operate.broker.problems import Problem
from bunyad.operate.broker.subscriptions.mqtt import Publishers
from bunyad.operate.reach import Reach, plain_address, read_reach
from bunyad.operate.server import make_server

NO_LOOPBACK = read_reach(refuse=["loopback"])


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("127.0.0.1", True), ("192.168.1.5", True), ("8.8.8.8", True), ("::1", True),
        ("169.254.169.254", False), ("::ffff:169.254.169.254", False), ("fe80::1%eth0", False),
        ("fd00:ec2::254", False), ("100.100.100.200", False), ("0.0.0.0", False), ("::", False),
        ("224.0.0.1", False), ("255.255.255.255", False), ("64:ff9b::a9fe:a9fe", False),
        ("2002:a9fe:a9fe::1", False), ("ff02::1", False),
    ],
)  # fmt: skip
def test_a_village_calls_its_own_machines_but_nobody_link_local(address: str, may: bool) -> None:
    assert Reach().may(address) is may


@given(st.integers(0, 2**32 - 1), st.sampled_from(["all", "private", "loopback"]))
def test_an_address_is_judged_alike_however_it_is_written(number: int, word: str) -> None:
    reach = read_reach(refuse=[word], allow=["10.1.0.0/16"])
    plain = ipaddress.IPv4Address(number)
    mapped = f"::ffff:{plain}"

    assert plain_address(mapped) == plain
    assert reach.may(mapped) is reach.may(str(plain))
    assert reach.may(str(plain)) or plain not in ipaddress.ip_network("10.1.0.0/16")


def test_words_that_are_no_networks_are_all_told() -> None:
    with pytest.raises(InputError) as caught:
        read_reach(refuse=["10.0.0.0/99", "private"], allow=["lan"])

    assert "10.0.0.0/99" in str(caught.value)
    assert "'lan' is no network" in str(caught.value)


def test_the_address_that_was_judged_is_the_one_that_is_called(monkeypatch: Any) -> None:
    """A name that stands for another address a moment later (DNS rebinding) changes nothing."""
    look_up = socket.getaddrinfo
    asked: list[str] = []

    def rebound(host: Any, *rest: Any, **more: Any) -> Any:
        if host != "rebound.example":
            return look_up(host, *rest, **more)
        asked.append(host)
        return look_up("127.0.0.1" if len(asked) == 1 else "169.254.1.1", *rest, **more)

    async def story() -> tuple[int, list[Any]]:
        async with receiver() as heard:
            monkeypatch.setattr(socket, "getaddrinfo", rebound)
            url = heard.url.replace("127.0.0.1", "rebound.example")
            client = Client()
            answer = await client.ask("POST", f"{url}/first", headers=[], body=b"{}")
            await client.close()
            with pytest.raises(RefusedError, match="does not allow calls to rebound"):
                await client.ask("POST", f"{url}/second", headers=[], body=b"{}")
            return answer.status, heard.heard

    status, heard = asyncio.run(story())

    assert status == 200
    assert [each.path for each in heard] == ["/first"]
    assert len(asked) == 2


def test_contexts_and_mqtt_brokers_are_judged_as_well(tmp_path: Path) -> None:
    async def story() -> None:
        documents = Documents(tmp_path, reach=NO_LOOPBACK)
        with pytest.raises(Problem, match="does not allow calls"):
            await documents.document("http://localhost:9/context.jsonld")
        publishers = Publishers()
        publishers.reach = NO_LOOPBACK
        with pytest.raises(RefusedError):
            await publishers.publish({"uri": "mqtt://127.0.0.1:9/topic"}, [], {}, 30)

    asyncio.run(story())


def test_a_notification_to_where_the_operator_forbids_is_given_up_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with receiver() as heard:
            mounts = {BASE: "bunyad.operate.broker.door:broker_app"}
            app = make_server(tmp_path, synchronous="OFF", mounts=mounts, reach=NO_LOOPBACK)
            for start in app.server.starting:
                await start()
            ask = Asked(app)
            endpoint = {"uri": f"{heard.url}/notify"}
            told = await ask("POST", "/subscriptions", {
                "id": "urn:ngsi-ld:Subscription:1", "type": "Subscription",
                "entities": [{"type": "Lamp"}], "notification": {"endpoint": endpoint},
            })  # fmt: skip
            assert told.status == 201
            assert (await ask("POST", "/csourceRegistrations", {
                "type": "ContextSourceRegistration", "endpoint": heard.url,
                "information": [{"entities": [{"type": "Far"}]}],
            })).status == 201  # fmt: skip
            await ask(
                "POST",
                "/entities",
                {
                    "id": "urn:ngsi-ld:Lamp:1",
                    "type": "Lamp",
                    "on": {"type": "Property", "value": 1},
                },
            )
            assert (await ask("GET", "/entities", type="Far")).document == []
            async with asyncio.timeout(60):
                while True:
                    seen = (await ask("GET", "/subscriptions/urn:ngsi-ld:Subscription:1")).document
                    if seen["notification"].get("timesFailed"):
                        break
                    await asyncio.sleep(0)
            assert seen["notification"]["status"] == "failed"
            assert heard.heard == []
            for stop in reversed(app.server.stopping):
                await stop()
            app.server.records.close()

    asyncio.run(story())


def test_who_names_headers_does_not_say_where_a_message_ends() -> None:
    async def story() -> Any:
        async with receiver() as heard:
            client = Client()
            given = [("Content-Length", "0"), ("transfer-encoding ", "chunked"),
                     ("Host", "inside.example"), ("X-Own", "kept")]  # fmt: skip
            await client.ask("POST", f"{heard.url}/", headers=given, body=b'{"a":1}')
            await client.close()
            return heard.heard[0]

    heard = asyncio.run(story())

    assert (heard.body, heard.headers["x-own"]) == (b'{"a":1}', "kept")
    assert heard.headers["host"].startswith("127.0.0.1")
    assert "transfer-encoding" not in heard.headers
