"""Requests about courses and certificates."""

from __future__ import annotations

import csv
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from bunyad.errors import InputError
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.partner_days.bodies import (
    CertificateBody,
    CertificateState,
    DemandBody,
    KeptChange,
    KeptDraft,
    KeptRow,
    KeptState,
)
from bunyad.web.partner_days.keeping import (
    change_kept,
    draft_kept,
    find_own,
    get_kept,
    keep_result,
    list_kept,
)
from bunyad.web.plans.folders import plan_folder
from bunyad.web.plans.rights import find_plan

if TYPE_CHECKING:
    from bunyad.partner.courses import School

KIND = "school"


def _check(document: dict[str, Any]) -> object:
    from bunyad.partner.courses import read_school  # noqa: PLC0415  (solvers load slowly)

    return read_school(document)


def list_schools(call: Call[Nothing, Nothing]) -> list[KeptRow]:
    """List the schools that one may see."""
    return list_kept(call, KIND)


def draft_school(call: Call[Nothing, KeptDraft]) -> KeptState:
    """Keep courses, rooms and teachers."""
    return draft_kept(call, KIND, _check)


def get_school(call: Call[Nothing, Nothing]) -> KeptState:
    """Return courses, rooms and teachers, and the week."""
    return get_kept(call, KIND)


def change_school(call: Call[Nothing, KeptChange]) -> KeptState:
    """Change them; a changed document has no week yet."""
    return change_kept(call, KIND, _check)


def plan_week(call: Call[Nothing, DemandBody]) -> KeptState:
    """Make the week; with a plan its children fill the groups."""
    from bunyad.partner.courses import plan_courses, read_school  # noqa: PLC0415  (load slowly)

    with call.services.database.read() as session:
        kept = find_own(session, call.person, KIND, call.path[KIND])
    school = read_school(kept.body["document"])
    if call.body.plan:
        school = _with_demand(call, school)
    made = plan_courses(school, seconds=call.body.seconds)
    result = {
        "pupils": made.pupils,
        "bound": made.bound,
        "cohorts": [asdict(one) for one in school.cohorts],
        "lessons": [asdict(one) for one in made.lessons],
        "untaught": [asdict(one) for one in made.untaught],
        "periods": school.week.periods,
        "days": school.week.days,
    }
    return keep_result(call, kept, result)


def check_certificate(call: Call[Nothing, CertificateBody]) -> CertificateState:
    """Check a certificate; nothing of it is kept."""
    from bunyad.partner.courses import check_certificate as check  # noqa: PLC0415  (loads slowly)

    body = call.body
    done = check(body.text, issuers=body.issuers, revocations=body.revocations)
    return CertificateState(verdict=done.verdict, content=dict(done.content))


def _with_demand(call: Call[Nothing, DemandBody], school: School) -> School:
    """Form the groups of a school from the population of a plan that one may see."""
    from bunyad.partner.courses import count_pupils, form_cohorts  # noqa: PLC0415

    with call.services.database.read() as session:
        plan = find_plan(session, call.person, call.body.plan)
        folder = plan_folder(call.services.settings.data, plan)
    path = folder / "tables" / "population_path.csv"
    try:
        rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    except OSError:
        raise InputError("the plan has no population path", where="plan",
                         mend="choose a plan that is finished") from None  # fmt: skip
    found = count_pupils(rows, school.courses, year=call.body.year)
    places = {one.settlement for one in school.rooms}
    here = [one for one in found if one.settlement in places] if places else list(found)
    return replace(school, cohorts=(*school.cohorts, *form_cohorts(here, school.courses)))
