"""Two servers on one PostgreSQL: one system to whoever uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from web.processes import (
    PASSWORD,
    REGION,
    Gate,
    Program,
    job_of,
    keep_planner,
    start_server,
    until,
)

from bunyad.store.database import Database, open_database

BAD_REGION = "name: Not A Name\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two servers and what they share."""

    servers: tuple[Program, Program]
    database: Database
    data: Path

    def draft(self, program: Program) -> str:
        """Ask one for a plan; return the job."""
        body = {"name": "shared", "region": REGION}
        return program.ask("POST", "/plans", json=body).json()["job"]["id"]

    def by_owner(self, job: str) -> tuple[Program, Program]:
        """Return the server that runs a job, and the other."""
        owner = str(job_of(self.database, job).owner)
        one, two = self.servers
        return (one, two) if owner.endswith(f"-{one.process.pid}") else (two, one)


@pytest.fixture(scope="module")
def pair(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    url, data = cluster.make_database(), tmp_path_factory.mktemp("pair")
    database = open_database(url)
    token = keep_planner(database, data)
    servers: list[Program] = []
    try:
        servers.extend(start_server(data, database=url, token=token) for _ in "12")
        one, two = (server.wait() for server in servers)
        yield Pair(servers=(one, two), database=database, data=data)
    finally:
        for server in servers:
            server.stop()
        database.close()


def states_told(server: Program, job: str) -> Iterator[dict[str, Any]]:
    """Follow a run live at one server."""
    headers = {"Authorization": f"Bearer {server.token}"}
    address = f"{server.url}/api/v1/jobs/{job}/events"
    with httpx2.stream("GET", address, headers=headers, timeout=60) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


def test_many_runs_are_shared_between_two_servers_and_each_is_run_once(pair: Pair) -> None:
    one, two = pair.servers
    gate = Gate(pair.data)
    jobs = [pair.draft(server) for server in (one, two, one, two)]
    gate.wait_for_somebody()
    until(lambda: len(one.workers) == len(two.workers) == 1)
    gate.open(text=BAD_REGION)
    until(lambda: all(job_of(pair.database, job).state == "failed" for job in jobs))
    kept = [job_of(pair.database, job) for job in jobs]
    assert [job.tries for job in kept] == [1] * len(jobs)
    assert len({job.owner for job in kept}) == 2


def test_two_servers_share_people_and_runs_and_one_takes_over_where_the_other_dies(
    pair: Pair,
) -> None:
    one, two = pair.servers
    body = {"email": "planner@example.org", "password": PASSWORD}
    cookies = one.ask("POST", "/session", json=body).cookies
    me = httpx2.get(f"{two.url}/api/v1/me", cookies=cookies).json()
    assert me["name"] == "Planner"

    # A run is claimed once, and whoever asks the other server sees it live.
    gate = Gate(pair.data)
    job = pair.draft(one)
    gate.wait_for_somebody()
    assert len(one.workers) + len(two.workers) == 1
    runs, watches = pair.by_owner(job)
    assert runs.workers
    told = states_told(watches, job)
    assert next(told)["state"] == "running"

    # The server that runs it dies; the other takes the run.
    runs.kill(workers=True)
    gate.forget()
    gate.wait_for_somebody()
    assert len(watches.workers) == 1
    kept = job_of(pair.database, job)
    assert str(kept.owner).endswith(f"-{watches.process.pid}")
    assert kept.tries == 2
    gate.open(text=BAD_REGION)
    last = list(told)[-1]
    assert last["state"] == "failed"
    assert "region.yaml" in last["error"]["faults"][0]["where"]
