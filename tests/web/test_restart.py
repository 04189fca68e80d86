"""The server is killed in the middle of a run, and started again: nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from web.processes import REGION, Gate, Program, job_of, keep_planner, start_server, until

from bunyad.store.database import Database, open_database

pytestmark = pytest.mark.xdist_group("small-plan")

Starter = Callable[[], Program]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{data / 'bunyad.db'}")
    yield opened
    opened.close()


@pytest.fixture
def start(data: Path, database: Database) -> Iterator[Starter]:
    """Return a function that starts a server on the data folder."""
    token = keep_planner(database, data)
    started: list[Program] = []

    def starting() -> Program:
        started.append(start_server(data, token=token))
        return started[-1].wait()

    yield starting
    for program in started:
        program.stop()


def draft(program: Program) -> dict[str, Any]:
    answer = program.ask("POST", "/plans", json={"name": "rebuilt", "region": REGION})
    assert answer.status_code == 201, answer.text
    return answer.json()


def state(program: Program, job: str) -> str:
    return program.ask("GET", f"/jobs/{job}").json()["state"]


def test_a_run_goes_on_while_the_server_is_killed_and_started_again(
    data: Path, database: Database, start: Starter
) -> None:
    first, gate = start(), Gate(data)
    plan = draft(first)
    job = plan["job"]["id"]
    gate.wait_for_somebody()
    first.kill()

    second = start()
    assert state(second, job) == "running"
    gate.open()
    assert until(lambda: state(second, job) if state(second, job) != "running" else None) == "done"
    assert job_of(database, job).tries == 1
    assert second.ask("GET", f"/plans/{plan['id']}").json()["is_made"] is True
    page = second.ask("GET", f"/plans/{plan['id']}/page").json()
    assert page["region"]["last_year"] == 2040


def test_a_run_that_dies_with_its_server_is_tried_again_then_broken_and_can_be_run_anew(
    data: Path, database: Database, start: Starter
) -> None:
    program, gate = start(), Gate(data)
    plan = draft(program)
    job = plan["job"]["id"]
    for tries in (1, 2):
        gate.wait_for_somebody()
        assert job_of(database, job).tries == tries
        program.kill(workers=True)
        gate.forget()
        program = start()
    until(lambda: state(program, job) == "broken")
    assert program.ask("GET", f"/jobs/{job}").json()["error"]["mend"] == "Run it again."

    # Who asked, what for, and what was done are all there still.
    kept = program.ask("GET", f"/plans/{plan['id']}").json()
    assert (kept["name"], kept["created_by"], kept["is_made"]) == ("rebuilt", "Planner", False)
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"

    assert program.ask("POST", f"/jobs/{job}/again").json()["state"] == "queued"
    gate.wait_for_somebody()
    gate.open(text="name: Not A Name\n")
    assert until(lambda: state(program, job) if state(program, job) != "running" else None) == (
        "failed"
    )
    error = program.ask("GET", f"/jobs/{job}").json()["error"]
    assert any("region.yaml" in fault["where"] for fault in error["faults"])
