"""Requests about runs: how they stand, live; stop one; start one again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from bunyad.store.models import Job
from bunyad.web.endpoint import Call, Endpoint, Nothing
from bunyad.web.jobs.claims import ENDED, cancel_job, queue_again
from bunyad.web.plans.bodies import JobState, ShareQuery
from bunyad.web.plans.listing import job_state
from bunyad.web.plans.rights import find_own_plan, find_plan
from bunyad.web.problems import Problem, not_found
from bunyad.web.rights import ANYBODY, PLANNERS
from bunyad.web.services import record

TAGS = ("jobs",)
LOOK_S = 0.3
"""Time between two looks at a run's state [s]."""
STREAM_S = 300.0
"""Time after which a stream ends, and the browser asks again [s]."""


def get_job(call: Call[ShareQuery, Nothing]) -> JobState:
    """Return how a run stands."""
    with call.services.database.read() as session:
        return job_state(_find(call, session))


def stop_job(call: Call[Nothing, Nothing]) -> None:
    """Cancel a run; what was there before stays."""
    _of_own_plan(call, "job.cancel")
    cancel_job(call.services.database, call.path["job"])


def start_job_again(call: Call[Nothing, Nothing]) -> JobState:
    """Queue a run again that failed, was cancelled or broke."""
    _of_own_plan(call, "job.again")
    if not queue_again(call.services.database, call.path["job"]):
        raise Problem(
            409, "job-not-ended", "The run has not ended, or has ended well.",
            mend="Wait for its end, or change the plan.",
        )  # fmt: skip
    with call.services.database.read() as session:
        return job_state(session.get_one(Job, call.path["job"]))


async def follow_job(call: Call[ShareQuery, Nothing]) -> StreamingResponse:
    """Send the run's state whenever it changes, until it ends (server-sent events)."""
    await run_in_threadpool(get_job, call)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(call), media_type="text/event-stream", headers=headers)


async def _events(call: Call[ShareQuery, Nothing]) -> AsyncIterator[bytes]:
    last, until = b"", time.monotonic() + STREAM_S
    while time.monotonic() < until:
        state = await run_in_threadpool(get_job, call)
        content = msgspec.json.encode(state)
        if content != last:
            yield b"event: job\ndata: " + content + b"\n\n"
            last = content
        if state.state in ENDED:
            return
        await asyncio.sleep(LOOK_S)


def _find(call: Call[Any, Any], session: Session) -> Job:
    job = session.get(Job, call.path["job"])
    if job is None:
        raise not_found("run")
    share = call.query.share if isinstance(call.query, ShareQuery) else ""
    find_plan(session, call.person, job.plan_id, share=share)
    return job


def _of_own_plan(call: Call[Any, Any], action: str) -> None:
    with call.services.database.begin() as session:
        job = _find(call, session)
        find_own_plan(session, call.person, job.plan_id)
        record(session, call.person, action, job.id, plan=job.plan_id)


ENDPOINTS = (
    Endpoint(name="get_job", method="GET", path="/jobs/{job}", may=ANYBODY, tags=TAGS,
             title="How a run stands", act=get_job, query=ShareQuery, answer=JobState),
    Endpoint(name="follow_job", method="GET", path="/jobs/{job}/events", may=ANYBODY, tags=TAGS,
             title="A run's state, live", act=follow_job, query=ShareQuery, answer=bytes,
             media_type="text/event-stream", is_raw=True),
    Endpoint(name="stop_job", method="POST", path="/jobs/{job}/cancel", may=PLANNERS, tags=TAGS,
             title="Cancel a run", act=stop_job),
    Endpoint(name="start_job_again", method="POST", path="/jobs/{job}/again", may=PLANNERS,
             tags=TAGS, title="Start a run again", act=start_job_again, answer=JobState),
)  # fmt: skip
