"""
Kill the server of live data ten times while it writes and notifies, and count what is there.

`python benchmarks/operate_kills.py` starts `bunyad operate serve`, writes on several connections,
kills it with SIGKILL, starts it again, and so on. What was answered is noted; in the end all of it
must be there: entities, changes in the past, deliveries over an unreliable link (each once), a
notification of every entity (at least once), and the subscriptions as they were. It prints one JSON
object a line. `--kills` chooses how often, `--database` keeps the records in an empty PostgreSQL
database instead of files.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from living import Program, free_port, receiver, tell, until

from bunyad.operate.living import Living
from bunyad.operate.records import Db

LANES = 4
FEWEST, MOST = 60, 400  # answered creations before a kill
LATE_S = 60.0  # how long the last notifications may take after the last start
LAMP, GATEWAY = "urn:ngsi-ld:Streetlight:", "north"


@dataclass
class Noted:
    """What the server has answered, and what its receiver has heard."""

    created: set[str] = field(default_factory=set)
    changed: dict[str, set[int]] = field(default_factory=dict)
    delivered: int = 0
    told: Counter[str] = field(default_factory=Counter)
    told_of: set[str] = field(default_factory=set)
    tries: int = 0

    def hear(self, notification: dict[str, Any]) -> None:
        """Note a notification."""
        self.told[notification["id"]] += 1
        self.told_of |= {entity["id"] for entity in notification["data"]}


def main() -> None:
    """Kill, and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(kill_often(Living(folder=Path(folder), database=asked.database),
                               asked.kills, random.Random(asked.seed)))  # fmt: skip


async def kill_often(place: Living, kills: int, chance: random.Random) -> None:
    """Start, load and kill; start once more and count."""
    noted, port = Noted(), free_port()
    base = f"http://127.0.0.1:{port}"
    before: list[Any] = []
    async with receiver(noted.hear) as heard:
        for turn in range(kills + 1):
            server = serve(place, port)
            async with httpx.AsyncClient(timeout=30) as client:
                if turn == 0:
                    before = await subscribe(client, base, heard.url)
                after = await subscriptions(client, base)
            if turn == kills:
                break
            goal = len(noted.created) + chance.randint(FEWEST, MOST)
            lanes = [asyncio.create_task(create(base, turn, lane, noted)) for lane in range(LANES)]
            lanes.append(asyncio.create_task(deliver(base, noted)))
            await until(lambda goal=goal: len(noted.created) >= goal)
            server.stop(signal.SIGKILL)
            await asyncio.gather(*lanes)
        await count(base, noted)
        server.stop()
    in_past = past(place.records(), noted)
    tell("operate-kills", kills, "times", peer=10, goal=1)
    tell("operate-kills-deliveries-there-once", in_past, "of those answered", peer=noted.delivered,
         goal=1)  # fmt: skip
    tell("operate-kills-notifications", sum(noted.told.values()), "sent")
    tell("operate-kills-notifications-sent-again", sum(noted.told.values()) - len(noted.told),
         "under the same identifier")  # fmt: skip
    tell("operate-kills-subscriptions-as-they-were", sum(map(same, before, after)), "subscriptions",
         peer=len(before), goal=1)  # fmt: skip


def serve(place: Living, port: int) -> Program:
    """Start the server on a data folder, or on a database."""
    database = ("--database", place.database) if place.database else ()
    server = Program("the server", "operate", "serve", "--data", str(place.folder),
                     "--port", str(port), *database, log=place.folder / "log")  # fmt: skip
    server.wait_for(f"http://127.0.0.1:{port}/health")
    return server


async def subscribe(client: httpx.AsyncClient, base: str, url: str) -> list[Any]:
    """Subscribe to new lamps, and to others that never come."""
    for number, kind in enumerate(("Streetlight", "Tank", "Pump")):
        document = {
            "id": f"urn:ngsi-ld:Subscription:{number}", "type": "Subscription",
            "entities": [{"type": kind}], "notificationTrigger": ["entityCreated"],
            "notification": {"endpoint": {"uri": url}}, "description": f"all of type {kind}",
        }  # fmt: skip
        told = await client.post(f"{base}/ngsi-ld/v1/subscriptions", json=document)
        assert told.status_code == 201, told.text
    return await subscriptions(client, base)


async def subscriptions(client: httpx.AsyncClient, base: str) -> list[Any]:
    """Return the subscriptions as they are told."""
    answer = await client.get(f"{base}/ngsi-ld/v1/subscriptions")
    return sorted(answer.json(), key=lambda one: one["id"])


def same(before: Any, after: Any) -> bool:
    """Tell whether two subscriptions are the same but for their tallies."""
    tallies = {"timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure",
               "status"}  # fmt: skip

    def bare(one: Any) -> Any:
        notification = {k: v for k, v in one["notification"].items() if k not in tallies}
        return {**one, "notification": notification}

    return bool(bare(before) == bare(after))


async def create(base: str, turn: int, lane: int, noted: Noted) -> None:
    """Create lamps and change the first one until the server is gone."""
    first = f"{LAMP}{turn}-{lane}-0"
    async with httpx.AsyncClient(timeout=30) as client:
        for number in range(10**6):
            key = f"{LAMP}{turn}-{lane}-{number}"
            lamp = {"id": key, "type": "Streetlight", "power": 0}
            try:
                told = await client.post(f"{base}/ngsi-ld/v1/entities", json=lamp)
                assert told.status_code == 201, told.text
                noted.created.add(key)
                change = {"power": {"type": "Property", "value": number}}
                url = f"{base}/ngsi-ld/v1/entities/{first}/attrs"
                told = await client.patch(url, json=change)
                assert told.status_code == 204, told.text
                noted.changed.setdefault(first, set()).add(number)
            except httpx.TransportError:
                return


async def deliver(base: str, noted: Noted) -> None:
    """Deliver numbered messages as a gateway does: what is not acknowledged is sent again."""
    async with httpx.AsyncClient(timeout=30) as client:
        while True:
            first = noted.delivered + 1
            messages = [
                [seq, [["urn:ngsi-ld:Tank:1", "Tank", "level", 10**15 + seq, seq, "", ""]]]
                for seq in range(first, first + 20)
            ]
            content = {"device": GATEWAY, "epoch": "1", "oldest": first, "messages": messages}
            try:
                noted.tries += len(messages)
                told = await client.post(f"{base}/south/v1/deliver", json=content)
            except httpx.TransportError:
                return
            assert told.status_code == 200, told.text
            noted.delivered = told.json()["highest"]
            await asyncio.sleep(0.02)


async def count(base: str, noted: Noted) -> None:
    """Ask for everything that was answered, and wait for what is to be told."""
    async with httpx.AsyncClient(timeout=60) as client:
        there: set[str] = set()
        while True:
            url = f"{base}/ngsi-ld/v1/entities?type=Streetlight&limit=1000&offset={len(there)}"
            page = (await client.get(url)).json()
            if not page:
                break
            there |= {entity["id"] for entity in page}
    await until(lambda: noted.created <= noted.told_of, LATE_S)
    created = noted.created
    tell("operate-kills-entities-there", len(created & there), "of those answered",
         peer=len(created), goal=1)  # fmt: skip
    tell("operate-kills-entities-told", len(created & noted.told_of), "of those answered",
         peer=len(created), goal=1)  # fmt: skip


def past(db: Db, noted: Noted) -> int:
    """Count changes and deliveries in the past; a delivery that is there twice counts for none."""
    rows = db.execute(
        "SELECT e.id, r.value FROM reading r JOIN series s ON s.ref = r.series "
        "JOIN entity e ON e.ref = s.entity"
    ).fetchall()
    db.close()
    have: dict[str, Counter[Any]] = {}
    for key, value in rows:
        have.setdefault(key, Counter())[value] += 1
    changes = sum(len(values) for values in noted.changed.values())
    found = sum(value in have.get(key, ()) for key, values in noted.changed.items()
                for value in values)  # fmt: skip
    tell("operate-kills-changes-in-the-past", found, "of those answered", peer=changes, goal=1)
    tank = have.get("urn:ngsi-ld:Tank:1", Counter())
    return sum(tank[seq] == 1 for seq in range(1, noted.delivered + 1))


if __name__ == "__main__":
    main()
