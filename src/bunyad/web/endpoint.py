"""
An endpoint: one row that says everything about one request.

Routing, rights, decoding, the OpenAPI document, the rights matrix and the tests all read the
same rows, so that none of them can forget one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bunyad.errors import BunyadError
from bunyad.web.packed import SHELF, Packed
from bunyad.web.problems import FaultBody, Problem, answer_problem, not_found, problem_of
from bunyad.web.rights import Person, Role, check_role
from bunyad.web.services import COOKIE, Services

NUL_IN_JSON = b"\\u0000"
NUL_FAULT = "A letter with the number 0, which no text has"
Body = TypeVar("Body")
Query = TypeVar("Query")


class Nothing(msgspec.Struct, frozen=True):
    """No body, or no query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[Query, Body]):
    """One request, checked and decoded."""

    services: Services
    person: Person
    path: dict[str, str]
    query: Query
    body: Body
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """
    One request that the server answers.

    Its `act` takes a `Call` and gives what `answer` names, or a whole `Response`.
    """

    name: str
    """`verb_object`, unique; also the client's method."""
    method: str
    path: str
    title: str
    may: frozenset[Role]
    act: Callable[[Call[Any, Any]], Any]
    query: type = Nothing
    body: type = Nothing
    answer: Any = None
    """Type of the answer; none for 204, or where `media_type` is given."""
    media_type: str = "application/json"
    status: int = 200
    is_raw: bool = False
    """Whether the body is read by `act` itself, such as an uploaded file."""
    wrong_query: int = 422
    """Status where the query is wrong; the standard for layers asks for 400."""
    tags: tuple[str, ...] = field(default=())


def route_of(endpoint: Endpoint) -> Route:
    """Return the route that serves an endpoint."""

    async def serve(request: Request) -> Response:
        try:
            services: Services = request.app.state.services
            # Nobody is looked up who does not say who they are: that needs no thread.
            is_named = "authorization" in request.headers or COOKIE in request.cookies
            find = services.find_person
            person = await run_in_threadpool(find, request) if is_named else find(request)
            check_role(person, endpoint.may)
            call = Call(
                services=services,
                person=person,
                path=_read_path(request),
                query=_read_query(request, endpoint),
                body=None if endpoint.is_raw else await _read_body(request, endpoint.body),
                request=request,
            )
            if endpoint.is_raw:
                result = await endpoint.act(call)
            else:
                result = await run_in_threadpool(endpoint.act, call)
        except Problem as problem:
            return answer_problem(problem)
        except BunyadError as error:
            return answer_problem(problem_of(error))
        return _answer(request, endpoint, result)

    return Route(endpoint.path, serve, methods=[endpoint.method], name=endpoint.name)


def _read_path(request: Request) -> dict[str, str]:
    """Return the words of the path; none has the byte that no database keeps."""
    if any("\0" in word for word in request.path_params.values()):
        raise not_found("address")
    return dict(request.path_params)


def _read_query(request: Request, endpoint: Endpoint) -> Any:
    """Decode the query; every value is text."""
    values: dict[str, Any] = dict(request.query_params)
    if any("\0" in value for value in values.values()):
        raise _wrong("query", msgspec.ValidationError(NUL_FAULT))
    try:
        return msgspec.convert(values, endpoint.query, strict=False)
    except msgspec.ValidationError as error:
        raise _wrong("query", error, status=endpoint.wrong_query) from None


async def _read_body(request: Request, kind: type) -> Any:
    """Decode the body."""
    if kind is Nothing:
        return Nothing()
    content = await request.body()
    if NUL_IN_JSON in content:
        raise _wrong("body", msgspec.ValidationError(NUL_FAULT))
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        raise _wrong("body", error) from None
    except msgspec.DecodeError as error:
        raise Problem(
            400, "no-json", f"The body is not JSON: {error}.", mend="Send a JSON object."
        ) from None


def _wrong(where: str, error: msgspec.ValidationError, *, status: int = 422) -> Problem:
    """Say what in a request does not fit."""
    what, _, place = str(error).partition(" - at `$")
    fault = FaultBody(
        where=f"{where}{place.rstrip('`')}", what=what, mend="See /api/v1/openapi.json"
    )
    return Problem(status, "wrong-input", "Something in the request is wrong.", faults=(fault,))


def _answer(request: Request, endpoint: Endpoint, result: Any) -> Response:
    """Write an answer, or say that the reader has it already."""
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status_code=204)
    if endpoint.method == "GET" and not isinstance(result, Packed):
        content = result if isinstance(result, bytes) else msgspec.json.encode(result)
        result = SHELF.of(content)
    if isinstance(result, Packed):
        return _answer_packed(request, endpoint, result)
    return Response(
        msgspec.json.encode(result), status_code=endpoint.status, media_type=endpoint.media_type
    )


def _answer_packed(request: Request, endpoint: Endpoint, packed: Packed) -> Response:
    """Send an answer that is ready, in the form that the reader takes."""
    headers = {"ETag": packed.tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if packed.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    content = packed.content
    if packed.gzip and "gzip" in request.headers.get("accept-encoding", ""):
        content = packed.gzip
        headers["Content-Encoding"] = "gzip"
    return Response(
        content, status_code=endpoint.status, media_type=endpoint.media_type, headers=headers
    )
