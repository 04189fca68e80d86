"""A server that is killed while it answers and notifies loses nothing that it had answered."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx
from broker_life import receiver

SUBSCRIPTION = {
    "id": "urn:ngsi-ld:Subscription:killed",
    "type": "Subscription",
    "entities": [{"type": "Streetlight"}],
}
KILLS = 2
MOST_WRITES = 400


async def serve(folder: Path, port: int) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bunyad", "operate", "serve", "--data", str(folder),
        "--port", str(port), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        env={**os.environ},
    )  # fmt: skip
    async with httpx.AsyncClient() as client:
        for _ in range(600):
            try:
                await client.get(f"http://127.0.0.1:{port}/health")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return process
    raise AssertionError((await process.stderr.read()).decode())


async def write_until_killed(base: str, first: int, kept: set[str]) -> None:
    """Create entities one after the other on eight connections; note those that were answered."""

    async def write(client: httpx.AsyncClient, lane: int) -> None:
        for number in range(MOST_WRITES):
            key = f"urn:ngsi-ld:Streetlight:{first}-{lane}-{number}"
            lamp = {"id": key, "type": "Streetlight", "power": {"type": "Property", "value": 1}}
            try:
                told = await client.post(f"{base}/entities", json=lamp)
            except httpx.TransportError:
                return
            assert told.status_code == 201
            kept.add(key)

    async with httpx.AsyncClient() as client:
        await asyncio.gather(*(write(client, lane) for lane in range(8)))


def test_every_answered_write_is_told_though_the_server_is_killed(tmp_path: Path) -> None:
    async def story() -> None:
        async with receiver() as free:
            port = int(free.url.rpartition(":")[2])
        base = f"http://127.0.0.1:{port}/ngsi-ld/v1"
        kept: set[str] = set()
        async with receiver() as heard:
            for turn in range(KILLS + 1):
                process = await serve(tmp_path, port)
                if turn == 0:
                    notification = {"endpoint": {"uri": f"{heard.url}/notify"}}
                    async with httpx.AsyncClient() as client:
                        document = {**SUBSCRIPTION, "notification": notification}
                        told = await client.post(f"{base}/subscriptions", json=document)
                    assert told.status_code == 201
                if turn == KILLS:
                    break
                writing = asyncio.create_task(write_until_killed(base, turn, kept))
                before = len(heard.heard)
                await heard.wait(before + 20, 30)
                process.send_signal(signal.SIGKILL)
                await process.wait()
                await writing
            async with asyncio.timeout(30):
                told_of: set[str] = set()
                read = 0
                while not kept <= told_of:
                    for letter in heard.heard[read:]:
                        told_of |= {entity["id"] for entity in letter.data}
                    read = len(heard.heard)
                    if not kept <= told_of:
                        await heard.wait(read + 1, 30)
            process.terminate()
            await process.wait()
        assert len(kept) > KILLS * 10

    asyncio.run(story())
