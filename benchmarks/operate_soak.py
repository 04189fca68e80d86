"""
A day of a living place in 20 minutes: the memory of its servers stays flat, or it is told.

`python benchmarks/operate_soak.py PLAN` lets `bunyad operate serve`, `bunyad operate alarms watch`
and `bunyad serve` live on one data folder while a village is played with faults (24 h of it), and
others create, change, query and delete entities, ask for the past, follow the control room, and
subscribe: one receiver listens, one is gone. Memory (proportional share) of each server is sampled;
the slope is that of a line through the later two thirds, after all caches are warm. It prints one
JSON object a line. `--minutes` runs shorter, with as much of the day.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from living import Program, free_port, receiver, tell

STEP_S = 600  # between two values of a point, in the time of the village
EVERY_S = 2.0  # between two samples of memory
MOST_GROWTH = 0.10  # of a server's memory, from the end of the warm-up on
LAMPS = 200  # entities that are made anew again and again
PASSWORD = "four quiet mountain rivers"  # of a server that lives for minutes
FAULTS = ("leak@3h+6h", "dead_inverter@5h+5h", "silent@8h+4h", "stuck_valve@12h+5h")
Samples = dict[str, list[tuple[float, float]]]


def main() -> None:
    """Start everything, load it, and judge the memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", type=Path, nargs="?", default=Path("plan-karabakh"))
    parser.add_argument("--settlement", default="aghali")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database")
    asked = parser.parse_args()
    if asked.database:
        os.environ["BUNYAD_OPERATE_DATABASE_URL"] = asked.database  # for all that is started
    with tempfile.TemporaryDirectory() as folder, living(asked, Path(folder)) as place:
        samples, done = asyncio.run(load(place, asked.minutes * 60))
        judge(samples)
        if asked.database == "":
            tell("operate-soak-log-at-most", done.pop("megabytes-of-log-at-most", 0), "MB")
        for name, count in sorted(done.items()):
            tell(f"operate-soak-{name}", count, "times")
        tell_disk(place)


class Place:
    """What lives: its servers, and where they answer."""

    def __init__(self, programs: list[Program], ports: tuple[int, int], folder: Path) -> None:
        self.programs, self.folder = programs, folder
        self.broker, self.room = (f"http://127.0.0.1:{port}" for port in ports)


@contextmanager
def living(asked: argparse.Namespace, folder: Path) -> Iterator[Place]:
    """Provision a village and start its servers and its play."""
    data, ports = str(folder / "data"), (free_port(), free_port())
    village = (str(asked.plan), "--settlement", asked.settlement)
    subprocess.run(
        [sys.executable, "-m", "bunyad", "operate", "provision", *village, "--data", data],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    broker = Program("broker", "operate", "serve", "--data", data, "--port", str(ports[0]),
                     "--keep-readings", "50000", log=folder / "broker.log")  # fmt: skip
    programs = [broker]
    place = Place(programs, ports, folder)
    try:
        broker.wait_for(f"{place.broker}/health")
        room = Program("control-room", "serve", "--data", data, "--port", str(ports[1]),
                       "--no-jobs", log=folder / "room.log")  # fmt: skip
        programs.append(room)
        room.wait_for(f"{place.room}/api/v1/me")
        programs.append(
            Program("alarms", "operate", "alarms", "watch", "--data", data, "--by-readings",
                    log=folder / "alarms.log")
        )  # fmt: skip
        speed = 24 * 60 / asked.minutes
        programs.append(
            Program("play", "operate", "simulate", *village, "--http", place.broker, "--speed",
                    str(speed), "--step", str(STEP_S), *faults(), log=folder / "play.log")
        )  # fmt: skip
        yield place
    finally:
        for program in reversed(programs):
            program.stop()


def faults() -> list[str]:
    """Return the options of the faults that are put in."""
    return [part for fault in FAULTS for part in ("--fault", fault)]


async def load(place: Place, seconds: float) -> tuple[Samples, Counter[str]]:
    """Load the servers for some time and sample their memory."""
    done: Counter[str] = Counter()
    samples: Samples = {one.name: [] for one in place.programs if one.name != "play"}
    end = time.monotonic() + seconds

    def hear(_notification: dict) -> None:
        done["notifications"] += 1

    async with receiver(hear) as heard, httpx.AsyncClient(timeout=600) as client:
        await subscribe(client, place, heard.url)
        cookies = await sign_in(client, place)
        works: list[tuple[Callable[..., Awaitable[None]], float]] = [
            (make_lamps, 0.05), (change_lamps, 0.02), (query, 0.1), (ask_past, 0.3),
            (resubscribe, 1.0), (send_faults, 0.5),
        ]  # fmt: skip
        tasks = [
            asyncio.create_task(repeat(work, pause, end, client, place, done))
            for work, pause in works
        ]
        tasks += [asyncio.create_task(follow(place, cookies, end, done)) for _ in range(4)]
        begin = time.monotonic()
        log = place.folder / "data" / "records.sqlite-wal"
        while time.monotonic() < end:
            if log.exists():
                done["megabytes-of-log-at-most"] = max(
                    done["megabytes-of-log-at-most"], log.stat().st_size // 1_000_000
                )
            for program in place.programs:
                if program.name in samples:
                    if not program.is_alive:
                        raise SystemExit(f"{program.name} died:\n{program.log.read_text()[-2000:]}")
                    samples[program.name].append((time.monotonic() - begin, program.pss_mb()))
            await asyncio.sleep(EVERY_S)
        await asyncio.gather(*tasks)
    return samples, done


async def repeat(
    work: Callable[..., Awaitable[None]], pause_s: float, end: float, client: httpx.AsyncClient,
    place: Place, done: Counter[str],
) -> None:  # fmt: skip
    """Do something again and again."""
    for number in itertools.count():
        if time.monotonic() > end:
            return
        await work(client, f"{place.broker}/ngsi-ld/v1", number)
        done[work.__name__.replace("_", "-")] += 1
        await asyncio.sleep(pause_s)


def lamp(number: int, value: int) -> dict:
    """Return a lamp."""
    return {
        "id": f"urn:ngsi-ld:Streetlight:soak:{number}", "type": "Streetlight",
        "powerConsumption": {"type": "Property", "value": value, "unitCode": "WTT"},
        "location": {"type": "Point", "coordinates": [46.6 + number / 1000, 39.2]},
    }  # fmt: skip


async def make_lamps(client: httpx.AsyncClient, base: str, number: int) -> None:
    """Make a lamp, and delete an old one."""
    told = await client.post(f"{base}/entities", json=lamp(number, 0))
    assert told.status_code == 201, told.text
    if number >= LAMPS:
        key = lamp(number - LAMPS, 0)["id"]
        assert (await client.delete(f"{base}/entities/{key}")).status_code == 204


async def change_lamps(client: httpx.AsyncClient, base: str, number: int) -> None:
    """Change a lamp that every subscription is about."""
    content = [{**lamp(-1 - number % 10, number % 97), "type": "Streetlight"}]
    told = await client.post(f"{base}/entityOperations/upsert?options=update", json=content)
    assert told.status_code in {201, 204}, told.text


async def query(client: httpx.AsyncClient, base: str, number: int) -> None:
    """Ask for entities by type and value, and by place."""
    asked = (
        f"type=Streetlight&q=powerConsumption>{number % 90}&limit=100&count=true",
        "type=Streetlight&georel=near;maxDistance==2000&geometry=Point&coordinates=[46.65,39.2]",
        f"type=WaterConsumptionObserved&limit=50&offset={number % 300}&format=simplified",
        "type=ThreePhaseAcMeasurement&q=totalActivePower<0&limit=20",
    )[number % 4]
    told = await client.get(f"{base}/entities?{asked}")
    assert told.status_code == 200, told.text


async def ask_past(client: httpx.AsyncClient, base: str, number: int) -> None:
    """Ask for the past of a lamp, also of what has moved to files, and SensorThings for counts."""
    key = lamp(-1 - number % 10, 0)["id"]
    things = base.replace("/ngsi-ld/v1", "/sensorthings/v1.1")
    past = "timerel=before&timeAt=2100-01-01T00:00:00Z&lastN=3"
    url = (
        f"{base}/temporal/entities/{key}?timerel=after&timeAt=2020-01-01T00:00:00Z&lastN=20",
        f"{base}/temporal/entities?type=Streetlight&attrs=powerConsumption&limit=5&{past}",
        f"{things}/Datastreams?$count=true&$top=5&$expand=Observations($top=2)",
    )[number % 3]
    told = await client.get(url)
    assert told.status_code in {200, 206, 404}, told.text  # none yet is 404


async def subscribe(client: httpx.AsyncClient, place: Place, url: str) -> None:
    """Subscribe for a receiver that listens and for two that are gone."""
    gone = f"http://127.0.0.1:{free_port()}/gone"
    for number, uri in enumerate((url, gone, gone)):
        document = {
            "id": f"urn:ngsi-ld:Subscription:soak:{number}", "type": "Subscription",
            "entities": [{"type": "Streetlight"}, {"type": "WaterConsumptionObserved"}],
            "notification": {"endpoint": {"uri": uri, "timeout": 1000}},
        }  # fmt: skip
        told = await client.post(f"{place.broker}/ngsi-ld/v1/subscriptions", json=document)
        assert told.status_code == 201, told.text


async def resubscribe(client: httpx.AsyncClient, base: str, number: int) -> None:
    """Subscribe and take it back."""
    key = f"urn:ngsi-ld:Subscription:short:{number}"
    document = {
        "id": key, "type": "Subscription", "entities": [{"type": "Streetlight"}],
        "notification": {"endpoint": {"uri": "http://127.0.0.1:9/gone"}},
    }  # fmt: skip
    assert (await client.post(f"{base}/subscriptions", json=document)).status_code == 201
    assert (await client.delete(f"{base}/subscriptions/{key}")).status_code == 204


async def send_faults(client: httpx.AsyncClient, base: str, number: int) -> None:
    """Send what is refused: each time another name, context, expression and identifier."""
    told = await client.post(f"{base}/entities", content=b'{"id": "x%d"' % number)
    assert told.status_code in {400, 415}, told.text
    link = f'<http://127.0.0.1:9/c{number}>; rel="http://www.w3.org/ns/json-ld#context"'
    told = await client.get(f"{base}/entities?type=T{number}", headers={"Link": link})
    assert told.status_code >= 400, told.text
    for asked in (f"type=T{number}&q=a{number}>{number}", f"idPattern=^urn:{number}.*&type=A"):
        told = await client.get(f"{base}/entities?{asked}")
        assert told.status_code == 200, told.text


async def sign_in(client: httpx.AsyncClient, place: Place) -> dict[str, str]:
    """Make the first account of the control room; return its cookies."""
    found = re.search(r"at (http\S+)", (place.folder / "room.log").read_text().split("Make")[1])
    assert found is not None
    token = re.split(r"[=/]", found[1])[-1]
    body = {"token": token, "name": "Soak", "password": PASSWORD}
    told = await client.post(f"{place.room}/api/v1/invitations/accept", json=body)
    assert told.is_success, told.text
    return dict(told.cookies)


async def follow(place: Place, cookies: dict[str, str], end: float, done: Counter[str]) -> None:
    """Follow the control room, hanging up after some beats and coming again."""
    async with httpx.AsyncClient(timeout=None, cookies=cookies) as client:
        url = f"{place.room}/api/v1/villages/aghali/events"
        while time.monotonic() < end:
            with suppress(httpx.TransportError):
                async with client.stream("GET", url) as answer:
                    assert answer.status_code == 200, answer.status_code
                    beats = 0
                    async for line in answer.aiter_lines():
                        beats += line.startswith("data:")
                        done["beats-followed"] += line.startswith("data:")
                        if beats >= 10 or time.monotonic() > end:
                            break
            await asyncio.sleep(0.5)


def judge(samples: Samples) -> None:
    """Print median, bound and slope of each server's memory."""
    for name, found in samples.items():
        warm = [(at, size) for at, size in found if at >= found[-1][0] / 3]
        at, sizes = zip(*warm, strict=True)
        slope = statistics.linear_regression(at, sizes).slope
        growth = slope * (at[-1] - at[0])
        middle = statistics.median(sizes)
        tell(f"operate-soak-{name}-memory", middle, "MB, median")
        tell(f"operate-soak-{name}-at-most", max(size for _, size in found), "MB")
        tell(f"operate-soak-{name}-slope", slope * 60, "MB a minute")
        tell(f"operate-soak-{name}-growth", max(growth / middle, 0.0),
             "of its memory, after the first third", peer=MOST_GROWTH, goal=1,
             is_limit=True)  # fmt: skip


def tell_disk(place: Place) -> None:
    """Print what lies on the disk."""
    size = sum(one.stat().st_size for one in place.folder.rglob("*") if one.is_file())
    tell("operate-soak-disk", size / 1e6, "MB")


if __name__ == "__main__":
    main()
