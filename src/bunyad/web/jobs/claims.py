"""
Who runs which job: every change of a job's state, each one step that cannot be done twice.

queued ─▶ running ─▶ done | failed | cancelled
   ▲         │
   └─────────┴─▶ broken (its worker fell silent too often)
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, select, update

from bunyad.store.database import Database
from bunyad.store.models import Job, now

MOST_TRIES = 2
"""Times that a job is started before it counts as broken."""
OPEN = ("queued", "running")
ENDED = ("done", "failed", "cancelled", "broken")


def claim_job(database: Database, *, owner: str) -> str | None:
    """
    Take the job that has waited longest, if there is one.

    Two servers on one database never take the same: the change counts only where the job is
    still queued.

    Parameters
    ----------
    database
        Where jobs are.
    owner
        Name of the one who takes it.
    """
    with database.begin() as session:
        oldest = session.scalars(
            select(Job.id).where(Job.state == "queued").order_by(Job.created, Job.id).limit(1)
        ).first()
        if oldest is None:
            return None
        taken = session.execute(
            update(Job)
            .where(Job.id == oldest, Job.state == "queued")
            .values(
                state="running", owner=owner, heartbeat=now(), started=now(), finished=None,
                tries=Job.tries + 1, stages={}, error=None,
            )
        )  # fmt: skip
        return oldest if _changed(taken) else None


def beat(database: Database, job: str, *, owner: str) -> bool:
    """Give a sign of life; tell whether the job still runs and nobody wants it stopped."""
    with database.begin() as session:
        alive = session.execute(
            update(Job)
            .where(
                Job.id == job, Job.owner == owner, Job.state == "running",
                Job.wants_cancel.is_(False),
            )
            .values(heartbeat=now())
        )  # fmt: skip
        return _changed(alive)


def note_stages(database: Database, job: str, *, owner: str, stages: dict[str, Any]) -> None:
    """Write down how far a job is."""
    with database.begin() as session:
        session.execute(
            update(Job)
            .where(Job.id == job, Job.owner == owner, Job.state == "running")
            .values(stages=stages, heartbeat=now())
        )


def end_job(
    database: Database, job: str, *, owner: str, state: str, error: dict[str, Any] | None = None
) -> None:
    """End a running job as `done`, `failed` or `cancelled`."""
    assert state in ENDED, state
    with database.begin() as session:
        session.execute(
            update(Job)
            .where(Job.id == job, Job.owner == owner, Job.state == "running")
            .values(state=state, error=error, finished=now(), heartbeat=now())
        )


def cancel_job(database: Database, job: str) -> None:
    """End a queued job; ask the worker of a running one to stop."""
    with database.begin() as session:
        session.execute(
            update(Job)
            .where(Job.id == job, Job.state == "queued")
            .values(state="cancelled", finished=now())
        )
        session.execute(
            update(Job).where(Job.id == job, Job.state == "running").values(wants_cancel=True)
        )


def queue_again(database: Database, job: str) -> bool:
    """Queue a job that has ended without a plan; tell whether it was one."""
    with database.begin() as session:
        queued = session.execute(
            update(Job)
            .where(Job.id == job, Job.state.in_(("failed", "cancelled", "broken")))
            .values(
                state="queued", wants_cancel=False, tries=0, error=None, finished=None, stages={}
            )
        )
        return _changed(queued)


def mend_silent_jobs(database: Database, *, silence_s: float) -> None:
    """Queue jobs again whose workers fell silent, or call them broken after several tries."""
    since = now() - timedelta(seconds=silence_s)
    silent = (Job.state == "running", Job.heartbeat < since)
    with database.begin() as session:
        session.execute(
            update(Job)
            .where(*silent, Job.wants_cancel.is_(True))
            .values(state="cancelled", finished=now())
        )
        session.execute(
            update(Job).where(*silent, Job.tries < MOST_TRIES).values(state="queued", owner=None)
        )
        error = {"title": "The run stopped without a word, twice.", "mend": "Run it again."}
        session.execute(
            update(Job).where(*silent).values(state="broken", error=error, finished=now())
        )


def _changed(result: Any) -> bool:
    """Tell whether an update found its row."""
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
