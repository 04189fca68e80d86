"""A server that is killed under load keeps every write that it answered."""

from __future__ import annotations

import http.client
import json
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from operate_process import ServerProcess
from store.postgresql import database_of

CLIENTS = 6
ROUNDS = 2
FEWEST = 60  # answered writes before the server is killed


@pytest.fixture(params=["files", "postgresql"])
def options(request: pytest.FixtureRequest) -> list[str]:
    url = database_of(request)
    return ["--database", url] if url else []


def test_every_answered_write_is_there_after_kill_9(tmp_path: Path, options: list[str]) -> None:
    answered: set[str] = set()
    updated: dict[str, int] = {}
    for turn in range(ROUNDS):
        server = ServerProcess(tmp_path, *options)
        enough = threading.Event()
        threads = [
            threading.Thread(target=_write, args=(server, turn, number, answered, updated, enough))
            for number in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        assert enough.wait(60)
        server.kill()
        for thread in threads:
            thread.join()

    server = ServerProcess(tmp_path, *options)
    status, body = server.ask(
        "POST", "/ngsi-ld/v1/entityOperations/query?limit=1000&local=true&format=simplified",
        json.dumps({"type": "Query", "entities": [{"type": "Lamp"}]}).encode(),
    )  # fmt: skip
    server.stop()

    assert status == 200
    found = {entity["id"]: entity["value"] for entity in json.loads(body)}
    assert answered <= set(found)
    assert all(found[key] >= value for key, value in updated.items())


def _write(
    server: ServerProcess, turn: int, number: int, answered: set[str], updated: dict[str, int],
    enough: threading.Event,
) -> None:  # fmt: skip
    end = time.monotonic() + 60
    mine = f"urn:lamp:{turn}:{number}"
    count = 0
    with closing(server.client()) as client:
        while time.monotonic() < end:
            key = f"{mine}:{count}"
            try:
                body = json.dumps({"id": key, "type": "Lamp", "value": 0}).encode()
                if _ask(client, "POST", "/ngsi-ld/v1/entities", body) == 201:
                    answered.add(key)
                if count == 0:
                    first = key
                body = json.dumps({"value": {"value": count}}).encode()
                if _ask(client, "PATCH", f"/ngsi-ld/v1/entities/{first}/attrs", body) == 204:
                    updated[first] = count
            except (OSError, http.client.HTTPException):
                return
            count += 1
            if len(answered) >= FEWEST * (turn + 1):
                enough.set()


def _ask(client: http.client.HTTPConnection, method: str, path: str, body: bytes) -> int:
    client.request(method, path, body, {"Content-Type": "application/json"})
    answer = client.getresponse()
    answer.read()
    return answer.status
