"""Real servers as processes: `bunyad serve`, started, asked, killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from folders import write_small_folder
from ports import free_port

import bunyad
from bunyad.store.database import Database
from bunyad.store.models import Account, ApiToken, Job, Organisation, RegionRecord, now
from bunyad.web.accounts.passwords import hash_password
from bunyad.web.services import new_token

REGION = "small"
PASSWORD = "four quiet mountain rivers"
PATIENCE_S = 240.0
"""Time after which something that should happen counts as not happening [s]."""
SILENCE_S = 8.0
Found = TypeVar("Found")


def until(look: Callable[[], Found | None]) -> Found:
    """Look until there is something."""
    last, waiting = time.monotonic() + PATIENCE_S, threading.Event()
    while time.monotonic() < last:
        found = look()
        if found:
            return found
        waiting.wait(0.1)
    raise AssertionError(f"{look} found nothing in {PATIENCE_S} s")


def parents() -> Iterator[tuple[int, int]]:
    """Go through the machine's processes, each with its parent."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
        state, parent = text.rpartition(")")[2].split()[:2]
        if state != "Z":
            yield int(path.parent.name), int(parent)


@dataclass(slots=True, kw_only=True)
class Program:
    """A running `bunyad serve`."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path
    token: str = ""

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """Send a request, as the planner where a token is known."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return httpx2.request(
            method, f"{self.url}/api/v1{path}", headers=headers, timeout=30, **more
        )

    @property
    def workers(self) -> list[int]:
        """Processes in which it makes plans."""
        return [one for one, parent in parents() if parent == self.process.pid]

    def wait(self) -> Program:
        """Return once it answers."""
        until(self._answers)
        return self

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return httpx2.get(f"{self.url}/health").status_code == 200
        except httpx2.TransportError:
            return False

    def kill(self, *, workers: bool = False) -> None:
        """End it at once, as a power cut does; its workers too, if wanted."""
        found = self.workers
        self.process.kill()
        self.process.wait()
        for worker in found if workers else ():
            os.kill(worker, signal.SIGKILL)
            until(partial(is_gone, worker))

    def stop(self) -> None:
        """End it and whatever it has begun."""
        if self.process.poll() is None:
            self.kill(workers=True)


def start_server(data: Path, *, database: str | None = None, token: str = "") -> Program:
    """Start a server on a free port; it may take a moment until it answers."""
    port = free_port()
    data.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(Path(bunyad.__file__).parents[1])}
    environment.pop("BUNYAD_DATABASE_URL", None)
    if database:
        environment["BUNYAD_DATABASE_URL"] = database
    log = data / f"server-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bunyad", "serve", "--data", data, "--port", str(port),
             "--job-silence-s", str(SILENCE_S)],
            cwd=data, env=environment, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    return Program(process=process, url=f"http://127.0.0.1:{port}", log=log, token=token)


def keep_planner(database: Database, data: Path) -> str:
    """Keep a planner with a region of her own; return her token."""
    token, hashed = new_token()
    with database.begin() as session:
        organisation = Organisation(name="Office", kind="authority")
        session.add(organisation)
        session.flush()
        account = Account(
            email="planner@example.org", name="Planner", role="planner",
            organisation_id=organisation.id,
            password_hash=hash_password(PASSWORD, email="x@example.org"),
        )  # fmt: skip
        session.add(account)
        session.flush()
        session.add(
            ApiToken(token_hash=hashed, account_id=account.id, name="test",
                     expires=now() + timedelta(days=1))
        )  # fmt: skip
        session.add(
            RegionRecord(
                id=REGION, name=REGION, organisation_id=organisation.id, created_by=account.id
            )
        )
    write_small_folder(data / "regions" / REGION)
    return token


class Gate:
    """
    A pipe in place of the region's file: whoever plans the region waits at it.

    So a test knows that a run is in the middle, however fast the machine is.
    """

    def __init__(self, data: Path) -> None:
        self.path = data / "regions" / REGION / "region.yaml"
        self.text = self.path.read_text("utf-8")
        self._pipe: int | None = None
        self.path.unlink()
        os.mkfifo(self.path)

    def wait_for_somebody(self) -> None:
        """Return once somebody waits at the gate."""
        self._pipe = until(self._write_end)

    def forget(self) -> None:
        """Let go of somebody who was killed at the gate."""
        assert self._pipe is not None
        os.close(self._pipe)
        self._pipe = None

    def open(self, *, text: str | None = None) -> None:
        """Let who waits read a text, else the true file; later readers find the same."""
        assert self._pipe is not None
        chosen = self.text if text is None else text
        ready = self.path.with_suffix(".ready")
        ready.write_text(chosen, "utf-8")
        ready.replace(self.path)
        os.set_blocking(self._pipe, True)
        with os.fdopen(self._pipe, "w", encoding="utf-8") as writing:
            writing.write(chosen)

    def _write_end(self) -> int | None:
        try:
            return os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads yet
            return None


def is_gone(process: int) -> bool:
    """Tell whether every thread of a process has ended, be it reaped or not."""
    for path in Path(f"/proc/{process}/task").glob("*/stat"):
        try:
            state = path.read_text().rpartition(")")[2].split()[0]
        except OSError:  # it has just ended
            continue
        if state not in "ZX":
            return False
    return True


def job_of(database: Database, job: str) -> Job:
    """Return how a job is kept."""
    with database.read() as session:
        return session.get_one(Job, job)
