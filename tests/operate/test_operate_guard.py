"""Who may ask what: tokens, roles, tenants, and how often."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import socket
from pathlib import Path
from typing import Any

import pytest
import sensorthings_worlds as worlds
from broker_life import Asked, broker
from broker_sources import meter, register, registration, source
from operate_process import ServerProcess

from bunyad.errors import InputError
from bunyad.operate.guard import Guard, Token, may, read_tokens


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


FILE = f"""
tokens:
  - {{name: meter, sha256: {digest("m")}, role: device, tenants: [aghali]}}
  - {{name: board, sha256: {digest("b")}, role: reader, tenants: ["*"]}}
  - {{name: owner, sha256: {digest("o")}, role: writer, tenants: ["", aghali]}}
"""


async def _passed(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})


def ask(
    guard: Guard, method: str = "GET", token: str = "", tenant: str = "", path: str = "/x"
) -> int:
    headers = [(b"ngsild-tenant", tenant.encode())] if tenant else []
    if token:
        headers.append((b"authorization", b"Bearer " + token.encode()))
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": headers,
             "client": ("10.0.0.1", 1)}  # fmt: skip
    asyncio.run(guard(scope, None, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    ("token", "method", "tenant", "path", "status"),
    [
        ("", "GET", "", "/ngsi-ld/v1/entities", 401),
        ("wrong", "GET", "", "/ngsi-ld/v1/entities", 401),
        ("m", "POST", "aghali", "/ngsi-ld/v1/entities", 200),
        ("m", "POST", "", "/ngsi-ld/v1/entities", 403),
        ("m", "DELETE", "aghali", "/ngsi-ld/v1/entities/urn:a:b", 403),
        ("m", "POST", "aghali", "/ngsi-ld/v1/entityOperations/delete", 403),
        ("b", "GET", "elsewhere", "/ngsi-ld/v1/entities", 200),
        ("b", "POST", "", "/ngsi-ld/v1/entityOperations/query", 200),
        ("b", "POST", "", "/ngsi-ld/v1/entities", 403),
        ("o", "DELETE", "", "/ngsi-ld/v1/entities/urn:a:b", 200),
        ("o", "GET", "elsewhere", "/ngsi-ld/v1/entities", 403),
        ("", "GET", "", "/health", 200),
        ("m", "POST", "aghali", "/ngsi-ld/v1/csourceRegistrations", 403),
        ("m", "POST", "aghali", "/ngsi-ld/v1/jsonldContexts/", 403),
        ("b", "DELETE", "", "/ngsi-ld/v1/entities/urn:a:/entityOperations/query", 403),
        ("b", "POST", "", "/ngsi-ld/v1/entities/urn:a:/entityOperations/query", 403),
    ],
)
def test_a_token_opens_what_its_role_and_tenants_say(
    tmp_path: Path, token: str, method: str, tenant: str, path: str, status: int
) -> None:
    file = tmp_path / "tokens.yaml"
    file.write_text(FILE)

    assert ask(Guard(_passed, read_tokens(file)), method, token, tenant, path) == status


def test_the_tenant_that_is_judged_is_the_one_that_answers(tmp_path: Path) -> None:
    file = tmp_path / "tokens.yaml"
    file.write_text(FILE)
    guard = Guard(_passed, read_tokens(file))
    headers = [(b"authorization", b"Bearer m"), (b"ngsild-tenant", b"aghali"),
               (b"ngsild-tenant", b"other")]  # fmt: skip
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/x", "headers": headers, "client": None}
    asyncio.run(guard(scope, None, send))

    assert sent[0]["status"] == 400


def test_a_batch_deletes_nothing_for_a_device(tmp_path: Path) -> None:
    client = worlds.Client(tmp_path / "data")
    client.make("Things", worlds.tree())
    file = tmp_path / "tokens.yaml"
    file.write_text(FILE.replace("[aghali]}", '[""]}', 1))
    service, client.app = client.app, Guard(client.app, read_tokens(file))
    batch = {"requests": [{"id": "1", "method": "delete", "url": "Things(1)"},
                          {"id": "2", "method": "get", "url": "Things"}]}  # fmt: skip

    device = client.ask("POST", "$batch", batch, headers={"authorization": "Bearer m"})
    inside = {"requests": [{"id": "0", "method": "post", "url": "/$batch/", "body": batch}]}
    within = client.ask("POST", "$batch", inside, headers={"authorization": "Bearer m"}).json
    assert within["responses"][0]["status"] == 403
    kept = client.ask("GET", "Things", headers={"authorization": "Bearer m"}).json["value"]
    owner = client.ask("POST", "$batch", batch, headers={"authorization": "Bearer o"})
    client.app = service
    client.close()

    assert (device.status, len(kept)) == (403, 1)
    assert [each["status"] for each in owner.json["responses"]] == [200, 200]


def test_who_asks_too_often_waits() -> None:
    guard = Guard(_passed, requests_per_s=2)

    answers = [ask(guard) for _ in range(10)]

    assert answers[:4] == [200] * 4
    assert 429 in answers


def test_every_fault_of_the_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "tokens.yaml"
    file.write_text("tokens:\n  - {sha256: abc, role: king, tenants: 5}\n  - {sha265: x}\n")

    with pytest.raises(InputError) as caught:
        read_tokens(file)

    told = str(caught.value)
    assert all(word in told for word in ("sha256", "king", "tenants", "sha265", "tokens.1"))
    with pytest.raises(InputError):
        read_tokens(tmp_path / "none.yaml")


def test_a_reader_writes_nothing() -> None:
    reader = Token(name="r", sha256="", role="reader", tenants=("*",))

    assert not any(may(reader, method, "/x", "t") for method in ("POST", "PUT", "PATCH", "DELETE"))


def test_the_server_asks_for_tokens_and_holds_out_against_nonsense(tmp_path: Path) -> None:
    file = tmp_path / "tokens.yaml"
    file.write_text(FILE)
    server = ServerProcess(tmp_path / "data", "--tokens", str(file))
    try:
        path = "/ngsi-ld/v1/entities?type=T"
        assert server.ask("GET", path)[0] == 401
        assert server.ask("GET", path, Authorization="Bearer o")[0] == 200
        for nonsense in (b"\x00\xff\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"POST x\r\n" * 50):
            with socket.create_connection(("127.0.0.1", server.port), timeout=5) as raw:
                raw.sendall(nonsense)
                raw.shutdown(socket.SHUT_WR)
                raw.recv(1000)
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        client.putrequest("POST", "/ngsi-ld/v1/entities")
        client.putheader("Authorization", "Bearer o")
        client.putheader("Content-Type", "application/json")
        client.putheader("Content-Length", str(10**12))
        client.endheaders()
        assert client.getresponse().status == 413
        client.close()
        assert server.ask("GET", "/health")[0] == 200
    finally:
        server.stop()


def test_a_token_goes_no_further_than_the_door() -> None:
    seen: list[Any] = []

    async def behind(scope: Any, _receive: Any, send: Any) -> None:
        seen.extend(key for key, _ in scope["headers"])
        await _passed(scope, None, send)

    token = Token(name="owner", sha256=digest("o"), role="writer")
    assert ask(Guard(behind, {token.sha256: token}), token="o") == 200
    assert b"authorization" not in seen


def test_other_sources_notify_without_a_token() -> None:
    guard = Guard(_passed, {digest("o"): Token(name="owner", sha256=digest("o"))})
    path = "/ngsi-ld/v1/receivedNotifications/secret"
    assert ask(guard, "POST", path=path) == 200
    assert ask(guard, "GET", path=path) == 401


def test_a_device_takes_nothing_away_from_other_sources_either(tmp_path: Path) -> None:
    token = Token(name="device", sha256=digest("device"), role="device")
    key, null = "urn:ngsi-ld:Meter:1", "urn:ngsi-ld:null"
    path = f"/entities/{key}"

    async def story() -> None:
        async with source(tmp_path / "there") as there, broker(tmp_path / "here") as bare:
            guarded = Asked(Guard(bare.app, {token.sha256: token}))  # type: ignore[arg-type]
            await register(bare, registration(there.url, "redirect", operations=[
                "redirectionOps", "upsertBatch",
            ]))  # fmt: skip
            await there.ask("POST", "/entities", meter(power=1, level=2, more=[
                {"type": "Property", "value": 1},
                {"type": "Property", "value": 2, "datasetId": "urn:d:2"},
            ]))  # fmt: skip
            whole = (await there.ask("GET", path)).document

            async def ask(method: str, at: str, document: Any, **params: str) -> int:
                headers = {"authorization": "Bearer device"}
                return (await guarded(method, at, document, headers=headers, **params)).status

            less = meter(power=5)
            upsert = "/entityOperations/upsert"
            assert await ask("PUT", path, less) == 403
            assert await ask("PUT", f"{path}/attrs/more", {"value": 5}) == 403
            assert await ask("PATCH", path, {"power": null}) == 403
            assert await ask("POST", upsert, [less]) == 207
            assert await ask("POST", "/entityOperations/merge", [meter(power=null)]) == 403
            assert (await there.ask("GET", path)).document == whole

            assert await ask("PUT", path, {**whole, "power": 6}) == 204
            assert await ask("PUT", f"{path}/attrs/power", {"value": 7}) == 204
            assert await ask("POST", upsert, [{**whole, "power": 8}]) == 204
            assert await ask("POST", upsert, [less], options="update") == 204
            assert (await there.ask("GET", path, attrs="power", options="keyValues")).document[
                "power"
            ] == 5

    asyncio.run(story())


def test_a_device_takes_nothing_away(tmp_path: Path) -> None:
    tokens = {
        digest(role): Token(name=role, sha256=digest(role), role=role)
        for role in ("device", "writer")
    }

    async def story() -> list[int]:
        async with broker(tmp_path) as bare:
            guarded = Asked(Guard(bare.app, tokens))  # type: ignore[arg-type]

            async def ask(role: str, method: str, path: str, document: Any) -> int:
                headers = {"authorization": f"Bearer {role}"}
                return (await guarded(method, path, document, headers=headers)).status

            entity = {"id": "urn:m:1", "type": "Meter", "power": 1, "level": 2}
            null = "urn:ngsi-ld:null"
            return [
                await ask("device", "POST", "/entities", entity),
                await ask("device", "PATCH", "/entities/urn:m:1/attrs", {"power": 3}),
                await ask("device", "PATCH", "/entities/urn:m:1", {"power": null}),
                await ask("device", "PATCH", "/entities/urn:m:1/attrs", {"power": null}),
                await ask("device", "PUT", "/entities/urn:m:1", {**entity, "power": 5}),
                await ask("device", "PUT", "/entities/urn:m:1", {"type": "Meter", "power": 5}),
                await ask("writer", "PATCH", "/entities/urn:m:1", {"power": null}),
            ]

    assert asyncio.run(story()) == [201, 204, 403, 403, 204, 403, 204]
