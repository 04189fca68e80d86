"""What the benchmarks of a living place share: programs as processes, a receiver, lines of JSON."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
LONGEST_START_S = 120.0


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Program:
    """`bunyad …` as a process; what it prints goes to a file."""

    def __init__(self, name: str, *arguments: str, log: Path) -> None:
        self.name, self.log = name, log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bunyad", *arguments], stdout=out, stderr=out
            )

    @property
    def is_alive(self) -> bool:
        """Tell whether it runs."""
        return self.process.poll() is None

    def wait_for(self, url: str) -> None:
        """Wait until it answers."""
        end = time.monotonic() + LONGEST_START_S
        while time.monotonic() < end:
            if not self.is_alive:
                break
            try:
                with urllib.request.urlopen(url, timeout=10):
                    return
            except OSError:
                time.sleep(0.02)
        raise SystemExit(f"{self.name} does not answer:\n{self.log.read_text()[-2000:]}")

    def pss_mb(self) -> float:
        """Return its proportional share of memory [MB]."""
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return int(text.split("\nPss:")[1].split()[0]) / 1000

    def cpu_s(self) -> float:
        """Return the processor time that it has spent [s]."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def stop(self, how: int = signal.SIGINT) -> None:
        """End it; with SIGKILL as a power cut would."""
        if self.is_alive:
            self.process.send_signal(how)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Receiver:
    """Takes notifications, gives each to a function, and answers 204."""

    take: Callable[[dict], None]
    url: str = ""
    heard: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take what one connection brings."""
        self._writers.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                self.take(json.loads(await reader.readexactly(length)))
                self.heard += 1
                writer.write(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def hang_up(self) -> None:
        """Close all connections."""
        for writer in self._writers:
            writer.close()


@asynccontextmanager
async def receiver(take: Callable[[dict], None]) -> AsyncIterator[Receiver]:
    """Listen on this machine."""
    found = Receiver(take)
    server = await asyncio.start_server(found.talk, "127.0.0.1", 0, limit=2**24)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/notify"
    try:
        yield found
    finally:
        server.close()
        found.hang_up()


async def until(test: Callable[[], bool], timeout_s: float = 3600.0) -> bool:
    """Wait until something is so; tell whether it came in time."""
    end = time.monotonic() + timeout_s
    while True:
        if test():
            return True
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.02)


def tell(
    name: str, ours: float, unit: str, *, peer: float | None = None, goal: float | None = None,
    is_limit: bool = False,
) -> None:  # fmt: skip
    """Print one line; a limit is kept where ours is below it."""
    ratio = None
    if peer is not None:
        ratio = round(peer / ours if is_limit else ours / peer, 3) if (ours and peer) else None
    print(
        json.dumps({
            "name": name, "ours": round(ours, 3), "peer": peer,
            "peer_name": None if peer is None else "asked for", "unit": unit, "ratio": ratio,
            "goal": goal,
        }),
        flush=True,
    )  # fmt: skip
