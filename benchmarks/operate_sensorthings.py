"""
Time SensorThings: Observations posted and read, pages, filters, expansion.

`python benchmarks/operate_sensorthings.py` starts `bunyad operate serve` in a folder of its own,
asks it with wrk (of Debian) and prints JSON lines: requests per second of the server's processor
time. The peer is istSOS4 with the figures named in the project's issue 7. `--small` asks for a
second each.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

CONNECTIONS = 32
ROWS = 100_000
POSTS = """
wrk.method = "POST"
local n = 0
request = function()
  n = n + 1
  return wrk.format(nil, nil, nil, string.format(
    '{"phenomenonTime":"2026-01-01T%02d:%02d:%02dZ","result":%.1f}',
    math.floor(n / 3600) % 24, math.floor(n / 60) % 60, n % 60, (n % 100) / 10))
end
"""
THING: dict[str, Any] = {
    "name": "bench", "description": "-",
    "Locations": [{"name": "here", "description": "-", "encodingType": "application/geo+json",
                   "location": {"type": "Point", "coordinates": [46.6, 39.3]}}],
    "Datastreams": [{"name": "d", "description": "-", "observationType": "o",
                     "unitOfMeasurement": {},
                     "Sensor": {"name": "s", "description": "-", "encodingType": "e",
                                "metadata": "m"},
                     "ObservedProperty": {"name": "p", "definition": "p", "description": "-"}}
                    for _ in range(2)],
}  # fmt: skip
DATASTREAM = "Datastreams(1)/Observations"
SECOND_DAY = "phenomenonTime gt 2026-01-02T00:00:00Z"
LATEST = "Observations($top=1;$orderby=phenomenonTime desc)"
CASES = (
    ("observations read by id", "Observations(5)", 110, 1100),
    ("pages of 100 observations", DATASTREAM, None, None),
    ("latest observation", f"{DATASTREAM}?$orderby=phenomenonTime desc&$top=1", None, None),
    ("filter by time, 10 of 100,000", f"{DATASTREAM}?$filter={SECOND_DAY}&$top=10",
     None, None),
    ("filter by result, 10 of 100,000", "Observations?$filter=result gt 9.8&$top=10", None, None),
    ("thing with latest values",
     f"Things?$expand=Datastreams($expand={LATEST})", None, None),
)  # fmt: skip


def main() -> None:
    """Run all cases."""
    seconds = 1 if "--small" in sys.argv else 5
    if not shutil.which("wrk"):
        raise SystemExit("benchmarks/operate_sensorthings.py needs wrk: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        command = ["-m", "bunyad", "operate", "serve", "--data", folder, "--port", str(port)]
        server = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL)
        try:
            _run(server.pid, f"http://127.0.0.1:{port}/v1.1", seconds, Path(folder))
        finally:
            server.terminate()
            server.wait()


def _run(pid: int, root: str, seconds: int, folder: Path) -> None:
    _wait(root)
    _post(f"{root}/Things", THING)
    script = folder / "post.lua"
    script.write_text(POSTS)
    posts = ["-s", str(script), f"{root}/Datastreams(2)/Observations"]
    _tell("observations posted", *_wrk(pid, posts, seconds), peer=227, goal=2270)
    began = _cpu(pid)
    for start in range(0, ROWS, 10_000):
        rows = [[_moment(n), (n % 100) / 10] for n in range(start, start + 10_000)]
        _post(f"{root}/CreateObservations", [
            {"Datastream": {"@iot.id": 1}, "components": ["phenomenonTime", "result"],
             "dataArray": rows}
        ])  # fmt: skip
    _tell("observations in data arrays", ROWS, _cpu(pid) - began, peer=None, goal=None)
    for name, path, peer, goal in CASES:
        _tell(
            name, *_wrk(pid, [f"{root}/{quote(path, safe=_SAFE)}"], seconds), peer=peer, goal=goal
        )


_SAFE = "()/?$=&,:;'"


def _moment(number: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_767_225_600 + number * 60))


def _wait(root: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(root)
        except OSError:
            time.sleep(0.05)
        else:
            return


def _post(address: str, body: Any) -> None:
    request = urllib.request.Request(address, json.dumps(body).encode(), method="POST")
    urllib.request.urlopen(request).read()


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wrk(pid: int, what: list[str], seconds: int) -> tuple[int, float]:
    began = _cpu(pid)
    said = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *what],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    if "Non-2xx" in said:
        raise SystemExit(said)
    found = re.search(r"(\d+) requests in", said)
    assert found
    return int(found[1]), _cpu(pid) - began


def _tell(name: str, count: int, cpu_s: float, *, peer: float | None, goal: float | None) -> None:
    ours = count / cpu_s
    print(json.dumps({
        "name": f"sensorthings: {name}", "ours": round(ours), "peer": peer,
        "peer_name": "istSOS4" if peer else None, "ratio": round(ours / peer, 1) if peer else None,
        "unit": "1/cpu-s", "goal": goal,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
