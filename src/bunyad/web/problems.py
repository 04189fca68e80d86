"""The one shape of every error that the server answers (RFC 9457)."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from bunyad.errors import BunyadError, InfeasibleError, InputError

MEDIA_TYPE = "application/problem+json"


class FaultBody(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong: where, what, and how to mend it."""

    where: str
    what: str
    mend: str


class ProblemBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong, for people and for programs."""

    type: str
    """`/problems/` and a code that programs can rely on."""
    title: str
    status: int
    mend: str = ""
    """What to do about it."""
    faults: tuple[FaultBody, ...] = ()


class Problem(Exception):  # noqa: N818  # the standard's own word
    """
    An answer that is an error.

    Parameters
    ----------
    status
        HTTP status.
    code
        Word that programs can rely on.
    title
        What is wrong.
    mend
        What to do about it.
    faults
        Every single thing that is wrong.
    """

    def __init__(
        self, status: int, code: str, title: str, *, mend: str = "",
        faults: tuple[FaultBody, ...] = (), headers: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(title)
        self.body = ProblemBody(
            type=f"/problems/{code}", title=title, status=status, mend=mend, faults=faults
        )
        self.headers = headers or {}


def problem_of(error: BunyadError) -> Problem:
    """Turn an error of the planner into an answer."""
    if isinstance(error, InputError):
        faults = tuple(
            FaultBody(where=fault.where, what=fault.what, mend=fault.mend) for fault in error.faults
        )
        return Problem(422, "wrong-input", "Something in the request is wrong.", faults=faults)
    if isinstance(error, InfeasibleError):
        return Problem(422, "infeasible", str(error))
    return Problem(500, "not-written", str(error))


def not_found(what: str) -> Problem:
    """Say that something is not there, or not for the one who asks."""
    return Problem(
        404, "not-found", f"There is no such {what}.", mend="Go back to the list and choose again."
    )


def answer_problem(problem: Problem) -> Response:
    """Write a problem as a response."""
    return Response(
        msgspec.json.encode(problem.body),
        status_code=problem.body.status,
        media_type=MEDIA_TYPE,
        headers=problem.headers,
    )


def problem_document() -> dict[str, Any]:
    """Return the JSON Schema of a problem."""
    return msgspec.json.schema(ProblemBody)
