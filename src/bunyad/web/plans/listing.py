"""Plans as they stand in lists: their state, their newest run, pages of them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bunyad.store.models import Account, Job, PlanRecord
from bunyad.web.plans.bodies import JobState, PlanPage, PlanState
from bunyad.web.plans.folders import is_made
from bunyad.web.plans.rights import may_see
from bunyad.web.problems import Problem
from bunyad.web.rights import PLANNERS, Person, Role


def job_state(job: Job) -> JobState:
    """Return how a run stands."""
    return JobState(
        id=job.id, plan_id=job.plan_id, state=job.state, stages=job.stages, error=job.error,
        created=job.created, started=job.started, finished=job.finished,
    )  # fmt: skip


def plan_state(session: Session, data: Path, person: Person, plan: PlanRecord) -> PlanState:
    """Return a plan with its newest run."""
    job = session.scalars(
        select(Job).where(Job.plan_id == plan.id).order_by(Job.created.desc()).limit(1)
    ).first()
    maker = session.get(Account, plan.created_by) if plan.created_by else None
    is_own = person.role is Role.ADMIN or (
        person.role in PLANNERS
        and plan.organisation_id is not None
        and plan.organisation_id == person.organisation_id
    )
    return PlanState(
        id=plan.id,
        name=plan.name,
        why=plan.why,
        region=plan.region,
        base_id=plan.base_id,
        options=plan.changes.get("options", {}),
        edits=plan.changes.get("edits", {}),
        created=plan.created,
        created_by=maker.name if maker and person.role is not Role.PUBLIC else "",
        is_public=plan.is_public,
        is_shared=plan.share_hash is not None,
        is_made=is_made(data, plan),
        is_own=is_own,
        version=plan.version,
        job=job_state(job) if job else None,
    )


def page_of_plans(
    session: Session, data: Path, person: Person, *, cursor: str, limit: int, removed: bool
) -> PlanPage:
    """
    Return a page of the plans that somebody may see, newest first.

    Parameters
    ----------
    session
        The database.
    data
        The server's folder.
    person
        Who asks.
    cursor
        Where the last page ended.
    limit
        Most plans of a page.
    removed
        Whether to list what was put aside instead.
    """
    wanted = select(PlanRecord).where(may_see(person), PlanRecord.is_removed.is_(removed))
    if cursor:
        created, last = read_cursor(cursor)
        wanted = wanted.where(
            or_(
                PlanRecord.created < created,
                and_(PlanRecord.created == created, PlanRecord.id < last),
            )
        )
    order = (PlanRecord.created.desc(), PlanRecord.id.desc())
    rows = session.scalars(wanted.order_by(*order).limit(limit + 1)).all()
    items = [plan_state(session, data, person, plan) for plan in rows[:limit]]
    more = rows[limit - 1] if len(rows) > limit else None
    return PlanPage(items=items, next=write_cursor(more.created, more.id) if more else None)


def write_cursor(moment: datetime, key: str) -> str:
    """Return the place after a row as a word that programs need not read."""
    return base64.urlsafe_b64encode(f"{moment.isoformat()} {key}".encode()).decode()


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """
    Return the place that a cursor stands for.

    Raises
    ------
    Problem
        422 where it is none.
    """
    try:
        moment, key = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ")
        return datetime.fromisoformat(moment).astimezone(UTC), key.replace("\0", "")
    except (ValueError, OverflowError):
        raise Problem(
            422, "wrong-input", "The cursor is none of this list's.",
            mend="Start without a cursor.",
        ) from None  # fmt: skip
