"""
Time the server of live data: requests a second of its own processor time, start, memory.

`python benchmarks/operate.py` prints one JSON object a line. The load comes from `wrk` (Debian) on
the same machine, so that only the server's processor seconds are counted, not the clock. The store
is SQLite that syncs before it answers. Peers are figures that others have published for machines
of their own: they tell the order of magnitude, not who wins. `--small` runs a tenth.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bunyad.operate import records
from bunyad.operate.records import Reading

SMALL = "--small" in sys.argv
ENTITIES = 10_000 if SMALL else 100_000
SECONDS = 2 if SMALL else 8
TICKS = os.sysconf("SC_CLK_TCK")
GOALS = {
    "create": 3_000, "retrieve": 5_000, "query": 500, "readings": 50_000, "last": 10,
    "start": 1.5, "memory": 120,
}  # fmt: skip

CREATE = """
local n = 0
request = function()
  n = n + 1
  local body = string.format([[{"id":"urn:ngsi-ld:Streetlight:bench:%d:%d","type":"Streetlight",
"status":{"type":"Property","value":"ok"},"powerState":{"type":"Property","value":"on"},
"illuminanceLevel":{"type":"Property","value":%d,"unitCode":"P1"},
"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[46.%d,39.%d]}},
"refStreetlightGroup":{"type":"Relationship","object":"urn:ngsi-ld:StreetlightGroup:1"}}]],
    os.time(), n, n % 100, n % 1000, n % 997)
  return wrk.format("POST", "/ngsi-ld/v1/entities", {["Content-Type"]="application/json"}, body)
end
"""
RETRIEVE = """
request = function()
  local path = "/ngsi-ld/v1/entities/urn:ngsi-ld:Streetlight:" .. math.random(0, COUNT - 1)
  return wrk.format("GET", path)
end
"""
QUERY = """
request = function()
  local path = "/ngsi-ld/v1/entities?type=Streetlight&q=illuminanceLevel%3E" .. math.random(50, 95)
  return wrk.format("GET", path)
end
"""


def main() -> None:
    """Run all cases."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        _starts(Path(folder) / "starts")
        _requests(Path(folder) / "requests")
        _readings(Path(folder) / "readings")


def _show(
    name: str, ours: float, unit: str, goal: float, peer: float | None = None, peer_name: str = ""
) -> None:
    ratio = None if peer is None else round(ours / peer, 2)
    print(json.dumps({
        "name": f"operate-{name}", "ours": round(ours, 2), "peer": peer, "peer_name": peer_name,
        "ratio": ratio, "unit": unit, "goal": goal,
    }), flush=True)  # fmt: skip


def _starts(folder: Path) -> None:
    seconds, memory = [], []
    for _turn in range(3):
        begin = time.perf_counter()
        with _server(folder) as server:
            seconds.append(time.perf_counter() - begin)
            memory.append(_memory_mb(server))
    _show("start", statistics.median(seconds), "s to the first answer", GOALS["start"])
    _show("memory", max(memory), "MB resident after the start", GOALS["memory"])


def _requests(folder: Path) -> None:
    with _server(folder) as server:
        rate = _load(server, CREATE)
        _show("create", rate, "entities/CPU s", GOALS["create"], 785, "Orion, published, 2 vCPU")
        begin = _cpu_s(server)
        for start in range(0, ENTITIES, 1000):
            _batch(server, range(start, start + 1000))
        _show("batch-create", ENTITIES / (_cpu_s(server) - begin), "entities/CPU s", 0)
        rate = _load(server, RETRIEVE.replace("COUNT", str(ENTITIES)))
        _show(
            "retrieve", rate, "requests/CPU s", GOALS["retrieve"], 2270, "Orion, published, 2 vCPU"
        )
        rate = _load(server, QUERY)
        _show(f"query-{ENTITIES}", rate, "requests/CPU s", GOALS["query"], 36,
              "Stellio, published, 8 vCPU, requests/s")  # fmt: skip
        _show("memory-loaded", _memory_mb(server), "MB resident", GOALS["memory"])


def _readings(folder: Path) -> None:
    """Write readings of 2,000 series into the store and ask for their last values."""
    count = 100_000 if SMALL else 1_000_000
    store = records.open_records(folder)
    tenant = store.tenant()
    assert tenant is not None
    numbers = tenant.submit(_make_series).result()
    chance = random.Random(1)
    begin = time.process_time()
    for start in range(0, count, 10_000):
        at = 1_800_000_000_000_000 + start * 1000
        rows = [
            Reading(numbers[n % 2000], at + n * 1000, round(chance.gauss(20, 5), 1))
            for n in range(10_000)
        ]
        tenant.submit(lambda tx, rows=rows: records.append_readings(tx, rows)).result()
    _show("readings", count / (time.process_time() - begin), "readings/CPU s", GOALS["readings"],
          227, "istSOS4, measured with the issue, posts/CPU s")  # fmt: skip
    times = []
    for _turn in range(9):
        begin = time.perf_counter()
        found = records.last_values(tenant.reader(), numbers)
        times.append(time.perf_counter() - begin)
        assert len(found) == len(numbers)
    _show("last-2000", statistics.median(times) * 1000, "ms", GOALS["last"])
    begin = time.process_time()
    tenant.submit(records.roll_up).result()
    _show("sums", count / (time.process_time() - begin), "readings/CPU s", 0)
    store.close()
    size = sum(path.stat().st_size for path in folder.rglob("*.sqlite"))
    _show("disk", size / count, "bytes/reading", 0)


def _make_series(tx: records.Writing) -> list[int]:
    now = records.to_iso(tx.now_us)
    numbers = []
    for number in range(200):
        entity: dict[str, Any] = {
            "id": f"urn:meter:{number}", "type": ["Meter"], "createdAt": now, "modifiedAt": now,
            "attrs": {},
        }  # fmt: skip
        records.insert_entity(tx, entity)
        numbers += [records.series_ref(tx, entity["id"], f"urn:a:{one}") for one in range(10)]
    return numbers


class _Server:
    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "bunyad", "operate", "serve", "--data", str(folder),
                   "--port", str(self.port)]  # fmt: skip
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def ask(self, method: str, path: str, body: bytes | None = None) -> int:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        client.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = client.getresponse()
        answer.read()
        client.close()
        return answer.status


@contextmanager
def _server(folder: Path) -> Iterator[_Server]:
    server = _Server(folder)
    while True:
        try:
            if server.ask("GET", "/ngsi-ld/v1/types") == 200:
                break
        except OSError:
            time.sleep(0.005)
    try:
        yield server
    finally:
        server.process.send_signal(signal.SIGINT)
        server.process.wait(30)


def _batch(server: _Server, numbers: range) -> None:
    body = json.dumps([
        {
            "id": f"urn:ngsi-ld:Streetlight:{number}", "type": "Streetlight", "status": "ok",
            "illuminanceLevel": {"value": number % 100, "unitCode": "P1"},
            "location": {"type": "Point", "coordinates": [46 + number % 1000 / 1000, 39.2]},
            "refStreetlightGroup": {"object": f"urn:ngsi-ld:StreetlightGroup:{number % 50}"},
        }
        for number in numbers
    ]).encode()  # fmt: skip
    assert server.ask("POST", "/ngsi-ld/v1/entityOperations/create", body) == 201


def _load(server: _Server, script: str) -> float:
    """Return how many requests were answered rightly per processor second of the server."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        begin = _cpu_s(server)
        out = subprocess.run(
            ["wrk", "-t1", "-c32", f"-d{SECONDS}s", "-s", file.name,
             f"http://127.0.0.1:{server.port}"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        spent = _cpu_s(server) - begin
    assert "Non-2xx" not in out, out
    return int(out.split(" requests in")[0].split()[-1]) / spent


def _cpu_s(server: _Server) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory_mb(server: _Server) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1000


if __name__ == "__main__":
    main()
