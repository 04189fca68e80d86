"""Runs: claimed once, alive or mended, cancelled, started again."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import update
from web.servers import Server, on_both

from bunyad.store.models import Job, now
from bunyad.web.jobs.claims import beat, claim_job, end_job, mend_silent_jobs, note_stages

pytestmark = on_both


def queue(server: Server, plan: str | None = None) -> str:
    with server.services.database.begin() as session:
        job = Job(plan_id=plan or server_plan(server))
        session.add(job)
        session.flush()
        return job.id


def server_plan(server: Server) -> str:
    answer = server.client.post(
        "/api/v1/plans", headers=server.as_role("planner"), json={"name": "a", "region": "karabakh"}
    )
    with server.services.database.begin() as session:
        session.delete(session.get_one(Job, answer.json()["job"]["id"]))
    return answer.json()["id"]


def state(server: Server, job: str) -> str:
    with server.services.database.read() as session:
        return session.get_one(Job, job).state


def fall_silent(server: Server, job: str) -> None:
    with server.services.database.begin() as session:
        past = now() - timedelta(hours=1)
        session.execute(update(Job).where(Job.id == job).values(heartbeat=past))


def test_many_that_claim_at_once_share_the_jobs_without_a_double(server: Server) -> None:
    plan = server_plan(server)
    jobs = {queue(server, plan) for _ in range(6)}

    def claim(number: int) -> str | None:
        return claim_job(server.services.database, owner=f"server {number}")

    with ThreadPoolExecutor(8) as pool:
        claimed = [job for job in pool.map(claim, range(24)) if job]
    assert len(claimed) == len(set(claimed))
    assert set(claimed) <= jobs


def test_a_silent_run_is_queued_again_and_broken_after_the_second_time(server: Server) -> None:
    job, database = queue(server), server.services.database
    states = []
    for _ in "12":
        assert claim_job(database, owner="one") == job
        fall_silent(server, job)
        mend_silent_jobs(database, silence_s=60)
        states.append(state(server, job))
    assert states == ["queued", "broken"]


def test_a_run_that_gives_signs_of_life_is_left_alone(server: Server) -> None:
    job, database = queue(server), server.services.database
    claim_job(database, owner="one")
    assert beat(database, job, owner="one")
    mend_silent_jobs(database, silence_s=60)
    assert state(server, job) == "running"


def test_a_worker_whose_job_was_taken_away_cannot_end_it(server: Server) -> None:
    job, database = queue(server), server.services.database
    claim_job(database, owner="one")
    fall_silent(server, job)
    mend_silent_jobs(database, silence_s=60)
    claim_job(database, owner="two")
    assert not beat(database, job, owner="one")
    end_job(database, job, owner="one", state="done")
    assert state(server, job) == "running"
    end_job(database, job, owner="two", state="done")
    assert state(server, job) == "done"


def test_cancelling_ends_a_waiting_run_and_asks_a_running_one_to_stop(server: Server) -> None:
    plan, database, asks = server_plan(server), server.services.database, server.as_role("planner")
    running = queue(server, plan)
    claim_job(database, owner="one")
    waiting = queue(server, plan)
    for job in (running, waiting):
        assert server.client.post(f"/api/v1/jobs/{job}/cancel", headers=asks).status_code == 204
    assert state(server, waiting) == "cancelled"
    assert not beat(database, running, owner="one")


def test_a_cancelled_run_can_be_started_again_but_a_done_one_cannot(server: Server) -> None:
    job, asks = queue(server), server.as_role("planner")
    server.client.post(f"/api/v1/jobs/{job}/cancel", headers=asks)
    again = server.client.post(f"/api/v1/jobs/{job}/again", headers=asks)
    assert again.json()["state"] == "queued"
    assert server.client.post(f"/api/v1/jobs/{job}/again", headers=asks).status_code == 409


def test_the_stream_tells_each_change_and_ends_with_the_run(server: Server) -> None:
    job, database, asks = queue(server), server.services.database, server.as_role("planner")
    claim_job(database, owner="one")
    note_stages(database, job, owner="one", stages={"potential": {"state": "run"}})
    end_job(database, job, owner="one", state="failed", error={"title": "no"})
    answer = server.client.get(f"/api/v1/jobs/{job}/events", headers=asks)
    assert answer.headers["content-type"].startswith("text/event-stream")
    last = json.loads(answer.text.strip().splitlines()[-1].removeprefix("data: "))
    assert (last["state"], last["stages"]) == ("failed", {"potential": {"state": "run"}})


def test_a_run_of_a_private_plan_is_hidden_from_others(server: Server) -> None:
    job = queue(server)
    for role in ("other-planner", "bidder", "public"):
        answer = server.client.get(f"/api/v1/jobs/{job}", headers=server.as_role(role))
        assert answer.status_code == 404
