"""
Fifty readers at once on loopback, and a browser that opens the page.

Prints a line of JSON for each kind of request: its median time, the processor time that the
server spends on one, and the median as a part of what it may take (`of_goal` below 1 is met). The
server is
`bunyad serve` but for the limit of requests of one address, which is lifted: all readers come from
this machine. Each reader asks again as soon as it has its answer; in `mix_read` it first reads
what it got for a second.

    python benchmarks/web_readers.py plan-karabakh
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import socket
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

READERS = 50
READING_S = 1.0
SECONDS = 8.0
GOAL_MS = 100.0
OPEN_GOAL_S = 3.0
FIRST_LOAD_GOAL_KB = 700.0
STATIC = Path(__file__).resolve().parents[1] / "src/bunyad/web/static"

FIRST_LOAD = """() => performance.getEntries()
    .filter(({ name, transferSize }) => transferSize && !name.includes("/api/"))
    .reduce((sum, { transferSize }) => sum + transferSize, 0)"""
"""Bytes that the browser fetched, packed as they came, besides data."""


def main() -> None:
    """Run the server apart, read from it, and open it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", type=Path, help="plan folder")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    asked = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        server = multiprocessing.get_context("spawn").Process(
            target=serve, args=(Path(data), asked.plan, port), daemon=True
        )
        begin = time.monotonic()
        server.start()
        wait_for(port)
        tell("start", seconds=round(time.monotonic() - begin, 2),
             cpu_s=round(cpu_seconds(server.pid), 2))  # fmt: skip
        asyncio.run(read_all(port, server.pid, asked.seconds))
        open_in_browser(port)
        server.terminate()
        server.join()


def serve(data: Path, plan: Path, port: int) -> None:
    """Serve one plan."""
    import uvicorn

    from bunyad.web.app import make_app
    from bunyad.web.server import default_settings, prepare

    settings = default_settings(
        data=data, database_url=None, public_url=f"http://127.0.0.1:{port}", runs_jobs=False
    )
    prepare(settings, [plan])
    app = make_app(replace(settings, requests_per_minute=10**9))
    uvicorn.run(
        app, host="127.0.0.1", port=port, log_level="error", access_log=False,
        timeout_keep_alive=600,
    )  # fmt: skip


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def cpu_seconds(process: int | None) -> float:
    """Return the processor time that a process has taken (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Reader:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def open(self) -> Reader:
        """Connect."""
        self._in, self._out = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def get(self, path: str) -> bytes:
        """Ask for one thing."""
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"
        self._out.write(head.encode())
        said = (await self._in.readuntil(b"\r\n\r\n")).decode().lower()
        assert said.startswith("http/1.1 200"), said
        length = int(said.partition("content-length: ")[2].partition("\r")[0])
        return await self._in.readexactly(length)


def paths(plan: str, chance: random.Random) -> dict[str, str]:
    """Return one address of each kind."""
    lon, lat = chance.uniform(46.2, 47.4), chance.uniform(39.0, 40.2)
    layer = chance.choice(["settlements", "projects", "sites", "networks"])
    root = f"/api/v1/plans/{plan}"
    return {
        "page": f"{root}/page",
        "plan_list": "/api/v1/plans",
        "layer_items": f"{root}/ogc/collections/{layer}/items?limit=100",
        "cell": f"{root}/cell?lon={lon:.4f}&lat={lat:.4f}",
    }


async def read_all(port: int, process: int | None, seconds: float) -> None:
    """Let every reader read each kind by itself, then all kinds mixed."""
    first = await Reader(port).open()
    listed = await first.get("/api/v1/plans")  # one plan: too short to be packed
    plan = json.loads(listed)["items"][0]["id"]
    chance = random.Random(1)
    for _ in range(8):  # what is opened once for all readers
        for path in paths(plan, chance).values():
            await first.get(path)
    readers = [await Reader(port).open() for _ in range(READERS)]
    for kind in [*paths(plan, chance), "mix", "mix_read"]:
        times: list[float] = []
        before, begin = cpu_seconds(process), time.monotonic()
        await asyncio.gather(
            *(read(one, plan, kind, seconds / 4, random.Random(number), times)
              for number, one in enumerate(readers))
        )  # fmt: skip
        took = time.monotonic() - begin
        cpu = cpu_seconds(process) - before
        median = statistics.median(times) * 1e3
        tell(kind, readers=READERS, requests=len(times), median_ms=round(median, 1),
             p95_ms=round(statistics.quantiles(times, n=20)[-1] * 1e3, 1),
             per_second=round(len(times) / took), server_cpu_ms=round(cpu / len(times) * 1e3, 2),
             of_goal=round(median / GOAL_MS, 2))  # fmt: skip


async def read(
    reader: Reader, plan: str, kind: str, seconds: float, chance: random.Random,
    times: list[float],
) -> None:  # fmt: skip
    """Read for some seconds and note how long each answer took."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        offered = paths(plan, chance)
        path = offered[kind] if kind in offered else chance.choice(list(offered.values()))
        begin = time.monotonic()
        await reader.get(path)
        times.append(time.monotonic() - begin)
        if kind == "mix_read":
            await asyncio.sleep(READING_S * chance.uniform(0.5, 1.5))


def open_in_browser(port: int) -> None:
    """Time from opening the address until the plan shows and until the map is drawn."""
    import shutil

    from playwright.sync_api import sync_playwright

    program = os.environ.get("BUNYAD_CHROMIUM") or shutil.which("chromium")
    if program is None or not (STATIC / "index.html").is_file():
        tell("opening", left_out="no Chromium, or the pages are not built")
        return
    flags = ["--no-sandbox", "--headless", "--enable-unsafe-swiftshader"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        shown, drawn = [], []
        for _ in range(3):
            page = browser.new_context(reduced_motion="reduce").new_page()
            begin = time.monotonic()
            page.goto(f"http://127.0.0.1:{port}/")
            page.get_by_role("region", name="At a glance").wait_for(timeout=60_000)
            shown.append(time.monotonic() - begin)
            page.locator(".box[data-idle=yes]").wait_for(timeout=60_000)
            drawn.append(time.monotonic() - begin)
            loaded = page.evaluate(FIRST_LOAD)
            page.context.close()
        browser.close()
    for kind, times in (("opening", shown), ("map_idle", drawn)):
        median = statistics.median(times)
        tell(kind, median_s=round(median, 2), of_goal=round(median / OPEN_GOAL_S, 2))
    size = loaded / 1e3
    tell("first_load", kilobytes=round(size), of_goal=round(size / FIRST_LOAD_GOAL_KB, 2))


def tell(kind: str, **figures: Any) -> None:
    """Print one result."""
    print(json.dumps({"kind": kind, **figures}), flush=True)


if __name__ == "__main__":
    main()
