"""
Requests about the progress of pupils, and their certificates on paper.

The register holds names of children: only those who organise the courses see it, whether the
courses are published or not. Certificates are signed where the key is, which is not here.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response

from bunyad.store.partners import Kept, read_document, remove_document, save_document
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.partner_days.bodies import (
    ProgressState,
    PupilProgress,
    RegisterBody,
    RegisterQuery,
    SheetBody,
)
from bunyad.web.partner_days.keeping import find_own
from bunyad.web.partner_days.teaching import KIND
from bunyad.web.problems import Problem, not_found
from bunyad.web.services import record

if TYPE_CHECKING:
    from bunyad.partner.courses import Course

REGISTER = "register"


def get_progress(call: Call[RegisterQuery, Nothing]) -> ProgressState:
    """Tell how far the pupils of a course are."""
    name = call.query.course
    with call.services.database.read() as session:
        kept = find_own(session, call.person, KIND, call.path[KIND])
        register = read_document(session, REGISTER, _address(kept, name))
    return _tell(_course(kept, name), register)


def keep_register(call: Call[Nothing, RegisterBody]) -> ProgressState:
    """Keep who was there in which lesson, in place of what was kept; no rows delete it."""
    body = call.body
    with call.services.database.begin() as session:
        kept = find_own(session, call.person, KIND, call.path[KIND])
        address = _address(kept, body.course)
        there = read_document(session, REGISTER, address)
        if (there.version if there else 0) != body.version:
            raise Problem(409, "was-changed", "Somebody else has changed it meanwhile.",
                          mend="Load it again and repeat the change.")  # fmt: skip
        rows = msgspec.to_builtins(body.rows)
        register = Kept(kind=REGISTER, id=address, body={"rows": rows}, about=kept.id,
                        version=body.version, organisation=kept.organisation)  # fmt: skip
        state = _tell(_course(kept, body.course), register)
        record(session, call.person, "register.keep", kept.id, course=body.course)
        if not rows:
            remove_document(session, REGISTER, address)
            return msgspec.structs.replace(state, version=0)
        return msgspec.structs.replace(state, version=save_document(session, register).version)


def set_certificates(call: Call[Nothing, SheetBody]) -> Response:
    """Set signed certificates as a PDF, one a page; nothing of them is kept."""
    from bunyad.partner.courses import certificate_sheet  # noqa: PLC0415  (loads slowly)

    content = certificate_sheet(*call.body.texts, language=call.body.language)
    return Response(content, media_type="application/pdf",
                    headers={"Cache-Control": "private, no-store"})  # fmt: skip


def _address(kept: Kept, course: str) -> str:
    return f"{kept.id}~{course}"


def _course(kept: Kept, name: str) -> Course:
    from bunyad.partner.courses import read_school  # noqa: PLC0415  (solvers load slowly)

    for one in read_school(kept.body["document"]).courses:
        if one.id == name:
            return one
    raise not_found("course")


def _tell(course: Course, register: Kept | None) -> ProgressState:
    from bunyad.partner.courses import (  # noqa: PLC0415  (solvers load slowly)
        Attended,
        assumptions,
        tell_progress,
    )

    rows: list[dict[str, Any]] = register.body["rows"] if register else []
    told = tell_progress(course, [Attended(**row) for row in rows])
    known = assumptions()
    return ProgressState(
        course=course.id,
        title=course.title,
        version=register.version if register else 0,
        pupils=[PupilProgress(**asdict(one)) for one in told],
        least_attendance=known["least_attendance"],
        pass_mark=known["pass_mark"],
    )
