"""Which plans somebody may see and change."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.orm import Session

from bunyad.store.models import PlanRecord
from bunyad.web.problems import Problem, not_found
from bunyad.web.rights import PLANNERS, Person, Role
from bunyad.web.services import hash_token


def may_see(person: Person, *, share: str = "") -> ColumnElement[bool]:
    """
    Return the condition on plans that somebody may see.

    Parameters
    ----------
    person
        Who asks.
    share
        Token of a shared link, if any.
    """
    ways: list[ColumnElement[bool]] = [PlanRecord.is_public.is_(True)]
    if person.role is Role.ADMIN:
        ways.append(true())
    elif person.role is Role.PLANNER:
        ways.append(PlanRecord.organisation_id == person.organisation_id)
    if share:
        ways.append(PlanRecord.share_hash == hash_token(share))
    return or_(false(), *ways)


def find_plan(session: Session, person: Person, plan_id: str, *, share: str = "") -> PlanRecord:
    """
    Return a plan that somebody may see.

    Raises
    ------
    Problem
        404 where it is not there, or not for them: the two look the same from outside.
    """
    found = (
        session.query(PlanRecord)
        .filter(PlanRecord.id == plan_id, may_see(person, share=share))
        .one_or_none()
    )
    if found is None:
        raise not_found("plan")
    return found


def find_own_plan(session: Session, person: Person, plan_id: str) -> PlanRecord:
    """
    Return a plan that somebody may change.

    Raises
    ------
    Problem
        404 where they may not see it; 403 where it belongs to another organisation.
    """
    plan = find_plan(session, person, plan_id)
    is_own = plan.organisation_id is not None and plan.organisation_id == person.organisation_id
    if person.role is Role.ADMIN or (person.role in PLANNERS and is_own):
        return plan
    raise Problem(
        403, "not-allowed", "This plan belongs to another organisation.",
        mend="Make a scenario of it and change that.",
    )  # fmt: skip
